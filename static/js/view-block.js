// The question that comes before a block or a report, and its two buttons to press first: one in the bar, one after the
// end. A report is put together in a dialog of its own: view-report.js.

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./screen.js').TalkScreen} TalkScreen */

/**
 * @param {Hands} hands
 */
export function createBlock({ get, text, emit }) {
  const dialog = /** @type {HTMLDialogElement} */ (get('blocking'));
  /** The person has said yes, and the page has yet to show it. */
  let said = false;

  for (const id of ['ask-block', 'ask-block-after']) get(id).addEventListener('click', () => dialog.showModal());
  for (const id of ['keep', 'ask-report']) get(id).addEventListener('click', () => dialog.close());
  // A tap beside the question is a no.
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  get('block').addEventListener('click', () => {
    said = true;
    dialog.close();
    emit({ type: 'file', what: { type: 'block' } });
  });

  /**
   * @param {TalkScreen | null} talk
   * @param {string | undefined} before   the conversation that was on show
   */
  function render(talk, before) {
    if (talk?.c !== before && dialog.open) dialog.close();
    if (talk === null) return;
    get('ask-block-after').hidden = talk.blocked;
    text('blocking-detail', talk.blockWords);
    if (!said || !talk.blocked) return;
    said = false;
    // The button that asked is gone.
    get('fresh').focus();
  }

  return {
    render,
    /** Whether the question is on show: then keys are about it alone. */
    get isOpen() {
      return dialog.open;
    },
  };
}
