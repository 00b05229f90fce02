// Asking at the door: what entering takes, and a pass.

import { PATH, PROBLEM } from './wire.js';
import { is, parseObject, pick } from './codec.js';
import { UNREACHABLE } from './line.js';
import { TABS_MAX } from './tickets.js';
import { demandOf, isSiteKey } from './proof/challenge.js';

/** @typedef {import('./state.js').Event} Event */
/** @typedef {{visitor: string | null, pass: string | null, memory: readonly string[], proof?: string}} Known */
/** @typedef {(input: string, init?: RequestInit) => Promise<Response>} Fetch */

/** A request that takes longer will not be answered. */
const REQUEST_MS = 10_000;

/** The service takes 65 536; a proof has to fit as well. */
const BODY_BYTES_MAX = 60_000;

const TERMS = Object.freeze({ terms: is.name, paused: is.flag });
/** An address to write to, or where to read how. */
const CONTACT_CHARS_MAX = 500;
const PASS = Object.freeze({ pass: is.name, lobby: is.name, visitor: is.name });

/**
 * @param {Fetch} fetch
 * @returns {Promise<Event>}
 */
export async function ask(fetch) {
  const answer = await request(fetch, { method: 'GET' });
  const terms = answer?.ok ? pick(answer.body, TERMS) : null;
  if (terms === null) return { type: 'unasked' };
  const { site_key, contact } = /** @type {Record<string, unknown>} */ (answer?.body);
  return /** @type {Event} */ ({
    type: 'asked', ...terms, contact: contactOf(contact), siteKey: isSiteKey(site_key) ? site_key : null,
  });
}

/**
 * @param {Fetch} fetch
 * @param {Known} known
 * @returns {Promise<Event>}
 */
export async function enter(fetch, known) {
  const answer = await request(fetch, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: bodyOf(known),
  });
  if (answer === null) return { type: 'refused', code: UNREACHABLE, retry_ms: null, until: null };
  const pass = answer.ok ? pick(answer.body, PASS) : null;
  if (pass !== null) return /** @type {Event} */ ({ type: 'entered', ...pass });
  const { code, retry_ms, until, contact } = answer.body;
  const demand = code === PROBLEM.proofRequired || code === PROBLEM.proofInvalid ? demandOf(answer.body) : null;
  if (!answer.ok && demand !== null) return { type: 'demanded', demand };
  return {
    type: 'refused',
    code: !answer.ok && typeof code === 'string' ? code : codeOf(answer.status),
    retry_ms: is.count(retry_ms) ? /** @type {number} */ (retry_ms) : null,
    until: is.count(until) ? /** @type {number} */ (until) : null,
    ...(contactOf(contact) === null ? {} : { contact: /** @type {string} */ (contact) }),
  };
}

/**
 * @param {unknown} contact
 * @returns {string | null}
 */
function contactOf(contact) {
  return is.name(contact) && String(contact).length <= CONTACT_CHARS_MAX ? String(contact) : null;
}

/**
 * The service takes a bounded body. What is remembered gives way, the oldest first.
 * @param {Known} known
 * @returns {string}
 */
function bodyOf({ visitor, pass, memory, proof }) {
  for (let count = Math.min(memory.length, TABS_MAX); ; count -= 1) {
    const body = JSON.stringify({
      terms: true,
      ...(visitor === null ? {} : { visitor }),
      ...(count > 0 ? { memory: memory.slice(0, count) } : {}),
      ...(pass === null ? {} : { pass }),
      ...(proof === undefined ? {} : { proof }),
    });
    if (count <= 0 || new TextEncoder().encode(body).length <= BODY_BYTES_MAX) return body;
  }
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
