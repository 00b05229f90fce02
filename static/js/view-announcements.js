// What the operator has to say: one row for each announcement that the person has not hidden.

/** @typedef {import('./state.js').Announcement} Announcement */
/** @typedef {import('./view.js').Hands} Hands */

/**
 * @param {Pick<Hands, 'get' | 'clone'>} hands
 */
export function createAnnouncements({ get, clone }) {
  const region = get('announcements');
  /** Those that the person hid. @type {Set<string>} */
  const hidden = new Set();
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();
  /** @type {readonly Announcement[] | null} */
  let last = null;

  region.addEventListener('click', hide);

  /** @param {readonly Announcement[]} announcements */
  function render(announcements) {
    if (announcements === last) return;
    last = announcements;
    show(announcements.filter(({ id }) => !hidden.has(id)));
  }

  /** @param {readonly Announcement[]} wanted */
  function show(wanted) {
    for (const [id, row] of rows) {
      if (wanted.some((each) => each.id === id)) continue;
      row.remove();
      rows.delete(id);
    }
    region.hidden = wanted.length === 0;
    // Rows that stay are left alone: one that moves would be read out again.
    for (const { id, severity, text } of wanted) {
      if (rows.has(id)) continue;
      const row = clone('announcement');
      row.dataset.id = id;
      row.dataset.severity = severity;
      if (severity === 'critical') row.setAttribute('role', 'alert');
      /** @type {HTMLElement} */ (row.querySelector('p')).textContent = text;
      rows.set(id, row);
      region.append(row);
    }
  }

  /** @param {MouseEvent} event */
  function hide(event) {
    const target = /** @type {Element} */ (event.target);
    const row = target.closest('button') && /** @type {HTMLElement | null} */ (target.closest('.announcement'));
    if (!row || last === null) return;
    hidden.add(row.dataset.id ?? '');
    show(last.filter(({ id }) => !hidden.has(id)));
  }

  return { render };
}
