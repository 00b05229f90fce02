//! Any text as a frame: what is read from it stands in it, within the bounds of the protocol, and what is not read is
//! refused in a frame that can be sent.

#![no_main]

use std::sync::LazyLock;

use edgewise::domain::door::Arrival;
use edgewise::domain::limits::{
    CONVERSATION_NAME_BYTES_MAX, FRAME_BYTES_MAX, INTEREST_CHARS_MAX, INTERESTS_MAX, NUMBER_MAX, TEXT_CHARS_MAX,
};
use edgewise::domain::protocol::{ClientFrame, Refusal, ServerFrame, decode, to_json};
use edgewise::domain::ticket::Keyring;
use edgewise::domain::time::Time;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const NOW: Time = Time::from_ms(1_800_000_000_000);

static KEYS: LazyLock<Keyring> =
    LazyLock::new(|| Keyring::new(Some("a secret of more than thirty-two bytes"), None).expect("a secret"));

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let arrival = Arrival::read(text, &KEYS, NOW);
    assert_eq!(arrival == Arrival::TooLarge, text.len() > FRAME_BYTES_MAX, "the bound on a frame");
    match (decode(text), arrival) {
        (_, Arrival::TooLarge) => {}
        (Ok(ClientFrame::Hello(hello)), Arrival::Hello(read, pass, ticket)) => {
            assert_eq!(hello, read);
            assert!(pass.is_none() && ticket.is_none(), "a pass or a ticket that nobody sealed");
            stands_in(text, &ClientFrame::Hello(hello));
        }
        (Ok(frame), Arrival::Frame(read)) => {
            assert_eq!(frame, read);
            stands_in(text, &frame);
        }
        (Err(refusal), Arrival::Malformed(read)) => {
            assert_eq!(refusal, read);
            can_be_sent(&refusal);
        }
        (decoded, arrival) => panic!("decoded as {decoded:?}, and arrived as {arrival:?}"),
    }
});

/// Read once more without knowing the protocol, the text says what the frame does.
fn stands_in(text: &str, frame: &ClientFrame) {
    let value: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(value["type"], frame.name());
    assert_eq!(value["c"].as_str().map(str::to_owned), frame.conversation().map(ToString::to_string));
    assert_eq!(value["n"].as_u64(), frame.number());
    assert!(frame.number().is_none_or(|n| n <= NUMBER_MAX));
    assert!(frame.conversation().is_none_or(|name| name.to_string().len() <= CONVERSATION_NAME_BYTES_MAX));
    match frame {
        ClientFrame::Say { n, text, .. } => {
            let said = text.clone().into_string();
            assert_eq!(value["text"], said.as_str());
            assert!(*n >= 1 && (1..=TEXT_CHARS_MAX).contains(&said.chars().count()));
            assert!(!said.contains(|c: char| c.is_control() && c != '\t' && c != '\n'), "a control character");
        }
        ClientFrame::Find { interests, .. } => {
            assert!(interests.0.len() <= INTERESTS_MAX);
            for interest in &interests.0 {
                assert!((1..=INTEREST_CHARS_MAX).contains(&interest.spelling().chars().count()));
            }
        }
        _ => {}
    }
    // In another order and another spacing it is the same frame.
    assert_eq!(decode(&value.to_string()).as_ref(), Ok(frame));
}

/// What is repeated in a refusal is short, and the refusal is one JSON object.
fn can_be_sent(refusal: &Refusal) {
    assert!(refusal.re.as_ref().is_none_or(|re| re.len() <= 64));
    assert!(refusal.conversation.as_ref().is_none_or(|name| name.len() <= 64));
    assert!(refusal.n.is_none_or(|n| n <= NUMBER_MAX));
    let text = to_json(&ServerFrame::<String>::Error(refusal.clone()));
    let value: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["type"], "error");
    assert!(text.len() <= FRAME_BYTES_MAX);
}
