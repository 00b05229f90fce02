// Conversations whose service is played by the test, for what the real one does only in its own time.

import assert from 'node:assert/strict';
import { accept, played } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** A tag as the service puts on a line. */
export const TAG = 'AbCdEfGhIjKlMnOpQrSt-_';

/**
 * Somebody in the conversation `c1`.
 * @param {Awaited<ReturnType<typeof import('./stage.mjs').openStage>>} stage
 * @param {import('./stage.mjs').Look & {prepare?: (page: Page) => Promise<unknown>}} [look]
 */
export async function playedTalk(stage, { prepare, ...look } = {}) {
  /** @type {Awaited<ReturnType<typeof played>> | undefined} */
  let service;
  const page = await stage.person({
    ...look,
    prepare: async (fresh) => {
      await prepare?.(fresh);
      service = await played(fresh);
    },
  });
  await accept(page);
  assert.ok(service);
  await page.getByRole('button', { name: 'Talk to someone' }).click();
  await match(service, 'c1');
  return { page, service };
}

/**
 * A partner for somebody who looks for one.
 * @param {Awaited<ReturnType<typeof played>>} service
 * @param {string} conversation
 */
export async function match(service, conversation) {
  await service.heard('find');
  service.send({ type: 'matched', conversation, common: [], lang: null, ticket: 't' });
  await service.heard('got');
}

/**
 * The partner says these, one after another, and the page shows them.
 * @param {{page: Page, service: Awaited<ReturnType<typeof played>>}} talk
 * @param {readonly string[]} texts
 * @param {string} [c]
 */
export async function tell({ page, service }, texts, c = 'c1') {
  const before = await page.locator('.bubble.them').count();
  for (const [at, text] of texts.entries()) service.send({ type: 'say', c, n: before + at + 1, text, tag: TAG });
  await page.locator('.bubble.them').nth(before + texts.length - 1).waitFor();
}
