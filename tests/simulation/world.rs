//! A lobby with many people, whose lines come and go as chance has it, checked after every step.

use std::collections::{BTreeMap, BTreeSet};

use edgewise::domain::census::Census;
use edgewise::domain::door::Arrival;
use edgewise::domain::id::{ConversationId, ConversationName, LineId, NetworkKey, SessionId, VisitorId};
use edgewise::domain::limits::{PENDING_MAX, PENDING_PER_NETWORK_MAX, SAY_BUDGET};
use edgewise::domain::lobby::{Effect, Input, Lobby, Remains, Rules};
use edgewise::domain::protocol::{ClientFrame, ErrorCode, ServerFrame, decode};
use edgewise::domain::session::{Doing, Kept, Record};
use edgewise::domain::ticket::Pass;
use edgewise::domain::time::Time;

use crate::chance::Chance;
use crate::ledger::Ledger;

/// One socket, as the world around the lobby knows it.
pub struct Line {
    pub visitor: VisitorId,
    /// What its person was told last of how it stands.
    pub conversation: Option<ConversationId>,
    /// Conversations that it has left behind: for frames that come too late.
    pub past: Option<ConversationId>,
    pub said: u64,
    ping: Option<Time>,
    counted: bool,
    /// When each of its messages was passed on.
    passed_on: Vec<Time>,
}

/// Whether a frame was no frame of this protocol: how many there were is the one thing that a restored lobby forgets.
fn is_strike(effect: &Effect) -> bool {
    use ErrorCode::{BadFrame, HelloFirst, UnknownType};
    let Effect::Send { frame: ServerFrame::Error(refusal), .. } = effect else { return false };
    matches!(refusal.code, BadFrame | HelloFirst | UnknownType)
}

/// A lobby and everything around it.
pub struct World {
    pub now: Time,
    pub lobby: Lobby,
    pub lines: BTreeMap<LineId, Line>,
    pub ledger: Ledger,
    pub trace: Vec<Effect>,
    rules: Rules,
    kept: BTreeMap<LineId, Record>,
    told: Census,
    opened: u64,
    /// The lobby before it lost its memory: in the next step the restored one has to do the same.
    twin: Option<Lobby>,
}

impl World {
    pub fn new(rules: Rules) -> Self {
        let now = Time::from_ms(1_800_000_000_000);
        Self {
            now,
            lobby: Lobby::new(rules, now),
            lines: BTreeMap::new(),
            ledger: Ledger::default(),
            trace: Vec::new(),
            rules,
            kept: BTreeMap::new(),
            told: Census::default(),
            opened: 0,
            twin: None,
        }
    }

    pub fn open(&mut self, chance: &mut Chance) {
        self.opened += 1;
        let mut session = [0; 16];
        session[..8].copy_from_slice(&self.opened.to_be_bytes());
        // Fewer visitors than lines: some people have several tabs.
        let visitor = VisitorId([u8::try_from(chance.below(24)).expect("small"); 16]);
        let line = LineId(self.opened.wrapping_mul(0x9e37_79b9) % 1_000_003);
        let counted = chance.percent(50);
        let person = Line { visitor, conversation: None, past: None, said: 0, ping: None, counted, passed_on: vec![] };
        self.lines.insert(line, person);
        let network = NetworkKey(chance.below(3).to_be_bytes());
        self.step(Input::Opened { line, session: SessionId(session), network });
    }

