//! Frames from a client: strict parsing into types that cannot be wrong.

use super::preferences::{Interests, Lang};
use super::report::{Lines, Reason};
use super::server::Refusal;
use super::{ErrorCode, WireVersion};
use crate::domain::id::ConversationName;
use crate::domain::limits::TEXT_CHARS_MAX;

/// A frame of a client that is well formed. Whether it is in place is for the machines to say.
///
/// Fields are named as on the wire, but for `conversation`, which is `c` there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClientFrame {
    /// The first frame of every line.
    Hello(Hello),
    /// Look for a partner; in a conversation, leave it first.
    Find {
        /// What the person would like to talk about.
        interests: Interests,
        /// The language to talk in.
        lang: Option<Lang>,
        /// The conversation to leave.
        conversation: Option<ConversationName>,
    },
    /// Leave the queue or the conversation, and stay connected.
    Stop {
        /// The conversation to leave.
        conversation: Option<ConversationName>,
    },
    /// A message.
    Say {
        /// The conversation that it is for.
        conversation: ConversationName,
        /// Its number, from 1.
        n: u64,
        /// What is said.
        text: Text,
    },
    /// Everything of the partner's up to `n` has arrived.
    Got {
        /// The conversation that it is for.
        conversation: ConversationName,
        /// The highest number that has arrived; 0 for nothing yet.
        n: u64,
    },
    /// Everything of the partner's up to `n` has been on a visible page.
    Seen {
        /// The conversation that it is for.
        conversation: ConversationName,
        /// The highest number that has been seen; 0 for nothing yet.
        n: u64,
    },
    /// The person is typing, or no longer.
    Typing {
        /// The conversation that it is for.
        conversation: ConversationName,
        /// Whether the person is typing.
        on: bool,
    },
    /// End the conversation and never meet this visitor again.
    Block {
        /// The conversation with the visitor.
        conversation: ConversationName,
    },
    /// Report the partner.
    Report {
        /// The conversation with the partner.
        conversation: ConversationName,
        /// Why.
        reason: Reason,
        /// In the reporter's own words.
        note: Option<String>,
        /// The lines that the reporter chose to show.
        lines: Lines,
    },
}

/// What a `hello` carries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hello {
    /// The version that the client speaks.
    pub version: WireVersion,
    /// The pass; to be without one is an answer of its own.
    pub pass: Option<String>,
    /// The ticket of the session to come back to.
    pub ticket: Option<String>,
    /// Counts up with each socket of the session.
    pub line: Option<u64>,
    /// This browser holds a presence stream, which counts it already.
    pub counted: bool,
}

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

/// A message: 1 to [`TEXT_CHARS_MAX`] Unicode scalar values, not only white space, no control characters but tab and
/// line feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text(String);

impl Text {
    /// A message that has yet to be checked.
    pub(super) const fn unchecked(text: String) -> Self {
        Self(text)
    }

    pub(super) fn check(&self) -> Result<(), ErrorCode> {
        // Bytes bound characters from above, which spares the count for nearly every message.
        if self.0.len() > TEXT_CHARS_MAX && self.0.chars().count() > TEXT_CHARS_MAX {
            return Err(ErrorCode::TooLong);
        }
        if self.0.chars().all(char::is_whitespace) || self.0.contains(is_control) {
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

/// Whether a text may not contain this.
pub(super) fn is_control(c: char) -> bool {
    c.is_control() && c != '\t' && c != '\n'
}
