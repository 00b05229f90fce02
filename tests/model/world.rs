//! One state of the model: the real clients, the real lobby, the lines between them, and what there is on paper.
//!
//! Nothing is in it that the future does not depend on. Sockets are named after whose they are and how many there were
//! before; one that nobody holds any more is taken away with all that it carried. A ticket is sealed by writing it
//! down, so that equal tickets are equal texts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use edgewise::client::{Client, Heard, Input, Kept, Place, Wanted};
use edgewise::domain::door::Arrival;
use edgewise::domain::id::LineId;
use edgewise::domain::lobby::{Lobby, Rules};
use edgewise::domain::session::Record;
use edgewise::domain::time::Time;

/// The close code of a line that broke.
pub const BROKEN: u16 = 1006;
/// When a model begins.
pub const BEGINNING: Time = Time::from_ms(1_800_000_000_000);
/// Sockets of one client are numbered below this.
const SOCKETS: u64 = 1_000;

/// On its way to the service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Up {
    Frame(Arrival),
    Ping,
    Close(u16),
}

/// On its way to a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Down {
    Frame(Heard, Option<String>),
    Close(u16, String),
}

/// A line between a client and the lobby.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wire {
    pub line: LineId,
    /// Each side holds it for open.
    pub client: bool,
    pub service: bool,
    /// It carries nothing any more, but for the news that it broke.
    pub cut: bool,
    pub up: VecDeque<Up>,
    pub down: VecDeque<Down>,
    pub ping: Option<Time>,
    pub record: Option<Record>,
}

impl Wire {
    pub fn new(line: LineId) -> Self {
        let (client, service, cut) = (true, true, false);
        Self { line, client, service, cut, up: VecDeque::new(), down: VecDeque::new(), ping: None, record: None }
    }

    pub fn who(&self) -> usize {
        usize::try_from(self.line.0 / SOCKETS).expect("few")
    }

    pub fn socket(&self) -> u64 {
        self.line.0 % SOCKETS
    }
}

/// The socket of this number of somebody's.
pub fn line_of(who: usize, socket: u64) -> LineId {
    assert!(socket < SOCKETS, "a client that goes on opening sockets");
    LineId(who as u64 * SOCKETS + socket)
}

/// What is on paper of one conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Page {
    pub said: Vec<String>,
    pub heard: Vec<String>,
    pub over: bool,
}

/// A person with a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Person {
    pub client: Client,
    /// By conversation.
    pub pages: BTreeMap<String, Page>,
    /// How many messages were begun.
    pub said: u8,
    /// Since when the lobby has had no line of theirs, and for how long it keeps the place.
    pub gone: Option<(Time, u64)>,
    /// Longer than that, since the conversation on show began.
    pub long_gone: bool,
}

/// What must not happen, and did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Breach {
    /// Somebody has two partners, or one who has another.
    Paired,
    /// What is kept with the sockets leads to other pairs.
    Records,
    /// A match or an end was told twice, or out of place.
    Told,
    /// A frame reached somebody else than the partner.
    Strayed,
    /// A message was lost, doubled, out of order, or of another conversation.
    Delivery,
    /// A conversation is over although nobody wished so and nobody was gone for long.
    Lost,
    /// Somebody was refused something that they may do.
    Refused,
}

/// How often each thing may still happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Left {
    /// The clock moves to the next deadline.
    pub clock: u8,
    /// Faults of all kinds together.
    pub faults: u8,
    /// Lines break.
    pub cuts: u8,
    /// The object hibernates.
    pub sleeps: u8,
    /// The object forgets everything.
    pub crashes: u8,
    /// A client ends between two steps.
    pub reloads: u8,
    /// A client ends in the midst of a step.
    pub deaths: u8,
    /// Somebody leaves for the next partner.
    pub nexts: u8,
    /// Somebody leaves.
    pub stops: u8,
    /// Somebody who has been left looks for a partner again.
    pub finds: u8,
}

/// What people do wrong on purpose, to see that it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mutant {
    /// A client takes a message that it has for the next one.
    TakesRepeats,
    /// A client takes no notice of its partner's coming and going, and so sends nothing again when they are back.
    IgnoresReturns,
    /// A client tells first, and writes down after.
    TellsFirst,
    /// A client keeps the first ticket that it was given.
    KeepsTickets,
    /// The lobby keeps of a session only how it began.
    KeepsRecords,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub now: Time,
    pub lobby: Arc<Lobby>,
    pub people: Vec<Arc<Person>>,
    /// In order of their lines.
    pub wires: Vec<Arc<Wire>>,
    /// Conversations that somebody wished to end.
    pub left_by_wish: BTreeSet<String>,
    pub left: Left,
    /// The object has lost its memory and its sockets before.
    pub forgot: bool,
    pub breach: Option<Breach>,
    pub mutant: Option<Mutant>,
}

impl World {
    /// People who are about to say hello, each in search of a partner.
    pub fn new(people: usize, mutant: Option<Mutant>) -> Self {
        let rules = rules();
        let person = || Person {
            client: Client::restore(BEGINNING, Kept::default()),
            pages: BTreeMap::new(),
            said: 0,
            gone: None,
            long_gone: false,
        };
        let mut world = Self {
            now: BEGINNING,
            lobby: Arc::new(Lobby::new(rules, BEGINNING)),
            people: (0..people).map(|_| Arc::new(person())).collect(),
            wires: Vec::new(),
            left_by_wish: BTreeSet::new(),
            left: Left::default(),
            forgot: false,
            breach: None,
            mutant,
        };
        for who in 0..people {
            // Nobody looks at the page: `seen` is no part of the promise, and would double what is on the lines.
            world.tell_client(who, Input::Visible(false));
            world.tell_client(who, Input::Find(Wanted::default()));
        }
        world
    }

    /// The first of the things that must not happen is the one that counts.
    pub fn breach(&mut self, breach: Breach) {
        self.breach = self.breach.or(Some(breach));
    }

    pub fn person(&mut self, who: usize) -> &mut Person {
        Arc::make_mut(&mut self.people[who])
    }

    pub fn wire(&mut self, line: LineId) -> Option<&mut Wire> {
        self.wires.iter_mut().find(|wire| wire.line == line).map(Arc::make_mut)
    }

    /// The line that somebody's client holds.
    pub fn held_by(&self, who: usize) -> Option<LineId> {
        self.wires.iter().find(|wire| wire.who() == who && wire.client).map(|wire| wire.line)
    }

    /// Takes away what nobody holds any more, and what is on its way to an end that was let go.
    pub fn tidy(&mut self) {
        self.wires.retain(|wire| wire.client || wire.service);
        for wire in &mut self.wires {
            if (!wire.client && !wire.down.is_empty()) || (!wire.service && !wire.up.is_empty()) {
                let Wire { client, service, up, down, .. } = Arc::make_mut(wire);
                up.retain(|_| *service);
                down.retain(|_| *client);
            }
        }
    }

    /// The conversation that somebody has on show.
    pub fn on_show(&self, who: usize) -> Option<&str> {
        match &self.people[who].client.kept().place {
            Place::Talking(talk) => Some(&talk.c),
            Place::Home | Place::Seeking => None,
        }
    }

    /// Who else has a page of `c`.
    pub fn other_of(&self, who: usize, c: &str) -> Option<usize> {
        (0..self.people.len()).find(|other| *other != who && self.people[*other].pages.contains_key(c))
    }
}

/// The rules of the lobby: floods are another matter.
pub fn rules() -> Rules {
    Rules { limited: false, ..Rules::named("here") }
}
