import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decode, encode } from '../../static/js/codec.js';

/** @type {{name: string, frame: string, means: object | null}[]} */
const vectors = JSON.parse(readFileSync(new URL('../vectors/server_frames.json', import.meta.url), 'utf8'));

for (const { name, frame, means } of vectors) {
  test(`a frame of the service: ${name}`, () => {
    assert.deepEqual(decode(frame), means);
  });
}

test('what is not text is no frame', () => {
  for (const data of [new ArrayBuffer(2), null, undefined, 7]) assert.equal(decode(data), null);
});

test('a field of a prototype is not a field of a frame', () => {
  assert.equal(decode('{"type":"got","n":1,"__proto__":{"c":"x"}}'), null);
});

test('frames to the service have the order and the form of the protocol', () => {
  assert.equal(
    encode({ type: 'hello', v: 1, pass: 'p', line: 4, counted: true }),
    '{"type":"hello","v":1,"pass":"p","line":4,"counted":true}',
  );
  assert.equal(encode({ type: 'say', c: 'x', n: 1, text: 'a\n"b"' }), '{"type":"say","c":"x","n":1,"text":"a\\n\\"b\\""}');
});
