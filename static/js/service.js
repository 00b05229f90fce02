// What the service says, and what its silence or a broken line means for the place the person is in.

import { ANSWER_MS, CLOSE, FROM, REFUSED, TO, WELCOME } from './wire.js';
import { TIMER, arm, disarm } from './state.js';
import {
  beginSeeking, chain, end, find, leaveTalk, lineGone, sayGoodbye, settled, step, withLine, withTalk,
} from './moves.js';
import { done, endedFor, fileAll, filesAgainst, filingRefused } from './filings.js';
import * as lines from './line.js';
import * as talks from './talk.js';
import * as typing from './typing.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./codec.js').ServerFrame} ServerFrame */

/** @type {import('./state.js').Way} */
const READY = Object.freeze({ at: 'open', ready: true });

/** How long to wait before the next `find` when the service asks to slow down without saying for how long. */
const FIND_AGAIN_MS = 1_000;

/**
 * @param {State} state
 * @param {ServerFrame} message
 * @returns {Step}
 */
export function frame(state, message) {
  const now = 'ticket' in message ? stamped(state, message) : state;
  switch (message.type) {
    case FROM.welcome: return welcome(now, message);
    case FROM.waiting: return waiting(now, message.widen_ms);
    case FROM.matched: return matched(now, message);
    case FROM.resumed: return resumed(now, message);
    case FROM.ended: return ended(now, message);
    case FROM.done:
      return answered(message.re === TO.stop ? { ...now, leaving: null } : done(now, message.re, message.c));
    case FROM.error: return refused(state, message);
    case FROM.say: case FROM.got: case FROM.seen: case FROM.typing: case FROM.partner: case FROM.other:
      return inTalk(state, message);
  }
}

/**
 * The newest ticket is kept. A frame that carries one is also the last that a new line says by itself, `welcome` aside.
 * @param {State} state
 * @param {{type: string, ticket?: string}} message
 * @returns {State}
 */
function stamped(state, { type, ticket }) {
  const { line } = state;
  const way = line.way.at === 'open' && type !== FROM.welcome ? READY : line.way;
  return { ...state, line: { ...line, way, ticket: ticket ?? line.ticket } };
}

/**
 * The line is gone; it comes back where anybody is in need of it.
 * @param {State} state
 * @param {{code: number, reason: string}} close
 * @returns {Step}
 */
export function down(state, close) {
  if (state.line.way.at !== 'open' && state.line.way.at !== 'connecting') return step(state);
  return chain(lineGone(state, close.code), (now) => {
    const { at } = now.place;
    const wanted = at === 'seeking' || at === 'talking' || at === 'over' || now.leaving !== null
      || now.filings.length > 0;
    return withLine(now, lines.down(now.line, close, wanted));
  });
}

/**
 * The service owes an answer for too long: the line is dead without knowing it.
 * @param {State} state
 * @returns {Step}
 */
export function unanswered(state) {
  return isOwed(state) ? down(state, { code: lines.NO_CODE, reason: '' }) : step(state);
}

/**
 * @param {State} state
 * @returns {boolean}
 */
function isOwed(state) {
  const { way } = state.line;
  if (way.at === 'open' && !way.ready) return true;
  if (state.leaving !== null || state.filings.some(({ told }) => told)) return true;
  return (state.place.at === 'seeking' && state.place.asked && !state.place.queued);
}

/**
 * @param {State} state
 * @returns {Step}
 */
function answered(state) {
  return isOwed(state) ? step(state) : step(state, disarm(TIMER.answer));
}

/**
 * The line is open. What the service has kept is in its `state`; a `waiting` or `resumed` that follows says the rest,
 * and until then nothing is sent.
 * @param {State} state
 * @param {Extract<ServerFrame, {type: 'welcome'}>} message
 * @returns {Step}
 */
