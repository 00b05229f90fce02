//! The sessions and their indexes, which change together.

use super::{Lobby, Turn};
use crate::domain::id::SessionId;
use crate::domain::limits::SILENCE_MS_MAX;
use crate::domain::session::{Session, Whereabouts};

impl Lobby {
    /// Adds a session to those that are known, and to the indexes.
    pub(super) fn admit(&mut self, session: Session) {
        let id = session.person.id;
        match &session.whereabouts {
            Whereabouts::Here(line) => {
                let silent_at = line.heard().plus(SILENCE_MS_MAX);
                self.sweep_at = Some(self.sweep_at.map_or(silent_at, |at| at.min(silent_at)));
                self.uncounted += u64::from(!line.counted);
                self.lines.insert(line.id, id);
                self.networks.enter(line.network);
            }
            Whereabouts::Away(until) => drop(self.absent.insert((*until, id))),
        }
        self.talking += u64::from(session.person.talk().is_some());
        self.visitors.insert((session.person.visitor, id));
        self.trials.extend(session.trial.map(|trial| (trial.until, id)));
        self.sessions.insert(id, session);
    }

    /// Takes a session out of all of them. Nobody is told.
    pub(super) fn discharge(&mut self, id: SessionId) -> Option<Session> {
        let session = self.sessions.remove(&id)?;
        match &session.whereabouts {
            Whereabouts::Here(line) => {
                self.lines.remove(&line.id);
                self.networks.leave(line.network);
                self.uncounted -= u64::from(!line.counted);
            }
            Whereabouts::Away(until) => drop(self.absent.remove(&(*until, id))),
        }
        self.matchmaker.leave(id);
        self.looks.remove(&id);
        self.visitors.remove(&(session.person.visitor, id));
        if let Some(trial) = session.trial {
            self.trials.remove(&(trial.until, id));
        }
        self.talking -= u64::from(session.person.talk().is_some());
        if self.lines.is_empty() {
            self.sweep_at = None;
        }
        Some(session)
    }

    /// Changes a session in any way, and the indexes with it. The place in the queue is given up.
    pub(super) fn change(&mut self, turn: &mut Turn, id: SessionId, change: impl FnOnce(&mut Session)) {
        if let Some(mut session) = self.discharge(id) {
            change(&mut session);
            self.admit(session);
            turn.touch(id);
        }
    }
}
