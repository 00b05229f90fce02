import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LINKS_MAX, linksIn } from '../../static/js/links.js';
import { linkNote } from '../../static/js/words.js';

/** @param {string} text */
const found = (text) => linksIn(text).map(({ href }) => href);

test('an address is found in a sentence, without the marks of the sentence', () => {
  const cases = {
    'see https://example.org/why.': 'https://example.org/why',
    '(https://example.org/wiki/A_(b))': 'https://example.org/wiki/A_(b)',
    '**https://example.org/**, he said': 'https://example.org/',
    '“https://example.org/?a=1&b=2#c”!': 'https://example.org/?a=1&b=2#c',
    'HTTPS://EXAMPLE.org:8443': 'https://example.org:8443/',
    'a\nhttp://example.org\nb': 'http://example.org/',
    'http://[::1]:80/x': 'http://[::1]/x',
  };
  for (const [text, href] of Object.entries(cases)) assert.deepEqual(found(text), [href], text);
});

test('nothing but http and https is an address', () => {
  const texts = [
    'javascript:alert(1)', 'data:text/html,<b>', 'ftp://example.org', 'file:///etc/passwd', 'example.org', '//example.org',
    'https://', 'https://:80', 'https:example.org', 'https:\\\\example.org', 'xhttps://example.org', 'https://a.example:99999',
    'blob:https://example.org/1', 'view-source', '',
  ];
  for (const text of texts.filter((each) => !each.startsWith('blob:'))) assert.deepEqual(found(text), [], text);
  assert.deepEqual(found('blob:https://example.org/1'), ['https://example.org/1'], 'what is shown is what is opened');
});

test('what has no width or turns text around ends an address', () => {
  for (const mark of ['\u202e', '\u200b', '\u2066', '\u200d', '\ufeff', '\u00ad', '\u0007']) {
    assert.deepEqual(found(`https://good.example${mark}/moc.live`), ['https://good.example/'], mark);
  }
});

test('what is shown is the whole address, in ASCII, with the place apart', () => {
  for (const text of [
    'https://bücher.example/ä?ö#ü', 'http://bank.example@evil.example/a', 'http://a%40b:c@evil.example:81/@x',
    'https://раураl.example', 'https://[::1]:8080/', 'http://0x7f.1/',
  ]) {
    const [link] = linksIn(text);
    assert.ok(link, text);
    assert.equal(link.before + link.host + link.after, link.href, text);
    assert.match(link.href, /^[\x21-\x7e]+$/, text);
    assert.equal(new URL(link.href).hostname, link.host, text);
  }
  assert.equal(linksIn('https://bücher.example')[0]?.host, 'xn--bcher-kva.example');
  assert.equal(linksIn('http://bank.example@evil.example/a')[0]?.host, 'evil.example');
});

test('what to know of an address is said', () => {
  /** @param {string} text */
  const note = (text) => linksIn(text).map(linkNote).join();
  assert.equal(note('https://example.org'), '');
  assert.match(note('http://example.org'), /^The way there is not encrypted\.$/);
  assert.match(note('https://bücher.example'), /letters/);
  assert.match(note('https://xn--bcher-kva.example'), /letters/);
  assert.match(note('https://bank.example@evil.example'), /before the @/);
});

test('each address counts once, and only a few have a button', () => {
  assert.deepEqual(found('https://a.example https://a.example/ https://A.example'), ['https://a.example/']);
  const many = Array.from({ length: 50 }, (_, n) => `https://${n}.example`).join(' ');
  assert.equal(found(many).length, LINKS_MAX);
});

test('a long message is read in no time', () => {
  const began = performance.now();
  for (const text of ['https://'.repeat(250), `https://a.example/${'('.repeat(1_980)}`, `https://a.example/${'.)'.repeat(990)}`]) {
    linksIn(text);
  }
  assert.ok(performance.now() - began < 500);
});
