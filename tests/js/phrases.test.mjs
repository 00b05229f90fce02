import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inCommon, search } from '../../static/js/phrases.js';
import { show } from '../../static/js/screen.js';
import { C, Page, resumed, welcome } from './play.mjs';

/** @param {string} text */
const plain = (text) => text.replace(/[\u2068\u2069]/g, '');

/**
 * @param {readonly string[]} interests
 * @param {string | null} lang
 * @param {Partial<{widen_ms: number | null, alone: boolean, long: boolean, ghost: boolean}>} [how]
 */
function words(interests, lang, how = {}) {
  const calm = { widen_ms: 0, alone: false, long: false, ghost: false };
  const { detail, more } = search({ interests, lang }, { ...calm, ...how });
  return plain(`${detail} ${more}`).trim();
}

test('while only who fits will do, the search says who that is and what comes next', () => {
  const narrow = { widen_ms: 9_000 };
  const next = 'In a few seconds we will look for anyone.';
  assert.equal(words(['jazz'], null, narrow), `First, someone who likes jazz. ${next}`);
  const both = 'First, someone who likes jazz or chess and speaks English.';
  assert.equal(words(['jazz', 'chess'], 'en', narrow), `${both} ${next}`);
  assert.equal(words([], 'fr', narrow), `First, someone who speaks French. ${next}`);
  assert.equal(words(['a', 'b', 'c'], null, narrow), `First, someone who likes a, b or c. ${next}`);
  assert.equal(words(['a', 'b', 'c', 'd'], null, narrow), `First, someone who shares one of your 4 interests. ${next}`);
  assert.match(words(['a'], null, { widen_ms: 60_000 }), /In a little while we/);
  assert.equal(words(['a'], null, { widen_ms: null }), 'First, someone who likes a.', 'no more than is known');
});

test('once anyone will do, the search says so', () => {
  assert.equal(words(['jazz'], null), 'No one who likes jazz is free right now. Looking for anyone.');
  assert.equal(words([], 'en'), 'No one who speaks English is free right now. Looking for anyone.');
  assert.match(words(['jazz'], null, { alone: true }), /^No one who likes jazz .* you are the only one here/);
  assert.match(words([], 'en', { alone: true }), /^You are the only one here/);
  assert.match(words(['jazz'], null, { long: true }), /^No one who likes jazz .* Two windows of one browser/);
  assert.doesNotMatch(words(['jazz'], null, { long: true, widen_ms: 9 }), /Two windows/);
});

test('who wants nobody in particular is told of nothing else', () => {
  for (const widen_ms of [null, 0, 9_000]) {
    assert.equal(words([], null, { widen_ms }), 'You will meet the next person who is free.');
  }
});

test('a search that goes on by itself says why', () => {
  assert.equal(words([], null, { ghost: true }), 'They were gone already; looking on.');
  assert.equal(words(['jazz'], null, { ghost: true }), 'They were gone already; looking on. Looking for anyone.');
  const narrow = words(['a'], null, { ghost: true, widen_ms: 9 });
  assert.equal(narrow, 'They were gone already; looking on. First, someone who likes a.');
});

test('what two people share is said in this person’s spelling', () => {
  assert.equal(plain(inCommon(['Jazz', 'chess'], 'en')), 'You both like Jazz and chess. You both speak English.');
  assert.equal(plain(inCommon(['Jazz'], null)), 'You both like Jazz.');
  assert.equal(inCommon([], 'en'), 'You both speak English.');
  assert.equal(inCommon([], null), '');
});

test('a word that runs from right to left stands isolated', () => {
  assert.equal(inCommon(['שחמט'], null), 'You both like \u2068שחמט\u2069.');
});

test('what is shared stays on show over a refresh, and comes with a conversation that was missed', () => {
  /** @param {Page} page */
  const shared = (page) => plain(show(page.state).talk?.inCommon ?? '');
  const page = Page.seeking().hear({ type: 'matched', conversation: C, common: ['Jazz'], lang: 'en' });
  const fresh = page.reloaded().hear(welcome('talking')).hear(resumed());
  assert.equal(shared(fresh), 'You both like Jazz. You both speak English.');
  const missed = Page.seeking().do({ type: 'down', code: 1006, reason: '' }).ring('rest').hear(welcome('talking'));
  missed.hear({ type: 'resumed', conversation: C, common: ['Jazz'], partner: 'here' });
  assert.equal(shared(missed), 'You both like Jazz.');
});
