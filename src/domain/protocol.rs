//! The wire, version 1 (`docs/PROTOCOL.md`): its names, its codes, and the only code that knows its JSON.
//!
//! A client's frame is parsed once, at the door, into a [`ClientFrame`] that cannot be wrong: unknown, doubled, missing
//! and mistyped fields are refused there. The service's frames are built here and nowhere else, so nothing that a
//! client sends can look like one of them.

mod admin;
mod client;
mod fields;
mod http;
mod log;
mod preferences;
mod problem;
mod read;
mod report;
mod server;
mod stats;

pub use admin::{Announced, AnnouncementList, BanRequest, BanView, BanViews, NewAnnouncement, Paused, Raised};
pub use client::{ClientFrame, Hello, Text};
pub use fields::{Fields, Json};
pub use http::{
    Announcement, EnterInfo, EnterRequest, Entered, Health, InForce, JSON_TYPE, PresenceCounts, PresenceDocument,
    Retract, Severity, name_of, to_json,
};
pub use log::{Level, LogLine};
pub use preferences::{Interest, Interests, Lang, Preferences};
pub use problem::{Contact, PROBLEM_TYPE, Problem, ProblemCode};
pub use read::decode;
pub use report::{Line, Lines, Reason, Shown, Side};
pub use server::{EndReason, PartnerState, Presence, Refusal, Resumed, ServerFrame, SessionState, WireLimits};
pub use stats::{HourPoint, LobbyStats, Stats, TallyStats, WaitStep};

use serde::de::{self, Deserializer, Unexpected};
use serde::{Deserialize, Serialize, Serializer};

/// The version of the protocol: 1 on the wire, and nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct WireVersion;

impl WireVersion {
    const NUMBER: u64 = 1;
}

impl Serialize for WireVersion {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(Self::NUMBER)
    }
}

impl<'de> Deserialize<'de> for WireVersion {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u64::deserialize(from)? {
            Self::NUMBER => Ok(Self),
            other => Err(de::Error::invalid_value(Unexpected::Unsigned(other), &"1")),
        }
    }
}

/// Answered with [`PONG`] by the runtime itself, without waking the object.
pub const PING: &str = "ping";
/// The answer to [`PING`].
pub const PONG: &str = "pong";

/// Why a frame was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not JSON, or a field that is unknown, doubled, missing, mistyped or out of range.
    BadFrame,
    /// A message that is empty, only white space, or has control characters.
    BadText,
    /// A message of too many characters.
    TooLong,
    /// Too much at once; `retry_ms` says when it will be taken.
    SlowDown,
    /// A `find` or `stop` in a conversation that does not name it.
    Talking,
    /// A frame for a conversation that is not this person's present one.
    NotTalking,
    /// Something else than `hello` came first.
    HelloFirst,
    /// A type that this service does not know, or not yet.
    UnknownType,
    /// Matching is paused by the operator.
    Paused,
}

impl ErrorCode {
    /// All of them, in order.
    pub const ALL: [Self; 9] = [
        Self::BadFrame,
        Self::BadText,
        Self::TooLong,
        Self::SlowDown,
        Self::Talking,
        Self::NotTalking,
        Self::HelloFirst,
        Self::UnknownType,
        Self::Paused,
    ];
}

/// Why the service closes a socket (RFC 6455 section 7.4; 4000 and up are this protocol's own).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CloseCode {
    /// The client wished so.
    Normal,
    /// No sign of life for too long: the other end is most likely gone.
    Silent,
    /// A binary frame.
    Binary,
    /// A frame over the size limit.
    TooLarge,
    /// The object restarts.
    Restart,
    /// The session has moved to another lobby.
    Moved,
    /// Not this protocol.
    Protocol,
    /// The pass is missing, forged or expired.
    Pass,
    /// Banned.
    Banned,
    /// No `hello` in time.
    NoHello,
    /// The session is open in a newer socket.
    Superseded,
    /// Flooding; the reason is when to come back, in milliseconds.
    Flooding,
    /// No room for newcomers; the reason is when to try again, in milliseconds.
    Full,
}

impl CloseCode {
    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::Silent => 1001,
            Self::Binary => 1003,
            Self::TooLarge => 1009,
            Self::Restart => 4000,
            Self::Moved => 4001,
            Self::Protocol => 4400,
            Self::Pass => 4401,
            Self::Banned => 4403,
            Self::NoHello => 4408,
            Self::Superseded => 4409,
            Self::Flooding => 4429,
            Self::Full => 4503,
        }
    }
}

/// The code with which to answer the end of a line that ended with `code`. Codes that only stand for "none" (1005, 1006,
/// 1015) must not be sent (RFC 6455 7.4.1). A line that broke without one (1006) is answered too, so that the runtime lets
/// go of its half there and then: otherwise it keeps them all until it collects its garbage, and everybody waits for that.
/// Perhaps it broke in one direction only, and the answer is heard: then they are to come back.
#[must_use]
pub const fn echo(code: u16) -> u16 {
    match code {
        1005 | 1015 => 1000,
        1006 => CloseCode::Restart.number(),
        code => code,
    }
}

/// Whether text, if it is JSON, is an object: where that is expected, serde takes a list of its fields as well.
fn is_object(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_line_is_answered_and_never_ends_more_than_the_line() {
        assert_eq!([1000, 1001, 4409].map(echo), [1000, 1001, 4409], "as it came");
        assert_eq!([1005, 1015].map(echo), [1000, 1000], "these must not be sent");
        assert_eq!(echo(1006), CloseCode::Restart.number(), "whoever still hears it comes back");
    }
}