function welcome(state, message) {
  const fresh = state.line.way.at === 'connecting';
  const idle = message.state === WELCOME.idle;
  const opened = withLine(state, lines.welcomed(state.line, message.limits, idle));
  if (!fresh) return opened;
  const owed = idle ? opened : chain(opened, (now) => step(now, arm(TIMER.answer, ANSWER_MS)));
  if (message.state === WELCOME.talking) return owed;
  return chain(owed, (now) => {
    const over = end({ ...now, leaving: null, filings: endedFor(now.filings, null) }, { by: 'line' });
    const parted = chain(over, fileAll);
    // In the queue already: a second `find` would be one too many.
    return idle ? chain(parted, (later) => find(later, undefined)) : parted;
  });
}

/**
 * @param {State} state
 * @param {number} widen_ms
 * @returns {Step}
 */
function waiting(state, widen_ms) {
  if (state.place.at === 'over' && state.place.goesOn) return searchGoesOn(state, state.place.talk, widen_ms);
  if (state.place.at !== 'seeking') {
    return state.leaving === null ? sayGoodbye(state, null) : step(state);
  }
  // Interests that changed while there was no line are not what this place was given for.
  const late = state.place.changed && !state.place.asked;
  const place = { ...state.place, asked: !late, queued: !late, widen_ms, paused: false, changed: false };
  const now = answered({ ...state, place });
  return late ? chain(now, (later) => find(later, undefined)) : now;
}

/**
 * The match was with somebody who was gone already, and the service goes on looking. What was said to nobody goes back
 * to where it was written, unless something new is being written there.
 * @param {State} state
 * @param {import('./state.js').Talk} talk
 * @param {number} widen_ms
 * @returns {Step}
 */
function searchGoesOn(state, { outbox }, widen_ms) {
  const draft = state.draft === '' ? outbox.items.map(({ text }) => text).join('\n') : state.draft;
  return chain(beginSeeking({ ...state, draft, news: null }), (now) => {
    if (now.place.at !== 'seeking') return step(now);
    return answered({ ...now, place: { ...now.place, asked: true, queued: true, widen_ms, ghost: true } });
  });
}

/**
 * A partner. Whoever changed their mind in the meantime leaves at once.
 * @param {State} state
 * @param {Extract<ServerFrame, {type: 'matched' | 'resumed'}>} message
 * @returns {Step}
 */
function matched(state, message) {
  if (state.place.at === 'talking' && state.place.talk.c === message.conversation) return step(state);
  if (state.place.at !== 'seeking') return sayGoodbye(state, message.conversation);
  const news = state.visible ? null : 'matched';
  const now = settled({ ...state, leaving: null, last: null, unread: 0, news });
  return chain(withTalk(now, talks.begin(message)), answered);
}

/**
 * The line is back in a conversation: the one on show, one that was left already, or one that this page missed.
 * @param {State} state
 * @param {Extract<ServerFrame, {type: 'resumed'}>} message
 * @returns {Step}
 */
function resumed(state, message) {
  return chain(fileAll(state), (now) => {
    // What was just filed ends it.
    return filesAgainst(now, message.conversation) ? find(now, undefined) : seated(now, message);
  });
}

/**
 * @param {State} state
 * @param {Extract<ServerFrame, {type: 'resumed'}>} message
 * @returns {Step}
 */
function seated(state, message) {
  const { conversation: c } = message;
  const { place, leaving } = state;
  if (leaving?.c === c) return leaveAgain(state, leaving.type, c);
  if (place.at !== 'talking') return matched(state, message);
  if (place.talk.c === c) return chain(withTalk(state, talks.resume(place.talk, message, state.visible)), answered);
  return chain(end(state, { by: 'line' }), (now) => sayGoodbye(now, c));
}

/**
 * The goodbye that the broken line took with it goes first.
 * @param {State} state
 * @param {'find' | 'stop'} type
 * @param {string} c
 * @returns {Step}
 */
function leaveAgain(state, type, c) {
  if (type === TO.find) return find(state, c);
  return chain(sayGoodbye(state, c), (now) => find(now, undefined));
}

/**
 * @param {State} state
 * @param {Extract<ServerFrame, {type: 'ended'}>} message
 * @returns {Step}
 */
