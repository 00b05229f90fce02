import assert from 'node:assert/strict';
import { test } from 'node:test';
import { show } from '../../static/js/screen.js';
import { isSubtag, label, nameOf, offered, primary } from '../../static/js/languages.js';
import { C, Page, matched, welcome } from './play.mjs';

/**
 * @param {string} text
 * @param {'none' | 'ended' | 'list' | 'all'} take
 */
const typed = (text, take) => /** @type {const} */ ({ type: 'interest', text, take });

/** @param {Page} page */
const chips = (page) => [...page.state.wanted.interests];

/** @param {Page} page */
const remembered = (page) => page.effects.flatMap((effect) => {
  return effect.do === 'remember' ? [[effect.key, effect.value]] : [];
});

const JAZZ = Object.freeze({ interests: '["Jazz"]', lang: 'en' });

test('a comma ends an interest, Enter ends what is left, and both are kept for the next visit', () => {
  const page = Page.booted().do(typed('jazz', 'ended'));
  assert.deepEqual([chips(page), page.state.wanted.field, remembered(page)], [[], 'jazz', []]);
  page.do(typed('jazz,', 'ended'));
  assert.deepEqual([chips(page), page.state.wanted.field], [['jazz'], '']);
  assert.deepEqual(remembered(page), [['interests', '["jazz"]']]);
  page.do(typed('chess, g', 'ended'));
  assert.deepEqual([chips(page), page.state.wanted.field], [['jazz', 'chess'], 'g']);
  page.do(typed('go', 'all'));
  assert.deepEqual([chips(page), page.state.wanted.field], [['jazz', 'chess', 'go'], '']);
});

test('a list that comes at once makes all of its interests, one word alone waits to be finished', () => {
  assert.deepEqual(chips(Page.booted().do(typed('a, b, c', 'list'))), ['a', 'b', 'c']);
  const page = Page.booted().do(typed('jazz', 'list'));
  assert.deepEqual([chips(page), page.state.wanted.field], [[], 'jazz']);
});

test('while letters are being composed nothing is taken', () => {
  const page = Page.booted().do(typed('a,b', 'none'));
  assert.deepEqual([chips(page), page.state.wanted.field], [[], 'a,b']);
});

test('a fault is told, leaves the text to be mended, and goes with the next key', () => {
  const page = Page.booted().do(typed('x'.repeat(33), 'all'));
  assert.deepEqual([chips(page), page.state.wanted.field], [[], 'x'.repeat(33)]);
  assert.match(show(page.state).wanted.fault, /at most 32 characters/);
  assert.equal(show(page.do(typed('x'.repeat(32), 'list')).state).wanted.fault, '');
  page.do(typed('x'.repeat(32), 'all')).do(typed(` X${'x'.repeat(31)}`, 'all'));
  assert.match(show(page.state).wanted.fault, /there already/);
  assert.equal(page.state.wanted.field, '', 'there is nothing to mend');
  const full = Page.booted().do(typed('1,2,3,4,5,6,7,8,9,10,11', 'list'));
  assert.deepEqual([chips(full).length, full.state.wanted.field], [10, '11']);
  assert.match(show(full.state).wanted.fault, /10 already/);
  assert.deepEqual([show(full.state).wanted.count, show(full.state).wanted.full], ['10 of 10', true]);
});

test('an interest that is taken back is forgotten', () => {
  const page = Page.booted().do(typed('a,b', 'list')).do({ type: 'drop', text: 'a' });
  assert.deepEqual([chips(page), remembered(page)], [['b'], [['interests', '["b"]']]]);
  assert.deepEqual(remembered(page.do({ type: 'drop', text: 'a' })), []);
});

test('what an earlier visit kept is there again', () => {
  const page = Page.booted({ ...JAZZ, languages: ['de-AT'] });
  assert.deepEqual([chips(page), page.state.wanted.lang], [['Jazz'], 'en']);
});

