//! Places: how people come, come back, are away, and are gone.

use super::{Effect, Lobby, Turn};
use crate::domain::conversation::{Claim, Parting, judge};
use crate::domain::id::{LineId, SessionId};
use crate::domain::limits::{CLOCK_SLACK_MS, GRACE_MS, IDLE_STEP_MS, TICKET_MS};
use crate::domain::person::{Doing, Person};
use crate::domain::protocol::{
    CloseCode, EndReason, Hello, PartnerState, Presence, Resumed, ServerFrame, SessionState, WireLimits, WireVersion,
};
use crate::domain::session::{Kept, Line, Session, Whereabouts};
use crate::domain::tally::Fact;
use crate::domain::ticket::{Pass, Ticket};
use crate::domain::time::Time;

impl Lobby {
    /// A good `hello`: somebody new, or somebody who comes back. A ticket of another visitor is as no ticket.
    pub(super) fn greet(&mut self, turn: &mut Turn, line: LineId, hello: &Hello, pass: &Pass, ticket: Option<Ticket>) {
        let network = self.anteroom.network(line);
        if let Some(until) = self.barred(Some(pass.visitor), network, turn.now) {
            return self.shut_out(turn, line, until);
        }
        if self.networks.is_flooder(pass.visitor, turn.now) {
            return self.shut(turn, line, CloseCode::Flooding);
        }
        if self.is_doubted(pass, turn.now) {
            // Perhaps the presence object has forgotten: without it no proof would be asked for.
            turn.effects.push(Effect::Doubt(self.rules.marks.visitor(pass.visitor)));
            return self.shut(turn, line, CloseCode::Pass);
        }
        let ticket = ticket.filter(|ticket| ticket.person.visitor == pass.visitor);
        let Some(mut ticket) = ticket else { return self.come(turn, line, hello, pass, None) };
        let mut pass = pass.clone();
        if ticket.lobby != self.rules.name {
            pass.remember_ticket(&ticket, turn.now);
            return self.come(turn, line, hello, &pass, Some(ticket.person));
        }
        // The ticket is the newer of the two: what it knows is not pushed out by what the pass does.
        let older = std::mem::replace(&mut pass.memory, ticket.person.memory.clone());
        pass.memory.absorb(&older);
        if self.sessions.get(&ticket.person.id).is_some() {
            return self.come_back(turn, line, hello, &pass, ticket.person);
        }
        // A ticket of this life of the lobby, whose session it does not know: the person has left for good. Only what
        // was before can have been forgotten.
        if ticket.expires > self.started.plus(TICKET_MS + CLOCK_SLACK_MS) {
            pass.remember_ticket(&ticket, turn.now);
            // What they talked in is over, and was the last: a block of it is still good.
            if ticket.person.part(Time::default()).is_none() {
                ticket.person.doing = Doing::Idle;
            }
        } else if let Doing::Waiting { wait, .. } = &mut ticket.person.doing {
            // Whoever still waited when the lobby forgot comes back within the grace. Whether they did cannot be told from
            // a ticket, which is good for much longer: so no more of the wait counts than the grace before that moment.
            *wait = wait.not_before(self.started.before(GRACE_MS));
            if turn.now.since(self.started) > GRACE_MS {
                ticket.person.doing = Doing::Idle;
            }
        }
        // Who has no place to come back to is admitted like anybody else, but as who they are: what a ticket says of its
        // holder is news to a partner who comes with an older one.
        if self.turns_away(turn, line, pass.visitor, ticket.person.doing == Doing::Idle) {
            return;
        }
        self.come_back(turn, line, hello, &pass, ticket.person);
    }

    /// Somebody new. A ticket of another lobby counts for memory and for the place in line.
    fn come(&mut self, turn: &mut Turn, line: LineId, hello: &Hello, pass: &Pass, elsewhere: Option<Person>) {
        if self.turns_away(turn, line, pass.visitor, true) {
            return;
        }
        let Some(pending) = self.anteroom.leave(line) else { return };
        let mut person = Person::new(pending.session, pass.visitor);
        if let Some(Person { doing, preferences, .. }) = elsewhere {
            person.preferences = preferences;
            // Since when they have not been waiting any more is not known: no longer than a place is kept, or not at all.
            if let Doing::Waiting { wait, widened } = doing {
                person.doing = Doing::Waiting { wait: wait.not_before(turn.now.before(GRACE_MS)), widened };
            }
        }
        let id = person.id;
        let line = Line::new(line, pending.network, hello.counted, turn.now);
        self.admit(Session::new(person, Whereabouts::Here(line), hello.line.unwrap_or_default()));
        self.recollect(turn, pass.visitor, &pass.memory);
        self.welcome(turn, id);
    }

