// The way to the service: `POST /enter` for a pass and a lobby, a socket to that lobby, `hello`, `welcome`.
//
//   off -> entering -> connecting -> open          the way there
//   entering -> proving -> entering                the door asks for a proof: see proving.js
//   any -> resting -> entering | connecting        it broke, or the service asks to wait
//   any -> refused                                 trying again by itself would be wrong; only the person may
//
// After a line that was welcomed the first try comes within `return_ms`, whatever it took to open it. A service that
// greets and hangs up again and again is not called in a loop: such lines are counted as young.

import { CLOSE, PROBLEM, PROTOCOL_VERSION, TO } from './wire.js';
import { TIMER, arm, disarm } from './state.js';

/** @typedef {import('./state.js').Line} Line */
/** @typedef {import('./state.js').Effect} Effect */
/** @typedef {{line: Line, effects: readonly Effect[]}} LineStep */

/** How long a line must hold before its break says nothing about the next one. */
export const STEADY_MS = 10_000;

/** How soon a line must answer when there is a reason to think that it is dead. */
const DOUBT_MS = 2_500;

/** So many lines in a row may break young before the next one is waited for. */
const YOUNG_MAX = 3;

/**
 * After this many tries that never led to a `welcome`, the lobby itself may be gone: ask for another. Who has something
 * to come back to tries for as long as it is likely to be kept.
 */
const TRIES_PER_LOBBY = 2;
const TRIES_WITH_TICKET = 8;

/** Moves in a row that are followed at once; more of them are a service that sends people in a circle. */
const MOVES_MAX = 3;

/** Refusals of `/enter` that pass by themselves. */
const PASSING = new Set(/** @type {string[]} */ ([
  PROBLEM.slowDown, PROBLEM.paused, PROBLEM.unavailable, PROBLEM.full,
]));

/** What a `down` says when this side gave the line up. */
export const NO_CODE = 1006;

/** Not a code of the wire: the request got no answer at all. */
export const UNREACHABLE = 'unreachable';

/**
 * The person wants a line; it is opened unless one is there or on its way.
 * @param {Line} line
 * @returns {LineStep}
 */
export function want(line) {
  switch (line.way.at) {
    case 'off': return line.pass === null || line.lobby === null ? enter(line, 0) : connect(line, 0);
    case 'refused': return enter(line, 0);
    case 'resting': return wake(line);
    case 'entering': case 'proving': case 'connecting': case 'open': return { line, effects: [] };
  }
}

/**
 * Nobody wants a line any more.
 * @param {Line} line
 * @returns {LineStep}
 */
export function leave(line) {
  return {
    line: { ...line, way: { at: 'off' } },
    effects: [
      { do: 'hangup' }, disarm(TIMER.rest), disarm(TIMER.steady),
      ...(line.way.at === 'proving' ? [/** @type {const} */ ({ do: 'unprove' }), disarm(TIMER.check)] : []),
    ],
  };
}

/**
 * The network or the person is back: no reason to rest any longer, unless the service asked for it.
 * @param {Line} line
 * @returns {LineStep}
 */
export function wake(line) {
  if (line.way.at === 'open') return { line, effects: [{ do: 'probe' }] };
  if (line.way.at !== 'resting' || line.way.firm) return { line, effects: [] };
  return rested(line);
}

/**
 * The browser says that the network is gone. It may be wrong, so the line is asked, but not for long.
 * @param {Line} line
 * @returns {LineStep}
 */
export function doubt(line) {
  return { line, effects: line.way.at === 'open' ? [{ do: 'probe', within_ms: DOUBT_MS }] : [] };
}

/**
 * The rest is over.
 * @param {Line} line
 * @returns {LineStep}
 */
export function rested(line) {
  if (line.way.at !== 'resting') return { line, effects: [] };
  const { then, attempt } = line.way;
  const step = then === 'enter' ? enter(line, attempt) : connect(line, attempt);
  return { line: step.line, effects: [disarm(TIMER.rest), ...step.effects] };
}

/**
 * The service let the person in. Who has a place to come back to goes there, and not to the lobby of the day.
 * @param {Line} line
 * @param {{pass: string, lobby: string, visitor: string}} entry
 * @returns {LineStep}
 */
export function entered(line, { pass, lobby, visitor }) {
  if (line.way.at !== 'entering') return { line, effects: [] };
  // A ticket counts only with a pass of the same visitor.
  const known = line.visitor === null || line.visitor === visitor ? line : { ...line, ticket: null, lobby: null };
  const step = connect({ ...known, pass, lobby: known.lobby ?? lobby, visitor }, line.way.attempt);
  return { line: step.line, effects: [{ do: 'remember', key: 'visitor', value: visitor }, ...step.effects] };
}

/**
 * The service did not let the person in.
 * @param {Line} line
 * @param {{code: string, retry_ms: number | null, until: number | null}} problem
 * @returns {LineStep}
 */
export function refused(line, { code, retry_ms, until }) {
  if (line.way.at !== 'entering') return { line, effects: [] };
  const { attempt } = line.way;
  if (code === UNREACHABLE) return rest(line, { then: 'enter', attempt: attempt + 1 });
  if (PASSING.has(code)) {
    return rest(line, {
      then: 'enter', attempt: attempt + 1, firm: retry_ms !== null, floor_ms: retry_ms ?? 0, why: code,
    });
  }
  return giveUp(line, code, until);
}

/**
 * @param {Line} line
 * @param {import('./state.js').Limits} limits
 * @param {boolean} ready   nothing else is about to follow
 * @returns {LineStep}
 */
