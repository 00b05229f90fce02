// The list of reports, and the ways through it.

import { createReport } from './view-report.js';
import { STATUS } from './wire.js';

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./screen-reports.js').ReportsScreen} ReportsScreen */
/** @typedef {import('./screen-reports.js').Card} Card */

/**
 * @param {Hands} hands
 * @param {Parameters<typeof createReport>[1]} keys
 * @param {Document} document
 */
export function createReports(hands, keys, document) {
  const { get, text, emit } = hands;
  const list = get('cards');
  const tabs = /** @type {HTMLInputElement[]} */ ([...get('statuses').querySelectorAll('input')]);
  /** @type {Map<string, ReturnType<typeof createReport>>} */
  const rows = new Map();
  /** @type {ReportsScreen | null} */
  let last = null;
  /** Another page was asked for: it begins at its top. */
  let turned = false;

  listen();

  /** @param {ReportsScreen | null} screen   null: nobody looks */
  function render(screen) {
    if (screen === null) {
      last = null;
      rows.clear();
      list.replaceChildren();
      return;
    }
    const from = last;
    last = screen;
    for (const tab of tabs) tab.checked = tab.value === screen.status;
    get('place-reports').setAttribute('aria-busy', String(screen.loading));
    text('reports-again', screen.loading ? 'Loading…' : 'Refresh');
    get('reports-again').setAttribute('aria-disabled', String(screen.loading));
    text('reports-fault', screen.fault);
    get('reports-stopped').hidden = screen.fault === '';
    text('reports-empty', screen.empty);
    get('reports-empty').hidden = screen.empty === '' || (screen.cards !== null && screen.cards.length > 0);
    renderCards(screen.cards ?? [], from?.cards ?? []);
    renderWays(screen);
    if (turned && !screen.loading) {
      turned = false;
      get('reports-title').scrollIntoView();
      get('reports-title').focus();
    }
  }

  /**
   * @param {readonly Card[]} cards
   * @param {readonly Card[]} before
   */
  function renderCards(cards, before) {
    const ids = new Set(cards.map(({ id }) => id));
    const had = document.activeElement;
    for (const [id, { row }] of rows) {
      if (ids.has(id)) continue;
      row.remove();
      rows.delete(id);
    }
    cards.forEach((card, index) => {
      const report = rows.get(card.id) ?? createReport(hands, keys, card.id);
      rows.set(card.id, report);
      const was = before.find(({ id }) => id === card.id);
      const isSettled = was !== undefined && was.busy !== null && card.busy === null && (card.here || card.gone);
      const isHere = report.row.contains(had);
      report.render(card);
      if (list.children[index] !== report.row) list.insertBefore(report.row, list.children[index] ?? null);
      if (isSettled && isHere) onward(cards, index);
    });
  }

  /**
   * What was decided is done with: the focus goes to the next one.
   * @param {readonly Card[]} cards
   * @param {number} index
   */
  function onward(cards, index) {
    const next = [...cards.slice(index + 1), ...cards.slice(0, index)].find(({ here, gone }) => !here && !gone);
    const report = next === undefined ? undefined : rows.get(next.id);
    if (report !== undefined) queueMicrotask(report.focus);
    else queueMicrotask(() => (get('reports-hint').hidden ? get('reports-title') : get('reports-more')).focus());
  }

  /** @param {ReportsScreen} screen */
  function renderWays({ hint, pages, loading }) {
    get('reports-hint').hidden = hint === null;
    text('reports-hint-words', hint?.words ?? '');
    text('reports-more', hint?.button ?? '');
    get('reports-pages').hidden = pages === null;
    text('reports-page', pages?.place ?? '');
    get('reports-back').setAttribute('aria-disabled', String(loading || !pages?.back));
    get('reports-next').setAttribute('aria-disabled', String(loading || !pages?.next));
  }

  function listen() {
    for (const tab of tabs) {
      tab.addEventListener('change', () => {
        const status = Object.values(STATUS).find((each) => each === tab.value);
        if (status !== undefined) emit({ type: 'tab', status });
      });
    }
    const on = (/** @type {string} */ id, /** @type {'next' | 'back' | 'first' | 'same'} */ to) => {
      get(id).addEventListener('click', () => {
        if (get(id).getAttribute('aria-disabled') === 'true') return;
        turned = to !== 'same';
        emit({ type: 'page', to });
      });
    };
    on('reports-again', 'same');
    on('reports-retry', 'same');
    on('reports-more', 'first');
    on('reports-back', 'back');
    on('reports-next', 'next');
  }

  return { render };
}
