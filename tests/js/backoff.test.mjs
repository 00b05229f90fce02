import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullJitter } from '../../static/js/backoff.js';

/** @param {number} share */
const policy = (share) => fullJitter({ base_ms: 1_000, max_ms: 15_000, random: () => share });

test('the first try comes within the time that the service gives', () => {
  assert.equal(policy(1)(0, 250), 250);
  assert.equal(policy(0.5)(0, 4_000), 2_000);
});

test('each further try may wait twice as long, up to the bound', () => {
  const waits = [1, 2, 3, 4, 5, 6, 50].map((attempt) => policy(1)(attempt, 250));
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
});

test('a wait is anywhere between nothing and its bound', () => {
  assert.equal(policy(0)(6, 250), 0);
  assert.equal(policy(0.25)(3, 250), 1_000);
});

test('a first try is bounded too', () => {
  assert.equal(policy(1)(0, 60_000), 15_000);
});
