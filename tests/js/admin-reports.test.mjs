import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PEEK_MS } from '../../static/js/admin/wire.js';
import { TIMER } from '../../static/js/admin/state.js';
import { Operator, TOKEN, no, yes } from './admin-play.mjs';
import { report, reports } from './moderation-samples.mjs';

/** @typedef {import('../../static/js/admin/shapes.js').Report} Report */

/** @param {Operator} operator @param {readonly Report[]} items @param {string | null} [next] */
function told(operator, items, next = null) {
  const { turn, reports: { asked } } = operator.state;
  return operator.do({ type: 'reported', turn, asked, answer: yes({ reports: items, next }) });
}

/**
 * @param {Operator} operator
 * @param {import('./admin-play.mjs').Answer<import('../../static/js/admin/shapes.js').Reports>} answer
 */
function peeked(operator, answer) {
  const { turn, waiting: { asked } } = operator.state;
  return operator.do({ type: 'peeked', turn, asked, answer });
}

/** Before these reports. @param {readonly Report[]} items @param {string | null} [next] */
const reading = (items, next = null) => told(Operator.inside().do({ type: 'go', place: 'reports' }), items, next);

/** @param {Operator} operator @param {string} id @param {import('./admin-play.mjs').Answer<Report>} answer */
const decided = (operator, id, answer) => operator.do({ type: 'decided', turn: operator.state.turn, id, answer });

/** @param {Operator} operator @param {string} id */
function card(operator, id) {
  const found = operator.screen.reports?.cards?.find((each) => each.id === id);
  assert.ok(found !== undefined, id);
  return found;
}

test('the reports are asked for when somebody goes there, and the announcements no more', () => {
  const operator = Operator.inside().do({ type: 'go', place: 'reports' });
  assert.deepEqual(operator.asked, ['list null', 'reports']);
  assert.deepEqual([operator.effect('reports').status, operator.effect('reports').after], ['open', null]);
  assert.match(operator.screen.reports?.empty ?? '', /Asking/);
  assert.deepEqual(operator.ring(TIMER.list).effects, []);
  assert.deepEqual(told(operator, []).effects, []);
  assert.match(operator.screen.reports?.empty ?? '', /no report is open/);
  assert.deepEqual(operator.do({ type: 'go', place: 'live' }).asked, ['list null', 'list']);
  assert.equal(operator.screen.reports, null);
});

test('a page that was opened at the reports asks for them at once', () => {
  const operator = new Operator().do({ type: 'boot', token: TOKEN, visible: true, place: 'reports' });
  assert.deepEqual(operator.asked, ['stats null', 'stats', 'list null', 'reports', `peek ${PEEK_MS}`]);
  assert.equal(operator.screen.title, 'Reports · Operator · Edgewise');
});

test('how many are open is asked for once a minute, and the announcements stand back for it', () => {
  const operator = peeked(Operator.inside(), yes({ reports: reports(3), next: null }));
  assert.equal(operator.screen.open, '3');
  assert.deepEqual(operator.asked, [`peek ${PEEK_MS}`]);
  assert.deepEqual(operator.ring(TIMER.peek).asked, ['peek null', 'peek', 'list 20000']);
  peeked(operator, yes({ reports: reports(50), next: 'r49' }));
  assert.equal(operator.screen.open, '50+');
  peeked(operator.ring(TIMER.peek), no('unavailable'));
  assert.equal(operator.screen.open, '50+', 'the old number stays');
  assert.deepEqual(operator.asked, [`peek ${PEEK_MS}`]);
  operator.do({ type: 'visible', on: false });
  assert.deepEqual(operator.ring(TIMER.peek).effects, []);
});

test('an older service is not asked how many are open again, and says so where they are looked for', () => {
  const operator = peeked(Operator.inside(), no('not_found'));
  assert.deepEqual([operator.effects, operator.screen.open, operator.screen.name], [[], '', 'desk']);
  const { turn, reports: { asked } } = operator.do({ type: 'go', place: 'reports' }).state;
  operator.do({ type: 'reported', turn, asked: asked, answer: no('not_found') });
  assert.equal(operator.screen.name, 'desk');
  assert.match(operator.screen.reports?.fault ?? '', /has no reports yet/);
});

test('a token that is not good any more leads out from the reports too, and what was written stays', () => {
  const operator = reading([report()]).do({ type: 'form', id: 'r1', what: 'note' }).do({ type: 'note', note: 'half' });
  const { turn, reports: { asked } } = operator.do({ type: 'page', to: 'same' }).state;
  operator.do({ type: 'reported', turn, asked, answer: no('unauthorized') });
  assert.equal(operator.screen.name, 'door');
  operator.do({ type: 'signIn', token: TOKEN }).stats();
  assert.ok(operator.asked.includes('reports'));
  assert.equal(card(told(operator, [report()]), 'r1').noteForm?.note, 'half');
});

