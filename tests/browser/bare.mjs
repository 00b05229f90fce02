// Chromium as people run it: nothing keeps its pages in sight or their timers awake. The usual driver of these tests
// holds every page visible, so this speaks the browser's own debugging protocol, as far as it is needed here.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CHROMIUM, FLAGS, PATIENCE_MS } from './stage.mjs';

// Timers of pages out of sight are held to one a minute after 10 s instead of five minutes.
const THROTTLED = '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10';

/** How often a condition in a page is looked at. */
const LOOK_MS = 100;

/** @typedef {{ result?: any, error?: { message: string } }} Answer */

/** Starts a browser with a fresh profile. */
export async function openBare() {
  const profile = mkdtempSync(join(tmpdir(), 'edgewise-bare-'));
  const flags = [...FLAGS, THROTTLED, `--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank'];
  const browser = spawn(CHROMIUM, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const socket = new WebSocket(await address(browser));
  await once(socket, 'open', { signal: AbortSignal.timeout(PATIENCE_MS) });
  /** @type {Map<number, (answer: Answer) => void>} */
  const waiting = new Map();
  let commands = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, ...answer } = JSON.parse(data);
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });

  /**
   * @param {string} method
   * @param {Record<string, unknown>} params
   * @param {string} [sessionId]
   * @returns {Promise<any>}
   */
  async function send(method, params, sessionId) {
    commands += 1;
    const id = commands;
    /** @type {Promise<Answer>} */
    const answered = new Promise((resolve) => { waiting.set(id, resolve); });
    socket.send(JSON.stringify({ id, method, params, sessionId }));
    const { result, error } = await Promise.race([answered, late(method)]);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  return {
    /** @param {string} url */
    async page(url) {
      const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
      // Answered when the page is under way: before, there is nothing that a script could be run in.
      await send('Page.navigate', { url }, sessionId);
      return new BarePage(targetId, (method, params) => send(method, params, sessionId));
    },

    async close() {
      const ended = once(browser, 'exit');
      await send('Browser.close', {});
      await ended;
      socket.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** A page, by what a script in it can see and do. */
class BarePage {
  #target;
  #send;

  /**
   * @param {string} target
   * @param {(method: string, params: Record<string, unknown>) => Promise<any>} send
   */
  constructor(target, send) {
    this.#target = target;
    this.#send = send;
  }

  /** Its tab comes to the front, and whichever was there goes out of sight. */
  front() {
    return this.#send('Target.activateTarget', { targetId: this.#target });
  }

  /** As a browser does to a tab that has been out of sight for long: nothing happens in it until it is thawed. */
  freeze() {
    return this.#send('Page.setWebLifecycleState', { state: 'frozen' });
  }

  thaw() {
    return this.#send('Page.setWebLifecycleState', { state: 'active' });
  }

  /**
   * The value of an expression, or what it promises.
   * @param {string} expression
   */
  async value(expression) {
    const wish = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', wish);
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${exceptionDetails.exception?.description}`);
    return result.value;
  }

  /**
   * An expression comes true.
   * @param {string} expression
   * @param {number} [within_ms]
   */
  async until(expression, within_ms = PATIENCE_MS) {
    for (let left_ms = within_ms; left_ms > 0; left_ms -= LOOK_MS) {
      if (await this.value(expression)) return;
      await sleep(LOOK_MS);
    }
    throw new Error(`${expression} has not come true within ${within_ms} ms`);
  }

  /**
   * Presses a button once it is there.
   * @param {string} id
   */
  async press(id) {
    const button = `document.getElementById('${id}')`;
    await this.until(`${button}?.checkVisibility() === true`);
    await this.value(`${button}.click()`);
  }
}

/** @param {import('node:child_process').ChildProcess} browser @returns {Promise<string>} */
async function address({ stderr }) {
  let told = '';
  for await (const chunk of /** @type {import('node:stream').Readable} */ (stderr)) {
    told += chunk;
    const found = /ws:\/\/\S+/.exec(told);
    if (found !== null) return found[0];
  }
  throw new Error(`no browser: ${told}`);
}

/** @param {string} what @returns {Promise<never>} */
async function late(what) {
  await sleep(PATIENCE_MS, undefined, { ref: false });
  throw new Error(`${what}: no answer within ${PATIENCE_MS} ms`);
}