export function welcomed(line, limits, ready) {
  if (line.way.at !== 'connecting') return { line: { ...line, limits }, effects: [] };
  return {
    line: { ...line, limits, way: { at: 'open', ready } },
    effects: [arm(TIMER.steady, STEADY_MS)],
  };
}

/**
 * @param {Line} line
 * @returns {LineStep}
 */
export function steady(line) {
  return { line: line.way.at === 'open' ? { ...line, young: 0 } : line, effects: [] };
}

/**
 * The socket is gone. `wanted` says whether anybody is in need of a new one.
 * @param {Line} line
 * @param {{code: number, reason: string}} end
 * @param {boolean} wanted
 * @returns {LineStep}
 */
export function down(line, { code, reason }, wanted) {
  if (line.way.at === 'open') return broken({ ...line, young: line.young + 1 }, { code, reason }, wanted);
  return line.way.at === 'connecting' ? broken(line, { code, reason }, wanted) : { line, effects: [] };
}

/**
 * @param {Line} line
 * @param {{code: number, reason: string}} end
 * @param {boolean} wanted
 * @returns {LineStep}
 */
function broken(line, { code, reason }, wanted) {
  const tries = line.way.at === 'connecting' ? line.way.attempt : Math.max(0, line.young - YOUNG_MAX);
  const attempt = line.way.at === 'connecting' ? tries + 1 : tries;
  switch (code) {
    case CLOSE.wished: case CLOSE.binary: case CLOSE.tooBig: case CLOSE.notThisProtocol:
      return giveUp(line, String(code), null);
    case CLOSE.newerSocket:
      return giveUp({ ...line, ticket: null }, String(code), null);
    case CLOSE.banned:
      return giveUp(line, String(code), millis(reason));
    default:
  }
  if (!wanted) {
    const step = leave(line);
    return code === CLOSE.enterAgain ? { ...step, line: expired(step.line) } : step;
  }
  switch (code) {
    case CLOSE.moved:
      if (reason === '' || tries >= MOVES_MAX) return rest(forget(line), { then: 'enter', attempt: tries + 1 });
      return connect({ ...line, lobby: reason }, tries + 1);
    case CLOSE.enterAgain:
      if (tries > 0) return rest(expired(line), { then: 'enter', attempt });
      return enter(expired(line), 1);
    case CLOSE.flooding:
      return rest(line, { then: 'connect', attempt, firm: true, floor_ms: millis(reason) ?? 0, why: String(code) });
    case CLOSE.fullOrPaused:
      return rest(forget(line), {
        then: 'enter', attempt: Math.max(1, attempt), firm: true, floor_ms: millis(reason) ?? 0, why: String(code),
      });
    case CLOSE.noHello:
      return rest(line, { then: 'connect', attempt: Math.max(1, attempt) });
    default: {
      const lost = line.way.at === 'connecting'
        && attempt >= (line.ticket === null ? TRIES_PER_LOBBY : TRIES_WITH_TICKET);
      return rest(lost ? { ...line, lobby: null } : line, { then: lost ? 'enter' : 'connect', attempt });
    }
  }
}

/**
 * @param {Line} line
 * @param {number} attempt
 * @param {{rounds: number, proof?: string}} [shown]   the proofs that were asked for, and the newest of them
 * @returns {LineStep}
 */
export function enter(line, attempt, { rounds, ...proof } = { rounds: 0 }) {
  const { visitor, pass } = line;
  return {
    line: { ...line, way: { at: 'entering', attempt, rounds } },
    effects: [{ do: 'enter', visitor, pass, ...proof }],
  };
}

/**
 * @param {Line} line
 * @param {number} attempt
 * @returns {LineStep}
 */
function connect(line, attempt) {
  if (line.pass === null || line.lobby === null) return enter(line, attempt);
  const lines = line.lines + 1;
  /** @type {import('./state.js').ClientFrame} */
  const hello = { type: TO.hello, v: PROTOCOL_VERSION, pass: line.pass, line: lines };
  if (line.ticket !== null) hello.ticket = line.ticket;
  if (line.counted) hello.counted = true;
  return {
    line: { ...line, lines, way: { at: 'connecting', attempt } },
    effects: [{ do: 'connect', lobby: line.lobby, hello, limits: line.limits }],
  };
}

/**
 * @param {Line} line
 * @param {{then: 'enter' | 'connect', attempt: number, firm?: boolean, floor_ms?: number, why?: string | null}} how
 * @returns {LineStep}
 */
function rest(line, { then, attempt, firm = false, floor_ms = 0, why = null }) {
  return {
    line: { ...line, way: { at: 'resting', attempt, then, firm, why } },
    effects: [
      { do: 'hangup' },
      disarm(TIMER.steady),
      { do: 'rest', name: TIMER.rest, attempt, first_ms: line.limits.return_ms, floor_ms },
    ],
  };
}

/**
 * @param {Line} line
 * @param {string} why
 * @param {number | null} until
 * @returns {LineStep}
 */
export function giveUp(line, why, until) {
  return {
    line: { ...forget(line), way: { at: 'refused', why, until } },
    effects: [{ do: 'hangup' }, disarm(TIMER.rest), disarm(TIMER.steady)],
  };
}

/**
 * @param {Line} line
 * @returns {Line}
 */
function forget(line) {
  return { ...line, pass: null, lobby: null };
}

/**
 * The pass is good no more. A ticket still says where to come back to.
 * @param {Line} line
 * @returns {Line}
 */
function expired(line) {
  return { ...line, pass: null, lobby: line.ticket === null ? null : line.lobby };
}

/**
 * A reason of a close that is a number of milliseconds.
 * @param {string} reason
 * @returns {number | null}
 */
function millis(reason) {
  return /^\d{1,15}$/.test(reason) ? Number(reason) : null;
}
