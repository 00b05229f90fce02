import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INITIAL } from '../../static/js/state.js';
import { LIMITS } from '../../static/js/wire.js';
import * as lines from '../../static/js/line.js';

const ENTRY = { pass: 'pass', lobby: 'lobby', visitor: 'visitor' };

/** @param {number} [attempt] */
function open(attempt = 0) {
  const connecting = lines.entered(lines.want(INITIAL.line).line, ENTRY).line;
  const { line } = lines.welcomed(connecting, LIMITS);
  return attempt === 0 ? line : { ...line, way: /** @type {const} */ ({ at: 'open', attempt }) };
}

/**
 * @param {number} code
 * @param {string} [reason]
 * @param {number} [attempt]
 */
const closed = (code, reason = '', attempt = 0) => lines.down(open(attempt), { code, reason }, true);

/** @param {lines.LineStep} step */
const rest = (step) => step.effects.find((effect) => effect.do === 'rest');

test('the way there is: a pass, a socket, hello, welcome', () => {
  const entering = lines.want({ ...INITIAL.line, counted: true, visitor: 'known' });
  assert.deepEqual(entering.effects, [{ do: 'enter', visitor: 'known' }]);
  const connecting = lines.entered(entering.line, ENTRY);
  assert.deepEqual(connecting.effects, [
    { do: 'remember', key: 'visitor', value: 'visitor' },
    {
      do: 'connect',
      lobby: 'lobby',
      hello: { type: 'hello', v: 1, pass: 'pass', line: 1, counted: true },
      limits: LIMITS,
    },
  ]);
  const opened = lines.welcomed(connecting.line, { ...LIMITS, return_ms: 4_000 });
  assert.deepEqual(opened.line.way, { at: 'open', attempt: 0 });
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

test('a line that breaks young backs off further, until it was steady', () => {
  const again = lines.welcomed(lines.rested(closed(1006, '', 1).line).line, LIMITS).line;
  assert.deepEqual(again.way, { at: 'open', attempt: 2 });
  assert.deepEqual(lines.steady(again).line.way, { at: 'open', attempt: 0 });
});

test('a lobby that never answers is asked twice, then another is asked for', () => {
  const connecting = lines.entered(lines.want(INITIAL.line).line, ENTRY).line;
  const first = lines.down(connecting, { code: 1006, reason: '' }, true);
  assert.equal(first.line.way.at === 'resting' && first.line.way.then, 'connect');
  const second = lines.down(lines.rested(first.line).line, { code: 1006, reason: '' }, true);
  assert.equal(second.line.way.at === 'resting' && second.line.way.then, 'enter');
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
  assert.equal(closed(4001, 'other', 3).line.way.at, 'resting');
  assert.equal(closed(4001, '').line.way.at, 'resting');
});

test('an expired pass is replaced at once, as the same visitor; the second time with a rest', () => {
  const step = closed(4401);
  assert.deepEqual(step.effects, [{ do: 'enter', visitor: 'visitor' }]);
  assert.equal(closed(4401, '', 1).line.way.at, 'resting');
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
  assert.deepEqual(lines.wake(step.line).effects.at(-1), { do: 'enter', visitor: null });
});

test('any other refusal at the door is the end, until the person tries again', () => {
  for (const code of ['banned', 'proof_required', 'bad_request', 'a_code_of_next_year']) {
    const step = refused(code);
    assert.equal(step.line.way.at, 'refused');
    assert.deepEqual(lines.want(step.line).effects, [{ do: 'enter', visitor: null }]);
  }
});
