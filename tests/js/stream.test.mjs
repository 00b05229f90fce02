import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStream } from '../../static/js/stream.js';
import { Clock, FakeSource } from './fakes.mjs';

function world() {
  const clock = new Clock();
  /** @type {unknown[]} */
  const events = [];
  /** @type {boolean[]} */
  const turns = [];
  const stream = createStream({
    EventSource: FakeSource,
    timers: clock.timers,
    backoff: (attempt, first_ms) => (attempt === 0 ? first_ms : attempt * 4_000),
    tell: (event) => events.push(event),
    turn: () => turns.push(stream.isOn),
  });
  stream.open('');
  return { clock, stream, events, turns, opened: FakeSource.all.length };
}

const COUNTS = { online: 12, waiting: 1, chatting: 10 };
const NONE = { type: 'counts', counts: null };

test('counts and announcements are told as they come', () => {
  const { events } = world();
  const source = FakeSource.last;
  const announcement = { id: 'a', severity: 'info', text: 'Hello', until: null };
  source.event('in_force', { ids: ['a'] });
  source.event('announcement', announcement);
  source.event('presence', COUNTS);
  source.event('retract', { id: 'a' });
  source.event('beat', {});
  assert.deepEqual(events, [
    { type: 'inForce', ids: ['a'] }, { type: 'announced', announcement }, { type: 'counts', counts: COUNTS },
    { type: 'retracted', id: 'a' },
  ]);
});

test('what is malformed or of an unknown severity is ignored', () => {
  const { events } = world();
  const source = FakeSource.last;
  assert.equal(source.url, '/events');
  source.event('presence', 'nonsense');
  source.event('presence', { ...COUNTS, online: -1 });
  source.event('in_force', { ids: [1] });
  source.event('announcement', { id: 'a', severity: 'cosmic', text: 'x', until: null });
  source.event('retract', {});
  assert.deepEqual(events, []);
});

test('a stream without an event for 40 s is dead, and is made again', () => {
  const { clock, events, opened } = world();
  FakeSource.last.event('presence', COUNTS, '7');
  clock.pass(39_999);
  assert.equal(events.length, 1);
  const dead = FakeSource.last;
  clock.pass(1);
  assert.ok(dead.closed);
  assert.deepEqual(events.at(-1), NONE);
  clock.pass(1_000);
  assert.equal(FakeSource.all.length, opened + 1);
  assert.equal(FakeSource.last.url, '/events?last_event_id=7', 'the page still holds the announcements');
  dead.event('presence', COUNTS);
  assert.deepEqual(events.at(-1), NONE, 'a stream that was given up is not heard any more');
});

test('beats keep a quiet stream alive', () => {
  const { clock, opened } = world();
  for (let beat = 0; beat < 10; beat += 1) {
    clock.pass(15_000);
    FakeSource.last.event('beat', {});
  }
  assert.equal(FakeSource.all.length, opened);
});

test('streams that die again and again come back ever more slowly', () => {
  const { clock, opened } = world();
  clock.pass(40_000 + 1_000);
  assert.equal(FakeSource.all.length, opened + 1);
  clock.pass(40_000 + 3_999);
  assert.equal(FakeSource.all.length, opened + 1);
  clock.pass(1);
  assert.equal(FakeSource.all.length, opened + 2);
});

test('an orderly reconnect keeps the number, a long one takes it away', () => {
  const { clock, events } = world();
  const source = FakeSource.last;
  source.event('presence', COUNTS);
  source.tell('error');
  clock.pass(4_000);
  source.event('presence', COUNTS);
  clock.pass(10_000);
  assert.ok(!events.some((event) => event === NONE));
  source.tell('error');
  clock.pass(8_000);
  assert.deepEqual(events.at(-1), NONE);
});

test('a stream that the browser gave up is made again', () => {
  const { clock, events, opened } = world();
  FakeSource.last.readyState = 2;
  FakeSource.last.tell('error');
  assert.deepEqual(events, [NONE]);
  clock.pass(1_000);
  assert.equal(FakeSource.all.length, opened + 1);
});

test('a service that asks to wait longer than a stream may be silent is left to the browser', () => {
  const { clock, opened } = world();
  FakeSource.last.tell('error');
  clock.pass(119_999);
  assert.equal(FakeSource.all.length, opened);
  // The try itself is the browser's as well, and once it has come through there is an event every 15 s again.
  FakeSource.last.tell('open');
  clock.pass(40_000);
  assert.ok(FakeSource.last.closed);
});

