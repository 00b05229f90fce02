// Two pages and a small service between them, in a world where lines break at any point, pages are reloaded, frames are
// late and the service asks to slow down: each message arrives once and in order, and nothing is ever stuck. One seed
// is one world; time jumps to the next thing that happens.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { C, Page, matched, resumed, welcome } from './play.mjs';

/** @typedef {import('../../static/js/codec.js').ServerFrame} ServerFrame */
/** @typedef {import('../../static/js/codec.js').ClientFrame} ClientFrame */

const MESSAGES = 60;
const CALM_FROM_MS = 60_000;
const STEPS_MAX = 40_000;

/** @param {number} seed */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One side: a page, what it has on the way in both directions, and its timers. */
class Side {
  page = Page.seeking();
  /** What the service has sent to this side. @type {ServerFrame[]} */
  inbound = [];
  /** What this side has sent. @type {ClientFrame[]} */
  outbound = [];
  /** @type {Map<string, number>} */
  timers = new Map();
  written = 0;
  /** Everything that the person has ever read, refreshes included. @type {string[]} */
  read = [];
  /** Whether the service holds a socket of this side for open. */
  here = true;

  /** What the transcript shows of the other side. */
  get shown() {
    return this.page.talk.entries.flatMap(({ from, text }) => (from === 'them' ? [text] : []));
  }
}

class World {
  now = 0;
  sides = [new Side(), new Side()];
  inFlightMax = 0;
  counts = { breaks: 0, reloads: 0 };

  /** @param {number} seed */
  constructor(seed) {
    this.roll = dice(seed);
    for (const side of this.sides) side.inbound.push(matched());
  }

  /** @param {Side} side */
  other(side) {
    const other = this.sides.find((each) => each !== side);
    assert.ok(other);
    return other;
  }

  /**
   * Carries out what the last event of a page asks for.
   * @param {Side} side
   */
  carry(side) {
    for (const effect of side.page.effects) {
      if (effect.do === 'timer' && effect.ms === null) side.timers.delete(effect.name);
      else if (effect.do === 'timer') side.timers.set(effect.name, this.now + (effect.ms ?? 0));
      else if (effect.do === 'rest') side.timers.set(effect.name, this.now + 1 + this.roll() * 20_000);
      else if (effect.do === 'hangup') this.cut(side, false);
      else if (effect.do === 'connect') this.arrive(side);
      else if (effect.do === 'send') side.outbound.push(effect.frame);
    }
    const { outbox } = side.page.talk;
    this.inFlightMax = Math.max(this.inFlightMax, outbox.sent - outbox.acked);
  }

  /**
   * The socket is gone with all that was on the way, in either direction or in one only.
   * @param {Side} side
   * @param {boolean} told   the page hears of it
   */
  cut(side, told) {
    side.inbound = [];
    // What had left the page may still have arrived.
    const arrived = Math.floor(this.roll() * (side.outbound.length + 1));
    for (const frame of side.outbound.slice(0, arrived)) this.relay(side, frame);
    side.outbound = [];
    if (side.here) {
      side.here = false;
      const other = this.other(side);
      if (other.here) other.inbound.push({ type: 'partner', c: C, state: 'away', grace_ms: 60_000 });
    }
    if (told) {
      side.page.do({ type: 'down', code: 1006, reason: '' });
      this.carry(side);
    }
  }

  /** @param {Side} side */
  arrive(side) {
    side.here = true;
    side.inbound = [welcome('talking'), resumed(this.other(side).here ? 'here' : 'away')];
    if (this.other(side).here) this.other(side).inbound.push({ type: 'partner', c: C, state: 'here' });
  }

  /**
   * @param {Side} side
   * @param {ClientFrame} frame
   */
  relay(side, frame) {
    const other = this.other(side);
    if (frame.type === 'hello' || frame.type === 'find' || frame.type === 'stop' || !('n' in frame || 'on' in frame)) {
      assert.ok(frame.type === 'hello' || frame.type === 'find', 'nobody leaves in this world');
      return;
    }
    if (frame.type !== 'typing' && this.now < CALM_FROM_MS && this.roll() < 0.05) {
      const n = Math.max(1, frame.n);
      if (side.here) side.inbound.push({ type: 'error', code: 'slow_down', re: frame.type, c: C, n, retry_ms: 700 });
    } else if (other.here) other.inbound.push(frame);
  }

