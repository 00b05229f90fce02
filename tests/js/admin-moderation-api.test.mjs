import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../../static/js/admin/api.js';
import { PROOF, REASON, STATUS } from '../../static/js/admin/wire.js';
import { BAN_FAULT } from '../../static/js/admin/ban-draft.js';
import * as shapes from '../../static/js/admin/shapes.js';
import * as words from '../../static/js/admin/words-moderation.js';
import { TOKEN } from './admin-play.mjs';
import { stats } from './admin-samples.mjs';
import { ban, line, report } from './moderation-samples.mjs';

/** @param {number} status @param {unknown} [body] */
function service(status, body) {
  /** @type {unknown[]} */
  const asked = [];
  const api = createApi((path, init) => {
    asked.push([init?.method, path, init?.body === undefined ? undefined : JSON.parse(String(init.body))]);
    return Promise.resolve(new Response(body === undefined ? null : JSON.stringify(body), { status }));
  });
  return { api, asked };
}

test('reports, decisions, bans and the switch are asked for as it was agreed', async () => {
  const list = service(200, { reports: [report()], next: 'r1' });
  const value = { reports: [report()], next: 'r1' };
  assert.deepEqual(await list.api.reports(TOKEN, 'open', null), { ok: true, value });
  await list.api.reports(TOKEN, 'upheld', 'a&b');
  assert.deepEqual(list.asked, [
    ['GET', '/admin/reports?status=open', undefined], ['GET', '/admin/reports?status=upheld&after=a%26b', undefined],
  ]);

  const decided = service(200, report({ status: 'upheld' }));
  assert.equal((await decided.api.decide(TOKEN, 'a/b', { status: 'upheld', note: '' })).ok, true);
  await decided.api.decide(TOKEN, 'r1', { status: 'dismissed', note: 'Why' });
  assert.deepEqual(decided.asked, [
    ['POST', '/admin/reports/a%2Fb', { status: 'upheld' }],
    ['POST', '/admin/reports/r1', { status: 'dismissed', note: 'Why' }],
  ]);

  const bans = service(200, { bans: [ban()] });
  assert.deepEqual(await bans.api.bans(TOKEN), { ok: true, value: [ban()] });
  const made = service(201, ban());
  for (const by of /** @type {const} */ (['report', 'visitor', 'network'])) {
    assert.equal((await made.api.ban(TOKEN, { whom: { by, key: 'k' }, until: 7, reason: 'x' })).ok, true);
  }
  assert.deepEqual(made.asked, ['report', 'visitor', 'network'].map((by) =>
    ['POST', '/admin/bans', { [by]: 'k', until: 7, reason: 'x' }]));

  const lifted = service(204);
  assert.deepEqual(await lifted.api.lift(TOKEN, 'b/1'), { ok: true, value: true });
  assert.deepEqual(lifted.asked, [['DELETE', '/admin/bans/b%2F1', undefined]]);

  const raised = service(200, { raised: true });
  assert.deepEqual(await raised.api.raise(TOKEN, true), { ok: true, value: true });
  assert.deepEqual(raised.asked, [['PUT', '/admin/raised', { raised: true }]]);
});

test('a report is read field by field', () => {
  assert.deepEqual(shapes.report({ ...report(), later: 1 }), report());
  assert.notEqual(shapes.report(report({ reason: 'eclipse', weight: 0.25, lines: [], note: '' })), null);
  const faults = [
    { id: '' }, { at: -1 }, { expires: null }, { reason: '' }, { note: 7 }, { lines: null },
    { lines: [{ ...line(), n: 'x' }] }, { lines: [{ ...line(), from: 'them' }] },
    { lines: [{ ...line(), verified: 1 }] },
    { status: 'lost' }, { decided: 'now' }, { times: 0 }, { weight: 1.1 }, { weight: Number.NaN }, { reporter: null },
    { reporter: {} }, { accused: { visitor: 'x' } },
  ];
  for (const fault of faults) assert.equal(shapes.report({ ...report(), ...fault }), null, JSON.stringify(fault));
  assert.equal(shapes.reports({ reports: [report()] }), null, 'without the next page');
  assert.equal(shapes.reports({ reports: [report(), {}], next: null }), null);
});

test('a ban is read field by field', () => {
  assert.deepEqual(shapes.ban(ban()), ban());
  const faults = [{ id: '' }, { until: null }, { reason: null }, { visitor: 7 }, { automatic: 'no' }, { report: '' }];
  for (const fault of faults) {
    assert.equal(shapes.ban({ ...ban(), ...fault }), null, JSON.stringify(fault));
  }
  assert.equal(shapes.bans({}), null);
  assert.equal(shapes.raised({ raised: 'yes' }), null);
});

test('what entering takes may be missing from the numbers, and must be well formed where it is there', () => {
  const told = { proof: 'pow', raised: true, rate_limits: 'off' };
  const read = shapes.stats({ ...stats(), ...told });
  assert.deepEqual([read?.proof, read?.raised, read?.rate_limits], ['pow', true, 'off']);
  assert.ok(!('proof' in (shapes.stats(stats()) ?? {})));
  for (const fault of [{ proof: 7 }, { raised: 'yes' }, { rate_limits: 'perhaps' }]) {
    assert.equal(shapes.stats({ ...stats(), ...fault }), null, JSON.stringify(fault));
  }
});

test('every reason, status, proof and fault has words', () => {
  assert.deepEqual([...words.KNOWN.reasons].sort(), Object.values(REASON).sort());
  assert.deepEqual([...words.KNOWN.proofs].sort(), Object.values(PROOF).sort());
  assert.deepEqual([...words.KNOWN.statuses].sort(), Object.values(STATUS).sort());
  for (const code of Object.values(BAN_FAULT)) assert.ok(words.KNOWN.faults.includes(code), code);
  assert.equal(words.reason('eclipse'), 'eclipse');
});

test('weights and lines are told in words', () => {
  assert.deepEqual([1, 0.4, 0.004, 0].map(words.weight), [
    'counts in full', 'counts 40\u00a0%', 'counts for nothing', 'counts for nothing',
  ]);
  const sent = (/** @type {boolean[]} */ ...marks) => words.linesSent(marks.map((verified) => ({ verified })));
  assert.deepEqual([sent(), sent(true), sent(false), sent(true, true), sent(true, false), sent(false, false)], [
    'No lines were sent with it.', '1 line, verified', '1 line, not verified', '2 lines, all verified',
    '2 lines, 1 verified', '2 lines, none verified',
  ]);
});