function ended(state, { c, reason }) {
  const leaving = state.leaving?.c === c ? null : state.leaving;
  const confirmed = { ...state, leaving, filings: endedFor(state.filings, c) };
  if (state.place.at === 'talking' && state.place.talk.c === c) {
    return chain(end(confirmed, { by: 'service', reason }), answered);
  }
  return answered(confirmed);
}

/**
 * @param {State} state
 * @param {Extract<ServerFrame, {type: 'error'}>} error
 * @returns {Step}
 */
function refused(state, error) {
  if (error.code === REFUSED.paused) {
    return state.place.at === 'seeking' ? step({ ...state, place: { ...state.place, paused: true } }) : step(state);
  }
  if (error.re === TO.find) return findRefused(state, error);
  if (error.re === TO.block || error.re === TO.report) return chain(filingRefused(state, error), answered);
  if (error.code === REFUSED.helloFirst) return down(state, { code: lines.NO_CODE, reason: '' });
  if (state.place.at !== 'talking' || state.place.talk.c !== error.c) return step(state);
  if (error.code === REFUSED.notTalking) return end(state, { by: 'line' });
  const { talk } = state.place;
  const refusal = talks.refused(talk, error, state.line.limits.in_flight);
  if (refusal.talk === talk) return step(state);
  const dropped = error.re === TO.say && error.code !== REFUSED.slowDown;
  const notice = error.re === TO.say ? error.code : state.notice;
  const text = dropped ? talk.outbox.items.find(({ n }) => n === error.n)?.text : undefined;
  // What the service would not take goes back to where it can be mended, unless something new is being written there.
  const draft = text !== undefined && state.draft === '' ? text : state.draft;
  return withTalk({ ...state, notice, draft }, refusal);
}

/**
 * @param {State} state
 * @param {Extract<ServerFrame, {type: 'error'}>} error
 * @returns {Step}
 */
function findRefused(state, error) {
  const { leaving } = state;
  // The partner must not wait until this side may look again.
  const goodbye = error.code === REFUSED.slowDown && leaving !== null && leaving.c !== null && leaving.c === error.c
    ? sayGoodbye(state, leaving.c) : step(state);
  if (state.place.at !== 'seeking' || !state.place.asked) return goodbye;
  const later = { ...state.place, asked: false };
  switch (error.code) {
    case REFUSED.slowDown:
      return chain(goodbye, (now) => chain(answered({ ...now, place: later }), (calm) => {
        return step(calm, arm(TIMER.find, error.retry_ms ?? FIND_AGAIN_MS));
      }));
    case REFUSED.badFrame: return down(state, { code: CLOSE.notThisProtocol, reason: '' });
    // The service is in a conversation that this page does not know of: only a fresh start sorts that out.
    default: return down(state, { code: lines.NO_CODE, reason: '' });
  }
}

/**
 * Frames about one conversation. For another than the one on show they come too late.
 * @param {State} state
 * @param {Extract<ServerFrame, {type: 'say' | 'got' | 'seen' | 'typing' | 'partner' | 'other'}>} message
 * @returns {Step}
 */
function inTalk(state, message) {
  if (state.place.at !== 'talking' || state.place.talk.c !== message.c) return step(state);
  const { talk } = state.place;
  switch (message.type) {
    case FROM.say: return heard(state, talks.take(talk, message.n, message.text, message.tag));
    case FROM.other: return heard(state, talks.take(talk, message.n, null));
    case FROM.got: {
      const taken = talks.acknowledged(talk, message.n, state.line.limits.in_flight);
      return taken === null ? leaveTalk(state, { by: 'gap' }) : withTalk(state, taken);
    }
    case FROM.seen: return withTalk(state, talks.seen(talk, message.n));
    case FROM.typing: return withTalk(state, typing.partnerTyping(talk, message.on));
    case FROM.partner: {
      const seat = { partner: message.state, grace_ms: message.grace_ms };
      return withTalk(state, talks.partnerMoved(talk, seat, state.visible));
    }
  }
}

/**
 * @param {State} state
 * @param {ReturnType<typeof talks.take>} taken
 * @returns {Step}
 */
function heard(state, taken) {
  const unread = taken.news && !state.visible ? state.unread + 1 : state.unread;
  return withTalk({ ...state, unread }, taken);
}
