// SHA-256 as FIPS 180-4 gives it, at once and without a promise: the browser's own takes a message at a time through a
// queue, and a proof of work is a hundred thousand short ones. All arithmetic is on 32-bit integers that wrap around.

/** Section 4.2.2: of the cube roots of the first 64 primes, the first 32 bits after the point. */
const K = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);

export const BLOCK_BYTES = 64;
export const ROUNDS = 64;
/** What follows a message besides zeros: one bit, and its length in eight bytes. */
export const TAIL_BYTES = 9;

/** Section 5.3.3: the state before the first block. */
export function initialState() {
  return Int32Array.of(
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  );
}

/**
 * The message schedule (6.2.2, step 1): from its first 16 words, which are a block, the other 48.
 * @param {Int32Array} w   64 words
 */
export function expand(w) {
  for (let t = 16; t < ROUNDS; t += 1) {
    const near = /** @type {number} */ (w[t - 2]);
    const far = /** @type {number} */ (w[t - 15]);
    const s1 = (near >>> 17 | near << 15) ^ (near >>> 19 | near << 13) ^ near >>> 10;
    const s0 = (far >>> 7 | far << 25) ^ (far >>> 18 | far << 14) ^ far >>> 3;
    w[t] = s1 + /** @type {number} */ (w[t - 7]) + s0 + /** @type {number} */ (w[t - 16]) | 0;
  }
}

/**
 * The rounds `from` to `to` (6.2.2, step 3) on the eight working variables.
 * @param {Int32Array} v      the variables; changed in place
 * @param {Int32Array} w      the message schedule, as far as these rounds need it
 * @param {number} from
 * @param {number} to
 */
export function runRounds(v, w, from, to) {
  // One by one: to take an array apart goes through an iterator, which costs as much as the rounds do.
  let a = /** @type {number} */ (v[0]);
  let b = /** @type {number} */ (v[1]);
  let c = /** @type {number} */ (v[2]);
  let d = /** @type {number} */ (v[3]);
  let e = /** @type {number} */ (v[4]);
  let f = /** @type {number} */ (v[5]);
  let g = /** @type {number} */ (v[6]);
  let h = /** @type {number} */ (v[7]);
  for (let t = from; t < to; t += 1) {
    const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
    const one = h + s1 + (g ^ e & (f ^ g)) + /** @type {number} */ (K[t]) + /** @type {number} */ (w[t]) | 0;
    const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
    const two = s0 + (a & b | c & (a | b)) | 0;
    h = g;
    g = f;
    f = e;
    e = d + one | 0;
    d = c;
    c = b;
    b = a;
    a = one + two | 0;
  }
  v[0] = a;
  v[1] = b;
  v[2] = c;
  v[3] = d;
  v[4] = e;
  v[5] = f;
  v[6] = g;
  v[7] = h;
}

/**
 * @param {Int32Array} state   changed in place
 * @param {Int32Array} v       what the rounds have made of it
 */
export function addTo(state, v) {
  for (let at = 0; at < 8; at += 1) state[at] = /** @type {number} */ (state[at]) + /** @type {number} */ (v[at]) | 0;
}

/**
 * The state after all whole blocks at the start of a message, and how many bytes those are.
 * @param {Uint8Array} message
 */
export function absorb(message) {
  const state = initialState();
  const w = new Int32Array(ROUNDS);
  const bytes = message.length - message.length % BLOCK_BYTES;
  for (let start = 0; start < bytes; start += BLOCK_BYTES) {
    w.fill(0);
    put(w, 0, message.subarray(start, start + BLOCK_BYTES));
    compress(state, w);
  }
  return { state, bytes };
}

/**
 * Writes bytes into words, of which each holds four, the first one highest. They must be 0 where it writes.
 * @param {Int32Array} words
 * @param {number} at   the first byte's place
 * @param {Uint8Array} bytes
 */
export function put(words, at, bytes) {
  bytes.forEach((byte, offset) => {
    const place = at + offset;
    words[place >> 2] = /** @type {number} */ (words[place >> 2]) | byte << 24 - (place & 3) * 8;
  });
}

/**
 * What follows a message in its last block or two: a one, zeros and its length in bits.
 * @param {Int32Array} words   16 or 32 of them, 0 behind the message
 * @param {number} at          the place behind the message
 * @param {number} bytes       the length of the whole message
 */
export function pad(words, at, bytes) {
  put(words, at, Uint8Array.of(0x80));
  words[words.length - 2] = Math.floor(bytes / 2 ** 29);
  words[words.length - 1] = bytes << 3;
}

/**
 * @param {Uint8Array} message
 * @returns {Int32Array} the digest, as eight words
 */
export function sha256(message) {
  const { state, bytes } = absorb(message);
  const rest = message.subarray(bytes);
  const words = new Int32Array(rest.length + TAIL_BYTES > BLOCK_BYTES ? 32 : 16);
  put(words, 0, rest);
  pad(words, rest.length, message.length);
  const w = new Int32Array(ROUNDS);
  for (let start = 0; start < words.length; start += 16) {
    w.set(words.subarray(start, start + 16));
    compress(state, w);
  }
  return state;
}

/**
 * @param {Int32Array} state   changed in place
 * @param {Int32Array} w       a block in its first 16 words
 */
function compress(state, w) {
  const v = state.slice();
  expand(w);
  runRounds(v, w, 0, ROUNDS);
  addTo(state, v);
}
