// The operator's page with a service that is played: it speaks the operator's API and stands still for pictures. The
// page comes with the very headers of static/_headers, so that its own policy holds here too.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DESK, PATIENCE_MS, launch } from './stage.mjs';
import { Moderation } from './stand-in-moderation.mjs';
import { headersOf } from './headers.mjs';
import { stats } from '../js/admin-samples.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('../../static/js/admin/shapes.js').Stats} Stats */
/** @typedef {import('../../static/js/state.js').Announcement} Announcement */
/** @typedef {{status: number, body?: Record<string, unknown>}} Refusal */

export const TOKEN = 'a-token-of-24-characters';

const root = fileURLToPath(new URL('../../static/', import.meta.url));
/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml',
};

/** What the service is and does just now; a test changes it as it goes. */
export class Service {
  /** @type {Stats} */
  stats = stats();
  /** @type {Announcement[]} */
  announcements = [];
  moderation = new Moderation();
  /** What it answers to every request instead, by the path; `*` to all. @type {Record<string, Refusal>} */
  refuse = {};
  /** It takes no request at all. */
  down = false;
  /** Nothing is answered before this is done. @type {Promise<void> | null} */
  held = null;
  /** What it was asked, as "GET /admin/stats". @type {string[]} */
  asked = [];
  #ids = 0;

  /** Nothing is answered until the returned function is called. */
  hold() {
    /** @type {() => void} */
    let release = () => undefined;
    this.held = new Promise((resolve) => { release = resolve; });
    return () => {
      this.held = null;
      release();
    };
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {string} token
   * @param {any} body
   * @returns {Refusal}
   */
  answer(method, path, token, body) {
    this.asked.push(`${method} ${path}`);
    const refusal = this.refuse[`${method} ${path}`] ?? this.refuse[path] ?? this.refuse['*'];
    if (refusal !== undefined) return refusal;
    const url = new URL(path, 'http://127.0.0.1');
    if (token !== `Bearer ${TOKEN}`) return { status: 401, body: { code: 'unauthorized' } };
    const id = path.slice('/admin/announcements/'.length);
    switch (`${method} ${path.replace(/(announcements\/).+/, '$1')}`) {
      case 'GET /admin/stats': return { status: 200, body: this.stats };
      case 'GET /admin/announcements': return { status: 200, body: { announcements: this.announcements } };
      case 'POST /admin/announcements': return this.#announce(body);
      case 'DELETE /admin/announcements/': {
        if (!this.announcements.some((each) => each.id === id)) return { status: 404, body: { code: 'not_found' } };
        this.announcements = this.announcements.filter((each) => each.id !== id);
        return { status: 204 };
      }
      case 'PUT /admin/paused': {
        this.stats = { ...this.stats, paused: body.paused };
        return { status: 200, body };
      }
      case 'PUT /admin/raised': {
        this.stats = { ...this.stats, raised: body.raised, proof: body.raised ? 'pow' : 'none' };
        return { status: 200, body };
      }
      default: return this.moderation.answer(method, url, body) ?? { status: 404, body: { code: 'not_found' } };
    }
  }

  /**
   * @param {{severity: Announcement['severity'], text: string, until?: number}} body
   * @returns {Refusal}
   */
  #announce({ severity, text, until }) {
    if (this.announcements.length >= 20) return { status: 409, body: { code: 'full' } };
    this.#ids += 1;
    const made = { id: `a${this.#ids}`, severity, text, until: until ?? null };
    this.announcements = [...this.announcements, made];
    return { status: 201, body: made };
  }
}

/** Starts the browser, and servers of the page as they are needed; `close` ends all of them. */
export async function openStandIn() {
  /** @type {import('node:http').Server[]} */
  const servers = [];
  const browser = await launch();
  /** What pages complained of, the browser's own notes on requests that failed aside. @type {string[]} */
  const complaints = [];

  return {
    complaints,

    /**
     * An operator at the door of a service of their own.
     * @param {import('./stage.mjs').Look & {prepare?: (page: Page) => Promise<unknown>}} [look]
     */
    async operator({ prepare, ...look } = {}) {
      const service = new Service();
      // Each has a server of its own, so that nothing that an earlier page still asks is taken for this one's.
      const server = createServer((request, response) => {
        void serve(service, request, response).catch(() => response.destroy());
      });
      servers.push(server);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      const context = await browser.newContext({ ...DESK, timezoneId: 'UTC', locale: 'en-GB', reducedMotion: 'reduce', ...look });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      page.on('pageerror', (thrown) => complaints.push(String(thrown.stack)));
      page.on('console', (message) => {
        const text = message.text();
        if (message.type() === 'error' && !/^Failed to load/.test(text)) complaints.push(text);
      });
      await prepare?.(page);
      await page.goto(`http://127.0.0.1:${port}/admin`);
      return { page, service };
    },

    async close() {
      await browser.close();
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

/**
 * @param {Service} service
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function serve(service, request, response) {
  const { method = 'GET', url: path = '/' } = request;
  if (!path.startsWith('/admin/')) {
    const file = path === '/admin' ? 'admin.html' : path.slice(1);
    const body = readFileSync(root + file);
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain', ...headersOf(path) });
    response.end(body);
    return;
  }
  let sent = '';
  for await (const chunk of request) sent += chunk;
  if (service.down) throw new Error('the service is down');
  await service.held;
  const { status, body } = service.answer(
    method, path, request.headers.authorization ?? '', sent === '' ? null : JSON.parse(sent),
  );
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, body === undefined ? {} : { 'content-type': type });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/**
 * Through the door.
 * @param {Page} page
 * @param {string} [token]
 */
export async function signIn(page, token = TOKEN) {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/**
 * To a place of the page.
 * @param {Page} page
 * @param {'Live' | 'Reports' | 'Bans'} place
 */
export async function go(page, place) {
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).click();
}

/**
 * An operator at this place of a service that has this.
 * @param {Awaited<ReturnType<typeof openStandIn>>} stand
 * @param {'Reports' | 'Bans'} place
 * @param {(moderation: Moderation) => void} set
 * @param {Parameters<Awaited<ReturnType<typeof openStandIn>>['operator']>[0]} [look]
 */
export async function operatorAt(stand, place, set, look) {
  const { page, service } = await stand.operator(look);
  set(service.moderation);
  await signIn(page);
  await page.getByRole('heading', { name: 'Matching is on' }).waitFor();
  await go(page, place);
  return { page, service, cards: page.locator('.card'), rows: page.locator('.bar-item') };
}
