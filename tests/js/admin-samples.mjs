// Numbers for the operator's page, of the shape that the service gives them: a quiet evening with one lobby.

/** @typedef {import('../../static/js/admin/shapes.js').Stats} Stats */
/** @typedef {import('../../static/js/admin/shapes.js').Minute} Minute */
/** @typedef {import('../../static/js/admin/shapes.js').Lobby} Lobby */

export const MINUTE_MS = 60_000;

/** 26 November 2026, 14:05:12 UTC. */
export const AT = Date.UTC(2026, 10, 26, 14, 5, 12);

const BOUNDS = [1_000, 3_000, 10_000, 30_000, 60_000, 120_000, 300_000, null];

/** @param {...number} counts */
export function waits(...counts) {
  return BOUNDS.map((up_to_ms, index) => ({ up_to_ms, count: counts[index] ?? 0 }));
}

/**
 * @param {Partial<Record<string, number>>} some
 */
export function ends(some = {}) {
  return { left: 0, next: 0, lost: 0, moderated: 0, closing: 0, ...some };
}

/**
 * @param {Partial<Record<string, number>>} some
 */
export function refusals(some = {}) {
  return {
    bad_frame: 0, bad_text: 0, too_long: 0, slow_down: 0, talking: 0, not_talking: 0, hello_first: 0, unknown_type: 0,
    paused: 0, ...some,
  };
}

/**
 * @param {Partial<Lobby>} some
 */
export function lobby(some = {}) {
  return {
    lobby: 'main-1', since: AT - 180 * MINUTE_MS, heard: AT - 900, paused: false, sessions: 11, waiting: 1,
    chatting: 10, matches: 40, messages: 812, reconnects: 5, resumes: 3, ends: ends(), refusals: refusals(),
    waits: waits(), ...some,
  };
}

/**
 * Minutes up to the last full one.
 * @param {number} count
 * @param {(minute: number) => boolean} [kept]   by its number from the first
 * @param {number} [at]
 * @returns {Minute[]}
 */
export function minutes(count, kept = () => true, at = AT) {
  const last = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  return Array.from({ length: count }, (_, index) => {
    const swing = Math.round(5 * Math.sin(index / 7) + 2 * Math.sin(index / 2));
    const waiting = index % 6 === 0 ? 2 : index % 4 === 0 ? 1 : 0;
    const chatting = 2 * Math.max(1, 4 + Math.floor(swing / 2));
    return {
      at: last - (count - 1 - index) * MINUTE_MS, online: chatting + waiting + 2 + (index % 3), waiting, chatting,
      matches: index % 3, messages: 7 + ((index * 5) % 11),
    };
  }).filter((_, index) => kept(index));
}

/**
 * @param {Partial<Stats>} some
 * @returns {Stats}
 */
export function stats(some = {}) {
  const at = some.at ?? AT;
  return {
    at, since: at - 180 * MINUTE_MS, paused: false, streams: 9, online: 12, waiting: 1, chatting: 10,
    matches: 40, messages: 812, reconnects: 5, resumes: 3,
    ends: ends({ left: 21, next: 9, lost: 4 }), refusals: refusals({ slow_down: 3 }), waits: waits(58, 9, 7, 4, 2),
    lobbies: [lobby()], hour: minutes(60, () => true, at), ...some,
  };
}

/**
 * A service that has just started, and nobody came yet.
 * @param {number} [at]
 * @returns {Stats}
 */
export function empty(at = AT) {
  return stats({
    at, since: at - 20_000, streams: 0, online: 0, waiting: 0, chatting: 0, matches: 0, messages: 0, reconnects: 0,
    resumes: 0, ends: ends(), refusals: refusals(), waits: waits(), lobbies: [], hour: [],
  });
}

/** @param {number} count */
export function manyLobbies(count) {
  return Array.from({ length: count }, (_, index) => lobby({
    lobby: `${['weur', 'enam', 'apac', 'sam'][index % 4]}-${Math.floor(index / 4) + 1}`,
    sessions: 3_900 - index * 31, waiting: index % 5, chatting: 3_800 - index * 32, matches: 20_000 + index * 977,
    messages: 1_000_000 + index * 77_001, heard: index === 7 ? AT - 130_000 : index === 9 ? null : AT - index * 700,
    paused: index === 3,
  }));
}
