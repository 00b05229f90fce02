//! Sockets that close, and what the partner is told.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::client::{Came, away, ended, say};
use crate::site::Site;

/// A closing that nobody answers ends after 10 s, with 1006. This is far from it.
const AT_ONCE: Duration = Duration::from_secs(4);

/// What a client closes with, what it is answered with, and for how long its seat is kept.
async fn closing(with: Option<u16>, answer: u16, grace_ms: Option<u64>) {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let started = Instant::now();
    ann.close(with).await;
    ann.expect_closed_within(AT_ONCE, answer).await;
    bob.expect(grace_ms.map_or(ended(&c, "left"), |grace_ms| away(&c, grace_ms))).await;
    assert!(started.elapsed() < AT_ONCE, "closing with {with:?} took {:?}", started.elapsed());
    if grace_ms.is_some() {
        bob.hears_nothing().await;
        return;
    }
    bob.say(&c, 1, "are you there?").await;
    bob.expect(json!({ "type": "error", "code": "not_talking", "re": "say", "c": c, "n": 1 })).await;
    let mut cem = lobby.person("cem").await;
    bob.meet(&mut cem).await;
}

#[tokio::test]
async fn a_wish_to_close_is_answered_and_the_partner_reads_left() {
    closing(Some(1000), 1000, None).await;
}

#[tokio::test]
async fn a_page_that_goes_away_is_answered_and_its_seat_is_kept_for_a_while() {
    closing(Some(1001), 1001, Some(15_000)).await;
}

#[tokio::test]
async fn a_close_without_a_code_is_answered_and_the_seat_is_kept() {
    closing(None, 1000, Some(60_000)).await;
}

#[tokio::test]
async fn a_code_of_the_clients_own_is_answered_with_itself() {
    tokio::join!(
        closing(Some(4000), 4000, Some(60_000)),
        closing(Some(4999), 4999, Some(60_000)),
        closing(Some(3000), 3000, Some(60_000))
    );
}

#[tokio::test]
async fn a_line_that_breaks_is_noticed_and_the_partner_told() {
    let lobby = Site::shared().await.lobby();
    let (ann, mut bob, c) = lobby.pair("ann", "bob").await;
    drop(ann);
    bob.expect(away(&c, 60_000)).await;
    bob.hears_nothing().await;
}

#[tokio::test]
async fn a_close_is_answered_when_nobody_remembers_the_line() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    lobby.hibernate().await;
    ann.close(Some(1000)).await;
    ann.expect_closed_within(AT_ONCE, 1000).await;
    bob.expect(ended(&c, "left")).await;
}

#[tokio::test]
async fn a_close_before_hello_is_answered() {
    let lobby = Site::shared().await.lobby();
    let mut socket = lobby.socket("ann").await;
    socket.close(Some(1001)).await;
    socket.expect_closed_within(AT_ONCE, 1001).await;
}

#[tokio::test]
async fn who_closes_while_waiting_is_met_by_nobody() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, mut cem) = (lobby.person("ann").await, lobby.person("bob").await, lobby.person("cem").await);
    ann.wait().await;
    ann.close(Some(1000)).await;
    ann.expect_closed_within(AT_ONCE, 1000).await;
    bob.wait().await;
    bob.is_found_by(&mut cem).await;
}

#[tokio::test]
async fn no_code_that_a_client_closes_with_accuses_the_partner() {
    let lobby = Site::shared().await.lobby();
    for code in [4400, 4401, 4403, 4408, 4409, 4429, 4503] {
        let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
        ann.close(Some(code)).await;
        ann.expect_closed_within(AT_ONCE, code).await;
        let gone = [4400, 4403, 4429].contains(&code);
        bob.expect(if gone { ended(&c, "left") } else { away(&c, 60_000) }).await;
    }
}

#[tokio::test]
async fn what_was_said_before_closing_arrives_before_the_end() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    ann.send_at_once((1..=16).map(|n| say(&c, n, "goodbye").to_string())).await;
    ann.close(Some(1000)).await;
    for n in 1..=16 {
        bob.expect(say(&c, n, "goodbye")).await;
    }
    bob.expect(ended(&c, "left")).await;
}

#[tokio::test]
async fn an_object_that_is_replaced_breaks_its_lines() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, _) = lobby.pair("ann", "bob").await;
    lobby.site.evict("LOBBY", &lobby.name, false).await.expect("it ran");
    for person in [&mut ann, &mut bob] {
        let came = person.next().await;
        assert!(matches!(came, Came::Broken(_) | Came::Closed(..)), "{came:?}");
    }
    lobby.pair("cem", "dee").await;
}
