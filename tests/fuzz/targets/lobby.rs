//! Any sequence of inputs to a lobby, which may lose its memory between any two of them: it never panics, what it keeps
//! is what it is, and the invariants 1 to 4 of the service hold.

#![no_main]

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use edgewise::domain::census::Instruction;
use edgewise::domain::door::Arrival;
use edgewise::domain::id::{ConversationId, LineId, NetworkKey, SessionId, VisitorId};
use edgewise::domain::limits::REPORT_MS;
use edgewise::domain::lobby::{Effect, Frame, Input, Lobby, Remains, Rules};
use edgewise::domain::matchmaker::Seeker;
use edgewise::domain::protocol::{ClientFrame, ServerFrame, decode};
use edgewise::domain::session::{Kept, Record};
use edgewise::domain::ticket::{Pass, Ticket};
use edgewise::domain::time::Time;
use libfuzzer_sys::fuzz_target;

#[path = "../../simulation/person.rs"]
#[allow(dead_code, reason = "the simulation uses more of it")]
mod person;

use person::Person;

/// More than this shows nothing new, and takes long.
const ACTS_MAX: usize = 48;
const PEOPLE: usize = 6;

/// One thing that happens. People and times are small numbers, so that they often meet.
#[derive(Arbitrary, Debug)]
enum Act {
    Open { who: u8, network: u8 },
    Hello { who: u8, with_pass: bool, ticket: Option<(u8, u8)> },
    Find { who: u8, wish: u8, leave: bool },
    Stop { who: u8, leave: bool },
    Say { who: u8, past: bool },
    Got { who: u8, past: bool, n: u8 },
    Typing { who: u8, on: bool },
    Block { who: u8, past: bool },
    Report { who: u8, past: bool },
    Nonsense { who: u8, what: u8 },
    Close { who: u8, code: u8 },
    CloseUnknown { line: u8 },
    Ping { who: u8 },
    Pause { on: bool },
    ReportLost,
    Wait { ms: u16, twice: bool },
    Restore { lost: Option<u8> },
    Forget,
}

/// A lobby, its sockets and its people.
struct World {
    now: Time,
    rules: Rules,
    lobby: Lobby,
    people: Vec<Person>,
    lines: BTreeMap<LineId, usize>,
    kept: BTreeMap<LineId, Record>,
    opened: u64,
}

fuzz_target!(|input: (bool, bool, Vec<Act>)| {
    let (limited, small, acts) = input;
    let mut rules = Rules::named("here");
    rules.limited = limited;
    if small {
        rules.sessions_max = 3;
    }
    let mut world = World::new(rules);
    for act in acts.into_iter().take(ACTS_MAX) {
        world.act(act);
    }
    world.check();
});

