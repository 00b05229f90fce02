// The numbers: large ones, small ones, bars and the table of lobbies. Rows keep their place and only change their
// words, so that somebody who reads one of them is not thrown out of it.

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./screen.js').Screen} Screen */
/** @typedef {import('./figures.js').Figures} Figures */
/** @typedef {import('./figures.js').Row} Row */
/** @typedef {import('./figures.js').LobbyRow} LobbyRow */

/** @type {readonly (keyof Figures)[]} */
const FIGURES = Object.freeze(/** @type {const} */ ([
  'online', 'waiting', 'chatting', 'streams', 'since', 'matches', 'messages', 'reconnects', 'resumes',
]));

/** Large numbers with more signs than these have to be a little smaller. */
const LONG = 6;

/** The columns of a lobby, after its name. @type {readonly (keyof LobbyRow)[]} */
const COLUMNS = Object.freeze(/** @type {const} */ ([
  'sessions', 'waiting', 'chatting', 'matches', 'messages', 'heard',
]));

/**
 * @param {Hands} hands
 */
export function createNumbers({ get, clone, text }) {
  /** @param {Screen} screen */
  function render({ when, figures, waits, ends, refusals, lobbies }) {
    text('when', when);
    for (const name of FIGURES) text(name, figures[name]);
    const longest = Math.max(...[figures.online, figures.waiting, figures.chatting].map(({ length }) => length));
    get('large').classList.toggle('long', longest > LONG);
    text('waits-sentence', waits.sentence);
    renderBars('waits', 'bar', waits.bars.map((bar) => ({ ...bar, code: '', words: bar.label, some: bar.share > 0 })));
    text('ends-total', ends.total);
    renderBars('ends', 'coded', ends.rows);
    text('refusals-total', refusals.total);
    renderBars('refusals', 'coded', refusals.rows);
    renderLobbies(lobbies);
  }

  /**
   * @param {string} id
   * @param {'bar' | 'coded'} template
   * @param {readonly Row[]} rows
   */
  function renderBars(id, template, rows) {
    fit(get(id), rows.length, template).forEach((row, index) => {
      const { code, words, count, share, some } = /** @type {Row} */ (rows[index]);
      row.classList.toggle('none', !some);
      put(row.querySelector('th span') ?? row.querySelector('th'), words);
      put(row.querySelector('code'), code);
      put(row.querySelector('.count'), count);
      // A bar that is there can be seen.
      const width = some ? `${Math.max(1, Math.round(share * 1_000) / 10)}%` : '0';
      row.querySelector('.part-of')?.setAttribute('width', width);
    });
  }

  /** @param {Screen['lobbies']} lobbies */
  function renderLobbies({ rows, empty }) {
    text('lobbies-count', rows.length === 0 ? '' : String(rows.length));
    text('lobbies-empty', empty);
    get('lobbies-empty').hidden = rows.length > 0;
    get('lobbies-table').hidden = rows.length === 0;
    fit(get('lobbies'), rows.length, 'lobby').forEach((row, index) => {
      const lobby = /** @type {LobbyRow} */ (rows[index]);
      put(row.querySelector('th span'), lobby.lobby);
      /** @type {HTMLElement} */ (row.querySelector('.badge')).hidden = !lobby.paused;
      row.classList.toggle('silent', lobby.silent);
      row.querySelectorAll('td').forEach((cell, column) => put(cell, String(lobby[COLUMNS[column] ?? 'lobby'])));
    });
  }

  /**
   * As many rows as are needed.
   * @param {HTMLElement} body
   * @param {number} count
   * @param {string} template
   * @returns {Element[]}
   */
  function fit(body, count, template) {
    while (body.childElementCount > count) body.lastElementChild?.remove();
    while (body.childElementCount < count) body.append(clone(template));
    return [...body.children];
  }

  /**
   * @param {Element | null} element
   * @param {string} words
   */
  function put(element, words) {
    if (element !== null && element.textContent !== words) element.textContent = words;
  }

  return { render };
}
