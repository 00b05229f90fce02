import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HANDOVER_MS, IDLE_MS } from '../../static/js/leader.js';
import { Browser, COUNTS } from './tabs.mjs';

const ANNOUNCEMENT = Object.freeze({ id: 'a', severity: 'info', text: 'Hello', until: null });
const SILENCE_MS = 40_000;

/** A browser whose tabs know the counts and one announcement. @param {number} tabs */
async function informed(tabs) {
  const browser = new Browser();
  for (let count = 0; count < tabs; count += 1) await browser.open();
  await browser.say('in_force', { ids: ['a'] }, '0');
  await browser.say('announcement', ANNOUNCEMENT, '3');
  await browser.say('presence', COUNTS, '3');
  const [first, ...others] = browser.tabs;
  assert.ok(first);
  return { browser, first, others };
}

/** Time with nothing but beats on the stream. @param {Browser} browser @param {number} ms */
async function beats(browser, ms) {
  for (let beat = 0; beat < ms / 15_000; beat += 1) {
    for (const stream of browser.streams) stream.event('beat', {}, '3');
    await browser.pass(15_000);
  }
}

const KNOWN = Object.freeze({ counts: COUNTS, announcements: [ANNOUNCEMENT] });

test('six tabs live off one stream', async () => {
  const { browser } = await informed(6);
  assert.equal(browser.streams.length, 1);
  for (const tab of browser.tabs) assert.deepEqual(tab.feed, KNOWN);
  await browser.say('retract', { id: 'a' }, '4');
  for (const tab of browser.tabs) assert.deepEqual(tab.feed.announcements, []);
});

test('a newcomer is told at once what is known', async () => {
  const { browser } = await informed(2);
  const newcomer = await browser.open();
  assert.deepEqual(newcomer.feed, KNOWN);
  assert.equal(browser.streams.length, 1);
});

test('what is known is not told anew to who knows it', async () => {
  const { browser, others: [second] } = await informed(2);
  const told = second?.told;
  await browser.open();
  await beats(browser, 150_000);
  assert.equal(second?.told, told);
});

for (const how of /** @type {const} */ (['close', 'crash'])) {
  test(`a leader that is gone (${how}) is followed by the next tab, from where the stream was`, async () => {
    const { browser, first, others: [second, third] } = await informed(3);
    await first[how]();
    assert.ok(second?.leads);
    assert.equal(browser.stream.url, '/events?last_event_id=3');
    await browser.say('presence', { ...COUNTS, online: 11 }, '3');
    assert.deepEqual(third?.feed, { ...KNOWN, counts: { ...COUNTS, online: 11 } });
  });
}

test('who does not hold the announcements asks for all of them', async () => {
  const browser = new Browser();
  const first = await browser.open();
  first.freeze();
  const second = await browser.open();
  // It hears of a number before it was told what came before.
  await browser.pass(1_000);
  await first.crash();
  assert.ok(second.leads);
  assert.equal(browser.stream.url, '/events');
});

test('a count that comes before the leader’s answer is not taken for all there is', async () => {
  const { browser, first, others: [second] } = await informed(2);
  const newcomer = await browser.open({}, {}, 'lead');
  await browser.say('presence', { ...COUNTS, online: 13 }, '3');
  assert.equal(newcomer.feed.counts?.online, 13);
  await second?.close();
  await first.close();
  assert.ok(newcomer.leads);
  assert.equal(browser.stream.url, '/events');
});

test('a leader out of sight hands over to a tab in sight, after a moment', async () => {
  const { browser, first, others: [second] } = await informed(2);
  await second?.use({ visible: false });
  await first.use({ visible: false });
  await browser.pass(HANDOVER_MS * 3);
  assert.ok(first.leads, 'nobody looks at either');
  await second?.use({ visible: true });
  await browser.pass(HANDOVER_MS - 1);
  assert.ok(first.leads);
  await browser.pass(1);
  assert.ok(second?.leads);
  assert.equal(browser.stream.url, '/events?last_event_id=3');
  assert.deepEqual(second.feed, KNOWN, 'the numbers stay while the stream moves');
  await browser.say('presence', COUNTS, '3');
  const told = browser.tabs.map((tab) => tab.told);
  await beats(browser, 60_000);
  assert.deepEqual(browser.tabs.map((tab) => tab.told), told, 'only one speaks for the stream');
});

