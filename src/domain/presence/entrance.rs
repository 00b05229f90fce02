//! Who comes in: what the Worker asks before it lets anybody in, and who is kept out.

use super::{Answer, Door, Effect, Presence};
use crate::domain::admission::{Knock, Verdict};
use crate::domain::ban_list::NewBan;
use crate::domain::salts::Salt;
use crate::domain::time::Time;

impl Presence {
    /// What the Worker needs to know at the door.
    pub(super) fn door(&mut self, now: Time, salt: Salt) -> Vec<Effect> {
        let kept = self.entry.salts.draw(now, salt).then(|| self.keep());
        self.admission.measure(now);
        let (paused, proof) = (self.pause.paused, self.admission.proof(self.gate, self.entry.raised));
        let door = Door { paused, proof, salts: self.entry.salts.clone() };
        kept.into_iter().chain([Effect::Answer(Answer::Door(Box::new(door)))]).collect()
    }

    /// Whether somebody comes in. Who is banned is told so first, and nobody works for a door that stays closed.
    pub(super) fn knock(&mut self, now: Time, knock: &Knock) -> Verdict {
        match self.entry.bans.told().until(&knock.visitors, &knock.networks, now) {
            Some(until) => Verdict::Banned { until },
            None if self.pause.paused && !knock.returns => Verdict::Paused,
            None => self.admission.knock(now, self.gate, self.entry.raised, knock),
        }
    }

    /// Bans somebody, and tells all lobbies at once.
    pub(super) fn ban(&mut self, now: Time, new: NewBan) -> Vec<Effect> {
        match self.entry.bans.ban(now, new) {
            Ok(Some(ban)) => self.tell_bans(now, Answer::Banned((&ban).into())),
            Ok(None) => vec![Effect::Answer(Answer::Known)],
            Err(code) => vec![Effect::Answer(code.into())],
        }
    }

    /// Keeps who is banned, and tells all lobbies.
    pub(super) fn tell_bans(&self, now: Time, answer: Answer) -> Vec<Effect> {
        [self.keep()].into_iter().chain(self.ask(now)).chain([Effect::Answer(answer)]).collect()
    }
}
