//! The life of one pair: two seats, from the match to the end.
//!
//! A conversation begins with both seats taken and ends once. It has no state of its own besides: it relays, and what
//! it relays it does not keep.

use super::id::{ConversationId, SessionId};

/// Two sessions that talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conversation {
    seats: [SessionId; 2],
}

impl Conversation {
    /// The conversation of two different sessions, each named with its generation, and its id. `None` for one and the
    /// same session: nobody meets themself.
    #[must_use]
    pub fn begin(first: (SessionId, u64), second: (SessionId, u64)) -> Option<(ConversationId, Self)> {
        (first.0 != second.0).then(|| (ConversationId::of(first, second), Self::seating(first.0, second.0)))
    }

    /// A conversation that is going on already. Who is named first makes no difference: what is told to both is told in
    /// the same order whether the conversation was remembered or restored.
    #[must_use]
    pub fn seating(one: SessionId, other: SessionId) -> Self {
        Self { seats: [one.min(other), one.max(other)] }
    }

    /// The other one; `None` for somebody who has no seat here.
    #[must_use]
    pub fn partner_of(&self, session: SessionId) -> Option<SessionId> {
        match self.seats {
            [one, other] if one == session => Some(other),
            [other, one] if one == session => Some(other),
            _ => None,
        }
    }

    /// Both.
    #[must_use]
    pub const fn seats(&self) -> [SessionId; 2] {
        self.seats
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: SessionId = SessionId([1; 16]);
    const B: SessionId = SessionId([2; 16]);
    const C: SessionId = SessionId([3; 16]);

    #[test]
    fn the_relation_is_symmetric_and_has_no_third() {
        let (_, conversation) = Conversation::begin((A, 1), (B, 1)).unwrap();
        assert_eq!(conversation.partner_of(A), Some(B));
        assert_eq!(conversation.partner_of(B), Some(A));
        assert_eq!(conversation.partner_of(C), None);
        assert_eq!(conversation, Conversation::seating(B, A));
    }

    #[test]
    fn nobody_meets_themself() {
        assert_eq!(Conversation::begin((A, 1), (A, 2)), None);
    }
}
