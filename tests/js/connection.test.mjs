import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConnection } from '../../static/js/connection.js';
import { LIMITS } from '../../static/js/wire.js';
import { Clock, FakeSocket } from './fakes.mjs';
import { welcome } from './play.mjs';

function world() {
  const clock = new Clock();
  /** @type {unknown[]} */
  const frames = [];
  /** @type {{code: number, reason: string}[]} */
  const ends = [];
  const connection = createConnection({
    WebSocket: FakeSocket,
    timers: clock.timers,
    base: 'wss://edgewise.test',
    onFrame: (frame) => frames.push(frame),
    onDown: (end) => ends.push(end),
  });
  connection.open('main-1.tag/..', { type: 'hello', v: 1, pass: 'p', line: 1 }, LIMITS);
  const socket = FakeSocket.last;
  return { clock, connection, socket, frames, ends };
}

function openWorld() {
  const all = world();
  all.socket.open();
  all.socket.say(JSON.stringify(welcome()));
  return all;
}

test('the lobby is one piece of the path, and hello comes first', () => {
  const { socket } = world();
  assert.equal(socket.url, 'wss://edgewise.test/ws/main-1.tag%2F..');
  assert.deepEqual(socket.sent, []);
  socket.open();
  assert.deepEqual(socket.sent, ['{"type":"hello","v":1,"pass":"p","line":1}']);
});

test('frames are told as values; what is no frame is not told', () => {
  const { socket, frames } = openWorld();
  socket.say('{"type":"got","c":"x","n":1}');
  socket.say('nonsense');
  assert.deepEqual(frames, [welcome(), { type: 'got', c: 'x', n: 1 }]);
});

test('a line without a welcome for 10 s is dead', () => {
  const { clock, socket, ends } = world();
  clock.pass(9_999);
  assert.deepEqual(ends, []);
  clock.pass(1);
  assert.deepEqual(ends, [{ code: 1006, reason: '' }]);
  assert.deepEqual(socket.closing, [], 'closed without a code: somebody means to come back');
});

test('the heartbeat: ping every 25 s, and all is well while pong comes', () => {
  const { clock, socket, ends } = openWorld();
  for (let beat = 1; beat <= 10; beat += 1) {
    clock.pass(25_000);
    assert.equal(socket.sent.filter((text) => text === 'ping').length, beat);
    socket.say('pong');
  }
  assert.deepEqual(ends, []);
});

test('10 s without a pong is a dead line', () => {
  const { clock, ends } = openWorld();
  clock.pass(25_000 + 9_999);
  assert.deepEqual(ends, []);
  clock.pass(1);
  assert.deepEqual(ends, [{ code: 1006, reason: '' }]);
});

test('the service may set another pace', () => {
  const { clock, socket } = world();
  socket.open();
  socket.say(JSON.stringify({ ...welcome(), limits: { ...LIMITS, ping_ms: 5_000, pong_ms: 2_000 } }));
  clock.pass(5_000);
  assert.equal(socket.sent.at(-1), 'ping');
});

test('a probe asks for a sign of life at once', () => {
  const { clock, connection, socket, ends } = openWorld();
  connection.probe();
  assert.equal(socket.sent.at(-1), 'ping');
  clock.pass(10_000);
  assert.equal(ends.length, 1);
});

test('a line in doubt has less time to answer, and a healthy one does', () => {
  const { clock, connection, socket, ends } = openWorld();
  connection.probe(2_500);
  socket.say('pong');
  clock.pass(20_000);
  assert.deepEqual(ends, []);
  connection.probe();
  connection.probe(2_500);
  clock.pass(2_500);
  assert.equal(ends.length, 1);
});

test('an end is told with its code, once', () => {
  const { clock, socket, ends } = openWorld();
  socket.tell('close', { code: 4403, reason: '17' });
  clock.pass(100_000);
  assert.deepEqual(ends, [{ code: 4403, reason: '17' }]);
});

test('a socket that was given up is never heard of again', () => {
  const { connection, socket, frames, ends } = openWorld();
  connection.hangup();
  socket.say('{"type":"got","c":"x","n":1}');
  socket.tell('close', { code: 4409, reason: '' });
  assert.equal(frames.length, 1);
  assert.deepEqual(ends, []);
});

test('opening another socket gives the first one up', () => {
  const { connection, socket, frames } = openWorld();
  connection.open('lobby', { type: 'hello', v: 1, pass: 'p', line: 2 }, LIMITS);
  assert.deepEqual(socket.closing, []);
  socket.say('{"type":"got","c":"x","n":1}');
  assert.equal(frames.length, 1);
});

test('sending on a line that is not open does no harm', () => {
  const { connection, socket } = world();
  connection.send({ type: 'find' });
  connection.probe();
  assert.deepEqual(socket.sent, []);
  connection.hangup();
  connection.send({ type: 'find' });
});
