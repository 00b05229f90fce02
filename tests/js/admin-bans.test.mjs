import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BAN_MS_MAX } from '../../static/js/admin/wire.js';
import { Operator, no, yes } from './admin-play.mjs';
import { AT, stats } from './admin-samples.mjs';
import { DAY_MS, ban, bans, report, reports } from './moderation-samples.mjs';

/** @typedef {import('../../static/js/admin/shapes.js').Ban} Ban */

/** @param {Operator} operator @param {import('./admin-play.mjs').Answer<readonly Ban[]>} answer */
function told(operator, answer) {
  const { turn, bans: { asked } } = operator.state;
  return operator.do({ type: 'barred', turn, asked, answer });
}

/** Before these bans. @param {readonly Ban[]} items */
const looking = (items) => told(Operator.inside().do({ type: 'go', place: 'bans' }), yes(items));

/** Before one report. @param {Parameters<typeof report>[0]} [some] */
function reading(some) {
  const operator = Operator.inside().do({ type: 'go', place: 'reports' });
  const { turn, reports: { asked } } = operator.state;
  return operator.do({ type: 'reported', turn, asked, answer: yes({ reports: [report(some)], next: null }) });
}

/** @param {Operator} operator @param {import('./admin-play.mjs').Answer<Ban>} answer @param {boolean} [uphold] */
function banned(operator, answer, uphold = false) {
  const report = operator.state.form?.report ?? null;
  return operator.do({ type: 'banned', turn: operator.state.turn, report, uphold, answer });
}

const GOOD = Object.freeze({ key: 'visitor00001', reason: 'Spam' });

/** @param {Operator} operator @param {import('../../static/js/admin/ban-draft.js').BanChange} change */
const byHand = (operator, change) => operator.do({ type: 'composeBan', at: 'hand', change });

test('the bans are asked for when somebody goes there, and shown fifty at a time', () => {
  const operator = Operator.inside().do({ type: 'go', place: 'bans' });
  assert.deepEqual(operator.asked, ['list null', 'bans']);
  told(operator, yes(bans(1_000)));
  assert.deepEqual([operator.screen.bans?.count, operator.screen.bans?.rows?.length], ['1,000 in force', 50]);
  assert.deepEqual(operator.screen.bans?.pages, { place: 'Page 1 of 20', back: false, next: true });
  assert.deepEqual(operator.do({ type: 'bansPage', to: 'back' }).state.bans.page, 0);
  for (let page = 0; page < 30; page += 1) operator.do({ type: 'bansPage', to: 'next' });
  assert.deepEqual(operator.screen.bans?.pages, { place: 'Page 20 of 20', back: true, next: false });
  assert.equal(operator.screen.bans?.rows?.[0]?.id, 'b950');
  told(operator.do({ type: 'bansPage', to: 'same' }), yes(bans(60)));
  assert.equal(operator.screen.bans?.pages?.place, 'Page 2 of 2', 'there is no twentieth any more');
  assert.match(looking([]).screen.bans?.empty ?? '', /No ban is in force/);
});

test('a list that did not come says so, and an older service has none', () => {
  const operator = Operator.inside().do({ type: 'go', place: 'bans' });
  assert.match(told(operator, no('unreachable')).screen.bans?.fault ?? '', /could not be read/);
  assert.match(told(operator, no('not_found')).screen.bans?.fault ?? '', /has no bans yet/);
  assert.equal(operator.screen.name, 'desk');
  assert.equal(told(operator, no('unauthorized')).screen.name, 'door');
});

