// Whom to ask about a ban, as the operator says it: a mail address and a page become links, anything else stays text.

/** @typedef {{words: string, text: string, href: string | null}} Appeal */

/** One address and nothing more, since what else a mail link can say is not the operator's to fill in. */
const MAIL = /^[\w.!#$%&'*+/=^`{|}~-]+@[a-z\d-]+(?:\.[a-z\d-]+)+$/i;

/**
 * @param {string | null} contact
 * @returns {Appeal | null}
 */
export function appealOf(contact) {
  if (contact === null) return null;
  if (MAIL.test(contact)) {
    const [name = '', host = ''] = contact.split('@');
    return { words: MISTAKEN.mail, text: contact, href: `mailto:${encodeURIComponent(name)}@${host}` };
  }
  const url = contact.startsWith('https://') && URL.canParse(contact) ? new URL(contact) : null;
  if (url !== null) return { words: MISTAKEN.page, text: contact, href: url.href };
  return { words: MISTAKEN.other, text: contact, href: null };
}

const MISTAKEN = Object.freeze({
  mail: 'If you think that this is a mistake, write to',
  page: 'If you think that this is a mistake, say so here:',
  other: 'If you think that this is a mistake:',
});
