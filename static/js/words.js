// Every sentence that depends on what happened. Codes of the wire go in, plain words come out: no person sees a code.

import { CLOSE, ENDED, PROBLEM, REFUSED } from './wire.js';

/** @typedef {{title: string, detail: string}} Words */
/**
 * The countdown is apart, so that it is not read out every second.
 * @typedef {{words: string, countdown: string}} Break
 */
/** @typedef {import('./state.js').Why} Why */

/** @type {Words} */
const OUTDATED = {
  title: 'This page is out of date',
  detail: 'The service and this page no longer understand each other. Reload the page, then try again.',
};

/** @type {Words} */
const OUR_FAULT = {
  title: 'Something is wrong on our side',
  detail: 'The service could not take this request. Try again in a little while.',
};

/** @type {Words} */
const UNKNOWN_PROOF = {
  title: 'One more check is needed',
  detail: 'The service asks for a check that this page does not know. Reload the page, then try again.',
};

/** @type {Words} */
const UNPROVEN = {
  title: 'The check did not work',
  detail: 'This page did it three times, and the service did not take it. Wait a moment, then try again.',
};

/** @type {Words} */
const BANNED = { title: 'You cannot come in for now', detail: 'Your access is suspended.' };

/**
 * Why the service does not let this page in, by the code of a problem document or of a close. These do not pass by
 * themselves.
 * @type {ReadonlyMap<string, Words>}
 */
const TROUBLE = new Map(Object.entries({
  [PROBLEM.proofRequired]: UNKNOWN_PROOF,
  [PROBLEM.proofInvalid]: UNPROVEN,
  [PROBLEM.forbiddenOrigin]: {
    title: 'This page is not at its own address',
    detail: 'Edgewise only answers its own page. Open it at its usual address.',
  },
  [PROBLEM.banned]: BANNED,
  [PROBLEM.unauthorized]: OUR_FAULT,
  [PROBLEM.notFound]: OUR_FAULT,
  [PROBLEM.methodNotAllowed]: OUTDATED,
  [PROBLEM.badRequest]: OUTDATED,
  [PROBLEM.tooLarge]: OUTDATED,
  [PROBLEM.upgradeRequired]: OUTDATED,
  [CLOSE.wished]: { title: 'The line was closed', detail: 'Nothing is wrong. Open it again whenever you like.' },
  [CLOSE.binary]: OUTDATED,
  [CLOSE.tooBig]: {
    title: 'That was too much at once',
    detail: 'Something sent from here was larger than the service takes.',
  },
  [CLOSE.notThisProtocol]: OUTDATED,
  [CLOSE.banned]: BANNED,
  [CLOSE.newerSocket]: {
    title: 'Edgewise is open somewhere newer',
    detail: 'This conversation moved to another window of yours. Go on there, or start afresh here.',
  },
}));

/**
 * Why this page rests before it tries again by itself.
 * @type {ReadonlyMap<string, string>}
 */
const RESTING = new Map(Object.entries({
  [PROBLEM.slowDown]: 'That was a lot of tries in a short time. You will be let in in a moment.',
  [PROBLEM.paused]: 'Edgewise is taking a short break. You will be let in as soon as it is back.',
  [PROBLEM.unavailable]: 'The service is not ready just now. Trying again…',
  [PROBLEM.full]: 'Every seat is taken. You will be let in as soon as one is free.',
  [CLOSE.flooding]: 'That was too much at once. The line opens again in a moment.',
  [CLOSE.fullOrPaused]: 'Edgewise is full, or taking a short break. You will be let in as soon as it goes on.',
}));

/** @type {ReadonlyMap<string, Words>} */
const ENDINGS = new Map(Object.entries({
  [ENDED.left]: { title: 'The stranger left', detail: 'They ended the conversation.' },
  [ENDED.next]: { title: 'The stranger moved on', detail: 'They went to look for someone new.' },
  [ENDED.lost]: { title: 'The stranger’s line broke', detail: 'It did not come back in time.' },
  [ENDED.moderated]: { title: 'The conversation was ended', detail: 'It was ended to keep people safe.' },
  [ENDED.closing]: { title: 'The conversation was ended', detail: 'The service is closing for a moment.' },
}));

/** @type {ReadonlyMap<number, Words>} */
const CLOSED = new Map([
  [CLOSE.banned, { title: 'The conversation is over', detail: 'Your access has been suspended.' }],
  [CLOSE.newerSocket, { title: 'You left', detail: 'Edgewise was opened in a newer window.' }],
  [CLOSE.flooding, { title: 'You left', detail: 'Too much was sent from here in too short a time.' }],
]);

/**
 * What just did not work, said where it was tried.
 * @type {ReadonlyMap<string, string>}
 */
