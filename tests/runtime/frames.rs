//! Frames that are not what they should be: each is refused by its code, and nothing else happens.

use serde_json::{Map, Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{ended, say};
use crate::site::{Lobby, Site};

/// The tenth bad frame within a minute closes the line: a new person sends the tenth.
const STRIKES: usize = 10;

/// Frames, and the refusals that answer them.
async fn refused(lobby: &Lobby, frames: &[(String, Value)]) {
    for some in frames.chunks(STRIKES - 1) {
        let mut ann = lobby.person("ann").await;
        for (frame, answer) in some {
            ann.send_text(frame).await;
            ann.expect(answer.clone()).await;
        }
        ann.hears_nothing().await;
    }
}

#[tokio::test]
async fn every_malformed_frame_that_page_and_service_agree_on_is_refused() {
    let cases: Vec<Map<String, Value>> =
        serde_json::from_str(include_str!("../vectors/client_frames.json")).expect("the shared file");
    let frames: Vec<(String, Value)> = cases
        .into_iter()
        .filter(|case| case["valid"] == false)
        .map(|mut case| {
            let frame = case["frame"].as_str().expect("a text").to_owned();
            case.retain(|field, _| ["code", "re", "c", "n"].contains(&field.as_str()));
            case.insert("type".to_owned(), json!("error"));
            (frame, Value::Object(case))
        })
        // The runtime answers this one.
        .filter(|(frame, _)| frame != "ping")
        .collect();
    assert!(frames.len() > 30, "{} cases", frames.len());
    let site = Site::shared().await;
    refused(&site.lobby(), &frames).await;
    site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn hostile_json_is_refused_like_any_other() {
    let bad = json!({ "type": "error", "code": "bad_frame" });
    let of = |re: &str| json!({ "type": "error", "code": "bad_frame", "re": re });
    let frames = [
        ("[".repeat(8_000), bad.clone()),
        (format!("{}{}", "[".repeat(4_000), "]".repeat(4_000)), bad.clone()),
        (r#"{"a":"#.repeat(1_600), bad.clone()),
        (format!(r#"{{"type":"find","interests":{}1{}}}"#, "[".repeat(100), "]".repeat(100)), of("find")),
        ("1".repeat(8_000), bad.clone()),
        (format!(r#"{{"type":"got","c":"x","n":1{}}}"#, "0".repeat(4_000)), bad.clone()),
        (r#"{"type":"say","c":"x","n":1,"text":"\ud83d"}"#.to_owned(), bad.clone()),
        (r#"{"type":"say","c":"\udc00","n":1,"text":"hi"}"#.to_owned(), bad.clone()),
        (r#"{"type":"find","type":"stop"}"#.to_owned(), of("stop")),
        ("\0".to_owned(), bad),
        (r#"{"type":"__proto__"}"#.to_owned(), json!({ "type": "error", "code": "unknown_type", "re": "__proto__" })),
    ];
    let site = Site::shared().await;
    refused(&site.lobby(), &frames).await;
    site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn texts_are_taken_up_to_2_000_characters_and_refused_by_their_rule() {
    let lobby = Site::unlimited().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let good =
        ["a".repeat(2_000), "é".repeat(2_000), "🙂".repeat(2_000), "\u{e000}\u{fffe}".to_owned(), "\t.\n".to_owned()];
    for (n, text) in (1..).zip(good) {
        ann.say(&c, n, &text).await;
        bob.expect(say(&c, n, &text)).await;
    }
    let bad = [
        ("a".repeat(2_001), "too_long"),
        ("🙂".repeat(2_001), "too_long"),
        (String::new(), "bad_text"),
        (" \t\n\u{a0}\u{3000}".to_owned(), "bad_text"),
        ("\u{7f}".repeat(2_000), "bad_text"),
        ("\u{85}".repeat(2_000), "bad_text"),
        ("a\0b".to_owned(), "bad_text"),
        ("carriage\rreturn".to_owned(), "bad_text"),
        ("\u{1b}[31mred".to_owned(), "bad_text"),
    ];
    for (text, code) in bad {
        ann.say(&c, 6, &text).await;
        ann.expect(json!({ "type": "error", "code": code, "re": "say", "c": c, "n": 6 })).await;
    }
    bob.hears_nothing().await;
    ann.say(&c, 6, "after all that").await;
    bob.expect(say(&c, 6, "after all that")).await;
    lobby.site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn numbers_are_whole_and_between_one_and_the_largest_exact_one() {
    let lobby = Site::unlimited().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    for n in [1, 9_007_199_254_740_991] {
        ann.say(&c, n, "in range").await;
        bob.expect(say(&c, n, "in range")).await;
    }
    for n in ["9007199254740992", "18446744073709551616", "-1", "1.5", "1e3", "\"1\"", "null", "true", "[1]"] {
        ann.send_text(&format!(r#"{{"type":"say","c":"{c}","n":{n},"text":"out of range"}}"#)).await;
        ann.expect(json!({ "type": "error", "code": "bad_frame", "re": "say", "c": c })).await;
    }
    bob.hears_nothing().await;
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    ann.say(&c, 0, "out of range").await;
    ann.expect(json!({ "type": "error", "code": "bad_frame", "re": "say", "c": c, "n": 0 })).await;
    bob.hears_nothing().await;
}

#[tokio::test]
async fn a_frame_of_8_192_bytes_is_read_and_one_of_8_193_closes_the_line() {
    let lobby = Site::shared().await.lobby();
    let padded = |bytes: usize| format!("{:<bytes$}", r#"{"type":"stop"}"#);
    let mut ann = lobby.person("ann").await;
    ann.send_text(&padded(8_192)).await;
    ann.expect(json!({ "type": "done", "re": "stop" })).await;
    let wide = format!(r#"{{"type":"stop","c":"{}"}}"#, "🙂".repeat(2_049));
    for frame in [padded(8_193), wide, "🙂".repeat(10_000), " ".repeat(100_000)] {
        let (mut bob, mut cem, c) = lobby.pair("bob", "cem").await;
        bob.send_text(&frame).await;
        bob.expect_closed(1009).await;
        cem.expect(ended(&c, "left")).await;
    }
    ann.hears_nothing().await;
    lobby.site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn a_binary_frame_closes_the_line_and_the_partner_reads_left() {
    let lobby = Site::shared().await.lobby();
    for bytes in [Vec::new(), br#"{"type":"find"}"#.to_vec(), vec![0; 100_000]] {
        let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
        ann.send_message(Message::binary(bytes)).await;
        ann.expect_closed(1003).await;
        bob.expect(ended(&c, "left")).await;
    }
}

#[tokio::test]
async fn the_tenth_bad_frame_within_a_minute_closes_the_line() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    for n in 1..=STRIKES {
        let (frame, code) = if n % 2 == 0 { ("wave", "unknown_type") } else { ("got", "bad_frame") };
        ann.send(&json!({ "type": frame })).await;
        ann.expect(json!({ "type": "error", "code": code, "re": frame })).await;
    }
    ann.expect_closed(4400).await;
    bob.expect(ended(&c, "left")).await;
}
