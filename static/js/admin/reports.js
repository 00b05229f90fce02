// The reports: one page of them at a time, and what the operator decides.
//
// What is decided here keeps its place until the page is asked for anew: the decision can be changed there, and
// nothing moves under a finger. A decision can be turned into the other one, also later, so no question comes before.

import { PROBLEM } from '../wire.js';
import { countChars, tidy } from '../text.js';
import { NOTE_CHARS, PEEK_MS, REPORTS, STATUS } from './wire.js';
import { BLANK_BAN } from './ban-draft.js';
import { TIMER, step } from './state.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Event} Event */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./state.js').Effect} Effect */
/** @typedef {import('./state.js').Entry} Entry */
/** @typedef {import('./state.js').Queue} Queue */
/** @typedef {Extract<Event, {type: 'tab' | 'page' | 'reveal' | 'form' | 'closeForm' | 'note' | 'decide'}>} ReportAct */

/**
 * @param {State} state
 * @param {ReportAct} event
 * @param {string} token
 * @returns {Step}
 */
export function act(state, event, token) {
  switch (event.type) {
    case 'tab': return turnTo(state, { status: event.status, trail: [] });
    case 'page': return page(state, event.to);
    case 'reveal': return step(touch(state, event.id, { shown: event.on }));
    case 'form': return step(open(state, event.id, event.what));
    case 'closeForm': return step(isSending(state) ? state : { ...state, form: null });
    case 'note': return step(write(state, event.note));
    case 'decide': return decide(state, event.id, event.status, token);
  }
}

// --- asking ---

/**
 * The page that is looked at, anew.
 * @param {State} state
 * @returns {Step}
 */
export function ask(state) {
  const { session, turn, reports } = state;
  if (session.at !== 'in') return step(state);
  const asked = reports.asked + 1;
  return step({ ...state, reports: { ...reports, asked, loading: true } }, {
    do: 'reports', token: session.token, turn, asked, status: reports.status, after: reports.trail.at(-1) ?? null,
  });
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'reported'}>} event
 * @returns {Step}
 */
export function reported(state, { asked, answer }) {
  const { reports, form } = state;
  if (asked !== reports.asked || state.session.at !== 'in') return step(state);
  if (!answer.ok) return step({ ...state, reports: { ...reports, loading: false, refusal: answer.refusal } });
  const { reports: read, next } = bounded(answer.value);
  const items = read.map(entry);
  const isFirst = reports.status === STATUS.open && reports.trail.length === 0;
  return step({
    ...state,
    reports: { ...reports, items, next, loading: false, refusal: null },
    form: form !== null && items.some(({ report }) => report.id === form.report) ? form : null,
    waiting: isFirst ? { ...state.waiting, ids: read.map(({ id }) => id), more: next !== null } : state.waiting,
  });
}

/**
 * How many are open.
 * @param {State} state
 * @returns {Step}
 */
export function peek(state) {
  const { session, turn, visible, waiting } = state;
  if (session.at !== 'in' || !visible) return step(state);
  const asked = waiting.asked + 1;
  return step({ ...state, waiting: { ...waiting, asked } },
    { do: 'timer', name: TIMER.peek, ms: null }, { do: 'peek', token: session.token, turn, asked });
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'peeked'}>} event
 * @returns {Step}
 */
export function peeked(state, { asked, answer }) {
  if (asked !== state.waiting.asked || state.session.at !== 'in') return step(state);
  /** @type {Effect[]} */
  const again = state.visible ? [{ do: 'timer', name: TIMER.peek, ms: PEEK_MS }] : [];
  // An older service has none, and is not asked again before the next sign-in.
  if (!answer.ok) return step(state, ...(answer.refusal.code === PROBLEM.notFound ? [] : again));
  const { reports: read, next } = bounded(answer.value);
  return step({ ...state, waiting: { asked, ids: read.map(({ id }) => id), more: next !== null } }, ...again);
}

/**
 * No more than a page holds, whatever came: the rest is on the next one.
 * @param {import('./state.js').Reports} answer
 * @returns {import('./state.js').Reports}
 */
function bounded({ reports, next }) {
  const page = reports.slice(0, REPORTS);
  return { reports: page, next: reports.length > REPORTS ? page.at(-1)?.id ?? null : next };
}

/**
 * All lines put away.
 * @param {State} state
 * @returns {State}
 */
export function cover(state) {
  const items = state.reports.items?.map((each) => ({ ...each, shown: false })) ?? null;
  return { ...state, reports: { ...state.reports, items } };
}

// --- turning pages ---

/**
 * @param {State} state
 * @param {'next' | 'back' | 'first' | 'same'} to
 * @returns {Step}
 */
