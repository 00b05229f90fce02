import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { createLock } from '../../static/js/lock.js';

/** A lock of a browser that does what the test says with each request for it. */
function world() {
  /** @type {{options: LockOptions, hold: () => unknown, reject: (why: unknown) => void}[]} */
  const requests = [];
  /** @type {string[]} */
  const told = [];
  const lock = createLock({
    locks: /** @type {any} */ ({
      request: (/** @type {string} */ _name, /** @type {LockOptions} */ options, /** @type {() => unknown} */ hold) => {
        return new Promise((_resolve, reject) => requests.push({ options, hold, reject }));
      },
    }),
    name: 'a lock',
    onHeld: () => told.push('held'),
    onStolen: () => told.push('stolen'),
    onRefused: () => told.push('refused'),
  });
  const last = () => {
    const request = requests.at(-1);
    if (request === undefined) throw new Error('nothing was asked for');
    return request;
  };
  return { lock, requests, told, last };
}

const ABORTED = new DOMException('', 'AbortError');

test('a request that the browser ends before its turn makes nobody the holder', async () => {
  const { lock, told, last, requests } = world();
  lock.ask();
  last().reject(ABORTED);
  await turn();
  assert.deepEqual([told, requests.length], [[], 1]);
  lock.steal();
  last().hold();
  assert.deepEqual(told, ['held'], 'it can still be taken');
});

test('a lock taken by two at once is the later one’s, and the other queues', async () => {
  const { lock, told, last, requests } = world();
  lock.steal();
  last().reject(ABORTED);
  await turn();
  assert.deepEqual([told, requests.length], [[], 2]);
  assert.ok(!last().options.steal);
  last().hold();
  assert.deepEqual(told, ['held']);
});

test('a browser that gives no locks says so', async () => {
  for (const name of ['SecurityError', 'InvalidStateError', 'NotSupportedError']) {
    const { lock, told, last } = world();
    lock.ask();
    last().reject(new DOMException('', name));
    await turn();
    assert.deepEqual(told, ['refused'], name);
  }
});

test('a lock that was held and is taken away is queued for again', async () => {
  const { lock, told, last, requests } = world();
  lock.ask();
  last().hold();
  last().reject(ABORTED);
  await turn();
  assert.deepEqual([told, requests.length], [['held', 'stolen'], 2]);
  lock.leave();
  assert.ok(last().options.signal?.aborted);
  last().reject(ABORTED);
  await turn();
  assert.deepEqual([told, requests.length], [['held', 'stolen'], 2]);
});