    pub fn hello(&mut self, line: LineId, with_pass: bool) {
        let Some(person) = self.lines.get(&line) else { return };
        let counted = person.counted;
        let pass = with_pass.then(|| Pass::new(person.visitor, self.now));
        let Ok(ClientFrame::Hello(hello)) = decode(&format!(r#"{{"type":"hello","v":1,"counted":{counted}}}"#)) else {
            panic!("a hello is a hello")
        };
        self.step(Input::Arrived { line, arrival: Arrival::Hello(hello, pass) });
    }

    pub fn send(&mut self, line: LineId, text: &str) {
        let arrival = match decode(text) {
            Ok(frame) => Arrival::Frame(frame),
            Err(refusal) => Arrival::Malformed(refusal),
        };
        self.step(Input::Arrived { line, arrival });
    }

    pub fn ping(&mut self, line: LineId) {
        let now = self.now;
        self.lines.entry(line).and_modify(|person| person.ping = Some(now));
    }

    pub fn close(&mut self, line: LineId, code: u16) {
        self.drop_line(line);
        self.step(Input::Closed { line, code });
    }

    /// Memory is lost, and perhaps a line with it, without anybody having heard of its end.
    pub fn restore(&mut self, lost: Option<LineId>) {
        if let Some(line) = lost {
            self.drop_line(line);
        }
        let remains = self.kept.iter().map(|(line, record)| {
            let ping = self.lines.get(line).and_then(|person| person.ping);
            Remains { line: *line, record: record.clone(), ping }
        });
        let (lobby, effects) = Lobby::restore(self.rules, self.now, remains.collect::<Vec<_>>());
        let before = std::mem::replace(&mut self.lobby, lobby);
        // Outside of simulations ten quiet seconds come first, which fill every budget.
        self.lines.values_mut().for_each(|person| person.passed_on.clear());
        self.twin = None;
        if lost.is_none() {
            assert_eq!(self.lobby.snapshot(), before.snapshot(), "a restored lobby is another one");
            assert!(effects.iter().all(|effect| matches!(effect, Effect::Report(_))), "{effects:?}");
            self.twin = Some(before);
        }
        self.perform(effects, None);
        self.check();
    }

    /// A step, its effects, and every invariant.
    #[expect(clippy::needless_pass_by_value, reason = "a step uses its input up")]
    pub fn step(&mut self, input: Input) {
        let mut cause = None;
        if let Input::Arrived { line, arrival: Arrival::Frame(frame) } = &input {
            cause = Some((*line, frame.clone()));
        }
        let effects = self.lobby.handle(self.now, input.clone());
        if let Some(mut twin) = self.twin.take()
            && !self.rules.limited
            && !matches!(input, Input::Tick)
            && !effects.iter().any(is_strike)
        {
            let told = |effects: Vec<Effect>| -> Vec<Effect> {
                effects.into_iter().filter(|effect| !matches!(effect, Effect::Report(_))).collect()
            };
            let same = told(twin.handle(self.now, input.clone()));
            assert_eq!(told(effects.clone()), same, "invariant 9: restored, and different after {input:?}");
        }
        let answers = self.perform(effects, cause.as_ref());
        answers.into_iter().for_each(|answer| self.step(answer));
        self.check();
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

    /// Runs every deadline down until nothing but leases and silence is due, and compares what was reported.
    pub fn settle(&mut self) {
        for _ in 0..8 {
            self.lines.keys().copied().collect::<Vec<_>>().into_iter().for_each(|line| self.ping(line));
            self.wait(1_000, false);
        }
        assert_eq!(self.told, self.lobby.census(), "invariant 11: the last report is not how it is");
    }

    fn drop_line(&mut self, line: LineId) {
        self.lines.remove(&line);
        self.kept.remove(&line);
        self.ledger.gone(line);
    }

    fn perform(&mut self, effects: Vec<Effect>, cause: Option<&(LineId, ClientFrame)>) -> Vec<Input> {
        let mut answers = Vec::new();
        for effect in &effects {
            match effect {
                Effect::Keep { line, record } => drop(self.kept.insert(*line, record.clone())),
                Effect::Send { line, frame } => self.tell(*line, frame, cause),
                Effect::Close { line, .. } => self.drop_line(*line),
                Effect::Probe { line } => {
                    let ping = self.lines.get(line).and_then(|person| person.ping);
                    answers.push(Input::Heard { line: *line, ping });
                }
                Effect::Report(report) => self.told = report.census,
            }
        }
        self.trace.extend(effects);
        answers
    }

    fn tell(&mut self, line: LineId, frame: &ServerFrame, cause: Option<&(LineId, ClientFrame)>) {
        self.ledger.told(line, frame, cause);
        let now = self.now;
        let Some(person) = self.lines.get_mut(&line) else { return };
        if let ServerFrame::Matched { conversation, .. } = frame {
            person.conversation = Some(*conversation);
            person.said = 0;
        }
        if let ServerFrame::Ended { conversation, .. } = frame {
            (person.conversation, person.past) = (None, Some(*conversation));
        }
        if let (ServerFrame::Say { .. }, Some((from, _))) = (frame, cause)
            && let Some(sender) = self.lines.get_mut(from)
        {
            sender.passed_on.push(now);
        }
    }

    fn seated(&self) -> impl Iterator<Item = (LineId, &Kept)> {
        self.kept.iter().filter_map(|(line, record)| match record {
            Record::Seated(kept) => Some((*line, kept)),
            Record::Pending(_) => None,
        })
    }

    fn check(&mut self) {
        assert_eq!(self.kept, self.lobby.snapshot(), "what is kept is not what is");
        self.check_pairs();
        self.check_queue();
        self.check_bounds();
        self.check_census();
        let talking = self.seated().filter_map(|(line, kept)| match kept.doing {
            Doing::Talking { conversation, .. } => Some((line, conversation)),
            Doing::Idle | Doing::Waiting(_) => None,
        });
        let talking: BTreeMap<LineId, ConversationId> = talking.collect();
        self.ledger.settle(&talking);
        self.ledger.forget_old();
    }

    fn check_pairs(&self) {
        let people: BTreeMap<SessionId, &Kept> = self.seated().map(|(_, kept)| (kept.id, kept)).collect();
        for kept in people.values() {
            let Doing::Talking { conversation, partner } = kept.doing else { continue };
            let other = people.get(&partner).unwrap_or_else(|| panic!("invariant 1: {partner:?} is not here"));
            assert_eq!(other.doing, Doing::Talking { conversation, partner: kept.id }, "invariant 1: not symmetric");
            assert_ne!(kept.visitor, other.visitor, "invariant 1: somebody has met themself");
        }
    }

    fn check_queue(&self) {
        let waiting = self.seated().filter(|(_, kept)| matches!(kept.doing, Doing::Waiting(_)));
        let visitors: BTreeSet<VisitorId> = waiting.map(|(_, kept)| kept.visitor).collect();
        assert!(visitors.len() < 2, "invariant 2: {} who may meet are left waiting", visitors.len());
    }

    fn check_bounds(&self) {
        let mut networks: BTreeMap<NetworkKey, usize> = BTreeMap::new();
        for record in self.kept.values() {
            if let Record::Pending(pending) = record {
                *networks.entry(pending.network).or_default() += 1;
            }
        }
        assert!(networks.values().sum::<usize>() <= PENDING_MAX, "invariant 10: too many without a hello");
        if self.rules.limited {
            assert!(
                networks.values().all(|n| *n <= PENDING_PER_NETWORK_MAX),
                "invariant 10: too many from one network"
            );
            for person in self.lines.values() {
                let recent = person.passed_on.iter().filter(|at| self.now.since(**at) < 5_000).count() as u64;
                assert!(
                    recent <= SAY_BUDGET.burst + 5_000 / SAY_BUDGET.interval_ms,
                    "invariant 10: a flood of {recent}"
                );
            }
        }
        assert!(self.seated().count() <= self.rules.sessions_max, "invariant 10: too many sessions");
    }

    fn check_census(&self) {
        let count = |which: fn(&Kept) -> bool| self.seated().filter(|(_, kept)| which(kept)).count() as u64;
        let truth = Census {
            sessions: count(|_| true),
            uncounted: count(|kept| !kept.counted),
            waiting: count(|kept| matches!(kept.doing, Doing::Waiting(_))),
            chatting: count(|kept| matches!(kept.doing, Doing::Talking { .. })),
        };
        assert_eq!(self.lobby.census(), truth, "invariant 11: the census is not the truth");
    }

    /// The name of a conversation for a frame: mostly the present one, sometimes one that is over or never was.
    pub fn name(&self, line: LineId, chance: &mut Chance) -> String {
        let person = self.lines.get(&line);
        let wanted = if chance.percent(85) {
            person.and_then(|person| person.conversation)
        } else {
            person.and_then(|person| person.past)
        };
        wanted.map_or_else(|| "elsewhere".to_owned(), |id| ConversationName::from(id).to_string())
    }
}
