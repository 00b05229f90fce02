// The one way for a string to become code here. The headers ask for trusted types and allow a single policy, by this
// name; it makes the addresses of this page's two workers, and whatever else is handed to it is refused by the browser.

/** The name that static/_headers allows. */
const POLICY = 'edgewise-worker';

/** The workers by name, and where each is. */
const WORKERS = new Map([
  ['ticker', new URL('./ticker.js', import.meta.url).href],
  ['proof', new URL('./proof/worker.js', import.meta.url).href],
]);

/**
 * The part of the browser's `trustedTypes` that is used; absent in browsers that know none.
 * @typedef {{createPolicy: (name: string, rules: {createScriptURL: (name: string) => string}) => {
 *   createScriptURL: (name: string) => unknown}}} Factory
 */

/** @param {string} name */
function addressOf(name) {
  const address = WORKERS.get(name);
  if (address === undefined) throw new TypeError('no such worker');
  return address;
}

/**
 * What gives the address of a worker, as `new Worker` takes it. To be asked for once: a second policy of that name is
 * refused.
 * @param {Factory | undefined} [trustedTypes]
 * @returns {(name: 'ticker' | 'proof') => string}
 */
export function workerAddresses(trustedTypes = Reflect.get(globalThis, 'trustedTypes')) {
  const policy = trustedTypes?.createPolicy(POLICY, { createScriptURL: addressOf });
  return (name) => (policy === undefined ? addressOf(name) : /** @type {string} */ (policy.createScriptURL(name)));
}
