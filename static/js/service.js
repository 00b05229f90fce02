// What the service says, and what its silence or a broken line means for the place the person is in.

import { CLOSE, FROM, REFUSED, TO, WELCOME } from './wire.js';
import { TIMER, arm, disarm, send } from './state.js';
import { SEEKING, chain, end, find, leaveTalk, sayGoodbye, settled, step, withLine, withTalk } from './moves.js';
import * as lines from './line.js';
import * as talks from './talk.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./state.js').Why} Why */
/** @typedef {import('./codec.js').ServerFrame} ServerFrame */

/** How long to wait before the next `find` when the service asks to slow down without saying for how long. */
const FIND_AGAIN_MS = 1_000;

/**
 * @param {State} state
 * @param {ServerFrame} message
 * @returns {Step}
 */
export function frame(state, message) {
  switch (message.type) {
    case FROM.welcome: return welcome(state, message);
    case FROM.waiting: return waiting(state, message.widen_ms);
    case FROM.matched: return matched(state, message);
    case FROM.resumed: return matched(state, message);
    case FROM.ended: return ended(state, message);
    case FROM.done: return message.re === TO.stop ? answered({ ...state, leaving: null }) : step(state);
    case FROM.error: return refused(state, message);
    case FROM.say: case FROM.got: case FROM.seen: case FROM.typing: case FROM.partner: case FROM.other:
      return inTalk(state, message);
  }
}

/**
 * The line is gone. Without a ticket the conversation went with it.
 * @param {State} state
 * @param {{code: number, reason: string}} close
 * @returns {Step}
 */
export function down(state, close) {
  const { at } = state.place;
  const wanted = at === 'seeking' || at === 'talking' || at === 'over';
  const over = end({ ...state, leaving: null }, whyOf(close.code));
  const place = over.state.place.at === 'seeking' ? SEEKING : over.state.place;
  const line = lines.down(state.line, close, wanted);
  return {
    state: { ...over.state, place, line: line.line },
    effects: [...over.effects, disarm(TIMER.answer), disarm(TIMER.find), ...line.effects],
  };
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
 * @param {number} code
 * @returns {Why}
 */
function whyOf(code) {
  return code === CLOSE.banned || code === CLOSE.newerSocket || code === CLOSE.flooding
    ? { by: 'close', code } : { by: 'line' };
}

/**
 * @param {State} state
 * @returns {boolean}
 */
function isOwed(state) {
  return state.leaving !== null || (state.place.at === 'seeking' && state.place.asked && !state.place.queued);
}

/**
 * @param {State} state
 * @returns {Step}
 */
function answered(state) {
  return isOwed(state) ? step(state) : step(state, disarm(TIMER.answer));
}

/**
 * @param {State} state
 * @param {Extract<ServerFrame, {type: 'welcome'}>} message
 * @returns {Step}
 */
function welcome(state, message) {
  const fresh = state.line.way.at === 'connecting';
  const opened = withLine(state, lines.welcomed(state.line, message.limits));
  if (!fresh || state.place.at !== 'seeking') return opened;
  // In the queue already, or in a conversation that `resumed` is about to name: a second `find` would be one too many.
  if (message.state !== WELCOME.idle) {
    const place = { ...state.place, asked: true };
    return chain(opened, (now) => step({ ...now, place }));
  }
  return chain(opened, (now) => find(now, undefined));
}

/**
 * @param {State} state
 * @param {number} widen_ms
 * @returns {Step}
 */
function waiting(state, widen_ms) {
  if (state.place.at !== 'seeking') {
    if (state.leaving !== null) return step(state);
    return step({ ...state, leaving: { type: TO.stop, c: null } }, send({ type: TO.stop }));
  }
  const place = { ...state.place, asked: true, queued: true, widened: widen_ms === 0, paused: false };
  return answered({ ...state, place });
}

/**
 * A partner. Whoever changed their mind in the meantime leaves at once.
 * @param {State} state
 * @param {Extract<ServerFrame, {type: 'matched' | 'resumed'}>} message
 * @returns {Step}
 */
function matched(state, message) {
  if (state.place.at !== 'seeking') return sayGoodbye(state, message.conversation);
  const news = state.visible ? null : 'matched';
  const now = settled({ ...state, leaving: null, unread: 0, news });
  return chain(withTalk(now, talks.begin(message)), answered);
}

/**
 * @param {State} state
 * @param {Extract<ServerFrame, {type: 'ended'}>} message
 * @returns {Step}
 */
function ended(state, { c, reason }) {
  const confirmed = state.leaving?.c === c ? { ...state, leaving: null } : state;
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
  if (error.code === REFUSED.helloFirst) return down(state, { code: lines.NO_CODE, reason: '' });
  if (state.place.at !== 'talking' || state.place.talk.c !== error.c) return step(state);
  if (error.code === REFUSED.notTalking) return end(state, { by: 'line' });
  const dropped = error.re === TO.say && error.code !== REFUSED.slowDown;
  const notice = error.re === TO.say ? error.code : state.notice;
  const { talk } = state.place;
  const refusal = talks.refused(talk, error, state.line.limits.in_flight);
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
  if (state.place.at !== 'seeking' || !state.place.asked) return step(state);
  switch (error.code) {
    case REFUSED.slowDown: {
      const later = { ...state, place: { ...state.place, asked: false } };
      const again = arm(TIMER.find, error.retry_ms ?? FIND_AGAIN_MS);
      const { leaving } = state;
      if (leaving?.type !== TO.find || leaving.c === null) return chain(answered(later), (now) => step(now, again));
      // The partner must not wait until this side may look again.
      return chain(sayGoodbye(later, leaving.c), (now) => step(now, again));
    }
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
    case FROM.say: return heard(state, talks.take(talk, message.n, message.text));
    case FROM.other: return heard(state, talks.take(talk, message.n, null));
    case FROM.got: {
      const taken = talks.acknowledged(talk, message.n, state.line.limits.in_flight);
      return taken === null ? leaveTalk(state, { by: 'gap' }) : withTalk(state, taken);
    }
    case FROM.seen: return withTalk(state, talks.seen(talk, message.n));
    case FROM.typing: return withTalk(state, talks.partnerTyping(talk, message.on));
    case FROM.partner: return withTalk(state, talks.partnerMoved(talk, message.state, state.visible));
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
