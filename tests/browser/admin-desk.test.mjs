// How the operator's page behaves: by keyboard, out of sight, without a connection, and towards texts that mean harm.
// The service is played, and the page's clock moves when told.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AT, ends, lobby, refusals, stats } from '../js/admin-samples.mjs';
import { TOKEN, openStandIn, signIn } from './stand-in.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStandIn>>} */
let stand;
before(async () => { stand = await openStandIn(); });
after(async () => {
  await stand.close();
  assert.deepEqual(stand.complaints, []);
});

const NOTE = Object.freeze({ id: 'x1', severity: /** @type {const} */ ('info'), text: 'A quiet note.', until: null });

/** The page's clock stands, and goes on by `runFor`. @param {Page} page */
const still = async (page) => {
  await page.clock.install({ time: AT });
  await page.clock.pauseAt(AT + 1_000);
};

/** @param {Page} page @param {string} id */
const focused = (page, id) => page.waitForFunction((wanted) => document.activeElement?.id === wanted, id);

/** @param {Page} page @param {string} name */
const focusedOn = (page, name) =>
  page.waitForFunction((wanted) => document.activeElement?.textContent?.trim() === wanted, name);

/**
 * @param {Page} page
 * @param {'hidden' | 'visible'} to
 */
const turn = (page, to) => page.evaluate((state) => {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}, to);

test('from the door to a retracted announcement and a pause, by keyboard alone', async () => {
  const { page, service } = await stand.operator();
  await page.keyboard.press('Tab');
  await focused(page, 'token');
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await page.getByText('That is not the token').waitFor();
  await focused(page, 'token');
  // What was typed is selected: the next token replaces it.
  await page.keyboard.type(TOKEN);
  await page.keyboard.press('Enter');
  await focused(page, 'desk-title');

  await page.keyboard.press('Tab');
  await focused(page, 'ask-pause');
  await page.keyboard.press('Enter');
  await focused(page, 'no');
  await page.keyboard.press('Escape');
  await focused(page, 'ask-pause');
  await page.keyboard.press('Enter');
  await focused(page, 'no');
  await page.keyboard.press('Shift+Tab');
  await focused(page, 'yes');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Matching is paused' }).waitFor();
  assert.ok(service.stats.paused);

  await page.getByLabel('Text').focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.type('A break');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await focused(page, 'announce');
  await page.keyboard.press('Enter');
  await page.locator('.item').waitFor();
  assert.deepEqual(service.announcements, [{ id: 'a1', severity: 'warning', text: 'A break', until: null }]);

  await page.getByRole('button', { name: 'Retract' }).focus();
  await page.keyboard.press('Enter');
  await focused(page, 'no');
  await page.keyboard.press('Enter');
  await focusedOn(page, 'Retract');
  await page.keyboard.press('Enter');
  await focused(page, 'no');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.locator('.item').waitFor({ state: 'detached' });
  await focused(page, 'announcements-title');
  assert.deepEqual(service.announcements, []);
  await page.context().close();
});

test('Enter in a field announces nothing, and what is critical is asked for twice', async () => {
  const { page, service } = await stand.operator();
  await signIn(page);
  await page.getByText('None is in force.').waitFor();
  await page.getByLabel('Text').fill('A break');
  await page.getByLabel('Ends').selectOption('at');
  await page.getByLabel('Date and time of the end').fill('2099-01-01T00:00');
  await page.getByLabel('Date and time of the end').press('Enter');
  await page.getByRole('radio', { name: 'Critical' }).check();
  await page.getByRole('radio', { name: 'Critical' }).press('Enter');
  // Whatever these keys had asked for would be on its way before this.
  await page.getByRole('button', { name: 'Announce', exact: true }).press('Enter');
  await page.getByRole('dialog').getByText('Everybody with the page open will be told at once').waitFor();
  await page.keyboard.press('Enter');
  await focused(page, 'announce');
  assert.ok(!service.asked.includes('POST /admin/announcements'));
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Tell all' }).click();
  await page.locator('#note').getByText('on show').waitFor();
  assert.equal(service.announcements.length, 1);
  await focused(page, 'text');
  await page.context().close();
});

