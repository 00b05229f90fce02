// The shape of everything the operator's page knows. Nobody changes a state; the reducer returns the next one.
//
//   reduce.js    signing in and out, and asking for the numbers as long as somebody looks at them
//   acts.js      what the operator does: announcing, retracting, pausing
//   compose.js   the announcement that is being written
//
// A `turn` counts up with each sign-in and sign-out: an answer to an earlier one is no answer any more. An `asked`
// number does the same for what is asked again and again, so that no late answer undoes a newer one.

/** @typedef {import('../state.js').Announcement} Announcement */
/** @typedef {import('./api.js').Refusal} Refusal */
/** @typedef {import('./shapes.js').Stats} Stats */
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

/**
 * What is to be confirmed before it is done.
 * @typedef {{what: 'retract', id: string} | {what: 'pause', paused: boolean} | {what: 'announce'}} Question
 */

/**
 * @typedef {object} State
 * @property {number} now             when the last event happened, in Unix ms by this machine's clock
 * @property {number} ahead_ms        how far the service's clock is ahead of it
 * @property {boolean} visible
 * @property {number} turn
 * @property {Session} session
 * @property {Link} link
 * @property {Stats | null} stats
 * @property {{asked: number, items: readonly Announcement[] | null, refusal: Refusal | null}} list
 * @property {Draft} draft
 * @property {readonly string[]} retracting
 * @property {{id: string, refusal: Refusal} | null} kept      what could not be retracted
 * @property {Announcement | null} retracted                  the newest one, which may be written again
 * @property {Question | null} question
 * @property {{sending: boolean, refusal: Refusal | null}} pause
 * @property {'announced' | 'retracted' | 'paused' | 'resumed' | null} news   what the operator has just brought about
 */

/**
 * @typedef {{do: 'stats', token: string, turn: number, asked: number}
 *   | {do: 'list', token: string, turn: number, asked: number}
 *   | {do: 'announce', token: string, turn: number, what: {severity: string, text: string, until: number | null}}
 *   | {do: 'retract', token: string, turn: number, id: string}
 *   | {do: 'pause', token: string, turn: number, paused: boolean}
 *   | {do: 'keep', token: string | null}
 *   | {do: 'timer', name: string, ms: number | null}
 *   | {do: 'rest', name: string, attempt: number}} Effect
 */

/**
 * @typedef {{type: 'boot', token: string | null, visible: boolean}
 *   | {type: 'signIn', token: string} | {type: 'signOut'}
 *   | {type: 'visible', on: boolean} | {type: 'wake'}
 *   | {type: 'timer', name: string}
 *   | {type: 'stats', turn: number, asked: number, answer: Answer<Stats>}
 *   | {type: 'listed', turn: number, asked: number, answer: Answer<readonly Announcement[]>}
 *   | {type: 'compose', change: Partial<Pick<Draft, 'severity' | 'text' | 'end' | 'moment'>>}
 *   | {type: 'announce'}
 *   | {type: 'announced', turn: number, answer: Answer<Announcement>}
 *   | {type: 'rewrite'}
 *   | {type: 'ask', question: Question} | {type: 'yes'} | {type: 'no'}
 *   | {type: 'retracted', turn: number, id: string, answer: Answer<boolean>}
 *   | {type: 'switched', turn: number, answer: Answer<boolean>}} Event
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
  link: Object.freeze({ asked: 0, heard: null, refusal: null, attempt: 0, again: null }),
  stats: null,
  list: Object.freeze({ asked: 0, items: null, refusal: null }),
  draft: BLANK,
  retracting: Object.freeze([]),
  kept: null,
  retracted: null,
  question: null,
  pause: Object.freeze({ sending: false, refusal: null }),
  news: null,
});

/** The names of timers. Setting one that is set replaces it. `second` runs while something counts down. */
export const TIMER = Object.freeze({ stats: 'stats', list: 'list', second: 'second' });

/**
 * @param {State} state
 * @param {...Effect} effects
 * @returns {Step}
 */
export const step = (state, ...effects) => ({ state, effects });
