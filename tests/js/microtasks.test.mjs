// How the service goes on with what it waits for: like the runtime's own microtasks, seen from a job.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queue } from '../../src/edge/microtasks.js';

/** What has been queued by now, and by that, is done. */
const done = () => new Promise((resolve) => { setImmediate(resolve); });

test('a job is done after the current one, in its turn among promises and before any timer', async () => {
  /** @type {string[]} */
  const order = [];
  const timer = new Promise((resolve) => { setTimeout(() => resolve(order.push('timer')), 0); });
  queue(() => {
    order.push('first');
    queue(() => order.push('queued by the first'));
  });
  Promise.resolve().then(() => order.push('a promise'));
  queue(() => order.push('second'));
  order.push('now');
  await timer;
  assert.deepEqual(order, ['now', 'first', 'a promise', 'second', 'queued by the first', 'timer']);
});

test('a job that throws is told, and the others have their turn', async (t) => {
  const told = t.mock.method(console, 'error', () => {});
  const fault = new Error('unreachable');
  let turns = 0;
  queue(() => { turns += 1; });
  queue(() => { throw fault; });
  queue(() => { turns += 1; });
  await done();
  assert.deepEqual(told.mock.calls.map((call) => call.arguments), [[fault]]);
  assert.equal(turns, 2);
});
