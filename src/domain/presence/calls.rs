//! What the operator asks for, and what they are told.

use super::{Answer, Effect, Presence, announcement};
use crate::domain::id::NetworkKey;
use crate::domain::operator::{Command, Turned};
use crate::domain::protocol::{AnnouncementList, BanViews, Paused, Problem, ProblemCode, Raised, Stats};
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
            Command::Pause(paused) => {
                let answer = Effect::Answer(Answer::Paused(Paused { paused }));
                // Also where nothing has changed: perhaps a lobby has not heard, or this object has forgotten.
                self.pause = self.pause.then(paused, now);
                let asks = self.ask(now);
                [self.keep()].into_iter().chain(asks).chain([answer]).collect()
            }
            Command::Raise(raised) => {
                // Saying it again asks for no second proof of those who have shown one since.
                self.entry.raised = if raised { self.entry.raised.or(Some(now)) } else { None };
                vec![self.keep(), Effect::Answer(Answer::Raised(Raised { raised }))]
            }
            Command::Bans => {
                let bans = self.entry.bans.newest_first().map(Into::into).collect();
                vec![Effect::Answer(Answer::Bans(BanViews { bans }))]
            }
            Command::Ban(new) => self.ban(now, *new),
            Command::Unban(id) if self.entry.bans.lift(now, id) => self.tell_bans(now, Answer::Withdrawn),
            Command::Withdraw(_) | Command::Unban(_) => vec![Effect::Answer(ProblemCode::NotFound.into())],
        }
    }

    fn stats(&mut self, now: Time) -> Stats {
        self.admission.measure(now);
        Stats {
            at: now,
            proof: self.admission.proof(self.gate, self.entry.raised),
            raised: self.entry.raised.is_some(),
            rate_limits: if self.gate.limited { "on" } else { "off" },
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
