// Scripted conversations that every client has to pass: tests/vectors/client_scripts.json, as its README reads them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fullJitter } from '../../static/js/backoff.js';
import { createConnection } from '../../static/js/connection.js';
import { LIMITS } from '../../static/js/wire.js';
import { Clock, FakeSocket } from './fakes.mjs';
import { Page } from './play.mjs';

/** @typedef {{at: number, in: Record<string, any>, out: Record<string, any>[], line?: number}} Turn */
/**
 * @typedef {{name: string, after?: string, limits?: object, chance?: number, needs?: string[],
 *   steps: Turn[]}} Script
 */

/** @type {Script[]} */
const scripts = JSON.parse(readFileSync(new URL('../vectors/client_scripts.json', import.meta.url), 'utf8'));

/** Whoever is done with the page closes it: these scripts are for clients that outlive their wish. */
const FOREIGN_WISHES = ['leave'];

/** A socket that tells what the client does to it. */
class TapeSocket extends FakeSocket {
  /** @type {(entry: Record<string, any>) => void} */
  tape = () => undefined;

  /** @override @param {string} data */
  send(data) {
    if (data === 'ping') {
      this.tape({ ping: true });
      return;
    }
    const { counted, ...frame } = JSON.parse(data);
    if (frame.type !== 'typing') this.tape({ send: frame });
  }

  /** @override @param {unknown[]} reason */
  close(...reason) {
    if (this.readyState === 1) this.tape({ close: reason[0] ?? true });
    super.close(...reason);
  }
}

class Player {
  clock = new Clock();
  page = Page.booted();
  /** @type {Record<string, any>[]} */
  line = [];
  /** @type {Record<string, any>[]} */
  shown = [];
  /** @type {Map<string, number>} */
  alarms = new Map();
  /** @type {TapeSocket[]} */
  sockets = [];

  /** @param {Script} script */
  constructor({ limits = {}, chance = 0, needs = [] }) {
    this.limits = { ...LIMITS, ...limits };
    this.pings = needs.includes('ping');
    this.backoff = fullJitter({ base_ms: 1_000, max_ms: 15_000, random: () => chance });
    this.connection = this.connect();
  }

  connect() {
    const player = this;
    return createConnection({
      WebSocket: class extends TapeSocket {
        /** @param {string} url */
        constructor(url) {
          super(url);
          player.sockets.push(this);
          this.tape = (/** @type {Record<string, any>} */ entry) => {
            if (player.pings || !('ping' in entry)) player.line.push(entry);
            else player.clock.timers.set(() => this.say('pong'), 0);
          };
        }
      },
      timers: this.clock.timers,
      base: '',
      onFrame: (frame) => this.do({ type: 'frame', frame }),
      onDown: (end) => this.do({ type: 'down', ...end }),
    });
  }

  /** @param {import('../../static/js/state.js').Event} event */
  do(event) {
    const before = this.page.state;
    this.page.do(event);
    this.perform(this.page.effects);
    this.look(before, this.page.state);
  }

  /** @param {readonly import('../../static/js/state.js').Effect[]} effects */
  perform(effects) {
    for (const effect of effects) {
      switch (effect.do) {
        case 'enter': this.line.push({ enter: true }); break;
        case 'connect':
          this.line.push({ connect: { lobby: effect.lobby } });
          this.connection.open(effect.lobby, effect.hello, effect.limits);
          break;
        case 'send': this.connection.send(effect.frame); break;
        case 'hangup': this.connection.hangup(); break;
        case 'probe': this.connection.probe(effect.within_ms); break;
        case 'timer': this.set(effect.name, effect.ms); break;
        case 'rest': this.set(effect.name, effect.floor_ms + this.backoff(effect.attempt, effect.first_ms)); break;
        case 'ask': case 'remember': break;
      }
    }
  }

  /**
   * @param {string} name
   * @param {number | null} ms
   */
  set(name, ms) {
    this.clock.timers.clear(this.alarms.get(name) ?? null);
    if (ms !== null) this.alarms.set(name, this.clock.timers.set(() => this.do({ type: 'timer', name }), ms));
  }

  /**
   * What became visible to the person by one event.
   * @param {import('../../static/js/state.js').State} before
   * @param {import('../../static/js/state.js').State} after
   */
  look(before, after) {
    const was = 'talk' in before.place ? before.place.talk : null;
    const is = 'talk' in after.place ? after.place.talk : was;
    const same = was !== null && is !== null && was.c === is.c;
    if (is !== null) {
      const known = same ? was.keys : 0;
      for (const { key, from, n, text } of is.entries) {
        if (key > known && from === 'them') this.shown.push({ show: { arrived: { n, text } } });
      }
    }
    if (same) {
      for (const [index, entry] of was.entries.entries()) {
        const code = is.entries[index]?.fault ?? null;
        if (code !== entry.fault) this.shown.push({ show: { not_delivered: { n: entry.n, code } } });
      }
      if (is.outbox.acked > was.outbox.acked) this.shown.push({ show: { delivered: is.outbox.acked } });
      const [seen, had] = [is, was].map(({ outbox }) => Math.min(outbox.seen, outbox.acked));
      if (Number(seen) > Number(had)) this.shown.push({ show: { seen } });
    }
    const over = overOf(before, after);
    if (over !== null) this.shown.push({ show: { over } });
    const { way } = after.line;
    if (way.at === 'refused' && before.line.way !== way) this.shown.push({ show: { gave_up: way.why } });
  }

