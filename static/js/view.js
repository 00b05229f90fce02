// Only this file and its parts, view-*.js, touch the page. It shows a screen as `screen.js` describes it and turns
// what the person does into events. Everything that anybody said goes in through `textContent`.

import { createAnnouncements } from './view-announcements.js';
import { createAppeal } from './view-appeal.js';
import { createBlock } from './view-block.js';
import { createLinks } from './view-links.js';
import { createReport } from './view-report.js';
import { createCheck } from './view-check.js';
import { createWanted } from './view-wanted.js';

/** @typedef {import('./state.js').Event} Event */
/** @typedef {import('./screen.js').Screen} Screen */
/** @typedef {import('./screen.js').Bubble} Bubble */
/** @typedef {import('./screen.js').TalkScreen} TalkScreen */

/**
 * What the parts of the view have in common.
 * @typedef {object} Hands
 * @property {(id: string) => HTMLElement} get
 * @property {(id: string) => HTMLElement} clone
 * @property {(id: string, words: string) => void} text
 * @property {(words: string) => void} hear
 * @property {(event: Event) => void} emit
 */

/** Closer to the end than this, the reader is reading the newest message. */
const NEAR_END_PX = 80;

const HINT = 'Enter sends · Shift+Enter starts a new line · Esc, twice, for someone new';
const HINT_OVER = 'Esc for someone new';
const HINT_ARMED = 'Press Esc once more to leave and meet someone new.';

/**
 * @param {Document} document
 * @param {Window} window
 * @param {(event: Event) => void} emit
 */
