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
mod tests;
