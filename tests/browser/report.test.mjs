// A report: put together within two taps or by keyboard alone, in a conversation and after it, with the lines that one
// ticks and no others; kept until the service has it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TAG, match, playedTalk, tell } from './played.mjs';
import { DESK, PHONE, isLookedAt, look, openStage, say } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

/** @param {Page} page @param {string} id */
const focused = (page, id) => page.waitForFunction((wanted) => document.activeElement?.id === wanted, id);

/** @param {Page} page */
const dialogOf = (page) => page.getByRole('dialog', { name: 'Report this person' });

/** @param {Page} page */
const fault = (page) => page.locator('#report-fault');

/** @param {Page} page */
async function open(page) {
  await page.getByRole('button', { name: 'Report or block' }).click();
  await page.getByRole('button', { name: 'Report…' }).click();
  await dialogOf(page).waitFor();
  return dialogOf(page);
}

const SAID = [
  'Where do you live?', 'Come on, tell me. I will find out anyway.', 'שלום', 'https://example.org/you', 'ANSWER me',
];

for (const [device, size] of /** @type {const} */ ([['phone', PHONE], ['desk', DESK]])) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    if (!isLookedAt(device, colorScheme)) continue;
    test(`a report on a ${device}, ${colorScheme}: two taps to the form, a reason, and it is sent`, async () => {
      const tag = `${device}-${colorScheme}`;
      const { page, service } = await playedTalk(stage, { ...size, colorScheme });
      await tell({ page, service }, SAID);
      await say(page, 'I would rather not say.');
      await page.getByRole('button', { name: 'Report or block' }).click();
      await look(page, `13-ask-${tag}`);
      await page.getByRole('button', { name: 'Report…' }).click();
      const dialog = dialogOf(page);
      assert.equal(await dialog.locator('input:checked').count(), 0, 'nothing is chosen by itself');
      await look(page, `13-report-${tag}`);
      await dialog.getByLabel('Harassing').check();
      await dialog.getByLabel('I will find out anyway').check();
      await dialog.getByLabel('You: I would rather not').check();
      await dialog.getByLabel('Anything to add').fill('Again and again.');
      await dialog.getByText('2 of at most 20 lines ticked').waitFor();
      await dialog.getByText('only the lines you tick').scrollIntoViewIfNeeded();
      assert.ok(await dialog.getByText('Kept for 30 days.').isVisible());
      await look(page, `13-report-filled-${tag}`);
      for (const target of await dialog.locator('button:visible, label.pick').all()) {
        const box = await target.boundingBox();
        assert.ok(box && box.height >= 44, `${await target.textContent()}: ${box?.height}`);
      }
      await dialog.getByRole('button', { name: 'Send report' }).click();
      await page.getByRole('heading', { name: 'Thank you' }).waitFor();
      assert.deepEqual(await service.heard('report'), {
        type: 'report', c: 'c1', reason: 'harassment', note: 'Again and again.',
        lines: [
          { from: 'partner', n: 2, text: SAID[1], tag: TAG }, { from: 'me', n: 1, text: 'I would rather not say.' },
        ],
      });
      await page.locator('#heard').getByText('Thank you.').waitFor({ state: 'attached' });
      for (const id of ['ask-block-after', 'ask-report-after']) assert.ok(await page.locator(`#${id}`).isHidden());
      await look(page, `13-thanks-${tag}`);
      await page.context().close();
    });
  }
}

test('a report by keyboard alone, and the way back from it', async () => {
  const { page, service } = await playedTalk(stage);
  await tell({ page, service }, ['Hello']);
  await focused(page, 'draft');
  await page.locator('#ask-block').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await focused(page, 'ask-report');
  await page.keyboard.press('Enter');
  await focused(page, 'reporting-title');
  await page.keyboard.press('Escape');
  await focused(page, 'ask-block');
  assert.equal(await page.getByText('Press Esc once more').isVisible(), false, 'that Escape was for the dialog');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await focused(page, 'reporting-title');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await focused(page, 'report-note');
  await page.keyboard.type('one');
  await page.keyboard.press('Enter');
  await page.keyboard.type('two');
  await page.keyboard.press('Tab');
  await focused(page, 'report-send');
  await page.keyboard.press('Enter');
  assert.deepEqual(await service.heard('report'), {
    type: 'report', c: 'c1', reason: 'sexual', note: 'one\ntwo',
    lines: [{ from: 'partner', n: 1, text: 'Hello', tag: TAG }],
  });
  await focused(page, 'fresh');
  await page.context().close();
});

