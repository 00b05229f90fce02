// The messages of this side of one conversation that the partner does not have yet.
//
// Messages are numbered from 1 and kept until the partner's `got` covers them. At most a window of them is on the way;
// the rest waits here. `acked <= sent`, and `items` holds exactly the numbers after `acked`, without a gap: so the
// number of a message is its place, and "go on from n" is one assignment.

import { RESEND_MS } from './wire.js';

/** @typedef {{n: number, text: string}} Numbered */

/**
 * @typedef {object} Outbox
 * @property {number} acked   the partner has everything up to and including this
 * @property {number} seen    the partner's visible page has shown everything up to and including this
 * @property {number} sent    everything up to and including this is on the way or has arrived
 * @property {number} told    the highest number that ever went out; a `got` above it cannot be about these messages
 * @property {number} patience_ms   how old the oldest one on the way may get before all are sent again
 * @property {{after: number, to: number} | null} stale   numbers whose refusal may mean another message, see `drop`
 * @property {number | null} slow   from this number on one goes out at a time, until all have arrived
 * @property {boolean} held   the service asked to slow down: nothing goes out for now
 * @property {readonly Numbered[]} items
 */

/** @type {Outbox} */
export const EMPTY_OUTBOX = Object.freeze({
  acked: 0, seen: 0, sent: 0, told: 0, patience_ms: RESEND_MS, stale: null, slow: null, held: false,
  items: Object.freeze([]),
});

/**
 * The number that the next message will get.
 * @param {Outbox} box
 * @returns {number}
 */
export function nextNumber(box) {
  return box.acked + box.items.length + 1;
}

/**
 * @param {Outbox} box
 * @param {string} text
 * @returns {Outbox}
 */
export function keep(box, text) {
  return { ...box, items: [...box.items, { n: nextNumber(box), text }] };
}

/**
 * What may go out now, and the box once it has.
 * @param {Outbox} box
 * @param {number} window
 * @returns {{box: Outbox, out: readonly Numbered[]}}
 */
export function flush(box, window) {
  if (box.held) return { box, out: [] };
  const end = box.slow === null ? box.acked + window : Math.max(box.acked + 1, box.slow);
  const out = box.items.filter(({ n }) => n > box.sent && n <= end);
  // Numbers have no gap: so many more are on the way now.
  const sent = box.sent + out.length;
  return { box: { ...box, sent, told: Math.max(box.told, sent) }, out };
}

/**
 * The partner has everything up to `n`; null where that cannot be true: one side's memory is not this conversation's.
 * @param {Outbox} box
 * @param {number} n
 * @returns {Outbox | null}
 */
export function acknowledge(box, n) {
  if (n < box.acked || n > box.told) return null;
  const items = box.items.filter((item) => item.n > n);
  return { ...box, acked: n, sent: Math.max(box.sent, n), slow: items.length > 0 ? box.slow : null, items };
}

/**
 * @param {Outbox} box
 * @param {number} n
 * @returns {Outbox}
 */
export function markSeen(box, n) {
  return { ...box, seen: Math.max(box.seen, Math.min(n, box.told)) };
}

/**
 * The service refused `n` for haste: nothing goes out until `release`, then `n` is the first, alone. A whole window at
 * once would be refused again, all but its first.
 * @param {Outbox} box
 * @param {number} n
 * @returns {Outbox}
 */
export function holdFrom(box, n) {
  return { ...rewind(box, n), slow: n, held: true };
}

/**
 * @param {Outbox} box
 * @returns {Outbox}
 */
export function release(box) {
  return { ...box, held: false };
}

/**
 * @param {Outbox} box
 * @returns {boolean}
 */
export function inFlight(box) {
  return box.sent > box.acked;
}

/**
 * Everything on the way goes out again, and next time after twice as long.
 * @param {Outbox} box
 * @returns {Outbox}
 */
export function again(box) {
  return { ...rewind(box, box.acked + 1), patience_ms: box.patience_ms * 2, stale: null };
}

/**
 * The partner is known to listen: the next wait is a short one.
 * @param {Outbox} box
 * @returns {Outbox}
 */
export function patient(box) {
  return { ...box, patience_ms: RESEND_MS };
}

/**
 * After a break: whatever was on the way may be lost.
 * @param {Outbox} box
 * @returns {Outbox}
 */
export function restart(box) {
  return { ...patient(rewind(box, box.acked + 1)), stale: null };
}

/**
 * Sends `n` and everything after it again. What the partner has stays acknowledged.
 * @param {Outbox} box
 * @param {number} n
 * @returns {Outbox}
 */
export function rewind(box, n) {
  return { ...box, sent: Math.max(box.acked, Math.min(box.sent, n - 1)) };
}

/**
 * Whether a refusal of `n` is about the message that has this number now.
 * @param {Outbox} box
 * @param {number} n
 * @returns {boolean}
 */
export function canDrop({ items, stale }, n) {
  const passed = stale !== null && n > stale.after && n <= stale.to;
  return !passed && items.some((item) => item.n === n);
}

/**
 * The service refused `n` for good: it is dropped and those after it close the gap. The partner has taken none of
 * them, since it waits for `n`. But the service may have refused some of them too, by numbers that mean another message
 * now: such refusals are passed over until everything is sent again, and what was meant is refused anew.
 * @param {Outbox} box
 * @param {number} n
 * @returns {Outbox}
 */
export function drop(box, n) {
  if (!canDrop(box, n)) return box;
  const stale = { after: Math.min(n, box.stale?.after ?? n), to: Math.max(box.sent, box.stale?.to ?? 0) };
  const items = box.items
    .filter((item) => item.n !== n)
    .map((item) => (item.n > n ? { ...item, n: item.n - 1 } : item));
  const sent = Math.max(box.acked, Math.min(box.sent, n - 1));
  return { ...box, items, sent, stale, told: Math.max(box.acked, Math.min(box.told, n - 1)) };
}
