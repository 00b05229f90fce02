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
//! What must survive is small and seldom changes ([`Stored`]): the lobbies that are open, what is announced, and whether
//! matching is paused. All else is asked for again.

mod hour;
mod lobbies;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::announcements::{Entry, Log};
use super::census::{Instruction, Report};
use super::id::{NetworkKey, StreamId};
use super::limits::{
    ASK_AGAIN_MS, ASK_FOR_OPERATOR_MS, BEAT_MS, PRESENCE_MS, REPORT_MS, REPORT_UNWATCHED_MS, RETRY_FULL_MS, RETRY_MS,
    STREAM_LIFE_MS, STREAMS_MAX,
};
use super::operator::{Command, Tries, Turned};
use super::pause::Pause;
use super::protocol::{
    Announcement, AnnouncementList, InForce, Paused, PresenceCounts, PresenceDocument, Problem, ProblemCode, Retract,
    Stats, to_json,
};
use super::sorted::Sorted;
use super::sse;
use super::tally::Tally;
use super::time::Time;
use hour::Hour;
use lobbies::Lobbies;

/// What happens to the presence object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// Somebody is about to look at the counts.
    Wanted(Wanted),
    /// Somebody subscribes.
    Subscribed {
        /// The stream.
        stream: StreamId,
        /// The number of the last log entry that they have seen; 0 for none.
        seen: u64,
        /// Drawn at random: spreads what a crowd would do at once.
        chance: u32,
    },
    /// A stream is gone.
    Gone {
        /// The stream.
        stream: StreamId,
    },
    /// A lobby reports.
    Reported {
        /// Which one.
        lobby: String,
        /// What it reports.
        report: Report,
        /// What it has counted since it started.
        tally: Box<Tally>,
    },
    /// Somebody calls who may be the operator. Answered with [`Effect::Answer`].
    Called {
        /// From where.
        network: NetworkKey,
        /// With the operator's token.
        authorized: bool,
        /// What is asked for; `None` for nothing.
        command: Option<Command>,
    },
    /// Time has passed.
    Tick,
}

/// How somebody looks at the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// Once.
    Once,
    /// From now on.
    Watched,
    /// The operator does, who also wants to know what was counted: lobbies tell that of themselves now and then only.
    ByOperator,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Store this, in place of what was stored before.
    Keep(Box<Stored>),
    /// Tell a lobby this, and let it report.
    Ask {
        /// Which one.
        lobby: String,
        /// What it is told.
        instruction: Instruction,
    },
    /// Write event-stream text to these streams.
    Write {
        /// The streams.
        to: Vec<StreamId>,
        /// The text.
        text: String,
    },
    /// End a stream.
    End {
        /// The stream.
        stream: StreamId,
    },
    /// The answer to a call, to be given when all lobbies that were asked have heard.
    Answer(Answer),
}

/// What a caller is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// How it goes.
    Stats(Box<Stats>),
    /// What is in force.
    Announcements(AnnouncementList),
    /// It is announced.
    Announced(Announcement),
    /// It is withdrawn.
    Withdrawn,
    /// Whether matching is paused now.
    Paused(Paused),
    /// The call was nothing but a look at the token, which is right.
    Known,
    /// It is refused.
    Refused(Problem),
}

impl Answer {
    /// Status and body of the response.
    #[must_use]
    pub fn encode(&self) -> (u16, String) {
        match self {
            Self::Stats(stats) => (200, to_json(stats)),
            Self::Announcements(list) => (200, to_json(list)),
            Self::Announced(announcement) => (201, to_json(announcement)),
            Self::Paused(paused) => (200, to_json(paused)),
            Self::Withdrawn | Self::Known => (204, String::new()),
            Self::Refused(problem) => (problem.code.status(), problem.encode()),
        }
    }
}

impl From<ProblemCode> for Answer {
    fn from(code: ProblemCode) -> Self {
        Self::Refused(code.into())
    }
}

/// What survives the loss of memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stored {
    /// The lobbies that are open.
    pub lobbies: Vec<String>,
    /// The announcements.
    pub log: Log,
    /// Whether matching is paused.
    pub pause: Pause,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Stream {
    ends_at: Time,
    shown: Option<PresenceCounts>,
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
    /// When the counts last went out.
    counted_at: Time,
    /// When everyone was last told anything.
    told_at: Time,
    tries: Tries,
    hour: Hour,
    started: Time,
}

impl Presence {
    /// An object that starts now, with what was stored. The lobby `home` is open whether that is stored or not.
    #[must_use]
    pub fn restore(now: Time, stored: Stored, home: &str) -> Self {
        let Stored { lobbies, log, pause } = stored;
        Self {
            log,
            pause,
            lobbies: Lobbies::open(now, lobbies.into_iter().chain([home.to_owned()])),
            streams: Sorted::default(),
            asked_at: None,
            counted_at: Time::default(),
            told_at: Time::default(),
            tries: Tries::default(),
            hour: Hour::default(),
            started: now,
        }
    }

