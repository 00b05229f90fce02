// What the page shows, as plain values: one function from the state to a screen. `view.js` puts it on the page.

import { CLOSE, PARTNER, PROBLEM, PROOF } from './wire.js';
import { countChars, isBlank, tidy } from './text.js';
import { isBlocked } from './filings.js';
import { choices } from './report.js';
import { isShortened, markOf } from './transcript.js';
import { onShow } from './announcements.js';
import { appealOf } from './appeals.js';
import { checkOf } from './checks.js';
import * as phrases from './phrases.js';
import * as words from './words.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Talk} Talk */

/** @typedef {{key: number, from: 'me' | 'them', text: string, big: boolean, mark: string, markWords: string}} Bubble */

/** @typedef {import('./appeals.js').Appeal} Appeal */

/**
 * @typedef {object} ReportScreen
 * @property {boolean} made
 * @property {string} words               what a report would come to
 * @property {readonly import('./report.js').Choice[]} choices
 * @property {number} frame_bytes         what it can carry
 */

/**
 * The partner before, while there is none.
 * @typedef {{c: string, blocked: boolean, report: ReportScreen, note: string}} LastScreen
 */

/**
 * @typedef {object} TalkScreen
 * @property {string} c
 * @property {string} status              where the line and the partner are, in plain words
 * @property {'good' | 'wait' | 'off'} tone
 * @property {words.Break | null} broken  what stands between the two sides
 * @property {string} inCommon            what the two have in common
 * @property {boolean} blocked
 * @property {string} blockWords          what a block would come to
 * @property {ReportScreen} report
 * @property {boolean} shortened          the beginning of the conversation is not on show any more
 * @property {readonly Bubble[]} bubbles
 * @property {boolean} typing
 * @property {words.Words | null} over
 * @property {Appeal | null} appeal       whom to ask about the ban that ended it
 * @property {string} notice
 * @property {boolean} armed
 * @property {string} draft
 * @property {string} counter             empty while the limit is far
 * @property {boolean} tooLong
 * @property {boolean} canSend
 */

/**
 * @typedef {object} WantedScreen
 * @property {readonly string[]} interests
 * @property {string} field
 * @property {string} fault
 * @property {string} count               empty while there is room for many more
 * @property {boolean} full
 * @property {string | null} lang
 * @property {readonly string[]} offered
 */

/**
 * @typedef {object} Screen
 * @property {'gate' | 'home' | 'seeking' | 'trouble' | 'talk'} name
 * @property {string} title
 * @property {string} people
 * @property {readonly import('./state.js').Announcement[]} announcements
 * @property {string} homeNote
 * @property {WantedScreen} wanted
 * @property {{title: string} & phrases.Search} seeking
 * @property {import('./checks.js').CheckScreen | null} check   a proof that the door wants now
 * @property {words.Words & {appeal: Appeal | null}} trouble
 * @property {TalkScreen | null} talk
 * @property {LastScreen | null} last
 */

const NAME = 'Edgewise';
/** The counter shows once this much or less is left. */
const COUNTER_FROM = 200;
/** Interests are counted once there is room for fewer than this. */
const COUNT_FROM = 3;
/** One to a few emoji and nothing else are shown large. */
const ONLY_EMOJI =
  /^(?=.*\p{Extended_Pictographic})(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f){1,12}$/u;

/**
 * @param {State} state
 * @returns {Screen}
 */
export function show(state) {
  return {
    name: nameOf(state),
    title: titleOf(state),
    people: peopleOf(state),
    announcements: onShow(state),
    homeNote: state.terms.paused ? words.resting('paused') : '',
    wanted: wantedOf(state),
    seeking: seekingOf(state),
    check: checkOf(state),
    trouble: troubleOf(state),
    talk: talkOf(state),
    last: lastScreenOf(state),
  };
}

/**
 * @param {State} state
 * @returns {Screen['name']}
 */
