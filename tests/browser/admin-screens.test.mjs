// Every screen of the operator's page, in the looks that screens.test.mjs has for the chat page. The service is played,
// so that each state stands still for its picture.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AT, empty, manyLobbies, minutes, refusals, stats, waits } from '../js/admin-samples.mjs';
import { DESK, LOOKS, look } from './stage.mjs';
import { TOKEN, openStandIn, signIn } from './stand-in.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('../../static/js/state.js').Announcement} Announcement */

/** @type {Awaited<ReturnType<typeof openStandIn>>} */
let stand;
before(async () => { stand = await openStandIn(); });
after(async () => {
  await stand.close();
  assert.deepEqual(stand.complaints, []);
});

const HOUR_MS = 3_600_000;
const NARROW = Object.freeze({ viewport: { width: 320, height: 568 }, isMobile: true, hasTouch: true });
const TABLET = Object.freeze({ viewport: { width: 820, height: 1180 } });
const WIDE = Object.freeze({ viewport: { width: 1920, height: 1080 } });

/** @type {Announcement[]} */
const THREE = [
  { id: 'x1', severity: 'info', text: 'A quiet note.', until: null },
  {
    id: 'x2', severity: 'warning', until: AT + 3 * HOUR_MS,
    text: 'A short break at 18:00, while we move to a newer version.\nConversations go on.',
  },
  { id: 'x3', severity: 'critical', text: 'שלום לכולם: הפסקה קצרה', until: AT + 30 * HOUR_MS },
];

/** As long, as unbreakable and as strange as texts can be. @type {Announcement[]} */
const TWENTY = Array.from({ length: 20 }, (_, index) => ({
  id: `y${index}`,
  severity: /** @type {const} */ (['info', 'warning', 'critical'])[index % 3] ?? 'info',
  text: [
    'unbreakable'.repeat(46).slice(0, 500), 'A line, and another.\n'.repeat(20).trim(), '<img src=x onerror=alert(1)>',
    `مرحبا\u202e (${'😀'.repeat(90)})`,
  ][index % 4] ?? '',
  until: index % 2 === 0 ? null : AT + index * HOUR_MS,
}));

const MANY = stats({
  online: 71_234, waiting: 312, chatting: 68_002, matches: 1_234_567, messages: 98_765_432, reconnects: 31_007,
  resumes: 20_411, streams: 69_118, lobbies: manyLobbies(20), waits: waits(900_000, 90_000, 7, 4, 2, 0, 0, 3),
  refusals: refusals({ slow_down: 31_007, bad_frame: 2, eclipse: 1 }),
  hour: minutes(60, (n) => n < 20 || n === 25 || n > 31)
    .map(({ online, chatting, waiting, ...each }) => {
      return { ...each, online: online * 5_000, chatting: chatting * 5_000, waiting: waiting * 900 };
    }),
});

/** @param {Page} page @param {string} name */
const see = (page, name) => look(page, name, true);