test('what is wrong takes the focus to its field', async () => {
  const { page } = await stand.operator();
  await signIn(page);
  await page.getByRole('button', { name: 'Announce', exact: true }).click();
  await focused(page, 'text');
  assert.equal(await page.getByLabel('Text').getAttribute('aria-invalid'), 'true');
  await page.getByLabel('Text').fill('A break');
  await page.getByLabel('Ends').selectOption('at');
  await page.getByRole('button', { name: 'Announce', exact: true }).click();
  await focused(page, 'moment');
  const described = await page.locator('#moment').getAttribute('aria-describedby');
  assert.ok(described?.split(' ').includes('zone'));
  await page.locator('#zone').getByText('Time zone: UTC').waitFor();
  await page.context().close();
});

test('a page out of sight asks for nothing, and at once when it is seen again', async () => {
  const { page, service } = await stand.operator({ prepare: still });
  await signIn(page);
  await page.getByText('None is in force.').waitFor();
  service.stats = stats({ online: 13 });
  await page.clock.runFor(2_000);
  await page.locator('#online').getByText('13').waitFor();
  await turn(page, 'hidden');
  const asked = service.asked.length;
  await page.clock.runFor(120_000);
  assert.equal(service.asked.length, asked);
  service.stats = stats({ online: 14 });
  await turn(page, 'visible');
  await page.locator('#online').getByText('14').waitFor();
  await page.context().close();
});

test('without a connection the numbers stay, and come back by themselves', async () => {
  const { page, service } = await stand.operator();
  await signIn(page);
  await page.getByText('None is in force.').waitFor();
  await page.getByLabel('Text').fill('half written');
  service.down = true;
  await page.locator('#link').getByText(/^No connection since \d\d:\d\d:\d\d\. Trying again by itself\.$/).waitFor();
  assert.equal(await page.locator('#online').textContent(), '12');
  await page.locator('#status').getByText('As of').waitFor();
  service.stats = stats({ online: 15 });
  service.down = false;
  await page.locator('#online').getByText('15').waitFor();
  await page.locator('#link').waitFor({ state: 'hidden' });
  assert.equal(await page.getByLabel('Text').inputValue(), 'half written');
  await page.context().close();
});

test('after too many wrong tokens the door counts down, and opens again', async () => {
  const { page, service } = await stand.operator({ prepare: still });
  service.refuse['*'] = { status: 429, body: { code: 'slow_down', retry_ms: 3_000 } };
  await signIn(page);
  await page.getByText('Try again in 3 s.').waitFor();
  service.refuse = {};
  await page.getByLabel('Token').press('Enter');
  await page.clock.runFor(1_000);
  await page.getByText('Try again in 2 s.').waitFor();
  assert.deepEqual(service.asked, ['GET /admin/stats'], 'nothing is sent while the service does not listen');
  await page.clock.runFor(2_000);
  await page.getByText('You can try again now.').waitFor();
  await page.getByLabel('Token').press('Enter');
  await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
  await page.context().close();
});

test('who is thrown out finds what was written after signing in again', async () => {
  const { page, service } = await stand.operator();
  await signIn(page);
  await page.getByLabel('Text').fill('half written');
  service.refuse['*'] = { status: 401, body: { code: 'unauthorized' } };
  await page.getByText('You were signed out').waitFor();
  await focused(page, 'token');
  service.refuse = {};
  await signIn(page);
  await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
  assert.equal(await page.getByLabel('Text').inputValue(), 'half written');
  await page.context().close();
});

test('the token is kept for the tab alone, never in an address, and is gone after signing out', async () => {
  const { page, service } = await stand.operator();
  await signIn(page);
  await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
  const kept = () => page.evaluate(() => {
    return { tab: Object.values(sessionStorage), browser: Object.values(localStorage) };
  });
  const { tab, browser } = await kept();
  assert.deepEqual([tab.map((text) => JSON.parse(text).token), browser], [[TOKEN], []]);
  assert.equal(await page.locator('#token').inputValue(), '');
  assert.ok(service.asked.every((each) => !each.includes(TOKEN)));
  await page.reload();
  await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await focused(page, 'token');
  assert.deepEqual(await kept(), { tab: [], browser: [] });
  await page.context().close();
});

