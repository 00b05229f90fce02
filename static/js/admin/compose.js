// The announcement that is being written: what of it would be sent, and what keeps it from being sent.

import { PROBLEM, REFUSED, SEVERITY } from '../wire.js';
import { countChars, isBlank, tidy } from '../text.js';
import { TEXT_CHARS, UNREACHABLE } from './wire.js';

/** @typedef {import('./state.js').Draft} Draft */
/** @typedef {import('./state.js').Fault} Fault */
/** @typedef {import('./api.js').Refusal} Refusal */

/** Not of the wire: what is missing or in the past was never sent. */
export const FAULT = Object.freeze({
  blank: 'blank', long: REFUSED.tooLong, noEnd: 'no_end', past: 'past_end', full: PROBLEM.full,
});

const HOUR_MS = 3_600_000;
/** In an hour and in a day, in the words of a choice. */
export const ENDS = Object.freeze(/** @type {const} */ (['none', '1', '6', '24', 'at']));

/** A moment as a field for date and time gives it: without a zone, and so of this machine's. */
const MOMENT = /^\d{4,6}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;

/**
 * The text as it would go out.
 * @param {Draft} draft
 * @returns {string}
 */
export function wording({ text }) {
  return tidy(text).trim();
}

/**
 * How many characters more would fit; negative: how many are too many.
 * @param {Draft} draft
 * @returns {number}
 */
export function room(draft) {
  return TEXT_CHARS - countChars(wording(draft));
}

/**
 * When it would end, by the service's clock; null: not by itself, or at no moment that could be read.
 * @param {Draft} draft
 * @param {number} now   by the service's clock
 * @returns {number | null}
 */
export function endOf({ end, moment }, now) {
  if (end === 'none') return null;
  return end === 'at' ? momentOf(moment) : now + Number(end) * HOUR_MS;
}

/**
 * @param {string} moment   as a field for date and time gives it
 * @returns {number | null} in Unix ms; null: at no moment that could be read
 */
export function momentOf(moment) {
  const at = MOMENT.test(moment) ? new Date(moment).getTime() : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

/**
 * What keeps it from being sent.
 * @param {Draft} draft
 * @param {number} now   by the service's clock
 * @returns {Fault | null}
 */
export function faultOf(draft, now) {
  if (isBlank(wording(draft))) return { at: 'text', code: FAULT.blank, detail: null };
  if (room(draft) < 0) return { at: 'text', code: FAULT.long, detail: null };
  if (draft.end !== 'at') return null;
  const until = endOf(draft, now);
  if (until === null) return { at: 'end', code: FAULT.noEnd, detail: null };
  return until <= now ? { at: 'end', code: FAULT.past, detail: null } : null;
}

/**
 * Where a refusal of the service belongs. What it refuses although this page let it through, it knows better.
 * @param {Refusal} refusal
 * @returns {Fault}
 */
export function faultFrom({ code, detail }) {
  const at = code === PROBLEM.tooLarge ? 'text' : 'form';
  return { at, code, detail: code === UNREACHABLE ? null : detail };
}

/**
 * @param {string} name
 * @returns {name is Draft['severity']}
 */
export function isSeverity(name) {
  return Object.values(SEVERITY).some((each) => each === name);
}

/**
 * @param {string} name
 * @returns {name is Draft['end']}
 */
export function isEnd(name) {
  return ENDS.some((each) => each === name);
}
