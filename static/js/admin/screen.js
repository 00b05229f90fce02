// What the operator's page shows, as plain values: one function from the state to a screen. `view.js` puts it on the
// page.

import { ANNOUNCEMENTS, PROOF, RATE_LIMITS, TEXT_CHARS } from './wire.js';
import { moment, number, second, zone } from './format.js';
import { FAULT, room, wording } from './compose.js';
import { bansOf } from './screen-bans.js';
import { openCount, reportsOf } from './screen-reports.js';
import { questionOf } from './screen-question.js';
import * as charts from './chart.js';
import * as figures from './figures.js';
import * as waits from './waits.js';
import * as words from './words.js';
import * as moderation from './words-moderation.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Stats} Stats */
/** @typedef {import('./state.js').Announcement} Announcement */

/**
 * @typedef {object} DoorScreen
 * @property {string} title     what went wrong; empty before anything did
 * @property {string} detail
 * @property {string} countdown   when the service listens again
 * @property {boolean} busy
 * @property {boolean} shut     it does not listen now
 */

/**
 * @typedef {object} MatchingScreen
 * @property {boolean | null} paused   null: not known yet
 * @property {string} title
 * @property {string} detail
 * @property {string} button
 * @property {boolean} busy
 * @property {string} fault
 */

/**
 * @typedef {object} Item
 * @property {string} id
 * @property {Announcement['severity']} severity
 * @property {string} kind    the severity in a word
 * @property {string} text
 * @property {string} until
 * @property {boolean} busy
 * @property {string} fault
 */

/**
 * @typedef {object} AnnouncementsScreen
 * @property {string} count
 * @property {readonly Item[] | null} items   null: not known yet
 * @property {string} empty
 * @property {string} fault
 * @property {string} note      what has just been brought about
 * @property {boolean} canRewrite
 */

/**
 * @typedef {object} DraftScreen
 * @property {Announcement['severity']} severity
 * @property {string} text
 * @property {string} end
 * @property {string} moment
 * @property {string} zone     the moment's; empty where none is to be chosen
 * @property {string} counter
 * @property {boolean} over
 * @property {{text: string, end: string, form: string}} faults
 * @property {boolean} sending
 * @property {{severity: Announcement['severity'], text: string} | null} preview
 */

/**
 * What entering takes, and the operator's switch for it; either may not be known.
 * @typedef {object} EnteringScreen
 * @property {string} title
 * @property {string} detail
 * @property {boolean | null} raised
 * @property {string} button
 * @property {boolean} busy
 * @property {string} fault
 */

/**
 * @typedef {object} Screen
 * @property {'door' | 'desk'} name
 * @property {string} title
 * @property {import('./state.js').Place} place
 * @property {string} open   how many reports are; empty: not known
 * @property {DoorScreen} door
 * @property {{tone: 'good' | 'wait' | 'off', words: string}} status
 * @property {{words: string, countdown: string} | null} link   why the numbers are not those of now
 * @property {boolean} stale
 * @property {MatchingScreen} matching
 * @property {EnteringScreen | null} entering
 * @property {{title: string, detail: string} | null} warning
 * @property {string} when   what moment the figures are of
 * @property {figures.Figures} figures
 * @property {charts.Chart | null} chart
 * @property {string} chartEmpty
 * @property {{sentence: string, bars: readonly waits.Bar[]}} waits
 * @property {figures.Rows} ends
 * @property {figures.Rows} refusals
 * @property {{rows: readonly figures.LobbyRow[], empty: string}} lobbies
 * @property {AnnouncementsScreen} announcements
 * @property {DraftScreen} draft
 * @property {import('./screen-reports.js').ReportsScreen | null} reports   null: not looked at
 * @property {import('./screen-bans.js').BansScreen | null} bans
 * @property {import('./screen-question.js').QuestionScreen | null} question
 * @property {string} news    said once, to who does not see it happen
 */

