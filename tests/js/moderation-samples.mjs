// Reports and bans, of the shape that the service gives them.

import { AT, MINUTE_MS } from './admin-samples.mjs';

/** @typedef {import('../../static/js/admin/shapes.js').Report} Report */
/** @typedef {import('../../static/js/admin/shapes.js').Ban} Ban */
/** @typedef {import('../../static/js/admin/shapes.js').Line} Line */

export const DAY_MS = 1_440 * MINUTE_MS;

/**
 * @param {Partial<Line>} some
 * @returns {Line}
 */
export function line(some = {}) {
  return { from: 'partner', n: 3, text: 'You will regret this.', verified: true, ...some };
}

/**
 * @param {Partial<Omit<Report, 'accused'>> & {accused?: Partial<Report['accused']>}} some
 * @returns {Report}
 */
export function report({ accused, ...some } = {}) {
  return {
    id: 'r1', at: AT - 12 * MINUTE_MS, expires: AT + 30 * DAY_MS, reason: 'harassment', note: null,
    lines: [line(), line({ n: 4, text: 'And nobody will believe you.', verified: false })],
    status: 'open', decided: null, decision: null, times: 1, weight: 1,
    reporter: { visitor: 'reporterVisitor1', network: 'reporterNet00001' },
    ...some,
    accused: { visitor: 'accusedVisitor01', network: 'accusedNetwork01', reports: 1, banned: null, ...accused },
  };
}

/**
 * Reports of all kinds, the oldest first, each against a visitor of their own.
 * @param {number} count
 * @returns {Report[]}
 */
export function reports(count) {
  const reasons = ['harassment', 'spam', 'sexual', 'minor', 'hate', 'other', 'violence', 'illegal'];
  return Array.from({ length: count }, (_, index) => report({
    id: `r${index}`, at: AT - (count - index) * MINUTE_MS, reason: reasons[index % reasons.length] ?? 'other',
    accused: { visitor: `accused${String(index).padStart(8, '0')}` },
  }));
}

/**
 * @param {Partial<Ban>} some
 * @returns {Ban}
 */
export function ban(some = {}) {
  return {
    id: 'b1', at: AT - 60 * MINUTE_MS, until: AT + 23 * 60 * MINUTE_MS, reason: 'Threats, twice.',
    visitor: 'bannedVisitor001', network: null, report: null, automatic: false, ...some,
  };
}

/**
 * The newest first.
 * @param {number} count
 * @returns {Ban[]}
 */
export function bans(count) {
  return Array.from({ length: count }, (_, index) => ban({
    id: `b${index}`, at: AT - index * MINUTE_MS, visitor: `banned${String(index).padStart(8, '0')}`,
    reason: `Reason number ${index}`, automatic: index % 3 === 0, report: index % 3 === 1 ? `r${index}` : null,
    network: index % 4 === 0 ? `network${String(index).padStart(8, '0')}` : null, until: AT + (index + 1) * DAY_MS / 4,
  }));
}
