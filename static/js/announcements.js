// What the operator has to say, as this person sees it: what they hid stays hidden on this device, and what has run out
// goes by itself.

import { SEVERITY } from './wire.js';
import { is } from './codec.js';
import { step } from './moves.js';
import { reduceFeed } from './feed.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./state.js').Announcement} Announcement */
/** @typedef {import('./feed.js').FeedEvent} FeedEvent */

/** So many ids are kept: as many announcements can be in force. */
export const DISMISSED_MAX = 20;

/** What matters most comes first. @type {readonly Announcement['severity'][]} */
const ORDER = Object.freeze([SEVERITY.critical, SEVERITY.warning, SEVERITY.info]);

/**
 * What is on show: what matters most first, and the newest of it.
 * @param {Pick<State, 'announcements' | 'dismissed'>} state
 * @returns {Announcement[]}
 */
export function onShow({ announcements, dismissed }) {
  const open = announcements.filter(({ id }) => !dismissed.includes(id)).reverse();
  return ORDER.flatMap((severity) => open.filter((each) => each.severity === severity));
}

/**
 * The stream has told something about announcements.
 * @param {State} state
 * @param {FeedEvent} event
 * @returns {Step}
 */
export function told(state, event) {
  return timed(reduceFeed(state, event));
}

/**
 * @param {State} state
 * @param {number} now   in milliseconds since 1970
 * @returns {Step}
 */
export function expire(state, now) {
  const announcements = state.announcements.filter(({ until }) => until === null || until > now);
  return timed({ ...state, announcements });
}

/**
 * Asks for the time when the next one runs out.
 * @param {State} state
 * @returns {Step}
 */
function timed(state) {
  const ends = state.announcements.flatMap(({ until }) => (until === null ? [] : [until]));
  return step(state, { do: 'clock', at: ends.length === 0 ? null : Math.min(...ends) });
}

/**
 * The person has read it.
 * @param {State} state
 * @param {string} id
 * @returns {Step}
 */
export function dismiss(state, id) {
  if (state.dismissed.includes(id)) return step(state);
  const dismissed = bounded([...state.dismissed, id], state.announcements);
  return step({ ...state, dismissed }, { do: 'remember', key: 'dismissed', value: JSON.stringify(dismissed) });
}

/**
 * It was hidden in another tab.
 * @param {State} state
 * @param {string | null} value
 * @returns {State}
 */
export function dismissedElsewhere(state, value) {
  const news = recallDismissed(value).filter((id) => !state.dismissed.includes(id));
  if (news.length === 0) return state;
  return { ...state, dismissed: bounded([...state.dismissed, ...news], state.announcements) };
}

/**
 * What an earlier visit kept.
 * @param {string | null} value
 * @returns {readonly string[]}
 */
export function recallDismissed(value) {
  try {
    const ids = JSON.parse(value ?? '[]');
    return Array.isArray(ids) && ids.every(is.name) ? ids.slice(-DISMISSED_MAX) : [];
  } catch {
    return [];
  }
}

/**
 * What is still in force is forgotten last: it would come back.
 * @param {readonly string[]} ids
 * @param {readonly Announcement[]} announcements
 * @returns {readonly string[]}
 */
function bounded(ids, announcements) {
  const spare = ids.length - DISMISSED_MAX;
  if (spare <= 0) return ids;
  const inForce = ids.filter((each) => announcements.some(({ id }) => id === each));
  const gone = ids.filter((id) => !inForce.includes(id)).slice(0, spare);
  return ids.filter((id) => !gone.includes(id)).slice(-DISMISSED_MAX);
}
