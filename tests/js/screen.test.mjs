import assert from 'node:assert/strict';
import { test } from 'node:test';
import { show } from '../../static/js/screen.js';
import { C, Page, resumed, welcome } from './play.mjs';

/** @param {Page} page */
const screen = (page) => show(page.state);

/** @param {Page} page */
function talk(page) {
  const shown = screen(page).talk;
  assert.ok(shown);
  return shown;
}

test('each place has its screen', () => {
  assert.equal(screen(Page.booted({ accepted: null })).name, 'gate');
  assert.equal(screen(Page.booted()).name, 'home');
  assert.equal(screen(Page.seeking()).name, 'seeking');
  assert.equal(screen(Page.talking()).name, 'talk');
  assert.equal(screen(Page.over()).name, 'talk');
  const refused = Page.booted().do({ type: 'talk' }).do({ type: 'refused', code: 'banned', retry_ms: null, until: 17 });
  assert.equal(screen(refused).name, 'trouble');
});

test('a number that is not known is not shown', () => {
  const page = Page.booted();
  assert.equal(screen(page).people, '');
  page.do({ type: 'counts', counts: { online: 12, waiting: 1, chatting: 10 } });
  assert.equal(screen(page).people, '12 here now, 10 talking');
  page.do({ type: 'counts', counts: { online: 1, waiting: 1, chatting: 0 } });
  assert.equal(screen(page).people, 'Just you here now');
  assert.equal(screen(page.do({ type: 'counts', counts: null })).people, '');
});

test('nobody who talks is told to be alone', () => {
  const counts = { online: 1, waiting: 1, chatting: 0 };
  assert.equal(screen(Page.talking().do({ type: 'counts', counts })).people, '');
});

test('who waits alone is told so', () => {
  const page = Page.seeking().do({ type: 'counts', counts: { online: 1, waiting: 1, chatting: 0 } });
  assert.match(screen(page).seeking.detail, /only one here/);
});

test('the wait says what it waits for', () => {
  const page = Page.booted().do({ type: 'talk' });
  assert.equal(screen(page).seeking.detail, 'Opening a line.');
  page.do({ type: 'refused', code: 'paused', retry_ms: 100, until: null });
  assert.match(screen(page).seeking.detail, /short break/);
  const paused = Page.seeking().hear({ type: 'waiting', widen_ms: 9 });
  paused.hear({ type: 'error', code: 'paused', re: 'find' });
  assert.match(screen(paused).seeking.detail, /keep your place/);
});

test('who left, and why, in plain words', () => {
  /** @param {string} reason */
  const title = (reason) => talk(Page.over(reason)).over?.title;
  assert.equal(title('left'), 'The stranger left');
  assert.equal(title('next'), 'The stranger moved on');
  assert.equal(title('lost'), 'The stranger’s line broke');
  assert.equal(title('eclipse'), 'The conversation is over');
  assert.equal(talk(Page.talking().do({ type: 'stop' })).over?.title, 'You left');
  assert.match(talk(Page.talking().do({ type: 'down', code: 4409, reason: '' })).over?.detail ?? '', /newer window/);
});

test('the line’s state is in plain words', () => {
  const page = Page.talking();
  assert.equal(talk(page).status, 'With a stranger');
  assert.equal(talk(page.do({ type: 'down', code: 1006, reason: '' })).status, 'Coming back…');
  assert.match(talk(page).broken?.words ?? '', /^Your line is down/);
  page.ring('rest').hear(welcome('talking')).hear(resumed());
  assert.equal(talk(page).status, 'With a stranger');
  assert.equal(talk(page).broken, null);
});

test('an away partner’s time runs down in words', () => {
  const page = Page.talking().hear({ type: 'partner', c: C, state: 'away', grace_ms: 60_000 });
  const words = 'They have lost their line; holding their seat for';
  assert.deepEqual(talk(page).broken, { words, countdown: '60 s' });
  for (let second = 0; second < 20; second += 1) page.ring('grace');
  assert.deepEqual(talk(page).broken, { words, countdown: '40 s' });
  for (let second = 0; second < 40; second += 1) page.ring('grace');
  assert.match(talk(page).broken?.words ?? '', /did not come back/);
});

test('what the end of a conversation left undelivered says so, and whether it was on its way', () => {
  const page = Page.talking().say('on its way').do({ type: 'down', code: 1006, reason: '' }).say('written too late');
  page.ring('rest').hear(welcome());
  assert.deepEqual(talk(page).bubbles.map(({ mark, markWords }) => [mark, markWords]), [
    ['lost', 'May not have arrived: the chat ended first'], ['lost', 'Not delivered: the chat ended first'],
  ]);
});

test('who waits long is told that two windows of one browser never meet', () => {
  assert.match(screen(Page.seeking().ring('long')).seeking.detail, /one browser/);
});

test('a conversation without its beginning says so', () => {
  const page = Page.talking();
  for (let n = 1; n <= 500; n += 1) page.hear({ type: 'say', c: C, n, text: 'a' });
  assert.equal(talk(page).shortened, false);
  page.hear({ type: 'say', c: C, n: 501, text: 'a' });
  assert.equal(talk(page).shortened, true);
  assert.equal(talk(page).bubbles.length, 500);
});

test('the counter appears near the limit and counts characters as the service does', () => {
  assert.equal(talk(Page.talking().write('😀'.repeat(1_799))).counter, '');
  assert.equal(talk(Page.talking().write('😀'.repeat(1_800))).counter, '200 left');
  assert.equal(talk(Page.talking().write('a\r\n'.repeat(1_000))).counter, '0 left');
  const over = talk(Page.talking().write('😀'.repeat(2_003)));
  assert.deepEqual([over.counter, over.tooLong, over.canSend], ['3 too many', true, false]);
});

test('nothing can be sent before there is something, or after the end', () => {
  assert.ok(!talk(Page.talking()).canSend);
  assert.ok(!talk(Page.talking().write('  ')).canSend);
  assert.ok(talk(Page.talking().write('a')).canSend);
  assert.ok(!talk(Page.over().write('a')).canSend);
});

test('the title tells what happened while nobody looked', () => {
  const page = Page.seeking().do({ type: 'visible', on: false });
  page.hear({ type: 'matched', conversation: C, common: [], lang: null });
  assert.equal(screen(page).title, 'Someone is here · Edgewise');
  page.hear({ type: 'say', c: C, n: 1, text: 'a' }).hear({ type: 'say', c: C, n: 2, text: 'b' });
  assert.equal(screen(page).title, '(2) Edgewise');
  page.hear({ type: 'ended', c: C, reason: 'left' });
  assert.equal(screen(page).title, 'The stranger left · Edgewise');
  assert.equal(screen(page.do({ type: 'visible', on: true })).title, 'Edgewise');
});

test('emoji alone are shown large, words and digits are not', () => {
  const page = Page.talking().say('👩‍👩‍👧‍👦').say('🙂🙂').say('7').say('ok 🙂');
  assert.deepEqual(talk(page).bubbles.map(({ big }) => big), [true, true, false, false]);
});

test('a ban says when it ends', () => {
  const page = Page.booted().do({ type: 'talk' });
  page.do({ type: 'refused', code: 'banned', retry_ms: null, until: Date.UTC(2027, 0, 3) });
  assert.match(screen(page).trouble.detail, /2027/);
});
