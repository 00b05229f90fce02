// How long to wait before trying again. A policy is a function of the attempt; who waits does not know the sum.

/**
 * Attempt 0 is the first try after a break, within `first_ms`; the answer is in milliseconds.
 * @typedef {(attempt: number, first_ms: number) => number} Backoff
 */

/**
 * Exponential growth with full jitter: any moment from now to the bound, so that a crowd that broke together does not
 * come back together. From attempt 1 on the bound is `base_ms`, doubled each time, up to `max_ms`.
 * @param {{base_ms: number, max_ms: number, random: () => number}} policy
 * @returns {Backoff}
 */
export function fullJitter({ base_ms, max_ms, random }) {
  return (attempt, first_ms) => {
    const bound = attempt <= 0 ? first_ms : base_ms * 2 ** (attempt - 1);
    return Math.round(random() * Math.min(max_ms, bound));
  };
}
