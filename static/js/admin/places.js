// The three places of the page, and what each of them asks for: the numbers come everywhere, the announcements where
// they are seen. How many reports are open is asked for once a minute, in the place of one look at the announcements,
// so that the service is not asked more often than without reports. The lists of reports and bans are asked for when
// somebody goes there or says so: under the eyes of who reads them nothing moves.

import { LIST_MS, PEEK_MS } from './wire.js';
import { TIMER, step } from './state.js';
import * as bans from './bans.js';
import * as reports from './reports.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./state.js').Effect} Effect */
/** @typedef {import('./state.js').Place} Place */

export const PLACES = Object.freeze(/** @type {const} */ (['live', 'reports', 'bans']));

/**
 * @param {string} name
 * @returns {name is Place}
 */
export function isPlace(name) {
  return PLACES.some((each) => each === name);
}

/**
 * @param {State} state
 * @param {Place} place
 * @returns {Step}
 */
export function go(state, place) {
  if (place === state.place) return step(state);
  const gone = { ...reports.cover(state), place, news: null };
  return state.session.at === 'in' ? arrive(gone) : step(gone);
}

/**
 * What the place shows that is not asked for again and again.
 * @param {State} state
 * @returns {Step}
 */
export function arrive(state) {
  switch (state.place) {
    case 'live': return list(state);
    case 'reports': return also(calm(state), reports.ask);
    case 'bans': return also(calm(state), bans.ask);
  }
}

/**
 * Everything at the first moment inside.
 * @param {State} state
 * @returns {Step}
 */
export function enter(state) {
  const arrived = arrive(state);
  if (state.place !== 'reports') return also(arrived, reports.peek);
  // The first page of them tells how many there are.
  return step(arrived.state, ...arrived.effects, { do: 'timer', name: TIMER.peek, ms: PEEK_MS });
}

/**
 * The announcements, where they are seen.
 * @param {State} state
 * @returns {Step}
 */
export function list(state) {
  const { session, turn, visible, place } = state;
  if (session.at !== 'in' || !visible || place !== 'live') return step(state);
  const asked = state.list.asked + 1;
  return step({ ...state, list: { ...state.list, asked } },
    { do: 'timer', name: TIMER.list, ms: null }, { do: 'list', token: session.token, turn, asked });
}

/**
 * It is time to look how many reports are open: the announcements stand back, for a turn more than what is left of this
 * one, so that no minute has more requests than one without reports.
 * @param {State} state
 * @returns {Step}
 */
export function peek(state) {
  const looked = reports.peek(state);
  if (looked.effects.length === 0 || state.place !== 'live') return looked;
  return step(looked.state, ...looked.effects, { do: 'timer', name: TIMER.list, ms: 2 * LIST_MS });
}

/**
 * @param {Step} first
 * @param {(state: State) => Step} then
 * @returns {Step}
 */
export function also(first, then) {
  const second = then(first.state);
  return step(second.state, ...first.effects, ...second.effects);
}

/**
 * No announcements are asked for here.
 * @param {State} state
 * @returns {Step}
 */
function calm(state) {
  return step(state, { do: 'timer', name: TIMER.list, ms: null });
}
