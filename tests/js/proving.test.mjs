import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHECK_MS, LATE_MS, ROUNDS_MAX } from '../../static/js/proving.js';
import { show } from '../../static/js/screen.js';
import { appealOf } from '../../static/js/appeals.js';
import { C, Page } from './play.mjs';

const CHALLENGE = {
  algorithm: 'SHA-256', challenge: 'c'.repeat(64), maxnumber: 100_000, salt: 'salt', signature: 'd'.repeat(64),
};
const WORK = /** @type {const} */ ({ proof: 'pow', challenge: CHALLENGE });
const TURNSTILE = /** @type {const} */ ({ proof: 'turnstile', siteKey: '0x4A' });
const ENTRY = { pass: 'pass', lobby: 'lobby', visitor: 'visitor' };

/** @param {import('../../static/js/proof/challenge.js').Demand} [demand] */
const asked = (demand = WORK) => Page.booted().do({ type: 'talk' }).do({ type: 'demanded', demand });
/** @param {Page} page */
const entering = (page) => page.effects.filter((effect) => effect.do === 'enter');
/** @param {Page} page */
const check = (page) => show(page.state).check;

test('a proof of work is made, and shown with the same wish', () => {
  const page = asked();
  assert.deepEqual(page.effects, [
    { do: 'prove', challenge: CHALLENGE }, { do: 'timer', name: 'check', ms: LATE_MS },
  ]);
  assert.equal(page.state.place.at, 'seeking');
  page.do({ type: 'proved', proof: 'made' });
  assert.deepEqual(page.effects, [
    { do: 'timer', name: 'check', ms: null }, { do: 'enter', visitor: null, pass: null, proof: 'made' },
  ]);
  page.do({ type: 'entered', ...ENTRY });
  assert.ok(page.effects.some((effect) => effect.do === 'connect'));
});

test('the third proof that is not taken is the last, until the person tries again', () => {
  const page = asked();
  for (let round = 1; round < ROUNDS_MAX; round += 1) {
    page.do({ type: 'proved', proof: 'wrong' }).do({ type: 'demanded', demand: WORK });
    assert.equal(page.state.line.way.at, 'proving', `after ${round}`);
  }
  page.do({ type: 'proved', proof: 'wrong' }).do({ type: 'demanded', demand: WORK });
  assert.deepEqual(page.state.line.way, { at: 'refused', why: 'proof_invalid', until: null });
  assert.ok(!page.effects.some((effect) => effect.do === 'prove' || effect.do === 'rest'));
  const { name, trouble } = show(page.state);
  assert.equal(name, 'trouble');
  assert.match(trouble.detail, /three times/);
  page.do({ type: 'talk' });
  assert.deepEqual(entering(page), [{ do: 'enter', visitor: null, pass: null }]);
  assert.equal(page.do({ type: 'demanded', demand: WORK }).state.line.way.at, 'proving');
});

test('a puzzle without a solution is answered with a wish for another, three times at most', () => {
  const page = asked();
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    page.do({ type: 'unproved', fault: 'failed' });
    assert.deepEqual(entering(page), [{ do: 'enter', visitor: null, pass: null }]);
    page.do({ type: 'demanded', demand: WORK });
  }
  assert.equal(page.state.line.way.at, 'refused');
});

test('who stops looking stops the work too, and hears nothing of it later', () => {
  const page = asked().do({ type: 'stop' });
  assert.ok(page.effects.some((effect) => effect.do === 'unprove'));
  assert.equal(page.state.place.at, 'home');
  const { state } = page;
  for (const event of /** @type {const} */ ([
    { type: 'proved', proof: 'late' }, { type: 'unproved', fault: 'failed' }, { type: 'proving', part: 0.5 },
    { type: 'reprove' }, { type: 'demanded', demand: WORK }, { type: 'timer', name: 'check' },
  ])) {
    assert.deepEqual(page.do(event).state, state, event.type);
    assert.deepEqual(page.effects, [], event.type);
  }
  page.do({ type: 'talk' });
  assert.equal(entering(page).length, 1);
});

test('wanting in while a proof is made changes nothing', () => {
  const page = asked();
  for (const event of /** @type {const} */ ([{ type: 'wake' }, { type: 'talk' }, { type: 'doubt' }])) {
    const { state } = page;
    assert.deepEqual(page.do(event).state, state);
    assert.deepEqual(page.effects, []);
  }
});

