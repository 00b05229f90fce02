// The last hour as a chart: lines in shares of its width and height, from the lower left corner, and where its axes
// are marked. A minute in which nobody kept count is a gap, never a guess.

import { HOUR_MS, MINUTE_MS } from './wire.js';
import { clock, number, several } from './format.js';

/** @typedef {import('./shapes.js').Stats} Stats */
/** @typedef {import('./shapes.js').Minute} Minute */
/** @typedef {{x: number, y: number}} Dot */
/** @typedef {{name: Series, runs: readonly (readonly Dot[])[]}} Line */
/** @typedef {{at: number, label: string}} Mark */
/** @typedef {{x: number, cells: readonly string[]}} Row   the minute's time, then its numbers */
/**
 * @typedef {{lines: readonly Line[], levels: readonly Mark[], times: readonly Mark[], summary: string,
 *   rows: readonly Row[]}} Chart
 */
/** @typedef {'online' | 'chatting' | 'waiting'} Series */

/** @type {readonly Series[]} */
export const SERIES = Object.freeze(/** @type {const} */ (['online', 'chatting', 'waiting']));

/** How far apart two points of neighbouring minutes can be. */
const NEIGHBOURS_MS = 1.5 * MINUTE_MS;
const TIMES_MS = 10 * MINUTE_MS;
/** The scale has at most so many steps. */
const STEPS_MAX = 4;

/**
 * @param {Stats} stats
 * @returns {Chart | null} nothing before the first minute is over
 */
export function chart({ at, hour, online, waiting, chatting }) {
  const from = at - HOUR_MS;
  const minutes = hour.filter((minute) => minute.at >= from && minute.at <= at);
  const last = minutes.at(-1);
  if (last === undefined) return null;
  const now = { at, online, waiting, chatting, matches: 0, messages: 0 };
  // The lines reach up to now, unless nobody kept count just before.
  const points = at - last.at < NEIGHBOURS_MS && at > last.at ? [...minutes, now] : minutes;
  const step = stepOf(Math.max(...points.map((point) => Math.max(...SERIES.map((name) => point[name])))));
  const top = step.size * step.count;
  const x = (/** @type {number} */ moment) => (moment - from) / HOUR_MS;
  return {
    lines: SERIES.map((name) => ({
      name, runs: runsOf(points).map((run) => run.map((point) => ({ x: x(point.at), y: point[name] / top }))),
    })),
    levels: Array.from({ length: step.count + 1 }, (_, index) => ({
      at: index / step.count, label: number(index * step.size),
    })),
    times: timesOf(from, at).map((moment) => ({ at: x(moment), label: clock(moment) })),
    summary: summaryOf(minutes),
    rows: minutes.map((minute) => ({
      x: x(minute.at),
      cells: [clock(minute.at), ...[
        minute.online, minute.waiting, minute.chatting, minute.matches, minute.messages,
      ].map(number)],
    })),
  };
}

/**
 * Minutes without a gap between them.
 * @param {readonly Minute[]} points
 * @returns {Minute[][]}
 */
function runsOf(points) {
  /** @type {Minute[][]} */
  const runs = [];
  for (const point of points) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run !== undefined && before !== undefined && point.at - before.at < NEIGHBOURS_MS) run.push(point);
    else runs.push([point]);
  }
  return runs;
}

/**
 * Steps of 1, 2 or 5 and their tenfolds, as few as reach the most.
 * @param {number} most
 * @returns {{size: number, count: number}}
 */
function stepOf(most) {
  for (let unit = 1; ; unit *= 10) {
    for (const size of [unit, 2 * unit, 5 * unit]) {
      const count = Math.max(1, Math.ceil(most / size));
      if (count <= STEPS_MAX) return { size, count };
    }
  }
}

/**
 * Every ten minutes by the clock. Zones differ from one another by whole quarters of an hour, so those of full hours
 * are found in this machine's time.
 * @param {number} from
 * @param {number} to
 * @returns {number[]}
 */
function timesOf(from, to) {
  const shift = new Date(to).getTimezoneOffset() * MINUTE_MS;
  const first = Math.ceil((from - shift) / TIMES_MS) * TIMES_MS + shift;
  return Array.from({ length: Math.floor((to - first) / TIMES_MS) + 1 }, (_, index) => first + index * TIMES_MS);
}

/**
 * What the lines say, for who does not see them.
 * @param {readonly Minute[]} minutes   at least one
 * @returns {string}
 */
function summaryOf(minutes) {
  const [first, last] = [minutes[0]?.at ?? 0, minutes.at(-1)?.at ?? 0];
  const range = (/** @type {Series} */ name) => {
    const values = minutes.map((minute) => minute[name]);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return least === most ? `${name} ${number(most)}` : `${name} ${number(least)} to ${number(most)}`;
  };
  const missing = Math.round((last - first) / MINUTE_MS) + 1 - minutes.length;
  const when = first === last ? `At ${clock(first)}` : `From ${clock(first)} to ${clock(last)}`;
  const gaps = missing > 0 ? ` ${several(missing, 'minute is', 'minutes are')} missing.` : '';
  return `${when}: ${SERIES.map(range).join(', ')}.${gaps}`;
}