test('the browser’s language is taken until another is chosen; any is a choice as well', () => {
  /** @type {[string | null, string[], string | null][]} */
  const known = [
    [null, ['de-AT', 'en'], 'de'], [null, ['yue'], 'yue'], [null, ['EN-us'], null], [null, ['x-klingon'], null],
    [null, [], null], ['fr', ['de'], 'fr'], ['', ['de'], null], ['no such', ['de'], 'de'],
  ];
  for (const [lang, languages, speaks] of known) {
    assert.equal(Page.booted({ lang, languages }).state.wanted.lang, speaks, `${lang} ${languages}`);
  }
  const page = Page.booted({ languages: ['de'] }).do({ type: 'lang', lang: null });
  assert.deepEqual(remembered(page), [['lang', '']]);
  assert.deepEqual(remembered(page.do({ type: 'lang', lang: 'en' })), [['lang', 'en']]);
  assert.equal(page.do({ type: 'lang', lang: 'EN' }).state.wanted.lang, 'en');
});

test('every find says what is wanted', () => {
  const find = { type: 'find', interests: ['Jazz'], lang: 'en' };
  const page = Page.booted(JAZZ).do({ type: 'talk' });
  page.do({ type: 'entered', pass: 'pass', lobby: 'lobby', visitor: 'visitor' }).hear(welcome());
  assert.deepEqual(page.sent, [find]);
  page.hear(matched()).do({ type: 'next' });
  assert.deepEqual(page.sent, [{ ...find, c: C }]);
  page.hear(matched('another')).hear({ type: 'ended', c: 'another', reason: 'left' }).do({ type: 'talk' });
  assert.deepEqual(page.sent, [find]);
});

test('what stands in the field when the button is pressed was meant as well', () => {
  const page = Page.booted().do(typed('jazz', 'list')).do({ type: 'talk' });
  page.do({ type: 'entered', pass: 'pass', lobby: 'lobby', visitor: 'visitor' }).hear(welcome());
  assert.deepEqual(page.sent, [{ type: 'find', interests: ['jazz'] }]);
});

test('a service with narrower bounds is asked for what it takes', () => {
  const page = Page.booted({ interests: '["a","long word","b","c"]' }).do({ type: 'talk' });
  page.do({ type: 'entered', pass: 'pass', lobby: 'lobby', visitor: 'visitor' });
  const frame = welcome();
  assert.ok(frame.type === 'welcome');
  page.hear({ ...frame, limits: { ...frame.limits, interests: 2, interest_chars: 4 } });
  assert.deepEqual(page.sent, [{ type: 'find', interests: ['a', 'b'] }]);
});

test('a change in the queue is told at once, and is owed an answer', () => {
  const page = Page.seeking().hear({ type: 'waiting', widen_ms: 9_000 }).do(typed('jazz', 'all'));
  assert.deepEqual(page.sent, [{ type: 'find', interests: ['jazz'] }]);
  assert.ok(page.effects.some((effect) => effect.do === 'timer' && effect.name === 'answer' && effect.ms !== null));
  page.do({ type: 'lang', lang: 'fr' });
  assert.deepEqual(page.sent, [{ type: 'find', interests: ['jazz'], lang: 'fr' }]);
  assert.deepEqual(page.hear({ type: 'waiting', widen_ms: 9_000 }).sent, []);
  assert.deepEqual(page.do(typed('still typing', 'ended')).sent, []);
});

test('a search goes on over a refresh for what this tab looked for, whatever another tab has kept since', () => {
  const page = Page.seeking().do(typed('jazz', 'all'));
  const fresh = page.reloaded();
  assert.deepEqual(chips(fresh), ['jazz']);
  assert.deepEqual(fresh.state.wanted.field, '');
});

test('languages have names, their own ones too, and the browser’s come first', () => {
  assert.equal(nameOf('en'), 'English');
  assert.equal(label('en'), 'English');
  assert.equal(label('de'), 'German · \u2068Deutsch\u2069');
  assert.equal(nameOf('qqq'), 'qqq');
  const all = offered(['nl-BE', 'nl', 'en-GB', 'x-odd'], 'gd');
  assert.deepEqual(all.slice(0, 3), ['nl', 'en', 'gd']);
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.every(isSubtag));
  assert.equal(primary(undefined), null);
});
