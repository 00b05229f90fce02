// An operator at work on reports and bans: by keyboard, with a thousand of them, and with texts that mean harm. The
// service is played, and the page's clock moves when told.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AT, stats } from '../js/admin-samples.mjs';
import { ban, bans, line, report, reports } from '../js/moderation-samples.mjs';
import { PHONE } from './stage.mjs';
import { openStandIn, signIn } from './stand-in.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStandIn>>} */
let stand;
before(async () => { stand = await openStandIn(); });
after(async () => {
  await stand.close();
  assert.deepEqual(stand.complaints, []);
});

const NASTY = '<img src=x onerror="document.title=1"><b>hi</b>\n\u202e<script>document.title=2</script>';

/** @param {Page} page @param {'Live' | 'Reports' | 'Bans'} place */
const go = (page, place) => page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).click();

/** @param {Page} page @param {string} id */
const focused = (page, id) => page.waitForFunction((wanted) => document.activeElement?.id === wanted, id);

/** @param {Page} page @param {string} name */
const focusedOn = (page, name) =>
  page.waitForFunction((wanted) => document.activeElement?.textContent?.trim() === wanted, name);

/** For how long a ban was made. @param {import('../../static/js/admin/shapes.js').Ban | undefined} made */
const hours = (made) => Math.round(((made?.until ?? Number.NaN) - AT) / 3_600_000);

/**
 * Inside, at this place.
 * @param {'Reports' | 'Bans'} place
 * @param {(service: import('./stand-in.mjs').Service) => void} set   what the service has
 * @param {Parameters<typeof stand.operator>[0]} [look]
 */
async function at(place, set, look) {
  const { page, service } = await stand.operator(look);
  set(service);
  await signIn(page);
  await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
  await go(page, place);
  return { page, service, cards: page.locator('.card'), rows: page.locator('.bar-item') };
}