test('what could not be read says so, and keeps what was there', () => {
  const operator = reading([report()]).do({ type: 'page', to: 'same' });
  assert.ok(operator.screen.reports?.loading);
  const { turn, reports: { asked } } = operator.state;
  operator.do({ type: 'reported', turn, asked, answer: no('unreachable') });
  assert.match(operator.screen.reports?.fault ?? '', /may be old.*could not be read/);
  assert.equal(operator.screen.reports?.cards?.length, 1);
  assert.equal(told(operator.do({ type: 'page', to: 'same' }), []).screen.reports?.fault, '');
});

test('pages are turned by the service’s own names for them', () => {
  const operator = reading(reports(50), 'r49');
  assert.deepEqual(operator.screen.reports?.pages, { place: 'Page 1', back: false, next: true });
  operator.do({ type: 'page', to: 'next' });
  assert.equal(operator.effect('reports').after, 'r49');
  assert.equal(operator.screen.reports?.cards, null);
  assert.deepEqual(operator.do({ type: 'page', to: 'next' }).effects, [], 'it is on its way');
  told(operator, reports(2), 'x9').do({ type: 'page', to: 'next' });
  assert.equal(operator.effect('reports').after, 'x9');
  told(operator, []);
  assert.deepEqual(operator.screen.reports?.pages, { place: 'Page 3', back: true, next: false });
  operator.do({ type: 'page', to: 'back' });
  assert.equal(operator.effect('reports').after, 'r49');
  told(operator, []).do({ type: 'tab', status: 'upheld' });
  assert.deepEqual([operator.effect('reports').status, operator.effect('reports').after], ['upheld', null]);
});

test('a page that was asked for before another one is not shown', () => {
  const operator = reading([report()]);
  const { turn } = operator.state;
  const { asked } = operator.do({ type: 'page', to: 'same' }).effect('reports');
  operator.do({ type: 'tab', status: 'dismissed' });
  operator.do({ type: 'reported', turn, asked, answer: yes({ reports: [report()], next: null }) });
  assert.equal(operator.screen.reports?.cards, null);
});

test('lines are no part of the screen before they are asked for', () => {
  const operator = reading([report()]);
  assert.deepEqual([card(operator, 'r1').runs, card(operator, 'r1').sent], [[], '2 lines, 1 verified']);
  assert.ok(!JSON.stringify(operator.screen).includes('You will regret this'));
  operator.do({ type: 'reveal', id: 'r1', on: true });
  assert.deepEqual(card(operator, 'r1').runs.map(({ verified, mark }) => [verified, mark.split(':')[0]]), [
    [true, 'Verified'], [false, 'Not verified'],
  ]);
  assert.deepEqual(card(operator.do({ type: 'reveal', id: 'r1', on: false }), 'r1').runs, []);
});

test('a decision is on its way once, keeps its place, and can be turned into the other one', () => {
  const operator = peeked(reading(reports(3)), yes({ reports: reports(3), next: null }));
  operator.do({ type: 'decide', id: 'r1', status: 'dismissed' });
  assert.deepEqual(operator.effect('decide').decision, { status: 'dismissed', note: '' });
  assert.equal(card(operator, 'r1').busy, 'dismissed');
  assert.deepEqual(operator.do({ type: 'decide', id: 'r1', status: 'upheld' }).effects, []);
  const [, second] = reports(3);
  decided(operator, 'r1', yes({ ...second ?? report(), status: 'dismissed', decided: operator.now }));
  assert.deepEqual([operator.effects, operator.screen.open], [[], '2']);
  assert.equal(operator.screen.news, 'The report is dismissed.');
  const places = operator.screen.reports?.cards?.map(({ id, here }) => [id, here]);
  assert.deepEqual(places, [['r0', false], ['r1', true], ['r2', false]]);
  assert.match(card(operator, 'r1').outcome, /^Dismissed, /);
  assert.deepEqual(operator.do({ type: 'decide', id: 'r1', status: 'dismissed' }).effects, [], 'it is so already');
  operator.do({ type: 'decide', id: 'r1', status: 'upheld' });
  assert.equal(operator.effect('decide').decision.status, 'upheld');
});

