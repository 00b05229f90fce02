//! Frames from a client: strict parsing into types that cannot be wrong.

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, Unexpected};

use super::fields::Json;
use super::preferences::{Interests, Lang};
use super::server::Refusal;
use super::{ErrorCode, WireVersion, is_object};
use crate::domain::id::ConversationName;
use crate::domain::limits::{NUMBER_MAX, REPORT_LINES_MAX, TEXT_CHARS_MAX};

/// A frame of a client that is well formed. Whether it is in place is for the machines to say.
///
/// Fields are named as on the wire, but for `conversation`, which is `c` there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// The first frame of every line.
    Hello(Hello),
    /// Look for a partner; in a conversation, leave it first.
    Find {
        /// What the person would like to talk about.
        #[serde(default)]
        interests: Interests,
        /// The language to talk in.
        #[serde(default, deserialize_with = "present")]
        lang: Option<Lang>,
        /// The conversation to leave.
        #[serde(rename = "c", default, deserialize_with = "present_name")]
        conversation: Option<ConversationName>,
    },
    /// Leave the queue or the conversation, and stay connected.
    Stop {
        /// The conversation to leave.
        #[serde(rename = "c", default, deserialize_with = "present_name")]
        conversation: Option<ConversationName>,
    },
    /// A message.
    Say {
        /// The conversation that it is for.
        #[serde(rename = "c", deserialize_with = "name")]
        conversation: ConversationName,
        /// Its number, from 1.
        #[serde(deserialize_with = "from_one")]
        n: u64,
        /// What is said.
        text: Text,
    },
    /// Everything of the partner's up to `n` has arrived.
    Got {
        /// The conversation that it is for.
        #[serde(rename = "c", deserialize_with = "name")]
        conversation: ConversationName,
        /// The highest number that has arrived; 0 for nothing yet.
        #[serde(deserialize_with = "from_zero")]
        n: u64,
    },
    /// Everything of the partner's up to `n` has been on a visible page.
    Seen {
        /// The conversation that it is for.
        #[serde(rename = "c", deserialize_with = "name")]
        conversation: ConversationName,
        /// The highest number that has been seen; 0 for nothing yet.
        #[serde(deserialize_with = "from_zero")]
        n: u64,
    },
    /// The person is typing, or no longer.
    Typing {
        /// The conversation that it is for.
        #[serde(rename = "c", deserialize_with = "name")]
        conversation: ConversationName,
        /// Whether the person is typing.
        on: bool,
    },
    /// End the conversation and never meet this visitor again.
    Block {
        /// The conversation with the visitor.
        #[serde(rename = "c", deserialize_with = "name")]
        conversation: ConversationName,
    },
    /// Report the partner.
    Report {
        /// The conversation with the partner.
        #[serde(rename = "c", deserialize_with = "name")]
        conversation: ConversationName,
        /// Why.
        reason: String,
        /// In the reporter's own words.
        #[serde(default, deserialize_with = "present")]
        note: Option<String>,
        /// How many lines the reporter chose to show.
        #[serde(default, deserialize_with = "count_lines")]
        lines: usize,
    },
}

/// What a `hello` carries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The version that the client speaks.
    #[serde(rename = "v")]
    pub version: WireVersion,
    /// The pass; to be without one is an answer of its own.
    #[serde(default, deserialize_with = "present")]
    pub pass: Option<String>,
    /// The ticket of the session to come back to.
    #[serde(default, deserialize_with = "present")]
    pub ticket: Option<String>,
    /// Counts up with each socket of the session.
    #[serde(default, deserialize_with = "present_line")]
    pub line: Option<u64>,
    /// This browser holds a presence stream, which counts it already.
    #[serde(default)]
    pub counted: bool,
}

/// The types of the frames that [`ClientFrame`] reads.
const TYPES: [&str; 9] = ["hello", "find", "stop", "say", "got", "seen", "typing", "block", "report"];

