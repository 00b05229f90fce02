//! How often somebody may do something: a token bucket kept as one timestamp, and a count within a sliding span.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::time::Time;

/// A token bucket's size and pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Budget {
    /// What may be done at once, from a full bucket.
    pub burst: u64,
    /// How long one token takes to come back.
    pub interval_ms: u64,
}

/// What is left of a [`Budget`], by the generic cell rate algorithm (ITU-T I.371, annex A): the one timestamp is the
/// theoretical arrival time, the moment at which the bucket is full again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Spent {
    full_at: Time,
}

impl Spent {
    /// Takes one token.
    ///
    /// # Errors
    /// When there is none: nothing is taken, and the value is how many milliseconds until there is one.
    pub fn take(&mut self, budget: Budget, now: Time) -> Result<(), u64> {
        self.full_at = self.after(budget, now)?;
        Ok(())
    }

    /// Whether there is a token, without taking it.
    ///
    /// # Errors
    /// When there is none: the value is how many milliseconds until there is one.
    pub fn peek(&self, budget: Budget, now: Time) -> Result<(), u64> {
        self.after(budget, now).map(|_| ())
    }

    /// Takes so many tokens, now or as soon as there is one: the value is how many milliseconds that takes. Whoever comes next
    /// waits for the others. `None` when it would take longer than `longest_ms`: then nothing is taken.
    pub fn queue(&mut self, budget: Budget, tokens: u64, now: Time, longest_ms: u64) -> Option<u64> {
        let full_at = self.full_at.max(now).plus(tokens.saturating_mul(budget.interval_ms));
        let wait_ms = self.after(budget, now).err().unwrap_or_default();
        (wait_ms <= longest_ms).then(|| self.full_at = full_at)?;
        Some(wait_ms)
    }

    /// How many tokens are away, one that is coming back included.
    #[must_use]
    pub const fn taken(&self, budget: Budget, now: Time) -> u64 {
        self.full_at.since(now).div_ceil(budget.interval_ms)
    }

    /// When all that was taken will have come back.
    #[must_use]
    pub const fn full_at(&self) -> Time {
        self.full_at
    }

    fn after(self, budget: Budget, now: Time) -> Result<Time, u64> {
        let full_at = self.full_at.max(now).plus(budget.interval_ms);
        let room = budget.burst.saturating_mul(budget.interval_ms);
        let over = full_at.since(now.plus(room));
        if over > 0 { Err(over) } else { Ok(full_at) }
    }
}

/// Counts what happened within a sliding span of time, exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Recent {
    times: VecDeque<Time>,
}

impl Recent {
    /// Counts one more at `now`; true when it is the `limit`th within `span_ms`.
    pub fn reaches(&mut self, limit: usize, span_ms: u64, now: Time) -> bool {
        self.times.retain(|time| now.since(*time) < span_ms);
        self.times.push_back(now);
        self.times.len() >= limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Budget = Budget { burst: 20, interval_ms: 250 };

    #[test]
    fn a_full_bucket_holds_its_burst_and_not_one_more() {
        let (mut spent, now) = (Spent::default(), Time::from_ms(1_000_000));
        for n in 0..BUDGET.burst {
            assert_eq!(spent.take(BUDGET, now), Ok(()), "token {n}");
        }
        assert_eq!((spent.peek(BUDGET, now), spent.take(BUDGET, now)), (Err(250), Err(250)));
        assert_eq!(spent.take(BUDGET, now.plus(249)), Err(1));
        assert_eq!(spent.peek(BUDGET, now.plus(250)), Ok(()));
    }

    #[test]
    fn waiting_as_told_is_enough_and_just_enough() {
        let (mut spent, mut now) = (Spent::default(), Time::from_ms(1_000_000));
        while spent.take(BUDGET, now).is_ok() {}
        for _ in 0..100 {
            let wait = spent.take(BUDGET, now).unwrap_err();
            assert!(spent.take(BUDGET, now.plus(wait - 1)).is_err());
            now = now.plus(wait);
            assert_eq!(spent.take(BUDGET, now), Ok(()));
        }
    }

    #[test]
    fn a_bucket_left_alone_is_full_again() {
        let (mut spent, now) = (Spent::default(), Time::from_ms(1_000_000));
        while spent.take(BUDGET, now).is_ok() {}
        let later = now.plus(BUDGET.burst * BUDGET.interval_ms);
        let taken = std::iter::repeat_with(|| spent.take(BUDGET, later)).take_while(Result::is_ok).count();
        assert_eq!(taken as u64, BUDGET.burst);
    }

    #[test]
    fn what_was_taken_is_away_until_it_has_come_back() {
        let (mut spent, now) = (Spent::default(), Time::from_ms(1_000_000));
        let taken: Vec<_> = (0..3).map(|_| (spent.taken(BUDGET, now), spent.take(BUDGET, now)).0).collect();
        assert_eq!(taken, [0, 1, 2]);
        assert_eq!([0, 249, 250, 749, 750, 9_999].map(|ms| spent.taken(BUDGET, now.plus(ms))), [3, 3, 2, 1, 0, 0]);
    }

    #[test]
    fn a_count_forgets_what_is_older_than_its_span() {
        let (mut recent, now) = (Recent::default(), Time::from_ms(1_000));
        for _ in 0..9 {
            assert!(!recent.reaches(10, 60_000, now));
        }
        let mut late = recent.clone();
        assert!(recent.reaches(10, 60_000, now.plus(59_999)), "the tenth within the span");
        assert!(!late.reaches(10, 60_000, now.plus(60_000)), "the first nine are gone");
    }
}
