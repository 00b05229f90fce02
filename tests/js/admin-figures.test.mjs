import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as figures from '../../static/js/admin/figures.js';
import { chart } from '../../static/js/admin/chart.js';
import { clock, moment, second, span } from '../../static/js/admin/format.js';
import { bars, sentence } from '../../static/js/admin/waits.js';
import { AT, MINUTE_MS, empty, ends, lobby, manyLobbies, minutes, stats, waits } from './admin-samples.mjs';

test('half and nine of ten, in one sentence', () => {
  assert.equal(sentence(waits(30, 4, 3, 2, 1)), 'Half had waited under 1 s, nine of ten under 10 s.');
  assert.equal(sentence(waits(95, 5)), 'Nine of ten had waited under 1 s.');
  assert.equal(sentence(waits(0, 0, 0, 60, 0, 40)), 'Half had waited under 30 s, nine of ten under 2 min.');
  const most = 'Half had waited under 1 s, more than one of ten over 5 min.';
  assert.equal(sentence(waits(60, 0, 0, 0, 0, 0, 0, 40)), most);
  assert.equal(sentence(waits(4, 0, 0, 0, 0, 0, 0, 40)), 'More than half had waited over 5 min.');
});

test('exactly half is half, and exactly nine of ten are nine of ten', () => {
  assert.equal(sentence(waits(5, 4, 1)), 'Half had waited under 1 s, nine of ten under 3 s.');
  assert.equal(sentence(waits(4, 5, 1)), 'Nine of ten had waited under 3 s.');
});

test('few people are all told of, and nobody is told of nobody', () => {
  assert.equal(sentence(waits()), '');
  assert.equal(sentence(waits(0, 1)), 'The one person matched so far had waited under 3 s.');
  assert.equal(sentence(waits(8, 0, 1)), 'All 9 people matched so far had waited under 10 s.');
  const open = 'Of the 2 people matched so far, one or more had waited over 5 min.';
  assert.equal(sentence(waits(1, 0, 0, 0, 0, 0, 0, 1)), open);
});

test('each bar has its span and its share of the longest', () => {
  const list = bars(waits(50, 25));
  assert.deepEqual(list.map(({ label }) => label), [
    'under 1 s', '1–3 s', '3–10 s', '10–30 s', '30 s – 1 min', '1–2 min', '2–5 min', 'over 5 min',
  ]);
  assert.deepEqual(list.slice(0, 3).map(({ count, share }) => [count, share]), [['50', 1], ['25', 0.5], ['0', 0]]);
  assert.ok(bars(waits()).every(({ share }) => share === 0));
});

test('codes keep their order, and one that is not known is shown as it is', () => {
  const { rows, total } = figures.ends(stats({ ends: ends({ lost: 4, eclipse: 2, left: 8 }) }));
  assert.deepEqual(rows.map(({ code }) => code), ['left', 'next', 'lost', 'moderated', 'closing', 'eclipse']);
  assert.deepEqual(rows.map(({ some }) => some), [true, false, true, false, false, true]);
  assert.deepEqual(rows.map(({ share }) => share), [1, 0, 0.5, 0, 0, 0.25]);
  assert.equal(total, '14 in all');
  assert.equal(figures.refusals(empty()).total, 'none');
});

test('lobbies are in the order of their names, and say when they were last heard', () => {
  const names = figures.lobbies(stats({ lobbies: [lobby({ lobby: 'weur-10' }), lobby({ lobby: 'weur-9' })] }));
  assert.deepEqual(names.map(({ lobby: name }) => name), ['weur-9', 'weur-10']);
  const heard = (/** @type {number | null} */ at) => figures.lobbies(stats({ lobbies: [lobby({ heard: at })] }))[0];
  assert.equal(heard(null)?.heard, 'not yet');
  assert.equal(heard(AT + 300)?.heard, 'just now');
  assert.deepEqual([heard(AT - 90_000)?.heard, heard(AT - 90_000)?.silent], ['2 min ago', false]);
  assert.deepEqual([heard(AT - 90_001)?.heard, heard(AT - 90_001)?.silent], ['2 min ago, not counted', true]);
  assert.equal(figures.lobbies(stats({ lobbies: manyLobbies(20) })).length, 20);
});

