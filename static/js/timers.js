// Timers that keep their time while the page is out of sight.

/**
 * @typedef {object} Timers
 * @property {(ring: () => void, ms: number) => number} set
 * @property {(id: number | null) => void} clear
 */

/**
 * Timers kept by a worker; by the page itself where there is no worker, or once it fails.
 * @param {() => Worker} startWorker
 * @param {Pick<typeof globalThis, 'setTimeout' | 'clearTimeout'>} own
 * @returns {Timers}
 */
export function createTimers(startWorker, own) {
  /** @type {Map<number, {ring: () => void, ms: number}>} */
  const waiting = new Map();
  /** @type {Map<number, ReturnType<typeof setTimeout>>} */
  const ownHandles = new Map();
  let ids = 0;
  let worker = start();

  /** @returns {Worker | null} */
  function start() {
    try {
      const started = startWorker();
      started.addEventListener('message', ({ data }) => ring(data));
      started.addEventListener('error', takeOver);
      return started;
    } catch {
      return null;
    }
  }

  /** The worker did not load or died: what it was to time is timed here, from now. */
  function takeOver() {
    worker = null;
    for (const [id, { ms }] of waiting) begin(id, ms);
  }

  /** @param {number} id */
  function ring(id) {
    const timer = waiting.get(id);
    waiting.delete(id);
    ownHandles.delete(id);
    timer?.ring();
  }

  /**
   * @param {number} id
   * @param {number} ms
   */
  function begin(id, ms) {
    if (worker === null) ownHandles.set(id, own.setTimeout(() => ring(id), ms));
    else worker.postMessage({ id, ms });
  }

  return {
    set(callback, ms) {
      ids += 1;
      waiting.set(ids, { ring: callback, ms });
      begin(ids, ms);
      return ids;
    },
    clear(id) {
      if (id === null || !waiting.delete(id)) return;
      const handle = ownHandles.get(id);
      ownHandles.delete(id);
      if (handle !== undefined) own.clearTimeout(handle);
      else worker?.postMessage({ id, ms: null });
    },
  };
}
