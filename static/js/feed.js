// What the event stream tells everybody: how many people are here, and what the operator has to say.

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Event} Event */
/** @typedef {Extract<Event, {type: 'counts' | 'announced' | 'retracted' | 'inForce'}>} FeedEvent */

/**
 * @param {State} state
 * @param {FeedEvent} event
 * @returns {State}
 */
export function reduceFeed(state, event) {
  switch (event.type) {
    case 'counts': return { ...state, counts: event.counts };
    case 'announced': {
      const others = state.announcements.filter(({ id }) => id !== event.announcement.id);
      return { ...state, announcements: [...others, event.announcement] };
    }
    case 'retracted': return { ...state, announcements: state.announcements.filter(({ id }) => id !== event.id) };
    case 'inForce': return { ...state, announcements: state.announcements.filter(({ id }) => event.ids.includes(id)) };
  }
}
