// The question that comes before what cannot be taken back, or what everybody notices.

import { moment } from './format.js';
import { wording } from './compose.js';
import { banOf } from './bans.js';

/** @typedef {import('./state.js').State} State */

/**
 * @typedef {object} QuestionScreen
 * @property {string} title
 * @property {string} detail
 * @property {string} quote
 * @property {string} yes
 * @property {string} no
 * @property {boolean} grave
 */

const NOTICED = Object.freeze({
  pause: 'Who talks goes on. Who waits keeps the place and is told. Newcomers are turned away for the moment.',
  resume: 'Who waits is matched at once, in the order of their waiting, and newcomers come in again.',
  announce: 'Everybody with the page open will be told at once, whatever they are doing.',
  retract: 'It goes from every open page at once, and cannot be brought back: only announced anew.',
  lift: 'They can come in again at once. A ban that is lifted cannot be brought back, only made anew.',
});

/**
 * @param {State} state
 * @returns {QuestionScreen | null}
 */
export function questionOf(state) {
  const { question, list, draft, now, ahead_ms } = state;
  if (question === null) return null;
  switch (question.what) {
    case 'pause': return question.paused
      ? { title: 'Pause matching?', detail: NOTICED.pause, quote: '', yes: 'Pause', no: 'Not now', grave: true }
      : { title: 'Resume matching?', detail: NOTICED.resume, quote: '', yes: 'Resume', no: 'Not yet', grave: false };
    case 'announce': {
      const title = 'Announce this as critical?';
      return { title, detail: NOTICED.announce, quote: wording(draft), yes: 'Tell all', no: 'Not yet', grave: true };
    }
    case 'retract': {
      const quote = list.items?.find(({ id }) => id === question.id)?.text ?? '';
      const title = 'Retract this announcement?';
      return { title, detail: NOTICED.retract, quote, yes: 'Retract', no: 'Keep it', grave: true };
    }
    case 'lift': {
      const ban = banOf(state, question.id);
      const until = ban === null ? '' : ` It holds until ${moment(ban.until, now + ahead_ms)}.`;
      const detail = `${NOTICED.lift}${until}`;
      return { title: 'Lift this ban?', detail, quote: ban?.reason ?? '', yes: 'Lift', no: 'Keep it', grave: true };
    }
  }
}
