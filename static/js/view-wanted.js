// The interests and the language on the page: one form, which goes along from home to the search.

import { label } from './languages.js';

/** @typedef {import('./state.js').Event} Event */
/** @typedef {import('./screen.js').WantedScreen} WantedScreen */
/** @typedef {import('./view.js').Hands} Hands */

/**
 * @param {Hands} hands
 */
export function createWanted({ get, clone, text, hear, emit }) {
  const form = get('wanted');
  const list = get('chips');
  const field = /** @type {HTMLInputElement} */ (get('interest'));
  const select = /** @type {HTMLSelectElement} */ (get('lang'));
  /** @type {Map<string, HTMLElement>} */
  const chips = new Map();
  /** @type {WantedScreen | null} */
  let last = null;
  let composing = false;
  /** The place in the list where the focus goes after a removal. @type {number | null} */
  let refocus = null;
  let byTouch = false;

  listen();

  /** @param {WantedScreen} screen */
  function render(screen) {
    const from = last;
    last = screen;
    if (from?.interests !== screen.interests) renderChips(screen, from !== null);
    if (!composing && field.value !== screen.field) field.value = screen.field;
    field.placeholder = screen.interests.length === 0 ? 'jazz, chess, old films…' : screen.full ? '' : 'Another…';
    field.setAttribute('aria-invalid', String(screen.fault !== ''));
    text('interest-note', screen.fault);
    text('interest-count', screen.interests.length === 0 ? 'optional' : screen.count);
    if (from?.offered !== screen.offered) renderLanguages(screen);
    if (select.value !== (screen.lang ?? '')) select.value = screen.lang ?? '';
  }

  /**
   * @param {WantedScreen} screen
   * @param {boolean} aloud   what an earlier visit kept is not read out
   */
  function renderChips({ interests }, aloud) {
    for (const [interest, chip] of chips) {
      if (interests.includes(interest)) continue;
      chip.remove();
      chips.delete(interest);
      hear(`Removed ${interest}`);
    }
    for (const interest of interests) {
      if (!chips.has(interest)) addChip(interest);
      else continue;
      if (aloud) hear(`Added ${interest}`);
    }
    list.hidden = interests.length === 0;
    if (refocus !== null) focusNear(refocus);
    refocus = null;
  }

  /** @param {string} interest */
  function addChip(interest) {
    const chip = clone('chip');
    /** @type {HTMLElement} */ (chip.querySelector('bdi')).textContent = interest;
    chip.querySelector('button')?.setAttribute('aria-label', `Remove ${interest}`);
    chips.set(interest, chip);
    list.append(chip);
  }

  /**
   * Who took a chip away goes on with the one in its place, or the one before it, or where a new one is typed. A finger
   * would get a keyboard with the field that it did not ask for.
   * @param {number} place
   */
  function focusNear(place) {
    const buttons = list.querySelectorAll('button');
    const near = buttons[Math.min(place, buttons.length - 1)];
    (near ?? (byTouch ? form : field)).focus();
  }

  /** @param {WantedScreen} screen */
  function renderLanguages({ offered }) {
    const any = new Option('Any language', '');
    select.replaceChildren(any, ...offered.map((lang) => new Option(label(lang), lang)));
  }

  /**
   * The form stands in the panel that is on show.
   * @param {string} name
   */
  function moveTo(name) {
    const slot = name === 'home' || name === 'seeking' ? get(`${name}-wanted`) : null;
    if (slot === null || form.parentElement === slot) return;
    slot.append(form);
    // A search is calm, unless there is something to be mended.
    /** @type {HTMLDetailsElement} */ (get('rethink')).open = field.getAttribute('aria-invalid') === 'true';
  }

  function listen() {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      emit({ type: 'interest', text: field.value, take: 'all' });
    });
    field.addEventListener('input', (event) => onInput(/** @type {InputEvent} */ (event)));
    field.addEventListener('compositionstart', () => { composing = true; });
    field.addEventListener('compositionend', () => {
      composing = false;
      emit({ type: 'interest', text: field.value, take: 'ended' });
    });
    field.addEventListener('paste', onPaste);
    field.addEventListener('keydown', onKey);
    list.addEventListener('click', onChip);
    select.addEventListener('change', () => emit({ type: 'lang', lang: select.value === '' ? null : select.value }));
  }

  /** @param {InputEvent} event */
  function onInput(event) {
    // A list comes at once, pasted or suggested by a keyboard; a comma that is typed comes alone.
    const take = composing ? 'none' : event.data?.length === 1 ? 'ended' : 'list';
    emit({ type: 'interest', text: field.value, take });
  }

  /**
   * A field of one line drops the line breaks of what is pasted into it, and they may be all that parts a list.
   * @param {ClipboardEvent} event
   */
  function onPaste(event) {
    const pasted = event.clipboardData?.getData('text/plain') ?? '';
    if (!/[\n\r]/.test(pasted.trim())) return;
    event.preventDefault();
    const { value, selectionStart, selectionEnd } = field;
    const whole = value.slice(0, selectionStart ?? 0) + pasted + value.slice(selectionEnd ?? 0);
    emit({ type: 'interest', text: whole, take: 'list' });
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.isComposing || event.keyCode === 229) return;
    // A key that is held down to empty the field must not go on with the chips.
    const newest = last?.interests.at(-1);
    if (event.key === 'Backspace' && field.value === '' && !event.repeat && newest !== undefined) {
      event.preventDefault();
      emit({ type: 'drop', text: newest });
    }
    if (event.key === 'Escape' && field.value !== '') {
      // The first one gives up the word, and not the search.
      event.stopPropagation();
      emit({ type: 'interest', text: '', take: 'none' });
    }
  }

  /** @param {MouseEvent} event */
  function onChip(event) {
    const chip = /** @type {Element} */ (event.target).closest('button')?.closest('li');
    const place = [...chips.values()].findIndex((each) => each === chip);
    const interest = [...chips.keys()][place];
    if (interest === undefined) return;
    refocus = place;
    byTouch = 'pointerType' in event && event.pointerType === 'touch';
    emit({ type: 'drop', text: interest });
  }

  return { render, moveTo };
}
