// Whom a person would like to meet, on every screen that says so, and the question before a block: as screens.test.mjs
// looks at the rest. The service is played, so that each state stands still for its picture.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LOOKS, accept, look, openStage, played } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {Awaited<ReturnType<typeof played>>} Played */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

const TEN = [
  'jazz', 'old films', 'W'.repeat(32), 'שחמט', 'sourdough', 'موسيقى', 'the history of bridges', '将棋', 'Go', 'cats',
];

/** @param {import('./stage.mjs').Look} size */
async function visit(size) {
  /** @type {Played | undefined} */
  let service;
  const prepare = async (/** @type {Page} */ fresh) => { service = await played(fresh); };
  const page = await stage.person({ ...size, locale: 'en-GB', prepare });
  await accept(page);
  assert.ok(service);
  return { page, service };
}

/**
 * @param {Page} page
 * @param {readonly string[]} interests
 */
async function like(page, interests) {
  for (const interest of interests) {
    await page.locator('#interest').fill(interest);
    await page.locator('#interest').press('Enter');
  }
}

/** @type {import('./stage.mjs').Look} */
const NARROW = { viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true, colorScheme: 'light' };

for (const [tag, size] of [...LOOKS, /** @type {const} */ (['narrow-light', NARROW])]) {
  test(`interests, language and block, ${tag}`, async () => {
    const { page, service } = await visit(size);
    await look(page, `20-home-empty-${tag}`);
    await like(page, ['jazz', 'old films', 'chess']);
    await look(page, `21-home-three-${tag}`);
    await page.locator('#interest').fill('x'.repeat(40));
    await page.locator('#interest').press('Enter');
    await page.getByText('Too long').waitFor();
    await look(page, `22-home-fault-${tag}`);
    await page.locator('#interest').fill('');
    await page.getByRole('button', { name: 'Talk to someone' }).click();
    await service.heard('find');
    service.send({ type: 'waiting', widen_ms: 9_000, ticket: 't' });
    await page.getByText('In a few seconds we will look for anyone.').waitFor();
    await look(page, `23-seeking-first-${tag}`);
    service.send({ type: 'waiting', widen_ms: 0, ticket: 't' });
    await page.getByText('free right now').waitFor();
    await look(page, `24-seeking-anyone-${tag}`);
    service.send({ type: 'matched', conversation: 'c1', common: ['jazz', 'chess'], lang: 'en', ticket: 't' });
    await page.locator('#in-common').waitFor();
    await look(page, `25-greeting-${tag}`);
    service.send({ type: 'say', c: 'c1', n: 1, text: 'Hello! Who do you listen to?' });
    await page.locator('.bubble').waitFor();
    await look(page, `26-talk-${tag}`);
    await page.getByRole('button', { name: 'Report or block' }).click();
    await look(page, `27-block-${tag}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await page.getByRole('heading', { name: 'Blocked' }).waitFor();
    service.send({ type: 'ended', c: 'c1', reason: 'left', ticket: 't' });
    service.send({ type: 'done', re: 'block', c: 'c1', ticket: 't' });
    await look(page, `28-blocked-${tag}`);

    await page.getByRole('button', { name: 'Talk to someone new' }).click();
    await service.heard('find');
    service.send({ type: 'matched', conversation: 'c2', common: [], lang: null, ticket: 't' });
    await page.locator('#greeting').waitFor();
    service.send({ type: 'ended', c: 'c2', reason: 'left', ticket: 't' });
    await page.getByRole('button', { name: 'Block this person' }).waitFor();
    await look(page, `29-ended-${tag}`);
    await page.getByRole('button', { name: 'Block this person' }).click();
    await look(page, `29-block-after-${tag}`);
    await page.getByRole('button', { name: 'Not now' }).click();
    await page.getByRole('button', { name: 'Back to the start' }).click();
    await page.evaluate((kept) => localStorage.setItem('edgewise.interests', kept), JSON.stringify(TEN));
    await page.reload();
    await page.locator('.chip').nth(9).waitFor();
    await look(page, `30-home-ten-${tag}`);
    await like(page, ['one more']);
    await look(page, `31-home-full-${tag}`);
    await page.getByRole('button', { name: 'Talk to someone' }).click();
    await service.heard('find');
    service.send({ type: 'waiting', widen_ms: 9_000, ticket: 't' });
    await page.getByText('In a few seconds we will look for anyone.').waitFor();
    await look(page, `32-seeking-ten-${tag}`);
    service.send({ type: 'matched', conversation: 'c3', common: TEN, lang: 'en', ticket: 't' });
    await page.locator('#in-common').waitFor();
    await look(page, `33-greeting-ten-${tag}`);
    service.send({ type: 'ended', c: 'c3', reason: 'lost', ticket: 't' });
    service.send({ type: 'waiting', widen_ms: 0, ticket: 't' });
    await page.getByText('They were gone already').waitFor();
    await look(page, `34-seeking-on-${tag}`);
    await page.context().close();
  });
}
