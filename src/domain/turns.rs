//! Whose turn it is to open a socket, as each isolate of the Worker sees it. The objects keep the exact count; here a crowd is
//! spread out before it reaches them, who comes again and again waits, and those whom an object has just refused do not reach
//! it again at once.

use super::id::{NetworkKey, Payer};
use super::ledger::Ledger;
use super::limits::{
    AGAIN_BUDGET, ARRIVAL_PACE, ARRIVAL_WAIT_MS, REFUSAL_MS_MAX, REFUSAL_PACE, REFUSED_BUDGET, VISIT_BUDGET,
    VISIT_SPREAD_MS,
};
use super::lobby_name::LobbyName;
use super::rate_limit::Budget;
use super::time::Time;

/// When somebody may open a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Now, unless the platform's own limit is against it.
    Now,
    /// In so many milliseconds. Who has to wait has been counted.
    In(u64),
    /// Not now.
    Refused,
}

/// The turns of each visitor, and of each network or of whoever has proven something.
#[derive(Debug, Default)]
pub struct Turns {
    visits: Ledger,
    again: Ledger,
    taken: Ledger,
    refused: Ledger,
    answered: Ledger,
}

impl Turns {
    /// When it is somebody's turn who has been given this name.
    pub fn take(&mut self, name: LobbyName<'_>, network: NetworkKey, now: Time) -> Turn {
        let payer = name.payer(network);
        if self.refused.of(payer).peek(REFUSED_BUDGET, now).is_err() {
            return Turn::Refused;
        }
        let Some(visit_ms) = self.visit(name.holder, network, now) else { return Turn::Refused };
        // Not from when the visitor may: whoever comes after them would have to wait for that too.
        match self.taken.queue(ARRIVAL_PACE, payer, now, ARRIVAL_WAIT_MS).map(|turn_ms| turn_ms.max(visit_ms)) {
            None => Turn::Refused,
            Some(0) => Turn::Now,
            Some(wait_ms) => Turn::In(wait_ms),
        }
    }

    /// In how many milliseconds a visitor may open a further socket: who has opened enough does it in place of others of their
    /// network, or waits for one of their own.
    fn visit(&mut self, visitor: Payer, network: NetworkKey, now: Time) -> Option<u64> {
        // Not the same for all, so that those who came together do not go on coming together.
        let later_ms = VISIT_SPREAD_MS * u64::from(visitor.0[0]) / 256;
        let budget = Budget { interval_ms: VISIT_BUDGET.interval_ms + later_ms, ..VISIT_BUDGET };
        let paid = self.visits.take(budget, visitor, now);
        match paid.or_else(|_| self.again.take(AGAIN_BUDGET, network.into(), now)) {
            Ok(()) => Some(0),
            Err(_) => self.visits.queue(budget, visitor, now, ARRIVAL_WAIT_MS),
        }
    }

    /// In how many milliseconds somebody is told that they are refused.
    pub fn hold(&mut self, payer: Payer, now: Time) -> u64 {
        self.answered.queue(REFUSAL_PACE, payer, now, REFUSAL_MS_MAX).unwrap_or(REFUSAL_MS_MAX)
    }

