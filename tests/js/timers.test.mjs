import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTimers } from '../../static/js/timers.js';

/** A worker that keeps what it is told, and rings when told. */
class FakeWorker extends EventTarget {
  /** @type {{id: number, ms: number | null}[]} */
  told = [];

  /** @param {{id: number, ms: number | null}} request */
  postMessage(request) {
    this.told.push(request);
  }

  /** @param {number} id */
  ring(id) {
    this.dispatchEvent(new MessageEvent('message', { data: id }));
  }
}

function world() {
  const worker = new FakeWorker();
  /** @type {{ring: () => void, ms: number | undefined}[]} */
  const own = [];
  const timers = createTimers(() => /** @type {Worker} */ (/** @type {unknown} */ (worker)), /** @type {any} */ ({
    setTimeout: (/** @type {() => void} */ ring, /** @type {number} */ ms) => own.push({ ring, ms }),
    clearTimeout: (/** @type {number} */ handle) => delete own[handle - 1],
  }));
  return { worker, own, timers };
}

test('the worker keeps the time, and each timer rings once', () => {
  const { worker, timers } = world();
  let rung = 0;
  const id = timers.set(() => { rung += 1; }, 25_000);
  assert.deepEqual(worker.told, [{ id, ms: 25_000 }]);
  worker.ring(id);
  worker.ring(id);
  assert.equal(rung, 1);
});

test('a timer that was cleared does not ring, even if the worker was about to', () => {
  const { worker, timers } = world();
  let rung = 0;
  const id = timers.set(() => { rung += 1; }, 10);
  timers.clear(id);
  timers.clear(id);
  timers.clear(null);
  worker.ring(id);
  assert.equal(rung, 0);
  assert.deepEqual(worker.told.at(-1), { id, ms: null });
});

test('when the worker fails, the page times what it was to time', () => {
  const { worker, own, timers } = world();
  let rung = 0;
  timers.set(() => { rung += 1; }, 10);
  worker.dispatchEvent(new Event('error'));
  const late = timers.set(() => { rung += 10; }, 20);
  assert.deepEqual(own.map(({ ms }) => ms), [10, 20]);
  own.forEach(({ ring }) => ring());
  assert.equal(rung, 11);
  timers.clear(late);
});

test('without workers the page keeps the time itself', () => {
  let rung = 0;
  const timers = createTimers(() => { throw new Error('no workers here'); }, /** @type {any} */ ({
    setTimeout: (/** @type {() => void} */ ring) => ring(), clearTimeout: () => undefined,
  }));
  timers.set(() => { rung += 1; }, 10);
  assert.equal(rung, 1);
});
