//! Looking for a partner, and whether the one who is found is still there.
//!
//! Somebody may be gone without anybody knowing: a line that has fallen silent is noticed after a while only. So nobody
//! is matched whose last sign of life is [`DOUBT_MS`](crate::domain::limits::DOUBT_MS) old before a look was taken at
//! when their line last carried a `ping`; and whoever may still be gone then is on trial: if nothing is heard of them
//! within [`TRIAL_MS`], the match counts for nothing, and the other one goes back to the place where they waited.

use super::{Effect, Lobby, Session, Turn};
use crate::domain::conversation;
use crate::domain::id::{LineId, SessionId};
use crate::domain::limits::TRIAL_MS;
use crate::domain::matchmaker::Wait;
use crate::domain::pause::Pause;
use crate::domain::person::Doing;
use crate::domain::protocol::{EndReason, ErrorCode, Preferences, Refusal, ServerFrame};
use crate::domain::session::Trial;
use crate::domain::tally::Fact;

/// A search whose outcome waits for a look at some lines.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Look {
    wait: Wait,
    /// Whether to say so if nobody is found.
    tell: bool,
    /// Those that are still to be looked at.
    lines: Vec<LineId>,
}

impl Lobby {
    /// Somebody says what they look for.
    pub(super) fn seek(&mut self, turn: &mut Turn, id: SessionId, preferences: Preferences) {
        // First what was due before they said so.
        self.settle(turn);
        let new_place = self.matchmaker.new_place(turn.now);
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let person = &mut session.person;
        if person.talk().is_some() {
            return;
        }
        let wait = match person.wait() {
            Some(wait) if person.preferences == preferences => wait,
            kept => Wait::at(kept.map_or(new_place, |wait| wait.place), turn.now, &preferences),
        };
        person.preferences = preferences;
        turn.touch(id);
        self.look(turn, id, wait, true);
    }

    /// Those for whom time has changed whom they may meet look again.
    pub(super) fn settle(&mut self, turn: &mut Turn) {
        if self.rules.orders.pause.paused {
            return;
        }
        for id in self.matchmaker.due(turn.now) {
            // Perhaps they have been found by one who was due before them.
            if let Some(wait) = self.matchmaker.get(id).map(|seeker| seeker.wait) {
                self.look(turn, id, wait, false);
            }
        }
    }

    /// Looks for a partner. Somebody who finds nobody waits, and is told if they are to be.
    pub(super) fn look(&mut self, turn: &mut Turn, id: SessionId, wait: Wait, tell: bool) {
        // Whatever an earlier one still waits for is of no interest any more.
        self.looks.remove(&id);
        let Some(seeker) = self.sessions.get(&id).map(|session| session.person.seeker(wait)) else { return };
        if self.rules.orders.pause.paused {
            self.matchmaker.seat(turn.now, seeker);
            return self.wait(turn, id, wait, tell);
        }
        let Some(partner) = self.matchmaker.find(turn.now, seeker) else { return self.wait(turn, id, wait, tell) };
        let lines = self.doubtful([id, partner], turn);
        if lines.is_empty() {
            return self.meet(turn, id, partner, wait);
        }
        turn.effects.extend(lines.iter().map(|line| Effect::Probe { line: *line }));
        self.looks.insert(id, Look { wait, tell, lines });
    }

    /// Matching is paused or goes on, unless that is known already, or something newer. Whoever waits is told, and looks
    /// again when it goes on, in the order of waiting.
    pub(super) fn pause(&mut self, turn: &mut Turn, pause: Pause) {
        if !pause.is_after(self.rules.orders.pause) {
            return;
        }
        let before = std::mem::replace(&mut self.rules.orders.pause, pause);
        turn.effects.push(Effect::KeepOrders(Box::new(self.rules.orders.clone())));
        if pause.paused == before.paused {
            return;
        }
        if !pause.paused {
            // Whoever has widened meanwhile is found as such; all of them look below.
            drop(self.matchmaker.due(turn.now));
        }
        let mut waiting: Vec<_> =
            self.matchmaker.waiting().map(|seeker| (seeker.wait.place, seeker.session, seeker.wait)).collect();
        waiting.sort_unstable_by_key(|(place, session, _)| (*place, *session));
        for (_, id, wait) in waiting {
            if pause.paused {
                self.tell_paused(turn, id);
            } else if self.matchmaker.get(id).is_some() {
                self.look(turn, id, wait, true);
            }
        }
    }

    /// Tells somebody who waits that nobody is matched for now.
    pub(super) fn tell_paused(&self, turn: &mut Turn, id: SessionId) {
        let notice = Refusal { re: None, ..Refusal::of("find", ErrorCode::Paused) };
        self.tell(turn, id, ServerFrame::Error(notice));
    }

