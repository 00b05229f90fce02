// The newest ticket of each tab of this browser, for what it remembers: the partners that a visitor met last, and those
// whom they never want to meet again. A tab that is closed leaves its ticket here, so that both hold across visits.
//
// All tabs write to one place, which is read anew before each write. A write that another tab's overtakes is made good
// with the next ticket.

/** @typedef {{visitor: string, tab: string, ticket: string}} Entry */

/** So many tabs are remembered: what `POST /enter` takes. */
export const TABS_MAX = 8;

/** Longer ones are none of the service's. */
const TICKET_CHARS_MAX = 16_384;

const KEY = 'edgewise.tickets';

/**
 * Storage may be full, forbidden or absent; then only this page's own ticket is known.
 * @param {object} world
 * @param {() => Storage} world.openStorage
 * @param {() => string} world.tab   the name of this tab
 */
export function createTickets({ openStorage, tab }) {
  /** What was written last. @type {{visitor: string | null, ticket: string | null}} */
  let held = { visitor: null, ticket: null };

  /** @returns {Entry[]} */
  function read() {
    try {
      const value = JSON.parse(openStorage().getItem(KEY) ?? '[]');
      return Array.isArray(value) ? value.filter(isEntry).slice(0, TABS_MAX) : [];
    } catch {
      return [];
    }
  }

  /** @param {readonly Entry[]} entries */
  function write(entries) {
    try {
      if (entries.length > 0) openStorage().setItem(KEY, JSON.stringify(entries));
      else openStorage().removeItem(KEY);
    } catch {
      // Forgotten with the page, then.
    }
  }

  return {
    /**
     * @param {string | null} visitor
     * @returns {string[]} the tickets of that visitor, newest first
     */
    recall(visitor) {
      return read().filter((entry) => entry.visitor === visitor).map(({ ticket }) => ticket);
    },

    /**
     * To be called before anybody is told of what is in `line`.
     * @param {Pick<import('./state.js').Line, 'visitor' | 'ticket'>} line
     */
    keep({ visitor, ticket }) {
      if (visitor === held.visitor && ticket === held.ticket) return;
      // Another visitor's tickets are of no use any more: the service has replaced that id.
      const gone = held.visitor !== visitor ? held.visitor : null;
      held = { visitor, ticket };
      const name = tab();
      const others = read().filter((entry) => entry.visitor !== gone && (ticket === null || entry.tab !== name));
      const mine = visitor === null || ticket === null ? [] : [{ visitor, tab: name, ticket }];
      write([...mine, ...others].slice(0, TABS_MAX));
    },
  };
}

/**
 * @param {unknown} value
 * @returns {value is Entry}
 */
function isEntry(value) {
  const { visitor, tab, ticket } = Object(value);
  return [visitor, tab, ticket].every((each) => typeof each === 'string' && each !== '')
    && ticket.length <= TICKET_CHARS_MAX;
}
