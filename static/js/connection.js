// One socket at a time: it says `hello`, keeps the heartbeat, and tells of frames and of its end. It decides nothing.
//
// A socket that was given up, here or by `hangup`, is never heard of again: whatever it still has to say belongs to the
// past. It is closed without a code, which tells the service that somebody means to come back.

import { FROM, PATH, PING, PONG, WELCOME_MS } from './wire.js';
import { decode, encode } from './codec.js';
import { NO_CODE } from './line.js';

/** @typedef {import('./codec.js').ClientFrame} ClientFrame */
/** @typedef {import('./codec.js').ServerFrame} ServerFrame */
/** @typedef {import('./codec.js').Limits} Limits */
/** @typedef {import('./timers.js').Timers} Timers */

/**
 * The part of a WebSocket that is used.
 * @typedef {Pick<WebSocket, 'send' | 'close' | 'addEventListener'> & {readonly readyState: number}} Socket
 */

const OPEN = 1;

/**
 * @param {object} world
 * @param {new (url: string) => Socket} world.WebSocket
 * @param {Timers} world.timers
 * @param {string} world.base   the address of the service, with `ws:` or `wss:`
 * @param {(frame: ServerFrame) => void} world.onFrame
 * @param {(end: {code: number, reason: string}) => void} world.onDown
 */
export function createConnection({ WebSocket, timers, base, onFrame, onDown }) {
  /** @type {Socket | null} */
  let socket = null;
  /** @type {Pick<Limits, 'ping_ms' | 'pong_ms'>} */
  let pace = { ping_ms: 0, pong_ms: 0 };
  /** @type {number | null} */
  let pingTimer = null;
  /** What must come soon, or the line is dead. @type {number | null} */
  let deadline = null;

  function hangup() {
    const old = socket;
    socket = null;
    timers.clear(pingTimer);
    timers.clear(deadline);
    pingTimer = null;
    deadline = null;
    old?.close();
  }

  /** @param {{code: number, reason: string}} end */
  function fail(end) {
    hangup();
    onDown(end);
  }

  function dead() {
    deadline = null;
    fail({ code: NO_CODE, reason: '' });
  }

  /** @param {number} [within_ms] */
  function ping(within_ms) {
    if (socket === null || socket.readyState !== OPEN) return;
    timers.clear(pingTimer);
    pingTimer = timers.set(() => ping(), pace.ping_ms);
    socket.send(PING);
    if (deadline !== null && within_ms === undefined) return;
    timers.clear(deadline);
    deadline = timers.set(dead, within_ms ?? pace.pong_ms);
  }

  /** @param {unknown} data */
  function receive(data) {
    if (data === PONG) {
      timers.clear(deadline);
      deadline = null;
      return;
    }
    const frame = decode(data);
    if (frame === null) return;
    if (frame.type === FROM.welcome) {
      if (pace.ping_ms !== frame.limits.ping_ms || pingTimer === null) {
        timers.clear(pingTimer);
        pingTimer = timers.set(() => ping(), frame.limits.ping_ms);
        timers.clear(deadline);
        deadline = null;
      }
      pace = frame.limits;
    }
    onFrame(frame);
  }

  return {
    /**
     * @param {string} lobby
     * @param {ClientFrame} hello
     * @param {Limits} limits
     */
    open(lobby, hello, limits) {
      hangup();
      pace = limits;
      /** @type {Socket} */
      const opened = new WebSocket(`${base}${PATH.socket}${encodeURIComponent(lobby)}`);
      socket = opened;
      deadline = timers.set(dead, WELCOME_MS);
      opened.addEventListener('open', () => {
        if (socket === opened) opened.send(encode(hello));
      });
      opened.addEventListener('message', ({ data }) => {
        if (socket === opened) receive(data);
      });
      opened.addEventListener('close', ({ code, reason }) => {
        if (socket === opened) fail({ code, reason });
      });
    },

    /** @param {ClientFrame} frame */
    send(frame) {
      // What cannot go out is kept where it was made, and its owner hears of the broken line.
      if (socket?.readyState === OPEN) socket.send(encode(frame));
    },

    /**
     * Asks for a sign of life now: after a sleep a dead line looks open.
     * @param {number} [within_ms]
     */
    probe(within_ms) {
      // Before `welcome` there is a deadline already, and a shorter one than a slow greeting needs would be wrong.
      if (pingTimer !== null) ping(within_ms);
    },

    hangup,
  };
}
