// Several tabs of one browser over HTTP/1.1, where it opens six connections to a host and no more.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBare } from './bare.mjs';
import { announcement, event, openFeed } from './feed.mjs';
import { heard, meet, openStage, say } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof openStage>>} */
let stage;
before(async () => { stage = await openStage(); });
after(async () => {
  await stage.close();
  assert.deepEqual(stage.complaints, []);
});

/** A tab leads if the lock of the stream is held by whoever holds the lock of its own name. */
const LEADS = `navigator.locks.query().then(({ held }) => {
  const holder = (name) => held.find((lock) => lock.name === 'edgewise.' + name)?.clientId;
  return holder('stream') !== undefined && holder('stream') === holder(sessionStorage.getItem('edgewise.name'));
})`;

/** Keeps the streams of a page where a test can count them. @param {Page} page */
const counting = (page) => page.context().addInitScript(() => {
  const Source = globalThis.EventSource;
  /** @type {EventSource[]} */
  const sources = [];
  Object.assign(globalThis, { sources });
  globalThis.EventSource = class extends Source {
    /** @param {string | URL} url */
    constructor(url) {
      super(url);
      sources.push(this);
    }
  };
});

/**
 * So many more tabs of the browser of this page.
 * @param {Page} page
 * @param {number} count
 */
async function more(page, count) {
  const tabs = [page];
  for (let opened = 0; opened < count; opened += 1) {
    const tab = await page.context().newPage();
    await tab.goto(stage.url);
    tabs.push(tab);
  }
  return tabs;
}

/** How many streams are open in each of these tabs. @param {Page[]} tabs */
const streams = (tabs) => Promise.all(tabs.map((tab) => tab.evaluate(() => {
  const { sources } = /** @type {typeof globalThis & {sources: EventSource[]}} */ (globalThis);
  return sources.filter(({ readyState }) => readyState !== EventSource.CLOSED).length;
})));

/** @param {Page[]} tabs */
async function leaderOf(tabs) {
  const leads = await Promise.all(tabs.map((tab) => tab.evaluate(LEADS)));
  assert.equal(leads.filter(Boolean).length, 1, 'one tab leads');
  return /** @type {Page} */ (tabs[leads.indexOf(true)]);
}

/** @param {Page[]} tabs @param {string} text */
const allShow = (tabs, text) => Promise.all(tabs.map((tab) => tab.getByText(text, { exact: true }).waitFor()));

test('six tabs show how many people are here, and talk in one of them, with one stream', async () => {
  const ann = await stage.person({ prepare: counting });
  const tabs = await more(ann, 5);
  const protocols = await Promise.all(tabs.map((tab) => tab.evaluate(() => {
    return /** @type {PerformanceNavigationTiming} */ (performance.getEntriesByType('navigation')[0]).nextHopProtocol;
  })));
  // A page that comes from the cache took none.
  assert.deepEqual(new Set(protocols.filter(Boolean)), new Set(['http/1.1']));
  await allShow(tabs, 'Just you here now');
  const last = /** @type {Page} */ (tabs.at(-1));
  const ben = await stage.person();
  await meet(ben, last);
  await allShow([...tabs, ben], '2 here now, 2 talking');
  for (let n = 1; n <= 5; n += 1) {
    await say(last, `from one of six, ${n}`);
    await heard(ben, `from one of six, ${n}`);
    await say(ben, `to one of six, ${n}`);
    await heard(last, `to one of six, ${n}`);
  }
  assert.deepEqual((await streams(tabs)).sort(), [0, 0, 0, 0, 0, 1]);
  assert.deepEqual(await streams([await leaderOf(tabs)]), [1]);
  await Promise.all([ann.context().close(), ben.context().close()]);
});

/** @param {number} count */
const HERE = (count) => event('presence', { online: count, waiting: 0, chatting: 0 }, 3);

/** Tabs of one browser that live off a stream that the test plays. @param {number} count */
async function played(count) {
  const feed = await openFeed();
  feed.begin(event('in_force', { ids: [] }), announcement(3, 'info', 'Hello, all tabs.'), HERE(7));
  const first = await stage.person({ prepare: async (page) => {
    await Promise.all([counting(page), feed.attach(page)]);
  } });
  // Whoever holds the announcements is not told them again.
  await allShow([first], 'Hello, all tabs.');
  feed.begin(event('in_force', { ids: ['announcement-3'] }, 3), HERE(8));
  const tabs = await more(first, count - 1);
  await allShow(tabs, 'Hello, all tabs.');
  return { feed, tabs, first };
}

