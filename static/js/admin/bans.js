// The bans: those in force, making one from a report or by hand, and lifting one. A ban that is lifted cannot be
// brought back as it was, so a question comes before.

import { PROBLEM } from '../wire.js';
import { STATUS, UNREACHABLE, UNREADABLE } from './wire.js';
import { BLANK_BAN, banFaultFrom, banFaultOf, changed, reasonOf, untilOf } from './ban-draft.js';
import { step } from './state.js';
import { decide } from './reports.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Event} Event */
/** @typedef {import('./state.js').Step} Step */
/** @typedef {import('./state.js').Ban} Ban */
/** @typedef {import('./state.js').BanDraft} BanDraft */
/** @typedef {Extract<Event, {type: 'bansPage' | 'composeBan' | 'ban'}>} BanAct */

/** How many are shown at a time. */
export const PAGE = 50;

/**
 * @param {State} state
 * @param {BanAct} event
 * @param {string} token
 * @returns {Step}
 */
export function act(state, event, token) {
  switch (event.type) {
    case 'bansPage': return page(state, event.to);
    case 'composeBan': return step(withDraft(state, event.at, (draft) => changed(draft, event.change)));
    case 'ban': return ban(state, event.at, token);
  }
}

/**
 * The ban of this id, wherever it is known from.
 * @param {State} state
 * @param {string} id
 * @returns {Ban | null}
 */
export function banOf({ bans, reports }, id) {
  const made = reports.items?.find((each) => each.ban?.id === id)?.ban;
  return bans.items?.find((each) => each.id === id) ?? made ?? null;
}

// --- the list ---

/**
 * @param {State} state
 * @returns {Step}
 */
export function ask(state) {
  const { session, turn, bans } = state;
  if (session.at !== 'in') return step(state);
  const asked = bans.asked + 1;
  return step({ ...state, bans: { ...bans, asked, loading: true } },
    { do: 'bans', token: session.token, turn, asked });
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'barred'}>} event
 * @returns {Step}
 */
export function barred(state, { asked, answer }) {
  const { bans } = state;
  if (asked !== bans.asked || state.session.at !== 'in') return step(state);
  if (!answer.ok) return step({ ...state, bans: { ...bans, loading: false, refusal: answer.refusal } });
  return step(withItems({ ...state, bans: { ...bans, loading: false, refusal: null, kept: null } }, answer.value));
}

/**
 * @param {State} state
 * @param {'next' | 'back' | 'same'} to
 * @returns {Step}
 */
function page(state, to) {
  if (to === 'same') return ask({ ...state, news: null });
  const wanted = state.bans.page + (to === 'next' ? 1 : -1);
  return step(withItems({ ...state, bans: { ...state.bans, page: wanted } }, state.bans.items));
}

/**
 * With these bans, and a page that there is.
 * @param {State} state
 * @param {readonly Ban[] | null} items
 * @returns {State}
 */
function withItems(state, items) {
  const last = Math.max(0, Math.ceil((items?.length ?? 0) / PAGE) - 1);
  return { ...state, bans: { ...state.bans, items, page: Math.min(last, Math.max(0, state.bans.page)) } };
}

// --- making one ---

/**
 * @param {State} state
 * @param {'report' | 'hand'} at
 * @param {string} token
 * @returns {Step}
 */
function ban(state, at, token) {
  const { form, turn, now, ahead_ms } = state;
  const report = at === 'report' && form?.what === 'ban' ? form.report : null;
  if (at === 'report' && report === null) return step(state);
  const draft = draftOf(state, at);
  if (draft === null || draft.sending) return step(state);
  const { kind, key } = draft;
  const whom = report === null ? { by: kind, key: key.trim() } : { by: /** @type {const} */ ('report'), key: report };
  const fault = banFaultOf(draft, whom, now + ahead_ms);
  if (fault !== null) return step(withDraft({ ...state, news: null }, at, (each) => ({ ...each, fault })));
  const wish = { whom, until: untilOf(draft, now + ahead_ms) ?? 0, reason: reasonOf(draft) };
  const sending = withDraft({ ...state, news: null }, at, (each) => ({ ...each, sending: true, fault: null }));
  return step(sending, { do: 'ban', token, turn, report, uphold: report !== null && draft.uphold, wish });
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'banned'}>} event
 * @returns {Step}
 */
