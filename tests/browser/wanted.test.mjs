// Interests and language, by keyboard and by touch, and what becomes of them: they are kept, they go out with every
// find, and two people are told what they share.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE, accept, openStage, played } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

/** @param {Page} page */
const chips = (page) => page.locator('.chip bdi').allTextContents();

/**
 * @param {Page} page
 * @param {number} count
 */
const counted = (page, count) => page.waitForFunction((wanted) => {
  return document.querySelectorAll('.chip').length === wanted;
}, count);

/**
 * @param {Page} page
 * @param {string} selector
 */
const focused = (page, selector) => page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector);

/**
 * @param {Page} page
 * @param {string} words
 */
const told = (page, words) => {
  return page.locator('#heard').getByText(words, { exact: true }).last().waitFor({ state: 'attached' });
};

/** @param {import('./stage.mjs').Look} [look] */
async function home(look) {
  const page = await stage.person({ locale: 'en-GB', ...look });
  await accept(page);
  return page;
}

/** Somebody whose service is played. @param {import('./stage.mjs').Look} [look] */
async function visit(look) {
  /** @type {Awaited<ReturnType<typeof played>> | undefined} */
  let service;
  const prepare = async (/** @type {Page} */ fresh) => { service = await played(fresh); };
  const page = await stage.person({ locale: 'en-GB', ...look, prepare });
  await accept(page);
  assert.ok(service);
  return { page, service };
}

test('interests are made, taken back and removed by keyboard alone', async () => {
  const page = await home();
  await focused(page, '#talk');
  await page.keyboard.press('Shift+Tab');
  await focused(page, '#lang');
  await page.keyboard.press('Shift+Tab');
  await focused(page, '#interest');
  await page.keyboard.type('jazz');
  await page.keyboard.press('Enter');
  await page.keyboard.type('old films, chess,go');
  await page.keyboard.press('Enter');
  await counted(page, 4);
  assert.deepEqual(await chips(page), ['jazz', 'old films', 'chess', 'go']);
  await told(page, 'Added old films');
  await page.keyboard.press('Backspace');
  await counted(page, 3);
  await told(page, 'Removed go');
  await focused(page, '#interest');

  // The one in its place is next; where there is none, the one before; where there is none at all, the field.
  await page.keyboard.press('Shift+Tab');
  await focused(page, '[aria-label="Remove chess"]');
  await page.keyboard.press('Shift+Tab');
  await focused(page, '[aria-label="Remove old films"]');
  await page.keyboard.press('Enter');
  await focused(page, '[aria-label="Remove chess"]');
  await page.keyboard.press('Space');
  await focused(page, '[aria-label="Remove jazz"]');
  await page.keyboard.press('Space');
  await focused(page, '#interest');
  assert.deepEqual(await chips(page), []);
  await page.context().close();
});

test('a pasted list makes as many interests as it has', async () => {
  const page = await home();
  await page.locator('#interest').focus();
  await page.keyboard.insertText('a, b, c');
  await counted(page, 3);
  await page.locator('#interest').evaluate((field) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'd\ne\n');
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await counted(page, 5);
  assert.deepEqual(await chips(page), ['a', 'b', 'c', 'd', 'e']);
  assert.equal(await page.locator('#interest').inputValue(), '');
  await page.context().close();
});

test('what cannot be an interest says why, where a screen reader hears it, and can be mended', async () => {
  const page = await home();
  const field = page.locator('#interest');
  const note = page.locator('#interest-note[role="status"]');
  await field.fill('x'.repeat(33));
  await field.press('Enter');
  await note.getByText('Too long: an interest has at most 32 characters.').waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  await field.press('Backspace');
  await note.getByText('Too long').waitFor({ state: 'detached' });
  await field.press('Enter');
  await field.fill(` X${'x'.repeat(31)}`);
  await field.press('Enter');
  await note.getByText('is there already').waitFor();
  await field.fill('1,2,3,4,5,6,7,8,9,10');
  await note.getByText('That is 10 already').waitFor();
  assert.equal(await field.inputValue(), '10');
  await page.keyboard.press('Escape');
  await note.getByText('That is 10 already').waitFor({ state: 'detached' });
  assert.equal(await field.inputValue(), '');
  await counted(page, 10);
  await page.context().close();
});

test('a finger can take an interest away, and gets no keyboard with it', async () => {
  const page = await home(PHONE);
  await page.locator('#interest').fill('jazz, chess, ');
  await counted(page, 2);
  await page.locator('#talk').focus();
  for (const name of ['jazz', 'chess']) {
    const button = page.getByRole('button', { name: `Remove ${name}` });
    const box = await button.boundingBox();
    assert.ok(box && box.width >= 44 && box.height >= 44, `${name}: ${JSON.stringify(box)}`);
    await button.tap();
    await button.waitFor({ state: 'detached' });
    assert.notEqual(await page.evaluate(() => document.activeElement?.id), 'interest');
  }
  for (const id of ['interest', 'lang', 'talk']) {
    const box = await page.locator(`#${id}`).boundingBox();
    assert.ok(box && box.width >= 44 && box.height >= 44, `${id}: ${JSON.stringify(box)}`);
  }
  await page.context().close();
});

