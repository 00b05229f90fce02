//! What the service gives out and recognises later: sealed passes and tickets, and tags on visitor ids.
//!
//! Passes and tickets are sealed with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): their holder can neither read nor change them, and
//! the nonce is long enough to be drawn at random. A tag is the first half of an HMAC-SHA-256 (RFC 2104) and is compared in
//! constant time. Every kind of thing has a key of its own, derived from the operator's secret, so nothing of one kind
//! is ever taken for another. While a secret is being replaced the older one still opens, and the newer one seals.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::evidence::{Mark, Marks};
use super::id::VisitorId;
use super::limits::{PASS_MS, SECRET_BYTES_MIN};
use super::memory::Memory;
use super::person::{Doing, Person};
use super::time::Time;

/// 192 bits, drawn at random for each sealing.
pub type Nonce = [u8; NONCE_BYTES];

const NONCE_BYTES: usize = 24;
pub(super) const TAG_BYTES: usize = 16;
/// The layout of what is sealed. A deploy that changes it counts this up, and what was sealed before counts as forged.
const LAYOUT: u8 = 3;

/// The operator's secrets do not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretError {
    /// There is none.
    Missing,
    /// It is shorter than [`SECRET_BYTES_MIN`].
    TooShort,
}

/// "This visitor accepted the terms, and did what work was asked for", until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pass {
    /// Who.
    pub visitor: VisitorId,
    /// Until when.
    pub expires: Time,
    /// When the visitor last showed a proof, if they ever had to.
    pub proven: Option<Time>,
    /// What the visitor remembers of others.
    pub memory: Memory,
}

impl Pass {
    /// A new pass.
    #[must_use]
    pub fn new(visitor: VisitorId, now: Time) -> Self {
        Self { visitor, expires: now.plus(PASS_MS), proven: None, memory: Memory::default() }
    }

    /// The visitor remembers what an earlier pass of theirs says, whosever it is.
    pub fn remember_pass(&mut self, earlier: &Self) {
        if earlier.visitor == self.visitor {
            self.memory.absorb(&earlier.memory);
            self.proven = self.proven.max(earlier.proven);
        }
    }

    /// Whether one of these tickets is of this visitor and has a place to come back to.
    #[must_use]
    pub fn may_come_back(&self, tickets: &[Ticket]) -> bool {
        tickets.iter().any(|ticket| ticket.person.visitor == self.visitor && ticket.person.doing != Doing::Idle)
    }

    /// The visitor remembers what a ticket of theirs says, whosever it is. Somebody with whom it has them talking was
    /// met a moment ago, for all that is known.
    pub fn remember_ticket(&mut self, ticket: &Ticket, now: Time) {
        let person = &ticket.person;
        if person.visitor == self.visitor {
            self.memory.absorb(&person.memory);
            person.talk().into_iter().for_each(|talk| self.memory.part(talk.partner.visitor, now));
        }
    }
}

/// Which session its holder may come back to, and what that session was doing, until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ticket {
    /// Who, and what they were doing.
    pub person: Person,
    /// The lobby that it was given out in, without the service's tag.
    pub lobby: String,
    /// Until when it is good.
    pub expires: Time,
}

/// The keys that were derived from one secret.
#[derive(Clone)]
struct Keys {
    pass: Key,
    ticket: Key,
    visitor: Key,
    lobby: Key,
    proof: Key,
    mark: Mark,
}

impl Keys {
    fn derive(secret: &str) -> Self {
        let key = |purpose| Key::from(mac(secret.as_bytes(), &[b"edgewise key v1 ", purpose]));
        Self {
            pass: key(b"pass"),
            ticket: key(b"ticket"),
            visitor: key(b"visitor"),
            lobby: key(b"lobby"),
            proof: key(b"proof"),
            mark: Mark { line: key(b"line").into(), visitor: key(b"pseudonym").into() },
        }
    }
}

