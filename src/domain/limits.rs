//! Every bound of the service: one constant each, its unit in its name, and why it is what it is.

use super::rate_limit::Budget;
use super::time::Time;

/// A frame of a client, in UTF-8 bytes: holds 2 000 characters of 4 bytes with their envelope.
/// `edge/guard.js` knows the same number.
pub const FRAME_BYTES_MAX: usize = 8_192;
/// A message, in Unicode scalar values.
pub const TEXT_CHARS_MAX: usize = 2_000;
/// What a client may give as the name of a conversation, in bytes.
pub const CONVERSATION_NAME_BYTES_MAX: usize = 64;
/// The largest number that every client reads exactly (2^53 - 1, RFC 8259 section 6).
pub const NUMBER_MAX: u64 = 9_007_199_254_740_991;
/// Interests of one person, after duplicates are folded.
pub const INTERESTS_MAX: usize = 10;
/// One interest, in Unicode scalar values after trimming.
pub const INTEREST_CHARS_MAX: usize = 32;
/// Lines that one report may show.
pub const REPORT_LINES_MAX: usize = 20;
/// Messages that a client may have on the way before the partner's `got` covers them.
pub const IN_FLIGHT_MAX: u64 = 16;

/// How often a client sends `ping`.
pub const PING_MS: u64 = 25_000;
/// How long a client waits for `pong` before it gives the line up.
pub const PONG_MS: u64 = 10_000;
/// How long the place of a person whose line broke is kept.
pub const GRACE_MS: u64 = 60_000;
/// How long the place of a person is kept whose page has closed or reloads.
pub const RELOAD_GRACE_MS: u64 = 15_000;
/// Those who were idle when their line broke are given up at moments that are so far apart.
pub const IDLE_STEP_MS: u64 = 30_000;
/// Within how long a small crowd comes back after its lines broke.
pub const RETURN_MS: u64 = 250;
/// How many people may come back in a second: what one object takes besides its other work.
pub const RETURNS_PER_SECOND: u64 = 300;
/// Interests and language stop to matter this long after they were last changed.
pub const WIDEN_MS: u64 = 10_000;
/// Two recent partners who have both waited this long may meet again.
pub const PATIENT_MS: u64 = 30_000;
/// Who has waited this long meets whoever comes, before anybody else does.
pub const OVERDUE_MS: u64 = 60_000;
/// How long a partner is a recent one.
pub const RECENT_MS: u64 = 10 * 60_000;
/// How many recent partners are remembered.
pub const RECENTS_MAX: usize = 8;
/// How many blocked visitors are remembered.
pub const BLOCKS_MAX: usize = 200;
/// Of those who wait for one interest, so many, from the longest wait on, are weighed against each other.
pub const WEIGHED_MAX: usize = 16;
/// How many people who must not be met one search looks at. It goes on a second later if that was not enough: a crowd
/// that excludes somebody makes their own search longer, and nobody else's.
pub const EXAMINED_MAX: usize = 128;
/// When a search goes on that was not finished.
pub const SEARCH_MS: u64 = 1_000;
/// Whoever gave no sign of life for this long, a ping and the time for its answer, may be gone.
pub const DOUBT_MS: u64 = PING_MS + PONG_MS;
/// How long somebody who may be gone has to say something when they are matched.
pub const TRIAL_MS: u64 = 3_000;
/// No frame and no ping for this long, three pings, and a line is dead.
pub const SILENCE_MS_MAX: u64 = 75_000;
/// How stale the sign of life in an attachment may be: the price of not rewriting it with every frame.
pub const HEARD_STALE_MS_MAX: u64 = 5_000;

