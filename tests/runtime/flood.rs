//! Too much at once: refused with the time to wait, and too much of that closes the line.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::client::{Came, Person, ended, say};
use crate::site::Site;

/// Messages that are taken at once, and how long it takes until one more is.
const BURST: u64 = 20;
const INTERVAL_MS: u64 = 250;

/// All the refusals up to an answer that no flood can keep from coming.
async fn refusals(person: &mut Person) -> Vec<Value> {
    person.send(&json!({ "type": "stop" })).await;
    let mut refusals = Vec::new();
    loop {
        let error = person.expect_a("error").await;
        if error["code"] == "talking" {
            return refusals;
        }
        refusals.push(error);
    }
}

#[tokio::test]
async fn the_21st_message_at_once_is_refused_and_waiting_as_told_is_enough() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let (started, all) = (Instant::now(), BURST + 10);
    ann.send_at_once((1..=all).map(|n| say(&c, n, "flood").to_string())).await;
    let refusals = refusals(&mut ann).await;
    // On a machine that is slow to send, some tokens have come back meanwhile.
    let grown = u64::try_from(started.elapsed().as_millis()).expect("a short time") / INTERVAL_MS;
    let refused: Vec<u64> = refusals.iter().filter_map(|refusal| refusal["n"].as_u64()).collect();
    assert!((BURST + 1..=BURST + 1 + grown).contains(&refused[0]), "{refused:?}, with {grown} tokens back");
    for (refusal, n) in refusals.iter().zip(&refused) {
        let retry_ms = refusal["retry_ms"].as_u64().filter(|ms| (1..=INTERVAL_MS).contains(ms)).expect("a time");
        let wanted = json!({ "type": "error", "code": "slow_down", "re": "say", "c": c, "n": n, "retry_ms": retry_ms });
        assert_eq!(*refusal, wanted);
    }
    for n in (1..=all).filter(|n| !refused.contains(n)) {
        bob.expect(say(&c, n, "flood")).await;
    }
    let wait = refusals.last().and_then(|refusal| refusal["retry_ms"].as_u64()).expect("a refusal");
    sleep(Duration::from_millis(wait)).await;
    ann.say(&c, refused[0], "as told").await;
    bob.expect(say(&c, refused[0], "as told")).await;
}

#[tokio::test]
async fn a_message_that_is_refused_for_its_text_costs_what_a_good_one_costs() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    ann.send_at_once((1..=BURST + 10).map(|n| say(&c, n, " ").to_string())).await;
    let refusals = refusals(&mut ann).await;
    let codes: Vec<&str> = refusals.iter().filter_map(|refusal| refusal["code"].as_str()).collect();
    assert!(codes[..20].iter().all(|code| *code == "bad_text") && codes.contains(&"slow_down"), "{codes:?}");
    bob.hears_nothing().await;
}

#[tokio::test]
async fn the_100th_refusal_in_ten_seconds_closes_the_line_and_the_partner_reads_left() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let (mut cem, mut dee, others) = lobby.pair("cem", "dee").await;
    ann.send_at_once((1..=300).map(|n| say(&c, n, "flood").to_string())).await;
    let (refusals, reason) = ann.until_closed(4429).await;
    assert_eq!(refusals.len(), 100);
    assert!(refusals.iter().all(|refusal| refusal["code"] == "slow_down"), "{refusals:?}");
    assert_eq!(reason, "10000", "when to come back");
    let refused: Vec<u64> = refusals.iter().filter_map(|refusal| refusal["n"].as_u64()).collect();
    for n in (1..refused[99]).filter(|n| !refused.contains(n)) {
        bob.expect(say(&c, n, "flood")).await;
    }
    bob.expect(ended(&c, "left")).await;
    cem.say(&others, 1, "unharmed").await;
    dee.expect(say(&others, 1, "unharmed")).await;
    lobby.site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn looking_again_and_again_is_refused_and_leaving_never_is() {
    let lobby = Site::shared().await.lobby();
    let mut ann = lobby.person("ann").await;
    let frames = |kind: &str, times: usize| vec![json!({ "type": kind }).to_string(); times];
    ann.send_at_once(frames("find", 40)).await;
    for _ in 1..=20 {
        ann.expect_a("waiting").await;
    }
    ann.send_at_once(frames("stop", 200)).await;
    let (mut refused, mut done) = (0, 0);
    while done < 200 {
        let Came::Frame(frame) = ann.next().await else { panic!("ann was cut off") };
        refused += usize::from(frame["code"] == "slow_down" && frame["re"] == "find");
        done += usize::from(frame["type"] == "done");
    }
    assert!(refused > 0);
}

#[tokio::test]
async fn without_limits_nothing_is_refused() {
    let lobby = Site::unlimited().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    ann.send_at_once((1..=500).map(|n| say(&c, n, "load").to_string())).await;
    for n in 1..=500 {
        bob.expect(say(&c, n, "load")).await;
    }
    ann.hears_nothing().await;
}
