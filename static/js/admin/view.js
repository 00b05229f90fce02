// Only this file and its parts, view-*.js, touch the page. It shows a screen as `screen.js` describes it and turns what
// the operator does into events. Everything that anybody wrote goes in through `textContent`.

import { createAnnouncements } from './view-announcements.js';
import { createChart } from './view-chart.js';
import { createDoor } from './view-door.js';
import { createDraft } from './view-draft.js';
import { createNumbers } from './view-numbers.js';
import { createQuestion } from './view-question.js';
import { createBans } from './view-bans.js';
import { createKeys } from './view-keys.js';
import { createPlaces, titleOf } from './view-places.js';
import { createReports } from './view-reports.js';

/** @typedef {import('./state.js').Event} Event */
/** @typedef {import('./screen.js').Screen} Screen */

/**
 * What the parts of the view have in common.
 * @typedef {object} Hands
 * @property {(id: string) => HTMLElement} get
 * @property {(id: string) => HTMLElement} clone
 * @property {(id: string, words: string) => void} text
 * @property {(words: string) => void} hear
 * @property {(event: Event) => void} emit
 */

/** Lines for screen readers that are kept: the last of them is the one that is read out. */
const HEARD_MAX = 5;

/**
 * @param {Document} document
 * @param {Window & typeof globalThis} window
 * @param {(event: Event) => void} emit
 */
export function createView(document, window, emit) {
  /** @param {string} id */
  const get = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
  /** @type {Hands} */
  const hands = { get, clone, text, hear, emit };
  const door = createDoor(hands);
  const numbers = createNumbers(hands);
  const chart = createChart(hands, document, window);
  const announcements = createAnnouncements(hands, document);
  const draft = createDraft(hands);
  const question = createQuestion(hands);
  const places = createPlaces(hands, window);
  const keys = createKeys(hands, document, window);
  const reports = createReports(hands, keys, document);
  const bans = createBans(hands, keys, document);
  /** @type {Screen | null} */
  let last = null;

  listen();

  /** @param {Screen} screen */
  function render(screen) {
    const from = last;
    last = screen;
    if (document.title !== screen.title) document.title = screen.title;
    door.render(screen);
    if (screen.name === 'desk') renderDesk(screen, from);
    // Where nobody looks, nothing of what people said is left behind.
    reports.render(screen.name === 'desk' ? screen.reports : null);
    bans.render(screen.name === 'desk' ? screen.bans : null);
    question.render(screen.question);
    showOnly(screen.name);
    if (from !== null && from.name !== screen.name) {
      if (screen.name === 'desk') get(titleOf(screen.place)).focus();
      else door.focus();
    }
    if (screen.news !== '' && screen.news !== from?.news) hear(screen.news);
  }

  /**
   * @param {Screen} screen
   * @param {Screen | null} from
   */
  function renderDesk(screen, from) {
    renderStatus(screen, from);
    places.render(screen.place, screen.open);
    if (screen.place !== 'live') return;
    renderMatching(screen.matching);
    renderEntering(screen.entering);
    get('warning').hidden = screen.warning === null;
    text('warning-title', screen.warning?.title ?? '');
    text('warning-detail', screen.warning?.detail ?? '');
    numbers.render(screen);
    announcements.render(screen.announcements);
    draft.render(screen.draft);
    chart.render(screen.chart, screen.chartEmpty);
  }

  /** @param {Screen['name']} name */
  function showOnly(name) {
    if (document.body.dataset.screen === name) return;
    document.body.dataset.screen = name;
    get('door').hidden = name !== 'door';
    for (const id of ['desk', 'status', 'places', 'sign-out']) get(id).hidden = name !== 'desk';
    window.scrollTo(0, 0);
    // What was hidden had no width to be drawn in.
    chart.fit();
  }

  /**
   * @param {Screen} screen
   * @param {Screen | null} from
   */
  function renderStatus({ status, link, stale }, from) {
    text('status-words', status.words);
    get('status').dataset.tone = status.tone;
    get('desk').classList.toggle('stale', stale);
    get('link').hidden = link === null;
    text('link-words', link?.words ?? '');
    text('link-countdown', link?.countdown ?? '');
    const before = from?.name === 'desk' ? from.link : null;
    if (link !== null && before === null) hear(link.words);
    if (link === null && before !== null) hear('The numbers are live again.');
  }

  /** @param {Screen['matching']} matching */
  function renderMatching({ paused, title, detail, button, busy, fault }) {
    const section = get('matching');
    section.classList.toggle('paused', paused === true);
    section.dataset.tone = paused === null ? 'off' : paused ? 'wait' : 'good';
    text('matching-title', title);
    text('matching-detail', detail);
    text('matching-fault', fault);
    const ask = get('ask-pause');
    ask.hidden = paused === null;
    text('ask-pause', button);
    ask.setAttribute('aria-disabled', String(busy));
  }

  /** @param {Screen['entering']} entering */
  function renderEntering(entering) {
    get('entering').hidden = entering === null;
    if (entering === null) return;
    const { title, detail, raised, button, busy, fault } = entering;
    get('entering').dataset.tone = raised ? 'wait' : 'good';
    text('entering-title', title);
    text('entering-detail', detail);
    text('entering-fault', fault);
    get('raise').hidden = raised === null;
    text('raise', button);
    get('raise').setAttribute('aria-disabled', String(busy));
  }

  // --- what only a screen reader says ---

  /** @param {string} words */
  function hear(words) {
    const line = document.createElement('span');
    line.textContent = words;
    const heard = get('heard');
    heard.append(line);
    if (heard.childElementCount > HEARD_MAX) heard.firstElementChild?.remove();
  }

  // --- small hands ---

  /**
   * @param {string} id
   * @param {string} words
   */
  function text(id, words) {
    const element = get(id);
    if (element.textContent !== words) element.textContent = words;
  }

  /**
   * @param {string} id
   * @returns {HTMLElement}
   */
  function clone(id) {
    const template = /** @type {HTMLTemplateElement} */ (get(id));
    return /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true));
  }

  // --- what the operator does ---

  function listen() {
    get('sign-out').addEventListener('click', () => emit({ type: 'signOut' }));
    get('ask-pause').addEventListener('click', () => {
      const { paused, busy } = last?.matching ?? { paused: null, busy: true };
      if (paused !== null && !busy) emit({ type: 'ask', question: { what: 'pause', paused: !paused } });
    });
    get('raise').addEventListener('click', () => {
      const { raised, busy } = last?.entering ?? { raised: null, busy: true };
      if (raised !== null && !busy) emit({ type: 'raise', raised: !raised });
    });
    document.addEventListener('visibilitychange', () => emit({ type: 'visible', on: isVisible() }));
    window.addEventListener('pageshow', () => emit({ type: 'wake' }));
    window.addEventListener('online', () => emit({ type: 'wake' }));
  }

  /** @returns {boolean} */
  function isVisible() {
    return document.visibilityState === 'visible';
  }

  return { render, isVisible, place: places.place };
}
