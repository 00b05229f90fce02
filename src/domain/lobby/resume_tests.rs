//! Broken lines: who is away, who comes back and to what, and who wins where statements differ.

use super::tests::{Hall, START, away, ended, matched, pair, rules, told, waiting};
use super::*;
use crate::domain::id::VisitorId;
use crate::domain::limits::{GRACE_MS, RELOAD_GRACE_MS};
use crate::domain::orders::Orders;
use crate::domain::protocol::{ClientFrame, decode};
use crate::domain::ticket::Pass;

impl Hall {
    /// A person comes on another line, with a ticket perhaps.
    pub(super) fn come_back(
        &mut self,
        person: u8,
        line: u64,
        number: Option<u64>,
        ticket: Option<Ticket>,
    ) -> Vec<(u64, String)> {
        let (line, session) = (LineId(line), SessionId([200 + person; 16]));
        assert_eq!(self.step(Input::Opened { line, session, network: NetworkKey([person; 8]) }), []);
        let number = number.map(|number| format!(r#","line":{number}"#)).unwrap_or_default();
        let Ok(ClientFrame::Hello(hello)) = decode(&format!(r#"{{"type":"hello","v":1{number}}}"#)) else {
            unreachable!("a hello is a hello")
        };
        let pass = Pass::new(VisitorId([person; 16]), self.now);
        let arrival = Arrival::Hello(hello, Some(pass), ticket.map(Box::new));
        let mut seen = self.step(Input::Arrived { line, arrival });
        for (_, text) in &mut seen {
            // The limits are of no interest here.
            if let Some(at) = text.find(r#","limits""#) {
                text.truncate(at);
            }
        }
        seen
    }

    pub(super) fn ticket(&self, line: u64) -> Option<Ticket> {
        self.tickets.get(&line).cloned()
    }

    /// Memory is lost, and every line with it: a crash, or a deploy.
    pub(super) fn forget(&mut self) {
        self.lobby =
            Lobby::new(Rules { orders: Orders { pause: self.kept_pause, ..Orders::default() }, ..rules() }, self.now);
    }

    /// Memory is lost, and nothing else.
    pub(super) fn hibernate(&mut self) -> Vec<Effect> {
        let kept = self.lobby.snapshot().into_iter();
        let remains: Vec<Remains> = kept.map(|(line, record)| Remains { line, record, ping: None }).collect();
        let rules = Rules { orders: Orders { pause: self.kept_pause, ..Orders::default() }, ..rules() };
        let (lobby, effects) = Lobby::restore(rules, self.now, remains);
        self.lobby = lobby;
        effects
    }
}

pub(super) fn welcome(line: u64, state: &str) -> (u64, String) {
    told(line, format!(r#"{{"type":"welcome","v":1,"state":"{state}""#))
}

fn resumed(line: u64, conversation: &str) -> (u64, String) {
    told(line, format!(r#"{{"type":"resumed","conversation":"{conversation}","common":[],"partner":"here"}}"#))
}

fn resumed_alone(line: u64, conversation: &str, grace_ms: u64) -> (u64, String) {
    let tail = format!(r#""common":[],"partner":"away","grace_ms":{grace_ms}}}"#);
    told(line, format!(r#"{{"type":"resumed","conversation":"{conversation}",{tail}"#))
}

fn here(line: u64, conversation: &str) -> (u64, String) {
    told(line, format!(r#"{{"type":"partner","c":"{conversation}","state":"here"}}"#))
}

#[test]
fn a_broken_line_makes_its_person_away_and_a_ticket_brings_them_back() {
    for (code, grace_ms) in [(1006, GRACE_MS), (1005, GRACE_MS), (4000, GRACE_MS), (1001, RELOAD_GRACE_MS)] {
        let (mut hall, c) = pair();
        assert_eq!(hall.close(1, code), [away(2, &c, grace_ms)]);
        let said = format!(r#"{{"type":"say","c":"{c}","n":1,"text":"hi"}}"#);
        assert_eq!(hall.send(2, &said), [], "dropped without an error");
        let ticket = hall.ticket(1);
        let back = hall.come_back(1, 11, Some(1), ticket);
        assert_eq!(back, [welcome(11, "talking"), resumed(11, &c), here(2, &c)]);
        assert_eq!(hall.send(2, &said), [told(11, said.clone())]);
    }
}

#[test]
fn ten_minutes_of_silence_with_pings_change_nothing_and_a_line_that_breaks_then_is_made_good() {
    let (mut hall, c) = pair();
    let end = START.plus(10 * 60_000);
    while hall.now < end {
        hall.now = hall.lobby.deadline().expect("lines are looked after");
        for (line, what) in hall.step(Input::Tick) {
            assert_eq!(what, "probe");
            assert_eq!(hall.step(Input::Heard { line: LineId(line), ping: Some(hall.now) }), []);
        }
        if hall.now.since(START) > 5 * 60_000 {
            let _ = hall.hibernate();
        }
    }
    let ticket = hall.ticket(1);
    assert_eq!(hall.close(1, 1006), [away(2, &c, GRACE_MS)]);
    assert_eq!(hall.come_back(1, 11, Some(2), ticket), [welcome(11, "talking"), resumed(11, &c), here(2, &c)]);
}

#[test]
fn who_does_not_come_back_in_time_is_gone_and_learns_it_later() {
    let (mut hall, c) = pair();
    let _ = hall.close(1, 1006);
    hall.now = START.plus(GRACE_MS - 1);
    assert_eq!(hall.step(Input::Tick), []);
    hall.now = START.plus(GRACE_MS);
    assert_eq!(hall.step(Input::Tick), [ended(2, &c, "lost")]);
    let ticket = hall.ticket(1);
    assert_eq!(hall.come_back(1, 11, Some(1), ticket), [welcome(11, "idle")]);
}

#[test]
fn the_highest_line_wins_and_the_other_is_closed_before_the_partner_is_told() {
    let (mut hall, c) = pair();
    let ticket = hall.ticket(1);
    let taken = hall.come_back(1, 11, Some(5), ticket.clone());
    assert_eq!(taken, [told(1, "close 4409"), welcome(11, "talking"), resumed(11, &c), here(2, &c)]);
    assert_eq!(hall.close(1, 1006), [], "the old line is nobody's");
    for late in [4, 5] {
        assert_eq!(hall.come_back(1, 10 + late * 10, Some(late), ticket.clone()), [told(10 + late * 10, "close 4409")]);
    }
    assert_eq!(hall.come_back(1, 99, None, ticket)[0], told(11, "close 4409"), "without a number the later one wins");
    let _ = hall.close(99, 1006);
    let ticket = hall.ticket(99);
    assert_eq!(hall.come_back(1, 98, Some(5), ticket), [told(98, "close 4409")], "and the number stays");
}

#[test]
fn of_a_known_session_any_ticket_is_good() {
    let mut hall = Hall::with([1, 2]);
    let first = hall.ticket(1);
    let _ = (hall.find(1), hall.find(2));
    let c = hall.conversation(1);
    let _ = hall.close(1, 1006);
    assert_eq!(hall.come_back(1, 11, Some(1), first), [welcome(11, "talking"), resumed(11, &c), here(2, &c)]);
}

#[test]
fn somebody_elses_ticket_is_as_no_ticket() {
    let (mut hall, _) = pair();
    let ticket = hall.ticket(1);
    assert_eq!(hall.come_back(3, 33, Some(1), ticket), [welcome(33, "idle")]);
    assert_eq!(hall.lobby.census().sessions, 3);
}

#[test]
fn who_waits_keeps_the_place_and_is_not_met_while_away() {
    let mut hall = Hall::with([1, 2, 3]);
    let _ = hall.find(1);
    hall.now = START.plus(10);
    assert_eq!(hall.close(1, 1006), []);
    assert_eq!(hall.lobby.census().waiting, 0);
    assert_eq!(hall.find(2), [waiting(2)]);
    let ticket = hall.ticket(1);
    let back = hall.come_back(1, 11, Some(1), ticket);
    let c = hall.conversation(1);
    assert_eq!(back, [welcome(11, "waiting"), waiting(11), matched(11, &c), matched(2, &c)]);
    let _ = hall.find(3);
    let _ = hall.close(3, 1000);
    let ticket = hall.ticket(3);
    hall.now = START.plus(60_000);
    assert_eq!(
        hall.come_back(3, 33, Some(1), ticket)[0],
        welcome(33, "waiting"),
        "of this life, within its first seconds"
    );
}

#[test]
fn who_left_for_good_has_left_although_a_ticket_says_otherwise() {
    let mut hall = Hall::new(rules());
    hall.now = START.plus(60_000);
    (1..=2).for_each(|person| drop(hall.enter(person)));
    (1..=2).for_each(|person| drop(hall.find(person)));
    let (talking, idle) = (hall.ticket(1), welcome(11, "idle"));
    (1..=2).for_each(|person| drop(hall.close(person, 1000)));
    assert_eq!(hall.come_back(1, 11, Some(1), talking.clone()), [idle], "the lobby has not forgotten");
    assert_eq!(hall.lobby.census().chatting, 0);
    hall.now = START.plus(120_000);
    hall.forget();
    assert_eq!(hall.come_back(1, 12, Some(2), talking)[0], welcome(12, "talking"), "now it has");
}

#[test]
fn what_was_left_stays_left_although_the_line_broke_before_the_end_was_told() {
    let (mut hall, c) = pair();
    let older = hall.ticket(1);
    let _ = hall.send(1, &format!(r#"{{"type":"stop","c":"{c}"}}"#));
    (1..=2).for_each(|person| drop(hall.close(person, 1006)));
    hall.now = START.plus(1_000);
    assert_eq!(hall.come_back(1, 11, Some(1), older), [welcome(11, "idle")]);
}

#[test]
fn tickets_do_not_fill_a_lobby_beyond_its_size() {
    let mut hall = Hall::new(Rules { sessions_max: 2, ..rules() });
    let mut tickets = Vec::new();
    for person in 1..=9 {
        let _ = hall.enter(person);
        tickets.extend(hall.ticket(person.into()).map(|ticket| (person, ticket)));
        let _ = hall.close(person, 1000);
    }
    for (person, ticket) in tickets {
        let _ = hall.come_back(person, 100 + u64::from(person), Some(1), Some(ticket));
    }
    assert_eq!(hall.lobby.census().sessions, 2);
}

#[test]
fn frames_that_are_not_this_protocol_are_counted_through_a_match() {
    let mut hall = Hall::with([1, 2]);
    (0..9).for_each(|_| drop(hall.send(1, "{")));
    let _ = (hall.find(1), hall.find(2));
    assert_eq!(hall.send(1, "{")[1], told(1, "close 4400"));
}

#[test]
fn a_ticket_of_another_lobby_counts_for_the_place_in_line_only() {
    let (mut hall, _) = pair();
    let elsewhere = |ticket: Ticket| Ticket { lobby: "there".into(), ..ticket };
    let talking = hall.ticket(1).map(elsewhere);
    assert_eq!(hall.come_back(1, 11, Some(1), talking), [welcome(11, "idle")]);
    let mut there = Hall::with([3]);
    let _ = there.find(3);
    let waits = there.ticket(3).map(elsewhere);
    assert_eq!(hall.come_back(3, 33, Some(1), waits), [welcome(33, "waiting"), waiting(33)]);
}

#[test]
fn a_lobby_that_forgot_everything_seats_both_from_their_tickets() {
    for (first, second) in [(1, 2), (2, 1)] {
        let (mut hall, c) = pair();
        let (ones, others) = (hall.ticket(first), hall.ticket(second));
        hall.forget();
        let (one, other) = (u8::try_from(first).unwrap(), u8::try_from(second).unwrap());
        let back = hall.come_back(one, 11, Some(1), ones);
        assert_eq!(back, [welcome(11, "talking"), resumed_alone(11, &c, GRACE_MS)]);
        hall.now = START.plus(1_000);
        let back = hall.come_back(other, 22, Some(1), others);
        assert_eq!(back, [welcome(22, "talking"), resumed(22, &c), here(11, &c)]);
        assert_eq!(hall.lobby.census().chatting, 2);
    }
}

#[test]
fn a_partner_who_does_not_come_back_to_a_lobby_that_forgot_is_gone() {
    let (mut hall, c) = pair();
    let ticket = hall.ticket(1);
    hall.forget();
    let _ = hall.come_back(1, 11, Some(1), ticket);
    hall.now = START.plus(GRACE_MS);
    assert_eq!(hall.step(Input::Tick), [ended(11, &c, "lost")]);
}

#[test]
fn a_match_that_was_lost_on_the_way_is_known_from_the_partners_ticket() {
    let before = |hall: &mut Hall| {
        let waits = hall.ticket(1);
        let _ = hall.find(2);
        (waits, hall.ticket(2), hall.conversation(1))
    };
    let mut hall = Hall::with([1, 2]);
    let _ = hall.find(1);
    let (older, newer, c) = before(&mut hall);
    hall.forget();
    let _ = hall.come_back(2, 22, Some(1), newer.clone());
    assert_eq!(
        hall.come_back(1, 11, Some(1), older.clone()),
        [welcome(11, "talking"), resumed(11, &c), here(22, &c)],
        "the older ticket second"
    );
    hall.forget();
    assert_eq!(hall.come_back(1, 111, Some(2), older), [welcome(111, "waiting"), waiting(111)]);
    let second = hall.come_back(2, 222, Some(2), newer);
    assert_eq!(second, [resumed(111, &c), welcome(222, "talking"), resumed(222, &c), here(111, &c)]);
    assert_eq!(hall.lobby.census().waiting, 0);
}

#[test]
fn a_partner_who_has_gone_on_is_known_from_the_newer_ticket_in_either_order() {
    let (mut hall, c) = pair();
    let older = hall.ticket(2);
    let _ = hall.send(1, &format!(r#"{{"type":"stop","c":"{c}"}}"#));
    let newer = hall.ticket(1);
    hall.forget();
    let _ = hall.come_back(1, 11, Some(1), newer.clone());
    assert_eq!(hall.come_back(2, 22, Some(1), older.clone()), [welcome(22, "idle")], "the newer one first");
    hall.forget();
    let _ = hall.come_back(2, 222, Some(2), older);
    let second = hall.come_back(1, 111, Some(2), newer);
    assert_eq!(second, [ended(222, &c, "lost"), welcome(111, "idle")], "over for both at once");
}

#[test]
fn leaving_somebody_who_has_gone_on_does_not_undo_what_they_have_begun_since() {
    let mut hall = Hall::with([1, 2, 3]);
    let _ = (hall.find(1), hall.find(2));
    let (c, older) = (hall.conversation(1), hall.ticket(2));
    let _ = hall.close(2, 1006);
    let stop = format!(r#"{{"type":"stop","c":"{c}"}}"#);
    let _ = (hall.send(1, &stop), hall.find(1), hall.find(3));
    let (since, newer, others) = (hall.conversation(1), hall.ticket(1), hall.ticket(3));
    hall.now = START.plus(1_000);
    hall.forget();
    assert_eq!(hall.come_back(2, 22, Some(1), older), [welcome(22, "talking"), resumed_alone(22, &c, GRACE_MS)]);
    assert_eq!(hall.send(22, &stop), [ended(22, &c, "left")]);
    assert_eq!(
        hall.come_back(3, 33, Some(1), others),
        [welcome(33, "talking"), resumed_alone(33, &since, GRACE_MS)],
        "what 2 has left is not the newest that is true of 1"
    );
    assert_eq!(hall.come_back(1, 11, Some(1), newer), [welcome(11, "talking"), resumed(11, &since), here(33, &since)]);
}

#[test]
fn a_seat_that_is_held_is_still_held_after_hibernation() {
    let (mut hall, c) = pair();
    let _ = hall.close(1, 1006);
    hall.now = START.plus(20_000);
    let told_again = hall.hibernate();
    assert!(told_again.iter().all(|effect| matches!(effect, Effect::Report(_))), "{told_again:?}");
    let mut late = Hall { lobby: hall.lobby.clone(), now: START.plus(GRACE_MS), ..Hall::new(rules()) };
    assert_eq!(late.step(Input::Tick), [ended(2, &c, "lost")], "at the moment that was told");
    let ticket = hall.ticket(1);
    assert_eq!(hall.come_back(1, 11, Some(1), ticket), [welcome(11, "talking"), resumed(11, &c), here(2, &c)]);
}

#[test]
fn a_line_that_went_while_nobody_looked_makes_its_person_away() {
    let (mut hall, c) = pair();
    let kept = hall.lobby.snapshot().into_iter().filter(|(line, _)| line.0 == 2);
    let remains: Vec<Remains> = kept.map(|(line, record)| Remains { line, record, ping: None }).collect();
    let (lobby, effects) = Lobby::restore(rules(), hall.now, remains);
    hall.lobby = lobby;
    let sent = effects.iter().find_map(|effect| match effect {
        Effect::Send { line, frame } => Some((line.0, frame.encode())),
        Effect::Keep { .. }
        | Effect::Close { .. }
        | Effect::Probe { .. }
        | Effect::KeepOrders(_)
        | Effect::File { .. }
        | Effect::Doubt(_)
        | Effect::Count(_)
        | Effect::Report(_) => None,
    });
    assert_eq!(sent, Some(away(2, &c, GRACE_MS)));
    let ticket = hall.ticket(1);
    assert_eq!(hall.come_back(1, 11, None, ticket)[1], resumed(11, &c));
}

#[test]
fn a_crowd_that_grows_is_told_to_take_its_time() {
    let mut hall = Hall::new(Rules { limited: false, ..rules() });
    let mut told_ms = Vec::new();
    for person in 0..400_u64 {
        let (line, mut session) = (LineId(person), [0; 16]);
        session[..8].copy_from_slice(&person.to_be_bytes());
        let _ = hall.step(Input::Opened { line, session: SessionId(session), network: NetworkKey([0; 8]) });
        let visitor = VisitorId(session);
        let Ok(ClientFrame::Hello(hello)) = decode(r#"{"type":"hello","v":1}"#) else { unreachable!() };
        let arrival = Arrival::Hello(hello, Some(Pass::new(visitor, hall.now)), None);
        let seen = hall.step(Input::Arrived { line, arrival });
        let first = seen.iter().find(|(line, _)| *line == 0).filter(|_| person == 0 || seen.len() > 1);
        told_ms.extend(first.and_then(|(_, text)| text.split(r#""return_ms":"#).nth(1).map(str::to_owned)));
    }
    assert_eq!(told_ms, ["250}}", "500}}", "1000}}"], "at 1, 150 and 300 people");
}
