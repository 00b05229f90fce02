// The question that comes before what everybody notices. Without an answer nothing happens: the focus is on the way
// back, and Escape and a tap beside the question are a no.

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./screen-question.js').QuestionScreen} QuestionScreen */

/**
 * @param {Hands} hands
 */
export function createQuestion({ get, text, emit }) {
  const dialog = /** @type {HTMLDialogElement} */ (get('asking'));
  const yes = get('yes');

  yes.addEventListener('click', () => emit({ type: 'yes' }));
  get('no').addEventListener('click', () => emit({ type: 'no' }));
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) emit({ type: 'no' });
  });
  // A browser may close it without asking, or ask first.
  dialog.addEventListener('cancel', () => emit({ type: 'no' }));
  dialog.addEventListener('close', () => {
    // It tells of it a moment later, and by then the next question may stand here.
    if (!dialog.open) emit({ type: 'no' });
  });

  /** @param {QuestionScreen | null} question */
  function render(question) {
    if (question === null) {
      if (dialog.open) dialog.close();
      return;
    }
    text('asking-title', question.title);
    text('asking-detail', question.detail);
    text('asking-quote', question.quote);
    get('asking-quote').hidden = question.quote === '';
    text('yes', question.yes);
    text('no', question.no);
    yes.className = question.grave ? 'grave' : 'main';
    if (!dialog.open) dialog.showModal();
  }

  return { render };
}