    /// Takes one step. See [`crate::domain`] for the contract.
    #[must_use]
    pub fn handle(&mut self, now: Time, input: Input) -> Vec<Effect> {
        let mut effects = self.lapse(now);
        match input {
            Input::Wanted(wanted) => effects.extend(self.ask_if_worth_it(now, wanted)),
            Input::Subscribed { stream, seen, chance } => effects.extend(self.subscribe(now, stream, seen, chance)),
            Input::Gone { stream } => drop(self.streams.remove(&stream)),
            Input::Reported { lobby, report, tally } => {
                if self.lobbies.hear(now, lobby, report, *tally) {
                    effects.push(self.keep());
                }
            }
            Input::Called { network, authorized, command } => {
                effects.extend(self.answer(now, network, authorized, command));
            }
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

    /// When an announcement runs out, whether anybody watches or not.
    #[must_use]
    pub fn expiry(&self) -> Option<Time> {
        self.log.deadline()
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
    pub fn instruction(&self) -> Instruction {
        self.instruct(!self.streams.is_empty())
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

    const fn instruct(&self, watched: bool) -> Instruction {
        Instruction { change_ms: if watched { REPORT_MS } else { REPORT_UNWATCHED_MS }, pause: self.pause }
    }

    fn keep(&self) -> Effect {
        let (lobbies, log, pause) = (self.lobbies.names().cloned().collect(), self.log.clone(), self.pause);
        Effect::Keep(Box::new(Stored { lobbies, log, pause }))
    }

    /// Asks all lobbies how many people they have where that is not known: at the start, and while nobody watches. Those
    /// who watch are told by the lobbies themselves.
    fn ask_if_worth_it(&mut self, now: Time, wanted: Wanted) -> Vec<Effect> {
        let watched = !self.streams.is_empty();
        let known = |at: Time| match wanted {
            Wanted::Once | Wanted::Watched => watched || now.since(at) < ASK_AGAIN_MS,
            Wanted::ByOperator => now.since(at) < ASK_FOR_OPERATOR_MS,
        };
        if self.asked_at.is_some_and(known) {
            return Vec::new();
        }
        self.asked_at = Some(now);
        self.ask(watched || wanted == Wanted::Watched)
    }

    fn ask(&self, watched: bool) -> Vec<Effect> {
        let instruction = self.instruct(watched);
        self.lobbies.names().map(|lobby| Effect::Ask { lobby: lobby.clone(), instruction }).collect()
    }

    fn subscribe(&mut self, now: Time, stream: StreamId, seen: u64, chance: u32) -> Vec<Effect> {
        if self.streams.len() >= STREAMS_MAX {
            return vec![Effect::Write { to: vec![stream], text: turned_away(chance) }, Effect::End { stream }];
        }
        if self.streams.is_empty() {
            self.told_at = now;
        }
        let ends_at = now.plus(pick(&STREAM_LIFE_MS, chance));
        self.streams.insert(stream, Stream { ends_at, shown: None });
        let counts = self.counts();
        self.streams.insert(stream, Stream { ends_at, shown: Some(counts) });
        let (seen, entries) = self.log.since(seen);
        let ids = self.log.in_force().map(|announcement| announcement.id.as_str()).collect();
        let first = [sse::retry(pick(&RETRY_MS, chance)), sse::event("in_force", seen, &to_json(&InForce { ids }))];
        let last = sse::event("presence", self.log.last(), &to_json(&counts));
        let text: String = first.into_iter().chain(entries.iter().map(announcement)).chain([last]).collect();
        vec![Effect::Write { to: vec![stream], text }]
    }

    fn answer(&mut self, now: Time, network: NetworkKey, authorized: bool, command: Option<Command>) -> Vec<Effect> {
        let refusal = match self.tries.admit(now, network, authorized) {
            Ok(()) => None,
            Err(Turned::Unauthorized) => Some(ProblemCode::Unauthorized.into()),
            Err(Turned::SlowDown(ms)) => Some(Problem { retry_ms: Some(ms), ..ProblemCode::SlowDown.into() }),
        };
        match (refusal, command) {
            (Some(problem), _) => vec![Effect::Answer(Answer::Refused(problem))],
            (None, None) => vec![Effect::Answer(Answer::Known)],
            (None, Some(command)) => self.obey(now, command),
        }
    }

    fn obey(&mut self, now: Time, command: Command) -> Vec<Effect> {
        match command {
            Command::Stats => vec![Effect::Answer(Answer::Stats(Box::new(self.stats(now))))],
            Command::Announcements => {
                let announcements = self.log.in_force().cloned().collect();
                vec![Effect::Answer(Answer::Announcements(AnnouncementList { announcements }))]
            }
            Command::Announce(new) => match self.log.announce(now, new) {
                Ok(entry) => {
                    let told = self.tell_all(now, announcement(&entry));
                    let answer = Effect::Answer(Answer::Announced(entry.announcement));
                    [self.keep()].into_iter().chain(told).chain([answer]).collect()
                }
                Err(code) => vec![Effect::Answer(code.into())],
            },
            Command::Withdraw(id) if self.log.withdraw(&id) => {
                let told = self.tell_all(now, self.retraction(&id));
                [self.keep()].into_iter().chain(told).chain([Effect::Answer(Answer::Withdrawn)]).collect()
            }
            Command::Withdraw(_) => vec![Effect::Answer(ProblemCode::NotFound.into())],
            Command::Pause(paused) => {
                let answer = Effect::Answer(Answer::Paused(Paused { paused }));
                if self.pause.paused != paused {
                    self.pause = self.pause.then(paused, now);
                }
                // Also where nothing has changed: perhaps a lobby has not heard yet.
                let asks = self.ask(!self.streams.is_empty());
                [self.keep()].into_iter().chain(asks).chain([answer]).collect()
            }
        }
    }

    fn stats(&self, now: Time) -> Stats {
        Stats {
            at: now,
            since: self.lobbies.since().unwrap_or(self.started),
            paused: self.pause.paused,
            streams: self.streams.len() as u64,
            counts: self.counts(),
            tally: (*self.lobbies.tally()).into(),
            lobbies: self.lobbies.stats(),
            hour: self.hour.points().copied().collect(),
        }
    }

    /// What time has ended: leases and announcements.
    fn lapse(&mut self, now: Time) -> Vec<Effect> {
        self.lobbies.lapse(now);
        let over = self.log.lapse(now);
        if over.is_empty() {
            return Vec::new();
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
