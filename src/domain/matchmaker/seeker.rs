//! Somebody who looks for a partner, and whether two of them may meet.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::domain::id::{SessionId, VisitorId};
use crate::domain::limits::{INTERESTS_MAX, OVERDUE_MS, PATIENT_MS, WIDEN_MS};
use crate::domain::memory::{Memory, VisitorTag};
use crate::domain::mutants::{Mutant, has};
use crate::domain::protocol::{Lang, Preferences};
use crate::domain::time::Time;

/// A place in the queue: by how long one has waited, and by order of arrival within one millisecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// When the waiting began.
    pub since: Time,
    /// Tells those apart who came in the same millisecond.
    pub order: u64,
}

/// A wait for a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Wait {
    /// The place in the queue.
    pub place: Place,
    /// When interests and language stop to matter on this side.
    pub widen_at: Time,
}

impl Wait {
    /// A wait at `place` of somebody who has just said, for the first time or anew, what they look for.
    #[must_use]
    pub fn at(place: Place, now: Time, preferences: &Preferences) -> Self {
        let nothing_to_widen = preferences.interests.is_empty() && preferences.lang.is_none();
        let widened = if nothing_to_widen { now } else { now.plus(WIDEN_MS) };
        Self { place, widen_at: widened.min(place.since.plus(OVERDUE_MS)) }
    }

    /// The same wait, of which nothing counts that was before `earliest`. Several who waited before then keep their order.
    #[must_use]
    pub fn not_before(self, earliest: Time) -> Self {
        let place = Place { since: self.place.since.max(earliest), ..self.place };
        Self { place, ..self }
    }
}

/// An interest as it is compared: a hash, so that looking at somebody does not lead to ten texts all over the memory. Two
/// that hash alike count as shared. By accident two do among all interests of one full lobby in 10^10; who searches for
/// such a pair gains a match that naming the interest would have given them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Topic(u64);

impl Topic {
    fn of(key: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// What somebody likes, next to all else that is looked at in them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Topics {
    count: u8,
    all: [Topic; INTERESTS_MAX],
}

impl FromIterator<Topic> for Topics {
    fn from_iter<I: IntoIterator<Item = Topic>>(topics: I) -> Self {
        let mut them = Self::default();
        for topic in topics {
            let at = usize::from(them.count);
            // Two that hash alike are one, or somebody would stand twice in a line and leave it once.
            if at < INTERESTS_MAX && !them.contains(&topic) {
                them.all[at] = topic;
                them.count += 1;
            }
        }
        them
    }
}

impl Deref for Topics {
    type Target = [Topic];

    fn deref(&self) -> &[Topic] {
        &self.all[..self.count.into()]
    }
}

/// Somebody who looks for a partner. The fields stand in the order in which one is looked at, so that this is mostly
/// decided within what the memory brings at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Seeker {
    /// Who.
    pub session: SessionId,
    /// In which browser.
    pub visitor: VisitorId,
    /// Since when, and until when for whom.
    pub wait: Wait,
    /// In order, to be looked up.
    recent: Box<[VisitorTag]>,
    /// In order, to be looked up.
    blocked: Box<[VisitorTag]>,
    pub(super) lang: Option<Lang>,
    pub(super) topics: Topics,
}

impl Seeker {
    /// Somebody who waits, with what they look for and what they remember. The partners remembered are those who were
    /// recent when the waiting began.
    #[must_use]
    pub fn new(session: SessionId, visitor: VisitorId, wait: Wait, preferences: &Preferences, memory: &Memory) -> Self {
        let topics = preferences.interests.iter().map(|interest| Topic::of(interest.key())).collect();
        let in_order = |mut tags: Vec<VisitorTag>| {
            tags.sort_unstable();
            tags.into_boxed_slice()
        };
        let recent = in_order(memory.recent(wait.place.since).collect());
        let blocked = in_order(memory.blocked().to_vec());
        Self { session, visitor, wait, recent, blocked, lang: preferences.lang, topics }
    }

    /// Interests and language no longer matter on this side.
    #[must_use]
    pub fn is_widened(&self, now: Time) -> bool {
        self.wait.widen_at <= now
    }

    /// This side does not insist on an interest.
    pub(super) fn is_open(&self, now: Time) -> bool {
        self.topics.is_empty() || self.is_widened(now)
    }

    /// Has waited long enough to meet a recent partner rather than nobody.
    fn is_patient(&self, now: Time) -> bool {
        now.since(self.wait.place.since) >= PATIENT_MS
    }

    /// Has waited so long that only what must not be is still refused.
    pub(super) fn is_overdue(&self, now: Time) -> bool {
        now.since(self.wait.place.since) >= OVERDUE_MS
    }

    /// How many interests the two share.
    #[must_use]
    pub fn shared(&self, other: &Self) -> usize {
        self.topics.iter().filter(|topic| other.topics.contains(topic)).count()
    }

    /// Whether the two may meet now. Symmetric.
    #[must_use]
    pub fn may_meet(&self, other: &Self, now: Time) -> bool {
        let shunned = || other.shuns(self, now) && !has(Mutant::RemembersOnOneSide);
        self.is_another(other) && !self.shuns(other, now) && !shunned() && self.suits(other, now)
    }

    /// Whoever was not to be met before is not to be met now.
    pub(super) fn remembers_all_of(&self, before: &Self) -> bool {
        let all = |now: &[VisitorTag], before: &[VisitorTag]| before.iter().all(|tag| now.binary_search(tag).is_ok());
        all(&self.recent, &before.recent) && all(&self.blocked, &before.blocked)
    }

    fn is_another(&self, other: &Self) -> bool {
        (self.session != other.session && self.visitor != other.visitor) || has(Mutant::MeetsItself)
    }

    /// This one remembers a reason not to meet the other.
    fn shuns(&self, other: &Self, now: Time) -> bool {
        let (tag, impatient) = (other.visitor.into(), || !(self.is_patient(now) && other.is_patient(now)));
        self.blocked.binary_search(&tag).is_ok() || (self.recent.binary_search(&tag).is_ok() && impatient())
    }

    /// What the two look for goes together.
    fn suits(&self, other: &Self, now: Time) -> bool {
        if self.is_overdue(now) || other.is_overdue(now) {
            return true;
        }
        let both_open = (self.is_open(now) || has(Mutant::WidensOnOneSide)) && other.is_open(now);
        let alike = self.shared(other) > 0 || both_open;
        let one_language = self.lang == other.lang || self.lang.is_none() || other.lang.is_none();
        alike && (one_language || (self.is_widened(now) && other.is_widened(now)))
    }
}
