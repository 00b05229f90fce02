//! Who is here and what the operator has to say, told to everyone whose page is open; and what the operator asks for.
//!
//! Lobbies report on a lease (see [`lobbies`]). Subscribers get the announcements in force and the counts when they come,
//! then the counts when they change, at most once a second for all together, each announcement and withdrawal as it is
//! made, and a `beat` when nothing else has been said for a while. A stream ends by itself after some minutes, and the
//! client comes back.
//!
//! `online` counts browsers and clients that are here: open streams, and the sessions that no stream counts, and never
//! fewer than those who wait or talk.
//!
//! It also says who may come in ([`entrance`]).
//!
//! What must survive is small and seldom changes ([`Stored`]): the lobbies that are open, what is announced, whether
//! matching is paused, who is banned, and the salts of network keys. All else is asked for again.

mod calls;
mod entrance;
#[cfg(test)]
mod entrance_tests;
mod hour;
mod io;
mod lobbies;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use super::admission::{Admission, Gate};
use super::announcements::{Entry, Log};
use super::census::Instruction;
use super::id::{NetworkKey, StreamId};
use super::limits::{
    ASK_FOR_OPERATOR_MS, BEAT_MS, PRESENCE_MS, REPORT_MS, REPORT_UNWATCHED_MS, RETRY_FULL_MS, RETRY_MS, STREAM_LIFE_MS,
    STREAMS_MAX, STREAMS_PER_NETWORK_MAX, WANTED_MS,
};
use super::operator::Tries;
use super::pause::Pause;
use super::protocol::{InForce, PresenceCounts, PresenceDocument, Retract, to_json};
use super::sorted::Sorted;
use super::sse;
use super::time::Time;
use hour::Hour;
pub use io::{Answer, Door, Effect, Entrance, Input, Stored, Wanted};
use lobbies::Lobbies;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Stream {
    ends_at: Time,
    shown: Option<PresenceCounts>,
    network: Option<NetworkKey>,
}

/// The presence object. See the module's text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Presence {
    log: Log,
    pause: Pause,
    lobbies: Lobbies,
    streams: Sorted<StreamId, Stream>,
    /// When all lobbies were last asked how many people they have.
    asked_at: Option<Time>,
    /// Until when lobbies are to tell changes soon, because somebody has looked at the counts and may look again.
    wanted_until: Time,
    /// When the counts last went out.
    counted_at: Time,
    /// When everyone was last told anything.
    told_at: Time,
    tries: Tries,
    hour: Hour,
    started: Time,
    gate: Gate,
    admission: Admission,
    entry: Entrance,
}

impl Presence {
    /// An object that starts now, with what was stored. The lobby `home` is open whether that is stored or not.
    #[must_use]
    pub fn restore(now: Time, stored: Stored, home: &str) -> Self {
        let Stored { lobbies, log, pause, entry } = stored;
        Self {
            log,
            pause,
            lobbies: Lobbies::open(now, lobbies.into_iter().chain([home.to_owned()])),
            streams: Sorted::default(),
            asked_at: None,
            wanted_until: Time::default(),
            counted_at: Time::default(),
            told_at: Time::default(),
            tries: Tries::default(),
            hour: Hour::default(),
            started: now,
            gate: Gate::default(),
            admission: Admission::default(),
            entry,
        }
    }

    /// The same, with what the operator has set.
    #[must_use]
    pub fn guarded(self, gate: Gate) -> Self {
        Self { gate, ..self }
    }

    /// Takes one step. See [`crate::domain`] for the contract.
    #[must_use]
    pub fn handle(&mut self, now: Time, input: Input) -> Vec<Effect> {
        let mut effects = self.lapse(now);
        match input {
            Input::Wanted(wanted) => effects.extend(self.ask_if_worth_it(now, wanted)),
            Input::Subscribed { stream, seen, chance, network } => {
                effects.extend(self.subscribe(now, stream, seen, chance, network));
            }
            Input::Gone { stream } => drop(self.streams.remove(&stream)),
            Input::Reported { lobby, report, tally } => {
                if self.lobbies.hear(now, lobby, report, *tally) {
                    effects.push(self.keep());
                }
            }
            Input::Called { network, authorized, command } => {
                effects.extend(self.answer(now, network, authorized, command));
            }
            Input::Door { salt } => effects.extend(self.door(now, salt)),
            Input::Knocked(knock) => effects.push(Effect::Answer(Answer::Verdict(self.knock(now, &knock)))),
            Input::Doubted { visitor } => self.admission.doubt(now, visitor),
            Input::Banned(new) => effects.extend(self.ban(now, *new)),
            Input::Tick => {}
        }
        effects.extend(self.tell(now));
        self.hour.note(now, self.counts(), self.lobbies.new_tally());
        effects
    }

