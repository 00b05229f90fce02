//! When a lobby tells the presence object how many people it has: on change, at most once a second, and now and then
//! without a change, to renew its lease.

use serde::{Deserialize, Serialize};

use super::limits::{REPORT_MS, REPORT_RENEW_MS, REPORT_RETRY_MS};
use super::time::Time;

/// How many people a lobby has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Census {
    /// Sessions.
    pub sessions: u64,
    /// Sessions that no presence stream counts already.
    pub uncounted: u64,
    /// Sessions that wait for a partner.
    pub waiting: u64,
    /// Sessions in a conversation.
    pub chatting: u64,
}

/// A census as it is sent. `(start, number)` only ever grows, so that one which arrives late changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Report {
    /// When the object that reports started.
    pub start: Time,
    /// Counts that object's reports.
    pub number: u64,
    /// How many people there are.
    pub census: Census,
}

/// Decides when to report.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reporter {
    start: Time,
    number: u64,
    told: Option<(Time, Census)>,
    retry_at: Option<Time>,
}

impl Reporter {
    /// The reporter of an object that starts now, and does not know what has been told before.
    #[must_use]
    pub const fn new(start: Time) -> Self {
        Self { start, number: 0, told: None, retry_at: None }
    }

    /// The report to send now, if one is due.
    pub fn report(&mut self, now: Time, census: Census) -> Option<Report> {
        if self.due(census)? > now {
            return None;
        }
        Some(self.answer(now, census))
    }

    /// A report, due or not: somebody asks.
    pub fn answer(&mut self, now: Time, census: Census) -> Report {
        (self.number, self.told, self.retry_at) = (self.number + 1, Some((now, census)), None);
        Report { start: self.start, number: self.number, census }
    }

    /// A report did not arrive.
    pub fn lost(&mut self, now: Time) {
        self.retry_at = Some(now.plus(REPORT_RETRY_MS));
    }

    /// When the next report is due, if the census stays as it is.
    #[must_use]
    pub fn due(&self, census: Census) -> Option<Time> {
        let Some((at, told)) = self.told else {
            // An earlier life may have told of people who are gone, but the first to come are more worth telling.
            let empty = census == Census::default();
            return Some(if empty { self.start.plus(REPORT_MS) } else { self.start });
        };
        let changed = (census != told).then(|| at.plus(REPORT_MS));
        let renew = (census.sessions > 0).then(|| at.plus(REPORT_RENEW_MS));
        // After a loss nothing is worth trying before the retry, and the retry is worth it without a change.
        self.retry_at.or(changed).or(renew)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_ms(50_000);

    fn people(sessions: u64) -> Census {
        Census { sessions, ..Census::default() }
    }

    #[test]
    fn a_change_is_told_at_once_and_then_at_most_once_a_second() {
        let mut reporter = Reporter::new(NOW);
        assert_eq!(reporter.report(NOW, people(1)).unwrap().number, 1);
        assert_eq!(reporter.report(NOW.plus(999), people(2)), None);
        assert_eq!(reporter.due(people(2)), Some(NOW.plus(1_000)));
        assert_eq!(reporter.report(NOW.plus(1_000), people(2)).unwrap().number, 2);
    }

    #[test]
    fn an_object_that_starts_empty_says_so_after_a_second() {
        let mut reporter = Reporter::new(NOW);
        assert_eq!(reporter.report(NOW, people(0)), None);
        assert_eq!(reporter.clone().report(NOW, people(1)).unwrap().number, 1);
        assert_eq!(reporter.report(NOW.plus(1_000), people(0)).unwrap().number, 1);
        assert_eq!(reporter.due(people(0)), None);
    }

    #[test]
    fn the_lease_of_a_lobby_with_people_is_renewed_and_an_empty_one_is_silent() {
        let mut reporter = Reporter::new(NOW);
        assert!(reporter.report(NOW, people(1)).is_some());
        assert_eq!(reporter.due(people(1)), Some(NOW.plus(30_000)));
        assert!(reporter.report(NOW.plus(30_000), people(1)).is_some());
        assert!(reporter.report(NOW.plus(31_000), people(0)).is_some());
        assert_eq!(reporter.due(people(0)), None);
    }

    #[test]
    fn a_report_that_was_lost_is_sent_again() {
        let mut reporter = Reporter::new(NOW);
        assert!(reporter.report(NOW, people(1)).is_some());
        reporter.lost(NOW.plus(10));
        assert_eq!(reporter.report(NOW.plus(4_000), people(3)), None);
        assert_eq!(reporter.report(NOW.plus(5_010), people(1)).unwrap().number, 2);
        assert_eq!(reporter.due(people(1)), Some(NOW.plus(35_010)));
    }
}
