import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TABS_MAX, createTickets } from '../../static/js/tickets.js';

class FakeStorage {
  /** @type {Map<string, string>} */
  items = new Map();

  /** @param {string} key */
  getItem(key) {
    return this.items.get(key) ?? null;
  }

  /**
   * @param {string} key
   * @param {string} text
   */
  setItem(key, text) {
    this.items.set(key, text);
  }

  /** @param {string} key */
  removeItem(key) {
    this.items.delete(key);
  }
}

/**
 * @param {FakeStorage} storage
 * @param {string} tab
 */
const open = (storage, tab) => createTickets({
  openStorage: () => /** @type {Storage} */ (/** @type {unknown} */ (storage)), tab: () => tab,
});

test('each tab leaves its newest ticket, newest first, and a later visit finds them', () => {
  const storage = new FakeStorage();
  const [one, two] = [open(storage, 'one'), open(storage, 'two')];
  one.keep({ visitor: 'v', ticket: null });
  one.keep({ visitor: 'v', ticket: 'a1' });
  two.keep({ visitor: 'v', ticket: 'b1' });
  one.keep({ visitor: 'v', ticket: 'a2' });
  assert.deepEqual(open(storage, 'three').recall('v'), ['a2', 'b1']);
});

test('a tab whose session goes on elsewhere leaves what it remembered', () => {
  const storage = new FakeStorage();
  const tab = open(storage, 'one');
  tab.keep({ visitor: 'v', ticket: 'a1' });
  tab.keep({ visitor: 'v', ticket: null });
  assert.deepEqual(tab.recall('v'), ['a1']);
});

test('eight tabs are remembered, and the oldest gives way', () => {
  const storage = new FakeStorage();
  for (let at = 1; at <= TABS_MAX + 1; at += 1) open(storage, `tab ${at}`).keep({ visitor: 'v', ticket: `t${at}` });
  assert.deepEqual(open(storage, 'new').recall('v'), ['t9', 't8', 't7', 't6', 't5', 't4', 't3', 't2']);
});

test('tickets of an id that the service has replaced are dropped, and never told as another’s', () => {
  const storage = new FakeStorage();
  open(storage, 'old').keep({ visitor: 'v', ticket: 'a1' });
  const tab = open(storage, 'new');
  tab.keep({ visitor: 'v', ticket: null });
  tab.keep({ visitor: 'w', ticket: null });
  assert.deepEqual([tab.recall('v'), tab.recall('w')], [[], []]);
  tab.keep({ visitor: 'w', ticket: 'b1' });
  assert.deepEqual(tab.recall('w'), ['b1']);
  assert.deepEqual(tab.recall(null), []);
});

test('what does not read as expected is as none', () => {
  const storage = new FakeStorage();
  for (const text of ['{', '7', 'null', '[null,7,{},{"visitor":"v","tab":"t"}]', '{"0":{}}']) {
    storage.setItem('edgewise.tickets', text);
    assert.deepEqual(open(storage, 'one').recall('v'), [], text);
  }
  storage.setItem('edgewise.tickets', JSON.stringify([{ visitor: 'v', tab: 't', ticket: 'x'.repeat(20_000) }]));
  assert.deepEqual(open(storage, 'one').recall('v'), []);
});

test('only what changed is written', () => {
  const storage = new FakeStorage();
  const tab = open(storage, 'one');
  tab.keep({ visitor: 'v', ticket: 'a1' });
  storage.items.clear();
  tab.keep({ visitor: 'v', ticket: 'a1' });
  assert.equal(storage.items.size, 0);
});

test('without storage nothing is remembered, and nothing breaks', () => {
  const tab = createTickets({ openStorage: () => { throw new Error('SecurityError'); }, tab: () => 'one' });
  tab.keep({ visitor: 'v', ticket: 'a1' });
  assert.deepEqual(tab.recall('v'), []);
});
