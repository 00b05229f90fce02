//! Identities: opaque newtypes, so that none can be taken for another.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::limits::CONVERSATION_NAME_BYTES_MAX;

/// One person's stay in a lobby: 128 random bits. Known to the service alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionId(pub [u8; 16]);

/// One browser over many visits: 128 random bits, which the client keeps and may throw away. On the wire it carries the
/// service's tag (see [`super::ticket`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VisitorId(pub [u8; 16]);

/// One socket of an object, for as long as that socket lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineId(pub u64);

/// One subscriber of the presence object, for as long as its stream lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u64);

/// Where a socket comes from, blinded: a keyed hash of the address (an IPv6 address by its /64).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NetworkKey(pub [u8; 8]);

/// A visitor, blinded: a keyed hash of the id. What reports and bans call a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VisitorKey(pub [u8; 12]);

/// Whose budget something is paid from: a network, or one visitor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Payer(pub [u8; 8]);

impl From<NetworkKey> for Payer {
    fn from(NetworkKey(key): NetworkKey) -> Self {
        Self(key)
    }
}

impl From<VisitorId> for Payer {
    /// The first bytes of the name, which is drawn at random: enough to tell visitors apart.
    fn from(VisitorId(name): VisitorId) -> Self {
        Self(name.first_chunk().copied().unwrap_or_default())
    }
}

impl Payer {
    /// Reads what [`Display`](fmt::Display) writes; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        whole(text).map(Self)
    }
}

impl NetworkKey {
    /// Reads what [`Display`](fmt::Display) writes; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        whole(text).map(Self)
    }
}

impl VisitorKey {
    /// Reads what [`Display`](fmt::Display) writes; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        whole(text).map(Self)
    }
}

impl fmt::Display for NetworkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Display for Payer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Display for VisitorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

fn whole<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok().filter(|length| *length == N).map(|_| bytes)
}

/// One conversation of two sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConversationId([u8; 16]);

impl ConversationId {
    pub(super) const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The conversation that two sessions begin, each named with its generation (how often its state has changed).
    ///
    /// Generations follow time, so a pair of them does not come again, not even where the lobby has forgotten, and
    /// neither does the id. It needs no entropy of its own: whoever wanted to guess it would have to know two session
    /// ids, and those never leave the service.
    #[must_use]
    pub fn of(first: (SessionId, u64), second: (SessionId, u64)) -> Self {
        let mut hash = Sha256::new();
        for (session, generation) in [first, second] {
            hash.update(session.0);
            hash.update(generation.to_be_bytes());
        }
        let mut id = [0; 16];
        id.copy_from_slice(&hash.finalize()[..16]);
        Self(id)
    }
}

impl fmt::Display for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// A conversation as a client names it: any text of at most [`CONVERSATION_NAME_BYTES_MAX`] bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConversationName {
    /// Text of the form that the service gives out.
    Id(ConversationId),
    /// Any other text. It names no conversation that exists, and is kept to be repeated in a refusal.
    Other(String),
}

impl ConversationName {
    /// Reads a name; `None` when it is too long to be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > CONVERSATION_NAME_BYTES_MAX {
            return None;
        }
        let mut id = [0; 16];
        Some(match URL_SAFE_NO_PAD.decode_slice(text, &mut id) {
            Ok(16) => Self::Id(ConversationId(id)),
            _ => Self::Other(text.to_owned()),
        })
    }

    /// Whether this names `conversation`.
    #[must_use]
    pub fn names(&self, conversation: ConversationId) -> bool {
        *self == Self::Id(conversation)
    }
}

impl From<ConversationId> for ConversationName {
    fn from(id: ConversationId) -> Self {
        Self::Id(id)
    }
}

impl fmt::Display for ConversationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: SessionId = SessionId([1; 16]);
    const B: SessionId = SessionId([2; 16]);

    #[test]
    fn a_conversation_is_named_on_the_wire_as_it_was_given_out() {
        let id = ConversationId::of((A, 1), (B, 1));
        let text = id.to_string();
        assert_eq!(text.len(), 22);
        assert_eq!(ConversationName::parse(&text), Some(ConversationName::Id(id)));
        assert!(ConversationName::parse(&text).unwrap().names(id));
    }

    #[test]
    fn each_meeting_of_the_same_two_is_another_conversation() {
        let first = ConversationId::of((A, 1), (B, 1));
        assert_ne!(first, ConversationId::of((A, 2), (B, 2)));
        assert_ne!(first, ConversationId::of((B, 1), (A, 1)));
    }

    #[test]
    fn any_short_text_names_some_other_conversation_and_is_repeated_as_given() {
        for text in ["", "x", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAAA==", &"é".repeat(32)] {
            let name = ConversationName::parse(text).expect("64 bytes at most");
            assert_eq!(name, ConversationName::Other(text.to_owned()));
            assert_eq!(name.to_string(), text);
        }
        assert_eq!(ConversationName::parse(&"x".repeat(65)), None);
    }
}
