// A proof of work, one at a time: in a worker, or where that does not start, on the page in slices so short that
// nothing on it stutters.

import { payloadOf } from './challenge.js';
import { createSearch } from './search.js';

/** @typedef {import('./challenge.js').Challenge} Challenge */
/**
 * `onTried`: so much of it is done, of 1. `onEnd`: the proof for `POST /enter`, or null where no number fits.
 * @typedef {{onTried: (part: number) => void, onEnd: (proof: string | null) => void}} Hearer
 */
/** @typedef {Pick<Worker, 'addEventListener' | 'postMessage' | 'terminate'>} Helper */

/** How long the page may work without a break: half of what a smooth frame takes. */
const SLICE_MS = 8;
/** So many numbers between two looks at the clock. */
const STRIDE = 64;
/** How often it tells how far it is. */
const TELL_MS = 100;

/**
 * @param {object} world
 * @param {() => Helper} world.startWorker
 * @param {(go: () => void) => void} world.pause   calls back once the page has done what else it has to do
 * @param {() => number} world.now                 milliseconds
 */
export function createSolver({ startWorker, pause, now }) {
  /** What ends the present search. Whatever it still has to say after that is not heard. */
  let stop = () => undefined;

  /**
   * @param {Challenge} challenge
   * @param {Hearer} hearer
   */
  function solve(challenge, hearer) {
    stop();
    const start = now();
    let over = false;
    /** @type {Helper | null} */
    let worker = null;
    stop = () => {
      over = true;
      worker?.terminate();
      return undefined;
    };

    /** @param {number | null} number */
    function end(number) {
      stop();
      hearer.onEnd(number === null ? null : payloadOf(challenge, number, now() - start));
    }

    /** The worker did not load, or died: the page does it, from the beginning. */
    function takeOver() {
      if (over) return;
      worker?.terminate();
      worker = null;
      const search = createSearch(challenge.salt, challenge.challenge);
      let tried = 0;
      let told = now();
      const slice = () => {
        if (over) return;
        for (const until = now() + SLICE_MS; now() < until; tried += STRIDE) {
          if (tried > challenge.maxnumber) return end(null);
          const number = search.find(tried, Math.min(challenge.maxnumber, tried + STRIDE - 1));
          if (number !== null) return end(number);
        }
        if (now() - told >= TELL_MS) {
          told = now();
          hearer.onTried(Math.min(1, tried / challenge.maxnumber));
        }
        pause(slice);
      };
      pause(slice);
    }

    try {
      const started = startWorker();
      worker = started;
      started.addEventListener('error', takeOver);
      started.addEventListener('message', (event) => {
        const { number, tried } = /** @type {MessageEvent<{number?: number | null, tried?: number}>} */ (event).data;
        if (over || worker !== started) return;
        if (number !== undefined) end(number);
        else if (tried !== undefined) hearer.onTried(Math.min(1, tried / challenge.maxnumber));
      });
      started.postMessage(challenge);
    } catch {
      takeOver();
    }
  }

  return {
    solve,
    /** Nobody is told anything any more. */
    cancel() {
      stop();
    },
  };
}
