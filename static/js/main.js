// Puts the page together: events go into the reducer, its effects are carried out, its state is shown. Nothing here
// decides anything.

import { INITIAL, TIMER, hasSession } from './state.js';
import { reduce } from './chat.js';
import { show } from './screen.js';
import { fullJitter } from './backoff.js';
import { ask, enter } from './entry.js';
import { createConnection } from './connection.js';
import { createLeader } from './leader.js';
import { createMemory } from './memory.js';
import { createTab } from './tab.js';
import { createTickets } from './tickets.js';
import { createTimers } from './timers.js';
import { workerAddresses } from './trusted.js';
import { createView } from './view.js';
import { createSolver } from './proof/solver.js';

/** @typedef {import('./state.js').Event} Event */
/** @typedef {import('./state.js').Effect} Effect */

let state = INITIAL;

/** @type {Event[]} */
const events = [];
let busy = false;
let shown = true;

/** A machine that slept has late timers; so late at most an announcement that has run out is still on show. */
const CLOCK_MS = 600_000;

const drawName = () => crypto.getRandomValues(new Uint32Array(4)).join('-');
const memory = createMemory(() => localStorage);
const tab = createTab({
  openStorage: () => sessionStorage,
  locks: navigator.locks,
  drawName,
  within: (ms) => AbortSignal.timeout(ms),
});
// Before anything can happen: an event that came first would be kept in place of what is recalled.
const kept = await tab.recall();
const tickets = createTickets({ openStorage: () => localStorage, tab: () => tab.name });
const workerAddress = workerAddresses();
const timers = createTimers(() => new Worker(workerAddress('ticker')), window);
const backoff = fullJitter({ base_ms: 1_000, max_ms: 15_000, random: Math.random });
const solver = createSolver({
  startWorker: () => new Worker(workerAddress('proof'), { type: 'module' }),
  pause,
  now: () => performance.now(),
});
const view = createView(document, window, dispatch);
const connection = createConnection({
  WebSocket,
  timers,
  base: location.origin.replace(/^http/, 'ws'),
  onFrame: (frame) => dispatch({ type: 'frame', frame }),
  onDown: (end) => dispatch({ type: 'down', ...end }),
});
const leader = createLeader({
  EventSource,
  timers,
  // Counts are not worth a crowd at the door: the stream comes back more slowly than a conversation.
  backoff: fullJitter({ base_ms: 4_000, max_ms: 60_000, random: Math.random }),
  locks: navigator.locks,
  Channel: globalThis.BroadcastChannel,
  name: drawName(),
  random: Math.random,
  emit: dispatch,
});

/** @type {Map<string, number>} */
const alarms = new Map();

/**
 * @param {string} name
 * @param {number | null} ms
 * @param {() => void} ring
 */
function setAlarm(name, ms, ring = () => dispatch({ type: 'timer', name })) {
  timers.clear(alarms.get(name) ?? null);
  alarms.delete(name);
  if (ms === null) return;
  alarms.set(name, timers.set(() => {
    alarms.delete(name);
    ring();
  }, ms));
}

/** @param {number | null} at */
function setClock(at) {
  const tell = () => dispatch({ type: 'clock', now: Date.now() });
  const ms = at === null ? null : at - Date.now();
  if (ms !== null && ms <= 0) tell();
  else setAlarm(TIMER.clock, ms && Math.min(ms, CLOCK_MS), tell);
}

/** @returns {import('./tabs.js').Tab} */
const use = () => ({ visible: state.visible, session: hasSession(state.line) });

/** @param {Effect} effect */
function perform(effect) {
  switch (effect.do) {
    case 'ask': void ask(fetchHere).then(dispatch); return;
    case 'enter': {
      const { do: _, ...known } = effect;
      void enter(fetchHere, { ...known, memory: tickets.recall(known.visitor) }).then(dispatch);
      return;
    }
    case 'prove': solver.solve(effect.challenge, { onTried, onEnd: onProof }); return;
    case 'unprove': solver.cancel(); return;
    case 'connect': connection.open(effect.lobby, effect.hello, effect.limits); return;
    case 'send': connection.send(effect.frame); return;
    case 'hangup': connection.hangup(); return;
    case 'probe': connection.probe(effect.within_ms); return;
    case 'timer': setAlarm(effect.name, effect.ms); return;
    case 'rest': setAlarm(effect.name, effect.floor_ms + backoff(effect.attempt, effect.first_ms)); return;
    case 'remember': memory.remember(effect.key, effect.value); return;
    case 'clock': setClock(effect.at); return;
  }
}

/** @param {number} part */
function onTried(part) {
  dispatch({ type: 'proving', part });
}

/** @param {string | null} proof */
function onProof(proof) {
  dispatch(proof === null ? { type: 'unproved', fault: 'failed' } : { type: 'proved', proof });
}

/**
 * A message to itself comes after what else there is to do, and unlike a timer is not slowed down.
 * @param {() => void} go
 */
function pause(go) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    go();
  };
  port2.postMessage(null);
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 */
function fetchHere(path, init) {
  return fetch(path, init);
}

/**
 * An effect may cause an event at once; it waits until the present one is done.
 * @param {Event} event
 */
function dispatch(event) {
  events.push(event);
  if (busy) return;
  busy = true;
  try {
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      const step = reduce(state, next);
      state = step.state;
      // Written before it is told: what the partner was promised survives a refresh.
      tab.keep(state);
      tickets.keep(state.line);
      step.effects.forEach(perform);
    }
  } finally {
    busy = false;
  }
  leader.tell(use());
  if (!shown) return;
  shown = false;
  // Not in an animation frame: a page out of sight gets none, and its title must still tell of a message.
  queueMicrotask(() => {
    shown = true;
    view.render(show(state));
  });
}

leader.join({ visible: view.isVisible(), session: false });
dispatch({
  type: 'boot',
  visitor: memory.recall('visitor'),
  accepted: memory.recall('terms'),
  counted: leader.isOn,
  visible: view.isVisible(),
  interests: memory.recall('interests'),
  lang: memory.recall('lang'),
  languages: navigator.languages,
  dismissed: memory.recall('dismissed'),
  kept,
});
memory.follow('dismissed', (value) => dispatch({ type: 'dismissed', value }));
window.addEventListener('online', leader.wake);
// A page that is gone, or to which nothing happens for a while, leads nobody.
window.addEventListener('pagehide', leader.leave);
document.addEventListener('freeze', leader.leave);
window.addEventListener('pageshow', () => leader.join(use()));
document.addEventListener('resume', () => leader.join(use()));
