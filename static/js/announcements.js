// What the operator has to say, as this person sees it: what they hid stays hidden on this device, and what has run out
// goes by itself.
//
// While the stream speaks, the service itself takes back what runs out, and this device's clock, which may be wrong, has
// no say. Only where the stream is interrupted does the clock hide what has run out by it; what the service still tells
// of once it speaks again is on show again.

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
 * @param {Pick<State, 'announcements' | 'dismissed' | 'expired'>} state
 * @returns {Announcement[]}
 */
export function onShow({ announcements, dismissed, expired }) {
  const open = announcements.filter(({ id }) => !dismissed.includes(id) && !expired.includes(id)).reverse();
  return ORDER.flatMap((severity) => open.filter((each) => each.severity === severity));
}

/**
 * The stream has told something about announcements.
 * @param {State} state
 * @param {FeedEvent} event
 * @returns {Step}
 */
export function told(state, event) {
  const news = event.type === 'announced' ? event.announcement.id : null;
  return timed({ ...reduceFeed(state, event), expired: state.expired.filter((id) => id !== news) });
}

/**
 * The stream has told how many are here, or has been silent for so long that nobody knows.
 * @param {State} state
 * @param {Extract<FeedEvent, {type: 'counts'}>} event
 * @returns {Step}
 */
export function toldCounts(state, event) {
  const after = reduceFeed(state, event);
  const turned = (state.counts === null) !== (after.counts === null);
  return turned ? timed({ ...after, expired: [] }) : step(after);
}

/**
 * @param {State} state
 * @param {number} now   in milliseconds since 1970, by this device
 * @returns {Step}
 */
export function expire(state, now) {
  if (state.counts !== null) return step(state);
  const over = state.announcements.filter(({ until }) => until !== null && until <= now);
  return timed({ ...state, expired: over.map(({ id }) => id) });
}

/**
 * Asks for the time when the next one runs out, where that is for this device to say.
 * @param {State} state
 * @returns {Step}
 */
function timed(state) {
  const { announcements, expired, counts } = state;
  const open = counts === null ? announcements.filter(({ id }) => !expired.includes(id)) : [];
  const ends = open.flatMap(({ until }) => (until === null ? [] : [until]));
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
