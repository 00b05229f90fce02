// The announcements in force: one row for each, with the way to retract it.

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./screen.js').AnnouncementsScreen} AnnouncementsScreen */
/** @typedef {import('./screen.js').Item} Item */

/**
 * @param {Hands} hands
 * @param {Document} document
 */
export function createAnnouncements({ get, clone, text, emit }, document) {
  const list = get('in-force');
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();

  list.addEventListener('click', (event) => {
    const button = /** @type {Element} */ (event.target).closest('button');
    const id = /** @type {HTMLElement | null | undefined} */ (button?.closest('.item'))?.dataset.id;
    if (id === undefined || button?.getAttribute('aria-disabled') === 'true') return;
    emit({ type: 'ask', question: { what: 'retract', id } });
  });
  get('rewrite').addEventListener('click', () => {
    emit({ type: 'rewrite' });
    get('text').focus();
  });

  /** @param {AnnouncementsScreen} screen */
  function render({ count, items, empty, fault, note, canRewrite }) {
    text('announcements-count', count);
    text('announcements-fault', fault);
    text('announcements-empty', empty);
    get('announcements-empty').hidden = items !== null && items.length > 0;
    renderItems(items ?? []);
    get('note').hidden = note === '';
    text('note-words', note);
    get('rewrite').hidden = !canRewrite;
  }

  /** @param {readonly Item[]} items */
  function renderItems(items) {
    for (const [id, row] of rows) {
      if (items.some((item) => item.id === id)) continue;
      const focused = row.contains(document.activeElement);
      row.remove();
      rows.delete(id);
      // The button that had it is gone.
      if (focused) get('announcements-title').focus();
    }
    get('held').hidden = items.length === 0;
    items.forEach((item, index) => {
      const row = rows.get(item.id) ?? clone('item');
      rows.set(item.id, row);
      fill(row, item);
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    });
  }

  /**
   * @param {HTMLElement} row
   * @param {Item} item
   */
  function fill(row, item) {
    row.dataset.id = item.id;
    row.dataset.severity = item.severity;
    const put = (/** @type {string} */ part, /** @type {string} */ words) => {
      const element = /** @type {HTMLElement} */ (row.querySelector(part));
      if (element.textContent !== words) element.textContent = words;
      return element;
    };
    const said = put('.said', item.text);
    said.id = `said-${item.id}`;
    put('.kind', item.kind);
    put('.until', item.until);
    put('.fault', item.fault);
    const button = put('button', item.busy ? 'Retracting…' : 'Retract');
    button.setAttribute('aria-describedby', said.id);
    button.setAttribute('aria-disabled', String(item.busy));
  }

  return { render };
}
