// Puts the operator's page together: events go into the reducer, its effects are carried out, its state is shown.
// Nothing here decides anything.

import { fullJitter } from '../backoff.js';
import { INITIAL } from './state.js';
import { reduce } from './reduce.js';
import { show } from './screen.js';
import { createApi } from './api.js';
import { createKeep } from './keep.js';
import { createView } from './view.js';
import { STATUS } from './wire.js';

/** @typedef {import('./state.js').Event} Event */
/** @typedef {import('./state.js').Effect} Effect */

/** The first try after a break, and the least that lies between two. */
const FIRST_MS = 1_000;
const REST_MS = 1_000;

let state = INITIAL;

/** @type {Event[]} */
const events = [];
let busy = false;
let shown = true;

const keep = createKeep(() => sessionStorage, Date.now);
const api = createApi((path, init) => fetch(path, init));
const backoff = fullJitter({ base_ms: 2_000, max_ms: 15_000, random: Math.random });
const view = createView(document, window, dispatch);

/** @type {Map<string, ReturnType<typeof setTimeout>>} */
const alarms = new Map();

/**
 * @param {string} name
 * @param {number | null} ms
 */
function setAlarm(name, ms) {
  clearTimeout(alarms.get(name));
  alarms.delete(name);
  if (ms === null) return;
  alarms.set(name, setTimeout(() => {
    alarms.delete(name);
    dispatch({ type: 'timer', name });
  }, ms));
}

/** @param {Effect} effect */
function perform(effect) {
  switch (effect.do) {
    case 'stats': {
      const { turn, asked, token } = effect;
      void api.stats(token).then((answer) => dispatch({ type: 'stats', turn, asked, answer }));
      return;
    }
    case 'list': {
      const { turn, asked, token } = effect;
      void api.list(token).then((answer) => dispatch({ type: 'listed', turn, asked, answer }));
      return;
    }
    case 'announce': {
      const { turn, token, what } = effect;
      void api.announce(token, what).then((answer) => dispatch({ type: 'announced', turn, answer }));
      return;
    }
    case 'retract': {
      const { turn, token, id } = effect;
      void api.retract(token, id).then((answer) => dispatch({ type: 'retracted', turn, id, answer }));
      return;
    }
    case 'pause': {
      const { turn, token, paused } = effect;
      void api.pause(token, paused).then((answer) => dispatch({ type: 'switched', turn, answer }));
      return;
    }
    case 'raise': case 'peek': case 'reports': case 'decide': case 'bans': case 'ban': case 'lift':
      void moderate(effect).then(dispatch);
      return;
    case 'keep': keep.keep(effect.token); return;
    case 'timer': setAlarm(effect.name, effect.ms); return;
    case 'rest': setAlarm(effect.name, REST_MS + backoff(effect.attempt, FIRST_MS)); return;
  }
}

/**
 * What is asked about reports and bans, and the event that its answer is.
 * @param {Extract<Effect, {do: 'raise' | 'peek' | 'reports' | 'decide' | 'bans' | 'ban' | 'lift'}>} effect
 * @returns {Promise<Event>}
 */
async function moderate(effect) {
  const { token, turn } = effect;
  switch (effect.do) {
    case 'raise': return { type: 'raised', turn, answer: await api.raise(token, effect.raised) };
    case 'peek': {
      const { asked } = effect;
      return { type: 'peeked', turn, asked, answer: await api.reports(token, STATUS.open, null) };
    }
    case 'reports': {
      const { asked, status, after } = effect;
      return { type: 'reported', turn, asked, answer: await api.reports(token, status, after) };
    }
    case 'decide': {
      const { id, decision } = effect;
      return { type: 'decided', turn, id, answer: await api.decide(token, id, decision) };
    }
    case 'bans': return { type: 'barred', turn, asked: effect.asked, answer: await api.bans(token) };
    case 'ban': {
      const { report, uphold, wish } = effect;
      return { type: 'banned', turn, report, uphold, answer: await api.ban(token, wish) };
    }
    case 'lift': return { type: 'lifted', turn, id: effect.id, answer: await api.lift(token, effect.id) };
  }
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
      const step = reduce(state, next, Date.now());
      state = step.state;
      step.effects.forEach(perform);
    }
  } finally {
    busy = false;
  }
  if (!shown) return;
  shown = false;
  queueMicrotask(() => {
    shown = true;
    view.render(show(state));
  });
}

dispatch({ type: 'boot', token: keep.recall(), visible: view.isVisible(), place: view.place() });
