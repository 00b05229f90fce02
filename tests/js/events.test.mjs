// The event stream, read by a parser that knows nothing of the service, however it is cut into pieces.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createParser } from 'eventsource-parser';
import { LINE_ENDS, chop, readable, vectors } from './choppings.mjs';

/** How often each stream is cut at random, besides once at every place. */
const CHOPPINGS = 100;

/**
 * What is read from a stream that arrives in these pieces.
 * @param {Uint8Array[]} pieces
 */
function read(pieces) {
  /** @type {import('./choppings.mjs').Told[]} */
  const events = [];
  /** @type {number[]} */
  const retry = [];
  const parser = createParser({
    onEvent: ({ event = 'message', id = '', data }) => events.push({ event, id, data }),
    onRetry: (ms) => retry.push(ms),
    onError: (error) => assert.fail(error),
  });
  const decoder = new TextDecoder();
  for (const piece of pieces) parser.feed(decoder.decode(piece, { stream: true }));
  return { events, retry };
}

for (const vector of vectors) {
  const expected = { events: readable(vector), retry: vector.retry };
  test(`a stream cut anywhere: ${vector.name}`, () => {
    for (const end of LINE_ENDS) {
      const bytes = new TextEncoder().encode(vector.stream.replaceAll('\n', end));
      for (let at = 0; at <= bytes.length; at += 1) {
        assert.deepEqual(read([bytes.subarray(0, at), bytes.subarray(at)]), expected, `cut at ${at}`);
      }
      for (let seed = 1; seed <= CHOPPINGS; seed += 1) {
        assert.deepEqual(read(chop(bytes, seed)), expected, `chopped by ${seed}`);
      }
    }
  });
}

test('an announcement says what was announced', () => {
  const announced = vectors.flatMap(({ events }) => events).filter(({ text }) => text !== undefined);
  assert.ok(announced.length > 30);
  for (const { data, text } of announced) assert.equal(JSON.parse(data).text, text);
});

test('chance cuts alike in every language', () => {
  /** @param {number} seed */
  const lengths = (seed) => chop(new Uint8Array(100), seed).map(({ length }) => length);
  assert.deepEqual(lengths(1), [5, 6, 6, 4, 4, 11, 11, 4, 16, 5, 6, 2, 17, 3]);
  assert.deepEqual(lengths(7), [22, 28, 24, 8, 16, 2]);
});