    /// Somebody with a ticket of this lobby. What the lobby knows of them counts, unless the ticket is newer: then the
    /// lobby has forgotten, and what it knows is hearsay.
    fn come_back(&mut self, turn: &mut Turn, line: LineId, hello: &Hello, pass: &Pass, claim: Person) {
        let id = claim.id;
        let known = self.sessions.get(&id);
        let number = known.map_or(0, |session| session.number);
        if known.is_some() && hello.line.is_some_and(|line| line <= number) {
            return self.shut(turn, line, CloseCode::Superseded);
        }
        if let Some(old) = known.and_then(Session::line) {
            self.strikes.remove(&old.id);
            turn.close(old.id, CloseCode::Superseded, None);
        }
        let newer = known.is_none_or(|known| known.person.generation < claim.generation);
        // The same statement, of which the lobby may know no more than the partner could tell.
        let fuller = known.is_some_and(|known| {
            known.person.generation == claim.generation && known.person.talking() == claim.talking()
        });
        let (preferences, doing, last) = (claim.preferences.clone(), claim.doing.clone(), claim.last);
        let network = self.anteroom.leave(line).map(|pending| pending.network).unwrap_or_default();
        if newer {
            self.depart(turn, id, EndReason::Lost);
            self.believe(turn, claim);
        }
        let here = Whereabouts::Here(Line::new(line, network, hello.counted, turn.now));
        self.change(turn, id, |session| {
            (session.whereabouts, session.number) = (here, hello.line.unwrap_or(number));
            if fuller && session.person.talk().is_some() {
                let person = &mut session.person;
                (person.preferences, person.doing, person.last) = (preferences, doing, last.or(person.last));
            }
        });
        self.recollect(turn, pass.visitor, &pass.memory);
        // Whoever comes back is not gone.
        self.pass_trial(turn, id);
        let to_talk = self.sessions.get(&id).is_some_and(|session| session.person.talk().is_some());
        turn.count(Fact::CameBack { to_talk });
        self.welcome(turn, id);
    }

    /// Takes a statement about somebody who is not known for true, unless something newer is known of the partner.
    fn believe(&mut self, turn: &mut Turn, mut person: Person) {
        let away = Whereabouts::Away(turn.now.plus(GRACE_MS));
        if let Some(talk) = person.talk() {
            let partner = self.sessions.get(&talk.partner.session);
            match partner.map(|partner| judge(person.id, talk, &partner.person)) {
                None => self.hold_seat(&person, turn.now.plus(GRACE_MS)),
                Some(Claim::Stands) => {}
                Some(Claim::PartnerIsBehind) => self.catch_up(turn, &person),
                Some(Claim::IsOver) => {
                    let partner = person.part(turn.now);
                    partner.into_iter().for_each(|partner| person.memory.part(partner, turn.now));
                }
            }
        }
        self.admit(Session::new(person, away, 0));
    }

    /// Holds the seat of the partner of whom only this statement is left.
    fn hold_seat(&mut self, person: &Person, until: Time) {
        if let Some(partner) = person.partner() {
            self.admit(Session::new(partner, Whereabouts::Away(until), 0));
        }
    }

    /// The partner is in this conversation and does not know: the match was lost on the way, and the lobby's memory
    /// after it. Whatever they have been doing since is over.
    fn catch_up(&mut self, turn: &mut Turn, person: &Person) {
        let Some(partner) = person.partner() else { return };
        let id = partner.id;
        if let Some((_, other)) = self.sessions.get(&id).and_then(|session| session.person.talking()) {
            turn.count(Fact::Ended(EndReason::Lost));
            self.tell_end(turn, other, EndReason::Lost);
        }
        self.change(turn, id, |session| {
            (session.person.generation, session.person.doing) = (partner.generation, partner.doing);
            // What the two share is told as positions in these.
            session.person.preferences = partner.preferences;
            (session.said, session.trial) = (0, None);
        });
        self.tell_resumed(turn, id, Presence::Here, None);
    }

