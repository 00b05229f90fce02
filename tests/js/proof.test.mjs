// The proof of work: our own SHA-256 against the standard's examples and the browser's, the search against a plain one,
// and the solver with a worker that is played.

import assert from 'node:assert/strict';
import { createHash, webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { sha256 } from '../../static/js/proof/sha256.js';
import { createSearch } from '../../static/js/proof/search.js';
import { NUMBER_MAX, demandOf, payloadOf } from '../../static/js/proof/challenge.js';
import { createSolver } from '../../static/js/proof/solver.js';

/** @param {Int32Array} words */
const hex = (words) => Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
/** @param {string} text */
const bytes = (text) => new TextEncoder().encode(text);
/** @param {string} text */
const digestOf = (text) => createHash('sha256').update(text).digest('hex');

/**
 * @param {number} number
 * @param {number} [maxnumber]
 * @param {string} [salt]
 */
function challengeFor(number, maxnumber = 1_000, salt = '5f1c3a2b9d8e7f60?expires=1795543836&') {
  return { algorithm: 'SHA-256', challenge: digestOf(salt + number), maxnumber, salt, signature: 'a'.repeat(64) };
}

test('the digests of the standard’s own examples', () => {
  const examples = /** @type {const} */ ([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
    ['abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
      'cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1'],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ]);
  for (const [message, digest] of examples) assert.equal(hex(sha256(bytes(message))), digest);
});

test('the digest of every length that a block can end in is the one that WebCrypto gives', async () => {
  for (let length = 0; length <= 200; length += 1) {
    const message = webcrypto.getRandomValues(new Uint8Array(length));
    const theirs = Buffer.from(await webcrypto.subtle.digest('SHA-256', message)).toString('hex');
    assert.equal(hex(sha256(message)), theirs, `${length} bytes`);
  }
});

test('a number is found behind a salt of any length, however many digits it has', () => {
  for (let length = 0; length <= 140; length += 1) {
    const salt = 's'.repeat(length);
    for (const number of [0, 7, 9, 10, 99, 100, 1_009]) {
      assert.equal(createSearch(salt, digestOf(salt + number)).find(0, 1_010), number, `${length} characters`);
    }
  }
});

test('digits that carry across words and blocks are counted right', () => {
  for (let length = 50; length <= 66; length += 1) {
    const salt = 'é'.repeat(length / 2) + 'x'.repeat(length % 2);
    for (const number of [199_999, 200_000, 999_999, 1_000_000, NUMBER_MAX]) {
      assert.equal(createSearch(salt, digestOf(salt + number)).find(number - 3, number), number, `${length} ${number}`);
    }
  }
});

test('a search keeps to its bounds', () => {
  const search = createSearch('salt', digestOf('salt500'));
  assert.equal(search.find(0, 499), null);
  assert.equal(search.find(501, 2_000), null);
  assert.equal(search.find(500, 500), 500);
});

test('what the service asks for is read, and nothing else is worked on', () => {
  const challenge = challengeFor(7);
  const demand = { proof: 'pow', challenge };
  assert.deepEqual(demandOf({ code: 'proof_required', ...demand, challenge: { ...challenge, more: 1 } }), demand);
  const wrong = [
    { algorithm: 'SHA-512' }, { challenge: 'A'.repeat(64) }, { challenge: undefined }, { maxnumber: 0 },
    { maxnumber: NUMBER_MAX + 1 }, { maxnumber: 1.5 }, { salt: '' }, { salt: 's'.repeat(513) }, { signature: 'short' },
  ];
  for (const field of wrong) {
    assert.equal(demandOf({ ...demand, challenge: { ...challenge, ...field } }), null, JSON.stringify(field));
  }
  assert.ok(demandOf({ ...demand, challenge: { ...challenge, maxnumber: NUMBER_MAX } }));
  for (const each of [null, undefined, 'x', 7]) assert.equal(demandOf({ proof: 'pow', challenge: each }), null);
  assert.equal(demandOf({ proof: 'a_proof_of_next_year' }), null);
});

test('a Turnstile is known by its site key, told with the demand or before', () => {
  assert.deepEqual(demandOf({ proof: 'turnstile', site_key: '0x4A' }), { proof: 'turnstile', siteKey: '0x4A' });
  for (const field of [{}, { site_key: null }]) {
    assert.deepEqual(demandOf({ proof: 'turnstile', ...field }), { proof: 'turnstile', siteKey: null });
  }
  for (const site_key of ['', 7, 'a b', '"><script>', 'k'.repeat(129)]) {
    assert.equal(demandOf({ proof: 'turnstile', site_key }), null, String(site_key));
  }
});

test('the proof is what ALTCHA calls a payload', () => {
  const challenge = challengeFor(421);
  const { maxnumber: _, ...told } = challenge;
  const payload = JSON.parse(Buffer.from(payloadOf(challenge, 421, 12.7), 'base64').toString());
  assert.deepEqual(payload, { ...told, number: 421, took: 13 });
});

/** A solver whose worker is played, with a clock that goes one millisecond for each look at it. */
function play({ broken = false } = {}) {
  /** @type {Map<string, (event: any) => void>} */
  const listeners = new Map();
  const worker = {
    ended: 0,
    /** @type {unknown[]} */
    asked: [],
    /** @param {string} name @param {any} listener */
    addEventListener: (name, listener) => void listeners.set(name, listener),
    /** @param {unknown} message */
    postMessage: (message) => void worker.asked.push(message),
    terminate: () => void (worker.ended += 1),
  };
  /** @type {(() => void)[]} */
  const pauses = [];
  let time = 0;
  const solver = createSolver({
    startWorker: () => {
      if (broken) throw new Error('no workers here');
      return worker;
    },
    pause: (go) => void pauses.push(go),
    now: () => (time += 1),
  });
  /** @type {(number | string | null)[]} */
  const heard = [];
  const hearer = {
    onTried: (/** @type {number} */ part) => void heard.push(part),
    onEnd: (/** @type {string | null} */ proof) => {
      heard.push(proof && JSON.parse(atob(proof)).number);
    },
  };
  const run = () => {
    let slices = 0;
    for (let go = pauses.shift(); go !== undefined; go = pauses.shift()) {
      go();
      slices += 1;
    }
    return slices;
  };
  /** @param {string} name @param {unknown} [data] */
  const tell = (name, data) => listeners.get(name)?.({ data });
  return { solver, worker, pauses, heard, hearer, run, tell };
}

test('a worker gets the challenge, tells how far it is, and is ended with its answer', () => {
  const { solver, worker, heard, hearer, tell, run } = play();
  const challenge = challengeFor(700);
  solver.solve(challenge, hearer);
  assert.deepEqual(worker.asked, [challenge]);
  tell('message', { tried: 500 });
  tell('message', { number: 700 });
  assert.deepEqual(heard, [0.5, 700]);
  assert.equal(worker.ended, 1);
  assert.equal(run(), 0);
});

test('a puzzle without a solution ends as well', () => {
  const { solver, heard, hearer, tell } = play();
  solver.solve(challengeFor(2_000), hearer);
  tell('message', { number: null });
  assert.deepEqual(heard, [null]);
});

test('where no worker starts, the page solves it in short slices', () => {
  const { solver, heard, hearer, run } = play({ broken: true });
  solver.solve(challengeFor(2_000, 5_000), hearer);
  const slices = run();
  assert.equal(heard.at(-1), 2_000);
  // One look at the clock, a millisecond each, before 64 numbers: a slice of 8 ms ends after 448 of them.
  assert.equal(slices, Math.ceil(2_001 / 448));
  assert.deepEqual(heard.slice(0, -1), heard.slice(0, -1).sort());
});

test('a worker that fails on the way is taken over from', () => {
  const { solver, worker, heard, hearer, run, tell } = play();
  solver.solve(challengeFor(3), hearer);
  tell('error');
  assert.equal(worker.ended, 1);
  run();
  assert.deepEqual(heard, [3]);
  tell('message', { number: 4 });
  assert.deepEqual(heard, [3]);
});

test('where the page looks in vain, it says so', () => {
  const { solver, heard, hearer, run } = play({ broken: true });
  solver.solve(challengeFor(1_001, 1_000), hearer);
  run();
  assert.equal(heard.at(-1), null);
});

test('who is cancelled is not heard again, in a worker or on the page', () => {
  const one = play();
  one.solver.solve(challengeFor(3), one.hearer);
  one.solver.cancel();
  one.tell('message', { number: 3 });
  one.tell('error');
  assert.deepEqual([one.run(), one.worker.ended, one.heard], [0, 1, []]);
  const two = play({ broken: true });
  two.solver.solve(challengeFor(900), two.hearer);
  two.solver.cancel();
  two.run();
  assert.deepEqual(two.heard, []);
});
