//! People who mean harm, to their partner, to strangers or to the service.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::client::{Came, ended, say};
use crate::site::{Lobby, Site};

const MIB: usize = 1024 * 1024;

/// Every frame that takes the name of a conversation, and what a partner alone would send.
fn intrusions(c: &str) -> Vec<Value> {
    vec![
        say(c, 1, "it is me"),
        json!({ "type": "got", "c": c, "n": 1 }),
        json!({ "type": "seen", "c": c, "n": 1 }),
        json!({ "type": "typing", "c": c, "on": true }),
        json!({ "type": "block", "c": c }),
        json!({ "type": "report", "c": c, "reason": "spam", "lines": [] }),
        json!({ "type": "ended", "c": c, "reason": "moderated" }),
        json!({ "type": "matched", "conversation": c, "common": [], "lang": null }),
        json!({ "type": "stop", "c": c }),
        json!({ "type": "find", "c": c }),
    ]
}

#[tokio::test]
async fn nothing_that_a_third_person_sends_reaches_a_pair_whose_conversation_they_know() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let (mut eve, mut unknown) = (lobby.person("eve").await, lobby.socket("who never said hello").await);
    for frame in intrusions(&c) {
        unknown.send(&frame).await;
        let Came::Frame(answer) = unknown.next().await else { panic!("no answer to {frame}") };
        assert_eq!(answer["code"], "hello_first", "{frame}");
        eve.send(&frame).await;
        if ["say", "block", "report", "ended", "matched"].iter().any(|kind| frame["type"] == *kind) {
            eve.expect_a("error").await;
        } else if frame["type"] == "find" {
            eve.expect_a("waiting").await;
        }
        for person in [&mut eve, &mut ann, &mut bob] {
            person.hears_nothing().await;
        }
    }
    ann.say(&c, 1, "still us").await;
    bob.expect(say(&c, 1, "still us")).await;
    lobby.site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn a_frame_of_the_services_own_cannot_be_sent_to_the_partner() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let forged = [
        json!({ "type": "ended", "c": c, "reason": "left" }),
        json!({ "type": "partner", "c": c, "state": "away", "grace_ms": 1 }),
        json!({ "type": "welcome", "v": 1 }),
        json!({ "type": "error", "code": "paused", "c": c }),
    ];
    for frame in forged {
        ann.send(&frame).await;
        assert_eq!(ann.expect_a("error").await["code"], "unknown_type");
        let mut extra = say(&c, 1, "hi");
        extra["type2"] = frame;
        ann.send(&extra).await;
        assert_eq!(ann.expect_a("error").await["code"], "bad_frame");
    }
    bob.hears_nothing().await;
    let text = json!({ "type": "ended", "c": c, "reason": "left" }).to_string();
    ann.say(&c, 1, &text).await;
    bob.expect(say(&c, 1, &text)).await;
}

#[tokio::test]
async fn bytes_that_are_not_unicode_never_reach_the_partner() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let text = |bytes: Vec<u8>| Message::Frame(Frame::message(bytes, OpCode::Data(Data::Text), true));
    ann.send_message(text(vec![0xff, 0xfe, 0xc0, 0x80])).await;
    ann.expect(json!({ "type": "error", "code": "bad_frame" })).await;
    // The runtime puts the replacement character where it reads no other.
    let bytes = say(&c, 1, "a~b").to_string().into_bytes();
    ann.send_message(text(bytes.into_iter().map(|byte| if byte == b'~' { 0xff } else { byte }).collect())).await;
    bob.expect(say(&c, 1, "a\u{fffd}b")).await;
    lobby.site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn a_frame_of_30_mib_does_not_reach_the_memory_of_the_service() {
    let site = Site::own(json!({ "variant": "probe" })).await;
    let lobby = site.lobby();
    let (mut cem, mut dee, others) = lobby.pair("cem", "dee").await;
    // Frames that are just over the limit first, so that whatever one costs has been paid.
    break_with(&lobby, Message::text(" ".repeat(8_193)), 1009).await;
    break_with(&lobby, Message::binary(vec![0; 8_193]), 1003).await;
    let before = memory(&site).await;
    break_with(&lobby, Message::text(" ".repeat(30 * MIB)), 1009).await;
    break_with(&lobby, Message::text("🙂".repeat(30 * MIB / 4)), 1009).await;
    break_with(&lobby, Message::binary(vec![0; 30 * MIB]), 1003).await;
    assert_eq!(memory(&site).await, before);
    cem.say(&others, 1, "unharmed").await;
    dee.expect(say(&others, 1, "unharmed")).await;
    site.assert_no_errors_logged().await;
}

/// Somebody sends this to break the service: their line is closed, and their partner is told.
async fn break_with(lobby: &Lobby, message: Message, code: u16) {
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    ann.send_message(message).await;
    ann.expect_closed(code).await;
    bob.expect(ended(&c, "left")).await;
}

#[tokio::test]
async fn a_body_without_an_end_does_not_reach_the_memory_of_the_service() {
    let site = Site::own(json!({ "variant": "probe" })).await;
    site.enter().await;
    let before = memory(&site).await;
    let pieces = std::iter::repeat_n("x".repeat(65_536), 30 * 16).map(Ok::<_, std::io::Error>);
    let request = site.request(reqwest::Method::POST, "/enter").header("origin", site.origin());
    // The service may hang up in the middle, which is an answer as well.
    let answer = request.body(reqwest::Body::wrap_stream(futures::stream::iter(pieces))).send().await;
    assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status() == 413));
    assert!(memory(&site).await <= before + 1_048_576, "it grew from {before}");
}

/// The size of the wasm memory, which never shrinks.
async fn memory(site: &Site) -> usize {
    site.get("/probe/memory").await.body.parse().expect("a number of bytes")
}

#[tokio::test]
async fn a_lobby_that_the_service_did_not_name_is_not_found_and_wakes_nothing() {
    let lobby = Site::shared().await.lobby();
    let (site, path) = (&lobby.site, lobby.path());
    let (name, tag) = path.trim_start_matches("/ws/").split_once('.').expect("a tagged name");
    let elsewhere = Site::unlimited().await.lobby_named(name).path();
    let (_holder, bare) = tag.split_once('.').expect("a key of its holder, and the tag");
    let made_up = [
        format!("{name}.{bare}"),
        name.to_owned(),
        format!("{name}."),
        format!("{name}.{}", "A".repeat(tag.len())),
        format!("{name}.{tag}AAAA"),
        format!("{name}.{tag}%00"),
        format!("{name}.{tag}/"),
        format!("{name}x.{tag}"),
        elsewhere.trim_start_matches("/ws/").to_owned(),
        "..%2f..%2fenter".to_owned(),
        "a".repeat(4_000),
    ];
    for lobby in made_up {
        site.knock(&format!("/ws/{lobby}"), Some(site.origin())).await.assert_problem(404, "not_found");
    }
    let woken = site.objects("LOBBY").await;
    assert!(!woken.contains(&name.to_owned()) && !woken.contains(&format!("{name}x")), "{woken:?}");
    // The same with the right tag, so that all of the above was for the tag.
    lobby.person("ann").await;
    assert!(site.objects("LOBBY").await.contains(&name.to_owned()));
    site.assert_no_errors_logged().await;
}
