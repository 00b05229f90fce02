// Every screen of the reports and the bans, as admin-screens.test.mjs looks at the rest of the operator's page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AT, stats } from '../js/admin-samples.mjs';
import { DAY_MS, bans, line, report, reports } from '../js/moderation-samples.mjs';
import { DESK, LOOKS, look } from './stage.mjs';
import { go, openStandIn, signIn } from './stand-in.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStandIn>>} */
let stand;
before(async () => { stand = await openStandIn(); });
after(async () => {
  await stand.close();
  assert.deepEqual(stand.complaints, []);
});

const HOUR_MS = 3_600_000;
const NARROW = Object.freeze({ viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true });

/** A queue with one of each kind that an operator meets. */
const QUEUE = [
  report({
    id: 'q1', at: AT - 3 * HOUR_MS, reason: 'minor', times: 4, note: 'Says that she is 15, and asks where I live.',
    accused: { reports: 7, banned: AT + 20 * HOUR_MS },
    lines: [
      line({ n: 2, text: 'im 15 btw' }), line({ n: 3, text: 'where do you live?' }),
      line({ from: 'me', n: 2, text: 'I am leaving now.', verified: false }),
      line({ n: 5, text: 'A line that came from nowhere', verified: false }),
    ],
  }),
  report({ id: 'q2', at: AT - 40 * 60_000, weight: 0.4, accused: { visitor: 'accusedVisitor02', network: null } }),
  report({
    id: 'q3', at: AT - 12 * 60_000, reason: 'spam', note: null, weight: 0, lines: [],
    accused: { visitor: 'accusedVisitor03', reports: 2 },
  }),
  report({
    id: 'q4', at: AT - 40_000, reason: 'eclipse', expires: AT + DAY_MS / 3,
    note: `${'unbreakable'.repeat(40)}\n<b>שלום</b>\u202e`,
    lines: [
      line({ text: 'unbreakable'.repeat(120) }),
      line({ n: 12, text: '\u202eمرحبا\n😀\n<img src=x onerror=alert(1)>' }),
    ],
    accused: { visitor: 'accusedVisitor04' },
  }),
];

/** @param {Page} page @param {string} name */
const see = (page, name) => look(page, name, true);

