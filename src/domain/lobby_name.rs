//! The names of lobbies as they stand in paths: with the service's tag, and with a key of whoever was given the name, so that
//! the door can tell a person who connects again and again from a crowd behind one address.
//!
//! `name.kind-and-key.tag`. The key is a hash that nobody else can make: whoever sees the path of a socket can tell that two of
//! them are of one visitor, and nothing else of them. Whoever enters is given another one each day; a page keeps the name that
//! it has as long as it has a place to come back to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::id::{NetworkKey, Payer};
use super::limits::DAY_MS;
use super::ticket::{Keyring, Pass, TAG_BYTES, mac, verify};

/// Enough that two people do not have the same one.
const KEY_BYTES: usize = 8;
/// Stands before the key of somebody who has shown a proof.
const PROVEN: &str = "p";
/// Stands before the key of somebody who has not.
const UNPROVEN: &str = "v";

/// A lobby's name that somebody was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LobbyName<'a> {
    /// The name alone.
    pub lobby: &'a str,
    /// Who was given it.
    pub holder: Payer,
    /// Whether they had shown a proof.
    pub proven: bool,
}

impl LobbyName<'_> {
    /// Who pays for what its holder does: their network, unless they have shown a proof, so that they are not taken for the
    /// others of it.
    #[must_use]
    pub fn payer(&self, network: NetworkKey) -> Payer {
        if self.proven { self.holder } else { network.into() }
    }
}

impl Keyring {
    /// A lobby's name as it appears in the path of somebody with this pass: always the same one on the same day and for the
    /// same proof, however often they come in.
    #[must_use]
    pub fn name_lobby(&self, lobby: &str, pass: &Pass) -> String {
        let (kind, since) = match pass.proven {
            Some(proven) => (PROVEN, proven.as_ms()),
            None => (UNPROVEN, pass.expires.as_ms() / DAY_MS),
        };
        let key = mac(self.lobby_key(), &[b"holder ", kind.as_bytes(), &pass.visitor.0, &since.to_be_bytes()]);
        let named = format!("{lobby}.{kind}{}", URL_SAFE_NO_PAD.encode(&key[..KEY_BYTES]));
        let tag = mac(self.lobby_key(), &[named.as_bytes()]);
        format!("{named}.{}", URL_SAFE_NO_PAD.encode(&tag[..TAG_BYTES]))
    }

    /// Reads a lobby's name. `None` when this service did not make it.
    #[must_use]
    pub fn read_lobby<'a>(&self, text: &'a str) -> Option<LobbyName<'a>> {
        let (named, tag) = text.rsplit_once('.')?;
        let mut bytes = [0; TAG_BYTES];
        URL_SAFE_NO_PAD.decode_slice(tag, &mut bytes).ok().filter(|length| *length == TAG_BYTES)?;
        self.lobby_keys().find(|key| verify(key, &[named.as_bytes()], &bytes))?;
        let (lobby, holder) = named.rsplit_once('.')?;
        let proven = holder.strip_prefix(PROVEN);
        let holder = Payer::parse(proven.or_else(|| holder.strip_prefix(UNPROVEN))?)?;
        Some(LobbyName { lobby, holder, proven: proven.is_some() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::VisitorId;
    use crate::domain::time::Time;

    const NOW: Time = Time::from_ms(1_800_000_000_000);
    const HERE: NetworkKey = NetworkKey([9; 8]);

    fn ring() -> Keyring {
        Keyring::new(Some("a secret of more than thirty-two bytes"), None).unwrap()
    }

    fn pass(visitor: u8, proven: Option<Time>) -> Pass {
        Pass { proven, ..Pass::new(VisitorId([visitor; 16]), NOW) }
    }

    /// Who holds the name that somebody with this pass is given.
    fn holder(pass: &Pass) -> Payer {
        let name = ring().name_lobby("main-1", pass);
        let read = ring().read_lobby(&name).expect("a name of ours");
        assert_eq!((read.lobby, read.proven), ("main-1", pass.proven.is_some()), "{name}");
        read.holder
    }

    #[test]
    fn a_visitor_has_a_key_of_their_own_which_is_another_one_each_day_and_for_each_proof() {
        let mine = pass(7, None);
        assert_eq!(holder(&mine), holder(&mine.clone()));
        let tomorrow = Pass { expires: mine.expires.plus(DAY_MS), ..mine.clone() };
        let others = [pass(8, None), tomorrow, pass(7, Some(NOW)), pass(7, Some(NOW.plus(1)))];
        let keys: Vec<_> = std::iter::once(&mine).chain(&others).map(holder).collect();
        assert!(keys.iter().enumerate().all(|(at, key)| !keys[..at].contains(key)), "{keys:?}");
    }

    #[test]
    fn only_who_has_shown_a_proof_pays_alone() {
        let [name, proven] = [None, Some(NOW)].map(|proven| ring().name_lobby("main-1", &pass(7, proven)));
        assert_eq!(ring().read_lobby(&name).unwrap().payer(HERE), HERE.into());
        let proven = ring().read_lobby(&proven).unwrap();
        assert_eq!(proven.payer(HERE), proven.holder);
    }

    #[test]
    fn a_name_with_any_character_changed_cut_off_or_added_is_none() {
        let name = ring().name_lobby("main-1", &pass(7, None));
        for at in 0..name.len() {
            let mut forged = name.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(ring().read_lobby(&String::from_utf8(forged).unwrap()), None, "character {at}");
            assert_eq!(ring().read_lobby(&name[..at]), None, "cut at {at}");
        }
        for holder in ["", "x", "v", "p", "vAAAAAAAAAA", "vAAAAAAAAAAAA", "xAAAAAAAAAAA", "AAAAAAAAAAA"] {
            let named = format!("main-1.{holder}");
            let tag = mac(ring().lobby_key(), &[named.as_bytes()]);
            let signed = format!("{named}.{}", URL_SAFE_NO_PAD.encode(&tag[..TAG_BYTES]));
            assert_eq!(ring().read_lobby(&signed), None, "{holder}");
        }
        let (named, tag) = name.rsplit_once('.').unwrap();
        let moved = named.replace("main-1", "main-2");
        for forged in [format!("{name}A"), format!("main-1.{tag}"), format!("{moved}.{tag}"), String::new()] {
            assert_eq!(ring().read_lobby(&forged), None, "{forged}");
        }
    }

    #[test]
    fn while_a_secret_is_replaced_names_under_the_older_one_are_read_and_none_made() {
        let (old, new) = ("a secret of more than thirty-two bytes", "another secret of more than thirty-two");
        let [old, rotated] = [(old, None), (new, Some(old))].map(|(new, old)| Keyring::new(Some(new), old).unwrap());
        let name = old.name_lobby("main-1", &pass(7, None));
        assert!(rotated.read_lobby(&name).is_some());
        assert_eq!(old.read_lobby(&rotated.name_lobby("main-1", &pass(7, None))), None);
    }
}
