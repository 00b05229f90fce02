//! Who meets whom in a lobby: what is remembered, when a wait widens, and those who are gone already.

use super::resume_tests::welcome;
use super::tests::{Hall, START, ended, matched, pair, told, waiting};
use super::*;
use crate::domain::id::VisitorId;
use crate::domain::limits::{
    DOUBT_MS, EXAMINED_MAX, GRACE_MS, OVERDUE_MS, PATIENT_MS, SILENCE_MS_MAX, TRIAL_MS, WIDEN_MS,
};
use crate::domain::protocol::{ClientFrame, decode};
use crate::domain::ticket::Pass;

impl Hall {
    /// Lets time pass until `now`, answering every look at a line: a person in `silent` was not heard of since `START`.
    fn until(&mut self, now: Time, silent: &[u64]) -> Vec<(u64, String)> {
        let mut seen = Vec::new();
        while let Some(due) = self.lobby.deadline().filter(|due| *due <= now) {
            self.now = self.now.max(due);
            let told = self.step(Input::Tick);
            seen.extend(self.answer(told, silent));
        }
        self.now = now;
        seen
    }

    /// Answers every look at a line among `seen`; the rest is what people were told.
    fn answer(&mut self, seen: Vec<(u64, String)>, silent: &[u64]) -> Vec<(u64, String)> {
        let mut told = Vec::new();
        for (line, what) in seen {
            if what == "probe" {
                let ping = (!silent.contains(&line)).then_some(self.now);
                let then = self.step(Input::Heard { line: LineId(line), ping });
                told.extend(self.answer(then, silent));
            } else {
                told.push((line, what));
            }
        }
        told
    }

