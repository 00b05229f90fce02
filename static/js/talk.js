// One conversation: what was said, what is on its way, and what each side was told about it.
//
// Every function takes a talk and gives the next one with the effects of the step. Numbers come from the outbox for
// this side; from the other side a message is taken only when it is the next one. `flow` says what may go out:
//
//   on     everything: both lines stand, and each side knows what the other has
//   sync   after a break: `got` is told, and messages wait for the partner's `got`, SYNC_MS at most
//   away   the partner's line is down: what would be sent would be dropped on the way
//   cut    this side's line is down, or the service has not said `resumed` yet
//
// Whether the conversation is still on is not known here: `chat.js` asks only while it is.

import { GOT_MS, PARTNER, REFUSED, RESEND_MS, SYNC_MS, TO } from './wire.js';
import { TIMER, arm, disarm, flows, send } from './state.js';
import { append, renumbered } from './transcript.js';
import { setTyping } from './typing.js';
import * as outbox from './outbox.js';

/** @typedef {import('./state.js').Talk} Talk */
/** @typedef {import('./state.js').Effect} Effect */
/** @typedef {import('./codec.js').ClientFrame} ClientFrame */
/** @typedef {{talk: Talk, effects: readonly Effect[]}} TalkStep */
/** @typedef {{partner: 'here' | 'away', grace_ms?: number | undefined}} Seat */

/** How long to hold back when the service asks to slow down without saying for how long. */
const HOLD_MS = 1_000;

/** The time that an away partner has left is told in steps of this. */
export const GRACE_STEP_MS = 1_000;

/** What a break ends. A hold is the service's own wish and lasts. */
const BREAK_TIMERS = Object.freeze([
  TIMER.got, TIMER.typing, TIMER.lapse, TIMER.sync, TIMER.resend, TIMER.grace,
]);

/** The timers of a conversation end with it, so that none of them can touch the next. */
export const TALK_TIMERS = Object.freeze([...BREAK_TIMERS, TIMER.hold]);

/**
 * A new conversation, or one that this page does not know any more: then the partner may have more to tell.
 * @param {{type: 'matched' | 'resumed', conversation: string, common: readonly string[], lang?: string | null,
 *   partner?: 'here' | 'away', grace_ms?: number}} match
 * @returns {TalkStep}
 */
export function begin({ type, conversation, common, lang = null, partner = PARTNER.here, grace_ms }) {
  /** @type {Talk} */
  const talk = {
    c: conversation,
    common,
    lang,
    flow: 'on',
    partner: PARTNER.here,
    grace_ms: null,
    partnerTyping: false,
    typing: { on: false, fresh: false },
    entries: [],
    keys: 0,
    outbox: outbox.EMPTY_OUTBOX,
    inbox: { got: 0, seen: 0, due: false },
  };
  if (type === 'resumed') return resume(talk, { partner, grace_ms }, false);
  return { talk, effects: [send({ type: TO.got, c: conversation, n: 0 })] };
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
  const said = append({ ...quiet.talk, outbox: outbox.keep(talk.outbox, text) }, 'me', n, text);
  const step = flush(said, window);
  return { talk: step.talk, effects: [...quiet.effects, ...step.effects] };
}

/**
 * The partner's message `n`; `text` is null for a numbered frame that this page cannot show.
 * @param {Talk} talk
 * @param {number} n
 * @param {string | null} text
 * @param {string} [tag]
 * @returns {TalkStep & {news: boolean}}
 */
export function take(talk, n, text, tag) {
  const { got } = talk.inbox;
  if (n > got + 1) return { talk, effects: [], news: false };
  if (n <= got) return { ...owe(talk, GOT_MS), news: false };
  const shown = text === null ? talk : append({ ...talk, partnerTyping: false }, 'them', n, text, tag);
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
  if (box === null) return null;
  const known = { ...talk, outbox: box };
  if (talk.flow === 'sync') return goOn(known, window);
  if (n === talk.outbox.acked) return flush(known, window);
  const step = flush({ ...known, outbox: outbox.patient(box) }, window);
  // What is the oldest now has waited for less long.
  const waits = outbox.inFlight(step.talk.outbox) ? arm(TIMER.resend, RESEND_MS) : disarm(TIMER.resend);
  return { talk: step.talk, effects: [...step.effects, waits] };
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
  if (!flows(talk)) return { talk, effects: [] };
  const { got, seen: told, due } = talk.inbox;
  const tell = visible && told < got;
  /** @type {Effect[]} */
  const effects = [];
  if (due) effects.push(disarm(TIMER.got), send({ type: TO.got, c: talk.c, n: got }));
  if (tell) effects.push(send({ type: TO.seen, c: talk.c, n: got }));
  return { talk: { ...talk, inbox: { got, seen: tell ? got : told, due: false } }, effects };
}

