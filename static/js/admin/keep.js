// The token, kept for this tab and for as long as it is in use.
//
// A browser copies what a tab keeps when it duplicates the tab, and brings it back with a tab that is opened again. So
// the token has the time of its last use with it, and is worth nothing half an hour later.

import { is, parseObject, pick } from '../codec.js';

const KEY = 'edgewise.operator';

/** How long after its last use a token is still recalled. */
export const KEPT_MS = 1_800_000;

const KEPT = Object.freeze({ token: is.name, at: is.count });

/**
 * Storage may be full, forbidden or absent; then a refresh signs out.
 * @param {() => Storage} openStorage
 * @param {() => number} now   in Unix ms
 */
export function createKeep(openStorage, now) {
  /** @returns {string | null} */
  function recall() {
    const storage = openStorage();
    const kept = pick(parseObject(storage.getItem(KEY)) ?? {}, KEPT);
    const age_ms = now() - Number(kept?.at);
    if (kept !== null && age_ms >= 0 && age_ms < KEPT_MS) return String(kept.token);
    storage.removeItem(KEY);
    return null;
  }

  return {
    /** @returns {string | null} */
    recall() {
      try {
        return recall();
      } catch {
        return null;
      }
    },

    /** To be called with each use of the token; null takes it away. @param {string | null} token */
    keep(token) {
      try {
        if (token === null) openStorage().removeItem(KEY);
        else openStorage().setItem(KEY, JSON.stringify({ token, at: now() }));
      } catch {
        // Forgotten with the page, then.
      }
    },
  };
}
