//! Frames of a session: looking for a partner, leaving, and what is passed on to the partner.

use super::{Lobby, Session, Turn};
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, ConversationName, SessionId};
use crate::domain::matchmaker::Found;
use crate::domain::protocol::{ClientFrame, CloseCode, EndReason, ErrorCode, Preferences, Refusal, ServerFrame};
use crate::domain::session::{Cost, Doing};

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
        if !self.pay(turn, id, Cost::of(&frame), || frame.refused(ErrorCode::SlowDown)) {
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
            (frame @ (ClientFrame::Block { .. } | ClientFrame::Report { .. }), _) => {
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
        let Err(too_much) = session.spend(cost, turn.now) else { return true };
        let line = session.line;
        turn.send(line, ServerFrame::Error(Refusal { retry_ms: Some(too_much.retry_ms), ..refused() }));
        if too_much.flooding {
            self.shut(turn, line, CloseCode::Flooding);
        }
        false
    }

    fn meant(&self, id: SessionId, name: Option<&ConversationName>) -> Meant {
        let Some((conversation, partner)) = self.sessions.get(&id).and_then(Session::talking) else {
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
            Meant::Present(conversation, _) => self.end(turn, conversation, EndReason::Next),
            Meant::Unnamed => return self.refuse(turn, id, Refusal::of("find", ErrorCode::Talking)),
            Meant::Other => return,
            Meant::Outside => {}
        }
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.kept.preferences = preferences;
        turn.touched.insert(session.line);
        match self.matchmaker.find(turn.now, session.seeker()) {
            Found::Partner(partner) => self.begin(turn, id, partner),
            Found::Nobody(place) => {
                if session.kept.doing != Doing::Waiting(place) {
                    session.turn_to(Doing::Waiting(place));
                }
                turn.send(session.line, ServerFrame::Waiting { widen_ms: 0, ticket: None });
            }
        }
    }

    fn stop(&mut self, turn: &mut Turn, id: SessionId, name: Option<&ConversationName>) {
        match self.meant(id, name) {
            Meant::Present(conversation, _) => self.end(turn, conversation, EndReason::Left),
            Meant::Unnamed => self.refuse(turn, id, Refusal::of("stop", ErrorCode::Talking)),
            // A late one for a conversation that is over must not take anybody out of the queue.
            Meant::Other => {}
            Meant::Outside if name.is_some() => {}
            Meant::Outside => {
                let Some(session) = self.sessions.get_mut(&id) else { return };
                if self.matchmaker.leave(id) {
                    session.turn_to(Doing::Idle);
                    turn.touched.insert(session.line);
                }
                turn.send(session.line, ServerFrame::Done { re: "stop", conversation: None, ticket: None });
            }
        }
    }

    /// Two people meet.
    fn begin(&mut self, turn: &mut Turn, one: SessionId, other: SessionId) {
        let Some((first, second)) = self.sessions.get(&one).zip(self.sessions.get(&other)) else { return };
        let named = ((one, first.kept.generation), (other, second.kept.generation));
        let Some((conversation, begun)) = Conversation::begin(named.0, named.1) else { return };
        let (ones, others) = (&first.kept.preferences, &second.kept.preferences);
        let seats = [(one, other, ones.common(others)), (other, one, others.common(ones))];
        let lang = ones.common_lang(others);
        self.conversations.insert(conversation, begun);
        for (id, partner, common) in seats {
            let Some(session) = self.sessions.get_mut(&id) else { continue };
            session.turn_to(Doing::Talking { conversation, partner });
            turn.touched.insert(session.line);
            turn.send(session.line, ServerFrame::Matched { conversation, common, lang, ticket: None });
        }
    }

    /// Tells both that their conversation is over.
    fn end(&mut self, turn: &mut Turn, id: ConversationId, reason: EndReason) {
        let Some(conversation) = self.conversations.remove(&id) else { return };
        let [one, other] = conversation.seats();
        let visitor = |id| self.sessions.get(&id).map(|session| session.kept.visitor);
        let (ones, others) = (visitor(one), visitor(other));
        self.tell_end(turn, one, id, others, reason);
        self.tell_end(turn, other, id, ones, reason);
    }

    fn tell(&self, turn: &mut Turn, id: SessionId, frame: ServerFrame) {
        if let Some(session) = self.sessions.get(&id) {
            turn.send(session.line, frame);
        }
    }

    fn refuse(&self, turn: &mut Turn, id: SessionId, refusal: Refusal) {
        self.tell(turn, id, ServerFrame::Error(refusal));
    }

    fn strike_session(&mut self, turn: &mut Turn, id: SessionId, refusal: Refusal) {
        if let Some(line) = self.sessions.get(&id).map(|session| session.line) {
            self.strike(turn, line, refusal);
        }
    }
}
