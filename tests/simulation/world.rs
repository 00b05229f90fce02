//! A lobby with many people, whose lines come and go as chance has it, checked after every step.

mod checks;

use std::collections::{BTreeMap, BTreeSet};

use edgewise::domain::census::{Census, Instruction};
use edgewise::domain::door::Arrival;
use edgewise::domain::id::{ConversationId, ConversationName, LineId, NetworkKey, SessionId, VisitorId};
use edgewise::domain::limits::{GRACE_MS, REPORT_MS};
use edgewise::domain::lobby::{Effect, Frame, Input, Lobby, Remains, Rules};
use edgewise::domain::protocol::{ClientFrame, ErrorCode, ServerFrame, decode};
use edgewise::domain::session::Record;
use edgewise::domain::ticket::{Pass, Ticket};
use edgewise::domain::time::Time;

use crate::chance::Chance;
use crate::person::Person;

/// Whether a frame was no frame of this protocol: how many there were is the one thing that a restored lobby forgets.
fn is_strike(effect: &Effect) -> bool {
    use ErrorCode::{BadFrame, HelloFirst, UnknownType};
    let Effect::Send { frame: ServerFrame::Error(refusal), .. } = effect else { return false };
    matches!(refusal.code, BadFrame | HelloFirst | UnknownType)
}

/// The effect, but for when somebody was heard last: of those in a conversation a restored lobby thinks it was later.
fn without_signs_of_life(mut effect: Effect) -> Effect {
    if let Effect::Keep { record: Record::Seated(kept), .. } = &mut effect {
        kept.heard = Time::default();
    }
    effect
}

/// A lobby and everything around it.
pub struct World {
    pub now: Time,
    pub lobby: Lobby,
    pub people: Vec<Person>,
    pub trace: Vec<Effect>,
    /// How often frames were passed on.
    pub relayed: u64,
    pub rules: Rules,
    lines: BTreeMap<LineId, usize>,
    kept: BTreeMap<LineId, Record>,
    told: Census,
    opened: u64,
    /// Of the people with these lines nothing that is told in this step arrives any more.
    deaf: BTreeSet<LineId>,
    /// The lobby before it lost its memory: in the next step the restored one has to do the same.
    twin: Option<Lobby>,
    /// Looks at lines that are not answered yet.
    asked: usize,
}

impl World {
    pub fn new(rules: Rules) -> Self {
        let now = Time::from_ms(1_800_000_000_000);
        Self {
            now,
            lobby: Lobby::new(rules.clone(), now),
            people: Vec::new(),
            trace: Vec::new(),
            relayed: 0,
            rules,
            lines: BTreeMap::new(),
            kept: BTreeMap::new(),
            told: Census::default(),
            opened: 0,
            deaf: BTreeSet::new(),
            twin: None,
            asked: 0,
        }
    }

    pub fn come(&mut self, chance: &mut Chance) {
        // Fewer visitors than people: some have several tabs.
        let visitor = VisitorId([u8::try_from(chance.below(24)).expect("small"); 16]);
        self.people.push(Person::new(visitor, chance.percent(50)));
        self.open(self.people.len() - 1);
    }

    /// Somebody opens a socket; one that they have already is given up, and is late to close.
    pub fn open(&mut self, who: usize) {
        self.opened += 1;
        let mut session = [0; 16];
        session[..8].copy_from_slice(&self.opened.to_be_bytes());
        let line = LineId(self.opened);
        if let Some(old) = self.people[who].line {
            self.lines.remove(&old);
        }
        self.people[who].on_line(Some(line));
        self.lines.insert(line, who);
        let network = NetworkKey((who as u64 % 3).to_be_bytes());
        self.step(Input::Opened { line, session: SessionId(session), network });
    }

