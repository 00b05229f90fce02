//! The client's side of the wire: what it says, and a tolerant reading of what it hears.
//!
//! Unlike the service, which refuses what it does not know, a client ignores it: unknown fields and types mean a newer
//! service. What is read is well formed; everything else is as if it had not come.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::limits::{GRACE_MS, IN_FLIGHT_MAX, NUMBER_MAX, PING_MS, PONG_MS, RETURN_MS, TEXT_CHARS_MAX};
use crate::domain::protocol::PONG;

/// What a person looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Wanted {
    /// What they would like to talk about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interests: Vec<String>,
    /// The language to talk in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// A frame to the service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// The first frame of every socket.
    Hello {
        /// The version of the protocol.
        v: u64,
        /// The pass.
        pass: String,
        /// The session to come back to.
        #[serde(skip_serializing_if = "Option::is_none")]
        ticket: Option<String>,
        /// Counts the sockets.
        line: u64,
        /// An event stream counts this person already.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        counted: bool,
    },
    /// Look for a partner.
    Find {
        /// What for.
        #[serde(flatten)]
        wanted: Wanted,
        /// The conversation that this leaves.
        #[serde(skip_serializing_if = "Option::is_none")]
        c: Option<String>,
    },
    /// Leave the queue, or a conversation.
    Stop {
        /// The conversation to leave.
        #[serde(skip_serializing_if = "Option::is_none")]
        c: Option<String>,
    },
    /// A message.
    Say {
        /// The conversation.
        c: String,
        /// Its number.
        n: u64,
        /// What is said.
        text: String,
    },
    /// Everything up to `n` has arrived.
    Got {
        /// The conversation.
        c: String,
        /// The number.
        n: u64,
    },
    /// Everything up to `n` has been seen.
    Seen {
        /// The conversation.
        c: String,
        /// The number.
        n: u64,
    },
    /// The person is typing, or no longer.
    Typing {
        /// The conversation.
        c: String,
        /// Whether the person is typing.
        on: bool,
    },
    /// Leave, and never meet again.
    Block {
        /// The conversation.
        c: String,
    },
    /// Leave, never meet again, and let the operator know.
    Report {
        /// The conversation.
        c: String,
        /// Why.
        reason: String,
        /// In the person's own words.
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

impl ClientFrame {
    /// The frame as the text to send.
    #[must_use]
    pub fn encode(&self) -> String {
        // Strings and numbers only: there is no value of this type that JSON cannot hold.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What the service tells of its bounds, as far as this client needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// A message, in characters.
    pub text_chars: u64,
    /// Messages that may be on the way.
    pub in_flight: u64,
    /// How often to ping.
    pub ping_ms: u64,
    /// How long to wait for the pong.
    pub pong_ms: u64,
    /// How long a place is kept.
    pub grace_ms: u64,
    /// Within how long to come back.
    pub return_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_chars: TEXT_CHARS_MAX as u64,
            in_flight: IN_FLIGHT_MAX,
            ping_ms: PING_MS,
            pong_ms: PONG_MS,
            grace_ms: GRACE_MS,
            return_ms: RETURN_MS,
        }
    }
}

/// What the service finds the session doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Found {
    /// Nothing.
    Idle,
    /// In the queue.
    Waiting,
    /// In a conversation.
    Talking,
}

/// Where the partner's line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// It is up.
    Here,
    /// It broke; how long the seat is kept, where the service says so.
    Away(Option<u64>),
}

/// A partner, or the same one as before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Meeting {
    /// The conversation.
    pub c: String,
    /// The shared interests.
    pub common: Vec<String>,
    /// The language that both gave.
    pub lang: Option<String>,
}

/// A frame was refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// Why: a code of the service, perhaps one that is not known here.
    pub code: String,
    /// The type of the frame.
    pub re: Option<String>,
    /// Its conversation.
    pub c: Option<String>,
    /// Its number.
    pub n: Option<u64>,
    /// When it would be taken.
    pub retry_ms: Option<u64>,
}

/// What a socket brought.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Heard {
    /// The answer to a ping.
    Pong,
    /// The session is ready.
    Welcome(Found, Limits),
    /// In the queue, and for how long interests still count.
    Waiting(u64),
    /// A partner.
    Matched(Meeting),
    /// The same partner as before the line broke.
    Resumed(Meeting, Presence),
    /// The partner's message: conversation, number, text. Without a text it is of a type that is not known here, and
    /// counts all the same.
    Say(String, u64, Option<String>),
    /// The partner has everything up to this number.
    Got(String, u64),
    /// The partner has seen everything up to this number.
    Seen(String, u64),
    /// The partner is typing, or no longer.
    Typing(String, bool),
    /// The partner's line broke or is back.
    Partner(String, Presence),
    /// The conversation is over, and why.
    Ended(String, String),
    /// What `ended` does not answer has been done: the type, and the conversation.
    Done(String, Option<String>),
    /// A frame was refused.
    Error(Refusal),
}

