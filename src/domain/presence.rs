//! Who is here, told to everyone whose page is open.
//!
//! Lobbies report their census on a lease: one that falls silent stops counting when its lease runs out. Subscribers
//! get the counts when they come and then when they change, at most once a second for all together, and a `beat` when
//! nothing else has been said for a while. A stream ends by itself after some minutes, and the client comes back.
//!
//! `online` counts browsers and clients that are here: open streams, and the sessions that no stream counts, and never
//! fewer than those who wait or talk.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::census::{Census, Report};
use super::id::StreamId;
use super::limits::{BEAT_MS, LEASE_MS, PRESENCE_MS, RETRY_FULL_MS, RETRY_MS, STREAM_LIFE_MS, STREAMS_MAX};
use super::protocol::{PresenceCounts, PresenceDocument, to_json};
use super::sse;
use super::time::Time;

/// The number of the last entry in the log of announcements, while there are none.
const LOG_EMPTY: u64 = 0;

/// What happens to the presence object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// Somebody subscribes.
    Subscribed {
        /// The stream.
        stream: StreamId,
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
    },
    /// Time has passed.
    Tick,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
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
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Lease {
    report: Report,
    until: Time,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Stream {
    ends_at: Time,
    shown: Option<PresenceCounts>,
}

/// The presence object. See the module's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Presence {
    lobbies: BTreeMap<String, Lease>,
    streams: BTreeMap<StreamId, Stream>,
    /// When the counts last went out.
    counted_at: Time,
    /// When everyone was last told anything.
    told_at: Time,
}

impl Presence {
    /// Takes one step. See [`crate::domain`] for the contract.
    #[must_use]
    pub fn handle(&mut self, now: Time, input: Input) -> Vec<Effect> {
        match input {
            Input::Subscribed { stream, chance } => self.subscribe(now, stream, chance),
            Input::Gone { stream } => {
                self.streams.remove(&stream);
                self.tick(now)
            }
            Input::Reported { lobby, report } => {
                self.hear(now, lobby, report);
                self.tick(now)
            }
            Input::Tick => self.tick(now),
        }
    }

