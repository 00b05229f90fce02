// An operator at work on the real service, and the people who notice it.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { accept, heard, meet, openStage, say } from './stage.mjs';
import { TOKEN, signIn } from './stand-in.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** A newcomer who was turned away tries again within 15 s, and may just have been. */
const COMES_AGAIN_MS = 40_000;

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => {
  const SEAL_KEY = randomBytes(32).toString('base64url');
  stage = await openStage({ secrets: { SEAL_KEY, ADMIN_TOKEN: TOKEN } });
});
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

/** At the desk, with matching as it is. @param {'Matching is on' | 'Matching is paused'} [matching] */
async function operator(matching = 'Matching is on') {
  const page = await stage.person({ path: '/admin' });
  await signIn(page);
  await page.getByRole('heading', { name: matching }).waitFor();
  return page;
}

/**
 * A number of the desk, once it is this one.
 * @param {Page} page
 * @param {string} id
 * @param {number} value
 */
const counts = (page, id, value) => page.locator(`#${id}`, { hasText: new RegExp(`^${value}$`) }).waitFor();

/**
 * @param {Page} page
 * @param {string} id
 */
const numberOf = async (page, id) => Number((await page.locator(`#${id}`).textContent())?.replaceAll(',', ''));

/**
 * @param {Page} page
 * @param {'Pause' | 'Resume'} what
 */
async function turn(page, what) {
  await page.getByRole('button', { name: `${what} matching` }).click();
  await page.getByRole('dialog').getByRole('button', { name: what }).click();
}

/** @param {readonly Page[]} pages */
const part = (...pages) => Promise.all(pages.map((page) => page.context().close()));

test('a wrong token stays outside, the right one leads in, and only this tab remembers it', async () => {
  const page = await stage.person({ path: '/admin' });
  await signIn(page, 'another-token-of-24-characters');
  await page.getByText('That is not the token').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'token');
  await signIn(page);
  await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Matching is on' }).waitFor();

  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await tab.getByLabel('Token').waitFor();
  assert.ok(await tab.locator('#desk').isHidden());

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.reload();
  await page.getByLabel('Token').waitFor();
  await part(page);
});

test('the numbers follow two people who meet, talk and part', async () => {
  const desk = await operator();
  const before = { matches: await numberOf(desk, 'matches'), messages: await numberOf(desk, 'messages') };
  const ann = await stage.person();
  const ben = await stage.person();
  await accept(ann);
  await ann.getByRole('button', { name: 'Talk to someone' }).click();
  await counts(desk, 'waiting', 1);
  await accept(ben);
  await ben.getByRole('button', { name: 'Talk to someone' }).click();
  await counts(desk, 'chatting', 2);
  await counts(desk, 'waiting', 0);
  await counts(desk, 'matches', before.matches + 1);
  await desk.getByRole('row', { name: /^main-1/ }).waitFor();

  await ann.getByText('You are talking to a stranger.').waitFor();
  await say(ann, 'Nobody but Ben reads this');
  await heard(ben, 'Nobody but Ben reads this');
  await counts(desk, 'messages', before.messages + 1);
  assert.ok(!(await desk.content()).includes('Nobody but Ben'));

  await ann.getByRole('button', { name: 'Leave' }).click();
  await counts(desk, 'chatting', 0);
  await desk.locator('#ends tr', { hasText: 'left' }).locator('.count', { hasText: /^[1-9]/ }).waitFor();
  await part(desk, ann, ben);
});

test('an announcement reaches every page as the preview showed it, and goes from it when it is retracted', async () => {
  const desk = await operator();
  const ann = await stage.person();
  await accept(ann);
  const text = 'A break at 22:00 <b>tonight</b>.\nConversations go on.';
  await desk.getByLabel('Text').fill(text);
  await desk.getByRole('radio', { name: 'Warning' }).check();
  await desk.getByLabel('Ends').selectOption('1');
  const preview = await desk.locator('#preview-frame .announcement').evaluate((row) => row.outerHTML);
  await desk.getByRole('button', { name: 'Announce', exact: true }).click();
  await desk.locator('#note').getByText('on show').waitFor();

  const row = ann.locator('.announcement', { hasText: 'tonight' });
  await row.waitFor();
  assert.equal(await row.locator('p').textContent(), text);
  assert.equal(await row.locator('b').count(), 0);
  // On the page each is named, for its button to say which one it hides.
  const shown = await row.evaluate((card) => card.outerHTML.replaceAll(/ (?:id|aria-describedby)="announcement-\d+"/g, ''));
  assert.equal(shown, preview);
  const late = await stage.person();
  await late.locator('.announcement', { hasText: 'tonight' }).waitFor();

  const item = desk.locator('.item', { hasText: 'tonight' });
  // In an hour, which late in the evening is tomorrow.
  await item.getByText(/until (.+, )?\d\d:\d\d/).waitFor();
  await item.getByRole('button', { name: 'Retract' }).click();
  await desk.getByRole('dialog').getByRole('button', { name: 'Retract' }).click();
  for (const page of [ann, late]) await page.locator('.announcement').waitFor({ state: 'detached' });
  await item.waitFor({ state: 'detached' });
  await part(desk, ann, late);
});

test('a pause is told to who waits and spares who talks, and when it is over people meet', async () => {
  const desk = await operator();
  const [cleo, dan] = [await stage.person(), await stage.person()];
  await meet(cleo, dan);
  const ann = await stage.person();
  await accept(ann);
  await ann.getByRole('button', { name: 'Talk to someone' }).click();
  await counts(desk, 'waiting', 1);

  await turn(desk, 'Pause');
  await desk.getByRole('heading', { name: 'Matching is paused' }).waitFor();
  await ann.getByText('Matching is paused for a moment. You keep your place.').waitFor();
  await say(cleo, 'Still here?');
  await heard(dan, 'Still here?');
  const ben = await stage.person();
  await accept(ben);
  await ben.locator('#home-note').getByText('short break').waitFor();
  await ben.getByRole('button', { name: 'Talk to someone' }).click();
  await ben.locator('#seeking-detail').getByText('short break').waitFor();
  const second = await operator('Matching is paused');

  await turn(desk, 'Resume');
  await desk.getByRole('heading', { name: 'Matching is on' }).waitFor();
  await second.getByRole('heading', { name: 'Matching is on' }).waitFor();
  for (const page of [ann, ben]) {
    await page.getByText('You are talking to a stranger.').waitFor({ timeout: COMES_AGAIN_MS });
  }
  await part(desk, second, ann, ben, cleo, dan);
});
