//! The world's side of the people: their clients, what these do, and what they show, held against what is true.

use edgewise::client::{Chance, Client, ClientFrame, Effect, Input, Kept, Place, Show, Wanted, Why, read};
use edgewise::domain::id::LineId;
use edgewise::domain::limits::RELOAD_GRACE_MS;
use edgewise::domain::protocol::PING;
use edgewise::domain::time::Time;

use crate::transcript::Transcripts;
use crate::world::{Carried, Event, Wire, World};

/// Sent by a side that closes without a code.
const NO_CODE: u16 = 1005;

/// Somebody with a client.
pub struct Person {
    pub client: Client,
    pub kept: Kept,
    pub transcripts: Transcripts,
    /// They want a partner, or the one that they have.
    pub wants: bool,
    /// Since when the service has had no line of theirs, and the longest that it has been so.
    pub gone_since: Option<Time>,
    pub gone_ms: u64,
}

impl Person {
    pub fn new(now: Time) -> Self {
        let (kept, transcripts) = (Kept::default(), Transcripts::default());
        let client = Client::restore(now, kept.clone());
        Self { client, kept, transcripts, wants: false, gone_since: Some(now), gone_ms: 0 }
    }
}

impl World {
    /// Somebody leaves, for the next partner or for good.
    pub fn leave(&mut self, who: usize, next: bool) {
        self.people[who].wants = next;
        self.tell_client(who, if next { Input::Next } else { Input::Stop });
    }

    /// Somebody looks for a partner.
    pub fn seek(&mut self, who: usize) {
        self.people[who].wants = true;
        self.tell_client(who, Input::Find(Wanted::default()));
    }

    pub fn at_client(&mut self, wire: usize, carried: Carried) {
        let Wire { who, socket, client: held, .. } = self.wires[wire];
        if !held {
            return;
        }
        let input = match carried {
            Carried::Opened => Input::Opened { socket },
            Carried::Text(text) => {
                let (frame, ticket) = read(&text).expect("a frame of the service");
                Input::Heard { socket, frame, ticket }
            }
            Carried::Close(code, reason) => {
                self.wires[wire].client = false;
                Input::Closed { socket, code, reason }
            }
        };
        self.tell_client(who, input);
    }

    pub fn tell_client(&mut self, who: usize, input: Input) {
        let chance = Chance(u16::try_from(self.chance.below(65_536)).expect("16 bits"));
        let before = self.conversation(who);
        self.trace(|| format!("{who} <- {input:?}"));
        let effects = self.people[who].client.handle(self.now, chance, input);
        self.trace(|| format!("{who} -> {}", told(&effects)));
        let crash = self.chance.below(10_000) < self.crashes;
        // A conversation that ends is the one that was on show; anything else is about the one that is now.
        let c = before.or(self.conversation(who));
        let whole = effects.len() as u64;
        let performed = if crash { self.chance.below(whole + 1) } else { whole };
        for effect in effects.into_iter().take(usize::try_from(performed).expect("few")) {
            self.perform(who, effect, c.as_deref());
        }
        if crash {
            self.note("crashed");
            self.reload(who);
        }
    }

    /// The conversation that somebody has on show.
    pub fn conversation(&self, who: usize) -> Option<String> {
        match &self.people[who].client.kept().place {
            Place::Talking(talk) => Some(talk.c.clone()),
            Place::Home | Place::Seeking => None,
        }
    }

    fn perform(&mut self, who: usize, effect: Effect, c: Option<&str>) {
        match effect {
            Effect::Show(show) => self.show(who, c.unwrap_or_default(), &show),
            Effect::Save(kept) => self.people[who].kept = *kept,
            Effect::Enter { .. } => {
                let at = self.now.plus(self.chance.below(200));
                self.plan(at, Event::Entered(who));
            }
            Effect::Connect { socket, .. } => {
                self.wires.iter_mut().filter(|wire| wire.who == who).for_each(|wire| wire.client = false);
                let line = LineId(self.wires.len() as u64);
                let (service, client, silent) = (false, true, false);
                let (to_service, to_client, ping, record) = (self.now, self.now, None, None);
                let wire = Wire { who, socket, line, service, client, silent, to_service, to_client, ping, record };
                self.wires.push(wire);
                let at = self.now.plus(self.chance.below(100));
                self.plan(at, Event::Open(self.wires.len() - 1));
            }
            Effect::Send(frame) => {
                // A partner who comes when nobody is wanted any more is left unseen.
                if let (ClientFrame::Stop { c: Some(c) }, false) = (&frame, self.people[who].wants) {
                    self.left.insert(c.clone());
                }
                self.put_on_line(who, frame.encode());
            }
            Effect::Ping => self.put_on_line(who, PING.to_owned()),
            Effect::Close { code } => {
                let wire = self.wire_of(who).expect("a client closes only what it holds");
                self.wires[wire].client = false;
                self.carry(wire, true, Carried::Close(code.unwrap_or(NO_CODE), String::new()));
            }
        }
    }

