// An address in a message: text, and a button that shows it whole; it is opened from there, and only then asked for.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { playedTalk, tell } from './played.mjs';
import { DESK, PHONE, isLookedAt, look, openStage, say } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

/** @param {Page} page @param {string} id */
const focused = (page, id) => page.waitForFunction((wanted) => document.activeElement?.id === wanted, id);

/** @param {Page} page */
const dialogOf = (page) => page.getByRole('dialog', { name: 'Open this link?' });

/**
 * Every request to anybody else, of this page and of the tabs that it opens, which get an answer from here.
 * @param {Page} page
 */
async function watched(page) {
  const own = new URL(stage.url).host;
  /** @type {{url: string, referer: string | undefined}[]} */
  const asked = [];
  await page.context().route((url) => url.host !== own, (route) => {
    const request = route.request();
    asked.push({ url: request.url(), referer: request.headers().referer });
    return route.fulfill({ contentType: 'text/html', body: '<title>there</title>' });
  });
  return asked;
}

const TEXT = 'Look at https://bücher.example/a?b#c, and at http://bank.example@evil.example/login.';

for (const [device, size] of /** @type {const} */ ([['phone', PHONE], ['desk', DESK]])) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    if (!isLookedAt(device, colorScheme)) continue;
    test(`a link on a ${device}, ${colorScheme}, is looked at first`, async () => {
      const { page, service } = await playedTalk(stage, { ...size, colorScheme });
      await tell({ page, service }, ['Hi', TEXT]);
      await say(page, 'I prefer https://example.org/');
      assert.equal(await page.locator('.bubble.them p').last().textContent(), TEXT);
      await look(page, `14-links-${device}-${colorScheme}`);
      await page.getByRole('button', { name: 'Look at the link to evil.example' }).click();
      await dialogOf(page).getByText('before the @').waitFor();
      await look(page, `14-link-${device}-${colorScheme}`);
      await page.context().close();
    });
  }
}

test('an address is asked for when it is opened and not before, by a tab that knows nothing of this one', async () => {
  const { page, service } = await playedTalk(stage);
  const asked = await watched(page);
  await tell({ page, service }, [TEXT]);
  const button = page.getByRole('button', { name: 'Look at the link to xn--bcher-kva.example' });
  await button.hover();
  await button.click();
  const dialog = dialogOf(page);
  await dialog.locator('#link-host').getByText('xn--bcher-kva.example', { exact: true }).waitFor();
  assert.equal(await dialog.locator('#linking-address').textContent(), 'https://xn--bcher-kva.example/a?b#c');
  await dialog.getByText('letters that can look like others').waitFor();
  const open = dialog.getByRole('link', { name: 'Open in a new tab' });
  assert.equal(await open.getAttribute('rel'), 'noopener noreferrer nofollow');
  await open.hover();
  assert.equal(asked.length, 0);
  const [tab] = await Promise.all([page.context().waitForEvent('page'), open.click()]);
  await tab.waitForFunction(() => document.title === 'there');
  assert.equal(tab.url(), 'https://xn--bcher-kva.example/a?b#c');
  assert.equal(await tab.evaluate(() => globalThis.opener), null);
  assert.equal(await tab.evaluate(() => document.referrer), '');
  assert.deepEqual(
    asked.map(({ url, referer }) => [url.replace(/#.*/, ''), referer]), [['https://xn--bcher-kva.example/a?b', undefined]],
  );
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await page.locator('a[href]:not([href="/privacy"])').count(), 0);
  await page.context().close();
});

test('by keyboard: to the link, a look, back again, and open', async () => {
  const { page, service } = await playedTalk(stage);
  const asked = await watched(page);
  await tell({ page, service }, ['https://example.org/one']);
  await page.keyboard.press('Shift+Tab');
  const button = page.getByRole('button', { name: 'Look at the link to example.org' });
  assert.ok(await button.evaluate((each) => each === document.activeElement));
  await page.keyboard.press('Enter');
  await focused(page, 'link-close');
  await page.keyboard.press('Enter');
  await dialogOf(page).waitFor({ state: 'hidden' });
  assert.equal(asked.length, 0, 'twice the same key opens nothing');
  assert.ok(await button.evaluate((each) => each === document.activeElement));
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await dialogOf(page).waitFor({ state: 'hidden' });
  assert.equal(await page.getByText('Press Esc once more').isVisible(), false);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  await focused(page, 'link-open');
  const [tab] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('Enter')]);
  await tab.waitForURL('https://example.org/one');
  await page.context().close();
});

test('the question goes with its conversation', async () => {
  const { page, service } = await playedTalk(stage);
  await tell({ page, service }, ['https://example.org/']);
  await page.getByRole('button', { name: 'Look at the link' }).click();
  service.send({ type: 'ended', c: 'c1', reason: 'lost', ticket: 't' });
  await page.getByRole('heading', { name: 'line broke' }).waitFor({ state: 'attached' });
  assert.ok(await dialogOf(page).isVisible(), 'what was said can still be looked at');
  await dialogOf(page).getByRole('button', { name: 'Not now' }).click();
  await page.getByRole('button', { name: 'Back to the start' }).click();
  assert.equal(await page.locator('.links').count(), 0);
  await page.context().close();
});
