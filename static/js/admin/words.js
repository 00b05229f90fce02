// Every sentence that depends on what the service said. An operator sees the code too: it is what the documents name.

import { ENDED, PROBLEM, REFUSED, SEVERITY } from '../wire.js';
import { ANNOUNCEMENTS, TEXT_CHARS, TOKEN_CHARS_MIN, UNREACHABLE, UNREADABLE } from './wire.js';
import { FAULT } from './compose.js';

/** @typedef {import('./api.js').Refusal} Refusal */
/** @typedef {{title: string, detail: string}} Words */

/** @type {ReadonlyMap<string, string>} */
const ENDS = new Map(Object.entries({
  [ENDED.left]: 'One of the two left',
  [ENDED.next]: 'One of the two went on',
  [ENDED.lost]: 'A line broke for too long',
  [ENDED.moderated]: 'Ended by moderation',
  [ENDED.closing]: 'The service was closing',
}));

/** @type {ReadonlyMap<string, string>} */
const REFUSALS = new Map(Object.entries({
  [REFUSED.badFrame]: 'Could not be read',
  [REFUSED.badText]: 'Blank, or control characters',
  [REFUSED.tooLong]: 'Text too long',
  [REFUSED.slowDown]: 'Too much in too short a time',
  [REFUSED.talking]: 'Conversation not named',
  [REFUSED.notTalking]: 'Conversation was over',
  [REFUSED.helloFirst]: 'Came before the greeting',
  [REFUSED.unknownType]: 'Type not known',
  [REFUSED.paused]: 'Matching was paused',
}));

/** @type {ReadonlyMap<string, string>} */
const SEVERITIES = new Map(Object.entries({
  [SEVERITY.info]: 'Info', [SEVERITY.warning]: 'Warning', [SEVERITY.critical]: 'Critical',
}));

/** @type {Words} */
const OUTDATED = {
  title: 'This page is out of date',
  detail: 'It cannot read what the service answers. Reload the page; if that does not help, deploy it again.',
};

/** @type {ReadonlyMap<string, Words>} */
const DOOR = new Map(Object.entries({
  empty: { title: 'There is no token yet', detail: 'Enter the token that you set as ADMIN_TOKEN.' },
  [PROBLEM.unauthorized]: {
    title: 'That is not the token',
    detail: 'Check that it is all there: it is the value that was set as ADMIN_TOKEN at the last deploy.',
  },
  [PROBLEM.slowDown]: {
    title: 'Too many wrong tokens',
    detail: 'They came from your network, so the service does not listen to it for a moment.',
  },
  [PROBLEM.notFound]: {
    title: 'This service has no operator access set up',
    detail: `Set the secret ADMIN_TOKEN (${TOKEN_CHARS_MIN} characters or more) and deploy.`,
  },
  [PROBLEM.unavailable]: {
    title: 'The service cannot let anybody in',
    detail: 'It is not ready just now. Try again in a moment.',
  },
  [UNREACHABLE]: {
    title: 'The service cannot be reached',
    detail: 'No answer came. Check your connection, then try again.',
  },
  [UNREADABLE]: OUTDATED,
}));

/** @type {Words} */
const ODD = { title: 'The service did not take that', detail: 'It gave no reason that this page knows.' };

/** @type {ReadonlyMap<string, string>} */
const LINKS = new Map(Object.entries({
  [UNREACHABLE]: 'No connection',
  [UNREADABLE]: 'No numbers that this page can read',
  [PROBLEM.slowDown]: 'Too many wrong tokens came from your network: no numbers',
}));

/** @type {ReadonlyMap<string, string>} */
const FAULTS = new Map(Object.entries({
  [FAULT.blank]: 'Write something first.',
  [FAULT.long]: `Too long: at most ${TEXT_CHARS} characters.`,
  [FAULT.noEnd]: 'Choose a date and a time, or another end.',
  [FAULT.past]: 'That moment has passed. Choose a later one.',
  [FAULT.full]: `${ANNOUNCEMENTS} announcements are in force already. Retract one to make room.`,
  [PROBLEM.badRequest]: 'The service did not take this announcement.',
  [PROBLEM.tooLarge]: 'Too large for the service. Make it shorter.',
}));

/** @type {ReadonlyMap<string, string>} */
const ACTS = new Map(Object.entries({
  [PROBLEM.slowDown]: 'The service does not listen to your network for a moment. Try again a little later.',
  [PROBLEM.unavailable]: 'The service is not ready just now.',
  [UNREACHABLE]: 'No answer came, so this may or may not have been done. Look before you try again.',
  [UNREADABLE]: 'This page cannot read the answer, so this may or may not have been done.',
}));

/**
 * @param {string} code
 * @returns {string}
 */
export function end(code) {
  return ENDS.get(code) ?? 'For another reason';
}

/**
 * @param {string} code
 * @returns {string}
 */
export function refusal(code) {
  return REFUSALS.get(code) ?? 'For another reason';
}

/**
 * @param {string} name
 * @returns {string}
 */
export function severity(name) {
  return SEVERITIES.get(name) ?? name;
}

/**
 * Why the operator stands at the door. `left`: they were in.
 * @param {Refusal} refusal
 * @param {boolean} left
 * @returns {Words}
 */
export function door({ code, detail }, left) {
  if (left && code === PROBLEM.unauthorized) {
    return {
      title: 'You were signed out',
      detail: 'The service does not take this token any more. Sign in with the one that is set now.',
    };
  }
  const words = DOOR.get(code) ?? ODD;
  return code === PROBLEM.unavailable && detail !== null ? { ...words, detail: sentence(detail) } : words;
}

/**
 * Why no numbers come.
 * @param {Refusal} refusal
 * @returns {string}
 */
export function link({ code, detail }) {
  const words = LINKS.get(code) ?? 'The service is not ready';
  return detail === null || LINKS.has(code) ? words : `${words} (${detail})`;
}

/**
 * Why an announcement was not made.
 * @param {{code: string, detail: string | null}} fault
 * @returns {string}
 */
export function fault({ code, detail }) {
  const words = FAULTS.get(code) ?? act({ code, detail: null });
  return detail === null || code === FAULT.full ? words : `${words} ${sentence(detail)}`;
}

/**
 * Why something else was not done.
 * @param {{code: string, detail: string | null}} refusal
 * @returns {string}
 */
export function act({ code, detail }) {
  const words = ACTS.get(code) ?? `The service refused (${code}).`;
  return detail === null ? words : `${words} ${sentence(detail)}`;
}

/**
 * @param {string} detail   as the service tells it: without a capital letter and a full stop
 * @returns {string}
 */
export function sentence(detail) {
  return `${detail.charAt(0).toUpperCase()}${detail.slice(1)}${/[.!?…]$/.test(detail) ? '' : '.'}`;
}

/** Codes that have words here, for the test that holds this file and the wire together. */
export const KNOWN = Object.freeze({
  ends: [...ENDS.keys()], refusals: [...REFUSALS.keys()], severities: [...SEVERITIES.keys()],
});