/// How long a socket may stay without a `hello`.
pub const HELLO_MS_MAX: u64 = 10_000;
/// Sockets without a `hello` from one network: a school behind one address that comes back at once fits, as fast as an
/// object takes it and a fifth of a second away. One more, and the oldest is closed, which the runtime keeps until it
/// collects its garbage: nothing that should happen to a crowd.
pub const PENDING_PER_NETWORK_MAX: usize = 64;
/// Sockets without a `hello` in one lobby.
pub const PENDING_MAX: usize = 1_024;
/// People in one lobby: keeps the load of one object, and what is lost with it, bounded.
pub const LOBBY_SESSIONS_MAX: usize = 4_000;
/// People in one lobby, those included who come back to a conversation or a place in line that it has forgotten.
pub const LOBBY_RETURNS_FACTOR: usize = 2;
/// How far apart the clocks of two lives of an object may be.
pub const CLOCK_SLACK_MS: u64 = 2_000;
/// When somebody whom a full lobby turned away may try again.
pub const FULL_RETRY_MS: u64 = 5_000;

/// Messages: a quick exchange of short lines, then 4 a second.
pub const SAY_BUDGET: Budget = Budget { burst: 20, interval_ms: 250 };
/// Messages that are sent again: all that can be in flight, twice over, then as fast as a line may break.
pub const REPEAT_BUDGET: Budget = Budget { burst: 2 * IN_FLIGHT_MAX, interval_ms: 125 };
/// `got` and `seen`: two for every message that the partner may send, and room for repeats.
pub const RECEIPT_BUDGET: Budget = Budget { burst: 80, interval_ms: 50 };
/// `find`: somebody who presses "next" again and again, then 2 a second.
pub const FIND_BUDGET: Budget = Budget { burst: 20, interval_ms: 500 };
/// `typing`: on and off with every short message.
pub const TYPING_BUDGET: Budget = Budget { burst: 20, interval_ms: 250 };
/// Frames that no limit refuses (`stop` and the like): past this the line is closed, because they are not free for all.
pub const FREE_BUDGET: Budget = Budget { burst: 300, interval_ms: 100 };
/// This many `slow_down` within [`FLOOD_SPAN_MS`], and the line is closed with 4429.
pub const FLOOD_REFUSALS: usize = 100;
/// See [`FLOOD_REFUSALS`].
pub const FLOOD_SPAN_MS: u64 = 10_000;
/// When somebody whose line was closed for flooding may come back.
pub const FLOOD_RETRY_MS: u64 = 10_000;
/// The same, as a budget of floods: whoever comes back sooner is closed again.
pub const FLOOD_BUDGET: Budget = Budget { burst: 1, interval_ms: FLOOD_RETRY_MS };
/// This many frames that are not this protocol within [`STRIKE_SPAN_MS`], and the line is closed with 4400.
pub const STRIKES: usize = 10;
/// See [`STRIKES`].
pub const STRIKE_SPAN_MS: u64 = 60_000;

/// A lobby tells of changed counts at most this often while somebody watches them.
pub const REPORT_MS: u64 = 1_000;
/// A lobby tells of changed counts at most this often while nobody watches: a report a second would use up the Free
/// plan's requests of a day.
pub const REPORT_UNWATCHED_MS: u64 = 30_000;
/// What a lobby has counted goes along with a step that counts, if the last report is so many of the times above old.
pub const REPORT_TALLY_FACTOR: u64 = 5;
/// A lobby with people in it renews its lease this often.
pub const REPORT_RENEW_MS: u64 = 30_000;
/// A lobby whose report did not arrive tries again after this.
pub const REPORT_RETRY_MS: u64 = 5_000;
/// A lobby that says nothing for this long is not counted any more.
pub const LEASE_MS: u64 = 90_000;
/// Subscribers of one presence object: one tick to them takes about 100 ms.
pub const STREAMS_MAX: usize = 2_000;
/// Of these, subscribers of one network: whatever comes from there, the others have nearly half.
pub const STREAMS_PER_NETWORK_MAX: usize = 1_024;
/// Lobbies that the presence object knows of.
pub const LOBBIES_MAX: usize = 1_000;
/// How long the presence object waits for lobbies to say how many people they have, or to hear of a pause.
pub const ASK_MS_MAX: u64 = 1_000;
/// Whoever has looked at the counts may look again: for so long lobbies tell changes as if somebody watched.
pub const WANTED_MS: u64 = 10_000;
/// The operator is told what was counted up to this long ago. More often would cost more than it shows.
pub const ASK_FOR_OPERATOR_MS: u64 = 5_000;
/// Events that a subscriber may be behind before its stream is ended.
pub const STREAM_BACKLOG_MAX: usize = 64;
/// Counts go out at most this often.
pub const PRESENCE_MS: u64 = 1_000;
/// A stream that is otherwise quiet carries a `beat` this often.
pub const BEAT_MS: u64 = 15_000;
/// The `retry:` of a stream is drawn from here, so that a crowd does not come back at once.
pub const RETRY_MS: std::ops::RangeInclusive<u64> = 2_000..=5_000;
/// The `retry:` of a stream that is turned away is drawn from here.
pub const RETRY_FULL_MS: std::ops::RangeInclusive<u64> = 15_000..=30_000;
/// A stream ends by itself after a time drawn from here (and is found to be due with the next beat).
pub const STREAM_LIFE_MS: std::ops::RangeInclusive<u64> = 600_000..=880_000;

