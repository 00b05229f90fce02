// The ways between the places, and the place that is seen. Each place has an address of its own, so that it can be gone
// back to, kept and reloaded.

import { PLACES, isPlace } from './places.js';

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./state.js').Place} Place */

/**
 * @param {Hands} hands
 * @param {Window & typeof globalThis} window
 */
export function createPlaces({ get, text, emit }, window) {
  /** @type {Place | null} */
  let seen = null;

  // To go where one is changes no address: it leads to the top all the same.
  get('places').addEventListener('click', (event) => {
    const way = /** @type {Element} */ (event.target).closest('a');
    if (way?.getAttribute('aria-current') !== 'page') return;
    event.preventDefault();
    window.scrollTo(0, 0);
    if (seen !== null) get(titleOf(seen)).focus();
  });
  window.addEventListener('hashchange', () => emit({ type: 'go', place: place() }));

  /**
   * @param {Place} to
   * @param {string} open
   */
  function render(to, open) {
    text('open-count', open);
    get('open-count').hidden = open === '' || open === '0';
    get('open-words').hidden = open === '' || open === '0';
    if (seen === to) return;
    for (const each of PLACES) {
      get(`place-${each}`).hidden = each !== to;
      const way = get(`to-${each}`);
      if (each === to) way.setAttribute('aria-current', 'page');
      else way.removeAttribute('aria-current');
    }
    const isMove = seen !== null && !get('desk').hidden;
    seen = to;
    if (!isMove) return;
    window.scrollTo(0, 0);
    get(titleOf(to)).focus();
  }

  /** The place that the address names. @returns {Place} */
  function place() {
    const name = window.location.hash.slice(1);
    return isPlace(name) ? name : 'live';
  }

  return { render, place };
}

/**
 * @param {Place} place
 * @returns {string}
 */
export function titleOf(place) {
  return place === 'live' ? 'desk-title' : `${place}-title`;
}
