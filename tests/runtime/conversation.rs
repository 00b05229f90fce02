//! What passes between two people who talk, and what does not.

use serde_json::{Value, json};

use crate::client::{Came, Person, ended, say};
use crate::site::Site;

/// How many messages each sends.
const MESSAGES: u64 = 1_000;
/// How many of them may be on the way.
const IN_FLIGHT: u64 = 16;

#[tokio::test]
async fn a_thousand_messages_each_way_arrive_once_and_in_order() {
    let lobby = Site::unlimited().await.lobby();
    let (ann, bob, c) = lobby.pair("ann", "bob").await;
    let (mut ann, mut bob) = tokio::join!(chatter(ann, &c, MESSAGES), chatter(bob, &c, MESSAGES));
    ann.hears_nothing().await;
    bob.hears_nothing().await;
}

/// Sends as many messages as the window allows and acknowledges as many, each of which must be the next one.
pub(crate) async fn chatter(mut person: Person, c: &str, messages: u64) -> Person {
    let (mut sent, mut acknowledged, mut received) = (0, 0, 0);
    while acknowledged < messages || received < messages {
        let window = sent + 1..=messages.min(acknowledged + IN_FLIGHT);
        sent = sent.max(*window.end());
        person.send_at_once(window.map(|n| say(c, n, &format!("message {n}")).to_string())).await;
        let Came::Frame(frame) = person.next().await else { panic!("{} got something else", person.who()) };
        if frame["type"] == "got" {
            acknowledged = frame["n"].as_u64().filter(|n| (acknowledged..=sent).contains(n)).expect("a number");
        } else {
            received += 1;
            assert_eq!(frame, say(c, received, &format!("message {received}")), "{}", person.who());
            person.send(&json!({ "type": "got", "c": c, "n": received })).await;
        }
    }
    person
}

#[tokio::test]
async fn a_message_reaches_the_partner_unchanged_and_nobody_else() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let (mut cem, mut dee, _) = lobby.pair("cem", "dee").await;
    let mut eve = lobby.person("eve").await;
    let texts = [
        "a",
        " \t\n.",
        "\"quotes\", \\backslashes\\ and {\"type\":\"ended\"}",
        "👩‍👩‍👧‍👦 שלום مرحبا 你好 e\u{301} \u{202e}turned\u{202c} \u{feff}\u{fffd}\u{10ffff}",
        "<script>alert(1)</script>&amp;\u{2028}\u{2029}",
    ];
    for (n, text) in (1..).zip(texts) {
        ann.say(&c, n, text).await;
        bob.expect(say(&c, n, text)).await;
    }
    for person in [&mut ann, &mut bob, &mut cem, &mut dee, &mut eve] {
        person.hears_nothing().await;
    }
}

#[tokio::test]
async fn receipts_and_typing_are_relayed_as_they_were_sent() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let frames = [
        json!({ "type": "got", "c": c, "n": 0 }),
        json!({ "type": "typing", "c": c, "on": true }),
        json!({ "type": "typing", "c": c, "on": false }),
        json!({ "type": "got", "c": c, "n": 9_007_199_254_740_991_u64 }),
        json!({ "type": "seen", "c": c, "n": 7 }),
    ];
    for frame in frames {
        ann.send(&frame).await;
        bob.expect(frame).await;
    }
    ann.hears_nothing().await;
}

/// Frames for a conversation that the sender is not in: only a message is worth an answer.
pub(crate) fn stale(c: &str) -> [Value; 6] {
    [
        json!({ "type": "got", "c": c, "n": 1 }),
        json!({ "type": "seen", "c": c, "n": 1 }),
        json!({ "type": "typing", "c": c, "on": true }),
        json!({ "type": "find", "c": c }),
        json!({ "type": "stop", "c": c }),
        say(c, 7, "too late"),
    ]
}

#[tokio::test]
async fn no_frame_of_an_old_conversation_touches_a_new_one() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, old) = lobby.pair("ann", "bob").await;
    ann.send(&json!({ "type": "stop", "c": old })).await;
    ann.expect(ended(&old, "left")).await;
    bob.expect(ended(&old, "left")).await;
    let mut cem = lobby.person("cem").await;
    let new = ann.meet(&mut cem).await;
    for frame in stale(&old) {
        ann.send(&frame).await;
        if frame["type"] == "say" {
            ann.expect(json!({ "type": "error", "code": "not_talking", "re": "say", "c": old, "n": 7 })).await;
        }
        for person in [&mut ann, &mut bob, &mut cem] {
            person.hears_nothing().await;
        }
    }
    ann.say(&new, 1, "and on it goes").await;
    cem.expect(say(&new, 1, "and on it goes")).await;
}

#[tokio::test]
async fn a_late_stop_takes_nobody_out_of_the_queue() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, old) = lobby.pair("ann", "bob").await;
    ann.send(&json!({ "type": "find", "c": old })).await;
    ann.expect(ended(&old, "next")).await;
    ann.expect_a("waiting").await;
    bob.expect(ended(&old, "next")).await;
    for frame in stale(&old).into_iter().filter(|frame| frame["type"] != "find" && frame["type"] != "say") {
        ann.send(&frame).await;
        ann.hears_nothing().await;
    }
    let mut cem = lobby.person("cem").await;
    ann.is_found_by(&mut cem).await;
}

#[tokio::test]
async fn outside_a_conversation_a_find_may_name_any() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob) = (lobby.person("ann").await, lobby.person("bob").await);
    for c in ["", "an old one", "dGhlIGVkZ2Ugb2YgaXQhIQ"] {
        ann.send(&json!({ "type": "find", "c": c })).await;
        ann.expect_a("waiting").await;
    }
    ann.is_found_by(&mut bob).await;
}

#[tokio::test]
async fn two_who_leave_at_once_read_one_end() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let stop = json!({ "type": "stop", "c": c });
    tokio::join!(ann.send(&stop), bob.send(&stop));
    for person in [&mut ann, &mut bob] {
        person.expect(ended(&c, "left")).await;
        person.hears_nothing().await;
    }
}
