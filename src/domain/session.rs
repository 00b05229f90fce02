//! One person in a lobby, and exactly what of them survives the loss of memory.
//!
//! A [`Record`] is what is kept with a socket: who, and what they are doing. It is rewritten when that changes, never
//! for a message. Budgets are not kept: an object loses its memory after ten quiet seconds at the earliest, and by then
//! every bucket is full again. The count of frames that were not this protocol is not kept either, and starts anew.

use serde::{Deserialize, Serialize};

use super::id::{ConversationId, LineId, NetworkKey, SessionId, VisitorId};
use super::limits::{
    FIND_BUDGET, FLOOD_REFUSALS, FLOOD_SPAN_MS, HEARD_STALE_MS_MAX, RECEIPT_BUDGET, SAY_BUDGET, TYPING_BUDGET,
};
use super::matchmaker::{Place, Seeker};
use super::protocol::{ClientFrame, Preferences};
use super::rate_limit::{Recent, Spent};
use super::time::Time;

/// What a session is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Doing {
    /// Nothing.
    Idle,
    /// Waiting for a partner at this place of the queue.
    Waiting(Place),
    /// Talking.
    Talking {
        /// In which conversation.
        conversation: ConversationId,
        /// With whom.
        partner: SessionId,
    },
}

/// One person, as kept with the socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Kept {
    /// Who, for this stay.
    pub id: SessionId,
    /// In which browser.
    pub visitor: VisitorId,
    /// A presence stream counts this browser already.
    pub counted: bool,
    /// What they are doing.
    pub doing: Doing,
    /// What they look for, or looked for last.
    pub preferences: Preferences,
    /// The visitor whose conversation with this one ended last.
    pub parted: Option<VisitorId>,
    /// Counts changes of `doing`: a conversation is named after it, so none is named twice.
    pub generation: u64,
    /// The last sign of life, or one at most [`HEARD_STALE_MS_MAX`] before it.
    pub heard: Time,
}

/// A socket that has not said `hello` yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pending {
    /// Who its session will be.
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
    Seated(Kept),
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

/// One person with a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Session {
    /// What survives.
    pub kept: Kept,
    /// The line.
    pub line: LineId,
    heard: Time,
    budgets: Budgets,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Budgets {
    say: Spent,
    receipt: Spent,
    find: Spent,
    typing: Spent,
    refusals: Recent,
}

/// What a frame is paid from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cost {
    /// Messages.
    Say,
    /// `got` and `seen`.
    Receipt,
    /// `find`.
    Find,
    /// `typing`.
    Typing,
    /// Nothing: nobody is ever kept from leaving.
    Free,
}

impl Cost {
    /// What `frame` costs.
    #[must_use]
    pub const fn of(frame: &ClientFrame) -> Self {
        match frame {
            ClientFrame::Say { .. } => Self::Say,
            ClientFrame::Got { .. } | ClientFrame::Seen { .. } => Self::Receipt,
            ClientFrame::Find { .. } => Self::Find,
            ClientFrame::Typing { .. } => Self::Typing,
            ClientFrame::Hello(_)
            | ClientFrame::Stop { .. }
            | ClientFrame::Block { .. }
            | ClientFrame::Report { .. } => Self::Free,
        }
    }
}

/// A frame is one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMuch {
    /// When it will be taken, in milliseconds.
    pub retry_ms: u64,
    /// It was refused so often that the line is to be closed.
    pub flooding: bool,
}

impl Session {
    /// Somebody who has just come.
    #[must_use]
    pub fn new(id: SessionId, visitor: VisitorId, counted: bool, line: LineId, now: Time) -> Self {
        let kept = Kept {
            id,
            visitor,
            counted,
            doing: Doing::Idle,
            preferences: Preferences::default(),
            parted: None,
            generation: 0,
            heard: now,
        };
        Self { kept, line, heard: now, budgets: Budgets::default() }
    }

    /// Somebody of whom only the record is left, and the last `ping` that the runtime answered.
    #[must_use]
    pub fn restored(kept: Kept, line: LineId, ping: Option<Time>, now: Time) -> Self {
        // The record may be a little behind: the benefit of the doubt is the person's.
        let frame = kept.heard.plus(HEARD_STALE_MS_MAX).min(now);
        Self { heard: ping.unwrap_or_default().max(frame), kept, line, budgets: Budgets::default() }
    }

    /// The last sign of life.
    #[must_use]
    pub const fn heard(&self) -> Time {
        self.heard
    }