/// The service's keys: the present ones, and the ones before while they are being replaced.
#[derive(Clone)]
pub struct Keyring {
    present: Keys,
    before: Option<Keys>,
}

impl Keyring {
    /// Derives the keys from the operator's secret, and from the one before it if there is one.
    ///
    /// # Errors
    /// When the secret is missing, or either one is too short.
    pub fn new(secret: Option<&str>, before: Option<&str>) -> Result<Self, SecretError> {
        let long_enough =
            |secret: &str| if secret.len() < SECRET_BYTES_MIN { Err(SecretError::TooShort) } else { Ok(()) };
        let secret = secret.filter(|secret| !secret.is_empty()).ok_or(SecretError::Missing)?;
        long_enough(secret)?;
        let before = before.filter(|secret| !secret.is_empty());
        before.map_or(Ok(()), long_enough)?;
        Ok(Self { present: Keys::derive(secret), before: before.map(Keys::derive) })
    }

    fn all(&self) -> impl Iterator<Item = &Keys> {
        std::iter::once(&self.present).chain(&self.before)
    }

    /// Seals a pass as the text that the client keeps. A nonce must never be used twice.
    #[must_use]
    pub fn seal_pass(&self, pass: &Pass, nonce: &Nonce) -> String {
        let plain = postcard::to_allocvec(pass).unwrap_or_default();
        seal(&self.present.pass, &plain, nonce)
    }

    /// Opens a pass. `None` when it is not one of ours, was changed, or has expired.
    #[must_use]
    pub fn open_pass(&self, text: &str, now: Time) -> Option<Pass> {
        let plain = self.all().find_map(|keys| open(&keys.pass, text))?;
        let pass: Pass = postcard::from_bytes(&plain).ok()?;
        (now < pass.expires).then_some(pass)
    }

    /// Seals a ticket as the text that the client keeps. A nonce must never be used twice.
    #[must_use]
    pub fn seal_ticket(&self, ticket: &Ticket, nonce: &Nonce) -> String {
        let plain = postcard::to_allocvec(ticket).unwrap_or_default();
        seal(&self.present.ticket, &plain, nonce)
    }

    /// Opens a ticket. `None` when it is not one of ours, was changed, or has expired.
    #[must_use]
    pub fn open_ticket(&self, text: &str, now: Time) -> Option<Ticket> {
        let plain = self.all().find_map(|keys| open(&keys.ticket, text))?;
        let ticket: Ticket = postcard::from_bytes(&plain).ok()?;
        (now < ticket.expires).then_some(ticket)
    }

    /// A visitor's id as the text that the client keeps.
    #[must_use]
    pub fn tag_visitor(&self, visitor: VisitorId) -> String {
        let tag = mac(&self.present.visitor, &[&visitor.0]);
        URL_SAFE_NO_PAD.encode([&visitor.0, &tag[..TAG_BYTES]].concat())
    }

    /// Reads a visitor's id. `None` when this service did not make it.
    #[must_use]
    pub fn read_visitor(&self, text: &str) -> Option<VisitorId> {
        let mut bytes = [0; 16 + TAG_BYTES];
        URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok().filter(|length| *length == bytes.len())?;
        let (id, tag) = bytes.split_at(16);
        self.all().find(|keys| verify(&keys.visitor, &[id], tag))?;
        Some(VisitorId(id.try_into().ok()?))
    }

    /// The key of lobby names that are given out.
    pub(super) const fn lobby_key(&self) -> &Key {
        &self.present.lobby
    }

    /// The keys of lobby names, the present one first.
    pub(super) fn lobby_keys(&self) -> impl Iterator<Item = &Key> {
        self.all().map(|keys| &keys.lobby)
    }

    /// The keys that challenges are signed with, the present one first.
    pub(super) fn proof_keys(&self) -> impl Iterator<Item = &Key> {
        self.all().map(|keys| &keys.proof)
    }

