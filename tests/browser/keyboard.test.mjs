// Everything can be done without a pointer, and the focus is always where a person would go on.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accept, heard, meet, openStage } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

/**
 * @param {Page} page
 * @param {string} id
 */
const focused = (page, id) => page.waitForFunction((wanted) => document.activeElement?.id === wanted, id);

test('from the terms to a stranger, on to the next, and home again, by keyboard alone', async () => {
  const ann = await stage.person();
  await ann.locator('#gate').waitFor();
  await ann.keyboard.press('Tab');
  await focused(ann, 'accept');
  await ann.keyboard.press('Enter');
  await focused(ann, 'talk');
  await ann.keyboard.press('Enter');
  await focused(ann, 'seeking-title');

  const ben = await stage.person();
  await accept(ben);
  await ben.getByRole('button', { name: 'Talk to someone' }).click();
  await focused(ann, 'draft');
  await ann.keyboard.type('first line');
  await ann.keyboard.press('Shift+Enter');
  await ann.keyboard.type('second line');
  await ann.keyboard.press('Enter');
  await heard(ben, 'first line\nsecond line');
  assert.equal(await ann.locator('#draft').inputValue(), '');

  await ann.keyboard.press('Escape');
  await ann.getByText('Press Esc once more').waitFor();
  await ann.keyboard.type('no, I stay');
  await ann.getByText('Press Esc once more').waitFor({ state: 'detached' });
  await ann.keyboard.press('Escape');
  await ann.keyboard.press('Escape');
  await ben.getByRole('heading', { name: 'The stranger moved on' }).waitFor();
  await focused(ann, 'seeking-title');
  await ann.keyboard.press('Escape');
  await focused(ann, 'talk');
  await Promise.all([ann.context().close(), ben.context().close()]);
});

test('every control of a conversation is reached with Tab, in the order of the page', async () => {
  const ann = await stage.person();
  const ben = await stage.person();
  await meet(ann, ben);
  await focused(ann, 'draft');
  for (const id of ['scroll', 'next', 'leave', 'ask-block']) {
    await ann.keyboard.press('Shift+Tab');
    await focused(ann, id);
  }
  for (const id of ['leave', 'next', 'scroll', 'draft', 'send']) {
    await ann.keyboard.press('Tab');
    await focused(ann, id);
  }

  await ben.getByRole('button', { name: 'Leave' }).click();
  await ann.getByRole('heading', { name: 'The stranger left' }).waitFor();
  await ann.locator('#draft').focus();
  await ann.keyboard.press('Shift+Tab');
  await focused(ann, 'ask-block-after');
  await ann.keyboard.press('Shift+Tab');
  await focused(ann, 'ask-report-after');
  await ann.keyboard.press('Shift+Tab');
  await focused(ann, 'home-again');
  await ann.keyboard.press('Shift+Tab');
  await focused(ann, 'fresh');
  await ann.keyboard.press('Enter');
  await focused(ann, 'seeking-title');
  await Promise.all([ann.context().close(), ben.context().close()]);
});

test('the end of a conversation does not take the focus from somebody who writes', async () => {
  const ann = await stage.person();
  const ben = await stage.person();
  await meet(ann, ben);
  await ann.keyboard.type('I was');
  await ben.getByRole('button', { name: 'Leave' }).click();
  await ann.getByRole('heading', { name: 'The stranger left' }).waitFor();
  await ann.keyboard.type(' saying');
  assert.equal(await ann.locator('#draft').inputValue(), 'I was saying');
  await Promise.all([ann.context().close(), ben.context().close()]);
});

test('what comes in is said to who cannot see it', async () => {
  const ann = await stage.person();
  const ben = await stage.person();
  await meet(ann, ben);
  await ben.keyboard.type('Good evening');
  await ben.keyboard.press('Enter');
  const live = ann.locator('[aria-live="polite"]#heard');
  await live.getByText('Good evening').waitFor({ state: 'attached' });
  await ben.getByRole('button', { name: 'Leave' }).click();
  await live.getByText('The stranger left').waitFor({ state: 'attached' });
  await Promise.all([ann.context().close(), ben.context().close()]);
});

test('the focus can be seen, and everything to touch is large enough', async () => {
  const page = await stage.person({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const other = await stage.person();
  await meet(page, other);
  await other.getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('heading', { name: 'The stranger left' }).waitFor();
  for (const button of await page.locator('button:visible').all()) {
    const box = await button.boundingBox();
    assert.ok(box && box.width >= 44 && box.height >= 44, `${await button.textContent()}: ${JSON.stringify(box)}`);
  }
  await page.keyboard.press('Shift+Tab');
  const outline = await page.locator(':focus').evaluate((focus) => getComputedStyle(focus).outlineStyle);
  assert.equal(outline, 'solid');
  await Promise.all([page.context().close(), other.context().close()]);
});

test('what moves stands still with reduced motion', async () => {
  for (const [reducedMotion, moves] of /** @type {const} */ ([['no-preference', true], ['reduce', false]])) {
    const page = await stage.person({ reducedMotion });
    await accept(page);
    await page.getByRole('button', { name: 'Talk to someone' }).click();
    await page.getByRole('heading', { name: 'Looking for someone' }).waitFor();
    const states = await page.evaluate(() => document.getAnimations().map(({ playState }) => playState));
    assert.equal(states.includes('running'), moves, reducedMotion);
    await page.context().close();
  }
});
