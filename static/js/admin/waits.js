// How long people had waited who were matched: bars, and the one sentence that they come to.

import { number } from './format.js';

/** @typedef {import('./shapes.js').Wait} Wait */
/** @typedef {{label: string, count: string, share: number}} Bar   `share` of the longest bar */

/** Fewer people than this are all told of, rather than nine of ten of them. */
const FEW = 10;

/**
 * @param {readonly Wait[]} waits
 * @returns {number}
 */
export function matched(waits) {
  return waits.reduce((sum, { count }) => sum + count, 0);
}

/**
 * @param {readonly Wait[]} waits
 * @returns {readonly Bar[]}
 */
export function bars(waits) {
  const most = Math.max(1, ...waits.map(({ count }) => count));
  return waits.map(({ up_to_ms, count }, index) => ({
    label: label(waits[index - 1]?.up_to_ms ?? 0, up_to_ms), count: number(count), share: count / most,
  }));
}

/**
 * Half, and nine of ten, in one sentence; everybody, while there are few.
 * @param {readonly Wait[]} waits
 * @returns {string} empty where nobody was matched yet
 */
export function sentence(waits) {
  const people = matched(waits);
  if (people === 0) return '';
  if (people < FEW) return few(waits, people);
  const half = within(waits, people / 2);
  const most = within(waits, people * 0.9);
  if (isOpen(waits, people / 2)) return `More than half had waited ${half}.`;
  if (half === most) return `Nine of ten had waited ${most}.`;
  if (isOpen(waits, people * 0.9)) return `Half had waited ${half}, more than one of ten ${most}.`;
  return `Half had waited ${half}, nine of ten ${most}.`;
}

/**
 * @param {readonly Wait[]} waits
 * @param {number} people   at least one
 * @returns {string}
 */
function few(waits, people) {
  const longest = within(waits, people);
  if (people === 1) return `The one person matched so far had waited ${longest}.`;
  const who = `${number(people)} people matched so far`;
  if (isOpen(waits, people)) return `Of the ${who}, one or more had waited ${longest}.`;
  return `All ${who} had waited ${longest}.`;
}

/**
 * The first bound within which so many people are.
 * @param {readonly Wait[]} waits
 * @param {number} people
 * @returns {number}   its place in the list
 */
function place(waits, people) {
  let sum = 0;
  return waits.findIndex(({ count }) => {
    sum += count;
    return sum >= people;
  });
}

/**
 * @param {readonly Wait[]} waits
 * @param {number} people
 * @returns {boolean} whether those reach beyond the last bound
 */
function isOpen(waits, people) {
  return waits[place(waits, people)]?.up_to_ms === null;
}

/**
 * @param {readonly Wait[]} waits
 * @param {number} people
 * @returns {string} as in "under 3 s"
 */
function within(waits, people) {
  const at = place(waits, people);
  const bound = waits[at]?.up_to_ms ?? null;
  return bound === null ? `over ${length(waits[at - 1]?.up_to_ms ?? 0)}` : `under ${length(bound)}`;
}

/**
 * @param {number} from_ms
 * @param {number | null} to_ms
 * @returns {string}
 */
function label(from_ms, to_ms) {
  if (to_ms === null) return `over ${length(from_ms)}`;
  if (from_ms === 0) return `under ${length(to_ms)}`;
  const [from, to] = [length(from_ms), length(to_ms)];
  const unit = to.slice(to.indexOf(' '));
  return from.endsWith(unit) ? `${from.slice(0, -unit.length)}–${to}` : `${from} – ${to}`;
}

/**
 * @param {number} ms
 * @returns {string}
 */
function length(ms) {
  return ms >= 60_000 && ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`;
}