test('a tab that comes is told at once what is known, and needs no stream for it', async () => {
  const { feed, tabs, first } = await played(3);
  await allShow(tabs, '7 here now');
  assert.deepEqual(feed.opened, ['/events']);
  feed.say(HERE(12), event('retract', { id: 'announcement-3' }, 4));
  await allShow(tabs, '12 here now');
  await Promise.all(tabs.map((tab) => tab.getByText('Hello, all tabs.').waitFor({ state: 'detached' })));
  await first.context().close();
  await feed.close();
});

test('a leader that is closed is followed at once, from where its stream was', async () => {
  const { feed, tabs, first } = await played(4);
  for (const rest of [3, 2, 1]) {
    const leader = await leaderOf(tabs);
    tabs.splice(tabs.indexOf(leader), 1);
    await leader.close();
    await allShow(tabs, '8 here now');
    await feed.until(1);
    assert.equal((await streams(tabs)).filter((count) => count === 1).length, 1);
    assert.equal(tabs.length, rest);
    feed.say(HERE(7));
    await allShow([...tabs, ...tabs], '7 here now');
    await allShow(tabs, 'Hello, all tabs.');
  }
  assert.deepEqual(feed.opened, ['/events', ...Array(3).fill('/events?last_event_id=3')]);
  await first.context().close();
  await feed.close();
});

test('a leader that is reloaded takes its place among the others', async () => {
  const { feed, tabs, first } = await played(2);
  assert.equal(await leaderOf(tabs), first);
  await first.reload();
  await allShow(tabs, '8 here now');
  await allShow(tabs, 'Hello, all tabs.');
  await feed.until(1);
  assert.equal(await leaderOf(tabs), tabs[1]);
  await first.context().close();
  await feed.close();
});

test('a leader that hangs is replaced by a tab in sight, and closes its stream when it goes on', async () => {
  const { feed, tabs: [leader], first } = await played(1);
  assert.ok(leader);
  /** @type {() => void} */
  let goOn = () => undefined;
  const stuck = new Promise((resolve) => { goOn = () => resolve(null); });
  await first.context().route('**/stuck', async (route) => {
    await stuck;
    await route.fulfill({ body: '' });
  });
  const hanging = leader.evaluate(() => {
    const request = new XMLHttpRequest();
    request.open('GET', '/stuck', false);
    request.send();
  });
  const [, second] = await more(first, 1);
  assert.ok(second);
  await allShow([second], '8 here now');
  assert.deepEqual(await streams([second]), [1]);
  assert.equal(feed.opened.at(-1), '/events', 'it was told nothing, and asks for everything');
  goOn();
  await hanging;
  await feed.until(1);
  await allShow([leader], '8 here now');
  assert.deepEqual(await streams([leader, second]), [0, 1]);
  await first.context().close();
  await feed.close();
});

/** What a page shows once it knows how many people are here. */
const KNOWS = 'Boolean(document.getElementById("people")?.textContent)';

/**
 * A browser that does to its tabs what people's browsers do.
 * @param {(bare: Awaited<ReturnType<typeof openBare>>) => Promise<void>} play
 */
async function inBare(play) {
  const bare = await openBare();
  try {
    await play(bare);
  } finally {
    await bare.close();
  }
}

test('a leader out of sight hands its stream to the tab in front of it', () => inBare(async (bare) => {
  const one = await bare.page(stage.url);
  await one.until(LEADS);
  const two = await bare.page(stage.url);
  await two.front();
  await one.until('document.visibilityState === "hidden"');
  await two.until(LEADS);
  assert.equal(await one.value(LEADS), false);
  await Promise.all([one.until(KNOWS), two.until(KNOWS)]);
  await one.front();
  await one.until(LEADS);
}));

test('a leader that is frozen leaves its stream to others, and is back when it wakes', () => inBare(async (bare) => {
  const one = await bare.page(stage.url);
  await one.until(`${KNOWS} && ${LEADS}`);
  const two = await bare.page(stage.url);
  await two.until(KNOWS);
  await two.front();
  await one.until('document.visibilityState === "hidden"');
  await one.freeze();
  await two.until(LEADS);
  await two.until(KNOWS);
  await one.thaw();
  await one.front();
  await one.until(LEADS);
}));
