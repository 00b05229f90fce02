//! A panic ends the call that it happened in, and nobody else notices.

use std::time::Duration;

use serde_json::json;

use crate::client::say;
use crate::site::Site;

/// A frame of the probe variant that makes its lobby panic in the middle of a step.
const PANIC: &str = "probe: panic";

/// The worker with faults on demand, for one test alone.
async fn fragile() -> Site {
    Site::own(json!({ "variant": "probe" })).await
}

#[tokio::test]
async fn a_panic_in_a_lobby_is_noticed_by_no_conversation_no_stream_and_nobody_who_waits() {
    let site = fragile().await;
    let lobby = site.lobby_named("main-1");
    let mut events = site.events().await;
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let entry = site.enter().await;
    let mut first = lobby.person_with("first tab", entry.clone()).await;
    let mut second = lobby.person_with("second tab", entry).await;
    first.wait().await;
    second.wait().await;
    let (mut eve, silent) = (lobby.person("eve").await, lobby.socket("silent").await);
    events.until(6, 2, 2).await;
    for n in 1..=3 {
        ann.say(&c, n, "before").await;
        bob.expect(say(&c, n, "before")).await;
        eve.send_text(PANIC).await;
        bob.say(&c, n, "after").await;
        ann.expect(say(&c, n, "after")).await;
        for person in [&mut ann, &mut bob, &mut first, &mut second, &mut eve] {
            person.hears_nothing().await;
        }
    }
    let mut silent = silent.welcomed(site.enter().await).await;
    events.until(7, 2, 2).await;
    // The one who has waited longest is still the first.
    let mut cem = lobby.person("cem").await;
    first.is_found_by(&mut cem).await;
    second.is_found_by(&mut silent).await;
    events.until(8, 0, 6).await;
    let (mut fay, mut gus, elsewhere) = site.lobby().pair("fay", "gus").await;
    fay.send(&json!({ "type": "typing", "c": elsewhere, "on": true })).await;
    eve.send_text(PANIC).await;
    fay.say(&elsewhere, 1, "in another lobby").await;
    gus.expect(json!({ "type": "typing", "c": elsewhere, "on": true })).await;
    gus.expect(say(&elsewhere, 1, "in another lobby")).await;
    assert_panicked(&site).await;
}

#[tokio::test]
async fn a_panic_in_the_presence_object_is_noticed_by_no_stream() {
    let site = fragile().await;
    let lobby = site.lobby_named("main-1");
    let mut events = [site.events().await, site.events().await];
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    for stream in &mut events {
        stream.until(4, 0, 2).await;
    }
    assert_eq!(site.get("/probe/panic").await.body, "panicked");
    // What only looks at the object comes first.
    assert_eq!(site.enter_info().await["paused"], false);
    ann.say(&c, 1, "unharmed").await;
    bob.expect(say(&c, 1, "unharmed")).await;
    let mut cem = lobby.person("cem").await;
    cem.wait().await;
    for stream in &mut events {
        stream.until(5, 1, 2).await;
    }
    // Nothing more changes: what comes next is the beat, and it comes in time.
    for stream in &mut events {
        assert_eq!(stream.next_within(Duration::from_secs(17)).await.event, "beat");
    }
    assert_eq!(site.get("/presence").await.json()["online"], 5);
    assert_panicked(&site).await;
}

/// There was a panic, so that all of the above was in spite of one.
async fn assert_panicked(site: &Site) {
    let errors = site.errors().await;
    assert!(errors.iter().any(|error| error.to_string().contains("as the test asked for")), "{errors:#?}");
}
