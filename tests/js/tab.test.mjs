import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTab } from '../../static/js/tab.js';
import { Page } from './play.mjs';

class FakeStorage {
  /** @type {Map<string, string>} */
  items = new Map();
  writes = 0;
  room = Infinity;

  /** @param {string} key */
  getItem(key) {
    return this.items.get(key) ?? null;
  }

  /**
   * @param {string} key
   * @param {string} text
   */
  setItem(key, text) {
    this.writes += 1;
    if (text.length > this.room) throw new Error('QuotaExceededError');
    this.items.set(key, text);
  }

  /** @param {string} key */
  removeItem(key) {
    this.items.delete(key);
  }
}

/** Locks that are held until their page is gone; who cannot have one is refused at once instead of after a second. */
class FakeLocks {
  /** @type {Set<string>} */
  held = new Set();

  /**
   * @param {string} name
   * @param {unknown} _options
   * @param {() => unknown} granted
   */
  async request(name, _options, granted) {
    if (this.held.has(name)) throw new Error('AbortError');
    this.held.add(name);
    return granted();
  }
}

let names = 0;

/**
 * A page in a tab with this storage.
 * @param {FakeStorage} storage
 * @param {FakeLocks} [locks]
 */
const open = (storage, locks) => createTab({
  openStorage: () => /** @type {Storage} */ (/** @type {unknown} */ (storage)),
  locks: /** @type {LockManager | undefined} */ (/** @type {unknown} */ (locks)),
  drawName: () => `name-${names += 1}`,
  within: () => AbortSignal.timeout(1),
});

test('what a page keeps, the next page of the tab recalls', async () => {
  const storage = new FakeStorage();
  const first = open(storage, new FakeLocks());
  assert.equal(await first.recall(), null);
  first.keep(Page.talking().write('half a').state);
  const kept = await open(storage, new FakeLocks()).recall();
  assert.equal(kept?.place.at, 'talking');
  assert.equal(kept?.draft, 'half a');
});

test('a duplicate forgets its copy, takes a name of its own, and leaves the original alone', async () => {
  const locks = new FakeLocks();
  const storage = new FakeStorage();
  const original = open(storage, locks);
  await original.recall();
  original.keep(Page.talking().state);
  const copy = new FakeStorage();
  copy.items = new Map(storage.items);
  assert.equal(await open(copy, locks).recall(), null);
  assert.deepEqual([...copy.items.keys()], ['edgewise.name']);
  assert.equal(locks.held.size, 2);
  // The original is refreshed: its lock is free again, and all is there.
  locks.held.clear();
  assert.equal((await open(storage, locks).recall())?.place.at, 'talking');
});

test('only what changed is written', async () => {
  const storage = new FakeStorage();
  const tab = open(storage);
  await tab.recall();
  const page = Page.talking();
  tab.keep(page.state);
  const { writes } = storage;
  tab.keep(page.do({ type: 'counts', counts: null }).state);
  assert.equal(storage.writes, writes);
  tab.keep(page.do({ type: 'visible', on: false }).write('a').state);
  assert.ok(storage.writes <= writes + 2);
});

test('an old text is forgotten where the new one does not fit', async () => {
  const storage = new FakeStorage();
  const tab = open(storage);
  await tab.recall();
  const page = Page.talking().say('short');
  tab.keep(page.state);
  assert.ok(storage.items.has('edgewise.transcript'));
  storage.room = 600;
  tab.keep(page.say('x'.repeat(1_000)).state);
  assert.ok(!storage.items.has('edgewise.transcript'));
});

test('without storage or locks the page works, only more forgetful', async () => {
  const tab = createTab({
    openStorage: () => { throw new Error('SecurityError'); },
    locks: undefined,
    drawName: () => 'name',
    within: () => AbortSignal.timeout(1),
  });
  assert.equal(await tab.recall(), null);
  tab.keep(Page.talking().state);
});
