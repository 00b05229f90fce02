// Reports, bans and the switch for what entering takes, as the operator's API has them: the part of the service that
// stand-in.mjs plays for moderation. What a body must not say is refused as the real one refuses it.

import { AT, MINUTE_MS } from '../js/admin-samples.mjs';

/** @typedef {import('./stand-in.mjs').Refusal} Refusal */
/** @typedef {import('../../static/js/admin/shapes.js').Report} Report */
/** @typedef {import('../../static/js/admin/shapes.js').Ban} Ban */

const PAGE = 50;
const BANS = 1_000;
const YEAR_MS = 365 * 86_400_000;
const KEY = /^[\w-]{8,24}$/;

const NOT_FOUND = Object.freeze({ status: 404, body: { code: 'not_found' } });

/** @param {string} detail @returns {Refusal} */
const bad = (detail) => ({ status: 400, body: { code: 'bad_request', detail } });

/** @param {unknown} text @param {number} most */
const isText = (text, most) => typeof text === 'string' && text.trim() !== '' && [...text].length <= most;

export class Moderation {
  /** The oldest first. @type {Report[]} */
  reports = [];
  /** The newest first. @type {Ban[]} */
  bans = [];
  /** The service's clock. */
  now = AT;
  #ids = 0;

  /**
   * Null: of something else.
   * @param {string} method
   * @param {URL} url
   * @param {any} body
   * @returns {Refusal | null}
   */
  answer(method, { pathname, searchParams }, body) {
    const [, , what, id = ''] = pathname.split('/').map(decodeURIComponent);
    switch (`${method} ${what}${id === '' ? '' : '/'}`) {
      case 'GET reports': return this.#page(searchParams);
      case 'POST reports/': return this.#decide(id, body);
      case 'GET bans': return { status: 200, body: { bans: this.bans } };
      case 'POST bans': return this.#ban(body);
      case 'DELETE bans/': {
        if (!this.bans.some((each) => each.id === id)) return NOT_FOUND;
        this.bans = this.bans.filter((each) => each.id !== id);
        return { status: 204 };
      }
      default: return null;
    }
  }

  /**
   * @param {URLSearchParams} query
   * @returns {Refusal}
   */
  #page(query) {
    const status = query.get('status') ?? 'open';
    const after = query.get('after');
    if (!['open', 'upheld', 'dismissed'].includes(status)) return bad('there is no such status');
    const order = this.reports.map((each, place) => ({ ...this.#told(each), place }));
    if (status !== 'open') order.reverse();
    const from = after === null ? 0 : order.findIndex(({ id }) => id === after) + 1;
    if (after !== null && from === 0) return bad('there is no such report');
    const rest = order.slice(from).filter((each) => each.status === status);
    const reports = rest.slice(0, PAGE).map(({ place, ...each }) => each);
    return { status: 200, body: { reports, next: rest.length > PAGE ? reports.at(-1)?.id ?? null : null } };
  }

  /**
   * @param {string} id
   * @param {any} body
   * @returns {Refusal}
   */
  #decide(id, { status, note, ...rest }) {
    if (status !== 'upheld' && status !== 'dismissed') return bad('a report is upheld or dismissed');
    if (Object.keys(rest).length > 0) return bad('there is an unknown field');
    if (note !== undefined && (typeof note !== 'string' || [...note].length > 500)) return bad('the note is too long');
    const found = this.reports.find((each) => each.id === id);
    if (found === undefined) return NOT_FOUND;
    const decided = { ...found, status, decided: this.now, decision: note ?? null };
    this.reports = this.reports.map((each) => (each.id === id ? decided : each));
    return { status: 200, body: this.#told(decided) };
  }

  /**
   * @param {any} body
   * @returns {Refusal}
   */
  #ban({ until, reason, ...whom }) {
    const [[by = '', key = ''] = [], ...others] = Object.entries(whom);
    if (others.length > 0 || !['report', 'visitor', 'network'].includes(by)) return bad('name one to ban');
    const isGood = Number.isSafeInteger(until) && until > this.now && until <= this.now + YEAR_MS + MINUTE_MS;
    if (!isGood) return bad('until is not good');
    if (!isText(reason, 200)) return bad('a reason has 1 to 200 characters');
    if (by !== 'report' && !KEY.test(String(key))) return bad('that is no key');
    const about = by === 'report' ? this.reports.find(({ id }) => id === key) : undefined;
    if (by === 'report' && about === undefined) return NOT_FOUND;
    if (this.bans.length >= BANS) return { status: 409, body: { code: 'full' } };
    this.#ids += 1;
    const made = {
      id: `made${this.#ids}`, at: this.now, until, reason, automatic: false, report: about?.id ?? null,
      visitor: about?.accused.visitor ?? (by === 'visitor' ? String(key) : null),
      network: about?.accused.network ?? (by === 'network' ? String(key) : null),
    };
    this.bans = [made, ...this.bans];
    return { status: 201, body: made };
  }

  /** As it is told, with what is in force against the accused. @param {Report} report @returns {Report} */
  #told(report) {
    const ends = this.bans.filter(({ visitor }) => visitor === report.accused.visitor).map(({ until }) => until);
    const banned = Math.max(report.accused.banned ?? 0, ...ends);
    return { ...report, accused: { ...report.accused, banned: banned === 0 ? null : banned } };
  }
}