    /// When the next [`Input::Tick`] would do anything that a subscriber could notice. With nobody watching, nothing has
    /// to be done before somebody comes.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        if self.streams.is_empty() {
            return None;
        }
        let changed = self.behind(self.counts()).next().map(|_| self.counted_at.plus(PRESENCE_MS));
        let times = [changed, self.lobbies.deadline(), self.log.deadline(), Some(self.told_at.plus(BEAT_MS))];
        times.into_iter().flatten().min()
    }

    /// When an announcement or a ban ends, or a salt is to be deleted, whether anybody watches or not.
    #[must_use]
    pub fn expiry(&self) -> Option<Time> {
        [self.log.deadline(), self.entry.bans.deadline(), self.entry.salts.deadline()].into_iter().flatten().min()
    }

    /// How many people are here, as of the last step.
    #[must_use]
    pub fn counts(&self) -> PresenceCounts {
        let census = self.lobbies.census();
        let online = (self.streams.len() as u64 + census.uncounted).max(census.waiting + census.chatting);
        PresenceCounts { online, waiting: census.waiting, chatting: census.chatting }
    }

    /// The same as a document, with the announcements.
    #[must_use]
    pub fn document(&self) -> PresenceDocument {
        PresenceDocument { counts: self.counts(), announcements: self.log.in_force().cloned().collect() }
    }

    /// What a lobby is told in answer to its report.
    #[must_use]
    pub fn instruction(&self, now: Time, lobby: &str) -> Instruction {
        let change_ms = if self.is_watched(now) { REPORT_MS } else { REPORT_UNWATCHED_MS };
        let bans = self.entry.bans.told();
        let is_news = self.lobbies.knows_bans(lobby) != bans.number;
        Instruction { change_ms, pause: self.pause, bans: is_news.then(|| bans.clone()) }
    }

    /// The number of the last entry in the log of announcements.
    #[must_use]
    pub const fn last_entry(&self) -> u64 {
        self.log.last()
    }

    /// Whether matching is paused.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.pause.paused
    }

    /// Whether anybody looks at the counts, or has a moment ago.
    fn is_watched(&self, now: Time) -> bool {
        !self.streams.is_empty() || now < self.wanted_until
    }

    fn keep(&self) -> Effect {
        let (lobbies, log) = (self.lobbies.names().cloned().collect(), self.log.clone());
        Effect::Keep(Box::new(Stored { lobbies, log, pause: self.pause, entry: self.entry.clone() }))
    }

    /// Asks all lobbies how many people they have where that is not known: at the start, and when somebody comes to look
    /// after a while in which nobody did. From then on they tell of themselves.
    fn ask_if_worth_it(&mut self, now: Time, wanted: Wanted) -> Vec<Effect> {
        let watched = self.is_watched(now);
        self.wanted_until = now.plus(WANTED_MS);
        let known = |at: Time| match wanted {
            Wanted::Counts => watched,
            Wanted::Everything => now.since(at) < ASK_FOR_OPERATOR_MS,
        };
        if self.asked_at.is_some_and(known) {
            return Vec::new();
        }
        self.asked_at = Some(now);
        self.ask(now)
    }

    fn ask(&self, now: Time) -> Vec<Effect> {
        let ask = |lobby: &String| Effect::Ask { lobby: lobby.clone(), instruction: self.instruction(now, lobby) };
        self.lobbies.names().map(ask).collect()
    }

    fn subscribe(
        &mut self,
        now: Time,
        stream: StreamId,
        seen: u64,
        chance: u32,
        network: Option<NetworkKey>,
    ) -> Vec<Effect> {
        let of_network = || self.streams.iter().filter(|(_, known)| known.network == network).count();
        let too_many = network.is_some() && self.gate.limited && of_network() >= STREAMS_PER_NETWORK_MAX;
        if self.streams.len() >= STREAMS_MAX || too_many {
            return vec![Effect::Write { to: vec![stream], text: turned_away(chance) }, Effect::End { stream }];
        }
        if self.streams.is_empty() {
            self.told_at = now;
        }
        let ends_at = now.plus(pick(&STREAM_LIFE_MS, chance));
        self.streams.insert(stream, Stream { ends_at, shown: None, network });
        let counts = self.counts();
        self.streams.insert(stream, Stream { ends_at, shown: Some(counts), network });
        let (seen, entries) = self.log.since(seen);
        let ids = self.log.in_force().map(|announcement| announcement.id.as_str()).collect();
        let first = [sse::retry(pick(&RETRY_MS, chance)), sse::event("in_force", seen, &to_json(&InForce { ids }))];
        let last = sse::event("presence", self.log.last(), &to_json(&counts));
        let text: String = first.into_iter().chain(entries.iter().map(announcement)).chain([last]).collect();
        vec![Effect::Write { to: vec![stream], text }]
    }

    /// What time has ended: leases, announcements, bans and salts.
    fn lapse(&mut self, now: Time) -> Vec<Effect> {
        self.lobbies.lapse(now);
        let over = self.log.lapse(now);
        let entry = [self.entry.bans.lapse(now), self.entry.salts.lapse(now)];
        if over.is_empty() {
            return entry.contains(&true).then(|| self.keep()).into_iter().collect();
        }
        let told: String = over.iter().map(|id| self.retraction(id)).collect();
        [self.keep()].into_iter().chain(self.tell_all(now, told)).collect()
    }

    /// Ends streams that have lived long enough, and tells the others what has changed.
    fn tell(&mut self, now: Time) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.streams.retain(|stream, known| {
            let over = known.ends_at <= now;
            effects.extend(over.then_some(Effect::End { stream: *stream }));
            !over
        });
        if now >= self.counted_at.plus(PRESENCE_MS) {
            effects.extend(self.count(now));
        }
        if now >= self.told_at.plus(BEAT_MS) {
            effects.extend(self.tell_all(now, sse::event("beat", self.log.last(), "{}")));
        }
        effects
    }

    fn tell_all(&mut self, now: Time, text: String) -> Option<Effect> {
        if self.streams.is_empty() {
            return None;
        }
        self.told_at = now;
        Some(Effect::Write { to: self.streams.iter().map(|(stream, _)| *stream).collect(), text })
    }

    /// Tells the counts to everyone who was shown others.
    fn count(&mut self, now: Time) -> Option<Effect> {
        let counts = self.counts();
        let to: Vec<StreamId> = self.behind(counts).collect();
        if to.is_empty() {
            return None;
        }
        (self.counted_at, self.told_at) = (now, now);
        for (_, stream) in self.streams.iter_mut() {
            stream.shown = Some(counts);
        }
        Some(Effect::Write { to, text: sse::event("presence", self.log.last(), &to_json(&counts)) })
    }

    fn behind(&self, counts: PresenceCounts) -> impl Iterator<Item = StreamId> {
        self.streams.iter().filter(move |(_, stream)| stream.shown != Some(counts)).map(|(id, _)| *id)
    }

    fn retraction(&self, id: &str) -> String {
        sse::event("retract", self.log.last(), &to_json(&Retract { id }))
    }
}

fn announcement(entry: &Entry) -> String {
    sse::event("announcement", entry.number, &to_json(&entry.announcement))
}

/// What somebody is told whose stream cannot be taken, before it ends: to come back, and not too soon.
#[must_use]
pub fn turned_away(chance: u32) -> String {
    sse::retry(pick(&RETRY_FULL_MS, chance))
}

/// Where `chance` falls in a range.
fn pick(range: &RangeInclusive<u64>, chance: u32) -> u64 {
    let width = range.end() - range.start();
    range.start() + ((u64::from(chance) * (width + 1)) >> 32)
}
