// What only a service that matches by interests and keeps blocks can show: people with pages of their own who look for
// somebody in particular, widen, block, and do not meet again.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accept, heard, openStage, say } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

/** Longer than a search takes to widen. */
const WIDE_MS = 45_000;

/**
 * Somebody about to look for a partner with these interests, in this language.
 * @param {string} interests
 * @param {string} [lang]
 */
async function person(interests, lang = 'en') {
  const page = await stage.person({ locale: 'en-GB' });
  await accept(page);
  await page.locator('#interest').fill(interests);
  await page.locator('#lang').selectOption(lang);
  return page;
}

/** @param {Page} page */
async function seek(page) {
  await page.getByRole('button', { name: 'Talk to someone' }).click();
  await page.locator('#seeking-detail, #greeting').filter({ hasNotText: /^Opening a line|^$/ }).first().waitFor();
}

/** @param {Page[]} pages */
const close = (pages) => Promise.all(pages.map((page) => page.context().close()));

test('of two who wait, the one who shares an interest is met', async () => {
  const [chess, jazz, ann] = [await person('chess'), await person('jazz'), await person('old films, Jazz')];
  for (const page of [chess, jazz]) {
    await seek(page);
    await page.getByText('we will look for anyone').waitFor();
  }
  await seek(ann);
  await ann.locator('#in-common').getByText(/^You both like .?Jazz.?\./).waitFor();
  await jazz.locator('#in-common').getByText(/^You both like .?jazz.?\./).waitFor();
  assert.ok(await chess.locator('#seeking').isVisible());
  await close([chess, jazz, ann]);
});

test('who shares nothing with anybody is told so, and then meets anybody', async () => {
  const [ann, ben] = [await person('jazz'), await person('chess', 'fr')];
  for (const page of [ann, ben]) await seek(page);
  await ann.getByText(/^First, someone who likes .?jazz.? and speaks English\.$/).waitFor();
  for (const page of [ann, ben]) await page.locator('#greeting').waitFor({ timeout: WIDE_MS });
  assert.equal(await ann.locator('#in-common').textContent(), '');
  await close([ann, ben]);
});

test('a wait that nobody ends widens, and says so', async () => {
  const ann = await person('a very rare hobby');
  await seek(ann);
  await ann.getByText('In a few seconds we will look for anyone.').waitFor();
  await ann.getByText(/^No one who likes/).waitFor({ timeout: WIDE_MS });
  await ann.getByText(/^Looking for anyone/).waitFor();
  await close([ann]);
});

test('a change of mind while waiting finds who fits now', async () => {
  const [ben, ann] = [await person('chess'), await person('jazz')];
  for (const page of [ben, ann]) await seek(page);
  await ann.getByText('we will look for anyone').waitFor();
  await ann.getByText('Change what to look for').click();
  await ann.locator('#interest').fill('chess');
  await ann.locator('#interest').press('Enter');
  await ben.locator('#in-common').getByText(/You both like/).waitFor();
  await close([ann, ben]);
});

test('who was blocked is not met again, on this visit and the next', async () => {
  const [ann, ben] = [await person('', ''), await person('', '')];
  for (const page of [ann, ben]) await seek(page);
  for (const page of [ann, ben]) await page.locator('#greeting').waitFor();
  await say(ben, 'Boo');
  await heard(ann, 'Boo');
  await ann.getByRole('button', { name: 'Report or block' }).click();
  await ann.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await ann.getByRole('heading', { name: 'Blocked' }).waitFor();
  await ben.getByRole('heading', { name: 'The stranger left' }).waitFor();
  await ann.waitForFunction(() => JSON.parse(sessionStorage.getItem('edgewise.place') ?? '').filings.length === 0);
  await ann.locator('#ending-detail').getByText('You will not meet this person again.').waitFor();

  // Recent partners do not meet at once in any case; that a block outlasts that is shown in the real runtime. Here: that
  // the next visit brings it along.
  for (const page of [ann, ben]) await page.getByRole('button', { name: 'Talk to someone new' }).click();
  for (const page of [ann, ben]) await page.locator('#seeking-detail').getByText(/No one|next|only/).waitFor();
  const later = await ann.context().newPage();
  const entering = later.waitForRequest((request) => request.url().endsWith('/enter') && request.method() === 'POST');
  await ann.close();
  await later.goto(stage.url);
  await later.getByRole('button', { name: 'Talk to someone' }).click();
  const brought = (await entering).postDataJSON();
  assert.ok(brought.visitor && brought.memory.length > 0, 'as the same visitor, with what that visitor remembers');
  await later.locator('#seeking-detail').getByText(/No one|next|only/).waitFor();
  const cleo = await person('', '');
  await seek(cleo);
  await Promise.all([ben.locator('#greeting').waitFor(), cleo.locator('#greeting').waitFor()]);
  await close([later, ben, cleo]);
});
