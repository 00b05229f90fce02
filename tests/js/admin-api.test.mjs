import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../../static/js/admin/api.js';
import { KEPT_MS, createKeep } from '../../static/js/admin/keep.js';
import * as shapes from '../../static/js/admin/shapes.js';
import { TOKEN } from './admin-play.mjs';
import { empty, lobby, stats } from './admin-samples.mjs';

/**
 * A service that answers with this, and what it was asked.
 * @param {number} status
 * @param {unknown} [body]
 */
function service(status, body) {
  /** @type {{path: string, method: string | undefined, headers: Record<string, string>, body: unknown}[]} */
  const asked = [];
  const api = createApi((path, init) => {
    const sent = init?.body === undefined ? undefined : JSON.parse(String(init.body));
    const headers = /** @type {Record<string, string>} */ (init?.headers);
    asked.push({ path, method: init?.method, headers, body: sent });
    const text = typeof body === 'string' ? body : body === undefined ? null : JSON.stringify(body);
    return Promise.resolve(new Response(text, { status }));
  });
  return { api, asked };
}

/** @param {string} code @param {{detail?: string | null, retry_ms?: number | null}} [more] */
const refused = (code, { detail = null, retry_ms = null } = {}) => ({ ok: false, refusal: { code, detail, retry_ms } });

test('each call asks as it was agreed', async () => {
  const note = { id: 'a', severity: 'info', text: 'Hello', until: null };
  const bearer = { authorization: `Bearer ${TOKEN}` };
  const json = { ...bearer, 'content-type': 'application/json' };

  const numbers = service(200, stats());
  assert.equal((await numbers.api.stats(TOKEN)).ok, true);
  assert.deepEqual(numbers.asked, [{ path: '/admin/stats', method: 'GET', headers: bearer, body: undefined }]);

  const list = service(200, { announcements: [note] });
  assert.deepEqual(await list.api.list(TOKEN), { ok: true, value: [note] });
  assert.deepEqual(list.asked, [{ path: '/admin/announcements', method: 'GET', headers: bearer, body: undefined }]);

  const made = service(201, note);
  const hello = { severity: 'info', text: 'Hello' };
  assert.deepEqual(await made.api.announce(TOKEN, { ...hello, until: null }), { ok: true, value: note });
  await made.api.announce(TOKEN, { ...hello, until: 7 });
  assert.deepEqual(made.asked, [
    { path: '/admin/announcements', method: 'POST', headers: json, body: hello },
    { path: '/admin/announcements', method: 'POST', headers: json, body: { ...hello, until: 7 } },
  ]);

  const gone = service(204);
  assert.deepEqual(await gone.api.retract(TOKEN, 'a/b'), { ok: true, value: true });
  const path = '/admin/announcements/a%2Fb';
  assert.deepEqual(gone.asked, [{ path, method: 'DELETE', headers: bearer, body: undefined }]);

  const paused = service(200, { paused: true });
  assert.deepEqual(await paused.api.pause(TOKEN, true), { ok: true, value: true });
  assert.deepEqual(paused.asked, [{ path: '/admin/paused', method: 'PUT', headers: json, body: { paused: true } }]);
});

test('a problem document says why not, and an answer without one what its status means', async () => {
  const problem = { code: 'unavailable', detail: 'the secret is short', retry_ms: 5_000 };
  const said = refused('unavailable', { detail: 'the secret is short', retry_ms: 5_000 });
  assert.deepEqual(await service(503, problem).api.stats(TOKEN), said);
  const statuses = /** @type {const} */ ([
    [401, 'unauthorized'], [404, 'not_found'], [413, 'too_large'], [429, 'slow_down'], [400, 'bad_request'],
    [502, 'unavailable'],
  ]);
  for (const [status, code] of statuses) {
    assert.deepEqual(await service(status, '<html>').api.stats(TOKEN), refused(code));
  }
  assert.deepEqual(await service(503, { code: 7, detail: 8, retry_ms: -1 }).api.stats(TOKEN), refused('unavailable'));
});

test('what fits into no header is never sent', async () => {
  for (const token of ['', 'two words', 'line\nbreak', 'schlüssel', '😀']) {
    const { api, asked } = service(200, stats());
    assert.deepEqual(await api.stats(token), refused('unauthorized'), token);
    assert.deepEqual(asked, []);
  }
});

