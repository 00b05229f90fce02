import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, enter } from '../../static/js/entry.js';

/**
 * A service that answers everything alike, and remembers what it was asked.
 * @param {number} status
 * @param {unknown} body
 */
function service(status, body) {
  /** @type {{path: string, init: RequestInit | undefined}[]} */
  const asked = [];
  /** @param {string} path @param {RequestInit} [init] */
  const fetch = async (path, init) => {
    asked.push({ path, init });
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
  };
  return { fetch, asked };
}

/**
 * @param {string | null} [visitor]
 * @param {string[]} [memory]
 * @param {string | null} [pass]
 */
const known = (visitor = null, memory = [], pass = null) => ({ visitor, memory, pass });

test('the terms are asked for at the door', async () => {
  const { fetch, asked } = service(200, { terms: '3', proof: 'none', site_key: null, paused: false });
  assert.deepEqual(await ask(fetch), { type: 'asked', terms: '3', paused: false });
  assert.equal(asked[0]?.path, '/enter');
});

test('a door that says nothing sensible has not said its terms', async () => {
  for (const { fetch } of [service(503, { code: 'unavailable' }), service(200, 'hello'), service(200, { terms: 3 })]) {
    assert.deepEqual(await ask(fetch), { type: 'unasked' });
  }
});

test('a known visitor enters as the same one', async () => {
  const { fetch, asked } = service(200, { pass: 'p', lobby: 'l', visitor: 'v', expires: 1 });
  assert.deepEqual(await enter(fetch, known('v')), { type: 'entered', pass: 'p', lobby: 'l', visitor: 'v' });
  assert.equal(asked[0]?.init?.body, '{"terms":true,"visitor":"v"}');
  await enter(fetch, known());
  assert.equal(asked[1]?.init?.body, '{"terms":true}');
});

test('what this browser remembers is told at the door, and the pass that it has', async () => {
  const { fetch, asked } = service(200, { pass: 'p', lobby: 'l', visitor: 'v', expires: 1 });
  await enter(fetch, known('v', ['t2', 't1'], 'old'));
  assert.equal(asked[0]?.init?.body, '{"terms":true,"visitor":"v","memory":["t2","t1"],"pass":"old"}');
});

test('no more is told at the door than the service takes, and the oldest gives way', async () => {
  const { fetch, asked } = service(200, { pass: 'p', lobby: 'l', visitor: 'v', expires: 1 });
  await enter(fetch, known('v', Array.from({ length: 9 }, (_, at) => `t${at}`)));
  assert.equal(JSON.parse(String(asked[0]?.init?.body)).memory.length, 8);
  await enter(fetch, known('v', ['1', '2', '3', '4', '5'].map((each) => each.repeat(14_000)), 'p'.repeat(9_000)));
  const body = String(asked[1]?.init?.body);
  assert.deepEqual(JSON.parse(body).memory.map((/** @type {string} */ each) => each[0]), ['1', '2', '3']);
  assert.ok(body.length <= 65_536);
});

test('a refusal is its code, and when to come again', async () => {
  const { fetch } = service(403, { type: 'about:blank', code: 'banned', until: 17, status: 403 });
  assert.deepEqual(await enter(fetch, known()), { type: 'refused', code: 'banned', retry_ms: null, until: 17 });
  const busy = service(429, { code: 'slow_down', retry_ms: 900 });
  const refused = { type: 'refused', code: 'slow_down', retry_ms: 900, until: null };
  assert.deepEqual(await enter(busy.fetch, known()), refused);
});

test('an answer that the service did not write is judged by its status', async () => {
  /** @type {[number, unknown, string][]} */
  const answers = [
    [502, '<html>', 'unavailable'], [429, '', 'slow_down'], [404, '', 'bad_request'], [200, '<html>', 'unavailable'],
    [200, { pass: 'p' }, 'unavailable'], [500, { code: 7 }, 'unavailable'],
  ];
  for (const [status, body, code] of answers) {
    const event = await enter(service(status, body).fetch, known());
    assert.equal(event.type === 'refused' && event.code, code, `${status} ${JSON.stringify(body)}`);
  }
});

test('no answer at all is not a refusal', async () => {
  const event = await enter(() => Promise.reject(new TypeError('offline')), known());
  assert.deepEqual(event, { type: 'refused', code: 'unreachable', retry_ms: null, until: null });
});
