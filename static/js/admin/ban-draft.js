// The ban that is being written: how long it holds, and what keeps it from being asked for.

import { PROBLEM, REFUSED } from '../wire.js';
import { countChars, isBlank, tidy } from '../text.js';
import { BAN_MS_MAX, KEY, REASON_CHARS, UNREACHABLE } from './wire.js';
import { FAULT, momentOf } from './compose.js';

/** @typedef {import('./api.js').Refusal} Refusal */

/**
 * For so many hours, or until a moment of the operator's choice.
 * @typedef {'1' | '24' | '168' | '720' | 'at'} Span
 */
/** @typedef {'visitor' | 'network'} Kind */
/** @typedef {{at: 'key' | 'end' | 'reason' | 'form', code: string, detail: string | null}} BanFault */
/**
 * `key` and `kind` are of a ban by hand; `uphold`, of one from a report: to uphold it too.
 * @typedef {{kind: Kind, key: string, span: Span, moment: string, reason: string, uphold: boolean, sending: boolean,
 *   fault: BanFault | null}} BanDraft
 */
/** @typedef {Partial<Pick<BanDraft, 'kind' | 'key' | 'span' | 'moment' | 'reason' | 'uphold'>>} BanChange */
/** @typedef {{by: Kind | 'report', key: string}} Whom */
/** @typedef {{whom: Whom, until: number, reason: string}} Wish */

/** Not of the wire: what is wrong was never sent. */
export const BAN_FAULT = Object.freeze({
  key: 'bad_key', noEnd: FAULT.noEnd, past: FAULT.past, far: 'far_end', blank: 'blank_reason', long: REFUSED.tooLong,
});

const HOUR_MS = 3_600_000;

export const SPANS = Object.freeze(/** @type {const} */ (['1', '24', '168', '720', 'at']));

/** @type {BanDraft} */
export const BLANK_BAN = Object.freeze({
  kind: 'visitor', key: '', span: '24', moment: '', reason: '', uphold: true, sending: false, fault: null,
});

/**
 * The reason as it would go out: one line.
 * @param {Pick<BanDraft, 'reason'>} draft
 * @returns {string}
 */
export function reasonOf({ reason }) {
  return tidy(reason).replace(/\s+/g, ' ').trim();
}

/**
 * Until when it would hold, by the service's clock; null: at no moment that could be read.
 * @param {BanDraft} draft
 * @param {number} now   by the service's clock
 * @returns {number | null}
 */
export function untilOf({ span, moment }, now) {
  return span === 'at' ? momentOf(moment) : now + Number(span) * HOUR_MS;
}

/**
 * What keeps it from being asked for, the topmost field first.
 * @param {BanDraft} draft
 * @param {Whom} whom
 * @param {number} now   by the service's clock
 * @returns {BanFault | null}
 */
export function banFaultOf(draft, whom, now) {
  const until = untilOf(draft, now);
  const reason = reasonOf(draft);
  if (whom.by !== 'report' && !KEY.test(whom.key)) return { at: 'key', code: BAN_FAULT.key, detail: null };
  if (until === null) return { at: 'end', code: BAN_FAULT.noEnd, detail: null };
  if (until <= now) return { at: 'end', code: BAN_FAULT.past, detail: null };
  if (until > now + BAN_MS_MAX) return { at: 'end', code: BAN_FAULT.far, detail: null };
  if (isBlank(reason)) return { at: 'reason', code: BAN_FAULT.blank, detail: null };
  return countChars(reason) > REASON_CHARS ? { at: 'reason', code: BAN_FAULT.long, detail: null } : null;
}

/**
 * What the service refuses although this page let it through, it knows better.
 * @param {Refusal} refusal
 * @returns {BanFault}
 */
export function banFaultFrom({ code, detail }) {
  return { at: 'form', code, detail: code === UNREACHABLE || code === PROBLEM.full ? null : detail };
}

/**
 * The draft with a change, and without a fault that is about what has changed.
 * @param {BanDraft} draft
 * @param {BanChange} change
 * @returns {BanDraft}
 */
export function changed(draft, change) {
  if (draft.sending) return draft;
  const { fault } = draft;
  const field = 'reason' in change ? 'reason' : 'key' in change || 'kind' in change ? 'key' : 'end';
  const isMended = fault !== null && (fault.at === field || fault.at === 'form');
  return { ...draft, ...change, fault: isMended ? null : fault };
}

/**
 * @param {string} name
 * @returns {name is Span}
 */
export function isSpan(name) {
  return SPANS.some((each) => each === name);
}

/**
 * @param {string} name
 * @returns {name is Kind}
 */
export function isKind(name) {
  return name === 'visitor' || name === 'network';
}
