//! What networks, or visitors, have spent of a budget: a bounded map, in which who has spent most is remembered longest.

use super::id::Payer;
use super::limits::PAYERS_MAX;
use super::rate_limit::{Budget, Spent};
use super::sorted::Sorted;
use super::time::Time;

/// What each payer has spent of one budget. Kept in memory only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ledger {
    spent: Sorted<Payer, Spent>,
}

impl Ledger {
    /// What somebody has spent.
    #[must_use]
    pub fn of(&self, payer: Payer) -> Spent {
        self.spent.get(&payer).copied().unwrap_or_default()
    }

    /// Somebody takes one token.
    ///
    /// # Errors
    /// When there is none: the value is how many milliseconds until there is one.
    pub fn take(&mut self, budget: Budget, payer: Payer, now: Time) -> Result<(), u64> {
        let mut spent = self.of(payer);
        spent.take(budget, now)?;
        self.note(payer, spent, now);
        Ok(())
    }

    /// Somebody takes so many tokens, now or when its turn comes: the value is how many milliseconds it has to wait for that.
    /// `None` when that is longer than `longest_ms`: then it has taken nothing.
    pub fn queue(&mut self, budget: Budget, payer: Payer, tokens: u64, now: Time, longest_ms: u64) -> Option<u64> {
        let mut spent = self.of(payer);
        let wait_ms = spent.queue(budget, tokens, now, longest_ms)?;
        self.note(payer, spent, now);
        Some(wait_ms)
    }

    fn note(&mut self, payer: Payer, spent: Spent, now: Time) {
        self.spent.insert(payer, spent);
        if self.spent.len() > PAYERS_MAX {
            self.spent.retain(|_, spent| spent.full_at() > now);
        }
        if self.spent.len() > PAYERS_MAX {
            let least = self.spent.iter().min_by_key(|(_, spent)| spent.full_at()).map(|(payer, _)| *payer);
            least.and_then(|payer| self.spent.remove(&payer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_ms(1_000_000);
    const BUDGET: Budget = Budget { burst: 3, interval_ms: 100 };

    fn payer(n: u64) -> Payer {
        Payer(n.to_be_bytes())
    }

    #[test]
    fn each_payer_has_a_budget_of_its_own() {
        let mut ledger = Ledger::default();
        assert_eq!([(); 3].map(|()| ledger.take(BUDGET, payer(1), NOW)), [Ok(()); 3]);
        assert_eq!(ledger.take(BUDGET, payer(1), NOW), Err(100));
        assert_eq!(ledger.take(BUDGET, payer(2), NOW), Ok(()));
        assert_eq!(ledger.take(BUDGET, payer(1), NOW.plus(100)), Ok(()));
    }

    #[test]
    fn who_queues_gets_a_turn_each_and_none_that_is_too_far_off() {
        let mut ledger = Ledger::default();
        let turns = [(); 6].map(|()| ledger.queue(BUDGET, payer(1), 1, NOW, 200));
        assert_eq!(turns, [Some(0), Some(0), Some(0), Some(100), Some(200), None]);
        assert_eq!(ledger.queue(BUDGET, payer(1), 1, NOW.plus(100), 200), Some(200), "who got none has taken none");
        assert_eq!(ledger.queue(BUDGET, payer(2), 1, NOW, 200), Some(0));
    }

    #[test]
    fn who_takes_several_waits_for_one_and_whoever_comes_next_for_all_of_them() {
        let mut ledger = Ledger::default();
        let turns = [1, 1, 3, 1, 1].map(|tokens| ledger.queue(BUDGET, payer(1), tokens, NOW, 300));
        assert_eq!(turns, [Some(0), Some(0), Some(0), Some(300), None]);
    }

    #[test]
    fn only_so_many_are_remembered_and_the_worst_of_them_always() {
        let mut ledger = Ledger::default();
        while ledger.take(BUDGET, payer(0), NOW).is_ok() {}
        for n in 1..=PAYERS_MAX as u64 + 10 {
            assert_eq!(ledger.take(BUDGET, payer(n), NOW), Ok(()));
            assert!(ledger.spent.len() <= PAYERS_MAX);
        }
        assert!(ledger.take(BUDGET, payer(0), NOW).is_err());
        let later = NOW.plus(BUDGET.burst * BUDGET.interval_ms);
        assert_eq!(ledger.take(BUDGET, payer(PAYERS_MAX as u64 + 11), later), Ok(()));
        assert_eq!(ledger.spent.len(), 1, "those who are over it go first");
    }
}
