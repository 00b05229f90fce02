// The real service, a real browser, and people with pages of their own. One stage per test file.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').BrowserContextOptions} Look */

/** The browser. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Whatever it is started for. */
export const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

// Of Chromium's own window, whose suggestions are two more pages for each that is opened, and as much work. A list of
// our own replaces the driver's, so the driver's is in it.
const UNWANTED = [
  'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup',
  'AimEnabled', 'AvoidCorsURLLoaderRestartOnRedirect', 'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose', 'HttpsFirstBalancedModeAutoEnable', 'HttpsUpgrades', 'LensOverlay', 'MediaRouter',
  'NetworkTimeServiceQuerying', 'OptimizationHints', 'PaintHolding', 'PreconnectToSearch', 'ThirdPartyStoragePartitioning',
];

/** Longer than anything on this page may take, the dead-line times aside. */
export const PATIENCE_MS = 15_000;

export const PHONE = Object.freeze({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
export const DESK = Object.freeze({ viewport: { width: 1280, height: 800 } });

/** @type {readonly (readonly [string, Look & typeof DESK])[]} */
const four = [
  ['phone-light', { ...PHONE, colorScheme: 'light' }], ['desk-dark', { ...DESK, colorScheme: 'dark' }],
  ['phone-dark', { ...PHONE, colorScheme: 'dark' }], ['desk-light', { ...DESK, colorScheme: 'light' }],
];

/** How every screen is looked at: each size and each scheme once, or all four of them with LOOKS=all. */
export const LOOKS = Object.freeze(four.slice(0, process.env.LOOKS === 'all' ? 4 : 2));

/** Whether that is one of them. @param {string} device @param {string} colorScheme */
export const isLookedAt = (device, colorScheme) => LOOKS.some(([tag]) => tag === `${device}-${colorScheme}`);

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = fileURLToPath(new URL('shots/', import.meta.url));
mkdirSync(shots, { recursive: true });

/** The browser, driven by Playwright. */
export function launch() {
  const args = [...FLAGS, `--disable-features=${UNWANTED.join(',')}`];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

/**
 * Starts the service and the browser; `close` ends both.
 * @param {{secrets?: Record<string, string>, vars?: Record<string, string>}} [options]   the harness's own
 */
export async function openStage(options = {}) {
  const script = fileURLToPath(new URL('../runtime/harness.mjs', import.meta.url));
  const told = JSON.stringify({ variant: 'release', ...options });
  const harness = spawn(process.execPath, [script, told], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: harness.stdout });
  const [first] = await once(lines, 'line');
  const { ready, url, error } = JSON.parse(first);
  assert.ok(ready, error);
  const browser = await launch();
  /** What pages complained of, the browser's own notes on requests that failed aside. @type {string[]} */
  const complaints = [];
  let commands = 0;

  return {
    url: /** @type {string} */ (url),
    browser,
    complaints,

    /**
     * Somebody with a browser profile of their own, and the page open, or another one of the service.
     * @param {Look & {path?: string, prepare?: (page: Page) => Promise<unknown>}} [look]
     */
    async person({ path = '/', prepare, ...look } = {}) {
      // Nothing moves unless a test wants it to: without a graphics card, drawing is most of the work.
      const context = await browser.newContext({ ...DESK, reducedMotion: 'reduce', ...look });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      page.on('pageerror', (thrown) => complaints.push(String(thrown.stack)));
      page.on('console', (message) => {
        const text = message.text();
        if (message.type() === 'error' && !/^Failed to load|^WebSocket connection to/.test(text)) complaints.push(text);
      });
      await prepare?.(page);
      await page.goto(new URL(path, url).href);
      return page;
    },

    /**
     * A command to the harness.
     * @param {Record<string, unknown>} command
     * @returns {Promise<any>}
     */
    async command(command) {
      commands += 1;
      const id = commands;
      harness.stdin.write(`${JSON.stringify({ id, ...command })}\n`);
      for await (const [line] of lineEvents(lines)) {
        const answer = JSON.parse(line);
        if (answer.id !== id) continue;
        assert.ok(!('error' in answer), answer.error);
        return answer.ok;
      }
    },

    /** Breaks every line at once, as a deploy does. */
    async breakLines() {
      for (const { object } of await this.command({ command: 'objects', binding: 'LOBBY' })) {
        await this.command({ command: 'evict', binding: 'LOBBY', object, webSockets: 'close' });
      }
    },

    async close() {
      await browser.close();
      const ended = once(harness, 'exit');
      harness.stdin.end();
      await ended;
    },
  };
}

/** @param {import('node:readline').Interface} lines */
async function* lineEvents(lines) {
  for (;;) yield await once(lines, 'line', { signal: AbortSignal.timeout(PATIENCE_MS) });
}

/** @param {Page} page */
export async function accept(page) {
  await page.getByRole('button', { name: /18 or older/ }).click();
}

/**
 * The door, shut for this page until 2031.
 * @param {Page} page
 */
export async function banned(page) {
  await page.route('**/enter', async (route) => {
    if (route.request().method() === 'GET') return route.continue();
    const body = JSON.stringify({ code: 'banned', until: Date.UTC(2031, 4, 1, 12) });
    return route.fulfill({ status: 403, contentType: 'application/problem+json', body });
  });
}

/**
 * The service's side of this page's lines, played by the test: for what the real one does only in its own time.
 * @param {Page} page
 */
export async function played(page) {
  /** @type {Record<string, any>[]} */
  const frames = [];
  const greeting = { state: 'idle' };
  /** @type {((text: string) => void) | null} */
  let say = null;
  /** @type {((code: number, reason: string) => void) | null} */
  let close = null;
  const limits = {
    frame_bytes: 8192, text_chars: 2000, interests: 10, interest_chars: 32, in_flight: 16, ping_ms: 25_000,
    pong_ms: 10_000, grace_ms: 60_000, return_ms: 250,
  };
  await page.routeWebSocket(/\/ws\//, (socket) => {
    say = (text) => socket.send(text);
    close = (code, reason) => void socket.close({ code, reason });
    socket.onMessage((text) => {
      if (text === 'ping') return socket.send('pong');
      const frame = JSON.parse(String(text));
      frames.push(frame);
      if (frame.type !== 'hello') return;
      socket.send(JSON.stringify({ type: 'welcome', v: 1, ticket: 't', limits, ...greeting }));
    });
  });
  return {
    /** What the page has sent. */
    frames,

    /** What its next line is greeted with. */
    greeting,

    /** @param {Record<string, unknown>} frame */
    send(frame) {
      say?.(JSON.stringify(frame));
    },

    /**
     * @param {number} code
     * @param {string} [reason]
     */
    close(code, reason = '') {
      close?.(code, reason);
    },

    /**
     * The next frame of this type that the page sends, or has sent and nobody asked for.
     * @param {string} type
     * @returns {Promise<Record<string, any>>}
     */
    async heard(type) {
      for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await page.waitForTimeout(20)) {
        const at = frames.findIndex((frame) => frame.type === type);
        if (at >= 0) return frames.splice(0, at + 1).at(-1) ?? {};
      }
      return assert.fail(`the page sent no ${type}`);
    },
  };
}

