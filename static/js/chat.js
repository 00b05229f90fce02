// What the person is doing, and what comes of every event: the one function `reduce(state, event)`.
//
//   gate -> home -> seeking -> talking -> over -> seeking | home
//
// Here are the person's wishes and the timers; what the service says is in `service.js`, and the moves that both need
// are in `moves.js`. Impossible by construction: a talk outside `talking` and `over`; a frame of an old conversation
// changing a new one (each is matched against the `c` on show); a find while one is on the way. A goodbye that the
// service has not confirmed is kept in `leaving`, and the person never waits for it.

import { CLOSE, PROBLEM, TO } from './wire.js';
import { TIMER, arm, disarm } from './state.js';
import { isBlank, textFault, tidy } from './text.js';
import {
  LONG_MS, TALK_OVER, beginSeeking, chain, end, find, isReady, lastOf, leaveTalk, sayGoodbye, settled, step, withLine, withTalk,
} from './moves.js';
import * as lines from './line.js';
import * as proving from './proving.js';
import * as service from './service.js';
import * as talks from './talk.js';
import * as typing from './typing.js';
import { dismiss, dismissedElsewhere, expire, recallDismissed, told, toldCounts } from './announcements.js';
import { recall, reduceWanted, takeField } from './wanted.js';
import { file, fileAgain } from './filings.js';

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
    case 'interest': case 'drop': case 'lang': return reduceWanted(state, event);
    case 'file': return file(state, event.what);
    case 'draft': return draft(state, event.text);
    case 'send': return say(state);
    case 'visible': return look(state, event.on);
    case 'wake': return withLine(state, lines.wake(state.line));
    case 'doubt': return withLine(state, lines.doubt(state.line));
    case 'entered': return withLine(state, lines.entered(state.line, event));
    case 'refused': return refusedEntry(state, event);
    case 'demanded': return keptOut(withLine(state, proving.demanded(state.line, event.demand, state.terms.siteKey)));
    case 'proving': return withLine(state, proving.proving(state.line, event.part));
    case 'proved': return withLine(state, proving.proved(state.line, event.proof));
    case 'unproved': return withLine(state, proving.unproved(state.line, event.fault));
    case 'reprove': return withLine(state, proving.reprove(state.line));
    case 'frame': return service.frame(state, event.frame);
    case 'down': return service.down(state, event);
    case 'timer': return timer(state, event.name);
    case 'counts': return toldCounts(state, event);
    case 'announced': case 'retracted': case 'inForce': return told(state, event);
    case 'dismiss': return dismiss(state, event.id);
    case 'dismissed': return step(dismissedElsewhere(state, event.value));
    case 'clock': return expire(state, event.now);
    case 'stream': return step({ ...state, line: { ...state.line, counted: event.on } });
  }
}

// --- coming in ---

/**
 * Whoever accepted terms before goes straight home, or on with what this tab has kept; should the terms have changed,
 * `asked` brings them back.
 * @param {State} state
 * @param {Extract<Event, {type: 'boot'}>} event
 * @returns {Step}
 */
function boot(state, { visitor, accepted, counted, visible, kept, dismissed, ...known }) {
  const preferences = recall(known);
  const now = {
    ...state,
    ...kept,
    visible,
    dismissed: recallDismissed(dismissed),
    // Of two tabs, each goes on looking for what it looked for.
    wanted: { ...preferences, ...kept?.wanted },
    line: { ...state.line, ...kept?.line, visitor, counted },
    terms: { ...state.terms, accepted },
  };
  if (accepted === null) return step({ ...now, place: { at: 'gate' }, leaving: null }, { do: 'ask' });
  const { at } = now.place;
  const here = at === 'gate' ? { ...now, place: /** @type {const} */ ({ at: 'home' }) } : now;
  const asking = step(here, { do: 'ask' }, at === 'seeking' ? arm(TIMER.long, LONG_MS) : disarm(TIMER.long));
  const wanted = at === 'seeking' || at === 'talking' || now.leaving !== null || now.filings.length > 0;
  return wanted ? chain(asking, (later) => withLine(later, lines.want(later.line))) : asking;
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'asked'}>} event
 * @returns {Step}
 */
