// One conversation: what was said, what is on its way, and what each side was told about it.
//
// Every function takes a talk and gives the next one with the effects of the step. Numbers come from the outbox for
// this side; from the other side a message is taken only when it is the next one. Whether the conversation is still
// on is not known here: `chat.js` asks only while it is.

import { GOT_MS, PARTNER, REFUSED, TO, TYPING_LAPSE_MS, TYPING_REPEAT_MS } from './wire.js';
import { TIMER, arm, disarm, send } from './state.js';
import * as outbox from './outbox.js';

/** @typedef {import('./state.js').Talk} Talk */
/** @typedef {import('./state.js').Effect} Effect */
/** @typedef {{talk: Talk, effects: readonly Effect[]}} TalkStep */

/** How long to hold back when the service asks to slow down without saying for how long. */
const HOLD_MS = 1_000;

/** The timers of a conversation end with it, so that none of them can touch the next. */
export const TALK_TIMERS = Object.freeze([TIMER.got, TIMER.hold, TIMER.typing, TIMER.lapse]);

/**
 * @param {{conversation: string, common: readonly string[], partner?: 'here' | 'away'}} match
 * @returns {TalkStep}
 */
export function begin({ conversation, common, partner = PARTNER.here }) {
  return {
    talk: {
      c: conversation,
      common,
      partner,
      partnerTyping: false,
      typing: { on: false, fresh: false },
      entries: [],
      keys: 0,
      outbox: outbox.EMPTY_OUTBOX,
      inbox: { got: 0, seen: 0, due: false },
    },
    effects: [send({ type: TO.got, c: conversation, n: 0 })],
  };
}

/**
 * @param {Talk} talk
 * @param {string} text   tidy, and without a fault
 * @param {number} window
 * @returns {TalkStep}
 */
export function say(talk, text, window) {
  const n = outbox.nextNumber(talk.outbox);
  const quiet = setTyping(talk, false);
  const said = addEntry({ ...quiet.talk, outbox: outbox.keep(talk.outbox, text) }, 'me', n, text);
  const step = flush(said, window);
  return { talk: step.talk, effects: [...quiet.effects, ...step.effects] };
}

/**
 * The partner's message `n`; `text` is null for a numbered frame that this page cannot show.
 * @param {Talk} talk
 * @param {number} n
 * @param {string | null} text
 * @returns {TalkStep & {news: boolean}}
 */
export function take(talk, n, text) {
  const { got } = talk.inbox;
  if (n > got + 1) return { talk, effects: [], news: false };
  if (n <= got) return { ...owe(talk, GOT_MS), news: false };
  const shown = text === null ? talk : addEntry({ ...talk, partnerTyping: false }, 'them', n, text);
  const step = owe({ ...shown, inbox: { ...shown.inbox, got: n } }, GOT_MS);
  return { talk: step.talk, effects: [...step.effects, disarm(TIMER.lapse)], news: text !== null };
}

/**
 * The partner has everything up to `n`; null where the two sides cannot be in the same conversation any more.
 * @param {Talk} talk
 * @param {number} n
 * @param {number} window
 * @returns {TalkStep | null}
 */
export function acknowledged(talk, n, window) {
  const box = outbox.acknowledge(talk.outbox, n);
  return box && flush({ ...talk, outbox: box }, window);
}

/**
 * @param {Talk} talk
 * @param {number} n
 * @returns {TalkStep}
 */
export function seen(talk, n) {
  return { talk: { ...talk, outbox: outbox.markSeen(talk.outbox, n) }, effects: [] };
}

/**
 * What is owed goes out: `got`, and `seen` where the page is in sight.
 * @param {Talk} talk
 * @param {boolean} visible
 * @returns {TalkStep}
 */
export function settle(talk, visible) {
  const { got, seen: told, due } = talk.inbox;
  const tell = visible && told < got;
  /** @type {Effect[]} */
  const effects = [];
  if (due) effects.push(disarm(TIMER.got), send({ type: TO.got, c: talk.c, n: got }));
  if (tell) effects.push(send({ type: TO.seen, c: talk.c, n: got }));
  return { talk: { ...talk, inbox: { got, seen: tell ? got : told, due: false } }, effects };
}

/**
 * The draft changed: the partner is told when typing begins and when it ends, not about every key.
 * @param {Talk} talk
 * @param {boolean} on
 * @returns {TalkStep}
 */
export function setTyping(talk, on) {
  if (on && talk.typing.on) return { talk: { ...talk, typing: { on, fresh: true } }, effects: [] };
  if (on === talk.typing.on) return { talk, effects: [] };
  return {
    talk: { ...talk, typing: { on, fresh: false } },
    effects: [
      send({ type: TO.typing, c: talk.c, on }),
      on ? arm(TIMER.typing, TYPING_REPEAT_MS) : disarm(TIMER.typing),
    ],
  };
}

/**
 * Time to say `typing` again, or to say that it stopped when no key came since.
 * @param {Talk} talk
 * @returns {TalkStep}
 */
