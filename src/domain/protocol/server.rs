//! Frames to a client: what can be said, and the one place that turns it into JSON.

use serde::{Serialize, Serializer};

use super::{ErrorCode, Lang, WireVersion};
use crate::domain::id::ConversationId;
use crate::domain::limits::{
    FRAME_BYTES_MAX, GRACE_MS, IN_FLIGHT_MAX, INTEREST_CHARS_MAX, INTERESTS_MAX, PING_MS, PONG_MS, TEXT_CHARS_MAX,
};

/// A frame of the service. Fields are in the order of `docs/PROTOCOL.md`; `conversation` is `c` on the wire, except in
/// `matched` and `resumed`, which introduce it. `T` is a ticket: in the clear where frames are decided, sealed where they
/// are sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame<T> {
    /// The session is ready.
    Welcome {
        /// The version of the protocol.
        #[serde(rename = "v")]
        version: WireVersion,
        /// What to come back with.
        ticket: T,
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
        ticket: T,
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
        ticket: T,
    },
    /// The same partner as before the line broke.
    Resumed(Resumed<T>),
    /// The partner's message.
    Say {
        /// The conversation that it belongs to.
        #[serde(rename = "c", serialize_with = "as_text")]
        conversation: ConversationId,
        /// Its number.
        n: u64,
        /// What is said.
        text: String,
        /// By which the service can tell that it was said (see [`crate::domain::evidence`]).
        tag: String,
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
        ticket: T,
    },
    /// What `ended` does not answer has been done.
    Done {
        /// The type of the frame that is answered.
        re: &'static str,
        /// The conversation that it named.
        #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
        conversation: Option<String>,
        /// What to come back with.
        ticket: T,
    },
    /// A frame was refused and changed nothing.
    Error(Refusal),
}

impl<T> ServerFrame<T> {
    /// The same frame with its ticket sealed.
    #[must_use]
    pub fn seal<S>(self, seal: impl FnOnce(T) -> S) -> ServerFrame<S> {
        match self {
            Self::Welcome { version, ticket, state, limits } => {
                ServerFrame::Welcome { version, ticket: seal(ticket), state, limits }
            }
            Self::Waiting { widen_ms, ticket } => ServerFrame::Waiting { widen_ms, ticket: seal(ticket) },
            Self::Matched { conversation, common, lang, ticket } => {
                ServerFrame::Matched { conversation, common, lang, ticket: seal(ticket) }
            }
            Self::Resumed(Resumed { conversation, common, partner, grace_ms, ticket }) => {
                let ticket = seal(ticket);
                ServerFrame::Resumed(Resumed { conversation, common, partner, grace_ms, ticket })
            }
            Self::Ended { conversation, reason, ticket } => {
                ServerFrame::Ended { conversation, reason, ticket: seal(ticket) }
            }
            Self::Done { re, conversation, ticket } => ServerFrame::Done { re, conversation, ticket: seal(ticket) },
            Self::Say { conversation, n, text, tag } => ServerFrame::Say { conversation, n, text, tag },
            Self::Got { conversation, n } => ServerFrame::Got { conversation, n },
            Self::Seen { conversation, n } => ServerFrame::Seen { conversation, n },
            Self::Typing { conversation, on } => ServerFrame::Typing { conversation, on },
            Self::Partner { conversation, state } => ServerFrame::Partner { conversation, state },
            Self::Error(refusal) => ServerFrame::Error(refusal),
        }
    }
}

impl<T: Serialize> ServerFrame<T> {
    /// The frame as the text to send.
    #[must_use]
    pub fn encode(&self) -> String {
        // Strings, numbers and unit variants only: there is no value of this type that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What `resumed` says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Resumed<T> {
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
    pub ticket: T,
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

impl EndReason {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::Left, Self::Next, Self::Lost, Self::Moderated, Self::Closing];
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

impl WireLimits {
    /// The bounds of a lobby whose crowd comes back within `return_ms`.
    #[must_use]
    pub const fn returning_within(return_ms: u64) -> Self {
        Self {
            frame_bytes: FRAME_BYTES_MAX,
            text_chars: TEXT_CHARS_MAX,
            interests: INTERESTS_MAX,
            interest_chars: INTEREST_CHARS_MAX,
            in_flight: IN_FLIGHT_MAX,
            ping_ms: PING_MS,
            pong_ms: PONG_MS,
            grace_ms: GRACE_MS,
            return_ms,
        }
    }
}

fn as_text<S: Serializer>(conversation: &ConversationId, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(conversation)
}