/// The body of `POST /enter`, in bytes: eight tickets, a pass and a proof.
pub const ENTER_BYTES_MAX: usize = 65_536;
/// Tickets that `POST /enter` takes as memory.
pub const ENTER_MEMORY_MAX: usize = 8;
/// Entering without a proof, from one network: a school behind one address fits, then 30 a minute. Past it, entering takes
/// a proof of work.
pub const ENTER_FREE_BUDGET: Budget = Budget { burst: 600, interval_ms: 2_000 };
/// Entering with a proof, from one network: whatever a crowd does, and no more than a lobby takes besides its other work.
pub const ENTER_PROVEN_BUDGET: Budget = Budget { burst: 300, interval_ms: 100 };
/// Entering again with a pass that is still good, from one network: all of a school comes back at once after a deploy.
pub const ENTER_AGAIN_BUDGET: Budget = Budget { burst: 600, interval_ms: 50 };
/// When somebody may try again whom the platform's own limit keeps from the door: its span, all of it.
pub const LIMIT_RETRY_MS: u64 = 10_000;
/// New people in [`JOINS_STEPS`] steps: more, and entering takes a proof of work. A crowd that grows by itself is slower.
pub const JOINS_MAX: u64 = 1_200;
/// When so few are left it takes none any more. Half of the bound, so that it does not go on and off.
pub const JOINS_CALM: u64 = 600;
/// The joins of a minute are counted in steps of this length.
pub const JOINS_STEP_MS: u64 = 10_000;
/// See [`JOINS_STEP_MS`]: a minute.
pub const JOINS_STEPS: usize = 6;
/// The largest number that a proof of work has to try at the lowest level: a fraction of a second on a telephone.
pub const PROOF_NUMBER_MAX: u64 = 100_000;
/// Each level doubles that. The last is 64 times the work: some seconds, which a person waits for once.
pub const PROOF_LEVEL_MAX: u8 = 6;
/// Each further so many proofs that a network has shown lately are a level more for it.
pub const PROOFS_PER_LEVEL: u64 = 50;
/// How long a challenge may take: a slow telephone at the last level needs less than a minute.
pub const PROOF_MS: u64 = 5 * 60_000;
/// Proofs that are remembered, so that none counts twice: more than 50 new people a second for as long as one is good.
pub const PROOFS_MAX: usize = 16_384;
/// A proof of work as it is sent, in characters: it takes about 400.
pub const PROOF_CHARS_MAX: usize = 1_024;
/// A Turnstile token, in characters: the most that Cloudflare promises to stay below.
pub const TURNSTILE_CHARS_MAX: usize = 2_048;
/// How long Turnstile may take to answer. Past it a proof of work is asked for instead.
pub const TURNSTILE_MS_MAX: u64 = 5_000;
/// How long ago a Turnstile challenge may have been solved: tokens are good for so long.
pub const TURNSTILE_AGE_MS_MAX: u64 = 5 * 60_000;
/// How long a doubt about a visitor is remembered that no proof has cleared.
pub const SUSPICION_MS: u64 = 60 * 60_000;
/// Visitors whom there are doubts about.
pub const SUSPECTS_MAX: usize = 1_024;
/// How long a day is: the salt of network keys is drawn anew each day (UTC).
pub const DAY_MS: u64 = 24 * 60 * 60_000;
/// Salts that are kept: today's and yesterday's, so that who was banned before midnight is kept out after it.
pub const SALTS_MAX: usize = 2;
/// Bans in force: lobbies are told all of them at once, some 40 bytes each.
pub const BANS_MAX: usize = 1_000;
/// How far off the end of a ban may be: a leap year.
pub const BAN_MS_MAX: u64 = 366 * DAY_MS;
/// Why somebody is banned, in Unicode scalar values: a line for the operator's own memory.
pub const BAN_REASON_CHARS_MAX: usize = 200;
/// How long a pass admits. The protocol promises at least 24 hours.
pub const PASS_MS: u64 = 48 * 60 * 60 * 1_000;
/// How long a ticket is good for. The protocol promises at least 24 hours.
pub const TICKET_MS: u64 = 48 * 60 * 60 * 1_000;
/// The shortest secret that keys are derived from, in bytes.
pub const SECRET_BYTES_MIN: usize = 32;
/// When to try again after an object could not be reached.
pub const UNAVAILABLE_RETRY_MS: u64 = 2_000;

