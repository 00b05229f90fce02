// What the page says of itself, in a real browser: what is kept there, for how long, and how to be rid of it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, PHONE, heard, isLookedAt, look, meet, openStage, say } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

/** The names of all that the browser keeps for the page. @param {Page} page */
const kept = (page) => page.evaluate(async () => ({
  local: Object.keys(localStorage).sort(),
  session: Object.keys(sessionStorage).sort(),
  cookies: document.cookie,
  databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length,
}));

/** The names that the page about it lists. */
async function listed() {
  const page = await stage.person({ path: '/privacy' });
  const names = async (/** @type {string} */ id) => (await page.locator(`#${id} code`).allTextContents()).sort();
  const lists = { local: await names('kept-for-good'), session: await names('kept-for-the-tab') };
  await page.context().close();
  return lists;
}

/** Two in the midst of a conversation, one with something to hide from, and all that can be kept kept. */
async function inConversation() {
  const [ann, ben] = [await stage.person(), await stage.person()];
  await ann.evaluate(() => localStorage.setItem('edgewise.dismissed', '[]'));
  await ann.reload();
  await ann.getByRole('button', { name: /18 or older/ }).click();
  await ann.getByLabel('Things you like').fill('tea');
  await ann.getByLabel('Things you like').press('Enter');
  // Taken back, since both would wait for somebody who likes the same.
  await ann.getByLabel('Things you like').press('Backspace');
  await ann.getByLabel('Language').selectOption('');
  await meet(ann, ben);
  await say(ben, 'Something that nobody else is to know');
  await heard(ann, 'Something that nobody else is to know');
  await ann.getByLabel('Your message').fill('Not sent yet');
  return { ann, ben };
}

test('what the browser keeps is what the page lists, and for as long as it says', async () => {
  const lists = await listed();
  const { ann, ben } = await inConversation();
  const nothing = { cookies: '', databases: 0, caches: 0 };
  assert.deepEqual(await kept(ann), { ...lists, ...nothing });
  const said = () => ann.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  assert.match(await said(), /nobody else is to know/);
  await ann.getByLabel('Your message').fill('');
  await ann.getByRole('button', { name: 'Leave' }).click();
  await ann.getByRole('button', { name: 'Back to the start' }).click();
  await ann.locator('#home').waitFor();
  assert.doesNotMatch(await said(), /nobody else is to know|Not sent yet/);
  assert.deepEqual(await kept(ann), {
    local: lists.local,
    session: lists.session.filter((name) => name !== 'edgewise.transcript' && name !== 'edgewise.draft'),
    ...nothing,
  });
  await Promise.all([ann.context().close(), ben.context().close()]);
});

test('what ends with the tab ends with the tab', async () => {
  const { ann, ben } = await inConversation();
  const { local } = await kept(ann);
  const context = ann.context();
  await ann.close();
  const page = await context.newPage();
  await page.goto(`${stage.url}/privacy`);
  assert.deepEqual({ ...await kept(page) }, { local, session: [], cookies: '', databases: 0, caches: 0 });
  await Promise.all([context.close(), ben.context().close()]);
});

test('who throws away what the browser keeps is somebody new', async () => {
  const { ann, ben } = await inConversation();
  const visitor = () => ann.evaluate(() => localStorage.getItem('edgewise.visitor'));
  const before = await visitor();
  assert.ok(before);
  await ann.goto(`${stage.url}/privacy`);
  await ann.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await ann.goto(stage.url);
  await ann.getByRole('button', { name: /18 or older/ }).click();
  await ann.getByRole('button', { name: 'Talk to someone' }).click();
  await ann.getByRole('heading', { name: 'Looking for someone' }).waitFor();
  const now = await visitor();
  assert.ok(now !== null && now !== before);
  await Promise.all([ann.context().close(), ben.context().close()]);
});

for (const [device, size] of /** @type {const} */ ([['phone', PHONE], ['desk', DESK]])) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    if (!isLookedAt(device, colorScheme)) continue;
    test(`the page about it is easy to read on a ${device}, ${colorScheme}, without scripts`, async () => {
      const page = await stage.person({ ...size, colorScheme, path: '/privacy' });
      assert.equal(await page.locator('script').count(), 0);
      await look(page, `14-privacy-${device}-${colorScheme}`, true);
      await page.context().close();
    });
  }
}

test('the way there and back is a link', async () => {
  const page = await stage.person();
  await page.getByRole('link', { name: 'what is kept' }).click();
  await page.getByRole('heading', { name: 'What is kept, and what is not' }).waitFor();
  await page.getByRole('link', { name: 'Back to Edgewise' }).click();
  await page.getByRole('button', { name: /18 or older/ }).click();
  await page.getByRole('link', { name: 'What is kept' }).click();
  await page.getByRole('heading', { name: 'What is kept, and what is not' }).waitFor();
  await page.context().close();
});
