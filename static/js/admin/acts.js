// What the operator does: announcing, retracting, pausing, raising what entering takes. A question comes before what
// cannot be taken back or what everybody notices, and nothing that was written is lost when the service refuses it.

import { PROBLEM, SEVERITY } from '../wire.js';
import { endOf, faultFrom, faultOf, wording } from './compose.js';
import { BLANK, INITIAL, step } from './state.js';
import * as bans from './bans.js';
import * as reports from './reports.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Event} Event */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./state.js').Announcement} Announcement */
/**
 * @typedef {Extract<Event, {type: 'announced' | 'retracted' | 'switched' | 'raised' | 'decided' | 'banned'
 *   | 'lifted'}>} Outcome
 */
/**
 * @typedef {Extract<Event, {type: 'compose' | 'announce' | 'rewrite' | 'raise' | 'ask' | 'yes' | 'no'}>
 *   | import('./reports.js').ReportAct | import('./bans.js').BanAct | Outcome} Act
 */

/**
 * @param {State} state
 * @param {Exclude<Act, Outcome>} event
 * @returns {Step}
 */
export function act(state, event) {
  if (state.session.at !== 'in') return step(state);
  switch (event.type) {
    case 'compose': return step(compose(state, event.change));
    case 'announce': return announce(state, state.session.token, false);
    case 'rewrite': return step(rewrite(state));
    case 'raise': return raise(state, state.session.token, event.raised);
    case 'ask': return step({ ...state, question: event.question });
    case 'no': return step({ ...state, question: null });
    case 'yes': return yes(state, state.session.token);
    case 'bansPage': case 'composeBan': case 'ban': return bans.act(state, event, state.session.token);
    default: return reports.act(state, event, state.session.token);
  }
}

/**
 * What has come of it.
 * @param {State} state
 * @param {Outcome} event
 * @returns {Step}
 */
export function settle(state, event) {
  switch (event.type) {
    case 'announced': return step(announced(state, event.answer));
    case 'retracted': return step(retracted(state, event));
    case 'switched': return step(switched(state, event.answer));
    case 'raised': return step(raised(state, event.answer));
    case 'decided': return reports.decided(state, event);
    case 'banned': return bans.banned(state, event);
    case 'lifted': return bans.lifted(state, event);
  }
}

/**
 * The announcements in force. Those that have not changed are the same, so that the view leaves them alone.
 * @param {State} state
 * @param {readonly Announcement[]} items
 * @returns {readonly Announcement[]}
 */
export function known({ list }, items) {
  return JSON.stringify(items) === JSON.stringify(list.items) ? list.items ?? items : items;
}

/**
 * Without what has come to nothing: about an announcement that is gone, or a switch that somebody else has turned.
 * @param {State} state
 * @returns {State}
 */
export function forget(state) {
  const { list: { items }, question, kept, stats } = state;
  const isGone = (/** @type {string} */ id) => items !== null && !items.some((item) => item.id === id);
  const isAnswered = (/** @type {import('./state.js').Question} */ asked) => {
    switch (asked.what) {
      case 'retract': return isGone(asked.id);
      case 'pause': return asked.paused === stats?.paused;
      case 'announce': return false;
      case 'lift': return bans.banOf(state, asked.id) === null;
    }
  };
  const isIdle = question !== null && isAnswered(question);
  return { ...state, question: isIdle ? null : question, kept: kept !== null && isGone(kept.id) ? null : kept };
}

/**
 * What was written and not sent, or sent without an answer: it outlasts a token that is not good any more.
 * @param {State} state
 * @returns {Pick<State, 'draft' | 'form' | 'bans'>}
 */
export function written({ draft, form, bans: { draft: byHand } }) {
  const kept = form?.what === 'ban' ? { ...form, draft: { ...form.draft, sending: false } } : form;
  const rest = { ...INITIAL.bans, draft: { ...byHand, sending: false } };
  return { draft: { ...draft, sending: false }, form: kept, bans: rest };
}

// --- announcing ---

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'compose'}>['change']} change
 * @returns {State}
 */
function compose(state, change) {
  if (state.draft.sending) return state;
  const { fault } = state.draft;
  // A fault stands until what it is about changes.
  const field = 'text' in change ? 'text' : 'severity' in change ? 'severity' : 'end';
  const mended = fault !== null && (fault.at === field || fault.at === 'form');
  return { ...state, news: null, draft: { ...state.draft, ...change, fault: mended ? null : fault } };
}

