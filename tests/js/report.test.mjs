// What a report holds and what becomes of it; its way over broken lines is in tests/vectors/client_scripts.json.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, choices, compose, frameOf, reportFault } from '../../static/js/report.js';
import { show } from '../../static/js/screen.js';
import { LIMITS, NOTE_CHARS_MAX, REASON, REPORT_LINES_MAX } from '../../static/js/wire.js';
import * as words from '../../static/js/words.js';
import { C, Page, matched, resumed, welcome } from './play.mjs';

/** @typedef {import('../../static/js/codec.js').Line} Line */

const TAG = 'AbCdEfGhIjKlMnOpQrSt-_';
const report = /** @type {const} */ ({ type: 'file', what: { type: 'report', reason: 'hate' } });
const block = /** @type {const} */ ({ type: 'file', what: { type: 'block' } });

/** @param {Page} page */
const talk = (page) => /** @type {import('../../static/js/screen.js').TalkScreen} */ (show(page.state).talk);

/** @param {number} count @param {string} [text] @returns {Line[]} */
const lines = (count, text = 'x') => Array.from({ length: count }, (_, at) => ({ from: 'partner', n: at + 1, text }));

test('what may be shown is what was said, with its tag, and nothing that never went out', () => {
  const page = Page.talking().hear({ type: 'say', c: C, n: 1, text: 'one', tag: TAG }).say('mine').say('refused');
  page.hear({ type: 'error', code: 'bad_text', re: 'say', c: C, n: 2 });
  page.do({ type: 'down', code: 1006, reason: '' }).say('waits');
  assert.deepEqual(choices(page.talk), [
    { key: 1, line: { from: 'partner', n: 1, text: 'one', tag: TAG } },
    { key: 2, line: { from: 'me', n: 1, text: 'mine' } },
  ]);
});

test('a report is as small as what it says', () => {
  assert.deepEqual(compose('spam', ' \n', []), { type: 'report', reason: 'spam' });
  assert.deepEqual(
    compose('spam', 'a\u0000b\r\nc', lines(1)),
    { type: 'report', reason: 'spam', note: 'ab\nc', lines: lines(1) },
  );
});

test('each bound of a report holds at its very number', () => {
  /** @param {Partial<import('../../static/js/codec.js').ClientFrame & {type: 'report'}>} more */
  const fault = (more) => reportFault(C, { type: 'report', reason: 'spam', ...more }, LIMITS.frame_bytes);
  assert.equal(fault({}), null);
  assert.equal(fault({ reason: '' }), 'reason');
  assert.equal(fault({ reason: 'toString' }), 'reason');
  assert.equal(fault({ lines: lines(REPORT_LINES_MAX) }), null);
  assert.equal(fault({ lines: lines(REPORT_LINES_MAX + 1) }), 'lines');
  assert.equal(fault({ note: '😀'.repeat(NOTE_CHARS_MAX) }), null);
  assert.equal(fault({ note: '😀'.repeat(NOTE_CHARS_MAX + 1) }), 'note');

  // Counted in bytes on the wire: of a quote there go two, of an emoji four.
  const long = lines(4, `"é😀${'x'.repeat(1_900)}`);
  const empty = bytesOf(frameOf(C, { type: 'report', reason: 'spam', note: '', lines: long }));
  const room = LIMITS.frame_bytes - empty;
  assert.ok(room > 0 && room < NOTE_CHARS_MAX);
  assert.equal(fault({ note: 'x'.repeat(room), lines: long }), null);
  assert.equal(fault({ note: 'x'.repeat(room + 1), lines: long }), 'bytes');
});

test('a report is over at once and thanked for, and holds what was shown', () => {
  const page = Page.talking().hear({ type: 'say', c: C, n: 1, text: 'one', tag: TAG });
  const shown = talk(page).report.choices.map(({ line }) => line);
  page.do({ type: 'file', what: compose('hate', 'see', shown) });
  const line = { from: 'partner', n: 1, text: 'one', tag: TAG };
  assert.deepEqual(page.sent, [{ type: 'report', c: C, reason: 'hate', note: 'see', lines: [line] }]);
  assert.equal(talk(page).over?.title, 'Thank you');
  assert.ok(talk(page).blocked && talk(page).report.made);
  assert.deepEqual(page.hear({ type: 'ended', c: C, reason: 'left' }).sent, []);
  page.hear({ type: 'done', re: 'report', c: C });
  assert.deepEqual(page.state.filings, []);
  assert.deepEqual(page.do(report).effects, [], 'once is enough');
  assert.deepEqual(page.do(block).effects, [], 'and it blocks as well');
});

