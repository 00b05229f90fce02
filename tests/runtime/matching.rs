//! How people meet, part and meet others.

use serde_json::json;

use crate::client::{ended, say};
use crate::site::Site;

#[tokio::test]
async fn the_second_find_is_answered_by_the_match_itself() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob) = (lobby.person("ann").await, lobby.person("bob").await);
    ann.wait().await;
    // Whatever came of a timer would come after the answer to the second frame.
    let frames = [json!({ "type": "find", "interests": [] }), say("nobody", 1, "next")];
    bob.send_at_once(frames.map(|frame| frame.to_string())).await;
    let matched = bob.expect_a("matched").await;
    bob.expect(json!({ "type": "error", "code": "not_talking", "re": "say", "c": "nobody", "n": 1 })).await;
    assert_eq!(ann.expect_a("matched").await, matched);
    assert_eq!((&matched["common"], &matched["lang"]), (&json!([]), &json!(null)));
    assert!(matched["conversation"].as_str().is_some_and(|name| !name.is_empty()), "{matched}");
}

#[tokio::test]
async fn a_match_tells_what_the_two_share_in_the_words_of_each() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob) = (lobby.person("ann").await, lobby.person("bob").await);
    ann.send(&json!({ "type": "find", "interests": ["Board  Games", "tea", "Go"], "lang": "en" })).await;
    ann.expect_a("waiting").await;
    bob.send(&json!({ "type": "find", "interests": ["go", "rain", " board games "], "lang": "en" })).await;
    let (bobs, anns) = (bob.expect_a("matched").await, ann.expect_a("matched").await);
    assert_eq!((&bobs["common"], &bobs["lang"]), (&json!(["go", "board games"]), &json!("en")));
    assert_eq!((&anns["common"], &anns["lang"]), (&json!(["Board  Games", "Go"]), &json!("en")));
}

#[tokio::test]
async fn next_pairs_four_people_anew_without_a_reconnect() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, one) = lobby.pair("ann", "bob").await;
    let (mut cem, mut dee, two) = lobby.pair("cem", "dee").await;
    ann.send(&json!({ "type": "find", "c": one })).await;
    ann.expect(ended(&one, "next")).await;
    ann.expect_a("waiting").await;
    bob.expect(ended(&one, "next")).await;
    cem.send(&json!({ "type": "find", "c": two })).await;
    cem.expect(ended(&two, "next")).await;
    let three = cem.expect_a("matched").await;
    assert_eq!(ann.expect_a("matched").await, three);
    dee.expect(ended(&two, "next")).await;
    let four = bob.meet(&mut dee).await;
    let three = three["conversation"].as_str().expect("a name").to_owned();
    ann.say(&three, 1, "ann here").await;
    dee.say(&four, 1, "dee here").await;
    cem.expect(say(&three, 1, "ann here")).await;
    bob.expect(say(&four, 1, "dee here")).await;
    let all = [&one, &two, &three, &four];
    assert!(all.iter().enumerate().all(|(at, name)| !all[..at].contains(name)), "no name is used twice: {all:?}");
}

#[tokio::test]
async fn stop_ends_the_conversation_for_both_and_leaves_both_connected() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    ann.send(&json!({ "type": "stop", "c": c })).await;
    ann.expect(ended(&c, "left")).await;
    bob.expect(ended(&c, "left")).await;
    ann.hears_nothing().await;
    bob.hears_nothing().await;
}

#[tokio::test]
async fn stop_outside_a_conversation_is_done_and_leaves_the_queue() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob) = (lobby.person("ann").await, lobby.person("bob").await);
    ann.wait().await;
    for _ in 0..2 {
        ann.send(&json!({ "type": "stop" })).await;
        ann.expect(json!({ "type": "done", "re": "stop" })).await;
    }
    bob.wait().await;
    ann.hears_nothing().await;
    bob.hears_nothing().await;
}

#[tokio::test]
async fn leaving_must_name_the_conversation_that_it_leaves() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    for leaving in ["find", "stop"] {
        ann.send(&json!({ "type": leaving })).await;
        ann.expect(json!({ "type": "error", "code": "talking", "re": leaving })).await;
        ann.send(&json!({ "type": leaving, "c": "another" })).await;
        ann.hears_nothing().await;
    }
    bob.hears_nothing().await;
    ann.say(&c, 1, "still here").await;
    bob.expect(say(&c, 1, "still here")).await;
}

#[tokio::test]
async fn who_waits_and_looks_again_keeps_the_place() {
    let lobby = Site::shared().await.lobby();
    let entry = lobby.site.enter().await;
    let mut first = lobby.person_with("first tab", entry.clone()).await;
    let mut second = lobby.person_with("second tab", entry).await;
    first.wait().await;
    second.wait().await;
    first.wait().await;
    let mut ann = lobby.person("ann").await;
    first.is_found_by(&mut ann).await;
    second.hears_nothing().await;
}

#[tokio::test]
async fn two_tabs_of_one_visitor_never_meet() {
    let lobby = Site::shared().await.lobby();
    let entry = lobby.site.enter().await;
    let again = lobby.site.enter_as(Some(&entry.visitor)).await;
    let mut first = lobby.person_with("first tab", entry).await;
    let mut second = lobby.person_with("second tab", again).await;
    first.wait().await;
    second.wait().await;
    first.hears_nothing().await;
    let (mut ann, mut bob) = (lobby.person("ann").await, lobby.person("bob").await);
    first.is_found_by(&mut ann).await;
    second.is_found_by(&mut bob).await;
}

#[tokio::test]
async fn the_partner_just_left_is_not_met_and_not_put_into_the_queue() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    ann.send(&json!({ "type": "find", "c": c })).await;
    ann.expect(ended(&c, "next")).await;
    ann.expect_a("waiting").await;
    bob.expect(ended(&c, "next")).await;
    let (mut cem, mut dee) = (lobby.person("cem").await, lobby.person("dee").await);
    ann.is_found_by(&mut cem).await;
    bob.hears_nothing().await;
    dee.wait().await;
    dee.is_found_by(&mut bob).await;
}
