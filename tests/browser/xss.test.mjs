// What somebody says stays text, wherever it is shown: every text of tests/vectors/xss.json as a message, an interest,
// an announcement and in a report. No script runs, the page's policy has nothing to refuse, and nobody else is asked.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { enlist } from '../../static/js/interests.js';
import { isBlank, tidy } from '../../static/js/text.js';
import { LIMITS, NOTE_CHARS_MAX } from '../../static/js/wire.js';
import { match, playedTalk, tell } from './played.mjs';
import { stranger } from './raw.mjs';
import { accept, meet, openStage } from './stage.mjs';
import { TOKEN, go, signIn } from './stand-in.mjs';
import { happened, literal, payloads, untouched, watch } from './watch.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => {
  const SEAL_KEY = randomBytes(32).toString('base64url');
  stage = await openStage({ secrets: { SEAL_KEY, ADMIN_TOKEN: TOKEN }, vars: { RATE_LIMITS: 'off' } });
});
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

const person = () => stage.person({ prepare: watch });

/** @param {string} text @param {number} max */
const shortened = (text, max) => [...text].slice(0, max).join('');

/** @template T @param {readonly T[]} items @param {number} size */
const inGroups = (items, size) =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));

const messages = payloads.map(tidy);
/** As an operator may post them: whole characters, and control characters among them. */
const announcements = payloads.map((text) => shortened(text.toWellFormed(), 500));

test('there are enough texts, and each can be said', () => {
  assert.ok(payloads.length >= 70);
  for (const text of messages) assert.ok(!isBlank(text) && [...text].length <= LIMITS.text_chars, text.slice(0, 80));
});

test('a watch notices what it is there for', async () => {
  const page = await person();
  const ways = {
    script: () => { Reflect.get(globalThis, 'hit')(1); },
    policy: () => {
      try {
        document.body.innerHTML = '<img src=x onerror=hit(1)>';
      } catch {
        // The policy would have none of it, and says so.
      }
    },
    request: () => { document.body.append(Object.assign(document.createElement('img'), { src: 'https://xss.invalid/' })); },
    frame: () => { document.body.append(document.createElement('iframe')); },
    dialog: () => { alert(1); },
    prototype: () => { Object.assign(Object.prototype, { polluted: true }); },
  };
  for (const way of Object.values(ways)) await page.evaluate(way);
  const kinds = new Set((await happened(page)).map((each) => each.split(':')[0]));
  for (const kind of [...Object.keys(ways), 'element', 'console']) assert.ok(kinds.has(kind), kind);
  await page.context().close();
  stage.complaints.splice(0);
});

test('every text is a message like any other, in both directions, and after a reload', async () => {
  const [ann, ben] = [await person(), await person()];
  await meet(ann, ben);
  await sayAll(ann, messages);
  await literal(ben, '.bubble.them p', messages);
  await sayAll(ben, messages);
  await literal(ann, '.bubble.them p', messages);
  await literal(ben, '.bubble.me p', messages);
  await ann.reload();
  await literal(ann, '.bubble.them p', messages);
  await literal(ann, '.bubble.me p', messages);
  for (const page of [ann, ben]) {
    assert.equal(await page.locator('.bubble > :not(p, .unseen, .sign-of, .links)').count(), 0);
    assert.equal(await page.locator('a[href]:not([href="/privacy"])').count(), 0, 'no address is on the page before it is looked at');
    await untouched(page);
  }
  await openLinks(ben);
  await untouched(ben);
  await Promise.all([ann.context().close(), ben.context().close()]);
});

/**
 * The same as typing each and pressing Enter, without the time that a hand takes.
 * @param {Page} page
 * @param {readonly string[]} texts
 */
async function sayAll(page, texts) {
  await page.locator('#composer').evaluate((form, all) => {
    const draft = /** @type {HTMLTextAreaElement} */ (form.querySelector('textarea'));
    for (const text of all) {
      draft.value = text;
      draft.dispatchEvent(new Event('input', { bubbles: true }));
      /** @type {HTMLFormElement} */ (form).requestSubmit();
    }
  }, texts);
}

/**
 * Types each text into a field, and tells what the field holds then, and what the page shows of it in another place.
 * @param {Page} page
 * @param {string} field
 * @param {string} place
 * @param {readonly string[]} texts
 */
function typeAll(page, field, place, texts) {
  return page.locator(field).evaluate(async (area, { place, texts }) => {
    const input = /** @type {HTMLTextAreaElement} */ (area);
    /** @type {{typed: string, shown: string | null | undefined}[]} */
    const results = [];
    for (const text of texts) {
      input.value = text;
      const { value } = input;
      input.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((shown) => { setTimeout(shown); });
      results.push({ typed: value, shown: document.querySelector(place)?.textContent });
    }
    return results;
  }, { place, texts });
}

