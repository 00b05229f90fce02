// Every name and number of the operator's API, as docs/PROTOCOL.md gives them (section 7). What it shares with the rest
// of the wire, the codes and the severities, is in ../wire.js.

export const PATH = Object.freeze({
  stats: '/admin/stats', announcements: '/admin/announcements', paused: '/admin/paused',
});

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

/** Not of the wire: there was no answer, or one that this page cannot read. */
export const UNREACHABLE = 'unreachable';
export const UNREADABLE = 'unreadable';
