//! Frames of a session: looking for a partner, leaving, and what is passed on to the partner.

use super::{Frame, Lobby, Session, Turn};
use crate::domain::budgets::Cost;
use crate::domain::id::{ConversationId, ConversationName, SessionId};
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
                if self.sessions.get(&id).is_some_and(|session| session.said < n) {
                    self.sessions.entry(id).and_modify(|session| session.said = n);
                    turn.count(Fact::Relayed);
                }
                self.tell(turn, partner, ServerFrame::Say { conversation, n, text: text.into_string() });
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
            (frame @ ClientFrame::Report { .. }, _) => {
                self.strike_session(turn, id, frame.refused(ErrorCode::UnknownType));
            }
            // For another conversation than the present one: late, and no longer of any use. And `hello`, which the door
            // hands over as such.
            (ClientFrame::Got { .. } | ClientFrame::Seen { .. } | ClientFrame::Typing { .. }, None)
            | (ClientFrame::Hello(_), _) => {}
        }
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
        let line = session.line().map(|line| line.id);
        if cost != Cost::Free {
            self.refuse(turn, id, Refusal { retry_ms: Some(too_much.retry_ms), ..refused() });
        }
        if let Some(line) = line.filter(|_| too_much.flooding) {
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
    fn end(&mut self, turn: &mut Turn, one: SessionId, other: SessionId, reason: EndReason) {
        turn.count(Fact::Ended(reason));
        self.tell_end(turn, one, reason);
        self.tell_end(turn, other, reason);
    }

    /// Ends the conversation, or looks back at the one that ended last: this person never meets that partner again.
    fn block(&mut self, turn: &mut Turn, id: SessionId, name: &ConversationName) {
        let Some(person) = self.sessions.get(&id).map(|session| &session.person) else { return };
        let (visitor, present) = (person.visitor, person.talk().filter(|talk| name.names(talk.conversation)));
        let partner = match (present, person.last) {
            (Some(talk), _) => {
                let (partner, blocked) = (talk.partner.session, talk.partner.visitor);
                self.end(turn, id, partner, EndReason::Left);
                blocked
            }
            (None, Some((last, partner))) if name.names(last) => partner,
            (None, _) => {
                let conversation = Some(name.to_string());
                return self.refuse(turn, id, Refusal { conversation, ..Refusal::of("block", ErrorCode::NotTalking) });
            }
        };
        self.remember(turn, visitor, |memory| memory.block(partner));
        let Some(person) = self.sessions.get(&id).map(|session| &session.person) else { return };
        let (ticket, conversation) = (self.ticket(turn, person), Some(name.to_string()));
        self.tell(turn, id, ServerFrame::Done { re: "block", conversation, ticket });
    }

    /// Sends a frame to somebody, if they are here.
    pub(super) fn tell(&self, turn: &mut Turn, id: SessionId, frame: Frame) {
        if let Some(line) = self.sessions.get(&id).and_then(Session::line) {
            turn.send(line.id, frame);
        }
    }

    fn refuse(&self, turn: &mut Turn, id: SessionId, refusal: Refusal) {
        turn.count(Fact::Refused(refusal.code));
        self.tell(turn, id, ServerFrame::Error(refusal));
    }

    fn strike_session(&mut self, turn: &mut Turn, id: SessionId, refusal: Refusal) {
        if let Some(line) = self.sessions.get(&id).and_then(Session::line).map(|line| line.id) {
            self.strike(turn, line, refusal);
        }
    }
}
