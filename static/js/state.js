// The shape of everything the page knows. Nobody changes a state; the machines return the next one.
//
// Two machines share the work, and `chat.js` puts them together:
//   line.js   the way to the service: entering, connecting, resting, open, refused
//   chat.js   what the person is doing: the terms, at home, seeking, talking, over; inside a talk, talk.js
// A place never holds what it cannot have: only `talking` and `over` own a talk, and an `over` talk never sends.
// What of it outlives a refresh is in `kept.js`.

import { LIMITS } from './wire.js';

/** @typedef {import('./codec.js').ClientFrame} ClientFrame */
/** @typedef {import('./codec.js').ServerFrame} ServerFrame */
/** @typedef {import('./codec.js').Limits} Limits */
/** @typedef {import('./outbox.js').Outbox} Outbox */

/**
 * Why a check by others came to nothing.
 * @typedef {'blocked' | 'failed' | 'expired' | 'timeout' | 'unsupported'} Fault
 */

/**
 * Where the way to the service stands. `attempt` counts tries since the last `welcome`; a line is `ready` once the
 * service has said all that its `welcome` promises; `firm` rests are the service's own wish and are not cut short;
 * `then` is what comes after the rest. `rounds` counts the proofs that the door has asked for on this try; while one is
 * made, `part` of 1 is done, `late` says that it takes long, and a check that came to a `fault` waits for the person,
 * for whom the `turn` counts.
 * @typedef {{at: 'off'}
 *   | {at: 'entering', attempt: number, rounds: number}
 *   | {at: 'proving', attempt: number, rounds: number, demand: import('./proof/challenge.js').Demand, part: number,
 *     late: boolean, turn: number, fault: Fault | null}
 *   | {at: 'connecting', attempt: number}
 *   | {at: 'open', ready: boolean}
 *   | {at: 'resting', attempt: number, then: 'enter' | 'connect', firm: boolean, why: string | null}
 *   | {at: 'refused', why: string, until: number | null}} Way
 */

/**
 * @typedef {object} Line
 * @property {Way} way
 * @property {string | null} pass
 * @property {string | null} lobby
 * @property {string | null} visitor
 * @property {string | null} ticket   the newest one: which session, and which place or seat, to come back to
 * @property {number} lines     sockets opened for this session so far: the highest one counts
 * @property {number} young     lines that broke, one after another, before they were steady
 * @property {boolean} counted  this browser holds an event stream, or is opening one, by which it is counted
 * @property {Limits} limits
 */

/**
 * One line of the transcript. `n` is its number on the wire; `fault` says why the service would not take it; `tag` is
 * the service's own mark on a line of the partner's, by which it knows the line again.
 * @typedef {{key: number, from: 'me' | 'them', n: number, text: string, fault: string | null, tag?: string}} Entry
 */

/**
 * @typedef {object} Talk
 * @property {string} c
 * @property {readonly string[]} common               shared interests, in this person's spelling
 * @property {string | null} lang                     the language that both gave
 * @property {'cut' | 'away' | 'sync' | 'on'} flow    why messages go out or do not: see talk.js
 * @property {'here' | 'away'} partner
 * @property {number | null} grace_ms                 for how long the seat of an away partner is still held
 * @property {boolean} partnerTyping
 * @property {{on: boolean, fresh: boolean}} typing   what the partner was told, and whether a key came since
 * @property {readonly Entry[]} entries
 * @property {number} keys                            entries made so far; the oldest of them may be gone
 * @property {Outbox} outbox
 * @property {{got: number, seen: number, due: boolean}} inbox   taken, told as seen, and whether a `got` is owed
 */

/**
 * Why a conversation is over: a reason of the service, or one that only this side can know.
 * `unblocked` and `unreported`: the person blocked or reported the partner, and the service would not take it. Who was
 * `blocked` before a report is so after it, whatever becomes of that.
 * @typedef {{by: 'me'} | {by: 'service', reason: string} | {by: 'line'} | {by: 'gap'}
 *   | {by: 'block'} | {by: 'unblocked'} | {by: 'report', blocked: boolean} | {by: 'unreported', blocked: boolean}
 *   | {by: 'close', code: number}} Why
 */

