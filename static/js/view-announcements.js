// What the operator has to say: a card for each announcement on show. What is critical is read out at once, the rest
// when there is a moment.

import { SEVERITY } from './wire.js';
import * as words from './words.js';

/** @typedef {import('./state.js').Announcement} Announcement */
/** @typedef {import('./view.js').Hands} Hands */

/** @type {(announcement: Announcement) => boolean} */
const isCritical = ({ severity }) => severity === SEVERITY.critical;

/**
 * Fills a card in.
 * @param {HTMLElement} card
 * @param {Pick<Announcement, 'severity' | 'text'>} announcement
 */
export function fill(card, { severity, text }) {
  const part = (/** @type {string} */ name) => /** @type {Element} */ (card.querySelector(name));
  card.dataset.severity = severity;
  part('use').setAttribute('href', `#sign-${severity}`);
  part('.unseen').textContent = words.severity(severity);
  if (part('p').textContent !== text) part('p').textContent = text;
}

/**
 * @param {Pick<Hands, 'get' | 'clone' | 'emit'>} hands
 */
export function createAnnouncements({ get, clone, emit }) {
  const region = get('announcements');
  /** @type {Map<string, HTMLElement>} */
  const cards = new Map();
  /** Cards made so far. */
  let count = 0;

  region.addEventListener('click', hide);

  /** @param {readonly Announcement[]} wanted   in the order in which they stand */
  function render(wanted) {
    if (wanted.length === 0 && cards.size === 0) return;
    const at = buttons().findIndex((button) => button === region.ownerDocument.activeElement);
    for (const [id, card] of cards) {
      if (wanted.some((each) => each.id === id)) continue;
      card.remove();
      cards.delete(id);
    }
    const urgent = wanted.some((each) => isCritical(each) && !cards.has(each.id));
    place(get('alerts'), wanted.filter(isCritical));
    place(get('notices'), wanted.filter((each) => !isCritical(each)));
    // It stands on top, wherever the person has scrolled to.
    if (urgent) region.scrollTop = 0;
    if (at >= 0 && !region.contains(region.ownerDocument.activeElement)) goOn(at);
  }

  /**
   * Cards that stay are left alone: one that moves would be read out again.
   * @param {HTMLElement} list
   * @param {readonly Announcement[]} wanted
   */
  function place(list, wanted) {
    wanted.forEach((each, at) => {
      const card = cards.get(each.id) ?? create(each);
      if (list.children[at] !== card) list.insertBefore(card, list.children[at] ?? null);
    });
  }

  /**
   * @param {Announcement} announcement
   * @returns {HTMLElement}
   */
  function create(announcement) {
    const card = clone('announcement');
    fill(card, announcement);
    count += 1;
    const said = /** @type {Element} */ (card.querySelector('p'));
    said.id = `announcement-${count}`;
    card.querySelector('button')?.setAttribute('aria-describedby', said.id);
    cards.set(announcement.id, card);
    return card;
  }

  /** @param {MouseEvent} event */
  function hide({ target }) {
    const pressed = /** @type {Element} */ (target).closest('button');
    for (const [id, card] of cards) {
      if (pressed !== null && card.contains(pressed)) emit({ type: 'dismiss', id });
    }
  }

  /**
   * The card that had the focus is gone: it goes to the one in its place, or on to the page: in a conversation, to what
   * is being written.
   * @param {number} at
   */
  function goOn(at) {
    const page = region.ownerDocument.body.dataset.screen === 'talk' ? 'draft' : 'main';
    (buttons()[at] ?? buttons().at(-1) ?? get(page)).focus({ preventScroll: true });
  }

  function buttons() {
    return [...region.querySelectorAll('button')];
  }

  return { render };
}
