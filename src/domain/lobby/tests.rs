//! What comes out of each step, exactly: frames by person, in order, and that nothing else came.

use super::*;
use crate::domain::id::VisitorId;
use crate::domain::limits::{
    FLOOD_REFUSALS, FULL_RETRY_MS, HELLO_MS_MAX, PING_MS, SAY_BUDGET, SILENCE_MS_MAX, STRIKES,
};
use crate::domain::pause::Pause;
use crate::domain::protocol::ServerFrame;
use crate::domain::protocol::{ClientFrame, decode};
use crate::domain::report::Filing;
use crate::domain::tally::Tally;
use crate::domain::ticket::Pass;

pub(super) const START: Time = Time::from_ms(1_800_000_000_000);

pub(super) fn rules() -> Rules {
    Rules::named("here")
}

/// A lobby in which person 1 has line 1, session 1 and visitor 1, and so on.
pub(super) struct Hall {
    pub(super) lobby: Lobby,
    pub(super) now: Time,
    /// The newest ticket of each line.
    pub(super) tickets: BTreeMap<u64, Ticket>,
    /// What is kept through a loss of memory.
    pub(super) kept_pause: Pause,
    pub(super) filings: Vec<(SessionId, Filing)>,
    pub(super) tags: Vec<String>,
    /// What was counted.
    pub(super) tally: Tally,
}

