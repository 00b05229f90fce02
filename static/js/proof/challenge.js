// What the service asks of who enters, and a proof of work as it wants to see it (ALTCHA, version 1).

import { is, pick } from '../codec.js';
import { PROOF } from '../wire.js';

/** @typedef {{algorithm: string, challenge: string, maxnumber: number, salt: string, signature: string}} Challenge */
/**
 * `siteKey` null: the one that the door told before.
 * @typedef {{proof: 'pow', challenge: Challenge} | {proof: 'turnstile', siteKey: string | null}} Demand
 */

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
 * What a refusal asks for; null where this page cannot give it.
 * @param {Record<string, unknown>} problem
 * @returns {Demand | null}
 */
export function demandOf({ proof, challenge, site_key = null }) {
  if (proof === PROOF.work) {
    const fields = pick(/** @type {Record<string, unknown>} */ (Object(challenge)), CHALLENGE);
    return fields && { proof, challenge: /** @type {Challenge} */ (/** @type {unknown} */ (fields)) };
  }
  return proof === PROOF.turnstile && (site_key === null || isSiteKey(site_key)) ? { proof, siteKey: site_key } : null;
}

/**
 * @param {unknown} text
 * @returns {text is string}
 */
export function isSiteKey(text) {
  return typeof text === 'string' && text.length <= SITE_KEY_CHARS_MAX && /^[\w.-]+$/.test(text);
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
