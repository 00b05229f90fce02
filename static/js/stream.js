// The event stream: counts and announcements. The browser reconnects by itself; this file notices when it does not.
//
// A number is shown only while it is fresh: once the stream is interrupted for longer than its own pause between two
// connections, the counts are withdrawn.

import { EVENT, PATH, SEVERITY, STREAM_SILENCE_MS } from './wire.js';
import { is, parseObject, pick } from './codec.js';

/** @typedef {import('./timers.js').Timers} Timers */
/** @typedef {import('./backoff.js').Backoff} Backoff */
/** @typedef {import('./state.js').Announcement} Announcement */
/** @typedef {import('./feed.js').FeedEvent} FeedEvent */

/** An orderly reconnect takes 2 to 5 s; what takes longer is an interruption. */
const STALE_MS = 8_000;

/** The first try after a stream was given up. */
const FIRST_MS = 1_000;

const CLOSED = 2;

const COUNTS = Object.freeze({ online: is.count, waiting: is.count, chatting: is.count });
const IN_FORCE = Object.freeze({
  ids: (/** @type {unknown} */ value) => Array.isArray(value) && value.every(is.text),
});
const ANNOUNCEMENT = Object.freeze({
  id: is.name,
  severity: (/** @type {unknown} */ value) => Object.values(SEVERITY).some((name) => name === value),
  text: is.name,
  until: (/** @type {unknown} */ value) => value === null || is.count(value),
});
const RETRACT = Object.freeze({ id: is.name });

/**
 * The part of an EventSource that is used.
 * @typedef {Pick<EventSource, 'close' | 'addEventListener'> & {readonly readyState: number}} Source
 */

/**
 * @param {object} world
 * @param {new (url: string) => Source} world.EventSource
 * @param {Timers} world.timers
 * @param {Backoff} world.backoff
 * @param {(event: FeedEvent) => void} world.emit
 */
export function createStream({ EventSource, timers, backoff, emit }) {
  /** @type {Source | null} */
  let source = null;
  let lastId = '';
  let attempt = 0;
  /** @type {number | null} */
  let silence = null;
  /** @type {number | null} */
  let stale = null;

  /** Any sign of life of the stream, or of the browser's own care for it. */
  function alive() {
    timers.clear(silence);
    silence = timers.set(giveUp, STREAM_SILENCE_MS);
  }

  function fresh() {
    timers.clear(stale);
    stale = null;
  }

  function withdraw() {
    fresh();
    emit({ type: 'counts', counts: null });
  }

  function giveUp() {
    source?.close();
    source = null;
    timers.clear(silence);
    withdraw();
    silence = timers.set(open, backoff(attempt, FIRST_MS));
    attempt += 1;
  }

  function open() {
    const id = lastId === '' ? '' : `?last_event_id=${encodeURIComponent(lastId)}`;
    const opened = new EventSource(`${PATH.events}${id}`);
    source = opened;
    alive();
    for (const name of Object.values(EVENT)) {
      opened.addEventListener(name, (event) => {
        if (source === opened) receive(name, /** @type {MessageEvent} */ (event));
      });
    }
    opened.addEventListener('error', () => {
      if (source !== opened) return;
      if (opened.readyState === CLOSED) giveUp();
      else {
        alive();
        stale ??= timers.set(withdraw, STALE_MS);
      }
    });
  }

  /**
   * @param {string} name
   * @param {MessageEvent} event
   */
  function receive(name, event) {
    attempt = 0;
    lastId = event.lastEventId;
    alive();
    const data = parseObject(event.data);
    if (data === null) return;
    switch (name) {
      case EVENT.presence: {
        const counts = pick(data, COUNTS);
        if (counts === null) return;
        fresh();
        emit({ type: 'counts', counts: /** @type {import('./state.js').State['counts']} */ (counts) });
        return;
      }
      case EVENT.inForce: {
        const list = pick(data, IN_FORCE);
        if (list !== null) emit({ type: 'inForce', ids: /** @type {string[]} */ (list.ids) });
        return;
      }
      case EVENT.announcement: {
        const announcement = pick(data, ANNOUNCEMENT);
        if (announcement === null) return;
        emit({ type: 'announced', announcement: /** @type {Announcement} */ (/** @type {unknown} */ (announcement)) });
        return;
      }
      case EVENT.retract: {
        const gone = pick(data, RETRACT);
        if (gone !== null) emit({ type: 'retracted', id: /** @type {string} */ (gone.id) });
        return;
      }
      default:
    }
  }

  return { open };
}
