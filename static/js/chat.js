// What the person is doing, and what comes of every event: the one function `reduce(state, event)`.
//
//   gate -> home -> seeking -> talking -> over -> seeking | home
//
// Here are the person's wishes and the timers; what the service says is in `service.js`, and the moves that both need
// are in `moves.js`. Impossible by construction: a talk outside `talking` and `over`; a frame of an old conversation
// changing a new one (each is matched against the `c` on show); a find while one is on the way. A goodbye that the
// service has not confirmed is kept in `leaving`, and the person never waits for it.

import { ANSWER_MS, PROBLEM, TO } from './wire.js';
import { TIMER, arm, disarm, send } from './state.js';
import { isBlank, textFault, tidy } from './text.js';
import { SEEKING, TALK_OVER, chain, find, leaveTalk, settled, step, withLine, withTalk } from './moves.js';
import * as lines from './line.js';
import * as service from './service.js';
import * as talks from './talk.js';
import { reduceFeed } from './feed.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./state.js').Event} Event */

/** How long the page waits for a second Escape. */
export const ARMED_MS = 4_000;

/**
 * @param {State} state
 * @param {Event} event
 * @returns {Step}
 */
export function reduce(state, event) {
  switch (event.type) {
    case 'boot': return boot(state, event);
    case 'asked': return asked(state, event);
    case 'unasked': return unasked(state);
    case 'accept': return accept(state);
    case 'talk': return seek(state);
    case 'next': return next(state);
    case 'stop': return stop(state);
    case 'home': return goHome(state);
    case 'escape': return escape(state);
    case 'draft': return draft(state, event.text);
    case 'send': return say(state);
    case 'visible': return look(state, event.on);
    case 'wake': return withLine(state, lines.wake(state.line));
    case 'entered': return withLine(state, lines.entered(state.line, event));
    case 'refused': return refusedEntry(state, event);
    case 'frame': return service.frame(state, event.frame);
    case 'down': return service.down(state, event);
    case 'timer': return timer(state, event.name);
    case 'counts': case 'announced': case 'retracted': case 'inForce': return step(reduceFeed(state, event));
  }
}

// --- coming in ---

/**
 * Whoever accepted terms before goes straight home; should the terms have changed, `asked` brings them back.
 * @param {State} state
 * @param {Extract<Event, {type: 'boot'}>} event
 * @returns {Step}
 */
function boot(state, { visitor, accepted, counted, visible }) {
  return step({
    ...state,
    visible,
    line: { ...state.line, visitor, counted },
    terms: { ...state.terms, accepted },
    place: accepted === null ? { at: 'gate' } : { at: 'home' },
  }, { do: 'ask' });
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'asked'}>} event
 * @returns {Step}
 */
function asked(state, { terms: version, paused }) {
  const terms = { ...state.terms, version, paused, attempt: 0 };
  if (terms.agreed) return remembered({ ...state, terms });
  const stale = terms.accepted !== version && state.place.at === 'home';
  return step({ ...state, terms, place: stale ? { at: 'gate' } : state.place });
}

/**
 * @param {State} state
 * @returns {Step}
 */
function unasked(state) {
  const attempt = state.terms.attempt + 1;
  return step({ ...state, terms: { ...state.terms, attempt } },
    { do: 'rest', name: TIMER.ask, attempt, first_ms: 0, floor_ms: 0 });
}

/**
 * @param {State} state
 * @returns {Step}
 */
function accept(state) {
  if (state.place.at !== 'gate') return step(state);
  return remembered({ ...state, terms: { ...state.terms, agreed: true }, place: { at: 'home' } });
}

/**
 * The version may be known before or after the person agrees; it is kept once both are there.
 * @param {State} state
 * @returns {Step}
 */
function remembered(state) {
  const { version, accepted } = state.terms;
  if (version === null || version === accepted) return step(state);
  return step({ ...state, terms: { ...state.terms, accepted: version } },
    { do: 'remember', key: 'terms', value: version });
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'refused'}>} problem
 * @returns {Step}
 */
function refusedEntry(state, problem) {
  if (problem.code !== PROBLEM.termsRequired) return withLine(state, lines.refused(state.line, problem));
  return chain(withLine(state, lines.leave(state.line)), (now) => step({
    ...now, terms: { ...now.terms, accepted: null, agreed: false }, place: { at: 'gate' },
  }, { do: 'ask' }));
}

// --- the person's wishes ---

/**
 * @param {State} state
 * @returns {Step}
 */
function seek(state) {
  if (state.place.at === 'talking' || state.place.at === 'gate') return step(state);
  if (state.place.at === 'seeking' && state.line.way.at !== 'refused') return step(state);
  const now = settled({ ...state, place: SEEKING });
  if (now.line.way.at === 'open') return find(now, undefined);
  return withLine(now, lines.want(now.line));
}

