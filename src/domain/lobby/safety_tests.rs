//! Reports, bans, doubts, and what one visitor or one network may have of a lobby.

use super::tests::{Hall, START, ended, pair, rules, told};
use super::*;
use crate::domain::bans::{Bans, Barred};
use crate::domain::limits::{
    FLOOD_RETRY_MS, GRACE_MS, IDLE_STEP_MS, NETWORK_SESSIONS_MAX, OPENING_SLOW_MS, OPENINGS_DOUBTED, OPENINGS_FREE,
    REPORT_BUDGET, REPORT_MS, SUSPICION_MS, VISITOR_SESSIONS_MAX,
};
use crate::domain::pause::Pause;
use crate::domain::protocol::{ClientFrame, Side, decode};
use crate::domain::ticket::Pass;

const OFFER: &str = "Come and see what I have for you at example dot com, today only, all for free";

fn report(c: &str, lines: &str) -> String {
    format!(r#"{{"type":"report","c":"{c}","reason":"spam","note":"sells","lines":[{lines}]}}"#)
}

fn reported(person: u64, c: &str) -> (u64, String) {
    told(person, format!(r#"{{"type":"done","re":"report","c":"{c}"}}"#))
}

fn say(c: &str, n: u64, text: &str) -> String {
    format!(r#"{{"type":"say","c":"{c}","n":{n},"text":"{text}"}}"#)
}

impl Hall {
    fn file(&mut self) -> Vec<(u64, String)> {
        let (session, filing) = self.filings.last().cloned().expect("a filing");
        self.step(Input::Filed { session, conversation: filing.conversation })
    }

    fn ban(&mut self, barred: Vec<Barred>) -> Vec<(u64, String)> {
        let bans = Some(Bans::default().then(barred, self.now));
        self.now = self.now.plus(1);
        self.step(Input::Instructed(Instruction { change_ms: REPORT_MS, pause: Pause::default(), bans }))
    }

    /// A line of its own network for the visitor, with a pass that was proven at that moment.
    fn come(&mut self, line: u64, visitor: u8, network: u64, proven: Option<Time>) -> Vec<(u64, String)> {
        let (id, session) =
            (LineId(line), SessionId([line.to_be_bytes(), line.to_be_bytes()].concat().try_into().unwrap()));
        let network = NetworkKey(network.to_be_bytes());
        let opened = self.step(Input::Opened { line: id, session, network });
        let Ok(ClientFrame::Hello(hello)) = decode(r#"{"type":"hello","v":1}"#) else { unreachable!("a hello") };
        let pass = Pass { proven, ..Pass::new(VisitorId([visitor; 16]), self.now) };
        let heard = self.step(Input::Arrived { line: id, arrival: Arrival::Hello(hello, Some(pass), None) });
        opened.into_iter().chain(heard).collect()
    }
}

#[test]
fn who_was_closed_for_flooding_stays_out_as_long_as_they_were_told() {
    let mut hall = Hall::new(rules());
    assert!(is_welcome(&hall.come(1, 1, 1, None)));
    let told: Vec<_> = (0..200).flat_map(|_| hall.send(1, r#"{"type":"find"}"#)).collect();
    assert_eq!(told.last(), Some(&(1, "close 4429 10000".to_owned())));
    hall.now = hall.now.plus(FLOOD_RETRY_MS - 1);
    assert_eq!(hall.come(2, 1, 1, None).last(), Some(&(2, "close 4429 10000".to_owned())));
    assert!(is_welcome(&hall.come(3, 2, 1, None)), "nobody else does");
    hall.now = hall.now.plus(1);
    assert!(is_welcome(&hall.come(4, 1, 1, None)));
}

fn is_welcome(seen: &[(u64, String)]) -> bool {
    seen.first().is_some_and(|(_, frame)| frame.starts_with(r#"{"type":"welcome""#))
}

fn barred(visitor: Option<u8>, network: Option<u8>, until: Time) -> Barred {
    let visitor = visitor.map(|n| rules().marks.visitor(VisitorId([n; 16])));
    Barred { visitor, network: network.map(|n| NetworkKey([n; 8])), until }
}

#[test]
fn a_report_ends_blocks_and_is_done_when_it_is_filed() {
    let (mut hall, c) = pair();
    let _ = (hall.send(2, &say(&c, 1, "buy")), hall.send(2, &say(&c, 2, "now")));
    let tag = hall.tags[0].clone();
    let lines = format!(
        r#"{{"n":1,"text":"buy","tag":"{tag}"}},{{"n":2,"text":"buy","tag":"{tag}"}},{{"from":"me","n":1,"text":"no"}}"#
    );
    let seen = hall.send(1, &report(&c, &lines));
    assert_eq!(seen, [ended(1, &c, "left"), ended(2, &c, "left")], "not done before it is filed");
    assert_eq!(hall.send(1, &report(&c, &lines)), [], "said again meanwhile");
    assert_eq!(hall.file(), [reported(1, &c)]);
    assert_eq!(hall.send(1, &report(&c, &lines)), [reported(1, &c)], "said again, and filed once");
    let (session, filing) = hall.filings.pop().unwrap();
    assert!(hall.filings.is_empty());
    assert_eq!((session, filing.note.as_deref(), filing.verified()), (SessionId([1; 16]), Some("sells"), 1));
    let marks = rules().marks;
    assert_eq!(filing.accused.visitor, marks.visitor(VisitorId([2; 16])));
    assert_eq!((filing.accused.network, filing.reporter.network), (Some(NetworkKey([2; 8])), Some(NetworkKey([1; 8]))));
    let sides: Vec<_> = filing.lines.iter().map(|line| (line.from, line.n, line.verified)).collect();
    assert_eq!(sides, [(Side::Partner, 1, true), (Side::Partner, 2, false), (Side::Me, 1, false)]);
    assert!(hall.find(1).len() == 1 && hall.find(2).len() == 1, "they never meet again");
}

#[test]
fn a_report_is_good_after_the_end_and_for_no_other_conversation() {
    let (mut hall, c) = pair();
    let _ = hall.send(2, &format!(r#"{{"type":"stop","c":"{c}"}}"#));
    assert_eq!(hall.send(1, &report(&c, "")), []);
    assert_eq!(hall.file(), [reported(1, &c)]);
    let refused = told(1, r#"{"type":"error","code":"not_talking","re":"report","c":"x"}"#);
    assert_eq!(hall.send(1, &report("x", "")), [refused]);
}

#[test]
fn five_reports_are_filed_and_the_sixth_still_ends_and_blocks() {
    let mut hall = Hall::with(1..=9);
    for n in 0..=REPORT_BUDGET.burst {
        let _ = (hall.find(1), hall.find(u8::try_from(n).unwrap() + 2));
        let c = hall.conversation(1);
        let seen = hall.send(1, &report(&c, ""));
        let filed = usize::from(n < REPORT_BUDGET.burst);
        assert_eq!(hall.filings.len(), filed, "report {n}");
        let done = if filed == 1 { hall.file() } else { seen[2..].to_vec() };
        assert_eq!((seen[0].clone(), done), (ended(1, &c, "left"), vec![reported(1, &c)]), "report {n}");
        hall.filings.clear();
    }
    hall.now = hall.now.plus(REPORT_BUDGET.interval_ms);
    let _ = (hall.find(1), hall.find(9));
    let c = hall.conversation(1);
    let _ = hall.send(1, &report(&c, ""));
    assert_eq!(hall.filings.len(), 1, "and one more after a while");
}

#[test]
fn who_is_banned_is_out_at_once_and_does_not_come_back_before_the_end_of_it() {
    let (mut hall, c) = pair();
    let until = START.plus(60_000);
    let seen = hall.ban(vec![barred(Some(2), None, until)]);
    assert_eq!(seen, [told(2, format!("close 4403 {}", until.as_ms())), ended(1, &c, "moderated")]);
    let ticket = hall.ticket(2);
    assert_eq!(hall.come_back(2, 12, None, ticket.clone()), [told(12, format!("close 4403 {}", until.as_ms()))]);
    hall.now = until;
    assert!(is_welcome(&hall.come_back(2, 13, None, ticket)), "it is over");
}

#[test]
fn a_banned_network_is_out_whoever_it_is_and_opens_no_socket() {
    let mut hall = Hall::with([1, 2]);
    assert_eq!(hall.open(3), []);
    let until = START.plus(60_000);
    let out = |line| told(line, format!("close 4403 {}", until.as_ms()));
    assert_eq!(hall.ban(vec![barred(None, Some(3), until), barred(None, Some(1), until)]), [out(3), out(1)]);
    assert_eq!(hall.open(3), [out(3)]);
    assert_eq!(hall.find(2).len(), 1, "another goes on");
    assert_eq!(hall.lobby.rules.orders.bans.barred.len(), 2, "and it is kept");
    let older = Bans { number: 1, barred: Vec::new() };
    let instruction = Instruction { change_ms: REPORT_MS, pause: Pause::default(), bans: Some(older) };
    let _ = hall.step(Input::Instructed(instruction));
    assert_eq!(hall.lobby.rules.orders.bans.barred.len(), 2, "an older list changes nothing");
}

#[test]
fn somebody_banned_while_away_loses_the_seat() {
    let (mut hall, c) = pair();
    let _ = hall.close(2, 1006);
    assert_eq!(hall.ban(vec![barred(Some(2), None, START.plus(9_000))]), [ended(1, &c, "moderated")]);
}

#[test]
fn a_visitor_has_eight_sessions_and_the_ninth_is_turned_away() {
    let mut hall = Hall::new(rules());
    for line in 1..=VISITOR_SESSIONS_MAX as u64 {
        assert!(is_welcome(&hall.come(line, 1, line, None)), "{line}");
    }
    assert_eq!(hall.come(9, 1, 9, None), [told(9, "close 4503 5000")]);
    assert!(is_welcome(&hall.come(10, 2, 10, None)), "another visitor");
    let _ = hall.step(Input::Closed { line: LineId(1), code: 1000 });
    assert!(is_welcome(&hall.come(11, 1, 11, None)), "one has left");
}

#[test]
fn a_network_has_its_share_of_a_lobby_and_no_more() {
    let mut hall = Hall::new(rules());
    for line in 1..=NETWORK_SESSIONS_MAX as u64 {
        let visitor = u8::try_from(line / VISITOR_SESSIONS_MAX as u64).unwrap();
        let seen = hall.come(line, visitor, 7, None);
        assert!(seen.iter().any(|(to, frame)| *to == line && frame.contains("welcome")), "{line}");
    }
    let one_more = hall.come(5_000, 200, 7, None);
    assert_eq!(one_more.last(), Some(&told(5_000, "close 4503 5000")));
    assert!(hall.come(5_001, 200, 8, None).iter().any(|(to, frame)| *to == 5_001 && frame.contains("welcome")));
}

#[test]
fn the_same_opening_to_everybody_is_slowed_and_then_takes_a_proof() {
    let mut hall = Hall::with(1..=20);
    let meet = |hall: &mut Hall, n: u32| {
        let _ = (hall.find(1), hall.find(u8::try_from(n).unwrap() + 1));
        hall.conversation(1)
    };
    let next = |hall: &mut Hall, c: &str| {
        let _ = hall.send(1, &format!(r#"{{"type":"stop","c":"{c}"}}"#));
        hall.now = hall.now.plus(30_000);
    };
    for n in 1..=OPENINGS_FREE {
        let c = meet(&mut hall, n);
        assert_eq!(hall.send(1, &say(&c, 1, OFFER)), [told(u64::from(n) + 1, say(&c, 1, OFFER))]);
        next(&mut hall, &c);
    }
    for n in OPENINGS_FREE + 1..=OPENINGS_DOUBTED {
        let c = meet(&mut hall, n);
        let wait_ms = u64::from(n - OPENINGS_FREE) * OPENING_SLOW_MS;
        let slow_down =
            format!(r#"{{"type":"error","code":"slow_down","re":"say","c":"{c}","n":1,"retry_ms":{wait_ms}}}"#);
        assert_eq!(hall.send(1, &say(&c, 1, OFFER)), [told(1, slow_down)], "{n}");
        hall.now = hall.now.plus(wait_ms);
        assert_eq!(hall.send(1, &say(&c, 1, OFFER)).len(), 1, "and passes after that");
        next(&mut hall, &c);
    }
    let c = meet(&mut hall, OPENINGS_DOUBTED + 1);
    let seen = hall.send(1, &say(&c, 1, OFFER));
    assert!(seen.contains(&told(0, "doubt")) && seen.contains(&told(1, "close 4401")), "{seen:?}");
    assert_eq!(hall.come(50, 1, 1, None), [told(0, "doubt"), told(50, "close 4401")]);
    let before = hall.come(51, 1, 1, Some(hall.now.before(1)));
    assert_eq!(before, [told(0, "doubt"), told(51, "close 4401")], "that was before");
    assert!(is_welcome(&hall.come(52, 1, 1, Some(hall.now))));
}

#[test]
fn neither_a_later_number_first_nor_another_tab_makes_a_new_opening() {
    let mut hall = Hall::new(rules());
    (1..=40).for_each(|person| drop(hall.enter(person)));
    let mut heard = 0;
    for n in 0..=u64::from(OPENINGS_FREE) {
        // Each time in another session of the same visitor.
        assert!(is_welcome(&hall.come(100 + n, 200, 100 + n, None)), "{n}");
        let bob = u8::try_from(n).unwrap() + 1;
        let line = LineId(100 + n);
        let send = |hall: &mut Hall, frame: &str| {
            let frame = decode(frame).expect("a frame");
            hall.step(Input::Arrived { line, arrival: Arrival::Frame(frame) })
        };
        let _ = (send(&mut hall, r#"{"type":"find"}"#), hall.find(bob));
        let c = hall.conversation(bob);
        let _ = send(&mut hall, &say(&c, 2, "x"));
        heard += send(&mut hall, &say(&c, 1, OFFER)).iter().filter(|(to, _)| *to == u64::from(bob)).count();
        let _ = hall.step(Input::Closed { line, code: 1000 });
    }
    assert_eq!(heard, OPENINGS_FREE as usize);
}

#[test]
fn people_who_are_away_with_nothing_to_come_back_to_take_nobodys_place() {
    let mut hall = Hall::new(Rules { sessions_max: 4, ..rules() });
    for line in 1..=50 {
        assert!(is_welcome(&hall.come(line, 1, line, None)), "{line}");
        let _ = hall.step(Input::Closed { line: LineId(line), code: 1006 });
    }
    assert!(is_welcome(&hall.come(60, 2, 60, None)));
    assert!(hall.lobby.sessions.len() <= 8, "{}", hall.lobby.sessions.len());
}

#[test]
fn a_doubt_ends_after_an_hour_and_is_told_again_until_then() {
    let mut hall = Hall::with([1, 2]);
    hall.lobby.doubts.insert(VisitorId([9; 16]), hall.now);
    let out = [told(0, "doubt"), told(50, "close 4401")];
    assert_eq!(hall.come(50, 9, 9, None), out);
    hall.now = hall.now.plus(SUSPICION_MS);
    assert!(is_welcome(&hall.come(51, 9, 9, None)));
}

#[test]
fn a_network_is_known_by_the_key_that_is_banned() {
    let mut hall = Hall::with([1]);
    let keys = [NetworkKey([2; 8]), NetworkKey([1; 8])];
    assert_eq!(hall.lobby.known_as(hall.now, &keys), keys[0]);
    let _ = hall.ban(vec![barred(None, Some(1), START.plus(9_000))]);
    assert_eq!(hall.lobby.known_as(hall.now, &keys), keys[1]);
    assert_eq!(hall.lobby.known_as(hall.now, &[]), NetworkKey::default());
}

#[test]
fn load_tests_are_not_held_back() {
    let mut hall = Hall::new(Rules { limited: false, ..rules() });
    for n in 0..2_000 {
        assert_eq!(hall.lobby.knock(START, Payer([1; 8])), Ok(()), "{n}");
    }
    let _ = (hall.enter(1), hall.find(1));
    for n in 2..=u8::try_from(OPENINGS_DOUBTED).unwrap() + 5 {
        let _ = (hall.enter(n), hall.find(n));
        let c = hall.conversation(1);
        assert_eq!(hall.send(1, &say(&c, 1, OFFER)), [told(n.into(), say(&c, 1, OFFER))]);
        let _ = hall.send(1, &format!(r#"{{"type":"find","c":"{c}"}}"#));
    }
}

#[test]
fn those_who_were_idle_are_given_up_together_and_never_early() {
    let mut hall = Hall::new(rules());
    for person in 1..=20 {
        hall.enter(person);
        hall.now = hall.now.plus(1_000);
        hall.close(person, 1006);
    }
    let moments: Vec<_> = hall.lobby.absent.iter().map(|((until, _), ())| until.as_ms()).collect();
    let earliest = hall.now.before(19_000).plus(GRACE_MS).as_ms();
    assert!(moments.iter().all(|until| *until >= earliest && until % IDLE_STEP_MS == 0), "{moments:?}");
    assert!(moments.last().unwrap() - moments[0] <= IDLE_STEP_MS, "twenty seconds are two moments at most");
}
