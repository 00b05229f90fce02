// Signing in and out, and asking for the numbers for as long as somebody looks at them.
//
// At the door nothing is asked but what the operator asks. Inside, the numbers come every two seconds and the
// announcements every ten (places.js); a page out of sight asks for nothing. When no numbers come, the old ones stay,
// and the service is asked ever more slowly until it answers. Only two refusals lead out: a token that is not good any
// more, and a service that has no operator.

import { PROBLEM } from '../wire.js';
import { LIST_MS, STATS_MS } from './wire.js';
import { INITIAL, TIMER, step } from './state.js';
import { also, enter as enterPlace, go, list, peek } from './places.js';
import * as acts from './acts.js';
import * as bans from './bans.js';
import * as reports from './reports.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Event} Event */
/** @typedef {import('./state.js').Effect} Effect */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./api.js').Refusal} Refusal */

/** How often what counts down is looked at. */
const SECOND_MS = 1_000;
/** Where the service asks for patience and does not say for how long. */
const PATIENCE_MS = 10_000;

/** Answers that anybody who is in may get, and that lead out. */
const OUT = Object.freeze(/** @type {string[]} */ ([PROBLEM.unauthorized, PROBLEM.notFound]));

/**
 * @param {State} from
 * @param {Event} event
 * @param {number} now   in Unix ms
 * @returns {Step}
 */
export function reduce(from, event, now) {
  const before = { ...from, now };
  const { state, effects } = handle(before, event);
  return { state, effects: [...effects, ...counting(from, state, event)] };
}

/**
 * @param {State} state
 * @param {Event} event
 * @returns {Step}
 */
function handle(state, event) {
  switch (event.type) {
    case 'boot': {
      const seen = { ...state, visible: event.visible, place: event.place ?? state.place };
      return event.token === null ? step(seen) : also(askStats(enter(seen, event.token)), enterPlace);
    }
    case 'signIn': return signIn(state, event.token.trim());
    case 'signOut': return signOut(state);
    case 'visible': return look(state, event.on);
    case 'wake': return state.link.refusal === null || state.link.again !== null ? step(state) : ask(state);
    case 'timer': return ring(state, event.name);
    case 'stats': return event.turn === state.turn ? stats(state, event) : step(state);
    case 'listed': return event.turn === state.turn ? listed(state, event) : step(state);
    case 'go': return go(state, event.place);
    case 'peeked': case 'reported': case 'barred': return event.turn === state.turn ? read(state, event) : step(state);
    default: return act(state, event);
  }
}

/**
 * What the operator does, and what comes of it.
 * @param {State} state
 * @param {import('./acts.js').Act} event
 * @returns {Step}
 */
function act(state, event) {
  if ('turn' in event) {
    if (event.turn !== state.turn) return step(state);
    // Nothing that was written is lost on the way out: it is there again after the next sign-in.
    const settled = acts.settle(state, event);
    const { answer } = event;
    if (!answer.ok && leadsOut(event, answer.refusal)) return thrownOut(settled.state, answer.refusal);
    // The numbers and the announcements know nothing of it.
    if (event.type === 'decided' || event.type === 'banned' || event.type === 'lifted') return settled;
    // What has changed shows at once; so does what may have, where no answer came.
    return !answer.ok && answer.refusal.code === PROBLEM.slowDown ? settled : also(settled, ask);
  }
  return acts.act(state, event);
}

/**
 * A list came that was asked for. That it is not found means that the service is older, and not that there is no
 * operator.
 * @param {State} state
 * @param {Extract<Event, {type: 'peeked' | 'reported' | 'barred'}>} event
 * @returns {Step}
 */
function read(state, event) {
  const { answer } = event;
  if (!answer.ok && answer.refusal.code === PROBLEM.unauthorized && state.session.at === 'in') {
    return thrownOut(state, answer.refusal);
  }
  switch (event.type) {
    case 'peeked': return reports.peeked(state, event);
    case 'reported': return reports.reported(state, event);
    case 'barred': {
      const known = bans.barred(state, event);
      return { ...known, state: acts.forget(known.state) };
    }
  }
}

