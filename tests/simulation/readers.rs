//! Seeded readers of the event stream: they come, read some of the bytes that were on the way, are cut off in the middle of
//! any of them and come back with the number that they saw last, while announcements are made, withdrawn and run out, and
//! the presence object is lost and restored from what it kept.

use std::collections::BTreeSet;
use std::convert::Infallible;

use edgewise::domain::id::{NetworkKey, StreamId};
use edgewise::domain::operator::Command;
use edgewise::domain::presence::{Effect, Input, Presence, Stored};
use edgewise::domain::protocol::{NewAnnouncement, Severity};
use edgewise::domain::time::Time;
use eventsource_stream::{Event, EventStream, EventStreamError};
use futures::executor::block_on;
use futures::future::ready;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::Value;

use crate::chance::Chance;
use crate::{seeds, world_of};

const STEPS: u64 = 400;
const READERS: u64 = 5;
const TEXTS: [&str; 5] =
    ["plain", "\n\nevent: retract\ndata: {\"id\":\"x\"}\n\n", "\r\n\u{feff}\0\r", "😀\u{2028}日本語", "\nid: 9999\n"];

/// A page, as far as announcements go.
#[derive(Default)]
struct Reader {
    /// The bytes of its stream so far, read or not; none while it is away.
    stream: Option<(StreamId, Vec<u8>)>,
    /// How many of them it has read, and how many events there were in them.
    read: (usize, usize),
    seen: String,
    shown: Vec<String>,
    ever: BTreeSet<String>,
}

impl Reader {
    /// Reads so many of the bytes that it has not read yet.
    fn read(&mut self, bytes: usize) {
        let Some((_, stream)) = &self.stream else { return };
        self.read.0 += bytes;
        let events = parse(&stream[..self.read.0]);
        let fresh = events.get(self.read.1..).unwrap_or_default().to_vec();
        self.read.1 = events.len();
        fresh.iter().for_each(|event| self.take(event));
    }

    fn unread(&self) -> usize {
        self.stream.as_ref().map_or(0, |(_, stream)| stream.len() - self.read.0)
    }

    fn take(&mut self, event: &Event) {
        let data: Value = serde_json::from_str(&event.data).expect("JSON");
        let id = || data["id"].as_str().expect("an id").to_owned();
        match event.event.as_str() {
            "in_force" => {
                let ids = data["ids"].as_array().expect("a list");
                self.shown.retain(|shown| ids.contains(&Value::from(shown.as_str())));
            }
            "announcement" => {
                assert!(self.ever.insert(id()), "told again: {event:?}");
                assert!(TEXTS.iter().any(|text| data["text"] == *text), "{event:?}");
                self.shown.push(id());
            }
            "retract" => self.shown.retain(|shown| *shown != id()),
            "presence" | "beat" => {}
            _ => panic!("{event:?}"),
        }
        let number = |id: &str| id.parse::<u64>().unwrap_or_default();
        assert!(number(&event.id) >= number(&self.seen), "{event:?} after {}", self.seen);
        self.seen.clone_from(&event.id);
    }
}

fn parse(bytes: &[u8]) -> Vec<Event> {
    let events = EventStream::new(stream::iter([Ok::<_, Infallible>(bytes)]));
    // Where the bytes end in the middle of a character, the parser says so last of all.
    let whole = events.take_while(|event| ready(!matches!(event, Err(EventStreamError::Utf8(_)))));
    block_on(whole.try_collect()).expect("an event stream")
}

struct World {
    object: Presence,
    kept: Stored,
    now: Time,
    streams: u64,
    readers: Vec<Reader>,
    in_force: Vec<String>,
    /// How often a stream was cut off before all of it was read.
    torn: u64,
}

impl World {
    fn new() -> Self {
        let (now, kept) = (Time::from_ms(1_000_000), Stored::default());
        let object = Presence::restore(now, kept.clone(), "main-1");
        let readers = (0..READERS).map(|_| Reader::default()).collect();
        Self { object, kept, now, streams: 0, readers, in_force: Vec::new(), torn: 0 }
    }

