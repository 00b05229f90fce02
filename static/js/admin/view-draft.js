// The announcement that is being written, and what people will see of it: the same markup and style as on their page.

import { isEnd, isSeverity } from './compose.js';
import { fill } from '../view-announcements.js';

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./screen.js').DraftScreen} DraftScreen */

/**
 * @param {Hands} hands
 */
export function createDraft({ get, clone, text, emit }) {
  const form = get('draft');
  const words = /** @type {HTMLTextAreaElement} */ (get('text'));
  const end = /** @type {HTMLSelectElement} */ (get('end'));
  const moment = /** @type {HTMLInputElement} */ (get('moment'));
  const kinds = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll('input[name="severity"]')]);
  const announce = get('announce');
  const sample = clone('announcement');
  get('preview-frame').append(sample);
  /** @type {DraftScreen | null} */
  let last = null;
  /** Asked for, or on its way: what is wrong with it then takes the focus. */
  let asked = false;

  listen();

  /** @param {DraftScreen} draft */
  function render(draft) {
    const from = last;
    last = draft;
    if (words.value !== draft.text) words.value = draft.text;
    for (const kind of kinds) kind.checked = kind.value === draft.severity;
    if (end.value !== draft.end) end.value = draft.end;
    if (moment.value !== draft.moment) moment.value = draft.moment;
    moment.hidden = draft.end !== 'at';
    text('zone', draft.zone);
    text('counter', draft.counter);
    get('counter').classList.toggle('over', draft.over);
    text('announce', draft.sending ? 'Announcing…' : 'Announce');
    announce.setAttribute('aria-disabled', String(draft.sending));
    words.readOnly = draft.sending;
    renderPreview(draft);
    renderFaults(draft, from);
  }

  /** @param {DraftScreen} draft */
  function renderPreview({ preview }) {
    get('preview').hidden = preview === null;
    fill(sample, preview ?? { severity: 'info', text: '' });
  }

  /**
   * @param {DraftScreen} draft
   * @param {DraftScreen | null} from
   */
  function renderFaults({ faults, end: ends, sending }, from) {
    text('text-fault', faults.text);
    text('end-fault', faults.end);
    text('form-fault', faults.form);
    words.setAttribute('aria-invalid', String(faults.text !== ''));
    const field = ends === 'at' ? moment : end;
    for (const each of [moment, end]) each.setAttribute('aria-invalid', String(each === field && faults.end !== ''));
    asked ||= sending;
    if (!asked || sending) return;
    if (faults.text !== '') words.focus();
    else if (faults.end !== '') field.focus();
    else if (from?.sending) words.focus();
    asked = false;
  }

  function listen() {
    // Enter in a field of one line would tell everybody: only the button does.
    form.addEventListener('submit', (event) => event.preventDefault());
    announce.addEventListener('click', () => {
      if (announce.getAttribute('aria-disabled') === 'true') return;
      asked = true;
      emit({ type: 'announce' });
    });
    words.addEventListener('input', () => emit({ type: 'compose', change: { text: words.value } }));
    for (const kind of kinds) {
      kind.addEventListener('change', () => {
        if (isSeverity(kind.value)) emit({ type: 'compose', change: { severity: kind.value } });
      });
    }
    end.addEventListener('change', () => {
      if (isEnd(end.value)) emit({ type: 'compose', change: { end: end.value } });
    });
    moment.addEventListener('input', () => emit({ type: 'compose', change: { moment: moment.value } }));
  }

  return { render };
}
