// Two pages and a service between them that is slow, coalesces, and asks to slow down: whatever the order of things,
// each message arrives once and in order. One seed is one world.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { C, Page } from './play.mjs';

/** @typedef {import('../../static/js/codec.js').ServerFrame} ServerFrame */

const MESSAGES = 60;
const STEPS_MAX = 20_000;

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

/** @param {number} seed */
function play(seed) {
  const roll = dice(seed);
  const pages = [Page.talking(), Page.talking()];
  /** What each side has on the way to it. @type {ServerFrame[][]} */
  const inbound = [[], []];
  /** @type {Set<string>[]} */
  const timers = [new Set(), new Set()];
  const written = [0, 0];
  let inFlightMax = 0;

  /** @param {number} side */
  function carry(side) {
    const page = pages[side];
    const own = inbound[side];
    const other = inbound[1 - side];
    assert.ok(page && own && other && timers[side]);
    for (const effect of page.effects) {
      if (effect.do === 'timer') timers[side][effect.ms === null ? 'delete' : 'add'](effect.name);
      if (effect.do !== 'send') continue;
      const { frame } = effect;
      if ((frame.type === 'say' || frame.type === 'got' || frame.type === 'seen') && roll() < 0.1) {
        own.push({ type: 'error', code: 'slow_down', re: frame.type, c: C, n: Math.max(1, frame.n), retry_ms: 100 });
      } else if (frame.type !== 'hello' && frame.type !== 'find' && frame.type !== 'stop') other.push(frame);
    }
    inFlightMax = Math.max(inFlightMax, page.talk.outbox.sent - page.talk.outbox.acked);
  }

  /** @param {number} side */
  function settled(side) {
    return written[side] === MESSAGES && pages[side]?.talk.outbox.items.length === 0;
  }

  for (let step = 0; step < STEPS_MAX && !(settled(0) && settled(1)); step += 1) {
    const side = roll() < 0.5 ? 0 : 1;
    const page = pages[side];
    const mine = inbound[side];
    assert.ok(page && mine && timers[side]);
    const choice = roll();
    const count = written[side] ?? 0;
    if (choice < 0.3 && count < MESSAGES) {
      written[side] = count + 1;
      page.say(`${side}:${count + 1}`);
    } else if (choice < 0.75) {
      const frame = mine.shift();
      if (frame === undefined) continue;
      page.hear(frame);
    } else {
      const [name] = timers[side];
      if (name === undefined) continue;
      timers[side].delete(name);
      page.ring(name);
    }
    carry(side);
  }
  return { pages, inFlightMax };
}

test('between two pages every message arrives once and in order', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const { pages, inFlightMax } = play(seed);
    pages.forEach((page, side) => {
      const heard = page.talk.entries.flatMap(({ from, text }) => (from === 'them' ? [text] : []));
      const expected = Array.from({ length: MESSAGES }, (_, index) => `${1 - side}:${index + 1}`);
      assert.deepEqual(heard, expected, `seed ${seed}, side ${side}`);
      assert.equal(page.state.place.at, 'talking', `seed ${seed}, side ${side}`);
    });
    assert.ok(inFlightMax <= 16, `seed ${seed}: ${inFlightMax} in flight`);
  }
});
