// A conversation outlives what happens to its lines and pages: cuts, refreshes, deploys, pages out of sight.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { accept, agree, heard, meet, openStage, say, transcript } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** How long the network is away: longer than the partner's page needs to notice, and within the grace time. */
const CUT_MS = 20_000;

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

async function pair() {
  const ann = await stage.person();
  const ben = await stage.person();
  await meet(ann, ben);
  await say(ann, 'Hello');
  await ann.locator('.bubble[data-mark="seen"]').waitFor();
  return { ann, ben, part: () => Promise.all([ann.context().close(), ben.context().close()]) };
}

/** @param {Page} page */
const together = (page) => page.locator('#status').getByText('With a stranger').waitFor();

/**
 * What the page says to stand between the two.
 * @param {Page} page
 * @param {string} words
 */
const said = (page, words) => page.locator('#broken').getByText(words).waitFor();

/**
 * The network of these is gone for a while, in the middle of typing and sending on both sides.
 * @param {Page} ann
 * @param {Page} ben
 * @param {readonly Page[]} cut
 * @param {Promise<unknown>} noticed
 */
async function cutOff(ann, ben, cut, noticed) {
  await ann.getByLabel('Your message').fill('I was just typ');
  for (const page of cut) await page.context().setOffline(true);
  const end = Date.now() + CUT_MS;
  for (const [page, name] of /** @type {const} */ ([[ann, 'ann'], [ben, 'ben']])) {
    for (let n = 1; n <= 3; n += 1) await say(page, `${name} ${n}, while the line is down`);
    await page.getByLabel('Your message').fill(`draft of ${name}`);
  }
  for (const page of cut) await said(page, 'Your line is down');
  // A line that only falls silent says nothing to the service either; now it notices.
  await noticed;
  for (const page of [ann, ben].filter((each) => !cut.includes(each))) {
    await said(page, 'They have lost their line; holding their seat for');
  }
  for (const page of [ann, ben]) assert.equal(await page.locator('.bubble[data-mark="waiting"]').count(), 3);
  await sleep(Math.max(0, end - Date.now()));
  for (const page of cut) await page.context().setOffline(false);
  await Promise.all([together(ann), together(ben)]);
  await heard(ben, 'ann 3, while the line is down');
  await heard(ann, 'ben 3, while the line is down');
  assert.equal((await agree(ann, ben)).me.length, 4);
  assert.equal(await ann.getByLabel('Your message').inputValue(), 'draft of ann');
  assert.equal(await ben.getByLabel('Your message').inputValue(), 'draft of ben');
}

/** One after the other into the queue, so that each meets the one they came with. */
async function pairs() {
  return [await pair(), await pair(), await pair(), await pair()];
}

test('20 s without a network, on either side or both; and a page that is closed', { timeout: 90_000 }, async () => {
  const [first, second, both, closed] = await pairs();
  assert.ok(first && second && both && closed);
  const lost = (async () => {
    await closed.ben.context().close();
    await said(closed.ann, 'holding their seat');
    await closed.ann.getByRole('heading', { name: 'The stranger’s line broke' }).waitFor({ timeout: 25_000 });
  })();
  const noticed = lost.then(() => stage.breakLines());
  await Promise.all([
    cutOff(first.ann, first.ben, [first.ann], noticed),
    cutOff(second.ann, second.ben, [second.ben], noticed),
    cutOff(both.ann, both.ben, [both.ann, both.ben], noticed),
  ]);
  await Promise.all([first.part(), second.part(), both.part(), closed.ann.context().close()]);
});

test('a refresh goes on with transcript and draft, on either page and on both at once', async () => {
  const { ann, ben, part } = await pair();
  await say(ben, 'Hello yourself');
  await heard(ann, 'Hello yourself');
  await ann.getByLabel('Your message').fill('half a tho');
  const shown = await transcript(ann);
  await ann.reload();
  await together(ann);
  assert.deepEqual(await transcript(ann), shown);
  assert.equal(await ann.getByLabel('Your message').inputValue(), 'half a tho');
  await ann.getByLabel('Your message').press('Enter');
  await heard(ben, 'half a tho');
  await say(ben, 'sent, and gone at once');
  await Promise.all([ann.reload(), ben.reload()]);
  await Promise.all([together(ann), together(ben)]);
  await heard(ann, 'sent, and gone at once');
  await agree(ann, ben);
  await ann.evaluate(() => location.reload());
  await ann.waitForFunction(() => document.body?.dataset.screen !== 'none');
  await ann.reload();
  await together(ann);
  await agree(ann, ben);
  await part();
});

