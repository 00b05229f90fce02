// The shape of everything the operator's page knows. Nobody changes a state; the reducer returns the next one.
//
//   reduce.js    signing in and out, and asking for the numbers as long as somebody looks at them
//   places.js    the three places of the page, and what each of them asks for
//   acts.js      what the operator does: announcing, retracting, pausing, raising what entering takes
//   compose.js   the announcement that is being written
//   reports.js   the reports, page by page, and what is decided about them
//   bans.js      the bans: those in force, making one, lifting one
//
// A `turn` counts up with each sign-in and sign-out: an answer to an earlier one is no answer any more. An `asked`
// number does the same for what is asked again and again, so that no late answer undoes a newer one.

import { BLANK_BAN } from './ban-draft.js';

/** @typedef {import('../state.js').Announcement} Announcement */
/** @typedef {import('./api.js').Refusal} Refusal */
/** @typedef {import('./shapes.js').Stats} Stats */
/** @typedef {import('./shapes.js').Status} Status */
/** @typedef {import('./shapes.js').Report} Report */
/** @typedef {import('./shapes.js').Reports} Reports */
/** @typedef {import('./shapes.js').Ban} Ban */
/** @typedef {import('./ban-draft.js').BanDraft} BanDraft */
/** @typedef {import('./ban-draft.js').BanChange} BanChange */
/** @typedef {import('./ban-draft.js').Wish} Wish */
/**
 * @template T
 * @typedef {import('./api.js').Answer<T>} Answer
 */

/**
 * Where the operator stands. At the door `refusal` is why, `left` that it was taken back from somebody who was in;
 * `until` is when the service listens again.
 * @typedef {{at: 'out', refusal: Refusal | null, left: boolean, until: number | null}
 *   | {at: 'trying', token: string}
 *   | {at: 'in', token: string}} Session
 */

/**
 * The way to the numbers. `heard`: when the last ones came. `refusal`: why none come now, since the `attempt`s began;
 * `again`: when the service lets itself be asked again, where it said so.
 * @typedef {{asked: number, heard: number | null, refusal: Refusal | null, attempt: number, again: number | null}} Link
 */

/**
 * When an announcement ends: not by itself, in so many hours, or at a moment of the operator's choice.
 * @typedef {'none' | '1' | '6' | '24' | 'at'} End
 */
/** @typedef {{at: 'text' | 'end' | 'form', code: string, detail: string | null}} Fault */
/**
 * @typedef {{severity: Announcement['severity'], text: string, end: End, moment: string, sending: boolean,
 *   fault: Fault | null}} Draft
 */

/** @typedef {'live' | 'reports' | 'bans'} Place */

/**
 * A report on the page. `shown`: the operator chose to see its lines. `busy`: what is being decided. `here`: it was
 * decided since the page was asked for, and keeps its place. `gone`: the service does not know it any more. `ban`: what
 * was made of the same visitor meanwhile.
 * @typedef {{report: Report, shown: boolean, busy: Status | null, here: boolean, gone: boolean, ban: Ban | null,
 *   refusal: Refusal | null}} Entry
 */

/**
 * One page of the reports of one status. `trail`: after which report each page began that led here, the first aside.
 * @typedef {{asked: number, status: Status, trail: readonly string[], items: readonly Entry[] | null,
 *   next: string | null, loading: boolean, refusal: Refusal | null}} Queue
 */

/**
 * The first of those that are open, for their number; null: not known. `more`: these are not all.
 * @typedef {{asked: number, ids: readonly string[] | null, more: boolean}} Waiting
 */

/**
 * What is being written about one report.
 * @typedef {{what: 'note', report: string, note: string} | {what: 'ban', report: string, draft: BanDraft}} Form
 */

/**
 * @typedef {{asked: number, items: readonly Ban[] | null, page: number, loading: boolean, refusal: Refusal | null,
 *   lifting: readonly string[], kept: {id: string, refusal: Refusal} | null, draft: BanDraft}} Bans
 */

/**
 * What is to be confirmed before it is done.
 * @typedef {{what: 'retract', id: string} | {what: 'pause', paused: boolean} | {what: 'announce'}
 *   | {what: 'lift', id: string}} Question
 */

/** @typedef {{sending: boolean, refusal: Refusal | null}} Switch */
/**
 * What the operator has just brought about.
 * @typedef {'announced' | 'retracted' | 'paused' | 'resumed' | 'raised' | 'lowered' | 'upheld' | 'dismissed' | 'gone'
 *   | 'banned' | 'lifted'} News
 */

/**
 * @typedef {object} State
 * @property {number} now             when the last event happened, in Unix ms by this machine's clock
 * @property {number} ahead_ms        how far the service's clock is ahead of it
 * @property {boolean} visible
 * @property {number} turn
 * @property {Session} session
 * @property {Place} place
 * @property {Link} link
 * @property {Stats | null} stats
 * @property {{asked: number, items: readonly Announcement[] | null, refusal: Refusal | null}} list
 * @property {Draft} draft
 * @property {readonly string[]} retracting
 * @property {{id: string, refusal: Refusal} | null} kept      what could not be retracted
 * @property {Announcement | null} retracted                  the newest one, which may be written again
 * @property {Question | null} question
 * @property {Switch} pause
 * @property {Switch} raise
 * @property {Waiting} waiting
 * @property {Queue} reports
 * @property {Form | null} form
 * @property {Bans} bans
 * @property {News | null} news
 */

