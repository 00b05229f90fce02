// The worker behind `timers.js`. The timers of a page that is out of sight are slowed down to one a minute; those of
// its workers are not, and a heartbeat that comes once a minute is a dead line.

/** @type {Map<number, ReturnType<typeof setTimeout>>} */
const running = new Map();

/** @param {MessageEvent<{id: number, ms: number | null}>} event */
function onRequest({ data: { id, ms } }) {
  clearTimeout(running.get(id));
  running.delete(id);
  if (ms === null) return;
  running.set(id, setTimeout(() => {
    running.delete(id);
    postMessage(id);
  }, ms));
}

addEventListener('message', onRequest);