    /// A sign of life; true when the record has fallen too far behind and is to be kept anew.
    pub fn hear(&mut self, at: Time) -> bool {
        self.heard = self.heard.max(at);
        let stale = self.heard.since(self.kept.heard) > HEARD_STALE_MS_MAX;
        if stale {
            self.kept.heard = self.heard;
        }
        stale
    }

    /// Changes what the session is doing.
    pub fn turn_to(&mut self, doing: Doing) {
        self.kept.doing = doing;
        self.kept.generation += 1;
    }

    /// The conversation that the session is in, and with whom.
    #[must_use]
    pub const fn talking(&self) -> Option<(ConversationId, SessionId)> {
        match self.kept.doing {
            Doing::Talking { conversation, partner } => Some((conversation, partner)),
            Doing::Idle | Doing::Waiting(_) => None,
        }
    }

    /// This person as the matchmaker knows them.
    #[must_use]
    pub fn seeker(&self) -> Seeker {
        let Kept { id, visitor, parted, .. } = self.kept;
        Seeker { session: id, visitor, parted, preferences: self.kept.preferences.clone() }
    }

    /// Pays for a frame.
    ///
    /// # Errors
    /// When it is too much.
    pub fn spend(&mut self, cost: Cost, now: Time) -> Result<(), TooMuch> {
        let (spent, budget) = match cost {
            Cost::Say => (&mut self.budgets.say, SAY_BUDGET),
            Cost::Receipt => (&mut self.budgets.receipt, RECEIPT_BUDGET),
            Cost::Find => (&mut self.budgets.find, FIND_BUDGET),
            Cost::Typing => (&mut self.budgets.typing, TYPING_BUDGET),
            Cost::Free => return Ok(()),
        };
        spent.take(budget, now).map_err(|retry_ms| TooMuch {
            retry_ms,
            flooding: self.budgets.refusals.reaches(FLOOD_REFUSALS, FLOOD_SPAN_MS, now),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::protocol::decode;

    const NOW: Time = Time::from_ms(1_000_000);
    const LINE: LineId = LineId(1);

    fn session() -> Session {
        Session::new(SessionId([1; 16]), VisitorId([1; 16]), false, LINE, NOW)
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let record = Record::Seated(session().kept);
        assert_eq!(Record::decode(&record.encode(LINE)), Some((LINE, record)));
        assert_eq!(Record::decode(b""), None);
        assert_eq!(Record::decode(&[255; 40]), None);
    }

    #[test]
    fn the_record_is_rewritten_for_signs_of_life_only_now_and_then() {
        let mut session = session();
        assert!(!session.hear(NOW.plus(HEARD_STALE_MS_MAX)));
        assert!(session.hear(NOW.plus(HEARD_STALE_MS_MAX + 1)));
        assert!(!session.hear(NOW), "an older sign changes nothing");
        assert_eq!(session.heard(), NOW.plus(HEARD_STALE_MS_MAX + 1));
    }

    #[test]
    fn a_restored_session_is_never_thought_silent_too_early() {
        let (kept, later) = (session().kept, NOW.plus(60_000));
        let heard = |ping| Session::restored(kept.clone(), LINE, ping, later).heard();
        assert_eq!(heard(None), NOW.plus(HEARD_STALE_MS_MAX));
        assert_eq!(heard(Some(NOW.plus(50_000))), NOW.plus(50_000));
    }

    #[test]
    fn each_kind_of_frame_has_a_budget_of_its_own() {
        let bounds = [
            (Cost::Say, SAY_BUDGET.burst),
            (Cost::Receipt, RECEIPT_BUDGET.burst),
            (Cost::Find, FIND_BUDGET.burst),
            (Cost::Typing, TYPING_BUDGET.burst),
        ];
        let mut session = session();
        for (cost, burst) in bounds {
            for n in 0..burst {
                assert_eq!(session.spend(cost, NOW), Ok(()), "{cost:?} {n}");
            }
            assert!(!session.spend(cost, NOW).unwrap_err().flooding, "{cost:?}");
        }
    }

    #[test]
    fn nobody_is_kept_from_leaving() {
        let stop = decode(r#"{"type":"stop"}"#).unwrap();
        let mut session = session();
        assert!((0..100_000).all(|_| session.spend(Cost::of(&stop), NOW).is_ok()));
    }

    #[test]
    fn the_hundredth_refusal_in_ten_seconds_is_flooding() {
        let mut session = session();
        while session.spend(Cost::Find, NOW).is_ok() {}
        for n in 2..FLOOD_REFUSALS {
            assert!(!session.spend(Cost::Find, NOW).unwrap_err().flooding, "refusal {n}");
        }
        assert!(session.spend(Cost::Find, NOW).unwrap_err().flooding);
    }
}