const NAME = 'Operator · Edgewise';
const LOADING = 'Asking for the numbers…';
const NO_LOBBY = 'No lobby has been opened yet: nobody has come in.';

const PLACES = Object.freeze({ live: '', reports: 'Reports · ', bans: 'Bans · ' });

const NEWS = Object.freeze({
  announced: 'The announcement is on show.', retracted: 'The announcement is retracted.',
  paused: 'Matching is paused.', resumed: 'Matching goes on.',
  raised: 'Entering takes a proof of work.', lowered: 'Entering takes what it took before.',
  upheld: 'The report is upheld.', dismissed: 'The report is dismissed.', gone: 'The report is gone.',
  banned: 'The ban is in force.', lifted: 'The ban is lifted.',
});

/**
 * @param {State} state
 * @returns {Screen}
 */
export function show(state) {
  const { session, stats, link, place } = state;
  const isIn = session.at === 'in';
  return {
    name: isIn ? 'desk' : 'door',
    title: isIn ? `${stats?.paused ? 'Paused · ' : ''}${PLACES[place]}${NAME}` : NAME,
    place,
    open: openCount(state),
    door: doorOf(state),
    status: statusOf(state),
    link: linkOf(state),
    stale: isIn && link.refusal !== null && stats !== null,
    matching: matchingOf(state),
    entering: enteringOf(state),
    warning: stats?.rate_limits === RATE_LIMITS.off ? moderation.LIMITS_OFF : null,
    when: link.refusal === null || stats === null ? 'Now' : `At ${second(stats.at)}`,
    figures: figures.figures(stats),
    chart: stats === null ? null : charts.chart(stats),
    chartEmpty: stats === null ? LOADING : 'The first point is drawn when the first minute is over.',
    waits: waitsOf(stats),
    ends: figures.ends(stats),
    refusals: figures.refusals(stats),
    lobbies: { rows: figures.lobbies(stats), empty: stats === null ? LOADING : NO_LOBBY },
    announcements: announcementsOf(state),
    draft: draftOf(state),
    reports: place === 'reports' ? reportsOf(state) : null,
    bans: place === 'bans' ? bansOf(state) : null,
    question: questionOf(state),
    news: state.news === null ? '' : NEWS[state.news],
  };
}

/**
 * @param {State} state
 * @returns {DoorScreen}
 */
function doorOf({ session, now }) {
  if (session.at !== 'out') return { title: '', detail: '', countdown: '', busy: session.at === 'trying', shut: false };
  const { refusal, left, until } = session;
  const patience = until === null ? 0 : secondsTo(until, now);
  const said = refusal === null ? { title: '', detail: '' } : words.door(refusal, left);
  const listens = refusal?.code === 'slow_down' && patience === 0 ? 'You can try again now.' : '';
  return {
    ...said, countdown: patience > 0 ? `Try again in ${patience} s.` : listens, busy: false, shut: patience > 0,
  };
}

/**
 * @param {State} state
 * @returns {Screen['status']}
 */
function statusOf({ link, stats }) {
  if (link.refusal !== null) return { tone: 'off', words: stats === null ? 'No numbers' : `As of ${second(stats.at)}` };
  if (stats === null) return { tone: 'wait', words: 'Loading' };
  return { tone: 'good', words: `Live ${second(stats.at)}` };
}

/**
 * @param {State} state
 * @returns {Screen['link']}
 */
function linkOf({ session, link, now, ahead_ms }) {
  if (session.at !== 'in' || link.refusal === null) return null;
  const since = link.heard === null ? '' : ` since ${second(link.heard + ahead_ms)}`;
  const why = `${words.link(link.refusal)}${since}.`;
  if (link.again === null) return { words: `${why} Trying again by itself.`, countdown: '' };
  return { words: `${why} Trying again in`, countdown: `${secondsTo(link.again, now)} s` };
}

/**
 * @param {number} until
 * @param {number} now
 * @returns {number}
 */
function secondsTo(until, now) {
  return Math.max(0, Math.ceil((until - now) / 1_000));
}