/**
 * Every address that was found in the texts is looked at, and none of them leads anywhere but to the web.
 * @param {Page} page
 */
async function openLinks(page) {
  const links = page.locator('.bubble.them .link');
  const count = await links.count();
  assert.ok(count >= 5, `${count} links`);
  for (let at = 0; at < count; at += 1) {
    await links.nth(at).click();
    const href = await page.locator('#link-open').getAttribute('href');
    assert.match(href ?? '', /^https?:\/\/[\x21-\x7e]+$/);
    assert.equal(await page.locator('#linking-address').textContent(), href);
    await page.getByRole('button', { name: 'Not now' }).click();
  }
}

test('every text is an interest like any other, alone and in common', async () => {
  const [ann, ben] = [await person(), await person()];
  const short = payloads.map((text) => shortened(text, LIMITS.interest_chars));
  for (const page of [ann, ben]) await accept(page);
  const { interests } = enlist([], short, { ...LIMITS, interests: short.length });
  assert.ok(interests.length > 70);
  for (const group of inGroups(interests, LIMITS.interests)) {
    for (const page of [ann, ben]) {
      // Somebody new each time: those two have just met.
      await page.evaluate((value) => {
        for (const each of ['visitor', 'tickets']) localStorage.removeItem(`edgewise.${each}`);
        sessionStorage.clear();
        localStorage.setItem('edgewise.interests', value);
      }, JSON.stringify(group));
      await page.reload();
    }
    await meet(ann, ben);
    for (const page of [ann, ben]) {
      await literal(page, '.chip bdi', group);
      const common = await page.locator('#in-common').textContent() ?? '';
      for (const text of group) assert.ok(common.includes(`\u2068${text}\u2069`), text);
      assert.equal(await page.locator('#in-common *').count(), 0);
      await untouched(page);
    }
  }
  await Promise.all([ann.context().close(), ben.context().close()]);
});

/**
 * @param {string} method
 * @param {string} place
 * @param {unknown} [body]
 */
