import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decode, encode } from '../../static/js/codec.js';
import { C, Page, matched, welcome } from './play.mjs';

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

test('the tag of a line comes with it, and a service without tags is understood', () => {
  const said = '"type":"say","c":"x","n":1,"text":"hi"';
  const tag = 'AbCdEfGhIjKlMnOpQrSt-_';
  assert.deepEqual(decode(`{${said},"tag":"${tag}"}`), { type: 'say', c: 'x', n: 1, text: 'hi', tag });
  assert.deepEqual(decode(`{${said}}`), { type: 'say', c: 'x', n: 1, text: 'hi' });
  assert.equal(decode(`{${said},"tag":7}`), null);
});

test('frames to the service have the order and the form of the protocol', () => {
  assert.equal(
    encode({ type: 'hello', v: 1, pass: 'p', line: 4, counted: true }),
    '{"type":"hello","v":1,"pass":"p","line":4,"counted":true}',
  );
  assert.equal(
    encode({ type: 'say', c: 'x', n: 1, text: 'a\n"b"' }),
    '{"type":"say","c":"x","n":1,"text":"a\\n\\"b\\""}',
  );
});

/** @type {{name: string, frame: string, valid: boolean, means?: Record<string, unknown>}[]} */
const taken = JSON.parse(readFileSync(new URL('../vectors/client_frames.json', import.meta.url), 'utf8'));

test('everything that a page sends has a form that the service takes', () => {
  const forms = new Set(taken.filter(({ valid }) => valid).map(({ frame }) => form(frame)));
  const page = Page.seeking();
  const sent = [...page.sent];
  /** @type {import('../../static/js/codec.js').ServerFrame[]} */
  const heard = [matched(), { type: 'say', c: C, n: 1, text: 'Hello' }, { type: 'waiting', widen_ms: 0 }];
  for (const frame of heard) sent.push(...page.hear(frame).sent);
  sent.push(...page.ring('got').sent, ...page.write('Hello').sent, ...page.do({ type: 'send' }).sent);
  sent.push(...page.do({ type: 'next' }).sent);
  sent.push(...page.hear(matched('another')).do({ type: 'stop' }).sent);
  sent.push(...page.do({ type: 'talk' }).do({ type: 'stop' }).sent);
  const choosy = Page.booted({ interests: '["Chess"]', lang: 'en' }).do({ type: 'talk' });
  choosy.do({ type: 'entered', pass: 'pass', lobby: 'lobby', visitor: 'visitor' });
  sent.push(...choosy.hear(welcome()).sent, ...choosy.hear(matched()).do({ type: 'next' }).sent);
  choosy.hear(matched('another'));
  sent.push(...choosy.do({ type: 'file', what: { type: 'block' } }).sent);
  const lines = /** @type {const} */ ([{ from: 'partner', n: 1, text: 'Buy this', tag: 'AbC' }]);
  for (const more of [{}, { note: 'sells things', lines }]) {
    sent.push(...Page.talking().do({ type: 'file', what: { type: 'report', reason: 'spam', ...more } }).sent);
  }
  const types = new Set(sent.map(({ type }) => type));
  assert.deepEqual([...types].sort(), ['block', 'find', 'got', 'report', 'say', 'seen', 'stop', 'typing']);
  for (const frame of sent) assert.ok(forms.has(form(encode(frame))), encode(frame));
});

/**
 * The fields of a frame in their order, each with the type of its value.
 * @param {string} frame
 */
function form(frame) {
  const fields = Object.entries(JSON.parse(frame));
  return fields.map(([name, value]) => (name === 'type' ? value : `${name}: ${typeof value}`)).join();
}