function nameOf({ place, line }) {
  switch (place.at) {
    case 'gate': case 'home': return place.at;
    case 'seeking': return line.way.at === 'refused' ? 'trouble' : 'seeking';
    case 'talking': case 'over': return 'talk';
  }
}

/**
 * Counts come once a second at most, and so after a match: nobody who talks is told to be alone.
 * @param {State} state
 * @returns {string}
 */
function peopleOf({ counts, place }) {
  return place.at === 'talking' && counts !== null && counts.online < 2 ? '' : words.people(counts);
}

/**
 * The title is all that a page out of sight can show.
 * @param {State} state
 * @returns {string}
 */
function titleOf({ unread, news, place }) {
  if (place.at === 'over' && news === 'over') return `${words.ending(place.why).title} · ${NAME}`;
  if (unread > 0) return `(${unread}) ${NAME}`;
  if (news === 'matched') return `Someone is here · ${NAME}`;
  return NAME;
}

/**
 * @param {State} state
 * @returns {Screen['seeking']}
 */
function seekingOf({ line, place, counts, wanted }) {
  const title = 'Looking for someone…';
  if (place.at !== 'seeking') return { title, detail: '', more: '' };
  switch (line.way.at) {
    case 'resting': return { title: 'One moment…', detail: words.resting(line.way.why), more: '' };
    case 'off': case 'refused': case 'entering': case 'connecting':
      return { title: 'One moment…', detail: 'Opening a line.', more: '' };
    // The check has words of its own.
    case 'proving': {
      const others = line.way.demand.proof === PROOF.turnstile;
      return { title: others ? 'One small check' : 'One moment…', detail: '', more: '' };
    }
    case 'open':
      if (place.paused) return { title, detail: 'Matching is paused for a moment. You keep your place.', more: '' };
      return { title, ...phrases.search(wanted, { ...place, alone: counts !== null && counts.online <= 1 }) };
  }
}

/**
 * @param {State} state
 * @returns {WantedScreen}
 */
function wantedOf({ wanted, line: { limits } }) {
  const { interests, lang, offered, field, fault } = wanted;
  const full = interests.length >= limits.interests;
  return {
    interests, lang, offered, field, full,
    fault: phrases.faultOf(fault, limits),
    count: interests.length + COUNT_FROM > limits.interests ? `${interests.length} of ${limits.interests}` : '',
  };
}

/**
 * @param {State} state
 * @returns {Screen['trouble']}
 */
function troubleOf({ line: { way }, terms }) {
  if (way.at !== 'refused') return { title: '', detail: '', appeal: null };
  const banned = way.why === PROBLEM.banned || way.why === String(CLOSE.banned);
  return { ...words.trouble(way.why, way.until), appeal: banned ? appealOf(terms.contact) : null };
}

/**
 * @param {State} state
 * @param {import('./state.js').Why} why
 * @param {boolean} held   there is no line just now on which it could be told
 * @returns {{over: words.Words, appeal: Appeal | null}}
 */
function endingOf({ line: { way }, terms }, why, held) {
  const over = words.ending(why, held);
  if (why.by !== 'close' || why.code !== CLOSE.banned) return { over, appeal: null };
  const until = way.at === 'refused' ? way.until : null;
  return { over: { ...over, detail: words.withEnd(over.detail, until) }, appeal: appealOf(terms.contact) };
}

/**
 * @param {State} state
 * @returns {TalkScreen | null}
 */