/// Announcements in force.
pub const ANNOUNCEMENTS_MAX: usize = 20;
/// An announcement, in Unicode scalar values.
pub const ANNOUNCEMENT_CHARS_MAX: usize = 500;
/// No announcement ends after this moment, the last of the year 2100: alarms cannot be set for just any time.
pub const ANNOUNCEMENT_END_MAX: Time = Time::from_ms(4_133_980_799_999);
/// The body of a request of the operator, in bytes: an announcement of escaped characters fits.
pub const ADMIN_BYTES_MAX: usize = 8_192;
/// The shortest token of an operator, in characters: with fewer, guessing would be worth a try.
pub const ADMIN_TOKEN_CHARS_MIN: usize = 24;
/// Wrong tokens from one network: a few slips, then 10 a minute.
pub const ADMIN_TRIES: Budget = Budget { burst: 10, interval_ms: 6_000 };
/// Points of the operator's chart: one a minute, for an hour.
pub const HOUR_POINTS_MAX: usize = 60;
/// A point of the operator's chart.
pub const HOUR_POINT_MS: u64 = 60_000;
/// How long a Worker answers from what it was last told of the counts, and of whether matching is paused.
pub const PRESENCE_CACHE_MS: u64 = 1_000;
/// When a newcomer may try again who came while matching is paused.
pub const PAUSED_RETRY_MS: u64 = 5_000;
/// A lobby writes what it has counted to the operator's metrics at most this often.
pub const METRICS_MS: u64 = 10_000;
/// Points that the platform takes at once.
pub const METRICS_POINTS_MAX: usize = 25;

