// What happens between two knocks at the door, when it asks for a proof.
//
//   entering -> proving -> entering      made, and shown with the same wish
//   proving -> refused                   the third was not taken either: only the person may try again
//   proving -> off                       nobody wants in any more
//
// A proof of work is made without the person. A check by others (Turnstile) is theirs: what goes wrong with it stays on
// show until they try again, and ends nothing.

import { PROBLEM, PROOF, PROOF_CHARS_MAX } from './wire.js';
import { TIMER, arm, disarm } from './state.js';
import { enter, giveUp } from './line.js';

/** @typedef {import('./state.js').Line} Line */
/** @typedef {import('./state.js').Fault} Fault */
/** @typedef {import('./line.js').LineStep} LineStep */
/** @typedef {import('./proof/challenge.js').Demand} Demand */

/** So many proofs in a row; a door that still asks for one cannot be satisfied from here. */
export const ROUNDS_MAX = 3;
/** A proof of work that takes longer than this is a long one. */
export const LATE_MS = 6_000;
/** How long a person has for a check by others. */
export const CHECK_MS = 120_000;

/**
 * The door asks for a proof, or for another one.
 * @param {Line} line
 * @param {Demand} demand
 * @param {string | null} siteKey   as the door told it before
 * @returns {LineStep}
 */
export function demanded(line, demand, siteKey) {
  if (line.way.at !== 'entering') return { line, effects: [] };
  const { attempt } = line.way;
  const rounds = line.way.rounds + 1;
  if (rounds > ROUNDS_MAX) return giveUp(line, PROBLEM.proofInvalid, null);
  const asked = demand.proof === PROOF.turnstile ? { ...demand, siteKey: demand.siteKey ?? siteKey } : demand;
  if (asked.proof === PROOF.turnstile && asked.siteKey === null) return giveUp(line, PROBLEM.proofRequired, null);
  const begun = { part: 0, late: false, turn: 0, fault: null };
  return {
    line: { ...line, way: { at: 'proving', attempt, rounds, demand: asked, ...begun } },
    effects: asked.proof === PROOF.turnstile ? [arm(TIMER.check, CHECK_MS)]
      : [{ do: 'prove', challenge: asked.challenge }, arm(TIMER.check, LATE_MS)],
  };
}

/**
 * @param {Line} line
 * @param {number} part   of 1
 * @returns {LineStep}
 */
export function proving(line, part) {
  return { line: line.way.at === 'proving' ? { ...line, way: { ...line.way, part } } : line, effects: [] };
}

/**
 * @param {Line} line
 * @param {string} proof
 * @returns {LineStep}
 */
export function proved(line, proof) {
  if (line.way.at !== 'proving' || line.way.fault !== null) return { line, effects: [] };
  if (proof === '' || proof.length > PROOF_CHARS_MAX) return unproved(line, 'failed');
  const step = enter(line, line.way.attempt, { rounds: line.way.rounds, proof });
  return { line: step.line, effects: [disarm(TIMER.check), ...step.effects] };
}

/**
 * It came to nothing. Another puzzle is fetched at once; a check waits for the person.
 * @param {Line} line
 * @param {Fault} fault
 * @returns {LineStep}
 */
export function unproved(line, fault) {
  if (line.way.at !== 'proving' || line.way.fault !== null) return { line, effects: [] };
  const { attempt, rounds, demand } = line.way;
  if (demand.proof === PROOF.turnstile) {
    return { line: { ...line, way: { ...line.way, fault } }, effects: [disarm(TIMER.check)] };
  }
  const step = enter(line, attempt, { rounds });
  return { line: step.line, effects: [disarm(TIMER.check), ...step.effects] };
}

/**
 * The person tries a check again.
 * @param {Line} line
 * @returns {LineStep}
 */
export function reprove(line) {
  if (line.way.at !== 'proving' || line.way.fault === null) return { line, effects: [] };
  return {
    line: { ...line, way: { ...line.way, fault: null, turn: line.way.turn + 1 } },
    effects: [arm(TIMER.check, CHECK_MS)],
  };
}

/**
 * It takes long.
 * @param {Line} line
 * @returns {LineStep}
 */
export function late(line) {
  if (line.way.at !== 'proving') return { line, effects: [] };
  if (line.way.demand.proof === PROOF.turnstile) return unproved(line, 'timeout');
  return { line: { ...line, way: { ...line.way, late: true } }, effects: [] };
}
