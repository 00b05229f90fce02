// One event stream for all tabs of a browser. Over HTTP/1.1 a browser opens six connections to a host: as many streams
// would leave none to talk.
//
//   follower -> leader    the lock is free, or is taken: the leader hands over, is silent, or sleeps though needed
//   leader -> follower    another tab took the lock
//
// The leader holds the lock and passes on what its stream tells. It sleeps, without a stream, while nobody has looked
// at any tab for long and no tab has a session: an open stream costs the operator memory. Every follower keeps all that
// it heard, and up to which event, so that whoever leads next goes on from there.
//
// A page that is told that it is to freeze leaves before. One that is not told keeps its lock, and its silence gives it
// away; it hears that it lost the lock once it wakes, and closes its stream.
//
// Where the browser has no locks or no channel, every tab leads for itself.

import { STREAM_SILENCE_MS } from './wire.js';
import { SILENT, reduceFeed, retell } from './feed.js';
import { STREAM, openChannel } from './channel.js';
import { createLock } from './lock.js';
import { createStream } from './stream.js';
import { createTabs, isInUse } from './tabs.js';

/** @typedef {import('./feed.js').Feed} Feed */
/** @typedef {import('./feed.js').FeedEvent} FeedEvent */
/** @typedef {import('./channel.js').Message} Message */
/** @typedef {import('./tabs.js').Tab} Tab */

/** A leader says this often that it is there, and hears from every tab. */
const BEAT_MS = 15_000;

/** How long a leader may take to answer a tab that somebody looks at. */
const ANSWER_MS = 5_000;

/** Whoever only has a look at another window does not move the stream. */
export const HANDOVER_MS = 5_000;

/** How long nobody has to need the stream before it is closed. */
export const IDLE_MS = 300_000;

/** A tab out of sight leaves a silent leader to one in sight, and a moment by chance keeps tabs from taking turns. */
const BEHIND_MS = 2_000;
const CHANCE_MS = 1_000;

/**
 * @param {object} world
 * @param {new (url: string) => import('./stream.js').Source} world.EventSource
 * @param {import('./backoff.js').Backoff} world.backoff
 * @param {import('./timers.js').Timers} world.timers
 * @param {import('./lock.js').Locks | undefined} world.locks
 * @param {(new (name: string) => import('./channel.js').Channel) | undefined} world.Channel
 * @param {string} world.name   of this page, unlike any other
 * @param {() => number} world.random
 * @param {(event: FeedEvent | {type: 'stream', on: boolean}) => void} world.emit
 */
