// What the operator has to say, as people see it: in every look, for as long as it is in force, until they hide it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { announcement, event, openFeed } from './feed.mjs';
import { LOOKS, PHONE, accept, heard, look, meet, openStage, say } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
/** @type {Awaited<ReturnType<typeof openFeed>>} */
let feed;
before(async () => { [stage, feed] = await Promise.all([openStage(), openFeed()]); });
after(async () => {
  await Promise.all([stage.close(), feed.close()]);
  assert.deepEqual(stage.complaints, []);
});

const HERE = event('presence', { online: 128, waiting: 2, chatting: 96 });
const NOTE = 'New: say what you like, and meet somebody who likes it too.';
const BREAK =
  'Maintenance tonight.\nFrom 01:00 to 02:00 UTC lines may break for a moment.\nThey come back by themselves.';
const ALERT = 'Somebody sends links that steal passwords. Do not open links from strangers.';
const THREE = [announcement(1, 'info', NOTE), announcement(2, 'warning', BREAK), announcement(3, 'critical', ALERT)];
/** As long as they may be, and as many. */
const LONGEST = 'A sentence that goes on and on.\n'.repeat(16).slice(0, 500);
const ALL = ['info', 'warning', 'critical', 'warning'].flatMap((severity, at) => [1, 2, 3, 4, 5].map((n) => {
  return announcement(at * 5 + n, /** @type {'info' | 'warning' | 'critical'} */ (severity), LONGEST);
}));

/**
 * Somebody who is told this on coming.
 * @param {string[]} told
 * @param {Parameters<typeof stage.person>[0]} [how]
 */
function person(told, how = {}) {
  feed.begin(event('in_force', { ids: [] }), ...told, HERE);
  return stage.person({ ...how, prepare: feed.attach });
}

/** @param {Page} page */
const texts = (page) => page.locator('.announcement p').allTextContents();

/** @param {Page} page @param {string} text */
const card = (page, text) => page.locator('.announcement').filter({ has: page.getByText(text, { exact: true }) });

/** @param {Page} page @param {string} text */
const hide = (page, text) => card(page, text).getByRole('button', { name: 'Hide' }).click();

for (const [tag, size] of LOOKS) {
  test(`announcements, ${tag}: what matters most comes first`, async () => {
    const ann = await person(THREE, size);
    await card(ann, NOTE).waitFor();
    assert.deepEqual(await texts(ann), [ALERT, BREAK, NOTE]);
    await look(ann, `12-announcements-gate-${tag}`);
    await accept(ann);
    await look(ann, `12-announcements-home-${tag}`);
    const ben = await stage.person();
    await meet(ben, ann);
    await say(ben, 'Hello');
    await heard(ann, 'Hello');
    await look(ann, `12-announcements-talk-${tag}`);
    await Promise.all([ann.context().close(), ben.context().close()]);
  });

  test(`twenty announcements leave room to talk, ${tag}`, async () => {
    const ann = await person(ALL, size);
    const ben = await stage.person();
    await meet(ben, ann);
    await ann.locator('.announcement').nth(19).waitFor();
    const { height } = size.viewport;
    const region = await ann.locator('#announcements').boundingBox();
    const composer = await ann.locator('#composer').boundingBox();
    assert.ok(region && region.height < 0.3 * height, 'they take a part of the height');
    assert.ok(composer && composer.y + composer.height <= height, 'the composer is where it always is');
    await look(ann, `12-announcements-all-${tag}`);
    await say(ann, 'Still here');
    await heard(ben, 'Still here');
    // Whatever there is can be read: the last one comes into sight.
    await ann.locator('.announcement').last().locator('button').scrollIntoViewIfNeeded();
    assert.ok(await ann.locator('.announcement').last().locator('button').isVisible());
    await Promise.all([ann.context().close(), ben.context().close()]);
  });
}

test('forced colours and a wish for contrast leave announcements readable', async () => {
  const wishes = /** @type {const} */ ([['forced', { forcedColors: 'active' }], ['contrast', { contrast: 'more' }]]);
  for (const [name, wish] of wishes) {
    const page = await person(THREE, { ...PHONE, ...wish });
    await card(page, NOTE).waitFor();
    await look(page, `12-announcements-${name}`);
    await page.context().close();
  }
});

test('what is critical is read out at once, the rest when there is a moment', async () => {
  const page = await person([]);
  await page.getByText('128 here now').waitFor();
  // Both regions are there before anything is in them: one that comes with its words may go unsaid.
  assert.equal(await page.getByRole('alert').count(), 1);
  assert.equal(await page.locator('#announcements [aria-live="polite"]').count(), 1);
  feed.say(...THREE);
  await page.getByRole('alert').getByText(ALERT).waitFor();
  const polite = page.locator('[aria-live="polite"]', { has: page.getByText(BREAK) });
  assert.deepEqual(await polite.locator('p').allTextContents(), [BREAK, NOTE]);
  assert.deepEqual(await page.locator('.announcement .unseen').allTextContents(), ['Important:', 'Warning:', 'Note:']);
  await page.context().close();
});