    /// Tells somebody how they stand, and the partner that they are here.
    fn welcome(&mut self, turn: &mut Turn, id: SessionId) {
        let Some(session) = self.sessions.get(&id) else { return };
        turn.touch(id);
        self.return_ms_told = self.return_ms_told.min(self.return_ms());
        self.tell_welcome(turn, session);
        match &session.person.doing {
            Doing::Idle => {}
            Doing::Waiting { wait, .. } => {
                let wait = *wait;
                self.tell_waiting(turn, id);
                self.look(turn, id, wait, false);
            }
            Doing::Talking(talk) => {
                let (conversation, partner) = (talk.conversation, talk.partner.session);
                let until = self.sessions.get(&partner).and_then(Session::away_until);
                let presence = if until.is_some() { Presence::Away } else { Presence::Here };
                self.tell_resumed(turn, id, presence, until.map(|until| until.since(turn.now)));
                self.tell(turn, partner, ServerFrame::Partner { conversation, state: PartnerState::Here });
                turn.touch(partner);
            }
        }
    }

    fn tell_welcome(&self, turn: &mut Turn, session: &Session) {
        let state = match session.person.doing {
            Doing::Idle => SessionState::Idle,
            Doing::Waiting { .. } => SessionState::Waiting,
            Doing::Talking(_) => SessionState::Talking,
        };
        let (version, limits) = (WireVersion, WireLimits::returning_within(self.return_ms()));
        let ticket = self.ticket(turn, &session.person);
        let frame = ServerFrame::Welcome { version, ticket, state, limits };
        session.line().into_iter().for_each(|line| turn.send(line.id, frame.clone()));
    }

    /// Tells somebody who waits for how long they insist on what they look for.
    pub(super) fn tell_waiting(&mut self, turn: &mut Turn, id: SessionId) {
        let Some(person) = self.sessions.get_mut(&id).map(|session| &mut session.person) else { return };
        let Doing::Waiting { wait, widened } = &mut person.doing else { return };
        let widen_ms = wait.widen_at.since(turn.now);
        *widened = widen_ms == 0;
        turn.touch(id);
        let person = person.clone();
        let ticket = self.ticket(turn, &person);
        self.tell(turn, id, ServerFrame::Waiting { widen_ms, ticket });
        if self.rules.orders.pause.paused {
            self.tell_paused(turn, id);
        }
    }

    fn tell_resumed(&self, turn: &mut Turn, id: SessionId, partner: Presence, grace_ms: Option<u64>) {
        let Some(session) = self.sessions.get(&id) else { return };
        let Some(conversation) = session.person.talk().map(|talk| talk.conversation) else { return };
        let (ticket, common) = (self.ticket(turn, &session.person), session.person.common());
        self.tell(turn, id, ServerFrame::Resumed(Resumed { conversation, common, partner, grace_ms, ticket }));
    }

    /// Tells everyone how long a crowd takes to come back, when that has doubled since anybody was told.
    pub(super) fn tell_return(&mut self, turn: &mut Turn) {
        if self.return_ms() < 2 * self.return_ms_told {
            return;
        }
        self.return_ms_told = self.return_ms();
        for (_, id) in self.lines.iter() {
            self.sessions.get(id).into_iter().for_each(|session| self.tell_welcome(turn, session));
        }
    }

    /// A line is gone: its person is away for a while, or for good.
    pub(super) fn lose(&mut self, turn: &mut Turn, line: LineId, parting: Parting) {
        self.strikes.remove(&line);
        if self.anteroom.leave(line).is_some() {
            return;
        }
        let Some(id) = self.lines.get(&line).copied() else { return };
        let grace_ms = match parting {
            Parting::Gone(reason) => return self.depart(turn, id, reason),
            Parting::Away(grace_ms) => grace_ms,
        };
        let until = turn.now.plus(grace_ms);
        self.change(turn, id, |session| {
            // Nobody waits for those who are idle: they are given up many at a time, since each alarm is a row written.
            let idle = session.person.doing == Doing::Idle;
            session.whereabouts = Whereabouts::Away(if idle { until.round_up(IDLE_STEP_MS) } else { until });
        });
        if let Some((conversation, partner)) = self.sessions.get(&id).and_then(|session| session.person.talking()) {
            self.tell(turn, partner, ServerFrame::Partner { conversation, state: PartnerState::Away { grace_ms } });
            turn.touch(partner);
        }
    }

