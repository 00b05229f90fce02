// Two people talk through the real service.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accept, banned, heard, meet, openStage, say } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

async function pair() {
  const ann = await stage.person();
  const ben = await stage.person();
  await meet(ann, ben);
  return { ann, ben, part: () => Promise.all([ann.context().close(), ben.context().close()]) };
}

/**
 * @param {Page} page
 * @param {string} text
 * @param {string} mark
 */
const marked = (page, text, mark) =>
  page.locator(`.bubble.me[data-mark="${mark}"] p`).getByText(text, { exact: true }).waitFor();

// The first test of all: a stream that went away counts until the service has written to it twice.
test('the number of people here is shown and goes on', async () => {
  const ann = await stage.person();
  await ann.getByText('Just you here now').waitFor();
  const ben = await stage.person();
  await ann.getByText('2 here now', { exact: true }).waitFor();
  await meet(ann, ben);
  await ann.getByText('2 here now, 2 talking').waitFor();
  await Promise.all([ann.context().close(), ben.context().close()]);
});

test('the terms come first, once', async () => {
  const page = await stage.person();
  await page.getByText('You are 18 or older.').waitFor();
  assert.ok(await page.locator('#talk').isHidden());
  await accept(page);
  await page.getByRole('button', { name: 'Talk to someone' }).waitFor();
  await page.waitForFunction(() => localStorage.getItem('edgewise.terms') !== null);
  await page.reload();
  await page.getByRole('button', { name: 'Talk to someone' }).waitFor();
  await page.context().close();
});

test('messages arrive, in order, and are marked seen', async () => {
  const { ann, ben, part } = await pair();
  await say(ann, 'Hello');
  await heard(ben, 'Hello');
  await marked(ann, 'Hello', 'seen');
  for (let n = 1; n <= 12; n += 1) await say(ben, `line ${n}`);
  await heard(ann, 'line 12');
  const lines = await ann.locator('.bubble.them p').allTextContents();
  assert.deepEqual(lines, Array.from({ length: 12 }, (_, index) => `line ${index + 1}`));
  await part();
});

test('what looks like markup or like a frame is text', async () => {
  const { ann, ben, part } = await pair();
  const nasty = '<img src=x onerror="document.title=1"><b>hi</b> {"type":"ended"}';
  await say(ann, nasty);
  await heard(ben, nasty);
  assert.equal(await ben.locator('.bubble img, .bubble b').count(), 0);
  await part();
});

test('the longest message arrives whole, and one character more does not leave', async () => {
  const { ann, ben, part } = await pair();
  const longest = '😀'.repeat(2_000);
  await ann.getByLabel('Your message').fill(`${longest}!`);
  await ann.getByText('1 too many').waitFor();
  await ann.getByLabel('Your message').press('Enter');
  await ann.getByText('Too long to send').waitFor();
  await say(ann, longest);
  await heard(ben, longest);
  await part();
});

test('a message is delivered to a page out of sight, and seen once it is looked at', async () => {
  const { ann, ben, part } = await pair();
  /** @param {'hidden' | 'visible'} to */
  const turn = (to) => ben.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, to);
  await turn('hidden');
  await say(ann, 'Are you there?');
  await marked(ann, 'Are you there?', 'delivered');
  await ben.waitForFunction(() => document.title === '(1) Edgewise');
  await turn('visible');
  await marked(ann, 'Are you there?', 'seen');
  await ben.waitForFunction(() => document.title === 'Edgewise');
  await part();
});

test('typing shows while somebody types, and goes when they stop', async () => {
  const { ann, ben, part } = await pair();
  await ann.getByLabel('Your message').fill('I am');
  await ben.locator('#typing').waitFor();
  await ann.getByLabel('Your message').fill('');
  await ben.locator('#typing').waitFor({ state: 'hidden' });
  await ann.getByLabel('Your message').fill('I am here');
  await ben.locator('#typing').waitFor();
  await ann.getByLabel('Your message').press('Enter');
  await heard(ben, 'I am here');
  await ben.locator('#typing').waitFor({ state: 'hidden' });
  await part();
});

test('who reads further up is not pulled down, but told of new messages', async () => {
  const { ann, ben, part } = await pair();
  for (let n = 1; n <= 15; n += 1) await say(ben, `line ${n}\nwith a second one\nand a third`);
  await ann.locator('.bubble.them').nth(14).waitFor();
  const scroll = ann.locator('#scroll');
  const fromEnd = () => scroll.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
  assert.ok((await fromEnd()) < 2, 'the newest message is in sight');
  // A hand goes on until the page has come along: the event of a scroll is a frame late.
  await ann.waitForFunction(() => new Promise((settled) => {
    const box = /** @type {Element} */ (document.querySelector('#scroll'));
    box.scrollTop = 0;
    requestAnimationFrame(() => requestAnimationFrame(() => settled(box.scrollTop === 0)));
  }));
  await say(ben, 'news');
  await ann.getByRole('button', { name: 'New messages' }).click();
  await ann.getByRole('button', { name: 'New messages' }).waitFor({ state: 'hidden' });
  assert.ok((await fromEnd()) < 2);
  await part();
});

test('whoever leaves is known on both sides', async () => {
  const { ann, ben, part } = await pair();
  await ann.getByRole('button', { name: 'Leave' }).click();
  await ann.getByRole('heading', { name: 'You left' }).waitFor();
  await ben.getByRole('heading', { name: 'The stranger left' }).waitFor();
  await part();
});

test('next goes on to somebody new and leaves nothing of the last conversation', async () => {
  const { ann, ben, part } = await pair();
  await say(ann, 'Goodbye');
  await heard(ben, 'Goodbye');
  await ann.getByRole('button', { name: 'Next' }).click();
  await ben.getByRole('heading', { name: 'The stranger moved on' }).waitFor();
  const cleo = await stage.person();
  await accept(cleo);
  await cleo.getByRole('button', { name: 'Talk to someone' }).click();
  for (const page of [ann, cleo]) await page.getByText('You are talking to a stranger.').waitFor();
  assert.equal(await ann.locator('.bubble').count(), 0);
  await say(cleo, 'Nice to meet you');
  await heard(ann, 'Nice to meet you');
  await cleo.context().close();
  await part();
});

test('what was not sent when the partner left stays in the composer', async () => {
  const { ann, ben, part } = await pair();
  await ann.getByLabel('Your message').fill('One more thing');
  await ben.getByRole('button', { name: 'Leave' }).click();
  await ann.getByRole('heading', { name: 'The stranger left' }).waitFor();
  await ann.getByLabel('Your message').press('Enter');
  await ann.getByText('Your words stay here').waitFor();
  assert.equal(await ann.getByLabel('Your message').inputValue(), 'One more thing');
  await part();
});

test('who is kept out is told so, and until when', async () => {
  const page = await stage.person({ prepare: banned });
  await accept(page);
  await page.getByRole('button', { name: 'Talk to someone' }).click();
  await page.getByRole('heading', { name: 'You cannot come in for now' }).waitFor();
  await page.getByText('2031').waitFor();
  await page.getByRole('button', { name: 'Back to the start' }).click();
  await page.getByRole('button', { name: 'Talk to someone' }).waitFor();
  await page.context().close();
});
