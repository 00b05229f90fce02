// Who is writing: what the partner is told about this side, and what is shown of the partner.

import { TO, TYPING_LAPSE_MS, TYPING_REPEAT_MS } from './wire.js';
import { TIMER, arm, disarm, flows, send } from './state.js';

/** @typedef {import('./state.js').Talk} Talk */
/** @typedef {import('./talk.js').TalkStep} TalkStep */

/**
 * The draft changed: the partner is told when typing begins and when it ends, not about every key.
 * @param {Talk} talk
 * @param {boolean} on
 * @returns {TalkStep}
 */
export function setTyping(talk, on) {
  if (!flows(talk)) return { talk, effects: [] };
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
  if (!talk.typing.fresh || !flows(talk)) return setTyping(talk, false);
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