impl ClientFrame {
    /// The type on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Hello(_) => "hello",
            Self::Find { .. } => "find",
            Self::Stop { .. } => "stop",
            Self::Say { .. } => "say",
            Self::Got { .. } => "got",
            Self::Seen { .. } => "seen",
            Self::Typing { .. } => "typing",
            Self::Block { .. } => "block",
            Self::Report { .. } => "report",
        }
    }

    /// The conversation that the frame names, if it names one.
    #[must_use]
    pub const fn conversation(&self) -> Option<&ConversationName> {
        match self {
            Self::Hello(_) => None,
            Self::Find { conversation, .. } | Self::Stop { conversation } => conversation.as_ref(),
            Self::Say { conversation, .. }
            | Self::Got { conversation, .. }
            | Self::Seen { conversation, .. }
            | Self::Typing { conversation, .. }
            | Self::Block { conversation }
            | Self::Report { conversation, .. } => Some(conversation),
        }
    }

    /// The number that the frame carries, if it carries one.
    #[must_use]
    pub const fn number(&self) -> Option<u64> {
        match self {
            Self::Say { n, .. } | Self::Got { n, .. } | Self::Seen { n, .. } => Some(*n),
            Self::Hello(_)
            | Self::Find { .. }
            | Self::Stop { .. }
            | Self::Typing { .. }
            | Self::Block { .. }
            | Self::Report { .. } => None,
        }
    }

    /// This frame, refused with `code`.
    #[must_use]
    pub fn refused(&self, code: ErrorCode) -> Refusal {
        Refusal {
            code,
            re: Some(self.name().to_owned()),
            conversation: self.conversation().map(ToString::to_string),
            n: self.number(),
            retry_ms: None,
        }
    }
}

/// Reads a frame.
///
/// # Errors
/// The refusal to answer with: what of type, conversation and number could be read is repeated in it.
pub fn decode(text: &str) -> Result<ClientFrame, Refusal> {
    let frame = is_object(text)
        .then(|| serde_json::from_str::<ClientFrame>(text).ok())
        .flatten()
        .ok_or_else(|| explain(text))?;
    match &frame {
        ClientFrame::Say { text, .. } => text.check().map_err(|code| frame.refused(code))?,
        ClientFrame::Hello(_)
        | ClientFrame::Find { .. }
        | ClientFrame::Stop { .. }
        | ClientFrame::Got { .. }
        | ClientFrame::Seen { .. }
        | ClientFrame::Typing { .. }
        | ClientFrame::Block { .. }
        | ClientFrame::Report { .. } => {}
    }
    Ok(frame)
}

/// Why `text` is not a frame, with what can be read of it.
fn explain(text: &str) -> Refusal {
    let mut fields = serde_json::from_str(text).ok().and_then(Json::into_fields).unwrap_or_default();
    // Of a field that is there twice the last one is told.
    fields.reverse();
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let text = |name: &str| field(name).and_then(Json::as_text).filter(|text| text.len() <= 64).map(str::to_owned);
    let re = text("type");
    let known = re.as_deref().is_none_or(|re| TYPES.contains(&re));
    Refusal {
        code: if known { ErrorCode::BadFrame } else { ErrorCode::UnknownType },
        re,
        conversation: text("c"),
        n: field("n").and_then(Json::as_number).filter(|n| *n <= NUMBER_MAX),
        retry_ms: None,
    }
}

/// A message: 1 to [`TEXT_CHARS_MAX`] Unicode scalar values, not only white space, no control characters but tab and
/// line feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    fn check(&self) -> Result<(), ErrorCode> {
        // Bytes bound characters from above, which spares the count for nearly every message.
        if self.0.len() > TEXT_CHARS_MAX && self.0.chars().count() > TEXT_CHARS_MAX {
            return Err(ErrorCode::TooLong);
        }
        let control = |c: char| c.is_control() && c != '\t' && c != '\n';
        if self.0.chars().all(char::is_whitespace) || self.0.contains(control) {
            return Err(ErrorCode::BadText);
        }
        Ok(())
    }

    /// A message that keeps the rule, or why it does not.
    ///
    /// # Errors
    /// `too_long` or `bad_text`.
    pub fn new(text: String) -> Result<Self, ErrorCode> {
        let text = Self(text);
        text.check()?;
        Ok(text)
    }

    /// What is said.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// An optional field, if it is there, is of its type: `null` is not "absent".
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

fn number<'de, D: Deserializer<'de>>(from: D, least: u64, expected: &'static str) -> Result<u64, D::Error> {
    let number = u64::deserialize(from)?;
    if !(least..=NUMBER_MAX).contains(&number) {
        return Err(de::Error::invalid_value(Unexpected::Unsigned(number), &expected));
    }
    Ok(number)
}

fn from_zero<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    number(from, 0, "0 to 2^53 - 1")
}

fn from_one<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    number(from, 1, "1 to 2^53 - 1")
}

fn present_line<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    from_zero(from).map(Some)
}

fn name<'de, D: Deserializer<'de>>(from: D) -> Result<ConversationName, D::Error> {
    let text = String::deserialize(from)?;
    ConversationName::parse(&text).ok_or_else(|| de::Error::invalid_length(text.len(), &"at most 64 bytes"))
}

fn present_name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<ConversationName>, D::Error> {
    name(from).map(Some)
}

fn count_lines<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    let lines = Vec::<IgnoredAny>::deserialize(from)?.len();
    if lines > REPORT_LINES_MAX { Err(de::Error::invalid_length(lines, &"at most 20 lines")) } else { Ok(lines) }
}
