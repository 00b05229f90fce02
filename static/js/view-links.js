// The addresses in a message: a button below it for each, which shows the whole address first. It is opened from there,
// in a tab of its own that knows nothing of this one. Until then there is no element with that address on the page, so
// that a browser cannot get ahead of the person.

import { linksIn } from './links.js';
import * as words from './words.js';

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./links.js').Link} Link */

/**
 * @param {Pick<Hands, 'get' | 'clone' | 'text'>} hands
 */
export function createLinks({ get, clone, text }) {
  const dialog = /** @type {HTMLDialogElement} */ (get('linking'));
  const open = /** @type {HTMLAnchorElement} */ (get('link-open'));

  get('link-close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => {
    // Told a moment later, when another link may be looked at already.
    if (!dialog.open) open.removeAttribute('href');
  });
  // The address is read at the click itself, and is gone a moment later.
  open.addEventListener('click', () => setTimeout(() => dialog.close()));

  /** @param {Link} link */
  function show(link) {
    text('link-before', link.before);
    text('link-host', link.host);
    text('link-after', link.after);
    text('linking-note', words.linkNote(link));
    open.href = link.href;
    dialog.showModal();
  }

  return {
    /**
     * @param {HTMLElement} item   what shows the message
     * @param {string} said
     */
    add(item, said) {
      const links = linksIn(said);
      if (links.length === 0) return;
      const list = clone('links');
      for (const link of links) {
        const each = clone('link');
        /** @type {HTMLElement} */ (each.querySelector('bdi')).textContent = link.host;
        each.querySelector('button')?.addEventListener('click', () => show(link));
        list.append(each);
      }
      item.append(list);
    },

    close() {
      if (dialog.open) dialog.close();
    },

    get isOpen() {
      return dialog.open;
    },
  };
}
