import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markOf } from '../../static/js/transcript.js';
import { C, Page } from './play.mjs';

/**
 * @param {number} n
 * @param {string} [text]
 * @returns {import('../../static/js/codec.js').ServerFrame}
 */
const say = (n, text = `message ${n}`) => ({ type: 'say', c: C, n, text });

/** @param {Page} page */
const marks = (page) => page.talk.entries.map((entry) => markOf(page.talk, entry, page.state.place.at === 'over'));

/** @param {Page} page */
const said = (page) => page.sent.flatMap((frame) => (frame.type === 'say' ? [frame.n] : []));

test('a match is answered at once with got 0', () => {
  assert.deepEqual(Page.talking().sent, [{ type: 'got', c: C, n: 0 }]);
});

test('messages go out numbered, and in the form of the wire', () => {
  const page = Page.talking().say('one\r\ntwo');
  assert.deepEqual(page.sent.at(-1), { type: 'say', c: C, n: 1, text: 'one\ntwo' });
  assert.equal(page.state.draft, '');
  assert.deepEqual(said(page.say('three')), [2]);
});

test('a message is waiting, then delivered, then seen', () => {
  const page = Page.talking().say('one').say('two');
  assert.deepEqual(marks(page), ['waiting', 'waiting']);
  assert.deepEqual(marks(page.hear({ type: 'got', c: C, n: 2 })), ['delivered', 'delivered']);
  assert.deepEqual(marks(page.hear({ type: 'seen', c: C, n: 1 })), ['seen', 'delivered']);
});

test('what was not delivered when the conversation ended may be lost, and is marked so', () => {
  const page = Page.talking().say('one').hear({ type: 'got', c: C, n: 1 }).say('two');
  page.hear({ type: 'ended', c: C, reason: 'lost' });
  assert.deepEqual(marks(page), ['delivered', 'lost']);
});

test('beyond 16 on the way, messages wait for a got', () => {
  const page = Page.talking();
  for (let n = 1; n <= 18; n += 1) page.say(`message ${n}`);
  assert.deepEqual(said(page), []);
  assert.deepEqual(said(page.hear({ type: 'got', c: C, n: 1 })), [17]);
  assert.deepEqual(said(page.hear({ type: 'got', c: C, n: 17 })), [18]);
});

test('a partner whose count cannot be true is left, with a reason', () => {
  const page = Page.talking().say('one').hear({ type: 'got', c: C, n: 2 });
  assert.deepEqual(page.sent, [{ type: 'stop', c: C }]);
  assert.ok(page.state.place.at === 'over' && page.state.place.why.by === 'gap');
});

test('the service asking to slow down holds everything back, then goes on from that number', () => {
  const page = Page.talking().say('one').say('two').say('three');
  page.hear({ type: 'error', code: 'slow_down', re: 'say', c: C, n: 2, retry_ms: 800 });
  assert.deepEqual(page.effects, [{ do: 'timer', name: 'hold', ms: 800 }]);
  page.hear({ type: 'error', code: 'slow_down', re: 'say', c: C, n: 3, retry_ms: 900 });
  assert.deepEqual(page.effects, [], 'the first refusal says where to go on');
  assert.deepEqual(said(page.say('four')), []);
  assert.deepEqual(said(page.ring('hold')), [2]);
  assert.deepEqual(said(page.hear({ type: 'got', c: C, n: 1 })), []);
  assert.deepEqual(said(page.hear({ type: 'got', c: C, n: 2 })), [3]);
});

test('a message that is refused for good is dropped, and those after it close the gap', () => {
  const page = Page.talking().say('one').say('two').say('three');
  page.hear({ type: 'error', code: 'bad_text', re: 'say', c: C, n: 2 });
  assert.deepEqual(page.sent, [{ type: 'say', c: C, n: 2, text: 'three' }]);
  page.hear({ type: 'got', c: C, n: 2 });
  assert.deepEqual(marks(page), ['delivered', 'refused', 'delivered']);
});

