//! What holds in every world after every step: the invariants that can be seen from outside.

use std::collections::BTreeMap;

use edgewise::domain::id::{LineId, NetworkKey, SessionId};
use edgewise::domain::limits::{PENDING_MAX, PENDING_PER_NETWORK_MAX, REPEAT_BUDGET, SAY_BUDGET};
use edgewise::domain::matchmaker::Seeker;
use edgewise::domain::session::{Kept, Record};

use super::World;

impl World {
    /// Who has said hello, with what is kept of them.
    pub(super) fn seated(&self) -> impl Iterator<Item = (LineId, &Kept)> {
        self.kept.iter().filter_map(|(line, record)| match record {
            Record::Seated(kept) => Some((*line, &**kept)),
            Record::Pending(_) => None,
        })
    }

    /// Everything that holds after each step.
    pub(super) fn check(&self) {
        assert_eq!(self.kept, self.lobby.snapshot(), "what is kept is not what is");
        self.check_pairs();
        self.check_queue();
        self.check_bounds();
        let count = |which: fn(&Kept) -> bool| self.seated().filter(|(_, kept)| which(kept)).count() as u64;
        let census = self.lobby.census();
        let waiting = count(|kept| kept.person.wait().is_some());
        let truth = (count(|_| true), count(|kept| !kept.counted), waiting);
        assert_eq!((census.sessions, census.uncounted, census.waiting), truth, "invariant 11: not the truth");
        assert!(census.chatting.is_multiple_of(2), "invariant 11: half a pair talks");
    }

    /// Both state the same, or one of the two is away; and whoever is here has been told.
    fn check_pairs(&self) {
        let here: BTreeMap<SessionId, &Kept> = self.seated().map(|(_, kept)| (kept.person.id, kept)).collect();
        for kept in here.values() {
            let Some((conversation, partner)) = kept.person.talking() else { continue };
            let Some(other) = here.get(&partner) else {
                assert!(kept.partner_until.is_some(), "invariant 1: {partner:?} is not here and not away");
                continue;
            };
            assert_eq!(other.person.talking(), Some((conversation, kept.person.id)), "invariant 1: not symmetric");
            assert_ne!(kept.person.visitor, other.person.visitor, "invariant 1: somebody has met themself");
        }
        for (line, kept) in self.seated() {
            let Some(who) = self.lines.get(&line).filter(|_| !self.deaf.contains(&line)) else { continue };
            let talks = kept.person.talk().map(|talk| talk.conversation);
            assert_eq!(self.people[*who].conversation, talks, "invariant 3: somebody does not know how it stands");
        }
    }

    /// No two who may meet are left waiting, unless one of them is due to look, or being looked at.
    fn check_queue(&self) {
        if self.rules.orders.pause.paused || self.asked > 0 || self.lobby.deadline().is_some_and(|at| at <= self.now) {
            return;
        }
        let people = self.seated().map(|(_, kept)| &kept.person);
        let waiting: Vec<Seeker> = people.filter_map(|person| Some(person.seeker(person.wait()?))).collect();
        for (at, one) in waiting.iter().enumerate() {
            let other = waiting[at..].iter().find(|other| one.may_meet(other, self.now));
            assert_eq!(other, None, "invariant 2: {one:?} may meet them, and both are left waiting");
        }
    }

    /// Nobody is matched with somebody whom they or the other have blocked.
    pub(super) fn check_meeting(&self, line: LineId) {
        let Some(Record::Seated(kept)) = self.kept.get(&line) else { panic!("matched without a seat") };
        let talk = kept.person.talk().expect("invariant 3: matched and not talking");
        let blocked = kept.person.memory.blocked().contains(&talk.partner.visitor.into());
        assert!(!blocked, "invariant 6: met somebody who is blocked");
    }

    /// No more people, lines and messages than there may be.
    fn check_bounds(&self) {
        let mut networks: BTreeMap<NetworkKey, usize> = BTreeMap::new();
        for record in self.kept.values() {
            if let Record::Pending(pending) = record {
                *networks.entry(pending.network).or_default() += 1;
            }
        }
        assert!(networks.values().sum::<usize>() <= PENDING_MAX, "invariant 10: too many without a hello");
        assert!(self.seated().count() <= 2 * self.rules.sessions_max, "invariant 10: too many sessions");
        if self.rules.limited {
            assert!(networks.values().all(|n| *n <= PENDING_PER_NETWORK_MAX), "invariant 10: too many of one network");
            let most = SAY_BUDGET.burst + REPEAT_BUDGET.burst + 5_000 / SAY_BUDGET.interval_ms;
            for person in &self.people {
                let recent = person.passed_on.iter().filter(|at| self.now.since(**at) < 5_000).count() as u64;
                assert!(recent <= most + 5_000 / REPEAT_BUDGET.interval_ms, "invariant 10: a flood of {recent}");
            }
        }
    }
}
