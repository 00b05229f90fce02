// The dialog in which a report is put together. What was ticked and typed stays when it is closed, for as long as the
// conversation is on show, or the last one; nothing is ticked by itself.

import { bytesOf, compose, frameOf, reportFault } from './report.js';
import { NOTE_CHARS_MAX, REASON } from './wire.js';
import { countChars, tidy } from './text.js';
import * as words from './words.js';

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./screen.js').TalkScreen} TalkScreen */
/** @typedef {import('./screen.js').LastScreen} LastScreen */
/** @typedef {import('./report.js').Choice} Choice */

/** The counter shows once this much or less is left. */
const COUNTER_FROM = 100;

/**
 * @param {Hands} hands
 */
export function createReport({ get, clone, text, emit }) {
  const dialog = /** @type {HTMLDialogElement} */ (get('reporting'));
  const note = /** @type {HTMLTextAreaElement} */ (get('report-note'));
  /** @type {HTMLInputElement[]} */
  const reasons = [];
  /**
   * Every line that may be shown, by its place in the transcript.
   * @type {Map<number, {choice: Choice, item: HTMLElement, box: HTMLInputElement}>}
   */
  const rows = new Map();
  /** Whom it would be about. @type {TalkScreen | LastScreen | null} */
  let talk = null;
  /** The person wanted to send it as it was: from then on, what is missing is said. */
  let tried = false;
  /** The person has sent it, or blocked, and the page has yet to show it. */
  let said = false;

  for (const name of Object.values(REASON)) addReason(name);
  for (const id of ['ask-report', 'ask-report-after', 'ask-report-home', 'ask-report-seeking']) get(id).addEventListener('click', open);
  get('report-cancel').addEventListener('click', () => dialog.close());
  // A tap beside the sheet loses nothing.
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('input', review);
  get('report-send').addEventListener('click', send);
  get('report-block').addEventListener('click', () => {
    leave();
    emit({ type: 'file', what: { type: 'block' } });
  });

  /** @param {string} name */
  function addReason(name) {
    const label = clone('reason');
    const box = /** @type {HTMLInputElement} */ (label.querySelector('input'));
    box.value = name;
    /** @type {HTMLElement} */ (label.querySelector('span')).textContent = words.reason(name);
    reasons.push(box);
    get('report-reasons').append(label);
  }

  function open() {
    if (talk === null || talk.report.made) return;
    renderChoices(talk.report.choices);
    review();
    dialog.showModal();
    get('report-body').scrollTop = 0;
    get('reporting-title').focus();
    // What was said last is what it is most likely to be about.
    get('report-lines').scrollTop = get('report-lines').scrollHeight;
  }

  function leave() {
    said = true;
    dialog.close();
  }

  function send() {
    tried = true;
    if (talk === null) return;
    const what = put();
    const fault = reportFault(talk.c, what, talk.report.frame_bytes);
    if (fault !== null) {
      review();
      mend(fault);
      return;
    }
    leave();
    emit({ type: 'file', what });
  }

  /** The report as it stands. */
  function put() {
    const lines = [...rows.values()].flatMap(({ choice, box }) => (box.checked ? [choice.line] : []));
    return compose(reasons.find(({ checked }) => checked)?.value ?? '', note.value, lines);
  }

  /** Says how much there is room for, and what keeps it from going out. */
  function review() {
    if (talk === null) return;
    const { c, report: { frame_bytes } } = talk;
    const what = put();
    const fault = reportFault(c, what, frame_bytes);
    // Nobody is scolded for what they have not come to yet.
    const isEarly = fault === 'reason' && !tried;
    text('report-fault', fault === null || isEarly ? '' : words.reportFault(fault));
    text('report-room', words.chosen(what.lines?.length ?? 0, bytesOf(frameOf(c, what)) / frame_bytes));
    const left = NOTE_CHARS_MAX - countChars(tidy(note.value));
    text('report-counter', left > COUNTER_FROM ? '' : left >= 0 ? `${left} left` : `${-left} too many`);
    get('report-counter').classList.toggle('over', left < 0);
    note.setAttribute('aria-invalid', String(left < 0));
    // Not `disabled`: that would say nothing to who presses it.
    get('report-send').setAttribute('aria-disabled', String(fault !== null));
  }

  /** The focus goes where the fault can be mended. @param {import('./report.js').Fault} fault */
  function mend(fault) {
    if (fault === 'reason') reasons[0]?.focus();
    else if (fault === 'note') note.focus();
    else [...rows.values()].find(({ box }) => box.checked)?.box.focus();
  }

  /** @param {readonly Choice[]} choices */
  function renderChoices(choices) {
    const kept = new Set(choices.map(({ key }) => key));
    for (const [key, { item }] of rows) {
      if (kept.has(key)) continue;
      item.remove();
      rows.delete(key);
    }
    for (const choice of choices) if (!rows.has(choice.key)) addChoice(choice);
    get('report-shown').hidden = choices.length === 0;
  }

  /** @param {Choice} choice */
  function addChoice(choice) {
    const item = clone('choice');
    const { from, text: said } = choice.line;
    item.dataset.from = from;
    /** @type {HTMLElement} */ (item.querySelector('.who')).textContent = from === 'me' ? 'You: ' : 'Stranger: ';
    /** @type {HTMLElement} */ (item.querySelector('.words-of')).textContent = said;
    rows.set(choice.key, { choice, item, box: /** @type {HTMLInputElement} */ (item.querySelector('input')) });
    get('report-lines').append(item);
  }

  function clear() {
    if (dialog.open) dialog.close();
    tried = false;
    note.value = '';
    for (const box of reasons) box.checked = false;
    rows.clear();
    get('report-lines').replaceChildren();
  }

  /** @param {LastScreen | null} last */
  function renderLast(last) {
    for (const name of ['home', 'seeking']) {
      get(`last-${name}`).hidden = last === null;
      get(`ask-report-${name}`).hidden = last?.report.made === true;
      text(`last-note-${name}`, last?.note ?? '');
    }
  }

  /**
   * @param {TalkScreen | null} shown   the conversation on show
   * @param {LastScreen | null} last    the one before, while there is none
   */
  function render(shown, last) {
    const now = shown ?? last;
    if (now?.c !== talk?.c) clear();
    talk = now;
    renderLast(last);
    if (now === null) return;
    const { report: { made, words: detail, choices } } = now;
    get('ask-report-after').hidden = made;
    get('report-block').hidden = now.blocked;
    text('reporting-detail', detail);
    if (dialog.open) {
      renderChoices(choices);
      review();
    }
    if (!said || !now.blocked) return;
    said = false;
    // The button that asked is gone.
    get(shown !== null ? 'fresh' : get('home').hidden ? 'cancel' : 'talk').focus();
  }

  return {
    render,
    /** Whether the dialog is on show: then keys are about it alone. */
    get isOpen() {
      return dialog.open;
    },
  };
}
