// A page without a browser: events go in, effects come out, and a test says exactly which.

import assert from 'node:assert/strict';
import { INITIAL } from '../../static/js/state.js';
import { LIMITS } from '../../static/js/wire.js';
import { NOUNS, read, write } from '../../static/js/kept.js';
import { reduce } from '../../static/js/chat.js';

/** @typedef {import('../../static/js/state.js').Event} Event */
/** @typedef {import('../../static/js/state.js').Effect} Effect */
/** @typedef {import('../../static/js/state.js').State} State */
/** @typedef {import('../../static/js/codec.js').ServerFrame} ServerFrame */

export const C = 'conversation-1';

export class Page {
  /** @type {State} */
  state = INITIAL;
  /** The effects of the last event. @type {readonly Effect[]} */
  effects = [];

  /** @param {Event} event */
  do(event) {
    const before = structuredClone(this.state);
    const { state, effects } = reduce(this.state, event);
    assert.deepEqual(this.state, before, 'a state never changes, it is replaced');
    this.state = state;
    this.effects = effects;
    return this;
  }

  /** @param {ServerFrame} frame */
  hear(frame) {
    return this.do({ type: 'frame', frame });
  }

  /** @param {string} text */
  write(text) {
    return this.do({ type: 'draft', text });
  }

  /** @param {string} text */
  say(text) {
    return this.write(text).do({ type: 'send' });
  }

  /** @param {string} name */
  ring(name) {
    return this.do({ type: 'timer', name });
  }

  /** The frames that the last event sent. */
  get sent() {
    return this.effects.flatMap((effect) => (effect.do === 'send' ? [effect.frame] : []));
  }

  /** @returns {import('../../static/js/state.js').Talk} */
  get talk() {
    const { place } = this.state;
    assert.ok(place.at === 'talking' || place.at === 'over', `no talk in ${place.at}`);
    return place.talk;
  }

  /**
   * @param {Partial<{visitor: string | null, accepted: string | null, visible: boolean, interests: string | null,
   *   lang: string | null, languages: readonly string[], dismissed: string | null,
   *   kept: import('../../static/js/kept.js').Kept | null}>} [known]
   */
  static booted(known = {}) {
    const boot = {
      visitor: null, accepted: '1', counted: true, visible: true, interests: null, lang: null, languages: [],
      dismissed: null, kept: null,
      ...known,
    };
    return new Page().do({ type: 'boot', ...boot });
  }

  /** Somebody who pressed the button and whose line is open: the `find` is out. */
  static seeking() {
    return Page.booted()
      .do({ type: 'talk' })
      .do({ type: 'entered', pass: 'pass', lobby: 'lobby', visitor: 'visitor' })
      .hear(welcome());
  }

  static talking() {
    return Page.seeking().hear(matched());
  }

  /** This page after a refresh, with what it kept. @param {boolean} [visible] */
  reloaded(visible = true) {
    const texts = Object.fromEntries(NOUNS.map((noun) => [noun, write(noun, this.state)]));
    const kept = read(/** @type {import('../../static/js/kept.js').Texts} */ (texts));
    const { line: { visitor }, terms: { accepted }, wanted } = this.state;
    const [interests, lang] = [JSON.stringify(wanted.interests), wanted.lang ?? ''];
    return Page.booted({ visitor, accepted, visible, interests, lang, kept });
  }

  /** @param {string} [reason] */
  static over(reason = 'left') {
    return Page.talking().hear({ type: 'ended', c: C, reason });
  }
}

/**
 * @param {'idle' | 'waiting' | 'talking'} [state]
 * @returns {ServerFrame}
 */
export function welcome(state = 'idle') {
  return { type: 'welcome', v: 1, state, limits: LIMITS };
}

/**
 * @param {'here' | 'away'} [partner]
 * @param {string} [conversation]
 * @returns {ServerFrame}
 */
export function resumed(partner = 'here', conversation = C) {
  return { type: 'resumed', conversation, common: [], partner, grace_ms: 60_000, ticket: 'newer' };
}

/**
 * @param {string} [conversation]
 * @returns {ServerFrame}
 */
export function matched(conversation = C) {
  return { type: 'matched', conversation, common: [], lang: null };
}
