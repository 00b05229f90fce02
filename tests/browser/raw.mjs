// Somebody without a page: a socket to the real service, for what a page would not send.

import { PATIENCE_MS } from './stage.mjs';

/** @typedef {Record<string, any>} Frame */

/**
 * Somebody new who looks for a partner.
 * @param {string} url   of the service
 */
export async function stranger(url) {
  const { origin } = new URL(url);
  const answer = await fetch(new URL('/enter', url), {
    method: 'POST', headers: { origin }, body: JSON.stringify({ terms: true }),
  });
  const { pass, lobby } = /** @type {Frame} */ (await answer.json());
  const options = /** @type {any} */ ({ headers: { origin } });
  const socket = new WebSocket(`${url.replace(/^http/, 'ws').replace(/\/$/, '')}/ws/${lobby}`, options);
  /** @type {Frame[]} */
  const frames = [];
  /** @type {() => void} */
  let wake = () => undefined;
  socket.addEventListener('message', ({ data }) => {
    frames.push(JSON.parse(data));
    wake();
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  const send = (/** @type {Frame} */ frame) => socket.send(JSON.stringify(frame));
  send({ type: 'hello', v: 1, pass });
  send({ type: 'find' });
  return {
    send,

    /**
     * The next frame of this type; those before it are passed over, but for an error.
     * @param {string} type
     * @returns {Promise<Frame>}
     */
    async hears(type) {
      for (const late = AbortSignal.timeout(PATIENCE_MS); ;) {
        const frame = frames.shift();
        if (frame?.type === type) return frame;
        if (frame?.type === 'error') throw new Error(JSON.stringify(frame));
        if (frame !== undefined) continue;
        await new Promise((resolve, reject) => {
          wake = () => resolve(undefined);
          late.addEventListener('abort', () => reject(new Error(`no ${type} came`)), { once: true });
        });
      }
    },

    leave: () => socket.close(),
  };
}
