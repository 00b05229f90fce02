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
  const { fetch, asked: requests } = service(200, { terms: '3', proof: 'none', site_key: null, paused: false });
  const asked = { type: 'asked', terms: '3', paused: false, contact: null, siteKey: null };
  assert.deepEqual(await ask(fetch), asked);
  const info = { terms: '3', proof: 'turnstile', site_key: '0x4A', paused: false, contact: 'a@b.example' };
  const told = service(200, info);
  assert.deepEqual(await ask(told.fetch), { ...asked, contact: 'a@b.example', siteKey: '0x4A' });
  assert.equal(requests[0]?.path, '/enter');
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

test('whom to ask about a ban is told with it', async () => {
  const { fetch } = service(403, { code: 'banned', until: 17, contact: 'help@edge.example' });
  const refused = { type: 'refused', code: 'banned', retry_ms: null, until: 17 };
  assert.deepEqual(await enter(fetch, known()), { ...refused, contact: 'help@edge.example' });
  for (const contact of [null, '', 7, 'x'.repeat(501)]) {
    assert.deepEqual(await enter(service(403, { code: 'banned', until: 17, contact }).fetch, known()), refused);
  }
});

test('a door that wants a proof says which, before and after a wrong one', async () => {
  const challenge = {
    algorithm: 'SHA-256', challenge: 'c'.repeat(64), maxnumber: 100_000, salt: 'ab?expires=1795543836',
    signature: 'd'.repeat(64),
  };
  for (const code of ['proof_required', 'proof_invalid']) {
    const { fetch } = service(401, { code, proof: 'pow', challenge });
    assert.deepEqual(await enter(fetch, known()), { type: 'demanded', demand: { proof: 'pow', challenge } });
  }
  const turnstile = service(401, { code: 'proof_required', proof: 'turnstile', site_key: '0x4A' });
  assert.deepEqual(await enter(turnstile.fetch, known()), {
    type: 'demanded', demand: { proof: 'turnstile', siteKey: '0x4A' },
  });
});

test('a proof that this page cannot give is a refusal', async () => {
  for (const body of [{ proof: 'pow' }, { proof: 'a_proof_of_next_year' }, {}]) {
    const event = await enter(service(401, { code: 'proof_required', ...body }).fetch, known());
    assert.equal(event.type === 'refused' && event.code, 'proof_required');
  }
  // Only a refusal asks for anything.
  const event = await enter(service(200, { code: 'proof_required', proof: 'turnstile', site_key: 'k' }).fetch, known());
  assert.equal(event.type === 'refused' && event.code, 'unavailable');
});

test('a proof goes along with all that was said before, however much that is', async () => {
  const { fetch, asked } = service(200, { pass: 'p', lobby: 'l', visitor: 'v', expires: 1 });
  await enter(fetch, { ...known('v', ['t1'], 'old'), proof: 'made' });
  assert.equal(asked[0]?.init?.body, '{"terms":true,"visitor":"v","memory":["t1"],"pass":"old","proof":"made"}');
  await enter(fetch, { ...known('v', Array.from({ length: 8 }, () => 't'.repeat(16_000))), proof: 'p'.repeat(2_048) });
  assert.ok(String(asked[1]?.init?.body).length <= 65_536);
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
