// The lock that one tab of a browser holds for as long as it lives, unless it lets go of it or another tab takes it.
//
//   out -> queued -> held     `ask`: free, or its turn
//   out | queued -> held      `steal`: whoever holds it
//   held -> queued            stolen; a frozen page hears of it when it wakes
//   queued -> out             the browser ends the queue
//   any -> out                `leave`

/** @typedef {Pick<LockManager, 'request'>} Locks */

/**
 * @param {object} world
 * @param {Locks} world.locks
 * @param {string} world.name
 * @param {() => void} world.onHeld
 * @param {() => void} world.onStolen
 * @param {() => void} world.onRefused   the browser gives no locks to this page
 */
export function createLock({ locks, name, onHeld, onStolen, onRefused }) {
  /** Ends the newest request, wherever it stands. @type {(() => void) | null} */
  let end = null;

  /** @param {boolean} force */
  function request(force) {
    end?.();
    const queue = new AbortController();
    let held = false;
    /** @type {() => void} */
    let release = () => undefined;
    const mine = () => {
      queue.abort();
      release();
    };
    end = mine;
    /** @type {() => Promise<void>} */
    const hold = () => new Promise((resolve) => {
      release = resolve;
      if (end !== mine) return resolve();
      held = true;
      onHeld();
    });
    // A request that takes the lock by force cannot be given up; it is granted at once anyway.
    locks.request(name, force ? { steal: true } : { signal: queue.signal }, hold).catch((thrown) => {
      if (end !== mine) return;
      end = null;
      const aborted = thrown?.name === 'AbortError';
      if (!held && !aborted) return onRefused();
      // Another tab was as quick, or took it later. Where the browser ended the queue it may end the next one too: who
      // is in none hears by the holder's silence that it is gone.
      if (held || force) request(false);
      if (held) onStolen();
    });
  }

  return {
    ask: () => request(false),
    steal: () => request(true),
    leave() {
      end?.();
      end = null;
    },
  };
}