    /// Somebody is gone, and their conversation with them.
    pub(super) fn depart(&mut self, turn: &mut Turn, id: SessionId, reason: EndReason) {
        let Some(gone) = self.discharge(id) else { return };
        if let Some((_, partner)) = gone.person.talking() {
            turn.count(Fact::Ended(reason));
            self.tell_end(turn, partner, reason);
        }
    }

    /// A conversation is over for somebody, who is told if they are here.
    pub(super) fn tell_end(&mut self, turn: &mut Turn, id: SessionId, reason: EndReason) {
        self.tell_over(turn, id, reason, true);
    }

    /// The same, also for a conversation in which the two have not `met`.
    pub(super) fn tell_over(&mut self, turn: &mut Turn, id: SessionId, reason: EndReason, met: bool) {
        let Some(talk) = self.sessions.get(&id).and_then(|session| session.person.talk()) else { return };
        let (now, conversation, partner) = (turn.now, talk.conversation, talk.partner.visitor);
        self.change(turn, id, |session| {
            // Of somebody who is not here this may be hearsay, from an older ticket than their own: then it must not be
            // newer than what they have begun since. It follows what it ends, and nothing else.
            let at = if session.line().is_some() { now } else { Time::default() };
            session.person.part(at);
            (session.said, session.trial) = (0, None);
        });
        let Some(session) = self.sessions.get(&id) else { return };
        let visitor = session.person.visitor;
        if met {
            self.remember(turn, visitor, |memory| memory.part(partner, now));
        }
        let Some(session) = self.sessions.get(&id) else { return };
        let ticket = self.ticket(turn, &session.person);
        self.tell(turn, id, ServerFrame::Ended { conversation, reason, ticket });
    }

    /// Puts back whoever has a record: see [`Lobby::restore`].
    pub(super) fn readmit(&mut self, turn: &mut Turn, line: LineId, kept: Kept, ping: Option<Time>) {
        if self.sessions.get(&kept.person.id).is_some_and(|known| known.number >= kept.number) {
            return turn.close(line, CloseCode::Superseded, None);
        }
        if let Some(older) = self.discharge(kept.person.id).as_ref().and_then(Session::line) {
            turn.close(older.id, CloseCode::Superseded, None);
        }
        let here = Whereabouts::Here(Line::restored(line, &kept, ping, turn.now));
        self.admit(Session { trial: kept.trial, ..Session::new(kept.person, here, kept.number) });
    }

    /// Puts a restored session back into the queue, or holds its conversation against what is left of the partner.
    pub(super) fn resettle(&mut self, turn: &mut Turn, id: SessionId, partner_until: Option<Time>) {
        let Some(person) = self.sessions.get(&id).map(|session| session.person.clone()) else { return };
        let talk = match &person.doing {
            Doing::Idle => return,
            // Perhaps their search was not finished, so they look again, as most would for the time that they have waited.
            Doing::Waiting { wait, .. } => return self.matchmaker.seat(Time::default(), person.seeker(*wait)),
            Doing::Talking(talk) => talk,
        };
        let partner = self.sessions.get(&talk.partner.session);
        match partner.map(|partner| judge(id, talk, &partner.person)) {
            Some(Claim::Stands) => {}
            Some(Claim::PartnerIsBehind) => self.catch_up(turn, &person),
            Some(Claim::IsOver) => {
                turn.count(Fact::Ended(EndReason::Lost));
                self.tell_end(turn, id, EndReason::Lost);
            }
            None => {
                self.hold_seat(&person, partner_until.unwrap_or(turn.now.plus(GRACE_MS)));
                if partner_until.is_none() {
                    let state = PartnerState::Away { grace_ms: GRACE_MS };
                    self.tell(turn, id, ServerFrame::Partner { conversation: talk.conversation, state });
                    turn.touch(id);
                }
            }
        }
    }
}
