//! Whose turn it is to open a socket, as each isolate of the Worker sees it. The objects keep the exact count; here a crowd is
//! spread out before it reaches them, who comes again and again waits longer each time, and those whom an object has just
//! refused do not reach it again at once.

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
    /// Sockets of each visitor.
    visits: Ledger,
    /// Of each network, those of visitors who have had all of theirs.
    again: Ledger,
    /// Turns that each payer has taken.
    taken: Ledger,
    /// Of each payer, those of visitors who have opened one lately: they wait for one another, and nobody for them.
    repeated: Ledger,
    /// Payers whom an object has refused a moment ago.
    refused: Ledger,
    /// Refusals that each payer has been told.
    answered: Ledger,
}

impl Turns {
    /// When it is somebody's turn who has been given this name.
    pub fn take(&mut self, name: LobbyName<'_>, network: NetworkKey, now: Time) -> Turn {
        let payer = name.payer(network);
        // First what others have used up: whoever is kept out by that has spent nothing of their own.
        let is_crowded =
            |ledger: &Ledger| ledger.of(payer).peek(ARRIVAL_PACE, now).is_err_and(|wait_ms| wait_ms > ARRIVAL_WAIT_MS);
        let lately = self.visits.of(name.holder).taken(budget(name.holder), now);
        let is_out = is_crowded(&self.taken) || (lately > 0 && is_crowded(&self.repeated));
        if is_out || self.refused.of(payer).peek(REFUSED_BUDGET, now).is_err() {
            return Turn::Refused;
        }
        let Some(visit_ms) = self.visit(name.holder, network, now) else { return Turn::Refused };
        // Not from when the visitor may: whoever comes after them would have to wait for that too. There is a turn: see above.
        let queue = |ledger: &mut Ledger, turns| {
            ledger.queue(ARRIVAL_PACE, payer, turns, now, ARRIVAL_WAIT_MS).unwrap_or(ARRIVAL_WAIT_MS)
        };
        let turn_ms = queue(&mut self.taken, 1);
        // Each that the same visitor has opened lately makes the next one longer.
        let again_ms = if lately > 0 { queue(&mut self.repeated, 1 + lately) } else { 0 };
        match turn_ms.max(again_ms).max(visit_ms) {
            0 => Turn::Now,
            wait_ms => Turn::In(wait_ms),
        }
    }

    /// In how many milliseconds a visitor may open a further socket: who has opened enough does it in place of others of their
    /// network, or waits for one of their own.
    fn visit(&mut self, visitor: Payer, network: NetworkKey, now: Time) -> Option<u64> {
        let budget = budget(visitor);
        let paid = self.visits.take(budget, visitor, now);
        match paid.or_else(|_| self.again.take(AGAIN_BUDGET, network.into(), now)) {
            Ok(()) => Some(0),
            Err(_) => self.visits.queue(budget, visitor, 1, now, ARRIVAL_WAIT_MS),
        }
    }

    /// In how many milliseconds somebody is told that they are refused.
    pub fn hold(&mut self, payer: Payer, now: Time) -> u64 {
        self.answered.queue(REFUSAL_PACE, payer, 1, now, REFUSAL_MS_MAX).unwrap_or(REFUSAL_MS_MAX)
    }

    /// An object has refused somebody.
    pub fn refuse(&mut self, payer: Payer, now: Time) {
        // Of several at once the first counts.
        let _ = self.refused.take(REFUSED_BUDGET, payer, now);
    }
}

