// Whether anything that somebody said has become more than text: a script that ran, a request to somebody else, a
// complaint of the page's own policy, an element that nobody meant.
//
//   const page = await stage.person({ prepare: (fresh) => watch(fresh) });      before the page is opened
//   …show it something of `payloads`…
//   await literal(page, '.report .note', texts);                                shown as it is, and nothing but text
//   await untouched(page);                                                      and nothing happened

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { PATIENCE_MS } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {{name: string, text: string, times?: number}[]} */
const vectors = JSON.parse(readFileSync(new URL('../vectors/xss.json', import.meta.url), 'utf8'));

/** Every text of tests/vectors/xss.json, as it is to be shown. */
export const payloads = vectors.map(({ text, times = 1 }) => text.repeat(times));

/** What happened on a page that nobody meant. @type {WeakMap<Page, string[]>} */
const events = new WeakMap();

/**
 * To be called before the page is opened.
 * @param {Page} page
 */
export async function watch(page) {
  /** @type {string[]} */
  const seen = [];
  events.set(page, seen);
  // Kept here and not on the page, which may be loaded anew.
  await page.exposeFunction('hit', (/** @type {unknown[]} */ ...what) => { seen.push(`script: hit(${what})`); });
  await page.exposeFunction('tellViolation', (/** @type {string} */ what) => { seen.push(`policy: ${what}`); });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
      Reflect.get(globalThis, 'tellViolation')(`${violatedDirective} ${blockedURI} ${sample}`);
    }, true);
  });
  page.on('dialog', (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (message.type() === 'error') seen.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (thrown) => { seen.push(`error: ${thrown.message}`); });
  page.on('popup', (popup) => { seen.push(`tab: ${popup.url()}`); });
  page.on('frameattached', () => { seen.push('frame'); });
  page.on('request', (request) => {
    const url = new URL(request.url());
    const own = page.url() === 'about:blank' ? url.host : new URL(page.url()).host;
    if (url.host !== own) seen.push(`request: ${url.href}`);
  });
}

/**
 * What has happened on the page so far.
 * @param {Page} page
 * @returns {Promise<string[]>}
 */
export async function happened(page) {
  // What is loaded or runs on showing is under way by the second frame, and told before the answer to this.
  await page.evaluate(() => new Promise((shown) => {
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(shown)));
  }));
  const marks = await page.evaluate(() => {
    const elements = document.querySelectorAll(
      'iframe, object, embed, script:not([type="module"][src^="/js/"]), style, base, math, marquee, img, video, audio, '
      + 'meta[http-equiv], link:not([href^="/css/"], [href^="/js/"], [href="/favicon.svg"]), [style*="fixed"]',
    );
    const handlers = [...document.querySelectorAll('*')].flatMap((each) => each.getAttributeNames())
      .filter((name) => name.startsWith('on'));
    const polluted = 'polluted' in {} || Object.keys(Object.prototype).length > 0;
    return [
      ...[...elements].map((each) => `element: ${each.outerHTML.slice(0, 100)}`),
      ...handlers.map((name) => `handler: ${name}`), ...(polluted ? ['prototype'] : []),
      ...(document.cookie === '' ? [] : ['cookie']),
    ];
  });
  const seen = events.get(page);
  assert.ok(seen, 'nobody watches this page');
  return [...seen, ...marks];
}

/**
 * Nothing has happened on the page that nobody meant.
 * @param {Page} page
 */
export async function untouched(page) {
  assert.deepEqual(await happened(page), []);
}

/**
 * These texts stand in these elements, in this order, letter by letter, and nothing else does.
 * @param {Page} page
 * @param {string} selector
 * @param {readonly string[]} texts
 */
export async function literal(page, selector, texts) {
  const elements = page.locator(selector);
  if (texts.length > 0) await elements.nth(texts.length - 1).waitFor({ state: 'attached', timeout: PATIENCE_MS });
  assert.deepEqual(await elements.allTextContents(), texts, selector);
  assert.equal(await page.locator(`:is(${selector}) *`).count(), 0, `an element within ${selector}`);
}
