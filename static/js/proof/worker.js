// The worker behind `solver.js`: it takes one challenge, tells how far it is, and ends with the number. Who has no use
// for that any more ends the worker.

import { createSearch } from './search.js';

/** @typedef {import('./challenge.js').Challenge} Challenge */

/** So many numbers between two looks at the clock: some milliseconds even on a slow phone. */
const STRIDE = 2_000;
/** How often it tells. */
const TELL_MS = 100;

/** @param {MessageEvent<Challenge>} event */
function onChallenge({ data: { salt, challenge, maxnumber } }) {
  const search = createSearch(salt, challenge);
  let told = performance.now();
  for (let tried = 0; tried <= maxnumber; tried += STRIDE) {
    const number = search.find(tried, Math.min(maxnumber, tried + STRIDE - 1));
    if (number !== null) return postMessage({ number });
    if (performance.now() - told < TELL_MS) continue;
    told = performance.now();
    postMessage({ tried: tried + STRIDE });
  }
  return postMessage({ number: null });
}

addEventListener('message', onChallenge);