test('a pass that ran out in a conversation is renewed with a proof, and the conversation is kept', () => {
  const page = Page.talking();
  page.state = { ...page.state, line: { ...page.state.line, ticket: 'ticket', visitor: 'visitor' } };
  page.do({ type: 'down', code: 4401, reason: '' });
  page.do({ type: 'demanded', demand: WORK });
  assert.equal(page.state.place.at, 'talking');
  assert.equal(show(page.state).talk?.status, 'Coming back…');
  assert.match(check(page)?.words ?? '', /not a bot/);
  page.do({ type: 'proved', proof: 'made' }).do({ type: 'entered', ...ENTRY });
  const [hello] = page.effects.flatMap((effect) => (effect.do === 'connect' ? [effect.hello] : []));
  assert.ok(hello && 'ticket' in hello);
  assert.equal(page.talk.c, C);
});

test('a conversation that waits for a check says that it does not come back by itself', () => {
  const page = Page.talking();
  page.do({ type: 'down', code: 4401, reason: '' });
  assert.match(show(page.state).talk?.broken?.words ?? '', /by itself/);
  page.do({ type: 'demanded', demand: TURNSTILE });
  assert.match(show(page.state).talk?.broken?.words ?? '', /after the check/);
});

test('who came when all was full enters again, and makes a proof for it', () => {
  const page = asked().do({ type: 'proved', proof: 'made' }).do({ type: 'entered', ...ENTRY });
  page.do({ type: 'down', code: 4503, reason: '50' }).ring('rest').do({ type: 'demanded', demand: WORK });
  assert.equal(page.state.line.way.at, 'proving');
  assert.equal(page.state.line.way.at === 'proving' && page.state.line.way.rounds, 1);
});

test('a conversation ends when the door stays shut', () => {
  const page = Page.talking();
  page.do({ type: 'down', code: 4401, reason: '' });
  for (let round = 0; round <= ROUNDS_MAX; round += 1) {
    page.do({ type: 'demanded', demand: WORK }).do({ type: 'proved', proof: 'wrong' });
  }
  assert.equal(page.state.place.at, 'over');
});

test('how far the work is stands on the screen, and that it takes long', () => {
  const page = asked().do({ type: 'proving', part: 0.314 });
  assert.equal(check(page)?.percent, 31);
  assert.equal(check(page)?.more, '');
  assert.match(check(page.ring('check'))?.more ?? '', /larger/);
  page.do({ type: 'proved', proof: 'made' });
  assert.equal(check(page), null);
});

test('a check by others is shown, and its token is the proof', () => {
  const page = asked(TURNSTILE);
  assert.deepEqual(page.effects, [{ do: 'timer', name: 'check', ms: CHECK_MS }]);
  assert.deepEqual(check(page)?.frame, { siteKey: '0x4A', turn: '1.0' });
  assert.match(check(page)?.words ?? '', /Cloudflare/);
  page.do({ type: 'proved', proof: 'token' });
  assert.deepEqual(entering(page), [{ do: 'enter', visitor: null, pass: null, proof: 'token' }]);
});

test('the site key that the door told before counts where the refusal has none', () => {
  const page = Page.booted().do({ type: 'asked', terms: '1', paused: false, siteKey: 'old' }).do({ type: 'talk' });
  page.do({ type: 'demanded', demand: { proof: 'turnstile', siteKey: null } });
  assert.equal(check(page)?.frame?.siteKey, 'old');
  const lost = asked({ proof: 'turnstile', siteKey: null });
  assert.deepEqual(lost.state.line.way, { at: 'refused', why: 'proof_required', until: null });
});

test('a check that came to nothing has words, waits for the person, and is a new one then', () => {
  const words = new Set();
  for (const fault of /** @type {const} */ (['blocked', 'failed', 'expired', 'timeout', 'unsupported'])) {
    const page = asked(TURNSTILE).do({ type: 'unproved', fault });
    assert.deepEqual(page.effects, [{ do: 'timer', name: 'check', ms: null }]);
    assert.ok(check(page)?.again);
    assert.equal(check(page)?.frame, null);
    words.add(check(page)?.more);
    assert.equal(page.do({ type: 'proved', proof: 'late' }).state.line.way.at, 'proving');
    page.do({ type: 'reprove' });
    assert.deepEqual(page.effects, [{ do: 'timer', name: 'check', ms: CHECK_MS }]);
    assert.deepEqual(check(page)?.frame, { siteKey: '0x4A', turn: '1.1' });
  }
  assert.equal(words.size, 5);
});

