//! The first frame of a socket, and sockets that never send it.

use std::time::Duration;

use edgewise::domain::id::VisitorId;
use edgewise::domain::limits::PENDING_PER_NETWORK_MAX;
use edgewise::domain::ticket::Pass;
use edgewise::domain::time::Time;
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;

use crate::client::say;
use crate::site::Site;

/// How long a socket may stay without a `hello`; a deadline may be a second late.
const HELLO: Duration = Duration::from_secs(10);
/// How many sockets of one network may be without a `hello`.
const PENDING: usize = PENDING_PER_NETWORK_MAX;

/// Far enough in the past for anybody's clock.
const LONG_AGO: Time = Time::from_ms(1_700_000_000_000);

fn hello(pass: &str) -> Value {
    json!({ "type": "hello", "v": 1, "pass": pass })
}

#[tokio::test]
async fn a_welcome_tells_the_state_and_the_limits_and_nothing_else() {
    let lobby = Site::shared().await.lobby();
    let mut socket = lobby.socket("ann").await;
    socket.send(&hello(&lobby.site.enter().await.pass)).await;
    let limits = json!({
        "frame_bytes": 8_192, "text_chars": 2_000, "interests": 10, "interest_chars": 32, "in_flight": 16,
        "ping_ms": 25_000, "pong_ms": 10_000, "grace_ms": 60_000, "return_ms": 250,
    });
    socket.expect(json!({ "type": "welcome", "v": 1, "state": "idle", "limits": limits })).await;
}

#[tokio::test]
async fn one_pass_is_good_for_many_sockets_and_a_strange_ticket_is_as_none() {
    let lobby = Site::shared().await.lobby();
    let entry = lobby.site.enter().await;
    for ticket in ["", "x", entry.pass.as_str(), entry.visitor.as_str()] {
        let mut socket = lobby.socket("ann").await;
        let mut frame = hello(&entry.pass);
        frame["ticket"] = json!(ticket);
        socket.send(&frame).await;
        assert_eq!(socket.expect_a("welcome").await["state"], "idle", "{ticket:?}");
    }
}

#[tokio::test]
async fn every_other_frame_before_hello_is_refused_with_what_it_named() {
    let lobby = Site::shared().await.lobby();
    let mut socket = lobby.socket("ann").await;
    let early = |re: &str, c: Value, n: Value| {
        let fields = [("type", json!("error")), ("code", json!("hello_first")), ("re", json!(re)), ("c", c), ("n", n)];
        fields.into_iter().filter(|(_, value)| !value.is_null()).collect::<Value>()
    };
    let frames = [
        (json!({ "type": "find" }), early("find", json!(null), json!(null))),
        (json!({ "type": "stop", "c": "x" }), early("stop", json!("x"), json!(null))),
        (say("x", 3, "hi"), early("say", json!("x"), json!(3))),
        (json!({ "type": "got", "c": "x", "n": 0 }), early("got", json!("x"), json!(0))),
        (json!({ "type": "typing", "c": "x", "on": true }), early("typing", json!("x"), json!(null))),
        (say("x", 4, ""), early("say", json!("x"), json!(4))),
        (json!({ "type": "wave", "c": "x", "n": 5 }), early("wave", json!("x"), json!(5))),
    ];
    for (frame, answer) in frames {
        socket.send(&frame).await;
        socket.expect(answer).await;
    }
    socket.send_text("not JSON").await;
    socket.expect(json!({ "type": "error", "code": "hello_first" })).await;
    socket.welcomed(lobby.site.enter().await).await.hears_nothing().await;
}

#[tokio::test]
async fn the_tenth_frame_before_hello_is_the_last() {
    let lobby = Site::shared().await.lobby();
    let mut socket = lobby.socket("ann").await;
    for _ in 0..10 {
        socket.send(&json!({ "type": "find" })).await;
        socket.expect(json!({ "type": "error", "code": "hello_first", "re": "find" })).await;
    }
    socket.expect_closed(4400).await;
}

#[tokio::test]
async fn a_first_frame_that_is_binary_or_too_large_closes_the_socket() {
    let lobby = Site::shared().await.lobby();
    let mut socket = lobby.socket("ann").await;
    socket.send_message(Message::binary(vec![0; 10])).await;
    socket.expect_closed(1003).await;
    let mut socket = lobby.socket("ann").await;
    socket.send_text(&" ".repeat(8_193)).await;
    socket.expect_closed(1009).await;
}

