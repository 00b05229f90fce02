// Every screen as people see it, on a phone by day and on a desk by night, or in all four looks with LOOKS=all: nothing
// serious for axe to find, nothing that has to be scrolled sideways, and a picture of each in shots/.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LOOKS, PHONE, accept, banned, heard, look, meet, openStage, say, severable } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

const LONG = 'There was a time when I thought that every rainy day was a day lost. Then one autumn I had a room with a '
  + 'tin roof, and the noise of it made the whole world small and warm. I have never really minded since.';

/**
 * @param {Page} ann
 * @param {Page} ben
 */
async function converse(ann, ben) {
  await say(ben, 'Hi there! How is your day?');
  await heard(ann, 'Hi there! How is your day?');
  await say(ann, 'Quiet. It has been raining since breakfast, and I have decided to like it.');
  await say(ann, '🙂');
  await heard(ben, '🙂');
  await say(ben, 'שלום! גם כאן יורד גשם.');
  await say(ben, 'A short list, then:\n  1. tea\n  2. a window\n  3. nothing to do');
  await heard(ann, 'A short list, then:\n  1. tea\n  2. a window\n  3. nothing to do');
  await say(ann, 'Sold.');
  await say(ann, LONG);
  await heard(ben, LONG);
  await ben.getByLabel('Your message').fill('That is');
  await ann.locator('#typing').waitFor();
  await ann.locator('.bubble[data-mark="seen"] p').getByText(LONG).waitFor();
}

for (const [tag, size] of LOOKS) {
  test(`every screen, ${tag}`, async () => {
    const ann = await stage.person(size);
    await ann.getByText('here now').waitFor();
    await look(ann, `1-gate-${tag}`);
    await accept(ann);
    await look(ann, `2-home-${tag}`);
    await ann.getByRole('button', { name: 'Talk to someone' }).click();
    await ann.getByRole('heading', { name: 'Looking for someone' }).waitFor();
    await look(ann, `3-waiting-${tag}`);

    const ben = await stage.person();
    await accept(ben);
    await ben.getByRole('button', { name: 'Talk to someone' }).click();
    await ann.locator('#greeting').waitFor();
    await look(ann, `4-hello-${tag}`);
    await converse(ann, ben);
    await look(ann, `5-talk-${tag}`);
    await ann.getByLabel('Your message').fill(`${LONG}\n\n`.repeat(10).slice(0, 1_925));
    await ann.getByText('75 left').waitFor();
    await ann.keyboard.press('Escape');
    await look(ann, `6-draft-${tag}`);

    await ann.getByLabel('Your message').fill('I was just about to say');
    await ben.getByRole('button', { name: 'Leave' }).click();
    await ann.getByRole('heading', { name: 'The stranger left' }).waitFor();
    await ann.getByLabel('Your message').press('Enter');
    await look(ann, `7-ended-${tag}`);

    await ann.getByLabel('Your message').fill('');
    // Not the same one: those two have just met.
    await ben.context().close();
    const dan = await stage.person({ prepare: severable });
    await accept(dan);
    await ann.getByRole('button', { name: 'Talk to someone new' }).click();
    await dan.getByRole('button', { name: 'Talk to someone' }).click();
    await ann.locator('#greeting').waitFor();
    await say(ann, 'Hello');
    await heard(dan, 'Hello');
    await dan.evaluate(() => Object.assign(globalThis, { cut: true }));
    await stage.breakLines();
    await ann.locator('#broken').getByText('holding their seat').waitFor();
    await say(ann, 'Are you still there?');
    await look(ann, `8-away-${tag}`);
    await ann.context().setOffline(true);
    await ann.locator('#broken').getByText('Your line is down').waitFor();
    await say(ann, 'This one waits');
    await look(ann, `8-down-${tag}`);
    await ann.getByRole('button', { name: 'Leave' }).click();
    await ann.getByText('Not delivered').last().waitFor();
    await look(ann, `8-not-delivered-${tag}`);
    await Promise.all([ann.context().close(), dan.context().close()]);

    const cleo = await stage.person({ ...size, prepare: banned });
    await accept(cleo);
    await cleo.getByRole('button', { name: 'Talk to someone' }).click();
    await cleo.getByText('2031').waitFor();
    await look(cleo, `9-banned-${tag}`);
    await cleo.context().close();
  });
}

test('the narrowest phone still shows everything', async () => {
  const page = await stage.person({ viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true });
  await page.getByText('here now').waitFor();
  await look(page, '10-gate-narrow');
  await accept(page);
  await look(page, '10-home-narrow');
  const other = await stage.person();
  await accept(other);
  for (const each of [page, other]) await each.getByRole('button', { name: 'Talk to someone' }).click();
  await page.locator('#greeting').waitFor();
  await say(other, 'unbreakable'.repeat(40));
  await heard(page, 'unbreakable'.repeat(40));
  await look(page, '10-talk-narrow');
  await Promise.all([page.context().close(), other.context().close()]);
});

test('forced colours and a wish for contrast leave everything readable', async () => {
  const wishes = /** @type {const} */ ([['forced', { forcedColors: 'active' }], ['contrast', { contrast: 'more' }]]);
  for (const [name, wish] of wishes) {
    const ann = await stage.person({ ...PHONE, ...wish });
    const ben = await stage.person();
    await meet(ann, ben);
    await converse(ann, ben);
    await look(ann, `11-${name}`);
    await Promise.all([ann.context().close(), ben.context().close()]);
  }
});

test('without scripts the page says what it needs', async () => {
  const page = await stage.person({ javaScriptEnabled: false });
  await page.locator('noscript .lead').waitFor();
  await page.context().close();
});