impl World {
    fn new(rules: Rules) -> Self {
        let now = Time::from_ms(1_800_000_000_000);
        // Two of them are one visitor in two tabs.
        let visitor = |who: usize| VisitorId([u8::try_from(who.max(1)).expect("small"); 16]);
        Self {
            now,
            lobby: Lobby::new(rules.clone(), now),
            rules,
            people: (0..PEOPLE).map(|who| Person::new(visitor(who), who.is_multiple_of(2))).collect(),
            lines: BTreeMap::new(),
            kept: BTreeMap::new(),
            opened: 0,
        }
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Open { who, network } => self.open(one_of(who), network),
            Act::Hello { who, with_pass, ticket } => self.hello(one_of(who), with_pass, ticket),
            Act::Find { who, wish, leave } => {
                let name = self.name(who, false);
                let interests = ["", r#","interests":["jazz"]"#, r#","interests":["jazz","tea"],"lang":"en""#];
                let wish = interests[usize::from(wish) % interests.len()];
                let leave = if leave { format!(r#","c":"{name}""#) } else { String::new() };
                self.send(who, &format!(r#"{{"type":"find"{wish}{leave}}}"#));
            }
            Act::Stop { who, leave: false } => self.send(who, r#"{"type":"stop"}"#),
            Act::Stop { who, leave: true } => self.send_named(who, false, "stop", ""),
            Act::Say { who, past } => self.send_named(who, past, "say", r#","n":1,"text":"hi""#),
            Act::Got { who, past, n } => self.send_named(who, past, "got", &format!(r#","n":{n}"#)),
            Act::Typing { who, on } => self.send_named(who, false, "typing", &format!(r#","on":{on}"#)),
            Act::Block { who, past } => self.send_named(who, past, "block", ""),
            Act::Report { who, past } => self.send_named(who, past, "report", r#","reason":"spam""#),
            Act::Nonsense { who, what } => self.nonsense(one_of(who), what),
            Act::Close { who, code } => {
                let Some(line) = self.people[one_of(who)].line else { return };
                self.drop_line(line);
                let codes = [1000, 1001, 1005, 1006, 1006, 4000];
                self.step(Input::Closed { line, code: codes[usize::from(code) % codes.len()] });
            }
            Act::CloseUnknown { line } => {
                let line = LineId(u64::from(line));
                if !self.kept.contains_key(&line) {
                    self.step(Input::Closed { line, code: 1006 });
                }
            }
            Act::Ping { who } => self.people[one_of(who)].ping = Some(self.now),
            Act::Pause { on } => {
                let pause = self.rules.orders.pause.then(on, self.now);
                self.step(Input::Instructed(Instruction { change_ms: REPORT_MS, pause, bans: None }));
            }
            Act::ReportLost => self.step(Input::ReportLost),
            Act::Wait { ms, twice } => self.wait(u64::from(ms), twice),
            Act::Restore { lost } => self.restore(lost.map(one_of)),
            Act::Forget => {
                let lines: Vec<LineId> = self.lines.keys().copied().collect();
                lines.into_iter().for_each(|line| self.drop_line(line));
                self.kept.clear();
                self.lobby = Lobby::new(self.rules.clone(), self.now);
            }
        }
    }

    fn open(&mut self, who: usize, network: u8) {
        self.opened += 1;
        let line = LineId(self.opened);
        let mut session = [0; 16];
        session[..8].copy_from_slice(&self.opened.to_be_bytes());
        if let Some(old) = self.people[who].line {
            self.lines.remove(&old);
        }
        self.people[who].on_line(Some(line));
        self.lines.insert(line, who);
        let network = NetworkKey([network % 3; 8]);
        self.step(Input::Opened { line, session: SessionId(session), network });
    }

    /// With nobody's ticket, or with one of somebody's last ones.
    fn hello(&mut self, who: usize, with_pass: bool, ticket: Option<(u8, u8)>) {
        let ticket: Option<Ticket> = ticket.and_then(|(whose, back)| {
            let tickets = &self.people[one_of(whose)].tickets;
            let at = tickets.len().checked_sub(1 + usize::from(back % 4))?;
            tickets.get(at).cloned()
        });
        let person = &mut self.people[who];
        let Some(line) = person.line else { return };
        if !person.welcomed {
            // Whoever shows another ticket than their newest has forgotten what came after it.
            let newest = person.tickets.last().is_some_and(|newest| Some(newest) == ticket.as_ref());
            if !newest {
                (person.conversation, person.past) = (None, None);
            }
        }
        person.number += 1;
        let text = format!(r#"{{"type":"hello","v":1,"line":{},"counted":{}}}"#, person.number, person.counted);
        let Ok(ClientFrame::Hello(hello)) = decode(&text) else { panic!("a hello is a hello") };
        let pass = with_pass.then(|| Pass::new(person.visitor, self.now));
        self.step(Input::Arrived { line, arrival: Arrival::Hello(hello, pass, ticket.map(Box::new)) });
    }

    fn name(&self, who: u8, past: bool) -> String {
        let person = &self.people[one_of(who)];
        let conversation = if past { person.past } else { person.conversation };
        conversation.map_or_else(|| "elsewhere".to_owned(), |id| id.to_string())
    }

    fn send_named(&mut self, who: u8, past: bool, kind: &str, more: &str) {
        let name = self.name(who, past);
        self.send(who, &format!(r#"{{"type":"{kind}","c":"{name}"{more}}}"#));
    }

    fn send(&mut self, who: u8, text: &str) {
        let Some(line) = self.people[one_of(who)].line else { return };
        let arrival = match decode(text) {
            Ok(frame) => Arrival::Frame(frame),
            Err(refusal) => Arrival::Malformed(refusal),
        };
        self.step(Input::Arrived { line, arrival });
    }

    fn nonsense(&mut self, who: usize, what: u8) {
        let Some(line) = self.people[who].line else { return };
        let arrival = match what % 3 {
            0 => Arrival::TooLarge,
            1 => Arrival::Binary,
            _ => Arrival::Malformed(decode("x").expect_err("no frame")),
        };
        self.step(Input::Arrived { line, arrival });
    }

    fn wait(&mut self, ms: u64, twice: bool) {
        self.now = self.now.plus(ms);
        self.step(Input::Tick);
        if twice {
            let effects = self.lobby.handle(self.now, Input::Tick);
            assert!(effects.is_empty(), "a repeated tick did something: {effects:?}");
        }
    }

    fn restore(&mut self, lost: Option<usize>) {
        self.check();
        if let Some(line) = lost.and_then(|who| self.people[who].line) {
            self.drop_line(line);
        }
        let remains = self.kept.iter().map(|(line, record)| {
            let bytes = record.encode(*line);
            assert_eq!(Record::decode(&bytes).as_ref(), Some(&(*line, record.clone())), "a record that is not read");
            let ping = self.lines.get(line).and_then(|who| self.people[*who].ping);
            Remains { line: *line, record: record.clone(), ping }
        });
        let (lobby, effects) = Lobby::restore(self.rules.clone(), self.now, remains.collect::<Vec<_>>());
        self.lobby = lobby;
        self.perform(effects, None);
    }

    fn step(&mut self, input: Input) {
        let mut cause = None;
        if let Input::Arrived { line, arrival: Arrival::Frame(frame) } = &input {
            cause = Some((*line, frame.clone()));
        }
        let effects = self.lobby.handle(self.now, input);
        for answer in self.perform(effects, cause.as_ref()) {
            self.step(answer);
        }
    }

    fn perform(&mut self, effects: Vec<Effect>, cause: Option<&(LineId, ClientFrame)>) -> Vec<Input> {
        let mut answers = Vec::new();
        for effect in effects {
            match effect {
                Effect::Keep { line, record } => drop(self.kept.insert(line, record)),
                Effect::Send { line, frame } => self.tell(line, &frame, cause),
                Effect::Close { line, .. } => self.drop_line(line),
                Effect::Probe { line } => {
                    let ping = self.lines.get(&line).and_then(|who| self.people[*who].ping);
                    answers.push(Input::Heard { line, ping });
                }
                Effect::KeepOrders(orders) => self.rules.orders = *orders,
                _ => {}
            }
        }
        answers
    }

    /// Invariants 3 and 4: what is passed on goes to the partner of who sent it, and everybody is told how it stands.
    fn tell(&mut self, line: LineId, frame: &Frame, cause: Option<&(LineId, ClientFrame)>) {
        if let Some(conversation) = passed_on(frame) {
            let (from, sent) = cause.expect("invariant 4: passed on without having been sent");
            assert!(sent.conversation().is_some_and(|name| name.names(conversation)), "invariant 4: not what was sent");
            let partner = self.seat(*from).and_then(|kept| kept.person.talking());
            let receiver = self.seat(line).map(|kept| (conversation, kept.person.id));
            assert!(partner.is_some() && partner == receiver, "invariant 4: passed on to a third person");
        }
        if let Some(who) = self.lines.get(&line) {
            self.people[*who].told(frame);
        }
    }

    fn seat(&self, line: LineId) -> Option<&Kept> {
        match self.kept.get(&line)? {
            Record::Seated(kept) => Some(kept),
            Record::Pending(_) => None,
        }
    }

    fn drop_line(&mut self, line: LineId) {
        self.kept.remove(&line);
        if let Some(who) = self.lines.remove(&line) {
            self.people[who].on_line(None);
        }
    }

    fn check(&self) {
        assert_eq!(self.kept, self.lobby.snapshot(), "what is kept is not what is");
        let seats: Vec<(LineId, &Kept)> =
            self.kept.keys().filter_map(|line| Some((*line, self.seat(*line)?))).collect();
        for (line, kept) in &seats {
            let told = self.lines.get(line).map(|who| self.people[*who].conversation);
            let talks = kept.person.talk().map(|talk| talk.conversation);
            assert!(told.is_none_or(|told| told == talks), "invariant 3: somebody does not know how it stands");
            let Some((conversation, partner)) = kept.person.talking() else { continue };
            let Some((_, other)) = seats.iter().find(|(_, other)| other.person.id == partner) else {
                assert!(kept.partner_until.is_some(), "invariant 1: a partner who is not here and not away");
                continue;
            };
            assert_eq!(other.person.talking(), Some((conversation, kept.person.id)), "invariant 1: not symmetric");
            assert_ne!(kept.person.visitor, other.person.visitor, "invariant 1: somebody has met themself");
        }
        if self.rules.orders.pause.paused || self.lobby.deadline().is_some_and(|at| at <= self.now) {
            return;
        }
        let waiting = seats.iter().filter_map(|(_, kept)| Some(kept.person.seeker(kept.person.wait()?)));
        let waiting: Vec<Seeker> = waiting.collect();
        for (at, one) in waiting.iter().enumerate() {
            let other = waiting[at..].iter().find(|other| one.may_meet(other, self.now));
            assert_eq!(other, None, "invariant 2: they may meet, and both are left waiting");
        }
    }
}

fn one_of(who: u8) -> usize {
    usize::from(who) % PEOPLE
}

fn passed_on(frame: &Frame) -> Option<ConversationId> {
    match frame {
        ServerFrame::Say { conversation, .. }
        | ServerFrame::Got { conversation, .. }
        | ServerFrame::Seen { conversation, .. }
        | ServerFrame::Typing { conversation, .. } => Some(*conversation),
        _ => None,
    }
}