/// What a visitor may open. Not the same for all, so that those who came together do not go on coming together.
fn budget(visitor: Payer) -> Budget {
    let later_ms = VISIT_SPREAD_MS * u64::from(visitor.0[0]) / 256;
    Budget { interval_ms: VISIT_BUDGET.interval_ms + later_ms, ..VISIT_BUDGET }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limits::{ARRIVAL_BUDGET, GRACE_MS, RELOAD_GRACE_MS, RETURNS_PER_SECOND};

    const NOW: Time = Time::from_ms(1_000_000);
    const HERE: NetworkKey = NetworkKey([1; 8]);
    const THERE: NetworkKey = NetworkKey([2; 8]);
    /// After so long the turn of a visitor's last socket is over, however many they have opened.
    const LONGEST_TURN_MS: u64 = (1 + VISIT_BUDGET.burst) * ARRIVAL_PACE.interval_ms;

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
        let longest = ARRIVAL_WAIT_MS - ARRIVAL_WAIT_MS % ARRIVAL_PACE.interval_ms;
        assert_eq!(waits.last(), Some(&longest), "and who would have to wait longer is refused");
        assert_eq!(turns.take(name(2_000, false), THERE, NOW), Turn::Now);
        assert_eq!(turns.take(name(2_001, true), HERE, NOW), Turn::Now, "who has proven something is no crowd");
    }

    #[test]
    fn who_comes_again_takes_longer_each_time_and_others_do_not_wait_for_that() {
        let (mut turns, me) = (Turns::default(), name(0, false));
        // What may be at once has been used up.
        let use_up = |ledger: &mut Ledger, now| while ledger.take(ARRIVAL_PACE, HERE.into(), now).is_ok() {};
        let take =
            |turns: &mut Turns, who, now| wait_ms(turns.take(who, HERE, now)).unwrap() / ARRIVAL_PACE.interval_ms;
        use_up(&mut turns.taken, NOW);
        use_up(&mut turns.repeated, NOW);
        let waits = [me, me, me, me, me, me, me, name(1, false)].map(|who| take(&mut turns, who, NOW));
        assert_eq!(waits, [1, 2, 3, 6, 10, 15, 21, 8]);
        let mut later = |visits: u64| {
            let now = NOW.plus(visits * budget(me.holder).interval_ms);
            use_up(&mut turns.repeated, now);
            take(&mut turns, me, now)
        };
        assert_eq!([later(6), later(20)], [1, 0], "until it is long ago");
    }

    #[test]
    fn whoever_comes_first_gets_in_past_all_who_come_again() {
        let mut turns = Turns::default();
        let crowd: Vec<_> = (1..=50).map(|n| name(n, false)).collect();
        let come = |turns: &mut Turns| crowd.iter().filter(|who| turns.take(**who, HERE, NOW) == Turn::Refused).count();
        assert_eq!(come(&mut turns), 0);
        let refused: usize = (0..5).map(|_| come(&mut turns)).sum();
        assert!(refused > 0, "those who come again are too many");
        let wait = wait_ms(turns.take(name(0, false), HERE, NOW));
        assert!(wait.is_some_and(|ms| ms < ARRIVAL_WAIT_MS), "{wait:?}");
    }

    /// The longest wait of so many pages of one network that lose their line at the same moment and come back (see
    /// [`returns`]) when each has opened so many sockets a moment ago.
    fn crowd_is_back_in(people: u64, lately: u64, seed: u64) -> u64 {
        let (mut turns, mut chance) = (Turns::default(), Chance(seed));
        let pages: Vec<_> = (0..people).map(|n| name((n % 256) << 56 | n, false)).collect();
        for page in &pages {
            (0..lately).for_each(|_| turns.visits.take(budget(page.holder), page.holder, NOW).expect("a visit"));
        }
        // The try of each page: when, and its number.
        let mut tries: Vec<_> =
            pages.iter().map(|page| (NOW.plus(chance.below(people * 1_000 / RETURNS_PER_SECOND)), 0, *page)).collect();
        let mut last = NOW;
        while let Some(next) = (0..tries.len()).min_by_key(|n| tries[*n].0) {
            let (now, count, page) = tries.swap_remove(next);
            match come(&mut turns, page, now) {
                Ok(back) => last = last.max(back),
                Err(told) => {
                    let bound = 15_000.min(1_000 << count);
                    tries.push((told.plus(chance.below(bound)), count + 1, page));
                }
            }
        }
        last.since(NOW)
    }

    #[test]
    fn a_crowd_for_which_the_object_has_room_is_back_before_even_a_reload_loses_its_place() {
        for lately in 0..VISIT_BUDGET.burst {
            let people = ARRIVAL_BUDGET.burst / (1 + lately);
            let worst = (1..=20).map(|seed| crowd_is_back_in(people, lately, seed)).max().unwrap();
            assert!(worst < RELOAD_GRACE_MS, "{people} took {worst} ms after {lately}");
        }
    }

    #[test]
    fn whom_a_crowd_keeps_out_has_all_of_their_own_left() {
        let (mut turns, me) = (Turns::default(), name(0, false));
        while turns.taken.queue(ARRIVAL_PACE, HERE.into(), 1, NOW, ARRIVAL_WAIT_MS).is_some() {}
        for _ in 0..100 {
            assert_eq!(turns.take(me, HERE, NOW), Turn::Refused);
        }
        let own = VISIT_BUDGET.burst + AGAIN_BUDGET.burst;
        let at = |n: u64| NOW.plus(2 * ARRIVAL_WAIT_MS + n * LONGEST_TURN_MS);
        let opened = (0..2 * own).take_while(|n| turns.take(me, HERE, at(*n)) == Turn::Now).count();
        let come_back = own * LONGEST_TURN_MS / AGAIN_BUDGET.interval_ms;
        assert_eq!(opened as u64, own + come_back);
    }

    #[test]
    fn who_comes_again_and_again_has_so_many_of_their_own_and_what_their_network_has_for_all_such() {
        let mut turns = Turns::default();
        let most = VISIT_BUDGET.burst + AGAIN_BUDGET.burst;
        let mut opened =
            |name, network| (0..=most).filter(|_| turns.take(name, network, NOW) != Turn::Refused).count() as u64;
        assert_eq!(opened(name(0, false), HERE), most);
        let others = [name(1, false), name(2, true)].map(|other| opened(other, HERE));
        assert_eq!(others, [VISIT_BUDGET.burst; 2], "each has their own, and what all had is used up");
        assert_eq!(opened(name(3, false), THERE), most, "another network has more for all such");
        let mut slowly = Turns::default();
        let at_once = |n| slowly.take(name(0, false), HERE, NOW.plus(n * LONGEST_TURN_MS)) == Turn::Now;
        assert!((0..most).all(at_once), "who leaves the others their time never waits");
    }

    #[test]
    fn who_has_used_up_everything_waits_for_one_of_their_own_and_everybody_for_another_time() {
        for holder in [0, 7 << 56, u64::MAX] {
            let (mut turns, me) = (Turns::default(), name(holder, false));
            while turns.take(me, HERE, NOW) != Turn::Refused {}
            let free_at = NOW.plus(budget(me.holder).interval_ms);
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
        let [first, last] = [0, u64::MAX].map(|holder| budget(name(holder, false).holder).interval_ms);
        assert!(
            (VISIT_BUDGET.interval_ms..last).contains(&first) && last < GRACE_MS,
            "sooner than a place is given up"
        );
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

    /// Chance, told by a seed (Lehmer's generator, of Park and Miller).
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0 * 48_271 % 2_147_483_647;
            self.0 % bound
        }
    }

    /// A page tries: when it is there, or told that it is not. A try takes as long as the answer does, and half a second of its
    /// own; after 10 s it is given up.
    fn come(turns: &mut Turns, me: LobbyName<'_>, now: Time) -> Result<Time, Time> {
        match turns.take(me, HERE, now) {
            Turn::Now => Ok(now.plus(500)),
            Turn::In(ms) if ms <= 9_500 => Ok(now.plus(ms + 500)),
            Turn::In(_) => Err(now.plus(10_000)),
            Turn::Refused => Err(now.plus(turns.hold(HERE.into(), now) + 500)),
        }
    }

    /// How a page waits for a line: it tries within a quarter of a second, then with full jitter within 1, 2, 4, 8 and 15 s. The
    /// value is when it is there.
    fn returns(turns: &mut Turns, crowd: &mut Crowd, me: LobbyName<'_>, from: Time, chance: &mut Chance) -> Time {
        let mut now = from.plus(chance.below(250));
        for bound in (0..).map(|tries| 15_000.min(1_000 << tries)) {
            crowd.rush(turns, now);
            match come(turns, me, now) {
                Ok(back) => return back,
                Err(told) => now = told,
            }
            now = now.plus(chance.below(bound));
        }
        unreachable!("it goes on")
    }

    /// Fifty who join, leave and join again as fast as they can: who they are, and when each tries next.
    struct Crowd(Vec<(u64, Time)>);

    impl Crowd {
        fn new() -> Self {
            Self((0..50).map(|n| (n << 56 | 1, NOW)).collect())
        }

        /// All that they try until then.
        fn rush(&mut self, turns: &mut Turns, until: Time) {
            while let Some((holder, next)) =
                self.0.iter_mut().min_by_key(|(_, next)| *next).filter(|(_, at)| *at < until)
            {
                let now = *next;
                let ms = match turns.take(name(*holder, false), HERE, now) {
                    Turn::Now => 0,
                    Turn::In(ms) => ms,
                    Turn::Refused => turns.hold(HERE.into(), now),
                };
                *next = now.plus(ms + 5);
            }
        }
    }

    #[test]
    fn among_fifty_who_rejoin_without_end_a_page_is_back_before_its_place_is_given_up() {
        let mut worst = 0;
        for seed in 1..=500 {
            let (mut turns, mut crowd, mut chance) = (Turns::default(), Crowd::new(), Chance(seed));
            let me = name((seed % 256) << 56 | 2, false);
            let begun = NOW.plus(chance.below(120_000));
            crowd.rush(&mut turns, begun);
            // It has used up what it had.
            for _ in 0..VISIT_BUDGET.burst {
                let _ = turns.visits.take(budget(me.holder), me.holder, begun);
            }
            let back = returns(&mut turns, &mut crowd, me, begun, &mut chance);
            worst = worst.max(back.since(begun));
        }
        assert!(worst < GRACE_MS, "{worst} ms");
    }
}
