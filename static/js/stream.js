// The event stream: counts and announcements. The browser reconnects by itself; this file notices when it does not.
//
//   closed -> open           `open`
//   open -> resting -> open  silent for too long, or given up by the browser; the rest grows with each time
//   any -> closed            `close`
//
// A number is shown only while it is fresh: once the stream is interrupted for longer than its own pause between two
// connections, the counts are withdrawn.

import { EVENT, PATH, STREAM_SILENCE_MS } from './wire.js';
import { decodeEvent } from './feed.js';

/** @typedef {import('./timers.js').Timers} Timers */
/** @typedef {import('./backoff.js').Backoff} Backoff */
/** @typedef {import('./feed.js').FeedEvent} FeedEvent */

/** An orderly reconnect takes 2 to 5 s; what takes longer is an interruption. */
const STALE_MS = 8_000;

/** The first try after a stream was given up. */
const FIRST_MS = 1_000;

/**
 * How long the browser may see to the connection itself. An overloaded service asks it to wait much longer than a
 * stream may be silent.
 */
const BROWSER_MS = 120_000;

const CLOSED = 2;

/**
 * The part of an EventSource that is used.
 * @typedef {Pick<EventSource, 'close' | 'addEventListener'> & {readonly readyState: number}} Source
 */

/**
 * @param {object} world
 * @param {new (url: string) => Source} world.EventSource
 * @param {Timers} world.timers
 * @param {Backoff} world.backoff
 * @param {(event: FeedEvent, id: string) => void} world.tell   `id`: the last event's, to go on from
 * @param {() => void} world.turn   the stream was given up, or is opened again: look at `isOn`
 */
export function createStream({ EventSource, timers, backoff, tell, turn }) {
  /** @type {Source | null} */
  let source = null;
  let lastId = '';
  let attempt = 0;
  /** When a stream without an event is dead, or a rest is over. @type {number | null} */
  let silence = null;
  /** @type {number | null} */
  let stale = null;

  /**
   * Any sign of life of the stream, or of the browser's own care for it.
   * @param {number} ms   how long it is good for
   */
  function alive(ms) {
    timers.clear(silence);
    silence = timers.set(giveUp, ms);
  }

  function fresh() {
    timers.clear(stale);
    stale = null;
  }

  function withdraw() {
    fresh();
    tell({ type: 'counts', counts: null }, lastId);
  }

  function drop() {
    source?.close();
    source = null;
    timers.clear(silence);
    silence = null;
  }

  function giveUp() {
    drop();
    withdraw();
    silence = timers.set(again, backoff(attempt, FIRST_MS));
    attempt += 1;
    turn();
  }

  function again() {
    connect();
    turn();
  }

  function connect() {
    timers.clear(silence);
    const id = lastId === '' ? '' : `?last_event_id=${encodeURIComponent(lastId)}`;
    const opened = new EventSource(`${PATH.events}${id}`);
    source = opened;
    alive(STREAM_SILENCE_MS);
    // Numbers of the stream before this one are good until this one has had its time.
    stale ??= timers.set(withdraw, STALE_MS);
    opened.addEventListener('open', () => {
      if (source === opened) alive(STREAM_SILENCE_MS);
    });
    for (const name of Object.values(EVENT)) {
      opened.addEventListener(name, (event) => {
        if (source === opened) receive(name, /** @type {MessageEvent} */ (event));
      });
    }
    opened.addEventListener('error', () => {
      if (source !== opened) return;
      if (opened.readyState === CLOSED) giveUp();
      else {
        alive(BROWSER_MS);
        stale ??= timers.set(withdraw, STALE_MS);
      }
    });
  }

  /**
   * @param {string} name
   * @param {MessageEvent} event
   */
  function receive(name, { data, lastEventId }) {
    attempt = 0;
    lastId = lastEventId;
    alive(STREAM_SILENCE_MS);
    const event = decodeEvent(name, data);
    if (event === null) return;
    if (event.type === 'counts') fresh();
    tell(event, lastId);
  }

  return {
    /**
     * Opens the stream, unless it is open already.
     * @param {string} id   of the last event that this browser still holds the announcements of; '' for none
     */
    open(id) {
      if (source !== null) return;
      lastId = id;
      connect();
    },

    close() {
      drop();
      fresh();
      attempt = 0;
    },

    /** Somebody looks, or the network is back: no reason to rest any longer. */
    wake() {
      if (source === null && silence !== null) again();
    },

    /** Whether the browser holds a stream, or is opening one. */
    get isOn() {
      return source !== null;
    },
  };
}