  /** @param {Side} side */
  reload(side) {
    this.cut(side, false);
    side.timers.clear();
    const before = side.page.talk;
    side.page = side.page.reloaded(this.roll() < 0.8);
    assert.deepEqual(side.page.talk.entries, before.entries, 'the transcript is as it was');
    this.counts.reloads += 1;
    this.carry(side);
  }

  /** @param {Side} side */
  write(side) {
    side.written += 1;
    side.page.say(`${this.sides.indexOf(side)}:${side.written}`);
    this.carry(side);
  }

  /** One thing happens: to the side that the dice choose, or else time goes on. */
  step() {
    const side = this.sides[this.roll() < 0.5 ? 0 : 1];
    assert.ok(side);
    const choice = this.roll();
    const wild = this.now < CALM_FROM_MS;
    if (wild && choice < 0.004 && side.page.state.line.way.at === 'open') {
      this.counts.breaks += 1;
      this.cut(side, true);
    } else if (wild && choice < 0.006) this.reload(side);
    else if (choice < 0.15 && side.written < MESSAGES) this.write(side);
    else if (choice < 0.5 && side.inbound.length > 0) {
      const [frame] = side.inbound.splice(0, 1);
      assert.ok(frame);
      side.page.hear(frame);
      this.carry(side);
    } else if (choice < 0.8 && side.outbound.length > 0) {
      for (const frame of side.outbound.splice(0, 1)) this.relay(side, frame);
    } else this.wait();
    for (const each of this.sides) this.watch(each);
  }

  /** Time goes on to the next timer of either side. */
  wait() {
    const due = this.sides.flatMap((side) => [...side.timers].map(([name, at]) => ({ side, name, at })));
    const [first] = due.sort((one, two) => one.at - two.at);
    // While frames are on the way, time is slow.
    const busy = this.sides.some(({ inbound, outbound }) => inbound.length + outbound.length > 0);
    if (first === undefined || (busy && this.roll() < 0.9)) {
      this.now += 5;
      return;
    }
    this.now = Math.max(this.now, first.at);
    first.side.timers.delete(first.name);
    first.side.page.ring(first.name);
    this.carry(first.side);
  }

  /** What was read stays read, and grows at its end. @param {Side} side */
  watch(side) {
    const { shown } = side;
    assert.deepEqual(shown.slice(0, side.read.length), side.read);
    side.read = shown;
  }

  get isDone() {
    return this.sides.every(({ page, written }) => {
      return written === MESSAGES && page.talk.outbox.items.length === 0 && page.talk.flow === 'on';
    });
  }
}

/** @param {number} seed */
function play(seed) {
  const world = new World(seed);
  // Both have their match before anything breaks.
  for (const side of world.sides) {
    for (const frame of side.inbound.splice(0)) side.page.hear(frame);
    world.carry(side);
  }
  for (let step = 0; step < STEPS_MAX && !world.isDone; step += 1) world.step();
  return world;
}

test('between two pages every message arrives once and in order, whatever breaks', () => {
  const counts = { breaks: 0, reloads: 0 };
  for (let seed = 1; seed <= 120; seed += 1) {
    const world = play(seed);
    assert.ok(world.isDone, `seed ${seed}: stuck at ${world.now} ms, ${JSON.stringify(world.counts)}`);
    world.sides.forEach((side, index) => {
      const expected = Array.from({ length: MESSAGES }, (_, at) => `${1 - index}:${at + 1}`);
      assert.deepEqual(side.shown, expected, `seed ${seed}, side ${index}`);
      assert.equal(side.page.state.place.at, 'talking', `seed ${seed}, side ${index}`);
    });
    assert.ok(world.inFlightMax <= 16, `seed ${seed}: ${world.inFlightMax} in flight`);
    counts.breaks += world.counts.breaks;
    counts.reloads += world.counts.reloads;
  }
  assert.ok(counts.breaks > 100 && counts.reloads > 50, `too calm: ${JSON.stringify(counts)}`);
});
