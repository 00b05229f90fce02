// The door that wants a proof, in a real browser: a puzzle for the device, or a check by others in a frame of its own.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CLOUDFLARE, Door, SITE_KEY, playTurnstile } from './door.mjs';
import { headersOf } from './headers.mjs';
import { accept, heard, meet, openStage, played, say } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

const talk = (/** @type {Page} */ page) => page.getByRole('button', { name: 'Talk to someone' }).click();
const looking = (/** @type {Page} */ page) => page.getByRole('heading', { name: 'Looking for someone' }).waitFor();

/**
 * Somebody who stands before such a door, past the terms.
 * @param {Partial<Door>} [as]
 * @param {(page: Page) => Promise<unknown>} [prepare]
 */
async function arrive(as = {}, prepare = async () => undefined) {
  const door = Object.assign(new Door(), as);
  const page = await stage.person({
    prepare: async (fresh) => {
      await door.standBefore(fresh);
      await prepare(fresh);
    },
  });
  await accept(page);
  return { door, page };
}

/** @param {Page} page */
function foreign(page) {
  /** @type {string[]} */
  const requests = [];
  page.context().on('request', (request) => {
    if (!request.url().startsWith(stage.url)) requests.push(request.url());
  });
  return requests;
}

test('a puzzle is solved in a worker, and the person comes in without doing anything', async () => {
  const { door, page } = await arrive();
  await talk(page);
  await looking(page);
  assert.deepEqual(door.knocks, ['proof_required', 'in']);
  // The one that keeps the time is left.
  assert.equal(page.workers().length, 1);
  await page.context().close();
});

test('a door that said that it takes nothing may want a proof all the same', async () => {
  const { door, page } = await arrive({ says: 'none' });
  await talk(page);
  await looking(page);
  assert.deepEqual(door.knocks, ['proof_required', 'in']);
  await page.context().close();
});

test('while the device works the person reads so, sees how far it is, and can stop it', async () => {
  const { door, page } = await arrive({ maxnumber: 6_400_000, unsolvable: true });
  await talk(page);
  await page.getByText('Checking that you’re not a bot').first().waitFor();
  const bar = page.getByRole('progressbar', { name: 'How far the check is' });
  await page.waitForFunction(() => Number(document.querySelector('progress')?.value) > 0);
  assert.ok(await bar.isVisible());
  assert.match(await page.locator('#heard').textContent() ?? '', /not a bot/);
  assert.equal(page.workers().length, 2);
  const ended = page.workers().find((each) => each.url().endsWith('/proof/worker.js'))?.waitForEvent('close');
  await page.getByRole('button', { name: 'Stop looking' }).click();
  await page.getByRole('heading', { name: 'Get a word in.' }).waitFor();
  await ended;
  assert.equal(await page.locator('#check').isVisible(), false);
  Object.assign(door, { maxnumber: 500, unsolvable: false });
  await talk(page);
  await looking(page);
  assert.deepEqual(door.knocks, ['proof_required', 'proof_required', 'in']);
  await page.context().close();
});

test('three proofs that are not taken are the end of it, until the person tries again', async () => {
  const { door, page } = await arrive({ strict: 3 });
  await talk(page);
  await page.getByRole('heading', { name: 'The check did not work' }).waitFor();
  assert.deepEqual(door.knocks, ['proof_required', 'proof_invalid', 'proof_invalid', 'proof_invalid']);
  await page.getByRole('button', { name: 'Try again' }).click();
  await looking(page);
  await page.context().close();
});

test('where module workers fail, the page solves it itself and stays alive', async () => {
  const { door, page } = await arrive({ maxnumber: 60_000, unsolvable: true }, (fresh) => fresh.addInitScript(() => {
    const Own = globalThis.Worker;
    globalThis.Worker = class extends Own {
      /** @param {string | URL} url @param {WorkerOptions} [options] */
      constructor(url, options) {
        // As in a browser that does not know modules here: it loads, and fails on the first `import`.
        super(url, options?.type === 'module' ? {} : options);
      }
    };
    const spans = { longest: 0, last: performance.now() };
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      spans.longest = Math.max(spans.longest, performance.now() - spans.last);
      spans.last = performance.now();
      setTimeout(() => port2.postMessage(null), 0);
    };
    Object.assign(globalThis, { spans, watch: () => {
      Object.assign(spans, { longest: 0, last: performance.now() });
      port2.postMessage(null);
    } });
  }));
  await talk(page);
  await page.getByText('Checking that you’re not a bot').first().waitFor();
  await page.evaluate('watch()');
  await page.getByRole('heading', { name: 'The check did not work' }).waitFor();
  assert.equal(door.knocks.length, 4);
  const { longest } = /** @type {{longest: number}} */ (await page.evaluate('spans'));
  assert.ok(longest < 250, `the page was silent for ${longest} ms`);
  Object.assign(door, { unsolvable: false, maxnumber: 5_000 });
  await page.getByRole('button', { name: 'Try again' }).click();
  await looking(page);
  await page.context().close();
});

