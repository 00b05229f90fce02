//! What lets a reported line be told from a made-up one, and a person be recognised without being known.
//!
//! Each message that is passed on carries a tag of the service's: an HMAC-SHA-256 (RFC 2104) over the conversation, who
//! said it, its number and its text. Nothing is stored for it. Whoever received the line can show it with its tag, and
//! the service can tell that it was really said: by that side, there, as that number, in these words. A visitor's key is
//! an HMAC of their id: the same for the same person, and no way back to the id.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::id::{ConversationId, VisitorId, VisitorKey};
use super::ticket::{mac, verify};

/// The tag of a line, in bytes.
pub const LINE_TAG_BYTES: usize = 16;

/// A line as it was passed on.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// In which conversation.
    pub conversation: ConversationId,
    /// Who said it. The two of a conversation are never the same visitor.
    pub by: VisitorId,
    /// Its number.
    pub n: u64,
    /// Its text.
    pub text: &'a str,
}

/// The keys of one secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Mark {
    pub(super) line: [u8; 32],
    pub(super) visitor: [u8; 32],
}

/// The keys for lines and visitors: the present ones, and the ones before while they are being replaced.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Marks {
    pub(super) present: Mark,
    pub(super) before: Option<Mark>,
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Marks(..)")
    }
}

impl Default for Marks {
    /// Keys that everybody knows, for a lobby that nobody can enter, and for tests.
    fn default() -> Self {
        Self { present: Mark { line: [1; 32], visitor: [2; 32] }, before: None }
    }
}

impl Marks {
    fn all(&self) -> impl Iterator<Item = &Mark> {
        std::iter::once(&self.present).chain(&self.before)
    }

    /// The tag that a line is passed on with.
    #[must_use]
    pub fn tag(&self, said: &Said<'_>) -> String {
        let tag = mac(&self.present.line, &said.parts(&said.n.to_be_bytes()));
        URL_SAFE_NO_PAD.encode(&tag[..LINE_TAG_BYTES])
    }

    /// Whether a line was passed on with this tag.
    #[must_use]
    pub fn verify(&self, said: &Said<'_>, tag: &str) -> bool {
        let mut bytes = [0; LINE_TAG_BYTES];
        let whole = URL_SAFE_NO_PAD.decode_slice(tag, &mut bytes).is_ok_and(|length| length == LINE_TAG_BYTES);
        let n = said.n.to_be_bytes();
        whole && self.all().any(|keys| verify(&keys.line, &said.parts(&n), &bytes))
    }

    /// What a visitor is called where they must be recognised and not known.
    #[must_use]
    pub fn visitor(&self, visitor: VisitorId) -> VisitorKey {
        key(&self.present, visitor)
    }

    /// All that a visitor may be called: also what they were called before a secret was replaced.
    #[must_use]
    pub fn visitors(&self, visitor: VisitorId) -> Vec<VisitorKey> {
        self.all().map(|mark| key(mark, visitor)).collect()
    }
}

impl<'a> Said<'a> {
    /// Each part has a length of its own or comes last, so no two lines are the same bytes.
    fn parts(&'a self, n: &'a [u8; 8]) -> [&'a [u8]; 4] {
        [self.conversation.as_bytes(), &self.by.0, n, self.text.as_bytes()]
    }
}

fn key(mark: &Mark, visitor: VisitorId) -> VisitorKey {
    let mut key = [0; 12];
    key.copy_from_slice(&mac(&mark.visitor, &[&visitor.0])[..12]);
    VisitorKey(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::SessionId;
    use crate::domain::ticket::Keyring;

    const A: VisitorId = VisitorId([1; 16]);
    const B: VisitorId = VisitorId([2; 16]);

    fn conversation(generation: u64) -> ConversationId {
        ConversationId::of((SessionId([1; 16]), generation), (SessionId([2; 16]), 1))
    }

    fn said(text: &str) -> Said<'_> {
        Said { conversation: conversation(1), by: A, n: 7, text }
    }

    #[test]
    fn a_line_is_verified_as_it_was_said_and_in_no_other_way() {
        let marks = Marks::default();
        let tag = marks.tag(&said("hello"));
        assert_eq!(tag.len(), 22);
        assert!(marks.verify(&said("hello"), &tag));
        let forged = [
            ("edited text", said("hello!")),
            ("the other side", Said { by: B, ..said("hello") }),
            ("another conversation", Said { conversation: conversation(2), ..said("hello") }),
            ("another number", Said { n: 8, ..said("hello") }),
        ];
        for (what, line) in forged {
            assert!(!marks.verify(&line, &tag), "{what}");
        }
        for wrong in ["", "x", &tag[1..], &format!("{tag}A"), &"A".repeat(22)] {
            assert!(!marks.verify(&said("hello"), wrong), "{wrong}");
        }
    }

    #[test]
    fn what_was_said_and_who_is_who_survives_the_replacement_of_the_secret() {
        let ring = |secret: &str, before: Option<&str>| {
            let long = |word: &str| word.repeat(8);
            Keyring::new(Some(&long(secret)), before.map(long).as_deref()).unwrap().marks()
        };
        let (old, new, other) = (ring("older", None), ring("newer", Some("older")), ring("newer", None));
        let tag = old.tag(&said("hello"));
        assert!(new.verify(&said("hello"), &tag) && !other.verify(&said("hello"), &tag));
        assert_eq!(new.visitors(A), [other.visitor(A), old.visitor(A)]);
        assert_ne!(old.visitor(A), old.visitor(B));
    }
}