test('messages of the partner are taken in order, once, and acknowledged together', () => {
  const page = Page.talking().hear(say(1));
  assert.deepEqual(page.effects[0], { do: 'timer', name: 'got', ms: 60 });
  page.hear(say(2)).hear(say(4)).hear(say(1, 'again'));
  assert.deepEqual(page.talk.entries.map(({ text }) => text), ['message 1', 'message 2']);
  assert.deepEqual(page.ring('got').sent, [{ type: 'got', c: C, n: 2 }, { type: 'seen', c: C, n: 2 }]);
});

test('a repeat is acknowledged again', () => {
  const page = Page.talking().hear(say(1)).ring('got').hear(say(1));
  assert.deepEqual(page.ring('got').sent, [{ type: 'got', c: C, n: 1 }]);
});

test('a numbered frame that the page cannot show is counted and not shown', () => {
  const page = Page.talking().hear({ type: 'other', c: C, n: 1 }).hear(say(2));
  assert.deepEqual(page.talk.entries.map(({ text }) => text), ['message 2']);
  assert.deepEqual(page.ring('got').sent[0], { type: 'got', c: C, n: 2 });
});

test('seen waits until the page is in sight', () => {
  const page = Page.talking().do({ type: 'visible', on: false }).hear(say(1)).ring('got');
  assert.deepEqual(page.sent, [{ type: 'got', c: C, n: 1 }]);
  assert.deepEqual(page.do({ type: 'visible', on: true }).sent, [{ type: 'seen', c: C, n: 1 }]);
});

test('a refused got or seen is said again when the service has time', () => {
  const page = Page.talking().hear(say(1)).ring('got');
  page.hear({ type: 'error', code: 'slow_down', re: 'seen', c: C, n: 1, retry_ms: 300 });
  assert.deepEqual(page.effects, [{ do: 'timer', name: 'got', ms: 300 }]);
  assert.deepEqual(page.ring('got').sent, [{ type: 'got', c: C, n: 1 }, { type: 'seen', c: C, n: 1 }]);
});

test('typing is told on change, again every 4 s, and taken back when no key came since', () => {
  const on = { type: 'typing', c: C, on: true };
  const off = { type: 'typing', c: C, on: false };
  const page = Page.talking().write('a');
  assert.deepEqual(page.effects, [{ do: 'send', frame: on }, { do: 'timer', name: 'typing', ms: 4_000 }]);
  assert.deepEqual(page.write('ab').effects, []);
  assert.deepEqual(page.ring('typing').sent, [on]);
  assert.deepEqual(page.ring('typing').sent, [off]);
  assert.deepEqual(page.write('abc').sent, [on]);
  assert.deepEqual(page.write(' ').sent, [off]);
});

test('sending ends typing before the message', () => {
  const page = Page.talking().write('a').do({ type: 'send' });
  assert.deepEqual(page.sent.map(({ type }) => type), ['typing', 'say']);
});

test('the partner’s typing lapses after 6 s, or with the message', () => {
  const page = Page.talking().hear({ type: 'typing', c: C, on: true });
  assert.ok(page.talk.partnerTyping);
  assert.deepEqual(page.effects, [{ do: 'timer', name: 'lapse', ms: 6_000 }]);
  assert.ok(!page.ring('lapse').talk.partnerTyping);
  assert.ok(!page.hear({ type: 'typing', c: C, on: true }).hear(say(1)).talk.partnerTyping);
});

test('a partner who comes back is told what arrived', () => {
  const page = Page.talking().hear(say(1)).ring('got').hear({ type: 'partner', c: C, state: 'away', grace_ms: 60_000 });
  assert.equal(page.talk.partner, 'away');
  assert.deepEqual(page.hear({ type: 'partner', c: C, state: 'here' }).sent, [
    { type: 'got', c: C, n: 1 }, { type: 'seen', c: C, n: 1 },
  ]);
});
