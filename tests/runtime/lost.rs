//! What a broken line takes along: wishes that were never answered, and answers that never arrived.

use edgewise::domain::time::Time;
use serde_json::{Value, json};

use crate::client::{away, ended, here, resumed, say};
use crate::conversation::stale;
use crate::resume::{Guest, pair, they_talk};
use crate::site::Site;

/// Far enough in the past for anybody's clock.
const LONG_AGO: Time = Time::from_ms(1_000_000_000_000);

/// What `ann` says goes out, and what the service says to it is never read; her next line is welcomed in this state.
async fn loses_the_answer(frame: impl Fn(&str) -> Value, reason: &str, state: &str) {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    let talking = ann.person.ticket.clone();
    ann.person.send(&frame(&c)).await;
    bob.person.expect(ended(&c, reason)).await;
    assert_eq!(ann.return_with(&lobby, &talking).await, state);
    // What is said again, by a client that cannot know, changes nothing.
    if state == "waiting" {
        ann.person.expect_a("waiting").await;
    }
    for frame in stale(&c).into_iter().filter(|frame| frame["type"] != "say" && frame["type"] != "find") {
        ann.person.send(&frame).await;
    }
    ann.person.hears_nothing().await;
    bob.person.hears_nothing().await;
}

#[tokio::test]
async fn a_stop_whose_answer_was_lost_has_left() {
    loses_the_answer(|c| json!({ "type": "stop", "c": c }), "left", "idle").await;
}

#[tokio::test]
async fn a_next_whose_answer_was_lost_looks_on() {
    loses_the_answer(|c| json!({ "type": "find", "c": c }), "next", "waiting").await;
}

#[tokio::test]
async fn a_match_that_nobody_heard_of_is_resumed() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob) = (Guest::enter(&lobby, "ann").await, Guest::enter(&lobby, "bob").await);
    ann.person.wait().await;
    let waiting = ann.person.ticket.clone();
    bob.person.send(&json!({ "type": "find" })).await;
    let matched = bob.person.expect_a("matched").await;
    let c = matched["conversation"].as_str().expect("a name").to_owned();
    // The service holds her line for open. She has heard nothing on it, and comes on another.
    assert_eq!(ann.return_with(&lobby, &waiting).await, "talking");
    ann.person.expect(resumed(&c)).await;
    bob.person.expect(here(&c)).await;
    they_talk(&mut ann, &mut bob, &c, 1).await;
}

#[tokio::test]
async fn an_end_that_was_not_heard_is_told_by_the_welcome() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    let talking = ann.person.ticket.clone();
    bob.person.send(&json!({ "type": "stop", "c": c })).await;
    bob.person.expect(ended(&c, "left")).await;
    assert_eq!(ann.return_with(&lobby, &talking).await, "idle");
    ann.person.say(&c, 1, "too late").await;
    ann.person.expect(json!({ "type": "error", "code": "not_talking", "re": "say", "c": c, "n": 1 })).await;
    bob.person.hears_nothing().await;
}

#[tokio::test]
async fn a_resumed_that_was_not_heard_is_said_again_to_the_next_line() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    let first = ann.person.ticket.clone();
    for _ in 0..3 {
        assert_eq!(ann.return_with(&lobby, &first).await, "talking");
        bob.person.expect(here(&c)).await;
    }
    ann.person.expect(resumed(&c)).await;
    they_talk(&mut ann, &mut bob, &c, 1).await;
}

#[tokio::test]
async fn a_ticket_that_has_expired_is_as_none() {
    let site = Site::shared().await;
    let lobby = site.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    let keys = site.keys();
    let mut ticket = keys.open_ticket(&ann.person.ticket, LONG_AGO).expect("a ticket of this service");
    ticket.expires = LONG_AGO;
    assert_eq!(ann.return_with(&lobby, &keys.seal_ticket(&ticket, &[7; 24])).await, "idle");
    ann.person.say(&c, 1, "as somebody new").await;
    ann.person.expect_a("error").await;
    // Her old line was dropped when the new one came; nobody has taken her seat.
    bob.person.expect(away(&c, 60_000)).await;
    bob.person.hears_nothing().await;
}

#[tokio::test]
async fn frames_of_the_conversation_before_touch_nothing_on_a_new_line_either() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, bob, old) = pair(&lobby).await;
    ann.person.send(&json!({ "type": "stop", "c": old })).await;
    ann.person.expect(ended(&old, "left")).await;
    drop(bob);
    let mut cem = Guest::enter(&lobby, "cem").await;
    let new = ann.person.meet(&mut cem.person).await;
    ann.person.close(None).await;
    cem.person.expect(away(&new, 60_000)).await;
    assert_eq!(ann.return_to(&lobby).await, "talking");
    ann.person.expect(resumed(&new)).await;
    cem.person.expect(here(&new)).await;
    for frame in stale(&old) {
        ann.person.send(&frame).await;
        if frame["type"] == "say" {
            ann.person.expect(json!({ "type": "error", "code": "not_talking", "re": "say", "c": old, "n": 7 })).await;
        }
    }
    ann.person.hears_nothing().await;
    cem.person.hears_nothing().await;
    ann.person.say(&new, 1, "and on it goes").await;
    cem.person.expect(say(&new, 1, "and on it goes")).await;
}
