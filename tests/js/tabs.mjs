// Several tabs of one browser: they share its locks and its channels, and each has a stream or not. A tab that is
// frozen does nothing until it is thawed; then it learns all that it missed, in order, and last that a lock was taken
// from it.

import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { createLeader } from '../../static/js/leader.js';
import { SILENT, reduceFeed } from '../../static/js/feed.js';
import { Clock, FakeSource } from './fakes.mjs';

/** @typedef {{tab: Tab, hold: () => Promise<void>, fail: () => void}} Request */

export const COUNTS = Object.freeze({ online: 12, waiting: 1, chatting: 10 });

export class Browser {
  clock = new Clock();
  /** @type {Tab[]} */
  tabs = [];
  /** What has still to happen, one after another. @type {(() => void)[]} */
  tasks = [];
  /** @type {Request | null} */
  held = null;
  /** @type {Request[]} */
  queue = [];

  /**
   * A page that has just been opened.
   * @param {Partial<import('../../static/js/tabs.js').Tab>} [use]
   * @param {object} [lacks]   what this browser does not have
   * @param {string} [deaf]    what the page does not hear of
   */
  async open(use = {}, lacks = {}, deaf = '') {
    const tab = new Tab(this, `tab-${this.tabs.length}`, lacks);
    tab.deaf = deaf;
    this.tabs.push(tab);
    tab.leader.join({ visible: true, session: false, ...use });
    await this.settle();
    return tab;
  }

  /** All that can happen without time going by. */
  async settle() {
    for (await turn(); this.tasks.length > 0; await turn()) this.tasks.shift()?.();
  }

  /**
   * Time goes by, from one thing that is due to the next.
   * @param {number} ms
   */
  async pass(ms) {
    const end = this.clock.now + ms;
    for (;;) {
      const next = Math.min(end, ...[...this.clock.waiting.values()].map(({ at }) => at));
      this.clock.pass(next - this.clock.now);
      await this.settle();
      if (this.clock.now >= end && ![...this.clock.waiting.values()].some(({ at }) => at <= end)) return;
    }
  }

  get streams() {
    return this.tabs.flatMap(({ sources }) => sources.filter(({ closed }) => !closed));
  }

  /** The only open stream. */
  get stream() {
    const [stream, ...more] = this.streams;
    assert.ok(stream !== undefined && more.length === 0, `${this.streams.length} streams`);
    return stream;
  }

  /** What the service says on it. @param {Parameters<FakeSource['event']>} event */
  async say(...event) {
    this.stream.event(...event);
    await this.settle();
  }

  grant() {
    if (this.held !== null) return;
    const next = this.queue.shift();
    if (next === undefined) return;
    this.held = next;
    next.tab.run(() => void next.hold().then(() => {
      if (this.held !== next) return;
      this.held = null;
      this.grant();
    }));
  }
}

class Tab {
  frozen = false;
  deaf = '';
  /** @type {(() => void)[]} */
  missed = [];
  /** @type {(() => void)[]} */
  taken = [];
  /** @type {FakeSource[]} */
  sources = [];
  /** @type {((event: {data: unknown}) => void)[]} */
  ears = [];
  /** What it was told, as the page shows it. */
  feed = SILENT;
  on = true;
  /** How often it was told something. */
  told = 0;

  /**
   * @param {Browser} browser
   * @param {string} name
   * @param {object} lacks
   */
  constructor(browser, name, lacks) {
    this.browser = browser;
    const tab = this;
    class Source extends FakeSource {
      /** @param {string} url */
      constructor(url) {
        super(url);
        tab.sources.push(this);
      }
    }
    this.leader = createLeader({
      EventSource: Source,
      backoff: (attempt, first_ms) => (attempt === 0 ? first_ms : attempt * 4_000),
      timers: this.timers(),
      locks: /** @type {any} */ (this.locks()),
      Channel: /** @type {any} */ (this.channel()),
      name,
      random: () => 0,
      emit: (event) => {
        this.told += 1;
        if (event.type === 'stream') this.on = event.on;
        else this.feed = reduceFeed(this.feed, event);
      },
      ...lacks,
    });
  }

  /** A task of this tab. @param {() => void} task */
  run(task) {
    if (this.frozen) this.missed.push(task);
    else this.browser.tasks.push(task);
  }

  get leads() {
    return this.browser.held?.tab === this;
  }

  /** @param {Partial<import('../../static/js/tabs.js').Tab>} use */
  async use(use) {
    this.leader.tell({ visible: false, session: false, ...use });
    await this.browser.settle();
  }

  freeze() {
    this.frozen = true;
  }

  async thaw() {
    this.frozen = false;
    [...this.missed.splice(0), ...this.taken.splice(0)].forEach((task) => this.run(task));
    await this.browser.settle();
  }

  /** The page goes in good order, and its lock and streams with it. */
  async close() {
    this.leader.leave();
    await this.crash();
  }

  /** It is gone without a word. */
  async crash() {
    const { browser } = this;
    this.freeze();
    this.ears = [];
    for (const source of this.sources) source.closed = true;
    browser.queue = browser.queue.filter(({ tab }) => tab !== this);
    if (browser.held?.tab === this) browser.held = null;
    browser.grant();
    await browser.settle();
  }

  /** @returns {import('../../static/js/timers.js').Timers} */
  timers() {
    const { set, clear } = this.browser.clock.timers;
    /** @type {Set<number>} */
    const waiting = new Set();
    return {
      set: (ring, ms) => {
        // A timer that is cleared while its ringing is on the way does not ring.
        const id = set(() => this.run(() => waiting.delete(id) && ring()), ms);
        waiting.add(id);
        return id;
      },
      clear: (id) => {
        if (id !== null) waiting.delete(id);
        clear(id);
      },
    };
  }

  locks() {
    const { browser } = this;
    return {
      /**
       * @param {string} _name
       * @param {{steal?: boolean, signal?: AbortSignal}} options
       * @param {() => Promise<void>} hold
       */
      request: (_name, { steal = false, signal }, hold) => new Promise((_resolve, reject) => {
        const refuse = () => reject(new DOMException('', 'AbortError'));
        const fail = () => (this.frozen ? this.taken.push(refuse) : this.run(refuse));
        const request = { tab: this, hold, fail };
        signal?.addEventListener('abort', () => {
          if (!browser.queue.includes(request)) return;
          browser.queue = browser.queue.filter((each) => each !== request);
          fail();
        });
        if (steal) {
          browser.held?.fail();
          browser.held = null;
          browser.queue.unshift(request);
        } else {
          browser.queue.push(request);
        }
        browser.grant();
      }),
    };
  }

  channel() {
    const tab = this;
    return class {
      /** @param {string} _type @param {(event: {data: unknown}) => void} ear */
      addEventListener(_type, ear) {
        tab.ears.push(ear);
      }

      /** @param {{type: string}} message */
      postMessage(message) {
        const data = structuredClone(message);
        for (const other of tab.browser.tabs) {
          if (other !== tab && other.deaf !== data.type) other.run(() => other.ears.forEach((ear) => ear({ data })));
        }
      }

      close() {
        tab.ears = [];
      }
    };
  }
}
