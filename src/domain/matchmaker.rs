//! Who waits, and who may meet whom.
//!
//! # The rule
//!
//! Two who wait *may meet* when
//!
//! * they are neither the same session nor the same visitor, and neither has blocked the other;
//! * neither was among the other's recent partners when the wait began, or both have waited [`PATIENT_MS`];
//! * they share an interest, or both are *open*: they gave none, or have widened;
//! * their languages are equal, or one gave none, or both have widened;
//! * the last two do not count where one of them has waited [`OVERDUE_MS`].
//!
//! Somebody widens [`WIDEN_MS`](super::limits::WIDEN_MS) after they last changed what they look for.
//!
//! Somebody who looks for a partner meets, among those that they may meet: whoever has waited [`OVERDUE_MS`], the longest
//! wait first; else whoever shares most interests, and of those the longest wait. Whoever finds nobody waits, and looks
//! again whenever time has changed whom they may meet; several at one moment in the order of their waiting.
//!
//! # What follows
//!
//! * After every step no two who wait may meet.
//! * A later one is met before an earlier one only for sharing more, or for being overdue. Of those who wait for one
//!   interest [`WEIGHED_MAX`](super::limits::WEIGHED_MAX) are weighed against each other, which is all of them unless
//!   matching was paused.
//! * Every wait is bounded by the arrivals: of those who come after somebody has waited [`OVERDUE_MS`], the first that
//!   they may meet at all is theirs, unless as many as were overdue before them get there first.
//! * The work of a search is bounded ([`EXAMINED_MAX`](super::limits::EXAMINED_MAX)). One that ends before its time is
//!   taken up a second later where it stopped, so that even somebody whom a crowd has blocked is compared with everybody.

mod index;
mod search;
mod seeker;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use seeker::{Place, Seeker, Wait};

use super::id::SessionId;
use super::limits::{OVERDUE_MS, PATIENT_MS, SEARCH_MS};
use super::mutants::{Mutant, has};
use super::sorted::Sorted;
use super::time::Time;
use index::Index;
use search::{Found, Search};

/// Somebody who waits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Waiter {
    /// Also in the index.
    seeker: Arc<Seeker>,
    /// As it stands in the index.
    widened: bool,
    /// When they were last compared with everybody, or that was begun.
    looked_at: Time,
    /// When whom they may meet will have changed, or their search goes on.
    due: Option<Time>,
}

/// The queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Matchmaker {
    waiting: BTreeMap<SessionId, Waiter>,
    /// Where the searches go on that were not finished: of few who wait, if of any.
    unfinished: Sorted<SessionId, Place>,
    index: Index,
    due: BTreeSet<(Time, SessionId)>,
    arrivals: u64,
}

impl Matchmaker {
    /// A place for somebody who begins to wait now.
    #[must_use]
    pub const fn new_place(&self, now: Time) -> Place {
        Place { since: now, order: self.arrivals }
    }

    /// Looks for a partner for somebody who waits or begins to. Whoever finds nobody waits from now on, or still. Where
    /// somebody was found nothing has changed: it is for the caller to let both [`leave`](Self::leave).
    pub fn find(&mut self, now: Time, seeker: Seeker) -> Option<SessionId> {
        let search = Search::new(&self.index, &seeker, now);
        let (found, looked_at) = match self.begun(now, &seeker) {
            None => (search.run(), now),
            Some((from, looked_at)) => (search.go_on(from), looked_at),
        };
        let unfinished = match found {
            Found::Partner(partner) => return Some(partner),
            Found::Nobody => None,
            Found::NotYet(from) => Some((from, now.plus(SEARCH_MS))),
        };
        self.put(seeker, looked_at, unfinished);
        None
    }

    /// Where a search goes on that was not finished, and when it was begun.
    fn begun(&self, now: Time, seeker: &Seeker) -> Option<(Place, Time)> {
        let from = self.unfinished.get(&seeker.session)?;
        let known = self.waiting.get(&seeker.session).filter(|known| *known.seeker == *seeker)?;
        // Only if nobody who was looked at may be met since.
        let goes_on = next_due(seeker, known.looked_at).is_none_or(|at| at > now);
        goes_on.then_some((*from, known.looked_at))
    }

    /// Puts somebody into the queue, or anew if they changed. They have been compared with all as of `looked_at`; before
    /// the wait began that is with nobody, and they are due to look.
    pub fn seat(&mut self, looked_at: Time, seeker: Seeker) {
        self.put(seeker, looked_at, None);
    }

