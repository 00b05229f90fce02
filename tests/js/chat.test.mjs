import assert from 'node:assert/strict';
import { test } from 'node:test';
import { C, Page, matched, welcome } from './play.mjs';

const answer = { do: 'timer', name: 'answer', ms: 5_000 };
const long = { do: 'timer', name: 'long', ms: 20_000 };
const noAnswer = { do: 'timer', name: 'answer', ms: null };

// --- coming in ---

test('a first visit begins with the terms, a later one at home', () => {
  assert.equal(Page.booted({ accepted: null }).state.place.at, 'gate');
  assert.equal(Page.booted().state.place.at, 'home');
});

test('accepted terms are remembered by their version, whichever is known first', () => {
  const remembered = { do: 'remember', key: 'terms', value: '2' };
  const late = Page.booted({ accepted: null }).do({ type: 'accept' }).do({ type: 'asked', terms: '2', paused: false });
  assert.deepEqual(late.effects, [remembered]);
  const early = Page.booted({ accepted: null }).do({ type: 'asked', terms: '2', paused: false }).do({ type: 'accept' });
  assert.deepEqual(early.effects, [remembered]);
  assert.equal(late.state.place.at, 'home');
});

test('changed terms are asked for again, but never in the middle of something', () => {
  assert.equal(Page.booted().do({ type: 'asked', terms: '2', paused: false }).state.place.at, 'gate');
  assert.equal(Page.talking().do({ type: 'asked', terms: '2', paused: false }).state.place.at, 'talking');
});

test('a service that does not say its terms is asked again with back-off', () => {
  const page = Page.booted().do({ type: 'unasked' });
  assert.deepEqual(page.effects, [{ do: 'rest', name: 'ask', attempt: 1, first_ms: 0, floor_ms: 0 }]);
  assert.deepEqual(page.ring('ask').effects, [{ do: 'ask' }]);
});

test('a door that wants the terms leads back to them', () => {
  const page = Page.booted().do({ type: 'talk' });
  page.do({ type: 'refused', code: 'terms_required', retry_ms: null, until: null });
  assert.equal(page.state.place.at, 'gate');
  assert.ok(page.effects.some((effect) => effect.do === 'ask'));
});

// --- finding ---

test('one press enters, connects, and asks for a partner as soon as the line is open', () => {
  const page = Page.booted().do({ type: 'talk' });
  assert.deepEqual(page.effects, [long, { do: 'enter', visitor: null, pass: null }]);
  page.do({ type: 'entered', pass: 'pass', lobby: 'lobby', visitor: 'visitor' }).hear(welcome());
  assert.deepEqual(page.sent, [{ type: 'find' }]);
  assert.ok(page.effects.some((effect) => effect.do === 'timer' && effect.name === 'answer'));
});

test('pressing twice asks once', () => {
  assert.deepEqual(Page.seeking().do({ type: 'talk' }).effects, []);
});

test('an open line is used again', () => {
  const page = Page.over().do({ type: 'home' }).do({ type: 'talk' });
  assert.deepEqual(page.effects, [long, { do: 'send', frame: { type: 'find' } }, answer]);
});

test('waiting is an answer; being widened and paused are shown', () => {
  const page = Page.seeking().hear({ type: 'waiting', widen_ms: 9_000 });
  assert.deepEqual(page.effects, [noAnswer]);
  page.hear({ type: 'error', code: 'paused', re: 'find' }).hear({ type: 'waiting', widen_ms: 0 });
  const place = {
    at: 'seeking', asked: true, queued: true, widen_ms: 0, paused: false, held: false, long: false, changed: false,
    ghost: false,
  };
  assert.deepEqual(page.state.place, place);
  assert.deepEqual(page.ring('long').state.place, { ...place, long: true });
});

test('a find without an answer for 5 s means a dead line, which comes back and finds again', () => {
  const page = Page.seeking().ring('answer');
  assert.ok(page.effects.some((effect) => effect.do === 'hangup'));
  page.ring('rest').hear(welcome());
  assert.deepEqual(page.sent, [{ type: 'find' }]);
});

test('a session that is in the queue already does not ask a second time', () => {
  const page = Page.seeking().do({ type: 'down', code: 1006, reason: '' }).ring('rest').hear(welcome('waiting'));
  assert.deepEqual(page.sent, []);
});

test('who stops looking leaves the queue and stays connected', () => {
  const page = Page.seeking().hear({ type: 'waiting', widen_ms: 9_000 }).do({ type: 'stop' });
  assert.deepEqual(page.sent, [{ type: 'stop' }]);
  assert.equal(page.state.place.at, 'home');
  assert.deepEqual(page.hear({ type: 'done', re: 'stop' }).effects, [noAnswer]);
  assert.equal(page.state.line.way.at, 'open');
});

