// The moves between places that a wish of the person and a word of the service have in common.

import { ANSWER_MS, TO } from './wire.js';
import { TIMER, arm, disarm, send } from './state.js';
import { TALK_TIMERS } from './talk.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./state.js').Effect} Effect */
/** @typedef {import('./state.js').Why} Why */

/** @type {Extract<import('./state.js').Place, {at: 'seeking'}>} */
export const SEEKING = Object.freeze({ at: 'seeking', asked: false, queued: false, widened: false, paused: false });

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
 * Asks for a partner. `c` is the conversation that this leaves.
 * @param {State} state
 * @param {string | undefined} c
 * @returns {Step}
 */
export function find(state, c) {
  if (state.place.at !== 'seeking' || state.place.asked) return step(state);
  return step({
    ...state,
    place: { ...state.place, asked: true },
    leaving: c === undefined ? state.leaving : { type: TO.find, c },
  }, send(c === undefined ? { type: TO.find } : { type: TO.find, c }), arm(TIMER.answer, ANSWER_MS));
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
  return step(settled({ ...state, news, place: { at: 'over', talk, why } }), ...TALK_OVER);
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
 * Leaves a conversation that nobody here wants.
 * @param {State} state
 * @param {string} c
 * @returns {Step}
 */
export function sayGoodbye(state, c) {
  return step({ ...state, leaving: { type: TO.stop, c } }, send({ type: TO.stop, c }), arm(TIMER.answer, ANSWER_MS));
}