/// What a reporter adds in words, in Unicode scalar values.
pub const NOTE_CHARS_MAX: usize = 500;
/// The tag of a line as a client gives it back: 16 bytes as base64url are 22, with room for a longer one.
pub const LINE_TAG_CHARS_MAX: usize = 64;
/// Reports of one visitor that are filed: five, then one in three hours. One more still ends the conversation and blocks.
pub const REPORT_BUDGET: Budget = Budget { burst: 5, interval_ms: 3 * 60 * 60 * 1_000 };
/// How often an object tries to file a report before it gives up, and answers all the same.
pub const FILE_TRIES_MAX: u32 = 3;
/// The wait between two of these.
pub const FILE_RETRY_MS: u64 = 500;
/// How long a report names networks: as long as the salts of their keys are kept.
pub const NETWORK_KEY_MS: u64 = 2 * 24 * 60 * 60 * 1_000;
/// Reports on a page of the operator's.
pub const REPORTS_PAGE: u64 = 50;
/// So many independent reporters' words ban somebody for [`AUTOMATIC_BAN_MS`], where the operator has not chosen a number.
pub const BAN_REPORTS: &str = "3";
/// How long a ban lasts that reports alone have led to.
pub const AUTOMATIC_BAN_MS: u64 = 24 * 60 * 60 * 1_000;
/// How long a report is kept.
pub const REPORT_KEPT_MS: u64 = 30 * 24 * 60 * 60 * 1_000;
/// Sessions with a line of one visitor in one lobby: as many tabs as anybody talks in.
pub const VISITOR_SESSIONS_MAX: usize = 8;
/// People with a line of one network in one lobby: a campus fits, and three quarters stay for others.
pub const NETWORK_SESSIONS_MAX: usize = 1_000;
/// Sockets that one network opens in a lobby, or one person who has proven something: a crowd that comes back at once,
/// then 2 a second. A socket costs as much of the object's time as ten messages, so that more would be felt by all.
pub const ARRIVAL_BUDGET: Budget = Budget { burst: 600, interval_ms: 500 };
/// Within that, sockets of one network are opened one after the other, each when its turn comes: whoever talks meanwhile has
/// to wait for one of them at a time, also where the Worker and the object share one slow processor. Who has opened others
/// lately (they count until [`VISIT_BUDGET`] has given them back) takes as many turns for the next one as it is sockets
/// then, in a queue of those who come again: a crowd comes in quickly, and they leave nearly all of the time to who talks.
pub const ARRIVAL_PACE: Budget = Budget { burst: 5, interval_ms: 15 };
/// Sockets that one visitor opens: all tabs that anybody talks in, and a line that breaks again and again; then one in a while,
/// sooner than a place is given up, also for a page that has to wait its turn
/// (`among_fifty_who_rejoin_without_end_a_page_is_back_before_its_place_is_given_up`).
pub const VISIT_BUDGET: Budget = Budget { burst: VISITOR_SESSIONS_MAX as u64, interval_ms: 20_000 };
/// By so much at most that takes longer, for some more than for others.
pub const VISIT_SPREAD_MS: u64 = 15_000;
/// Sockets that all those of one network open together who have used that up: a train between two tunnels fits.
pub const AGAIN_BUDGET: Budget = Budget { burst: 20, interval_ms: 2_000 };
/// Whoever would have to wait longer for a turn is refused: a page gives up after 10 s, in which it also has to connect.
pub const ARRIVAL_WAIT_MS: u64 = 5_000;
/// Whom an object has refused, nobody asks it about again for so long.
pub const REFUSED_BUDGET: Budget = Budget { burst: 1, interval_ms: 2_000 };
/// Refusals of one network are answered one after the other: whoever tries again at once is slowed, at no cost to anybody
/// else, and those who were refused together do not come back together. A timer is all it takes.
pub const REFUSAL_PACE: Budget = Budget { burst: 2, interval_ms: 150 };
/// No refusal is kept waiting for longer: a page waits for longer than that.
pub const REFUSAL_MS_MAX: u64 = 8_000;
/// Fields of any object that a client sends.
pub const FIELDS_MAX: usize = 16;
/// Visitors whose openings are remembered.
pub const OPENERS_MAX: usize = 4_096;
/// Reports that are filed from one network: a crowd of witnesses, then one a minute.
pub const FILING_BUDGET: Budget = Budget { burst: 30, interval_ms: 60_000 };
/// Open reports that are kept: more than anybody looks at.
pub const REPORTS_OPEN_MAX: u64 = 10_000;
/// Networks, or visitors, of which is remembered what they have spent of a budget.
pub const PAYERS_MAX: usize = 4_096;
/// Openings with fewer letters are greetings, and the same for everybody.
pub const OPENING_CHARS_MIN: usize = 24;
/// So many letters of an opening are looked at.
pub const OPENING_CHARS_MAX: usize = 200;
/// Openings whose similarity hashes differ in no more of their 64 bits are the same. Different texts differ in 32, give or
/// take 4.
pub const OPENING_BITS_APART: u32 = 12;
/// The same opening to so many partners in a row is nobody's business.
pub const OPENINGS_FREE: u32 = 3;
/// Each further one waits so much longer.
pub const OPENING_SLOW_MS: u64 = 2_000;
/// Visitors that a lobby doubts.
pub const DOUBTS_MAX: usize = 1_024;
/// After so many in a row, a proof is asked for.
pub const OPENINGS_DOUBTED: u32 = 10;
