// What the event stream tells everybody: how many people are here, and what the operator has to say. It comes as the
// stream's own text, or from a tab that passes it on; past this file it cannot be wrong.

import { EVENT, SEVERITY } from './wire.js';
import { is, parseObject, pick } from './codec.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Event} Event */
/** @typedef {import('./state.js').Announcement} Announcement */
/** @typedef {import('./codec.js').Check} Check */
/** @typedef {Extract<Event, {type: 'counts' | 'announced' | 'retracted' | 'inForce'}>} FeedEvent */
/** @typedef {Pick<State, 'counts' | 'announcements'>} Feed */

/** What is known before anything was heard. @type {Feed} */
export const SILENT = Object.freeze({ counts: null, announcements: Object.freeze([]) });

/**
 * Announcements stand in the order in which they were made. One that is told again keeps its place.
 * @template {Feed} T
 * @param {T} feed
 * @param {FeedEvent} event
 * @returns {T}
 */
export function reduceFeed(feed, event) {
  const { announcements } = feed;
  switch (event.type) {
    case 'counts': return { ...feed, counts: event.counts };
    case 'announced': {
      const { announcement } = event;
      const known = announcements.some(({ id }) => id === announcement.id);
      return {
        ...feed,
        announcements: known
          ? announcements.map((each) => (each.id === announcement.id ? announcement : each))
          : [...announcements, announcement],
      };
    }
    case 'retracted': return { ...feed, announcements: announcements.filter(({ id }) => id !== event.id) };
    case 'inForce': return { ...feed, announcements: announcements.filter(({ id }) => event.ids.includes(id)) };
  }
}

/**
 * What brings a page that knows anything else to the same knowledge.
 * @param {Feed} feed
 * @returns {FeedEvent[]}
 */
export function retell({ counts, announcements }) {
  return [
    { type: 'inForce', ids: announcements.map(({ id }) => id) },
    ...announcements.map((announcement) => /** @type {const} */ ({ type: 'announced', announcement })),
    { type: 'counts', counts },
  ];
}

const COUNTS = Object.freeze({ online: is.count, waiting: is.count, chatting: is.count });
const ANNOUNCEMENT = Object.freeze({
  id: is.name,
  severity: (/** @type {unknown} */ value) => Object.values(SEVERITY).some((name) => name === value),
  text: is.name,
  until: (/** @type {unknown} */ value) => value === null || is.count(value),
});
const RETRACT = Object.freeze({ id: is.name });
const IN_FORCE = Object.freeze({
  ids: (/** @type {unknown} */ value) => Array.isArray(value) && value.every(is.text),
});

/** @type {Check} */
export const isCounts = (value) => value === null || pick(Object(value), COUNTS) !== null;

/** @type {Check} */
export const isAnnouncement = (value) => pick(Object(value), ANNOUNCEMENT) !== null;

/** What a tab may pass on to the others. @type {Check} */
export const isFeedEvent = (value) => {
  const { type, counts, announcement, id, ids } = Object(value);
  switch (type) {
    case 'counts': return isCounts(counts);
    case 'announced': return isAnnouncement(announcement);
    case 'retracted': return is.name(id);
    case 'inForce': return IN_FORCE.ids(ids);
    default: return false;
  }
};

/**
 * An event of the wire. Null: a `beat`, or what does not read as expected.
 * @param {string} name
 * @param {unknown} text
 * @returns {FeedEvent | null}
 */
export function decodeEvent(name, text) {
  const data = parseObject(text);
  if (data === null) return null;
  switch (name) {
    case EVENT.presence: {
      const counts = pick(data, COUNTS);
      return counts && { type: 'counts', counts: /** @type {State['counts']} */ (counts) };
    }
    case EVENT.inForce: {
      const list = pick(data, IN_FORCE);
      return list && { type: 'inForce', ids: /** @type {string[]} */ (list.ids) };
    }
    case EVENT.announcement: {
      const announcement = pick(data, ANNOUNCEMENT);
      return announcement
        && { type: 'announced', announcement: /** @type {Announcement} */ (/** @type {unknown} */ (announcement)) };
    }
    case EVENT.retract: {
      const gone = pick(data, RETRACT);
      return gone && { type: 'retracted', id: /** @type {string} */ (gone.id) };
    }
    default: return null;
  }
}
