// The token, kept for this tab and no longer.

const KEY = 'edgewise.operator';

/**
 * Storage may be full, forbidden or absent; then a refresh signs out.
 * @param {() => Storage} openStorage
 */
export function createKeep(openStorage) {
  return {
    /** @returns {string | null} */
    recall() {
      try {
        return openStorage().getItem(KEY);
      } catch {
        return null;
      }
    },

    /** @param {string | null} token */
    keep(token) {
      try {
        if (token === null) openStorage().removeItem(KEY);
        else openStorage().setItem(KEY, token);
      } catch {
        // Forgotten with the page, then.
      }
    },
  };
}
