//! A statement about somebody: who, and what they are doing.
//!
//! It is made twice outside of memory: in the [`Record`](super::session::Record) that is kept with their socket, rewritten
//! when it changes and never for a message; and in the sealed ticket that they come back with. Its generation grows with
//! each change, so of two statements about a person the newer one is known. Who talks also states with whom, in both
//! directions: so one of the two is enough to hold the seat of the other.

use serde::{Deserialize, Serialize};

use super::id::{ConversationId, SessionId, VisitorId};
use super::matchmaker::{Seeker, Wait};
use super::memory::Memory;
use super::protocol::{Interest, Lang, Preferences};
use super::time::Time;

/// What somebody is doing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Doing {
    /// Nothing.
    Idle,
    /// Waiting for a partner.
    Waiting {
        /// At this place of the queue.
        wait: Wait,
        /// Has been told that interests and language do not matter any more.
        widened: bool,
    },
    /// Talking.
    Talking(Talk),
}

/// A conversation, from one seat.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Talk {
    /// Which one.
    pub conversation: ConversationId,
    /// With whom.
    pub partner: Partner,
    /// Which of this person's interests the two share.
    pub common: Vec<u8>,
    /// The language that both gave.
    pub lang: Option<Lang>,
}

/// The one in the other seat, as this conversation made them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Partner {
    /// Who.
    pub session: SessionId,
    /// In which browser.
    pub visitor: VisitorId,
    /// Their generation since the match.
    pub generation: u64,
    /// The shared interests, in their spelling and order.
    pub common: Vec<String>,
}

/// A statement about somebody.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    /// Who, for this stay.
    pub id: SessionId,
    /// In which browser.
    pub visitor: VisitorId,
    /// Grows with each change of `doing`: the newest statement wins, and a conversation is named after it.
    pub generation: u64,
    /// What they are doing.
    pub doing: Doing,
    /// What they look for, or looked for last.
    pub preferences: Preferences,
    /// Whom this visitor has met, and does not want to meet.
    pub memory: Memory,
    /// The conversation that ended last, and the visitor in its other seat.
    pub last: Option<(ConversationId, VisitorId)>,
}

impl Person {
    /// Somebody who has just come.
    #[must_use]
    pub fn new(id: SessionId, visitor: VisitorId) -> Self {
        let (preferences, memory) = (Preferences::default(), Memory::default());
        Self { id, visitor, generation: 0, doing: Doing::Idle, preferences, memory, last: None }
    }

    /// What this statement says about the partner. Of what they look for it knows what the two share.
    #[must_use]
    pub fn partner(&self) -> Option<Self> {
        let talk = self.talk()?;
        let Partner { session, visitor, generation, common } = talk.partner.clone();
        let me =
            Partner { session: self.id, visitor: self.visitor, generation: self.generation, common: self.common() };
        let interests: Vec<Interest> = common.into_iter().filter_map(|spelled| spelled.try_into().ok()).collect();
        let common = (0..).zip(&interests).map(|(at, _)| at).collect();
        let doing = Doing::Talking(Talk { partner: me, common, ..talk.clone() });
        let preferences = Preferences { interests, lang: talk.lang };
        Some(Self { generation, doing, preferences, ..Self::new(session, visitor) })
    }

    /// The interests that this person shares with the partner, in their own spelling and order.
    #[must_use]
    pub fn common(&self) -> Vec<String> {
        self.talk().map(|talk| self.preferences.spelled(&talk.common)).unwrap_or_default()
    }

    /// The conversation, if there is one.
    #[must_use]
    pub const fn talk(&self) -> Option<&Talk> {
        match &self.doing {
            Doing::Talking(talk) => Some(talk),
            Doing::Idle | Doing::Waiting { .. } => None,
        }
    }

    /// The conversation and the one in the other seat.
    #[must_use]
    pub fn talking(&self) -> Option<(ConversationId, SessionId)> {
        self.talk().map(|talk| (talk.conversation, talk.partner.session))
    }

    /// Changes what this person is doing.
    pub fn turn_to(&mut self, doing: Doing, now: Time) {
        self.generation = self.next_generation(now);
        self.doing = doing;
    }

    /// The generation that a change now would have. It follows time, so that of two statements about a person the one
    /// made later is the newer one also where the lobby has forgotten the one made first.
    #[must_use]
    pub fn next_generation(&self, now: Time) -> u64 {
        now.as_ms().max(self.generation + 1)
    }

    /// The conversation is over for this person as of `at`; the value is who was in its other seat.
    pub fn part(&mut self, at: Time) -> Option<VisitorId> {
        let Talk { conversation, partner, .. } = self.talk()?;
        let (conversation, visitor) = (*conversation, partner.visitor);
        self.last = Some((conversation, visitor));
        self.turn_to(Doing::Idle, at);
        Some(visitor)
    }

    /// This person as the matchmaker knows them, in this wait.
    #[must_use]
    pub fn seeker(&self, wait: Wait) -> Seeker {
        Seeker::new(self.id, self.visitor, wait, &self.preferences, &self.memory)
    }

    /// The wait, if they are waiting.
    #[must_use]
    pub const fn wait(&self) -> Option<Wait> {
        match self.doing {
            Doing::Waiting { wait, .. } => Some(wait),
            Doing::Idle | Doing::Talking(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talker() -> Person {
        let partner = Partner {
            session: SessionId([2; 16]),
            visitor: VisitorId([2; 16]),
            generation: 9,
            common: vec!["jazz".into()],
        };
        let conversation = ConversationId::of((SessionId([1; 16]), 6), (SessionId([2; 16]), 8));
        let talk = Talk { conversation, partner, common: vec![0], lang: None };
        let jazz: Interest = "Jazz".to_owned().try_into().unwrap();
        let preferences = Preferences { interests: vec![jazz], lang: None };
        let new = Person::new(SessionId([1; 16]), VisitorId([1; 16]));
        Person { generation: 7, doing: Doing::Talking(talk), preferences, ..new }
    }

    #[test]
    fn a_statement_holds_the_partners_seat_as_well() {
        let partner = talker().partner().unwrap();
        assert_eq!((partner.id, partner.generation), (SessionId([2; 16]), 9));
        assert_eq!(partner.common(), ["jazz"]);
        assert_eq!(partner.partner(), Some(talker()), "and the other way round");
        assert_eq!(Person::new(SessionId([1; 16]), VisitorId([1; 16])).partner(), None);
    }
}