test('a pass that runs out in a conversation is renewed behind it', async () => {
  /** @type {Awaited<ReturnType<typeof played>> | undefined} */
  let service;
  const { door, page } = await arrive({}, async (fresh) => { service = await played(fresh); });
  assert.ok(service);
  await talk(page);
  await service.heard('find');
  service.send({ type: 'matched', conversation: 'c1', common: [], lang: null, ticket: 't1' });
  service.send({ type: 'say', c: 'c1', n: 1, text: 'Hello' });
  await heard(page, 'Hello');
  Object.assign(door, { maxnumber: 6_400_000, unsolvable: true });
  service.close(4401);
  await page.locator('#talk-check').getByText('Checking that you’re not a bot').waitFor();
  assert.equal(await page.locator('#status').textContent(), 'Coming back…');
  assert.ok(await page.getByLabel('Your message').isEditable());
  Object.assign(door, { maxnumber: 500, unsolvable: false });
  service.greeting.state = 'talking';
  // The puzzle without a solution is of no more use.
  await page.reload();
  assert.equal((await service.heard('hello')).ticket, 't1');
  service.send({ type: 'resumed', conversation: 'c1', common: [], partner: 'here', ticket: 't2' });
  await page.getByText('With a stranger', { exact: true }).waitFor();
  await heard(page, 'Hello');
  assert.deepEqual(door.knocks, ['proof_required', 'in', 'proof_required', 'proof_required', 'in']);
  await page.context().close();
});

test('who is turned away from a full lobby comes again with another proof', async () => {
  /** @type {Awaited<ReturnType<typeof played>> | undefined} */
  let service;
  const { door, page } = await arrive({}, async (fresh) => { service = await played(fresh); });
  assert.ok(service);
  await talk(page);
  await service.heard('find');
  service.close(4503, '50');
  await service.heard('find');
  assert.deepEqual(door.knocks, ['proof_required', 'in', 'proof_required', 'in']);
  await page.context().close();
});

test('a check by others comes in a frame, and its token opens the door', async () => {
  const { door, page } = await arrive({ proof: 'turnstile' });
  const check = await playTurnstile(page, 'waits');
  assert.deepEqual(check.asked, []);
  await talk(page);
  await page.getByRole('heading', { name: 'One small check' }).waitFor();
  const box = page.frameLocator('.check-frame').getByRole('button');
  assert.equal(await box.textContent(), `Played check of ${SITE_KEY}, flexible`);
  await box.click();
  await looking(page);
  assert.deepEqual(check.asked, [`${CLOUDFLARE}/turnstile/v0/api.js?render=explicit`]);
  assert.deepEqual(door.knocks, ['proof_required', 'in']);
  assert.equal(await page.locator('iframe').count(), 0);
  // Whoever was in the frame is not left nowhere.
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'main');
  await page.context().close();
});

test('the page believes the frame of the check alone, and only at its own address', async () => {
  const { door, page } = await arrive({ proof: 'turnstile' });
  await playTurnstile(page, 'waits');
  await talk(page);
  const box = page.frameLocator('.check-frame').getByRole('button');
  await box.waitFor();
  await page.evaluate(() => {
    const source = document.querySelector('iframe')?.contentWindow ?? null;
    const { origin } = location;
    for (const data of [{ token: 'forged' }, { fault: 'failed' }]) {
      dispatchEvent(new MessageEvent('message', { data, origin, source: window }));
      dispatchEvent(new MessageEvent('message', { data, origin: 'https://elsewhere.example', source }));
    }
    for (const data of [null, 'token', {}, { token: 7 }, { token: 't'.repeat(2_049) }, { fault: 'of next year' }]) {
      dispatchEvent(new MessageEvent('message', { data, origin, source }));
    }
  });
  assert.deepEqual(door.knocks, ['proof_required']);
  await box.click();
  await looking(page);
  assert.deepEqual(door.knocks, ['proof_required', 'in']);
  await page.context().close();
});

test('a check that comes to nothing says why, and can be tried again', async () => {
  const { door, page } = await arrive({ proof: 'turnstile' });
  const check = await playTurnstile(page, 'isBlocked');
  await talk(page);
  const ways = /** @type {const} */ ([
    ['isBlocked', 'could not be loaded'], ['fails', 'did not work out'], ['expires', 'ran out'],
    ['runsOut', 'took too long'], ['isUnknown', 'does not work in this browser'],
  ]);
  for (const [at, [, words]] of ways.entries()) {
    await page.locator('#check-more').getByText(words).waitFor();
    assert.equal(await page.locator('iframe').count(), 0);
    check.how = ways[at + 1]?.[0] ?? 'passes';
    // Whoever presses it by keyboard is in the frame next, and back here when that is gone.
    if (at > 0) assert.equal(await page.evaluate(() => document.activeElement?.id), 'check-again');
    await page.getByRole('button', { name: 'Try the check again' }).press('Enter');
  }
  await looking(page);
  assert.equal(check.asked.length, ways.length + 1);
  assert.deepEqual(door.knocks, ['proof_required', 'in']);
  await page.context().close();
});

