//! One search for a partner, in three steps: who has waited longest of all, who shares most, who is open to anybody.

use std::cmp::Reverse;

use super::index::{Index, Line, parts};
use super::seeker::{Place, Seeker};
use crate::domain::id::SessionId;
use crate::domain::limits::{EXAMINED_MAX, INTERESTS_MAX, WEIGHED_MAX};
use crate::domain::mutants::{Mutant, has};
use crate::domain::time::Time;

/// What came of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// This one.
    Partner(SessionId),
    /// Nobody who may be met.
    Nobody,
    /// Nobody among those that could be looked at for now. It goes on among all, from this place.
    NotYet(Place),
}

pub(super) struct Search<'a> {
    index: &'a Index,
    seeker: &'a Seeker,
    now: Time,
    /// How many more are looked at who must not be met.
    left: usize,
    /// Somebody was not looked at who should have been.
    cut: bool,
}

impl<'a> Search<'a> {
    pub(super) const fn new(index: &'a Index, seeker: &'a Seeker, now: Time) -> Self {
        Self { index, seeker, now, left: EXAMINED_MAX, cut: false }
    }

    /// Searches from the beginning.
    pub(super) fn run(mut self) -> Found {
        let found = self.overdue().or_else(|| self.like_minded()).or_else(|| self.anybody());
        match found {
            Some(partner) => Found::Partner(partner),
            None if self.cut => Found::NotYet(Place::default()),
            None => Found::Nobody,
        }
    }

    /// Goes on with a search that was not finished.
    pub(super) fn go_on(mut self, from: Place) -> Found {
        let mut at = from;
        for other in self.index.all(from) {
            if self.left == 0 {
                return Found::NotYet(at);
            }
            at = other.wait.place;
            if self.examine(other).is_some() {
                return Found::Partner(other.session);
            }
        }
        Found::Nobody
    }

    /// Those who have waited too long, before anybody else.
    fn overdue(&mut self) -> Option<SessionId> {
        let now = self.now;
        let all = self.index.all(Place::default());
        let due = all.take_while(|other| other.is_overdue(now));
        // A crowd of them that must not be met leaves some of the effort for others.
        self.first(due, EXAMINED_MAX / 2).map(|other| other.session)
    }

    /// Those who share an interest: most of them first, and then the longest wait.
    fn like_minded(&mut self) -> Option<SessionId> {
        let (parts, topics) = (parts(self.seeker, self.now), &self.seeker.topics);
        let mut best: Option<(usize, Reverse<Place>, SessionId)> = None;
        // All are looked up before anybody is looked at, so that memory that is far away is waited for once.
        let lines: [Option<Line>; INTERESTS_MAX] =
            std::array::from_fn(|nth| topics.get(nth).and_then(|topic| self.index.who_like(*topic)));
        for (tried, line) in lines.into_iter().enumerate() {
            let Some(line) = line else { continue };
            // Whoever is met from here on for the first time shares none of the interests tried before.
            if best.is_some_and(|(shared, ..)| shared > topics.len() - tried) {
                break;
            }
            for part in parts.clone() {
                let mut weighed = 0;
                for other in line.walk(part) {
                    if weighed == WEIGHED_MAX {
                        break;
                    }
                    if self.left == 0 {
                        self.cut = true;
                        break;
                    }
                    let Some(shared) = self.examine(other) else { continue };
                    weighed += 1;
                    best = best.max(Some((shared, Reverse(other.wait.place), other.session)));
                }
            }
        }
        best.map(|(.., session)| session)
    }

    /// Whoever is open to anybody, if the seeker is: the longest wait first.
    fn anybody(&mut self) -> Option<SessionId> {
        if self.seeker.is_overdue(self.now) {
            return self.first(self.index.all(Place::default()), EXAMINED_MAX).map(|other| other.session);
        }
        if !self.seeker.is_open(self.now) && !has(Mutant::WidensOnOneSide) {
            return None;
        }
        let open = self.index.open();
        let firsts = parts(self.seeker, self.now).filter_map(|part| self.first(open.walk(part), EXAMINED_MAX));
        firsts.map(|other| (other.wait.place, other.session)).min().map(|(_, session)| session)
    }

    /// The first who may be met, if it is one of the first `most`.
    fn first(&mut self, line: impl Iterator<Item = &'a Seeker>, most: usize) -> Option<&'a Seeker> {
        for (looked_at, other) in line.enumerate() {
            if self.left == 0 || looked_at == most {
                self.cut = true;
                return None;
            }
            if self.examine(other).is_some() {
                return Some(other);
            }
        }
        None
    }

    /// How much this one shares with the seeker, if the two may meet.
    fn examine(&mut self, other: &Seeker) -> Option<usize> {
        if self.seeker.may_meet(other, self.now) {
            return Some(self.seeker.shared(other));
        }
        self.left = self.left.saturating_sub(1);
        None
    }
}
