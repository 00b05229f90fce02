// Keys that can be copied. Where a browser does not let a page write to the clipboard, the whole key is selected.

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./keys.js').Key} Key */

/**
 * @param {Hands} hands
 * @param {Document} document
 * @param {Window & typeof globalThis} window
 */
export function createKeys({ clone, hear }, document, window) {
  document.addEventListener('click', (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('button.key'));
    if (button !== null) void copy(button);
  });

  /** @param {HTMLElement} button */
  async function copy(button) {
    const full = button.dataset.full ?? '';
    for (const each of document.querySelectorAll('button.key.copied')) each.classList.remove('copied');
    try {
      await window.navigator.clipboard.writeText(full);
      button.classList.add('copied');
      hear('The key is copied.');
    } catch {
      const code = /** @type {HTMLElement} */ (button.querySelector('code'));
      code.textContent = full;
      window.getSelection()?.selectAllChildren(code);
      hear('The key could not be copied. It is selected.');
    }
  }

  /**
   * As many buttons as there are keys. A key that has not changed is left alone.
   * @param {Element} place
   * @param {readonly Key[]} keys
   */
  function render(place, keys) {
    while (place.childElementCount > keys.length) place.lastElementChild?.remove();
    while (place.childElementCount < keys.length) place.append(clone('key'));
    keys.forEach(({ words, short, full }, index) => {
      const button = /** @type {HTMLElement} */ (place.children[index]);
      if (button.dataset.full === full) return;
      button.dataset.full = full;
      button.classList.remove('copied');
      button.setAttribute('aria-label', `${words} ${short}, copy the whole key`);
      /** @type {Element} */ (button.querySelector('span')).textContent = words;
      /** @type {Element} */ (button.querySelector('code')).textContent = short;
    });
  }

  return { render };
}