    /// The lines of those who may be gone, and of whom a look would show more.
    fn doubtful(&self, ids: [SessionId; 2], turn: &Turn) -> Vec<LineId> {
        let lines = ids.iter().filter_map(|id| self.sessions.get(id)?.line());
        let doubtful = lines.filter(|line| line.is_doubtful(turn.now) && line.is_worth_a_look(turn.now));
        doubtful.map(|line| line.id).collect()
    }

    /// A line was looked at: searches that were waiting for nothing else go on.
    pub(super) fn looked(&mut self, turn: &mut Turn, line: LineId) {
        let mut over = Vec::new();
        for (id, look) in self.looks.iter_mut() {
            let known = look.lines.len();
            look.lines.retain(|other| *other != line);
            if look.lines.len() < known && look.lines.is_empty() {
                over.push((look.wait.place, *id));
            }
        }
        over.sort_unstable();
        for (_, id) in over {
            if let Some(Look { wait, tell, .. }) = self.looks.remove(&id) {
                self.look(turn, id, wait, tell);
            }
        }
    }

    fn wait(&mut self, turn: &mut Turn, id: SessionId, wait: Wait, tell: bool) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let widened = wait.widen_at <= turn.now;
        let news = match &mut session.person.doing {
            Doing::Waiting { wait: known, widened: told } if *known == wait => {
                let news = widened && !*told;
                *told = widened;
                if news {
                    turn.touch(id);
                }
                news
            }
            Doing::Waiting { .. } | Doing::Idle | Doing::Talking(_) => {
                session.person.turn_to(Doing::Waiting { wait, widened }, turn.now);
                turn.touch(id);
                false
            }
        };
        if tell || news {
            self.tell_waiting(turn, id);
        }
    }

    /// Two people meet. `wait` is the one of whom it is that looked.
    fn meet(&mut self, turn: &mut Turn, one: SessionId, other: SessionId, wait: Wait) {
        let person = |id| self.sessions.get(&id).map(|session: &Session| session.person.clone());
        let Some((mut ones, mut others)) = person(one).zip(person(other)) else { return };
        let others_wait = others.wait().unwrap_or(wait);
        if conversation::begin(&mut ones, &mut others, turn.now).is_none() {
            return;
        }
        let waited_ms = [wait, others_wait].map(|wait| turn.now.since(wait.place.since));
        turn.count(Fact::Matched { waited_ms });
        for (person, partner) in [(ones, others_wait), (others, wait)] {
            let (id, ticket, common) = (person.id, self.ticket(turn, &person), person.common());
            let Some((conversation, lang)) = person.talk().map(|talk| (talk.conversation, talk.lang)) else { continue };
            let doubtful =
                self.sessions.get(&id).and_then(Session::line).is_some_and(|line| line.is_doubtful(turn.now));
            let trial = doubtful.then(|| Trial { until: turn.now.plus(TRIAL_MS), partner });
            self.change(turn, id, |session| (session.person, session.trial) = (person, trial));
            self.tell(turn, id, ServerFrame::Matched { conversation, common, lang, ticket });
        }
    }

    /// Somebody who might have been gone is not.
    pub(super) fn pass_trial(&mut self, turn: &mut Turn, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if let Some(trial) = session.trial.take() {
            self.trials.remove(&(trial.until, id));
            turn.touch(id);
        }
    }

    /// Those of whom nothing was heard since they were matched are gone, and whoever was matched with them waits again.
    pub(super) fn end_trials(&mut self, turn: &mut Turn) {
        let mut gone = Vec::new();
        while let Some(first) = self.trials.first().copied().filter(|(until, _)| *until <= turn.now) {
            let id = first.1;
            let trial = self.sessions.get_mut(&id).and_then(|session| session.trial.take());
            self.trials.remove(&first);
            gone.extend(trial.map(|trial| (id, trial)));
        }
        let all: Vec<SessionId> = gone.iter().map(|(id, _)| *id).collect();
        for (id, trial) in gone {
            let Some((_, partner)) = self.sessions.get(&id).and_then(|session| session.person.talking()) else {
                continue;
            };
            turn.count(Fact::Ended(EndReason::Lost));
            for who in [id, partner] {
                self.tell_over(turn, who, EndReason::Lost, false);
            }
            if !all.contains(&partner) {
                self.wait_again(turn, partner, trial.partner);
            }
        }
    }

    /// Somebody whose match counts for nothing waits as before.
    fn wait_again(&mut self, turn: &mut Turn, id: SessionId, wait: Wait) {
        let Some(session) = self.sessions.get(&id) else { return };
        let here = session.line().is_some();
        self.wait(turn, id, wait, true);
        if here {
            self.look(turn, id, wait, false);
        }
    }
}