/**
 * What somebody has against their partner, and where the saying of it stands: see filings.js.
 * @typedef {{type: 'block'} | {type: 'report', reason: string, note?: string,
 *   lines?: readonly import('./codec.js').Line[]}} Grievance
 * @typedef {Grievance & {c: string, ended: boolean, told: boolean}} Filing
 */

/**
 * What the person is doing. In `seeking`, `asked` is a `find` on the way, `queued` its answer, `held` a place that may
 * be kept for a line that broke, and `long` a wait that has been going on for a while; `widen_ms` is what the answer
 * said of how long interests and language still count, and `changed` says that they are others than the service knows;
 * `ghost`: it goes on after a partner who was gone already. `goesOn`: such a partner was lost just now, and a place in
 * the queue that comes is meant.
 * @typedef {{at: 'gate'}
 *   | {at: 'home'}
 *   | {at: 'seeking', asked: boolean, queued: boolean, widen_ms: number | null, paused: boolean,
 *     held: boolean, long: boolean, changed: boolean, ghost: boolean}
 *   | {at: 'talking', talk: Talk}
 *   | {at: 'over', talk: Talk, why: Why, goesOn: boolean}} Place
 */

/**
 * @typedef {{id: string, severity: 'info' | 'warning' | 'critical', text: string, until: number | null}} Announcement
 */

/**
 * The service's terms and the person's yes. `agreed` may come before the version is known. `contact` is whom to ask
 * about a ban, and `siteKey` whose check it is, where the door has told.
 * @typedef {{version: string | null, accepted: string | null, agreed: boolean, paused: boolean, attempt: number,
 *   contact: string | null, siteKey: string | null}} Terms
 */

/**
 * Whom the person would like to meet. `lang` null: any language will do. `field` is what is being typed, and `fault`
 * why it did not become an interest.
 * @typedef {{interests: readonly string[], lang: string | null, offered: readonly string[], field: string,
 *   fault: import('./interests.js').Fault | null}} Wanted
 */

/**
 * @typedef {object} State
 * @property {Terms} terms
 * @property {Line} line
 * @property {Wanted} wanted
 * @property {Place} place
 * @property {{type: 'find' | 'stop', c: string | null} | null} leaving   a goodbye that the service has not confirmed
 * @property {readonly Filing[]} filings   blocks and reports that are not done
 * @property {{talk: Talk, why: Why} | null} last   the conversation before, which can be reported until the next begins
 * @property {{online: number, waiting: number, chatting: number} | null} counts   null: not known now
 * @property {readonly Announcement[]} announcements   as they were made, those that the person hid among them
 * @property {readonly string[]} dismissed            the ids of those that were hidden on this device, newest last
 * @property {readonly string[]} expired              the ids of those that ran out while the stream was interrupted
 * @property {string} draft
 * @property {string | null} notice   one plain word to the person about what just did not work
 * @property {boolean} armed          Escape was pressed once
 * @property {boolean} visible
 * @property {number} unread
 * @property {string | null} news     what happened while nobody was looking
 */

/**
 * @typedef {{do: 'ask'}
 *   | {do: 'enter', visitor: string | null, pass: string | null, proof?: string}
 *   | {do: 'prove', challenge: import('./proof/challenge.js').Challenge}
 *   | {do: 'unprove'}
 *   | {do: 'connect', lobby: string, hello: ClientFrame, limits: Limits}
 *   | {do: 'send', frame: ClientFrame}
 *   | {do: 'hangup'}
 *   | {do: 'probe', within_ms?: number}
 *   | {do: 'timer', name: string, ms: number | null}
 *   | {do: 'rest', name: string, attempt: number, first_ms: number, floor_ms: number}
 *   | {do: 'remember', key: 'visitor' | 'terms' | 'interests' | 'lang' | 'dismissed', value: string}
 *   | {do: 'clock', at: number | null}} Effect
 */

