// The page inside the frame of a check by Cloudflare (Turnstile): the only one that takes anything from somebody else,
// under rules of its own in static/_headers. It says what came of the check, to the page around it and to nobody else.

/** @typedef {import('../state.js').Fault} Fault */

/**
 * The part of Cloudflare's script that is used.
 * @typedef {{render: (place: HTMLElement, options: Record<string, unknown>) => string | null | undefined}} Turnstile
 */

const SCRIPT = 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit';
/** A script that has not come by then will not come. */
const SCRIPT_MS = 20_000;
/** Narrower than this, the widget needs its other shape. */
const WIDE_PX = 300;

/** @param {{token: string} | {fault: Fault}} message */
function tell(message) {
  parent.postMessage(message, location.origin);
}

/** @param {Fault} fault */
const fail = (fault) => tell({ fault });

/** @param {string} siteKey */
function load(siteKey) {
  const script = document.createElement('script');
  const late = setTimeout(() => fail('blocked'), SCRIPT_MS);
  script.addEventListener('error', () => {
    clearTimeout(late);
    fail('blocked');
  });
  script.addEventListener('load', () => {
    clearTimeout(late);
    show(siteKey);
  });
  script.src = SCRIPT;
  document.head.append(script);
}

/** @param {string} siteKey */
function show(siteKey) {
  const { turnstile } = /** @type {{turnstile?: Turnstile}} */ (globalThis);
  const place = document.getElementById('widget');
  if (turnstile === undefined || place === null) return fail('blocked');
  try {
    const widget = turnstile.render(place, {
      sitekey: siteKey,
      theme: 'auto',
      size: innerWidth < WIDE_PX ? 'compact' : 'flexible',
      // The page around it has words for all of this, and a button.
      retry: 'never',
      'refresh-expired': 'never',
      'refresh-timeout': 'never',
      callback: (/** @type {string} */ token) => tell({ token }),
      'error-callback': () => {
        fail('failed');
        return true;
      },
      'expired-callback': () => fail('expired'),
      'timeout-callback': () => fail('timeout'),
      'unsupported-callback': () => fail('unsupported'),
    });
    if (widget === undefined || widget === null) fail('failed');
  } catch {
    fail('failed');
  }
  return undefined;
}

// Opened by itself it asks nobody for anything.
if (parent === self) document.getElementById('lost')?.removeAttribute('hidden');
else load(location.hash.slice(1));
