// The event stream, as a browser reads it: chopped at random, and broken off.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LINE_ENDS, chop, readable, vectors } from '../js/choppings.mjs';
import { PATIENCE_MS, launch } from './stage.mjs';

/** Streams that are read at once: a browser opens six connections to one place, and one is for coming back. */
const AT_ONCE = 5;

/** The events that any stream holds, and the one that is none of ours. */
const NAMES = [...new Set(vectors.flatMap(({ events }) => events.map(({ event }) => event))), 'message'];

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('playwright-core').Page} */
let page;
/** When a stream broke off, by its address. */
const ends = /** @type {Map<string, number>} */ (new Map());
/** The number that the browser came back with, and how long after that. */
const returns = /** @type {Map<string, { id: string | undefined, after_ms: number }>} */ (new Map());

/**
 * The address of a stream.
 * @param {number} vector
 * @param {number} end
 * @param {number} seed
 */
const address = (vector, end, seed) => `/events?vector=${vector}&end=${end}&seed=${seed}`;

const server = createServer(async (request, response) => {
  const url = String(request.url);
  const [vector, end, seed] = [...new URL(url, 'http://localhost').searchParams.values()].map(Number);
  const broken = ends.get(url);
  if (vector === undefined) {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Events</title>');
  } else if (broken !== undefined) {
    const id = request.headers['last-event-id'];
    returns.set(url, { id: id?.toString(), after_ms: performance.now() - broken });
    // The one answer that keeps a browser from coming back again.
    response.writeHead(204).end();
  } else {
    const text = vectors[vector]?.stream.replaceAll('\n', LINE_ENDS[Number(end)] ?? '');
    request.socket.setNoDelay(true);
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    for (const piece of chop(Buffer.from(text ?? ''), Number(seed))) {
      response.write(piece);
      // A turn of its own for each, so that they arrive as they are.
      await sleep(1);
    }
    response.end();
    ends.set(url, performance.now());
  }
});

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  browser = await launch();
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await page.goto(`http://127.0.0.1:${port}/`);
});

after(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

/**
 * What the browser reads of a stream until that breaks off, for the first time or, `anew`, for good.
 * @param {string} url
 * @param {boolean} anew
 * @returns {Promise<import('../js/choppings.mjs').Told[]>}
 */
function read(url, anew = false) {
  return page.evaluate(([url, names, anew]) => new Promise((resolve) => {
    const source = new EventSource(url);
    /** @type {import('../js/choppings.mjs').Told[]} */
    const events = [];
    for (const name of names) {
      source.addEventListener(name, (event) => {
        events.push({ event: event.type, id: event.lastEventId, data: event.data });
      });
    }
    source.addEventListener('error', () => {
      if (anew && source.readyState !== EventSource.CLOSED) return;
      source.close();
      resolve(events);
    });
  }), /** @type {const} */ ([url, NAMES, anew]));
}

describe('a browser', { concurrency: true }, () => {
  test('reads what the vectors say, however a stream is chopped', { timeout: 60_000 }, async () => {
    const streams = vectors.flatMap((vector, at) =>
      LINE_ENDS.map((_, end) => ({ vector, url: address(at, end, LINE_ENDS.length * at + end + 1) })));
    const total = streams.length;
    let heard = 0;
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let next = streams.pop(); next !== undefined; next = streams.pop()) {
        assert.deepEqual(await read(next.url), readable(next.vector), `${next.vector.name}: ${next.url}`);
        heard += 1;
      }
    }));
    assert.equal(heard, total);
    assert.ok(total >= 150, `only ${total} streams`);
  });

  test('comes back with the number that it saw last, and not before it may', { timeout: 60_000 }, async () => {
    const at = vectors.findIndex(({ retry }) => retry[0] === 5_000);
    const vector = vectors[at] ?? assert.fail('no stream with a long pause');
    const url = address(at, 0, 1_000);
    assert.deepEqual(await read(url, true), readable(vector));
    const { id, after_ms } = returns.get(url) ?? assert.fail('it has not come back');
    assert.equal(id, vector.events.at(-1)?.id);
    // Chromium waits for 3 s where nobody says how long.
    assert.ok(after_ms > 4_800, `after ${after_ms} ms`);
  });
});
