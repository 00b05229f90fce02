//! When a lobby tells the presence object how many people it has: on change, as soon as a change is wanted, and now and
//! then without a change, to renew its lease. Each answer says how soon the next change is wanted: at most a second
//! later while somebody watches, and much later while nobody does.

use serde::{Deserialize, Serialize};

use super::bans::Bans;
use super::limits::{REPORT_MS, REPORT_RENEW_MS, REPORT_RETRY_MS, REPORT_TALLY_FACTOR, REPORT_UNWATCHED_MS};
use super::orders::Orders;
use super::pause::Pause;
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
    /// Whether matching is paused, as far as the lobby has heard.
    pub paused: bool,
    /// The number of the newest list of bans that the lobby has heard of.
    pub bans: u64,
}

/// What the presence object tells a lobby: in answer to a report, or when it asks for one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Instruction {
    /// How soon after a report a change is worth another one, in milliseconds.
    pub change_ms: u64,
    /// Whether matching is paused.
    pub pause: Pause,
    /// Who is kept out, where the lobby does not know it yet.
    pub bans: Option<Bans>,
}

/// Decides when to report.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reporter {
    start: Time,
    number: u64,
    /// How soon after a report a change is worth another one.
    change_ms: u64,
    told: Option<(Time, Census)>,
    retry_at: Option<Time>,
}

impl Reporter {
    /// The reporter of an object that starts now, and does not know what has been told before.
    #[must_use]
    pub const fn new(start: Time) -> Self {
        Self { start, number: 0, change_ms: REPORT_UNWATCHED_MS, told: None, retry_at: None }
    }

    /// The report to send now, if one is due.
    pub fn report(&mut self, now: Time, census: Census, orders: &Orders) -> Option<Report> {
        if self.due(census)? > now {
            return None;
        }
        Some(self.answer(now, census, orders))
    }

    /// A report, due or not: somebody asks.
    pub fn answer(&mut self, now: Time, census: Census, orders: &Orders) -> Report {
        (self.number, self.told, self.retry_at) = (self.number + 1, Some((now, census)), None);
        let (paused, bans) = (orders.pause.paused, orders.bans.number);
        Report { start: self.start, number: self.number, census, paused, bans }
    }

    /// How soon changes are wanted from now on.
    pub const fn wanted(&mut self, change_ms: u64) {
        self.change_ms = change_ms;
    }

    /// Whether a step that has counted something, and so woke the object anyway, is to take the tally along. What is not
    /// told by the time the object sleeps is lost.
    #[must_use]
    pub fn is_tally_due(&self, now: Time) -> bool {
        let due = |(told, _): (Time, Census)| now.since(told) >= self.change_ms.saturating_mul(REPORT_TALLY_FACTOR);
        self.retry_at.is_none() && self.told.is_some_and(due)
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
        let changed = (census != told).then(|| at.plus(self.change_ms));
        let renew = (census.sessions > 0).then(|| at.plus(REPORT_RENEW_MS));
        // After a loss nothing is worth trying before the retry, and the retry is worth it without a change.
        self.retry_at.or_else(|| changed.into_iter().chain(renew).min())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> Orders {
        Orders::default()
    }

    const NOW: Time = Time::from_ms(50_000);

    /// One whose changes somebody watches.
    fn watched() -> Reporter {
        let mut reporter = Reporter::new(NOW);
        reporter.wanted(REPORT_MS);
        reporter
    }

    fn people(sessions: u64) -> Census {
        Census { sessions, ..Census::default() }
    }

    #[test]
    fn a_change_is_told_at_once_and_then_at_most_once_a_second() {
        let mut reporter = watched();
        assert_eq!(reporter.report(NOW, people(1), &told()).unwrap().number, 1);
        assert_eq!(reporter.report(NOW.plus(999), people(2), &told()), None);
        assert_eq!(reporter.due(people(2)), Some(NOW.plus(1_000)));
        assert_eq!(reporter.report(NOW.plus(1_000), people(2), &told()).unwrap().number, 2);
    }

    #[test]
    fn a_change_that_nobody_watches_is_told_with_the_lease_unless_somebody_comes_to_watch() {
        let mut reporter = Reporter::new(NOW);
        assert!(reporter.report(NOW, people(1), &told()).is_some());
        assert_eq!(reporter.due(people(2)), Some(NOW.plus(REPORT_UNWATCHED_MS)));
        assert_eq!(reporter.due(people(0)), Some(NOW.plus(REPORT_UNWATCHED_MS)), "that all are gone as well");
        reporter.wanted(REPORT_MS);
        assert_eq!(reporter.due(people(2)), Some(NOW.plus(1_000)));
    }

    #[test]
    fn the_tally_goes_along_with_what_is_counted_at_most_every_five_seconds() {
        let mut reporter = watched();
        assert!(!reporter.is_tally_due(NOW.plus(60_000)), "the first report comes by itself");
        assert!(reporter.report(NOW, people(1), &told()).is_some());
        assert!(!reporter.is_tally_due(NOW.plus(4_999)));
        assert!(reporter.is_tally_due(NOW.plus(5_000)));
        reporter.lost(NOW.plus(5_000));
        assert!(!reporter.is_tally_due(NOW.plus(6_000)), "nothing is worth trying before the retry");
    }

    #[test]
    fn an_object_that_starts_empty_says_so_after_a_second() {
        let mut reporter = Reporter::new(NOW);
        assert_eq!(reporter.report(NOW, people(0), &told()), None);
        assert_eq!(reporter.clone().report(NOW, people(1), &told()).unwrap().number, 1);
        assert_eq!(reporter.report(NOW.plus(1_000), people(0), &told()).unwrap().number, 1);
        assert_eq!(reporter.due(people(0)), None);
    }

    #[test]
    fn the_lease_of_a_lobby_with_people_is_renewed_and_an_empty_one_is_silent() {
        let mut reporter = Reporter::new(NOW);
        assert!(reporter.report(NOW, people(1), &told()).is_some());
        assert_eq!(reporter.due(people(1)), Some(NOW.plus(30_000)));
        assert!(reporter.report(NOW.plus(30_000), people(1), &told()).is_some());
        assert!(reporter.report(NOW.plus(60_000), people(0), &told()).is_some());
        assert_eq!(reporter.due(people(0)), None);
    }

    #[test]
    fn a_report_that_was_lost_is_sent_again() {
        let mut reporter = Reporter::new(NOW);
        assert!(reporter.report(NOW, people(1), &told()).is_some());
        reporter.lost(NOW.plus(10));
        assert_eq!(reporter.report(NOW.plus(4_000), people(3), &told()), None);
        assert_eq!(reporter.report(NOW.plus(5_010), people(1), &told()).unwrap().number, 2);
        assert_eq!(reporter.due(people(1)), Some(NOW.plus(35_010)));
    }
}
