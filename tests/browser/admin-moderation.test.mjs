// An operator at work on reports and bans: by keyboard, with a thousand of them, with an older service. The service is
// played, and the page's clock moves when told.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AT, stats } from '../js/admin-samples.mjs';
import { bans, reports } from '../js/moderation-samples.mjs';
import { go, openStandIn, operatorAt, signIn } from './stand-in.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStandIn>>} */
let stand;
before(async () => { stand = await openStandIn(); });
after(async () => {
  await stand.close();
  assert.deepEqual(stand.complaints, []);
});

/** @param {Page} page @param {string} id */
const focused = (page, id) => page.waitForFunction((wanted) => document.activeElement?.id === wanted, id);

/** @param {Page} page @param {string} name */
const focusedOn = (page, name) =>
  page.waitForFunction((wanted) => document.activeElement?.textContent?.trim() === wanted, name);

/** @param {number} count @returns {(moderation: import('./stand-in-moderation.mjs').Moderation) => void} */
const withReports = (count) => (moderation) => { moderation.reports = reports(count); };

/** For how long a ban was made. @param {import('../../static/js/admin/shapes.js').Ban | undefined} made */
const hours = (made) => Math.round(((made?.until ?? Number.NaN) - AT) / 3_600_000);

test('from the queue to a decision, a ban and its end, by keyboard alone', async () => {
  const queue = withReports(3);
  const { page, service, cards } = await operatorAt(stand, 'Reports', queue);
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
  const queue = withReports(1);
  const { page, service, cards } = await operatorAt(stand, 'Reports', queue);
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
  const { page, service, rows } = await operatorAt(stand, 'Bans', (moderation) => { moderation.bans = bans(2); });
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

test('a thousand reports and a thousand bans are read fifty at a time', async () => {
  const { page, cards, rows } = await operatorAt(stand, 'Reports', (moderation) => {
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
  const queue = withReports(2);
  const { page, service, cards } = await operatorAt(stand, 'Reports', queue, { prepare });
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
  const { page, cards } = await operatorAt(stand, 'Reports', (moderation) => { moderation.reports = reports(1); });
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