    /// An object has refused somebody.
    pub fn refuse(&mut self, payer: Payer, now: Time) {
        // Of several at once the first counts.
        let _ = self.refused.take(REFUSED_BUDGET, payer, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limits::GRACE_MS;

    const NOW: Time = Time::from_ms(1_000_000);
    const HERE: NetworkKey = NetworkKey([1; 8]);
    const THERE: NetworkKey = NetworkKey([2; 8]);

    fn name(holder: u64, proven: bool) -> LobbyName<'static> {
        LobbyName { lobby: "main-1", holder: Payer(holder.to_be_bytes()), proven }
    }

    fn wait_ms(turn: Turn) -> Option<u64> {
        match turn {
            Turn::Now => Some(0),
            Turn::In(ms) => Some(ms),
            Turn::Refused => None,
        }
    }

    #[test]
    fn a_crowd_comes_one_after_the_other_and_the_others_at_once() {
        let mut turns = Turns::default();
        let waits: Vec<_> = (0..1_000).filter_map(|n| wait_ms(turns.take(name(n, false), HERE, NOW))).collect();
        let at_once = usize::try_from(ARRIVAL_PACE.burst).unwrap();
        assert!(waits[..at_once].iter().all(|wait| *wait == 0));
        assert!(waits[at_once - 1..].windows(2).all(|two| two[1] - two[0] == ARRIVAL_PACE.interval_ms));
        assert_eq!(waits.last(), Some(&ARRIVAL_WAIT_MS), "and who would have to wait longer is refused");
        assert_eq!(turns.take(name(2_000, false), THERE, NOW), Turn::Now);
        assert_eq!(turns.take(name(2_001, true), HERE, NOW), Turn::Now, "who has proven something is no crowd");
    }

    #[test]
    fn who_comes_again_and_again_has_so_many_of_their_own_and_what_their_network_has_for_all_such() {
        let mut turns = Turns::default();
        let most = VISIT_BUDGET.burst + AGAIN_BUDGET.burst;
        // Never more at once than a crowd may be.
        let at = |n: u64| NOW.plus(n * ARRIVAL_PACE.burst * ARRIVAL_PACE.interval_ms);
        let opened: Vec<_> = (0..=most).map(|n| turns.take(name(0, false), HERE, at(n))).collect();
        let wide = usize::try_from(most).unwrap();
        assert_eq!(opened[..wide], vec![Turn::Now; wide]);
        assert_eq!(opened[wide], Turn::Refused);
        let own = usize::try_from(VISIT_BUDGET.burst).unwrap();
        let others = [name(1, false), name(2, true)].map(|other| {
            (0..=own).map(|n| turns.take(other, HERE, at(most + n as u64))).filter(|turn| *turn == Turn::Now).count()
        });
        assert_eq!(others, [own, own], "each has their own, and what all had is used up");
        let there = (0..=own).all(|n| turns.take(name(3, false), THERE, at(n as u64)) == Turn::Now);
        assert!(there, "another network has more for all such");
    }

    #[test]
    fn who_has_used_up_everything_waits_for_one_of_their_own_and_everybody_for_another_time() {
        let interval_ms = |holder: u64| {
            VISIT_BUDGET.interval_ms + VISIT_SPREAD_MS * u64::from(Payer(holder.to_be_bytes()).0[0]) / 256
        };
        for holder in [0, 7 << 56, u64::MAX] {
            let (mut turns, me) = (Turns::default(), name(holder, false));
            while turns.take(me, HERE, NOW) != Turn::Refused {}
            let free_at = NOW.plus(interval_ms(holder));
            let early = free_at.before(ARRIVAL_WAIT_MS + 1);
            let mut take = |now| {
                // Some of what the network has for all such has come back.
                while turns.again.take(AGAIN_BUDGET, HERE.into(), now).is_ok() {}
                turns.take(me, HERE, now)
            };
            assert_eq!(take(early), Turn::Refused);
            assert_eq!(take(early.plus(1)), Turn::In(ARRIVAL_WAIT_MS));
            assert_eq!(take(early.plus(1)), Turn::Refused, "one at a time");
        }
        assert!(interval_ms(u64::MAX) < GRACE_MS, "sooner than a place is given up");
    }

    #[test]
    fn whoever_an_object_refuses_is_refused_without_it_for_a_while() {
        let mut turns = Turns::default();
        turns.refuse(HERE.into(), NOW);
        let then = NOW.plus(REFUSED_BUDGET.interval_ms);
        turns.refuse(HERE.into(), NOW.plus(1));
        let asked = [(1, HERE, NOW), (2, THERE, NOW), (3, HERE, then)];
        let told = asked.map(|(holder, network, at)| turns.take(name(holder, false), network, at));
        assert_eq!(told, [Turn::Refused, Turn::Now, Turn::Now]);
    }

    #[test]
    fn who_is_refused_is_told_so_at_once_and_a_crowd_one_after_the_other() {
        let mut turns = Turns::default();
        let holds: Vec<_> = (0..100).map(|_| turns.hold(HERE.into(), NOW)).collect();
        assert_eq!(holds[..4], [0, 0, 150, 300]);
        assert!(holds.is_sorted() && holds[99] == REFUSAL_MS_MAX);
        assert_eq!(turns.hold(THERE.into(), NOW), 0);
    }
}