/**
 * What is critical is read out to everybody at once, whatever they are doing: the operator is asked first.
 * @param {State} state
 * @param {string} token
 * @param {boolean} sure   the operator was asked
 * @returns {Step}
 */
function announce(state, token, sure) {
  const { draft, turn, now, ahead_ms } = state;
  if (draft.sending) return step(state);
  const fault = faultOf(draft, now + ahead_ms);
  if (fault !== null) return step({ ...state, news: null, draft: { ...draft, fault } });
  if (draft.severity === SEVERITY.critical && !sure) {
    return step({ ...state, news: null, question: { what: 'announce' } });
  }
  const what = { severity: draft.severity, text: wording(draft), until: endOf(draft, now + ahead_ms) };
  const sending = { ...draft, sending: true, fault: null };
  return step({ ...state, news: null, draft: sending }, { do: 'announce', token, turn, what });
}

/**
 * @param {State} state
 * @param {import('./state.js').Answer<Announcement>} answer
 * @returns {State}
 */
function announced(state, answer) {
  if (!answer.ok) {
    return { ...state, draft: { ...state.draft, sending: false, fault: faultFrom(answer.refusal) } };
  }
  const { items } = state.list;
  const others = (items ?? []).filter(({ id }) => id !== answer.value.id);
  return {
    ...state, news: 'announced', retracted: null, draft: BLANK,
    list: { ...state.list, items: items === null ? null : [...others, answer.value] },
  };
}

/**
 * A retracted announcement becomes a draft again, unless one is being written.
 * @param {State} state
 * @returns {State}
 */
function rewrite(state) {
  const { retracted: from, draft } = state;
  if (from === null || draft.text !== '' || draft.sending) return state;
  return { ...state, retracted: null, news: null, draft: { ...BLANK, severity: from.severity, text: from.text } };
}

// --- what is asked before it is done ---

/**
 * @param {State} state
 * @param {string} token
 * @returns {Step}
 */
function yes(state, token) {
  const { question, turn } = state;
  if (question === null) return step(state);
  const answered = { ...state, question: null, news: null };
  if (question.what === 'announce') return announce(answered, token, true);
  if (question.what === 'pause') {
    if (state.pause.sending) return step(answered);
    const { paused } = question;
    return step({ ...answered, pause: { sending: true, refusal: null } }, { do: 'pause', token, turn, paused });
  }
  const { id } = question;
  if (question.what === 'lift') return bans.lift(answered, id, token);
  if (state.retracting.includes(id)) return step(answered);
  return step({ ...answered, kept: null, retracting: [...state.retracting, id] }, { do: 'retract', token, turn, id });
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'retracted'}>} event
 * @returns {State}
 */
function retracted(state, { id, answer }) {
  const retracting = state.retracting.filter((each) => each !== id);
  // Gone by itself, or by another operator's hand: gone it is.
  if (!answer.ok && answer.refusal.code !== PROBLEM.notFound) {
    return { ...state, retracting, kept: { id, refusal: answer.refusal } };
  }
  const items = state.list.items ?? [];
  return {
    ...state, retracting, news: 'retracted', retracted: items.find((item) => item.id === id) ?? null,
    list: { ...state.list, items: items.filter((item) => item.id !== id) },
  };
}

/**
 * @param {State} state
 * @param {import('./state.js').Answer<boolean>} answer
 * @returns {State}
 */
function switched(state, answer) {
  if (!answer.ok) return { ...state, pause: { sending: false, refusal: answer.refusal } };
  return {
    ...state, pause: { sending: false, refusal: null }, news: answer.value ? 'paused' : 'resumed',
    stats: state.stats === null ? null : { ...state.stats, paused: answer.value },
  };
}

// --- what entering takes ---

/**
 * Nobody who is in notices, and it is turned back as easily: no question comes before it.
 * @param {State} state
 * @param {string} token
 * @param {boolean} on
 * @returns {Step}
 */
function raise(state, token, on) {
  if (state.raise.sending) return step(state);
  const sending = { ...state, news: null, raise: { sending: true, refusal: null } };
  return step(sending, { do: 'raise', token, turn: state.turn, raised: on });
}

/**
 * What entering takes now is told with the next numbers.
 * @param {State} state
 * @param {import('./state.js').Answer<boolean>} answer
 * @returns {State}
 */
function raised(state, answer) {
  if (!answer.ok) return { ...state, raise: { sending: false, refusal: answer.refusal } };
  return {
    ...state, raise: { sending: false, refusal: null }, news: answer.value ? 'raised' : 'lowered',
    stats: state.stats === null ? null : { ...state.stats, raised: answer.value },
  };
}
