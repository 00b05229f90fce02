//! What goes to the operator's metrics: how many people a lobby has, and what was counted since the last time.
//!
//! A point has a kind and a name (`ended` and `next`, say) and one number. It tells nothing about anybody.

use super::census::Census;
use super::limits::{METRICS_MS, METRICS_POINTS_MAX};
use super::protocol::{EndReason, ErrorCode, name_of};
use super::tally::{Tally, WAITS_UP_TO_MS};
use super::time::Time;

/// One number for the metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// What kind of thing: `here`, `counted`, `ended`, `refused` or `waited`.
    pub kind: &'static str,
    /// Which of that kind.
    pub name: String,
    /// How many; for `here` at this moment, for the others since the point before.
    pub number: u64,
}

/// Decides when points are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meter {
    written: Option<(Time, Tally)>,
}

impl Meter {
    /// What to write now, of an object that has counted `tally` since it started: nothing, if it is too soon.
    pub fn points(&mut self, now: Time, census: Census, tally: Tally) -> Vec<Point> {
        let before = match self.written {
            Some((at, _)) if now.since(at) < METRICS_MS => return Vec::new(),
            Some((_, before)) => before,
            None => Tally::default(),
        };
        self.written = Some((now, tally));
        let new = tally.since(&before);
        let mut points = Vec::new();
        let mut add = |kind, name: &str, number| points.push(Point { kind, name: name.to_owned(), number });
        let here = [("sessions", census.sessions), ("waiting", census.waiting), ("chatting", census.chatting)];
        here.iter().for_each(|(name, number)| add("here", name, *number));
        let counted = [
            ("matches", new.matches),
            ("messages", new.messages),
            ("reconnects", new.reconnects),
            ("resumes", new.resumes),
        ];
        counted.iter().for_each(|(name, number)| add("counted", name, *number));
        EndReason::ALL.iter().zip(new.ends).for_each(|(reason, number)| add("ended", &name_of(reason), number));
        for (at, number) in new.waits.into_iter().enumerate() {
            let up_to = WAITS_UP_TO_MS.get(at).map_or_else(|| "more".to_owned(), u64::to_string);
            add("waited", &up_to, number);
        }
        // Last, because of these most are rare: should there be too many kinds of points at once, some of them are lost.
        ErrorCode::ALL.iter().zip(new.refusals).for_each(|(code, number)| add("refused", &name_of(code), number));
        points.retain(|point| point.number > 0 || point.kind == "here");
        points.truncate(METRICS_POINTS_MAX);
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tally::Fact;

    const NOW: Time = Time::from_ms(1_000_000);

    #[test]
    fn points_tell_what_is_new_and_come_at_most_every_ten_seconds() {
        let (mut meter, mut tally) = (Meter::default(), Tally::default());
        let census = Census { sessions: 3, uncounted: 1, waiting: 1, chatting: 2 };
        tally.count(Fact::Matched { waited_ms: [0, 400_000] });
        tally.count(Fact::Ended(EndReason::Next));
        let text = |points: Vec<Point>| -> Vec<String> {
            points.into_iter().map(|Point { kind, name, number }| format!("{kind} {name} {number}")).collect()
        };
        let here = ["here sessions 3", "here waiting 1", "here chatting 2"];
        let first = [&here[..], &["counted matches 1", "ended next 1", "waited 1000 1", "waited more 1"]].concat();
        assert_eq!(text(meter.points(NOW, census, tally)), first);
        tally.count(Fact::Refused(ErrorCode::SlowDown));
        assert_eq!(meter.points(NOW.plus(METRICS_MS - 1), census, tally), []);
        assert_eq!(
            text(meter.points(NOW.plus(METRICS_MS), census, tally)),
            [&here[..], &["refused slow_down 1"]].concat()
        );
        let (everything, later) = (Tally { ends: [9; 5], refusals: [9; 9], waits: [9; 8], ..tally }, 2 * METRICS_MS);
        assert_eq!(meter.points(NOW.plus(later), census, everything).len(), METRICS_POINTS_MAX);
    }
}