/**
 * What is not found among many is gone; only everything that is not found means that there is no operator.
 * @param {import('./acts.js').Outcome} event
 * @param {Refusal} refusal
 * @returns {boolean}
 */
function leadsOut(event, { code }) {
  const isWhole = event.type === 'announced' || event.type === 'switched' || event.type === 'raised';
  return code === PROBLEM.unauthorized || (code === PROBLEM.notFound && isWhole);
}

// --- the door ---

/**
 * @param {State} state
 * @param {string} token
 * @returns {Step}
 */
function signIn(state, token) {
  const { session } = state;
  if (session.at !== 'out' || (session.until !== null && state.now < session.until)) return step(state);
  if (token === '') return step({ ...state, session: atDoor({ code: 'empty', detail: null, retry_ms: null }, null) });
  const turn = state.turn + 1;
  const asked = state.link.asked + 1;
  const trying = { ...state, turn, session: /** @type {const} */ ({ at: 'trying', token }) };
  return step({ ...trying, link: { ...INITIAL.link, asked } }, { do: 'stats', token, turn, asked });
}

/**
 * @param {State} state
 * @param {string} token
 * @returns {State}
 */
function enter(state, token) {
  return { ...state, session: { at: 'in', token } };
}

/**
 * @param {Refusal} refusal
 * @param {number | null} until
 * @param {boolean} [left]
 * @returns {State['session']}
 */
function atDoor(refusal, until, left = false) {
  return { at: 'out', refusal, left, until };
}

/**
 * @param {State} state
 * @returns {Step}
 */
function signOut({ now, visible, turn, ahead_ms, place }) {
  return step({ ...INITIAL, now, visible, ahead_ms, place, turn: turn + 1 }, { do: 'keep', token: null }, ...silence());
}

/**
 * @param {State} state
 * @param {Refusal} refusal
 * @returns {Step}
 */
function thrownOut(state, refusal) {
  const out = signOut(state);
  const written = acts.written(state);
  return { ...out, state: { ...out.state, ...written, session: atDoor(refusal, null, true) } };
}

// --- the numbers ---

/**
 * Asks for everything at once.
 * @param {State} state
 * @returns {Step}
 */
function ask(state) {
  const numbers = askStats(state);
  const announcements = list(numbers.state);
  return step(announcements.state, ...numbers.effects, ...announcements.effects);
}

/**
 * @param {State} state
 * @returns {Step}
 */
function askStats(state) {
  const { session, link, turn, visible } = state;
  if (session.at !== 'in' || !visible) return step(state);
  const asked = link.asked + 1;
  return step({ ...state, link: { ...link, asked, again: null } },
    { do: 'timer', name: TIMER.stats, ms: null }, { do: 'stats', token: session.token, turn, asked });
}

/**
 * @param {State} state
 * @param {boolean} on
 * @returns {Step}
 */
function look(state, on) {
  if (on === state.visible) return step(state);
  const turned = { ...state, visible: on };
  if (!on) return step(turned, ...silence());
  // What the service asked to be spared is spared; `second` goes on counting.
  const seen = state.link.again !== null && state.now < state.link.again ? list(turned) : ask(turned);
  return also(seen, reports.peek);
}

/** @returns {Effect[]} */
function silence() {
  return [TIMER.stats, TIMER.list, TIMER.peek].map((name) => ({ do: 'timer', name, ms: null }));
}

/**
 * @param {State} state
 * @param {string} name
 * @returns {Step}
 */
function ring(state, name) {
  switch (name) {
    case TIMER.stats: return askStats(state);
    case TIMER.list: return list(state);
    case TIMER.peek: return peek(state);
    case TIMER.second: return second(state);
    default: return step(state);
  }
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'stats'}>} event
 * @returns {Step}
 */