/**
 * @typedef {{do: 'stats', token: string, turn: number, asked: number}
 *   | {do: 'list', token: string, turn: number, asked: number}
 *   | {do: 'announce', token: string, turn: number, what: {severity: string, text: string, until: number | null}}
 *   | {do: 'retract', token: string, turn: number, id: string}
 *   | {do: 'pause', token: string, turn: number, paused: boolean}
 *   | {do: 'raise', token: string, turn: number, raised: boolean}
 *   | {do: 'peek', token: string, turn: number, asked: number}
 *   | {do: 'reports', token: string, turn: number, asked: number, status: Status, after: string | null}
 *   | {do: 'decide', token: string, turn: number, id: string, decision: {status: Status, note: string}}
 *   | {do: 'bans', token: string, turn: number, asked: number}
 *   | {do: 'ban', token: string, turn: number, report: string | null, uphold: boolean, wish: Wish}
 *   | {do: 'lift', token: string, turn: number, id: string}
 *   | {do: 'keep', token: string | null}
 *   | {do: 'timer', name: string, ms: number | null}
 *   | {do: 'rest', name: string, attempt: number}} Effect
 */

/**
 * @typedef {{type: 'boot', token: string | null, visible: boolean, place?: Place}
 *   | {type: 'signIn', token: string} | {type: 'signOut'}
 *   | {type: 'visible', on: boolean} | {type: 'wake'} | {type: 'go', place: Place}
 *   | {type: 'timer', name: string}
 *   | {type: 'stats', turn: number, asked: number, answer: Answer<Stats>}
 *   | {type: 'listed', turn: number, asked: number, answer: Answer<readonly Announcement[]>}
 *   | {type: 'compose', change: Partial<Pick<Draft, 'severity' | 'text' | 'end' | 'moment'>>}
 *   | {type: 'announce'}
 *   | {type: 'announced', turn: number, answer: Answer<Announcement>}
 *   | {type: 'rewrite'}
 *   | {type: 'ask', question: Question} | {type: 'yes'} | {type: 'no'}
 *   | {type: 'retracted', turn: number, id: string, answer: Answer<boolean>}
 *   | {type: 'switched', turn: number, answer: Answer<boolean>}
 *   | {type: 'raise', raised: boolean}
 *   | {type: 'raised', turn: number, answer: Answer<boolean>}
 *   | {type: 'peeked', turn: number, asked: number, answer: Answer<Reports>}
 *   | {type: 'reported', turn: number, asked: number, answer: Answer<Reports>}
 *   | {type: 'tab', status: Status} | {type: 'page', to: 'next' | 'back' | 'first' | 'same'}
 *   | {type: 'reveal', id: string, on: boolean}
 *   | {type: 'form', id: string, what: Form['what']} | {type: 'closeForm'} | {type: 'note', note: string}
 *   | {type: 'decide', id: string, status: Status}
 *   | {type: 'decided', turn: number, id: string, answer: Answer<Report>}
 *   | {type: 'barred', turn: number, asked: number, answer: Answer<readonly Ban[]>}
 *   | {type: 'bansPage', to: 'next' | 'back' | 'same'}
 *   | {type: 'composeBan', at: 'report' | 'hand', change: BanChange}
 *   | {type: 'ban', at: 'report' | 'hand'}
 *   | {type: 'banned', turn: number, report: string | null, uphold: boolean, answer: Answer<Ban>}
 *   | {type: 'lifted', turn: number, id: string, answer: Answer<boolean>}} Event
 */

/** @typedef {{state: State, effects: readonly Effect[]}} Step */

/** @type {Draft} */
export const BLANK = Object.freeze({
  severity: 'info', text: '', end: 'none', moment: '', sending: false, fault: null,
});

/** @type {State} */
export const INITIAL = Object.freeze({
  now: 0,
  ahead_ms: 0,
  visible: true,
  turn: 0,
  session: Object.freeze({ at: 'out', refusal: null, left: false, until: null }),
  place: 'live',
  link: Object.freeze({ asked: 0, heard: null, refusal: null, attempt: 0, again: null }),
  stats: null,
  list: Object.freeze({ asked: 0, items: null, refusal: null }),
  draft: BLANK,
  retracting: Object.freeze([]),
  kept: null,
  retracted: null,
  question: null,
  pause: Object.freeze({ sending: false, refusal: null }),
  raise: Object.freeze({ sending: false, refusal: null }),
  waiting: Object.freeze({ asked: 0, ids: null, more: false }),
  reports: Object.freeze({
    asked: 0, status: 'open', trail: Object.freeze([]), items: null, next: null, loading: false, refusal: null,
  }),
  form: null,
  bans: Object.freeze({
    asked: 0, items: null, page: 0, loading: false, refusal: null, lifting: Object.freeze([]), kept: null,
    draft: BLANK_BAN,
  }),
  news: null,
});

/** The names of timers. Setting one that is set replaces it. `second` runs while something counts down. */
export const TIMER = Object.freeze({ stats: 'stats', list: 'list', peek: 'peek', second: 'second' });

/**
 * @param {State} state
 * @param {...Effect} effects
 * @returns {Step}
 */
export const step = (state, ...effects) => ({ state, effects });
