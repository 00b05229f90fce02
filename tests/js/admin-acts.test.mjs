import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOTE, Operator, no, yes } from './admin-play.mjs';
import { AT, stats } from './admin-samples.mjs';

const HOUR_MS = 3_600_000;

test('an announcement goes out as it is meant, and is on the list at once', () => {
  const operator = Operator.inside([NOTE]).write({ severity: 'warning', text: '  A break\r\nat 18:00\u0007 ' });
  operator.do({ type: 'announce' });
  assert.deepEqual(operator.effect('announce').what, { severity: 'warning', text: 'A break\nat 18:00', until: null });
  assert.ok(operator.screen.draft.sending);
  const made = /** @type {const} */ ({ id: 'b', severity: 'warning', text: 'A break\nat 18:00', until: null });
  operator.announced(yes(made));
  assert.deepEqual(operator.state.list.items, [NOTE, made]);
  assert.equal(operator.screen.draft.text, '');
  assert.equal(operator.screen.news, 'The announcement is on show.');
});

test('it is sent once, however often the button is pressed', () => {
  const operator = Operator.inside().write({ text: 'Hello' }).do({ type: 'announce' });
  assert.deepEqual(operator.do({ type: 'announce' }).effects, []);
  assert.equal(operator.write({ text: 'Hello again' }).screen.draft.text, 'Hello');
});

test('what is critical goes out only after a question', () => {
  const operator = Operator.inside().write({ severity: 'critical', text: ' Hello ' }).do({ type: 'announce' });
  assert.deepEqual(operator.effects, []);
  assert.match(operator.screen.question?.detail ?? '', /Everybody with the page open will be told at once/);
  assert.equal(operator.screen.question?.quote, 'Hello');
  assert.notEqual(operator.stats().listed([]).screen.question, null, 'nothing that is heard meanwhile answers it');
  operator.do({ type: 'no' });
  assert.deepEqual([operator.effects, operator.screen.question, operator.state.draft.text], [[], null, ' Hello ']);
  operator.do({ type: 'announce' }).do({ type: 'yes' });
  assert.deepEqual(operator.effect('announce').what, { severity: 'critical', text: 'Hello', until: null });
  assert.deepEqual([operator.screen.question, operator.screen.draft.sending], [null, true]);
  assert.equal(operator.do({ type: 'announce' }).screen.question, null, 'it is on its way');
});

test('a question that outlasts the end of what it is about sends nothing', () => {
  const at = new Date(AT + 60_000);
  const moment = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  const operator = Operator.inside().write({ severity: 'critical', text: 'Hello', end: 'at', moment });
  operator.do({ type: 'announce' });
  assert.notEqual(operator.screen.question, null);
  operator.pass(120_000).do({ type: 'yes' });
  assert.deepEqual([operator.effects, operator.screen.question], [[], null]);
  assert.match(operator.screen.draft.faults.end, /has passed/);
});

test('an end in hours counts by the clock of the service', () => {
  for (const [end, hours] of /** @type {const} */ ([['1', 1], ['6', 6], ['24', 24]])) {
    const operator = Operator.inside().write({ text: 'Hello', end }).do({ type: 'announce' });
    assert.equal(operator.effect('announce').what.until, AT + hours * HOUR_MS);
  }
});

test('an end at a moment is that moment of this machine', () => {
  const operator = Operator.inside().write({ text: 'Hello', end: 'at', moment: '2026-11-27T09:30' });
  operator.do({ type: 'announce' });
  assert.equal(operator.effect('announce').what.until, new Date(2026, 10, 27, 9, 30).getTime());
});

test('what cannot be sent says so at its field, until it is mended', () => {
  const operator = Operator.inside().write({ text: ' \n ' }).do({ type: 'announce' });
  assert.deepEqual(operator.effects, []);
  assert.match(operator.screen.draft.faults.text, /Write something/);
  assert.equal(operator.write({ text: 'a' }).screen.draft.faults.text, '');
  operator.write({ end: 'at' }).do({ type: 'announce' });
  assert.match(operator.screen.draft.faults.end, /date and a time/);
  operator.write({ text: 'ab' });
  assert.match(operator.screen.draft.faults.end, /date and a time/, 'the text has nothing to do with it');
  operator.write({ moment: '2020-01-01T00:00' }).do({ type: 'announce' });
  assert.match(operator.screen.draft.faults.end, /has passed/);
  operator.write({ moment: 'whenever' }).do({ type: 'announce' });
  assert.match(operator.screen.draft.faults.end, /date and a time/);
  assert.deepEqual(operator.effects, []);
});

test('500 characters are allowed and 501 are not, whatever they are in UTF-16', () => {
  const operator = Operator.inside().write({ text: '😀'.repeat(500) });
  assert.deepEqual([operator.screen.draft.counter, operator.screen.draft.over], ['500 of 500', false]);
  operator.write({ text: '😀'.repeat(501) });
  assert.deepEqual([operator.screen.draft.counter, operator.screen.draft.over], ['1 too many', true]);
  assert.match(operator.screen.draft.faults.text, /at most 500/);
  assert.deepEqual(operator.do({ type: 'announce' }).effects, []);
  operator.write({ text: '😀'.repeat(500) }).do({ type: 'announce' });
  assert.equal(operator.effect('announce').what.text.length, 1_000);
});