for (const [tag, size] of LOOKS) {
  test(`the reports, ${tag}`, async () => {
    const { page, service } = await stand.operator(size);
    await signIn(page);
    await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
    const release = service.hold();
    await go(page, 'Reports');
    await page.getByText('Asking for the reports').waitFor();
    await see(page, `70-reports-loading-${tag}`);
    release();
    await page.getByText('no report is open').waitFor();
    await see(page, `71-reports-none-${tag}`);
    service.down = true;
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.locator('#reports-fault').getByText('could not be read').waitFor();
    await see(page, `72-reports-failing-${tag}`);
    service.down = false;
    service.moderation.reports = QUEUE;
    await page.getByRole('button', { name: 'Try again' }).click();
    const cards = page.locator('.card');
    await cards.nth(3).waitFor();
    await page.locator('#link').waitFor({ state: 'hidden' });
    await see(page, `73-reports-${tag}`);
    for (const at of [0, 3]) await cards.nth(at).getByRole('button', { name: 'Show lines' }).click();
    await cards.nth(3).locator('.run').first().waitFor();
    await see(page, `74-lines-${tag}`);
    await page.getByRole('button', { name: 'Hide lines' }).nth(1).click();

    await cards.nth(1).getByRole('button', { name: 'Note…' }).click();
    await cards.nth(1).getByLabel('Note on the decision').fill('x'.repeat(501));
    await cards.nth(1).getByText('1 too many').waitFor();
    await see(page, `75-note-${tag}`);
    await cards.nth(0).getByRole('button', { name: 'Ban…' }).click();
    await cards.nth(0).getByLabel('For how long').selectOption('at');
    await cards.nth(0).getByRole('button', { name: 'Ban', exact: true }).click();
    await cards.nth(0).getByText('Choose a date and a time').waitFor();
    await see(page, `76-ban-faults-${tag}`);
    await cards.nth(0).getByLabel('For how long').selectOption('168');
    await cards.nth(0).getByLabel('Reason').fill('Asked a stranger for the address.');
    await cards.nth(0).getByRole('button', { name: 'Ban', exact: true }).click();
    await cards.nth(0).getByText('Upheld, ').waitFor();
    service.refuse['POST /admin/reports/q2'] = { status: 503, body: { code: 'unavailable' } };
    await cards.nth(1).getByRole('button', { name: 'Dismiss' }).click();
    await cards.nth(1).getByText('Not decided.').waitFor();
    service.refuse['POST /admin/reports/q3'] = { status: 404, body: { code: 'not_found' } };
    await cards.nth(2).getByRole('button', { name: 'Dismiss' }).click();
    await cards.nth(2).getByText('Gone').waitFor();
    await see(page, `77-decided-${tag}`);
    service.refuse = {};
    for (const at of [1, 3]) {
      await cards.nth(at).getByRole('button', { name: 'Dismiss' }).click();
      await cards.nth(at).getByText('Dismissed, ').waitFor();
    }
    await page.getByText('All are decided.').waitFor();
    await see(page, `78-all-decided-${tag}`);
    await page.getByRole('radio', { name: 'Upheld' }).check();
    await page.locator('[data-outcome="upheld"]:not(.done)').waitFor();
    await see(page, `79-upheld-${tag}`);
    service.moderation.reports = reports(120);
    await page.getByRole('radio', { name: 'Open' }).check();
    await cards.nth(49).waitFor();
    await page.locator('#open-count').getByText('50+').waitFor();
    await page.locator('#reports-pages').scrollIntoViewIfNeeded();
    await look(page, `80-reports-more-${tag}`);
    await page.context().close();
  });

  test(`the bans, ${tag}`, async () => {
    const { page, service } = await stand.operator(size);
    await signIn(page);
    await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
    await go(page, 'Bans');
    await page.getByText('No ban is in force.').waitFor();
    await see(page, `81-bans-none-${tag}`);
    service.moderation.bans = bans(7);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.locator('.bar-item').nth(6).waitFor();
    await see(page, `82-bans-${tag}`);
    await page.getByText('Ban a key by hand').click();
    await page.getByRole('radio', { name: 'A network' }).check();
    await page.getByLabel('Key', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Ban', exact: true }).click();
    await page.getByText('A key has 8 to 24 characters').waitFor();
    await see(page, `83-by-hand-${tag}`);
    await page.locator('.bar-item').nth(1).getByRole('button', { name: 'Lift' }).click();
    await page.getByRole('heading', { name: 'Lift this ban?' }).waitFor();
    await look(page, `84-lift-${tag}`);
    service.refuse['DELETE /admin/bans/b1'] = { status: 503, body: { code: 'unavailable' } };
    await page.getByRole('dialog').getByRole('button', { name: 'Lift' }).click();
    await page.getByText('Not lifted.').waitFor();
    service.moderation.bans = bans(1_000);
    await page.getByLabel('Key', { exact: true }).fill('someNetwork01');
    await page.getByLabel('Reason').fill('A flood.');
    await page.getByRole('button', { name: 'Ban', exact: true }).click();
    await page.getByText('1,000 bans are in force already').waitFor();
    await see(page, `85-bans-full-${tag}`);
    await page.context().close();
  });

  test(`what entering takes, ${tag}`, async () => {
    const { page, service } = await stand.operator(size);
    service.stats = stats({ proof: 'none', raised: false, rate_limits: 'off' });
    service.moderation.reports = reports(3);
    await signIn(page);
    await page.getByRole('heading', { name: 'Entering takes no proof' }).waitFor();
    await page.getByText('None is in force.').waitFor();
    await see(page, `86-limits-off-${tag}`);
    await page.getByRole('button', { name: 'Raise the bar' }).click();
    await page.getByRole('heading', { name: 'Entering takes a proof of work' }).waitFor();
    service.stats = { ...service.stats, paused: true };
    await page.getByRole('heading', { name: 'Matching is paused' }).waitFor();
    await look(page, `87-raised-${tag}`);
    await page.context().close();
  });
}

test('reports and bans have their place on the narrowest phone, and with forced colours', async () => {
  const looks = /** @type {const} */ ([['narrow', NARROW], ['forced', { ...DESK, forcedColors: 'active' }]]);
  for (const [name, size] of looks) {
    const { page, service } = await stand.operator(size);
    service.moderation.reports = QUEUE;
    service.moderation.bans = bans(5);
    await signIn(page);
    await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
    await go(page, 'Reports');
    const last = page.locator('.card').nth(3);
    await last.getByRole('button', { name: 'Show lines' }).click();
    await last.getByRole('button', { name: 'Ban…' }).click();
    await last.getByLabel('Reason').waitFor();
    await see(page, `88-reports-${name}`);
    await go(page, 'Bans');
    await page.locator('.bar-item').nth(4).waitFor();
    await see(page, `89-bans-${name}`);
    await page.context().close();
  }
});
