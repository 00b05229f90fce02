// What this browser keeps between visits: which terms were accepted, the random id that the service gave, whom the
// person would like to meet, and which announcements they have read and hidden.

/** @typedef {'visitor' | 'terms' | 'interests' | 'lang' | 'dismissed'} Key */

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
     * Calls back with what another tab of this browser has just remembered under a key.
     * @param {Key} key
     * @param {(value: string | null) => void} learn
     */
    follow(key, learn) {
      addEventListener('storage', (event) => {
        if (event.key === `edgewise.${key}`) learn(event.newValue);
      });
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
