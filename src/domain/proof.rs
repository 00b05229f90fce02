//! Proof of work: ALTCHA challenges, version 1 (altcha.org). The service draws a number and tells the hash of it with a
//! salt; whoever finds the number has done the work. Nothing is stored for a challenge: it is signed, and what else it
//! says stands in the salt, which the hash covers. The salt ends with `&`, so that no digit of the number can be taken for
//! part of it.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::limits::{PROOF_CHARS_MAX, PROOF_LEVEL_MAX, PROOF_MS, PROOF_NUMBER_MAX};
use super::protocol::{Fields, Json};
use super::ticket::{Keyring, mac, verify};
use super::time::Time;

const ALGORITHM: &str = "SHA-256";

/// What is asked for before somebody comes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Nothing.
    #[default]
    None,
    /// A proof of work.
    Pow,
    /// Cloudflare Turnstile.
    Turnstile,
}

impl Proof {
    /// Reads the operator's setting.
    ///
    /// # Errors
    /// What is wrong with it; until that is mended a proof of work is asked for.
    pub fn configured(setting: Option<&str>, has_site_key: bool, has_secret: bool) -> Result<Self, &'static str> {
        match setting.unwrap_or_default() {
            "" | "none" => Ok(Self::None),
            "pow" => Ok(Self::Pow),
            "turnstile" if has_site_key && has_secret => Ok(Self::Turnstile),
            "turnstile" if has_secret => Err("PROOF is turnstile, and TURNSTILE_SITE_KEY is missing"),
            "turnstile" => Err("PROOF is turnstile, and the secret TURNSTILE_SECRET is missing"),
            _ => Err("PROOF is none of none, pow and turnstile"),
        }
    }
}

/// What a challenge is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Terms {
    /// The life of the presence object that remembers which challenges are used up.
    pub epoch: u64,
    /// How much work it is: each level is twice the one before.
    pub level: u8,
}

impl Terms {
    /// The largest number that has to be tried.
    #[must_use]
    pub fn number_max(&self) -> u64 {
        PROOF_NUMBER_MAX << self.level.min(PROOF_LEVEL_MAX)
    }
}

/// A challenge, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Challenge {
    algorithm: &'static str,
    #[serde(rename = "challenge")]
    hash: String,
    maxnumber: u64,
    salt: String,
    signature: String,
}

/// What makes one challenge another than the next.
pub type ProofId = [u8; 12];

/// A challenge of ours that was solved in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Solved {
    /// Which one.
    pub id: ProofId,
    /// What it was made for.
    pub terms: Terms,
    /// Until when it is good.
    pub expires: Time,
}

impl Keyring {
    /// Makes a challenge. `id` and `chance` are drawn at random.
    #[must_use]
    pub fn challenge(&self, terms: Terms, id: &ProofId, chance: u64, now: Time) -> Challenge {
        let maxnumber = terms.number_max();
        let salt = salt(id, now.plus(PROOF_MS).as_ms() / 1_000, terms);
        let hash = hash(&salt, chance % (maxnumber + 1));
        let signature = self.proof_keys().next().map(|key| mac(key, &[hash.as_bytes()])).unwrap_or_default();
        Challenge { algorithm: ALGORITHM, hash, maxnumber, salt, signature: hex(&signature) }
    }

    /// Reads a proof. `None` when it is not one of ours, is wrong, or comes too late.
    #[must_use]
    pub fn solved(&self, text: &str, now: Time) -> Option<Solved> {
        if text.len() > PROOF_CHARS_MAX {
            return None;
        }
        // What else is in it is for others, as how long it took.
        let mut payload = Fields::read(&String::from_utf8(STANDARD.decode(text).ok()?).ok()?).ok()?;
        let mut field = |name| payload.text(name).ok()?;
        let (algorithm, challenge) = (field("algorithm")?, field("challenge")?);
        let (salt, signature) = (field("salt")?, unhex::<32>(&field("signature")?)?);
        let Some(Json::Number(number)) = payload.take("number") else { return None };
        let ours = self.proof_keys().any(|key| verify(key, &[challenge.as_bytes()], &signature));
        let (id, seconds, terms) = read_salt(&salt)?;
        let expires = Time::from_ms(seconds.saturating_mul(1_000));
        let right = algorithm == ALGORITHM && number <= terms.number_max() && hash(&salt, number) == challenge;
        (ours && right && now < expires).then_some(Solved { id, terms, expires })
    }
}

