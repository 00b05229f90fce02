// Sentences about what people like and speak: before they have met, and once they have.
//
// What somebody typed stands isolated in a sentence, so that a word that runs from right to left turns nothing else.

import { nameOf } from './languages.js';

/** @typedef {{interests: readonly string[], lang: string | null}} Wishes */
/** @typedef {{detail: string, more: string}} Search */

const OR = new Intl.ListFormat('en-GB', { type: 'disjunction' });
const AND = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/** More interests than this are counted, not named: they are on show right below. */
const NAMED_MAX = 3;

/** A wait of this length or less is a few seconds. */
const SOON_MS = 20_000;

/** Two windows of one browser look like two people to their owner, and never meet. */
export const LONG_WAIT =
  'Still nobody. Stay a little: the next to come is yours. Two windows of one browser are one person and never meet.';

const GONE = 'They were gone already; looking on.';
const ANYONE = 'Looking for anyone.';

/**
 * What a search is doing. `widen_ms`: for how long only who fits will do; null where the service has not said so yet.
 * @param {Wishes} wishes
 * @param {{widen_ms: number | null, alone: boolean, long: boolean, ghost: boolean}} how
 * @returns {Search}
 */
export function search(wishes, { widen_ms, alone, long, ghost }) {
  // To who is alone, a language that nobody was asked for says less than that.
  const who = alone && widen_ms === 0 && wishes.interests.length === 0 ? '' : whoOf(wishes);
  const patient = long && !alone && (who === '' || widen_ms === 0);
  const words = patient ? stillNobody(who) : sought(who, widen_ms, alone);
  if (!ghost || patient) return words;
  return { detail: GONE, more: who === '' ? '' : widen_ms === 0 ? ANYONE : words.detail };
}

/**
 * @param {string} who
 * @param {number | null} widen_ms
 * @param {boolean} alone
 * @returns {Search}
 */
function sought(who, widen_ms, alone) {
  if (who === '') {
    return alone ? { detail: 'You are the only one here just now. Stay a little: the next to come is yours.', more: '' }
      : { detail: 'You will meet the next person who is free.', more: '' };
  }
  if (widen_ms === 0) {
    const more = alone ? 'Looking for anyone; you are the only one here just now.' : ANYONE;
    return { detail: `No one ${who} is free right now.`, more };
  }
  const detail = `First, someone ${who}.`;
  if (widen_ms === null) return { detail, more: '' };
  return { detail, more: `${widen_ms > SOON_MS ? 'In a little while' : 'In a few seconds'} we will look for anyone.` };
}

/**
 * @param {string} who
 * @returns {Search}
 */
function stillNobody(who) {
  return who === '' ? { detail: LONG_WAIT, more: '' } : { detail: `No one ${who} is free right now.`, more: LONG_WAIT };
}

/**
 * @param {Wishes} wishes
 * @returns {string} as in "someone who likes jazz or chess and speaks English"; empty where anybody would do
 */
function whoOf({ interests, lang }) {
  const likes = interests.length > NAMED_MAX ? `shares one of your ${interests.length} interests`
    : interests.length > 0 ? `likes ${OR.format(interests.map(isolated))}` : '';
  const speaks = lang === null ? '' : `speaks ${nameOf(lang)}`;
  const both = [likes, speaks].filter((each) => each !== '').join(' and ');
  return both === '' ? '' : `who ${both}`;
}

/**
 * What two people have in common, as the service has found it.
 * @param {readonly string[]} common
 * @param {string | null} lang
 * @returns {string}
 */
export function inCommon(common, lang) {
  const like = common.length > 0 ? [`You both like ${AND.format(common.map(isolated))}.`] : [];
  const speak = lang === null ? [] : [`You both speak ${nameOf(lang)}.`];
  return [...like, ...speak].join(' ');
}

/**
 * Why a text did not become an interest.
 * @param {import('./interests.js').Fault | null} fault
 * @param {import('./interests.js').Bounds} bounds
 * @returns {string}
 */
export function faultOf(fault, bounds) {
  switch (fault?.why) {
    case undefined: return '';
    case 'full': return `That is ${bounds.interests} already. Remove one to make room.`;
    case 'long': return `Too long: an interest has at most ${bounds.interest_chars} characters.`;
    case 'twice': return `${isolated(fault?.text ?? '')} is there already.`;
  }
}

/**
 * @param {string} text
 * @returns {string}
 */
function isolated(text) {
  return `\u2068${text}\u2069`;
}