function asked(state, { terms: version, paused, contact = null, siteKey = null }) {
  const terms = { ...state.terms, version, paused, attempt: 0, contact, siteKey };
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
  if (problem.code === PROBLEM.termsRequired) {
    return chain(withLine(state, lines.leave(state.line)), (now) => step({
      ...now, terms: { ...now.terms, accepted: null, agreed: false }, place: { at: 'gate' }, leaving: null,
    }, ...TALK_OVER, { do: 'ask' }));
  }
  const { contact = state.terms.contact } = problem;
  return keptOut(withLine({ ...state, terms: { ...state.terms, contact } }, lines.refused(state.line, problem)));
}

/**
 * Nobody who is kept out comes back to a conversation.
 * @param {Step} knocked
 * @returns {Step}
 */
function keptOut(knocked) {
  return chain(knocked, (now) => {
    if (now.line.way.at !== 'refused') return step(now);
    const banned = now.line.way.why === PROBLEM.banned;
    return end({ ...now, leaving: null }, banned ? { by: 'close', code: CLOSE.banned } : { by: 'line' });
  });
}

// --- the person's wishes ---

/**
 * @param {State} state
 * @returns {Step}
 */
function seek(state) {
  if (state.place.at === 'talking' || state.place.at === 'gate') return step(state);
  if (state.place.at === 'seeking' && state.line.way.at !== 'refused') return step(state);
  return chain(chain(takeField(state), beginSeeking), (now) => chain(find(now, undefined), (later) => {
    return withLine(later, lines.want(later.line));
  }));
}

/**
 * @param {State} state
 * @returns {Step}
 */
function next(state) {
  if (state.place.at !== 'talking') return seek(state);
  const { c } = state.place.talk;
  const left = chain(step(state, ...TALK_OVER), beginSeeking);
  return chain(chain(left, (now) => find(now, c)), (now) => withLine(now, lines.want(now.line)));
}

/**
 * Leaves the queue or the conversation, whichever the person is in.
 * @param {State} state
 * @returns {Step}
 */
function stop(state) {
  if (state.place.at === 'talking') return leaveTalk(state, { by: 'me' });
  // Who has had enough does not go on looking when the service would.
  if (state.place.at === 'over') return step({ ...state, place: { ...state.place, goesOn: false } });
  if (state.place.at !== 'seeking') return step(state);
  const left = state.leaving?.c ?? null;
  const queued = state.place.held || state.place.asked;
  /** @type {State['leaving']} */
  const leaving = left !== null || (queued && !isReady(state)) ? { type: TO.stop, c: left } : state.leaving;
  const home = chain(step(settled({ ...state, leaving, place: { at: 'home' } }), disarm(TIMER.find)), letGo);
  if (!isReady(state) || !state.place.asked) return home;
  // A `find` that left a conversation has ended it before this `stop` is read, so that it is the queue that is left.
  return chain(chain(home, (now) => sayGoodbye(now, null)), (now) => {
    return step({ ...now, leaving: leaving ?? now.leaving });
  });
}

/**
 * A line that is not open is of no use to who is at home, unless a goodbye has to be said first.
 * @param {State} state
 * @returns {Step}
 */
function letGo(state) {
  if (state.line.way.at === 'open' || state.leaving !== null || state.filings.length > 0) return step(state);
  return withLine(state, lines.leave(state.line));
}

/**
 * @param {State} state
 * @returns {Step}
 */
function goHome(state) {
  if (state.place.at === 'talking' || state.place.at === 'gate') return step(state);
  if (state.place.at === 'seeking') return stop(state);
  return letGo(settled({ ...state, last: lastOf(state), place: { at: 'home' } }));
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
  return withTalk(now, typing.setTyping(now.place.talk, !isBlank(text)));
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
    case TIMER.check: return withLine(state, proving.late(state.line));
    case TIMER.steady: return withLine(state, lines.steady(state.line));
    case TIMER.answer: return service.unanswered(state);
    case TIMER.find: return find(state, undefined);
    case TIMER.file: return fileAgain(state);
    case TIMER.long:
      return step(state.place.at === 'seeking' ? { ...state, place: { ...state.place, long: true } } : state);
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
    case TIMER.typing: return withTalk(state, typing.repeatTyping(talk));
    case TIMER.lapse: return withTalk(state, typing.partnerTyping(talk, false));
    case TIMER.sync: return withTalk(state, talks.goOn(talk, state.line.limits.in_flight));
    case TIMER.resend: return withTalk(state, talks.resend(talk, state.line.limits.in_flight));
    case TIMER.grace: return withTalk(state, talks.graceStep(talk));
    default: return step(state);
  }
}
