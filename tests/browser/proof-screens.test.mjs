// The door that wants a proof, and the one that stays shut, as people see them: nothing serious for axe to find, nothing
// that has to be scrolled sideways, and a picture of each in shots/.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Door, playTurnstile } from './door.mjs';
import { DESK, PHONE, accept, isLookedAt, look, openStage, played } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

const NARROW = Object.freeze({ viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true });

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

/**
 * Somebody who wants to talk, before this door.
 * @param {import('./stage.mjs').Look} size
 * @param {Partial<Door>} as
 * @param {Parameters<typeof playTurnstile>[1]} [how]
 */
async function knock(size, as, how = 'waits') {
  const door = Object.assign(new Door(), as);
  /** @type {Awaited<ReturnType<typeof played>> | undefined} */
  let service;
  const page = await stage.person({
    ...size,
    prepare: async (fresh) => {
      await door.standBefore(fresh);
      service = await played(fresh);
    },
  });
  const check = await playTurnstile(page, how);
  await accept(page);
  await page.getByRole('button', { name: 'Talk to someone' }).click();
  assert.ok(service);
  return { door, page, check, service };
}

/** @type {Partial<Door>} */
const ENDLESS = { maxnumber: 6_400_000, unsolvable: true };

/** @param {Page} page */
const working = (page) => page.waitForFunction(() => Number(document.querySelector('progress')?.value) > 2);
/** @param {Page} page */
const box = (page) => page.frameLocator('.check-frame').getByRole('button');

for (const [device, size] of /** @type {const} */ ([['phone', PHONE], ['desk', DESK], ['narrow', NARROW]])) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    if (device === 'narrow' ? colorScheme === 'dark' : !isLookedAt(device, colorScheme)) continue;
    const tag = `${device}-${colorScheme}`;

    test(`the checks at the door on a ${device}, ${colorScheme}`, async () => {
      const work = await knock({ ...size, colorScheme }, ENDLESS);
      await working(work.page);
      await look(work.page, `12-puzzle-${tag}`);
      await work.page.context().close();

      const { page, check } = await knock({ ...size, colorScheme }, { proof: 'turnstile' }, 'isBlocked');
      await page.locator('#check').getByText('could not be loaded').waitFor();
      await look(page, `12-blocked-${tag}`);
      check.how = 'waits';
      await page.getByRole('button', { name: 'Try the check again' }).click();
      await box(page).waitFor();
      await look(page, `12-turnstile-${tag}`);
      await page.context().close();
    });

    test(`a check in the midst of a conversation on a ${device}, ${colorScheme}`, async () => {
      const { door, page, service } = await knock({ ...size, colorScheme }, { proof: 'none' });
      await service.heard('find');
      service.send({ type: 'matched', conversation: 'c1', common: [], lang: null, ticket: 't1' });
      service.send({ type: 'say', c: 'c1', n: 1, text: 'Hello! Have you been here for long?' });
      await page.locator('.bubble').first().waitFor();
      Object.assign(door, { proof: 'pow', ...ENDLESS });
      service.close(4401);
      await working(page);
      await look(page, `13-puzzle-${tag}`);
      Object.assign(door, { proof: 'turnstile' });
      service.greeting.state = 'talking';
      await page.reload();
      await box(page).waitFor();
      await look(page, `13-turnstile-${tag}`);
      await box(page).click();
      await service.heard('hello');
      service.send({ type: 'resumed', conversation: 'c1', common: [], partner: 'here', ticket: 't2' });
      await page.getByText('With a stranger', { exact: true }).waitFor();
      await page.context().close();
    });

    test(`a door that stays shut on a ${device}, ${colorScheme}`, async () => {
      const contact = 'appeals@edgewise.example';
      const bannedUntil = Date.UTC(2031, 4, 1, 12);
      const { door, page, service } = await knock({ ...size, colorScheme }, { proof: 'none', bannedUntil, contact });
      await page.getByRole('link', { name: contact }).waitFor();
      await look(page, `12-banned-${tag}`);
      door.bannedUntil = null;
      await page.getByRole('button', { name: 'Try again' }).click();
      await service.heard('find');
      service.send({ type: 'matched', conversation: 'c1', common: [], lang: null, ticket: 't1' });
      await page.locator('#greeting').waitFor();
      service.close(4403, String(bannedUntil));
      await page.locator('#ending').getByRole('link', { name: contact }).waitFor();
      await look(page, `13-banned-${tag}`);
      await page.context().close();
    });
  }
}

test('forced colours leave the check readable', async () => {
  const { page } = await knock({ ...PHONE, forcedColors: 'active' }, ENDLESS);
  await working(page);
  await look(page, '12-puzzle-forced');
  await page.context().close();
});