test('from the queue to a decision, a ban and its end, by keyboard alone', async () => {
  const { page, service, cards } = await at('Reports', ({ moderation }) => { moderation.reports = reports(3); });
  await focused(page, 'reports-title');
  await cards.nth(2).waitFor();
  await cards.nth(0).getByRole('button', { name: 'Show lines' }).focus();
  await page.keyboard.press('Enter');
  await cards.nth(0).getByText('You will regret this.').waitFor();
  await cards.nth(0).getByRole('button', { name: 'Uphold' }).focus();
  await page.keyboard.press('Enter');
  await focused(page, 'report-r1');
  assert.equal(service.moderation.reports[0]?.status, 'upheld');
  await cards.nth(0).getByText('Upheld, ').waitFor();
  assert.equal(await cards.nth(0).locator('.runs').isVisible(), false, 'its lines are put away');

  await cards.nth(1).getByRole('button', { name: 'Note…' }).focus();
  await page.keyboard.press('Enter');
  await focused(page, 'note-r1');
  await page.keyboard.type('Not against the rules.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await focusedOn(page, 'Dismiss');
  await page.keyboard.press('Enter');
  await focused(page, 'report-r2');
  assert.equal(service.moderation.reports[1]?.decision, 'Not against the rules.');

  await cards.nth(2).getByRole('button', { name: 'Ban…' }).focus();
  await page.keyboard.press('Enter');
  await cards.nth(2).getByLabel('For how long').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type('Threats');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await focusedOn(page, 'Ban');
  assert.deepEqual(service.moderation.bans, [], 'Enter in a field bans nobody');
  await page.keyboard.press('Enter');
  await cards.nth(2).getByText('Banned until').waitFor();
  await focused(page, 'reports-more');
  assert.deepEqual(service.moderation.bans.map(({ report: about, reason }) => [about, reason]), [['r2', 'Threats']]);
  assert.equal(hours(service.moderation.bans[0]), 24);
  assert.equal(service.moderation.reports[2]?.status, 'upheld');

  await cards.nth(2).getByRole('button', { name: 'Lift' }).focus();
  await page.keyboard.press('Enter');
  await focused(page, 'no');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await cards.nth(2).getByText('Banned until').waitFor({ state: 'hidden' });
  assert.deepEqual(service.moderation.bans, []);
  await page.context().close();
});

test('a decision can be turned into the other one, at once and later', async () => {
  const { page, service, cards } = await at('Reports', ({ moderation }) => { moderation.reports = reports(1); });
  const statusIs = async (/** @type {string} */ status) => assert.equal(service.moderation.reports[0]?.status, status);
  await cards.getByRole('button', { name: 'Dismiss', exact: true }).click();
  await cards.getByRole('button', { name: 'Uphold instead' }).click();
  await cards.getByText('Upheld, ').waitFor();
  await statusIs('upheld');
  await page.getByRole('radio', { name: 'Upheld' }).check();
  await cards.getByRole('button', { name: 'Dismiss instead' }).click();
  await cards.getByText('Dismissed, ').waitFor();
  await statusIs('dismissed');
  await page.getByRole('radio', { name: 'Dismissed' }).check();
  await cards.locator('.keys').first().waitFor();
  await page.context().close();
});

test('a ban by hand and its end, with what is wrong told at its field', async () => {
  const { page, service, rows } = await at('Bans', ({ moderation }) => { moderation.bans = bans(2); });
  await focused(page, 'bans-title');
  await page.getByText('Ban a key by hand').click();
  await page.getByRole('button', { name: 'Ban', exact: true }).click();
  await page.getByText('A key has 8 to 24 characters').waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-invalid') === 'true');
  await page.keyboard.type('someVisitor01');
  await page.getByRole('button', { name: 'Ban', exact: true }).click();
  await page.getByText('Write a reason first.').waitFor();
  await page.keyboard.type('A flood');
  await page.getByLabel('For how long').selectOption('1');
  await page.getByRole('button', { name: 'Ban', exact: true }).click();
  await rows.nth(2).waitFor();
  assert.equal(service.moderation.bans[0]?.visitor, 'someVisitor01');
  assert.equal(hours(service.moderation.bans[0]), 1);
  assert.equal(await page.getByLabel('Key', { exact: true }).inputValue(), '');
  await rows.nth(0).getByRole('button', { name: 'Lift' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click();
  await rows.nth(0).getByRole('button', { name: 'Lift' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Lift' }).click();
  await rows.nth(2).waitFor({ state: 'detached' });
  await focused(page, 'bans-title');
  await page.context().close();
});

test('lines are on the page only while the operator wants to see them, and all of it is text', async () => {
  const nasty = report({
    id: '"><img src=x>', reason: NASTY, note: NASTY, decision: NASTY, status: 'upheld', decided: AT,
    lines: [line({ text: NASTY }), line({ text: NASTY, verified: false })],
  });
  const { page, service, cards, rows } = await at('Reports', ({ moderation }) => {
    moderation.reports = [nasty];
    moderation.bans = [ban({ reason: NASTY, id: '"><img src=y>', report: '"><img src=z>' })];
  });
  await page.getByRole('radio', { name: 'Upheld' }).check();
  await cards.waitFor();
  assert.equal(await cards.locator('.said').count(), 0);
  await cards.getByRole('button', { name: 'Show lines' }).click();
  assert.deepEqual(await cards.locator('.said').allTextContents(), [NASTY, NASTY]);
  assert.deepEqual(await cards.locator('.mark span').allTextContents(), [
    'Verified: really sent by the reported person in that conversation', 'Not verified: may have been edited or made up',
  ]);
  assert.equal(await cards.locator('.note-words').textContent(), NASTY);
  assert.equal(await cards.locator('.decision-words').textContent(), NASTY);
  await cards.getByRole('button', { name: 'Hide lines' }).click();
  assert.equal(await cards.locator('.said').count(), 0);
  service.refuse['POST /admin/bans'] = { status: 400, body: { code: 'bad_request', detail: NASTY } };
  await cards.getByRole('button', { name: 'Ban…' }).click();
  await cards.getByLabel('Reason').fill(NASTY);
  await cards.getByRole('button', { name: 'Ban', exact: true }).click();
  await cards.locator('.form-fault').getByText('onerror').waitFor();
  await go(page, 'Bans');
  assert.equal(await rows.locator('.said').textContent(), NASTY);
  await rows.getByRole('button', { name: 'Lift' }).click();
  assert.equal(await page.locator('#asking-quote').textContent(), NASTY);
  assert.equal(await page.locator('main img, main b, main script, dialog img').count(), 0);
  assert.equal(await page.title(), 'Bans · Operator · Edgewise');
  await page.context().close();
});

test('a thousand reports and a thousand bans are read fifty at a time', async () => {
  const { page, cards, rows } = await at('Reports', ({ moderation }) => {
    moderation.reports = reports(1_000);
    moderation.bans = bans(1_000);
  });
  await page.locator('#open-count').getByText('50+').waitFor();
  for (let number = 2; number <= 20; number += 1) {
    await page.getByRole('navigation', { name: 'Pages of reports' }).getByRole('button', { name: 'Next' }).click();
    await page.locator('#reports-page').getByText(`Page ${number}`, { exact: true }).waitFor();
    await cards.nth(49).waitFor();
    assert.equal(await cards.count(), 50);
  }
  await focused(page, 'reports-title');
  assert.equal(await page.locator('#reports-next').getAttribute('aria-disabled'), 'true');
  assert.ok(await page.locator('#cards *').count() < 50 * 80);
  await page.getByRole('button', { name: 'Back' }).click();
  await page.locator('#reports-page').getByText('Page 19').waitFor();
  await go(page, 'Bans');
  await rows.nth(49).waitFor();
  assert.equal(await rows.count(), 50);
  await page.getByRole('navigation', { name: 'Pages of bans' }).getByRole('button', { name: 'Next' }).click();
  await page.getByText('Page 2 of 20').waitFor();
  await rows.getByText('Reason number 50').waitFor();
  assert.equal(await rows.count(), 50);
  await focused(page, 'bans-title');
  await page.context().close();
});

test('the service is asked no more often than without reports', async () => {
  const prepare = async (/** @type {Page} */ page) => {
    await page.clock.install({ time: AT });
    await page.clock.pauseAt(AT + 1_000);
  };
  const { page, service } = await stand.operator({ prepare });
  service.moderation.reports = reports(3);
  await signIn(page);
  await page.locator('#open-count').getByText('3').waitFor();
  /** What is asked in a minute, each answer awaited. */
  const minute = async () => {
    service.asked.length = 0;
    for (let second = 0; second < 60; second += 2) {
      service.stats = stats({ online: 100 + second });
      await page.clock.runFor(2_000);
      const answered = new RegExp(`^${100 + second}$`);
      if (await page.locator('#place-live').isVisible()) await page.locator('#online', { hasText: answered }).waitFor();
    }
    return service.asked.length;
  };
  assert.ok(await minute() <= 36, service.asked.join(', '));
  assert.ok(service.asked.includes('GET /admin/reports?status=open'));
  await go(page, 'Reports');
  await page.locator('.card').nth(2).waitFor();
  assert.ok(await minute() <= 32, service.asked.join(', '));
  assert.ok(!service.asked.includes('GET /admin/announcements'));
  await go(page, 'Bans');
  await page.getByText('No ban is in force.').waitFor();
  await minute();
  assert.ok(!service.asked.includes('GET /admin/bans'));
  await page.context().close();
});

test('new reports are counted and hinted at, and move nothing', async () => {
  const prepare = (/** @type {Page} */ page) => page.clock.install({ time: AT });
  const { page, service, cards } = await at('Reports', ({ moderation }) => { moderation.reports = reports(2); }, { prepare });
  await cards.nth(1).waitFor();
  service.moderation.reports = reports(5);
  await page.clock.runFor(61_000);
  await page.getByText('3 more reports have come in.').waitFor();
  assert.equal(await cards.count(), 2);
  await page.getByRole('button', { name: 'Show them' }).click();
  await cards.nth(4).waitFor();
  await page.context().close();
});

test('each place has an address, which can be reloaded and gone back to', async () => {
  const { page, cards } = await at('Reports', ({ moderation }) => { moderation.reports = reports(1); });
  await cards.waitFor();
  assert.equal(await page.title(), 'Reports · Operator · Edgewise');
  const here = page.locator('[aria-current="page"]');
  assert.match(await here.textContent() ?? '', /^Reports 1 open$/);
  await page.reload();
  await cards.waitFor();
  await go(page, 'Bans');
  await page.getByText('No ban is in force.').waitFor();
  await page.goBack();
  await cards.waitFor();
  await focused(page, 'reports-title');
  await go(page, 'Live');
  await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
  await focused(page, 'desk-title');
  await page.context().close();
});

test('an older service shows nothing of what it does not have, and says so where it is looked for', async () => {
  const { page, service } = await stand.operator();
  for (const path of ['/admin/reports?status=open', '/admin/bans']) {
    service.refuse[path] = { status: 404, body: { code: 'not_found' } };
  }
  await signIn(page);
  await page.getByText('None is in force.').waitFor();
  assert.ok(await page.locator('#entering').isHidden());
  assert.ok(await page.locator('#warning').isHidden());
  assert.ok(await page.locator('#open-count').isHidden());
  await go(page, 'Reports');
  await page.getByText('This service has no reports yet').waitFor();
  await go(page, 'Bans');
  await page.getByText('This service has no bans yet').waitFor();
  await page.context().close();
});

test('the bar is raised and lowered, and what went wrong is said', async () => {
  const { page, service } = await stand.operator();
  service.stats = stats({ proof: 'none', raised: false, rate_limits: 'on' });
  await signIn(page);
  await page.getByRole('button', { name: 'Raise the bar' }).click();
  await page.getByRole('heading', { name: 'Entering takes a proof of work' }).waitFor();
  assert.equal(service.stats.raised, true);
  service.refuse['PUT /admin/raised'] = { status: 503, body: { code: 'unavailable' } };
  await page.getByRole('button', { name: 'Lower the bar' }).click();
  await page.locator('#entering-fault').getByText('not ready').waitFor();
  service.refuse = {};
  await page.getByRole('button', { name: 'Lower the bar' }).click();
  await page.getByRole('heading', { name: 'Entering takes no proof' }).waitFor();
  await page.context().close();
});

test('a key is copied whole, and selected where it cannot be', async () => {
  const { page, cards } = await at('Reports', ({ moderation }) => { moderation.reports = reports(1); });
  const key = cards.getByRole('button', { name: /^Visitor accused0…/ });
  await page.evaluate(() => {
    const written = /** @type {string[]} */ ([]);
    const clipboard = { writeText: async (/** @type {string} */ text) => { written.push(text); } };
    Object.assign(globalThis, { written });
    Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  });
  await key.click();
  await page.locator('.key.copied').waitFor();
  assert.deepEqual(await page.evaluate('written'), ['accused00000000']);
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true }));
  await key.click();
  await page.waitForFunction(() => String(getSelection()) === 'accused00000000');
  await page.context().close();
});

test('what is decided is read out once, and what arrives is not', async () => {
  const { page, cards } = await at('Reports', ({ moderation }) => { moderation.reports = reports(2); });
  await cards.nth(1).waitFor();
  await page.evaluate(() => {
    const spoken = /** @type {string[]} */ ([]);
    Object.assign(globalThis, { spoken });
    const heard = document.getElementById('heard');
    new MutationObserver((all) => all.forEach(({ addedNodes }) => addedNodes.forEach((node) => {
      spoken.push(node.textContent ?? '');
    }))).observe(/** @type {Node} */ (heard), { childList: true });
  });
  for (const at of [0, 1]) {
    await cards.nth(at).getByRole('button', { name: 'Dismiss' }).click();
    await cards.nth(at).getByText('Dismissed, ').waitFor();
  }
  await page.getByRole('button', { name: 'Look for new ones' }).click();
  await page.getByText('no report is open').waitFor();
  assert.deepEqual(await page.evaluate('spoken'), ['The report is dismissed.', 'The report is dismissed.']);
  await page.context().close();
});

test('everything to touch is large enough', async () => {
  const { page, cards, rows } = await at('Reports', ({ moderation }) => {
    moderation.reports = reports(2);
    moderation.bans = bans(2);
  }, PHONE);
  await cards.nth(0).getByRole('button', { name: 'Ban…' }).click();
  await cards.nth(0).getByLabel('Reason').waitFor();
  const measure = async () => {
    for (const control of await page.locator('button:visible, a:visible, select:visible, input:visible, summary:visible').all()) {
      const name = await control.evaluate((element) => element.outerHTML);
      // A box to tick is touched with its words.
      const place = await control.getAttribute('type') === 'checkbox' ? control.locator('..') : control;
      const box = await place.boundingBox();
      assert.ok(box && box.width >= 44 && box.height >= 44, `${name}: ${JSON.stringify(box)}`);
    }
  };
  await measure();
  await go(page, 'Bans');
  await rows.nth(1).waitFor();
  await page.getByText('Ban a key by hand').click();
  await measure();
  await page.context().close();
});
