// The other tabs of this browser, as far as they speak up: who is looked at, and who has a session.

/** @typedef {{visible: boolean, session: boolean}} Tab */

/** Whoever has not answered so many calls is gone, or frozen. */
const MISSED_MAX = 2;

/**
 * Whether somebody looks at this tab, or talks in it: then the event stream is of use.
 * @param {Tab} tab
 * @returns {boolean}
 */
export function isInUse({ visible, session }) {
  return visible || session;
}

export function createTabs() {
  /** In the order in which they came into sight. @type {Map<string, Tab & {missed: number}>} */
  const tabs = new Map();

  return {
    /**
     * @param {string} name
     * @param {Tab} tab
     */
    hear(name, { visible, session }) {
      if (visible && !tabs.get(name)?.visible) tabs.delete(name);
      tabs.set(name, { visible, session, missed: 0 });
    },

    /** @param {string} name */
    forget(name) {
      tabs.delete(name);
    },

    /** To be called before each call to all tabs. */
    age() {
      for (const [name, tab] of tabs) {
        tab.missed += 1;
        if (tab.missed > MISSED_MAX) tabs.delete(name);
      }
    },

    /** A tab that somebody looks at: the one that came into sight last. @returns {string | null} */
    get visible() {
      const names = [...tabs].flatMap(([name, { visible }]) => (visible ? [name] : []));
      return names.at(-1) ?? null;
    },

    get areInUse() {
      return [...tabs.values()].some(isInUse);
    },
  };
}
