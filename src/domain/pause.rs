//! Whether matching is paused. The operator says so once; it is then told from object to object, some of it late, and the
//! newest statement counts.

use serde::{Deserialize, Serialize};

use super::time::Time;

/// A statement about whether matching is paused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pause {
    /// Grows with each statement: the moment at which it was made, or one more than the one before.
    pub number: u64,
    /// Whether matching is paused.
    pub paused: bool,
}

impl Pause {
    /// The statement that follows this one. It grows with time, so that it is the newer one also where all statements
    /// before it were lost.
    #[must_use]
    pub fn then(self, paused: bool, now: Time) -> Self {
        Self { number: now.as_ms().max(self.number.saturating_add(1)), paused }
    }

    /// Whether this statement was made after `other`.
    #[must_use]
    pub const fn is_after(self, other: Self) -> bool {
        self.number > other.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_statement_is_known_also_when_the_clock_steps_back_or_none_is_left() {
        let now = Time::from_ms(1_000_000);
        let first = Pause::default().then(true, now);
        let second = first.then(false, Time::from_ms(1));
        assert!(first.is_after(Pause::default()) && second.is_after(first) && !first.is_after(first));
        assert!(Pause::default().then(true, now.plus(2)).is_after(second));
    }
}