  /**
   * @param {Record<string, any>} input
   * @param {number | undefined} which   the socket, counted from 1
   */
  put(input, which) {
    const socket = which === undefined ? this.sockets.at(-1) : this.sockets[which - 1];
    if ('find' in input) {
      this.want(input.find);
      this.do({ type: 'talk' });
    } else if ('next' in input) this.do({ type: 'next' });
    else if ('stop' in input) this.do({ type: 'stop' });
    else if ('block' in input) this.do({ type: 'file', what: { type: 'block' } });
    else if ('report' in input) this.do({ type: 'file', what: { type: 'report', reason: input.report } });
    else if ('say' in input) {
      this.do({ type: 'draft', text: input.say });
      this.do({ type: 'send' });
    } else if ('visible' in input) this.do({ type: 'visible', on: input.visible });
    else if ('nudge' in input) this.do({ type: 'wake' });
    else if ('reload' in input) {
      this.page = this.page.reloaded();
      this.clock.waiting.clear();
      this.connection = this.connect();
      this.perform(this.page.effects);
    } else if ('entered' in input) this.do({ type: 'entered', visitor: 'visitor', ...input.entered });
    else if ('refused' in input) this.do({ type: 'refused', retry_ms: null, until: null, ...input.refused });
    else if ('open' in input) socket?.open();
    else if ('frame' in input) socket?.say(JSON.stringify(this.whole(input.frame)));
    else if ('pong' in input) socket?.say('pong');
    else if ('close' in input && socket !== undefined) {
      socket.readyState = 3;
      socket.tell('close', { code: input.close, reason: input.reason ?? '' });
    } else assert.ok('tick' in input, `no hands for ${JSON.stringify(input)}`);
  }

  /**
   * The preferences of a `find` that names them, one change after another as a person makes them.
   * @param {true | {interests?: string[], lang?: string}} wanted
   */
  want(wanted) {
    if (wanted === true) return;
    const { interests = [], lang = null } = wanted;
    const { interests: before } = this.page.state.wanted;
    for (const text of before.filter((each) => !interests.includes(each))) this.do({ type: 'drop', text });
    for (const text of interests.filter((each) => !before.includes(each))) {
      this.do({ type: 'interest', text, take: 'all' });
    }
    this.do({ type: 'lang', lang });
  }

  /** @param {Record<string, any>} frame */
  whole(frame) {
    /** @type {Record<string, Record<string, unknown>>} */
    const silent = {
      welcome: { v: 1, limits: this.limits }, matched: { common: [], lang: null }, resumed: { common: [] },
    };
    return { ...silent[frame.type], ...frame };
  }

  /** @param {Turn} turn */
  play({ at, in: input, out, line }) {
    this.line = [];
    this.shown = [];
    this.clock.pass(Math.max(0, at - this.clock.now));
    this.put(input, line);
    this.clock.pass(0);
    const where = JSON.stringify({ at, in: input });
    assert.deepEqual(this.line, out.filter((each) => !('show' in each)), where);
    assert.deepEqual(this.shown, out.filter((each) => 'show' in each), where);
  }
}

/**
 * @param {import('../../static/js/state.js').State} before
 * @param {import('../../static/js/state.js').State} after
 * @returns {string | null}
 */
function overOf(before, after) {
  if (before.place.at !== 'talking') return null;
  const { place } = after;
  if (place.at === 'seeking' || place.at === 'home') return 'me';
  if (place.at !== 'over') return place.at === 'talking' && place.talk.c !== before.place.talk.c ? 'gone' : null;
  switch (place.why.by) {
    case 'service': return place.why.reason;
    case 'close': return String(place.why.code);
    case 'line': return 'gone';
    case 'gap': return 'memory';
    case 'me': case 'block': case 'unblocked': case 'report': case 'unreported': return 'me';
  }
}

/** @param {Script} script @returns {Turn[]} */
function stepsOf({ after, steps }) {
  const before = scripts.find(({ name }) => name === after);
  assert.equal(before === undefined, after === undefined, `no script is called "${after}"`);
  return before === undefined ? steps : [...stepsOf(before), ...steps];
}

/** @param {Script} script */
const isForeign = (script) => stepsOf(script).some((turn) => FOREIGN_WISHES.some((wish) => wish in turn.in));

for (const script of scripts) {
  if (isForeign(script)) continue;
  const steps = stepsOf(script);
  test(script.name, () => {
    const player = new Player(script);
    for (const turn of steps) player.play(turn);
  });
}