test('of two tabs in sight, the one that was looked at last gets the stream', async () => {
  const { browser, first, others: [second, third] } = await informed(3);
  await second?.use({ visible: false });
  await second?.use({ visible: true });
  await first.use({ visible: false });
  await browser.pass(HANDOVER_MS);
  assert.ok(second?.leads);
  assert.equal(third?.sources.length, 0);
});

test('whoever only looks into another window for a moment does not move the stream', async () => {
  const { browser, first, others: [second] } = await informed(2);
  await first.use({ visible: false });
  await browser.pass(HANDOVER_MS - 1);
  await first.use({ visible: true });
  await browser.pass(HANDOVER_MS * 2);
  assert.ok(first.leads);
  assert.equal(second?.sources.length, 0);
});

test('a frozen leader is taken over after 40 s, by the tab in sight, and closes its stream when it wakes', async () => {
  const { browser, first, others: [hidden, seen] } = await informed(3);
  await hidden?.use({ visible: false });
  first.freeze();
  await browser.pass(SILENCE_MS - 1);
  assert.ok(first.leads);
  await browser.pass(1);
  assert.ok(seen?.leads);
  const stale = first.sources[0];
  assert.equal(stale?.closed, false);
  await browser.pass(20_000);
  assert.equal(hidden?.sources.length, 0, 'one taker is enough');
  seen?.sources[0]?.event('presence', { ...COUNTS, online: 11 }, '3');
  await first.thaw();
  assert.equal(first.feed.counts?.online, 11, 'what it missed it asks for');
  assert.ok(stale?.closed);
  assert.equal(browser.streams.length, 1);
  assert.ok(seen?.leads);
  await hidden?.close();
  await seen?.close();
  assert.ok(first.leads, 'and whoever was there first is in the queue again');
  assert.equal(browser.streams.length, 1);
});

test('a tab that is looked at does not wait long for a leader that does not answer', async () => {
  const { browser, first, others: [second] } = await informed(2);
  await second?.use({ visible: false });
  first.freeze();
  await second?.use({ visible: true });
  await browser.pass(5_000);
  assert.ok(second?.leads);
});

test('a leader whose stream is down is no silent one', async () => {
  const { browser, first, others: [second] } = await informed(2);
  for (let minute = 0; minute < 5; minute += 1) {
    for (const source of browser.streams) {
      source.readyState = 2;
      source.tell('error');
    }
    await browser.pass(60_000);
  }
  assert.ok(first.leads);
  assert.equal(second?.sources.length, 0);
});

test('every tab knows whether the browser holds a stream or is opening one', async () => {
  const { browser, first, others: [second] } = await informed(2);
  const on = () => browser.tabs.map((tab) => tab.on);
  assert.deepEqual(on(), [true, true]);
  browser.stream.tell('error');
  for (let refusal = 1; refusal <= 4; refusal += 1) {
    browser.stream.readyState = 2;
    browser.stream.tell('error');
    await browser.settle();
    assert.deepEqual(on(), refusal < 4 ? [true, true] : [false, false]);
    await browser.pass(refusal * 4_000);
  }
  assert.deepEqual(second?.feed.counts, null);
  assert.equal((await browser.open()).on, false);
  await browser.say('presence', COUNTS, '3');
  assert.deepEqual(on(), [true, true, true]);
  await first.close();
  assert.deepEqual([second?.on, browser.streams.length], [true, 1]);
});

