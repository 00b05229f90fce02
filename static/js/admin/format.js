// Numbers, times and spans as the page writes them. Times are this machine's, whatever clock they were taken by.

const LOCALE = 'en-GB';
const DAY_MS = 86_400_000;

const NUMBER = new Intl.NumberFormat(LOCALE);
const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const SECONDS = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });
const YEAR = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric' });
const DATE = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });

/**
 * @param {number} value
 * @returns {string}
 */
export function number(value) {
  return NUMBER.format(value);
}

/**
 * A number of things.
 * @param {number} value
 * @param {string} one
 * @param {string} many
 * @returns {string}
 */
export function several(value, one, many) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/**
 * @param {number} at
 * @returns {string} as in 14:05
 */
export function clock(at) {
  return CLOCK.format(at);
}

/**
 * @param {number} at
 * @returns {string} as in 14:05:12
 */
export function second(at) {
  return SECONDS.format(at);
}

/**
 * The time zone that this machine's times are in.
 * @returns {string} as in Europe/Vienna
 */
export function zone() {
  return CLOCK.resolvedOptions().timeZone;
}

/**
 * A moment, with as much of its date as sets it apart from now.
 * @param {number} at
 * @param {number} now
 * @returns {string}
 */
export function moment(at, now) {
  if (DATE.format(at) === DATE.format(now)) return clock(at);
  const day = DATE.format(at).slice(0, -6) === DATE.format(now).slice(0, -6) ? DAY : YEAR;
  return `${day.format(at)}, ${clock(at)}`;
}

/**
 * How long ago, or how long it takes: in the largest unit that there is a whole one of.
 * @param {number} ms
 * @returns {string}
 */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return ms < DAY_MS ? `${Math.round(minutes / 60)} h` : several(Math.round(ms / DAY_MS), 'day', 'days');
}
