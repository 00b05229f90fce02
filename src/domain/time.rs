//! Time as a number that is handed in, and the one alarm that an object may arm.

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Time(u64);

impl Time {
    /// The moment `ms` milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_ms(ms: u64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_ms(self) -> u64 {
        self.0
    }

    /// The moment `ms` milliseconds later.
    #[must_use]
    pub const fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The moment `ms` milliseconds earlier.
    #[must_use]
    pub const fn before(self, ms: u64) -> Self {
        Self(self.0.saturating_sub(ms))
    }

    /// Milliseconds from `earlier` to this moment; 0 when `earlier` is not earlier (clocks may step back).
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This moment, moved up to the next that is a multiple of `ms`.
    #[must_use]
    pub const fn round_up(self, ms: u64) -> Self {
        Self(self.0.div_ceil(ms).saturating_mul(ms))
    }
}

/// The single alarm of an object, and when arming it is worth the price.
///
/// Every arming of a stored alarm is one row written, so an alarm is only ever moved earlier; with deadlines rounded up
/// to whole seconds that is at most one write a second, whatever goes on. One that rings too early finds nothing to do
/// and is armed again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Alarm {
    armed: Option<Time>,
}

impl Alarm {
    /// An alarm known to be armed for `armed`, or not armed at all.
    #[must_use]
    pub const fn armed_at(armed: Option<Time>) -> Self {
        Self { armed }
    }

    /// The moment to arm for, if `deadline` calls for arming now.
    pub fn arm(&mut self, deadline: Option<Time>) -> Option<Time> {
        let wanted = deadline?;
        if self.armed.is_some_and(|armed| armed <= wanted) {
            return None;
        }
        self.armed = Some(wanted);
        self.armed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_never_moved_later() {
        let mut alarm = Alarm::default();
        assert_eq!(alarm.arm(None), None);
        assert_eq!(alarm.arm(Some(Time::from_ms(5_000))), Some(Time::from_ms(5_000)));
        assert_eq!(alarm.arm(Some(Time::from_ms(5_000))), None);
        assert_eq!(alarm.arm(Some(Time::from_ms(9_000))), None);
        assert_eq!(alarm.arm(Some(Time::from_ms(3_000))), Some(Time::from_ms(3_000)));
        assert_eq!(alarm.arm(Some(Time::from_ms(4_000))), None);
    }

    #[test]
    fn rounding_is_up_and_by_less_than_a_step() {
        let rounded = |ms| Time::from_ms(ms).round_up(1_000).as_ms();
        assert_eq!((rounded(4_000), rounded(4_001), rounded(4_999)), (4_000, 5_000, 5_000));
    }

    #[test]
    fn a_clock_that_steps_back_measures_nothing() {
        assert_eq!(Time::from_ms(5).since(Time::from_ms(9)), 0);
        assert_eq!(Time::from_ms(u64::MAX).plus(1), Time::from_ms(u64::MAX));
    }
}
