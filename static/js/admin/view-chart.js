// The last hour, drawn by hand: lines, what marks its axes, and a table with the same numbers. The chart says in shares
// where everything is; here they become pixels, as many as there are.

/** @typedef {import('./view.js').Hands} Hands */
/** @typedef {import('./chart.js').Chart} Chart */
/** @typedef {import('./chart.js').Dot} Dot */
/** @typedef {import('./chart.js').Row} Row */

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT_PX = 200;
/** Around the lines, for the numbers on the left and the times below. */
const ROOM_PX = Object.freeze({ top: 10, right: 12, bottom: 24, left: 34 });
/** A digit of the numbers on the left. */
const DIGIT_PX = 8;
/** Times closer to one another than this would touch. */
const TIME_PX = 52;

/**
 * @param {Hands} hands
 * @param {Document} document
 * @param {Window & typeof globalThis} window
 */
export function createChart({ get, text }, document, window) {
  const place = get('chart');
  const svg = make('svg', { role: 'img', 'aria-labelledby': 'chart-title chart-summary', height: String(HEIGHT_PX) });
  const title = make('title', { id: 'chart-title' });
  title.textContent = 'Who was here in the last hour';
  const summary = make('desc', { id: 'chart-summary' });
  const drawing = make('g', {});
  const hair = make('line', { class: 'hair', visibility: 'hidden' });
  // Apart from what is drawn: a browser would show the title over the very minute that is pointed at.
  const said = make('g', {});
  said.append(title, summary);
  svg.append(said, drawing, hair);
  place.append(svg);
  /** @type {Chart | null} */
  let chart = null;
  let drawn = '';
  let listed = '';
  /** Where the pointer is, from the left. @type {number | null} */
  let pointer = null;

  new window.ResizeObserver(fit).observe(place);
  svg.addEventListener('pointermove', (event) => {
    pointer = event.clientX - place.getBoundingClientRect().left;
    read();
  });
  svg.addEventListener('pointerleave', () => {
    pointer = null;
    read();
  });

  /**
   * @param {Chart | null} fresh
   * @param {string} empty
   */
  function render(fresh, empty) {
    chart = fresh;
    text('hour-empty', empty);
    get('hour-empty').hidden = chart !== null;
    for (const id of ['chart', 'legend', 'numbers']) get(id).hidden = chart === null;
    if (chart === null) return;
    if (summary.textContent !== chart.summary) summary.textContent = chart.summary;
    list(chart.rows);
    fit();
    read();
  }

  /** Draws the chart anew, where anything of it or its room has changed. */
  function fit() {
    const width = place.clientWidth;
    if (chart === null || width === 0) return;
    const key = JSON.stringify([width, chart.lines, chart.levels, chart.times]);
    if (key === drawn) return;
    drawn = key;
    svg.setAttribute('width', String(width));
    svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT_PX}`);
    drawing.replaceChildren(...levels(chart), ...times(chart), ...lines(chart));
  }

  // --- where things are ---

  /** @param {Chart} shown */
  function left({ levels: marks }) {
    return Math.max(ROOM_PX.left, 12 + DIGIT_PX * Math.max(...marks.map(({ label }) => label.length)));
  }

  /**
   * @param {Chart} shown
   * @param {number} share
   */
  function x(shown, share) {
    const from = left(shown);
    return Math.round((from + share * (place.clientWidth - from - ROOM_PX.right)) * 10) / 10;
  }

  /** @param {number} share */
  function y(share) {
    return Math.round((HEIGHT_PX - ROOM_PX.bottom - share * (HEIGHT_PX - ROOM_PX.bottom - ROOM_PX.top)) * 10) / 10;
  }

  // --- what is drawn ---

  /** @param {Chart} shown */
  function levels(shown) {
    return shown.levels.flatMap(({ at, label }) => {
      const height = y(at);
      const line = make('line', { class: 'level', x1: x(shown, 0), x2: x(shown, 1), y1: height, y2: height });
      return [line, words(label, { class: 'mark', x: left(shown) - 8, y: height, 'text-anchor': 'end', dy: '0.32em' })];
    });
  }

  /** @param {Chart} shown */
  function times(shown) {
    const apart = ((shown.times[1]?.at ?? 1) - (shown.times[0]?.at ?? 0)) * (x(shown, 1) - x(shown, 0));
    const every = Math.max(1, Math.ceil(TIME_PX / apart));
    return shown.times.flatMap(({ at, label }, index) => {
      const middle = x(shown, at);
      const fits = middle > left(shown) + 8 && middle < place.clientWidth - 16;
      const tick = make('line', { class: 'tick', x1: middle, x2: middle, y1: y(0), y2: y(0) + 4 });
      if (index % every !== 0 || !fits) return [tick];
      return [tick, words(label, { class: 'mark', x: middle, y: HEIGHT_PX - 4, 'text-anchor': 'middle' })];
    });
  }

  /** @param {Chart} shown */
  function lines(shown) {
    return shown.lines.flatMap(({ name, runs }) => runs.map((run) => {
      const [first] = run;
      if (run.length === 1 && first !== undefined) {
        return make('circle', { class: `point ${name}`, cx: x(shown, first.x), cy: y(first.y), r: '2.5' });
      }
      const path = run.map((dot, index) => `${index === 0 ? 'M' : 'L'}${x(shown, dot.x)} ${y(dot.y)}`).join('');
      return make('path', { class: `line ${name}`, d: path });
    }));
  }

  // --- what is read ---

  /** The legend tells the numbers of the minute under the pointer. */
  function read() {
    const [shown, at] = [chart, pointer];
    const near = shown === null || at === null ? undefined : shown.rows
      .map((row) => ({ row, away: Math.abs(x(shown, row.x) - at) }))
      .sort((one, other) => one.away - other.away)[0]?.row;
    const [time = '', online = '', waiting = '', chatting = ''] = near?.cells ?? [];
    text('read-time', time);
    text('read-online', online);
    text('read-waiting', waiting);
    text('read-chatting', chatting);
    hair.setAttribute('visibility', near === undefined ? 'hidden' : 'visible');
    if (shown === null || near === undefined) return;
    const middle = x(shown, near.x);
    for (const [name, value] of Object.entries({ x1: middle, x2: middle, y1: y(1), y2: y(0) })) {
      hair.setAttribute(name, String(value));
    }
  }

  /** @param {readonly Row[]} rows */
  function list(rows) {
    const key = JSON.stringify(rows.map(({ cells }) => cells));
    if (key === listed) return;
    listed = key;
    get('minutes').replaceChildren(...rows.map(({ cells }) => {
      const row = document.createElement('tr');
      row.append(...cells.map((value, index) => {
        const cell = document.createElement(index === 0 ? 'th' : 'td');
        if (index === 0) cell.setAttribute('scope', 'row');
        cell.textContent = value;
        return cell;
      }));
      return row;
    }));
  }

  // --- small hands ---

  /**
   * @param {string} name
   * @param {Readonly<Record<string, string | number>>} attributes
   */
  function make(name, attributes) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    return /** @type {SVGElement} */ (element);
  }

  /**
   * @param {string} label
   * @param {Readonly<Record<string, string | number>>} attributes
   */
  function words(label, attributes) {
    const element = make('text', { ...attributes, 'aria-hidden': 'true' });
    element.textContent = label;
    return element;
  }

  return { render, fit };
}