/**
 * Lets a test keep this page from opening further lines, by setting `cut` in it: the browser's own way to take the
 * network away sometimes keeps an open line from hearing that it was closed.
 * @param {Page} page
 */
export async function severable(page) {
  await page.addInitScript(() => {
    const Line = globalThis.WebSocket;
    globalThis.WebSocket = class extends Line {
      /** @param {string | URL} url */
      constructor(url) {
        super('cut' in globalThis ? String(url).replace(/[^/]*$/, 'cut') : url);
      }
    };
  });
}

/**
 * Two people past the terms, in one conversation. The first to come waits, so that both know each other.
 * @param {Page} one
 * @param {Page} two
 */
export async function meet(one, two) {
  for (const page of [one, two]) {
    if (await page.locator('#gate').isVisible()) await accept(page);
    await page.getByRole('button', { name: 'Talk to someone' }).click();
  }
  for (const page of [one, two]) await page.getByText('You are talking to a stranger.').waitFor();
}

/**
 * @param {Page} page
 * @param {string} text
 */
export async function say(page, text) {
  await page.getByLabel('Your message').fill(text);
  await page.getByLabel('Your message').press('Enter');
}

/**
 * The newest message of this text, once it is there.
 * @param {Page} page
 * @param {string} text
 */
export async function heard(page, text) {
  await page.locator('.bubble p').getByText(text, { exact: true }).last().waitFor();
}

/**
 * What each of the two has said, as this page shows it.
 * @param {Page} page
 */
export async function transcript(page) {
  const said = (/** @type {string} */ from) => page.locator(`.bubble.${from} p`).allTextContents();
  return { me: await said('me'), them: await said('them') };
}

/**
 * Both pages show the same conversation, with nothing of it on the way any more.
 * @param {Page} one
 * @param {Page} two
 */
export async function agree(one, two) {
  for (const page of [one, two]) {
    await page.locator('.bubble[data-mark="waiting"]').first().waitFor({ state: 'detached' });
  }
  const [ours, theirs] = await Promise.all([transcript(one), transcript(two)]);
  assert.deepEqual(ours, { me: theirs.them, them: theirs.me });
  return ours;
}

/**
 * @param {Page} page
 * @param {string} name
 * @param {boolean} [whole]   what has to be scrolled to as well
 */
export async function shoot(page, name, whole = false) {
  await page.screenshot({ path: `${shots}${name}.png`, fullPage: whole });
}

/**
 * What axe finds against the page as it stands, as readable lines; nothing serious may be among it.
 * @param {Page} page
 */
export async function faults(page) {
  // Through the debugger, since the page's own policy would not let it in; once per document, since it is large.
  if (await page.evaluate('!("axe" in globalThis)')) await page.evaluate(axe);
  /** @type {import('axe-core').AxeResults} */
  const results = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })');
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id} at ${node.target.join(' ')}: ${node.failureSummary}`));
}

/**
 * Everything that moves to an end has come to it.
 * @param {Page} page
 */
async function settled(page) {
  await page.evaluate(() => Promise.all(
    document.getAnimations()
      .filter((each) => each.effect?.getComputedTiming().iterations !== Infinity)
      .map((each) => each.finished.catch(() => null)),
  ));
}

/**
 * A picture of the page as it stands, with nothing serious for axe to find, and nothing to scroll sideways.
 * @param {Page} page
 * @param {string} name
 * @param {boolean} [whole]
 */
export async function look(page, name, whole = false) {
  await settled(page);
  await shoot(page, name, whole);
  assert.deepEqual(await faults(page), [], name);
  const sideways = await page.locator('html').evaluate((root) => root.scrollWidth - root.clientWidth);
  assert.equal(sideways, 0, `${name} can be scrolled sideways`);
}
