// Every name and number of the wire, as docs/PROTOCOL.md gives them. No other file of the page spells one out.

export const PROTOCOL_VERSION = 1;

export const PATH = Object.freeze({ enter: '/enter', socket: '/ws/', events: '/events' });

/** The heartbeat is bare text, so that it is answered without waking the service. */
export const PING = 'ping';
export const PONG = 'pong';

/** Frames to the service. */
export const TO = Object.freeze({
  hello: 'hello', find: 'find', stop: 'stop', say: 'say', got: 'got', seen: 'seen', typing: 'typing',
  block: 'block', report: 'report',
});

/** Frames from the service. `other` is ours: a numbered frame of a type that this page does not know yet. */
export const FROM = Object.freeze({
  welcome: 'welcome', waiting: 'waiting', matched: 'matched', resumed: 'resumed', say: 'say', got: 'got', seen: 'seen',
  typing: 'typing', partner: 'partner', ended: 'ended', done: 'done', error: 'error', other: 'other',
});

/** The state that a `welcome` finds the session in. */
export const WELCOME = Object.freeze({ idle: 'idle', waiting: 'waiting', talking: 'talking' });

/** Where the partner's line is. */
export const PARTNER = Object.freeze({ here: 'here', away: 'away' });

/** Why a conversation ended. */
export const ENDED = Object.freeze({
  left: 'left', next: 'next', lost: 'lost', moderated: 'moderated', closing: 'closing',
});

/** Why a frame was refused. */
export const REFUSED = Object.freeze({
  badFrame: 'bad_frame', badText: 'bad_text', tooLong: 'too_long', slowDown: 'slow_down', talking: 'talking',
  notTalking: 'not_talking', helloFirst: 'hello_first', unknownType: 'unknown_type', paused: 'paused',
});

/** Why an HTTP request was refused: the `code` of the problem document. */
export const PROBLEM = Object.freeze({
  termsRequired: 'terms_required', proofRequired: 'proof_required', proofInvalid: 'proof_invalid',
  forbiddenOrigin: 'forbidden_origin', banned: 'banned', unauthorized: 'unauthorized', full: 'full',
  slowDown: 'slow_down', paused: 'paused', notFound: 'not_found', methodNotAllowed: 'method_not_allowed',
  badRequest: 'bad_request', tooLarge: 'too_large', upgradeRequired: 'upgrade_required', unavailable: 'unavailable',
});

/** What entering takes. */
export const PROOF = Object.freeze({ none: 'none', work: 'pow', turnstile: 'turnstile' });

/** The service reads no longer proof than this, in characters. */
export const PROOF_CHARS_MAX = 2_048;

/** Why a socket was closed. Every code that is not here means that the line broke. */
export const CLOSE = Object.freeze({
  wished: 1000, binary: 1003, tooBig: 1009, restart: 4000, moved: 4001, notThisProtocol: 4400, enterAgain: 4401,
  banned: 4403, noHello: 4408, newerSocket: 4409, flooding: 4429, fullOrPaused: 4503,
});

/** What a report is about, in the order in which a person is asked. */
export const REASON = Object.freeze({
  minor: 'minor', sexual: 'sexual', harassment: 'harassment', hate: 'hate', violence: 'violence', spam: 'spam',
  illegal: 'illegal', other: 'other',
});
/** So many lines a report shows at most, and its note has so many characters. */
export const REPORT_LINES_MAX = 20;
export const NOTE_CHARS_MAX = 500;

/** Server-Sent Events. */
export const EVENT = Object.freeze({
  presence: 'presence', inForce: 'in_force', announcement: 'announcement', retract: 'retract', beat: 'beat',
});

/** How much an announcement matters. */
export const SEVERITY = Object.freeze({ info: 'info', warning: 'warning', critical: 'critical' });

/**
 * What holds until a `welcome` says otherwise.
 * @type {import('./codec.js').Limits}
 */
export const LIMITS = Object.freeze({
  frame_bytes: 8192, text_chars: 2000, interests: 10, interest_chars: 32, in_flight: 16,
  ping_ms: 25_000, pong_ms: 10_000, grace_ms: 60_000, return_ms: 250,
});

/** How long to wait for the partner's `got` after a break, and how old a message gets before it is sent again. */
export const SYNC_MS = 5_000;
export const RESEND_MS = 5_000;
/** How long the service may take to answer before the page takes the line for dead. */
export const ANSWER_MS = 5_000;
/** How long from the first try of a socket to its `welcome`. */
export const WELCOME_MS = 10_000;
/** A `got` may be late by at most 100 ms; the timer and the way take some of them. */
export const GOT_MS = 60;
/** `typing` is said again this often while it is on. */
export const TYPING_REPEAT_MS = 4_000;
/** A partner's `typing` that is not said again lapses. */
export const TYPING_LAPSE_MS = 6_000;
/** The service sends an event at least every 15 s; a stream without one for this long is dead. */
export const STREAM_SILENCE_MS = 40_000;