const NOTICES = new Map(Object.entries({
  kept: 'Not sent: nobody is there to read it. Your words stay here.',
  [REFUSED.tooLong]: 'Too long to send. Make it a little shorter.',
  [REFUSED.badText]: 'There is a character in this that cannot be sent.',
  [REFUSED.badFrame]: 'The service could not read that message.',
  [REFUSED.unknownType]: 'The service could not read that message.',
  [REFUSED.slowDown]: 'You are faster than the line. The rest follows in a moment.',
}));

/** How much an announcement matters, for who does not see its card. */
const SEVERITIES = Object.freeze({ info: 'Note:', warning: 'Warning:', critical: 'Important:' });

const MARKS = Object.freeze({
  waiting: 'Waiting', delivered: 'Delivered', seen: 'Seen', lost: 'Not delivered: the chat ended first',
  unsure: 'May not have arrived: the chat ended first', refused: 'Not sent',
});

/**
 * @param {string} why
 * @param {number | null} until
 * @returns {Words}
 */
export function trouble(why, until) {
  const words = TROUBLE.get(why) ?? OUR_FAULT;
  return words === BANNED ? { ...words, detail: withEnd(words.detail, until) } : words;
}

/**
 * What is suspended, and until when.
 * @param {string} words
 * @param {number | null} until
 * @returns {string}
 */
export function withEnd(words, until) {
  return until === null ? words : `${words} The suspension ends ${moment(until)}; you can come in again then.`;
}

/**
 * @param {string | null} why
 * @returns {string}
 */
export function resting(why) {
  return (why === null ? undefined : RESTING.get(why)) ?? 'The service cannot be reached. Trying again…';
}

/**
 * @param {Why} why
 * @returns {Words}
 */
export function ending(why) {
  switch (why.by) {
    case 'me': return { title: 'You left', detail: 'The conversation is over.' };
    case 'line': return { title: 'The conversation is over', detail: 'It ended while your line was down.' };
    case 'gap': return {
      title: 'The conversation was ended',
      detail: 'One side had lost a part of it, and it could not go on whole.',
    };
    case 'block': return { title: 'Blocked', detail: 'You will not meet this person again.' };
    case 'unblocked': return {
      title: 'The conversation is over',
      detail: 'But the service could not note the block, so you may meet this person again.',
    };
    case 'close': return CLOSED.get(why.code) ?? ending({ by: 'line' });
    case 'service': return ENDINGS.get(why.reason) ?? { title: 'The conversation is over', detail: '' };
  }
}

/**
 * What a block comes to, before it is made. A partner reads the same as after any goodbye.
 * @param {boolean} over
 * @returns {string}
 */
export function blocking(over) {
  if (over) return 'You will not meet this person again.';
  return 'The conversation ends now, and you will not meet this person again. They are only told that you left.';
}

/**
 * @param {string | null} notice
 * @returns {string}
 */
export function notice(notice) {
  return (notice === null ? undefined : NOTICES.get(notice)) ?? '';
}

/**
 * What stands between the two sides just now. `left_ms`: for how long an away partner's seat is still held.
 * @param {'down' | 'check' | 'away'} what
 * @param {number | null} left_ms
 * @returns {Break}
 */
export function broken(what, left_ms) {
  if (what === 'down') {
    return { words: 'Your line is down. Coming back by itself; what you write waits here.', countdown: '' };
  }
  if (what === 'check') {
    return { words: 'Your line is down. It comes back after the check; what you write waits here.', countdown: '' };
  }
  const seconds = Math.ceil((left_ms ?? 0) / 1_000);
  if (seconds <= 0) return { words: 'They have lost their line, and did not come back in time.', countdown: '' };
  return { words: 'They have lost their line; holding their seat for', countdown: `${seconds} s` };
}

/**
 * @param {keyof typeof MARKS} mark
 * @returns {string}
 */
export function mark(mark) {
  return MARKS[mark];
}

/**
 * @param {keyof typeof SEVERITIES} severity
 * @returns {string}
 */
export function severity(severity) {
  return SEVERITIES[severity];
}

/**
 * How many people are here; nothing where that is not known.
 * @param {import('./state.js').State['counts']} counts
 * @returns {string}
 */
export function people(counts) {
  if (counts === null || counts.online < 1) return '';
  if (counts.online === 1) return 'Just you here now';
  const here = `${counts.online.toLocaleString()} here now`;
  return counts.chatting > 0 ? `${here}, ${counts.chatting.toLocaleString()} talking` : here;
}

/**
 * @param {number} ms
 * @returns {string}
 */
function moment(ms) {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'short' }).format(ms);
}

/** Codes that have words here, for the test that holds this file and the protocol together. */
export const KNOWN = Object.freeze({
  trouble: [...TROUBLE.keys()], resting: [...RESTING.keys()], endings: [...ENDINGS.keys()],
});
