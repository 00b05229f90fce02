//! One person in a lobby: what is true of them, with a line or without, and exactly what of it survives.

use serde::{Deserialize, Serialize};

use super::budgets::Budgets;
use super::id::{LineId, NetworkKey, SessionId};
use super::limits::{DOUBT_MS, HEARD_STALE_MS_MAX};
use super::lobby::Filed;
use super::matchmaker::Wait;
use super::person::Person;
use super::time::Time;

/// A match with somebody who may be gone, until they say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Trial {
    /// When they count as gone.
    pub until: Time,
    /// The wait that the partner goes back to then.
    pub partner: Wait,
}

/// Somebody's line, as kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Kept {
    /// Whose it is.
    pub person: Person,
    /// Counts the sockets that the client has opened for this session.
    pub number: u64,
    /// Where the line comes from.
    pub network: NetworkKey,
    /// A presence stream counts this browser already.
    pub counted: bool,
    /// Until when the partner's seat is kept, while the partner has no line.
    pub partner_until: Option<Time>,
    /// The last sign of life, or one at most [`HEARD_STALE_MS_MAX`] before it.
    pub heard: Time,
    /// They may be gone, which is being found out.
    pub trial: Option<Trial>,
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
    /// Where it comes from.
    pub network: NetworkKey,
    /// A presence stream counts this browser already.
    pub counted: bool,
    /// The sign of life in the record.
    kept_heard: Time,
    heard: Time,
    /// When it was last looked at for a `ping`.
    looked_at: Time,
}

impl Line {
    /// A line that has just said `hello`.
    #[must_use]
    pub const fn new(id: LineId, network: NetworkKey, counted: bool, now: Time) -> Self {
        Self { id, network, counted, kept_heard: now, heard: now, looked_at: now }
    }

    /// A line of which only the record is left, and the last `ping` that the runtime answered.
    #[must_use]
    pub fn restored(id: LineId, kept: &Kept, ping: Option<Time>, now: Time) -> Self {
        // What is said in a conversation is not kept each time: the benefit of the doubt is the person's.
        let behind = if kept.person.talk().is_some() { HEARD_STALE_MS_MAX } else { 0 };
        let frame = kept.heard.plus(behind).min(now);
        let heard = ping.unwrap_or_default().max(frame);
        Self { id, network: kept.network, counted: kept.counted, kept_heard: kept.heard, heard, looked_at: now }
    }

    /// The last sign of life.
    #[must_use]
    pub const fn heard(&self) -> Time {
        self.heard
    }

    /// Whether its person may be gone, for all that is known.
    #[must_use]
    pub const fn is_doubtful(&self, now: Time) -> bool {
        now.since(self.heard) > DOUBT_MS
    }

    /// Whether a look at it could show a `ping` that is not known yet.
    #[must_use]
    pub const fn is_worth_a_look(&self, now: Time) -> bool {
        now.since(self.looked_at) > 0
    }

    /// It was looked at.
    pub const fn look(&mut self, now: Time) {
        self.looked_at = now;
    }

    /// The record is kept anew.
    pub const fn keep(&mut self) {
        self.kept_heard = self.heard;
    }

    /// A sign of life; true when the record has fallen too far behind and is to be kept
    /// anew.
    pub fn hear(&mut self, at: Time) -> bool {
        self.heard = self.heard.max(at);
        self.heard.since(self.kept_heard) > HEARD_STALE_MS_MAX
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
    /// They may be gone, which is being found out.
    pub trial: Option<Trial>,
    /// Their last report.
    pub filed: Option<Filed>,
}

impl Session {
    /// A person who is here, or whose place is kept.
    #[must_use]
    pub fn new(person: Person, whereabouts: Whereabouts, number: u64) -> Self {
        Self { person, whereabouts, number, said: 0, budgets: Budgets::default(), trial: None, filed: None }
    }

    /// The line, if there is one.
    #[must_use]
    pub const fn line(&self) -> Option<&Line> {
        match &self.whereabouts {
            Whereabouts::Here(line) => Some(line),
            Whereabouts::Away(_) => None,
        }
    }

    /// The line, to note something about it.
    pub const fn line_mut(&mut self) -> Option<&mut Line> {
        match &mut self.whereabouts {
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
        let Line { network, counted, kept_heard: heard, .. } = *self.line()?;
        let (person, number, trial) = (self.person.clone(), self.number, self.trial);
        Some(Kept { person, number, network, counted, partner_until, heard, trial })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::VisitorId;

    const NOW: Time = Time::from_ms(1_000_000);
    const LINE: LineId = LineId(1);

    fn kept() -> Kept {
        let here = Whereabouts::Here(Line::new(LINE, NetworkKey([3; 8]), true, NOW));
        Session::new(Person::new(SessionId([1; 16]), VisitorId([1; 16])), here, 3).kept(Some(NOW)).unwrap()
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let record = Record::Seated(Box::new(kept()));
        assert_eq!(Record::decode(&record.encode(LINE)), Some((LINE, record)));
        assert_eq!(Record::decode(b""), None);
        assert_eq!(Record::decode(&[255; 40]), None);
    }

    #[test]
    fn the_record_is_rewritten_for_signs_of_life_only_now_and_then() {
        let mut line = Line::new(LINE, NetworkKey([3; 8]), false, NOW);
        assert!(!line.hear(NOW.plus(HEARD_STALE_MS_MAX)));
        assert!(line.hear(NOW.plus(HEARD_STALE_MS_MAX + 1)));
        line.keep();
        assert!(!line.hear(NOW), "an older sign changes nothing");
        assert_eq!(line.heard(), NOW.plus(HEARD_STALE_MS_MAX + 1));
    }

    #[test]
    fn a_restored_line_is_never_thought_silent_too_early() {
        let later = NOW.plus(60_000);
        let heard = |ping| Line::restored(LINE, &kept(), ping, later).heard();
        assert_eq!(heard(None), NOW, "outside of a conversation every frame is kept");
        assert_eq!(heard(Some(NOW.plus(50_000))), NOW.plus(50_000));
    }
}