export function createLeader({ EventSource, backoff, timers, locks, Channel, name, random, emit }) {
  const stream = createStream({ EventSource, timers, backoff, tell: heard, turn: turned });
  const tabs = createTabs();
  const lock = locks && createLock({ locks, name: 'edgewise.stream', onHeld, onStolen, onRefused: onHeld });
  /** @type {ReturnType<typeof openChannel> | null} */
  let channel = null;
  /** @type {Map<string, number>} */
  const alarms = new Map();
  /** @type {Tab} */
  let me = { visible: false, session: false };
  let here = false;
  let leading = false;
  let asleep = false;
  /** This tab waits for what the leader knows. */
  let asking = false;
  /** The stream of this browser, as far as this tab knows: it is there, or being opened. */
  let on = true;
  /** @type {Feed} */
  let known = SILENT;
  /** Of the last event that `known` is complete up to. */
  let lastId = '';

  // --- what every tab does ---

  /** A way to the other tabs, where the browser lets this page have one. */
  function open() {
    if (lock === undefined || Channel === undefined) return null;
    try {
      return openChannel({ Channel, tab: name, hear });
    } catch {
      return null;
    }
  }

  /** @param {FeedEvent} event */
  function take(event) {
    known = reduceFeed(known, event);
    emit(event);
  }

  /** @param {boolean} now */
  function setOn(now) {
    if (on === now) return;
    on = now;
    emit({ type: 'stream', on });
  }

  /** @param {boolean} asks */
  function present(asks) {
    channel?.say({ type: 'tab', ...me, asks });
  }

  /**
   * @param {string} alarm
   * @param {number} ms
   * @param {() => void} ring
   */
  function arm(alarm, ms, ring) {
    disarm(alarm);
    alarms.set(alarm, timers.set(() => {
      alarms.delete(alarm);
      ring();
    }, ms));
  }

  /** @param {...string} names */
  function disarm(...names) {
    for (const alarm of names) {
      timers.clear(alarms.get(alarm) ?? null);
      alarms.delete(alarm);
    }
  }

  // --- a follower ---

  /** The leader is there, or has this long to show it. @param {number} ms */
  function watch(ms) {
    if (leading || lock === undefined) return;
    const steal = lock.steal;
    if (asleep) disarm('silence');
    else arm('silence', ms + random() * CHANCE_MS, () => (me.visible ? steal() : arm('silence', BEHIND_MS, steal)));
  }

  /** Asks the leader for all that it knows. @param {number} ms   how long it may take */
  function ask(ms) {
    asking = true;
    present(true);
    watch(ms);
  }

  /** @param {keyof typeof STREAM} standing */
  function follow(standing) {
    asleep = standing === STREAM.asleep;
    setOn(standing === STREAM.on);
    watch(STREAM_SILENCE_MS);
    present(false);
    rouse();
  }

  /** @param {Extract<Message, {type: 'lead'}>} message */
  function learn({ id, ...theirs }) {
    if (!asking) return;
    asking = false;
    // A leader that has heard nothing yet knows less than this tab may: its stream is about to tell everything.
    if (id === '') return;
    lastId = id;
    retell(theirs).forEach(take);
  }

  /** A leader that sleeps may be frozen as well: whoever needs the stream does not ask it. */
  function rouse() {
    if (!leading && asleep && isInUse(me)) lock?.steal();
  }

  // --- the leader ---

  function onHeld() {
    leading = true;
    asking = false;
    disarm('silence');
    if (!asleep || isInUse(me) || tabs.areInUse) wakeUp();
    tellAll();
    settle();
  }

  function onStolen() {
    stream.close();
    disarm('beat', 'idle', 'handover');
    leading = false;
    asleep = false;
    // Whoever took the lock is opening a stream; what it has told since, this tab took for words of nobody.
    setOn(true);
    ask(STREAM_SILENCE_MS);
  }

  function wakeUp() {
    asleep = false;
    stream.open(lastId);
    beat();
  }

  function sleep() {
    asleep = true;
    stream.close();
    disarm('beat');
    heard({ type: 'counts', counts: null }, lastId);
    turned();
  }

  function beat() {
    tabs.age();
    arm('beat', BEAT_MS, beat);
    turned();
    settle();
  }

  /** The stream told something: the other tabs hear of it from here. @param {FeedEvent} event @param {string} id */
  function heard(event, id) {
    lastId = id;
    channel?.say({ type: 'feed', event, id });
    take(event);
  }

  function turned() {
    channel?.say({ type: 'alive', stream: standing() });
    setOn(stream.isOn);
  }

  function tellAll() {
    channel?.say({ type: 'lead', stream: standing(), ...known, id: lastId });
  }

  function standing() {
    return asleep ? STREAM.asleep : stream.isOn ? STREAM.on : STREAM.off;
  }

  /** Looks at all tabs: whether the stream is needed, and whether it is in the right hands. */
  function settle() {
    if (!leading) return;
    if (asleep) {
      if (isInUse(me)) wakeUp();
      return;
    }
    if (isInUse(me) || tabs.areInUse) disarm('idle');
    else if (!alarms.has('idle')) arm('idle', IDLE_MS, sleep);
    if (me.visible || tabs.visible === null) disarm('handover');
    else if (!alarms.has('handover')) arm('handover', HANDOVER_MS, handOver);
  }

  function handOver() {
    if (tabs.visible !== null) channel?.say({ type: 'take', to: tabs.visible });
  }

  /**
   * @param {Message} message
   * @param {string} from
   */
  function hear(message, from) {
    if (message.type === 'tab') {
      tabs.hear(from, message);
      if (leading && message.asks) tellAll();
      settle();
    } else if (message.type === 'bye') {
      tabs.forget(from);
      settle();
    } else if (!leading) {
      // What a leader says to another is out of date: only the lock decides.
      obey(message);
    }
  }

  /** @param {Exclude<Message, {type: 'tab' | 'bye'}>} message */
  function obey(message) {
    switch (message.type) {
      case 'lead':
        learn(message);
        follow(message.stream);
        return;
      case 'alive': follow(message.stream); return;
      case 'feed':
        if (!asking) lastId = message.id;
        watch(STREAM_SILENCE_MS);
        take(message.event);
        return;
      case 'take':
        if (message.to === name && me.visible) lock?.steal();
        return;
    }
  }

  return {
    /**
     * The page is here, or is back from where the browser had put it aside.
     * @param {Tab} tab
     */
    join(tab) {
      if (here) return;
      here = true;
      me = tab;
      channel = open();
      if (lock === undefined || channel === null) return onHeld();
      lock.ask();
      ask(me.visible ? ANSWER_MS : STREAM_SILENCE_MS);
    },

    /** The page is going, or put aside. Whatever it held is free for others at once. */
    leave() {
      here = false;
      stream.close();
      disarm(...alarms.keys());
      leading = false;
      channel?.say({ type: 'bye' });
      channel?.close();
      channel = null;
      lock?.leave();
    },

    /**
     * How this tab is used now.
     * @param {Tab} tab
     */
    tell(tab) {
      if (!here) return;
      if (tab.visible === me.visible && tab.session === me.session) return;
      const came = tab.visible && !me.visible;
      me = tab;
      if (leading || !came) present(false);
      else ask(ANSWER_MS);
      if (came) stream.wake();
      rouse();
      settle();
    },

    /** The network is back. */
    wake() {
      stream.wake();
    },

    /** Whether this browser holds a stream or is opening one, before the first event says otherwise. */
    get isOn() {
      return on;
    },
  };
}