test('who leaves a check leaves it for good', async () => {
  const { door, page } = await arrive({ proof: 'turnstile' });
  await playTurnstile(page, 'waits');
  await talk(page);
  await page.frameLocator('.check-frame').getByRole('button').waitFor();
  await page.getByRole('button', { name: 'Stop looking' }).click();
  await page.getByRole('heading', { name: 'Get a word in.' }).waitFor();
  assert.equal(await page.locator('iframe').count(), 0);
  assert.deepEqual(door.knocks, ['proof_required']);
  await page.context().close();
});

test('nobody but the service is asked for anything, whatever the device has to prove to it', async () => {
  const { page } = await arrive();
  const requests = foreign(page);
  const other = await stage.person();
  await meet(page, other);
  await say(other, 'See https://example.com/');
  await heard(page, 'See https://example.com/');
  await page.goto(`${stage.url}/privacy`);
  // The page of the check, by itself.
  await page.goto(`${stage.url}/turnstile#${SITE_KEY}`);
  await page.getByText('does nothing by itself').waitFor();
  assert.deepEqual(requests, []);
  assert.deepEqual(await page.context().cookies(), []);
  await Promise.all([page.context().close(), other.context().close()]);
});

test('only the page of the check may take anything from Cloudflare', async () => {
  const { page } = await arrive({ proof: 'none' });
  await playTurnstile(page);
  /** As a module, which needs no element; what keeps it out is the policy's answer. */
  const bring = (/** @type {string} */ src) => new Promise((resolve) => {
    addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective));
    import(src).then(() => resolve('load'), () => undefined);
  });
  const load = (/** @type {string} */ src) => new Promise((resolve) => {
    const script = document.createElement('script');
    for (const name of ['load', 'error']) script.addEventListener(name, () => resolve(name));
    script.src = src;
    document.head.append(script);
  });
  const script = `${CLOUDFLARE}/turnstile/v0/api.js`;
  await assert.rejects(page.evaluate(load, script), /TrustedScriptURL/);
  assert.equal(await page.evaluate(bring, script), 'script-src-elem');
  await page.goto(`${stage.url}/turnstile`);
  assert.equal(await page.evaluate(load, script), 'load');
  // What the page was kept from is in its console, as it should be.
  const told = stage.complaints.splice(0);
  assert.ok(told.every((text) => /Content Security Policy|TrustedScriptURL/.test(text)), told.join('\n'));
  await page.context().close();
});

test('the runtime puts the headers together as the tests do', async () => {
  for (const path of ['/', '/turnstile', '/privacy', '/js/main.js', '/css/base.css']) {
    const response = await fetch(stage.url + path);
    assert.equal(response.status, 200, path);
    for (const [name, value] of Object.entries(headersOf(path))) {
      assert.equal(response.headers.get(name), value, `${name} of ${path}`);
    }
  }
});

test('who is banned reads until when and whom to ask, and can come again when it is over', async () => {
  const { door, page } = await arrive({
    proof: 'none', bannedUntil: Date.UTC(2031, 4, 1, 12), contact: 'help@edge.example',
  });
  await talk(page);
  await page.getByText('2031').waitFor();
  const link = page.getByRole('link', { name: 'help@edge.example' });
  assert.equal(await link.getAttribute('href'), 'mailto:help@edge.example');
  assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
  assert.deepEqual(door.knocks, ['banned']);
  door.contact = 'at the town hall, <b>room 3</b>';
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('at the town hall, <b>room 3</b>').waitFor();
  assert.equal(await page.locator('#trouble-appeal a').count(), 0);
  door.contact = null;
  door.bannedUntil = null;
  await page.getByRole('button', { name: 'Try again' }).click();
  await looking(page);
  assert.deepEqual(door.knocks, ['banned', 'banned', 'in']);
  await page.context().close();
});

test('a ban in the middle of a conversation says the same', async () => {
  /** @type {Awaited<ReturnType<typeof played>> | undefined} */
  let service;
  const { page } = await arrive({ proof: 'none', contact: 'https://edge.example/appeal' }, async (fresh) => {
    service = await played(fresh);
  });
  assert.ok(service);
  await talk(page);
  await service.heard('find');
  service.send({ type: 'matched', conversation: 'c1', common: [], lang: null });
  await page.getByText('You are talking to a stranger.').waitFor();
  service.close(4403, String(Date.UTC(2031, 4, 1, 12)));
  await page.locator('#ending').getByText('2031').waitFor();
  const link = page.getByRole('link', { name: 'https://edge.example/appeal' });
  assert.equal(await link.getAttribute('href'), 'https://edge.example/appeal');
  await page.context().close();
});
