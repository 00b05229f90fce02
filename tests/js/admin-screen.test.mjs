import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENDED, REFUSED, SEVERITY } from '../../static/js/wire.js';
import { KNOWN } from '../../static/js/admin/words.js';
import { TIMER } from '../../static/js/admin/state.js';
import { second } from '../../static/js/admin/format.js';
import { NOTE, Operator, TOKEN, no, yes } from './admin-play.mjs';
import { AT, empty, stats } from './admin-samples.mjs';

/** @param {string} code @param {{detail?: string, retry_ms?: number}} [more] */
const doorAfter = (code, more) =>
  Operator.booted().do({ type: 'signIn', token: TOKEN }).stats(no(code, more)).screen.door;

test('the door says in plain words why it did not open', () => {
  assert.match(doorAfter('unauthorized').title, /not the token/);
  assert.match(doorAfter('not_found').title, /no operator access set up/);
  assert.match(doorAfter('not_found').detail, /ADMIN_TOKEN \(24 characters or more\) and deploy/);
  assert.match(doorAfter('unreachable').title, /cannot be reached/);
  assert.match(doorAfter('unreadable').title, /out of date/);
  assert.match(doorAfter('slow_down').title, /Too many wrong tokens/);
  assert.match(doorAfter('slow_down').countdown, /10 s/, 'the service did not say for how long');
  assert.match(doorAfter('eclipse').title, /did not take that/);
  const detail = 'the secret ADMIN_TOKEN is shorter than 24 characters';
  assert.equal(doorAfter('unavailable', { detail }).detail, 'The secret ADMIN_TOKEN is shorter than 24 characters.');
});

test('a token that stopped working is not called a wrong one', () => {
  const operator = Operator.inside().ring(TIMER.stats).stats(no('unauthorized'));
  assert.equal(operator.screen.door.title, 'You were signed out');
});

test('before the first numbers nothing is claimed', () => {
  const { figures, ends, chart, matching, lobbies, announcements, status } = Operator.booted(TOKEN).screen;
  assert.equal(figures.online, '–');
  assert.equal(ends.total, '');
  assert.ok(ends.rows.length > 0 && ends.rows.every(({ count }) => count === '–'));
  assert.equal(chart, null);
  assert.equal(matching.paused, null);
  assert.match(lobbies.empty, /Asking/);
  assert.match(announcements.empty, /Asking/);
  assert.deepEqual(status, { tone: 'wait', words: 'Loading' });
});

test('a service that has just started says that there is nothing yet', () => {
  const { waits, lobbies, chartEmpty, ends, refusals } = Operator.inside().stats(yes(empty())).screen;
  assert.equal(waits.sentence, 'Nobody has been matched yet.');
  assert.match(lobbies.empty, /No lobby has been opened yet/);
  assert.match(chartEmpty, /first minute/);
  assert.deepEqual([ends.total, refusals.total], ['none', 'none']);
});

test('without a connection the page says since when, and of what moment its numbers are', () => {
  const operator = Operator.inside();
  operator.pass(2_000).ring(TIMER.stats).stats(no('unreachable'));
  assert.equal(operator.screen.link?.words, `No connection since ${second(AT)}. Trying again by itself.`);
  assert.deepEqual(operator.screen.status, { tone: 'off', words: `As of ${second(AT)}` });
  assert.equal(operator.screen.when, `At ${second(AT)}`);
  assert.equal(operator.ring(TIMER.stats).stats().screen.link, null);
  const never = Operator.booted(TOKEN).stats(no('unreachable')).screen;
  assert.equal(never.link?.words, 'No connection. Trying again by itself.');
  assert.ok(!never.stale);
});

test('a service that is not ready says what it lacks', () => {
  const lacking = no('unavailable', { detail: 'the secret SEAL_KEY is missing' });
  const operator = Operator.inside().ring(TIMER.stats).stats(lacking);
  assert.match(operator.screen.link?.words ?? '', /not ready \(the secret SEAL_KEY is missing\) since/);
});

test('a pause is in the title too', () => {
  const operator = Operator.inside();
  assert.equal(operator.screen.title, 'Operator · Edgewise');
  assert.equal(operator.stats(yes(stats({ paused: true }))).screen.title, 'Paused · Operator · Edgewise');
  assert.match(operator.screen.matching.detail, /Newcomers are turned away/);
});

test('an announcement says how much it matters and when it ends', () => {
  const until = new Date(AT + 3_600_000);
  const [first, other] = Operator.inside([NOTE, { ...NOTE, id: 'b', severity: 'critical', until: until.getTime() }])
    .screen.announcements.items ?? [];
  assert.deepEqual([first?.kind, first?.until], ['Info', 'until retracted']);
  assert.equal(other?.kind, 'Critical');
  assert.match(other?.until ?? '', /^until .*\d\d:\d\d$/);
});

test('a moment to choose says in which time zone it is', () => {
  const operator = Operator.inside();
  assert.equal(operator.screen.draft.zone, '');
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  assert.equal(operator.write({ end: 'at' }).screen.draft.zone, `Time zone: ${timeZone}`);
  assert.equal(operator.write({ end: '6' }).screen.draft.zone, '');
});

test('the preview is the text as it would go out', () => {
  const operator = Operator.inside();
  assert.equal(operator.screen.draft.preview, null);
  operator.write({ text: ' one\r\ntwo ', severity: 'critical' });
  assert.deepEqual(operator.screen.draft.preview, { severity: 'critical', text: 'one\ntwo' });
});

test('every reason, refusal and severity of the wire has words', () => {
  assert.deepEqual([...KNOWN.ends].sort(), Object.values(ENDED).sort());
  assert.deepEqual([...KNOWN.refusals].sort(), Object.values(REFUSED).sort());
  assert.deepEqual([...KNOWN.severities].sort(), Object.values(SEVERITY).sort());
});
