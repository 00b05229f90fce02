//! Who is kept out of a lobby: for a while, until they have proven something, or because there is no room.

use super::{Effect, Lobby, Turn};
use crate::domain::bans::Bans;
use crate::domain::id::{LineId, NetworkKey, SessionId, VisitorId};
use crate::domain::limits::{DOUBTS_MAX, LOBBY_RETURNS_FACTOR, NETWORK_SESSIONS_MAX, SUSPICION_MS};
use crate::domain::person::Doing;
use crate::domain::protocol::{CloseCode, EndReason, ErrorCode};
use crate::domain::session::Session;
use crate::domain::tally::Fact;
use crate::domain::ticket::Pass;
use crate::domain::time::Time;

impl Lobby {
    /// The list of bans has changed, unless a newer one is known: whoever is on it is out at once.
    pub(super) fn ban(&mut self, turn: &mut Turn, bans: Bans) {
        if bans.number <= self.rules.orders.bans.number {
            return;
        }
        self.rules.orders.bans = bans;
        turn.effects.push(Effect::KeepOrders(Box::new(self.rules.orders.clone())));
        for (line, pending) in self.anteroom.lines().collect::<Vec<_>>() {
            if let Some(until) = self.barred(None, Some(pending.network), turn.now) {
                self.shut_out(turn, line, until);
            }
        }
        for id in self.sessions.ids() {
            let Some(session) = self.sessions.get(&id) else { continue };
            let line = session.line().map(|line| (line.id, line.network));
            let until = self.barred(Some(session.person.visitor), line.map(|(_, network)| network), turn.now);
            match (until, line) {
                (None, _) => {}
                (Some(until), Some((line, _))) => self.shut_out(turn, line, until),
                (Some(_), None) => self.depart(turn, id, EndReason::Moderated),
            }
        }
    }

    /// Somebody says the same to everybody: they come back with a pass that took a proof, or not at all.
    pub(super) fn doubt(&mut self, turn: &mut Turn, id: SessionId) {
        let Some(visitor) = self.sessions.get(&id).map(|session| session.person.visitor) else { return };
        self.doubts.insert(visitor, turn.now);
        if self.doubts.len() > DOUBTS_MAX {
            let oldest = self.doubts.iter().min_by_key(|(_, since)| **since).map(|(visitor, _)| *visitor);
            oldest.and_then(|visitor| self.doubts.remove(&visitor));
        }
        turn.effects.push(Effect::Doubt(self.rules.marks.visitor(visitor)));
        for id in self.sessions_of(visitor) {
            let line = self.sessions.get(&id).and_then(Session::line).map(|line| line.id);
            line.into_iter().for_each(|line| self.shut(turn, line, CloseCode::Pass));
        }
    }

    /// Whether a pass does not do, because its visitor is doubted and has proven nothing since.
    pub(super) fn is_doubted(&self, pass: &Pass, now: Time) -> bool {
        let since = self.doubts.get(&pass.visitor).filter(|since| now.since(**since) < SUSPICION_MS);
        since.is_some_and(|since| pass.proven.is_none_or(|at| at < *since))
    }

    /// Until when somebody is kept out, if they are.
    pub(super) fn barred(&self, visitor: Option<VisitorId>, network: Option<NetworkKey>, now: Time) -> Option<Time> {
        let bans = &self.rules.orders.bans;
        if bans.barred.is_empty() {
            return None;
        }
        let visitors = visitor.map(|visitor| self.rules.marks.visitors(visitor)).unwrap_or_default();
        bans.until(&visitors, network.as_slice(), now)
    }

    /// Turns somebody away for whom there is no room, and a newcomer while matching is paused; true when it has. Newcomers
    /// are counted against those who are here: whoever is away is remembered, for what an older ticket of theirs would
    /// claim, and takes nobody's room.
    pub(super) fn turns_away(&mut self, turn: &mut Turn, line: LineId, visitor: VisitorId, newcomer: bool) -> bool {
        let crowded = newcomer && self.lines.len() >= self.rules.sessions_max;
        let mut full = crowded || self.has_enough(line, visitor);
        if !full && self.sessions.len() >= LOBBY_RETURNS_FACTOR * self.rules.sessions_max {
            full = !self.forget_one_idle(turn);
        }
        let paused = newcomer && self.rules.orders.pause.paused;
        if paused {
            turn.count(Fact::Refused(ErrorCode::Paused));
        }
        if full || paused {
            self.shut(turn, line, CloseCode::Full);
        }
        full || paused
    }

    /// Forgets somebody who is away and has no place to come back to; false when there is nobody.
    fn forget_one_idle(&mut self, turn: &mut Turn) -> bool {
        let is_idle = |id: &SessionId| self.sessions.get(id).is_some_and(|session| session.person.doing == Doing::Idle);
        let idle = self.absent.iter().map(|((_, id), ())| *id).find(is_idle);
        idle.into_iter().for_each(|id| self.depart(turn, id, EndReason::Lost));
        idle.is_some()
    }

    /// Whether somebody whom the lobby does not know would be one too many of their visitor or, where floods are held back, of their network.
    fn has_enough(&self, line: LineId, visitor: VisitorId) -> bool {
        let with_line = |id: &SessionId| self.sessions.get(id).and_then(Session::line).is_some();
        let mine = self.sessions_of(visitor).iter().filter(|id| with_line(id)).count();
        let network = self.anteroom.network(line).map_or(0, |network| self.networks.people(network));
        mine >= self.rules.visitor_sessions_max || (self.rules.limited && network >= NETWORK_SESSIONS_MAX)
    }
}
