import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOUNS, isSame, read, write } from '../../static/js/kept.js';
import { ENTRIES_MAX, isShortened } from '../../static/js/transcript.js';
import { C, Page, resumed, welcome } from './play.mjs';

/** @typedef {import('../../static/js/kept.js').Texts} Texts */

/** @param {Page} page */
const texts = (page) => /** @type {Texts} */ (Object.fromEntries(NOUNS.map((noun) => [noun, write(noun, page.state)])));

/** @param {Page} page */
const connects = (page) => page.effects.some((effect) => effect.do === 'connect');

test('a refresh comes back to the same place, and opens the line only where it is needed', () => {
  const over = Page.over();
  /** @type {[Page, string, boolean][]} */
  const pages = [
    [Page.booted(), 'home', false], [Page.seeking(), 'seeking', true], [Page.talking(), 'talking', true],
    [over, 'over', false], [Page.over().do({ type: 'home' }), 'home', false],
    [Page.talking().do({ type: 'stop' }), 'over', true],
  ];
  for (const [page, at, needed] of pages) {
    const fresh = page.reloaded();
    assert.equal(fresh.state.place.at, at);
    assert.equal(connects(fresh), needed, at);
  }
  assert.deepEqual(over.reloaded().talk.entries, over.talk.entries);
});

test('the line goes on counting, with the newest ticket', () => {
  const page = Page.talking().hear({ type: 'partner', c: C, state: 'here' }).reloaded();
  page.hear(welcome('talking')).hear(resumed()).do({ type: 'down', code: 1006, reason: '' }).ring('rest');
  const [hello] = page.effects.flatMap((effect) => (effect.do === 'connect' ? [effect.hello] : []));
  assert.deepEqual(hello, { type: 'hello', v: 1, pass: 'pass', line: 3, ticket: 'newer', counted: true });
});

test('draft, transcript and what is not delivered yet come back', () => {
  const page = Page.talking().say('one').hear({ type: 'say', c: C, n: 1, text: 'two' }).write('three');
  const fresh = page.reloaded();
  assert.deepEqual(fresh.talk.entries, page.talk.entries);
  assert.deepEqual(fresh.talk.outbox.items, [{ n: 1, text: 'one' }]);
  assert.equal(fresh.talk.inbox.got, 1);
  assert.equal(fresh.state.draft, 'three');
});

test('the tags of lines come back, and what was kept before there were any is read', () => {
  const page = Page.talking().hear({ type: 'say', c: C, n: 1, text: 'one', tag: 'tag' });
  assert.equal(page.reloaded().talk.entries[0]?.tag, 'tag');
  const old = `{"c":"${C}","entries":[{"key":1,"from":"them","n":1,"text":"one","fault":null}]}`;
  const kept = read({ ...texts(page), transcript: old });
  assert.ok(kept?.place.at === 'talking');
  assert.deepEqual(kept.place.talk.entries, [{ key: 1, from: 'them', n: 1, text: 'one', fault: null }]);
});

test('a report comes back with its note and its lines, and not with others', () => {
  const lines = /** @type {const} */ ([{ from: 'partner', n: 1, text: 'one', tag: 'tag' }]);
  const page = Page.talking().do({ type: 'file', what: { type: 'report', reason: 'hate', note: 'see', lines } });
  const [filing] = page.reloaded().state.filings;
  assert.deepEqual(filing, { type: 'report', c: C, reason: 'hate', note: 'see', lines, ended: false, told: false });
  const { place } = texts(page);
  for (const [from, to] of [['"n":1', '"n":0'], ['"partner"', '"them"'], ['"tag":"tag"', '"tag":1']]) {
    const broken = place?.replace(from ?? '', to ?? '') ?? null;
    assert.notEqual(broken, place);
    assert.deepEqual(read({ ...texts(page), place: broken })?.filings, [], to);
  }
});

test('a transcript that was lost, or is another conversation’s, leaves a note and not a gap in the numbers', () => {
  const page = Page.talking().hear({ type: 'say', c: C, n: 1, text: 'one' });
  for (const transcript of [null, '{', '{"c":"another","entries":[]}', `{"c":"${C}","entries":[{}]}`]) {
    const kept = read({ ...texts(page), transcript });
    assert.ok(kept?.place.at === 'talking');
    assert.ok(isShortened(kept.place.talk), String(transcript));
    assert.equal(kept.place.talk.inbox.got, 1);
  }
});

test('what does not read as expected is as none', () => {
  const whole = texts(Page.talking());
  assert.equal(read({ ...whole, line: null }), null);
  assert.equal(read({ ...whole, line: '{"pass":7}' }), null);
  const moon = '{"at":"moon","held":false,"why":null,"leaving":null,"talk":null}';
  for (const place of [null, '', '[]', '{"at":"talking"}', moon]) {
    assert.deepEqual(read({ ...whole, place })?.place, { at: 'home' }, String(place));
  }
});

test('a long conversation forgets its beginning, and nothing that is still to be delivered', () => {
  const page = Page.talking();
  for (let n = 1; n <= ENTRIES_MAX + 5; n += 1) page.say(`message ${n}`);
  assert.equal(page.talk.entries.length, ENTRIES_MAX);
  assert.equal(page.reloaded().talk.outbox.items.length, ENTRIES_MAX + 5);
});

test('a key press writes the draft and nothing else', () => {
  const page = Page.over();
  const before = page.state;
  page.write('a');
  assert.deepEqual(NOUNS.filter((noun) => !isSame(noun, before, page.state)), ['draft']);
});
