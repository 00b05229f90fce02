//! One person in a lobby: what is true of them, with a line or without, and exactly what of it survives.
//!
//! A [`Person`] is a statement about somebody: who, and what they are doing. It is made twice outside of memory: in the
//! [`Record`] that is kept with their socket, rewritten when it changes and never for a message; and in the sealed ticket
//! that they come back with. Its generation grows with each change, so of two statements about a person the newer one is known.
//! Who talks also states with whom, in both directions: so one of the two is enough to hold the seat of the other.

use serde::{Deserialize, Serialize};

use super::budgets::Budgets;
use super::id::{ConversationId, LineId, NetworkKey, SessionId, VisitorId};
use super::limits::HEARD_STALE_MS_MAX;
use super::matchmaker::{Place, Seeker};
use super::protocol::{Lang, Preferences};
use super::time::Time;

/// What somebody is doing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Doing {
    /// Nothing.
    Idle,
    /// Waiting for a partner at this place of the queue.
    Waiting(Place),
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
    /// The shared interests, in this person's own spelling and order.
    pub common: Vec<String>,
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
    /// The visitor whose conversation with this one ended last.
    pub parted: Option<VisitorId>,
}

impl Person {
    /// Somebody who has just come.
    #[must_use]
    pub fn new(id: SessionId, visitor: VisitorId) -> Self {
        Self { id, visitor, generation: 0, doing: Doing::Idle, preferences: Preferences::default(), parted: None }
    }

    /// What this statement says about the partner.
    #[must_use]
    pub fn partner(&self) -> Option<Self> {
        let talk = self.talk()?;
        let Partner { session, visitor, generation, common } = talk.partner.clone();
        let me = Partner {
            session: self.id,
            visitor: self.visitor,
            generation: self.generation,
            common: talk.common.clone(),
        };
        let doing = Doing::Talking(Talk { partner: me, common, ..talk.clone() });
        Some(Self { generation, doing, ..Self::new(session, visitor) })
    }

    /// The conversation, if there is one.
    #[must_use]
    pub const fn talk(&self) -> Option<&Talk> {
        match &self.doing {
            Doing::Talking(talk) => Some(talk),
            Doing::Idle | Doing::Waiting(_) => None,
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

    /// This person as the matchmaker knows them.
    #[must_use]
    pub fn seeker(&self) -> Seeker {
        let Self { id, visitor, parted, .. } = *self;
        Seeker { session: id, visitor, parted, preferences: self.preferences.clone() }
    }
}

/// Somebody's line, as kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Kept {
    /// Whose it is.
    pub person: Person,
    /// Counts the sockets that the client has opened for this session.
    pub number: u64,
    /// A presence stream counts this browser already.
    pub counted: bool,
    /// Until when the partner's seat is kept, while the partner has no line.
    pub partner_until: Option<Time>,
    /// The last sign of life, or one at most [`HEARD_STALE_MS_MAX`] before it.
    pub heard: Time,
}

/// A socket that has not said `hello` yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pending {
    /// Who its session will be, if it is a new one.
    pub session: SessionId,
    /// Where it comes from.
    pub network: NetworkKey,
    /// Since when it has been open.
    pub since: Time,
}

/// What is kept with one socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Record {
    /// It has not said `hello` yet.
    Pending(Pending),
    /// It is somebody's line.
    Seated(Box<Kept>),
}

impl Record {
    /// The record as bytes.
    #[must_use]
    pub fn encode(&self, line: LineId) -> Vec<u8> {
        postcard::to_allocvec(&(line, self)).unwrap_or_default()
    }

    /// Reads a record; `None` when the bytes are not one.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<(LineId, Self)> {
        postcard::from_bytes(bytes).ok()
    }
}

/// A line of somebody.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The socket.
    pub id: LineId,
    /// A presence stream counts this browser already.
    pub counted: bool,
    /// The sign of life in the record.
    kept_heard: Time,
    heard: Time,
}

impl Line {
    /// A line that has just said `hello`.
    #[must_use]
    pub const fn new(id: LineId, counted: bool, now: Time) -> Self {
        Self { id, counted, kept_heard: now, heard: now }
    }

    /// A line of which only the record is left, and the last `ping` that the runtime answered.
    #[must_use]
    pub fn restored(id: LineId, kept: &Kept, ping: Option<Time>, now: Time) -> Self {
        // The record may be a little behind: the benefit of the doubt is the person's.
        let frame = kept.heard.plus(HEARD_STALE_MS_MAX).min(now);
        Self { id, counted: kept.counted, kept_heard: kept.heard, heard: ping.unwrap_or_default().max(frame) }
    }

