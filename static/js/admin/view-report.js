// One report. Its lines are on the page only while the operator wants to see them. What strangers wrote goes in through
// `textContent`.

import { createBanForm } from './view-ban-form.js';

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./screen-reports.js').Card} Card */

/**
 * @param {Hands} hands
 * @param {{render: (place: Element, keys: readonly import('./keys.js').Key[]) => void}} keys
 * @param {string} id
 */
export function createReport(hands, keys, id) {
  const { clone, emit } = hands;
  const row = clone('report');
  const find = (/** @type {string} */ part) => /** @type {HTMLElement} */ (row.querySelector(part));
  const note = /** @type {HTMLTextAreaElement} */ (find('.noting textarea'));
  /** @type {ReturnType<typeof createBanForm> | null} */
  let banForm = null;
  /** @type {Card | null} */
  let last = null;
  /** The button that opened a form: the focus goes back there. @type {HTMLElement | null} */
  let opener = null;

  find('h2').id = `report-${id}`;
  row.setAttribute('aria-labelledby', `report-${id}`);
  note.id = `note-${id}`;
  find('.noting label').setAttribute('for', note.id);
  find('.runs').id = `lines-${id}`;
  find('.reveal').setAttribute('aria-controls', `lines-${id}`);
  for (const button of row.querySelectorAll('[data-act]')) button.setAttribute('aria-describedby', `report-${id}`);
  find('.noting').addEventListener('submit', (event) => event.preventDefault());
  note.addEventListener('input', () => emit({ type: 'note', note: note.value }));
  row.addEventListener('click', (event) => {
    const from = /** @type {Element} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (from.closest('button[data-act]'));
    if (button !== null && button.getAttribute('aria-disabled') !== 'true') act(button);
  });

  /** @param {HTMLElement} button */
  function act(button) {
    switch (button.dataset.act) {
      case 'uphold': emit({ type: 'decide', id, status: 'upheld' }); return;
      case 'dismiss': emit({ type: 'decide', id, status: 'dismissed' }); return;
      case 'reveal': emit({ type: 'reveal', id, on: last?.shown === false }); return;
      case 'note': opener = button; emit({ type: 'form', id, what: 'note' }); return;
      case 'ban': opener = button; emit({ type: 'form', id, what: 'ban' }); return;
      case 'close': emit({ type: 'closeForm' }); return;
      case 'lift': {
        const made = last?.accused.ban ?? null;
        if (made !== null) emit({ type: 'ask', question: { what: 'lift', id: made } });
      }
    }
  }

  /** @param {Card} card */
  function render(card) {
    const from = last;
    last = card;
    row.dataset.reason = card.code;
    row.classList.toggle('done', card.here || card.gone);
    put('.reason', card.reason);
    put('.when', [card.at, card.times, card.expires].filter((words) => words !== '').join(' · '));
    put('.outcome', card.outcome);
    row.dataset.outcome = card.gone ? 'gone' : card.decided ?? 'open';
    renderPeople(card);
    put('.note-words', card.note);
    find('.note').hidden = card.note === '';
    renderLines(card);
    put('.decision-words', card.decision);
    find('.decision').hidden = card.decision === '';
    put('.card-fault', card.fault);
    renderChoices(card);
    renderForms(card, from);
  }

  /** @param {Card} card */
  function renderPeople({ accused, reporter }) {
    keys.render(find('.accused .keys'), accused.keys);
    put('.reports', accused.reports);
    put('.banned-words', accused.banned);
    find('.banned').hidden = accused.banned === '';
    find('[data-act="lift"]').hidden = accused.ban === null;
    keys.render(find('.reporter .keys'), reporter.keys);
    put('.worth', `their word ${reporter.weight}`);
  }

  /** @param {Card} card */
  function renderLines({ sent, hasLines, shown, runs }) {
    put('.sent-words', sent);
    const reveal = find('.reveal');
    reveal.hidden = !hasLines;
    reveal.setAttribute('aria-expanded', String(shown));
    put('.reveal', shown ? 'Hide lines' : 'Show lines');
    const place = find('.runs');
    place.hidden = !shown;
    // They never change: what is there is right.
    if (place.childElementCount === runs.length) return;
    place.replaceChildren(...runs.map(({ verified, mark, lines }) => {
      const run = clone('run');
      run.classList.toggle('verified', verified);
      run.querySelector('use')?.setAttribute('href', verified ? '#sign-verified' : '#sign-doubt');
      /** @type {Element} */ (run.querySelector('.mark span')).textContent = mark;
      /** @type {Element} */ (run.querySelector('ol')).append(...lines.map(({ from, n, text }) => {
        const line = clone('line');
        /** @type {Element} */ (line.querySelector('.from')).textContent = `${from}, ${n}`;
        /** @type {Element} */ (line.querySelector('.said')).textContent = text;
        return line;
      }));
      return run;
    }));
  }

  /** @param {Card} card */
  function renderChoices({ decided, gone, busy, noteForm, banForm: banning }) {
    const isFree = !gone && noteForm === null && banning === null;
    find('.acts').hidden = !isFree;
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll('[data-act="uphold"]'))) {
      label(button, 'uphold', busy === 'upheld', decided !== null, button.closest('.noting') !== null);
      button.hidden = decided === 'upheld' && button.closest('.acts') !== null;
    }
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll('[data-act="dismiss"]'))) {
      label(button, 'dismiss', busy === 'dismissed', decided !== null, button.closest('.noting') !== null);
      button.hidden = decided === 'dismissed' && button.closest('.acts') !== null;
    }
    for (const button of row.querySelectorAll('[data-act="uphold"], [data-act="dismiss"]')) {
      button.setAttribute('aria-disabled', String(busy !== null));
    }
  }

  /**
   * @param {HTMLElement} button
   * @param {'uphold' | 'dismiss'} what
   * @param {boolean} isBusy
   * @param {boolean} isDecided
   * @param {boolean} withNote
   */
  function label(button, what, isBusy, isDecided, withNote) {
    const name = what === 'uphold' ? 'Uphold' : 'Dismiss';
    const busy = what === 'uphold' ? 'Upholding…' : 'Dismissing…';
    const words = isBusy ? busy : isDecided && !withNote ? `${name} instead` : name;
    if (button.textContent !== words) button.textContent = words;
  }

  /**
   * @param {Card} card
   * @param {Card | null} from
   */
  function renderForms({ noteForm, banForm: banning, busy, here, gone }, from) {
    find('.noting').hidden = noteForm === null;
    if (noteForm !== null) {
      if (note.value !== noteForm.note) note.value = noteForm.note;
      note.readOnly = busy !== null;
      note.setAttribute('aria-invalid', String(noteForm.over));
      put('.noting .counter', noteForm.counter);
      find('.noting .counter').classList.toggle('over', noteForm.over);
      if (from !== null && from.noteForm === null) note.focus();
    }
    if (banning !== null) {
      const isNew = banForm === null;
      banForm ??= createBanForm(hands, find('.banning'), 'report', () => emit({ type: 'closeForm' }));
      banForm.render(banning);
      if (isNew && from !== null) banForm.focus();
    } else {
      banForm?.remove();
      banForm = null;
    }
    const isClosed = (from?.noteForm ?? from?.banForm ?? null) !== null && noteForm === null && banning === null;
    // Not where a decision has closed it: then the next report is what matters.
    if (isClosed && !here && !gone && opener !== null) opener.focus();
  }

  /**
   * @param {string} part
   * @param {string} words
   */
  function put(part, words) {
    const element = find(part);
    if (element.textContent !== words) element.textContent = words;
  }

  return { row, render, focus: () => find('h2').focus() };
}
