// The event stream: counts and announcements. The browser reconnects by itself; this file notices when it does not.
//
//   closed -> open           `open`
//   open -> resting -> open  silent for too long, or given up by the browser; the rest grows with each time
//   any -> closed            `close`
//
// A browser whose stream rests or is opened again counts as one that holds a stream: it is about to. Only after several
// tries without an event it does not, until an event comes.
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

/**
 * So many tries in a row that came to nothing mean that there is no stream: tries that were given up, and those that an
 * overloaded service took and ended, a quarter of a minute apart.
 */
const GIVEN_UP_MAX = 4;
const EMPTY_MAX = 3;

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
 * @param {() => void} world.turn   the stream was given up, is opened again, or proved itself: look at `isOn`
 */
export function createStream({ EventSource, timers, backoff, tell, turn }) {
  /** @type {Source | null} */
  let source = null;
  let lastId = '';
  let attempt = 0;
  /** Tries since the last event that ended without one. */
  let fruitless = 0;
  /** So many that nobody is counted by this stream. */
  let off = false;
  /** How far the connection at hand has come. @type {'asked' | 'taken' | 'heard'} */
  let stage = 'asked';
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

  /** A connection has ended. @param {number} max   so many without an event are too many */
  function ended(max) {
    if (stage !== 'heard') fruitless += 1;
    if (fruitless >= max) off = true;
    stage = 'asked';
  }

  function giveUp() {
    ended(GIVEN_UP_MAX);
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
    const made = new EventSource(`${PATH.events}${id}`);
    source = made;
    alive(STREAM_SILENCE_MS);
    // Numbers of the stream before this one are good until this one has had its time.
    stale ??= timers.set(withdraw, STALE_MS);
    made.addEventListener('open', () => {
      if (source !== made) return;
      stage = 'taken';
      alive(STREAM_SILENCE_MS);
    });
    for (const name of Object.values(EVENT)) {
      made.addEventListener(name, (event) => {
        if (source === made) receive(name, /** @type {MessageEvent} */ (event));
      });
    }
    made.addEventListener('error', () => {
      if (source !== made) return;
      if (made.readyState === CLOSED) giveUp();
      else broken();
    });
  }

  /** The browser sees to the next connection. */
  function broken() {
    const was = off;
    // Where nobody answered, no network is there, and nobody is counted by anything.
    if (stage !== 'asked') ended(EMPTY_MAX);
    alive(BROWSER_MS);
    stale ??= timers.set(withdraw, STALE_MS);
    if (off !== was) turn();
  }

  /**
   * @param {string} name
   * @param {MessageEvent} event
   */
  function receive(name, { data, lastEventId }) {
    attempt = 0;
    lastId = lastEventId;
    alive(STREAM_SILENCE_MS);
    prove();
    const event = decodeEvent(name, data);
    if (event === null) return;
    if (event.type === 'counts') fresh();
    tell(event, lastId);
  }

  function prove() {
    const was = off;
    stage = 'heard';
    fruitless = 0;
    off = false;
    if (was) turn();
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
      fruitless = 0;
      off = false;
      stage = 'asked';
    },

    /** Somebody looks, or the network is back: no reason to rest any longer. */
    wake() {
      if (source === null && silence !== null) again();
    },

    /** Whether the browser holds a stream, or is about to after a short rest. */
    get isOn() {
      return silence !== null && !off;
    },
  };
}