    /// The keys for what is passed on, and for who is who.
    #[must_use]
    pub fn marks(&self) -> Marks {
        Marks { present: self.present.mark, before: self.before.as_ref().map(|keys| keys.mark) }
    }
}

fn hmac(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length; the error exists for other algorithms of the same interface.
    <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes any key"))
}

/// The HMAC of the parts, one after the other.
pub(super) fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = hmac(key);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Whether `tag` is the beginning of the HMAC of the parts, in constant time.
pub(super) fn verify(key: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
    let mut mac = hmac(key);
    parts.iter().for_each(|part| mac.update(part));
    mac.verify_truncated_left(tag).is_ok()
}

fn seal(key: &Key, plain: &[u8], nonce: &Nonce) -> String {
    let payload = Payload { msg: plain, aad: &[LAYOUT] };
    let sealed = XChaCha20Poly1305::new(key).encrypt(&XNonce::from(*nonce), payload).unwrap_or_default();
    URL_SAFE_NO_PAD.encode([&[LAYOUT][..], nonce, &sealed].concat())
}

fn open(key: &Key, text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (layout, rest) = bytes.split_first()?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
    let payload = Payload { msg: sealed, aad: &[LAYOUT] };
    (*layout == LAYOUT).then(|| XChaCha20Poly1305::new(key).decrypt(&XNonce::from(*nonce), payload).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::conversation::begin;
    use crate::domain::id::{LineId, NetworkKey, SessionId};
    use crate::domain::limits::{FRAME_BYTES_MAX, INTEREST_CHARS_MAX, INTERESTS_MAX, NUMBER_MAX};
    use crate::domain::matchmaker::{Place, Wait};
    use crate::domain::protocol::{Interests, Preferences};
    use crate::domain::session::{Kept, Record, Trial};

    const SECRET: &str = "a secret of more than thirty-two bytes";
    const OTHER: &str = "another secret of more than thirty-two";
    const NOW: Time = Time::from_ms(1_800_000_000_000);
    const VISITOR: VisitorId = VisitorId([7; 16]);

    fn ring() -> Keyring {
        Keyring::new(Some(SECRET), None).unwrap()
    }

    #[test]
    fn a_pass_opens_until_it_expires_and_not_later() {
        let pass = Pass::new(VISITOR, NOW);
        let text = ring().seal_pass(&pass, &[1; 24]);
        let last = Time::from_ms(pass.expires.as_ms() - 1);
        assert_eq!(ring().open_pass(&text, last), Some(pass.clone()));
        assert_eq!(ring().open_pass(&text, pass.expires), None);
        assert!(pass.expires.since(NOW) >= 24 * 60 * 60 * 1_000, "the protocol promises 24 hours");
    }

    #[test]
    fn a_pass_with_any_character_changed_cut_off_or_added_is_forged() {
        let text = ring().seal_pass(&Pass::new(VISITOR, NOW), &[1; 24]);
        for at in 0..text.len() {
            let mut forged = text.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(ring().open_pass(&String::from_utf8(forged).unwrap(), NOW), None, "character {at}");
            assert_eq!(ring().open_pass(&text[..at], NOW), None, "cut at {at}");
        }
        assert_eq!(ring().open_pass(&format!("{text}A"), NOW), None);
        assert_eq!(ring().open_pass(&format!("{text}="), NOW), None);
    }

    #[test]
    fn the_largest_pass_and_ticket_fit_into_a_hello_and_the_largest_record_with_a_socket() {
        let mut memory = Memory::default();
        (0..=u8::MAX).for_each(|n| memory.block(VisitorId([n; 16])));
        (0..=u8::MAX).for_each(|n| memory.part(VisitorId([n; 16]), NOW));
        let interest = |n: u32| char::from_u32(0x1_0400 + n).unwrap().to_string().repeat(INTEREST_CHARS_MAX);
        let texts: Vec<String> = (0..10).map(interest).collect();
        let interests = Interests::try_from(texts.clone()).unwrap().0;
        assert_eq!((interests.len(), texts[0].len()), (INTERESTS_MAX, 4 * INTEREST_CHARS_MAX));
        let lang = Some("eng".to_owned().try_into().unwrap());
        let mut seats = [1, 2].map(|id| Person {
            generation: NUMBER_MAX - 1,
            preferences: Preferences { interests: interests.clone(), lang },
            memory: memory.clone(),
            ..Person::new(SessionId([id; 16]), VisitorId([id; 16]))
        });
        let [one, other] = &mut seats;
        let first = begin(one, other, NOW).unwrap();
        one.last = Some((first, VISITOR));
        let lobby = "a-lobby-with-a-long-name-1234567".to_owned();
        let ticket = Ticket { person: one.clone(), lobby, expires: Time::from_ms(NUMBER_MAX) };
        let most = Time::from_ms(NUMBER_MAX);
        let pass = Pass { memory, expires: most, proven: Some(most), ..Pass::new(VISITOR, NOW) };
        let hello = serde_json::json!({
            "type": "hello", "v": 1, "line": NUMBER_MAX, "counted": true,
            "pass": ring().seal_pass(&pass, &[7; 24]), "ticket": ring().seal_ticket(&ticket, &[8; 24]),
        });
        assert!(hello.to_string().len() <= FRAME_BYTES_MAX, "{} bytes", hello.to_string().len());
        let trial = Trial { until: NOW, partner: Wait::at(Place::default(), NOW, &Preferences::default()) };
        let kept = Kept {
            person: one.clone(),
            number: NUMBER_MAX,
            network: NetworkKey([1; 8]),
            counted: true,
            partner_until: Some(NOW),
            heard: NOW,
            trial: Some(trial),
        };
        let record = Record::Seated(Box::new(kept)).encode(LineId(NUMBER_MAX));
        assert!(
            record.len() < 16_000,
            "{} bytes; an attachment holds 16 384 with what the platform adds",
            record.len()
        );
    }

    #[test]
    fn another_secret_opens_nothing_unless_it_is_the_one_before() {
        let (old, new) = (ring(), Keyring::new(Some(OTHER), None).unwrap());
        let rotated = Keyring::new(Some(OTHER), Some(SECRET)).unwrap();
        let pass = Pass::new(VISITOR, NOW);
        let (sealed, visitor) = (old.seal_pass(&pass, &[1; 24]), old.tag_visitor(VISITOR));
        assert_eq!((new.open_pass(&sealed, NOW), new.read_visitor(&visitor)), (None, None));
        assert_eq!(rotated.open_pass(&sealed, NOW), Some(pass));
        assert_eq!(rotated.read_visitor(&visitor), Some(VISITOR));
        assert_eq!(old.read_visitor(&rotated.tag_visitor(VISITOR)), None, "the newer secret makes the tags");
    }

    #[test]
    fn made_up_visitors_are_not_ours() {
        let visitor = ring().tag_visitor(VISITOR);
        assert_eq!(ring().read_visitor(&visitor), Some(VISITOR));
        for forged in ["", "x", &visitor[1..], &URL_SAFE_NO_PAD.encode([7; 32]), &URL_SAFE_NO_PAD.encode([7; 16])] {
            assert_eq!(ring().read_visitor(forged), None, "{forged}");
        }
    }

    #[test]
    fn secrets_that_are_missing_or_short_are_refused() {
        let long = "x".repeat(32);
        let new = |secret, before| Keyring::new(secret, before).err();
        assert_eq!(new(None, None), Some(SecretError::Missing));
        assert_eq!(new(Some(""), None), Some(SecretError::Missing));
        assert_eq!(new(Some(&long[1..]), None), Some(SecretError::TooShort));
        assert_eq!(new(Some(&long), Some("")), None);
        assert_eq!(new(Some(SECRET), Some("short")), Some(SecretError::TooShort));
    }
}
