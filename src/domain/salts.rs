//! Where somebody comes from, without knowing it: an address is only ever looked at through a keyed hash (HMAC-SHA-256, RFC
//! 2104) whose key is drawn at random each day (UTC) and deleted when it is older than yesterday's. From then on nobody,
//! the operator included, can tell what address a network key stood for, or whether two keys of different days were one.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::id::NetworkKey;
use super::limits::{DAY_MS, SALTS_MAX};
use super::ticket::mac;
use super::time::Time;

/// The random key of a day.
pub type Salt = [u8; 32];

/// Today's salt and yesterday's, as far as there are any, the newest first.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Salts(Vec<(u64, Salt)>);

impl fmt::Debug for Salts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salts(..)")
    }
}

impl Salts {
    /// One salt alone, for as long as it is remembered: for who cannot ask for the day's.
    #[must_use]
    pub fn of(salt: Salt) -> Self {
        Self(vec![(0, salt)])
    }

    /// Takes `salt` for today's if there is none yet; true if it did. A clock that steps back over midnight gets no other.
    pub fn draw(&mut self, now: Time, salt: Salt) -> bool {
        let needed = !self.is_of(now);
        if needed {
            self.0.insert(0, (day(now), salt));
            self.0.truncate(SALTS_MAX);
        }
        needed
    }

    /// Whether today's is among them.
    #[must_use]
    pub fn is_of(&self, now: Time) -> bool {
        self.0.first().is_some_and(|(of, _)| *of >= day(now))
    }

    /// Deletes those that are older than yesterday's; true if there were any.
    pub fn lapse(&mut self, now: Time) -> bool {
        let before = self.0.len();
        self.0.retain(|(of, _)| over(*of) > now);
        self.0.len() < before
    }

    /// When the next one is to be deleted.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        self.0.iter().map(|(of, _)| over(*of)).min()
    }

    /// The keys of an address: today's, and yesterday's if there is one. All of an IPv6 /64 is one network: that is what
    /// one household gets. What is no address is one network as well, which all share whose address is unknown.
    #[must_use]
    pub fn keys(&self, address: &str) -> Vec<NetworkKey> {
        let network = match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(IpAddr::V4(v4)) => v4.octets().to_vec(),
            Ok(IpAddr::V6(v6)) => prefix_64(v6).to_vec(),
            Err(_) => Vec::new(),
        };
        self.0.iter().map(|(_, salt)| key(salt, &network)).collect()
    }
}

fn key(salt: &Salt, network: &[u8]) -> NetworkKey {
    let mut key = [0; 8];
    key.copy_from_slice(&mac(salt, &[network])[..8]);
    NetworkKey(key)
}

fn prefix_64(address: Ipv6Addr) -> [u8; 8] {
    let mut prefix = [0; 8];
    prefix.copy_from_slice(&address.octets()[..8]);
    prefix
}

const fn day(at: Time) -> u64 {
    at.as_ms() / DAY_MS
}

/// When the salt of a day is to be deleted: with the end of the day after it.
const fn over(day: u64) -> Time {
    Time::from_ms(day.saturating_add(SALTS_MAX as u64).saturating_mul(DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDNIGHT: Time = Time::from_ms(20_000 * DAY_MS);

    #[test]
    fn each_day_has_a_salt_of_its_own_and_the_third_day_deletes_the_first() {
        let mut salts = Salts::default();
        assert!(salts.draw(MIDNIGHT, [1; 32]) && !salts.draw(MIDNIGHT.plus(DAY_MS - 1), [2; 32]));
        let first = salts.keys("192.0.2.1");
        assert!(salts.draw(MIDNIGHT.plus(DAY_MS), [3; 32]));
        let second = salts.keys("192.0.2.1");
        assert_eq!((second.len(), second[1]), (2, first[0]), "today's comes first, and yesterday's is known");
        assert_ne!(second[0], first[0]);
        assert_eq!(salts.deadline(), Some(MIDNIGHT.plus(2 * DAY_MS)));
        assert!(!salts.lapse(MIDNIGHT.plus(2 * DAY_MS - 1)) && salts.lapse(MIDNIGHT.plus(2 * DAY_MS)));
        assert_eq!(salts.keys("192.0.2.1"), second[..1]);
        assert!(salts.lapse(MIDNIGHT.plus(3 * DAY_MS)) && salts.keys("192.0.2.1").is_empty());
        assert_eq!(salts.deadline(), None);
    }

    #[test]
    fn a_clock_that_steps_back_over_midnight_gets_no_other_salt() {
        let mut salts = Salts::default();
        assert!(salts.draw(MIDNIGHT, [1; 32]) && !salts.draw(MIDNIGHT.before(1), [2; 32]));
    }

    #[test]
    fn a_household_is_one_network() {
        let key = |address| Salts::of([7; 32]).keys(address);
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("nonsense"), key(""));
        assert_ne!(key("192.0.2.1"), Salts::of([8; 32]).keys("192.0.2.1"), "and another one with another salt");
        assert_eq!(format!("{:?}", Salts::of([7; 32])), "Salts(..)");
    }
}
