// The door: one field, and why it did not open.

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./screen.js').Screen} Screen */

/**
 * @param {Hands} hands
 */
export function createDoor({ get, text, emit }) {
  const token = /** @type {HTMLInputElement} */ (get('token'));
  const enter = get('enter');
  /** The title of what went wrong last: only something new takes the focus. */
  let blamed = '';

  get('sign-in').addEventListener('submit', (event) => {
    event.preventDefault();
    if (enter.getAttribute('aria-disabled') !== 'true') emit({ type: 'signIn', token: token.value });
  });

  /** @param {Screen} screen */
  function render({ name, door: { title, detail, countdown, busy, shut } }) {
    // Nobody finds it in the page once it has been taken.
    if (name === 'desk' && token.value !== '') token.value = '';
    token.setAttribute('aria-invalid', String(title !== ''));
    token.readOnly = busy;
    text('enter', busy ? 'Signing in…' : 'Sign in');
    // Not `disabled`: that would drop the focus, and say nothing to who presses it.
    enter.setAttribute('aria-disabled', String(busy || shut));
    text('door-countdown', countdown);
    get('door-fault').hidden = title === '';
    text('door-fault-title', title);
    text('door-fault-detail', detail);
    if (title !== '' && title !== blamed) focus();
    blamed = title;
  }

  function focus() {
    token.focus();
    token.select();
  }

  return { render, focus };
}
