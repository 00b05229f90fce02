// What was said, as the person reads it: the newest messages of both sides, and how far each of this side's has come.

/** @typedef {import('./state.js').Talk} Talk */
/** @typedef {import('./state.js').Entry} Entry */

/** A longer conversation forgets its beginning, with a note, so that what a tab keeps has an end. */
export const ENTRIES_MAX = 500;

/**
 * @param {Talk} talk
 * @param {'me' | 'them'} from
 * @param {number} n
 * @param {string} text
 * @param {string} [tag]
 * @returns {Talk}
 */
export function append(talk, from, n, text, tag) {
  const key = talk.keys + 1;
  const entry = { key, from, n, text, fault: null, ...(tag === undefined ? {} : { tag }) };
  return { ...talk, keys: key, entries: [...talk.entries, entry].slice(-ENTRIES_MAX) };
}

/**
 * Message `n` of this side was refused for good; those after it close the gap.
 * @param {readonly Entry[]} entries
 * @param {number} n
 * @param {string} fault
 * @returns {readonly Entry[]}
 */
export function renumbered(entries, n, fault) {
  return entries.map((entry) => {
    if (entry.from !== 'me' || entry.fault !== null || entry.n < n) return entry;
    return entry.n === n ? { ...entry, fault } : { ...entry, n: entry.n - 1 };
  });
}

/**
 * Whether messages of this conversation are not on show any more.
 * @param {Talk} talk
 * @returns {boolean}
 */
export function isShortened({ entries, keys }) {
  return entries.length < keys;
}

/**
 * How far a line of this side has come. A conversation that is over delivers nothing any more.
 * @param {Talk} talk
 * @param {Entry} entry
 * @param {boolean} over
 * @returns {'waiting' | 'delivered' | 'seen' | 'lost' | 'refused'}
 */
export function markOf({ outbox }, { n, fault }, over) {
  if (fault !== null) return 'refused';
  if (n <= Math.min(outbox.seen, outbox.acked)) return 'seen';
  if (n <= outbox.acked) return 'delivered';
  return over ? 'lost' : 'waiting';
}