    /// When the next [`Input::Tick`] would do anything. With nobody watching, nothing has to be done.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        if self.streams.is_empty() {
            return None;
        }
        let changed = self.behind(self.counts()).next().map(|_| self.counted_at.plus(PRESENCE_MS));
        let lapse = self.lobbies.values().map(|lease| lease.until).min();
        [changed, lapse, Some(self.told_at.plus(BEAT_MS))].into_iter().flatten().min()
    }

    /// How many people are here, as of the last step.
    #[must_use]
    pub fn counts(&self) -> PresenceCounts {
        let sum = |count: fn(&Census) -> u64| self.lobbies.values().map(|lease| count(&lease.report.census)).sum();
        let (uncounted, waiting, chatting): (u64, u64, u64) =
            (sum(|census| census.uncounted), sum(|census| census.waiting), sum(|census| census.chatting));
        let online = (self.streams.len() as u64 + uncounted).max(waiting + chatting);
        PresenceCounts { online, waiting, chatting }
    }

    /// The same as a document.
    #[must_use]
    pub fn document(&self) -> PresenceDocument {
        PresenceDocument { counts: self.counts(), announcements: Vec::new() }
    }

    fn subscribe(&mut self, now: Time, stream: StreamId, chance: u32) -> Vec<Effect> {
        if self.streams.len() >= STREAMS_MAX {
            return vec![Effect::Write { to: vec![stream], text: turned_away(chance) }, Effect::End { stream }];
        }
        if self.streams.is_empty() {
            self.told_at = now;
        }
        self.lapse(now);
        let ends_at = now.plus(pick(&STREAM_LIFE_MS, chance));
        self.streams.insert(stream, Stream { ends_at, shown: None });
        let counts = self.counts();
        self.streams.insert(stream, Stream { ends_at, shown: Some(counts) });
        let greeting = [
            sse::retry(pick(&RETRY_MS, chance)),
            sse::event("in_force", LOG_EMPTY, r#"{"ids":[]}"#),
            sse::event("presence", LOG_EMPTY, &to_json(&counts)),
        ];
        let mut effects = vec![Effect::Write { to: vec![stream], text: greeting.concat() }];
        effects.extend(self.tick(now));
        effects
    }

    fn hear(&mut self, now: Time, lobby: String, report: Report) {
        let late = |known: &Lease| (known.report.start, known.report.number) >= (report.start, report.number);
        if !self.lobbies.get(&lobby).is_some_and(late) {
            self.lobbies.insert(lobby, Lease { report, until: now.plus(LEASE_MS) });
        }
    }

    fn tick(&mut self, now: Time) -> Vec<Effect> {
        self.lapse(now);
        let over: Vec<StreamId> =
            self.streams.iter().filter(|(_, stream)| stream.ends_at <= now).map(|(id, _)| *id).collect();
        let mut effects: Vec<Effect> = over.iter().map(|stream| Effect::End { stream: *stream }).collect();
        self.streams.retain(|_, stream| stream.ends_at > now);
        if now >= self.counted_at.plus(PRESENCE_MS) {
            effects.extend(self.count(now));
        }
        if now >= self.told_at.plus(BEAT_MS) && !self.streams.is_empty() {
            self.told_at = now;
            let to = self.streams.keys().copied().collect();
            effects.push(Effect::Write { to, text: sse::event("beat", LOG_EMPTY, "{}") });
        }
        effects
    }

    /// Tells the counts to everyone who was shown others.
    fn count(&mut self, now: Time) -> Option<Effect> {
        let counts = self.counts();
        let to: Vec<StreamId> = self.behind(counts).collect();
        if to.is_empty() {
            return None;
        }
        (self.counted_at, self.told_at) = (now, now);
        for stream in self.streams.values_mut() {
            stream.shown = Some(counts);
        }
        Some(Effect::Write { to, text: sse::event("presence", LOG_EMPTY, &to_json(&counts)) })
    }

    fn behind(&self, counts: PresenceCounts) -> impl Iterator<Item = StreamId> {
        self.streams.iter().filter(move |(_, stream)| stream.shown != Some(counts)).map(|(id, _)| *id)
    }

    fn lapse(&mut self, now: Time) {
        self.lobbies.retain(|_, lease| lease.until > now);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_ms(1_000_000);

    fn report(number: u64, uncounted: u64, waiting: u64, chatting: u64) -> Report {
        let census = Census { sessions: uncounted, uncounted, waiting, chatting };
        Report { start: NOW, number, census }
    }

    fn reported(number: u64, uncounted: u64, waiting: u64, chatting: u64) -> Input {
        Input::Reported { lobby: "main-1".into(), report: report(number, uncounted, waiting, chatting) }
    }

    fn subscribed(stream: u64) -> Input {
        Input::Subscribed { stream: StreamId(stream), chance: 0 }
    }

    fn written(effects: &[Effect]) -> Vec<(Vec<u64>, &str)> {
        let write = effects.iter().filter_map(|effect| match effect {
            Effect::Write { to, text } => Some((to.iter().map(|id| id.0).collect(), text.as_str())),
            Effect::End { .. } => None,
        });
        write.collect()
    }

    fn presence(online: u64, waiting: u64, chatting: u64) -> String {
        let data = format!(r#"{{"online":{online},"waiting":{waiting},"chatting":{chatting}}}"#);
        sse::event("presence", 0, &data)
    }

    #[test]
    fn a_subscriber_is_told_the_retry_then_what_is_in_force_then_the_counts() {
        let mut object = Presence::default();
        let effects = object.handle(NOW, subscribed(1));
        let greeting = format!("retry: 2000\n\nevent: in_force\nid: 0\ndata: {{\"ids\":[]}}\n\n{}", presence(1, 0, 0));
        assert_eq!(effects, [Effect::Write { to: vec![StreamId(1)], text: greeting }]);
    }

    #[test]
    fn counts_go_out_on_change_and_at_most_once_a_second() {
        let mut object = Presence::default();
        let _ = object.handle(NOW, subscribed(1));
        assert_eq!(written(&object.handle(NOW, reported(1, 2, 1, 0))), [(vec![1], presence(3, 1, 0).as_str())]);
        assert_eq!(object.handle(NOW.plus(10), reported(2, 4, 0, 2)), []);
        assert_eq!(object.handle(NOW.plus(999), Input::Tick), []);
        assert_eq!(object.deadline(), Some(NOW.plus(1_000)));
        assert_eq!(written(&object.handle(NOW.plus(1_000), Input::Tick)), [(vec![1], presence(5, 0, 2).as_str())]);
        assert_eq!(object.handle(NOW.plus(2_000), reported(3, 4, 0, 2)), [], "no change");
    }

    #[test]
    fn a_report_that_arrives_late_changes_nothing() {
        let mut object = Presence::default();
        let _ = object.handle(NOW, reported(7, 3, 0, 0));
        let _ = object.handle(NOW, reported(6, 9, 0, 0));
        assert_eq!(object.counts().online, 3);
    }

    #[test]
    fn a_lobby_that_falls_silent_stops_counting_after_its_lease() {
        let mut object = Presence::default();
        let _ = object.handle(NOW, reported(1, 5, 1, 4));
        let _ = object.handle(NOW.plus(LEASE_MS - 1), Input::Tick);
        assert_eq!(object.counts().online, 5);
        let _ = object.handle(NOW.plus(LEASE_MS), Input::Tick);
        assert_eq!(object.counts(), PresenceCounts::default());
    }

    #[test]
    fn online_is_never_less_than_those_who_wait_or_talk() {
        let mut object = Presence::default();
        let _ = object.handle(NOW, reported(1, 0, 1, 4));
        assert_eq!(object.counts(), PresenceCounts { online: 5, waiting: 1, chatting: 4 });
    }

    #[test]
    fn a_quiet_stream_beats_every_15_seconds() {
        let mut object = Presence::default();
        let _ = object.handle(NOW, subscribed(1));
        for n in 1..=3 {
            let at = object.deadline().unwrap();
            assert_eq!(at, NOW.plus(n * BEAT_MS));
            assert_eq!(written(&object.handle(at, Input::Tick)), [(vec![1], "event: beat\nid: 0\ndata: {}\n\n")]);
            assert_eq!(object.handle(at, Input::Tick), [], "a repeated tick is harmless");
        }
    }

    #[test]
    fn a_stream_ends_by_itself_after_10_to_15_minutes() {
        for chance in [0, u32::MAX / 2, u32::MAX] {
            let mut object = Presence::default();
            let _ = object.handle(NOW, Input::Subscribed { stream: StreamId(1), chance });
            let ended = std::iter::from_fn(|| object.deadline().map(|at| (at, object.handle(at, Input::Tick))))
                .find(|(_, effects)| effects.contains(&Effect::End { stream: StreamId(1) }));
            let lived = ended.unwrap().0.since(NOW);
            assert!((600_000..=900_000).contains(&lived), "{lived} ms");
            assert_eq!(object.deadline(), None, "nobody watches");
        }
    }

    #[test]
    fn one_subscriber_too_many_is_turned_away_politely() {
        let mut object = Presence::default();
        for n in 0..STREAMS_MAX as u64 {
            let effects = object.handle(NOW, subscribed(n));
            assert!(!effects.contains(&Effect::End { stream: StreamId(n) }));
        }
        let text = sse::retry(15_000);
        let refused = StreamId(STREAMS_MAX as u64);
        let effects = object.handle(NOW, subscribed(refused.0));
        assert_eq!(effects, [Effect::Write { to: vec![refused], text }, Effect::End { stream: refused }]);
    }

    #[test]
    fn a_chance_falls_within_its_range() {
        assert_eq!((pick(&RETRY_MS, 0), pick(&RETRY_MS, u32::MAX)), (2_000, 5_000));
    }
}