function page(state, to) {
  const { trail, next, loading } = state.reports;
  if (isSending(state)) return step(state);
  switch (to) {
    case 'next': return next === null || loading ? step(state) : turnTo(state, { trail: [...trail, next] });
    case 'back': return loading ? step(state) : turnTo(state, { trail: trail.slice(0, -1) });
    case 'first': return turnTo(state, { trail: [] });
    case 'same': return ask({ ...state, news: null });
  }
}

/**
 * @param {State} state
 * @param {Partial<Pick<Queue, 'status' | 'trail'>>} change
 * @returns {Step}
 */
function turnTo(state, change) {
  if (isSending(state)) return step(state);
  const reports = { ...state.reports, ...change, items: null, next: null, refusal: null };
  return ask({ ...state, news: null, form: null, reports });
}

// --- deciding ---

/**
 * @param {State} state
 * @param {string} note
 * @returns {State}
 */
function write(state, note) {
  const { form } = state;
  return form?.what === 'note' ? { ...state, form: { ...form, note } } : state;
}

/**
 * @param {State} state
 * @param {string} id
 * @param {'note' | 'ban'} what
 * @returns {State}
 */
function open(state, id, what) {
  const found = state.reports.items?.find(({ report }) => report.id === id);
  if (found === undefined || found.gone || isSending(state)) return state;
  if (what === 'note') return { ...state, form: { what, report: id, note: found.report.decision ?? '' } };
  return { ...state, form: { what, report: id, draft: { ...BLANK_BAN, uphold: found.report.status === STATUS.open } } };
}

/**
 * @param {State} state
 * @param {string} id
 * @param {import('./state.js').Status} status
 * @param {string} token
 * @returns {Step}
 */
export function decide(state, id, status, token) {
  const { form, turn, reports } = state;
  const found = reports.items?.find(({ report }) => report.id === id);
  if (found === undefined || found.gone || found.busy !== null) return step(state);
  const note = form?.what === 'note' && form.report === id ? noteOf(form.note) : null;
  // The same again makes sense with another note alone.
  if (note === null && found.report.status === status) return step(state);
  if (note !== null && room(note) < 0) return step(state);
  const deciding = touch({ ...state, news: null }, id, { busy: status, refusal: null });
  const decision = { status, note: note ?? '' };
  return step(deciding, { do: 'decide', token, turn, id, decision });
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'decided'}>} event
 * @returns {Step}
 */
export function decided(state, { id, answer }) {
  if (!answer.ok && answer.refusal.code !== PROBLEM.notFound) {
    return step(touch(state, id, { busy: null, refusal: answer.refusal }));
  }
  const change = answer.ok ? { report: answer.value, here: true } : { gone: true };
  const touched = touch(state, id, { ...change, busy: null, refusal: null, shown: false });
  const settled = {
    ...touched,
    form: state.form?.what === 'note' && state.form.report === id ? null : state.form,
    waiting: { ...state.waiting, ids: state.waiting.ids?.filter((each) => each !== id) ?? null },
    news: answer.ok ? newsOf(answer.value.status) : /** @type {const} */ ('gone'),
  };
  // A page that was read before this was decided is on its way: it would undo what is seen here.
  const fresh = state.reports.loading ? ask(settled) : step(settled);
  const isUsedUp = fresh.state.waiting.ids?.length === 0 && fresh.state.waiting.more;
  if (!isUsedUp) return fresh;
  const looked = peek(fresh.state);
  return step(looked.state, ...fresh.effects, ...looked.effects);
}

/**
 * @param {import('./state.js').Status} status
 * @returns {import('./state.js').News | null}
 */
function newsOf(status) {
  return status === STATUS.open ? null : status;
}

// --- small hands ---

/**
 * A note as it would go out.
 * @param {string} note
 * @returns {string}
 */
export function noteOf(note) {
  return tidy(note).trim();
}

/**
 * How many characters more would fit.
 * @param {string} note
 * @returns {number}
 */
export function room(note) {
  return NOTE_CHARS - countChars(noteOf(note));
}

/**
 * @param {import('./state.js').Report} report
 * @returns {Entry}
 */
function entry(report) {
  return { report, shown: false, busy: null, here: false, gone: false, ban: null, refusal: null };
}

/**
 * @param {State} state
 * @param {string} id
 * @param {Partial<Entry>} change
 * @returns {State}
 */
function touch(state, id, change) {
  const items = state.reports.items?.map((each) => (each.report.id === id ? { ...each, ...change } : each)) ?? null;
  return { ...state, reports: { ...state.reports, items } };
}

/**
 * A ban is on its way, and its form waits for the answer.
 * @param {State} state
 * @returns {boolean}
 */
function isSending({ form }) {
  return form?.what === 'ban' && form.draft.sending;
}
