//! Blocks and reports: both end the conversation, or look back at the one that ended last, and the two never meet again.

use super::{Effect, Lobby, Session, Turn};
use crate::domain::id::{ConversationId, ConversationName, NetworkKey, SessionId, VisitorId};
use crate::domain::protocol::{EndReason, ErrorCode, Lines, Reason, Refusal, ServerFrame};
use crate::domain::report::{Filing, Party, examine};

/// What a report says.
pub(super) struct Complaint {
    pub(super) reason: Reason,
    pub(super) note: Option<String>,
    pub(super) lines: Lines,
}

/// How far the report of a conversation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Filed {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Whether it is done.
    pub done: bool,
}

impl Lobby {
    /// This person never meets that partner again.
    pub(super) fn block(&mut self, turn: &mut Turn, id: SessionId, name: &ConversationName) {
        if self.part_for_good(turn, id, "block", name).is_some() {
            self.tell_done(turn, id, "block", name.to_string());
        }
    }

    /// The same, and the operator is told why. It is done when it is filed; one too many is done at once.
    pub(super) fn complain(&mut self, turn: &mut Turn, id: SessionId, name: &ConversationName, complaint: Complaint) {
        let Some((conversation, accused, network)) = self.part_for_good(turn, id, "report", name) else { return };
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let known = session.filed.filter(|filed| filed.conversation == conversation);
        if known.is_some_and(|filed| !filed.done) {
            // Said again while it is being filed.
            return;
        }
        let (reporter, line) = (session.person.visitor, session.line().map(|line| line.network));
        let mut may = known.is_none();
        if may {
            session.filed = Some(Filed { conversation, done: false });
            if self.rules.limited {
                let now = turn.now;
                may = session.person.memory.may_report(now)
                    && line.is_none_or(|network| self.networks.file(network, now).is_ok());
                self.remember(turn, reporter, |memory| memory.report(now));
            }
        }
        if !may {
            return self.filed(turn, id, conversation);
        }
        let marks = &self.rules.marks;
        let party = |visitor, network| Party { visitor: marks.visitor(visitor), network };
        let Complaint { reason, note, lines } = complaint;
        let filing = Filing {
            conversation,
            reporter: party(reporter, line),
            accused: party(accused, network),
            reason,
            note: note.filter(|note| !note.trim().is_empty()),
            lines: examine(marks, conversation, accused, lines.0),
        };
        turn.effects.push(Effect::File { session: id, filing: Box::new(filing) });
    }

    /// A report is filed, or nothing more can be done about it.
    pub(super) fn filed(&mut self, turn: &mut Turn, id: SessionId, conversation: ConversationId) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let filed = session.filed.as_mut().filter(|filed| filed.conversation == conversation);
        filed.into_iter().for_each(|filed| filed.done = true);
        self.tell_done(turn, id, "report", conversation.to_string());
    }

    /// Ends the conversation, or looks back at the one that ended last. The value is which one it was, and who was in its
    /// other seat; `None` when it was neither, which has been answered then.
    fn part_for_good(
        &mut self,
        turn: &mut Turn,
        id: SessionId,
        re: &'static str,
        name: &ConversationName,
    ) -> Option<(ConversationId, VisitorId, Option<NetworkKey>)> {
        let person = &self.sessions.get(&id)?.person;
        let (visitor, present) = (person.visitor, person.talk().filter(|talk| name.names(talk.conversation)));
        let (conversation, partner, network) = match (present, person.last) {
            (Some(talk), _) => {
                let (conversation, session) = (talk.conversation, talk.partner.session);
                let (partner, network) = (talk.partner.visitor, self.network_of(session));
                self.end(turn, id, session, EndReason::Left);
                (conversation, partner, network)
            }
            (None, Some((last, partner))) if name.names(last) => {
                let sessions = self.sessions_of(partner);
                (last, partner, sessions.into_iter().find_map(|session| self.network_of(session)))
            }
            (None, _) => {
                let conversation = Some(name.to_string());
                self.refuse(turn, id, Refusal { conversation, ..Refusal::of(re, ErrorCode::NotTalking) });
                return None;
            }
        };
        self.remember(turn, visitor, |memory| memory.block(partner));
        Some((conversation, partner, network))
    }

    fn network_of(&self, id: SessionId) -> Option<NetworkKey> {
        self.sessions.get(&id).and_then(Session::line).map(|line| line.network)
    }

    fn tell_done(&self, turn: &mut Turn, id: SessionId, re: &'static str, conversation: String) {
        let Some(session) = self.sessions.get(&id) else { return };
        let ticket = self.ticket(turn, &session.person);
        self.tell(turn, id, ServerFrame::Done { re, conversation: Some(conversation), ticket });
    }
}
