// The answers of the operator's API as values. What reads is well formed; the rest is null. Fields and codes that this
// page does not know may come: a field is left behind, a code is shown as it is.

import { is, pick } from '../codec.js';
import { SEVERITY } from '../wire.js';
import { FROM, RATE_LIMITS, STATUS } from './wire.js';

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
 *   refusals: Tally, waits: readonly Wait[], lobbies: readonly Lobby[], hour: readonly Minute[], proof?: string,
 *   raised?: boolean, rate_limits?: string}} Stats   the last three are missing where the service is older
 */
/** @typedef {{from: 'partner' | 'me', n: number, text: string, verified: boolean}} Line */
/** @typedef {'open' | 'upheld' | 'dismissed'} Status */
/**
 * `times`: how often the same was reported; `weight`: what the reporter's word counts, 0 to 1. `reports`: against the
 * same visitor, this one included.
 * @typedef {{id: string, at: number, expires: number, reason: string, note: string | null, lines: readonly Line[],
 *   status: Status, decided: number | null, decision: string | null, times: number, weight: number,
 *   reporter: {visitor: string, network: string | null},
 *   accused: {visitor: string, network: string | null, reports: number, banned: number | null}}} Report
 */
/**
 * `next`: after which one the next page begins.
 * @typedef {{reports: readonly Report[], next: string | null}} Reports
 */
/**
 * @typedef {{id: string, at: number, until: number, reason: string, visitor: string | null, network: string | null,
 *   report: string | null, automatic: boolean}} Ban
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

/** @type {(check: Check) => Check} */
const maybe = (check) => (value) => value === undefined || check(value);
/** @type {(check: Check) => Check} */
const orNull = (check) => (value) => value === null || check(value);
/** @type {(names: Readonly<Record<string, string>>) => Check} */
const isOneOf = (names) => (value) => Object.values(names).some((name) => name === value);
/** @type {(shape: Readonly<Record<string, Check>>) => Check} */
const isLike = (shape) => (value) => fields(value, shape) !== null;

const WAIT = Object.freeze({ up_to_ms: isMoment, count: is.count });
const MINUTE = Object.freeze(counts('at', 'online', 'waiting', 'chatting', 'matches', 'messages'));
const LOBBY = Object.freeze({
  lobby: is.name, heard: isMoment, paused: is.flag, ...counts('sessions', 'waiting', 'chatting', 'matches', 'messages'),
});
const STATS = Object.freeze({
  ...counts('at', 'since', 'streams', 'online', 'waiting', 'chatting', 'matches', 'messages', 'reconnects', 'resumes'),
  paused: is.flag, ends: isTally, refusals: isTally, waits: listOf(WAIT), lobbies: listOf(LOBBY), hour: listOf(MINUTE),
  proof: maybe(is.name), raised: maybe(is.flag), rate_limits: maybe(isOneOf(RATE_LIMITS)),
});
const ANNOUNCEMENT = Object.freeze({
  id: is.name, severity: isOneOf(SEVERITY), text: is.name, until: isMoment,
});
const LIST = Object.freeze({ announcements: listOf(ANNOUNCEMENT) });
const SWITCH = Object.freeze({ paused: is.flag });
const RAISED = Object.freeze({ raised: is.flag });
const LINE = Object.freeze({ from: isOneOf(FROM), n: is.count, text: is.text, verified: is.flag });
const REPORTER = Object.freeze({ visitor: is.name, network: orNull(is.name) });
const ACCUSED = Object.freeze({
  visitor: is.name, network: orNull(is.name), reports: is.count, banned: isMoment,
});
const REPORT = Object.freeze({
  id: is.name, at: is.count, expires: is.count, reason: is.name, note: orNull(is.text), lines: listOf(LINE),
  status: isOneOf(STATUS), decided: isMoment, decision: orNull(is.text), times: is.number,
  weight: (/** @type {unknown} */ value) => typeof value === 'number' && value >= 0 && value <= 1,
  reporter: isLike(REPORTER), accused: isLike(ACCUSED),
});
const REPORTS = Object.freeze({ reports: listOf(REPORT), next: orNull(is.name) });
const BAN = Object.freeze({
  id: is.name, at: is.count, until: is.count, reason: is.text, visitor: orNull(is.name), network: orNull(is.name),
  report: orNull(is.name), automatic: is.flag,
});
const BANS = Object.freeze({ bans: listOf(BAN) });

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
 * @returns {boolean | null}
 */
export function raised(value) {
  const answer = fields(value, RAISED);
  return answer === null ? null : /** @type {boolean} */ (answer.raised);
}

/**
 * @param {unknown} value
 * @returns {Report | null}
 */
export function report(value) {
  return /** @type {Report | null} */ (fields(value, REPORT));
}

/**
 * @param {unknown} value
 * @returns {Reports | null}
 */
export function reports(value) {
  return /** @type {Reports | null} */ (fields(value, REPORTS));
}

/**
 * @param {unknown} value
 * @returns {Ban | null}
 */
export function ban(value) {
  return /** @type {Ban | null} */ (fields(value, BAN));
}

/**
 * @param {unknown} value
 * @returns {readonly Ban[] | null}
 */
export function bans(value) {
  const list = fields(value, BANS);
  return list === null ? null : /** @type {readonly Ban[]} */ (list.bans);
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
