//! The last hour, a point a minute. It is kept in memory alone: what a restart takes away is missing, and said to be.

use std::collections::VecDeque;

use crate::domain::limits::{HOUR_POINT_MS, HOUR_POINTS_MAX};
use crate::domain::protocol::{HourPoint, PresenceCounts};
use crate::domain::tally::Tally;
use crate::domain::time::Time;

/// The points.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Hour {
    points: VecDeque<HourPoint>,
    /// What had been counted when the newest point began, and what has been by now.
    counted: Option<(Tally, Tally)>,
}

impl Hour {
    /// Notes how it is: the newest point is the present minute's, as of now.
    pub(super) fn note(&mut self, now: Time, counts: PresenceCounts, tally: &Tally) {
        let at = Time::from_ms(now.as_ms() / HOUR_POINT_MS * HOUR_POINT_MS);
        // What was counted before the first point may have happened at any time.
        let (began, before) = self.counted.unwrap_or((*tally, *tally));
        let is_new = self.points.back().is_none_or(|last| last.at < at);
        let began = if is_new { before } else { began };
        self.counted = Some((began, *tally));
        let new = tally.since(&began);
        let at = if is_new { at } else { self.points.pop_back().map_or(at, |last| last.at) };
        self.points.push_back(HourPoint { at, counts, matches: new.matches, messages: new.messages });
        self.points.retain(|point| now.since(point.at) < HOUR_POINTS_MAX as u64 * HOUR_POINT_MS);
    }

    pub(super) fn points(&self) -> impl Iterator<Item = &HourPoint> {
        self.points.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_has_sixty_points_and_what_was_counted_between_them() {
        let mut hour = Hour::default();
        let counts = PresenceCounts::default();
        for minute in 0..100_u64 {
            let tally = Tally { matches: 2 * minute + 9, ..Tally::default() };
            for second in [0, 30] {
                hour.note(Time::from_ms(minute * HOUR_POINT_MS + second * 1_000 + 7), counts, &tally);
            }
        }
        let points: Vec<_> = hour.points().map(|point| (point.at.as_ms() / HOUR_POINT_MS, point.matches)).collect();
        assert_eq!(points, (40..100).map(|minute| (minute, 2)).collect::<Vec<_>>());
    }

    #[test]
    fn the_newest_point_is_the_present_minute_so_far() {
        let (mut hour, tally) = (Hour::default(), |messages| Tally { messages, ..Tally::default() });
        for (second, online, messages) in [(0, 0, 5), (10, 3, 7), (20, 2, 8), (60, 4, 9), (61, 4, 9)] {
            let counts = PresenceCounts { online, ..PresenceCounts::default() };
            hour.note(Time::from_ms(HOUR_POINT_MS + second * 1_000), counts, &tally(messages));
        }
        let points: Vec<_> = hour.points().map(|point| (point.counts.online, point.messages)).collect();
        assert_eq!(points, [(2, 3), (4, 1)]);
    }

    #[test]
    fn minutes_in_which_nothing_happened_are_missing() {
        let mut hour = Hour::default();
        for minute in [1, 2, 5, 3] {
            hour.note(Time::from_ms(minute * HOUR_POINT_MS), PresenceCounts::default(), &Tally::default());
        }
        let minutes: Vec<u64> = hour.points().map(|point| point.at.as_ms() / HOUR_POINT_MS).collect();
        assert_eq!(minutes, [1, 2, 5], "and a clock that steps back adds none");
    }
}
