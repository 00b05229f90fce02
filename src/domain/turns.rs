//! Whose turn it is to open a socket, as each isolate of the Worker sees it. The objects keep the exact count; here a crowd is
//! spread out before it reaches them, and those whom an object has just refused do not reach it again at once.

use super::id::NetworkKey;
use super::ledger::Ledger;
use super::limits::{ARRIVAL_PACE, ARRIVAL_WAIT_MS, REFUSAL_MS_MAX, REFUSAL_PACE, REFUSED_BUDGET};
use super::time::Time;

/// The turns of each network, or of whoever has proven something.
#[derive(Debug, Default)]
pub struct Turns {
    taken: Ledger,
    refused: Ledger,
    answered: Ledger,
}

impl Turns {
    /// In how many milliseconds it is somebody's turn; `None` when they are refused.
    pub fn take(&mut self, key: NetworkKey, now: Time) -> Option<u64> {
        self.refused.of(key).peek(REFUSED_BUDGET, now).ok()?;
        self.taken.queue(ARRIVAL_PACE, key, now, ARRIVAL_WAIT_MS)
    }

    /// In how many milliseconds somebody is told that they are refused.
    pub fn hold(&mut self, key: NetworkKey, now: Time) -> u64 {
        self.answered.queue(REFUSAL_PACE, key, now, REFUSAL_MS_MAX).unwrap_or(REFUSAL_MS_MAX)
    }

    /// An object has refused somebody.
    pub fn refuse(&mut self, key: NetworkKey, now: Time) {
        // Of several at once the first counts.
        let _ = self.refused.take(REFUSED_BUDGET, key, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_ms(1_000_000);
    const HERE: NetworkKey = NetworkKey([1; 8]);
    const THERE: NetworkKey = NetworkKey([2; 8]);

    #[test]
    fn a_crowd_comes_one_after_the_other_and_the_others_at_once() {
        let mut turns = Turns::default();
        let waits: Vec<_> = (0..1_000).filter_map(|_| turns.take(HERE, NOW)).collect();
        let at_once = usize::try_from(ARRIVAL_PACE.burst).unwrap();
        assert!(waits[..at_once].iter().all(|wait| *wait == 0));
        assert!(waits[at_once - 1..].windows(2).all(|two| two[1] - two[0] == ARRIVAL_PACE.interval_ms));
        assert_eq!(waits.last(), Some(&ARRIVAL_WAIT_MS), "and who would have to wait longer is refused");
        assert_eq!(turns.take(THERE, NOW), Some(0));
    }

    #[test]
    fn whoever_an_object_refuses_is_refused_without_it_for_a_while() {
        let mut turns = Turns::default();
        turns.refuse(HERE, NOW);
        let then = NOW.plus(REFUSED_BUDGET.interval_ms);
        turns.refuse(HERE, NOW.plus(1));
        assert_eq!([turns.take(HERE, NOW), turns.take(THERE, NOW), turns.take(HERE, then)], [None, Some(0), Some(0)]);
    }

    #[test]
    fn who_is_refused_is_told_so_at_once_and_a_crowd_one_after_the_other() {
        let mut turns = Turns::default();
        let holds: Vec<_> = (0..100).map(|_| turns.hold(HERE, NOW)).collect();
        assert_eq!(holds[..4], [0, 0, 150, 300]);
        assert!(holds.is_sorted() && holds[99] == REFUSAL_MS_MAX);
        assert_eq!(turns.hold(THERE, NOW), 0);
    }
}
