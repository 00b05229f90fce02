// How Rust goes on with its futures: in a microtask each. The runtime's own way makes objects of it that only a full
// collection takes away, while everybody waits; a promise leaves nothing of that kind behind.

const settled = Promise.resolve();

/**
 * Does a job after the current one, as `queueMicrotask` of the HTML standard does: in the order in which they were queued,
 * and one that throws is told and keeps no other from its turn.
 * @param {() => void} job
 */
export function queue(job) {
  settled.then(() => {
    try {
      job();
    } catch (error) {
      console.error(error);
    }
  });
}
