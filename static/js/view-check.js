// The check at the door, on whichever screen the person is. One by others comes in a frame of its own, which this page
// believes one thing only: what that very frame says, from this page's own address.

import { PROOF_CHARS_MAX } from './wire.js';

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./screen.js').Screen} Screen */
/** @typedef {import('./state.js').Fault} Fault */

/** @type {ReadonlyMap<unknown, Fault>} */
const FAULTS = new Map(/** @type {Fault[]} */ (['blocked', 'failed', 'expired', 'timeout', 'unsupported'])
  .map((fault) => [fault, fault]));

/** Where it stands, by the screen. */
const SLOTS = Object.freeze({ home: 'home-check', seeking: 'seeking-check', talk: 'talk-check' });

/**
 * @param {Hands} hands
 * @param {Window} window
 */
export function createCheck({ get, clone, text, hear, emit }, window) {
  const card = get('check');
  const again = get('check-again');
  const bar = /** @type {HTMLProgressElement} */ (get('check-part'));
  /** @type {HTMLIFrameElement | null} */
  let frame = null;
  let turn = '';
  let heard = '';

  again.addEventListener('click', () => emit({ type: 'reprove' }));
  window.addEventListener('message', ({ source, origin, data }) => {
    if (frame === null || source !== frame.contentWindow || origin !== window.location.origin) return;
    const { token, fault } = Object(data);
    const known = FAULTS.get(fault);
    if (typeof token === 'string' && token.length <= PROOF_CHARS_MAX) emit({ type: 'proved', proof: token });
    else if (known !== undefined) emit({ type: 'unproved', fault: known });
  });

  /**
   * @param {Screen['check']} check
   * @param {Screen['name']} name
   */
  function render(check, name) {
    const slot = check === null || name === 'gate' || name === 'trouble' ? null : get(SLOTS[name]);
    card.hidden = slot === null;
    // To move a frame is to load it anew, which is as good as another check.
    if (slot !== null && card.parentElement !== slot) slot.append(card);
    // In this order, so that a focus that has to move finds where to go.
    if (check?.again) again.hidden = false;
    show(slot === null ? null : check?.frame ?? null);
    again.hidden = !check?.again;
    if (slot === null || check === null) {
      heard = '';
      return;
    }
    text('check-words', check.words);
    text('check-more', check.more);
    bar.hidden = check.percent === null;
    bar.value = check.percent ?? 0;
    const words = `${check.words} ${check.more}`;
    if (words !== heard) hear(check.more !== '' ? check.more : check.words);
    heard = words;
  }

  /** @param {{siteKey: string, turn: string} | null} wanted */
  function show(wanted) {
    const key = wanted === null ? '' : `${wanted.turn} ${wanted.siteKey}`;
    if (key === turn) return;
    turn = key;
    const focused = card.ownerDocument.activeElement;
    const inside = focused !== null && (focused === frame || focused === again);
    frame?.remove();
    frame = null;
    if (wanted === null) {
      // Whoever was in it is not left nowhere.
      if (inside) (again.hidden ? get('main') : again).focus({ preventScroll: true });
      return;
    }
    frame = /** @type {HTMLIFrameElement} */ (clone('check-frame'));
    frame.src = `/turnstile#${wanted.siteKey}`;
    again.before(frame);
    if (inside) frame.focus({ preventScroll: true });
  }

  return { render };
}
