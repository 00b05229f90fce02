//! What the sessions of one visitor remember, which is the same for all of them.

use super::{Lobby, Turn};
use crate::domain::id::{SessionId, VisitorId};
use crate::domain::memory::Memory;

impl Lobby {
    /// A visitor learns something about somebody.
    pub(super) fn remember(&mut self, turn: &mut Turn, visitor: VisitorId, learn: impl Fn(&mut Memory)) {
        for id in self.sessions_of(visitor) {
            let Some(session) = self.sessions.get_mut(&id) else { continue };
            let before = session.person.memory.clone();
            learn(&mut session.person.memory);
            if session.person.memory == before {
                continue;
            }
            turn.touch(id);
            // Whom they must not meet has only grown, so there is nobody new to be met.
            if let Some(wait) = session.person.wait().filter(|_| self.matchmaker.get(id).is_some()) {
                self.matchmaker.update(session.person.seeker(wait));
            }
        }
    }

    /// All that a visitor brings, and all that is known here of them, is one memory.
    pub(super) fn recollect(&mut self, turn: &mut Turn, visitor: VisitorId, brought: &Memory) {
        let mut all = Memory::default();
        for id in self.sessions_of(visitor) {
            self.sessions.get(&id).into_iter().for_each(|session| all.absorb(&session.person.memory));
        }
        all.absorb(brought);
        self.remember(turn, visitor, |memory| all.clone_into(memory));
    }

    pub(super) fn sessions_of(&self, visitor: VisitorId) -> Vec<SessionId> {
        let first = (visitor, SessionId([0; 16]));
        let all = self.visitors.from(&first).map(|(key, ())| *key);
        all.take_while(|(other, _)| *other == visitor).map(|(_, id)| id).collect()
    }
}
