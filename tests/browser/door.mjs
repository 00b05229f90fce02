// A door that wants proofs, before the real one: it makes ALTCHA challenges and checks what comes back as a service has
// to, and lets in whoever has shown one.

import { createHash, createHmac, randomBytes, randomInt } from 'node:crypto';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {'none' | 'pow' | 'turnstile'} Kind */

export const SITE_KEY = '0x4AAAAAAATest';
/** What the played check gives. */
export const TOKEN = 'token-of-the-check';

export const CLOUDFLARE = 'https://challenges.cloudflare.com';

/** @param {string} text */
const digestOf = (text) => createHash('sha256').update(text).digest('hex');

export class Door {
  /** What entering takes. @type {Kind} */
  proof = 'pow';
  /** What `GET /enter` says of it. @type {Kind | null} */
  says = null;
  maxnumber = 2_000;
  /** The puzzles have no solution. */
  unsolvable = false;
  /** So many good proofs are not taken all the same. */
  strict = 0;
  /** @type {string | null} */
  contact = null;
  /** Nobody comes in until then. @type {number | null} */
  bannedUntil = null;
  /** What came of each knock: a code, or `in`. @type {string[]} */
  knocks = [];
  #key = randomBytes(32);
  /** @type {Set<string>} */
  #used = new Set();

  /**
   * @param {number} status
   * @param {Record<string, unknown>} problem
   */
  #refuse(status, problem) {
    this.knocks.push(String(problem.code));
    return { status, contentType: 'application/problem+json', body: JSON.stringify({ status, ...problem }) };
  }

  #challenge() {
    const salt = `${randomBytes(12).toString('hex')}?expires=${Math.floor(Date.now() / 1_000) + 300}&`;
    const number = this.unsolvable ? 'none' : randomInt(this.maxnumber + 1);
    const challenge = digestOf(salt + number);
    const signature = createHmac('sha256', this.#key).update(challenge).digest('hex');
    return { algorithm: 'SHA-256', challenge, maxnumber: this.maxnumber, salt, signature };
  }

  /** @param {unknown} proof */
  #isGood(proof) {
    if (typeof proof !== 'string' || proof.length > 2_048 || this.#used.has(proof)) return false;
    this.#used.add(proof);
    if (this.proof === 'turnstile') return proof === TOKEN;
    const { algorithm, challenge, number, salt, signature } = JSON.parse(Buffer.from(proof, 'base64').toString());
    const expires = Number(new URLSearchParams(salt.split('?')[1]).get('expires'));
    return algorithm === 'SHA-256' && Number.isSafeInteger(number) && digestOf(salt + number) === challenge
      && createHmac('sha256', this.#key).update(challenge).digest('hex') === signature && expires * 1_000 > Date.now();
  }

  /**
   * What the door says to a knock; null lets in.
   * @param {Record<string, unknown>} body
   */
  answer(body) {
    const { bannedUntil: until, contact } = this;
    if (until !== null) return this.#refuse(403, { code: 'banned', until, contact });
    const good = this.proof === 'none' || this.#isGood(body.proof);
    if (good && this.strict <= 0) {
      this.knocks.push('in');
      return null;
    }
    if (good) this.strict -= 1;
    return this.#refuse(401, {
      code: 'proof' in body ? 'proof_invalid' : 'proof_required',
      proof: this.proof,
      ...(this.proof === 'pow' ? { challenge: this.#challenge() } : { site_key: SITE_KEY }),
    });
  }

  /** @param {Page} page */
  async standBefore(page) {
    await page.route('**/enter', async (route) => {
      const request = route.request();
      if (request.method() === 'GET') {
        const response = await route.fetch();
        const proof = this.says ?? this.proof;
        const info = { proof, site_key: proof === 'turnstile' ? SITE_KEY : null, contact: this.contact };
        return route.fulfill({ response, json: { ...await response.json(), ...info } });
      }
      const { proof: _, ...body } = request.postDataJSON();
      const refusal = this.answer(request.postDataJSON());
      return refusal === null ? route.continue({ postData: JSON.stringify(body) }) : route.fulfill(refusal);
    });
  }
}

/** How the played check goes: it gives its token, waits for a click, or fails in one of its ways. */
const SCRIPTS = Object.freeze({
  passes: `options.callback('${TOKEN}')`,
  waits: '',
  fails: "options['error-callback']('300030')",
  expires: "options['expired-callback']()",
  runsOut: "options['timeout-callback']()",
  isUnknown: "options['unsupported-callback']()",
});

/**
 * Cloudflare's script, played: nothing leaves this machine. Answers with what was asked of it.
 * @param {Page} page
 * @param {keyof typeof SCRIPTS | 'isBlocked'} [how]
 */
export async function playTurnstile(page, how = 'passes') {
  /** @type {{how: keyof typeof SCRIPTS | 'isBlocked', asked: string[]}} */
  const played = { how, asked: [] };
  await page.route(`${CLOUDFLARE}/**`, async (route) => {
    played.asked.push(route.request().url());
    if (played.how === 'isBlocked') return route.abort('blockedbyclient');
    return route.fulfill({ contentType: 'text/javascript', body: widget(SCRIPTS[played.how]) });
  });
  return played;
}

/** @param {string} act */
const widget = (act) => `globalThis.turnstile = { render(place, options) {
  const box = document.createElement('button');
  box.textContent = 'Played check of ' + options.sitekey + ', ' + options.size;
  Object.assign(box.style, { inlineSize: options.size === 'compact' ? '150px' : '100%',
    blockSize: options.size === 'compact' ? '140px' : '65px', border: '1px solid #888', background: 'transparent',
    color: 'inherit', font: 'inherit' });
  box.addEventListener('click', () => options.callback('${TOKEN}'));
  place.append(box);
  setTimeout(() => { ${act} }, 0);
  return 'widget';
} };`;
