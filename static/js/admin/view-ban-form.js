// The form of a ban, under a report and by hand: the same fields but for whom it is about.

import { isKind, isSpan } from './ban-draft.js';

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./screen-bans.js').BanForm} BanForm */

let forms = 0;

/**
 * @param {Hands} hands
 * @param {HTMLElement} place
 * @param {'report' | 'hand'} at
 * @param {() => void} [close]   where it can be closed
 */
export function createBanForm({ clone, emit }, place, at, close) {
  forms += 1;
  const form = clone('ban-form');
  const find = (/** @type {string} */ part) => /** @type {HTMLElement} */ (form.querySelector(part));
  const key = /** @type {HTMLInputElement} */ (find('.whose'));
  const span = /** @type {HTMLSelectElement} */ (find('select'));
  const moment = /** @type {HTMLInputElement} */ (find('.moment'));
  const reason = /** @type {HTMLInputElement} */ (find('.why'));
  const uphold = /** @type {HTMLInputElement} */ (find('.check input'));
  const kinds = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll('.whom input')]);
  const ban = find('.grave');
  /** @type {BanForm | null} */
  let last = null;
  /** Asked for, or on its way: what is wrong with it then takes the focus. */
  let asked = false;

  // There may be two of them on a page.
  for (const each of form.querySelectorAll('[id]')) each.id = `${each.id}-${forms}`;
  for (const name of ['for', 'aria-describedby']) {
    for (const each of form.querySelectorAll(`[${name}]`)) {
      const ids = (each.getAttribute(name) ?? '').split(' ').map((id) => `${id}-${forms}`);
      each.setAttribute(name, ids.join(' '));
    }
  }
  for (const kind of kinds) kind.name = `kind-${forms}`;
  find('.cancel').hidden = close === undefined;
  place.append(form);
  listen();

  /** @param {BanForm} screen */
  function render(screen) {
    const from = last;
    last = screen;
    find('.whom').hidden = screen.whom === null;
    find('.key-row').hidden = screen.whom === null;
    for (const kind of kinds) kind.checked = kind.value === screen.whom?.kind;
    fill(key, screen.whom?.key ?? '');
    if (span.value !== screen.span) span.value = screen.span;
    fill(moment, screen.moment);
    moment.hidden = screen.span !== 'at';
    fill(reason, screen.reason);
    find('.check').hidden = screen.uphold === null;
    uphold.checked = screen.uphold === true;
    put('.zone', screen.zone);
    put('.counter', screen.counter);
    find('.counter').classList.toggle('over', screen.over);
    put('.reach', screen.help);
    ban.textContent = screen.sending ? 'Banning…' : 'Ban';
    ban.setAttribute('aria-disabled', String(screen.sending));
    for (const field of [key, moment, reason]) field.readOnly = screen.sending;
    renderFaults(screen, from);
  }

  /**
   * @param {BanForm} screen
   * @param {BanForm | null} from
   */
  function renderFaults({ faults, span: spanned, sending }, from) {
    put('.key-fault', faults.key);
    put('.end-fault', faults.end);
    put('.reason-fault', faults.reason);
    put('.form-fault', faults.form);
    const end = spanned === 'at' ? moment : span;
    key.setAttribute('aria-invalid', String(faults.key !== ''));
    for (const each of [moment, span]) each.setAttribute('aria-invalid', String(each === end && faults.end !== ''));
    reason.setAttribute('aria-invalid', String(faults.reason !== ''));
    asked ||= sending;
    if (!asked || sending) return;
    if (faults.key !== '') key.focus();
    else if (faults.end !== '') end.focus();
    else if (faults.reason !== '') reason.focus();
    else if (from?.sending && close === undefined) key.focus();
    asked = false;
  }

  function listen() {
    // Enter in a field would ban somebody: only the button does.
    form.addEventListener('submit', (event) => event.preventDefault());
    ban.addEventListener('click', () => {
      if (ban.getAttribute('aria-disabled') === 'true') return;
      asked = true;
      emit({ type: 'ban', at });
    });
    find('.cancel').addEventListener('click', () => close?.());
    key.addEventListener('input', () => emit({ type: 'composeBan', at, change: { key: key.value } }));
    moment.addEventListener('input', () => emit({ type: 'composeBan', at, change: { moment: moment.value } }));
    reason.addEventListener('input', () => emit({ type: 'composeBan', at, change: { reason: reason.value } }));
    uphold.addEventListener('change', () => emit({ type: 'composeBan', at, change: { uphold: uphold.checked } }));
    span.addEventListener('change', () => {
      if (isSpan(span.value)) emit({ type: 'composeBan', at, change: { span: span.value } });
    });
    for (const kind of kinds) {
      kind.addEventListener('change', () => {
        if (isKind(kind.value)) emit({ type: 'composeBan', at, change: { kind: kind.value } });
      });
    }
  }

  /**
   * @param {HTMLInputElement} field
   * @param {string} value
   */
  function fill(field, value) {
    if (field.value !== value) field.value = value;
  }

  /**
   * @param {string} part
   * @param {string} words
   */
  function put(part, words) {
    const element = find(part);
    if (element.textContent !== words) element.textContent = words;
  }

  return { render, focus: () => span.focus(), remove: () => form.remove() };
}