test('a message of which the refresh follows at once is neither lost nor doubled', async () => {
  const { ann, ben, part } = await pair();
  for (let n = 1; n <= 3; n += 1) {
    await say(ann, `and ${n}`);
    await ann.reload();
    await together(ann);
    await say(ben, `answer ${n}`);
  }
  await heard(ben, 'and 3');
  await heard(ann, 'answer 3');
  const { me, them } = await agree(ann, ben);
  assert.deepEqual(me, ['Hello', 'and 1', 'and 2', 'and 3']);
  assert.deepEqual(them, ['answer 1', 'answer 2', 'answer 3']);
  await part();
});

test('a deploy breaks every line and no conversation', async () => {
  const { ann, ben, part } = await pair();
  for (let time = 1; time <= 3; time += 1) {
    await say(ann, `before ${time}`);
    await stage.breakLines();
    await say(ben, `after ${time}`);
    await heard(ann, `after ${time}`);
    await heard(ben, `before ${time}`);
  }
  await agree(ann, ben);
  await part();
});

test('a runtime that is killed takes no conversation along', { timeout: 60_000 }, async () => {
  const { ann, ben, part } = await pair();
  for (let time = 1; time <= 2; time += 1) {
    const killed = stage.command({ command: 'kill' });
    await say(ann, `while nothing runs ${time}`);
    await ben.getByLabel('Your message').fill(`draft ${time}`);
    const { url } = await killed;
    assert.equal(url, stage.url, 'the pages know it by its address');
    await heard(ben, `while nothing runs ${time}`);
    assert.equal(await ben.getByLabel('Your message').inputValue(), `draft ${time}`);
    await ben.getByLabel('Your message').press('Enter');
    await heard(ann, `draft ${time}`);
  }
  await agree(ann, ben);
  await part();
});

test('a page out of sight comes back by itself, and its messages are delivered but not seen', async () => {
  const { ann, ben, part } = await pair();
  await ben.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await stage.breakLines();
  await say(ann, 'Are you there?');
  await ann.locator('.bubble[data-mark="delivered"] p').getByText('Are you there?').waitFor();
  await ben.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await ann.locator('.bubble[data-mark="seen"] p').getByText('Are you there?').waitFor();
  await part();
});

test('who leaves without a line is gone as soon as it is back', async () => {
  const { ann, ben, part } = await pair();
  await ann.context().setOffline(true);
  await said(ann, 'Your line is down');
  await ann.getByRole('button', { name: 'Leave' }).click();
  await ann.getByRole('heading', { name: 'You left' }).waitFor();
  await ann.context().setOffline(false);
  await ben.getByRole('heading', { name: 'The stranger left' }).waitFor();
  await part();
});

test('a conversation that ended meanwhile is over, and what was not delivered is marked so', async () => {
  const { ann, ben, part } = await pair();
  await ann.context().setOffline(true);
  await said(ann, 'Your line is down');
  await say(ann, 'too late');
  await ben.getByRole('button', { name: 'Leave' }).click();
  await ben.getByRole('heading', { name: 'You left' }).waitFor();
  await ann.context().setOffline(false);
  await ann.locator('#ending-detail').getByText('It ended while your line was down.').waitFor();
  await ann.locator('.bubble[data-mark="lost"] p').getByText('too late').waitFor();
  await ann.getByText('Not delivered: the chat ended first').waitFor();
  await ann.reload();
  await ann.locator('#ending-detail').getByText('It ended while your line was down.').waitFor();
  assert.deepEqual((await transcript(ann)).me, ['Hello', 'too late']);
  await part();
});

test('a duplicated tab starts afresh and leaves the conversation where it is', async () => {
  const { ann, ben, part } = await pair();
  const opened = ann.waitForEvent('popup');
  await ann.evaluate(() => { window.open(location.href); });
  const copy = await opened;
  await copy.getByRole('button', { name: 'Talk to someone' }).waitFor();
  assert.equal(await copy.locator('.bubble').count(), 0);
  await say(ben, 'Still there?');
  await heard(ann, 'Still there?');
  await together(ann);
  await copy.reload();
  await copy.getByRole('button', { name: 'Talk to someone' }).waitFor();
  await part();
});

test('a search survives a refresh and keeps one place', async () => {
  const ann = await stage.person();
  await accept(ann);
  await ann.getByRole('button', { name: 'Talk to someone' }).click();
  // Whoever was here before may still be counted, so what a search says at first is one of these.
  await ann.locator('#seeking').getByText(/only one here|next person|we will look for anyone/).waitFor();
  await ann.reload();
  await ann.getByRole('heading', { name: 'Looking for someone' }).waitFor();
  const ben = await stage.person();
  await accept(ben);
  await ben.getByRole('button', { name: 'Talk to someone' }).click();
  for (const page of [ann, ben]) await page.locator('#greeting').waitFor();
  await Promise.all([ann.context().close(), ben.context().close()]);
});
