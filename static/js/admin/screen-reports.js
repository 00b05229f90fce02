// What the reports look like, as plain values. Lines that the operator did not choose to see are no part of it.

import { NOTE_CHARS, STATUS } from './wire.js';
import { moment, number, several, span } from './format.js';
import { keysOf } from './keys.js';
import { noteOf, room } from './reports.js';
import { banFormOf } from './screen-bans.js';
import * as words from './words-moderation.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Entry} Entry */
/** @typedef {import('./state.js').Status} Status */
/** @typedef {import('./screen-bans.js').BanForm} BanForm */
/** @typedef {import('./keys.js').Key} Key */
/** @typedef {{from: string, n: string, text: string}} LineRow */
/** @typedef {{verified: boolean, mark: string, lines: readonly LineRow[]}} Run   lines of one kind in a row */

/**
 * @typedef {object} Card
 * @property {string} id
 * @property {string} reason
 * @property {string} code
 * @property {string} at
 * @property {string} expires
 * @property {string} times      how often the same was reported; empty where once
 * @property {string} note
 * @property {string} sent       what lines there are
 * @property {boolean} hasLines
 * @property {boolean} shown
 * @property {readonly Run[]} runs
 * @property {{keys: readonly Key[], reports: string, banned: string, ban: string | null}} accused
 *   `ban`: the id of one that was made here, and that can be lifted here
 * @property {{keys: readonly Key[], weight: string}} reporter
 * @property {Status | null} decided   null while it is open
 * @property {string} outcome    what was decided, and when
 * @property {string} decision   the operator's note on it
 * @property {boolean} here      decided since the page was asked for
 * @property {boolean} gone
 * @property {Status | null} busy
 * @property {string} fault
 * @property {{note: string, counter: string, over: boolean} | null} noteForm
 * @property {BanForm | null} banForm
 */

/**
 * @typedef {object} ReportsScreen
 * @property {Status} status
 * @property {readonly Card[] | null} cards   null: not known yet
 * @property {string} empty
 * @property {string} fault
 * @property {boolean} loading
 * @property {{words: string, button: string} | null} hint   there are others than those that are seen
 * @property {{place: string, back: boolean, next: boolean} | null} pages
 */

/**
 * @param {State} state
 * @returns {ReportsScreen}
 */
export function reportsOf(state) {
  const { status, items, next, trail, loading, refusal } = state.reports;
  const isFirst = trail.length === 0;
  return {
    status,
    cards: items?.map((entry) => cardOf(state, entry)) ?? null,
    empty: refusal !== null ? '' : items === null ? 'Asking for the reports…' : emptyOf(status, isFirst),
    fault: refusal === null ? '' : `${items === null ? '' : 'The list may be old. '}${words.list(refusal, 'reports')}`,
    loading,
    hint: hintOf(state),
    pages: isFirst && next === null ? null : { place: `Page ${trail.length + 1}`, back: !isFirst, next: next !== null },
  };
}

/**
 * How many are open, for the way to them; empty: nothing is known.
 * @param {State} state
 * @returns {string}
 */
export function openCount({ waiting: { ids, more } }) {
  if (ids === null || (ids.length === 0 && more)) return '';
  return `${number(ids.length)}${more ? '+' : ''}`;
}

/**
 * @param {Status} status
 * @param {boolean} isFirst
 * @returns {string}
 */
function emptyOf(status, isFirst) {
  return isFirst ? words.none(status) : 'There are no more on this page.';
}

/**
 * @param {State} state
 * @returns {ReportsScreen['hint']}
 */
function hintOf({ reports: { status, items, next, loading }, waiting: { ids } }) {
  if (status !== STATUS.open || items === null || loading) return null;
  const isDone = items.length > 0 && items.every(({ here, gone }) => here || gone);
  const known = new Set(items.map(({ report }) => report.id));
  const others = (ids ?? []).filter((id) => !known.has(id)).length;
  if (isDone && (next !== null || others > 0)) {
    return { words: 'All of this page are decided.', button: 'Show the next' };
  }
  if (isDone) return { words: 'All are decided.', button: 'Look for new ones' };
  // Those that wait behind this page were known to be there.
  if (others === 0 || next !== null) return null;
  return { words: `${several(others, 'more report has', 'more reports have')} come in.`, button: 'Show them' };
}

/**
 * @param {State} state
 * @param {Entry} entry
 * @returns {Card}
 */
function cardOf({ now, ahead_ms, form }, { report, shown, busy, here, gone, ban, refusal }) {
  const at = now + ahead_ms;
  const { accused, reporter, lines } = report;
  const banned = Math.max(accused.banned ?? 0, ban?.until ?? 0);
  const mine = form?.report === report.id ? form : null;
  return {
    id: report.id,
    reason: words.reason(report.reason),
    code: report.reason,
    at: `${span(at - report.at)} ago`,
    expires: report.expires <= at ? 'expires now' : `deleted in ${span(report.expires - at)}`,
    times: report.times > 1 ? `reported ${number(report.times)} times` : '',
    note: report.note ?? '',
    sent: words.linesSent([...lines]),
    hasLines: lines.length > 0,
    shown,
    runs: shown ? runsOf(lines) : [],
    accused: {
      keys: keysOf(accused),
      reports: accused.reports > 1
        ? `${number(accused.reports)} reports against them` : 'the only report against them',
      banned: banned > at ? `Banned until ${moment(banned, at)}` : '',
      ban: ban?.id ?? null,
    },
    reporter: { keys: keysOf(reporter), weight: words.weight(report.weight) },
    decided: report.status === STATUS.open ? null : report.status,
    outcome: outcomeOf(report, gone, at),
    decision: report.decision ?? '',
    here, gone, busy,
    fault: refusal === null ? '' : words.undecided(refusal),
    noteForm: mine?.what === 'note' ? noteForm(mine.note) : null,
    banForm: mine?.what === 'ban' ? banFormOf(mine.draft, report) : null,
  };
}

/**
 * @param {import('./state.js').Report} report
 * @param {boolean} gone
 * @param {number} at
 * @returns {string}
 */
function outcomeOf({ status, decided }, gone, at) {
  if (gone) return 'Gone: it has expired, or was deleted.';
  if (status === STATUS.open) return '';
  return decided === null ? words.status(status) : `${words.status(status)}, ${moment(decided, at)}`;
}

/**
 * @param {string} note
 * @returns {Card['noteForm']}
 */
function noteForm(note) {
  const left = room(note);
  const counter = left < 0 ? `${number(-left)} too many` : `${number(NOTE_CHARS - left)} of ${NOTE_CHARS}`;
  return { note, counter: noteOf(note) === '' ? `at most ${NOTE_CHARS}` : counter, over: left < 0 };
}

/**
 * Lines one after another of which the same can be said are marked once.
 * @param {readonly import('./shapes.js').Line[]} lines
 * @returns {readonly Run[]}
 */
function runsOf(lines) {
  /** @type {{verified: boolean, mark: string, lines: LineRow[]}[]} */
  const runs = [];
  for (const { from, n, text, verified } of lines) {
    const isReal = verified && from === 'partner';
    if (runs.at(-1)?.verified !== isReal) {
      runs.push({ verified: isReal, mark: isReal ? words.MARK.verified : words.MARK.unverified, lines: [] });
    }
    runs.at(-1)?.lines.push({ from: from === 'partner' ? 'Reported person' : 'Reporter', n: `line ${n}`, text });
  }
  return runs;
}
