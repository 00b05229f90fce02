//! Who is kept out, and until when. The operator or several reports say so in the presence object, which keeps the list;
//! lobbies are told of it, some of them late, and the newest list counts.

use serde::{Deserialize, Serialize};

use super::id::{NetworkKey, VisitorKey};
use super::time::Time;

/// A ban, as far as keeping somebody out takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Barred {
    /// The browser that is kept out.
    pub visitor: Option<VisitorKey>,
    /// The network that is kept out.
    pub network: Option<NetworkKey>,
    /// Until when.
    pub until: Time,
}

/// The list of all who are kept out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bans {
    /// Grows with each change: the moment at which it was made, or one more than the one before.
    pub number: u64,
    /// Those in force when it was made.
    pub barred: Vec<Barred>,
}

impl Bans {
    /// The list that follows this one. Its number grows with time, so that it is the newer one also where all lists before
    /// it were lost.
    #[must_use]
    pub fn then(&self, barred: Vec<Barred>, now: Time) -> Self {
        Self { number: now.as_ms().max(self.number.saturating_add(1)), barred }
    }

    /// Until when somebody with any of these keys is kept out, if they are. A person has several keys where a secret or a
    /// day's salt was replaced.
    #[must_use]
    pub fn until(&self, visitor: &[VisitorKey], network: &[NetworkKey], now: Time) -> Option<Time> {
        let hit = |barred: &&Barred| {
            barred.until > now
                && (barred.visitor.is_some_and(|key| visitor.contains(&key))
                    || barred.network.is_some_and(|key| network.contains(&key)))
        };
        self.barred.iter().filter(hit).map(|barred| barred.until).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_ms(1_000_000);
    const VISITOR: VisitorKey = VisitorKey([1; 12]);
    const NETWORK: NetworkKey = NetworkKey([2; 8]);

    #[test]
    fn either_key_keeps_somebody_out_until_the_longest_of_their_bans_ends() {
        let barred = |visitor, network, ms| Barred { visitor, network, until: NOW.plus(ms) };
        let list = vec![barred(Some(VISITOR), None, 10), barred(None, Some(NETWORK), 20), barred(None, None, 99)];
        let bans = Bans::default().then(list, NOW);
        assert_eq!(bans.until(&[VisitorKey([9; 12]), VISITOR], &[], NOW), Some(NOW.plus(10)));
        assert_eq!(bans.until(&[VISITOR], &[NETWORK], NOW), Some(NOW.plus(20)));
        assert_eq!(bans.until(&[VISITOR], &[], NOW.plus(10)), None, "a ban ends at its moment");
        assert_eq!(bans.until(&[], &[NetworkKey([9; 8])], NOW), None);
    }

    #[test]
    fn each_list_is_newer_than_the_one_before_also_when_the_clock_steps_back() {
        let first = Bans::default().then(Vec::new(), NOW);
        assert!(first.then(Vec::new(), Time::from_ms(1)).number > first.number && first.number > 0);
    }
}
