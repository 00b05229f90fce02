//! The sessions and their indexes, which change together.

use super::{Lobby, Turn};
use crate::domain::id::SessionId;
use crate::domain::limits::SILENCE_MS_MAX;
use crate::domain::session::{Session, Whereabouts};
use crate::domain::sorted::Sorted;

/// The sessions by id. Each lies in a place of its own: to move them would take a while.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Sessions(Sorted<SessionId, Box<Session>>);

impl Sessions {
    pub(super) fn get(&self, id: &SessionId) -> Option<&Session> {
        self.0.get(id).map(AsRef::as_ref)
    }

    pub(super) fn get_mut(&mut self, id: &SessionId) -> Option<&mut Session> {
        self.0.get_mut(id).map(AsMut::as_mut)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn ids(&self) -> Vec<SessionId> {
        self.0.iter().map(|(id, _)| *id).collect()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Session> {
        self.0.iter().map(|(_, session)| &**session)
    }

    fn insert(&mut self, session: Session) {
        self.0.insert(session.person.id, Box::new(session));
    }

    fn remove(&mut self, id: &SessionId) -> Option<Session> {
        self.0.remove(id).map(|session| *session)
    }
}

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
            Whereabouts::Away(until) => self.absent.insert((*until, id), ()),
        }
        self.talking += u64::from(session.person.talk().is_some());
        self.visitors.insert((session.person.visitor, id), ());
        session.trial.into_iter().for_each(|trial| self.trials.insert((trial.until, id), ()));
        self.sessions.insert(session);
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