test('a ban says whom it meets, since when, and that a network’s ends within two days', () => {
  const at = AT - 60_000;
  const operator = looking([
    ban({ at, until: at + 7 * DAY_MS, network: 'network00001', automatic: true, report: 'report-number-1' }),
    ban({ id: 'b2', at, until: at + DAY_MS, visitor: null, network: 'network00002' }),
    ban({ id: 'b3', at: AT - 3 * DAY_MS, until: AT + DAY_MS, network: 'network00003' }),
  ]);
  const [first, short, old] = operator.screen.bans?.rows ?? [];
  assert.deepEqual(first?.keys.map(({ words, short: few, full }) => [words, few, full]), [
    ['Visitor', 'bannedVi…', 'bannedVisitor001'], ['Network', 'network0…', 'network00001'],
  ]);
  assert.match(first?.network ?? '', /^of the network until 28 Nov, \d\d:\d\d at the latest$/);
  assert.deepEqual([first?.how, first?.report?.full], ['Automatic', 'report-number-1']);
  assert.deepEqual([short?.how, short?.report], ['By hand', null]);
  assert.deepEqual([short?.network, old?.network], ['', 'the network’s part has ended']);
});

test('a ban by hand goes out as it is meant, once, and leaves a blank form', () => {
  const written = /** @type {const} */ ({ kind: 'network', key: ' network00001 ', span: '168' });
  const operator = byHand(looking([]), { ...written, reason: ' A\n flood\u0007 ' });
  operator.do({ type: 'ban', at: 'hand' });
  const { wish, report: about, uphold } = operator.effect('ban');
  assert.deepEqual(wish, { whom: { by: 'network', key: 'network00001' }, until: AT + 7 * DAY_MS, reason: 'A flood' });
  assert.deepEqual([about, uphold], [null, false]);
  assert.deepEqual(operator.do({ type: 'ban', at: 'hand' }).effects, []);
  assert.equal(byHand(operator, { key: 'another-key' }).state.bans.draft.key, ' network00001 ');
  banned(operator, yes(ban({ id: 'new' })));
  assert.deepEqual([operator.screen.bans?.rows?.[0]?.id, operator.screen.bans?.form.reason], ['new', '']);
  assert.equal(operator.screen.news, 'The ban is in force.');
});

test('what is wrong with a ban is said at its field and never sent', () => {
  const fields = /** @type {const} */ ([
    [{ key: 'short' }, 'key', /8 to 24/], [{ key: 'x'.repeat(25) }, 'key', /8 to 24/],
    [{ key: 'with space 1' }, 'key', /8 to 24/],
    [{ span: 'at' }, 'end', /date and a time/], [{ span: 'at', moment: '2020-01-01T00:00' }, 'end', /has passed/],
    [{ span: 'at', moment: '2031-01-01T00:00' }, 'end', /a year at most/],
    [{ reason: ' \n' }, 'reason', /Write a reason/], [{ reason: 'x'.repeat(201) }, 'reason', /at most 200/],
  ]);
  for (const [change, field, says] of fields) {
    const operator = byHand(looking([]), { ...GOOD, ...change }).do({ type: 'ban', at: 'hand' });
    assert.deepEqual(operator.effects, [], JSON.stringify(change));
    assert.match(operator.screen.bans?.form.faults[field] ?? '', says);
  }
  for (const change of [{ key: 'x'.repeat(8) }, { key: 'x'.repeat(24) }, { reason: '😀'.repeat(200) }]) {
    const operator = byHand(looking([]), { ...GOOD, ...change }).do({ type: 'ban', at: 'hand' });
    assert.equal(operator.effects.length, 1, JSON.stringify(change));
  }
});

test('a fault stands until what it is about changes', () => {
  const operator = byHand(looking([]), { key: 'short' }).do({ type: 'ban', at: 'hand' });
  assert.notEqual(byHand(operator, { reason: 'Spam' }).screen.bans?.form.faults.key, '');
  assert.equal(byHand(operator, { key: 'shorte' }).screen.bans?.form.faults.key, '');
});

