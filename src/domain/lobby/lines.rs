//! Lines: how they open, say `hello`, fall silent and close.

use super::{Arrival, Effect, Lobby, Turn};
use crate::domain::id::{ConversationId, LineId, NetworkKey, SessionId, VisitorId};
use crate::domain::limits::{FLOOD_RETRY_MS, FULL_RETRY_MS, PING_MS, SILENCE_MS_MAX, STRIKE_SPAN_MS, STRIKES};
use crate::domain::protocol::{
    CloseCode, EndReason, ErrorCode, Hello, Refusal, ServerFrame, SessionState, WireLimits, WireVersion, ends_as,
};
use crate::domain::session::{Doing, Pending, Record, Session};
use crate::domain::ticket::Pass;
use crate::domain::time::Time;

impl Lobby {
    pub(super) fn open(&mut self, turn: &mut Turn, line: LineId, session: SessionId, network: NetworkKey) {
        let pending = Pending { session, network, since: turn.now };
        turn.effects.push(Effect::Keep { line, record: Record::Pending(pending) });
        if let Some(oldest) = self.anteroom.enter(line, pending, self.rules.limited) {
            self.shut(turn, oldest, CloseCode::NoHello);
        }
    }

    pub(super) fn arrive(&mut self, turn: &mut Turn, line: LineId, arrival: Arrival) {
        let known = self.lines.get(&line).copied();
        match (arrival, known) {
            (Arrival::Binary, Some(_)) => self.shut(turn, line, CloseCode::Binary),
            (Arrival::TooLarge, Some(_)) => self.shut(turn, line, CloseCode::TooLarge),
            (arrival, Some(id)) => {
                if self.sessions.get_mut(&id).is_some_and(|session| session.hear(turn.now)) {
                    turn.touched.insert(line);
                }
                match arrival {
                    Arrival::Frame(frame) => self.frame(turn, id, frame),
                    Arrival::Malformed(refusal) => self.malformed(turn, id, refusal),
                    Arrival::Hello(..) => self.strike(turn, line, Refusal::of("hello", ErrorCode::BadFrame)),
                    Arrival::Binary | Arrival::TooLarge => {}
                }
            }
            (arrival, None) if self.anteroom.has(line) => self.arrive_first(turn, line, arrival),
            (_, None) => {}
        }
    }

    /// The first frame of a line, which should be `hello`.
    fn arrive_first(&mut self, turn: &mut Turn, line: LineId, arrival: Arrival) {
        let refusal = match arrival {
            Arrival::Hello(hello, Some(pass)) => return self.greet(turn, line, &hello, &pass),
            Arrival::Hello(_, None) => return self.shut(turn, line, CloseCode::Pass),
            Arrival::Binary => return self.shut(turn, line, CloseCode::Binary),
            Arrival::TooLarge => return self.shut(turn, line, CloseCode::TooLarge),
            Arrival::Malformed(refusal) if refusal.re.as_deref() == Some("hello") => {
                return self.shut(turn, line, CloseCode::Protocol);
            }
            Arrival::Malformed(refusal) => refusal,
            Arrival::Frame(frame) => frame.refused(ErrorCode::HelloFirst),
        };
        self.strike(turn, line, Refusal { code: ErrorCode::HelloFirst, ..refusal });
    }

    fn greet(&mut self, turn: &mut Turn, line: LineId, hello: &Hello, pass: &Pass) {
        if self.sessions.len() >= self.rules.sessions_max {
            return self.shut(turn, line, CloseCode::Full);
        }
        let Some(pending) = self.anteroom.leave(line) else { return };
        self.seat(Session::new(pending.session, pass.visitor, hello.counted, line, turn.now));
        turn.touched.insert(line);
        let (version, limits) = (WireVersion, WireLimits::default());
        turn.send(line, ServerFrame::Welcome { version, ticket: None, state: SessionState::Idle, limits });
    }

