import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INITIAL, hasSession } from '../../static/js/state.js';
import { LIMITS } from '../../static/js/wire.js';
import * as lines from '../../static/js/line.js';
import { Page } from './play.mjs';

const ENTRY = { pass: 'pass', lobby: 'lobby', visitor: 'visitor' };

const connecting = () => lines.entered(lines.want(INITIAL.line).line, ENTRY).line;
const open = () => lines.welcomed(connecting(), LIMITS, true).line;

/**
 * @param {number} code
 * @param {string} [reason]
 * @param {number} [young]
 */
const closed = (code, reason = '', young = 0) => lines.down({ ...open(), young }, { code, reason }, true);

/** @param {lines.LineStep} step */
const rest = (step) => step.effects.find((effect) => effect.do === 'rest');

test('the way there is: a pass, a socket, hello, welcome', () => {
  const entering = lines.want({ ...INITIAL.line, counted: true, visitor: 'known' });
  assert.deepEqual(entering.effects, [{ do: 'enter', visitor: 'known', pass: null }]);
  const hello = lines.entered(entering.line, ENTRY);
  assert.deepEqual(hello.effects, [
    { do: 'remember', key: 'visitor', value: 'visitor' },
    {
      do: 'connect',
      lobby: 'lobby',
      hello: { type: 'hello', v: 1, pass: 'pass', line: 1, counted: true },
      limits: LIMITS,
    },
  ]);
  const opened = lines.welcomed(hello.line, { ...LIMITS, return_ms: 4_000 }, true);
  assert.deepEqual(opened.line.way, { at: 'open', ready: true });
  assert.equal(opened.line.limits.return_ms, 4_000);
});

test('a browser without an event stream does not say that it is counted', () => {
  const { effects } = lines.entered(lines.want(INITIAL.line).line, ENTRY);
  assert.ok(effects.some((effect) => effect.do === 'connect' && !('counted' in effect.hello)));
});

test('wanting a line that is there or on its way changes nothing', () => {
  for (const line of [open(), lines.want(INITIAL.line).line]) assert.deepEqual(lines.want(line), { line, effects: [] });
});

test('each socket counts one up', () => {
  const again = lines.rested(closed(1006).line);
  const [hello] = again.effects.flatMap((effect) => (effect.do === 'connect' ? [effect.hello] : []));
  assert.deepEqual(hello, { type: 'hello', v: 1, pass: 'pass', line: 2 });
});

test('a steady line that breaks comes back within return_ms', () => {
  for (const code of [1001, 1006, 1011, 4000, 4999]) {
    const step = closed(code);
    assert.deepEqual(step.line.way, { at: 'resting', attempt: 0, then: 'connect', firm: false, why: null });
    assert.deepEqual(rest(step), { do: 'rest', name: 'rest', attempt: 0, first_ms: 250, floor_ms: 0 });
  }
});

test('the first try after a welcomed line is at once, however many it took to open it', () => {
  /** @type {import('../../static/js/state.js').Line} */
  const late = { ...connecting(), way: { at: 'connecting', attempt: 7 } };
  const step = lines.down(lines.welcomed(late, LIMITS, true).line, { code: 1006, reason: '' }, true);
  assert.equal(rest(step)?.attempt, 0);
});

test('a service that greets and hangs up is not called in a loop', () => {
  let line = open();
  const attempts = [];
  for (let time = 1; time <= 6; time += 1) {
    const step = lines.down(line, { code: 1006, reason: '' }, true);
    attempts.push(rest(step)?.attempt);
    line = lines.welcomed(lines.rested(step.line).line, LIMITS, true).line;
  }
  assert.deepEqual(attempts, [0, 0, 0, 1, 2, 3]);
  assert.equal(lines.steady(line).line.young, 0);
});

/** @param {import('../../static/js/state.js').Line} line */
function tries(line) {
  for (let count = 1; ; count += 1) {
    line = lines.down(line, { code: 1006, reason: '' }, true).line;
    if (line.way.at === 'resting' && line.way.then === 'enter') return count;
    line = lines.rested(line).line;
  }
}

test('a lobby that never answers is given up soon by a newcomer, late by who has a ticket', () => {
  assert.equal(tries(connecting()), 2);
  assert.equal(tries({ ...connecting(), ticket: 'ticket' }), 8);
});

test('a ticket goes with every hello, and leads back to its lobby with a new pass', () => {
  const line = { ...open(), ticket: 'ticket' };
  const back = lines.rested(lines.down(line, { code: 1006, reason: '' }, true).line);
  const [hello] = back.effects.flatMap((effect) => (effect.do === 'connect' ? [effect.hello] : []));
  assert.deepEqual(hello, { type: 'hello', v: 1, pass: 'pass', line: 2, ticket: 'ticket' });
  const expired = lines.down(line, { code: 4401, reason: '' }, true);
  const again = lines.entered(expired.line, { pass: 'new', lobby: 'other', visitor: 'visitor' });
  assert.ok(again.effects.some((effect) => effect.do === 'connect' && effect.lobby === 'lobby'));
});

test('a newer socket has the ticket now; any other end leaves it', () => {
  for (const code of [1000, 4400, 4403, 4409, 4429, 4503]) {
    const { line } = lines.down({ ...open(), ticket: 'ticket' }, { code, reason: '' }, true);
    assert.equal(line.ticket, code === 4409 ? null : 'ticket', String(code));
  }
});