    /// The last sign of life.
    #[must_use]
    pub const fn heard(&self) -> Time {
        self.heard
    }

    /// A sign of life; true when the record has fallen too far behind and is to be kept anew.
    pub fn hear(&mut self, at: Time) -> bool {
        self.heard = self.heard.max(at);
        let stale = self.heard.since(self.kept_heard) > HEARD_STALE_MS_MAX;
        if stale {
            self.kept_heard = self.heard;
        }
        stale
    }
}

/// Whether somebody has a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Whereabouts {
    /// This one.
    Here(Line),
    /// None; the place is kept until then.
    Away(Time),
}

/// One person in a lobby.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Session {
    /// Who, and what they are doing.
    pub person: Person,
    /// Whether they have a line.
    pub whereabouts: Whereabouts,
    /// The highest number of a line of theirs.
    pub number: u64,
    /// The highest number of a message of theirs that was passed on in this conversation.
    pub said: u64,
    /// What they may still spend.
    pub budgets: Budgets,
}

impl Session {
    /// A person who is here, or whose place is kept.
    #[must_use]
    pub fn new(person: Person, whereabouts: Whereabouts, number: u64) -> Self {
        Self { person, whereabouts, number, said: 0, budgets: Budgets::default() }
    }

    /// The line, if there is one.
    #[must_use]
    pub const fn line(&self) -> Option<&Line> {
        match &self.whereabouts {
            Whereabouts::Here(line) => Some(line),
            Whereabouts::Away(_) => None,
        }
    }

    /// Until when the place of somebody without a line is kept.
    #[must_use]
    pub const fn away_until(&self) -> Option<Time> {
        match self.whereabouts {
            Whereabouts::Here(_) => None,
            Whereabouts::Away(until) => Some(until),
        }
    }

    /// What to keep with the line; `partner_until` is how long an absent partner's seat is kept.
    #[must_use]
    pub fn kept(&self, partner_until: Option<Time>) -> Option<Kept> {
        let Line { counted, kept_heard: heard, .. } = *self.line()?;
        Some(Kept { person: self.person.clone(), number: self.number, counted, partner_until, heard })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_ms(1_000_000);
    const LINE: LineId = LineId(1);

    fn talker() -> Person {
        let partner = Partner {
            session: SessionId([2; 16]),
            visitor: VisitorId([2; 16]),
            generation: 9,
            common: vec!["jazz".into()],
        };
        let conversation = ConversationId::of((SessionId([1; 16]), 6), (SessionId([2; 16]), 8));
        let talk = Talk { conversation, partner, common: vec!["Jazz".into()], lang: None };
        Person { generation: 7, doing: Doing::Talking(talk), ..Person::new(SessionId([1; 16]), VisitorId([1; 16])) }
    }

    fn kept() -> Kept {
        let here = Whereabouts::Here(Line::new(LINE, true, NOW));
        Session::new(talker(), here, 3).kept(Some(NOW)).unwrap()
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let record = Record::Seated(Box::new(kept()));
        assert_eq!(Record::decode(&record.encode(LINE)), Some((LINE, record)));
        assert_eq!(Record::decode(b""), None);
        assert_eq!(Record::decode(&[255; 40]), None);
    }

    #[test]
    fn a_statement_holds_the_partners_seat_as_well() {
        let partner = talker().partner().unwrap();
        assert_eq!((partner.id, partner.generation), (SessionId([2; 16]), 9));
        assert_eq!(partner.talk().unwrap().common, ["jazz"]);
        assert_eq!(partner.partner(), Some(talker()), "and the other way round");
        assert_eq!(Person::new(SessionId([1; 16]), VisitorId([1; 16])).partner(), None);
    }

    #[test]
    fn the_record_is_rewritten_for_signs_of_life_only_now_and_then() {
        let mut line = Line::new(LINE, false, NOW);
        assert!(!line.hear(NOW.plus(HEARD_STALE_MS_MAX)));
        assert!(line.hear(NOW.plus(HEARD_STALE_MS_MAX + 1)));
        assert!(!line.hear(NOW), "an older sign changes nothing");
        assert_eq!(line.heard(), NOW.plus(HEARD_STALE_MS_MAX + 1));
    }

    #[test]
    fn a_restored_line_is_never_thought_silent_too_early() {
        let later = NOW.plus(60_000);
        let heard = |ping| Line::restored(LINE, &kept(), ping, later).heard();
        assert_eq!(heard(None), NOW.plus(HEARD_STALE_MS_MAX));
        assert_eq!(heard(Some(NOW.plus(50_000))), NOW.plus(50_000));
    }
}
