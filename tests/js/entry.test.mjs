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
  assert.deepEqual(await enter(fetch, 'v'), { type: 'entered', pass: 'p', lobby: 'l', visitor: 'v' });
  assert.equal(asked[0]?.init?.body, '{"terms":true,"visitor":"v"}');
  await enter(fetch, null);
  assert.equal(asked[1]?.init?.body, '{"terms":true}');
});

test('a refusal is its code, and when to come again', async () => {
  const { fetch } = service(403, { type: 'about:blank', code: 'banned', until: 17, status: 403 });
  assert.deepEqual(await enter(fetch, null), { type: 'refused', code: 'banned', retry_ms: null, until: 17 });
  const busy = service(429, { code: 'slow_down', retry_ms: 900 });
  assert.deepEqual(await enter(busy.fetch, null), { type: 'refused', code: 'slow_down', retry_ms: 900, until: null });
});

test('an answer that the service did not write is judged by its status', async () => {
  /** @type {[number, unknown, string][]} */
  const answers = [
    [502, '<html>', 'unavailable'], [429, '', 'slow_down'], [404, '', 'bad_request'], [200, '<html>', 'unavailable'],
    [200, { pass: 'p' }, 'unavailable'], [500, { code: 7 }, 'unavailable'],
  ];
  for (const [status, body, code] of answers) {
    const event = await enter(service(status, body).fetch, null);
    assert.equal(event.type === 'refused' && event.code, code, `${status} ${JSON.stringify(body)}`);
  }
});

test('no answer at all is not a refusal', async () => {
  const event = await enter(() => Promise.reject(new TypeError('offline')), null);
  assert.deepEqual(event, { type: 'refused', code: 'unreachable', retry_ms: null, until: null });
});