export function createView(document, window, emit) {
  /** @param {string} id */
  const get = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const draft = /** @type {HTMLTextAreaElement} */ (get('draft'));
  const scroll = get('scroll');
  const list = get('bubbles');

  /** @type {Screen | null} */
  let last = null;
  /** @type {Map<number, {item: HTMLElement, mark: string}>} */
  const items = new Map();
  let atEnd = true;
  let seenTop = 0;
  /** @type {Hands} */
  const hands = { get, clone, text, hear, emit };
  const announcements = createAnnouncements(hands);
  const wanted = createWanted(hands);
  const block = createBlock(hands);
  const report = createReport(hands);
  const links = createLinks(hands);
  const check = createCheck(hands, window);
  const troubleAppeal = createAppeal(hands, 'trouble-appeal');
  const endingAppeal = createAppeal(hands, 'ending-appeal');

  listen();

  /** @param {Screen} screen */
  function render(screen) {
    const from = last;
    last = screen;
    if (document.title !== screen.title) document.title = screen.title;
    text('people', screen.people);
    announcements.render(screen.announcements);
    text('home-note', screen.homeNote);
    text('seeking-title', screen.seeking.title);
    text('seeking-detail', screen.seeking.detail);
    text('seeking-more', screen.seeking.more);
    wanted.render(screen.wanted);
    text('trouble-title', screen.trouble.title);
    text('trouble-detail', screen.trouble.detail);
    troubleAppeal(screen.trouble.appeal);
    showOnly(screen.name);
    check.render(screen.check, screen.name);
    if (screen.talk !== null) renderTalk(screen.talk, from?.talk ?? null);
    else clearTalk();
    block.render(screen.talk, from?.talk?.c);
    report.render(screen.talk, screen.last);
    if (screen.talk?.c !== from?.talk?.c) links.close();
    if (from !== null && from.name !== screen.name) focusOn(screen.name);
  }

  /** @param {Screen['name']} name */
  function showOnly(name) {
    if (document.body.dataset.screen === name) return;
    document.body.dataset.screen = name;
    wanted.moveTo(name);
    for (const each of ['gate', 'home', 'seeking', 'trouble']) get(each).hidden = each !== name;
    for (const each of ['conversation', 'actions', 'state']) get(each).hidden = name !== 'talk';
    window.scrollTo(0, 0);
  }

  /**
   * Who came by keyboard or hears the page goes on where the screen begins; what stands above it stays in sight.
   * @param {Screen['name']} name
   */
  function focusOn(name) {
    const id = { gate: 'gate-title', home: 'talk', seeking: 'seeking-title', trouble: 'trouble-title', talk: 'draft' };
    get(id[name]).focus({ preventScroll: true });
  }

  // --- the conversation ---

  /**
   * @param {TalkScreen} talk
   * @param {TalkScreen | null} from
   */
  function renderTalk(talk, from) {
    if (from !== null && from.c !== talk.c) clearTalk();
    // Who has just scrolled is told of it a frame later, which may be too late for what is about to be shown.
    if (scroll.scrollTop !== seenTop) lookAround();
    text('status', talk.status);
    get('state').dataset.tone = talk.tone;
    const begun = talk.bubbles.length > 0 || talk.shortened;
    get('greeting').hidden = begun;
    text('in-common', talk.inCommon);
    get('still-in-common').hidden = !begun || talk.inCommon === '';
    text('still-in-common', talk.inCommon);
    get('earlier').hidden = !talk.shortened;
    // What a refresh brings back was heard before.
    renderBubbles(talk.bubbles, from !== null && from.c === talk.c);
    renderBreak(talk, from);
    get('typing').hidden = !talk.typing;
    get('ending').hidden = talk.over === null;
    get('actions').hidden = talk.over !== null;
    text('ending-title', talk.over?.title ?? '');
    text('ending-detail', talk.over?.detail ?? '');
    endingAppeal(talk.appeal);
    const known = from?.c === talk.c ? from.over?.title : talk.over?.title;
    if (talk.over !== null && talk.over.title !== known) hear(`${talk.over.title}. ${talk.over.detail}`);
    if (talk.typing && from?.typing === false) hear('The stranger is writing');
    renderComposer(talk);
    if (atEnd) toEnd();
  }

  /** @param {TalkScreen} talk */
  function renderComposer(talk) {
    if (draft.value !== talk.draft) draft.value = talk.draft;
    draft.placeholder = talk.over === null ? 'Write something…' : 'Nobody is there now';
    grow();
    text('notice', talk.notice);
    text('hint', talk.armed ? HINT_ARMED : talk.over === null ? HINT : HINT_OVER);
    get('hint').classList.toggle('armed', talk.armed);
    get('next').classList.toggle('armed', talk.armed);
    text('counter', talk.counter);
    get('counter').classList.toggle('over', talk.tooLong);
    draft.setAttribute('aria-invalid', String(talk.tooLong));
    // Not `disabled`: that would drop the focus, and say nothing to who presses it.
    get('send').setAttribute('aria-disabled', String(!talk.canSend));
  }

  /**
   * What stands between the two sides. Only a change of it is read out, not every second of it.
   * @param {TalkScreen} talk
   * @param {TalkScreen | null} from
   */
  function renderBreak({ broken, over }, from) {
    get('broken').hidden = broken === null;
    text('broken-words', broken?.words ?? '');
    text('countdown', broken?.countdown ?? '');
    const before = from?.broken ?? null;
    if (broken !== null && broken.words !== before?.words) hear(`${broken.words} ${broken.countdown}`);
    if (broken === null && before !== null && over === null) hear('You are both back.');
  }

  /**
   * @param {readonly Bubble[]} bubbles
   * @param {boolean} aloud
   */
  function renderBubbles(bubbles, aloud) {
    const first = bubbles[0]?.key ?? 0;
    for (const [key, { item }] of items) {
      if (key >= first) break;
      item.remove();
      items.delete(key);
    }
    for (const bubble of bubbles) {
      const known = items.get(bubble.key);
      if (known === undefined) addBubble(bubble, aloud);
      else if (known.mark !== bubble.mark) setMark(known.item, bubble);
      if (known !== undefined) known.mark = bubble.mark;
    }
  }

  /**
   * @param {Bubble} bubble
   * @param {boolean} aloud
   */
  function addBubble(bubble, aloud) {
    const item = clone(`bubble-${bubble.from}`);
    /** @type {HTMLElement} */ (item.querySelector('p')).textContent = bubble.text;
    item.classList.toggle('big', bubble.big);
    links.add(item, bubble.text);
    if (bubble.from === 'me') {
      setMark(item, bubble);
      atEnd = true;
    } else if (aloud) {
      hear(bubble.text);
      if (!atEnd) get('latest').hidden = false;
    }
    list.append(item);
    items.set(bubble.key, { item, mark: bubble.mark });
  }

  /**
   * @param {HTMLElement} item
   * @param {Bubble} bubble
   */
  function setMark(item, bubble) {
    item.dataset.mark = bubble.mark;
    const sign = bubble.mark === 'refused' ? 'lost' : bubble.mark;
    item.querySelector('use')?.setAttribute('href', `#sign-${sign}`);
    /** @type {HTMLElement} */ (item.querySelector('.sign-of .unseen')).textContent = bubble.markWords;
  }

  function clearTalk() {
    if (items.size === 0) return;
    items.clear();
    list.replaceChildren();
    get('heard').replaceChildren();
    get('latest').hidden = true;
    atEnd = true;
  }

  function toEnd() {
    scroll.scrollTop = scroll.scrollHeight;
    seenTop = scroll.scrollTop;
    get('latest').hidden = true;
  }

  /** Whether the person follows the talk, or reads further up. */
  function lookAround() {
    seenTop = scroll.scrollTop;
    atEnd = scroll.scrollHeight - seenTop - scroll.clientHeight < NEAR_END_PX;
    if (atEnd) get('latest').hidden = true;
  }

  /** The composer is as high as its text, up to what the style sheet allows. */
  function grow() {
    draft.style.blockSize = 'auto';
    draft.style.blockSize = `${draft.scrollHeight}px`;
  }

  // --- what only a screen reader says ---

  /** @param {string} words */
  function hear(words) {
    const line = document.createElement('span');
    line.textContent = words;
    const heard = get('heard');
    heard.append(line);
    if (heard.childElementCount > 20) heard.firstElementChild?.remove();
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

  // --- what the person does ---

  function listen() {
    /** @type {ReadonlyArray<[string, Event['type'] & ('accept' | 'talk' | 'stop' | 'next' | 'home')]>} */
    const buttons = [
      ['accept', 'accept'], ['talk', 'talk'], ['cancel', 'stop'], ['leave', 'stop'], ['next', 'next'],
      ['fresh', 'talk'], ['home-again', 'home'], ['again', 'talk'], ['trouble-home', 'home'],
    ];
    for (const [id, type] of buttons) get(id).addEventListener('click', () => emit({ type }));
    get('latest').addEventListener('click', toEnd);
    draft.addEventListener('input', () => emit({ type: 'draft', text: draft.value }));
    draft.addEventListener('keydown', onDraftKey);
    get('composer').addEventListener('submit', (event) => {
      event.preventDefault();
      emit({ type: 'send' });
      draft.focus();
    });
    scroll.addEventListener('scroll', lookAround, { passive: true });
    document.addEventListener('keydown', onKey);
    document.addEventListener('visibilitychange', () => emit({ type: 'visible', on: isVisible() }));
    document.addEventListener('resume', () => emit({ type: 'wake' }));
    window.addEventListener('pageshow', () => emit({ type: 'wake' }));
    window.addEventListener('online', () => emit({ type: 'wake' }));
    window.addEventListener('offline', () => emit({ type: 'doubt' }));
    window.addEventListener('resize', fit);
    window.visualViewport?.addEventListener('resize', fit);
    window.visualViewport?.addEventListener('scroll', fit);
  }

  /** @param {KeyboardEvent} event */
  function onDraftKey(event) {
    // An Enter that only ends a composition of letters must not send half a word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!event.repeat) emit({ type: 'send' });
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    // A key that is still held down when the screen changes must not press the new screen's button.
    if (event.key === 'Enter' && event.repeat && document.activeElement?.tagName === 'BUTTON') event.preventDefault();
    if (event.key === 'Escape' && !event.isComposing && !event.repeat && !isAsking()) emit({ type: 'escape' });
  }

  /** Whether a question is on show: then keys are about it alone. */
  function isAsking() {
    return block.isOpen || report.isOpen || links.isOpen;
  }

  /** Where a keyboard covers the page instead of shrinking it, the page shrinks by itself. */
  function fit() {
    const view = window.visualViewport;
    const covered = view !== null && view.scale === 1 && window.innerHeight - view.height > 1;
    const root = document.documentElement.style;
    root.setProperty('--view-height', covered ? `${view.height}px` : '100dvh');
    root.setProperty('--view-top', covered ? `${view.offsetTop}px` : '0px');
    if (atEnd && last?.talk) toEnd();
  }

  /** @returns {boolean} */
  function isVisible() {
    return document.visibilityState === 'visible';
  }

  return { render, isVisible };
}