test('announcements come and go as the operator says', async () => {
  const page = await person([]);
  await page.getByText('128 here now').waitFor();
  assert.equal(await page.locator('.announcement').count(), 0);
  feed.say(announcement(1, 'info', NOTE));
  await card(page, NOTE).waitFor();
  feed.say(announcement(2, 'critical', ALERT));
  await card(page, ALERT).waitFor();
  feed.say(event('retract', { id: 'announcement-1' }, 3));
  await card(page, NOTE).waitFor({ state: 'detached' });
  assert.deepEqual(await texts(page), [ALERT]);
  await page.context().close();
});

test('a stream that comes back repeats nothing, and drops what is no longer in force', async () => {
  const page = await person(THREE);
  await card(page, NOTE).waitFor();
  const cards = page.locator('.announcement');
  await cards.evaluateAll((all) => all.forEach((each) => Object.assign(each, { old: true })));
  // As from a service that forgot how far this page was: all that is in force, again.
  const ids = ['announcement-1', 'announcement-3', 'announcement-4'];
  const news = announcement(4, 'info', 'Something new.');
  const rest = THREE.filter((each) => !each.includes(JSON.stringify(BREAK)));
  feed.begin(event('in_force', { ids }, 3), ...rest, news, HERE);
  feed.end();
  await card(page, 'Something new.').waitFor();
  assert.deepEqual(await texts(page), [ALERT, 'Something new.', NOTE]);
  const old = await cards.evaluateAll((all) => all.map((each) => 'old' in each));
  assert.deepEqual(old, [true, false, true], 'what stays is not even drawn again');
  await page.context().close();
});

test('what was hidden stays hidden: in the other tabs, and on the next visit', async () => {
  const page = await person(THREE);
  await card(page, NOTE).waitFor();
  const other = await page.context().newPage();
  await other.goto(stage.url);
  await card(other, NOTE).waitFor();
  await hide(page, BREAK);
  await card(page, BREAK).waitFor({ state: 'detached' });
  await card(other, BREAK).waitFor({ state: 'detached' });
  await hide(other, ALERT);
  await card(page, ALERT).waitFor({ state: 'detached' });
  assert.deepEqual(await texts(page), [NOTE]);
  const kept = await page.evaluate(() => localStorage.getItem('edgewise.dismissed'));
  assert.deepEqual(JSON.parse(kept ?? ''), ['announcement-2', 'announcement-3'], 'only ids are kept');
  await other.close();
  await page.reload();
  await card(page, NOTE).waitFor();
  assert.deepEqual(await texts(page), [NOTE]);
  await page.context().close();
});

test('while the stream speaks it says what is in force, and once it is interrupted this device does', async () => {
  const page = await person([announcement(1, 'info', NOTE), announcement(2, 'warning', 'Long over.', 1)]);
  await page.getByText('128 here now').waitFor();
  assert.deepEqual(await texts(page), ['Long over.', NOTE], 'the clock of this device may be wrong');
  feed.begin();
  feed.end();
  await card(page, 'Long over.').waitFor({ state: 'detached' });
  assert.deepEqual(await texts(page), [NOTE]);
  await page.context().close();
});

test('what looks like markup is text, and a line break is one', async () => {
  const nasty = '<img src=x onerror="document.title=1">\n<b>hi</b> <script>document.title = 2</script>';
  const page = await person([announcement(1, 'critical', nasty)]);
  await page.locator('.announcement').waitFor();
  assert.deepEqual(await texts(page), [nasty]);
  assert.equal(await page.locator('.announcement p *').count(), 0);
  assert.equal(await page.title(), 'Edgewise');
  const shown = await page.locator('.announcement p').evaluate((said) => /** @type {HTMLElement} */ (said).innerText);
  assert.equal(shown, nasty);
  await page.context().close();
});

test('on a small phone, accepting the terms leaves the bar and the announcement in sight', async () => {
  const page = await person([announcement(1, 'info', NOTE)], { ...PHONE, viewport: { width: 320, height: 480 } });
  await card(page, NOTE).waitFor();
  await accept(page);
  await page.waitForFunction(() => document.activeElement?.id === 'talk');
  assert.equal(await page.evaluate(() => window.scrollY), 0);
  await page.context().close();
});

test('by keyboard, each hides in turn and the focus is never lost', async () => {
  const page = await person(THREE);
  await card(page, NOTE).waitFor();
  await card(page, ALERT).getByRole('button').focus();
  for (const rest of [[BREAK, NOTE], [NOTE], []]) {
    await page.keyboard.press('Enter');
    await page.waitForFunction((count) => document.querySelectorAll('.announcement').length === count, rest.length);
    assert.deepEqual(await texts(page), rest);
    const at = rest.length > 0 ? '.announcement button' : 'main';
    assert.ok(await page.locator(at).first().evaluate((each) => each === document.activeElement));
  }
  await page.context().close();
});

test('who hides the last one in a conversation goes on writing', async () => {
  const ann = await person([announcement(1, 'info', NOTE)]);
  const ben = await stage.person();
  await meet(ben, ann);
  await card(ann, NOTE).getByRole('button').focus();
  await ann.keyboard.press('Enter');
  await ann.waitForFunction(() => document.activeElement?.id === 'draft');
  await ann.keyboard.type('Here again');
  await ann.keyboard.press('Enter');
  await heard(ben, 'Here again');
  await Promise.all([ann.context().close(), ben.context().close()]);
});
