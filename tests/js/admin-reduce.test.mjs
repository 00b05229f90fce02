import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TIMER } from '../../static/js/admin/state.js';
import { NOTE, Operator, TOKEN, no, yes } from './admin-play.mjs';
import { stats } from './admin-samples.mjs';

const QUIET = ['stats null', 'list null', 'peek null'];

test('without a token nothing is asked', () => {
  const operator = Operator.booted();
  assert.equal(operator.state.session.at, 'out');
  assert.deepEqual(operator.effects, []);
});

test('a token opens the door and is kept once the service takes it', () => {
  const operator = Operator.booted().do({ type: 'signIn', token: ` ${TOKEN}\n` });
  assert.equal(operator.effect('stats').token, TOKEN);
  assert.equal(operator.state.session.at, 'trying');
  operator.stats();
  assert.equal(operator.state.session.at, 'in');
  assert.deepEqual(operator.effect('keep'), { do: 'keep', token: TOKEN });
  assert.deepEqual(operator.asked, ['keep', 'list null', 'list', 'peek null', 'peek', 'stats 2000']);
});

test('a wrong token stays outside and is not kept', () => {
  const operator = Operator.booted().do({ type: 'signIn', token: 'wrong' }).stats(no('unauthorized'));
  assert.equal(operator.state.session.at, 'out');
  assert.deepEqual(operator.effects, []);
  operator.do({ type: 'signIn', token: TOKEN }).stats();
  assert.equal(operator.state.session.at, 'in');
});

test('an empty field is no token', () => {
  const operator = Operator.booted().do({ type: 'signIn', token: '  ' });
  assert.deepEqual(operator.effects, []);
  assert.equal(operator.screen.door.title, 'There is no token yet');
});

test('after too many wrong tokens the door counts down and stays shut until then', () => {
  const operator = Operator.booted().do({ type: 'signIn', token: 'wrong' }).stats(no('slow_down', { retry_ms: 2_500 }));
  assert.deepEqual(operator.asked, ['second 1000']);
  assert.equal(operator.screen.door.countdown, 'Try again in 3 s.');
  assert.ok(operator.screen.door.shut);
  operator.pass(1_000).ring(TIMER.second);
  assert.equal(operator.screen.door.countdown, 'Try again in 2 s.');
  assert.deepEqual(operator.asked, ['second 1000']);
  assert.deepEqual(operator.do({ type: 'signIn', token: TOKEN }).effects, []);
  operator.pass(1_500).ring(TIMER.second);
  assert.deepEqual(operator.asked, ['second null']);
  assert.equal(operator.screen.door.countdown, 'You can try again now.');
  operator.do({ type: 'signIn', token: TOKEN });
  assert.equal(operator.effect('stats').token, TOKEN);
});

test('a token of this tab leads straight in', () => {
  const operator = Operator.booted(TOKEN);
  assert.equal(operator.screen.name, 'desk');
  assert.deepEqual(operator.asked, ['stats null', 'stats', 'list null', 'list', 'peek null', 'peek']);
});

test('numbers are asked for two seconds after they came, announcements after ten', () => {
  const operator = Operator.booted(TOKEN).stats();
  assert.deepEqual(operator.asked, ['keep', 'stats 2000'], 'each answer is a use of the token');
  assert.equal(operator.effect('keep').token, TOKEN);
  operator.listed([]);
  assert.deepEqual(operator.asked, ['list 10000']);
  assert.deepEqual(operator.ring(TIMER.stats).asked, ['stats null', 'stats']);
  assert.deepEqual(operator.ring(TIMER.list).asked, ['list null', 'list']);
});

test('a page out of sight asks for nothing, and for everything when it is seen again', () => {
  const operator = Operator.inside().do({ type: 'visible', on: false });
  assert.deepEqual(operator.asked, QUIET);
  assert.deepEqual(operator.ring(TIMER.stats).effects, []);
  assert.deepEqual(operator.ring(TIMER.list).effects, []);
  const all = ['stats null', 'stats', 'list null', 'list', 'peek null', 'peek'];
  assert.deepEqual(operator.do({ type: 'visible', on: true }).asked, all);
});

test('an answer that comes while nobody looks is taken, and asks for no other', () => {
  const operator = Operator.inside().ring(TIMER.stats).do({ type: 'visible', on: false });
  operator.stats(yes(stats({ online: 77 })));
  assert.equal(operator.state.stats?.online, 77);
  assert.deepEqual(operator.asked, ['keep']);
});