    /// Somebody who waits remembers others than before. Where a partner was forgotten for newer ones they are due to look
    /// again: perhaps they may meet somebody now.
    pub fn update(&mut self, seeker: Seeker) {
        let Some(known) = self.waiting.get(&seeker.session) else { return };
        if seeker.remembers_all_of(&known.seeker) {
            let unfinished = self.unfinished.get(&seeker.session).copied().zip(known.due);
            let looked_at = known.looked_at;
            self.put(seeker, looked_at, unfinished);
        } else {
            self.put(seeker, Time::default(), None);
        }
    }

    fn put(&mut self, seeker: Seeker, looked_at: Time, unfinished: Option<(Place, Time)>) {
        let (session, widened) = (seeker.session, seeker.is_widened(looked_at));
        let due = next_due(&seeker, looked_at).into_iter().chain(unfinished.map(|(_, at)| at)).min();
        let waiter = Waiter { seeker: Arc::new(seeker), widened, looked_at, due };
        let alike = |known: &&mut Waiter| known.widened == widened && known.seeker == waiter.seeker;
        if let Some(known) = self.waiting.get_mut(&session).filter(alike) {
            self.due.extend(due.map(|at| (at, session)));
            let shared = Arc::clone(&known.seeker);
            let before = std::mem::replace(known, Waiter { seeker: shared, ..waiter }).due;
            if let Some(before) = before.filter(|before| Some(*before) != due) {
                self.due.remove(&(before, session));
            }
        } else if has(Mutant::IndexedAsBefore) && self.waiting.contains_key(&session) {
            self.waiting.insert(session, waiter);
        } else {
            self.leave(session);
            self.arrivals = self.arrivals.max(waiter.seeker.wait.place.order.saturating_add(1));
            self.index.add(&waiter.seeker, widened);
            self.due.extend(due.map(|at| (at, session)));
            self.waiting.insert(session, waiter);
        }
        match unfinished {
            Some((from, _)) => self.unfinished.insert(session, from),
            None => drop(self.unfinished.remove(&session)),
        }
    }

    /// Leaves the queue; the value is who has.
    pub fn leave(&mut self, session: SessionId) -> Option<Seeker> {
        let Waiter { seeker, widened, due, .. } = self.waiting.remove(&session)?;
        self.index.remove(&seeker, widened);
        self.unfinished.remove(&session);
        if let Some(due) = due {
            self.due.remove(&(due, session));
        }
        if has(Mutant::ReleasedTwice) {
            let again = Waiter { seeker: Arc::clone(&seeker), widened, looked_at: Time::default(), due: None };
            self.index.add(&seeker, widened);
            self.waiting.insert(session, again);
        }
        Some(Arc::unwrap_or_clone(seeker))
    }

    /// When [`Self::due`] would next name anybody.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Those for whom time has changed whom they may meet, in the order of their waiting. Each is to look again.
    pub fn due(&mut self, now: Time) -> Vec<SessionId> {
        let mut due = Vec::new();
        while let Some((_, session)) = self.due.first().copied().filter(|(at, _)| *at <= now) {
            self.due.pop_first();
            let Some(waiter) = self.waiting.get_mut(&session) else { continue };
            waiter.due = None;
            due.push((waiter.seeker.wait.place, session));
            if !waiter.widened && waiter.seeker.is_widened(now) {
                self.index.remove(&waiter.seeker, false);
                self.index.add(&waiter.seeker, true);
                waiter.widened = true;
            }
        }
        due.sort_unstable();
        due.into_iter().map(|(_, session)| session).collect()
    }

    /// Somebody who waits.
    #[must_use]
    pub fn get(&self, session: SessionId) -> Option<&Seeker> {
        self.waiting.get(&session).map(|waiter| &*waiter.seeker)
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nobody waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Those who wait, in no order that matters.
    pub fn waiting(&self) -> impl Iterator<Item = &Seeker> {
        self.waiting.values().map(|waiter| &*waiter.seeker)
    }
}

/// When whom somebody may meet changes next after `looked_at`; first of all it does when the wait begins.
fn next_due(seeker: &Seeker, looked_at: Time) -> Option<Time> {
    let since = seeker.wait.place.since;
    let changes = [since, seeker.wait.widen_at, since.plus(PATIENT_MS), since.plus(OVERDUE_MS)];
    changes.into_iter().filter(|at| *at > looked_at).min()
}
