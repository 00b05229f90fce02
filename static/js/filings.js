// Blocks and reports: what somebody has against their partner. Each is over at once for the person who makes it, and is
// kept, over broken lines and refreshes, until the service says `done`: it goes out again after any `welcome`.
//
// `told` is a filing on its way on this line; `ended` says that its conversation is known to be over.

import { ANSWER_MS, REFUSED, TO } from './wire.js';
import { TIMER, arm, send } from './state.js';
import { frameOf, reportFault } from './report.js';
import { chain, end, lastOf, sayGoodbye, settled, step, withLine } from './moves.js';
import * as lines from './line.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./state.js').Filing} Filing */
/** @typedef {import('./state.js').Grievance} Grievance */
/** @typedef {import('./state.js').Why} Why */

/** How long to wait when the service asks to slow down without saying for how long. */
const AGAIN_MS = 1_000;

/**
 * The person files something against the partner, present or last. Once is enough.
 * @param {State} state
 * @param {Grievance} what
 * @returns {Step}
 */
export function file(state, what) {
  const { place, leaving } = state;
  const about = lastOf(state);
  if (about === null) return step(state);
  const { c } = about.talk;
  const before = place.at === 'talking' ? null : about.why;
  // A report blocks as well.
  if (before?.by === 'report') return step(state);
  if (state.filings.some((each) => each.c === c && each.type === what.type)) return step(state);
  if (what.type === TO.report && reportFault(c, what, state.line.limits.frame_bytes) !== null) return step(state);
  const ended = place.at !== 'talking' && leaving?.c !== c;
  const filing = { ...what, c, ended, told: false };
  /** @type {Why} */
  const why = what.type === TO.block ? { by: 'block' } : { by: 'report', blocked: isBlocked(before) };
  const over = place.at === 'talking' ? end(state, why) : step(withWhy(state, c, why));
  return chain(over, (now) => chain(makeOne({ ...now, filings: [...now.filings, filing] }), (later) => {
    return withLine(later, lines.want(later.line));
  }));
}

/**
 * Another reason why the conversation `c` is over, on show or behind.
 * @param {State} state
 * @param {string} c
 * @param {Why} why
 * @returns {State}
 */
function withWhy(state, c, why) {
  const { place, last } = state;
  if (place.at === 'over' && place.talk.c === c) return settled({ ...state, place: { ...place, why, goesOn: false } });
  return last?.talk.c === c ? { ...state, last: { ...last, why } } : state;
}

/**
 * The newest filing goes out, if there is a line for it.
 * @param {State} state
 * @returns {Step}
 */
function makeOne(state) {
  const { way } = state.line;
  const filing = state.filings.at(-1);
  if (filing === undefined || way.at !== 'open' || !way.ready) return step(state);
  const filings = [...state.filings.slice(0, -1), { ...filing, told: true }];
  return step({ ...state, filings }, send(frameOf(filing.c, filing)), arm(TIMER.answer, ANSWER_MS));
}

/**
 * Everything that is not done goes out.
 * @param {State} state
 * @returns {Step}
 */
export function fileAll(state) {
  if (state.filings.length === 0) return step(state);
  const filings = state.filings.map((filing) => ({ ...filing, told: true }));
  return step({ ...state, filings }, ...filings.map((each) => send(frameOf(each.c, each))), arm(TIMER.answer, ANSWER_MS));
}

/**
 * What the service asked to wait for may go out now.
 * @param {State} state
 * @returns {Step}
 */
export function fileAgain(state) {
  const { way } = state.line;
  return way.at === 'open' && way.ready && state.filings.some(({ told }) => !told) ? fileAll(state) : step(state);
}

/**
 * Whether this end says that the two will not meet again, as far as the service has not denied it.
 * @param {Why | null} why
 * @returns {boolean}
 */
export function isBlocked(why) {
  return why?.by === 'block' || why?.by === 'report' || (why?.by === 'unreported' && why.blocked);
}

/**
 * Whether a filing is about to end this conversation.
 * @param {State} state
 * @param {string} c
 * @returns {boolean}
 */
export function filesAgainst({ filings }, c) {
  return filings.some((filing) => filing.c === c && !filing.ended);
}

/**
 * The conversation `c` is over, or where none is named, all that there were.
 * @param {readonly Filing[]} filings
 * @param {string | null} c
 * @returns {readonly Filing[]}
 */
export function endedFor(filings, c) {
  if (filings.every((filing) => filing.ended)) return filings;
  return filings.map((filing) => (c === null || filing.c === c ? { ...filing, ended: true } : filing));
}

/**
 * What was on its way went with the line.
 * @param {readonly Filing[]} filings
 * @returns {readonly Filing[]}
 */
export function untold(filings) {
  return filings.some(({ told }) => told) ? filings.map((filing) => ({ ...filing, told: false })) : filings;
}

/**
 * @param {State} state
 * @param {string} re
 * @param {string | undefined} c
 * @returns {State}
 */
export function done(state, re, c) {
  const meant = state.filings.find((each) => each.type === re && (c === undefined || each.c === c));
  return { ...state, filings: state.filings.filter((each) => each !== meant) };
}

/**
 * The service would not take a filing. The conversation is left in any case; who asked for more is told the truth.
 * @param {State} state
 * @param {{code: string, re?: string, c?: string, retry_ms?: number}} error
 * @returns {Step}
 */
export function filingRefused(state, { code, re = '', c, retry_ms = AGAIN_MS }) {
  const known = code === REFUSED.notTalking && c !== undefined ? over(state, c) : state;
  const filing = known.filings.find((each) => each.type === re && (c === undefined || each.c === c));
  if (filing === undefined) return step(known);
  const rest = done(known, re, c);
  const later = code === REFUSED.slowDown
    ? step({ ...rest, filings: [...rest.filings, { ...filing, told: false }] }, arm(TIMER.file, retry_ms))
    : step(unfiled(rest, filing));
  return filing.ended ? later : chain(later, (now) => sayGoodbye(now, filing.c));
}

/**
 * @param {State} state
 * @param {string} c
 * @returns {State}
 */
function over(state, c) {
  const leaving = state.leaving?.c === c ? null : state.leaving;
  return { ...state, leaving, filings: endedFor(state.filings, c) };
}

/**
 * @param {State} state
 * @param {Filing} filing
 * @returns {State}
 */
function unfiled(state, { type, c }) {
  const about = state.place.at === 'talking' ? null : lastOf(state);
  return about?.talk.c === c ? withWhy(state, c, denied(about.why, type)) : state;
}

/**
 * What is left to say of an end once the service has refused a filing.
 * @param {Why} why
 * @param {Filing['type']} type
 * @returns {Why}
 */
function denied(why, type) {
  if (type === TO.report) return why.by === 'report' ? { by: 'unreported', blocked: why.blocked } : why;
  switch (why.by) {
    case 'block': return { by: 'unblocked' };
    case 'report': case 'unreported': return { ...why, blocked: false };
    default: return why;
  }
}
