//! Frames of a session: looking for a partner, leaving, and what is passed on to the partner.

use super::grievances::Complaint;
use super::{Frame, Lobby, Session, Turn};
use crate::domain::budgets::Cost;
use crate::domain::evidence::Said;
use crate::domain::id::{ConversationId, ConversationName, SessionId};
use crate::domain::openings::Opening;
use crate::domain::person::Doing;
use crate::domain::protocol::{ClientFrame, CloseCode, EndReason, ErrorCode, Preferences, Refusal, ServerFrame};
use crate::domain::tally::Fact;

/// What a frame's `c` means for somebody.
enum Meant {
    /// The conversation that they are in, with this partner.
    Present(ConversationId, SessionId),
    /// They are in one, and the frame names none.
    Unnamed,
    /// They are in one, and the frame is for another.
    Other,
    /// They are in none.
    Outside,
}

impl Lobby {
    pub(super) fn frame(&mut self, turn: &mut Turn, id: SessionId, frame: ClientFrame) {
        let cost = Cost::of(&frame, self.sessions.get(&id).map_or(0, |session| session.said));
        if !self.pay(turn, id, cost, || frame.refused(ErrorCode::SlowDown)) {
            return;
        }
        let present = match self.meant(id, frame.conversation()) {
            Meant::Present(conversation, partner) => Some((conversation, partner)),
            Meant::Unnamed | Meant::Other | Meant::Outside => None,
        };
        match (frame, present) {
            (ClientFrame::Find { interests, lang, conversation }, _) => {
                self.find(turn, id, Preferences { interests: interests.0, lang }, conversation.as_ref());
            }
            (ClientFrame::Stop { conversation }, _) => self.stop(turn, id, conversation.as_ref()),
            (ClientFrame::Say { n, text, .. }, Some((conversation, partner))) => {
                self.relay(turn, id, partner, conversation, n, text.into_string());
            }
            (frame @ ClientFrame::Say { .. }, None) => self.refuse(turn, id, frame.refused(ErrorCode::NotTalking)),
            (ClientFrame::Got { n, .. }, Some((conversation, partner))) => {
                self.tell(turn, partner, ServerFrame::Got { conversation, n });
            }
            (ClientFrame::Seen { n, .. }, Some((conversation, partner))) => {
                self.tell(turn, partner, ServerFrame::Seen { conversation, n });
            }
            (ClientFrame::Typing { on, .. }, Some((conversation, partner))) => {
                self.tell(turn, partner, ServerFrame::Typing { conversation, on });
            }
            (ClientFrame::Block { conversation }, _) => self.block(turn, id, &conversation),
            (ClientFrame::Report { conversation, reason, note, lines }, _) => {
                self.complain(turn, id, &conversation, Complaint { reason, note, lines });
            }
            // For another conversation than the present one: late, and no longer of any use. And `hello`, which the door
            // hands over as such.
            (ClientFrame::Got { .. } | ClientFrame::Seen { .. } | ClientFrame::Typing { .. }, None)
            | (ClientFrame::Hello(_), _) => {}
        }
    }

    /// Passes a message on, with a tag by which it can be told that it was said. Opening conversation after conversation
    /// with the same words is slowed.
    fn relay(
        &mut self,
        turn: &mut Turn,
        id: SessionId,
        to: SessionId,
        conversation: ConversationId,
        n: u64,
        text: String,
    ) {
        let limited = self.rules.limited;
        let Some(session) = self.sessions.get(&id) else { return };
        // Also where a later number came first: it is shown after this one.
        if n == 1 && limited {
            let slow_down = |ms| {
                let refusal = Refusal { retry_ms: Some(ms), ..Refusal::of("say", ErrorCode::SlowDown) };
                Refusal { conversation: Some(conversation.to_string()), n: Some(n), ..refusal }
            };
            match self.openings.hear(session.person.visitor, conversation, &text, turn.now) {
                Opening::Passes => {}
                Opening::Waits(ms) => return self.refuse(turn, id, slow_down(ms)),
                Opening::IsDoubted => return self.doubt(turn, id),
            }
        }
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if session.said < n {
            session.said = n;
            turn.count(Fact::Relayed);
        }
        let tag = self.rules.marks.tag(&Said { conversation, by: session.person.visitor, n, text: &text });
        self.tell(turn, to, ServerFrame::Say { conversation, n, text, tag });
    }

