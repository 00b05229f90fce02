// The moves between places that a wish of the person and a word of the service have in common.

import { ANSWER_MS, CLOSE, ENDED, TO } from './wire.js';
import { TIMER, arm, disarm, send } from './state.js';
import { TALK_TIMERS, cut } from './talk.js';
import { enlist } from './interests.js';
import { endedFor, untold } from './filings.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./state.js').Effect} Effect */
/** @typedef {import('./state.js').Why} Why */
/** @typedef {Extract<import('./state.js').Place, {at: 'seeking'}>} Seeking */

/** @type {Seeking} */
export const SEEKING = Object.freeze({
  at: 'seeking', asked: false, queued: false, widen_ms: null, paused: false, held: false, long: false,
  changed: false, ghost: false,
});

/** A wait for a partner that takes longer than this is a long one. */
export const LONG_MS = 20_000;

/** What the end of a conversation takes with it. */
export const TALK_OVER = Object.freeze([...TALK_TIMERS, TIMER.armed].map(disarm));

/**
 * @param {State} state
 * @param {...Effect} effects
 * @returns {Step}
 */
export function step(state, ...effects) {
  return { state, effects };
}

/**
 * @param {Step} first
 * @param {(state: State) => Step} then
 * @returns {Step}
 */
export function chain(first, then) {
  const second = then(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

/**
 * @param {State} state
 * @param {import('./line.js').LineStep} lineStep
 * @returns {Step}
 */
export function withLine(state, lineStep) {
  return { state: { ...state, line: lineStep.line }, effects: lineStep.effects };
}

/**
 * @param {State} state
 * @param {import('./talk.js').TalkStep} talkStep
 * @returns {Step}
 */
export function withTalk(state, talkStep) {
  return { state: { ...state, place: { at: 'talking', talk: talkStep.talk } }, effects: talkStep.effects };
}

/**
 * A state whose place just changed: what was said about the old place does not hold in the new one. The draft stays.
 * @param {State} state
 * @returns {State}
 */
export function settled(state) {
  return { ...state, notice: null, armed: false };
}

/**
 * Whether the service has said all that it says by itself on a new line, so that it is this side's turn.
 * @param {State} state
 * @returns {boolean}
 */
export function isReady({ line }) {
  return line.way.at === 'open' && line.way.ready;
}

/**
 * @param {State} state
 * @returns {Step}
 */
export function beginSeeking(state) {
  return step(settled({ ...state, last: lastOf(state), place: SEEKING }), arm(TIMER.long, LONG_MS));
}

/**
 * What is left of a conversation that goes out of sight.
 * @param {State} state
 * @returns {State['last']}
 */
export function lastOf({ place, last }) {
  if (place.at === 'talking') return { talk: place.talk, why: { by: 'me' } };
  return place.at === 'over' ? { talk: place.talk, why: place.why } : last;
}

/**
 * Asks for a partner, or will once the line is ready. `c` is the conversation that this leaves.
 * @param {State} state
 * @param {string | undefined} c
 * @returns {Step}
 */
export function find(state, c) {
  if (state.place.at !== 'seeking' || state.place.asked) return step(state);
  const now = { ...state, leaving: c === undefined ? state.leaving : { type: TO.find, c } };
  if (!isReady(now)) return step(now);
  return step({ ...now, place: { ...state.place, asked: true } },
    send(asking(state, c)), arm(TIMER.answer, ANSWER_MS));
}

/**
 * A service with narrower bounds than it had when the interests were typed is asked for what it takes.
 * @param {State} state
 * @param {string | undefined} c
 * @returns {import('./codec.js').ClientFrame}
 */
function asking({ wanted, line: { limits } }, c) {
  const { interests } = enlist([], wanted.interests, limits);
  return {
    type: TO.find,
    ...(interests.length > 0 ? { interests } : {}),
    ...(wanted.lang === null ? {} : { lang: wanted.lang }),
    ...(c === undefined ? {} : { c }),
  };
}

/**
 * The line is gone. Conversation, place in the queue and goodbye wait for it to come back, unless the service closed
 * it in a way that ends them.
 * @param {State} state
 * @param {number} code
 * @returns {Step}
 */
export function lineGone(state, code) {
  const cutOff = { ...state, filings: untold(state.filings) };
  const now = FINAL.has(code) ? end({ ...cutOff, leaving: null, filings: endedFor(cutOff.filings, null) }, whyOf(code))
    : step(cutOff);
  return chain({ ...now, effects: [...now.effects, disarm(TIMER.answer), disarm(TIMER.find)] }, (later) => {
    switch (later.place.at) {
      case 'talking': return withTalk(later, cut(later.place.talk));
      case 'seeking': return step({ ...later, place: lostPlace(later.place) });
      case 'gate': case 'home': case 'over': return step(later);
    }
  });
}

/**
 * @param {Seeking} place
 * @returns {Seeking}
 */
export function lostPlace({ asked, held, long, changed, ghost }) {
  return { ...SEEKING, held: asked || held, long, changed, ghost };
}

/** Closes after which the service keeps nothing to come back to. */
const FINAL = new Set(/** @type {number[]} */ ([
  CLOSE.wished, CLOSE.binary, CLOSE.tooBig, CLOSE.notThisProtocol, CLOSE.banned, CLOSE.newerSocket, CLOSE.flooding,
  CLOSE.fullOrPaused,
]));

/**
 * @param {number} code
 * @returns {Why}
 */
function whyOf(code) {
  // A full lobby sends only those away whom it does not know.
  return code === CLOSE.fullOrPaused ? { by: 'line' } : { by: 'close', code };
}

/**
 * The conversation on show is over.
 * @param {State} state
 * @param {Why} why
 * @returns {Step}
 */
export function end(state, why) {
  if (state.place.at !== 'talking') return step(state);
  const talk = { ...state.place.talk, partnerTyping: false };
  const news = state.visible ? null : 'over';
  const place = { at: /** @type {const} */ ('over'), talk, why, goesOn: isGhost(talk, why) };
  return step(settled({ ...state, news, place }), ...TALK_OVER);
}

/**
 * Whether the partner was lost before they had said or taken anything. Then they were gone when the match was made,
 * and the service may put this side back into the queue by itself.
 * @param {import('./state.js').Talk} talk
 * @param {Why} why
 * @returns {boolean}
 */
function isGhost({ inbox, outbox }, why) {
  return why.by === 'service' && why.reason === ENDED.lost && inbox.got === 0 && outbox.acked === 0;
}

/**
 * Ends the conversation on show and tells the service.
 * @param {State} state
 * @param {Why} why
 * @returns {Step}
 */
export function leaveTalk(state, why) {
  if (state.place.at !== 'talking') return step(state);
  const { c } = state.place.talk;
  return chain(end(state, why), (now) => sayGoodbye(now, c));
}

/**
 * Leaves a conversation that nobody here wants, or the queue; at once, or as soon as the line is back.
 * @param {State} state
 * @param {string | null} c
 * @returns {Step}
 */
export function sayGoodbye(state, c) {
  const now = { ...state, leaving: { type: TO.stop, c } };
  if (!isReady(now)) return step(now);
  return step(now, send(c === null ? { type: TO.stop } : { type: TO.stop, c }), arm(TIMER.answer, ANSWER_MS));
}
