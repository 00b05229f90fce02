//! Sockets that have not said `hello` yet: bounded in time and in number, so that they cost next to nothing.

use super::id::{LineId, NetworkKey};
use super::limits::{HELLO_MS_MAX, PENDING_MAX, PENDING_PER_NETWORK_MAX};
use super::session::Pending;
use super::time::Time;

/// Where sockets wait until they have said `hello`: at most [`PENDING_MAX`] of them, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Anteroom {
    by_age: Vec<(LineId, Pending)>,
}

impl Anteroom {
    /// Lets a socket in, and says which one has to go for it: the oldest of its network, or of all. With `limited` off
    /// a network may have any number, because under a load test everyone comes from one.
    pub fn enter(&mut self, line: LineId, pending: Pending, limited: bool) -> Option<LineId> {
        let mut mine = self.by_age.iter().filter(|(_, other)| limited && other.network == pending.network);
        let oldest = mine.next().filter(|_| mine.count() + 1 >= PENDING_PER_NETWORK_MAX);
        let out = oldest.or_else(|| self.by_age.first().filter(|_| self.by_age.len() >= PENDING_MAX));
        let out = out.map(|(line, _)| *line);
        let at = self.by_age.partition_point(|(other, known)| (known.since, *other) < (pending.since, line));
        self.by_age.insert(at, (line, pending));
        out
    }

    /// Takes a socket out.
    pub fn leave(&mut self, line: LineId) -> Option<Pending> {
        let at = self.by_age.iter().position(|(other, _)| *other == line)?;
        Some(self.by_age.remove(at).1)
    }

    /// Whether this socket is here.
    #[must_use]
    pub fn has(&self, line: LineId) -> bool {
        self.by_age.iter().any(|(other, _)| *other == line)
    }

    /// Where a socket that is here comes from.
    #[must_use]
    pub fn network(&self, line: LineId) -> Option<NetworkKey> {
        self.by_age.iter().find(|(other, _)| *other == line).map(|(_, pending)| pending.network)
    }

    /// The sockets that are here.
    pub fn lines(&self) -> impl Iterator<Item = (LineId, Pending)> {
        self.by_age.iter().copied()
    }

    /// The sockets whose time is up.
    #[must_use]
    pub fn overdue(&self, now: Time) -> Vec<LineId> {
        let late = |(_, pending): &&(LineId, Pending)| pending.since.plus(HELLO_MS_MAX) <= now;
        self.by_age.iter().take_while(late).map(|(line, _)| *line).collect()
    }

    /// When the time of the next one is up.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        self.by_age.first().map(|(_, pending)| pending.since.plus(HELLO_MS_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::SessionId;

    fn pending(network: u64, ms: u64) -> Pending {
        Pending { session: SessionId([0; 16]), network: NetworkKey(network.to_be_bytes()), since: Time::from_ms(ms) }
    }

    #[test]
    fn one_network_has_so_many_and_one_more_displaces_its_oldest() {
        let mut room = Anteroom::default();
        assert_eq!(room.enter(LineId(0), pending(2, 0), true), None, "older, but of another network");
        let most = PENDING_PER_NETWORK_MAX as u64;
        for n in 1..=most {
            assert_eq!(room.enter(LineId(n), pending(1, n), true), None);
        }
        assert_eq!(room.clone().enter(LineId(most + 1), pending(1, most + 1), true), Some(LineId(1)));
        assert_eq!(room.enter(LineId(most + 1), pending(1, most + 1), false), None);
    }

    #[test]
    fn a_lobby_has_1_024_and_the_next_displaces_the_oldest_of_all() {
        let mut room = Anteroom::default();
        for n in 0..1_024 {
            assert_eq!(room.enter(LineId(n), pending(n, n), true), None);
        }
        assert_eq!(room.enter(LineId(5_000), pending(5_000, 5_000), true), Some(LineId(0)));
    }

    #[test]
    fn time_is_up_after_ten_seconds_and_who_left_is_not_overdue() {
        let mut room = Anteroom::default();
        assert_eq!(room.deadline(), None);
        room.enter(LineId(1), pending(1, 1_000), true);
        room.enter(LineId(2), pending(1, 2_000), true);
        assert_eq!(room.deadline(), Some(Time::from_ms(11_000)));
        assert_eq!(room.overdue(Time::from_ms(10_999)), []);
        assert_eq!(room.overdue(Time::from_ms(11_000)), [LineId(1)]);
        assert!(room.leave(LineId(1)).is_some());
        assert!(room.leave(LineId(1)).is_none());
        assert_eq!(room.overdue(Time::from_ms(12_000)), [LineId(2)]);
    }
}
