//! What happens while matching is paused and when it goes on, and what is counted.

use super::tests::{Hall, START, ended, matched, pair, told, waiting};
use super::*;
use crate::domain::limits::{FULL_RETRY_MS, OVERDUE_MS, REPORT_MS, REPORT_UNWATCHED_MS, WIDEN_MS};
use crate::domain::pause::Pause;
use crate::domain::protocol::{EndReason, ErrorCode};
use crate::domain::tally::Tally;

const FIND: &str = r#"{"type":"find"}"#;

impl Hall {
    fn instruct(&mut self, pause: Pause) -> Vec<(u64, String)> {
        self.step(Input::Instructed(Instruction { change_ms: REPORT_MS, pause, bans: None }))
    }

    fn pause(&mut self, paused: bool) -> Vec<(u64, String)> {
        self.instruct(self.kept_pause.then(paused, self.now))
    }

    fn waited(&mut self, ms: u64) {
        self.now = self.now.plus(ms);
    }
}

fn paused(person: u64) -> (u64, String) {
    told(person, r#"{"type":"error","code":"paused"}"#)
}

#[test]
fn who_waits_is_told_of_the_pause_and_matched_after_it_without_a_new_find() {
    let mut hall = Hall::with([1, 2, 3]);
    assert_eq!(hall.send(1, FIND), [waiting(1)]);
    assert_eq!(hall.pause(true), [paused(1)]);
    assert_eq!(hall.send(2, FIND), [waiting(2), paused(2)], "a find is taken");
    assert_eq!(hall.send(3, FIND), [waiting(3), paused(3)]);
    hall.waited(2 * OVERDUE_MS);
    let silent = hall.step(Input::Tick);
    assert!(silent.iter().all(|(_, what)| what == "probe"), "time brings nobody together: {silent:?}");
    let mut hall = Hall { now: START.plus(5), ..hall };
    let over = hall.pause(false);
    let c = hall.lobby.sessions.values().find_map(|session| session.person.talk()).expect("a pair").conversation;
    let c = c.to_string();
    assert_eq!(over, [matched(1, &c), matched(2, &c), waiting(3)], "in the order of waiting");
}

#[test]
fn who_talks_is_left_alone_and_may_go_on_to_wait() {
    let (mut hall, c) = pair();
    assert_eq!(hall.pause(true), []);
    let say = format!(r#"{{"type":"say","c":"{c}","n":1,"text":"still here"}}"#);
    assert_eq!(hall.send(1, &say), [told(2, format!(r#"{{"type":"say","c":"{c}","n":1,"text":"still here"}}"#))]);
    let next = format!(r#"{{"type":"find","c":"{c}"}}"#);
    assert_eq!(hall.send(1, &next), [ended(1, &c, "next"), ended(2, &c, "next"), waiting(1), paused(1)]);
    assert_eq!(hall.send(1, r#"{"type":"stop"}"#), [told(1, r#"{"type":"done","re":"stop"}"#)]);
    assert_eq!(hall.pause(false), [], "nobody waits");
}

#[test]
fn newcomers_are_turned_away_and_who_has_a_place_comes_back_to_it() {
    let mut hall = Hall::with([1, 2]);
    let _ = hall.send(1, FIND);
    let (idle, waits) = (hall.ticket(2), hall.ticket(1));
    let _ = hall.pause(true);
    assert_eq!(hall.enter(3), [told(3, format!("close 4503 {FULL_RETRY_MS}"))]);
    let _ = hall.close(1, 1006);
    let back = hall.come_back(1, 11, Some(1), waits.clone());
    assert_eq!(back[1..], [waiting(11), paused(11)], "{back:?}");
    assert_eq!(hall.come_back(2, 22, Some(1), idle.clone()).len(), 2, "an idle session is known");
    hall.forget();
    assert_eq!(hall.come_back(1, 12, Some(2), waits)[1..], [waiting(12), paused(12)], "the pause is not forgotten");
    let turned_away = hall.come_back(2, 23, Some(2), idle);
    assert_eq!(turned_away, [told(23, format!("close 4503 {FULL_RETRY_MS}"))], "nothing to come back to");
    assert_eq!(hall.tally.refusals[ErrorCode::Paused as usize], 2);
}

#[test]
fn a_pause_survives_hibernation_and_an_older_statement_changes_nothing() {
    let mut hall = Hall::with([1, 2]);
    let _ = (hall.send(1, FIND), hall.pause(true));
    let kept = hall.kept_pause;
    let _ = hall.hibernate();
    assert_eq!(hall.send(2, FIND), [waiting(2), paused(2)]);
    assert_eq!(hall.instruct(Pause { number: kept.number - 1, paused: false }), []);
    assert_eq!((hall.instruct(kept), hall.kept_pause), (vec![], kept), "nor does the same one");
    assert_eq!(hall.pause(false).len(), 2, "both are matched");
}

#[test]
fn what_was_waited_for_in_the_pause_counts_after_it() {
    let mut hall = Hall::with([1, 2]);
    let _ = hall.pause(true);
    let likes = |interest: &str| format!(r#"{{"type":"find","interests":["{interest}"]}}"#);
    let _ = (hall.send(1, &likes("jazz")), hall.send(2, &likes("chess")));
    hall.waited(WIDEN_MS);
    assert_eq!(hall.pause(false).len(), 2, "both have widened meanwhile, and meet");
}

#[test]
fn facts_are_counted_once() {
    let (mut hall, c) = pair();
    for n in [1, 2, 2, 1] {
        let _ = hall.send(1, &format!(r#"{{"type":"say","c":"{c}","n":{n},"text":"x"}}"#));
    }
    let ticket = hall.ticket(1);
    let _ = hall.close(1, 1006);
    let _ = hall.come_back(1, 11, Some(1), ticket);
    let _ = hall.send(11, FIND);
    let _ = hall.send(2, &format!(r#"{{"type":"stop","c":"{c}"}}"#));
    let Tally { matches, messages, reconnects, resumes, ends, refusals, waits } = hall.tally;
    assert_eq!((matches, messages, reconnects, resumes), (1, 2, 1, 1));
    assert_eq!((ends[EndReason::Left as usize], ends.iter().sum::<u64>()), (1, 1));
    assert_eq!((refusals[ErrorCode::Talking as usize], refusals.iter().sum::<u64>()), (1, 1));
    assert_eq!((waits[0], waits.iter().sum::<u64>()), (2, 2));
}

#[test]
fn changes_are_told_as_soon_as_they_are_wanted() {
    let mut lobby = Lobby::new(Rules::named("here"), START);
    let open = |person: u8| {
        let (line, session, network) = (LineId(person.into()), SessionId([person; 16]), NetworkKey([person; 8]));
        Input::Opened { line, session, network }
    };
    let _ = lobby.handle(START, open(1));
    let _ = lobby.handle(START.plus(1_000), Input::Tick);
    let due = |lobby: &Lobby| lobby.reporter.due(Census { waiting: 1, ..lobby.census() });
    assert_eq!(due(&lobby), Some(START.plus(1_000 + REPORT_UNWATCHED_MS)));
    let watched = Instruction { change_ms: REPORT_MS, pause: Pause::default(), bans: None };
    assert_eq!(lobby.handle(START.plus(1_000), Input::Instructed(watched)), []);
    assert_eq!(due(&lobby), Some(START.plus(1_000 + REPORT_MS)));
}