test('a look at the page or a network that is back cuts a rest short', async () => {
  for (const wake of /** @type {const} */ (['look', 'network'])) {
    const { browser, first } = await informed(1);
    await first.use({ visible: false });
    browser.stream.readyState = 2;
    browser.stream.tell('error');
    assert.equal(browser.streams.length, 0);
    if (wake === 'look') await first.use({ visible: true });
    else first.leader.wake();
    assert.equal(browser.streams.length, 1);
    await browser.pass(1_000);
    assert.equal(browser.streams.length, 1);
  }
});

/** Tabs at which nobody has looked for so long that the stream is closed. @param {number} tabs */
async function asleep(tabs) {
  const { browser, first, others } = await informed(tabs);
  for (const tab of browser.tabs) await tab.use({ visible: false });
  await beats(browser, IDLE_MS);
  assert.equal(browser.streams.length, 0);
  return { browser, first, others };
}

test('a stream that nobody needs for 5 min is closed, and nobody claims to be counted by it', async () => {
  const { browser, first } = await asleep(3);
  for (const tab of browser.tabs) assert.deepEqual([tab.feed.counts, tab.on], [null, false]);
  await browser.pass(SILENCE_MS + 5_000);
  assert.ok(first.leads, 'silence is what a sleeping leader is expected to keep');
  await browser.pass(IDLE_MS * 10);
  assert.equal(browser.streams.length, 0);
});

test('it is opened again at once when somebody looks at any tab', async () => {
  for (const which of [0, 1, 2]) {
    const { browser } = await asleep(3);
    const tab = browser.tabs[which];
    await tab?.use({ visible: true });
    assert.ok(tab?.leads);
    assert.equal(browser.stream.url, '/events?last_event_id=3');
    for (const each of browser.tabs) assert.ok(each.on);
  }
});

test('it is opened at once though the leader is frozen', async () => {
  const { browser, first, others: [second] } = await asleep(2);
  first.freeze();
  await second?.use({ visible: true });
  assert.ok(second?.leads);
  await first.thaw();
  assert.equal(browser.streams.length, 1);
});

test('whoever hangs while it wakes the others is replaced as any leader', async () => {
  const { browser, first, others: [second] } = await asleep(2);
  first.freeze();
  await second?.use({ visible: true });
  second?.freeze();
  await first.thaw();
  assert.ok(second?.leads);
  await browser.pass(SILENCE_MS + 2_000);
  assert.ok(first.leads);
});

test('a tab that goes while it takes the lock leaves it to others', async () => {
  const { browser, first, others: [second] } = await asleep(2);
  second?.leader.tell({ visible: true, session: false });
  second?.leader.leave();
  await browser.settle();
  assert.equal(second?.sources.length, 0);
  assert.ok(first.leads);
});

test('a new tab out of sight wakes a sleeping browser only if it comes with a session', async () => {
  const { browser } = await asleep(2);
  await browser.open({ visible: false });
  await browser.pass(SILENCE_MS * 2);
  assert.equal(browser.streams.length, 0);
  const busy = await browser.open({ visible: false, session: true });
  assert.ok(busy.leads);
  assert.equal(browser.streams.length, 1);
});

test('a new tab in sight wakes a sleeping browser', async () => {
  const { browser } = await asleep(2);
  const seen = await browser.open();
  assert.ok(seen.leads);
  assert.equal(browser.streams.length, 1);
});

test('a session in any tab keeps the stream open, and opens it', async () => {
  const { browser } = await asleep(2);
  await browser.tabs[1]?.use({ session: true });
  assert.equal(browser.streams.length, 1);
  await beats(browser, IDLE_MS * 3);
  assert.equal(browser.streams.length, 1);
  await browser.tabs[1]?.use({ session: false });
  await beats(browser, IDLE_MS);
  assert.equal(browser.streams.length, 0);
});

