// What every file of the pages comes with, over the real service, and that the pages still work under it.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStage } from './stage.mjs';
import { TOKEN, signIn } from './stand-in.mjs';

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => {
  const SEAL_KEY = randomBytes(32).toString('base64url');
  stage = await openStage({ secrets: { SEAL_KEY, ADMIN_TOKEN: TOKEN } });
});
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

const EXPECTED = Object.freeze({
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-dns-prefetch-control': 'off',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
});

/** Nothing of these is ever asked for. */
const POWERS = ['camera', 'microphone', 'geolocation', 'payment', 'usb', 'display-capture', 'clipboard-read'];

/** What a policy must not hold, however it is put. */
const LOOSE = /unsafe|\*|https?:|data:|blob:|'strict-dynamic'|'nonce|allow-duplicates/;

/** Every address at which a file of static/ is served. */
function addresses() {
  const folder = fileURLToPath(new URL('../../static/', import.meta.url));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '_headers')
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(folder.length).replace(/^\/+/, ''));
  return files.map((path) => `/${path.replace(/(^|\/)index\.html$|\.html$/, '')}`);
}

/** @param {string} policy */
function directives(policy) {
  return new Map(policy.split(';').map((each) => {
    const [name = '', ...values] = each.trim().split(/\s+/);
    return [name, values.join(' ')];
  }));
}

test('every file of the pages has the whole set of headers', async () => {
  const paths = addresses();
  assert.ok(paths.includes('/') && paths.includes('/admin') && paths.length > 60, String(paths));
  for (const path of paths) {
    const { status, headers } = await fetch(new URL(path, stage.url), { redirect: 'error' });
    assert.equal(status, 200, path);
    for (const [name, value] of Object.entries(EXPECTED)) assert.equal(headers.get(name), value, `${name} of ${path}`);
    const powers = headers.get('permissions-policy') ?? '';
    for (const power of POWERS) assert.ok(powers.includes(`${power}=()`), `${power} of ${path}`);
    assert.doesNotMatch(powers, /=(?!\(\))/, path);

    // The frame of a check by others has a policy of its own: tests/js/page.test.mjs.
    if (path === '/turnstile') continue;
    const policy = headers.get('content-security-policy') ?? '';
    assert.doesNotMatch(policy, LOOSE, path);
    const rules = directives(policy);
    for (const name of ['default-src', 'base-uri', 'form-action', 'frame-ancestors']) {
      assert.equal(rules.get(name), "'none'", `${name} of ${path}`);
    }
    assert.equal(rules.get('require-trusted-types-for'), "'script'", path);
    assert.equal(rules.get('trusted-types'), 'edgewise-worker', path);
    assert.equal(rules.get('script-src'), "'self'", path);
    assert.equal(headers.get('set-cookie'), null, path);
  }
});

test('under them the page still keeps time in a worker, and has nothing else that runs code', async () => {
  const page = await stage.person();
  const started = page.workers()[0] ?? await page.waitForEvent('worker');
  assert.equal(new URL(started.url()).pathname, '/js/ticker.js');
  const tried = await page.evaluate(() => {
    /** @type {(() => unknown)[]} */
    const ways = [
      () => { document.createElement('p').innerHTML = '<b>x</b>'; },
      () => new Worker('/js/ticker.js'),
      () => { document.createElement('script').src = '/js/main.js'; },
      () => document.write('<b>x</b>'),
      () => Reflect.get(globalThis, 'trustedTypes').createPolicy('another', {}),
    ];
    return ways.map((way) => {
      try {
        way();
        return 'done';
      } catch (thrown) {
        return String(thrown).split(':')[0];
      }
    });
  });
  assert.deepEqual(tried, Array(5).fill('TypeError'));
  const complaints = stage.complaints.splice(0);
  assert.ok(complaints.every((text) => /Trusted/.test(text)), complaints.join('\n'));
  await page.context().close();
});

test('the operator’s page works under them too', async () => {
  const page = await stage.person({ path: '/admin' });
  await signIn(page);
  await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
  await page.context().close();
});
