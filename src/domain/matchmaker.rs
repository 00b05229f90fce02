//! Who waits, and who may meet whom.
//!
//! The rule: two may meet when they are neither the same session nor the same visitor. Somebody who looks for a partner
//! meets the one who has waited longest among those that they may meet; the partner that either has just left comes
//! last, so they meet again only when nobody else waits. Whoever finds nobody waits, and keeps the place in the queue
//! until they meet somebody or leave.
//!
//! From this follows what the queue can hold: after every step no two in it may meet.
//!
//! Interests and languages are carried here already and do not count yet: [`Seeker::may_meet`] and [`Seeker::rank`] are
//! where they will.

use std::collections::BTreeMap;

use super::id::{SessionId, VisitorId};
use super::protocol::Preferences;
use super::time::Time;
use serde::{Deserialize, Serialize};

/// A place in the queue: by how long one has waited, and by order of arrival within one millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// When the waiting began.
    pub since: Time,
    /// Tells those apart who came in the same millisecond.
    pub order: u64,
}

/// Somebody who looks for a partner.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seeker {
    /// Who.
    pub session: SessionId,
    /// In which browser.
    pub visitor: VisitorId,
    /// The visitor whose conversation ended last.
    pub parted: Option<VisitorId>,
    /// What they look for.
    pub preferences: Preferences,
}

impl Seeker {
    /// Whether the two may meet. Symmetric.
    #[must_use]
    pub fn may_meet(&self, other: &Self) -> bool {
        self.session != other.session && self.visitor != other.visitor
    }

    /// How far down `other` comes among those that this one may meet; the lowest goes first, then the longest wait.
    #[must_use]
    fn rank(&self, other: &Self) -> u8 {
        u8::from(self.parted == Some(other.visitor) || other.parted == Some(self.visitor))
    }
}

/// What came of looking for a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// This one; neither of the two waits any more.
    Partner(SessionId),
    /// Nobody: the seeker waits at this place.
    Nobody(Place),
}

/// The queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Matchmaker {
    queue: BTreeMap<(Place, SessionId), Seeker>,
    places: BTreeMap<SessionId, Place>,
    arrivals: u64,
}

impl Matchmaker {
    /// Looks for a partner. Somebody who waits already keeps the place, with the preferences of now; somebody who has
    /// lost the place gets back the one that was `kept`.
    pub fn find(&mut self, now: Time, seeker: Seeker, kept: Option<Place>) -> Found {
        let best = self
            .queue
            .iter()
            .filter(|(_, other)| seeker.may_meet(other))
            .min_by_key(|(place, other)| (seeker.rank(other), **place));
        if let Some(partner) = best.map(|(_, other)| other.session) {
            self.leave(partner);
            self.leave(seeker.session);
            return Found::Partner(partner);
        }
        let place = self.places.get(&seeker.session).copied().or(kept);
        let place = place.unwrap_or(Place { since: now, order: self.arrivals });
        self.seat(place, seeker);
        Found::Nobody(place)
    }

    /// Puts somebody back into the place that was kept.
    pub fn seat(&mut self, place: Place, seeker: Seeker) {
        self.arrivals = self.arrivals.max(place.order.saturating_add(1));
        self.places.insert(seeker.session, place);
        self.queue.insert((place, seeker.session), seeker);
    }

    /// Leaves the queue; true when there was a place to leave.
    pub fn leave(&mut self, session: SessionId) -> bool {
        self.places.remove(&session).is_some_and(|place| self.queue.remove(&(place, session)).is_some())
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether nobody waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Those who wait, the longest wait first.
    pub fn waiting(&self) -> impl Iterator<Item = &Seeker> {
        self.queue.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_ms(1_000);

    fn seeker(id: u8) -> Seeker {
        Seeker {
            session: SessionId([id; 16]),
            visitor: VisitorId([id; 16]),
            parted: None,
            preferences: Preferences::default(),
        }
    }

    fn parted(id: u8, from: u8) -> Seeker {
        Seeker { parted: Some(VisitorId([from; 16])), ..seeker(id) }
    }

    fn partner(id: u8) -> Found {
        Found::Partner(SessionId([id; 16]))
    }

    fn waits(found: Found) -> bool {
        matches!(found, Found::Nobody(_))
    }

    #[test]
    fn the_second_who_looks_meets_the_first_at_once() {
        let mut queue = Matchmaker::default();
        assert!(waits(queue.find(NOW, seeker(1), None)));
        assert_eq!(queue.find(NOW, seeker(2), None), partner(1));
        assert!(queue.is_empty());
    }

    #[test]
    fn looking_twice_keeps_the_place_and_never_meets_oneself() {
        let mut queue = Matchmaker::default();
        let first = queue.find(NOW, seeker(1), None);
        assert_eq!(queue.find(NOW.plus(5), seeker(1), None), first);
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn two_tabs_of_one_visitor_do_not_meet() {
        let mut queue = Matchmaker::default();
        let tab = Seeker { session: SessionId([9; 16]), ..seeker(1) };
        assert!(waits(queue.find(NOW, seeker(1), None)));
        assert!(waits(queue.find(NOW, tab, None)));
        assert_eq!(queue.find(NOW, seeker(2), None), partner(1), "the longest wait comes first");
        assert_eq!(queue.find(NOW, seeker(3), None), partner(9));
    }

    #[test]
    fn the_partner_just_left_comes_last_and_is_better_than_nobody() {
        let two_tabs = |mut queue: Matchmaker| {
            assert!(waits(queue.find(NOW, parted(1, 5), None)));
            assert!(waits(queue.find(NOW, Seeker { session: SessionId([2; 16]), parted: None, ..seeker(1) }, None)));
            queue
        };
        let mut queue = two_tabs(Matchmaker::default());
        assert_eq!(queue.find(NOW, seeker(5), None), partner(2), "one memory is enough");
        assert_eq!(queue.find(NOW, parted(5, 1), None), partner(1), "nobody else waits");
    }

    #[test]
    fn who_left_the_queue_is_not_met() {
        let mut queue = Matchmaker::default();
        assert!(waits(queue.find(NOW, seeker(1), None)));
        assert!(queue.leave(SessionId([1; 16])));
        assert!(!queue.leave(SessionId([1; 16])));
        assert!(waits(queue.find(NOW, seeker(2), None)));
    }
}