#[tokio::test]
async fn a_malformed_hello_closes_the_socket() {
    let lobby = Site::shared().await.lobby();
    let pass = lobby.site.enter().await.pass;
    let good = hello(&pass).to_string();
    let with = |field: &str| format!("{},{field}}}", good.trim_end_matches('}'));
    let malformed = [
        json!({ "type": "hello", "pass": pass }).to_string(),
        json!({ "type": "hello", "v": 2, "pass": pass }).to_string(),
        json!({ "type": "hello", "v": "1", "pass": pass }).to_string(),
        json!({ "type": "hello", "v": 1, "pass": null }).to_string(),
        json!({ "type": "hello", "v": 1, "pass": [pass] }).to_string(),
        with(r#""ticket":null"#),
        with(r#""line":-1"#),
        with(r#""line":1.5"#),
        with(r#""counted":"yes""#),
        with(r#""name":"ann""#),
        with(r#""v":1"#),
    ];
    for frame in malformed {
        let mut socket = lobby.socket(&frame).await;
        socket.send_text(&frame).await;
        socket.expect_closed(4400).await;
    }
    lobby.site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn a_pass_that_is_missing_forged_or_expired_closes_the_socket() {
    let lobby = Site::shared().await.lobby();
    let entry = lobby.site.enter().await;
    let flipped = |at: usize| {
        let mut pass = entry.pass.clone().into_bytes();
        pass[at] = if pass[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(pass).expect("still letters")
    };
    let expired = Pass { expires: LONG_AGO, ..Pass::new(VisitorId([7; 16]), LONG_AGO) };
    let length = entry.pass.len();
    let mut passes: Vec<String> = [0, length / 4, length / 2, length - 2].into_iter().map(flipped).collect();
    passes.extend([
        String::new(),
        "no pass".to_owned(),
        entry.pass[..length - 4].to_owned(),
        format!("{}AAAA", entry.pass),
        entry.visitor.clone(),
        Site::unlimited().await.enter().await.pass,
        lobby.site.keys().seal_pass(&expired, &[3; 24]),
    ]);
    let frames = passes.iter().map(|pass| hello(pass)).chain([json!({ "type": "hello", "v": 1 })]);
    for frame in frames {
        let mut socket = lobby.socket(&frame.to_string()).await;
        socket.send(&frame).await;
        socket.expect_closed(4401).await;
    }
    // The same with a good one, so that all of the above was for the pass.
    lobby.person_with("ann", entry).await.hears_nothing().await;
    lobby.site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn a_second_hello_is_a_bad_frame_and_changes_nothing() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    ann.send(&hello(&lobby.site.enter().await.pass)).await;
    ann.expect(json!({ "type": "error", "code": "bad_frame", "re": "hello" })).await;
    ann.say(&c, 1, "still ann").await;
    bob.expect(say(&c, 1, "still ann")).await;
}

#[tokio::test]
async fn a_socket_that_says_nothing_is_closed_after_ten_seconds() {
    let lobby = Site::shared().await.lobby();
    let started = Instant::now();
    let (mut silent, mut chatty) = (lobby.socket("silent").await, lobby.socket("chatty").await);
    // Neither a ping nor a frame that is refused counts as a `hello`.
    chatty.send_text("ping").await;
    chatty.expect_pong().await;
    chatty.send(&json!({ "type": "find" })).await;
    chatty.expect_a("error").await;
    for socket in [&mut silent, &mut chatty] {
        socket.expect_closed_within(HELLO + Duration::from_secs(5), 4408).await;
        assert!(started.elapsed() >= HELLO, "never early: {:?}", started.elapsed());
    }
    assert!(started.elapsed() < HELLO + Duration::from_secs(3), "late: {:?}", started.elapsed());
}

#[tokio::test]
async fn one_socket_too_many_of_a_network_closes_its_oldest_whatever_its_headers_say() {
    let lobby = Site::shared().await.lobby();
    let mut sockets = Vec::new();
    for n in 0..=PENDING {
        let network = format!("{n:016x}");
        let forged = [("x-edgewise-network", network.as_str()), ("x-forwarded-for", "192.0.2.1")];
        sockets.push(lobby.socket_with(&format!("socket {n}"), &forged).await);
    }
    sockets.remove(0).expect_closed(4408).await;
    for socket in sockets {
        socket.welcomed(lobby.site.enter().await).await.hears_nothing().await;
    }
}

#[tokio::test]
async fn those_who_have_said_hello_do_not_count_as_pending() {
    let lobby = Site::shared().await.lobby();
    let mut people = Vec::new();
    for n in 0..2 * PENDING {
        people.push(lobby.person(&format!("person {n}")).await);
    }
    for mut person in people {
        person.hears_nothing().await;
    }
}