test('no answer, and one that cannot be read, are told apart', async () => {
  const api = createApi(() => Promise.reject(new TypeError('no network')));
  assert.deepEqual(await api.stats(TOKEN), refused('unreachable'));
  assert.deepEqual(await service(200, '<html>').api.stats(TOKEN), refused('unreadable'));
  assert.deepEqual(await service(200, { ...stats(), online: -1 }).api.stats(TOKEN), refused('unreadable'));
});

test('numbers are read field by field', () => {
  const sample = { ...stats({ lobbies: [lobby({ heard: null })] }), later: 'unknown' };
  const read = shapes.stats(sample);
  assert.equal(read?.online, 12);
  assert.ok(read !== null && !('later' in read));
  assert.notEqual(shapes.stats(empty()), null);
  const faults = [
    { at: null }, { paused: 'no' }, { streams: 1.5 }, { ends: { left: -1 } }, { refusals: null },
    { waits: [{ count: 1 }] }, { waits: {} }, { lobbies: [{ ...lobby(), lobby: '' }] }, { hour: [{ at: 1 }] },
    { matches: undefined },
  ];
  for (const fault of faults) assert.equal(shapes.stats({ ...sample, ...fault }), null, JSON.stringify(fault));
  for (const fault of [null, undefined, 7, 'text', []]) assert.equal(shapes.stats(fault), null);
});

test('announcements are read one by one', () => {
  const note = { id: 'a', severity: 'info', text: 'Hello', until: 7 };
  assert.deepEqual(shapes.announcements({ announcements: [note] }), [note]);
  for (const fault of [{ id: '' }, { severity: 'cosmic' }, { text: '' }, { until: 'soon' }]) {
    assert.equal(shapes.announcements({ announcements: [note, { ...note, ...fault }] }), null, JSON.stringify(fault));
  }
  assert.equal(shapes.announcements({}), null);
  assert.equal(shapes.paused({ paused: 'yes' }), null);
});

/** What a tab keeps, as its storage would. */
function drawer() {
  /** @type {Map<string, string>} */
  const held = new Map();
  const storage = /** @type {Storage} */ (/** @type {unknown} */ ({
    getItem: (/** @type {string} */ key) => held.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => held.set(key, value),
    removeItem: (/** @type {string} */ key) => held.delete(key),
  }));
  return { held, storage };
}

test('the token is kept until it is taken away, where there is anything to keep it in', () => {
  const { held, storage } = drawer();
  const keep = createKeep(() => storage, () => 0);
  assert.equal(keep.recall(), null);
  keep.keep(TOKEN);
  assert.equal(createKeep(() => storage, () => 0).recall(), TOKEN);
  keep.keep(null);
  assert.equal(held.size, 0);
  const forbidden = createKeep(() => { throw new Error('forbidden'); }, () => 0);
  forbidden.keep(TOKEN);
  assert.equal(forbidden.recall(), null);
});

test('a tab that is opened again recalls the token for half an hour after its last use', () => {
  const { held, storage } = drawer();
  let now = 1_000;
  const keep = createKeep(() => storage, () => now);
  keep.keep(TOKEN);
  now += KEPT_MS - 1;
  assert.equal(keep.recall(), TOKEN);
  keep.keep(TOKEN);
  now += KEPT_MS - 1;
  assert.equal(keep.recall(), TOKEN, 'each use counts');
  now += 1;
  assert.equal(keep.recall(), null);
  assert.equal(held.size, 0, 'and what is worth nothing is not kept');
});

test('what does not read as a token of some time is none', () => {
  const { held, storage } = drawer();
  const keep = createKeep(() => storage, () => 1_000);
  keep.keep(TOKEN);
  const [key = ''] = held.keys();
  for (const text of [TOKEN, '{}', '[]', 'null', `{"token":"${TOKEN}"}`, '{"token":"","at":1}', '{"token":1,"at":1}',
    `{"token":"${TOKEN}","at":1001}`]) {
    held.set(key, text);
    assert.equal(keep.recall(), null, text);
  }
});
