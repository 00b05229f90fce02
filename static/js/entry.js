// Asking at the door: what entering takes, and a pass.

import { PATH, PROBLEM } from './wire.js';
import { is, parseObject, pick } from './codec.js';
import { UNREACHABLE } from './line.js';

/** @typedef {import('./state.js').Event} Event */
/** @typedef {(input: string, init?: RequestInit) => Promise<Response>} Fetch */

/** A request that takes longer will not be answered. */
const REQUEST_MS = 10_000;

const TERMS = Object.freeze({ terms: is.name, paused: is.flag });
const PASS = Object.freeze({ pass: is.name, lobby: is.name, visitor: is.name });

/**
 * @param {Fetch} fetch
 * @returns {Promise<Event>}
 */
export async function ask(fetch) {
  const answer = await request(fetch, { method: 'GET' });
  const terms = answer?.ok ? pick(answer.body, TERMS) : null;
  if (terms === null) return { type: 'unasked' };
  return { type: 'asked', terms: /** @type {string} */ (terms.terms), paused: /** @type {boolean} */ (terms.paused) };
}

/**
 * @param {Fetch} fetch
 * @param {string | null} visitor
 * @returns {Promise<Event>}
 */
export async function enter(fetch, visitor) {
  const answer = await request(fetch, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(visitor === null ? { terms: true } : { terms: true, visitor }),
  });
  if (answer === null) return { type: 'refused', code: UNREACHABLE, retry_ms: null, until: null };
  const pass = answer.ok ? pick(answer.body, PASS) : null;
  if (pass !== null) return /** @type {Event} */ ({ type: 'entered', ...pass });
  const { code, retry_ms, until } = answer.body;
  return {
    type: 'refused',
    code: !answer.ok && typeof code === 'string' ? code : codeOf(answer.status),
    retry_ms: is.count(retry_ms) ? /** @type {number} */ (retry_ms) : null,
    until: is.count(until) ? /** @type {number} */ (until) : null,
  };
}

/**
 * What an answer without a problem document means: something between the page and the service wrote it.
 * @param {number} status
 * @returns {string}
 */
function codeOf(status) {
  if (status === 429) return PROBLEM.slowDown;
  return status >= 400 && status < 500 ? PROBLEM.badRequest : PROBLEM.unavailable;
}

/**
 * @param {Fetch} fetch
 * @param {RequestInit} init
 * @returns {Promise<{ok: boolean, status: number, body: Record<string, unknown>} | null>}
 */
async function request(fetch, init) {
  try {
    const response = await fetch(PATH.enter, { ...init, cache: 'no-store', signal: AbortSignal.timeout(REQUEST_MS) });
    const body = parseObject(await response.text()) ?? {};
    return { ok: response.ok, status: response.status, body };
  } catch {
    return null;
  }
}
