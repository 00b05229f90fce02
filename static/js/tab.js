// What this tab keeps across a refresh: the texts of `kept.js`, in the storage that a tab has for itself.
//
// A browser copies that storage when it duplicates a tab. So the copy has a name, which the page that lives in it holds
// as a lock: who cannot get the lock within a second is the duplicate, forgets the copy and starts afresh.

import { NOUNS, isSame, read, write } from './kept.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./kept.js').Noun} Noun */
/** @typedef {Pick<LockManager, 'request'>} Locks */

/** A page that is reloaded may let go of its lock a little later than the new one asks for it. */
const LOCK_MS = 1_000;

/**
 * Storage may be full, forbidden or absent; the page works without it, only more forgetful.
 * @param {object} world
 * @param {() => Storage} world.openStorage
 * @param {Locks | undefined} world.locks   absent where the page is not at a secure address
 * @param {() => string} world.drawName
 * @param {(ms: number) => AbortSignal} world.within
 */
export function createTab({ openStorage, locks, drawName, within }) {
  /** What the storage holds now. @type {State | null} */
  let held = null;
  let ours = '';

  /**
   * @param {Noun | 'name'} noun
   * @returns {string | null}
   */
  function get(noun) {
    try {
      return openStorage().getItem(`edgewise.${noun}`);
    } catch {
      return null;
    }
  }

  /**
   * @param {Noun | 'name'} noun
   * @param {string | null} text
   */
  function put(noun, text) {
    try {
      if (text !== null) openStorage().setItem(`edgewise.${noun}`, text);
      else openStorage().removeItem(`edgewise.${noun}`);
    } catch {
      // Forgotten with the page, then; and an old text is worse than none.
      if (text !== null) put(noun, null);
    }
  }

  /**
   * Holds the lock of that name for as long as the page lives.
   * @param {string} name
   * @returns {Promise<boolean>} whether nobody else holds it
   */
  function hold(name) {
    if (locks === undefined) return Promise.resolve(true);
    return new Promise((resolve) => {
      locks.request(`edgewise.${name}`, { signal: within(LOCK_MS) }, () => {
        resolve(true);
        return new Promise(() => undefined);
      }).catch(() => resolve(false));
    });
  }

  return {
    /** What the tab has kept, unless it is another tab's. */
    async recall() {
      const name = get('name');
      const kept = read({ line: get('line'), place: get('place'), transcript: get('transcript'), draft: get('draft') });
      if (name !== null && kept !== null && await hold(name)) {
        ours = name;
        return kept;
      }
      for (const noun of NOUNS) put(noun, null);
      const fresh = drawName();
      ours = fresh;
      put('name', fresh);
      void hold(fresh);
      return null;
    },

    /** What this tab is called, once `recall` is through. */
    get name() {
      return ours;
    },

    /**
     * To be called before anybody is told of what is in `state`.
     * @param {State} state
     */
    keep(state) {
      for (const noun of NOUNS) {
        if (held === null || !isSame(noun, held, state)) put(noun, write(noun, state));
      }
      held = state;
    },
  };
}