    /// A frame that is not this protocol: refused, and the line is closed when there are too many.
    pub(super) fn strike(&mut self, turn: &mut Turn, line: LineId, refusal: Refusal) {
        turn.send(line, ServerFrame::Error(refusal));
        if self.strikes.entry(line).or_default().reaches(STRIKES, STRIKE_SPAN_MS, turn.now) {
            self.shut(turn, line, CloseCode::Protocol);
        }
    }

    /// Closes a line from this side.
    pub(super) fn shut(&mut self, turn: &mut Turn, line: LineId, code: CloseCode) {
        let retry_ms = match code {
            CloseCode::Flooding => Some(FLOOD_RETRY_MS),
            CloseCode::Full => Some(FULL_RETRY_MS),
            CloseCode::Normal
            | CloseCode::Silent
            | CloseCode::Binary
            | CloseCode::TooLarge
            | CloseCode::Restart
            | CloseCode::Moved
            | CloseCode::Protocol
            | CloseCode::Pass
            | CloseCode::Banned
            | CloseCode::NoHello
            | CloseCode::Superseded => None,
        };
        turn.effects.push(Effect::Close { line, code, retry_ms });
        let reason = if code == CloseCode::Banned { EndReason::Moderated } else { ends_as(code.number()) };
        self.closed(turn, line, reason);
    }

    /// A line is gone, and its session with it; a conversation that it carried ends for this reason.
    pub(super) fn closed(&mut self, turn: &mut Turn, line: LineId, reason: EndReason) {
        self.strikes.remove(&line);
        if self.anteroom.leave(line).is_some() {
            return;
        }
        let Some(id) = self.lines.remove(&line) else { return };
        turn.touched.remove(&line);
        self.matchmaker.leave(id);
        let Some(gone) = self.sessions.remove(&id) else { return };
        self.uncounted -= u64::from(!gone.kept.counted);
        if let Some((conversation, partner)) = gone.talking() {
            self.conversations.remove(&conversation);
            self.tell_end(turn, partner, conversation, Some(gone.kept.visitor), reason);
        }
        if self.sessions.is_empty() {
            self.sweep_at = None;
        }
    }

    /// What time brings: sockets that never said `hello` are closed, and those not heard of for a while are looked at.
    pub(super) fn sweep(&mut self, turn: &mut Turn) {
        for line in self.anteroom.overdue(turn.now) {
            self.shut(turn, line, CloseCode::NoHello);
        }
        if self.sweep_at.is_none_or(|at| at > turn.now) {
            return;
        }
        // Whoever could have sent a ping by now is looked at along with those who must have, so that a quiet lobby
        // is woken for all of them together.
        self.sweep_at = Some(turn.now.plus(SILENCE_MS_MAX));
        for session in self.sessions.values() {
            if turn.now.since(session.heard()) >= PING_MS {
                turn.effects.push(Effect::Probe { line: session.line });
            } else {
                self.sweep_at = self.sweep_at.min(Some(session.heard().plus(SILENCE_MS_MAX)));
            }
        }
    }

    /// What a look at a line has shown.
    pub(super) fn heard(&mut self, turn: &mut Turn, line: LineId, ping: Option<Time>) {
        let Some(session) = self.lines.get(&line).and_then(|id| self.sessions.get_mut(id)) else { return };
        if ping.is_some_and(|ping| session.hear(ping)) {
            turn.touched.insert(line);
        }
        let silent_at = session.heard().plus(SILENCE_MS_MAX);
        if silent_at <= turn.now {
            self.shut(turn, line, CloseCode::Silent);
        } else {
            self.sweep_at = self.sweep_at.min(Some(silent_at));
        }
    }

    /// Ends a conversation for one of the two.
    pub(super) fn tell_end(
        &mut self,
        turn: &mut Turn,
        id: SessionId,
        conversation: ConversationId,
        parted: Option<VisitorId>,
        reason: EndReason,
    ) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.turn_to(Doing::Idle);
        session.kept.parted = parted.or(session.kept.parted);
        turn.touched.insert(session.line);
        turn.send(session.line, ServerFrame::Ended { conversation, reason, ticket: None });
    }
}