/**
 * @param {State} state
 * @returns {MatchingScreen}
 */
function matchingOf({ stats, pause }) {
  const fault = pause.refusal === null ? '' : words.act(pause.refusal);
  const rest = { busy: pause.sending, fault };
  if (stats === null) return { paused: null, title: 'Matching', detail: '', button: '', ...rest };
  if (stats.paused) {
    const detail = 'Who talks goes on. Who waits keeps the place. Newcomers are turned away.';
    return { paused: true, title: 'Matching is paused', detail, button: 'Resume matching', ...rest };
  }
  return { paused: false, title: 'Matching is on', detail: '', button: 'Pause matching', ...rest };
}

/**
 * Nothing at all where the service is older and says nothing of it.
 * @param {State} state
 * @returns {EnteringScreen | null}
 */
function enteringOf({ stats, raise }) {
  const { proof, raised } = stats ?? {};
  if (proof === undefined && raised === undefined) return null;
  const title = proof === undefined ? 'Entering' : moderation.proof(proof);
  const rest = {
    busy: raise.sending, fault: raise.refusal === null ? '' : words.act(raise.refusal), raised: raised ?? null,
  };
  if (raised) {
    const detail = 'Newcomers’ browsers work for a moment before they come in, until you switch it off.';
    return { title, detail, button: 'Lower the bar', ...rest };
  }
  const byItself = proof === PROOF.pow ? 'Set so, or because many come at once.' : '';
  return { title, detail: byItself, button: 'Raise the bar', ...rest };
}

/**
 * @param {Stats | null} stats
 * @returns {Screen['waits']}
 */
function waitsOf(stats) {
  if (stats === null) return { sentence: LOADING, bars: [] };
  const sentence = waits.sentence(stats.waits);
  if (sentence === '') return { sentence: 'Nobody has been matched yet.', bars: [] };
  return { sentence, bars: waits.bars(stats.waits) };
}

/**
 * @param {State} state
 * @returns {AnnouncementsScreen}
 */
function announcementsOf(state) {
  const { list: { items, refusal }, retracting, kept, news, retracted, now, ahead_ms, draft } = state;
  const note = news === 'announced' || news === 'retracted' ? NEWS[news] : '';
  return {
    count: items === null ? '' : `${items.length} of ${ANNOUNCEMENTS}`,
    items: items === null ? null : items.map(({ id, severity, text, until }) => ({
      id, severity, text,
      kind: words.severity(severity),
      until: until === null ? 'until retracted' : `until ${moment(until, now + ahead_ms)}`,
      busy: retracting.includes(id),
      fault: kept?.id === id ? `Not retracted. ${words.act(kept.refusal)}` : '',
    })),
    empty: items === null ? 'Asking for the announcements…' : 'None is in force.',
    fault: refusal === null || state.link.refusal !== null ? '' : `The list may be old. ${words.act(refusal)}`,
    note,
    canRewrite: news === 'retracted' && retracted !== null && draft.text === '',
  };
}

/**
 * @param {State} state
 * @returns {DraftScreen}
 */
function draftOf({ draft }) {
  const { severity, text, end, moment: at, fault, sending } = draft;
  const left = room(draft);
  const said = fault === null ? '' : words.fault(fault);
  const clean = wording(draft);
  return {
    severity, text, end, moment: at, sending,
    zone: end === 'at' ? `Time zone: ${zone()}` : '',
    counter: left < 0 ? `${number(-left)} too many` : `${number(TEXT_CHARS - left)} of ${TEXT_CHARS}`,
    over: left < 0,
    faults: {
      // A text that has become short enough is not blamed any more, and one that grows too long is blamed at once.
      text: fault?.at === 'text' ? said : left < 0 ? words.fault({ code: FAULT.long, detail: null }) : '',
      end: fault?.at === 'end' ? said : '',
      form: fault?.at === 'form' ? said : '',
    },
    preview: clean === '' ? null : { severity, text: clean },
  };
}