test('a year from now is the last moment that a ban can hold until', () => {
  const text = (/** @type {number} */ at) => {
    const moment = new Date(at);
    return new Date(at - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 23);
  };
  const until = (/** @type {number} */ at) =>
    byHand(looking([]), { ...GOOD, span: 'at', moment: text(at) }).do({ type: 'ban', at: 'hand' });
  assert.equal(until(AT + BAN_MS_MAX).effect('ban').wish.until, AT + BAN_MS_MAX);
  assert.deepEqual(until(AT + BAN_MS_MAX + 1).effects, []);
});

test('a ban that was refused stays as it was written, and one without an answer is looked for', () => {
  const written = () => byHand(looking([]), GOOD).do({ type: 'ban', at: 'hand' });
  const full = banned(written(), no('full'));
  assert.match(full.screen.bans?.form.faults.form ?? '', /1,000 bans are in force/);
  assert.deepEqual([full.screen.bans?.form.reason, full.screen.bans?.form.sending], ['Spam', false]);
  assert.deepEqual(banned(written(), no('unreachable')).asked, ['bans']);
  const odd = banned(written(), no('bad_request', { detail: 'until is odd' }));
  assert.match(odd.screen.bans?.form.faults.form ?? '', /Until is odd\./);
  assert.equal(banned(written(), no('not_found')).screen.name, 'desk');
  assert.equal(banned(written(), no('unauthorized')).screen.name, 'door');
});

test('a ban from a report names the report, and upholds it where that was wished', () => {
  const operator = reading().do({ type: 'form', id: 'r1', what: 'ban' });
  assert.equal(operator.screen.reports?.cards?.[0]?.banForm?.uphold, true);
  operator.do({ type: 'composeBan', at: 'report', change: { reason: 'Threats', span: '1' } });
  operator.do({ type: 'ban', at: 'report' });
  const { wish, report: about, uphold } = operator.effect('ban');
  assert.deepEqual(wish, { whom: { by: 'report', key: 'r1' }, until: AT + 3_600_000, reason: 'Threats' });
  assert.deepEqual([about, uphold], ['r1', true]);
  assert.deepEqual(operator.do({ type: 'tab', status: 'upheld' }).effects, [], 'its answer is waited for');
  assert.notEqual(operator.do({ type: 'closeForm' }).state.form, null);
  banned(operator, yes(ban({ visitor: 'accusedVisitor01' })), true);
  assert.deepEqual(operator.effect('decide').decision, { status: 'upheld', note: '' });
  const card = operator.screen.reports?.cards?.[0];
  assert.match(card?.accused.banned ?? '', /^Banned until/);
  assert.deepEqual([card?.accused.ban, card?.banForm, operator.screen.news], ['b1', null, 'The ban is in force.']);
});

test('a ban alone leaves the report open, and one that is decided has nothing to uphold', () => {
  const operator = reading().do({ type: 'form', id: 'r1', what: 'ban' });
  operator.do({ type: 'composeBan', at: 'report', change: { uphold: false, reason: 'x' } });
  operator.do({ type: 'ban', at: 'report' });
  assert.equal(operator.effect('ban').uphold, false);
  assert.deepEqual(banned(operator, yes(ban())).effects, []);
  const other = reading({ status: 'upheld' }).do({ type: 'form', id: 'r1', what: 'ban' });
  assert.equal(other.screen.reports?.cards?.[0]?.banForm?.uphold, null);
  other.do({ type: 'composeBan', at: 'report', change: { reason: 'x' } }).do({ type: 'ban', at: 'report' });
  assert.equal(other.effect('ban').uphold, false);
});