    /// Somebody says hello, with a ticket if they have one.
    pub fn hello(&mut self, who: usize, with_pass: bool, ticket: Option<Ticket>) {
        let person = &mut self.people[who];
        let Some(line) = person.line else { return };
        person.number += 1;
        let text = format!(r#"{{"type":"hello","v":1,"line":{},"counted":{}}}"#, person.number, person.counted);
        let Ok(ClientFrame::Hello(hello)) = decode(&text) else { panic!("a hello is a hello") };
        let pass = with_pass.then(|| Pass::new(person.visitor, self.now));
        self.step(Input::Arrived { line, arrival: Arrival::Hello(hello, pass, ticket.map(Box::new)) });
    }

    pub fn send(&mut self, who: usize, text: &str) {
        let Some(line) = self.people[who].line else { return };
        let arrival = match decode(text) {
            Ok(frame) => Arrival::Frame(frame),
            Err(refusal) => Arrival::Malformed(refusal),
        };
        self.step(Input::Arrived { line, arrival });
    }

    pub fn close(&mut self, who: usize, code: u16) {
        let Some(line) = self.people[who].line else { return };
        self.drop_line(line);
        self.step(Input::Closed { line, code });
    }

    /// What is told to somebody in the next step is lost, and then their line is found to be broken.
    pub fn deafen(&mut self, who: usize) {
        self.deaf.extend(self.people[who].line);
    }

    /// The operator stops matching, or lets it go on.
    pub fn pause(&mut self) {
        let pause = self.rules.orders.pause.then(!self.rules.orders.pause.paused, self.now);
        self.step(Input::Instructed(Instruction { change_ms: REPORT_MS, pause, bans: None }));
        assert_eq!(self.rules.orders.pause, pause, "a pause is kept");
    }

    /// Memory is lost, and perhaps a line with it, without anybody having heard of its end.
    pub fn hibernate(&mut self, lost: Option<usize>) {
        if let Some(line) = lost.and_then(|who| self.people[who].line) {
            self.drop_line(line);
        }
        let remains = self.kept.iter().map(|(line, record)| {
            let ping = self.lines.get(line).and_then(|who| self.people[*who].ping);
            Remains { line: *line, record: record.clone(), ping }
        });
        let remains: Vec<Remains> = remains.collect();
        let (lobby, effects) = Lobby::restore(self.rules.clone(), self.now, remains);
        let before = std::mem::replace(&mut self.lobby, lobby);
        // Outside of simulations ten quiet seconds come first, which fill every budget.
        for person in &mut self.people {
            person.passed_on.clear();
        }
        self.twin = None;
        if lost.is_none() {
            assert_eq!(self.lobby.snapshot(), before.snapshot(), "a restored lobby is another one");
            let others = effects.iter().filter(|effect| !matches!(effect, Effect::Report(_) | Effect::Count(_)));
            assert_eq!(others.count(), 0, "{effects:?}");
            self.twin = Some(before);
        }
        self.perform(effects, None);
        self.check();
    }

    /// Memory is lost, and every line with it: a crash, or a deploy.
    pub fn forget(&mut self) {
        let lines: Vec<LineId> = self.lines.keys().copied().collect();
        lines.into_iter().for_each(|line| self.drop_line(line));
        self.kept.clear();
        self.twin = None;
        self.lobby = Lobby::new(self.rules.clone(), self.now);
    }

    /// A step, its effects, and every invariant.
    #[expect(clippy::needless_pass_by_value, reason = "a step uses its input up")]
    pub fn step(&mut self, input: Input) {
        let mut cause = None;
        if let Input::Arrived { line, arrival: Arrival::Frame(frame) } = &input {
            cause = Some((*line, frame.clone()));
        }
        let effects = self.lobby.handle(self.now, input.clone());
        let alike = !self.rules.limited && !effects.iter().any(is_strike) && in_conversation(&input);
        if let Some(mut twin) = self.twin.take().filter(|_| alike) {
            let told = |effects: Vec<Effect>| -> Vec<Effect> {
                let all = effects.into_iter().filter(|effect| !matches!(effect, Effect::Report(_) | Effect::Count(_)));
                all.map(without_signs_of_life).collect()
            };
            let same = told(twin.handle(self.now, input.clone()));
            assert_eq!(told(effects.clone()), same, "invariant 9: restored, and different after {input:?}");
        }
        let answers = self.perform(effects, cause.as_ref());
        self.asked += answers.len();
        for answer in answers {
            self.asked -= 1;
            self.step(answer);
        }
        self.check();
        if let Some(line) = self.deaf.pop_first() {
            self.drop_line(line);
            self.step(Input::Closed { line, code: 1006 });
        }
    }

    /// Lets time pass to the next deadline, or by `ms` at the most, and ticks: perhaps twice, because alarms do.
    pub fn wait(&mut self, ms: u64, twice: bool) {
        let deadline = self.lobby.deadline().unwrap_or(self.now);
        self.now = self.now.plus(deadline.since(self.now).min(ms));
        self.step(Input::Tick);
        if twice {
            let before = self.lobby.clone();
            let effects = self.lobby.handle(self.now, Input::Tick);
            assert_eq!((effects, &self.lobby), (vec![], &before), "invariant 11: a repeated tick did something");
        }
    }

    /// Lets every grace run out, and compares what was reported with how it is.
    pub fn settle(&mut self) {
        let end = self.now.plus(GRACE_MS + 2_000);
        while self.now < end {
            let now = self.now;
            self.people.iter_mut().for_each(|person| person.ping = Some(now));
            let before = self.now;
            self.wait(1_000, false);
            self.now = self.now.max(before.plus(1));
        }
        assert_eq!(self.told, self.lobby.census(), "invariant 11: the last report is not how it is");
        let pairs: BTreeSet<ConversationId> =
            self.seated().filter_map(|(_, kept)| kept.person.talk().map(|talk| talk.conversation)).collect();
        assert_eq!(self.told.chatting, 2 * pairs.len() as u64, "invariant 11: somebody talks who is not here");
    }

    fn drop_line(&mut self, line: LineId) {
        self.kept.remove(&line);
        if let Some(who) = self.lines.remove(&line) {
            self.people[who].on_line(None);
        }
    }

    fn perform(&mut self, effects: Vec<Effect>, cause: Option<&(LineId, ClientFrame)>) -> Vec<Input> {
        let mut answers = Vec::new();
        for effect in &effects {
            match effect {
                Effect::Keep { line, record } => drop(self.kept.insert(*line, record.clone())),
                Effect::Send { line, frame } => self.tell(*line, frame, cause),
                Effect::Close { line, .. } => self.drop_line(*line),
                Effect::Probe { line } => {
                    let ping = self.lines.get(line).and_then(|who| self.people[*who].ping);
                    answers.push(Input::Heard { line: *line, ping });
                }
                Effect::KeepOrders(orders) => self.rules.orders.clone_from(orders),
                Effect::File { .. } | Effect::Doubt(_) | Effect::Count(_) => {}
                Effect::Report(report) => {
                    self.told = report.census;
                    let (change_ms, pause) = (REPORT_MS, self.rules.orders.pause);
                    answers.push(Input::Instructed(Instruction { change_ms, pause, bans: None }));
                }
            }
        }
        self.trace.extend(effects);
        answers
    }

    fn tell(&mut self, line: LineId, frame: &Frame, cause: Option<&(LineId, ClientFrame)>) {
        if let (Some((from, sent)), Some(conversation)) = (cause, relayed_in(frame)) {
            assert!(is_relay_of(sent, frame), "invariant 4: {frame:?} is not what was sent: {sent:?}");
            let partner = self.kept.get(from).and_then(|record| match record {
                Record::Seated(kept) => kept.person.talking(),
                Record::Pending(_) => None,
            });
            let to = self.kept.get(&line).and_then(|record| match record {
                Record::Seated(kept) => Some((conversation, kept.person.id)),
                Record::Pending(_) => None,
            });
            assert!(partner.is_some() && partner == to, "invariant 4: passed on to a third person");
            self.relayed += 1;
            if let (ServerFrame::Say { .. }, Some(who)) = (frame, self.lines.get(from)) {
                self.people[*who].passed_on.push(self.now);
            }
        } else {
            assert_eq!(relayed_in(frame), None, "invariant 4: passed on without having been sent");
        }
        if matches!(frame, ServerFrame::Matched { .. }) {
            assert!(!self.rules.orders.pause.paused, "somebody was matched while matching is paused");
            self.check_meeting(line);
        }
        if let Some(who) = self.lines.get(&line).filter(|_| !self.deaf.contains(&line)) {
            self.people[*who].told(frame);
        }
    }

    /// The name of a conversation for a frame: mostly the present one, sometimes one that is over or never was.
    pub fn name(&self, who: usize, chance: &mut Chance) -> String {
        let person = &self.people[who];
        let wanted = if chance.percent(85) { person.conversation } else { person.past };
        wanted.map_or_else(|| "elsewhere".to_owned(), |id| ConversationName::from(id).to_string())
    }
}

/// Whether a step depends on people with a line only: of those without one, a restored lobby knows the partners.
fn in_conversation(input: &Input) -> bool {
    let Input::Arrived { arrival: Arrival::Frame(frame), .. } = input else { return false };
    frame.conversation().is_some() && !matches!(frame, ClientFrame::Find { .. })
}

fn relayed_in(frame: &Frame) -> Option<ConversationId> {
    match frame {
        ServerFrame::Say { conversation, .. }
        | ServerFrame::Got { conversation, .. }
        | ServerFrame::Seen { conversation, .. }
        | ServerFrame::Typing { conversation, .. } => Some(*conversation),
        ServerFrame::Welcome { .. }
        | ServerFrame::Waiting { .. }
        | ServerFrame::Matched { .. }
        | ServerFrame::Resumed(_)
        | ServerFrame::Partner { .. }
        | ServerFrame::Ended { .. }
        | ServerFrame::Done { .. }
        | ServerFrame::Error(_) => None,
    }
}

fn is_relay_of(sent: &ClientFrame, frame: &Frame) -> bool {
    match (sent, frame) {
        (
            ClientFrame::Say { conversation: named, n, text },
            ServerFrame::Say { conversation, n: number, text: said, .. },
        ) => named.names(*conversation) && n == number && text.clone().into_string() == *said,
        (ClientFrame::Got { conversation: named, n }, ServerFrame::Got { conversation, n: number })
        | (ClientFrame::Seen { conversation: named, n }, ServerFrame::Seen { conversation, n: number }) => {
            named.names(*conversation) && n == number
        }
        (ClientFrame::Typing { conversation: named, on }, ServerFrame::Typing { conversation, on: is_on }) => {
            named.names(*conversation) && on == is_on
        }
        _ => false,
    }
}