/**
 * This side's line broke. What is on the way may be lost, and everything is said again after `resume`.
 * @param {Talk} talk
 * @returns {TalkStep}
 */
export function cut(talk) {
  return { talk: { ...still(talk), flow: 'cut', grace_ms: null }, effects: BREAK_TIMERS.map(disarm) };
}

/**
 * This side's line is back. Neither side knows what the other has: each first tells what it has itself.
 * @param {Talk} talk
 * @param {Seat} seat
 * @param {boolean} visible
 * @returns {TalkStep}
 */
export function resume(talk, seat, visible) {
  const told = introduce({ ...still(talk), flow: 'sync', partner: PARTNER.here, grace_ms: null }, visible);
  if (seat.partner === PARTNER.here) return told;
  const step = partnerMoved(told.talk, seat, visible);
  return { talk: step.talk, effects: [...told.effects, ...step.effects] };
}

/**
 * The partner's line broke or is back.
 * @param {Talk} talk
 * @param {Seat} seat
 * @param {boolean} visible
 * @returns {TalkStep}
 */
export function partnerMoved(talk, { partner, grace_ms = 0 }, visible) {
  if (talk.flow === 'cut') return { talk, effects: [] };
  if (partner === PARTNER.here) return resume(talk, { partner }, visible);
  return {
    talk: { ...still(talk), flow: 'away', partner, grace_ms },
    effects: [...BREAK_TIMERS.map(disarm), arm(TIMER.grace, GRACE_STEP_MS)],
  };
}

/**
 * Another step of the partner's grace is over.
 * @param {Talk} talk
 * @returns {TalkStep}
 */
export function graceStep(talk) {
  if (talk.flow !== 'away' || talk.grace_ms === null) return { talk, effects: [] };
  const grace_ms = Math.max(0, talk.grace_ms - GRACE_STEP_MS);
  return { talk: { ...talk, grace_ms }, effects: grace_ms > 0 ? [arm(TIMER.grace, GRACE_STEP_MS)] : [] };
}

/**
 * The partner's `got` has come or did not come in time: everything that it may lack goes out again, in order.
 * @param {Talk} talk
 * @param {number} window
 * @returns {TalkStep}
 */
export function goOn(talk, window) {
  if (talk.flow !== 'sync') return { talk, effects: [] };
  const step = flush({ ...talk, flow: 'on', outbox: outbox.restart(talk.outbox) }, window);
  return { talk: step.talk, effects: [disarm(TIMER.sync), ...step.effects] };
}

/**
 * The oldest message on the way has waited too long for its `got`. The line itself is asked for a sign of life too.
 * @param {Talk} talk
 * @param {number} window
 * @returns {TalkStep}
 */
export function resend(talk, window) {
  if (talk.flow !== 'on' || !outbox.inFlight(talk.outbox)) return { talk, effects: [] };
  const step = flush({ ...talk, outbox: outbox.again(talk.outbox) }, window);
  return {
    talk: step.talk,
    effects: [...step.effects, arm(TIMER.resend, step.talk.outbox.patience_ms), { do: 'probe' }],
  };
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
 * Nothing that was said about typing holds after a break.
 * @param {Talk} talk
 * @returns {Talk}
 */
function still(talk) {
  return { ...talk, partnerTyping: false, typing: { on: false, fresh: false } };
}

/**
 * @param {Talk} talk
 * @param {boolean} visible
 * @returns {TalkStep}
 */
function introduce(talk, visible) {
  const { got, seen: told } = talk.inbox;
  const shown = visible ? got : told;
  /** @type {Effect[]} */
  const effects = [...BREAK_TIMERS.map(disarm), send({ type: TO.got, c: talk.c, n: got })];
  if (shown > 0) effects.push(send({ type: TO.seen, c: talk.c, n: shown }));
  effects.push(arm(TIMER.sync, SYNC_MS));
  return { talk: { ...talk, inbox: { got, seen: shown, due: false } }, effects };
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
  if (!outbox.canDrop(talk.outbox, n)) return { talk, effects: [] };
  return flush({ ...talk, entries: renumbered(talk.entries, n, fault), outbox: outbox.drop(talk.outbox, n) }, window);
}

/**
 * @param {Talk} talk
 * @param {number} window
 * @returns {TalkStep}
 */
function flush(talk, window) {
  if (talk.flow !== 'on') return { talk, effects: [] };
  const { box, out } = outbox.flush(talk.outbox, window);
  const first = out.length > 0 && !outbox.inFlight(talk.outbox);
  const says = out.map(({ n, text }) => send({ type: TO.say, c: talk.c, n, text }));
  return { talk: { ...talk, outbox: box }, effects: first ? [...says, arm(TIMER.resend, box.patience_ms)] : says };
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
