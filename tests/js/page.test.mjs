// What holds for the pages as a whole: they stay as strict as their headers, and the chat page has words for everything
// that docs/PROTOCOL.md can say to it.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { tickerAddress } from '../../static/js/trusted.js';
import { CLOSE, PROBLEM, REFUSED, TO, FROM, ENDED, EVENT } from '../../static/js/wire.js';
import { KNOWN } from '../../static/js/words.js';

const root = new URL('../../', import.meta.url);
/** @param {string} path */
const read = (path) => readFileSync(new URL(path, root), 'utf8');
/** @param {string} path */
function list(path) {
  const entries = readdirSync(new URL(path, root), { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => path + name);
}

/** @param {string} path */
const scriptsIn = (path) => list(path).map((name) => ({ path: name, source: read(name) }));

const html = read('static/index.html');
const adminHtml = read('static/admin.html');
const scripts = scriptsIn('static/js/');
const adminScripts = scriptsIn('static/js/admin/');
const protocol = read('docs/PROTOCOL.md');

const MARKUP = /innerHTML|outerHTML|insertAdjacent|document\.write|DOMParser|\beval\b|new Function/;

test('only the view knows the document, and nothing becomes markup', () => {
  for (const { path, source } of [...scripts, ...adminScripts]) {
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    assert.doesNotMatch(code, MARKUP, path);
    if (!/\/(?:view(?:-\w+)?|main)\.js$/.test(path)) assert.doesNotMatch(code, /\b(?:document|window)\.\w/, path);
  }
});

test('no page has inline code or style, or asks anybody else for anything', () => {
  for (const page of [html, adminHtml]) {
    assert.doesNotMatch(page, /\son\w+=|\sstyle=|<style|javascript:/);
    assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)/);
  }
  for (const source of [html, adminHtml, ...list('static/css/').map(read)]) {
    assert.doesNotMatch(source, /https?:|url\(|@import/);
  }
});

/** @param {string} page */
const namedIn = (page) => [...page.matchAll(/(?:href|src)="\/([^"]+)"/g)].map(([, path]) => `static/${path}`);

test('every file that a page names exists', () => {
  for (const page of [html, adminHtml]) {
    assert.ok(namedIn(page).length >= 5);
    namedIn(page).forEach(read);
  }
});

test('every module is named in the page, so that all are fetched at once', () => {
  for (const { path } of scripts.filter((script) => !script.path.endsWith('/ticker.js'))) {
    assert.ok(html.includes(`"/js/${path.split('/').at(-1)}"`), path);
  }
});

test('the operator’s page names the modules that it takes, and no other', () => {
  /** @type {Set<string>} */
  const taken = new Set();
  const take = (/** @type {string} */ path) => {
    if (taken.has(path)) return;
    taken.add(path);
    for (const [, name = ''] of read(path).matchAll(/ from '(\.[^']+)'/g)) {
      take(new URL(name, new URL(path, 'file:///')).pathname.slice(1));
    }
  };
  take('static/js/admin/main.js');
  assert.deepEqual(namedIn(adminHtml).filter((path) => path.endsWith('.js')).sort(), [...taken].sort());
  assert.deepEqual(adminScripts.map(({ path }) => path).filter((path) => !taken.has(path)), []);
});

test('every part of a page that its view asks for is there, once', () => {
  for (const [page, views] of /** @type {const} */ ([[html, scripts], [adminHtml, adminScripts]])) {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    const view = views.filter(({ path }) => path.includes('/view')).map(({ source }) => source).join('');
    const asked = [...view.matchAll(/\b(?:get|text|clone)\('([^']+)'/g)].map(([, id]) => id);
    assert.ok(asked.length > 20);
    for (const id of asked) assert.ok(ids.includes(id), `#${id}`);
  }
});

test('the operator previews an announcement in the very markup of the chat page', () => {
  const template = (/** @type {string} */ page) => /<template id="announcement">([\s\S]*?)<\/template>/.exec(page)?.[1];
  assert.ok(template(html));
  assert.equal(template(adminHtml), template(html));
});

test('no search engine is to show the operator’s page', () => {
  assert.match(adminHtml, /<meta name="robots" content="noindex">/);
});

test('the headers allow what the page does and nothing else', () => {
  const headers = read('static/_headers');
  const policy = /Content-Security-Policy: (.*)/.exec(headers)?.[1]?.split('; ').sort();
  assert.deepEqual(policy, [
    "base-uri 'none'", "connect-src 'self'", "default-src 'none'", "form-action 'none'", "frame-ancestors 'none'",
    "img-src 'self'", "require-trusted-types-for 'script'", "script-src 'self'", "style-src 'self'",
    'trusted-types edgewise-ticker', "worker-src 'self'",
  ]);
});

test('of trusted types there is one, which makes the address of the ticker and nothing else', () => {
  const makers = [...scripts, ...adminScripts].filter(({ source }) => source.includes('createPolicy('));
  assert.deepEqual(makers.map(({ path }) => path), ['static/js/trusted.js']);
  /** @type {string[]} */
  const names = [];
  const address = tickerAddress({
    createPolicy(name, { createScriptURL }) {
      names.push(name);
      return { createScriptURL };
    },
  });
  assert.deepEqual(names, ['edgewise-ticker']);
  assert.equal(address, new URL('static/js/ticker.js', root).href);
  assert.equal(tickerAddress(undefined), address);
});

/** @param {RegExp} part */
function codesIn(part) {
  const [text] = part.exec(protocol) ?? [];
  assert.ok(text, String(part));
  return [...text.matchAll(/`([a-z_]{4,})`/g)].map(([, code]) => code ?? '');
}

test('the page knows every error code of the protocol, and no other', () => {
  assert.deepEqual(codesIn(/^Error codes: .*$/m).sort(), Object.values(REFUSED).sort());
});

test('every close code of the protocol has its name', () => {
  const [table] = /### Close codes[\s\S]*?\n\n[^|]/.exec(protocol) ?? [];
  assert.ok(table);
  const rows = [...table.matchAll(/^\| (\d{4})(?: · (\d{4}))? \|/gm)];
  const codes = rows.flatMap(([, one, two]) => [one, two]).filter(Boolean).map(Number);
  assert.deepEqual(codes.sort(), Object.values(CLOSE).sort());
});

test('every problem of the protocol has its name', () => {
  const codes = codesIn(/^`terms_required`[\s\S]*?\.$/m).filter((code) => code !== 'until');
  assert.deepEqual([...new Set(codes)].sort(), Object.values(PROBLEM).sort());
});

test('every problem and every close code that keeps people out has words', () => {
  const said = new Set([...KNOWN.trouble, ...KNOWN.resting]);
  // The terms lead back to the gate; these closes come back by themselves and look like any broken line.
  const silent = new Set([
    PROBLEM.termsRequired, ...[CLOSE.restart, CLOSE.moved, CLOSE.enterAgain, CLOSE.noHello].map(String),
  ]);
  for (const code of [...Object.values(PROBLEM), ...Object.values(CLOSE).map(String)]) {
    assert.ok(said.has(code) || silent.has(code), code);
  }
  assert.deepEqual([...KNOWN.endings].sort(), Object.values(ENDED).sort());
});

test('every name of the wire stands in the protocol', () => {
  const heard = Object.values(FROM).filter((type) => type !== FROM.other);
  for (const name of [...Object.values(TO), ...heard, ...Object.values(EVENT)]) {
    assert.ok(protocol.includes(`"${name}"`) || protocol.includes(`\`${name}\``), name);
  }
});
