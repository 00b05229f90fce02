// The page that says what is kept: each sentence names a test, each of these tests exists, and the lists of what the
// browser keeps are those of the code.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { NOUNS } from '../../static/js/kept.js';

const root = new URL('../../', import.meta.url);
/** @param {string} path */
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const html = read('static/privacy.html');

/** @param {string} name @param {string} source */
function isTest(name, source) {
  const words = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`#\\[(?:tokio::)?test[^\\]]*\\]\\s*(?:async )?fn ${words}\\(|^test\\('${words}',`, 'm').test(source);
}

test('every test that the page names exists', () => {
  const named = [...html.matchAll(/data-test="([^"]+)"/g)].map(([, each = '']) => each);
  assert.ok(named.length > 15);
  const missing = named.filter((each) => {
    const [path = '', name = ''] = each.split('::');
    return !existsSync(new URL(path, root)) || !isTest(name, read(path));
  });
  assert.deepEqual(missing, []);
});

test('a name is not a test because it stands somewhere', () => {
  const source = "#[tokio::test]\nasync fn one() {}\nfn two() {}\n#[test]\nfn three() {}\ntest('four, too', () => {});\n";
  const names = ['one', 'two', 'three', 'four, too', 'four'];
  assert.deepEqual(names.filter((name) => isTest(name, source)), ['one', 'three', 'four, too']);
});

test('every sentence that a test can show names one', () => {
  const [tested = '', untested = ''] = html.split('id="untested"');
  assert.ok(untested !== '');
  const items = [...tested.matchAll(/<li>[\s\S]*?<\/li>/g)].map(([item]) => item);
  assert.ok(items.length > 15);
  for (const item of items) assert.match(item, /<cite data-test="(?:src|tests)\/[\w/.]+::[^"]+">[^<]+<\/cite>/);
});

test('the lists of what the browser keeps are those of the code', () => {
  const listed = (/** @type {string} */ id) => {
    const table = new RegExp(`<table id="${id}">[\\s\\S]*?</table>`).exec(html)?.[0] ?? '';
    return [...table.matchAll(/<code>([^<]+)<\/code>/g)].map(([, name]) => name).sort();
  };
  const keys = /@typedef \{([^}]*)\} Key/.exec(read('static/js/memory.js'))?.[1] ?? '';
  const remembered = [...keys.matchAll(/'(\w+)'/g)].map(([, key]) => `edgewise.${key}`);
  const tickets = /const KEY = '([^']+)'/.exec(read('static/js/tickets.js'))?.[1] ?? '';
  assert.deepEqual(listed('kept-for-good'), [...remembered, tickets].sort());
  assert.deepEqual(listed('kept-for-the-tab'), [...NOUNS, 'name'].map((noun) => `edgewise.${noun}`).sort());
});
