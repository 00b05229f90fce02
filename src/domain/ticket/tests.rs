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
    assert!(record.len() < 16_000, "{} bytes; an attachment holds 16 384 with what the platform adds", record.len());
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
