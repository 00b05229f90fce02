// A page whose tab is behind another one, in a browser that slows such pages down as it does for everybody.
//
//   HIDDEN_MS=120000 node --test tests/browser/hidden.test.mjs

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBare } from './bare.mjs';
import { accept, heard, openStage, say, transcript } from './stage.mjs';

/** How long the tab is hidden: long enough for its timers to be slowed down to one a minute. */
const HIDDEN_MS = Number(process.env.HIDDEN_MS ?? 14_000);

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
/** @type {Awaited<ReturnType<typeof openBare>>} */
let bare;
before(async () => { [stage, bare] = await Promise.all([openStage(), openBare()]); });
after(async () => {
  await Promise.all([stage.close(), bare.close()]);
  assert.deepEqual(stage.complaints, []);
});

/** @param {string} from */
const bubbles = (from) => `[...document.querySelectorAll('.bubble.${from} p')].map((each) => each.textContent)`;

test('a tab in the background loses nothing, and has seen nothing', { timeout: HIDDEN_MS + 90_000 }, async () => {
  const ann = await stage.person();
  const ben = await bare.page(stage.url);
  await ben.press('accept');
  await ben.press('talk');
  await accept(ann);
  await ann.getByRole('button', { name: 'Talk to someone' }).click();
  await say(ann, 'Hello');
  await ann.locator('.bubble[data-mark="seen"] p').getByText('Hello').waitFor();

  await ben.value('globalThis.rings = 0; setInterval(() => { globalThis.rings += 1; }, 50)');
  const front = await bare.page('about:blank');
  await front.front();
  await ben.until('document.visibilityState === "hidden"');
  const end = Date.now() + HIDDEN_MS;
  let said = 0;
  while (Date.now() < end) {
    said += 1;
    await say(ann, `hidden ${said}`);
    // Every other time the line breaks under the tab, and comes back while it is hidden.
    if (said % 2 === 1) await stage.breakLines();
    await ann.locator('.bubble[data-mark="delivered"] p').getByText(`hidden ${said}`, { exact: true }).waitFor();
    await sleep(Math.min(HIDDEN_MS / 5, Math.max(0, end - Date.now())));
  }
  const rings = await ben.value('globalThis.rings');
  assert.ok(rings < HIDDEN_MS / 500, `${rings} rings: the browser has not slowed the page down`);
  assert.equal(await ann.locator('.bubble[data-mark="seen"]').count(), 1, 'nobody has looked');

  await ben.front();
  await ann.locator('.bubble[data-mark="seen"] p').getByText(`hidden ${said}`, { exact: true }).waitFor();
  await ben.value("document.getElementById('draft').value = 'I am back'");
  await ben.value("document.getElementById('draft').dispatchEvent(new Event('input'))");
  await ben.press('send');
  await heard(ann, 'I am back');
  const { me, them } = await transcript(ann);
  assert.equal(me.length, said + 1);
  assert.deepEqual([await ben.value(bubbles('them')), await ben.value(bubbles('me'))], [me, them]);
});
