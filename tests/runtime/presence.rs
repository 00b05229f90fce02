//! Who is here, as everybody with an open page is told.

use std::time::Duration;

use eventsource_stream::Event;
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::site::{Lobby, Site};

/// A quiet stream carries a beat this often.
const BEAT: Duration = Duration::from_secs(15);
/// A subscriber that is gone shows at the second beat.
const GONE: Duration = Duration::from_secs(40);
const STREAMS: usize = 1_000;
const STREAMS_AT_ONCE: usize = 100;

fn data(event: &Event) -> Value {
    serde_json::from_str(&event.data).expect("JSON")
}

/// A service that nobody else uses, and the lobby whose people it counts.
async fn alone() -> (Site, Lobby) {
    let site = Site::own(json!({})).await;
    let lobby = site.lobby_named("main-1");
    (site, lobby)
}

#[tokio::test]
async fn a_subscriber_is_told_the_retry_then_what_is_in_force_then_the_counts() {
    let site = Site::shared().await;
    let mut retries = Vec::new();
    for _ in 0..8 {
        let mut events = site.events().await;
        let (first, second) = (events.next().await, events.next().await);
        assert_eq!((first.event.as_str(), first.id.as_str(), data(&first)), ("in_force", "0", json!({ "ids": [] })));
        assert_eq!((second.event.as_str(), second.id.as_str()), ("presence", "0"));
        let counts = data(&second);
        let fields: Vec<&String> = counts.as_object().expect("an object").keys().collect();
        assert_eq!(fields, ["chatting", "online", "waiting"]);
        assert!(counts["online"].as_u64() >= Some(1), "at least the subscriber: {counts}");
        let raw = events.raw();
        let retry = raw.strip_prefix("retry: ").and_then(|rest| rest.split_once("\n\n")).expect("retry comes first").0;
        retries.push(retry.parse::<u64>().expect("a number"));
    }
    assert!(retries.iter().all(|ms| (2_000..=5_000).contains(ms)), "{retries:?}");
    assert!(retries.iter().any(|ms| *ms != retries[0]), "drawn anew for each: {retries:?}");
}

#[tokio::test]
async fn counts_follow_people_as_they_come_meet_part_and_go() {
    let (site, lobby) = alone().await;
    let mut events = site.events().await;
    events.until(1, 0, 0).await;
    let mut ann = lobby.person("ann").await;
    events.until(2, 0, 0).await;
    ann.wait().await;
    events.until(2, 1, 0).await;
    let mut bob = lobby.socket("bob").await;
    // Bob's browser holds a stream of its own, which is what counts it.
    let mut bobs_events = site.events().await;
    bob.send(&json!({ "type": "hello", "v": 1, "pass": site.enter().await.pass, "counted": true })).await;
    bob.expect_a("welcome").await;
    let c = ann.is_found_by(&mut bob).await;
    events.until(3, 0, 2).await;
    bobs_events.until(3, 0, 2).await;
    let document = site.get("/presence").await;
    assert_eq!(document.header("content-type"), "application/json");
    assert_eq!(document.json(), json!({ "online": 3, "waiting": 0, "chatting": 2, "announcements": [] }));
    ann.send(&json!({ "type": "find", "c": c })).await;
    events.until(3, 1, 0).await;
    ann.close(Some(1000)).await;
    events.until(2, 0, 0).await;
    drop(bob);
    // Two who are counted by no stream: never fewer than those who talk.
    let (mut cem, mut dee, _) = lobby.pair("cem", "dee").await;
    events.until(4, 0, 2).await;
    // Somebody whose seat is kept still talks.
    cem.close(None).await;
    dee.expect_a("partner").await;
    events.until(3, 0, 2).await;
    dee.close(Some(1000)).await;
    events.until(2, 0, 0).await;
}

#[tokio::test]
async fn the_first_to_watch_is_told_changes_at_once() {
    for (seen_before, asleep) in [(false, false), (true, false), (false, true)] {
        let (site, lobby) = alone().await;
        let (_ann, _bob, _) = lobby.pair("ann", "bob").await;
        if seen_before {
            counted(&site, 2, Duration::from_secs(5)).await;
        }
        if asleep {
            lobby.hibernate().await;
        }
        let mut events = site.events().await;
        events.until(3, 0, 2).await;
        let _cem = lobby.person("cem").await;
        let changed = Instant::now();
        events.until(4, 0, 2).await;
        let told = changed.elapsed();
        // A second between two reports, and one between two events; not the half minute of those whom nobody watches.
        assert!(told < Duration::from_secs(6), "after {told:?}");
    }
}

#[tokio::test]
async fn a_lobby_sleeps_although_the_counts_are_looked_at_again_and_again() {
    let (site, lobby) = alone().await;
    let (_ann, _bob, _) = lobby.pair("ann", "bob").await;
    counted(&site, 2, Duration::from_secs(5)).await;
    let begun = Instant::now();
    // The runtime drops an object from memory when nothing has reached it for ten seconds.
    while begun.elapsed() < Duration::from_secs(14) {
        assert_eq!(site.get("/presence").await.json()["chatting"], 2);
        sleep(Duration::from_secs(1)).await;
    }
    assert!(site.evict("LOBBY", "main-1", true).await.is_err(), "asked, and awake");
}

#[tokio::test]
async fn counts_survive_an_object_that_is_replaced() {
    let (site, lobby) = alone().await;
    let (mut ann, mut bob, _) = lobby.pair("ann", "bob").await;
    counted(&site, 2, Duration::from_secs(5)).await;
    site.evict("PRESENCE", "presence", true).await.expect("it ran");
    assert_eq!(site.get("/presence").await.json()["chatting"], 2, "asked anew");
    lobby.hibernate().await;
    ann.hears_nothing().await;
    bob.hears_nothing().await;
    site.events().await.until(3, 0, 2).await;
}

#[tokio::test]
async fn a_quiet_stream_carries_a_beat_every_15_seconds() {
    let (site, _) = alone().await;
    let started = Instant::now();
    let mut events = site.events().await;
    let mut event = events.next().await;
    while event.event != "beat" {
        event = events.next_within(BEAT + Duration::from_secs(2)).await;
    }
    let beat = started.elapsed();
    assert_eq!((event.id.as_str(), data(&event)), ("0", json!({})));
    assert!((BEAT..BEAT + Duration::from_secs(2)).contains(&beat), "after {beat:?}");
}

#[tokio::test]
async fn a_thousand_subscribers_who_vanish_are_forgotten_within_two_beats() {
    let (site, _) = alone().await;
    let mut open = Vec::new();
    while open.len() < STREAMS {
        open.extend(join_all((0..STREAMS_AT_ONCE).map(|_| subscribe(&site))).await);
    }
    counted(&site, STREAMS, Duration::from_secs(5)).await;
    drop(open);
    counted(&site, 0, GONE).await;
}

/// Opens a stream and reads its beginning. Each on a connection of its own, which its end closes.
async fn subscribe(site: &Site) -> reqwest::Response {
    let mut response = site.request(Method::GET, "/events").send().await.expect("an answer");
    let chunk = response.chunk().await.expect("an open stream").expect("a beginning");
    assert!(chunk.starts_with(b"retry: "), "{chunk:?}");
    response
}

/// Asks until so many people are here.
async fn counted(site: &Site, online: usize, deadline: Duration) {
    let started = Instant::now();
    loop {
        let document = site.get("/presence").await.json();
        if document["online"] == online {
            return;
        }
        assert!(started.elapsed() < deadline, "not {online} within {deadline:?}: {document}");
        sleep(Duration::from_millis(200)).await;
    }
}