test('a note goes out with the decision, as long as it may be', () => {
  const operator = reading([report()]).do({ type: 'form', id: 'r1', what: 'note' });
  operator.do({ type: 'note', note: '😀'.repeat(501) });
  assert.deepEqual([card(operator, 'r1').noteForm?.counter, card(operator, 'r1').noteForm?.over], ['1 too many', true]);
  assert.deepEqual(operator.do({ type: 'decide', id: 'r1', status: 'upheld' }).effects, []);
  operator.do({ type: 'note', note: ` ${'😀'.repeat(500)}\u0007` });
  operator.do({ type: 'decide', id: 'r1', status: 'upheld' });
  assert.equal(operator.effect('decide').decision.note, '😀'.repeat(500));
  decided(operator, 'r1', yes(report({ status: 'upheld', decided: operator.now, decision: 'So it is.' })));
  assert.deepEqual([card(operator, 'r1').noteForm, card(operator, 'r1').decision], [null, 'So it is.']);
  operator.do({ type: 'form', id: 'r1', what: 'note' });
  assert.equal(card(operator, 'r1').noteForm?.note, 'So it is.', 'to be written on');
  operator.do({ type: 'decide', id: 'r1', status: 'upheld' });
  assert.equal(operator.effects.length, 1, 'the same again, with another note');
});

test('what was not decided says why, and one that is gone is gone', () => {
  const operator = reading(reports(2)).do({ type: 'form', id: 'r0', what: 'note' }).do({ type: 'note', note: 'Why' });
  decided(operator.do({ type: 'decide', id: 'r0', status: 'upheld' }), 'r0', no('unreachable'));
  assert.match(card(operator, 'r0').fault, /Try again/);
  assert.deepEqual([card(operator, 'r0').noteForm?.note, card(operator, 'r0').busy], ['Why', null]);
  decided(operator.do({ type: 'decide', id: 'r1', status: 'upheld' }), 'r1', no('not_found'));
  assert.deepEqual([card(operator, 'r1').gone, operator.screen.name], [true, 'desk']);
  assert.deepEqual(operator.do({ type: 'decide', id: 'r1', status: 'upheld' }).effects, []);
  assert.deepEqual(operator.do({ type: 'form', id: 'r1', what: 'ban' }).state.form?.report, 'r0');
});

test('a page that was read before a decision does not undo it', () => {
  const operator = reading(reports(2)).do({ type: 'decide', id: 'r0', status: 'upheld' });
  operator.do({ type: 'page', to: 'same' });
  const { turn, reports: { asked } } = operator.state;
  decided(operator, 'r0', yes(report({ id: 'r0', status: 'upheld' })));
  assert.deepEqual(operator.asked, ['reports']);
  operator.do({ type: 'reported', turn, asked, answer: yes({ reports: reports(2), next: null }) });
  assert.equal(card(operator, 'r0').decided, 'upheld');
});

test('others than those that are seen are hinted at, and nothing moves by itself', () => {
  const operator = peeked(reading(reports(2)), yes({ reports: reports(4), next: null }));
  assert.equal(operator.screen.reports?.cards?.length, 2);
  assert.deepEqual(operator.screen.reports?.hint, { words: '2 more reports have come in.', button: 'Show them' });
  operator.do({ type: 'page', to: 'first' });
  assert.equal(operator.effect('reports').after, null);
});

test('a page of which all are decided leads on to the next', () => {
  const operator = reading(reports(2), 'r1');
  assert.deepEqual([operator.screen.reports?.hint], [null]);
  for (const each of reports(2)) {
    operator.do({ type: 'decide', id: each.id, status: 'upheld' });
    decided(operator, each.id, yes({ ...each, status: 'upheld' }));
  }
  assert.ok(operator.asked.includes('peek'), 'how many are left is not known any more');
  assert.deepEqual([operator.screen.reports?.hint?.button, operator.screen.open], ['Show the next', '']);
  const all = reading([report()]).do({ type: 'decide', id: 'r1', status: 'upheld' });
  decided(all, 'r1', yes(report({ status: 'upheld' })));
  assert.match(all.screen.reports?.hint?.words ?? '', /All are decided/);
});

test('a thousand reports in one answer are a page and the way to the next', () => {
  const operator = reading(reports(1_000));
  assert.equal(operator.screen.reports?.cards?.length, 50);
  assert.equal(operator.screen.open, '50+');
  operator.do({ type: 'page', to: 'next' });
  assert.equal(operator.effect('reports').after, 'r49');
});

test('lines are put away when the operator goes elsewhere', () => {
  const operator = reading([report()]).do({ type: 'reveal', id: 'r1', on: true });
  operator.do({ type: 'go', place: 'live' }).do({ type: 'go', place: 'reports' });
  assert.deepEqual([card(operator, 'r1').shown, card(operator, 'r1').runs], [false, []]);
});
