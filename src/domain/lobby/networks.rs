//! What one network may have of a lobby: how many people, and how many sockets in a while; and who stays out for having
//! flooded it. Kept in memory only.

use crate::domain::id::{NetworkKey, Payer, VisitorId};
use crate::domain::ledger::Ledger;
use crate::domain::limits::{ARRIVAL_BUDGET, FILING_BUDGET, FLOOD_BUDGET};
use crate::domain::sorted::Sorted;
use crate::domain::time::Time;

/// The networks that people come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Networks {
    /// How many people have a line, by network.
    people: Sorted<NetworkKey, usize>,
    /// What was spent on opening sockets, by network, or by the key of whoever has proven something.
    arrivals: Ledger,
    /// What was spent on reports, by network.
    filings: Ledger,
    /// Whoever flooded: one flood, and the next after a while.
    floods: Ledger,
}

impl Networks {
    /// Somebody wants to open a socket.
    ///
    /// # Errors
    /// When that is too much: the value is how many milliseconds until it is not.
    pub(super) fn knock(&mut self, payer: Payer, now: Time) -> Result<(), u64> {
        self.arrivals.take(ARRIVAL_BUDGET, payer, now)
    }

    /// Somebody of this network reports somebody.
    ///
    /// # Errors
    /// When that is too much: the value is how many milliseconds until it is not.
    pub(super) fn file(&mut self, network: NetworkKey, now: Time) -> Result<(), u64> {
        self.filings.take(FILING_BUDGET, network.into(), now)
    }

    /// Somebody's line is closed because they flood: they stay out for a while.
    pub(super) fn flood(&mut self, visitor: VisitorId, now: Time) {
        // An earlier flood of theirs, from another tab, keeps them out for as long as it did.
        let _ = self.floods.take(FLOOD_BUDGET, visitor.into(), now);
    }

    /// Whether somebody is out because they have flooded.
    pub(super) fn is_flooder(&self, visitor: VisitorId, now: Time) -> bool {
        self.floods.of(visitor.into()).peek(FLOOD_BUDGET, now).is_err()
    }

    /// How many people of a network have a line.
    pub(super) fn people(&self, network: NetworkKey) -> usize {
        self.people.get(&network).copied().unwrap_or_default()
    }

    /// Somebody has a line now.
    pub(super) fn enter(&mut self, network: NetworkKey) {
        *self.people.get_or_insert(network, || 0) += 1;
    }

    /// Somebody has none any more.
    pub(super) fn leave(&mut self, network: NetworkKey) {
        let Some(people) = self.people.get_mut(&network) else { return };
        *people -= 1;
        if *people == 0 {
            self.people.remove(&network);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_ms(1_000_000);

    fn network(n: u64) -> NetworkKey {
        NetworkKey(n.to_be_bytes())
    }

    #[test]
    fn a_network_opens_so_many_sockets_and_one_more_has_to_wait_while_others_go_on() {
        let mut networks = Networks::default();
        for n in 0..ARRIVAL_BUDGET.burst {
            assert_eq!(networks.knock(network(1).into(), NOW), Ok(()), "{n}");
        }
        assert_eq!(networks.knock(network(1).into(), NOW), Err(ARRIVAL_BUDGET.interval_ms));
        assert_eq!(networks.knock(network(2).into(), NOW), Ok(()));
        assert_eq!(networks.knock(network(1).into(), NOW.plus(ARRIVAL_BUDGET.interval_ms)), Ok(()));
    }

    #[test]
    fn a_network_files_so_many_reports_and_no_more_for_a_minute() {
        let mut networks = Networks::default();
        for n in 0..FILING_BUDGET.burst {
            assert_eq!(networks.file(network(1), NOW), Ok(()), "{n}");
        }
        assert_eq!(networks.file(network(1), NOW), Err(FILING_BUDGET.interval_ms));
        assert_eq!(networks.file(network(2), NOW), Ok(()));
    }

    #[test]
    fn people_are_counted_while_they_have_a_line() {
        let mut networks = Networks::default();
        [1, 1, 2].into_iter().for_each(|n| networks.enter(network(n)));
        networks.leave(network(1));
        assert_eq!([1, 2, 3].map(|n| networks.people(network(n))), [1, 1, 0]);
        networks.leave(network(1));
        assert_eq!(networks.people.len(), 1, "who is gone is not remembered");
    }
}
