// Addresses in what somebody said. A message stays text; an address in it can be looked at whole, and opened only from
// there. Nothing here asks the network for anything.

/**
 * An address as a browser reads it, in ASCII from end to end: `host` stands out, so that nothing before or behind it is
 * taken for the place. `foreign`: its name is written with other letters, which may look like these; `disguised`:
 * something that may look like a place stands before it; `open`: the way there is not encrypted.
 * @typedef {{href: string, before: string, host: string, after: string, foreign: boolean, disguised: boolean,
 *   open: boolean}} Link
 */

/** More of them in one message are left as text. */
export const LINKS_MAX = 5;

// White space, quotes and angle brackets end an address, and so does what has no width or turns the text around.
const ADDRESS = /(?<![\p{L}\p{N}])https?:\/\/[^\s<>"`\p{Cf}\p{Cc}]+/giu;
/** What stands behind an address in a sentence. */
const TRAILING = /[.,:;!?'’”»…*]+$/u;
const BRACKETS = /** @type {const} */ ([['(', ')'], ['[', ']'], ['{', '}']]);

/**
 * The addresses in a text, each once.
 * @param {string} text
 * @returns {readonly Link[]}
 */
export function linksIn(text) {
  /** @type {Map<string, Link>} */
  const links = new Map();
  for (const [found] of text.matchAll(ADDRESS)) {
    const link = read(bare(found));
    if (link !== null) links.set(link.href, link);
    if (links.size === LINKS_MAX) break;
  }
  return [...links.values()];
}

/**
 * Without the marks of the sentence around it; a bracket that was opened in the address belongs to it.
 * @param {string} found
 * @returns {string}
 */
function bare(found) {
  for (let text = found; ;) {
    const short = withoutBracket(text.replace(TRAILING, ''));
    if (short === text) return text;
    text = short;
  }
}

/**
 * @param {string} text
 * @returns {string}
 */
function withoutBracket(text) {
  const [open, close] = BRACKETS.find(([, end]) => text.endsWith(end)) ?? [];
  if (open === undefined || close === undefined) return text;
  return text.split(close).length > text.split(open).length ? text.slice(0, -1) : text;
}

/**
 * @param {string} text
 * @returns {Link | null}
 */
function read(text) {
  const url = parse(text);
  if (url === null || url.hostname === '' || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  const { href, hostname: host, username, password } = url;
  const disguised = username !== '' || password !== '';
  // Of an @ in a name or a password a browser makes something else.
  const start = disguised ? href.indexOf('@') + 1 : href.indexOf('//') + 2;
  return {
    href, host, disguised,
    before: href.slice(0, start),
    after: href.slice(start + host.length),
    foreign: /(^|\.)xn--/.test(host),
    open: url.protocol === 'http:',
  };
}

/**
 * @param {string} text
 * @returns {URL | null}
 */
function parse(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
