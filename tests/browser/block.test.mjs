// A block: two taps, or a few keys, in a conversation and after it; kept until the service has it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { playedTalk } from './played.mjs';
import { PHONE, openStage } from './stage.mjs';

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

/** @param {import('./stage.mjs').Look} [look] */
const talking = (look) => playedTalk(stage, look);

test('two taps block the partner, and the conversation is over at once', async () => {
  const { page, service } = await talking(PHONE);
  await page.getByRole('button', { name: 'Report or block' }).tap();
  const dialog = page.getByRole('dialog', { name: 'Report or block this person?' });
  await dialog.getByText('you will not meet this person again').waitFor();
  for (const button of await dialog.getByRole('button').all()) {
    const box = await button.boundingBox();
    assert.ok(box && box.width >= 44 && box.height >= 44);
  }
  await dialog.getByRole('button', { name: 'Block' }).tap();
  await page.getByRole('heading', { name: 'Blocked' }).waitFor();
  await page.locator('#ending').getByText('You will not meet this person again.').waitFor();
  assert.deepEqual(await service.heard('block'), { type: 'block', c: 'c1' });
  assert.equal(await page.getByRole('button', { name: 'Block this person' }).isVisible(), false);
  const heard = page.locator('#heard').getByText('Blocked. You will not meet this person again.');
  await heard.waitFor({ state: 'attached' });
  await page.context().close();
});

test('a block by keyboard alone, and the way back from the question', async () => {
  const { page, service } = await talking();
  await focused(page, 'draft');
  for (const id of ['scroll', 'next', 'leave', 'ask-block']) {
    await page.keyboard.press('Shift+Tab');
    await focused(page, id);
  }
  await page.keyboard.press('Enter');
  await focused(page, 'block');
  await page.keyboard.press('Escape');
  await focused(page, 'ask-block');
  assert.equal(await page.getByText('Press Esc once more').isVisible(), false, 'that Escape was for the question');
  await page.keyboard.press('Enter');
  await focused(page, 'block');
  await page.keyboard.press('Tab');
  await focused(page, 'ask-report');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await service.heard('block');
  await focused(page, 'fresh');
  await page.context().close();
});

test('a block after the end, and the question outlives an end that comes meanwhile', async () => {
  const { page, service } = await talking();
  await page.getByRole('button', { name: 'Report or block' }).click();
  service.send({ type: 'ended', c: 'c1', reason: 'next', ticket: 't' });
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/^You will not meet this person again\.$/).waitFor();
  await dialog.getByRole('button', { name: 'Not now' }).click();
  await page.getByRole('heading', { name: 'The stranger moved on' }).waitFor();
  await page.getByRole('button', { name: 'Block this person' }).click();
  await dialog.getByRole('button', { name: 'Block' }).click();
  await page.getByRole('heading', { name: 'Blocked' }).waitFor();
  await service.heard('block');
  await focused(page, 'fresh');
  await page.context().close();
});

test('a block that the service has not confirmed is said again after a reload', async () => {
  const { page, service } = await talking();
  await page.getByRole('button', { name: 'Report or block' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await service.heard('block');
  await page.reload();
  await page.getByRole('heading', { name: 'Blocked' }).waitFor();
  assert.deepEqual(await service.heard('block'), { type: 'block', c: 'c1' });
  service.send({ type: 'done', re: 'block', c: 'c1', ticket: 't2' });
  await page.waitForFunction(() => JSON.parse(sessionStorage.getItem('edgewise.place') ?? '').filings.length === 0);
  await page.context().close();
});

test('a service that would not take the block is not spoken for', async () => {
  const { page, service } = await talking();
  await page.getByRole('button', { name: 'Report or block' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await service.heard('block');
  service.send({ type: 'error', code: 'unknown_type', re: 'block', c: 'c1' });
  assert.deepEqual(await service.heard('stop'), { type: 'stop', c: 'c1' });
  await page.locator('#ending').getByText('could not note the block').waitFor();
  await page.context().close();
});