export function repeatTyping(talk) {
  if (!talk.typing.fresh) return setTyping(talk, false);
  return {
    talk: { ...talk, typing: { on: true, fresh: false } },
    effects: [send({ type: TO.typing, c: talk.c, on: true }), arm(TIMER.typing, TYPING_REPEAT_MS)],
  };
}

/**
 * @param {Talk} talk
 * @param {boolean} on
 * @returns {TalkStep}
 */
export function partnerTyping(talk, on) {
  return {
    talk: { ...talk, partnerTyping: on },
    effects: [on ? arm(TIMER.lapse, TYPING_LAPSE_MS) : disarm(TIMER.lapse)],
  };
}

/**
 * The partner's line broke or is back. After a break neither side knows what the other has.
 * @param {Talk} talk
 * @param {'here' | 'away'} partner
 * @param {boolean} visible
 * @returns {TalkStep}
 */
export function partnerMoved(talk, partner, visible) {
  const quiet = { ...talk, partner, partnerTyping: false };
  if (partner === PARTNER.away) return { talk: quiet, effects: [disarm(TIMER.lapse)] };
  return settle({ ...quiet, inbox: { ...talk.inbox, seen: 0, due: true } }, visible);
}

/**
 * The service refused a frame of this conversation.
 * @param {Talk} talk
 * @param {Extract<import('./codec.js').ServerFrame, {type: 'error'}>} error
 * @param {number} window
 * @returns {TalkStep}
 */
export function refused(talk, error, window) {
  const wait = error.retry_ms ?? HOLD_MS;
  if (error.re === TO.say && error.n !== undefined) {
    return error.code === REFUSED.slowDown ? hold(talk, error.n, wait) : dropSay(talk, error.n, error.code, window);
  }
  if (error.code === REFUSED.slowDown && (error.re === TO.got || error.re === TO.seen)) {
    // Saying both again is harmless, and only the newest of each counts.
    return owe({ ...talk, inbox: { ...talk.inbox, seen: 0, due: false } }, wait);
  }
  return { talk, effects: [] };
}

/**
 * The hold is over.
 * @param {Talk} talk
 * @param {number} window
 * @returns {TalkStep}
 */
export function released(talk, window) {
  return flush({ ...talk, outbox: outbox.release(talk.outbox) }, window);
}

/**
 * How far a line of this side has come. A conversation that is over delivers nothing any more.
 * @param {Talk} talk
 * @param {import('./state.js').Entry} entry
 * @param {boolean} over
 * @returns {'sending' | 'delivered' | 'seen' | 'lost' | 'refused'}
 */
export function markOf(talk, entry, over) {
  if (entry.fault !== null) return 'refused';
  if (entry.n <= Math.min(talk.outbox.seen, talk.outbox.acked)) return 'seen';
  if (entry.n <= talk.outbox.acked) return 'delivered';
  return over ? 'lost' : 'sending';
}

/**
 * @param {Talk} talk
 * @param {number} n
 * @param {number} ms
 * @returns {TalkStep}
 */
function hold(talk, n, ms) {
  // Those after `n` were refused for the same haste, or will not be taken; the first refusal says where to go on.
  if (talk.outbox.held && n > talk.outbox.sent) return { talk, effects: [] };
  return { talk: { ...talk, outbox: outbox.holdFrom(talk.outbox, n) }, effects: [arm(TIMER.hold, ms)] };
}

/**
 * @param {Talk} talk
 * @param {number} n
 * @param {string} fault
 * @param {number} window
 * @returns {TalkStep}
 */
function dropSay(talk, n, fault, window) {
  if (!talk.outbox.items.some((item) => item.n === n)) return { talk, effects: [] };
  const entries = talk.entries.map((entry) => {
    if (entry.from !== 'me' || entry.fault !== null || entry.n < n) return entry;
    return entry.n === n ? { ...entry, fault } : { ...entry, n: entry.n - 1 };
  });
  return flush({ ...talk, entries, outbox: outbox.drop(talk.outbox, n) }, window);
}

/**
 * @param {Talk} talk
 * @param {number} window
 * @returns {TalkStep}
 */
function flush(talk, window) {
  const { box, out } = outbox.flush(talk.outbox, window);
  return {
    talk: { ...talk, outbox: box },
    effects: out.map(({ n, text }) => send({ type: TO.say, c: talk.c, n, text })),
  };
}

/**
 * @param {Talk} talk
 * @param {number} ms
 * @returns {TalkStep}
 */
function owe(talk, ms) {
  if (talk.inbox.due) return { talk, effects: [] };
  return { talk: { ...talk, inbox: { ...talk.inbox, due: true } }, effects: [arm(TIMER.got, ms)] };
}

/**
 * @param {Talk} talk
 * @param {'me' | 'them'} from
 * @param {number} n
 * @param {string} text
 * @returns {Talk}
 */
function addEntry(talk, from, n, text) {
  const key = talk.keys + 1;
  return { ...talk, keys: key, entries: [...talk.entries, { key, from, n, text, fault: null }] };
}
