// The service, and a way to have everything collected that nobody needs any more: put in front of the bundle's entry.
import Worker from './guard.js';

export * from './guard.js';

export default class extends Worker {
  /** @param {Request} request */
  async fetch(request) {
    if (new URL(request.url).pathname !== '/collect') return super.fetch(request);
    gc();
    return new Response();
  }
}
