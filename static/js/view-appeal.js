// Whom to ask about a ban: a sentence, and a link where there is something to follow.

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./appeals.js').Appeal} Appeal */

/**
 * @param {Hands} hands
 * @param {string} id   of the place for it
 */
export function createAppeal({ get, clone }, id) {
  const place = get(id);
  /** @type {string | null} */
  let shown = null;

  /** @param {Appeal | null} appeal */
  return function render(appeal) {
    const now = JSON.stringify(appeal);
    if (now === shown) return;
    shown = now;
    place.hidden = appeal === null;
    place.replaceChildren();
    if (appeal === null) return;
    place.append(`${appeal.words} `);
    const where = clone(appeal.href === null ? 'appeal-text' : 'appeal-link');
    where.textContent = appeal.text;
    if (appeal.href !== null) where.setAttribute('href', appeal.href);
    place.append(where);
  };
}