test('a browser that never comes back to it is helped', () => {
  const { clock, opened } = world();
  FakeSource.last.tell('error');
  clock.pass(120_000 + 1_000);
  assert.equal(FakeSource.all.length, opened + 1);
});

/** The browser has given the stream up, as it does when the service refuses it. */
function refuse() {
  FakeSource.last.readyState = 2;
  FakeSource.last.tell('error');
}

/** The service takes a connection and ends it; the browser makes the next one. */
function endEmpty() {
  FakeSource.last.tell('open');
  FakeSource.last.tell('error');
}

test('a short rest counts as a stream, and only the fourth refusal in a row does not', () => {
  const { clock, stream, turns } = world();
  FakeSource.last.tell('open');
  FakeSource.last.event('beat', {});
  FakeSource.last.tell('error');
  assert.ok(stream.isOn, 'the browser is opening it');
  for (let refusal = 1; refusal <= 3; refusal += 1) {
    refuse();
    assert.ok(stream.isOn, `rests after refusal ${refusal}`);
    clock.pass(20_000);
    assert.ok(stream.isOn);
  }
  refuse();
  assert.ok(!stream.isOn);
  clock.pass(20_000);
  assert.ok(!stream.isOn, 'one more try proves nothing');
  assert.equal(turns.at(-1), false);
  FakeSource.last.event('beat', {});
  assert.ok(stream.isOn);
  assert.equal(turns.at(-1), true);
  refuse();
  assert.ok(stream.isOn, 'the count begins anew');
});

test('connections that are taken and end without an event are no stream, from the third on', () => {
  const { stream, turns, opened } = world();
  endEmpty();
  endEmpty();
  assert.deepEqual([stream.isOn, turns], [true, []]);
  endEmpty();
  assert.deepEqual([stream.isOn, turns], [false, [false]]);
  endEmpty();
  FakeSource.last.tell('open');
  assert.deepEqual([stream.isOn, turns], [false, [false]]);
  FakeSource.last.event('beat', {});
  assert.deepEqual([stream.isOn, turns], [true, [false, true]]);
  assert.equal(FakeSource.all.length, opened, 'all of it is the browser’s own care');
});

test('a stream that is taken down again and again after it told something is a stream', () => {
  const { stream } = world();
  for (let life = 0; life < 10; life += 1) {
    FakeSource.last.tell('open');
    FakeSource.last.event('beat', {});
    FakeSource.last.tell('error');
  }
  assert.ok(stream.isOn);
});

test('without a network nothing is concluded', () => {
  const { clock, stream } = world();
  FakeSource.last.event('beat', {});
  for (let attempt = 0; attempt < 20; attempt += 1) {
    FakeSource.last.tell('error');
    clock.pass(3_000);
  }
  assert.ok(stream.isOn, 'the first line after it says that its browser is counted by the stream');
});

test('a stream that is closed and opened again has its tries before it', () => {
  const { stream } = world();
  for (let count = 0; count < 3; count += 1) endEmpty();
  stream.close();
  assert.ok(!stream.isOn);
  stream.open('');
  assert.ok(stream.isOn);
  endEmpty();
  assert.ok(stream.isOn);
});

test('numbers from before are withdrawn when a new stream does not confirm them', () => {
  const { clock, events } = world();
  clock.pass(7_999);
  assert.deepEqual(events, []);
  clock.pass(1);
  assert.deepEqual(events, [NONE]);
});

test('a closed stream stays closed, and opens where it is told to', () => {
  const { clock, stream, events, opened } = world();
  const source = FakeSource.last;
  source.event('presence', COUNTS, '7');
  stream.close();
  assert.ok(source.closed && !stream.isOn);
  source.event('presence', COUNTS, '8');
  stream.wake();
  clock.pass(600_000);
  assert.deepEqual([events.length, FakeSource.all.length], [1, opened]);
  stream.open('9');
  stream.open('10');
  assert.deepEqual([FakeSource.all.length, FakeSource.last.url], [opened + 1, '/events?last_event_id=9']);
});

test('a rest ends when somebody looks', () => {
  const { clock, stream, opened } = world();
  stream.wake();
  assert.equal(FakeSource.all.length, opened, 'there is no rest to end');
  FakeSource.last.readyState = 2;
  FakeSource.last.tell('error');
  stream.wake();
  assert.equal(FakeSource.all.length, opened + 1);
  clock.pass(1_000);
  assert.equal(FakeSource.all.length, opened + 1);
});
