// The service's event stream, played by the test: for what the operator says, in the moment in which it is to be seen.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS } from './stage.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('node:http').ServerResponse} Stream */

const HEADERS = Object.freeze({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });

/** How often it is looked whether streams have come and gone. */
const LOOK_MS = 50;

/** Starts a server of event streams; `close` ends it and them. */
export async function openFeed() {
  /** @type {Set<Stream>} */
  const streams = new Set();
  /** What each stream was opened with. @type {string[]} */
  const opened = [];
  /** What a new stream is told first. @type {string[]} */
  let first = [];
  const server = createServer((request, response) => {
    opened.push(request.url ?? '');
    streams.add(response);
    response.on('close', () => streams.delete(response));
    response.writeHead(200, HEADERS);
    response.write(`retry: 300\n\n${first.join('')}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

  return {
    opened,

    /** This browser's streams come from here. @param {Page} page */
    async attach(page) {
      await page.context().route('**/events*', (route) => {
        const { search } = new URL(route.request().url());
        return route.continue({ url: `http://127.0.0.1:${port}/events${search}` });
      });
    },

    /** What a stream is told when it is opened. @param {...string} events */
    begin(...events) {
      first = events;
    },

    /** To all streams that are open. @param {...string} events */
    say(...events) {
      for (const stream of streams) stream.write(events.join(''));
    },

    /** Ends all streams: their browsers come back. */
    end() {
      for (const stream of streams) stream.end();
    },

    /** So many streams are open. @param {number} count */
    async until(count) {
      for (let left_ms = PATIENCE_MS; streams.size !== count; left_ms -= LOOK_MS) {
        if (left_ms <= 0) throw new Error(`${streams.size} streams are open, not ${count}`);
        await sleep(LOOK_MS);
      }
    },

    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * @param {string} name
 * @param {unknown} data
 * @param {number} [id]
 */
export function event(name, data, id = 0) {
  return `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * @param {number} id
 * @param {'info' | 'warning' | 'critical'} severity
 * @param {string} text
 * @param {number | null} [until]
 */
export function announcement(id, severity, text, until = null) {
  return event('announcement', { id: `announcement-${id}`, severity, text, until }, id);
}
