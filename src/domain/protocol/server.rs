//! Frames to a client: what can be said, and the one place that turns it into JSON.

use serde::{Serialize, Serializer};

use super::{ErrorCode, Lang, WireVersion};
use crate::domain::id::ConversationId;
use crate::domain::limits::{
    FRAME_BYTES_MAX, GRACE_MS, IN_FLIGHT_MAX, INTEREST_CHARS_MAX, INTERESTS_MAX, PING_MS, PONG_MS, RETURN_MS,
    TEXT_CHARS_MAX,
};

/// A frame of the service. Fields are in the order of `docs/PROTOCOL.md`; `conversation` is `c` on the wire, except in
/// `matched` and `resumed`, which introduce it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The session is ready.
    Welcome {
        /// The version of the protocol.
        #[serde(rename = "v")]
        version: WireVersion,
        /// What to come back with.
        #[serde(skip_serializing_if = "Option::is_none")]
        ticket: Option<String>,
        /// What the session is doing.
        state: SessionState,
        /// What a client has to know of the service's bounds.
        limits: WireLimits,
    },
    /// In the queue.
    Waiting {
        /// After this long, shared interests and languages are no longer required on this side.
        widen_ms: u64,
        /// What to come back with.
        #[serde(skip_serializing_if = "Option::is_none")]
        ticket: Option<String>,
    },
    /// A partner.
    Matched {
        /// The conversation that begins.
        #[serde(serialize_with = "as_text")]
        conversation: ConversationId,
        /// The shared interests, in this person's own spelling and order.
        common: Vec<String>,
        /// The language that both gave.
        lang: Option<Lang>,
        /// What to come back with.
        #[serde(skip_serializing_if = "Option::is_none")]
        ticket: Option<String>,
    },
    /// The same partner as before the line broke.
    Resumed(Resumed),
    /// The partner's message.
    Say {
        /// The conversation that it belongs to.
        #[serde(rename = "c", serialize_with = "as_text")]
        conversation: ConversationId,
        /// Its number.
        n: u64,
        /// What is said.
        text: String,
    },
    /// Everything up to `n` has arrived at the partner's.
    Got {
        /// The conversation that it belongs to.
        #[serde(rename = "c", serialize_with = "as_text")]
        conversation: ConversationId,
        /// The highest number that has arrived.
        n: u64,
    },
    /// Everything up to `n` has been seen by the partner.
    Seen {
        /// The conversation that it belongs to.
        #[serde(rename = "c", serialize_with = "as_text")]
        conversation: ConversationId,
        /// The highest number that has been seen.
        n: u64,
    },
    /// The partner is typing, or no longer.
    Typing {
        /// The conversation that it belongs to.
        #[serde(rename = "c", serialize_with = "as_text")]
        conversation: ConversationId,
        /// Whether the partner is typing.
        on: bool,
    },
    /// The partner's line broke, or is back.
    Partner {
        /// The conversation that it belongs to.
        #[serde(rename = "c", serialize_with = "as_text")]
        conversation: ConversationId,
        /// Which of the two.
        #[serde(flatten)]
        state: PartnerState,
    },
    /// The conversation is over.
    Ended {
        /// The conversation that is over.
        #[serde(rename = "c", serialize_with = "as_text")]
        conversation: ConversationId,
        /// Why, the same for both.
        reason: EndReason,
        /// What to come back with.
        #[serde(skip_serializing_if = "Option::is_none")]
        ticket: Option<String>,
    },
    /// What `ended` does not answer has been done.
    Done {
        /// The type of the frame that is answered.
        re: &'static str,
        /// The conversation that it named.
        #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
        conversation: Option<String>,
        /// What to come back with.
        #[serde(skip_serializing_if = "Option::is_none")]
        ticket: Option<String>,
    },
    /// A frame was refused and changed nothing.
    Error(Refusal),
}

impl ServerFrame {
    /// The frame as the text to send.
    #[must_use]
    pub fn encode(&self) -> String {
        // Strings, numbers and unit variants only: there is no value of this type that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What `resumed` says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Resumed {
    /// The conversation that goes on.
    #[serde(serialize_with = "as_text")]
    pub conversation: ConversationId,
    /// The shared interests, in this person's own spelling and order.
    pub common: Vec<String>,
    /// Whether the partner is there.
    pub partner: Presence,
    /// How long an absent partner's seat is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_ms: Option<u64>,
    /// What to come back with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

/// Whether somebody's line is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It is.
    Here,
    /// It broke.
    Away,
}

/// What `partner` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PartnerState {
    /// The line broke.
    Away {
        /// How long the seat is kept.
        grace_ms: u64,
    },
    /// The partner is back.
    Here,
}

/// What a session is doing, in `welcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Nothing.
    Idle,
    /// In the queue.
    Waiting,
    /// In a conversation.
    Talking,
}

/// Why a conversation is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// One of the two stopped.
    Left,
    /// One of the two went on to somebody else.
    Next,
    /// The line of one of the two is gone for good.
    Lost,
    /// One of the two was banned.
    Moderated,
    /// The lobby closes.
    Closing,
}

/// A frame, refused: `error` on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Refusal {
    /// Why.
    pub code: ErrorCode,
    /// The refused type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub re: Option<String>,
    /// The conversation that the frame named.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// The number that the frame carried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// When it will be taken, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_ms: Option<u64>,
}

impl Refusal {
    /// A refusal of which nothing but the type is worth repeating.
    #[must_use]
    pub fn of(re: &str, code: ErrorCode) -> Self {
        Self { code, re: Some(re.to_owned()), conversation: None, n: None, retry_ms: None }
    }
}

/// The bounds that a client has to know, in `welcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct WireLimits {
    frame_bytes: usize,
    text_chars: usize,
    interests: usize,
    interest_chars: usize,
    in_flight: u64,
    ping_ms: u64,
    pong_ms: u64,
    grace_ms: u64,
    return_ms: u64,
}

impl Default for WireLimits {
    fn default() -> Self {
        Self {
            frame_bytes: FRAME_BYTES_MAX,
            text_chars: TEXT_CHARS_MAX,
            interests: INTERESTS_MAX,
            interest_chars: INTEREST_CHARS_MAX,
            in_flight: IN_FLIGHT_MAX,
            ping_ms: PING_MS,
            pong_ms: PONG_MS,
            grace_ms: GRACE_MS,
            return_ms: RETURN_MS,
        }
    }
}

fn as_text<S: Serializer>(conversation: &ConversationId, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(conversation)
}
