// What this browser keeps between visits: which terms were accepted, the random id that the service gave, and whom the
// person would like to meet.

/** @typedef {'visitor' | 'terms' | 'interests' | 'lang'} Key */

/**
 * Storage may be full, forbidden or absent; the page works without it, only more forgetful.
 * @param {() => Storage} openStorage
 */
export function createMemory(openStorage) {
  return {
    /**
     * @param {Key} key
     * @returns {string | null}
     */
    recall(key) {
      try {
        return openStorage().getItem(`edgewise.${key}`);
      } catch {
        return null;
      }
    },

    /**
     * @param {Key} key
     * @param {string} value
     */
    remember(key, value) {
      try {
        openStorage().setItem(`edgewise.${key}`, value);
      } catch {
        // Forgotten with the page, then.
      }
    },
  };
}