test('who stops before the line is open hangs up', () => {
  const page = Page.booted().do({ type: 'talk' }).do({ type: 'stop' });
  assert.deepEqual(page.state.line.way, { at: 'off' });
});

test('a partner whom nobody wants any more is left at once', () => {
  const page = Page.seeking().do({ type: 'stop' }).hear(matched());
  assert.deepEqual(page.sent, [{ type: 'stop', c: C }]);
  assert.equal(page.state.place.at, 'home');
});

test('a place in the queue that nobody wants is left at once', () => {
  const page = Page.over().do({ type: 'home' }).hear({ type: 'waiting', widen_ms: 0 });
  assert.deepEqual(page.sent, [{ type: 'stop' }]);
});

test('who changes their mind twice takes the partner who came meanwhile', () => {
  const page = Page.seeking().do({ type: 'stop' }).do({ type: 'talk' });
  assert.deepEqual(page.sent, [{ type: 'find' }]);
  page.hear(matched());
  for (const re of ['stop', 'find']) page.hear({ type: 'error', code: 'talking', re });
  assert.equal(page.state.place.at, 'talking');
});

test('a find that came too fast is made again later', () => {
  const page = Page.seeking().hear({ type: 'error', code: 'slow_down', re: 'find', retry_ms: 700 });
  assert.deepEqual(page.effects.at(-1), { do: 'timer', name: 'find', ms: 700 });
  assert.deepEqual(page.ring('find').sent, [{ type: 'find' }]);
});

// --- leaving ---

test('next leaves and finds in one frame, and waits for nothing', () => {
  const page = Page.talking().do({ type: 'next' });
  assert.deepEqual(page.sent, [{ type: 'find', c: C }]);
  assert.equal(page.state.place.at, 'seeking');
  page.hear({ type: 'ended', c: C, reason: 'next' }).hear(matched('conversation-2'));
  assert.equal(page.talk.c, 'conversation-2');
  assert.equal(page.state.leaving, null);
});

test('a next that came too fast lets the partner go now and finds later', () => {
  const page = Page.talking().do({ type: 'next' });
  page.hear({ type: 'error', code: 'slow_down', re: 'find', c: C, retry_ms: 700 });
  assert.deepEqual(page.sent, [{ type: 'stop', c: C }]);
  page.hear({ type: 'ended', c: C, reason: 'left' });
  assert.deepEqual(page.ring('find').sent, [{ type: 'find' }]);
});

test('leaving says so at once and keeps what was said on show', () => {
  const page = Page.talking().do({ type: 'stop' });
  assert.deepEqual(page.sent, [{ type: 'stop', c: C }]);
  assert.ok(page.state.place.at === 'over' && page.state.place.why.by === 'me');
  page.hear({ type: 'ended', c: C, reason: 'left' });
  assert.ok(page.state.place.at === 'over' && page.state.place.why.by === 'me', 'the service does not say otherwise');
  assert.deepEqual(page.effects, [noAnswer]);
});

test('a goodbye that is not confirmed for 5 s means a dead line', () => {
  const page = Page.talking().do({ type: 'stop' }).ring('answer');
  assert.equal(page.state.line.way.at, 'resting');
});

test('who left is known', () => {
  for (const reason of ['left', 'next', 'lost', 'moderated', 'closing', 'eclipse']) {
    const { place } = Page.over(reason).state;
    assert.deepEqual(place.at === 'over' && place.why, { by: 'service', reason });
  }
});

test('Escape asks once before it leaves, and forgets that it asked', () => {
  const page = Page.talking().do({ type: 'escape' });
  assert.equal(page.state.place.at, 'talking');
  assert.ok(page.state.armed);
  assert.ok(!page.ring('armed').state.armed);
  page.do({ type: 'escape' }).write('a');
  assert.ok(!page.state.armed, 'writing means staying');
  page.do({ type: 'escape' }).do({ type: 'escape' });
  assert.deepEqual(page.sent, [{ type: 'find', c: C }]);
});

test('Escape stops a search, and goes on from an ended conversation', () => {
  assert.equal(Page.seeking().do({ type: 'escape' }).state.place.at, 'home');
  assert.equal(Page.over().do({ type: 'escape' }).state.place.at, 'seeking');
  assert.equal(Page.booted().do({ type: 'escape' }).state.place.at, 'home');
});

test('the timers of a conversation end with it', () => {
  const page = Page.talking().hear({ type: 'ended', c: C, reason: 'left' });
  const timers = page.effects.filter((effect) => effect.do === 'timer');
  const cancelled = timers.filter(({ ms }) => ms === null).map(({ name }) => name);
  assert.deepEqual(cancelled.slice(0, 8), ['got', 'typing', 'lapse', 'sync', 'resend', 'grace', 'hold', 'armed']);
});

// --- a broken line ---

