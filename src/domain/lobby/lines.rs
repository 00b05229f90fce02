//! Lines: how they open, what they carry first, and how they fall silent and close.

use super::{Arrival, Effect, Lobby, Turn};
use crate::domain::conversation::{Parting, parting};
use crate::domain::id::{LineId, NetworkKey, SessionId};
use crate::domain::limits::{
    FLOOD_RETRY_MS, FULL_RETRY_MS, GRACE_MS, PING_MS, SILENCE_MS_MAX, STRIKE_SPAN_MS, STRIKES,
};
use crate::domain::protocol::{CloseCode, EndReason, ErrorCode, Refusal, ServerFrame};
use crate::domain::rate_limit::Recent;
use crate::domain::session::{Pending, Record, Session, Whereabouts};
use crate::domain::tally::Fact;
use crate::domain::time::Time;

impl Lobby {
    pub(super) fn open(&mut self, turn: &mut Turn, line: LineId, session: SessionId, network: NetworkKey) {
        if let Some(until) = self.barred(None, Some(network), turn.now) {
            return self.shut_out(turn, line, until);
        }
        let pending = Pending { session, network, since: turn.now };
        turn.effects.push(Effect::Keep { line, record: Record::Pending(pending) });
        if let Some(oldest) = self.anteroom.enter(line, pending, self.rules.limited) {
            self.shut(turn, oldest, CloseCode::NoHello);
        }
    }

    pub(super) fn arrive(&mut self, turn: &mut Turn, line: LineId, arrival: Arrival) {
        let Some(id) = self.lines.get(&line).copied() else {
            if self.anteroom.has(line) {
                self.arrive_first(turn, line, arrival);
            }
            return;
        };
        self.hear(turn, id, turn.now);
        self.pass_trial(turn, id);
        match arrival {
            Arrival::Frame(frame) => self.frame(turn, id, frame),
            Arrival::Malformed(refusal) => self.malformed(turn, id, refusal),
            Arrival::Hello(..) => self.strike(turn, line, Refusal::of("hello", ErrorCode::BadFrame)),
            Arrival::Binary => self.shut(turn, line, CloseCode::Binary),
            Arrival::TooLarge => self.shut(turn, line, CloseCode::TooLarge),
        }
    }

    /// The first frame of a line, which should be `hello`.
    fn arrive_first(&mut self, turn: &mut Turn, line: LineId, arrival: Arrival) {
        let refusal = match arrival {
            Arrival::Hello(hello, Some(pass), ticket) => {
                return self.greet(turn, line, &hello, &pass, ticket.map(|ticket| *ticket));
            }
            Arrival::Hello(_, None, _) => return self.shut(turn, line, CloseCode::Pass),
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

    /// A frame that is not this protocol: refused, and the line is closed when there are too many.
    pub(super) fn strike(&mut self, turn: &mut Turn, line: LineId, refusal: Refusal) {
        turn.count(Fact::Refused(refusal.code));
        turn.send(line, ServerFrame::Error(refusal));
        if self.strikes.get_or_insert(line, Recent::default).reaches(STRIKES, STRIKE_SPAN_MS, turn.now) {
            self.shut(turn, line, CloseCode::Protocol);
        }
    }

    /// Closes a line from this side.
    pub(super) fn shut(&mut self, turn: &mut Turn, line: LineId, code: CloseCode) {
        let reason = match code {
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
        self.close(turn, line, code, reason);
    }

    /// Closes the line of somebody who is banned.
    pub(super) fn shut_out(&mut self, turn: &mut Turn, line: LineId, until: Time) {
        self.close(turn, line, CloseCode::Banned, Some(until.as_ms()));
    }

    fn close(&mut self, turn: &mut Turn, line: LineId, code: CloseCode, reason: Option<u64>) {
        turn.close(line, code, reason);
        // A line that fell silent has broken: its code is for whoever may still be listening.
        let meaning = match code {
            CloseCode::Silent => Parting::Away(GRACE_MS),
            CloseCode::Banned => Parting::Gone(EndReason::Moderated),
            CloseCode::Normal
            | CloseCode::Binary
            | CloseCode::TooLarge
            | CloseCode::Restart
            | CloseCode::Moved
            | CloseCode::Protocol
            | CloseCode::Pass
            | CloseCode::NoHello
            | CloseCode::Superseded
            | CloseCode::Flooding
            | CloseCode::Full => parting(code.number()),
        };
        self.lose(turn, line, meaning);
    }

    /// What time brings: places are given up, sockets that never said `hello` are closed, and those not heard of for a
    /// while are looked at.
    pub(super) fn tick(&mut self, turn: &mut Turn) {
        for line in self.anteroom.overdue(turn.now) {
            self.shut(turn, line, CloseCode::NoHello);
        }
        while let Some((_, id)) = self.absent.first().copied().filter(|(until, _)| *until <= turn.now) {
            self.depart(turn, id, EndReason::Lost);
        }
        self.end_trials(turn);
        self.settle(turn);
        if self.sweep_at.is_none_or(|at| at > turn.now) {
            return;
        }
        // Whoever could have sent a ping by now is looked at along with those who must have, so that a quiet lobby is
        // woken for all of them together.
        self.sweep_at = Some(turn.now.plus(SILENCE_MS_MAX));
        for line in self.sessions.values().filter_map(Session::line) {
            if turn.now.since(line.heard()) >= PING_MS {
                turn.effects.push(Effect::Probe { line: line.id });
            } else {
                self.sweep_at = self.sweep_at.min(Some(line.heard().plus(SILENCE_MS_MAX)));
            }
        }
    }

    /// What a look at a line has shown.
    pub(super) fn heard(&mut self, turn: &mut Turn, line: LineId, ping: Option<Time>) {
        let Some(id) = self.lines.get(&line).copied() else { return };
        if let Some(ping) = ping {
            self.hear(turn, id, ping);
        }
        let now = turn.now;
        self.sessions.get_mut(&id).and_then(Session::line_mut).into_iter().for_each(|line| line.look(now));
        let heard = self.sessions.get(&id).and_then(Session::line).map(|line| line.heard().plus(SILENCE_MS_MAX));
        if heard.is_some_and(|silent_at| silent_at <= turn.now) {
            self.shut(turn, line, CloseCode::Silent);
        } else {
            self.sweep_at = self.sweep_at.min(heard);
        }
        self.looked(turn, line);
    }

    /// A sign of life.
    fn hear(&mut self, turn: &mut Turn, id: SessionId, at: Time) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if let Whereabouts::Here(line) = &mut session.whereabouts
            && line.hear(at)
        {
            turn.touch(id);
        }
    }
}