test('what looks like markup is text, wherever it comes from', async () => {
  const nasty = '<img src=x onerror="document.title=1"><b>hi</b>\n\u202e<script>document.title=2</script>';
  const { page, service } = await stand.operator();
  service.announcements = [{ ...NOTE, text: nasty }, { ...NOTE, id: '"><img src=x>', text: 'x'.repeat(500) }];
  service.stats = stats({
    lobbies: [lobby({ lobby: nasty, paused: true })], ends: ends({ [nasty]: 3 }), refusals: refusals({ [nasty]: 4 }),
  });
  await signIn(page);
  await page.locator('.item').nth(1).waitFor();
  await page.getByLabel('Text').fill(nasty);
  await page.locator('#preview-frame').getByText('<b>hi</b>').waitFor();
  await page.locator('.item').first().getByRole('button', { name: 'Retract' }).click();
  assert.equal(await page.locator('#asking-quote').textContent(), nasty);
  await page.getByRole('button', { name: 'Keep it' }).click();
  service.refuse['POST /admin/announcements'] = { status: 400, body: { code: 'bad_request', detail: nasty } };
  await page.getByRole('button', { name: 'Announce', exact: true }).click();
  await page.locator('#form-fault').getByText('onerror').waitFor();
  assert.equal(await page.locator('.item p').first().textContent(), nasty);
  assert.equal(await page.locator('#lobbies th span').first().textContent(), nasty);
  assert.equal(await page.locator('main img, main b, main script, dialog img').count(), 0);
  assert.equal(await page.title(), 'Operator · Edgewise');
  await page.context().close();
});

test('numbers that change are not read out, and what the operator brings about is, once', async () => {
  const { page, service } = await stand.operator({ prepare: still });
  await signIn(page);
  await page.getByText('None is in force.').waitFor();
  await page.evaluate(() => {
    const spoken = /** @type {string[]} */ ([]);
    Object.assign(globalThis, { spoken });
    for (const live of document.querySelectorAll('[aria-live], [role="alert"], [role="status"]')) {
      new MutationObserver(() => spoken.push(live.textContent ?? '')).observe(live, { childList: true, subtree: true });
    }
  });
  const spoken = () => page.evaluate('spoken');
  for (let online = 20; online < 25; online += 1) {
    service.stats = stats({ online, at: AT + online * 1_000 });
    await page.clock.runFor(2_000);
    await page.locator('#online').getByText(String(online)).waitFor();
  }
  assert.deepEqual(await spoken(), []);
  await page.getByLabel('Text').fill('Hello');
  await page.getByRole('button', { name: 'Announce', exact: true }).click();
  await page.locator('.item').waitFor();
  await page.clock.runFor(10_000);
  assert.deepEqual(await spoken(), ['The announcement is on show.']);
  await page.context().close();
});

test('an announcement that could not be made stays in the form, and one without an answer says so', async () => {
  const { page, service } = await stand.operator();
  await signIn(page);
  await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
  await page.getByLabel('Text').fill('A break at 22:00');
  await page.getByLabel('Ends').selectOption('6');
  service.down = true;
  await page.getByRole('button', { name: 'Announce', exact: true }).click();
  await page.locator('#form-fault').getByText('may or may not have been done').waitFor();
  assert.equal(await page.getByLabel('Text').inputValue(), 'A break at 22:00');
  assert.equal(await page.getByLabel('Ends').inputValue(), '6');
  service.down = false;
  await page.getByRole('button', { name: 'Announce', exact: true }).click();
  await page.locator('#note').getByText('on show').waitFor();
  assert.equal(service.announcements.length, 1);
  assert.equal(await page.getByLabel('Text').inputValue(), '');
  await page.context().close();
});

test('what others announce, retract and pause shows here too', async () => {
  const { page, service } = await stand.operator({ prepare: still });
  await signIn(page);
  await page.getByText('None is in force.').waitFor();
  service.announcements = [NOTE];
  service.stats = stats({ paused: true });
  await page.clock.runFor(10_000);
  await page.locator('.item').getByText('A quiet note.').waitFor();
  await page.getByRole('heading', { name: 'Matching is paused' }).waitFor();
  service.announcements = [];
  await page.clock.runFor(10_000);
  await page.getByText('None is in force.').waitFor();
  await page.context().close();
});
