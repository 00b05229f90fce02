// The languages that a person may ask for: primary subtags, as `find` takes them, and their names.

const SUBTAG = /^[a-z]{2,3}$/;

/** What is offered to everybody; a browser's own languages come on top. */
const COMMON = Object.freeze([
  'ar', 'bn', 'cs', 'da', 'de', 'el', 'en', 'es', 'fa', 'fi', 'fr', 'he', 'hi', 'hu', 'id', 'it', 'ja', 'ko', 'nl',
  'no', 'pl', 'pt', 'ro', 'ru', 'sv', 'sw', 'th', 'tr', 'uk', 'ur', 'vi', 'zh',
]);

/** The page speaks English, and so do its names of languages. */
const NAMES = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

/**
 * @param {unknown} value
 * @returns {value is string}
 */
export function isSubtag(value) {
  return typeof value === 'string' && SUBTAG.test(value);
}

/**
 * The primary subtag of a language tag such as `pt-BR`, or null where the service would not take it.
 * @param {string | undefined} tag
 * @returns {string | null}
 */
export function primary(tag) {
  const [subtag] = (tag ?? '').split('-');
  return isSubtag(subtag) ? subtag : null;
}

/**
 * What to offer: the browser's languages first, in its order, then the common ones by name.
 * @param {readonly string[]} tags
 * @param {string | null} chosen
 * @returns {readonly string[]}
 */
export function offered(tags, chosen) {
  const own = tags.map(primary).filter((lang) => lang !== null);
  const first = new Set(chosen === null ? own : [...own, chosen]);
  const rest = COMMON.filter((lang) => !first.has(lang));
  return [...first, ...rest.sort((one, two) => nameOf(one).localeCompare(nameOf(two), 'en'))];
}

/**
 * @param {string} lang
 * @returns {string}
 */
export function nameOf(lang) {
  return nameIn(NAMES, lang) ?? lang;
}

/**
 * A language as its own speakers find it in a list: by its own name as well.
 * @param {string} lang
 * @returns {string}
 */
export function label(lang) {
  const name = nameOf(lang);
  const own = nameIn(new Intl.DisplayNames([lang, 'en'], { type: 'language', fallback: 'none' }), lang);
  return own === undefined || own.toLowerCase() === name.toLowerCase() ? name : `${name} · \u2068${own}\u2069`;
}

/**
 * @param {Intl.DisplayNames} names
 * @param {string} lang
 * @returns {string | undefined}
 */
function nameIn(names, lang) {
  try {
    return names.of(lang);
  } catch {
    return undefined;
  }
}