/**
 * @param {State} state
 * @returns {Step}
 */
function next(state) {
  if (state.place.at !== 'talking') return seek(state);
  const { c } = state.place.talk;
  return chain(step(settled({ ...state, place: SEEKING }), ...TALK_OVER), (now) => find(now, c));
}

/**
 * Leaves the queue or the conversation, whichever the person is in.
 * @param {State} state
 * @returns {Step}
 */
function stop(state) {
  if (state.place.at === 'talking') return leaveTalk(state, { by: 'me' });
  if (state.place.at !== 'seeking') return step(state);
  const home = settled({ ...state, place: { at: 'home' } });
  if (state.line.way.at !== 'open') {
    return chain(withLine(home, lines.leave(home.line)), (now) => step(now, disarm(TIMER.find)));
  }
  if (!state.place.asked) return step(home, disarm(TIMER.find));
  return step({ ...home, leaving: state.leaving ?? { type: TO.stop, c: null } },
    send({ type: TO.stop }), disarm(TIMER.find), arm(TIMER.answer, ANSWER_MS));
}

/**
 * @param {State} state
 * @returns {Step}
 */
function goHome(state) {
  if (state.place.at === 'talking' || state.place.at === 'gate') return step(state);
  if (state.place.at === 'seeking') return stop(state);
  const home = settled({ ...state, place: { at: 'home' } });
  return state.line.way.at === 'open' ? step(home) : withLine(home, lines.leave(home.line));
}

/**
 * Escape is close to other keys: inside a conversation it asks for a second one before it leaves.
 * @param {State} state
 * @returns {Step}
 */
function escape(state) {
  switch (state.place.at) {
    case 'talking': return state.armed ? next(state) : step({ ...state, armed: true }, arm(TIMER.armed, ARMED_MS));
    case 'over': return next(state);
    case 'seeking': return stop(state);
    case 'gate': case 'home': return step(state);
  }
}

/**
 * @param {State} state
 * @param {string} text
 * @returns {Step}
 */
function draft(state, text) {
  const now = { ...state, draft: text, notice: null, armed: false };
  if (now.place.at !== 'talking') return step(now);
  return withTalk(now, talks.setTyping(now.place.talk, !isBlank(text)));
}

/**
 * The draft goes out, or stays where it is: it is never lost.
 * @param {State} state
 * @returns {Step}
 */
function say(state) {
  const text = tidy(state.draft);
  if (isBlank(text)) return step(state);
  if (state.place.at === 'over') return step({ ...state, notice: 'kept' });
  if (state.place.at !== 'talking') return step(state);
  const fault = textFault(text, state.line.limits.text_chars);
  if (fault !== null) return step({ ...state, notice: fault });
  const now = { ...state, draft: '', notice: null, armed: false };
  return withTalk(now, talks.say(state.place.talk, text, state.line.limits.in_flight));
}

/**
 * @param {State} state
 * @param {boolean} on
 * @returns {Step}
 */
function look(state, on) {
  const now = { ...state, visible: on, unread: on ? 0 : state.unread, news: on ? null : state.news };
  if (!on) return step(now);
  const settle = now.place.at === 'talking' ? withTalk(now, talks.settle(now.place.talk, true)) : step(now);
  return chain(settle, (later) => withLine(later, lines.wake(later.line)));
}


// --- time ---

/**
 * A timer that fires late, or after what it was for, changes nothing.
 * @param {State} state
 * @param {string} name
 * @returns {Step}
 */
function timer(state, name) {
  switch (name) {
    case TIMER.ask: return step(state, { do: 'ask' });
    case TIMER.rest: return withLine(state, lines.rested(state.line));
    case TIMER.steady: return withLine(state, lines.steady(state.line));
    case TIMER.answer: return service.unanswered(state);
    case TIMER.find: return state.line.way.at === 'open' ? find(state, undefined) : step(state);
    case TIMER.armed: return step({ ...state, armed: false });
    default: return state.place.at === 'talking' ? talkTimer(state, state.place.talk, name) : step(state);
  }
}

/**
 * @param {State} state
 * @param {import('./state.js').Talk} talk
 * @param {string} name
 * @returns {Step}
 */
function talkTimer(state, talk, name) {
  switch (name) {
    case TIMER.got: return withTalk(state, talks.settle(talk, state.visible));
    case TIMER.hold: return withTalk(state, talks.released(talk, state.line.limits.in_flight));
    case TIMER.typing: return withTalk(state, talks.repeatTyping(talk));
    case TIMER.lapse: return withTalk(state, talks.partnerTyping(talk, false));
    default: return step(state);
  }
}