test('what is missing or too much is said, where it can be mended, and nothing goes out', async () => {
  const { page, service } = await playedTalk(stage);
  await tell({ page, service }, [...Array(21).keys()].map((n) => `line ${n} ${'é'.repeat(n < 5 ? 1_900 : 1)}`));
  const dialog = await open(page);
  const send = dialog.getByRole('button', { name: 'Send report' });
  // As a hand does it, which does not wait for it to be enabled.
  const press = () => send.click({ force: true });
  assert.equal(await fault(page).textContent(), '', 'nobody is scolded in advance');
  await press();
  await fault(page).getByText('Choose what is wrong').waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'reason');
  await dialog.getByLabel('spam').check();
  assert.equal(await fault(page).textContent(), '');

  const boxes = dialog.locator('#report-lines input');
  for (const at of [0, 1]) await boxes.nth(at).check();
  await dialog.getByText(/^2 of at most 20 lines ticked; 9\d % of what a report can carry\.$/).waitFor();
  await boxes.nth(2).check();
  await fault(page).getByText('more than one report can carry').waitFor();
  await press();
  assert.ok(await boxes.nth(0).evaluate((box) => box === document.activeElement));
  for (const at of [0, 1, 2]) await boxes.nth(at).uncheck();

  for (let at = 0; at < 21; at += 1) await boxes.nth(at).check();
  await fault(page).getByText('at most 20 lines').waitFor();
  for (let at = 0; at < 21; at += 1) await boxes.nth(at).uncheck();

  await dialog.getByLabel('Anything to add').fill('😀'.repeat(501));
  await dialog.getByText('1 too many').waitFor();
  await press();
  await focused(page, 'report-note');
  await dialog.getByLabel('Anything to add').fill('😀'.repeat(500));
  await dialog.getByText('0 left').waitFor();
  assert.deepEqual(service.frames.filter(({ type }) => type === 'report'), []);
  await send.click();
  assert.deepEqual(await service.heard('report'), {
    type: 'report', c: 'c1', reason: 'spam', note: '😀'.repeat(500),
  });
  await page.context().close();
});

test('a report after the end, until the next conversation, and the dialog outlives an end that comes meanwhile', async () => {
  const { page, service } = await playedTalk(stage);
  await tell({ page, service }, ['one']);
  const dialog = await open(page);
  await dialog.getByLabel('Hate').check();
  await tell({ page, service }, ['two']);
  await dialog.getByLabel('Stranger: two').check();
  service.send({ type: 'ended', c: 'c1', reason: 'left', ticket: 't' });
  await dialog.getByText('The people who run Edgewise read it. You will not meet').waitFor();
  await dialog.getByRole('button', { name: 'Not now' }).click();
  await page.getByRole('button', { name: 'Report this person' }).click();
  assert.ok(await dialog.getByLabel('Hate').isChecked(), 'closing it loses nothing');
  await dialog.getByRole('button', { name: 'Not now' }).click();

  await page.getByRole('button', { name: 'Talk to someone new' }).click();
  await match(service, 'c2');
  await tell({ page, service }, ['hi'], 'c2');
  await open(page);
  assert.equal(await dialog.locator('input:checked').count(), 0, 'nothing is left of the last conversation');
  assert.deepEqual(await dialog.locator('.words-of').allTextContents(), ['hi']);
  await dialog.getByRole('button', { name: 'Only block' }).click();
  assert.deepEqual(await service.heard('block'), { type: 'block', c: 'c2' });
  await page.getByRole('heading', { name: 'Blocked' }).waitFor();
  await focused(page, 'fresh');

  await page.getByRole('button', { name: 'Report this person' }).click();
  assert.ok(await dialog.getByRole('button', { name: 'Only block' }).isHidden());
  await dialog.getByLabel('Something else', { exact: true }).check();
  await dialog.getByRole('button', { name: 'Send report' }).click();
  assert.deepEqual(await service.heard('report'), { type: 'report', c: 'c2', reason: 'other' });
  await page.context().close();
});