    fn put_on_line(&mut self, who: usize, text: String) {
        let wire = self.wire_of(who).expect("a client sends only on what it holds");
        self.carry(wire, true, Carried::Text(text));
    }

    /// A client ends without warning and starts again with what it kept.
    pub fn reload(&mut self, who: usize) {
        self.note("reloaded");
        self.trace(|| format!("{who} reloads"));
        if let Some(wire) = self.wire_of(who) {
            self.wires[wire].client = false;
            self.carry(wire, true, Carried::Close(1001, String::new()));
        }
        let person = &mut self.people[who];
        person.client = Client::restore(self.now, person.kept.clone());
        person.transcripts.cut_back(&person.kept);
    }

    fn show(&mut self, who: usize, c: &str, show: &Show) {
        match show {
            Show::Arrived { n, text } => {
                let said = self.other_of(who, c).map(|other| self.people[other].transcripts.said(c).join(" "));
                let all: Vec<&str> = said.iter().flat_map(|said| said.split(' ')).collect();
                let nth = usize::try_from(*n - 1).ok().and_then(|place| all.get(place));
                assert_eq!(nth, Some(&text.as_str()), "not what was said as number {n} in {c}");
                self.note("arrived");
            }
            Show::Delivered { n } => {
                let other = self.other_of(who, c).expect("a partner");
                let heard = self.people[other].transcripts.heard(c).len() as u64;
                assert!(heard >= *n, "delivered up to {n}, and {heard} have arrived");
            }
            Show::Over { why, .. } => self.over(who, c, why),
            Show::Matched(_) => self.note("matched"),
            Show::NotDelivered { .. } | Show::CannotSay { .. } | Show::CannotFind { .. } | Show::GaveUp { .. } => {
                panic!("{who} is refused something: {show:?}")
            }
            Show::LineUp
            | Show::LineDown
            | Show::Banned { .. }
            | Show::Waiting { .. }
            | Show::Paused
            | Show::PartnerAway { .. }
            | Show::PartnerHere
            | Show::PartnerTyping(_)
            | Show::Said { .. }
            | Show::Seen { .. } => {}
        }
        self.people[who].transcripts.write(c, show);
    }

    /// A conversation ends only because somebody wished so, or was gone for too long.
    fn over(&mut self, who: usize, c: &str, why: &Why) {
        assert_ne!(*why, Why::Memory, "{who}: a memory is older than {c}");
        if *why == Why::Me {
            self.left.insert(c.to_owned());
        }
        if self.left.contains(c) {
            return;
        }
        // A match that only one of the two ever heard of is lost with the lobby's memory if the other has gone on.
        let other = self.other_of(who, c);
        if self.forgot && other.is_none() {
            return self.note("lost unheard");
        }
        let longest = other.map_or(0, |other| self.gone_ms(other)).max(self.gone_ms(who));
        assert!(longest >= RELOAD_GRACE_MS, "{c} is over for {who} as {why:?}, and nobody wished so");
        self.note("lost");
    }

    fn gone_ms(&self, who: usize) -> u64 {
        let person = &self.people[who];
        person.gone_ms.max(person.gone_since.map_or(0, |at| self.now.since(at)))
    }

    /// Who else has a transcript of `c`, or has it on show.
    pub fn other_of(&self, who: usize, c: &str) -> Option<usize> {
        (0..self.people.len()).find(|other| {
            *other != who
                && (self.people[*other].transcripts.conversations().any(|name| name == c)
                    || self.conversation(*other).as_deref() == Some(c))
        })
    }
}

/// Effects in one line.
fn told(effects: &[Effect]) -> String {
    let told =
        |effect: &Effect| if matches!(effect, Effect::Save(_)) { "Save".to_owned() } else { format!("{effect:?}") };
    effects.iter().map(told).collect::<Vec<_>>().join(" ")
}
