// What a person would like to talk about: a few words or short phrases. They go out as they were typed, and are
// compared as the service compares them: in lower case, with inner white space as one space.

import { countChars } from './text.js';

/** @typedef {Pick<import('./codec.js').Limits, 'interests' | 'interest_chars'>} Bounds */

/**
 * Why a text did not become an interest; `text` is what was tried.
 * @typedef {{why: 'full' | 'long' | 'twice', text: string}} Fault
 */

/** The commas of several scripts, and line breaks: a pasted list has them. */
const SEPARATOR = /[,،、，\n\r]/u;
const CONTROLS = /[\p{Cc}\p{Cs}]+/gu;
const WHITE = /\p{White_Space}+/gu;
const AROUND = /^\p{White_Space}+|\p{White_Space}+$/gu;

/**
 * @param {string} text
 * @returns {string}
 */
export function trimmed(text) {
  return text.replace(CONTROLS, ' ').replace(AROUND, '');
}

/**
 * What two spellings of one interest have in common.
 * @param {string} text
 * @returns {string}
 */
export function keyOf(text) {
  return trimmed(text).replace(WHITE, ' ').toLowerCase();
}

/**
 * The pieces of a list that was typed or pasted. One piece: there is no separator in it.
 * @param {string} text
 * @returns {string[]}
 */
export function pieces(text) {
  return text.split(SEPARATOR);
}

/**
 * Takes texts up, one after another. What is too long, or too much, is `left` to be mended; what is there already
 * counts once. The first fault is told.
 * @param {readonly string[]} interests
 * @param {readonly string[]} texts
 * @param {Bounds} bounds
 * @returns {{interests: readonly string[], left: string[], fault: Fault | null}}
 */
export function enlist(interests, texts, bounds) {
  const list = [...interests];
  /** @type {string[]} */
  const left = [];
  /** @type {Fault | null} */
  let fault = null;
  for (const text of texts.map(trimmed).filter((each) => each !== '')) {
    const why = faultOf(list, text, bounds);
    if (why === null) list.push(text);
    else fault ??= { why, text };
    if (why === 'long' || why === 'full') left.push(text);
  }
  return { interests: list.length === interests.length ? interests : list, left, fault };
}

/**
 * @param {readonly string[]} interests
 * @param {string} text   trimmed, and not empty
 * @param {Bounds} bounds
 * @returns {Fault['why'] | null}
 */
function faultOf(interests, text, bounds) {
  if (countChars(text) > bounds.interest_chars) return 'long';
  const key = keyOf(text);
  if (interests.some((each) => keyOf(each) === key)) return 'twice';
  return interests.length >= bounds.interests ? 'full' : null;
}

/**
 * What an earlier visit kept, as far as it can be used.
 * @param {string | null} text
 * @param {Bounds} bounds
 * @returns {readonly string[]}
 */
export function recalled(text, bounds) {
  try {
    const value = JSON.parse(text ?? '[]');
    const texts = Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
    return enlist([], texts, bounds).interests;
  } catch {
    return [];
  }
}
