// The answers of the operator's API as values. What reads is well formed; the rest is null. Fields and codes that this
// page does not know may come: a field is left behind, a code is shown as it is.

import { is, pick } from '../codec.js';
import { SEVERITY } from '../wire.js';

/** @typedef {import('../state.js').Announcement} Announcement */
/**
 * How many had waited so long: up to `up_to_ms`, and longer than the one before; null: longer than all before.
 * @typedef {{up_to_ms: number | null, count: number}} Wait
 */
/**
 * How often each code came.
 * @typedef {Readonly<Record<string, number>>} Tally
 */
/**
 * What one minute came to; `at` is when it was noted.
 * @typedef {{at: number, online: number, waiting: number, chatting: number, matches: number, messages: number}} Minute
 */
/**
 * @typedef {{lobby: string, heard: number | null, paused: boolean, sessions: number, waiting: number, chatting: number,
 *   matches: number, messages: number}} Lobby
 */
/**
 * @typedef {{at: number, since: number, paused: boolean, streams: number, online: number, waiting: number,
 *   chatting: number, matches: number, messages: number, reconnects: number, resumes: number, ends: Tally,
 *   refusals: Tally, waits: readonly Wait[], lobbies: readonly Lobby[], hour: readonly Minute[]}} Stats
 */

/** @typedef {(value: unknown) => boolean} Check */

/** @type {Check} */
const isMoment = (value) => value === null || is.count(value);
/** @type {Check} */
const isTally = (value) => typeof value === 'object' && value !== null && Object.values(value).every(is.count);
/** @type {(shape: Readonly<Record<string, Check>>) => Check} */
const listOf = (shape) => (value) => Array.isArray(value) && value.every((item) => fields(item, shape) !== null);

/** @type {(...names: string[]) => Record<string, Check>} */
const counts = (...names) => Object.fromEntries(names.map((name) => [name, is.count]));

const WAIT = Object.freeze({ up_to_ms: isMoment, count: is.count });
const MINUTE = Object.freeze(counts('at', 'online', 'waiting', 'chatting', 'matches', 'messages'));
const LOBBY = Object.freeze({
  lobby: is.name, heard: isMoment, paused: is.flag, ...counts('sessions', 'waiting', 'chatting', 'matches', 'messages'),
});
const STATS = Object.freeze({
  ...counts('at', 'since', 'streams', 'online', 'waiting', 'chatting', 'matches', 'messages', 'reconnects', 'resumes'),
  paused: is.flag, ends: isTally, refusals: isTally, waits: listOf(WAIT), lobbies: listOf(LOBBY), hour: listOf(MINUTE),
});
const ANNOUNCEMENT = Object.freeze({
  id: is.name, severity: (/** @type {unknown} */ value) => Object.values(SEVERITY).some((name) => name === value),
  text: is.name, until: isMoment,
});
const LIST = Object.freeze({ announcements: listOf(ANNOUNCEMENT) });
const SWITCH = Object.freeze({ paused: is.flag });

/**
 * @param {unknown} value
 * @returns {Stats | null}
 */
export function stats(value) {
  return /** @type {Stats | null} */ (fields(value, STATS));
}

/**
 * @param {unknown} value
 * @returns {Announcement | null}
 */
export function announcement(value) {
  return /** @type {Announcement | null} */ (fields(value, ANNOUNCEMENT));
}

/**
 * @param {unknown} value
 * @returns {readonly Announcement[] | null}
 */
export function announcements(value) {
  const list = fields(value, LIST);
  return list === null ? null : /** @type {readonly Announcement[]} */ (list.announcements);
}

/**
 * @param {unknown} value
 * @returns {boolean | null}
 */
export function paused(value) {
  const answer = fields(value, SWITCH);
  return answer === null ? null : /** @type {boolean} */ (answer.paused);
}

/**
 * @param {unknown} value
 * @param {Readonly<Record<string, Check>>} shape
 * @returns {Record<string, unknown> | null}
 */
function fields(value, shape) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return pick(/** @type {Record<string, unknown>} */ (value), shape);
}
