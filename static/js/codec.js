// Text of the wire to values and back. Past this file nobody sees JSON: what decodes is well formed, the rest is null.

import { FROM, LIMITS, PARTNER, PROTOCOL_VERSION, WELCOME } from './wire.js';

/**
 * @typedef {{frame_bytes: number, text_chars: number, interests: number, interest_chars: number, in_flight: number,
 *   ping_ms: number, pong_ms: number, grace_ms: number, return_ms: number}} Limits
 */

/**
 * A line that a report shows: as it was said, with the service's own mark on it where it has one.
 * @typedef {{from: 'partner' | 'me', n: number, text: string, tag?: string}} Line
 */

/**
 * @typedef {{type: 'hello', v: number, pass: string, ticket?: string, line?: number, counted?: true}
 *   | {type: 'find', interests?: readonly string[], lang?: string, c?: string}
 *   | {type: 'stop', c?: string}
 *   | {type: 'say', c: string, n: number, text: string}
 *   | {type: 'got', c: string, n: number}
 *   | {type: 'seen', c: string, n: number}
 *   | {type: 'typing', c: string, on: boolean}
 *   | {type: 'block', c: string}
 *   | {type: 'report', c: string, reason: string, note?: string, lines?: readonly Line[]}} ClientFrame
 */

/**
 * @typedef {{type: 'welcome', v: number, ticket?: string, state: 'idle' | 'waiting' | 'talking', limits: Limits}
 *   | {type: 'waiting', widen_ms: number, ticket?: string}
 *   | {type: 'matched', conversation: string, common: string[], lang: string | null, ticket?: string}
 *   | {type: 'resumed', conversation: string, common: string[], partner: 'here' | 'away', grace_ms?: number,
 *       ticket?: string}
 *   | {type: 'say', c: string, n: number, text: string, tag?: string}
 *   | {type: 'got', c: string, n: number}
 *   | {type: 'seen', c: string, n: number}
 *   | {type: 'typing', c: string, on: boolean}
 *   | {type: 'partner', c: string, state: 'here' | 'away', grace_ms?: number}
 *   | {type: 'ended', c: string, reason: string, ticket?: string}
 *   | {type: 'done', re: string, c?: string, ticket?: string}
 *   | {type: 'error', code: string, re?: string, c?: string, n?: number, retry_ms?: number}
 *   | {type: 'other', c: string, n: number}} ServerFrame
 */

/** @typedef {(value: unknown) => boolean} Check */

/** @type {Check} */
const isText = (value) => typeof value === 'string';
/** @type {Check} */
const isName = (value) => typeof value === 'string' && value !== '';
/** @type {Check} */
const isCount = (value) => Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;
/** @type {Check} */
const isNumber = (value) => Number.isSafeInteger(value) && /** @type {number} */ (value) >= 1;
/** @type {Check} */
const isFlag = (value) => typeof value === 'boolean';
/** @type {Check} */
const isNames = (value) => Array.isArray(value) && value.every(isText);
/** @type {Check} */
const isLang = (value) => value === null || isText(value);
/** @type {(names: Readonly<Record<string, string>>) => Check} */
const isOneOf = (names) => (value) => Object.values(names).includes(/** @type {string} */ (value));
/** @type {(check: Check) => Check} */
const maybe = (check) => (value) => value === undefined || check(value);

/**
 * The fields of each frame, in the order of the wire. A reason or an error code that is not known yet must still end
 * or refuse, so these two are any name.
 * @type {ReadonlyMap<string, Readonly<Record<string, Check>>>}
 */
const SHAPES = new Map(Object.entries(/** @type {Record<string, Record<string, Check>>} */ ({
  [FROM.welcome]: {
    v: (value) => value === PROTOCOL_VERSION, ticket: maybe(isName), state: isOneOf(WELCOME), limits: isObject,
  },
  [FROM.waiting]: { widen_ms: isCount, ticket: maybe(isName) },
  [FROM.matched]: { conversation: isName, common: isNames, lang: isLang, ticket: maybe(isName) },
  [FROM.resumed]: {
    conversation: isName, common: isNames, partner: isOneOf(PARTNER), grace_ms: maybe(isCount), ticket: maybe(isName),
  },
  [FROM.say]: { c: isName, n: isNumber, text: isText, tag: maybe(isText) },
  [FROM.got]: { c: isName, n: isCount },
  [FROM.seen]: { c: isName, n: isCount },
  [FROM.typing]: { c: isName, on: isFlag },
  [FROM.partner]: { c: isName, state: isOneOf(PARTNER), grace_ms: maybe(isCount) },
  [FROM.ended]: { c: isName, reason: isName, ticket: maybe(isName) },
  [FROM.done]: { re: isName, c: maybe(isName), ticket: maybe(isName) },
  [FROM.error]: { code: isName, re: maybe(isName), c: maybe(isText), n: maybe(isCount), retry_ms: maybe(isCount) },
})));

const LIMITS_SHAPE = Object.fromEntries(Object.keys(LIMITS).map((name) => [name, isNumber]));
const NUMBERED_SHAPE = Object.freeze({ c: isName, n: isNumber });

/**
 * A frame of the service, with the fields that this page knows; null where it is to be ignored.
 * @param {unknown} text
 * @returns {ServerFrame | null}
 */
export function decode(text) {
  const value = parseObject(text);
  if (value === null || typeof value.type !== 'string') return null;
  const shape = SHAPES.get(value.type);
  if (shape === undefined) {
    // Whatever it is, its sender counted it: it must be acknowledged, or all that comes after would be refused here.
    const fields = pick(value, NUMBERED_SHAPE);
    return fields && /** @type {ServerFrame} */ ({ type: FROM.other, ...fields });
  }
  const fields = pick(value, shape);
  if (fields === null) return null;
  // Only what is acknowledged counts from 0; what is said has its number from 1 on.
  if (value.type === FROM.error && fields.n === 0 && fields.re !== FROM.got && fields.re !== FROM.seen) return null;
  if (value.type === FROM.welcome) {
    fields.limits = isObject(fields.limits) ? pick(fields.limits, LIMITS_SHAPE) : null;
    if (fields.limits === null) return null;
  }
  return /** @type {ServerFrame} */ ({ type: value.type, ...fields });
}

/**
 * @param {ClientFrame} frame
 * @returns {string}
 */
export function encode(frame) {
  return JSON.stringify(frame);
}

/**
 * A JSON text that holds an object, or null.
 * @param {unknown} text
 * @returns {Record<string, unknown> | null}
 */
export function parseObject(text) {
  if (typeof text !== 'string') return null;
  try {
    const value = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * The fields of a shape, or null where one is missing or mistyped. Fields outside the shape are left behind.
 * @param {Record<string, unknown>} value
 * @param {Readonly<Record<string, Check>>} shape
 * @returns {Record<string, unknown> | null}
 */
export function pick(value, shape) {
  /** @type {Record<string, unknown>} */
  const fields = {};
  for (const [name, check] of Object.entries(shape)) {
    const field = Object.hasOwn(value, name) ? value[name] : undefined;
    if (!check(field)) return null;
    if (field !== undefined) fields[name] = field;
  }
  return fields;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const is = Object.freeze({ text: isText, name: isName, count: isCount, number: isNumber, flag: isFlag });