test('whoever has gone on can still report the one before, until the next comes', () => {
  const said = /** @type {const} */ ({ type: 'say', c: C, n: 1, text: 'rude' });
  const last = (/** @type {Page} */ page) => show(page.state).last;
  const page = Page.talking().hear(said).do({ type: 'next' }).hear({ type: 'ended', c: C, reason: 'next' });
  assert.deepEqual(last(page)?.report.choices.map(({ line }) => line.text), ['rude']);
  assert.equal(last(page)?.note, '');
  page.hear({ type: 'waiting', widen_ms: 0 }).do(report);
  assert.deepEqual(page.sent, [{ type: 'report', c: C, reason: 'hate' }]);
  assert.equal(page.state.place.at, 'seeking', 'the search goes on');
  assert.match(last(page)?.note ?? '', /^Thank you\./);
  assert.deepEqual(page.do(report).effects, [], 'once is enough');
  page.hear({ type: 'error', code: 'unknown_type', re: 'report', c: C });
  assert.deepEqual(page.sent, []);
  assert.match(last(page)?.note ?? '', /could not take the report/);
  page.hear(matched('another'));
  assert.equal(last(page), null);
  page.do({ type: 'file', what: { type: 'block' } });
  assert.deepEqual(page.sent, [{ type: 'block', c: 'another' }]);

  const home = Page.over().do({ type: 'home' });
  assert.equal(last(home), null, 'nobody had said anything');
  const later = Page.talking().hear(said).do({ type: 'stop' }).hear({ type: 'ended', c: C, reason: 'left' });
  later.do({ type: 'home' }).do(report);
  assert.deepEqual(later.sent, [{ type: 'report', c: C, reason: 'hate' }]);
});

test('a report of the one before that overtakes the end ends it', () => {
  const page = Page.talking().hear({ type: 'say', c: C, n: 1, text: 'rude' });
  page.do({ type: 'down', code: 1006, reason: '' }).do({ type: 'next' }).do(report);
  assert.deepEqual(page.hear(welcome('talking')).hear(resumed()).sent, [
    { type: 'report', c: C, reason: 'hate' }, { type: 'find' },
  ]);
});

test('what the service would not take is not sent, and nothing changes', () => {
  const page = Page.talking();
  const { state } = page;
  page.do({ type: 'file', what: { type: 'report', reason: 'unkind' } });
  page.do({ type: 'file', what: { type: 'report', reason: 'hate', lines: lines(REPORT_LINES_MAX + 1) } });
  assert.equal(page.state, state);
});

test('a report waits for a line, and says so', () => {
  const page = Page.talking().do({ type: 'down', code: 1006, reason: '' }).do(report);
  assert.match(talk(page).over?.detail ?? '', /as soon as your line is back/);
  page.hear(welcome());
  assert.deepEqual(page.sent, [{ type: 'report', c: C, reason: 'hate' }]);
  assert.doesNotMatch(talk(page).over?.detail ?? '', /as soon as/);
});

test('a report that the service would not take is not thanked for, and whoever was blocked stays so', () => {
  const refusal = /** @type {const} */ ({ type: 'error', code: 'unknown_type', re: 'report', c: C });
  const alone = Page.talking().do(report).hear(refusal);
  assert.deepEqual(alone.sent, [{ type: 'stop', c: C }]);
  assert.match(talk(alone).over?.detail ?? '', /may meet this person again/);
  assert.ok(!talk(alone).blocked && !talk(alone).report.made, 'both can be tried again');

  const blocked = Page.over().do(block).hear({ type: 'done', re: 'block', c: C }).do(report).hear(refusal);
  assert.match(talk(blocked).over?.detail ?? '', /still will not meet/);
  assert.ok(talk(blocked).blocked && !talk(blocked).report.made);

  const neither = Page.over().do(block).do(report).hear({ ...refusal, re: 'block' }).hear(refusal);
  assert.ok(!talk(neither).blocked);
});

test('every reason and every fault has words', () => {
  for (const name of Object.values(REASON)) assert.notEqual(words.reason(name), '', name);
  for (const name of ['unkind', 'toString']) assert.equal(words.reason(name), '');
  for (const fault of /** @type {const} */ (['reason', 'lines', 'note', 'bytes'])) assert.ok(words.reportFault(fault));
  assert.equal(words.chosen(0, 0.1), 'No line ticked.');
  assert.equal(words.chosen(3, 1.001), '3 of at most 20 lines ticked; 101 % of what a report can carry.');
});
