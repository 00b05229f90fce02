// What the scripts of tests/vectors leave open of blocks, and of a search that goes on by itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { show } from '../../static/js/screen.js';
import { C, Page, matched, resumed, welcome } from './play.mjs';

const block = /** @type {const} */ ({ type: 'file', what: { type: 'block' } });

/** @param {Page} page */
const over = (page) => show(page.state).talk?.over;

test('a block is over at once, and says what it comes to', () => {
  const page = Page.talking().do(block);
  assert.deepEqual(page.sent, [{ type: 'block', c: C }]);
  assert.deepEqual(over(page), { title: 'Blocked', detail: 'You will not meet this person again.' });
  assert.ok(show(page.state).talk?.blocked);
});

test('once is enough, and at home there is nobody to block', () => {
  assert.deepEqual(Page.talking().do(block).do(block).effects, []);
  assert.deepEqual(Page.booted().do(block).effects, []);
  assert.deepEqual(Page.seeking().do(block).effects, []);
});

test('a block after the end takes its place on the screen', () => {
  const page = Page.over('lost').do(block);
  assert.equal(over(page)?.title, 'Blocked');
  page.hear({ type: 'waiting', widen_ms: 0 });
  assert.deepEqual(page.sent, [{ type: 'stop' }], 'whoever blocks has had enough');
});

test('a block that the service would not take is not promised', () => {
  const page = Page.talking().do(block).hear({ type: 'error', code: 'unknown_type', re: 'block', c: C });
  assert.deepEqual(page.sent, [{ type: 'stop', c: C }]);
  assert.match(over(page)?.detail ?? '', /could not note the block/);
  assert.ok(!show(page.state).talk?.blocked, 'it can be tried again');
});

test('a block with the line down opens one, and goes out after whatever welcome comes', () => {
  for (const state of /** @type {const} */ (['idle', 'waiting'])) {
    const page = Page.talking().do({ type: 'down', code: 1006, reason: '' }).do(block);
    assert.ok(page.effects.some((effect) => effect.do === 'connect'));
    assert.deepEqual(page.hear(welcome(state)).sent, [{ type: 'block', c: C }], state);
  }
  const talking = Page.talking().do({ type: 'down', code: 1006, reason: '' }).do(block).hear(welcome('talking'));
  assert.deepEqual(talking.sent, []);
  assert.deepEqual(talking.hear(resumed()).sent, [{ type: 'block', c: C }]);
});

test('a block that is not done keeps the line, also at home', () => {
  const page = Page.talking().do(block).hear({ type: 'ended', c: C, reason: 'left' }).do({ type: 'home' });
  page.do({ type: 'down', code: 1006, reason: '' });
  assert.equal(page.state.line.way.at, 'resting');
  page.ring('rest').hear(welcome()).hear({ type: 'done', re: 'block', c: C });
  assert.deepEqual(page.state.filings, []);
  assert.equal(page.do({ type: 'down', code: 1006, reason: '' }).state.line.way.at, 'off');
});

test('a block that an end of the session overtakes is not forgotten', () => {
  const page = Page.talking().do(block).do({ type: 'down', code: 4429, reason: '100' });
  assert.equal(page.state.filings.length, 1);
  assert.deepEqual(page.ring('rest').hear(welcome()).sent, [{ type: 'block', c: C }]);
});

test('of a kept filing nothing is believed that does not read as one', () => {
  const page = Page.talking().do(block).reloaded();
  assert.deepEqual(page.state.filings, [{ type: 'block', c: C, ended: false, told: false }]);
});

test('the search that goes on by itself says so, and starts its wait anew', () => {
  const page = Page.talking().hear({ type: 'ended', c: C, reason: 'lost' }).hear({ type: 'waiting', widen_ms: 0 });
  assert.equal(show(page.state).name, 'seeking');
  assert.match(show(page.state).seeking.detail, /gone already/);
  assert.ok(page.effects.some((effect) => effect.do === 'timer' && effect.name === 'long' && effect.ms !== null));
  assert.equal(page.hear(matched('another')).talk.c, 'another');
});

test('what was said to nobody goes back to where it was written, unless something new is there', () => {
  /** @param {string} draft */
  const after = (draft) => {
    const page = Page.talking().say('hi').say('anyone?').write(draft).hear({ type: 'ended', c: C, reason: 'lost' });
    return page.hear({ type: 'waiting', widen_ms: 0 }).state.draft;
  };
  assert.equal(after(''), 'hi\nanyone?');
  assert.equal(after('well'), 'well');
});

test('a partner who is lost after a word leaves the conversation to be read', () => {
  const page = Page.talking().hear({ type: 'say', c: C, n: 1, text: 'hello' });
  page.hear({ type: 'ended', c: C, reason: 'lost' }).hear({ type: 'waiting', widen_ms: 0 });
  assert.equal(over(page)?.title, 'The stranger’s line broke');
  assert.deepEqual(page.sent, [{ type: 'stop' }]);
});
