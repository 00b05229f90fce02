//! What the operator tells everyone.
//!
//! Every announcement and every withdrawal is an entry of a log, and the number of the last entry goes along with each
//! event of the stream: whoever comes back with the number that they saw last is told what is still in force, and each
//! announcement made since. Only what is in force is kept, and the number; running out is no entry.

use serde::{Deserialize, Serialize};

use super::limits::{ANNOUNCEMENT_END_MAX, ANNOUNCEMENTS_MAX};
use super::protocol::{Announcement, NewAnnouncement, ProblemCode};
use super::time::Time;

/// An announcement in force.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// Its number in the log.
    pub number: u64,
    /// The announcement.
    pub announcement: Announcement,
}

/// The log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Log {
    last: u64,
    /// Lowest number first.
    in_force: Vec<Entry>,
}

impl Log {
    /// The number of the last entry; 0 before the first.
    #[must_use]
    pub const fn last(&self) -> u64 {
        self.last
    }

    /// The announcements in force, the oldest first.
    pub fn in_force(&self) -> impl Iterator<Item = &Announcement> {
        self.in_force.iter().map(|entry| &entry.announcement)
    }

    /// What somebody is to be told who has seen the log up to `number`. A number that it has not reached counts as none:
    /// it is from before the log was lost.
    #[must_use]
    pub fn since(&self, number: u64) -> (u64, &[Entry]) {
        let seen = if number > self.last { 0 } else { number };
        (seen, &self.in_force[self.in_force.partition_point(|entry| entry.number <= seen)..])
    }

    /// Makes an announcement.
    ///
    /// # Errors
    /// `bad_request` when it would be over already, or end after [`ANNOUNCEMENT_END_MAX`]; `full` when [`ANNOUNCEMENTS_MAX`] are in force.
    pub fn announce(&mut self, now: Time, new: NewAnnouncement) -> Result<Entry, ProblemCode> {
        let NewAnnouncement { severity, text, until } = new;
        if until.is_some_and(|until| until <= now || until > ANNOUNCEMENT_END_MAX) {
            return Err(ProblemCode::BadRequest);
        }
        if self.in_force.len() >= ANNOUNCEMENTS_MAX {
            return Err(ProblemCode::Full);
        }
        self.last += 1;
        // With the time in it, because browsers remember which ones were hidden, and a log that was lost begins anew.
        let id = format!("{}-{}", now.as_ms(), self.last);
        let announcement = Announcement { id, severity, text: text.into(), until };
        let entry = Entry { number: self.last, announcement };
        self.in_force.push(entry.clone());
        Ok(entry)
    }

    /// Withdraws an announcement; false when there is none of this id.
    pub fn withdraw(&mut self, id: &str) -> bool {
        let Some(at) = self.in_force.iter().position(|entry| entry.announcement.id == id) else { return false };
        self.in_force.remove(at);
        self.last += 1;
        true
    }

    /// When the next announcement runs out.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        self.in_force().filter_map(|announcement| announcement.until).min()
    }

    /// Takes out those that have run out by `now`; their ids.
    pub fn lapse(&mut self, now: Time) -> Vec<String> {
        let is_over = |entry: &mut Entry| entry.announcement.until.is_some_and(|until| until <= now);
        self.in_force.extract_if(.., is_over).map(|entry| entry.announcement.id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::protocol::Severity;

    const NOW: Time = Time::from_ms(1_000);

    fn new(until: Option<Time>) -> NewAnnouncement {
        let text = "Back at noon".to_owned().try_into().unwrap();
        NewAnnouncement { severity: Severity::Info, text, until }
    }

    fn numbers(log: &Log, since: u64) -> (u64, Vec<u64>) {
        let (seen, entries) = log.since(since);
        (seen, entries.iter().map(|entry| entry.number).collect())
    }

    #[test]
    fn whoever_comes_back_is_told_what_was_announced_since() {
        let mut log = Log::default();
        assert_eq!(numbers(&log, 0), (0, vec![]));
        let ids: Vec<String> = (0..3).map(|_| log.announce(NOW, new(None)).unwrap().announcement.id).collect();
        assert_eq!(numbers(&log, 0), (0, vec![1, 2, 3]));
        assert_eq!(numbers(&log, 2), (2, vec![3]));
        assert!(log.withdraw(&ids[1]) && !log.withdraw(&ids[1]));
        assert_eq!((log.last(), numbers(&log, 1)), (4, (1, vec![3])));
        assert_eq!(numbers(&log, 4), (4, vec![]));
        assert_eq!(numbers(&log, 5), (0, vec![1, 3]), "a number from the future is none");
    }

    #[test]
    fn there_is_room_for_twenty_and_not_for_one_more() {
        let mut log = Log::default();
        for _ in 0..ANNOUNCEMENTS_MAX {
            assert!(log.announce(NOW, new(None)).is_ok());
        }
        let before = log.clone();
        assert_eq!(log.announce(NOW, new(None)), Err(ProblemCode::Full));
        assert_eq!(log, before, "and nothing has changed");
    }

    #[test]
    fn an_announcement_runs_out_at_its_time_and_cannot_be_made_after_it() {
        let mut log = Log::default();
        for until in [NOW, ANNOUNCEMENT_END_MAX.plus(1)] {
            assert_eq!(log.announce(NOW, new(Some(until))), Err(ProblemCode::BadRequest));
        }
        assert!(log.clone().announce(NOW, new(Some(ANNOUNCEMENT_END_MAX))).is_ok());
        let id = log.announce(NOW, new(Some(NOW.plus(5)))).unwrap().announcement.id;
        assert_eq!((log.deadline(), log.lapse(NOW.plus(4))), (Some(NOW.plus(5)), vec![]));
        assert_eq!((log.lapse(NOW.plus(5)), log.deadline()), (vec![id], None));
        assert_eq!(log.last(), 1, "which is no entry");
    }
}
