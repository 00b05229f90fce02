// What the bans look like, and the form that makes one, as plain values.

import { NETWORK_MS, REASON_CHARS } from './wire.js';
import { countChars } from '../text.js';
import { moment, number, several, zone } from './format.js';
import { PAGE } from './bans.js';
import { reasonOf } from './ban-draft.js';
import { key, keysOf } from './keys.js';
import * as act from './words.js';
import * as words from './words-moderation.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Ban} Ban */
/** @typedef {import('./state.js').BanDraft} BanDraft */
/** @typedef {import('./keys.js').Key} Key */

/**
 * @typedef {object} BanForm
 * @property {{kind: BanDraft['kind'], key: string} | null} whom   null: whom the report is about
 * @property {BanDraft['span']} span
 * @property {string} moment
 * @property {string} zone        the moment's; empty where none is to be chosen
 * @property {string} reason
 * @property {string} counter
 * @property {boolean} over
 * @property {string} help        how far it reaches
 * @property {boolean | null} uphold   null: there is nothing to uphold
 * @property {{key: string, end: string, reason: string, form: string}} faults
 * @property {boolean} sending
 */

/**
 * @typedef {{id: string, keys: readonly Key[], until: string, network: string, reason: string, how: string,
 *   automatic: boolean, report: Key | null, made: string, busy: boolean, fault: string}} BanRow
 */

/**
 * @typedef {object} BansScreen
 * @property {string} count
 * @property {readonly BanRow[] | null} rows   null: not known yet
 * @property {string} empty
 * @property {string} fault
 * @property {boolean} loading
 * @property {{place: string, back: boolean, next: boolean} | null} pages
 * @property {string} note     what has just been brought about
 * @property {BanForm} form
 */

const REACH = Object.freeze({
  network: 'A ban of a network ends within two days: the salt that its key is made with is deleted then.',
  visitor: 'A visitor’s key goes with the browser they use: with another one they are somebody else.',
  report: 'Bans this visitor and, while it is known, the network. The network’s part ends within two days, '
    + 'because the salt that its key is made with is deleted then.',
});

/**
 * @param {State} state
 * @returns {BansScreen}
 */
export function bansOf(state) {
  const { items, page, loading, refusal, draft } = state.bans;
  const pages = Math.ceil((items?.length ?? 0) / PAGE);
  const { news } = state;
  return {
    count: items === null ? '' : several(items.length, 'in force', 'in force'),
    rows: items?.slice(page * PAGE, (page + 1) * PAGE).map((ban) => rowOf(state, ban)) ?? null,
    empty: refusal !== null ? '' : items === null ? 'Asking for the bans…' : 'No ban is in force.',
    fault: refusal === null ? '' : `${items === null ? '' : 'The list may be old. '}${words.list(refusal, 'bans')}`,
    loading,
    pages: pages <= 1 ? null : { place: `Page ${page + 1} of ${pages}`, back: page > 0, next: page < pages - 1 },
    note: news === 'banned' ? 'The ban is in force.' : news === 'lifted' ? 'The ban is lifted.' : '',
    form: banFormOf(draft, null),
  };
}

/**
 * @param {State} state
 * @param {Ban} ban
 * @returns {BanRow}
 */
function rowOf({ now, ahead_ms, bans: { lifting, kept } }, ban) {
  const at = now + ahead_ms;
  const gone = ban.at + NETWORK_MS;
  const isLonger = ban.network !== null && ban.until > gone;
  return {
    id: ban.id,
    keys: keysOf(ban),
    until: `until ${moment(ban.until, at)}`,
    network: isLonger ? networkOf(gone, at) : '',
    reason: ban.reason,
    how: ban.automatic ? 'Automatic' : 'By hand',
    automatic: ban.automatic,
    report: key('Report', ban.report),
    made: `since ${moment(ban.at, at)}`,
    busy: lifting.includes(ban.id),
    fault: kept?.id === ban.id ? `Not lifted. ${act.act(kept.refusal)}` : '',
  };
}

/**
 * @param {number} gone   when the network's key is good for nothing any more
 * @param {number} at
 * @returns {string}
 */
function networkOf(gone, at) {
  return gone <= at ? 'the network’s part has ended' : `of the network until ${moment(gone, at)} at the latest`;
}

/**
 * @param {BanDraft} draft
 * @param {import('./state.js').Report | null} report   null: by hand
 * @returns {BanForm}
 */
export function banFormOf({ kind, key: whose, span, moment: at, reason, uphold, sending, fault }, report) {
  const used = countChars(reasonOf({ reason }));
  const over = used > REASON_CHARS;
  const said = fault === null ? '' : words.banFault(fault);
  return {
    whom: report === null ? { kind, key: whose } : null,
    span, moment: at, reason, sending, over,
    zone: span === 'at' ? `Time zone: ${zone()}` : '',
    counter: over ? `${number(used - REASON_CHARS)} too many` : `${number(used)} of ${REASON_CHARS}`,
    help: report !== null ? REACH.report : REACH[kind],
    uphold: report?.status === 'open' ? uphold : null,
    faults: {
      key: fault?.at === 'key' ? said : '',
      end: fault?.at === 'end' ? said : '',
      reason: fault?.at === 'reason' ? said : over ? words.banFault({ code: 'too_long', detail: null }) : '',
      form: fault?.at === 'form' ? said : '',
    },
  };
}
