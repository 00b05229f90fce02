// What the service asks of who enters, and a proof of work as it wants to see it (ALTCHA, version 1).

import { is, pick } from '../codec.js';
import { PROOF } from '../wire.js';

/** @typedef {{algorithm: string, challenge: string, maxnumber: number, salt: string, signature: string}} Challenge */
/** @typedef {{proof: 'pow', challenge: Challenge} | {proof: 'turnstile', siteKey: string}} Demand */

/** The service asks for at most 64 times its base. Whoever asks for more wants a device to be busy for nothing. */
export const NUMBER_MAX = 6_400_000;

const SALT_CHARS_MAX = 512;
const SITE_KEY_CHARS_MAX = 128;

/** @type {(value: unknown) => boolean} */
const isDigest = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

const CHALLENGE = Object.freeze({
  algorithm: (/** @type {unknown} */ value) => value === 'SHA-256',
  challenge: isDigest,
  maxnumber: (/** @type {unknown} */ value) => is.number(value) && Number(value) <= NUMBER_MAX,
  salt: (/** @type {unknown} */ value) => is.name(value) && String(value).length <= SALT_CHARS_MAX,
  signature: isDigest,
});

/**
 * What a refusal asks for; null where this page cannot give it. `siteKey`: the one that the door told before.
 * @param {Record<string, unknown>} problem
 * @param {string | null} siteKey
 * @returns {Demand | null}
 */
export function demandOf({ proof, challenge, site_key }, siteKey) {
  if (proof === PROOF.work) {
    const fields = pick(/** @type {Record<string, unknown>} */ (Object(challenge)), CHALLENGE);
    return fields && { proof, challenge: /** @type {Challenge} */ (/** @type {unknown} */ (fields)) };
  }
  const key = site_key ?? siteKey;
  return proof === PROOF.turnstile && typeof key === 'string' && isSiteKey(key) ? { proof, siteKey: key } : null;
}

/**
 * @param {string} text
 * @returns {boolean}
 */
export function isSiteKey(text) {
  return text.length <= SITE_KEY_CHARS_MAX && /^[\w.-]+$/.test(text);
}

/**
 * The proof for `POST /enter`.
 * @param {Challenge} challenge
 * @param {number} number
 * @param {number} took   milliseconds
 * @returns {string}
 */
export function payloadOf({ algorithm, challenge, salt, signature }, number, took) {
  const json = JSON.stringify({ algorithm, challenge, number, salt, signature, took: Math.round(took) });
  return btoa(String.fromCharCode(...new TextEncoder().encode(json)));
}
