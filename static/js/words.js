// Every sentence that depends on what happened. Codes of the wire go in, plain words come out: no person sees a code.

import { CLOSE, ENDED, NOTE_CHARS_MAX, PROBLEM, REASON, REFUSED, REPORT_LINES_MAX } from './wire.js';

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

/**
 * What a report is about.
 * @type {ReadonlyMap<string, string>}
 */
const REASONS = new Map(Object.entries({
  [REASON.minor]: 'They seem to be under 18',
  [REASON.sexual]: 'Sexual, and I did not ask for it',
  [REASON.harassment]: 'Harassing or bullying',
  [REASON.hate]: 'Hate against a group of people',
  [REASON.violence]: 'Threats, violence or self-harm',
  [REASON.spam]: 'Advertising, spam or a scam',
  [REASON.illegal]: 'Something else that is illegal',
  [REASON.other]: 'Something else',
}));

/** Why a report cannot go out as it is. */
const REPORT_FAULTS = Object.freeze({
  reason: 'Choose what is wrong, so that it reaches the right hands.',
  lines: `A report shows at most ${REPORT_LINES_MAX} lines. Untick some.`,
  note: `The note has at most ${NOTE_CHARS_MAX} characters. Make it a little shorter.`,
  bytes: 'That is more than one report can carry. Untick a line, or make the note shorter.',
});

/** What to know of an address before it is opened. */
const LINK_NOTES = Object.freeze({
  disguised: 'What stands before the @ is not where it leads.',
  foreign: 'Its name has letters that can look like others; here it is in code.',
  open: 'The way there is not encrypted.',
});

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
 * @param {boolean} [held]   there is no line just now on which it could be told
 * @returns {Words}
 */
export function ending(why, held = false) {
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
    case 'report': return {
      title: 'Thank you',
      detail: held ? 'Your report goes out as soon as your line is back. You will not meet this person again.'
        : 'Your report goes to the people who run Edgewise. You will not meet this person again.',
    };
    case 'unreported': return {
      title: 'The conversation is over',
      detail: why.blocked ? 'But the service could not take the report. You still will not meet this person again.'
        : 'But the service could not take the report, so you may meet this person again.',
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
 * What a report comes to, before it is made.
 * @param {boolean} over
 * @returns {string}
 */
export function reporting(over) {
  return `The people who run Edgewise read it. ${blocking(over)}`;
}

/**
 * @param {string} reason
 * @returns {string}
 */
export function reason(reason) {
  return REASONS.get(reason) ?? '';
}

/**
 * @param {keyof typeof REPORT_FAULTS} fault
 * @returns {string}
 */
export function reportFault(fault) {
  return REPORT_FAULTS[fault];
}

/**
 * How much of a report is used up.
 * @param {number} lines
 * @param {number} share   of what it can carry, from 0 to 1 and above
 * @returns {string}
 */
export function chosen(lines, share) {
  const ticked = lines === 0 ? 'No line ticked' : `${lines} of at most ${REPORT_LINES_MAX} lines ticked`;
  return share < 0.5 ? `${ticked}.` : `${ticked}; ${Math.ceil(share * 100)} % of what a report can carry.`;
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
 * @param {import('./links.js').Link} link
 * @returns {string}
 */
export function linkNote(link) {
  const names = /** @type {const} */ (['disguised', 'foreign', 'open']);
  return names.flatMap((name) => (link[name] ? [LINK_NOTES[name]] : [])).join(' ');
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
