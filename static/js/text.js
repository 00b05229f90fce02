// What may be said: the rule for the text of a message, the same as the service's (tests/vectors/text.json).

import { LIMITS, REFUSED } from './wire.js';

const CONTROL = /[^\P{Cc}\t\n]/u;
const CONTROLS = /[^\P{Cc}\t\n]/gu;
const NOT_WHITE = /\P{White_Space}/u;
const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;
// Vertical tab, form feed and next line break lines too, and a paste from a terminal or an old file carries them.
const LINE_BREAKS = /\r\n|[\r\v\f\u0085]/g;

/**
 * The length of a text as the service counts it: in Unicode scalar values, not in UTF-16 units.
 * @param {string} text
 * @returns {number}
 */
export function countChars(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * A text as it goes out: one kind of line break, and none of the invisible characters that nobody meant to send.
 * @param {string} text
 * @returns {string}
 */
export function tidy(text) {
  return text.replace(LINE_BREAKS, '\n').replace(CONTROLS, '').replace(LONE_SURROGATES, '\ufffd');
}

/**
 * Why a text may not be said, or null where it may. The length is judged first, as the service does.
 * @param {string} text
 * @param {number} [limit]
 * @returns {string | null}
 */
export function textFault(text, limit = LIMITS.text_chars) {
  if (text.length > limit && countChars(text) > limit) return REFUSED.tooLong;
  if (!NOT_WHITE.test(text) || CONTROL.test(text) || LONE_SURROGATE.test(text)) return REFUSED.badText;
  return null;
}

/**
 * Whether there is anything in the text that a reader would see.
 * @param {string} text
 * @returns {boolean}
 */
export function isBlank(text) {
  return !NOT_WHITE.test(text);
}