test('interests and language outlast a reload and a visit; what is broken does not', async () => {
  const page = await home({ locale: 'de-AT' });
  assert.equal(await page.locator('#lang').inputValue(), 'de');
  await page.locator('#interest').fill('jazz, chess,');
  await page.locator('#lang').selectOption('fr');
  await page.reload();
  await counted(page, 2);
  assert.equal(await page.locator('#lang').inputValue(), 'fr');
  const later = await page.context().newPage();
  await page.close();
  await later.goto(stage.url);
  await counted(later, 2);
  assert.deepEqual(await chips(later), ['jazz', 'chess']);
  await later.locator('#lang').selectOption('');
  for (const [kept, left] of /** @type {const} */ ([
    ['{', []], ['{"a":1}', []], [JSON.stringify(['ok', 7, 'x'.repeat(33), ' ']), ['ok']],
    [JSON.stringify(Array.from({ length: 14 }, (_, at) => `w${at}`)), Array.from({ length: 10 }, (_, at) => `w${at}`)],
  ])) {
    await later.evaluate((text) => localStorage.setItem('edgewise.interests', text), kept);
    await later.reload();
    await later.locator('#home').waitFor();
    assert.deepEqual(await chips(later), left, kept);
    assert.equal(await later.locator('#lang').inputValue(), '', 'any language was a choice');
  }
  await later.context().close();
});

test('every find says what is wanted, and a change while waiting says it again', async () => {
  const { page, service } = await visit();
  await page.locator('#interest').fill('Jazz');
  await page.getByRole('button', { name: 'Talk to someone' }).click();
  const find = { type: 'find', interests: ['Jazz'], lang: 'en' };
  assert.deepEqual(await service.heard('find'), find);
  service.send({ type: 'waiting', widen_ms: 9_000, ticket: 't' });
  await page.getByText('Change what to look for').click();
  await page.locator('#interest').fill('chess');
  await page.locator('#interest').press('Enter');
  assert.deepEqual(await service.heard('find'), { ...find, interests: ['Jazz', 'chess'] });
  await page.locator('#lang').selectOption('');
  assert.deepEqual(await service.heard('find'), { type: 'find', interests: ['Jazz', 'chess'] });
  service.send({ type: 'matched', conversation: 'c1', common: ['Jazz'], lang: null, ticket: 't' });
  await page.getByRole('button', { name: 'Next' }).click();
  assert.deepEqual(await service.heard('find'), { type: 'find', interests: ['Jazz', 'chess'], c: 'c1' });
  await page.context().close();
});

test('the wait says whom it is for, what comes next, and when anyone will do', async () => {
  const { page, service } = await visit();
  await page.locator('#interest').fill('jazz, chess,');
  await page.getByRole('button', { name: 'Talk to someone' }).click();
  await service.heard('find');
  service.send({ type: 'waiting', widen_ms: 9_000, ticket: 't' });
  const status = page.locator('#seeking [role="status"]');
  await status.getByText(/^First, someone who likes .?jazz.? or .?chess.? and speaks English\.$/).waitFor();
  await status.getByText('In a few seconds we will look for anyone.').waitFor();
  service.send({ type: 'waiting', widen_ms: 0, ticket: 't' });
  await status.getByText(/^No one who likes .?jazz.? or .?chess.? and speaks English is free right now\.$/).waitFor();
  await status.getByText(/^Looking for anyone/).waitFor();
  await page.context().close();
});

test('a partner who was gone already is no end of the search', async () => {
  const { page, service } = await visit();
  await page.getByRole('button', { name: 'Talk to someone' }).click();
  await service.heard('find');
  service.send({ type: 'matched', conversation: 'c1', common: [], lang: null, ticket: 't' });
  await service.heard('got');
  service.send({ type: 'ended', c: 'c1', reason: 'lost', ticket: 't' });
  service.send({ type: 'waiting', widen_ms: 0, ticket: 't' });
  await page.getByText('They were gone already; looking on.').waitFor();
  await focused(page, '#seeking-title');
  service.send({ type: 'matched', conversation: 'c2', common: [], lang: null, ticket: 't' });
  assert.equal((await service.heard('got')).c, 'c2');
  assert.deepEqual(service.frames.filter(({ type }) => type === 'stop' || type === 'find'), []);
  await page.context().close();
});

test('two who share something are told so, each in their own spelling, and still after a reload', async () => {
  const [ann, ben] = [await home(), await home()];
  await ann.locator('#interest').fill('Jazz, Board  Games, sewing');
  await ben.locator('#interest').fill('board games, JAZZ');
  for (const page of [ann, ben]) await page.getByRole('button', { name: 'Talk to someone' }).click();
  const hers = /^You both like .?Jazz.? and .?Board {2}Games.?\. You both speak English\.$/;
  await ann.locator('#in-common').getByText(hers).waitFor();
  await ben.locator('#in-common').getByText(/^You both like .?board games.? and .?JAZZ.?\./).waitFor();
  await ann.reload();
  await ann.locator('#in-common').getByText(hers).waitFor();
  await ben.getByLabel('Your message').fill('Hello');
  await ben.getByLabel('Your message').press('Enter');
  await ann.locator('#still-in-common').getByText(hers).waitFor();
  await Promise.all([ann.context().close(), ben.context().close()]);
});

test('the door is told what this visitor’s tabs remember, and the next visit’s too', async () => {
  const ann = await home();
  const [entering] = await Promise.all([
    ann.waitForRequest((request) => request.url().endsWith('/enter') && request.method() === 'POST'),
    ann.getByRole('button', { name: 'Talk to someone' }).click(),
  ]);
  assert.ok(!('memory' in entering.postDataJSON()));
  await ann.locator('#seeking-detail').getByText(/No one who speaks English|next person|only one/).waitFor();
  const ticket = await ann.evaluate(() => JSON.parse(sessionStorage.getItem('edgewise.line') ?? '').ticket);
  const later = await ann.context().newPage();
  await ann.close();
  await later.goto(stage.url);
  const [again] = await Promise.all([
    later.waitForRequest((request) => request.url().endsWith('/enter') && request.method() === 'POST'),
    later.getByRole('button', { name: 'Talk to someone' }).click(),
  ]);
  assert.deepEqual(again.postDataJSON().memory, [ticket]);
  await later.locator('#seeking').waitFor();
  await later.context().close();
});
