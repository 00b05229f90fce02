//! Those who wait, in lines: one for each interest, one for those who are open to anybody, one for all; each split by
//! language, so that a search walks past nobody whose language rules them out.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::seeker::{Place, Seeker};
use crate::domain::id::SessionId;
use crate::domain::protocol::Lang;
use crate::domain::time::Time;

/// Those who wait for the same thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Everybody.
    All,
    /// Those who do not insist on an interest.
    Open,
    /// Those who like this, by its hash.
    Interest(u64),
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
type Spot = (Part, Place, SessionId);

/// A line. Most hold one person, for whom parts would be too much: whoever looks there sees for themself.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Queue {
    /// One person, who has widened or has not.
    One(Arc<Seeker>, bool),
    /// Several, each in all parts that they belong in.
    Many(BTreeMap<Spot, Arc<Seeker>>),
}

impl Queue {
    fn add(&mut self, seeker: &Arc<Seeker>, widened: bool) {
        if let Self::One(one, widened) = self {
            let all = spots(one, *widened).map(|spot| (spot, Arc::clone(one))).collect();
            *self = Self::Many(all);
        }
        if let Self::Many(all) = self {
            all.extend(spots(seeker, widened).map(|spot| (spot, Arc::clone(seeker))));
        }
    }

    /// Takes somebody out; true when nobody is left.
    fn remove(&mut self, seeker: &Seeker, widened: bool) -> bool {
        let Self::Many(all) = self else { return true };
        for spot in spots(seeker, widened) {
            all.remove(&spot);
        }
        let Some(first) = all.values().next().cloned() else { return true };
        // Nobody is in more parts than that.
        if all.len() <= 3 && all.values().all(|other| other.session == first.session) {
            let widened = all.keys().any(|(part, ..)| *part == Part::Widened) || first.lang.is_none();
            *self = Self::One(first, widened);
        }
        false
    }

    /// Those in a part from `from` on, the longest wait first; somebody who is alone is shown to everybody.
    fn walk(&self, part: Part, from: Place) -> impl Iterator<Item = &Seeker> {
        let (one, many) = match self {
            Self::One(one, _) => (Some(one).filter(|one| one.wait.place >= from), None),
            Self::Many(all) => {
                let first = (part, from, SessionId([0; 16]));
                let last = (part, Place::LAST, SessionId([u8::MAX; 16]));
                (None, Some(all.range(first..=last).map(|(_, seeker)| seeker)))
            }
        };
        one.into_iter().chain(many.into_iter().flatten()).map(|seeker| &**seeker)
    }
}

/// The lines, by a number each, so that finding one among very many is quick. Two may get the same one by accident: then
/// somebody is looked at in vain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    lines: BTreeMap<u64, Queue>,
}

/// Who is in which line says all: what they look for is hashed with those who wait.
impl Hash for Index {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.lines.len().hash(state);
        for (line, queue) in &self.lines {
            line.hash(state);
            queue.walk(Part::Whole, Place::default()).for_each(|one| (one.wait.place, one.session).hash(state));
        }
    }
}

impl Index {
    /// Adds somebody, who is `widened` or not, to the lines that they belong in.
    pub(super) fn add(&mut self, seeker: &Arc<Seeker>, widened: bool) {
        for line in lines(seeker, widened) {
            match self.lines.entry(number(line)) {
                Entry::Vacant(place) => drop(place.insert(Queue::One(Arc::clone(seeker), widened))),
                Entry::Occupied(mut queue) => queue.get_mut().add(seeker, widened),
            }
        }
    }

    /// Takes out what [`Self::add`] has added for the same arguments.
    pub(super) fn remove(&mut self, seeker: &Seeker, widened: bool) {
        for line in lines(seeker, widened) {
            if let Entry::Occupied(mut queue) = self.lines.entry(number(line))
                && queue.get_mut().remove(seeker, widened)
            {
                queue.remove();
            }
        }
    }

    /// Those in a part of a line from `from` on, the longest wait first. Where only one is in the line they are in every
    /// part of it.
    pub(super) fn walk(&self, line: Line, part: Part, from: Place) -> impl Iterator<Item = &Seeker> {
        self.lines.get(&number(line)).into_iter().flat_map(move |queue| queue.walk(part, from))
    }
}

const fn number(line: Line) -> u64 {
    match line {
        Line::All => 0,
        Line::Open => 1,
        Line::Interest(hash) => hash,
    }
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

fn lines(seeker: &Seeker, widened: bool) -> impl Iterator<Item = Line> {
    let open = (widened || seeker.topics.is_empty()).then_some(Line::Open);
    seeker.topics.iter().map(|topic| Line::Interest(topic.short())).chain(open).chain([Line::All])
}

fn spots(seeker: &Seeker, widened: bool) -> impl Iterator<Item = Spot> {
    let (place, session) = (seeker.wait.place, seeker.session);
    let spoken = seeker.lang.map_or(Part::Silent, Part::Speaks);
    let widened_part = (widened && seeker.lang.is_some()).then_some(Part::Widened);
    let parts = [Some(Part::Whole), Some(spoken), widened_part].into_iter().flatten();
    parts.map(move |part| (part, place, session))
}