for (const [device, size] of /** @type {const} */ ([['phone', PHONE], ['desk', DESK]])) {
  test(`who went on to the next can still report the one before, on a ${device}`, async () => {
    const { page, service } = await playedTalk(stage, { ...size, colorScheme: device === 'phone' ? 'light' : 'dark' });
    await tell({ page, service }, ['rude']);
    await page.getByRole('button', { name: 'Next' }).click();
    service.send({ type: 'ended', c: 'c1', reason: 'next', ticket: 't' });
    service.send({ type: 'waiting', widen_ms: 0, ticket: 't' });
    const ask = page.getByRole('button', { name: 'Report the last person' });
    await ask.waitFor();
    await look(page, `13-last-seeking-${device}`);
    await ask.click();
    const dialog = dialogOf(page);
    await dialog.getByLabel('Harassing').check();
    await dialog.getByLabel('Stranger: rude').check();
    await dialog.getByRole('button', { name: 'Send report' }).click();
    assert.deepEqual(await service.heard('report'), {
      type: 'report', c: 'c1', reason: 'harassment', lines: [{ from: 'partner', n: 1, text: 'rude', tag: TAG }],
    });
    await page.locator('#seeking').getByText('Thank you.').waitFor();
    await focused(page, 'cancel');
    assert.ok(await ask.isHidden());
    await page.getByRole('button', { name: 'Stop looking' }).click();
    await page.locator('#home').getByText('Thank you.').waitFor();
    await look(page, `13-last-home-${device}`);
    service.send({ type: 'done', re: 'report', c: 'c1', ticket: 't' });
    service.send({ type: 'done', re: 'stop', ticket: 't' });
    await page.getByRole('button', { name: 'Talk to someone' }).click();
    await match(service, 'c2');
    await page.getByText('You are talking to a stranger.').waitFor();
    await page.context().close();
  });
}

test('a report that the service has not confirmed is made again after a reload, with all that it showed', async () => {
  const { page, service } = await playedTalk(stage);
  await tell({ page, service }, ['Hello']);
  const dialog = await open(page);
  await dialog.getByLabel('Threats').check();
  await dialog.getByLabel('Stranger: Hello').check();
  await dialog.getByLabel('Anything to add').fill('<b>note</b>');
  await dialog.getByRole('button', { name: 'Send report' }).click();
  const sent = await service.heard('report');
  await page.reload();
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  assert.deepEqual(await service.heard('report'), sent);
  service.send({ type: 'done', re: 'report', c: 'c1', ticket: 't2' });
  await page.waitForFunction(() => JSON.parse(sessionStorage.getItem('edgewise.place') ?? '').filings.length === 0);
  await page.context().close();
});

test('a service that would not take the report is not spoken for', async () => {
  const { page, service } = await playedTalk(stage);
  const dialog = await open(page);
  assert.ok(await dialog.locator('#report-shown').isHidden(), 'nothing was said');
  await dialog.getByLabel('under 18').check();
  await dialog.getByRole('button', { name: 'Send report' }).click();
  await service.heard('report');
  service.send({ type: 'error', code: 'unknown_type', re: 'report', c: 'c1' });
  assert.deepEqual(await service.heard('stop'), { type: 'stop', c: 'c1' });
  await page.locator('#ending').getByText('could not take the report').waitFor();
  await page.getByRole('button', { name: 'Block this person' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
  await service.heard('block');
  await page.context().close();
});

test('the narrowest phone has room for all of it, and so have forced colours', async () => {
  const narrow = { viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true };
  for (const [name, how] of /** @type {const} */ ([['narrow', narrow], ['forced', { forcedColors: 'active' }]])) {
    const { page, service } = await playedTalk(stage, how);
    await tell({ page, service }, SAID);
    const dialog = await open(page);
    await dialog.getByLabel('Harassing').check();
    await dialog.getByLabel('ANSWER').check();
    await look(page, `13-report-${name}`);
    await page.context().close();
  }
});
