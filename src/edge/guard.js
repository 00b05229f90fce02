// The Worker's entry. A frame is looked at here before it is copied into wasm, whose memory never shrinks again: one
// that is over the limit stays over the limit, and costs no more than a frame that is just over it.
import worker, * as wasm from "../../build/index.js";
import { queue } from "./microtasks.js";

globalThis.queueMicrotask = queue;

/** The same number as FRAME_BYTES_MAX in src/domain/limits.rs. */
const FRAME_BYTES_MAX = 8192;

export default worker;
export const Presence = wasm.Presence;

export class Lobby extends wasm.Lobby {
  webSocketMessage(socket, message) {
    const short = typeof message === "string" ? message.slice(0, FRAME_BYTES_MAX + 1) : new ArrayBuffer(0);
    return super.webSocketMessage(socket, short);
  }
}
