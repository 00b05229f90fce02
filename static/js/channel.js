// What the tabs of one browser say to each other about their event stream. A tab may run another version of this page:
// what does not read as expected is ignored.

import { is, pick } from './codec.js';
import { isAnnouncement, isCounts, isFeedEvent } from './feed.js';

/** @typedef {import('./codec.js').Check} Check */
/** @typedef {import('./state.js').Announcement} Announcement */

/** Where the leader's stream stands. `off`: given up, for now; `asleep`: of use to nobody. */
export const STREAM = Object.freeze({ on: 'on', off: 'off', asleep: 'asleep' });

/**
 * `tab`: here is a tab; `asks`: and it would like to know what the leader knows. `bye`: a tab is gone.
 * Only the leader says the others. `lead`: all that it knows, and up to which event; `alive`: nothing new;
 * `feed`: what its stream has just told; `take`: that tab is to lead from now on.
 * @typedef {{type: 'tab', visible: boolean, session: boolean, asks: boolean}
 *   | {type: 'bye'}
 *   | {type: 'lead', stream: keyof typeof STREAM, counts: import('./state.js').State['counts'],
 *       announcements: readonly Announcement[], id: string}
 *   | {type: 'alive', stream: keyof typeof STREAM}
 *   | {type: 'feed', event: import('./feed.js').FeedEvent, id: string}
 *   | {type: 'take', to: string}} Message
 */

/** @type {Check} */
const isStream = (value) => Object.values(STREAM).some((name) => name === value);

/** @type {Readonly<Record<Message['type'], Readonly<Record<string, Check>>>>} */
const SHAPES = Object.freeze({
  tab: { visible: is.flag, session: is.flag, asks: is.flag },
  bye: {},
  lead: {
    stream: isStream,
    counts: isCounts,
    announcements: (/** @type {unknown} */ value) => Array.isArray(value) && value.every(isAnnouncement),
    id: is.text,
  },
  alive: { stream: isStream },
  feed: { event: isFeedEvent, id: is.text },
  take: { to: is.name },
});

/**
 * The part of a BroadcastChannel that is used.
 * @typedef {Pick<BroadcastChannel, 'postMessage' | 'close' | 'addEventListener'>} Channel
 */

/**
 * @param {object} world
 * @param {new (name: string) => Channel} world.Channel
 * @param {string} world.tab   the name under which this tab speaks
 * @param {(message: Message, from: string) => void} world.hear
 */
export function openChannel({ Channel, tab, hear }) {
  const channel = new Channel('edgewise.stream');
  channel.addEventListener('message', ({ data }) => {
    const { type, from } = Object(data);
    if (!is.name(from) || !Object.hasOwn(SHAPES, type)) return;
    const fields = pick(data, SHAPES[/** @type {Message['type']} */ (type)]);
    if (fields !== null) hear(/** @type {Message} */ ({ type, ...fields }), from);
  });

  return {
    /** @param {Message} message */
    say(message) {
      channel.postMessage({ ...message, from: tab });
    },

    close() {
      channel.close();
    },
  };
}