fn salt(id: &ProofId, seconds: u64, Terms { epoch, level }: Terms) -> String {
    format!("{}?expires={seconds}&epoch={epoch}&level={level}&", hex(id))
}

/// What a salt says; only what [`salt`] writes is read.
fn read_salt(text: &str) -> Option<(ProofId, u64, Terms)> {
    let (id, fields) = text.split_once('?')?;
    let mut fields = fields.split('&').filter_map(|field| field.split_once('='));
    let mut number = || fields.next()?.1.parse::<u64>().ok();
    let (id, seconds) = (unhex(id)?, number()?);
    let terms = Terms { epoch: number()?, level: number()?.try_into().ok()? };
    (salt(&id, seconds, terms) == text).then_some((id, seconds, terms))
}

fn hash(salt: &str, number: u64) -> String {
    hex(&Sha256::new().chain_update(salt).chain_update(number.to_string()).finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

/// Does the work, for tests and for clients that are no page.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn solve(challenge: &serde_json::Value) -> Option<String> {
    let text = |name: &str| challenge[name].as_str();
    let (salt, wanted) = (text("salt")?, text("challenge")?);
    let number = (0..=challenge["maxnumber"].as_u64()?).find(|number| hash(salt, *number) == wanted)?;
    let payload = serde_json::json!({
        "algorithm": text("algorithm")?, "challenge": wanted, "number": number, "salt": salt,
        "signature": text("signature")?, "took": 1,
    });
    Some(STANDARD.encode(payload.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: Time = Time::from_ms(1_800_000_000_000);
    const TERMS: Terms = Terms { epoch: 7, level: 0 };

    fn ring(word: &str) -> Keyring {
        Keyring::new(Some(&word.repeat(8)), None).unwrap()
    }

    fn made(chance: u64) -> Value {
        serde_json::to_value(ring("some").challenge(TERMS, &[0xab; 12], chance, NOW)).unwrap()
    }

    fn payload(change: impl FnOnce(&mut Value)) -> String {
        let challenge = made(1_234);
        let mut payload = json!({
            "algorithm": "SHA-256", "challenge": challenge["challenge"], "number": 1_234, "salt": challenge["salt"],
            "signature": challenge["signature"],
        });
        change(&mut payload);
        STANDARD.encode(payload.to_string())
    }

    fn read(text: &str) -> Option<Solved> {
        ring("some").solved(text, NOW)
    }

    #[test]
    fn a_challenge_is_what_another_implementation_says_it_is() {
        let salt = "abababababababababababab?expires=1800000300&epoch=7&level=0&";
        assert_eq!(
            made(1_234),
            json!({
                "algorithm": "SHA-256", "maxnumber": 100_000, "salt": salt,
                "challenge": "c135c61769adc8798824bbf510ae0dea7e1ba180964e0b3a998beb8cdbdcf0fe",
                "signature": "0e79a82cf99cb9f5ad319f141ef252916ba6de23e7d3694fa0aa9f8451f455d2",
            })
        );
        assert_eq!(made(100_001 + 1_234), made(1_234), "the number is within the bound");
        let hardest = Terms { level: 9, ..TERMS };
        assert_eq!(hardest.number_max(), 64 * PROOF_NUMBER_MAX, "and the bound has one");
    }

    #[test]
    fn who_has_done_the_work_is_believed_until_it_expires() {
        let text = solve(&made(1_234)).unwrap();
        let solved = Solved { id: [0xab; 12], terms: TERMS, expires: Time::from_ms(1_800_000_300_000) };
        let expires = solved.expires;
        assert_eq!(read(&text), Some(solved));
        assert_eq!(ring("some").solved(&text, expires.before(1)), Some(solved));
        assert_eq!(ring("some").solved(&text, expires), None);
        assert_eq!(ring("else").solved(&text, NOW), None, "another service's");
        let rotated = Keyring::new(Some(&"else".repeat(8)), Some(&"some".repeat(8))).unwrap();
        assert_eq!(rotated.solved(&text, NOW), Some(solved));
    }

    #[test]
    fn whatever_is_changed_is_wrong() {
        assert!(read(&payload(|_| {})).is_some());
        let other = made(7);
        let changes: [(&str, Value); 9] = [
            ("algorithm", json!("SHA-1")),
            ("number", json!(1_235)),
            ("number", json!(-1)),
            ("number", json!("1234")),
            ("challenge", other["challenge"].clone()),
            ("signature", other["signature"].clone()),
            ("signature", json!("")),
            ("salt", json!("abababababababababababab?expires=1800009999&epoch=7&level=0&")),
            ("salt", Value::Null),
        ];
        for (name, value) in changes {
            assert_eq!(read(&payload(|payload| payload[name] = value.clone())), None, "{name}: {value}");
        }
        let spliced = payload(|payload| {
            let salt = payload["salt"].as_str().unwrap().replace("level=0&", "level=0&1");
            (payload["salt"], payload["number"]) = (json!(salt), json!(234));
        });
        assert_eq!(read(&spliced), None, "no digit moves into the salt");
        for text in ["", "x", "e30=", &STANDARD.encode("[]"), &payload(|_| {})[1..]] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_beyond_the_level_is_no_proof_though_the_hash_is_right() {
        let (terms, key) = (TERMS, ring("some"));
        let salt = salt(&[1; 12], 1_800_000_300, terms);
        for (number, good) in [(PROOF_NUMBER_MAX, true), (PROOF_NUMBER_MAX + 1, false)] {
            let challenge = hash(&salt, number);
            let signature = hex(&mac(key.proof_keys().next().unwrap(), &[challenge.as_bytes()]));
            let text = json!({
                "algorithm": "SHA-256", "challenge": challenge, "number": number, "salt": salt, "signature": signature,
            });
            assert_eq!(read(&STANDARD.encode(text.to_string())).is_some(), good, "{number}");
        }
    }

    #[test]
    fn a_proof_of_1_024_characters_is_read_and_a_longer_one_is_not() {
        let padded = |characters: usize| {
            let plain = payload(|payload| payload["took"] = json!(""));
            let room = (characters - plain.len()) / 4 * 3;
            payload(|payload| payload["took"] = json!("x".repeat(room)))
        };
        let (fits, long) = (padded(PROOF_CHARS_MAX), padded(PROOF_CHARS_MAX + 4));
        assert_eq!((fits.len(), long.len()), (PROOF_CHARS_MAX, PROOF_CHARS_MAX + 4));
        assert!(read(&fits).is_some() && read(&long).is_none());
    }

    #[test]
    fn a_setting_that_does_not_do_is_named() {
        let read = |setting, site_key, secret| Proof::configured(setting, site_key, secret);
        assert_eq!((read(None, false, false), read(Some("none"), true, true)), (Ok(Proof::None), Ok(Proof::None)));
        assert_eq!(read(Some("pow"), false, false), Ok(Proof::Pow));
        assert_eq!(read(Some("turnstile"), true, true), Ok(Proof::Turnstile));
        for (site_key, secret, name) in [(false, true, "TURNSTILE_SITE_KEY"), (true, false, "TURNSTILE_SECRET")] {
            assert!(read(Some("turnstile"), site_key, secret).unwrap_err().contains(name));
        }
        assert!(read(Some("POW"), true, true).is_err());
    }
}
