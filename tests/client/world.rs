//! People with real clients, a real lobby, and lines between them that are slow, break and go silent.
//!
//! What is on a line comes in order or not at all. A line that goes silent carries nothing any more, and neither side
//! is told; one that breaks is noticed by each side in its own time. A client that ends in the middle of a step has
//! carried out only the first of its effects.

use std::collections::{BTreeMap, BTreeSet};

use edgewise::client;
use edgewise::domain::id::{LineId, NetworkKey, SessionId};
use edgewise::domain::lobby::{self, Lobby, Rules};
use edgewise::domain::session::Record;
use edgewise::domain::ticket::Ticket;
use edgewise::domain::time::Time;

use crate::chance::Chance;
use crate::people::Person;

const BROKEN: u16 = 1006;
const BEGINNING: Time = Time::from_ms(1_800_000_000_000);

/// What a line carries.
#[derive(Debug)]
pub enum Carried {
    Opened,
    Text(String),
    Close(u16, String),
}

/// What is going to happen.
#[derive(Debug)]
pub enum Event {
    Entered(usize),
    Open(usize),
    ToService(usize, Carried),
    ToClient(usize, Carried),
}

/// A line between a client and the lobby.
pub struct Wire {
    pub who: usize,
    pub socket: u64,
    pub line: LineId,
    /// Each side holds it for open.
    pub service: bool,
    pub client: bool,
    /// It carries nothing any more.
    pub silent: bool,
    /// When the newest thing on it arrives, each way.
    pub to_service: Time,
    pub to_client: Time,
    pub ping: Option<Time>,
    pub record: Option<Record>,
}

/// Everything.
pub struct World {
    pub now: Time,
    pub chance: Chance,
    pub people: Vec<Person>,
    pub rules: Rules,
    pub lobby: Lobby,
    pub wires: Vec<Wire>,
    events: BTreeMap<(Time, u64), Event>,
    count: u64,
    pub tickets: Vec<Ticket>,
    /// Conversations that somebody wished to end.
    pub left: BTreeSet<String>,
    /// The lobby has forgotten everything before.
    pub forgot: bool,
    /// Clients end in the middle of a step, so many times in a hundred.
    pub crashes: u64,
    /// Sockets cannot be opened, so many times in a hundred.
    pub failures: u64,
    /// How often what happened, so that a test can see that it did.
    pub tally: BTreeMap<&'static str, u64>,
    /// Everything is printed.
    pub tracing: bool,
}

impl World {
    pub fn new(seed: u64, people: usize, rules: Rules) -> Self {
        let now = BEGINNING;
        Self {
            now,
            chance: Chance::new(seed),
            people: (0..people).map(|_| Person::new(now)).collect(),
            lobby: Lobby::new(rules.clone(), now),
            rules,
            wires: Vec::new(),
            events: BTreeMap::new(),
            count: 0,
            tickets: Vec::new(),
            left: BTreeSet::new(),
            forgot: false,
            crashes: 0,
            failures: 0,
            tally: BTreeMap::new(),
            tracing: false,
        }
    }

    /// What happened in a world that is run alone.
    pub fn trace(&self, what: impl FnOnce() -> String) {
        if self.tracing {
            println!("{:>9} {}", self.now.since(BEGINNING), what());
        }
    }

    pub fn note(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    /// Lets everything happen that happens before `until`.
    pub fn run(&mut self, until: Time) {
        for _ in 0..1_000_000 {
            let event = self.events.keys().next().map(|(at, _)| *at);
            let ticks = self.people.iter().map(|person| person.client.deadline());
            let due = ticks.chain([event, self.lobby.deadline()]).flatten().min();
            let Some(due) = due.filter(|due| *due <= until) else {
                self.now = until;
                return;
            };
            self.now = self.now.max(due);
            if event == Some(due) {
                let (_, event) = self.events.pop_first().expect("just seen");
                self.happen(event);
                continue;
            }
            for who in 0..self.people.len() {
                if self.people[who].client.deadline().is_some_and(|at| at <= self.now) {
                    self.tell_client(who, client::Input::Tick);
                }
            }
            if self.lobby.deadline().is_some_and(|at| at <= self.now) {
                self.tell_lobby(lobby::Input::Tick);
            }
        }
        panic!("this goes on for ever");
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Entered(who) => {
                let (pass, lobby) = (format!("p{who}"), self.rules.name.clone());
                self.tell_client(who, client::Input::Entered { pass, lobby, visitor: None });
            }
            Event::Open(wire) if self.chance.below(100) < self.failures => {
                self.carry(wire, false, Carried::Close(BROKEN, String::new()));
            }
            Event::Open(wire) => {
                let line = self.wires[wire].line;
                self.wires[wire].service = true;
                let mut session = [0; 16];
                session[..8].copy_from_slice(&line.0.to_be_bytes());
                let network = NetworkKey([u8::try_from(self.wires[wire].who).expect("few"); 8]);
                self.tell_lobby(lobby::Input::Opened { line, session: SessionId(session), network });
                self.carry(wire, false, Carried::Opened);
            }
            Event::ToService(wire, carried) => self.at_service(wire, carried),
            Event::ToClient(wire, carried) => self.at_client(wire, carried),
        }
    }

    /// Something goes onto a line. It arrives after what is on the line already.
    pub fn carry(&mut self, wire: usize, to_service: bool, carried: Carried) {
        let slow = self.chance.percent(5);
        let delay = 1 + self.chance.below(if slow { 2_000 } else { 80 });
        let line = &mut self.wires[wire];
        if line.silent {
            return;
        }
        let newest = if to_service { &mut line.to_service } else { &mut line.to_client };
        *newest = self.now.plus(delay).max(*newest);
        let at = *newest;
        self.plan(at, if to_service { Event::ToService(wire, carried) } else { Event::ToClient(wire, carried) });
    }

    pub fn plan(&mut self, at: Time, event: Event) {
        self.count += 1;
        self.events.insert((at, self.count), event);
    }

    /// The line of somebody, if there is one.
    pub fn wire_of(&self, who: usize) -> Option<usize> {
        self.wires.iter().rposition(|wire| wire.who == who && wire.client)
    }

    /// A line carries nothing any more. Each side may learn of it, in its own time.
    pub fn cut(&mut self, wire: usize, service_learns: bool, client_learns: bool) {
        self.trace(|| {
            format!("cut: {} of {}, service {service_learns}, client {client_learns}", wire, self.wires[wire].who)
        });
        self.note(if client_learns { "cut" } else { "fell silent" });
        self.wires[wire].silent = true;
        let on_it = |event: &Event| matches!(event, Event::ToService(on, _) | Event::ToClient(on, _) if *on == wire);
        self.events.retain(|_, event| !on_it(event));
        let soon = |chance: &mut Chance| {
            let late = chance.percent(20);
            chance.below(if late { 8_000 } else { 20 })
        };
        if service_learns {
            let at = self.now.plus(soon(&mut self.chance));
            self.plan(at, Event::ToService(wire, Carried::Close(BROKEN, String::new())));
        }
        if client_learns {
            let at = self.now.plus(soon(&mut self.chance));
            self.plan(at, Event::ToClient(wire, Carried::Close(BROKEN, String::new())));
        }
    }
}
