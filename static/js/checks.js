// What a person sees and reads while the door wants a proof of them.

import { PROOF } from './wire.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Fault} Fault */

/**
 * @typedef {object} CheckScreen
 * @property {string} words
 * @property {string} more               what there is to add when it takes long, or came to nothing
 * @property {number | null} percent     how much of a proof of work is done
 * @property {{siteKey: string, turn: string} | null} frame   whose check is to be shown; another turn is another check
 * @property {boolean} again             it waits for the person
 */

const WORK = 'Checking that you’re not a bot. This takes a moment, and nothing about you leaves your device.';
const WORK_LATE = 'Still at it: many people are coming in, so the puzzle that your device solves is a larger one.';
const CHECK = 'Please show that you’re not a bot. This check is done by Cloudflare, which sees your network address '
  + 'and your browser while it runs.';

/** @type {Record<Fault, string>} */
const FAULTS = {
  blocked: 'The check could not be loaded. If something here blocks content, let challenges.cloudflare.com through.',
  failed: 'The check did not work out this time.',
  expired: 'The check ran out before it could be used.',
  timeout: 'The check took too long.',
  unsupported: 'The check does not work in this browser. A newer one may do.',
};

/**
 * @param {State} state
 * @returns {CheckScreen | null}
 */
export function checkOf({ line: { way }, place }) {
  if (way.at !== 'proving') return null;
  const { demand, part, late, rounds, turn, fault } = way;
  if (demand.proof === PROOF.turnstile) {
    return {
      words: CHECK,
      more: fault === null ? '' : FAULTS[fault],
      percent: null,
      frame: fault === null && demand.siteKey !== null ? { siteKey: demand.siteKey, turn: `${rounds}.${turn}` } : null,
      again: fault !== null,
    };
  }
  // At home it is only for a goodbye to be said, and needs nobody.
  if (place.at === 'home') return null;
  return { words: WORK, more: late ? WORK_LATE : '', percent: Math.round(part * 100), frame: null, again: false };
}
