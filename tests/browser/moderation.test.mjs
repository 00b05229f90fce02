// From what somebody says to the end of their ban, with nothing played: two pages, the operator's page, and the real
// service between them.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { accept, heard, meet, openStage, say } from './stage.mjs';
import { TOKEN, go, signIn } from './stand-in.mjs';

/** @typedef {import('playwright-core').Page} Page */

const CONTACT = 'help@edge.example';
const DAY_MS = 86_400_000;
/** How pages say a moment here. */
const LOCAL = Object.freeze({ locale: 'en-GB', timezoneId: 'UTC' });

/**
 * The service as it is told to be, for as long as the test takes.
 * @param {Record<string, string>} vars
 * @param {(stage: Awaited<ReturnType<typeof openStage>>) => Promise<void>} act
 */
async function on(vars, act) {
  const SEAL_KEY = randomBytes(32).toString('base64url');
  const stage = await openStage({ secrets: { SEAL_KEY, ADMIN_TOKEN: TOKEN }, vars });
  try {
    await act(stage);
  } finally {
    await stage.close();
  }
  assert.deepEqual(stage.complaints, []);
}

/** Somebody's look with a network of their own. @param {string} address */
const from = (address) => ({ ...LOCAL, extraHTTPHeaders: { 'cf-connecting-ip': address } });

/**
 * Within a minute of 24 hours from now, as the pages write it.
 * @param {string} words
 */
function isInADay(words) {
  const format = new Intl.DateTimeFormat(LOCAL.locale, { dateStyle: 'long', timeStyle: 'short', timeZone: LOCAL.timezoneId });
  return [-60_000, 0].some((ago) => words.includes(format.format(Date.now() + DAY_MS + ago)));
}

/**
 * Until when, and whom to ask, in this part of the page.
 * @param {Page} page
 * @param {'ending' | 'trouble'} part
 */
async function readsBan(page, part) {
  await page.locator(`#${part}-appeal`).waitFor();
  const words = await page.locator(`#${part}-detail`).textContent() ?? '';
  assert.ok(isInADay(words), words);
  const appeal = page.locator(`#${part}-appeal`).getByRole('link', { name: CONTACT });
  assert.equal(await appeal.getAttribute('href'), `mailto:${CONTACT}`);
}

/**
 * One says something, and the other reports it with that line and none of the rest.
 * @param {Page} accused
 * @param {Page} reporter
 */
async function report(accused, reporter) {
  await meet(accused, reporter);
  await say(accused, 'Good evening.');
  await say(accused, 'I know where you live.');
  await heard(reporter, 'I know where you live.');
  await reporter.getByRole('button', { name: 'Report or block' }).click();
  await reporter.getByRole('button', { name: 'Report…' }).click();
  const dialog = reporter.getByRole('dialog', { name: 'Report this person' });
  await dialog.getByLabel('Threats').check();
  await dialog.getByLabel('Stranger: I know where you live.').check();
  await dialog.getByLabel('Anything to add').fill('Out of nowhere.');
  await dialog.getByRole('button', { name: 'Send report' }).click();
  await reporter.getByRole('heading', { name: 'Thank you' }).waitFor();
  await accused.getByRole('heading', { name: 'The stranger left' }).waitFor();
}

test('a threat is reported, seen to be real, and banned; who is banned reads why not, until the ban is lifted', () => on({ CONTACT }, async (stage) => {
  const [accused, reporter] = [await stage.person(from('203.0.113.1')), await stage.person(from('203.0.113.2'))];
  await report(accused, reporter);
  // Somewhere in the middle of something else when it comes.
  await accused.getByRole('button', { name: 'Talk to someone new' }).click();
  await accused.getByRole('heading', { name: 'Looking for someone' }).waitFor();

  const desk = await stage.person({ ...LOCAL, path: '/admin' });
  await signIn(desk);
  await desk.locator('#open-count').getByText('1', { exact: true }).waitFor();
  await go(desk, 'Reports');
  const card = desk.locator('.card');
  await card.getByText('1 line, verified').waitFor();
  await card.getByText('Out of nowhere.').waitFor();
  await card.getByRole('button', { name: 'Show lines' }).click();
  await card.locator('.run.verified').getByText('I know where you live.').waitFor();
  assert.ok(!(await card.textContent() ?? '').includes('Good evening'), 'what was not ticked is nobody’s');
  await card.getByRole('button', { name: 'Ban…' }).click();
  assert.equal(await card.getByLabel('For how long').inputValue(), '24');
  await card.getByLabel('Reason').fill('Threats');
  await card.getByRole('button', { name: 'Ban', exact: true }).click();
  await card.getByText('Banned until').waitFor();

  await readsBan(accused, 'trouble');
  // Which still looks for somebody, and is turned away at the door.
  await accused.reload();
  await readsBan(accused, 'trouble');
  const other = await stage.person(from('203.0.113.1'));
  await accept(other);
  await other.getByRole('button', { name: 'Talk to someone' }).click();
  await readsBan(other, 'trouble');
  const third = await stage.person(from('203.0.113.3'));
  await meet(third, reporter);

  await go(desk, 'Bans');
  await desk.locator('.bar-item').getByText('Threats').waitFor();
  await desk.locator('.bar-item').getByRole('button', { name: 'Lift' }).click();
  await desk.getByRole('dialog').getByRole('button', { name: 'Lift' }).click();
  await desk.getByText('No ban is in force.').waitFor();
  for (const page of [accused, other]) await page.getByRole('button', { name: 'Try again' }).click();
  for (const page of [accused, other]) await page.getByText('You are talking to a stranger.').waitFor();
}));

test('a door that wants a proof of work is passed by doing it', () => on({ PROOF: 'pow' }, async (stage) => {
  /** @type {string[]} */
  const knocks = [];
  const page = await stage.person({
    prepare: async (fresh) => fresh.on('response', (response) => {
      const request = response.request();
      if (!response.url().endsWith('/enter') || request.method() !== 'POST') return;
      knocks.push(`${response.status()} ${'proof' in JSON.parse(request.postData() ?? '{}') ? 'with' : 'without'}`);
    }),
  });
  await accept(page);
  await page.getByRole('button', { name: 'Talk to someone' }).click();
  await page.getByRole('heading', { name: 'Looking for someone' }).waitFor();
  await page.waitForFunction(() => localStorage.getItem('edgewise.visitor') !== null);
  assert.deepEqual(knocks, ['401 without', '200 with']);
}));