    fn step(&mut self, input: Input) {
        for effect in self.object.handle(self.now, input) {
            match effect {
                Effect::Keep(stored) => self.kept = *stored,
                Effect::Write { to, text } => {
                    for (stream, bytes) in self.readers.iter_mut().filter_map(|reader| reader.stream.as_mut()) {
                        if to.contains(stream) {
                            bytes.extend(text.as_bytes());
                        }
                    }
                }
                Effect::Ask { .. } | Effect::Answer(_) => {}
                Effect::End { stream } => {
                    self.cut(|reader| reader.stream.as_ref().is_some_and(|(id, _)| *id == stream));
                }
            }
        }
        self.in_force = self.object.document().announcements.into_iter().map(|announcement| announcement.id).collect();
    }

    /// The streams of these readers break off, after what they have read.
    fn cut(&mut self, whose: impl Fn(&Reader) -> bool) {
        for reader in self.readers.iter_mut().filter(|reader| whose(reader)) {
            self.torn += u64::from(reader.unread() > 0);
            reader.stream = None;
        }
    }

    fn call(&mut self, command: Command) {
        self.step(Input::Called { network: NetworkKey([1; 8]), authorized: true, command: Some(command) });
    }

    fn announce(&mut self, chance: &mut Chance) {
        let text = chance.pick(&TEXTS).expect("a text").to_owned().try_into().expect("good");
        let until = chance.percent(40).then(|| self.now.plus(1 + chance.below(60_000)));
        self.call(Command::Announce(NewAnnouncement { severity: Severity::Info, text, until }));
    }

    fn withdraw(&mut self, chance: &mut Chance) {
        let numbers: Vec<usize> = (0..self.in_force.len()).collect();
        if let Some(at) = chance.pick(&numbers) {
            self.call(Command::Withdraw(self.in_force[at].clone()));
        }
    }

    fn pass(&mut self, ms: u64) {
        let end = self.now.plus(ms);
        while let Some(at) = self.object.deadline().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.step(Input::Tick);
        }
        self.now = end;
        self.step(Input::Tick);
    }

    fn come(&mut self, who: usize) {
        if self.readers[who].stream.is_some() {
            return;
        }
        self.streams += 1;
        let stream = StreamId(self.streams);
        let reader = &mut self.readers[who];
        (reader.stream, reader.read) = (Some((stream, Vec::new())), (0, 0));
        let seen = reader.seen.parse().unwrap_or_default();
        self.step(Input::Subscribed { stream, seen, chance: 0, network: None });
    }

    fn leave(&mut self, who: usize) {
        let Some((stream, _)) = self.readers[who].stream else { return };
        self.torn += u64::from(self.readers[who].unread() > 0);
        self.readers[who].stream = None;
        self.step(Input::Gone { stream });
    }

    /// The runtime ends, and all streams with it; another begins with what was kept.
    fn crash(&mut self) {
        self.cut(|_| true);
        self.object = Presence::restore(self.now, self.kept.clone(), "main-1");
        self.step(Input::Tick);
    }

    /// Whoever has read everything shows what is in force.
    fn check(&self) {
        for reader in self.readers.iter().filter(|reader| reader.stream.is_some() && reader.unread() == 0) {
            assert_eq!(reader.shown, self.in_force);
        }
    }
}

fn run(seed: u64) -> u64 {
    let mut chance = Chance::new(seed);
    let mut world = World::new();
    for _ in 0..STEPS {
        let who = usize::try_from(chance.below(READERS)).expect("a reader");
        match chance.below(100) {
            0..14 => world.announce(&mut chance),
            14..24 => world.withdraw(&mut chance),
            24..44 => world.come(who),
            44..52 => world.leave(who),
            52..54 => world.crash(),
            54..64 => world.pass(chance.below(10_000)),
            _ => {
                let unread = world.readers[who].unread() as u64;
                let bytes = if chance.percent(50) { unread } else { chance.below(unread + 1) };
                world.readers[who].read(usize::try_from(bytes).expect("a length"));
            }
        }
        world.check();
    }
    for who in 0..world.readers.len() {
        world.come(who);
        let unread = world.readers[who].unread();
        world.readers[who].read(unread);
    }
    world.check();
    world.torn
}

#[test]
fn whoever_reads_to_the_end_shows_what_is_in_force_and_is_told_nothing_twice() {
    let seeds = seeds(100);
    let worlds = seeds.end - seeds.start;
    let torn: u64 = seeds.map(|seed| world_of(seed, run)).sum();
    println!("{worlds} worlds, {torn} streams cut off before all of them was read");
    assert!(worlds < 100 || torn > 10 * worlds, "worlds in which too little happens show nothing");
}