for (const [tag, size] of LOOKS) {
  test(`the door, ${tag}`, async () => {
    const { page, service } = await stand.operator(size);
    await see(page, `40-door-${tag}`);
    const states = /** @type {const} */ ([
      ['wrong', { status: 401, body: { code: 'unauthorized' } }, 'That is not the token'],
      ['none', { status: 404, body: { code: 'not_found' } }, 'Set the secret ADMIN_TOKEN (24 characters or more)'],
      ['short', { status: 503, body: {
        code: 'unavailable', detail: 'the secret ADMIN_TOKEN is shorter than 24 characters',
      } }, 'The secret ADMIN_TOKEN is shorter than 24 characters.'],
    ]);
    for (const [name, refusal, words] of states) {
      service.refuse['*'] = refusal;
      await signIn(page);
      await page.locator('#door-fault').getByText(words).waitFor();
      await see(page, `41-door-${name}-${tag}`);
    }
    service.down = true;
    await signIn(page);
    await page.getByText('The service cannot be reached').waitFor();
    await see(page, `42-door-unreachable-${tag}`);
    service.down = false;
    service.refuse['*'] = { status: 429, body: { code: 'slow_down', retry_ms: 60_000 } };
    await signIn(page);
    await page.getByText(/Try again in \d+ s/).waitFor();
    await see(page, `43-door-too-many-${tag}`);
    await page.context().close();
  });

  test(`the desk with its numbers, ${tag}`, async () => {
    const { page, service } = await stand.operator(size);
    service.stats = empty();
    await signIn(page);
    await page.getByText('None is in force.').waitFor();
    await see(page, `45-empty-${tag}`);

    const release = service.hold();
    await page.reload();
    await page.getByText('Asking for the announcements').waitFor();
    await see(page, `44-loading-${tag}`);
    service.stats = stats({ refusals: refusals({ slow_down: 3 }) });
    service.announcements = THREE;
    release();
    await page.locator('.item').nth(2).waitFor();
    await page.locator('#chart path.line').first().waitFor();
    await see(page, `46-desk-${tag}`);
    await page.getByText('The numbers of each minute').click();
    await page.getByRole('columnheader', { name: 'Minute' }).waitFor();
    await see(page, `47-minutes-${tag}`);
    await page.getByText('The numbers of each minute').click();

    service.down = true;
    await page.locator('#link').getByText('No connection since').waitFor();
    await see(page, `48-no-connection-${tag}`);
    service.down = false;
    service.stats = MANY;
    service.announcements = TWENTY;
    await page.locator('#link').waitFor({ state: 'hidden' });
    await page.getByText('weur-5').waitFor();
    await page.locator('.item').nth(19).waitFor();
    await see(page, `49-many-${tag}`);
    service.refuse['*'] = { status: 429, body: { code: 'slow_down', retry_ms: 60_000 } };
    await page.locator('#link-countdown').getByText(/\d+ s/).waitFor();
    await see(page, `50-too-many-${tag}`);
    await page.context().close();
  });

  test(`what the operator does, ${tag}`, async () => {
    const { page, service } = await stand.operator(size);
    service.announcements = THREE;
    await signIn(page);
    await page.locator('.item').nth(2).waitFor();
    await page.getByRole('button', { name: 'Announce', exact: true }).click();
    await page.getByText('Write something first.').waitFor();
    await see(page, `52-nothing-written-${tag}`);
    await page.getByLabel('Text').fill(`${'😀'.repeat(499)}ab`);
    await page.getByText('1 too many').waitFor();
    await page.getByLabel('Ends').selectOption('at');
    await see(page, `53-too-long-${tag}`);
    await page.getByLabel('Text').fill('Tonight at 22:00 we are away for ten minutes.\nConversations go on.');
    await page.getByLabel('Date and time of the end').fill('2020-01-01T00:00');
    await page.getByRole('radio', { name: 'Critical' }).check();
    await page.getByRole('button', { name: 'Announce', exact: true }).click();
    await page.getByText('That moment has passed').waitFor();
    await see(page, `54-past-end-${tag}`);
    await page.getByLabel('Ends').selectOption('6');
    service.refuse['POST /admin/announcements'] = { status: 409, body: { code: 'full' } };
    await page.getByRole('button', { name: 'Announce', exact: true }).click();
    await page.getByText('Everybody with the page open will be told at once').waitFor();
    await look(page, `55-critical-${tag}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Tell all' }).click();
    await page.getByText('20 announcements are in force already').waitFor();
    await see(page, `55-full-${tag}`);
    service.refuse = {};
    await page.getByRole('button', { name: 'Announce', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Tell all' }).click();
    await page.locator('#note').getByText('on show').waitFor();
    await see(page, `56-announced-${tag}`);

    await page.locator('.item').nth(1).getByRole('button', { name: 'Retract' }).click();
    await page.getByRole('heading', { name: 'Retract this announcement?' }).waitFor();
    await look(page, `57-retract-${tag}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Retract' }).click();
    await page.getByRole('button', { name: 'Write it again' }).waitFor();
    await see(page, `58-retracted-${tag}`);

    await page.getByRole('button', { name: 'Pause matching' }).click();
    await page.getByText('Newcomers are turned away for the moment.').waitFor();
    await look(page, `59-pause-${tag}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('heading', { name: 'Matching is paused' }).waitFor();
    await see(page, `60-paused-${tag}`);
    await page.getByRole('button', { name: 'Resume matching' }).click();
    service.refuse['PUT /admin/paused'] = { status: 503, body: { code: 'unavailable' } };
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.locator('#matching-fault').getByText('not ready').waitFor();
    await see(page, `61-not-resumed-${tag}`);

    service.refuse = { '*': { status: 401, body: { code: 'unauthorized' } } };
    await page.getByText('You were signed out').waitFor();
    await see(page, `62-signed-out-${tag}`);
    await page.context().close();
  });
}

/** @type {readonly (readonly [string, import('./stage.mjs').Look])[]} */
const widths = [['narrow', NARROW], ['tablet', TABLET], ['wide', WIDE]];

for (const [tag, size] of widths) {
  test(`everything has its place, ${tag}`, async () => {
    const { page, service } = await stand.operator(size);
    await see(page, `40-door-${tag}`);
    service.stats = stats({ ...MANY, paused: true });
    service.announcements = TWENTY;
    await signIn(page);
    await page.locator('.item').nth(19).waitFor();
    await page.getByLabel('Text').fill(TWENTY[0]?.text ?? '');
    await page.getByLabel('Ends').selectOption('at');
    await page.getByText('The numbers of each minute').click();
    service.down = true;
    await page.locator('#link').waitFor();
    await see(page, `51-everything-${tag}`);
    await page.getByRole('button', { name: 'Resume matching' }).click();
    await page.getByRole('dialog').waitFor();
    await look(page, `59-resume-${tag}`);
    await page.context().close();
  });
}

test('forced colours and a wish for contrast leave everything readable', async () => {
  const wishes = /** @type {const} */ ([['forced', { forcedColors: 'active' }], ['contrast', { contrast: 'more' }]]);
  for (const [name, wish] of wishes) {
    const { page, service } = await stand.operator({ ...DESK, ...wish });
    service.announcements = THREE;
    service.stats = stats({ paused: true });
    await signIn(page, TOKEN);
    await page.locator('.item').nth(2).waitFor();
    await page.getByLabel('Text').fill('Tonight at 22:00.');
    await see(page, `63-${name}`);
    await page.context().close();
  }
});
