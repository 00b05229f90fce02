// The sentences about reports, bans and what entering takes. Codes that this page does not know are shown as they are.

import { PROBLEM } from '../wire.js';
import { BANS, NOTE_CHARS, PROOF, REASON, REASON_CHARS, STATUS, UNREACHABLE, UNREADABLE } from './wire.js';
import { BAN_FAULT } from './ban-draft.js';
import { number, several } from './format.js';
import * as words from './words.js';

/** @typedef {import('./api.js').Refusal} Refusal */
/** @typedef {import('./shapes.js').Status} Status */

/** @type {ReadonlyMap<string, string>} */
const REASONS = new Map(Object.entries({
  [REASON.minor]: 'Seems under 18',
  [REASON.sexual]: 'Sexual',
  [REASON.harassment]: 'Harassment',
  [REASON.hate]: 'Hate',
  [REASON.violence]: 'Threats or self-harm',
  [REASON.spam]: 'Spam',
  [REASON.illegal]: 'Illegal',
  [REASON.other]: 'Something else',
}));

/** @type {Readonly<Record<Status, string>>} */
const STATUSES = Object.freeze({ open: 'Open', upheld: 'Upheld', dismissed: 'Dismissed' });

/** @type {Readonly<Record<Status, string>>} */
const NONE = Object.freeze({
  open: 'Nothing to decide: no report is open.',
  upheld: 'No report has been upheld that is still kept.',
  dismissed: 'No report has been dismissed that is still kept.',
});

/** @type {ReadonlyMap<string, string>} */
const PROOFS = new Map(Object.entries({
  [PROOF.none]: 'Entering takes no proof',
  [PROOF.pow]: 'Entering takes a proof of work',
  [PROOF.turnstile]: 'Entering takes a Turnstile check',
}));

export const MARK = Object.freeze({
  verified: 'Verified: really sent by the reported person in that conversation',
  unverified: 'Not verified: may have been edited or made up',
});

export const LIMITS_OFF = Object.freeze({
  title: 'Rate limits are off.',
  detail: 'Nothing slows down who floods the service. Set RATE_LIMITS to "on" and deploy, except for a load test.',
});

/** @type {ReadonlyMap<string, string>} */
const FAULTS = new Map(Object.entries({
  [BAN_FAULT.key]: 'A key has 8 to 24 characters: letters, digits, - and _.',
  [BAN_FAULT.noEnd]: 'Choose a date and a time, or another duration.',
  [BAN_FAULT.past]: 'That moment has passed. Choose a later one.',
  [BAN_FAULT.far]: 'A ban holds for a year at most. Choose an earlier moment.',
  [BAN_FAULT.blank]: 'Write a reason first.',
  [BAN_FAULT.long]: `Too long: at most ${REASON_CHARS} characters.`,
  [PROBLEM.full]: `${number(BANS)} bans are in force already. Lift one to make room.`,
  [PROBLEM.badRequest]: 'The service did not take this ban.',
  [PROBLEM.notFound]: 'Not banned: the report is gone, or the service has no bans yet.',
  [UNREACHABLE]: 'No answer came, so the ban may or may not be in force. Look at the bans before you try again.',
  [UNREADABLE]: 'This page cannot read the answer. Look at the bans before you try again.',
}));

/** @param {string} code */
export const reason = (code) => REASONS.get(code) ?? code;

/** @param {Status} name */
export const status = (name) => STATUSES[name];

/** @param {Status} name */
export const none = (name) => NONE[name];

/** @param {string} code */
export const proof = (code) => PROOFS.get(code) ?? `Entering takes a proof (${code})`;

/**
 * What the reporter's word counts.
 * @param {number} weight   0 to 1
 * @returns {string}
 */
export function weight(weight) {
  if (weight === 1) return 'counts in full';
  const percent = Math.round(weight * 100);
  return percent === 0 ? 'counts for nothing' : `counts ${percent}\u00a0%`;
}

/**
 * @param {{verified: boolean}[]} lines
 * @returns {string}
 */
export function linesSent(lines) {
  if (lines.length === 0) return 'No lines were sent with it.';
  const verified = lines.filter((line) => line.verified).length;
  const all = several(lines.length, 'line', 'lines');
  if (verified === lines.length) return `${all}, ${verified === 1 ? 'verified' : 'all verified'}`;
  return `${all}, ${verified === 0 ? (lines.length === 1 ? 'not verified' : 'none verified') : `${verified} verified`}`;
}

/**
 * Why a ban was not made.
 * @param {{code: string, detail: string | null}} fault
 * @returns {string}
 */
export function banFault({ code, detail }) {
  const said = FAULTS.get(code);
  if (said === undefined) return words.act({ code, detail });
  return detail === null ? said : `${said} ${words.sentence(detail)}`;
}

/**
 * Why a list did not come.
 * @param {Refusal} refusal
 * @param {'reports' | 'bans'} what
 * @returns {string}
 */
export function list({ code, detail }, what) {
  if (code === PROBLEM.notFound) return `This service has no ${what} yet: it is older than this page.`;
  if (code === UNREACHABLE) return `No answer came: the ${what} could not be read.`;
  if (code === UNREADABLE) return 'This page cannot read the answer. Reload the page; it may be out of date.';
  return words.act({ code, detail });
}

/**
 * Why nothing was decided. To decide the same twice does no harm.
 * @param {Refusal} refusal
 * @returns {string}
 */
export function undecided({ code, detail }) {
  if (code === UNREACHABLE || code === UNREADABLE) return 'No answer came that this page can read. Try again.';
  if (code === PROBLEM.tooLarge) return `Not decided: the note is too long. At most ${NOTE_CHARS} characters.`;
  return `Not decided. ${words.act({ code, detail })}`;
}

/** Codes that have words here, for the test that holds this file and the wire together. */
export const KNOWN = Object.freeze({
  reasons: [...REASONS.keys()], proofs: [...PROOFS.keys()], statuses: Object.keys(STATUSES), faults: [...FAULTS.keys()],
  all: Object.values(STATUS),
});