async function admin(method, place, body) {
  const answer = await fetch(new URL(`/admin/${place}`, stage.url), {
    method, headers: { authorization: `Bearer ${TOKEN}` }, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(answer.ok, `${method} ${place}: ${answer.status} ${JSON.stringify(body)}`);
  return answer.status === 204 ? null : answer.json();
}

test('every text is an announcement like any other, to everybody and to the operator', async () => {
  const page = await person();
  const desk = await stage.person({ path: '/admin', prepare: watch });
  await signIn(desk);
  await desk.getByRole('heading', { name: 'Matching is on' }).waitFor();
  for (const [round, group] of inGroups(announcements, 20).entries()) {
    /** @type {string[]} */
    const ids = [];
    const severity = ['info', 'warning', 'critical'][round % 3];
    for (const text of group) ids.push((await admin('POST', 'announcements', { severity, text })).id);
    await page.locator('.announcement').nth(group.length - 1).waitFor();
    const shown = await page.locator('.announcement p').allTextContents();
    assert.deepEqual(shown.toSorted(), group.toSorted());
    assert.equal(await page.locator('.announcement p *').count(), 0);
    await desk.reload();
    await literal(desk, '#in-force .said', group);
    for (const each of [page, desk]) await untouched(each);
    for (const id of ids) await admin('DELETE', `announcements/${id}`);
    await page.locator('.announcement').first().waitFor({ state: 'detached' });
  }
  for (const { typed, shown } of await typeAll(desk, '#text', '#preview-frame p', announcements)) {
    assert.equal(shown, tidy(typed).trim());
  }
  await untouched(desk);
  await Promise.all([page.context().close(), desk.context().close()]);
});

test('every text is a line and a note of a report like any other', async () => {
  const { page, service } = await playedTalk(stage, { prepare: watch });
  for (const [round, group] of inGroups(messages, 20).entries()) {
    const c = `c${round + 1}`;
    if (round > 0) await match(service, c);
    await tell({ page, service }, group, c);
    await page.getByRole('button', { name: 'Report or block' }).click();
    await page.getByRole('button', { name: 'Report…' }).click();
    await literal(page, '.words-of', group);
    const short = group.map((text) => shortened(text, NOTE_CHARS_MAX));
    const typed = await typeAll(page, '#report-note', '#report-fault', short);
    assert.deepEqual(typed, short.map((text) => ({ typed: text, shown: '' })));
    await untouched(page);
    const notes = shortened(group.join('\n'), NOTE_CHARS_MAX);
    await page.getByLabel('Anything to add').fill(notes);
    await page.getByLabel('Something else', { exact: true }).check();
    const told = group.filter((text) => text.length < 200);
    for (const [at, text] of group.entries()) {
      if (text.length < 200) await page.locator('#report-lines input').nth(at).check();
    }
    await page.getByRole('button', { name: 'Send report' }).click();
    const report = await service.heard('report');
    assert.equal(report.note, notes);
    assert.deepEqual(report.lines.map((/** @type {{text: string}} */ line) => line.text), told);
    service.send({ type: 'ended', c, reason: 'left', ticket: 't' });
    service.send({ type: 'done', re: 'report', c, ticket: 't' });
    await page.getByRole('button', { name: 'Talk to someone new' }).click();
  }
  await untouched(page);
  await page.context().close();
});

/** As many lines as a frame and a report hold, with a note of them. */
function reportsOf() {
  /** @type {string[][]} */
  const groups = [[]];
  for (const text of messages) {
    const last = groups.at(-1) ?? [];
    const bytes = Buffer.byteLength(JSON.stringify([...last, text]));
    if (last.length === 20 || bytes > 4_000) groups.push([text]);
    else last.push(text);
  }
  return groups.map((lines) => ({ lines, note: shortened(lines.join('\n'), NOTE_CHARS_MAX) }));
}

/**
 * Two strangers: one says these lines, and the other reports them, the last one as something that was never said.
 * @param {{lines: string[], note: string}} filed
 */
async function file({ lines, note }) {
  const one = await stranger(stage.url);
  const other = await stranger(stage.url);
  const { conversation: c } = await one.hears('matched');
  await other.hears('matched');
  /** @type {Record<string, unknown>[]} */
  const said = [];
  for (const [at, text] of lines.entries()) {
    one.send({ type: 'say', c, n: at + 1, text });
    const { tag } = await other.hears('say');
    other.send({ type: 'got', c, n: at + 1 });
    said.push({ n: at + 1, text, ...(at + 1 < lines.length ? { tag } : {}) });
  }
  other.send({ type: 'report', c, reason: 'other', note, lines: said });
  await other.hears('done');
  for (const each of [one, other]) each.leave();
}

test('every text is a report, a decision and a ban like any other to the operator', async () => {
  const filed = reportsOf();
  for (const each of filed) await file(each);
  const desk = await stage.person({ path: '/admin', prepare: watch });
  await signIn(desk);
  await go(desk, 'Reports');
  await literal(desk, '.note-words', filed.map(({ note }) => note));
  const cards = desk.locator('.card');
  for (const [at, { lines }] of filed.entries()) {
    const card = cards.nth(at);
    await card.getByRole('button', { name: 'Show lines' }).click();
    const id = await card.locator('.runs').getAttribute('id');
    // In the order in which they were said, whatever is verified of them.
    await literal(desk, `[id="${id}"] .said`, lines);
    assert.equal(await card.locator('.run.verified .said').count(), lines.length - 1);
  }
  await untouched(desk);

  for (const [at, { note }] of filed.entries()) {
    const card = cards.nth(at);
    await card.getByRole('button', { name: 'Note…' }).click();
    await card.getByLabel('Note on the decision').fill(note);
    await card.locator('.noting').getByRole('button', { name: 'Uphold' }).click();
    await card.getByText('Upheld, ').waitFor();
  }
  await literal(desk, '.decision-words', filed.map(({ note }) => note));

  const reasons = announcements.map((text) => shortened(text, 200)).filter((text) => text.trim() !== '');
  await cards.nth(0).getByRole('button', { name: 'Ban…' }).click();
  const typed = await typeAll(desk, '.card .ban-form .why', '.card .ban-form .reason-fault', reasons);
  assert.deepEqual(typed.map(({ shown }) => shown), typed.map(() => ''));
  const [reason = '', ...others] = reasons;
  await cards.nth(0).getByLabel('Reason').fill(reason);
  await cards.nth(0).getByRole('button', { name: 'Ban', exact: true }).click();
  await cards.nth(0).getByText('Banned until').waitFor();
  const [{ visitor }] = (await admin('GET', 'bans')).bans;
  await go(desk, 'Bans');
  await literal(desk, '.bar-item > .said', [reason]);
  await liftAll();
  for (const group of inGroups(others, 50)) {
    const until = Date.now() + 3_600_000;
    for (const each of group) await admin('POST', 'bans', { visitor, until, reason: each });
    await desk.getByRole('button', { name: 'Refresh' }).click();
    await desk.locator('#bans-count', { hasText: String(group.length) }).waitFor();
    await literal(desk, '.bar-item > .said', group.toReversed());
    await untouched(desk);
    await liftAll();
    await desk.getByRole('button', { name: 'Refresh' }).click();
    await desk.getByText('No ban is in force.').waitFor();
  }
  await desk.context().close();
});

async function liftAll() {
  for (const { id } of (await admin('GET', 'bans')).bans) await admin('DELETE', `bans/${id}`);
}