/// A reading of a text: what it says, and the ticket that it carries. `None` where it is to be ignored.
#[must_use]
pub fn read(text: &str) -> Option<(Heard, Option<String>)> {
    if text == PONG {
        return Some((Heard::Pong, None));
    }
    let Ok(Value::Object(fields)) = serde_json::from_str(text) else { return None };
    let fields = Fields(fields);
    Some((fields.heard()?, fields.optional("ticket", Fields::name)?))
}

/// The fields of a frame. Each reader gives `None` for a field that is missing or mistyped.
struct Fields(Map<String, Value>);

impl Fields {
    fn heard(&self) -> Option<Heard> {
        Some(match self.text("type")?.as_str() {
            "welcome" => {
                let version = self.count("v")?;
                return (version == 1).then_some(Heard::Welcome(self.found()?, self.limits()?));
            }
            "waiting" => Heard::Waiting(self.count("widen_ms")?),
            "matched" => Heard::Matched(Meeting { lang: self.lang()?, ..self.meeting()? }),
            "resumed" => Heard::Resumed(self.meeting()?, self.presence("partner")?),
            "say" => Heard::Say(self.name("c")?, self.number("n")?, Some(self.text("text")?)),
            "got" => Heard::Got(self.name("c")?, self.count("n")?),
            "seen" => Heard::Seen(self.name("c")?, self.count("n")?),
            "typing" => Heard::Typing(self.name("c")?, self.0.get("on")?.as_bool()?),
            "partner" => Heard::Partner(self.name("c")?, self.presence("state")?),
            "ended" => Heard::Ended(self.name("c")?, self.name("reason")?),
            "done" => Heard::Done(self.name("re")?, self.optional("c", Self::name)?),
            "error" => Heard::Error(self.refusal()?),
            // Whatever it is, its sender counted it.
            _ => Heard::Say(self.name("c")?, self.number("n")?, None),
        })
    }

    fn refusal(&self) -> Option<Refusal> {
        let re = self.optional("re", Self::name)?;
        // Only a receipt can be for nothing yet.
        let receipt = matches!(re.as_deref(), Some("got" | "seen"));
        Some(Refusal {
            code: self.name("code")?,
            c: self.optional("c", Self::text)?,
            n: self.optional("n", if receipt { Self::count } else { Self::number })?,
            retry_ms: self.optional("retry_ms", Self::count)?,
            re,
        })
    }

    fn text(&self, field: &str) -> Option<String> {
        self.0.get(field)?.as_str().map(str::to_owned)
    }

    fn name(&self, field: &str) -> Option<String> {
        self.text(field).filter(|text| !text.is_empty())
    }

    fn count(&self, field: &str) -> Option<u64> {
        self.0.get(field)?.as_u64().filter(|number| *number <= NUMBER_MAX)
    }

    fn number(&self, field: &str) -> Option<u64> {
        self.count(field).filter(|number| *number > 0)
    }

    /// `Some(None)` where the field is missing, `None` where it is mistyped.
    #[expect(clippy::option_option, reason = "missing and mistyped are two things")]
    fn optional<T>(&self, field: &str, read: impl Fn(&Self, &str) -> Option<T>) -> Option<Option<T>> {
        if self.0.contains_key(field) { read(self, field).map(Some) } else { Some(None) }
    }

    #[expect(clippy::option_option, reason = "null is an answer")]
    fn lang(&self) -> Option<Option<String>> {
        if self.0.get("lang")?.is_null() { Some(None) } else { self.text("lang").map(Some) }
    }

    fn found(&self) -> Option<Found> {
        Some(match self.text("state")?.as_str() {
            "idle" => Found::Idle,
            "waiting" => Found::Waiting,
            "talking" => Found::Talking,
            _ => return None,
        })
    }

    fn presence(&self, field: &str) -> Option<Presence> {
        let grace_ms = self.optional("grace_ms", Self::count)?;
        match self.text(field)?.as_str() {
            "here" => Some(Presence::Here),
            "away" => Some(Presence::Away(grace_ms)),
            _ => None,
        }
    }

    fn meeting(&self) -> Option<Meeting> {
        let common = self.0.get("common")?.as_array()?.iter();
        let common = common.map(|one| one.as_str().map(str::to_owned)).collect::<Option<_>>()?;
        Some(Meeting { c: self.name("conversation")?, common, lang: None })
    }

    fn limits(&self) -> Option<Limits> {
        let Some(Value::Object(limits)) = self.0.get("limits") else { return None };
        let limits = Self(limits.clone());
        for unused in ["frame_bytes", "interests", "interest_chars"] {
            limits.number(unused)?;
        }
        Some(Limits {
            text_chars: limits.number("text_chars")?,
            in_flight: limits.number("in_flight")?,
            ping_ms: limits.number("ping_ms")?,
            pong_ms: limits.number("pong_ms")?,
            grace_ms: limits.number("grace_ms")?,
            return_ms: limits.number("return_ms")?,
        })
    }
}