function talkOf(state) {
  const { place, draft } = state;
  if (place.at !== 'talking' && place.at !== 'over') return null;
  const over = place.at === 'over';
  const { talk } = place;
  const left = state.line.limits.text_chars - countChars(tidy(draft));
  return {
    c: talk.c,
    ...statusOf(state, talk, over),
    broken: over ? null : brokenOf(talk, state.line),
    inCommon: phrases.inCommon(talk.common, talk.lang),
    blocked: over && isBlocked(place.why),
    blockWords: words.blocking(over),
    report: reportOf(state, talk, over ? place.why : null),
    shortened: isShortened(talk),
    bubbles: talk.entries.map((entry) => bubble(talk, entry, over)),
    typing: talk.partnerTyping,
    ...(over ? endingOf(state, place.why, isHeld(state, talk.c)) : { over: null, appeal: null }),
    notice: words.notice(state.notice),
    armed: state.armed,
    draft,
    counter: left > COUNTER_FROM ? '' : left >= 0 ? `${left} left` : `${-left} too many`,
    tooLong: left < 0,
    canSend: !over && left >= 0 && !isBlank(draft),
  };
}

/**
 * @param {State} state
 * @param {Talk} talk
 * @param {import('./state.js').Why | null} why   null while the conversation goes on
 * @returns {ReportScreen}
 */
function reportOf({ line }, talk, why) {
  return {
    made: why?.by === 'report',
    words: words.reporting(why !== null),
    choices: choices(talk),
    frame_bytes: line.limits.frame_bytes,
  };
}

/**
 * Somebody who never said a word is not asked about.
 * @param {State} state
 * @returns {LastScreen | null}
 */
function lastScreenOf(state) {
  const { place, last } = state;
  if (last === null || (place.at !== 'seeking' && place.at !== 'home')) return null;
  const { talk, why } = last;
  if (talk.inbox.got === 0) return null;
  const { title, detail } = words.ending(why, isHeld(state, talk.c));
  const filed = isBlocked(why) || why.by === 'unblocked' || why.by === 'unreported';
  return { c: talk.c, blocked: isBlocked(why), report: reportOf(state, talk, why), note: filed ? `${title}. ${detail}` : '' };
}

/**
 * Whether something against this partner waits for a line to go out on.
 * @param {State} state
 * @param {string} c
 * @returns {boolean}
 */
function isHeld({ filings, line }, c) {
  return line.way.at !== 'open' && filings.some((each) => each.c === c);
}

/**
 * @param {State} state
 * @param {Talk} talk
 * @param {boolean} over
 * @returns {{status: string, tone: TalkScreen['tone']}}
 */
function statusOf({ line }, talk, over) {
  switch (line.way.at) {
    case 'open':
      if (over) return { status: 'Connected', tone: 'off' };
      if (talk.flow === 'cut') return { status: 'Coming back…', tone: 'wait' };
      if (talk.partner === PARTNER.away) return { status: 'They are away', tone: 'wait' };
      return { status: 'With a stranger', tone: 'good' };
    case 'resting': case 'entering': case 'proving': case 'connecting':
      return { status: over ? 'Connecting again…' : 'Coming back…', tone: 'wait' };
    case 'off': return { status: over ? 'Over' : 'Not connected', tone: 'off' };
    case 'refused': return { status: 'Not connected', tone: 'off' };
  }
}

/**
 * @param {Talk} talk
 * @param {State['line']} line
 * @returns {words.Break | null}
 */
function brokenOf({ flow, grace_ms }, { way }) {
  switch (flow) {
    case 'cut': {
      const takesThePerson = way.at === 'proving' && way.demand.proof === PROOF.turnstile;
      return words.broken(takesThePerson ? 'check' : 'down', null);
    }
    case 'away': return words.broken('away', grace_ms);
    case 'sync': case 'on': return null;
  }
}

/**
 * @param {Talk} talk
 * @param {import('./state.js').Entry} entry
 * @param {boolean} over
 * @returns {Bubble}
 */
function bubble(talk, entry, over) {
  const { key, from, text } = entry;
  const big = ONLY_EMOJI.test(text);
  if (from === 'them') return { key, from, text, big, mark: '', markWords: '' };
  const mark = markOf(talk, entry, over);
  // What was on its way when the conversation ended may have been read.
  const unsure = mark === 'lost' && entry.n <= talk.outbox.told;
  return { key, from, text, big, mark, markWords: words.mark(unsure ? 'unsure' : mark) };
}
