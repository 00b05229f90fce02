// The bans in force, fifty at a time, and the form that makes one by hand.

import { createBanForm } from './view-ban-form.js';

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./screen-bans.js').BansScreen} BansScreen */
/** @typedef {import('./screen-bans.js').BanRow} BanRow */

/**
 * @param {Hands} hands
 * @param {{render: (place: Element, keys: readonly import('./keys.js').Key[]) => void}} keys
 * @param {Document} document
 */
export function createBans(hands, keys, document) {
  const { get, clone, text, emit } = hands;
  const list = get('barred');
  const form = createBanForm(hands, get('by-hand-form'), 'hand');
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();
  /** Another page was asked for: it begins at its top. */
  let turned = false;

  listen();

  /** @param {BansScreen | null} screen   null: nobody looks */
  function render(screen) {
    if (screen === null) {
      rows.clear();
      list.replaceChildren();
      return;
    }
    text('bans-count', screen.count);
    get('place-bans').setAttribute('aria-busy', String(screen.loading));
    text('bans-again', screen.loading ? 'Loading…' : 'Refresh');
    get('bans-again').setAttribute('aria-disabled', String(screen.loading));
    text('bans-fault', screen.fault);
    get('bans-stopped').hidden = screen.fault === '';
    text('bans-empty', screen.empty);
    get('bans-empty').hidden = screen.empty === '' || (screen.rows !== null && screen.rows.length > 0);
    text('bans-note', screen.note);
    form.render(screen.form);
    renderRows(screen.rows ?? []);
    get('bans-pages').hidden = screen.pages === null;
    text('bans-page', screen.pages?.place ?? '');
    get('bans-back').setAttribute('aria-disabled', String(!screen.pages?.back));
    get('bans-next').setAttribute('aria-disabled', String(!screen.pages?.next));
    if (!turned) return;
    turned = false;
    get('bans-title').scrollIntoView();
    get('bans-title').focus();
  }

  /** @param {readonly BanRow[]} bans */
  function renderRows(bans) {
    const ids = new Set(bans.map(({ id }) => id));
    for (const [id, row] of rows) {
      if (ids.has(id)) continue;
      const focused = row.contains(document.activeElement);
      row.remove();
      rows.delete(id);
      // The button that had it is gone.
      if (focused) get('bans-title').focus();
    }
    bans.forEach((ban, index) => {
      const row = rows.get(ban.id) ?? clone('ban');
      rows.set(ban.id, row);
      fill(row, ban);
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    });
  }

  /**
   * @param {HTMLElement} row
   * @param {BanRow} ban
   */
  function fill(row, ban) {
    const put = (/** @type {string} */ part, /** @type {string} */ words) => {
      const element = /** @type {HTMLElement} */ (row.querySelector(part));
      if (element.textContent !== words) element.textContent = words;
      return element;
    };
    row.dataset.id = ban.id;
    keys.render(/** @type {Element} */ (row.querySelector('.keys')), ban.keys);
    put('.until', ban.until).id = `until-${ban.id}`;
    put('.network', ban.network).hidden = ban.network === '';
    put('.said', ban.reason);
    put('.how', ban.how);
    row.classList.toggle('automatic', ban.automatic);
    put('.made', ban.made);
    keys.render(/** @type {Element} */ (row.querySelector('.from')), ban.report === null ? [] : [ban.report]);
    put('.fault', ban.fault);
    const lift = put('.lift', ban.busy ? 'Lifting…' : 'Lift');
    lift.setAttribute('aria-disabled', String(ban.busy));
    lift.setAttribute('aria-describedby', `until-${ban.id}`);
  }

  function listen() {
    list.addEventListener('click', (event) => {
      const button = /** @type {Element} */ (event.target).closest('.lift');
      const id = /** @type {HTMLElement | null | undefined} */ (button?.closest('li'))?.dataset.id;
      if (id === undefined || button?.getAttribute('aria-disabled') === 'true') return;
      emit({ type: 'ask', question: { what: 'lift', id } });
    });
    const on = (/** @type {string} */ id, /** @type {'next' | 'back' | 'same'} */ to) => {
      get(id).addEventListener('click', () => {
        if (get(id).getAttribute('aria-disabled') === 'true') return;
        turned = to !== 'same';
        emit({ type: 'bansPage', to });
      });
    };
    on('bans-again', 'same');
    on('bans-retry', 'same');
    on('bans-back', 'back');
    on('bans-next', 'next');
  }

  return { render };
}