function stats(state, { asked, answer }) {
  const { session, now, visible } = state;
  // Something was asked since, or changed: newer numbers are on the way.
  if (asked !== state.link.asked || session.at === 'out') return step(state);
  if (!answer.ok) return session.at === 'trying' ? shut(state, answer.refusal) : lost(state, answer.refusal);
  const heard = { ...INITIAL.link, asked, heard: now };
  const known = acts.forget({ ...state, link: heard, stats: answer.value, ahead_ms: answer.value.at - now });
  if (session.at === 'trying') {
    const entered = enterPlace(enter(known, session.token));
    return step(entered.state, { do: 'keep', token: session.token }, ...entered.effects, ...again(visible));
  }
  return step(known, { do: 'keep', token: session.token }, ...again(visible));
}

/**
 * @param {boolean} visible
 * @returns {Effect[]}
 */
function again(visible) {
  return visible ? [{ do: 'timer', name: TIMER.stats, ms: STATS_MS }] : [];
}

/**
 * The service does not let this token in.
 * @param {State} state
 * @param {Refusal} refusal
 * @returns {Step}
 */
function shut(state, refusal) {
  const until = refusal.code === PROBLEM.slowDown ? state.now + (refusal.retry_ms ?? PATIENCE_MS) : null;
  return step({ ...state, session: atDoor(refusal, until) });
}

/**
 * @param {State} state
 * @param {Refusal} refusal
 * @returns {Step}
 */
function lost(state, refusal) {
  if (OUT.includes(refusal.code)) return thrownOut(state, refusal);
  const { link, visible, now } = state;
  const patience = refusal.code === PROBLEM.slowDown ? refusal.retry_ms ?? PATIENCE_MS : null;
  const again = patience === null ? null : now + patience;
  const down = { ...state, link: { ...link, refusal, attempt: link.attempt + 1, again } };
  if (!visible || again !== null) return step(down);
  return step(down, { do: 'rest', name: TIMER.stats, attempt: link.attempt });
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'listed'}>} event
 * @returns {Step}
 */
function listed(state, { asked, answer }) {
  if (asked !== state.list.asked || state.session.at !== 'in') return step(state);
  if (!answer.ok && OUT.includes(answer.refusal.code)) return thrownOut(state, answer.refusal);
  const known = answer.ok ? acts.known(state, answer.value) : state.list.items;
  const heard = { ...state, list: { asked, items: known, refusal: answer.ok ? null : answer.refusal } };
  const next = acts.forget(heard);
  const isSeen = state.visible && state.place === 'live';
  return isSeen ? step(next, { do: 'timer', name: TIMER.list, ms: LIST_MS }) : step(next);
}

// --- what counts down ---

/**
 * @param {State} state
 * @returns {number | null} the moment that is waited for
 */
function awaited({ session, link }) {
  return session.at === 'out' ? session.until : session.at === 'in' ? link.again : null;
}

/**
 * @param {State} state
 * @returns {Step}
 */
function second(state) {
  const until = awaited(state);
  if (until === null || state.now < until) return step(state);
  if (state.session.at === 'out') return step({ ...state, session: { ...state.session, until: null } });
  return state.visible ? ask(state) : step({ ...state, link: { ...state.link, again: null } });
}

/**
 * A second's timer as long as something counts down.
 * @param {State} from
 * @param {State} to
 * @param {Event} event
 * @returns {Effect[]}
 */
function counting(from, to, event) {
  const was = awaited(from) !== null;
  const is = awaited(to) !== null;
  if (is && (!was || (event.type === 'timer' && event.name === TIMER.second))) {
    return [{ do: 'timer', name: TIMER.second, ms: SECOND_MS }];
  }
  return was && !is ? [{ do: 'timer', name: TIMER.second, ms: null }] : [];
}