test('numbers that are not known are not zero', () => {
  assert.equal(figures.figures(null).online, '–');
  assert.equal(figures.figures(empty()).online, '0');
  assert.equal(figures.figures(stats({ messages: 98_765_432 })).messages, '98,765,432');
  assert.equal(figures.figures(stats({ streams: 1 })).streams, '1 open stream');
});

test('the chart begins with the first minute', () => {
  assert.equal(chart(empty()), null);
  assert.equal(chart(stats({ hour: minutes(1) }))?.rows.length, 1);
});

test('a minute that is missing is a gap, and a lone one a point', () => {
  const hour = minutes(60, (n) => n < 20 || n === 25 || n > 31);
  const drawn = chart(stats({ hour }));
  const runs = drawn?.lines[0]?.runs ?? [];
  // The last run reaches up to now.
  assert.deepEqual(runs.map((run) => run.length), [20, 1, 29]);
  assert.match(drawn?.summary ?? '', /11 minutes are missing\.$/);
  assert.doesNotMatch(chart(stats())?.summary ?? '', /missing/);
});

test('the lines reach up to now only where somebody has just kept count', () => {
  const end = (/** @type {number} */ at) => chart(stats({ at, hour: minutes(10) }))?.lines[0]?.runs.at(-1)?.at(-1)?.x;
  assert.equal(end(AT), 1);
  assert.ok((end(AT + 3 * MINUTE_MS) ?? 1) < 1);
});

test('every dot is within the chart, on a scale of few even steps', () => {
  for (const most of [0, 1, 3, 4, 5, 9, 12, 99, 100, 101, 4_000, 71_234]) {
    const hour = minutes(60).map((minute) => ({ ...minute, online: most, waiting: 0, chatting: 0 }));
    const drawn = chart(stats({ hour, online: most, waiting: 0, chatting: 0 }));
    assert.ok(drawn);
    const dots = drawn.lines.flatMap(({ runs }) => runs.flat());
    assert.ok(dots.every(({ x, y }) => x >= 0 && x <= 1 && y >= 0 && y <= 1), String(most));
    assert.ok(drawn.levels.length >= 2 && drawn.levels.length <= 5, String(most));
    const top = Number(drawn.levels.at(-1)?.label.replaceAll(',', ''));
    assert.ok(top >= most && top <= Math.max(1, 2.5 * most), `${most} on a scale up to ${top}`);
  }
});

test('points outside the last hour are not drawn', () => {
  const old = { at: AT - 61 * MINUTE_MS, online: 5, waiting: 0, chatting: 0, matches: 0, messages: 0 };
  assert.equal(chart(stats({ hour: [old] })), null);
});

test('times stand at full ten minutes of the clock', () => {
  const times = chart(stats())?.times ?? [];
  assert.equal(times.length, 6);
  for (const { label, at } of times) {
    assert.match(label, /^\d\d:\d0$/);
    assert.ok(at >= 0 && at <= 1);
  }
});

test('a moment says its day when it is another one, and its year when that is', () => {
  const now = new Date(2026, 10, 26, 14, 5, 12).getTime();
  assert.equal(clock(now), '14:05');
  assert.equal(second(now), '14:05:12');
  assert.equal(moment(new Date(2026, 10, 26, 0, 1).getTime(), now), '00:01');
  assert.equal(moment(new Date(2026, 10, 27, 9, 30).getTime(), now), '27 Nov, 09:30');
  assert.equal(moment(new Date(2027, 0, 2, 9, 30).getTime(), now), '2 Jan 2027, 09:30');
});

test('a span is in the largest unit that says something', () => {
  const spans = [0, 400, 59_400, 60_000, 3_540_000, 3_600_000, 86_399_000, 86_400_000, 259_200_000].map(span);
  assert.deepEqual(spans, ['0 s', '0 s', '59 s', '1 min', '59 min', '1 h', '24 h', '1 day', '3 days']);
});
