//! Whom a visitor has met lately, and whom they never want to meet again.
//!
//! It is kept by nobody but the visitor: in the sealed pass and in the sealed tickets that their client holds, and with
//! their sockets while they are here. Whoever throws these away is remembered by the other side's memory alone, and
//! whoever throws the visitor id away is a new person.

use serde::{Deserialize, Serialize};

use super::id::VisitorId;
use super::limits::{BLOCKS_MAX, RECENT_MS, RECENTS_MAX, REPORT_BUDGET};
use super::rate_limit::Spent;
use super::time::Time;

/// A visitor as others remember them: the first 48 bits of an id that is random in all of its 128. Among the people of
/// a full lobby and the blocks of one person, one false alarm in about 10^8; it costs a match with one stranger. Whole
/// ids would not fit into a `hello` 208 times, twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VisitorTag([u8; 6]);

impl From<VisitorId> for VisitorTag {
    fn from(VisitorId(id): VisitorId) -> Self {
        let mut tag = [0; 6];
        tag.copy_from_slice(&id[..6]);
        Self(tag)
    }
}

/// What a visitor remembers of others, the newest last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Memory {
    recent: Vec<(VisitorTag, Time)>,
    blocked: Vec<VisitorTag>,
    /// What was spent on reports.
    reports: Spent,
}

impl Memory {
    /// A conversation with this visitor is over.
    pub fn part(&mut self, visitor: VisitorId, now: Time) {
        let tag = visitor.into();
        self.recent.retain(|(known, at)| *known != tag && now.since(*at) < RECENT_MS);
        self.recent.push((tag, now));
        self.recent.drain(..self.recent.len().saturating_sub(RECENTS_MAX));
    }

    /// This visitor is never to be met again, for as long as no more than [`BLOCKS_MAX`] are blocked after them.
    pub fn block(&mut self, visitor: VisitorId) {
        let tag = visitor.into();
        self.blocked.retain(|known| *known != tag);
        self.blocked.push(tag);
        self.blocked.drain(..self.blocked.len().saturating_sub(BLOCKS_MAX));
    }

    /// Whether a report of this visitor is filed.
    #[must_use]
    pub fn may_report(&self, now: Time) -> bool {
        self.reports.peek(REPORT_BUDGET, now).is_ok()
    }

    /// This visitor has reported somebody.
    pub fn report(&mut self, now: Time) {
        // One too many costs nothing.
        let _ = self.reports.take(REPORT_BUDGET, now);
    }

    /// Learns what another memory of the same visitor holds; where both together are too much, what is known here stays.
    pub fn absorb(&mut self, other: &Self) {
        if self == other {
            return;
        }
        self.reports = self.reports.max(other.reports);
        if other.recent.iter().any(|entry| !self.recent.contains(entry)) {
            let mut all: Vec<(VisitorTag, Time)> = Vec::new();
            for (tag, at) in self.recent.iter().chain(&other.recent) {
                match all.iter_mut().find(|(known, _)| known == tag) {
                    Some((_, known)) => *known = (*known).max(*at),
                    None => all.push((*tag, *at)),
                }
            }
            all.sort_unstable_by_key(|(tag, at)| (*at, *tag));
            all.drain(..all.len().saturating_sub(RECENTS_MAX));
            self.recent = all;
        }
        // What only the other one knows counts as older than all that is known here, so that being told the same again
        // pushes nothing out that is newer.
        let mut blocked: Vec<VisitorTag> =
            other.blocked.iter().filter(|tag| !self.blocked.contains(tag)).copied().collect();
        let room = BLOCKS_MAX.saturating_sub(self.blocked.len());
        blocked.drain(..blocked.len().saturating_sub(room));
        self.blocked.splice(..0, blocked);
    }

    /// Those whose conversation with this visitor ended within [`RECENT_MS`] before `at`, or after it.
    pub fn recent(&self, at: Time) -> impl Iterator<Item = VisitorTag> {
        self.recent.iter().filter(move |(_, parted)| at.since(*parted) < RECENT_MS).map(|(tag, _)| *tag)
    }

    /// Those whom this visitor does not want to meet.
    #[must_use]
    pub fn blocked(&self) -> &[VisitorTag] {
        &self.blocked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_ms(1_000_000_000);

    fn visitor(n: u16) -> VisitorId {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&n.to_be_bytes());
        VisitorId(id)
    }

    fn tags(visitors: impl IntoIterator<Item = u16>) -> Vec<VisitorTag> {
        visitors.into_iter().map(|n| visitor(n).into()).collect()
    }

    fn recent(memory: &Memory, at: Time) -> Vec<VisitorTag> {
        memory.recent(at).collect()
    }

    #[test]
    fn the_last_eight_partners_of_ten_minutes_are_remembered() {
        let mut memory = Memory::default();
        for n in 0..9 {
            memory.part(visitor(n), NOW.plus(n.into()));
        }
        assert_eq!(recent(&memory, NOW), tags(1..9), "the ninth pushes the first out");
        memory.part(visitor(4), NOW.plus(10));
        assert_eq!(recent(&memory, NOW).last(), tags([4]).last(), "met again, remembered anew");
        assert_eq!(recent(&memory, NOW.plus(RECENT_MS + 7)), tags([8, 4]));
        assert_eq!(recent(&memory, NOW.plus(RECENT_MS + 10)), []);
    }

    #[test]
    fn the_newest_200_blocks_are_remembered() {
        let mut memory = Memory::default();
        (0..200).for_each(|n| memory.block(visitor(n)));
        assert_eq!(memory.blocked(), tags(0..200));
        memory.block(visitor(0));
        memory.block(visitor(200));
        assert_eq!(memory.blocked(), [tags(2..200), tags([0, 200])].concat());
    }

    #[test]
    fn two_memories_of_one_visitor_become_one() {
        let (mut one, mut other) = (Memory::default(), Memory::default());
        one.part(visitor(1), NOW);
        one.part(visitor(2), NOW.plus(2));
        other.part(visitor(1), NOW.plus(3));
        one.block(visitor(7));
        other.block(visitor(8));
        let mut both = one.clone();
        both.absorb(&other);
        assert_eq!(recent(&both, NOW), tags([2, 1]));
        let mut blocked = both.blocked().to_vec();
        blocked.sort_unstable();
        assert_eq!(blocked, tags([7, 8]));
        let again = both.clone();
        both.absorb(&one);
        both.absorb(&other);
        assert_eq!(both, again, "what is known already changes nothing");
    }

    #[test]
    fn of_too_much_together_what_is_known_stays_however_often_it_is_told() {
        let (mut one, mut other) = (Memory::default(), Memory::default());
        (10..200).for_each(|n| one.block(visitor(n)));
        (0..150).for_each(|n| other.block(visitor(n)));
        let before = one.blocked().to_vec();
        for _ in 0..30 {
            one.absorb(&other);
        }
        assert_eq!(one.blocked(), [tags(0..10), before].concat());
        (1_000..1_200).for_each(|n| one.block(visitor(n)));
        one.absorb(&other);
        assert_eq!(one.blocked(), tags(1_000..1_200), "nothing newer is pushed out");
    }
}