test('a refused announcement stays as it was written', () => {
  const faults = /** @type {const} */ ([
    ['full', 'form', /20 announcements are in force/], ['too_large', 'text', /Too large/],
    ['bad_request', 'form', /did not take.*Until is odd\./], ['unreachable', 'form', /may or may not/],
    ['slow_down', 'form', /a little later/], ['eclipse', 'form', /eclipse/],
  ]);
  for (const [code, field, words] of faults) {
    const operator = Operator.inside().write({ severity: 'warning', text: 'Hello', end: '6' });
    operator.do({ type: 'announce' });
    operator.announced(no(code, code === 'bad_request' ? { detail: 'until is odd' } : {}));
    const { draft } = operator.screen;
    assert.match(draft.faults[field], words);
    assert.deepEqual([draft.severity, draft.text, draft.end, draft.sending], ['warning', 'Hello', '6', false]);
    assert.equal(operator.write({ text: 'Hello!' }).screen.draft.faults[field], '');
  }
});

test('a token that stops working while something is sent keeps what was written', () => {
  const operator = Operator.inside().write({ text: 'Hello' }).do({ type: 'announce' }).announced(no('unauthorized'));
  assert.equal(operator.screen.name, 'door');
  assert.deepEqual([operator.state.draft.text, operator.state.draft.sending], ['Hello', false]);
});

test('a retraction is asked for twice, and can be written anew', () => {
  const operator = Operator.inside([NOTE]).do({ type: 'ask', question: { what: 'retract', id: 'a' } });
  assert.deepEqual(operator.effects, []);
  assert.equal(operator.screen.question?.quote, NOTE.text);
  assert.deepEqual(operator.do({ type: 'no' }).effects, []);
  assert.equal(operator.screen.question, null);
  operator.do({ type: 'ask', question: { what: 'retract', id: 'a' } }).do({ type: 'yes' });
  assert.equal(operator.effect('retract').id, 'a');
  assert.ok(operator.screen.announcements.items?.[0]?.busy);
  operator.do({ type: 'ask', question: { what: 'retract', id: 'a' } }).do({ type: 'yes' });
  assert.deepEqual(operator.effects, [], 'it is on its way already');
  operator.do({ type: 'retracted', turn: operator.state.turn, id: 'a', answer: yes(true) });
  assert.deepEqual(operator.screen.announcements.items, []);
  assert.ok(operator.screen.announcements.canRewrite);
  operator.do({ type: 'rewrite' });
  assert.equal(operator.screen.draft.text, NOTE.text);
});

test('what is being written is not replaced by what was retracted', () => {
  const operator = Operator.inside([NOTE]).write({ text: 'mine' });
  operator.do({ type: 'ask', question: { what: 'retract', id: 'a' } }).do({ type: 'yes' });
  operator.do({ type: 'retracted', turn: operator.state.turn, id: 'a', answer: yes(true) });
  assert.ok(!operator.screen.announcements.canRewrite);
  assert.equal(operator.do({ type: 'rewrite' }).screen.draft.text, 'mine');
});

test('an announcement that is gone already counts as retracted, any other refusal says that it is there', () => {
  const ask = /** @type {const} */ ({ type: 'ask', question: { what: 'retract', id: 'a' } });
  const retracting = () => Operator.inside([NOTE]).do(ask).do({ type: 'yes' });
  const gone = retracting();
  gone.do({ type: 'retracted', turn: gone.state.turn, id: 'a', answer: no('not_found') });
  assert.deepEqual([gone.screen.name, gone.screen.announcements.items], ['desk', []]);
  const there = retracting();
  there.do({ type: 'retracted', turn: there.state.turn, id: 'a', answer: no('unavailable') });
  assert.match(there.screen.announcements.items?.[0]?.fault ?? '', /Not retracted/);
  there.listed([]);
  assert.equal(there.state.kept, null);
});

test('a question about what has meanwhile happened is withdrawn', () => {
  const operator = Operator.inside([NOTE]).do({ type: 'ask', question: { what: 'retract', id: 'a' } }).listed([]);
  assert.equal(operator.screen.question, null);
  operator.do({ type: 'ask', question: { what: 'pause', paused: true } });
  assert.notEqual(operator.stats().screen.question, null);
  assert.equal(operator.stats(yes(stats({ paused: true }))).screen.question, null);
});

test('a pause is asked for twice, and says what people notice', () => {
  const operator = Operator.inside().do({ type: 'ask', question: { what: 'pause', paused: true } });
  assert.deepEqual(operator.effects, []);
  assert.match(operator.screen.question?.detail ?? '', /Who talks goes on.*keeps the place.*Newcomers/);
  operator.do({ type: 'yes' });
  assert.equal(operator.effect('pause').paused, true);
  assert.ok(operator.screen.matching.busy);
  operator.do({ type: 'switched', turn: operator.state.turn, answer: yes(true) });
  assert.deepEqual([operator.screen.matching.paused, operator.screen.news], [true, 'Matching is paused.']);
  operator.do({ type: 'ask', question: { what: 'pause', paused: false } }).do({ type: 'yes' });
  operator.do({ type: 'switched', turn: operator.state.turn, answer: no('unreachable') });
  assert.deepEqual([operator.screen.matching.paused, operator.screen.matching.busy], [true, false]);
  assert.match(operator.screen.matching.fault, /may or may not/);
});

test('an unchanged list is the same list', () => {
  const operator = Operator.inside([NOTE]);
  const { items } = operator.state.list;
  assert.equal(operator.listed([{ ...NOTE }]).state.list.items, items);
  assert.notEqual(operator.listed([{ ...NOTE, until: 7 }]).state.list.items, items);
});