/**
 * @typedef {{type: 'boot', visitor: string | null, accepted: string | null, counted: boolean, visible: boolean,
 *     interests: string | null, lang: string | null, languages: readonly string[], dismissed: string | null,
 *     kept: import('./kept.js').Kept | null}
 *   | {type: 'asked', terms: string, paused: boolean, contact?: string | null, siteKey?: string | null}
 *   | {type: 'unasked'}
 *   | {type: 'accept'} | {type: 'talk'} | {type: 'next'} | {type: 'stop'} | {type: 'home'} | {type: 'escape'}
 *   | {type: 'interest', text: string, take: 'none' | 'ended' | 'list' | 'all'}
 *   | {type: 'drop', text: string} | {type: 'lang', lang: string | null}
 *   | {type: 'file', what: Grievance}
 *   | {type: 'draft', text: string} | {type: 'send'}
 *   | {type: 'visible', on: boolean} | {type: 'wake'} | {type: 'doubt'}
 *   | {type: 'entered', pass: string, lobby: string, visitor: string}
 *   | {type: 'refused', code: string, retry_ms: number | null, until: number | null, contact?: string}
 *   | {type: 'demanded', demand: import('./proof/challenge.js').Demand}
 *   | {type: 'proving', part: number} | {type: 'proved', proof: string}
 *   | {type: 'unproved', fault: Fault} | {type: 'reprove'}
 *   | {type: 'frame', frame: ServerFrame}
 *   | {type: 'down', code: number, reason: string}
 *   | {type: 'timer', name: string}
 *   | {type: 'counts', counts: {online: number, waiting: number, chatting: number} | null}
 *   | {type: 'announced', announcement: Announcement}
 *   | {type: 'retracted', id: string}
 *   | {type: 'inForce', ids: readonly string[]}
 *   | {type: 'stream', on: boolean}
 *   | {type: 'dismiss', id: string} | {type: 'dismissed', value: string | null}
 *   | {type: 'clock', now: number}} Event
 */

/** @typedef {{state: State, effects: readonly Effect[]}} Step */

/** @type {State} */
export const INITIAL = Object.freeze({
  terms: Object.freeze({
    version: null, accepted: null, agreed: false, paused: false, attempt: 0, contact: null, siteKey: null,
  }),
  line: Object.freeze({
    way: Object.freeze({ at: 'off' }), pass: null, lobby: null, visitor: null, ticket: null, lines: 0, young: 0,
    counted: false, limits: LIMITS,
  }),
  wanted: Object.freeze({
    interests: Object.freeze([]), lang: null, offered: Object.freeze([]), field: '', fault: null,
  }),
  place: Object.freeze({ at: 'gate' }),
  leaving: null,
  filings: Object.freeze([]),
  last: null,
  counts: null,
  announcements: Object.freeze([]),
  dismissed: Object.freeze([]),
  expired: Object.freeze([]),
  draft: '',
  notice: null,
  armed: false,
  visible: true,
  unread: 0,
  news: null,
});

/** The names of timers. Setting one that is set replaces it. */
export const TIMER = Object.freeze({
  ask: 'ask', rest: 'rest', steady: 'steady', answer: 'answer', find: 'find', armed: 'armed', got: 'got', hold: 'hold',
  typing: 'typing', lapse: 'lapse', sync: 'sync', resend: 'resend', grace: 'grace', long: 'long', file: 'file',
  clock: 'clock', check: 'check',
});

/**
 * @param {string} name
 * @param {number} ms
 * @returns {Effect}
 */
export const arm = (name, ms) => ({ do: 'timer', name, ms });

/**
 * @param {string} name
 * @returns {Effect}
 */
export const disarm = (name) => ({ do: 'timer', name, ms: null });

/**
 * @param {ClientFrame} frame
 * @returns {Effect}
 */
export const send = (frame) => ({ do: 'send', frame });

/**
 * Whether this tab has a session with the service, or is on the way to one.
 * @param {Line} line
 * @returns {boolean}
 */
export const hasSession = ({ way }) => way.at !== 'off' && way.at !== 'refused';

/**
 * Whether anything that this side of a conversation sends now would arrive.
 * @param {Talk} talk
 * @returns {boolean}
 */
export const flows = ({ flow }) => flow === 'on' || flow === 'sync';
