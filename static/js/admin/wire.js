// Every name and number of the operator's API, as docs/PROTOCOL.md gives them (section 7). What it shares with the rest
// of the wire, the codes and the severities, is in ../wire.js.

export const PATH = Object.freeze({
  stats: '/admin/stats', announcements: '/admin/announcements', paused: '/admin/paused', raised: '/admin/raised',
  reports: '/admin/reports', bans: '/admin/bans',
});

/** What entering takes. */
export const PROOF = Object.freeze({ none: 'none', pow: 'pow', turnstile: 'turnstile' });

/** Whether the service slows anybody down. */
export const RATE_LIMITS = Object.freeze({ on: 'on', off: 'off' });

/** What has become of a report. */
export const STATUS = Object.freeze(/** @type {const} */ ({ open: 'open', upheld: 'upheld', dismissed: 'dismissed' }));

/** Why somebody was reported. */
export const REASON = Object.freeze({
  minor: 'minor', sexual: 'sexual', harassment: 'harassment', hate: 'hate', violence: 'violence', spam: 'spam',
  illegal: 'illegal', other: 'other',
});

/** Who wrote a reported line. */
export const FROM = Object.freeze(/** @type {const} */ ({ partner: 'partner', me: 'me' }));

/** How long a note on a decision and the reason of a ban may be, in Unicode scalar values. */
export const NOTE_CHARS = 500;
export const REASON_CHARS = 200;

/** How many reports are told at once. */
export const REPORTS = 50;

/** How many bans may be in force, for how long at most, and how long the key of a network is good. */
export const BANS = 1_000;
export const BAN_MS_MAX = 365 * 86_400_000;
export const NETWORK_MS = 2 * 86_400_000;

/** What a key of a visitor or a network is made of. */
export const KEY = /^[\w-]{8,24}$/;

/** How long the text of an announcement may be, in Unicode scalar values, and how many may be in force. */
export const TEXT_CHARS = 500;
export const ANNOUNCEMENTS = 20;

/** The service takes no secret that is shorter. */
export const TOKEN_CHARS_MIN = 24;

/** A lobby that has not been heard for this long is no longer counted. */
export const LEASE_MS = 90_000;

/** The chart's span, and how far apart its points are. */
export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;

/** How long after an answer the numbers are asked for again, and the announcements. */
export const STATS_MS = 2_000;
export const LIST_MS = 10_000;
/** How often it is asked how many reports are open; the announcements are then not asked for. */
export const PEEK_MS = 60_000;

/** Not of the wire: there was no answer, or one that this page cannot read. */
export const UNREACHABLE = 'unreachable';
export const UNREADABLE = 'unreadable';