    /// Another tab of a person opens and looks.
    fn tab(&mut self, person: u8, n: u16) -> Vec<(u64, String)> {
        let (line, mut session) = (LineId(1_000 + u64::from(n)), [99; 16]);
        session[..2].copy_from_slice(&n.to_be_bytes());
        let _ = self.step(Input::Opened { line, session: SessionId(session), network: NetworkKey([person; 8]) });
        let Ok(ClientFrame::Hello(hello)) = decode(r#"{"type":"hello","v":1}"#) else { unreachable!("a hello") };
        let pass = Pass::new(VisitorId([person; 16]), self.now);
        let _ = self.step(Input::Arrived { line, arrival: Arrival::Hello(hello, Some(pass), None) });
        let find = decode(r#"{"type":"find"}"#).expect("a find");
        self.step(Input::Arrived { line, arrival: Arrival::Frame(find) })
    }

    fn likes(&mut self, person: u8, interest: &str) -> Vec<(u64, String)> {
        self.send(person, &format!(r#"{{"type":"find","interests":["{interest}"]}}"#))
    }
}

fn waiting_for(person: u64, widen_ms: u64) -> (u64, String) {
    told(person, format!(r#"{{"type":"waiting","widen_ms":{widen_ms}}}"#))
}

fn matched_on_jazz(person: u64, c: &str) -> (u64, String) {
    let (person, text) = matched(person, c);
    (person, text.replace(r#""common":[]"#, r#""common":["jazz"]"#))
}

fn block(c: &str) -> String {
    format!(r#"{{"type":"block","c":"{c}"}}"#)
}

fn blocked(person: u64, c: &str) -> (u64, String) {
    told(person, format!(r#"{{"type":"done","re":"block","c":"{c}"}}"#))
}

#[test]
fn a_wait_tells_when_it_widens_and_that_it_has() {
    let mut hall = Hall::with([1, 2]);
    assert_eq!(hall.likes(1, "jazz"), [waiting_for(1, WIDEN_MS)]);
    hall.now = START.plus(4_000);
    assert_eq!(hall.likes(1, "jazz"), [waiting_for(1, WIDEN_MS - 4_000)], "nothing has changed");
    assert_eq!(hall.likes(2, "chess"), [waiting_for(2, WIDEN_MS)]);
    assert_eq!(hall.likes(1, "go"), [waiting_for(1, WIDEN_MS)], "something has");
    let seen = hall.until(START.plus(4_000 + WIDEN_MS), &[]);
    let c = hall.conversation(1);
    assert_eq!(seen, [matched(1, &c), matched(2, &c)], "two who widen at once meet, and are told nothing else");
    let mut hall = Hall::with([1]);
    let _ = hall.likes(1, "jazz");
    assert_eq!(hall.until(START.plus(WIDEN_MS), &[]), [waiting_for(1, 0)]);
    let _ = hall.hibernate();
    assert_eq!(hall.until(START.plus(2 * OVERDUE_MS), &[]), [], "once");
}

#[test]
fn hibernation_forgets_neither_that_a_wait_has_widened_nor_that_it_will() {
    let mut hall = Hall::with([1]);
    let _ = hall.likes(1, "jazz");
    let _ = hall.hibernate();
    assert_eq!(hall.until(START.plus(WIDEN_MS - 1), &[]), []);
    let _ = hall.hibernate();
    assert_eq!(hall.until(START.plus(WIDEN_MS), &[]), [waiting_for(1, 0)]);
}

#[test]
fn two_alone_who_part_meet_again_after_half_a_minute() {
    let (mut hall, c) = pair();
    let _ = hall.send(1, &format!(r#"{{"type":"find","c":"{c}"}}"#));
    assert_eq!(hall.find(2), [waiting(2)]);
    assert_eq!(hall.until(START.plus(PATIENT_MS - 1), &[]), []);
    let seen = hall.until(START.plus(PATIENT_MS), &[]);
    let again = hall.conversation(1);
    assert_ne!(again, c);
    assert_eq!(seen, [matched(1, &again), matched(2, &again)]);
}

#[test]
fn a_block_ends_the_conversation_and_holds_for_good() {
    let (mut hall, c) = pair();
    assert_eq!(hall.send(1, &block(&c)), [ended(1, &c, "left"), ended(2, &c, "left"), blocked(1, &c)]);
    assert_eq!((hall.find(1), hall.find(2)), (vec![waiting(1)], vec![waiting(2)]));
    assert_eq!(hall.until(START.plus(10 * OVERDUE_MS), &[]), []);
    let _ = hall.hibernate();
    assert_eq!(hall.until(START.plus(20 * OVERDUE_MS), &[]), []);
}

#[test]
fn a_block_is_good_after_the_end_as_well_until_the_next_end() {
    let (mut hall, c) = pair();
    let _ = hall.send(2, &format!(r#"{{"type":"stop","c":"{c}"}}"#));
    let _ = hall.enter(3);
    let _ = (hall.find(3), hall.find(1));
    let second = hall.conversation(1);
    assert_eq!(hall.send(1, &block(&c)), [blocked(1, &c)], "in the next conversation, which goes on");
    assert_eq!(hall.conversation(1), second);
    let _ = hall.send(1, &format!(r#"{{"type":"stop","c":"{second}"}}"#));
    let refused = told(1, format!(r#"{{"type":"error","code":"not_talking","re":"block","c":"{c}"}}"#));
    assert_eq!(hall.send(1, &block(&c)), std::slice::from_ref(&refused));
    assert_eq!(hall.send(1, &block("x")), [told(1, refused.1.replace(&c, "x"))]);
    assert_eq!((hall.find(1), hall.find(2)), (vec![waiting(1)], vec![waiting(2)]), "the first block holds");
    assert_eq!(hall.find(3).len(), 2, "the third was not blocked, and has waited for nobody: they meet the second");
}

#[test]
fn a_block_outlives_the_session_and_the_lobby_with_the_visitors_ticket() {
    let (mut hall, c) = pair();
    let _ = hall.send(1, &block(&c));
    let ticket = hall.ticket(1);
    assert_eq!(hall.close(1, 1000), []);
    hall.forget();
    let _ = hall.come_back(1, 11, Some(2), ticket);
    let _ = hall.come_back(2, 12, None, None);
    let find = |hall: &mut Hall, line| {
        let frame = decode(r#"{"type":"find"}"#).expect("a find");
        hall.step(Input::Arrived { line: LineId(line), arrival: Arrival::Frame(frame) })
    };
    assert_eq!((find(&mut hall, 11), find(&mut hall, 12)), (vec![waiting(11)], vec![waiting(12)]));
    assert_eq!(hall.until(START.plus(10 * OVERDUE_MS), &[]), []);
}

#[test]
fn what_one_tab_remembers_every_tab_of_the_visitor_does() {
    let (mut hall, c) = pair();
    // Another tab of the first visitor, waiting already.
    let _ = hall.come_back(1, 11, None, None);
    let frame = decode(r#"{"type":"find"}"#).expect("a find");
    let _ = hall.step(Input::Arrived { line: LineId(11), arrival: Arrival::Frame(frame) });
    let _ = hall.send(1, &block(&c));
    assert_eq!(hall.find(2), [waiting(2)], "blocked in the first tab, not met in the second");
    let _ = hall.enter(3);
    assert_eq!(hall.find(3).len(), 2);
    assert_eq!(hall.until(START.plus(10 * OVERDUE_MS), &[]).len(), 0);
}

#[test]
fn nobody_is_matched_with_a_line_that_has_been_silent_for_too_long() {
    let mut hall = Hall::with([1]);
    let _ = hall.find(1);
    hall.now = START.plus(SILENCE_MS_MAX);
    assert_eq!(hall.enter(2).len(), 1);
    let seen = hall.find(2);
    assert_eq!(seen, [told(1, "probe")], "first a look");
    assert_eq!(hall.answer(seen, &[1]), [told(1, "close 1001"), waiting(2)]);
}

#[test]
fn who_pinged_a_moment_ago_is_matched_after_a_look() {
    let mut hall = Hall::with([1]);
    let _ = hall.find(1);
    hall.now = START.plus(DOUBT_MS + 1);
    let _ = hall.enter(2);
    let seen = hall.find(2);
    let seen = hall.answer(seen, &[]);
    let c = hall.conversation(1);
    assert_eq!(seen, [matched(2, &c), matched(1, &c)]);
    assert_eq!(hall.until(START.plus(SILENCE_MS_MAX), &[]), [], "and nobody is on trial");
}

/// The first has waited, has not been heard of for a while and is matched with the second, who waited a little.
fn doubtful() -> (Hall, String) {
    let mut hall = Hall::with([1]);
    let _ = hall.likes(1, "jazz");
    hall.now = START.plus(DOUBT_MS + 1);
    let _ = (hall.enter(2), hall.likes(2, "jazz"));
    let seen = hall.until(hall.now, &[1]);
    assert_eq!(seen, []);
    let seen = hall.step(Input::Heard { line: LineId(1), ping: None });
    let c = hall.conversation(1);
    assert_eq!(seen, [matched_on_jazz(2, &c), matched_on_jazz(1, &c)]);
    (hall, c)
}

#[test]
fn who_is_gone_already_is_told_apart_within_three_seconds_and_the_other_waits_as_before() {
    let (mut hall, c) = doubtful();
    let at = hall.now;
    assert_eq!(hall.until(at.plus(TRIAL_MS - 1), &[1]), []);
    let _ = hall.hibernate();
    let seen = hall.until(at.plus(TRIAL_MS), &[1]);
    let remaining = WIDEN_MS - TRIAL_MS;
    assert_eq!(seen, [ended(1, &c, "lost"), ended(2, &c, "lost"), waiting_for(2, remaining)]);
    let _ = hall.enter(3);
    let seen = hall.likes(3, "jazz");
    let next = hall.conversation(2);
    assert_eq!(seen, [matched_on_jazz(3, &next), matched_on_jazz(2, &next)]);
    assert_eq!(hall.find(1), [waiting(1)], "who was gone is idle, and may look again");
}

#[test]
fn who_says_anything_in_time_is_there() {
    let (mut hall, c) = doubtful();
    let at = hall.now;
    let got = format!(r#"{{"type":"got","c":"{c}","n":0}}"#);
    assert_eq!(hall.send(1, &got), [told(2, got.clone())]);
    let _ = hall.hibernate();
    assert_eq!(hall.until(at.plus(2 * TRIAL_MS), &[]), []);
    assert_eq!(hall.conversation(2), c);
}

#[test]
fn a_ghost_who_leaves_or_is_left_in_time_is_on_trial_no_more() {
    let (mut hall, c) = doubtful();
    let at = hall.now;
    let next = format!(r#"{{"type":"find","c":"{c}","interests":["jazz"]}}"#);
    assert_eq!(hall.send(2, &next), [ended(2, &c, "next"), ended(1, &c, "next"), waiting_for(2, WIDEN_MS)]);
    assert_eq!(hall.until(at.plus(TRIAL_MS), &[1]), []);
    let (mut hall, c) = doubtful();
    assert_eq!(hall.close(1, 1000), [ended(2, &c, "left")]);
    assert_eq!(hall.until(at.plus(TRIAL_MS), &[]), []);
}

#[test]
fn who_comes_back_in_time_is_there() {
    let (mut hall, c) = doubtful();
    let (at, ticket) = (hall.now, hall.ticket(1));
    let seen = hall.come_back(1, 11, Some(2), ticket);
    assert_eq!(seen.len(), 4, "welcome, resumed, the older line closed and the partner told: {seen:?}");
    assert_eq!(hall.until(at.plus(2 * TRIAL_MS), &[]), []);
    assert_eq!(hall.conversation(2), c);
}

#[test]
fn who_comes_back_too_late_may_still_block_whom_they_talked_with() {
    let (mut hall, c) = pair();
    let ticket = hall.ticket(1);
    hall.now = START.plus(5_000);
    let _ = hall.close(1, 1000);
    let _ = hall.come_back(1, 11, Some(2), ticket);
    let frame = decode(&block(&c)).expect("a block");
    let seen = hall.step(Input::Arrived { line: LineId(11), arrival: Arrival::Frame(frame) });
    assert_eq!(seen, [blocked(11, &c)]);
}

#[test]
fn a_search_that_waits_for_a_look_does_not_outlive_the_wish() {
    let mut hall = Hall::with([1]);
    let _ = hall.likes(1, "tea");
    let _ = hall.until(START.plus(DOUBT_MS), &[1]);
    let _ = hall.enter(2);
    assert_eq!(hall.likes(2, "jazz"), [waiting_for(2, WIDEN_MS)]);
    // The alarm is late: the second has widened, and the first may be gone, when the wish changes.
    hall.now = hall.now.plus(WIDEN_MS);
    let seen = hall.likes(2, "go");
    let told_first: Vec<_> = seen.iter().filter(|(_, what)| what != "probe").cloned().collect();
    assert_eq!(told_first, [waiting_for(2, WIDEN_MS)], "{seen:?}");
    assert_eq!(hall.answer(seen, &[]), [waiting_for(2, WIDEN_MS)], "nobody is met on the older wish");
}

#[test]
fn a_partner_who_comes_back_first_takes_no_late_block_away() {
    let (mut hall, c) = pair();
    let _ = hall.send(2, &format!(r#"{{"type":"stop","c":"{c}"}}"#));
    let _ = hall.enter(3);
    let _ = (hall.find(3), hall.find(1));
    let (own, others) = (hall.ticket(1), hall.ticket(3));
    hall.forget();
    let _ = (hall.come_back(3, 33, Some(2), others), hall.come_back(1, 11, Some(2), own));
    let frame = decode(&block(&c)).expect("a block");
    let seen = hall.step(Input::Arrived { line: LineId(11), arrival: Arrival::Frame(frame) });
    assert_eq!(seen, [blocked(11, &c)]);
}

#[test]
fn a_lobby_that_forgot_keeps_places_and_their_order_for_the_grace_and_no_longer() {
    let (mut hall, c) = pair();
    let _ = (hall.send(1, &block(&c)), hall.find(1));
    hall.now = START.plus(5 * OVERDUE_MS);
    let _ = hall.find(2);
    let (ones, others) = (hall.ticket(1), hall.ticket(2));
    hall.now = START.plus(10 * OVERDUE_MS);
    hall.forget();
    assert_eq!(hall.come_back(2, 22, Some(1), others), [welcome(22, "waiting"), waiting(22)]);
    hall.now = hall.now.plus(GRACE_MS);
    assert_eq!(hall.come_back(1, 11, Some(1), ones.clone()), [welcome(11, "waiting"), waiting(11)]);
    let _ = hall.enter(3);
    let seen = hall.find(3);
    let c = hall.conversation(3);
    assert_eq!(seen, [matched(3, &c), matched(11, &c)], "who has waited longest, although they came back last");
    hall.forget();
    hall.now = hall.now.plus(GRACE_MS + 1);
    assert_eq!(hall.come_back(1, 12, Some(2), ones), [welcome(12, "idle")], "given up");
}

#[test]
fn of_a_wait_that_only_an_old_ticket_tells_of_no_more_than_the_grace_counts() {
    let mut hall = Hall::with([1]);
    let _ = hall.find(1);
    let here = hall.ticket(1);
    let elsewhere = here.clone().map(|ticket| Ticket { lobby: "there".into(), ..ticket });
    hall.now = START.plus(60 * OVERDUE_MS);
    let since = |hall: &Hall, line: u64| {
        let id = hall.lobby.lines.get(&LineId(line)).expect("a line");
        let session = hall.lobby.sessions.get(id).expect("a session");
        session.person.wait().map(|wait| wait.place.since)
    };
    for (line, ticket) in [(11, here), (12, elsewhere)] {
        hall.forget();
        let _ = hall.come_back(1, line, Some(1), ticket);
        assert_eq!(since(&hall, line), Some(hall.now.before(GRACE_MS)));
    }
}

#[test]
fn a_search_that_was_not_finished_goes_on_after_memory_was_lost() {
    let (mut hall, c) = pair();
    hall.lobby.rules.visitor_sessions_max = 2 * EXAMINED_MAX;
    let _ = (hall.send(1, &block(&c)), hall.enter(3), hall.find(1), hall.find(3));
    let c = hall.conversation(3);
    let _ = hall.send(1, &block(&c));
    for n in 0..u16::try_from(EXAMINED_MAX).expect("a small crowd") {
        let line = 1_000 + u64::from(n);
        assert_eq!(hall.tab(1, n), [waiting(line)], "who has blocked both");
    }
    assert_eq!(hall.find(3), [waiting(3)]);
    assert_eq!(hall.until(START.plus(5_000), &[]), []);
    assert_eq!(hall.find(2), [waiting(2)], "the one to meet is behind all of the tabs");
    let _ = hall.hibernate();
    let seen = hall.until(START.plus(8_000), &[]);
    let c = hall.conversation(2);
    assert!(seen.contains(&matched(2, &c)) && seen.contains(&matched(3, &c)), "{seen:?}");
}
