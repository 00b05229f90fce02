//! Those who wait, in lines: one for all, one for those who are open to anybody, one for each interest; the latter split
//! by language, so that a search walks past nobody whose language rules them out.
//!
//! A search is short, and most of it is waiting for memory that is far away. So what it looks at in one line lies together:
//! an interest is found in a table and not in a tree, and leads to whoever waits alone for it without a detour.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use super::seeker::{Place, Seeker, Topic};
use crate::domain::id::SessionId;
use crate::domain::protocol::Lang;
use crate::domain::time::Time;

/// Those who wait for the same thing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Line<'a> {
    /// One person.
    One(&'a Arc<Seeker>),
    /// Any number.
    Many(&'a Spots),
}

/// A part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// Those who gave no language.
    Silent,
    /// Those who gave one, and do not insist on it any more.
    Widened,
    /// Those who gave this one.
    Speaks(Lang),
}

/// Where somebody stands in a part of a line.
pub(super) type Spot = (Part, Place, SessionId);

/// Everybody in a line, each in all parts that they belong in.
pub(super) type Spots = BTreeMap<Spot, Arc<Seeker>>;

/// A line of those who like the same thing. Most hold one person, for whom parts would be too much: whoever looks there
/// sees for themself.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Queue {
    /// One person, who has widened or has not.
    One(Arc<Seeker>, bool),
    /// Several.
    Many(Spots),
}

impl Queue {
    fn add(&mut self, seeker: &Arc<Seeker>, widened: bool) {
        if let Self::One(one, widened) = self {
            let mut all = Spots::new();
            line_up(&mut all, one, *widened);
            *self = Self::Many(all);
        }
        if let Self::Many(all) = self {
            line_up(all, seeker, widened);
        }
    }

    /// Takes somebody out; true when nobody is left.
    fn remove(&mut self, seeker: &Seeker, widened: bool) -> bool {
        let all = match self {
            Self::One(one, _) => return one.session == seeker.session,
            Self::Many(all) => all,
        };
        step_out(all, seeker, widened);
        let Some(first) = all.values().next().cloned() else { return true };
        // Nobody is in more parts than that.
        if all.len() <= 3 && all.values().all(|other| other.session == first.session) {
            let widened = all.keys().any(|(part, ..)| *part == Part::Widened) || first.lang.is_none();
            *self = Self::One(first, widened);
        }
        false
    }
}

fn line_up(all: &mut Spots, seeker: &Arc<Seeker>, widened: bool) {
    all.extend(spots(seeker, widened).map(|spot| (spot, Arc::clone(seeker))));
}

fn step_out(all: &mut Spots, seeker: &Seeker, widened: bool) {
    for spot in spots(seeker, widened) {
        all.remove(&spot);
    }
}

/// Spreads interests over a table. Anybody can work out how they are hashed, and so name many that a table would put into
/// one place; so the hashes are mixed with what nobody outside knows.
#[derive(Clone, Debug, Default)]
struct Salt(u64);

impl Salt {
    /// Session ids are drawn at random, and the service alone knows them.
    fn of(SessionId(id): SessionId) -> Self {
        let mut half = [0; 8];
        half.copy_from_slice(&id[..8]);
        Self(u64::from_be_bytes(half) | 1)
    }
}

impl BuildHasher for Salt {
    type Hasher = Salted;

    fn build_hasher(&self) -> Salted {
        Salted { salt: self.0, mixed: 0 }
    }
}

struct Salted {
    salt: u64,
    mixed: u64,
}

impl Hasher for Salted {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }

    fn write_u64(&mut self, number: u64) {
        // A table goes by the lowest bits, and a product is mixed best in its highest.
        self.mixed = (self.mixed ^ number).wrapping_mul(self.salt).rotate_left(20);
    }

    fn finish(&self) -> u64 {
        self.mixed
    }
}

#[expect(clippy::disallowed_types, reason = "only ever looked up by interest, so its order shows nowhere")]
type Lines = std::collections::HashMap<Topic, Queue, Salt>;

/// The lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// Everybody, the longest wait first.
    all: BTreeMap<(Place, SessionId), Arc<Seeker>>,
    /// Those who do not insist on an interest.
    open: Spots,
    interests: Lines,
}