test('a goodbye that needs a proof is said without a word, or asks for the person wherever they are', () => {
  const page = Page.talking();
  page.do({ type: 'down', code: 4401, reason: '' }).do({ type: 'demanded', demand: WORK });
  page.do({ type: 'stop' }).do({ type: 'home' });
  assert.equal(page.state.place.at, 'home');
  assert.equal(page.state.line.way.at, 'proving');
  assert.equal(check(page), null);
  page.do({ type: 'proved', proof: 'wrong' }).do({ type: 'demanded', demand: TURNSTILE });
  assert.ok(check(page)?.frame);
});

test('a check that nobody answers runs out', () => {
  const page = asked(TURNSTILE).ring('check');
  assert.match(check(page)?.more ?? '', /too long/);
});

test('a token that is longer than the service reads is no proof', () => {
  assert.ok(check(asked(TURNSTILE).do({ type: 'proved', proof: 't'.repeat(2_049) }))?.again);
  assert.equal(entering(asked(TURNSTILE).do({ type: 'proved', proof: 't'.repeat(2_048) })).length, 1);
});

test('a ban says until when, and whom to ask', () => {
  const until = Date.UTC(2031, 4, 1, 12);
  const page = Page.booted().do({ type: 'asked', terms: '1', paused: false, contact: 'old@edge.example' });
  page.do({ type: 'talk' });
  const refused = /** @type {const} */ ({ type: 'refused', code: 'banned', retry_ms: null, until });
  page.do(refused);
  assert.match(show(page.state).trouble.detail, /2031/);
  assert.equal(show(page.state).trouble.appeal?.href, 'mailto:old@edge.example');
  page.do({ type: 'talk' }).do({ ...refused, contact: 'https://edge.example/appeal' });
  assert.equal(show(page.state).trouble.appeal?.href, 'https://edge.example/appeal');
  assert.ok(!page.effects.some((effect) => effect.do === 'rest' || effect.do === 'enter'));
  assert.equal(entering(page.do({ type: 'talk' })).length, 1);
});

test('a ban in the middle of a conversation ends it, and says the same', () => {
  const page = Page.talking().do({ type: 'asked', terms: '1', paused: false, contact: 'help@edge.example' });
  page.do({ type: 'down', code: 4403, reason: String(Date.UTC(2031, 4, 1, 12)) });
  const { talk } = show(page.state);
  assert.match(talk?.over?.detail ?? '', /suspended.*2031/);
  assert.equal(talk?.appeal?.text, 'help@edge.example');
  const { trouble } = show({ ...page.state, place: { ...Page.seeking().state.place } });
  assert.match(trouble.detail, /2031/);
  assert.equal(trouble.appeal?.text, 'help@edge.example');
});

test('only a ban can be appealed', () => {
  const page = Page.booted().do({ type: 'asked', terms: '1', paused: false, contact: 'help@edge.example' });
  page.do({ type: 'talk' }).do({ type: 'refused', code: 'forbidden_origin', retry_ms: null, until: null });
  assert.equal(show(page.state).trouble.appeal, null);
});

test('a contact is a link only where it is an address', () => {
  /** @type {[string, string | null][]} */
  const contacts = [
    ['help@edge.example', 'mailto:help@edge.example'], ['a+b&c@edge.example', 'mailto:a%2Bb%26c@edge.example'],
    ['https://edge.example/appeal?x=1', 'https://edge.example/appeal?x=1'], ['http://edge.example', null],
    ['javascript:alert(1)', null], ['https://', null], ['help@edge.example?subject=x', null],
    ['@edge on the net', null], ['help@edge', null], ['call 555', null],
  ];
  for (const [contact, href] of contacts) {
    assert.equal(appealOf(contact)?.href, href, contact);
    assert.equal(appealOf(contact)?.text, contact);
  }
  assert.equal(appealOf(null), null);
});
