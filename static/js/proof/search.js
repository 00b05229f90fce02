// The puzzle of a proof of work (ALTCHA, version 1): which number, written in decimal behind the salt, has this digest?
//
// What all numbers have in common is hashed once: the salt's whole blocks, and in the block where the digits begin the
// rounds before the first word with a digit in it. From one number to the next only digits change, in place, and
// nothing is allocated. Numbers of as many digits share a layout.

import { BLOCK_BYTES, ROUNDS, TAIL_BYTES, absorb, addTo, expand, pad, put, runRounds, sha256 } from './sha256.js';

const ZERO = 0x30;

/**
 * @param {string} salt
 * @param {string} digest   64 digits of hex
 */
export function createSearch(salt, digest) {
  const prefix = new TextEncoder().encode(salt);
  const target = wordsOf(digest);
  const { state, bytes } = absorb(prefix);
  const rest = prefix.subarray(bytes);
  const first = new Int32Array(ROUNDS);
  const second = new Int32Array(ROUNDS);
  const begun = new Int32Array(8);
  const v = new Int32Array(8);
  const sum = new Int32Array(8);
  /** The first word with a digit in it. */
  const changing = rest.length >> 2;

  /**
   * The blocks with the digits, for numbers as long as this one.
   * @param {string} number
   * @returns {boolean} whether it takes two
   */
  function lay(number) {
    const length = rest.length + number.length;
    const words = new Int32Array(length + TAIL_BYTES > BLOCK_BYTES ? 32 : 16);
    put(words, 0, rest);
    put(words, rest.length, new TextEncoder().encode(number));
    pad(words, length, prefix.length + number.length);
    first.set(words.subarray(0, 16));
    second.set(words.subarray(16));
    begun.set(state);
    runRounds(begun, first, 0, changing);
    return words.length > 16;
  }

  /** @param {boolean} two */
  function matches(two) {
    expand(first);
    v.set(begun);
    runRounds(v, first, changing, ROUNDS);
    sum.set(state);
    addTo(sum, v);
    if (two) {
      expand(second);
      v.set(sum);
      runRounds(v, second, 0, ROUNDS);
      addTo(sum, v);
    }
    return sum[0] === target[0] && sum.every((word, at) => word === target[at]);
  }

  /**
   * Counts the digits up by one.
   * @param {number} last   the place of the last digit
   */
  function count(last) {
    for (let at = last; ; at -= 1) {
      const words = at < BLOCK_BYTES ? first : second;
      const place = at % BLOCK_BYTES;
      const shift = 24 - (place & 3) * 8;
      const word = /** @type {number} */ (words[place >> 2]);
      if ((word >>> shift & 0xff) < ZERO + 9) {
        words[place >> 2] = word + (1 << shift);
        return;
      }
      words[place >> 2] = word - (9 << shift);
    }
  }

  /**
   * @param {number} from
   * @param {number} to   no longer than `from`
   * @returns {number | null}
   */
  function scan(from, to) {
    const digits = String(from);
    const two = lay(digits);
    const last = rest.length + digits.length - 1;
    for (let number = from; ; number += 1) {
      // A hit is taken for one only when the plain way agrees.
      if (matches(two) && isSolution(salt, digest, number)) return number;
      if (number === to) return null;
      count(last);
    }
  }

  return {
    /**
     * The number, if it is one of `from` to `to`.
     * @param {number} from
     * @param {number} to
     * @returns {number | null}
     */
    find(from, to) {
      for (let start = from; start <= to;) {
        const end = Math.min(to, 10 ** String(start).length - 1);
        const found = scan(start, end);
        if (found !== null) return found;
        start = end + 1;
      }
      return null;
    },
  };
}

/**
 * @param {string} salt
 * @param {string} digest
 * @param {number} number
 * @returns {boolean}
 */
function isSolution(salt, digest, number) {
  const target = wordsOf(digest);
  return sha256(new TextEncoder().encode(salt + number)).every((word, at) => word === target[at]);
}

/**
 * @param {string} hex
 * @returns {Int32Array}
 */
function wordsOf(hex) {
  return Int32Array.from({ length: 8 }, (_, at) => Number.parseInt(hex.slice(at * 8, at * 8 + 8), 16) | 0);
}
