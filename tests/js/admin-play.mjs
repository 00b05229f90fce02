// The operator's page without a page: events in, what it asks of the service out, and a clock that moves when told.

import { INITIAL } from '../../static/js/admin/state.js';
import { reduce } from '../../static/js/admin/reduce.js';
import { show } from '../../static/js/admin/screen.js';
import { AT, stats } from './admin-samples.mjs';

/** @typedef {import('../../static/js/admin/state.js').State} State */
/** @typedef {import('../../static/js/admin/state.js').Event} Event */
/** @typedef {import('../../static/js/admin/state.js').Effect} Effect */
/** @typedef {import('../../static/js/state.js').Announcement} Announcement */
/**
 * @template T
 * @typedef {import('../../static/js/admin/state.js').Answer<T>} Answer
 */

export const TOKEN = 'a-token-of-24-characters';

/**
 * @param {string} code
 * @param {{detail?: string, retry_ms?: number}} [more]
 */
export function no(code, { detail, retry_ms } = {}) {
  const refusal = { code, detail: detail ?? null, retry_ms: retry_ms ?? null };
  return /** @type {const} */ ({ ok: false, refusal });
}

/**
 * @template T
 * @param {T} value
 */
export function yes(value) {
  return /** @type {const} */ ({ ok: true, value });
}

/** @type {Announcement} */
export const NOTE = Object.freeze({ id: 'a', severity: 'info', text: 'A quiet note.', until: null });

export class Operator {
  /** @type {State} */
  state = INITIAL;
  /** What the last event asked for. @type {readonly Effect[]} */
  effects = [];
  /** This machine's clock; the service's is two seconds behind. */
  now = AT + 2_000;

  /** @param {Event} event */
  do(event) {
    ({ state: this.state, effects: this.effects } = reduce(this.state, event, this.now));
    return this;
  }

  /** @param {string | null} [token] */
  static booted(token = null) {
    return new Operator().do({ type: 'boot', token, visible: true });
  }

  /** With numbers, and these announcements in force. @param {readonly Announcement[]} [items] */
  static inside(items = []) {
    return Operator.booted(TOKEN).stats().listed(items);
  }

  /** @param {Answer<import('../../static/js/admin/shapes.js').Stats>} answer */
  stats(answer = yes(stats())) {
    return this.do({ type: 'stats', turn: this.state.turn, asked: this.state.link.asked, answer });
  }

  /** @param {readonly Announcement[]} items */
  listed(items) {
    const { turn, list: { asked } } = this.state;
    return this.do({ type: 'listed', turn, asked, answer: yes(items) });
  }

  /** @param {Answer<Announcement>} answer */
  announced(answer) {
    return this.do({ type: 'announced', turn: this.state.turn, answer });
  }

  /** @param {Extract<Event, {type: 'compose'}>['change']} change */
  write(change) {
    return this.do({ type: 'compose', change });
  }

  /** @param {number} ms */
  pass(ms) {
    this.now += ms;
    return this;
  }

  /** @param {string} name */
  ring(name) {
    return this.do({ type: 'timer', name });
  }

  get screen() {
    return show(this.state);
  }

  /** The names of what was asked of the service, or of this machine. */
  get asked() {
    return this.effects.map((effect) => (effect.do === 'timer' ? `${effect.name} ${effect.ms}` : effect.do));
  }

  /**
   * The one effect of this kind.
   * @template {Effect['do']} Kind
   * @param {Kind} kind
   */
  effect(kind) {
    const found = this.effects.filter((effect) => effect.do === kind);
    if (found.length !== 1) throw new Error(`${found.length} of ${kind}`);
    return /** @type {Extract<Effect, {do: Kind}>} */ (found[0]);
  }
}