export function banned(state, { report, uphold, answer }) {
  const at = report === null ? 'hand' : 'report';
  if (!answer.ok) {
    const fault = banFaultFrom(answer.refusal);
    const refused = withDraft(state, at, (draft) => ({ ...draft, sending: false, fault }));
    const { code } = answer.refusal;
    const isUnsure = code === UNREACHABLE || code === UNREADABLE || code === PROBLEM.full;
    // Whether it was made, or what stands in its way, shows in the list.
    return isUnsure && state.place === 'bans' ? ask(refused) : step(refused);
  }
  const made = answer.value;
  const { items } = state.bans;
  const listed = items === null ? state : withItems(state, [made, ...items.filter(({ id }) => id !== made.id)]);
  const marked = withEntries(listed, ({ accused, id }) => id === report || accused.visitor === made.visitor, made);
  const next = {
    ...marked, news: /** @type {const} */ ('banned'),
    ...(report === null ? { bans: { ...marked.bans, draft: BLANK_BAN } } : { form: null }),
  };
  const found = next.reports.items?.find((each) => each.report.id === report)?.report;
  // A list that was read before is on its way.
  if (report === null) return next.bans.loading ? ask(next) : step(next);
  if (!uphold || found?.status !== STATUS.open || state.session.at !== 'in') return step(next);
  const upheld = decide(next, report, STATUS.upheld, state.session.token);
  return step({ ...upheld.state, news: 'banned' }, ...upheld.effects);
}

/**
 * @param {State} state
 * @param {(report: import('./state.js').Report) => boolean} isMeant
 * @param {Ban} ban
 * @returns {State}
 */
function withEntries(state, isMeant, ban) {
  const items = state.reports.items?.map((each) => (isMeant(each.report) ? { ...each, ban } : each)) ?? null;
  return { ...state, reports: { ...state.reports, items } };
}

/**
 * @param {State} state
 * @param {'report' | 'hand'} at
 * @returns {BanDraft | null}
 */
function draftOf({ form, bans }, at) {
  if (at === 'hand') return bans.draft;
  return form?.what === 'ban' ? form.draft : null;
}

/**
 * @param {State} state
 * @param {'report' | 'hand'} at
 * @param {(draft: BanDraft) => BanDraft} change
 * @returns {State}
 */
function withDraft(state, at, change) {
  const { form, bans } = state;
  if (at === 'hand') return { ...state, bans: { ...bans, draft: change(bans.draft) } };
  return form?.what === 'ban' ? { ...state, form: { ...form, draft: change(form.draft) } } : state;
}

// --- lifting one ---

/**
 * @param {State} state
 * @param {string} id
 * @param {string} token
 * @returns {Step}
 */
export function lift(state, id, token) {
  const { bans, turn } = state;
  if (bans.lifting.includes(id)) return step(state);
  return step({ ...state, bans: { ...bans, kept: null, lifting: [...bans.lifting, id] } },
    { do: 'lift', token, turn, id });
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: 'lifted'}>} event
 * @returns {Step}
 */
export function lifted(state, { id, answer }) {
  const lifting = state.bans.lifting.filter((each) => each !== id);
  const bans = { ...state.bans, lifting };
  // It has ended, or somebody else has lifted it: lifted it is.
  if (!answer.ok && answer.refusal.code !== PROBLEM.notFound) {
    return step({ ...state, bans: { ...bans, kept: { id, refusal: answer.refusal } } });
  }
  const items = state.reports.items?.map((each) => (each.ban?.id === id ? unbanned(each) : each)) ?? null;
  const next = { ...state, bans, reports: { ...state.reports, items }, news: /** @type {const} */ ('lifted') };
  const rest = withItems(next, bans.items?.filter((each) => each.id !== id) ?? null);
  return bans.loading ? ask(rest) : step(rest);
}

/**
 * @param {import('./state.js').Entry} entry
 * @returns {import('./state.js').Entry}
 */
function unbanned({ report, ban, ...entry }) {
  const { accused } = report;
  const isThis = accused.banned === ban?.until;
  return { ...entry, ban: null, report: isThis ? { ...report, accused: { ...accused, banned: null } } : report };
}
