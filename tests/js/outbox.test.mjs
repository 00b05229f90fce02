import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  EMPTY_OUTBOX, acknowledge, drop, flush, holdFrom, keep, markSeen, nextNumber, release, rewind,
} from '../../static/js/outbox.js';

/** @param {number} count */
function full(count) {
  let box = EMPTY_OUTBOX;
  for (let n = 1; n <= count; n += 1) box = keep(box, `message ${n}`);
  return box;
}

/** @param {readonly {n: number}[]} out */
const numbers = (out) => out.map(({ n }) => n);

test('messages are numbered from 1 without a gap', () => {
  assert.deepEqual(numbers(full(3).items), [1, 2, 3]);
  assert.equal(nextNumber(full(3)), 4);
});

test('sixteen may be on the way, the seventeenth waits', () => {
  const { box, out } = flush(full(17), 16);
  assert.equal(out.length, 16);
  const acked = acknowledge(box, 1);
  assert.ok(acked);
  assert.deepEqual(numbers(flush(acked, 16).out), [17]);
});

test('nothing goes out twice by itself', () => {
  const { box } = flush(full(3), 16);
  assert.deepEqual(flush(box, 16).out, []);
});

test('an acknowledged message is kept no longer, and numbers go on', () => {
  const box = acknowledge(flush(full(3), 16).box, 2);
  assert.ok(box);
  assert.deepEqual(numbers(box.items), [3]);
  assert.equal(nextNumber(box), 4);
});

test('a got of what was never sent, or below an earlier one, cannot be true', () => {
  const { box } = flush(full(3), 2);
  assert.equal(acknowledge(box, 3), null, 'the third is still here');
  const acked = acknowledge(box, 2);
  assert.ok(acked);
  assert.equal(acknowledge(acked, 1), null);
  assert.deepEqual(acknowledge(acked, 2), acked, 'saying it twice is no harm');
});

test('seen goes up only, and not beyond what was sent', () => {
  const { box } = flush(full(3), 2);
  assert.equal(markSeen(box, 9).seen, 2);
  assert.equal(markSeen(markSeen(box, 2), 1).seen, 2);
});

test('held messages wait, then go on one at a time from the one that was refused', () => {
  const acked = acknowledge(flush(full(5), 16).box, 2);
  assert.ok(acked);
  const held = holdFrom(acked, 3);
  assert.deepEqual(flush(held, 16).out, []);
  const { box, out } = flush(release(held), 16);
  assert.deepEqual(numbers(out), [3]);
  const next = acknowledge(box, 3);
  assert.ok(next);
  assert.deepEqual(numbers(flush(next, 16).out), [4]);
});

test('once all has arrived, the window is whole again', () => {
  const { box } = flush(full(2), 16);
  const done = acknowledge(flush(release(holdFrom(box, 1)), 16).box, 2);
  assert.ok(done);
  assert.deepEqual(numbers(flush(keep(keep(done, 'a'), 'b'), 16).out), [3, 4]);
});

test('what the partner has is not sent again', () => {
  const acked = acknowledge(flush(full(5), 16).box, 3);
  assert.ok(acked);
  assert.deepEqual(numbers(flush(rewind(acked, 1), 16).out), [4, 5]);
});

test('a dropped message leaves no gap', () => {
  const dropped = drop(flush(full(4), 16).box, 2);
  const { out } = flush(dropped, 16);
  assert.deepEqual(out, [{ n: 2, text: 'message 3' }, { n: 3, text: 'message 4' }]);
  assert.deepEqual(drop(dropped, 9), dropped, 'a number that is not here changes nothing');
});