test('a conversation that the service forgot while the line was down is over', () => {
  const page = Page.talking().do({ type: 'down', code: 1006, reason: '' });
  assert.equal(page.state.place.at, 'talking');
  const { place } = page.ring('rest').hear(welcome()).state;
  assert.ok(place.at === 'over' && place.why.by === 'line');
  assert.equal(page.state.line.way.at, 'open');
  assert.deepEqual(page.sent, [], 'nobody pressed anything');
});

test('a search goes on after a broken line', () => {
  const page = Page.seeking().hear({ type: 'waiting', widen_ms: 9_000 }).do({ type: 'down', code: 4000, reason: '' });
  page.ring('rest').hear(welcome());
  assert.deepEqual(page.sent, [{ type: 'find' }]);
});

test('a broken line at home is let go', () => {
  const page = Page.over().do({ type: 'home' }).do({ type: 'down', code: 1006, reason: '' });
  assert.deepEqual(page.state.line.way, { at: 'off' });
});

test('the network and the person coming back end a rest', () => {
  for (const event of /** @type {const} */ ([{ type: 'wake' }, { type: 'visible', on: true }])) {
    const page = Page.talking().do({ type: 'down', code: 1006, reason: '' }).do(event);
    assert.ok(page.effects.some((effect) => effect.do === 'connect'));
  }
});

test('a close that the service means as the end ends the conversation with a reason of its own', () => {
  for (const code of [1000, 1003, 1009, 4400, 4403, 4409, 4429]) {
    const { place } = Page.talking().do({ type: 'down', code, reason: '' }).state;
    assert.deepEqual(place.at === 'over' && place.why, { by: 'close', code });
  }
});

test('a conversation that the service does not know is over', () => {
  const page = Page.talking().say('hello').hear({ type: 'error', code: 'not_talking', re: 'say', c: C, n: 1 });
  assert.equal(page.state.place.at, 'over');
});

// --- late frames ---

test('frames of another conversation than the one on show change nothing', () => {
  const old = 'conversation-0';
  const page = Page.talking().say('hello');
  const before = page.state;
  /** @type {import('../../static/js/codec.js').ServerFrame[]} */
  const late = [
    { type: 'say', c: old, n: 1, text: 'late' }, { type: 'got', c: old, n: 1 }, { type: 'seen', c: old, n: 1 },
    { type: 'typing', c: old, on: true }, { type: 'partner', c: old, state: 'away' }, { type: 'other', c: old, n: 1 },
    { type: 'error', code: 'slow_down', re: 'say', c: old, n: 1, retry_ms: 9 },
    { type: 'ended', c: old, reason: 'left' },
    { type: 'error', code: 'unknown_type' }, { type: 'error', code: 'slow_down', re: 'typing', c: C },
  ];
  for (const frame of late) assert.deepEqual(page.hear(frame).state, before, frame.type);
});

test('late timers change nothing', () => {
  for (const page of [Page.booted(), Page.seeking().hear({ type: 'waiting', widen_ms: 1 }), Page.over()]) {
    const before = page.state;
    for (const name of ['rest', 'answer', 'got', 'hold', 'typing', 'lapse', 'armed', 'steady', 'nothing']) {
      assert.deepEqual(page.ring(name).state, before, name);
    }
  }
});

// --- the draft ---

test('what is written when the partner leaves stays, and pressing Enter does not lose it', () => {
  const page = Page.talking().write('I was about to say');
  page.hear({ type: 'ended', c: C, reason: 'left' }).do({ type: 'send' });
  assert.equal(page.state.draft, 'I was about to say');
  assert.equal(page.state.notice, 'kept');
  assert.deepEqual(page.sent, []);
  page.do({ type: 'talk' }).hear(matched('conversation-2'));
  assert.equal(page.state.draft, 'I was about to say');
});

test('a blank draft is not sent, a faulty one stays with the reason', () => {
  assert.deepEqual(Page.talking().say(' \n ').sent, []);
  const page = Page.talking().say('x'.repeat(2_001));
  assert.equal(page.state.notice, 'too_long');
  assert.equal(page.state.draft.length, 2_001);
});

test('what the service will not take goes back to the draft, but not over another', () => {
  const page = Page.talking().say('first').hear({ type: 'error', code: 'bad_text', re: 'say', c: C, n: 1 });
  assert.equal(page.state.draft, 'first');
  page.say('second').write('third').hear({ type: 'error', code: 'bad_text', re: 'say', c: C, n: 1 });
  assert.equal(page.state.draft, 'third');
});

// --- what happens while nobody looks ---

test('messages that nobody has seen are counted until somebody looks', () => {
  const page = Page.talking().do({ type: 'visible', on: false });
  for (const n of [1, 1, 2]) page.hear({ type: 'say', c: C, n, text: 'a' });
  assert.equal(page.state.unread, 2);
  assert.equal(page.do({ type: 'visible', on: true }).state.unread, 0);
});