/// It follows from those who wait, who are hashed along with it.
impl Hash for Index {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Index {
    /// Adds somebody, who is `widened` or not, to the lines that they belong in.
    pub(super) fn add(&mut self, seeker: &Arc<Seeker>, widened: bool) {
        if self.all.is_empty() {
            self.interests = Lines::with_hasher(Salt::of(seeker.session));
        }
        self.all.insert((seeker.wait.place, seeker.session), Arc::clone(seeker));
        if is_open(seeker, widened) {
            line_up(&mut self.open, seeker, widened);
        }
        for &topic in seeker.topics.iter() {
            match self.interests.entry(topic) {
                Entry::Vacant(place) => drop(place.insert(Queue::One(Arc::clone(seeker), widened))),
                Entry::Occupied(mut queue) => queue.get_mut().add(seeker, widened),
            }
        }
    }

    /// Takes out what [`Self::add`] has added for the same arguments.
    pub(super) fn remove(&mut self, seeker: &Seeker, widened: bool) {
        self.all.remove(&(seeker.wait.place, seeker.session));
        if is_open(seeker, widened) {
            step_out(&mut self.open, seeker, widened);
        }
        for &topic in seeker.topics.iter() {
            if let Entry::Occupied(mut queue) = self.interests.entry(topic)
                && queue.get_mut().remove(seeker, widened)
            {
                queue.remove();
            }
        }
    }

    /// Everybody from a place on, the longest wait first.
    pub(super) fn all(&self, from: Place) -> impl Iterator<Item = &Seeker> {
        self.all.range((from, SessionId([0; 16]))..).map(|(_, seeker)| &**seeker)
    }

    /// Those who do not insist on an interest.
    pub(super) const fn open(&self) -> Line<'_> {
        Line::Many(&self.open)
    }

    /// Those who like this, if there are any.
    pub(super) fn who_like(&self, topic: Topic) -> Option<Line<'_>> {
        Some(match self.interests.get(&topic)? {
            Queue::One(one, _) => Line::One(one),
            Queue::Many(all) => Line::Many(all),
        })
    }
}

impl<'a> Line<'a> {
    /// Those in a part of it, the longest wait first. Where there is one only they are shown to everybody.
    pub(super) fn walk(self, part: Part) -> impl Iterator<Item = &'a Seeker> {
        let (one, many) = match self {
            // Every search goes through one of these.
            Line::One(one) => (Some(one).filter(|_| matches!(part, Part::Whole | Part::Speaks(_))), None),
            Line::Many(all) => (None, Some(all)),
        };
        let from = (part, Place::default(), SessionId([0; 16]));
        let stretch = move |all: &'a Spots| all.range(from..).take_while(move |((at, ..), _)| *at == part);
        let many = many.into_iter().flat_map(stretch).map(|(_, seeker)| seeker);
        one.into_iter().chain(many).map(|seeker| &**seeker)
    }
}

fn is_open(seeker: &Seeker, widened: bool) -> bool {
    widened || seeker.topics.is_empty()
}

/// The parts of a line in which somebody looks for a partner. Together they hold everybody whose language goes with
/// theirs, some perhaps twice.
pub(super) fn parts(seeker: &Seeker, now: Time) -> impl Iterator<Item = Part> + Clone {
    let own = match seeker.lang {
        Some(_) if seeker.is_overdue(now) => [Some(Part::Whole), None, None],
        Some(lang) => [Some(Part::Speaks(lang)), Some(Part::Silent), seeker.is_widened(now).then_some(Part::Widened)],
        None => [Some(Part::Whole), None, None],
    };
    own.into_iter().flatten()
}

fn spots(seeker: &Seeker, widened: bool) -> impl Iterator<Item = Spot> {
    let (place, session) = (seeker.wait.place, seeker.session);
    let spoken = seeker.lang.map_or(Part::Silent, Part::Speaks);
    let widened_part = (widened && seeker.lang.is_some()).then_some(Part::Widened);
    let parts = [Some(Part::Whole), Some(spoken), widened_part].into_iter().flatten();
    parts.map(move |part| (part, place, session))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn interests_that_somebody_chose_to_be_hashed_alike_are_spread_all_the_same() {
        let salt = Salt::of(SessionId(*b"drawn at random."));
        for shift in [0, 12, 24, 36, 48] {
            let places: BTreeSet<u64> = (0..1_000_u64).map(|n| salt.hash_one(n << shift) & 0xffff).collect();
            assert!(places.len() > 900, "{} places for 1 000 that differ from bit {shift} on", places.len());
        }
    }
}