test('a ban is lifted after a question, from the list and from the report that it was made from', () => {
  const operator = looking([ban()]).do({ type: 'ask', question: { what: 'lift', id: 'b1' } });
  assert.deepEqual([operator.effects, operator.screen.question?.quote], [[], 'Threats, twice.']);
  operator.do({ type: 'yes' });
  assert.equal(operator.effect('lift').id, 'b1');
  assert.ok(operator.screen.bans?.rows?.[0]?.busy);
  assert.deepEqual(operator.do({ type: 'ask', question: { what: 'lift', id: 'b1' } }).do({ type: 'yes' }).effects, []);
  const lifted = (/** @type {import('./admin-play.mjs').Answer<boolean>} */ answer) =>
    operator.do({ type: 'lifted', turn: operator.state.turn, id: 'b1', answer });
  assert.match(lifted(no('unavailable')).screen.bans?.rows?.[0]?.fault ?? '', /Not lifted/);
  lifted(no('not_found'));
  assert.deepEqual([operator.screen.name, operator.screen.bans?.rows], ['desk', []]);
  assert.equal(operator.screen.news, 'The ban is lifted.');

  const from = reading().do({ type: 'form', id: 'r1', what: 'ban' });
  banned(from, yes(ban({ visitor: 'accusedVisitor01' }))).do({ type: 'ask', question: { what: 'lift', id: 'b1' } });
  assert.notEqual(from.screen.question, null);
  from.do({ type: 'yes' }).do({ type: 'lifted', turn: from.state.turn, id: 'b1', answer: yes(true) });
  assert.deepEqual([from.screen.reports?.cards?.[0]?.accused.banned, from.state.form], ['', null]);
});

test('a question about a ban that is gone is withdrawn', () => {
  const operator = looking([ban()]).do({ type: 'ask', question: { what: 'lift', id: 'b1' } });
  told(operator.do({ type: 'bansPage', to: 'same' }), yes([ban({ id: 'b2' })]));
  assert.equal(operator.screen.question, null);
});

test('one ban shows at every report against the same person', () => {
  const operator = Operator.inside().do({ type: 'go', place: 'reports' });
  const { turn, reports: { asked } } = operator.state;
  const [one, other, third] = reports(3);
  assert.ok(one && other && third);
  const items = [one, { ...other, accused: one.accused }, third];
  operator.do({ type: 'reported', turn, asked, answer: yes({ reports: items, next: null }) });
  operator.do({ type: 'form', id: 'r0', what: 'ban' });
  banned(operator, yes(ban({ visitor: one.accused.visitor })));
  assert.deepEqual(operator.screen.reports?.cards?.map(({ accused }) => accused.banned !== ''), [true, true, false]);
});

test('what entering takes is shown as far as the service says it, and raised without a question', () => {
  assert.deepEqual([Operator.inside().screen.entering, Operator.inside().screen.warning], [null, null]);
  const operator = Operator.inside().stats(yes(stats({ proof: 'none', raised: false, rate_limits: 'off' })));
  assert.match(operator.screen.entering?.title ?? '', /no proof/);
  assert.match(operator.screen.warning?.title ?? '', /off/);
  assert.equal(operator.stats(yes(stats({ rate_limits: 'on' }))).screen.warning, null);
  operator.stats(yes(stats({ proof: 'none', raised: false }))).do({ type: 'raise', raised: true });
  assert.equal(operator.effect('raise').raised, true);
  assert.deepEqual(operator.do({ type: 'raise', raised: true }).effects, [], 'it is on its way');
  operator.do({ type: 'raised', turn: operator.state.turn, answer: yes(true) });
  assert.ok(operator.asked.includes('stats'));
  assert.deepEqual([operator.screen.entering?.raised, operator.screen.entering?.button], [true, 'Lower the bar']);
  operator.do({ type: 'raise', raised: false });
  operator.do({ type: 'raised', turn: operator.state.turn, answer: no('unavailable') });
  assert.deepEqual([operator.screen.entering?.raised, operator.screen.entering?.busy], [true, false]);
  assert.match(operator.screen.entering?.fault ?? '', /not ready/);
  assert.equal(operator.stats(yes(stats({ proof: 'eclipse' }))).screen.entering?.raised, null);
  assert.match(operator.screen.entering?.title ?? '', /eclipse/);
});
