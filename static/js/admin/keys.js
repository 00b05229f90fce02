// The pseudonymous keys of visitors and networks, as they are shown: short, with the whole of it to copy.

/** @typedef {{words: string, short: string, full: string}} Key */

/** As much of a key as tells it apart at a glance. */
const SHORT = 8;

/**
 * @param {string} words
 * @param {string | null} full
 * @returns {Key | null}
 */
export function key(words, full) {
  if (full === null) return null;
  return { words, short: full.length > SHORT + 1 ? `${full.slice(0, SHORT)}…` : full, full };
}

/**
 * @param {{visitor: string | null, network: string | null}} of
 * @returns {readonly Key[]}
 */
export function keysOf({ visitor, network }) {
  return [key('Visitor', visitor), key('Network', network)].filter((each) => each !== null);
}
