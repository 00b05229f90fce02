// The one way for a string to become code here. The headers ask for trusted types and allow a single policy, by this
// name; it makes one address, the ticker's, and whatever else is handed to it is refused by the browser.

/** The name that static/_headers allows. */
const POLICY = 'edgewise-ticker';

const ADDRESS = new URL('./ticker.js', import.meta.url).href;

/**
 * The part of the browser's `trustedTypes` that is used; absent in browsers that know none.
 * @typedef {{createPolicy: (name: string, rules: {createScriptURL: () => string}) => {
 *   createScriptURL: (input: string) => unknown}}} Factory
 */

/**
 * The address of the ticker, as `new Worker` takes it. To be asked for once: a second policy of that name is refused.
 * @param {Factory | undefined} [trustedTypes]
 * @returns {string}
 */
export function tickerAddress(trustedTypes = Reflect.get(globalThis, 'trustedTypes')) {
  if (trustedTypes === undefined) return ADDRESS;
  const policy = trustedTypes.createPolicy(POLICY, { createScriptURL: () => ADDRESS });
  return /** @type {string} */ (policy.createScriptURL(''));
}