impl Hall {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            lobby: Lobby::new(rules, START),
            now: START,
            tickets: BTreeMap::new(),
            kept_pause: Pause::default(),
            filings: Vec::new(),
            tags: Vec::new(),
            tally: Tally::default(),
        }
    }

    pub(super) fn with(people: impl IntoIterator<Item = u8>) -> Self {
        let mut hall = Self::new(rules());
        people.into_iter().for_each(|person| drop(hall.enter(person)));
        hall
    }

    /// One step: what each person is sent or closed with. Reports and records are left out.
    pub(super) fn step(&mut self, input: Input) -> Vec<(u64, String)> {
        let mut seen = Vec::new();
        for effect in self.lobby.handle(self.now, input) {
            match effect {
                Effect::Send { line, frame } => {
                    let mut frame = frame.seal(|ticket| drop(self.tickets.insert(line.0, *ticket)));
                    if let ServerFrame::Say { tag, .. } = &mut frame {
                        self.tags.push(std::mem::take(tag));
                    }
                    let text = frame.encode().replace(r#","ticket":null"#, "");
                    seen.push((line.0, text.replace(r#","tag":"""#, "")));
                }
                Effect::Close { line, code, reason } => {
                    let reason = reason.map(|ms| format!(" {ms}")).unwrap_or_default();
                    seen.push((line.0, format!("close {}{reason}", code.number())));
                }
                Effect::Probe { line } => seen.push((line.0, "probe".into())),
                Effect::KeepOrders(orders) => self.kept_pause = orders.pause,
                Effect::File { session, filing } => self.filings.push((session, *filing)),
                Effect::Doubt(_) => seen.push((0, "doubt".into())),
                Effect::Count(fact) => self.tally.count(fact),
                Effect::Keep { .. } | Effect::Report(_) => {}
            }
        }
        seen
    }

    pub(super) fn open(&mut self, person: u8) -> Vec<(u64, String)> {
        let (line, session) = (LineId(person.into()), SessionId([person; 16]));
        self.step(Input::Opened { line, session, network: NetworkKey([person; 8]) })
    }

    pub(super) fn hello(&mut self, person: u8, pass: bool) -> Vec<(u64, String)> {
        let Ok(ClientFrame::Hello(hello)) = decode(r#"{"type":"hello","v":1}"#) else {
            unreachable!("a hello is a hello")
        };
        let pass = pass.then(|| Pass::new(VisitorId([person; 16]), self.now));
        self.arrive(person, Arrival::Hello(hello, pass, None))
    }

    pub(super) fn enter(&mut self, person: u8) -> Vec<(u64, String)> {
        assert_eq!(self.open(person), []);
        self.hello(person, true)
    }

    pub(super) fn arrive(&mut self, person: u8, arrival: Arrival) -> Vec<(u64, String)> {
        self.step(Input::Arrived { line: LineId(person.into()), arrival })
    }

    pub(super) fn send(&mut self, person: u8, frame: &str) -> Vec<(u64, String)> {
        let arrival = decode(frame).map_or_else(Arrival::Malformed, Arrival::Frame);
        self.arrive(person, arrival)
    }

    pub(super) fn find(&mut self, person: u8) -> Vec<(u64, String)> {
        self.send(person, r#"{"type":"find"}"#)
    }

    pub(super) fn close(&mut self, person: u8, code: u16) -> Vec<(u64, String)> {
        self.step(Input::Closed { line: LineId(person.into()), code })
    }

    pub(super) fn conversation(&self, person: u8) -> String {
        let session = self.lobby.sessions.get(&SessionId([person; 16])).expect("a session");
        session.person.talking().expect("a conversation").0.to_string()
    }
}

/// Two who talk, and their conversation.
pub(super) fn pair() -> (Hall, String) {
    let mut hall = Hall::with([1, 2]);
    let _ = (hall.find(1), hall.find(2));
    let conversation = hall.conversation(1);
    (hall, conversation)
}

pub(super) fn told(person: u64, frame: impl Into<String>) -> (u64, String) {
    (person, frame.into())
}

pub(super) fn waiting(person: u64) -> (u64, String) {
    told(person, r#"{"type":"waiting","widen_ms":0}"#)
}

pub(super) fn matched(person: u64, conversation: &str) -> (u64, String) {
    told(person, format!(r#"{{"type":"matched","conversation":"{conversation}","common":[],"lang":null}}"#))
}

pub(super) fn away(person: u64, conversation: &str, grace_ms: u64) -> (u64, String) {
    told(person, format!(r#"{{"type":"partner","c":"{conversation}","state":"away","grace_ms":{grace_ms}}}"#))
}

pub(super) fn ended(person: u64, conversation: &str, reason: &str) -> (u64, String) {
    told(person, format!(r#"{{"type":"ended","c":"{conversation}","reason":"{reason}"}}"#))
}

#[test]
fn the_second_find_is_answered_with_a_match_for_both() {
    let mut hall = Hall::with([1, 2]);
    assert_eq!(hall.find(1), [waiting(1)]);
    let seen = hall.find(2);
    let conversation = hall.conversation(1);
    assert_eq!(seen, [matched(2, &conversation), matched(1, &conversation)]);
    assert_eq!(hall.conversation(2), conversation);
}

#[test]
fn shared_interests_and_languages_are_named_in_each_ones_own_spelling() {
    let mut hall = Hall::with([1, 2]);
    let _ = hall.send(1, r#"{"type":"find","interests":["Jazz","Board  Games","Go"],"lang":"en"}"#);
    let seen = hall.send(2, r#"{"type":"find","interests":["board games","JAZZ"],"lang":"en"}"#);
    assert!(seen[0].1.contains(r#""common":["board games","JAZZ"],"lang":"en""#), "{seen:?}");
    assert!(seen[1].1.contains(r#""common":["Jazz","Board  Games"],"lang":"en""#), "{seen:?}");
}

#[test]
fn what_is_said_reaches_the_partner_and_nobody_else() {
    let (mut hall, c) = pair();
    let _ = hall.enter(3);
    for frame in [
        format!(r#"{{"type":"say","c":"{c}","n":1,"text":"hi"}}"#),
        format!(r#"{{"type":"got","c":"{c}","n":0}}"#),
        format!(r#"{{"type":"seen","c":"{c}","n":3}}"#),
        format!(r#"{{"type":"typing","c":"{c}","on":true}}"#),
    ] {
        assert_eq!(hall.send(1, &frame), [told(2, &frame)]);
        assert_eq!(hall.send(2, &frame), [told(1, &frame)]);
        let stranger = hall.send(3, &frame);
        assert!(stranger.iter().all(|(person, text)| *person == 3 && text.contains("not_talking")), "{stranger:?}");
    }
}

#[test]
fn next_tells_both_the_same_reason_and_then_looks_on() {
    let (mut hall, c) = pair();
    let next = format!(r#"{{"type":"find","c":"{c}"}}"#);
    let seen = hall.send(2, &next);
    assert_eq!(seen, [ended(2, &c, "next"), ended(1, &c, "next"), waiting(2)]);
    assert_eq!(hall.send(2, &next), [waiting(2)], "outside a conversation its name is ignored");
}

#[test]
fn next_re_pairs_four_people_and_nobody_with_the_partner_just_left() {
    let mut hall = Hall::with([1, 2, 3, 4]);
    (1..=4).for_each(|person| drop(hall.find(person)));
    let (first, second) = (hall.conversation(1), hall.conversation(3));
    assert_eq!(hall.send(1, &format!(r#"{{"type":"find","c":"{first}"}}"#))[2], waiting(1));
    assert_eq!(hall.find(2), [waiting(2)], "nobody else waits, and they have just met");
    let seen = hall.send(3, &format!(r#"{{"type":"find","c":"{second}"}}"#));
    let third = hall.conversation(3);
    assert_eq!(seen[2..], [matched(3, &third), matched(1, &third)], "the longest wait");
    let fourth = hall.find(4);
    let last = hall.conversation(4);
    assert_eq!(fourth, [matched(4, &last), matched(2, &last)]);
}

#[test]
fn leaving_is_told_to_both_and_stopping_outside_is_done() {
    let (mut hall, c) = pair();
    let seen = hall.send(1, &format!(r#"{{"type":"stop","c":"{c}"}}"#));
    assert_eq!(seen, [ended(1, &c, "left"), ended(2, &c, "left")]);
    let done = told(1, r#"{"type":"done","re":"stop"}"#);
    assert_eq!(hall.send(1, r#"{"type":"stop"}"#), vec![done.clone()]);
    assert_eq!(hall.find(1), [waiting(1)]);
    assert_eq!(hall.send(1, &format!(r#"{{"type":"stop","c":"{c}"}}"#)), [], "late, for a conversation that is over");
    assert_eq!(hall.send(1, r#"{"type":"stop"}"#), [done]);
    assert_eq!(hall.find(2), [waiting(2)], "nobody waits any more");
}

#[test]
fn in_a_conversation_leaving_has_to_name_it() {
    let (mut hall, _) = pair();
    let refused = |re| told(1, format!(r#"{{"type":"error","code":"talking","re":"{re}"}}"#));
    assert_eq!(hall.find(1), [refused("find")]);
    assert_eq!(hall.send(1, r#"{"type":"stop"}"#), [refused("stop")]);
    for late in [r#"{"type":"find","c":"x"}"#, r#"{"type":"stop","c":"x"}"#, r#"{"type":"got","c":"x","n":1}"#] {
        assert_eq!(hall.send(1, late), [], "{late}");
    }
    let say = hall.send(1, r#"{"type":"say","c":"x","n":4,"text":"hi"}"#);
    assert_eq!(say, [told(1, r#"{"type":"error","code":"not_talking","re":"say","c":"x","n":4}"#)]);
}

#[test]
fn a_line_that_closes_ends_its_conversation_with_the_reason_of_its_code() {
    // 4403 too: only the service says that somebody was banned, and it closes the line itself.
    for (code, reason) in [1000, 1003, 1009, 4400, 4403, 4429].map(|code| (code, "left")) {
        let (mut hall, c) = pair();
        assert_eq!(hall.close(1, code), [ended(2, &c, reason)], "{code}");
        assert_eq!(hall.close(1, code), [], "once");
        assert_eq!(hall.find(2), [waiting(2)]);
    }
}

#[test]
fn hello_comes_first_and_once_and_with_a_pass() {
    let mut hall = Hall::new(rules());
    assert_eq!(hall.open(1), []);
    let first = hall.send(1, r#"{"type":"say","c":"x","n":7,"text":"hi"}"#);
    assert_eq!(first, [told(1, r#"{"type":"error","code":"hello_first","re":"say","c":"x","n":7}"#)]);
    let welcome = hall.hello(1, true);
    assert!(welcome.len() == 1 && welcome[0].1.starts_with(r#"{"type":"welcome","v":1,"state":"idle","limits":{"#));
    assert_eq!(hall.hello(1, true), [told(1, r#"{"type":"error","code":"bad_frame","re":"hello"}"#)]);
    assert_eq!(hall.open(2), []);
    assert_eq!(hall.hello(2, false), [told(2, "close 4401")]);
    assert_eq!(hall.open(3), []);
    assert_eq!(hall.send(3, r#"{"type":"hello","v":2}"#), [told(3, "close 4400")]);
}

#[test]
fn a_session_over_the_limit_is_turned_away_and_one_at_the_limit_is_not() {
    let mut hall = Hall::new(Rules { sessions_max: 2, ..rules() });
    assert!(hall.enter(1)[0].1.contains("welcome"));
    assert!(hall.enter(2)[0].1.contains("welcome"));
    assert_eq!(hall.enter(3), [told(3, format!("close 4503 {FULL_RETRY_MS}"))]);
    assert_eq!(hall.close(1, 1000), []);
    assert!(hall.enter(4)[0].1.contains("welcome"));
}

#[test]
fn the_tenth_frame_that_is_not_this_protocol_closes_the_line() {
    let (mut hall, c) = pair();
    for n in 1..STRIKES {
        assert_eq!(hall.send(1, "{").len(), 1, "strike {n}");
    }
    let last = hall.send(1, r#"{"type":"dance","c":"x"}"#);
    let refused = told(1, r#"{"type":"error","code":"unknown_type","re":"dance","c":"x"}"#);
    assert_eq!(last, [refused, told(1, "close 4400"), ended(2, &c, "left")]);
}

#[test]
fn binary_and_oversized_frames_close_the_line() {
    for (arrival, code) in [(Arrival::Binary, "close 1003"), (Arrival::TooLarge, "close 1009")] {
        let (mut hall, c) = pair();
        assert_eq!(hall.arrive(1, arrival.clone()), [told(1, code), ended(2, &c, "left")]);
        assert_eq!(hall.open(3), []);
        assert_eq!(hall.arrive(3, arrival), [told(3, code)]);
    }
}

#[test]
fn a_flood_is_slowed_down_and_then_closed() {
    let (mut hall, c) = pair();
    let say = |n: u64| format!(r#"{{"type":"say","c":"{c}","n":{n},"text":"hi"}}"#);
    for n in 1..=SAY_BUDGET.burst {
        assert_eq!(hall.send(1, &say(n)), [told(2, say(n))]);
    }
    let n = SAY_BUDGET.burst + 1;
    let slow_down = format!(r#"{{"type":"error","code":"slow_down","re":"say","c":"{c}","n":{n},"retry_ms":250}}"#);
    for _ in 1..FLOOD_REFUSALS {
        assert_eq!(hall.send(1, &say(n)), [told(1, &slow_down)]);
    }
    let flood = hall.send(1, &say(n));
    assert_eq!(flood, [told(1, slow_down), told(1, "close 4429 10000"), ended(2, &c, "left")]);
}

#[test]
fn without_limits_a_flood_goes_through() {
    let mut hall = Hall::new(Rules { limited: false, ..rules() });
    (1..=2).for_each(|person| drop((hall.enter(person), hall.find(person))));
    let frame = format!(r#"{{"type":"typing","c":"{}","on":true}}"#, hall.conversation(1));
    assert!((0..10_000).all(|_| hall.send(1, &frame) == [told(2, &frame)]));
}

#[test]
fn a_socket_without_a_hello_is_closed_after_ten_seconds() {
    let mut hall = Hall::new(rules());
    let _ = hall.open(1);
    hall.now = START.plus(HELLO_MS_MAX - 1);
    assert_eq!(hall.step(Input::Tick), []);
    hall.now = START.plus(HELLO_MS_MAX);
    assert_eq!(hall.step(Input::Tick), [told(1, "close 4408")]);
}

#[test]
fn who_is_silent_for_75_seconds_is_gone_and_who_pings_is_not() {
    let (mut hall, c) = pair();
    hall.now = START.plus(SILENCE_MS_MAX);
    assert_eq!(hall.step(Input::Tick), [told(1, "probe"), told(2, "probe")]);
    let ping = Some(START.plus(SILENCE_MS_MAX - PING_MS));
    assert_eq!(hall.step(Input::Heard { line: LineId(1), ping }), []);
    let silent = hall.step(Input::Heard { line: LineId(2), ping: None });
    assert_eq!(silent, [told(2, "close 1001"), away(1, &c, 60_000)]);
    assert_eq!(hall.lobby.sweep_at, Some(START.plus(2 * SILENCE_MS_MAX - PING_MS)));
}

#[test]
fn what_a_line_does_after_it_was_closed_is_ignored() {
    let (mut hall, _) = pair();
    let _ = hall.arrive(1, Arrival::Binary);
    let before = hall.lobby.clone();
    assert_eq!((hall.find(1), hall.close(1, 1003)), (vec![], vec![]));
    assert_eq!(hall.lobby, before);
}