    /// A frame of a session that is not well formed. A message that breaks the rule for its text costs as much as one
    /// that keeps it; anything else is a strike.
    pub(super) fn malformed(&mut self, turn: &mut Turn, id: SessionId, refusal: Refusal) {
        match refusal.code {
            ErrorCode::BadText | ErrorCode::TooLong => {
                let slow_down = || Refusal { code: ErrorCode::SlowDown, ..refusal.clone() };
                if self.pay(turn, id, Cost::Say, slow_down) {
                    self.refuse(turn, id, refusal);
                }
            }
            ErrorCode::BadFrame
            | ErrorCode::SlowDown
            | ErrorCode::Talking
            | ErrorCode::NotTalking
            | ErrorCode::HelloFirst
            | ErrorCode::UnknownType
            | ErrorCode::Paused => self.strike_session(turn, id, refusal),
        }
    }

    /// Takes what a frame costs; false when it is too much, which has been answered then.
    fn pay(&mut self, turn: &mut Turn, id: SessionId, cost: Cost, refused: impl Fn() -> Refusal) -> bool {
        if !self.rules.limited {
            return true;
        }
        let Some(session) = self.sessions.get_mut(&id) else { return false };
        let Err(too_much) = session.budgets.spend(cost, turn.now) else { return true };
        let (line, visitor) = (session.line().map(|line| line.id), session.person.visitor);
        if cost != Cost::Free {
            self.refuse(turn, id, Refusal { retry_ms: Some(too_much.retry_ms), ..refused() });
        }
        if let Some(line) = line.filter(|_| too_much.flooding) {
            self.networks.flood(visitor, turn.now);
            self.shut(turn, line, CloseCode::Flooding);
        }
        false
    }

    fn meant(&self, id: SessionId, name: Option<&ConversationName>) -> Meant {
        let Some((conversation, partner)) = self.sessions.get(&id).and_then(|session| session.person.talking()) else {
            return Meant::Outside;
        };
        match name {
            None => Meant::Unnamed,
            Some(name) if name.names(conversation) => Meant::Present(conversation, partner),
            Some(_) => Meant::Other,
        }
    }

    fn find(&mut self, turn: &mut Turn, id: SessionId, preferences: Preferences, name: Option<&ConversationName>) {
        match self.meant(id, name) {
            Meant::Present(_, partner) => self.end(turn, id, partner, EndReason::Next),
            Meant::Unnamed => return self.refuse(turn, id, Refusal::of("find", ErrorCode::Talking)),
            Meant::Other => return,
            Meant::Outside => {}
        }
        self.seek(turn, id, preferences);
    }

    fn stop(&mut self, turn: &mut Turn, id: SessionId, name: Option<&ConversationName>) {
        match self.meant(id, name) {
            Meant::Present(_, partner) => self.end(turn, id, partner, EndReason::Left),
            Meant::Unnamed => self.refuse(turn, id, Refusal::of("stop", ErrorCode::Talking)),
            // A late one for a conversation that is over must not take anybody out of the queue.
            Meant::Other => {}
            Meant::Outside if name.is_some() => {}
            Meant::Outside => {
                let Some(session) = self.sessions.get_mut(&id) else { return };
                if self.matchmaker.leave(id).is_some() {
                    session.person.turn_to(Doing::Idle, turn.now);
                    turn.touch(id);
                }
                let person = session.person.clone();
                let ticket = self.ticket(turn, &person);
                self.tell(turn, id, ServerFrame::Done { re: "stop", conversation: None, ticket });
            }
        }
    }

    /// Tells both that their conversation is over.
    pub(super) fn end(&mut self, turn: &mut Turn, one: SessionId, other: SessionId, reason: EndReason) {
        turn.count(Fact::Ended(reason));
        self.tell_end(turn, one, reason);
        self.tell_end(turn, other, reason);
    }

    /// Sends a frame to somebody, if they are here.
    pub(super) fn tell(&self, turn: &mut Turn, id: SessionId, frame: Frame) {
        if let Some(line) = self.sessions.get(&id).and_then(Session::line) {
            turn.send(line.id, frame);
        }
    }

    pub(super) fn refuse(&self, turn: &mut Turn, id: SessionId, refusal: Refusal) {
        turn.count(Fact::Refused(refusal.code));
        self.tell(turn, id, ServerFrame::Error(refusal));
    }

    fn strike_session(&mut self, turn: &mut Turn, id: SessionId, refusal: Refusal) {
        if let Some(line) = self.sessions.get(&id).and_then(Session::line).map(|line| line.id) {
            self.strike(turn, line, refusal);
        }
    }
}
