// The streams of `tests/vectors/events.json`, and the ways to cut them that every language shares: see README.md there.

import { readFileSync } from 'node:fs';

/** @typedef {{ event: string, id: string, data: string, text?: string }} Told */
/** @typedef {{ name: string, stream: string, retry: number[], events: Told[] }} Vector */

/** @type {Vector[]} */
export const vectors = JSON.parse(readFileSync(new URL('../vectors/events.json', import.meta.url), 'utf8'));

/** How a gateway may end the lines of what passes through it, as it may by the standard. */
export const LINE_ENDS = Object.freeze(['\n', '\r\n', '\r']);

/** How the events have to be read. @param {Vector} vector */
export const readable = ({ events }) => events.map(({ event, id, data }) => ({ event, id, data }));

/**
 * Cuts bytes at random.
 * @param {Uint8Array} bytes
 * @param {number} seed
 */
export function chop(bytes, seed) {
  let state = Math.imul(seed, 2_654_435_761);
  /** @param {number} bound */
  function draw(bound) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return 1 + ((state >>> 0) % bound);
  }
  const longest = draw(64);
  const pieces = [];
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(at + draw(longest), bytes.length);
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}