test('the next tab goes on sleeping where the sleeping leader is closed', async () => {
  const { browser, first, others: [second] } = await asleep(2);
  await first.close();
  assert.ok(second?.leads);
  assert.equal(browser.streams.length, 0);
  await second.use({ visible: true });
  assert.equal(browser.streams.length, 1);
});

test('a tab that vanished does not keep the stream open for ever', async () => {
  const { browser, first, others: [second] } = await informed(2);
  await second?.use({ visible: false, session: true });
  await first.use({ visible: false });
  await second?.crash();
  await beats(browser, 15_000 * 3 + IDLE_MS);
  assert.equal(browser.streams.length, 0);
});

test('a tab that says goodbye is not waited for', async () => {
  const { browser, first, others: [second] } = await informed(2);
  await second?.use({ visible: false, session: true });
  await first.use({ visible: false });
  await second?.close();
  await beats(browser, IDLE_MS);
  assert.equal(browser.streams.length, 0);
});

test('a tab that talks out of sight is heard of for as long as it does', async () => {
  const { browser, first, others: [second] } = await informed(2);
  await second?.use({ visible: false, session: true });
  await first.use({ visible: false });
  await beats(browser, IDLE_MS * 2);
  assert.equal(browser.streams.length, 1);
  assert.ok(first.leads);
});

test('whoever leads without knowing anything takes nothing from who does', async () => {
  const { browser, first, others: [second] } = await informed(2);
  await second?.use({ visible: false });
  first.freeze();
  const third = await browser.open();
  await browser.pass(3_000);
  await second?.use({ visible: true });
  await browser.pass(2_000);
  assert.ok(third.leads);
  assert.deepEqual(second?.feed, KNOWN);
});

test('a page that is gone back to joins again', async () => {
  const { browser, first, others: [second] } = await informed(2);
  first.leader.leave();
  await browser.settle();
  assert.ok(second?.leads);
  await browser.say('retract', { id: 'a' }, '4');
  assert.deepEqual(first.feed, KNOWN);
  first.leader.join({ visible: true, session: false });
  await browser.settle();
  assert.deepEqual(first.feed, { ...KNOWN, announcements: [] });
  assert.equal(browser.streams.length, 1);
  second?.leader.join({ visible: true, session: false });
  await browser.settle();
  assert.ok(second?.leads, 'who is here already does not come again');
});

test('without locks or channels every tab has its own stream', async () => {
  const refusing = { request: () => Promise.reject(new DOMException('', 'SecurityError')) };
  class Forbidden {
    constructor() {
      throw new DOMException('', 'SecurityError');
    }
  }
  for (const lacks of [{ locks: undefined }, { Channel: undefined }, { locks: refusing }, { Channel: Forbidden }]) {
    const browser = new Browser();
    await browser.open({}, lacks);
    await browser.open({}, lacks);
    assert.equal(browser.streams.length, 2);
    for (const tab of browser.tabs) await tab.use({ visible: false });
    for (const stream of browser.streams) stream.event('presence', COUNTS);
    for (const tab of browser.tabs) assert.deepEqual(tab.feed.counts, COUNTS);
    await beats(browser, IDLE_MS);
    assert.equal(browser.streams.length, 0);
    await browser.tabs[0]?.use({ visible: true });
    assert.equal(browser.streams.length, 1);
  }
});

test('what another version of the page says is ignored', async () => {
  const { browser, others: [second] } = await informed(2);
  const before = second?.feed;
  for (const data of [
    null, 'lead', { type: 'lead', from: 'x' }, { type: 'constructor', from: 'x' },
    { type: 'feed', from: 'x', id: '9', event: { type: 'counts', counts: 3 } }, { type: 'alive', stream: 'on' },
    { type: 'tab', from: 'x', visible: 1 },
    { type: 'lead', from: 'x', stream: 'on', counts: null, announcements: [{}], id: '9' },
  ]) second?.ears.forEach((ear) => ear({ data }));
  await browser.settle();
  assert.deepEqual(second?.feed, before);
});
