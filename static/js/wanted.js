// Whom the person would like to meet: the interests and the language that every `find` carries. The field in which an
// interest is typed is here as well, so that its rules can be played without a page.
//
// A change while a partner is looked for is told at once: a `find` in the queue replaces what it looks for and keeps
// the place.

import { LIMITS } from './wire.js';
import { find, isReady, step } from './moves.js';
import { enlist, pieces, recalled, trimmed } from './interests.js';
import { isSubtag, offered, primary } from './languages.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./state.js').Event} Event */
/** @typedef {import('./state.js').Wanted} Wanted */
/** @typedef {Extract<Event, {type: 'interest' | 'drop' | 'lang'}>} WantedEvent */

/** What the language is kept as when it was said that any will do. */
const ANY = '';

/**
 * What an earlier visit kept. Who never chose a language is taken to speak that of the browser.
 * @param {{interests: string | null, lang: string | null, languages: readonly string[]}} known
 * @returns {Wanted}
 */
export function recall({ interests, lang, languages }) {
  const own = primary(languages[0]);
  const chosen = lang === ANY ? null : isSubtag(lang) ? lang : own;
  return {
    interests: recalled(interests, LIMITS), lang: chosen, offered: offered(languages, chosen), field: '', fault: null,
  };
}

/**
 * @param {State} state
 * @param {WantedEvent} event
 * @returns {Step}
 */
export function reduceWanted(state, event) {
  switch (event.type) {
    case 'interest': return typed(state, event.text, event.take);
    case 'drop': return keep(state, state.wanted.interests.filter((each) => each !== event.text), '', null);
    case 'lang': return speak(state, event.lang);
  }
}

/**
 * What stands in the field when the person goes on to look for a partner was meant as well.
 * @param {State} state
 * @returns {Step}
 */
export function takeField(state) {
  return typed(state, state.wanted.field, 'all');
}

/**
 * The field says `text` now. `take`: nothing of it yet, all that a separator ends, the whole of a list, or all.
 * @param {State} state
 * @param {string} text
 * @param {'none' | 'ended' | 'list' | 'all'} take
 * @returns {Step}
 */
function typed(state, text, take) {
  const parts = pieces(text);
  const whole = take === 'all' || (take === 'list' && parts.length > 1);
  const rest = whole || take === 'none' ? '' : trimStart(parts.at(-1) ?? '');
  const ended = take === 'none' ? [] : whole ? parts : parts.slice(0, -1);
  if (ended.every((part) => trimmed(part) === '')) {
    const field = take === 'none' ? text : rest;
    return step({ ...state, wanted: { ...state.wanted, field, fault: null } });
  }
  const { interests, left, fault } = enlist(state.wanted.interests, ended, state.line.limits);
  return keep(state, interests, [...left, rest].filter((each) => each !== '').join(', '), fault);
}

/**
 * @param {string} text
 * @returns {string}
 */
function trimStart(text) {
  return text.replace(/^\p{White_Space}+/u, '');
}

/**
 * @param {State} state
 * @param {readonly string[]} interests
 * @param {string} field
 * @param {Wanted['fault']} fault
 * @returns {Step}
 */
function keep(state, interests, field, fault) {
  const now = { ...state, wanted: { ...state.wanted, interests, field, fault } };
  if (interests.length === state.wanted.interests.length) return step(now);
  const { state: told, effects } = tell(now);
  return step(told, { do: 'remember', key: 'interests', value: JSON.stringify(interests) }, ...effects);
}

/**
 * @param {State} state
 * @param {string | null} lang
 * @returns {Step}
 */
function speak(state, lang) {
  if (lang === state.wanted.lang || (lang !== null && !isSubtag(lang))) return step(state);
  const { state: told, effects } = tell({ ...state, wanted: { ...state.wanted, lang } });
  return step(told, { do: 'remember', key: 'lang', value: lang ?? ANY }, ...effects);
}

/**
 * @param {State} state
 * @returns {Step}
 */
function tell(state) {
  if (state.place.at !== 'seeking') return step(state);
  const place = { ...state.place, changed: true };
  // Without a line the place in the queue, if there is one, is told as soon as it is known.
  if (!isReady(state) || !place.asked) return step({ ...state, place });
  return find({ ...state, place: { ...place, asked: false, queued: false } }, undefined);
}
