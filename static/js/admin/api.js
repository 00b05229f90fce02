// Asking the service as its operator. Each call answers with a value or with the reason why not, and never throws.

import { PROBLEM } from '../wire.js';
import { is, parseObject } from '../codec.js';
import { PATH, UNREACHABLE, UNREADABLE } from './wire.js';
import * as shapes from './shapes.js';

/**
 * Why not: the code of a problem document, or one of ours. `detail` is the service's own sentence to its operator.
 * @typedef {{code: string, detail: string | null, retry_ms: number | null}} Refusal
 */
/**
 * @template T
 * @typedef {{ok: true, value: T} | {ok: false, refusal: Refusal}} Answer
 */
/** @typedef {(input: string, init?: RequestInit) => Promise<Response>} Fetch */
/** @typedef {{method?: string, body?: unknown}} Request */

/** A request that takes longer will not be answered. */
const REQUEST_MS = 10_000;

/** All that a token can be made of: nothing else fits into a header. */
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * @param {Fetch} fetch
 */
export function createApi(fetch) {
  /**
   * @template T
   * @param {string} token
   * @param {string} path
   * @param {(body: unknown) => T | null} read
   * @param {Request} [request]
   * @returns {Promise<Answer<T>>}
   */
  async function call(token, path, read, { method = 'GET', body } = {}) {
    // The service has no such token, and a browser would not send it.
    if (!TOKEN.test(token)) return refused(PROBLEM.unauthorized);
    try {
      const response = await fetch(path, {
        method,
        headers: {
          authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        cache: 'no-store',
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      const said = parseObject(await response.text());
      if (!response.ok) return { ok: false, refusal: refusalOf(response.status, said ?? {}) };
      const value = read(said);
      return value === null ? refused(UNREADABLE) : { ok: true, value };
    } catch {
      return refused(UNREACHABLE);
    }
  }

  return {
    /** @param {string} token */
    stats: (token) => call(token, PATH.stats, shapes.stats),

    /** @param {string} token */
    list: (token) => call(token, PATH.announcements, shapes.announcements),

    /**
     * @param {string} token
     * @param {{severity: string, text: string, until: number | null}} announcement
     */
    announce(token, { severity, text, until }) {
      const body = { severity, text, ...(until === null ? {} : { until }) };
      return call(token, PATH.announcements, shapes.announcement, { method: 'POST', body });
    },

    /**
     * @param {string} token
     * @param {string} id
     */
    retract(token, id) {
      return call(token, `${PATH.announcements}/${encodeURIComponent(id)}`, () => true, { method: 'DELETE' });
    },

    /**
     * @param {string} token
     * @param {boolean} paused
     */
    pause: (token, paused) => call(token, PATH.paused, shapes.paused, { method: 'PUT', body: { paused } }),

    /**
     * @param {string} token
     * @param {boolean} raised
     */
    raise: (token, raised) => call(token, PATH.raised, shapes.raised, { method: 'PUT', body: { raised } }),

    /**
     * One page of the reports: the first, or the one after this report.
     * @param {string} token
     * @param {import('./shapes.js').Status} status
     * @param {string | null} after
     */
    reports(token, status, after) {
      const query = new URLSearchParams({ status, ...(after === null ? {} : { after }) });
      return call(token, `${PATH.reports}?${query}`, shapes.reports);
    },

    /**
     * @param {string} token
     * @param {string} id
     * @param {{status: import('./shapes.js').Status, note: string}} decision   the note may be empty
     */
    decide(token, id, { status, note }) {
      const body = { status, ...(note === '' ? {} : { note }) };
      return call(token, `${PATH.reports}/${encodeURIComponent(id)}`, shapes.report, { method: 'POST', body });
    },

    /** @param {string} token */
    bans: (token) => call(token, PATH.bans, shapes.bans),

    /**
     * @param {string} token
     * @param {import('./ban-draft.js').Wish} wish
     */
    ban(token, { whom: { by, key }, until, reason }) {
      return call(token, PATH.bans, shapes.ban, { method: 'POST', body: { [by]: key, until, reason } });
    },

    /**
     * @param {string} token
     * @param {string} id
     */
    lift(token, id) {
      return call(token, `${PATH.bans}/${encodeURIComponent(id)}`, () => true, { method: 'DELETE' });
    },
  };
}

/**
 * @param {string} code
 * @returns {{ok: false, refusal: Refusal}}
 */
function refused(code) {
  return { ok: false, refusal: { code, detail: null, retry_ms: null } };
}

/**
 * @param {number} status
 * @param {Record<string, unknown>} problem
 * @returns {Refusal}
 */
function refusalOf(status, { code, detail, retry_ms }) {
  return {
    code: typeof code === 'string' ? code : codeOf(status),
    detail: typeof detail === 'string' && detail !== '' ? detail : null,
    retry_ms: is.count(retry_ms) ? /** @type {number} */ (retry_ms) : null,
  };
}

/**
 * What an answer without a problem document means: something between the page and the service wrote it.
 * @param {number} status
 * @returns {string}
 */
function codeOf(status) {
  switch (status) {
    case 401: return PROBLEM.unauthorized;
    case 404: return PROBLEM.notFound;
    case 413: return PROBLEM.tooLarge;
    case 429: return PROBLEM.slowDown;
    default: return status >= 400 && status < 500 ? PROBLEM.badRequest : PROBLEM.unavailable;
  }
}
