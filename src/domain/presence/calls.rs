//! What the operator asks for, and what they are told.

use super::{Answer, Effect, Presence, announcement};
use crate::domain::id::NetworkKey;
use crate::domain::operator::{Command, Turned};
use crate::domain::protocol::{AnnouncementList, Paused, Problem, ProblemCode, Stats};
use crate::domain::time::Time;

impl Presence {
    pub(super) fn answer(
        &mut self,
        now: Time,
        network: NetworkKey,
        authorized: bool,
        command: Option<Command>,
    ) -> Vec<Effect> {
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
                // Also where nothing has changed: perhaps a lobby has not heard, or this object has forgotten.
                self.pause = self.pause.then(paused, now);
                let asks = self.ask(now);
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
}
