//! What has happened in a lobby, counted. Nothing of it tells who, with whom or what about.

use serde::{Deserialize, Serialize};

use super::protocol::{EndReason, ErrorCode};

/// How long somebody had waited when they were matched is counted in steps: up to each of these, and beyond the last.
pub const WAITS_UP_TO_MS: [u64; 7] = [1_000, 3_000, 10_000, 30_000, 60_000, 120_000, 300_000];

/// Something that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// Two people met.
    Matched {
        /// How long each of them had waited, in milliseconds.
        waited_ms: [u64; 2],
    },
    /// A message was passed on for the first time.
    Relayed,
    /// A conversation ended.
    Ended(EndReason),
    /// A frame was refused, or a newcomer was turned away because matching is paused.
    Refused(ErrorCode),
    /// Somebody came back on a new line.
    CameBack {
        /// Into a conversation.
        to_talk: bool,
    },
}

/// How often each thing has happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tally {
    /// Pairs that met.
    pub matches: u64,
    /// Messages that were passed on, repeats not counted.
    pub messages: u64,
    /// People who came back on a new line.
    pub reconnects: u64,
    /// Of these, into a conversation.
    pub resumes: u64,
    /// Conversations that ended, by reason, in the order of [`EndReason::ALL`].
    pub ends: [u64; EndReason::ALL.len()],
    /// Frames that were refused, by code, in the order of [`ErrorCode::ALL`].
    pub refusals: [u64; ErrorCode::ALL.len()],
    /// People who were matched, by how long they had waited: see [`WAITS_UP_TO_MS`].
    pub waits: [u64; WAITS_UP_TO_MS.len() + 1],
}

impl Tally {
    /// Counts one more.
    pub fn count(&mut self, fact: Fact) {
        match fact {
            Fact::Matched { waited_ms } => {
                self.matches += 1;
                waited_ms
                    .into_iter()
                    .for_each(|ms| self.waits[WAITS_UP_TO_MS.partition_point(|up_to| *up_to < ms)] += 1);
            }
            Fact::Relayed => self.messages += 1,
            Fact::Ended(reason) => self.ends[reason as usize] += 1,
            Fact::Refused(code) => self.refusals[code as usize] += 1,
            Fact::CameBack { to_talk } => {
                self.reconnects += 1;
                self.resumes += u64::from(to_talk);
            }
        }
    }

    /// All that either has counted.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        self.with(other, u64::saturating_add)
    }

    /// What was counted after `earlier`, which is an earlier state of the same tally.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        self.with(earlier, u64::saturating_sub)
    }

    fn with(&self, other: &Self, of: fn(u64, u64) -> u64) -> Self {
        Self {
            matches: of(self.matches, other.matches),
            messages: of(self.messages, other.messages),
            reconnects: of(self.reconnects, other.reconnects),
            resumes: of(self.resumes, other.resumes),
            ends: each(self.ends, other.ends, of),
            refusals: each(self.refusals, other.refusals, of),
            waits: each(self.waits, other.waits, of),
        }
    }
}

fn each<const N: usize>(ones: [u64; N], others: [u64; N], of: fn(u64, u64) -> u64) -> [u64; N] {
    std::array::from_fn(|at| of(ones[at], others[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fact_is_counted_where_it_belongs() {
        let mut tally = Tally::default();
        let facts = [
            Fact::Matched { waited_ms: [0, 1_001] },
            Fact::Relayed,
            Fact::Relayed,
            Fact::Ended(EndReason::Next),
            Fact::Refused(ErrorCode::SlowDown),
            Fact::CameBack { to_talk: true },
            Fact::CameBack { to_talk: false },
        ];
        facts.into_iter().for_each(|fact| tally.count(fact));
        assert_eq!((tally.matches, tally.messages, tally.reconnects, tally.resumes), (1, 2, 2, 1));
        assert_eq!((tally.ends, tally.waits), ([0, 1, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0]));
        assert_eq!(tally.refusals, [0, 0, 0, 1, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_wait_counts_up_to_its_bound_and_the_longest_beyond_all() {
        for (at, up_to) in WAITS_UP_TO_MS.into_iter().enumerate() {
            let mut tally = Tally::default();
            tally.count(Fact::Matched { waited_ms: [up_to, up_to + 1] });
            assert_eq!((tally.waits[at], tally.waits[at + 1]), (1, 1), "{up_to} ms");
        }
    }

    #[test]
    fn the_lists_of_reasons_and_codes_are_in_the_order_of_their_numbers() {
        assert!(EndReason::ALL.iter().enumerate().all(|(at, reason)| *reason as usize == at));
        assert!(ErrorCode::ALL.iter().enumerate().all(|(at, code)| *code as usize == at));
    }

    #[test]
    fn what_was_counted_since_is_what_has_to_be_added() {
        let mut tally = Tally::default();
        tally.count(Fact::Relayed);
        let earlier = tally;
        tally.count(Fact::Ended(EndReason::Lost));
        assert_eq!(earlier.plus(&tally.since(&earlier)), tally);
    }
}