test('without a connection the numbers stay, and the service is asked ever more slowly', () => {
  const operator = Operator.inside();
  operator.pass(2_000).ring(TIMER.stats).stats(no('unreachable'));
  assert.deepEqual(operator.effects, [{ do: 'rest', name: 'stats', attempt: 0 }]);
  operator.ring(TIMER.stats).stats(no('unreachable'));
  assert.deepEqual(operator.effects, [{ do: 'rest', name: 'stats', attempt: 1 }]);
  assert.ok(operator.screen.stale);
  assert.equal(operator.state.stats?.online, 12);
  operator.ring(TIMER.stats).stats();
  assert.ok(!operator.screen.stale);
  operator.ring(TIMER.stats).stats(no('unreachable'));
  assert.deepEqual(operator.effects, [{ do: 'rest', name: 'stats', attempt: 0 }]);
});

test('when the network returns the service is asked at once', () => {
  const operator = Operator.inside();
  assert.deepEqual(operator.do({ type: 'wake' }).effects, []);
  operator.ring(TIMER.stats).stats(no('unreachable'));
  assert.deepEqual(operator.do({ type: 'wake' }).asked, ['stats null', 'stats', 'list null', 'list']);
});

test('a service that asks for patience is spared for as long as it says', () => {
  const operator = Operator.inside().ring(TIMER.stats).stats(no('slow_down', { retry_ms: 3_000 }));
  assert.deepEqual(operator.asked, ['second 1000']);
  assert.equal(operator.screen.link?.countdown, '3 s');
  assert.deepEqual(operator.do({ type: 'wake' }).effects, []);
  operator.pass(1_000).ring(TIMER.second);
  assert.deepEqual(operator.asked, ['second 1000']);
  operator.pass(2_000).ring(TIMER.second);
  assert.deepEqual(operator.asked, ['stats null', 'stats', 'list null', 'list', 'second null']);
});

test('patience that ends out of sight asks for nothing before the page is seen', () => {
  const operator = Operator.inside().ring(TIMER.stats).stats(no('slow_down', { retry_ms: 3_000 }));
  operator.do({ type: 'visible', on: false }).pass(3_000).ring(TIMER.second);
  assert.deepEqual(operator.asked, ['second null']);
  assert.ok(operator.do({ type: 'visible', on: true }).asked.includes('stats'));
});

test('a token that is not good any more leads back to the door and says why', () => {
  for (const code of ['unauthorized', 'not_found']) {
    const operator = Operator.inside().write({ text: 'half written' }).ring(TIMER.stats).stats(no(code));
    assert.equal(operator.screen.name, 'door');
    assert.notEqual(operator.screen.door.title, '');
    assert.deepEqual(operator.asked, ['keep', ...QUIET]);
    assert.equal(operator.effect('keep').token, null);
    operator.do({ type: 'signIn', token: TOKEN }).stats();
    assert.equal(operator.screen.draft.text, 'half written', 'what was written is still there');
  }
});

test('who signs out leaves nothing behind', () => {
  const operator = Operator.inside([NOTE]).write({ text: 'half written' }).do({ type: 'signOut' });
  assert.equal(operator.screen.name, 'door');
  assert.equal(operator.screen.door.title, '');
  assert.equal(operator.state.stats, null);
  assert.equal(operator.state.draft.text, '');
  assert.equal(operator.effect('keep').token, null);
});

test('an answer to somebody who has signed out is no answer', () => {
  const operator = Operator.inside();
  const { turn, link } = operator.state;
  operator.do({ type: 'signOut' });
  operator.do({ type: 'stats', turn, asked: link.asked, answer: yes(stats()) });
  operator.do({ type: 'announced', turn, answer: yes(NOTE) });
  assert.equal(operator.state.stats, null);
  assert.equal(operator.screen.name, 'door');
});

test('an answer to one token does not let another one in', () => {
  const operator = Operator.booted(TOKEN);
  const { turn } = operator.state;
  operator.do({ type: 'signOut' }).do({ type: 'signIn', token: 'wrong' });
  operator.do({ type: 'stats', turn, asked: operator.state.link.asked, answer: yes(stats()) });
  assert.equal(operator.state.session.at, 'trying');
});

test('a late answer does not undo a newer one', () => {
  const operator = Operator.inside().ring(TIMER.stats);
  const { turn, link, list } = operator.state;
  operator.do({ type: 'switched', turn, answer: yes(true) });
  assert.deepEqual(operator.asked, ['stats null', 'stats', 'list null', 'list']);
  operator.do({ type: 'stats', turn, asked: link.asked, answer: yes(stats({ paused: false })) });
  assert.equal(operator.screen.matching.paused, true);
  operator.do({ type: 'listed', turn, asked: list.asked, answer: yes([NOTE]) });
  assert.deepEqual(operator.state.list.items, []);
});