test('codes that mean never again are not tried again, and forget the pass', () => {
  for (const code of [1000, 1003, 1009, 4400, 4409]) {
    const { line, effects } = closed(code);
    assert.deepEqual(line.way, { at: 'refused', why: String(code), until: null });
    assert.equal(line.pass, null);
    assert.ok(!effects.some((effect) => effect.do === 'rest' || effect.do === 'connect'));
  }
});

test('a ban says until when', () => {
  assert.deepEqual(closed(4403, '1795543836515').line.way, { at: 'refused', why: '4403', until: 1795543836515 });
  assert.deepEqual(closed(4403, 'soon').line.way, { at: 'refused', why: '4403', until: null });
});

test('who is moved goes there at once, without entering again', () => {
  const step = closed(4001, 'other-lobby');
  assert.ok(step.effects.some((effect) => effect.do === 'connect' && effect.lobby === 'other-lobby'));
  assert.equal(step.line.pass, 'pass');
});

test('who is moved in a circle rests and enters again', () => {
  assert.equal(closed(4001, 'other', 5).line.way.at, 'resting');
  assert.equal(closed(4001, '').line.way.at, 'resting');
});

test('an expired pass is replaced at once, as the same visitor; the second time with a rest', () => {
  const step = closed(4401);
  assert.deepEqual(step.effects, [{ do: 'enter', visitor: 'visitor', pass: null }]);
  const again = lines.entered(step.line, ENTRY).line;
  assert.equal(lines.down(again, { code: 4401, reason: '' }, true).line.way.at, 'resting');
});

test('a flooded line rests as long as the service asks, whatever wakes it', () => {
  const step = closed(4429, '10000');
  assert.equal(rest(step)?.floor_ms, 10_000);
  assert.deepEqual(lines.wake(step.line), { line: step.line, effects: [] });
});

test('a full lobby means entering again, after the rest', () => {
  const step = closed(4503, '5000');
  assert.deepEqual(step.line.way, { at: 'resting', attempt: 1, then: 'enter', firm: true, why: '4503' });
  assert.equal(rest(step)?.floor_ms, 5_000);
});

test('a hello that came too late is said again with back-off', () => {
  const step = closed(4408);
  assert.deepEqual(step.line.way, { at: 'resting', attempt: 1, then: 'connect', firm: false, why: null });
});

test('a broken line that nobody needs stays off, and is opened without entering again', () => {
  const step = lines.down(open(), { code: 1006, reason: '' }, false);
  assert.deepEqual(step.line.way, { at: 'off' });
  assert.ok(lines.want(step.line).effects.some((effect) => effect.do === 'connect'));
});

test('waking cuts a rest short, and asks an open line for a sign of life', () => {
  assert.ok(lines.wake(closed(1006).line).effects.some((effect) => effect.do === 'connect'));
  assert.deepEqual(lines.wake(open()).effects, [{ do: 'probe' }]);
});

test('an end of a socket that is not this line’s changes nothing', () => {
  const { line } = closed(1006);
  assert.deepEqual(lines.down(line, { code: 4403, reason: '' }, true), { line, effects: [] });
});

const refused = (/** @type {string} */ code, /** @type {number | null} */ retry_ms = null) =>
  lines.refused(lines.want(INITIAL.line).line, { code, retry_ms, until: null });

test('a refusal at the door that passes by itself is waited for', () => {
  for (const code of ['slow_down', 'paused', 'unavailable', 'full']) {
    const step = refused(code, 3_000);
    assert.deepEqual(step.line.way, { at: 'resting', attempt: 1, then: 'enter', firm: true, why: code });
    assert.equal(rest(step)?.floor_ms, 3_000);
  }
});

test('a door that cannot be reached is tried again, and at once when the network is back', () => {
  const step = refused(lines.UNREACHABLE);
  assert.deepEqual(step.line.way, { at: 'resting', attempt: 1, then: 'enter', firm: false, why: null });
  assert.deepEqual(lines.wake(step.line).effects.at(-1), { do: 'enter', visitor: null, pass: null });
});

test('any other refusal at the door is the end, until the person tries again', () => {
  for (const code of ['banned', 'proof_required', 'bad_request', 'a_code_of_next_year']) {
    const step = refused(code);
    assert.equal(step.line.way.at, 'refused');
    assert.deepEqual(lines.want(step.line).effects, [{ do: 'enter', visitor: null, pass: null }]);
  }
});

test('what a hello says of the event stream is what holds when it is said', () => {
  /** @param {boolean} on */
  const hello = (on) => {
    const page = Page.booted().do({ type: 'stream', on }).do({ type: 'talk' });
    page.do({ type: 'entered', ...ENTRY });
    return page.effects.flatMap((effect) => (effect.do === 'connect' ? [effect.hello] : []))[0];
  };
  assert.ok(hello(true) && 'counted' in Object(hello(true)));
  assert.ok(hello(false) && !('counted' in Object(hello(false))));
});

test('a session is a line that is open or on its way', () => {
  assert.deepEqual([open(), connecting(), closed(1006).line, lines.want(INITIAL.line).line].map(hasSession),
    [true, true, true, true]);
  assert.deepEqual([INITIAL.line, closed(4403).line].map(hasSession), [false, false]);
});
