// What holds for the pages as a whole: they stay as strict as their headers, and the chat page has words for everything
// that docs/PROTOCOL.md can say to it.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { workerAddresses } from '../../static/js/trusted.js';
import { CLOSE, PROBLEM, REFUSED, TO, FROM, ENDED, EVENT } from '../../static/js/wire.js';
import { headersOf } from '../browser/headers.mjs';
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
const pages = ['turnstile', 'privacy'].map((name) => read(`static/${name}.html`));
const adminHtml = read('static/admin.html');
const proofScripts = scriptsIn('static/js/proof/');
const scripts = [...scriptsIn('static/js/'), ...proofScripts];
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
  for (const page of [html, adminHtml, ...pages]) {
    assert.doesNotMatch(page, /\son\w+=|\sstyle=|<style|javascript:/);
    assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)/);
  }
  for (const source of [html, adminHtml, ...pages, ...list('static/css/').map(read)]) {
    assert.doesNotMatch(source, /https?:|url\(|@import/);
  }
});

/** @param {string} page */
function namedIn(page) {
  const paths = [...page.matchAll(/(?:href|src)="\/([^"]+)"/g)].map(([, path = '']) => `static/${path}`);
  return paths.map((path) => (/\.\w+$/.test(path) ? path : `${path}.html`));
}

test('every file that a page names exists', () => {
  for (const page of [html, adminHtml]) assert.ok(namedIn(page).length >= 5);
  for (const page of [html, adminHtml, ...pages]) namedIn(page).forEach(read);
});

test('every module is named in the page, so that all are fetched at once', () => {
  // Workers, and what is only for the frame of a check by others.
  const apart = ['ticker.js', 'proof/worker.js', 'proof/view-turnstile.js'].map((name) => `static/js/${name}`);
  for (const { path } of scripts.filter((script) => !apart.includes(script.path))) {
    assert.ok(html.includes(`"/${path.slice('static/'.length)}"`), path);
  }
});

test('only the frame of a check by others knows the address of anybody else', () => {
  for (const { path, source } of scripts) {
    const code = source.replace(/^\s*(?:\/\/|\*).*$/gm, '');
    const addresses = [...code.matchAll(/https?:\/\/[\w.]+/g)].map(([address]) => address);
    const frame = path.endsWith('/proof/view-turnstile.js');
    assert.deepEqual(addresses, frame ? ['https://challenges.cloudflare.com'] : [], path);
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
  const ours = scripts.filter(({ path }) => !path.includes('/proof/'));
  for (const [page, views] of /** @type {const} */ ([[html, ours], [adminHtml, adminScripts]])) {
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
  const headers = headersOf('/');
  assert.deepEqual(headers['content-security-policy']?.split('; ').sort(), [
    "base-uri 'none'", "connect-src 'self'", "default-src 'none'", "form-action 'none'", "frame-ancestors 'none'",
    "frame-src 'self'", "img-src 'self'", "require-trusted-types-for 'script'", "script-src 'self'", "style-src 'self'",
    'trusted-types edgewise-worker', "worker-src 'self'",
  ]);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'no-referrer');
  assert.deepEqual(headersOf('/privacy'), headers);
});

test('of trusted types there is one, which makes the addresses of the workers and nothing else', () => {
  const makers = [...scripts, ...adminScripts].filter(({ source }) => source.includes('createPolicy('));
  assert.deepEqual(makers.map(({ path }) => path), ['static/js/trusted.js']);
  /** @type {string[]} */
  const names = [];
  const address = workerAddresses({
    createPolicy(name, { createScriptURL }) {
      names.push(name);
      return { createScriptURL };
    },
  });
  const here = { ticker: new URL('static/js/ticker.js', root).href, proof: new URL('static/js/proof/worker.js', root).href };
  assert.deepEqual({ ticker: address('ticker'), proof: address('proof') }, here);
  assert.deepEqual(names, ['edgewise-worker']);
  const plain = workerAddresses(undefined);
  assert.deepEqual({ ticker: plain('ticker'), proof: plain('proof') }, here);
  for (const name of ['', 'javascript:0', 'https://example.com/x.js', '__proto__', 'constructor']) {
    assert.throws(() => address(/** @type {'ticker'} */ (name)), TypeError, name);
  }
});

test('the frame of a check by others may take from Cloudflare, and stand in this page alone', () => {
  const { 'content-security-policy': policy, ...others } = headersOf('/turnstile');
  assert.deepEqual(policy?.split('; ').sort(), [
    "base-uri 'none'", "default-src 'none'", "form-action 'none'", "frame-ancestors 'self'",
    'frame-src https://challenges.cloudflare.com', "script-src 'self' https://challenges.cloudflare.com",
    "style-src 'self'",
  ]);
  const { 'content-security-policy': _, ...general } = headersOf('/');
  assert.deepEqual(others, general);
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
