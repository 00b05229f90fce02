// How the operator's page reads and feels: the chart under a finger, long lists, large enough controls. The service is
// played.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { empty, stats } from '../js/admin-samples.mjs';
import { PHONE } from './stage.mjs';
import { openStandIn, signIn } from './stand-in.mjs';

/** @type {Awaited<ReturnType<typeof openStandIn>>} */
let stand;
before(async () => { stand = await openStandIn(); });
after(async () => {
  await stand.close();
  assert.deepEqual(stand.complaints, []);
});

const NOTE = Object.freeze({ id: 'x1', severity: /** @type {const} */ ('info'), text: 'A quiet note.', until: null });

test('the chart tells the numbers of a minute under the pointer, and all of them in a table', async () => {
  const { page } = await stand.operator();
  await signIn(page);
  await page.locator('#chart svg').hover({ position: { x: 300, y: 80 } });
  await page.locator('#read-time').getByText(/^\d\d:\d\d$/).waitFor();
  assert.match(await page.locator('#read-online').textContent() ?? '', /^\d+$/);
  await page.mouse.move(0, 0);
  await page.locator('#read-time').getByText(/^$/).waitFor({ state: 'attached' });
  const chart = page.getByRole('img', { name: 'Who was here in the last hour' });
  const summary = await chart.locator('desc').textContent();
  assert.match(summary ?? '', /^From \d\d:\d\d to \d\d:\d\d: online \d+ to \d+, chatting/);
  await page.getByText('The numbers of each minute').click();
  assert.equal(await page.locator('#minutes tr').count(), 60);
  await page.context().close();
});

test('the chart stays where it is while a finger reads it', async () => {
  const { page, service } = await stand.operator({ ...PHONE, viewport: { width: 320, height: 568 } });
  const { hour } = service.stats;
  service.stats = stats({ hour: hour.map((each) => ({ ...each, online: 70_000, chatting: 60_000, waiting: 10_000 })) });
  await signIn(page);
  const chart = page.locator('#chart svg');
  await chart.waitFor();
  const before = await chart.boundingBox();
  await chart.hover({ position: { x: 150, y: 80 } });
  await page.locator('#read-online').getByText('70,000').waitFor();
  const scrolled = (await page.locator('#hour-title').boundingBox())?.y ?? 0;
  const after = await chart.boundingBox();
  assert.ok(before && after);
  await page.mouse.move(0, 0);
  await page.locator('#read-online').getByText(/^$/).waitFor({ state: 'attached' });
  const title = (await page.locator('#hour-title').boundingBox())?.y ?? 0;
  const rest = await chart.boundingBox();
  const moved = Math.abs(after.y - scrolled - ((rest?.y ?? 0) - title));
  assert.ok(moved < 1, `by ${moved} px`);
  assert.equal(after.height, before.height);
  await page.context().close();
});

test('twenty announcements in force leave the next one within reach, and each of them too', async () => {
  const { page, service } = await stand.operator(PHONE);
  service.announcements = Array.from({ length: 20 }, (_, n) => ({ ...NOTE, id: `n${n}`, text: 'A line.\n'.repeat(20) }));
  await signIn(page);
  await page.locator('.item').nth(19).waitFor();
  const top = async (/** @type {string} */ id) => (await page.locator(id).boundingBox())?.y ?? Number.NaN;
  assert.ok(await top('#draft') - await top('#announcements-title') < PHONE.viewport.height);
  await page.getByRole('region', { name: 'In force' }).focus();
  await page.keyboard.press('End');
  const last = page.locator('.item').last();
  await page.waitForFunction(() => {
    const frame = document.getElementById('held');
    return frame !== null && frame.scrollTop > 0 && frame.scrollTop + frame.clientHeight > frame.scrollHeight - 2;
  });
  await last.getByRole('button', { name: 'Retract' }).click();
  await page.getByRole('dialog').waitFor();
  await page.context().close();
});

test('a chart in a window that changes is drawn anew', async () => {
  const { page } = await stand.operator();
  await signIn(page);
  await page.locator('#chart path.line').first().waitFor();
  for (const width of [1_600, 400]) {
    await page.setViewportSize({ width, height: 800 });
    await page.waitForFunction(() => {
      const place = document.getElementById('chart');
      return place?.querySelector('svg')?.getAttribute('width') === String(place?.clientWidth);
    });
  }
  await page.context().close();
});

test('everything to touch is large enough, and the focus can be seen', async () => {
  const { page, service } = await stand.operator(PHONE);
  service.announcements = [NOTE];
  await signIn(page);
  await page.locator('.item').waitFor();
  await page.getByLabel('Ends').selectOption('at');
  for (const control of await page.locator('button:visible, select:visible, input:visible, summary:visible').all()) {
    const box = await control.boundingBox();
    const name = await control.evaluate((element) => element.outerHTML);
    if (await control.evaluate((element) => element.closest('[inert]') !== null)) continue;
    assert.ok(box && box.width >= 44 && box.height >= 44, `${name}: ${JSON.stringify(box)}`);
  }
  await page.getByLabel('Text').focus();
  await page.keyboard.press('Tab');
  const outline = await page.locator(':focus').evaluate((focus) => getComputedStyle(focus).outlineStyle);
  assert.equal(outline, 'solid');
  await page.context().close();
});

test('with reduced motion nothing moves', async () => {
  const { page, service } = await stand.operator({ reducedMotion: 'reduce' });
  service.stats = empty();
  await signIn(page);
  await page.getByRole('button', { name: 'Pause matching' }).click();
  await page.getByRole('dialog').waitFor();
  const states = await page.evaluate(() => document.getAnimations().map(({ playState }) => playState));
  assert.ok(!states.includes('running'));
  await page.context().close();
});

test('without scripts the page says what it needs', async () => {
  const { page } = await stand.operator({ javaScriptEnabled: false });
  await page.locator('noscript .lead').waitFor();
  await page.context().close();
});
