// A report while it is put together: what it holds, and whether the service would take it. The lines are those that the
// person ticks and no others, as they were said.

import { NOTE_CHARS_MAX, REASON, REPORT_LINES_MAX, TO } from './wire.js';
import { encode } from './codec.js';
import { countChars, isBlank, tidy } from './text.js';

/** @typedef {import('./state.js').Talk} Talk */
/** @typedef {import('./state.js').Grievance} Grievance */
/** @typedef {import('./codec.js').ClientFrame} ClientFrame */
/** @typedef {import('./codec.js').Line} Line */
/** @typedef {{key: number, line: Line}} Choice   a line that may be shown, by its place in the transcript */
/** @typedef {'reason' | 'lines' | 'note' | 'bytes'} Fault */

const REASONS = new Set(/** @type {string[]} */ (Object.values(REASON)));
const utf8 = new TextEncoder();

/**
 * What may be shown of a conversation: all that was said but what never went out.
 * @param {Talk} talk
 * @returns {readonly Choice[]}
 */
export function choices({ entries, outbox }) {
  return entries
    .filter(({ from, n, fault }) => from === 'them' || (fault === null && n <= outbox.told))
    .map(({ key, from, n, text, tag }) => ({
      key,
      line: { from: from === 'me' ? 'me' : 'partner', n, text, ...(tag === undefined ? {} : { tag }) },
    }));
}

/**
 * @param {string} reason
 * @param {string} note   as it was typed
 * @param {readonly Line[]} lines   in the order in which they were said
 * @returns {Extract<Grievance, {type: 'report'}>}
 */
export function compose(reason, note, lines) {
  const words = tidy(note);
  return {
    type: TO.report, reason, ...(isBlank(words) ? {} : { note: words }), ...(lines.length === 0 ? {} : { lines }),
  };
}

/**
 * @param {string} c
 * @param {Grievance} what
 * @returns {ClientFrame}
 */
export function frameOf(c, what) {
  if (what.type === TO.block) return { type: TO.block, c };
  const { reason, note, lines } = what;
  return {
    type: TO.report, c, reason, ...(note === undefined ? {} : { note }), ...(lines === undefined ? {} : { lines }),
  };
}

/**
 * How many bytes a frame takes on the wire.
 * @param {ClientFrame} frame
 * @returns {number}
 */
export function bytesOf(frame) {
  return utf8.encode(encode(frame)).length;
}

/**
 * Why the service would not take a report, or null where it would.
 * @param {string} c
 * @param {Extract<Grievance, {type: 'report'}>} what
 * @param {number} frame_bytes
 * @returns {Fault | null}
 */
export function reportFault(c, what, frame_bytes) {
  if ((what.lines?.length ?? 0) > REPORT_LINES_MAX) return 'lines';
  if (countChars(what.note ?? '') > NOTE_CHARS_MAX) return 'note';
  if (bytesOf(frameOf(c, what)) > frame_bytes) return 'bytes';
  return REASONS.has(what.reason) ? null : 'reason';
}
