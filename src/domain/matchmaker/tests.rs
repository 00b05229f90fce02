//! The rule, line by line.

use super::*;
use crate::domain::id::VisitorId;
use crate::domain::limits::{EXAMINED_MAX, WIDEN_MS};
use crate::domain::memory::Memory;
use crate::domain::protocol::{Interests, Preferences};

const NOW: Time = Time::from_ms(1_000_000_000);

/// Somebody to be, with the queue that they are in.
#[derive(Clone, Default)]
struct Someone {
    interests: Vec<&'static str>,
    lang: Option<&'static str>,
    memory: Memory,
}

fn likes(interests: &[&'static str]) -> Someone {
    Someone { interests: interests.to_vec(), ..Someone::default() }
}

fn speaks(lang: &'static str) -> Someone {
    Someone { lang: Some(lang), ..Someone::default() }
}

fn visitor(n: u16) -> VisitorId {
    let mut id = [0; 16];
    id[..2].copy_from_slice(&n.to_be_bytes());
    VisitorId(id)
}

fn session(n: u16) -> SessionId {
    SessionId(visitor(n).0)
}

impl Someone {
    fn who_blocks(mut self, n: u16) -> Self {
        self.memory.block(visitor(n));
        self
    }

    fn who_met(mut self, n: u16) -> Self {
        self.memory.part(visitor(n), NOW);
        self
    }

    fn seeker(&self, n: u16, place: Place, now: Time) -> Seeker {
        let texts: Vec<String> = self.interests.iter().map(|text| (*text).to_owned()).collect();
        let lang = self.lang.map(|lang| lang.to_owned().try_into().expect("a language"));
        let preferences = Preferences { interests: Interests::try_from(texts).expect("interests").0, lang };
        let wait = Wait::at(place, now, &preferences);
        Seeker::new(session(n), visitor(n), wait, &preferences, &self.memory)
    }
}

/// A queue, and what time it is there.
struct Hall {
    queue: Matchmaker,
    now: Time,
}

impl Hall {
    fn new() -> Self {
        Self { queue: Matchmaker::default(), now: NOW }
    }

    /// Somebody comes and looks; the one who was found, and both are gone.
    fn comes(&mut self, n: u16, someone: &Someone) -> Option<u16> {
        let seeker = someone.seeker(n, self.queue.new_place(self.now), self.now);
        self.looks(seeker)
    }

    fn looks(&mut self, seeker: Seeker) -> Option<u16> {
        let id = seeker.session;
        let partner = self.queue.find(self.now, seeker)?;
        self.queue.leave(id);
        self.queue.leave(partner).expect("somebody who waits");
        Some(u16::from_be_bytes([partner.0[0], partner.0[1]]))
    }

    /// Lets time pass until `now`; the pairs that it brings together.
    fn until(&mut self, now: Time) -> Vec<(u16, u16)> {
        let mut pairs = Vec::new();
        while let Some(due) = self.queue.deadline().filter(|due| *due <= now) {
            self.now = self.now.max(due);
            for id in self.queue.due(self.now) {
                let Some(seeker) = self.queue.get(id).cloned() else { continue };
                pairs.extend(self.looks(seeker).map(|partner| (u16::from_be_bytes([id.0[0], id.0[1]]), partner)));
            }
        }
        self.now = now;
        pairs
    }
}

fn anybody() -> Someone {
    Someone::default()
}

#[test]
fn the_second_who_looks_meets_the_first_at_once() {
    let mut hall = Hall::new();
    assert_eq!(hall.comes(1, &anybody()), None);
    assert_eq!(hall.comes(2, &anybody()), Some(1));
    assert!(hall.queue.is_empty());
    assert_eq!(
        hall.queue,
        Matchmaker { arrivals: hall.queue.arrivals, ..Matchmaker::default() },
        "nothing is left over"
    );
}

#[test]
fn nobody_meets_themself_not_twice_and_not_from_two_tabs() {
    let mut hall = Hall::new();
    let first = anybody().seeker(1, hall.queue.new_place(NOW), NOW);
    let mut tab = first.clone();
    tab.session = session(9);
    assert_eq!((hall.looks(first.clone()), hall.looks(first), hall.looks(tab)), (None, None, None));
    assert_eq!(hall.queue.len(), 2);
    assert_eq!(hall.until(NOW.plus(100_000)), []);
}

#[test]
fn most_shared_interests_first_then_the_longest_wait() {
    let mut hall = Hall::new();
    for (n, interests) in [(1, vec!["go"]), (2, vec!["jazz"]), (3, vec!["chess"])] {
        hall.comes(n, &likes(&interests));
    }
    assert_eq!(hall.comes(4, &likes(&["chess", "jazz"])), Some(2), "the longer wait of two who share one");
    assert_eq!(hall.comes(5, &likes(&["tea"])), None);
    hall.queue.seat(NOW, likes(&["go", "tea", "chess"]).seeker(6, hall.queue.new_place(NOW), NOW));
    assert_eq!(hall.comes(7, &likes(&["chess", "go"])), Some(6), "two are more than one");
}

#[test]
fn an_interest_is_insisted_on_for_ten_seconds() {
    let mut hall = Hall::new();
    assert_eq!((hall.comes(1, &likes(&["jazz"])), hall.comes(2, &likes(&["chess"]))), (None, None));
    assert_eq!(hall.comes(3, &anybody()), None, "who likes anything waits for who likes something");
    assert_eq!(hall.until(NOW.plus(WIDEN_MS - 1)), []);
    assert_eq!(hall.until(NOW.plus(WIDEN_MS)), [(1, 2)], "both have widened, and the third comes after them");
    assert_eq!(hall.comes(4, &likes(&["jazz"])), None, "the fourth has not widened");
    assert_eq!(hall.until(NOW.plus(2 * WIDEN_MS)), [(4, 3)]);
}

#[test]
fn languages_are_insisted_on_until_both_have_widened() {
    let mut hall = Hall::new();
    assert_eq!((hall.comes(1, &speaks("de")), hall.comes(2, &speaks("fr"))), (None, None));
    assert_eq!(hall.comes(3, &speaks("fr")), Some(2), "without interests they are open to anybody who speaks it");
    assert_eq!(hall.comes(4, &anybody()), Some(1), "and to whoever insists on none");
    let mut hall = Hall::new();
    hall.comes(1, &speaks("de"));
    hall.until(NOW.plus(5_000));
    hall.comes(2, &speaks("fr"));
    assert_eq!(hall.until(NOW.plus(5_000 + WIDEN_MS - 1)), []);
    assert_eq!(hall.until(NOW.plus(5_000 + WIDEN_MS)), [(2, 1)]);
}

#[test]
fn recent_partners_meet_again_when_both_have_waited_for_half_a_minute() {
    let mut hall = Hall::new();
    hall.comes(1, &anybody());
    hall.until(NOW.plus(20_000));
    assert_eq!(hall.comes(2, &anybody().who_met(1)), None, "one memory is enough");
    assert_eq!(hall.comes(3, &anybody()), Some(1));
    assert_eq!(hall.comes(4, &anybody().who_met(2)), None);
    assert_eq!(hall.until(NOW.plus(49_999)), []);
    assert_eq!(hall.until(NOW.plus(50_000)), [(2, 4)]);
}

#[test]
fn whoever_forgets_somebody_looks_again_at_once() {
    let mut hall = Hall::new();
    assert_eq!(hall.comes(1, &likes(&["jazz"])), None);
    let place = hall.queue.new_place(NOW);
    assert_eq!(hall.looks(likes(&["jazz"]).who_met(1).seeker(2, place, NOW)), None);
    hall.queue.update(likes(&["jazz"]).who_met(1).who_met(3).seeker(2, place, NOW));
    assert_eq!(hall.until(NOW.plus(1)), [], "one more to remember");
    hall.queue.update(likes(&["jazz"]).who_met(3).seeker(2, place, NOW));
    assert_eq!(hall.until(hall.now), [(2, 1)]);
}

#[test]
fn a_block_holds_however_long_the_wait() {
    let mut hall = Hall::new();
    hall.comes(1, &anybody());
    assert_eq!(hall.comes(2, &anybody().who_blocks(1)), None);
    assert_eq!(hall.until(NOW.plus(600_000)), []);
    assert_eq!(hall.comes(3, &anybody()), Some(1));
}

#[test]
fn whoever_has_waited_a_minute_comes_first_and_meets_anybody() {
    let mut hall = Hall::new();
    hall.comes(1, &anybody());
    hall.until(NOW.plus(59_000));
    hall.comes(2, &likes(&["jazz"]).who_blocks(1));
    hall.until(NOW.plus(60_000));
    assert_eq!(hall.comes(3, &Someone { lang: Some("de"), ..likes(&["jazz"]) }), Some(1), "although 2 shares jazz");
}

#[test]
fn what_is_changed_is_found_anew_and_keeps_the_place() {
    let mut hall = Hall::new();
    hall.comes(1, &likes(&["jazz"]));
    let place = hall.queue.get(session(1)).expect("waits").wait.place;
    hall.until(NOW.plus(5_000));
    assert_eq!(hall.looks(likes(&["chess"]).seeker(1, place, hall.now)), None);
    assert_eq!(hall.comes(2, &likes(&["jazz"])), None);
    assert_eq!(hall.until(NOW.plus(WIDEN_MS)), [], "the ten seconds count from the change");
    assert_eq!(hall.comes(3, &likes(&["chess"])), Some(1));
}

#[test]
fn who_left_is_not_met() {
    let mut hall = Hall::new();
    hall.comes(1, &anybody());
    assert!(hall.queue.leave(session(1)).is_some() && hall.queue.leave(session(1)).is_none());
    assert_eq!(hall.comes(2, &anybody()), None);
}

#[test]
fn a_crowd_that_must_not_be_met_makes_a_search_longer_and_not_endless() {
    let mut hall = Hall::new();
    let crowd = u16::try_from(7 * EXAMINED_MAX).expect("a small crowd");
    for n in 0..crowd {
        let hater = Someone { lang: Some("de"), ..anybody().who_blocks(60_000) };
        hall.queue.seat(NOW, hater.seeker(n, hall.queue.new_place(NOW), NOW));
    }
    hall.queue.seat(NOW, speaks("de").seeker(50_000, hall.queue.new_place(NOW), NOW));
    hall.now = NOW.plus(1);
    let seeker = speaks("de").seeker(60_000, hall.queue.new_place(hall.now), NOW);
    assert_eq!(hall.queue.find(hall.now, seeker.clone()), None, "the one to meet is behind all of them");
    let mut seconds = 0;
    loop {
        seconds += 1;
        hall.now = hall.queue.deadline().expect("the search goes on");
        assert_eq!(hall.now, NOW.plus(1 + seconds * SEARCH_MS));
        assert_eq!(hall.queue.due(hall.now), [session(60_000)]);
        if hall.queue.find(hall.now, seeker.clone()) == Some(session(50_000)) {
            break;
        }
    }
    assert!(seconds <= 8, "{seconds} seconds for {crowd} people");
}

#[test]
fn interests_that_hash_alike_are_one() {
    use super::seeker::{Topic, Topics};
    assert_eq!(Topics::from_iter([Topic::default(); 3]).len(), 1);
}
