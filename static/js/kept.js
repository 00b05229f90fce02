// What of the state outlives a refresh, as texts for the tab to keep, and back. One text for each thing that changes by
// itself, so that a key press does not write the transcript anew.
//
// Nothing here is trusted to be whole: a text that does not read as expected is as none. What is older than the
// conversation is noticed in time by the numbers of the two sides.

import { PARTNER, RESEND_MS, TO } from './wire.js';
import { is, parseObject, pick } from './codec.js';
import { isSubtag } from './languages.js';
import { SEEKING, lostPlace } from './moves.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Place} Place */
/** @typedef {import('./state.js').Talk} Talk */
/** @typedef {import('./state.js').Why} Why */
/** @typedef {import('./codec.js').Check} Check */

/** @typedef {'line' | 'place' | 'transcript' | 'draft'} Noun */
/** @typedef {Record<Noun, string | null>} Texts */

/**
 * @typedef {object} Kept
 * @property {Pick<import('./state.js').Line, 'pass' | 'lobby' | 'ticket' | 'lines'>} line
 * @property {Place} place
 * @property {Pick<State['wanted'], 'interests' | 'lang'> | null} wanted   what is being looked for
 * @property {State['leaving']} leaving
 * @property {State['filings']} filings
 * @property {string} draft
 */

/** @type {readonly Noun[]} */
export const NOUNS = Object.freeze(['line', 'place', 'transcript', 'draft']);

/**
 * Whether the text for a noun is the same in both states, without writing it.
 * @param {Noun} noun
 * @param {State} one
 * @param {State} two
 * @returns {boolean}
 */
export function isSame(noun, one, two) {
  switch (noun) {
    case 'line': return one.line === two.line;
    case 'place': return one.place === two.place && one.leaving === two.leaving && one.wanted === two.wanted
      && one.filings === two.filings;
    case 'transcript': return talkOf(one)?.entries === talkOf(two)?.entries;
    case 'draft': return one.draft === two.draft;
  }
}

/**
 * What a noun is kept as. Null: there is nothing to keep.
 * @param {Noun} noun
 * @param {State} state
 * @returns {string | null}
 */
export function write(noun, state) {
  const { line: { pass, lobby, ticket, lines }, place, leaving, filings, draft } = state;
  const { wanted: { interests, lang } } = state;
  const talk = talkOf(state);
  switch (noun) {
    case 'line': return JSON.stringify({ pass, lobby, ticket, lines });
    case 'place': return JSON.stringify({
      at: place.at,
      held: place.at === 'seeking' && lostPlace(place).held,
      why: place.at === 'over' ? place.why : null,
      goesOn: place.at === 'over' && place.goesOn,
      leaving,
      filings: filings.map(({ told: _, ...filing }) => filing),
      wanted: place.at === 'seeking' ? { interests, lang } : null,
      talk: talk && {
        c: talk.c, common: talk.common, lang: talk.lang, keys: talk.keys, outbox: talk.outbox, inbox: talk.inbox,
      },
    });
    case 'transcript': return talk && JSON.stringify({ c: talk.c, entries: talk.entries });
    case 'draft': return draft === '' ? null : draft;
  }
}

/**
 * @param {Texts} texts
 * @returns {Kept | null}
 */
export function read(texts) {
  const line = shaped(texts.line, LINE);
  if (line === null) return null;
  const place = shaped(texts.place, PLACE);
  const where = place && placeOf(place, texts.transcript);
  return /** @type {Kept} */ ({
    line,
    place: where ?? { at: 'home' },
    wanted: place?.wanted ?? null,
    leaving: where === null ? null : place?.leaving ?? null,
    filings: (place?.filings ?? []).map((/** @type {object} */ filing) => ({ ...filing, told: false })),
    draft: texts.draft ?? '',
  });
}

/** What an earlier version of the page did not keep. @type {(check: Check) => Check} */
const maybe = (check) => (value) => value === undefined || check(value);
/** @type {(check: Check) => Check} */
const orNull = (check) => (value) => value === null || check(value);
/** @type {(shape: Readonly<Record<string, Check>>) => Check} */
const has = (shape) => (value) => pick(Object(value), shape) !== null;
/** @type {(check: Check) => Check} */
const listOf = (check) => (value) => Array.isArray(value) && value.every(check);

