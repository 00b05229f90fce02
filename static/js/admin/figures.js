// The numbers as rows: what is counted now and since the start, why conversations end and frames are refused, and the
// lobbies.

import { ENDED, REFUSED } from '../wire.js';
import { LEASE_MS } from './wire.js';
import { moment, number, several, span } from './format.js';
import * as words from './words.js';

/** @typedef {import('./shapes.js').Stats} Stats */
/** @typedef {import('./shapes.js').Tally} Tally */

/**
 * @typedef {{online: string, waiting: string, chatting: string, streams: string, since: string, matches: string,
 *   messages: string, reconnects: string, resumes: string}} Figures
 */
/** @typedef {{code: string, words: string, count: string, share: number, some: boolean}} Row */
/** @typedef {{rows: readonly Row[], total: string}} Rows   `share` of the longest bar */
/**
 * @typedef {{lobby: string, sessions: string, waiting: string, chatting: string, matches: string, messages: string,
 *   heard: string, silent: boolean, paused: boolean}} LobbyRow
 */

/** Where a number is not known. */
const UNKNOWN = '–';

const BY_NAME = new Intl.Collator('en', { numeric: true });

/**
 * @param {Stats | null} stats
 * @returns {Figures}
 */
export function figures(stats) {
  const count = (/** @type {number | undefined} */ value) => (value === undefined ? UNKNOWN : number(value));
  return {
    online: count(stats?.online), waiting: count(stats?.waiting), chatting: count(stats?.chatting),
    streams: stats === null ? '' : several(stats.streams, 'open stream', 'open streams'),
    matches: count(stats?.matches), messages: count(stats?.messages),
    reconnects: count(stats?.reconnects), resumes: count(stats?.resumes),
    since: stats === null ? '' : `since ${moment(stats.since, stats.at)}`,
  };
}

/**
 * @param {Stats | null} stats
 * @returns {Rows}
 */
export function ends(stats) {
  return rows(stats?.ends ?? null, Object.values(ENDED), words.end);
}

/**
 * @param {Stats | null} stats
 * @returns {Rows}
 */
export function refusals(stats) {
  return rows(stats?.refusals ?? null, Object.values(REFUSED), words.refusal);
}

/**
 * One row for each code, those of the protocol first and in its order, so that no row ever moves.
 * @param {Tally | null} tally   null: not known
 * @param {readonly string[]} known
 * @param {(code: string) => string} say
 * @returns {Rows}
 */
function rows(tally, known, say) {
  if (tally === null) {
    const unknown = { count: UNKNOWN, share: 0, some: false };
    return { rows: known.map((code) => ({ code, words: say(code), ...unknown })), total: '' };
  }
  const codes = [...known, ...Object.keys(tally).filter((code) => !known.includes(code)).sort()];
  const counts = codes.map((code) => tally[code] ?? 0);
  const most = Math.max(1, ...counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return {
    rows: codes.map((code, index) => {
      const count = counts[index] ?? 0;
      return { code, words: say(code), count: number(count), share: count / most, some: count > 0 };
    }),
    total: total === 0 ? 'none' : `${number(total)} in all`,
  };
}

/**
 * @param {Stats | null} stats
 * @returns {readonly LobbyRow[]}
 */
export function lobbies(stats) {
  if (stats === null) return [];
  return [...stats.lobbies].sort((one, other) => BY_NAME.compare(one.lobby, other.lobby)).map((each) => {
    const silence = each.heard === null ? null : stats.at - each.heard;
    const silent = silence !== null && silence > LEASE_MS;
    return {
      lobby: each.lobby,
      sessions: number(each.sessions), waiting: number(each.waiting), chatting: number(each.chatting),
      matches: number(each.matches), messages: number(each.messages),
      heard: `${silence === null ? 'not yet' : ago(silence)}${silent ? ', not counted' : ''}`,
      silent,
      paused: each.paused,
    };
  });
}

/**
 * @param {number} ms
 * @returns {string}
 */
function ago(ms) {
  return ms < 1_000 ? 'just now' : `${span(ms)} ago`;
}
