// How reports and bans read and feel: what strangers wrote stays text and out of sight, keys are copied, and each
// thing is told once. The service is played.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AT } from '../js/admin-samples.mjs';
import { ban, bans, line, report, reports } from '../js/moderation-samples.mjs';
import { PHONE } from './stage.mjs';
import { go, openStandIn, operatorAt } from './stand-in.mjs';

/** @type {Awaited<ReturnType<typeof openStandIn>>} */
let stand;
before(async () => { stand = await openStandIn(); });
after(async () => {
  await stand.close();
  assert.deepEqual(stand.complaints, []);
});

const NASTY = '<img src=x onerror="document.title=1"><b>hi</b>\n\u202e<script>document.title=2</script>';

test('lines are on the page only while the operator wants to see them, and all of it is text', async () => {
  const nasty = report({
    id: '"><img src=x>', reason: NASTY, note: NASTY, decision: NASTY, status: 'upheld', decided: AT,
    lines: [line({ text: NASTY }), line({ text: NASTY, verified: false })],
  });
  const { page, service, cards, rows } = await operatorAt(stand, 'Reports', (moderation) => {
    moderation.reports = [nasty];
    moderation.bans = [ban({ reason: NASTY, id: '"><img src=y>', report: '"><img src=z>' })];
  });
  await page.getByRole('radio', { name: 'Upheld' }).check();
  await cards.waitFor();
  assert.equal(await cards.locator('.said').count(), 0);
  await cards.getByRole('button', { name: 'Show lines' }).click();
  assert.deepEqual(await cards.locator('.said').allTextContents(), [NASTY, NASTY]);
  assert.deepEqual(await cards.locator('.mark span').allTextContents(), [
    'Verified: really sent by the reported person in that conversation',
    'Not verified: may have been edited or made up',
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

test('what people said is nowhere on the page once the operator has gone elsewhere or signed out', async () => {
  const { page, cards, rows } = await operatorAt(stand, 'Reports', (moderation) => {
    moderation.reports = [report({ note: 'They said it.' })];
    moderation.bans = [ban({ reason: 'They said it.' })];
  });
  await cards.getByRole('button', { name: 'Show lines' }).click();
  await cards.getByText('You will regret this.').waitFor();
  await go(page, 'Bans');
  await rows.waitFor();
  assert.ok(!(await page.content()).includes('You will regret this.'));
  await go(page, 'Reports');
  await cards.getByText('They said it.').waitFor();
  assert.ok(!(await page.content()).includes('You will regret this.'));
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
  assert.ok(!(await page.content()).includes('They said it.'));
  await page.context().close();
});

test('a key is copied whole, and selected where it cannot be', async () => {
  const { page, cards } = await operatorAt(stand, 'Reports', (moderation) => { moderation.reports = reports(1); });
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
  const { page, cards } = await operatorAt(stand, 'Reports', (moderation) => { moderation.reports = reports(2); });
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
  const { page, cards, rows } = await operatorAt(stand, 'Reports', (moderation) => {
    moderation.reports = reports(2);
    moderation.bans = bans(2);
  }, PHONE);
  await cards.nth(0).getByRole('button', { name: 'Ban…' }).click();
  await cards.nth(0).getByLabel('Reason').waitFor();
  const measure = async () => {
    const controls = ['button', 'a', 'select', 'input', 'summary'].map((each) => `${each}:visible`).join(', ');
    for (const control of await page.locator(controls).all()) {
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