const LINE = Object.freeze({
  pass: orNull(is.name), lobby: orNull(is.name), ticket: orNull(is.name), lines: is.count,
});

const OUTBOX = Object.freeze({
  acked: is.count, seen: is.count, sent: is.count, told: is.count, items: listOf(has({ n: is.number, text: is.name })),
});

const TALK = Object.freeze({
  c: is.name,
  common: listOf(is.text),
  lang: maybe(orNull(is.text)),
  keys: is.count,
  outbox: has(OUTBOX),
  inbox: has({ got: is.count, seen: is.count }),
});

const isLine = has({
  from: (/** @type {unknown} */ value) => value === 'partner' || value === 'me',
  n: is.number,
  text: is.text,
  tag: maybe(is.text),
});

/** @type {Check} */
const isFiling = (value) => {
  const { type, c, ended, reason, note, lines } = Object(value);
  if (!is.name(c) || !is.flag(ended)) return false;
  if (type === TO.block) return true;
  return type === TO.report && is.text(reason) && maybe(is.text)(note) && maybe(listOf(isLine))(lines);
};

const PLACE = Object.freeze({
  at: is.name,
  held: is.flag,
  why: orNull(has({ by: is.name })),
  goesOn: maybe(is.flag),
  leaving: orNull(has({
    type: (/** @type {unknown} */ value) => value === TO.find || value === TO.stop, c: orNull(is.name),
  })),
  filings: maybe(listOf(isFiling)),
  wanted: maybe(orNull(has({
    interests: listOf(is.name), lang: (/** @type {unknown} */ value) => value === null || isSubtag(value),
  }))),
  talk: orNull(has(TALK)),
});

const TRANSCRIPT = Object.freeze({
  c: is.name,
  entries: listOf(has({
    key: is.number,
    from: (/** @type {unknown} */ value) => value === 'me' || value === 'them',
    n: is.number,
    text: is.text,
    fault: orNull(is.text),
    tag: maybe(is.text),
  })),
});

/**
 * @param {State} state
 * @returns {Talk | null}
 */
function talkOf({ place }) {
  return place.at === 'talking' || place.at === 'over' ? place.talk : null;
}

/**
 * @param {Record<string, unknown>} place
 * @param {string | null} transcript
 * @returns {Place | null}
 */
function placeOf({ at, held, why, talk, goesOn }, transcript) {
  if (at === 'home') return { at };
  if (at === 'seeking') return { ...SEEKING, held: held === true };
  if (talk === null || talk === undefined) return null;
  const restored = restore(/** @type {Talk} */ (talk), transcript);
  if (at === 'talking') return { at, talk: restored };
  if (at !== 'over' || why === null) return null;
  return { at, talk: restored, why: /** @type {Why} */ (why), goesOn: goesOn === true };
}

/**
 * A transcript that could not be kept leaves a conversation that goes on without its beginning.
 * @param {Talk} talk
 * @param {string | null} transcript
 * @returns {Talk}
 */
function restore(talk, transcript) {
  const { c, common, lang = null, keys, outbox, inbox } = talk;
  const lines = shaped(transcript, TRANSCRIPT);
  return {
    c,
    common,
    lang,
    flow: 'cut',
    partner: PARTNER.here,
    grace_ms: null,
    partnerTyping: false,
    typing: { on: false, fresh: false },
    entries: lines !== null && lines.c === c ? /** @type {Talk['entries']} */ (lines.entries) : [],
    keys,
    outbox: { ...outbox, held: false, patience_ms: RESEND_MS, stale: null, slow: null },
    inbox: { got: inbox.got, seen: inbox.seen, due: false },
  };
}

/**
 * @param {string | null} text
 * @param {Readonly<Record<string, Check>>} shape
 * @returns {Record<string, any> | null}
 */
function shaped(text, shape) {
  const value = parseObject(text);
  return value && pick(value, shape);
}
