//! Whom people meet, for how long they insist on what they look for, and whom they never meet again.
//!
//! Most of these are about spans of time, which pass side by side.

#[path = "../matching/reference.rs"]
#[expect(dead_code, reason = "here nobody's memory changes, and no time passes")]
mod reference;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::client::{Came, Person, ended};
use crate::resume::{Guest, pair};
use crate::site::{Lobby, Site};
use reference::{Reference, Someone};

/// Recent partners who have waited this long may meet again; a deadline may be a second late.
const PATIENT: Duration = Duration::from_secs(32);
/// Whoever gave no sign of life for longer may be gone.
const DOUBT: Duration = Duration::from_secs(36);
/// How many people look for a partner at once.
const CROWD: u8 = 200;

fn find(interests: &[&str], lang: Option<&str>) -> Value {
    let mut frame = json!({ "type": "find", "interests": interests });
    if let Some(lang) = lang {
        frame["lang"] = json!(lang);
    }
    frame
}

/// What each of the crowd looks for: some interests are popular, most people give a language.
fn wish(n: u8) -> (Vec<&'static str>, Option<&'static str>) {
    const ALL: [&str; 8] = ["music", "music", "games", "games", "books", "chess", "tea", "birds"];
    let n = usize::from(n);
    let interests = (0..n % 4).map(|at| ALL[(n * 7 + at * 3) % ALL.len()]).collect();
    (interests, [Some("en"), Some("en"), Some("de"), None, Some("fr")][n * 3 % 5])
}

/// The pairs that the rule makes of the crowd, in this order of arrival and before anybody widens.
fn predicted() -> Vec<(u8, u8)> {
    let mut reference = Reference::default();
    let mut pairs = Vec::new();
    for n in 0..CROWD {
        let (interests, lang) = wish(n);
        let (since, none) = (u64::from(n), std::collections::BTreeSet::new());
        let interests = interests.into_iter().collect();
        let someone = Someone {
            session: n,
            visitor: n,
            interests,
            lang,
            recent: none.clone(),
            blocked: none,
            since,
            order: since,
            changed: since,
        };
        pairs.extend(reference.find(someone));
    }
    pairs
}

#[tokio::test]
async fn two_hundred_people_end_in_the_pairs_that_the_rule_predicts() {
    let lobby = Site::unlimited().await.lobby();
    let mut people = Vec::new();
    for n in 0..CROWD {
        people.push(lobby.person(&format!("person {n}")).await);
    }
    let mut pairs = Vec::new();
    for n in 0..CROWD {
        let (interests, lang) = wish(n);
        people[usize::from(n)].send(&find(&interests, lang)).await;
        let mut came = people[usize::from(n)].next().await;
        while matches!(&came, Came::Frame(frame) if frame["type"] == "welcome") {
            // The crowd has grown, and is told to take its time in coming back.
            came = people[usize::from(n)].next().await;
        }
        let Came::Frame(frame) = came else { panic!("person {n} got no frame") };
        if frame["type"] == "matched" {
            pairs.push((n, frame["conversation"].clone()));
        } else {
            assert_eq!(frame["type"], "waiting", "{frame}");
        }
    }
    let predicted = predicted();
    assert!(predicted.len() > 60, "a crowd of which most meet somebody at once: {}", predicted.len());
    let lookers: Vec<u8> = pairs.iter().map(|(n, _)| *n).collect();
    assert_eq!(
        lookers,
        predicted.iter().map(|(looker, _)| *looker).collect::<Vec<_>>(),
        "the same people find somebody"
    );
    for ((looker, partner), (_, conversation)) in predicted.iter().zip(&pairs) {
        let partner = &mut people[usize::from(*partner)];
        let mut came = partner.next().await;
        while matches!(&came, Came::Frame(frame) if frame["type"] == "welcome") {
            came = partner.next().await;
        }
        let Came::Frame(matched) = came else { panic!("{} got no frame", partner.who()) };
        assert_eq!(&matched["conversation"], conversation, "{looker} is to meet {}", partner.who());
    }
}

#[tokio::test]
async fn a_wait_tells_for_how_long_it_insists_and_when_it_no_longer_does() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob) = (lobby.person("ann").await, lobby.person("bob").await);
    ann.send(&find(&["jazz"], Some("en"))).await;
    let waiting = ann.expect_a("waiting").await;
    assert!((9_000..=10_000).contains(&waiting["widen_ms"].as_u64().expect("a span")), "{waiting}");
    // Deadlines are rounded up to whole seconds: these two are not to fall together.
    sleep(Duration::from_secs(2)).await;
    bob.send(&find(&["chess"], Some("en"))).await;
    bob.expect_a("waiting").await;
    let came = ann.next_within(Duration::from_secs(12)).await;
    assert_eq!(came, Came::Frame(json!({ "type": "waiting", "widen_ms": 0 })));
    let matched = bob.expect_a("matched").await;
    assert_eq!((&matched["common"], &matched["lang"]), (&json!([]), &json!("en")));
    ann.expect_a("matched").await;
}

#[tokio::test]
async fn two_alone_who_part_meet_again_after_half_a_minute_and_not_before() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    ann.person.send(&json!({ "type": "find", "c": c })).await;
    ann.person.expect(ended(&c, "next")).await;
    ann.person.expect_a("waiting").await;
    bob.person.expect(ended(&c, "next")).await;
    bob.person.wait().await;
    sleep(Duration::from_secs(27)).await;
    ann.person.hears_nothing().await;
    bob.person.hears_nothing().await;
    let (ones, others) = (ann.person.expect_a("matched").await, bob.person.expect_a("matched").await);
    assert_eq!(ones, others);
}

/// Both wait for longer than recent partners have to, and do not meet; somebody else meets the one who came first.
async fn never_meet(lobby: &Lobby, ann: &mut Person, bob: &mut Person) {
    ann.wait().await;
    bob.wait().await;
    sleep(PATIENT).await;
    ann.hears_nothing().await;
    bob.hears_nothing().await;
    let mut cem = lobby.person("cem").await;
    ann.is_found_by(&mut cem).await;
}

/// Two of whom the first has blocked the second.
async fn blocked(lobby: &Lobby) -> (Guest, Guest) {
    let (mut ann, mut bob, c) = pair(lobby).await;
    ann.person.send(&json!({ "type": "block", "c": c })).await;
    ann.person.expect(ended(&c, "left")).await;
    ann.person.expect(json!({ "type": "done", "re": "block", "c": c })).await;
    bob.person.expect(ended(&c, "left")).await;
    (ann, bob)
}

#[tokio::test]
async fn a_block_holds_across_a_resume() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob) = blocked(&lobby).await;
    ann.person.close(None).await;
    assert_eq!(ann.return_to(&lobby).await, "idle");
    never_meet(&lobby, &mut ann.person, &mut bob.person).await;
}

#[tokio::test]
async fn a_block_after_the_end_holds_across_hibernation() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    bob.person.send(&json!({ "type": "stop", "c": c })).await;
    bob.person.expect(ended(&c, "left")).await;
    ann.person.expect(ended(&c, "left")).await;
    lobby.hibernate().await;
    ann.person.send(&json!({ "type": "block", "c": c })).await;
    ann.person.expect(json!({ "type": "done", "re": "block", "c": c })).await;
    lobby.hibernate().await;
    never_meet(&lobby, &mut ann.person, &mut bob.person).await;
}

#[tokio::test]
async fn a_block_holds_in_a_lobby_that_forgot_everything() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob) = blocked(&lobby).await;
    lobby.site.evict("LOBBY", &lobby.name, false).await.expect("it ran");
    assert_eq!(bob.return_to(&lobby).await, "idle");
    assert_eq!(ann.return_to(&lobby).await, "idle");
    never_meet(&lobby, &mut ann.person, &mut bob.person).await;
}

#[tokio::test]
async fn a_block_holds_for_a_new_visit_of_the_same_visitor_with_their_memory() {
    let site = Site::shared().await;
    let (lobby, other) = (site.lobby(), site.lobby());
    let (ann, bob) = blocked(&lobby).await;
    let body = json!({ "terms": true, "visitor": ann.person.visitor, "memory": [ann.person.ticket] });
    let entry = site.enter_with(&body).await;
    assert_eq!(entry.visitor, ann.person.visitor);
    let mut again = other.person_with("ann, on a new visit", entry).await;
    let bobs = site.enter_as(Some(&bob.person.visitor)).await;
    let mut bob = other.person_with("bob", bobs).await;
    never_meet(&other, &mut again, &mut bob).await;
}

#[tokio::test]
async fn the_memory_of_somebody_else_counts_for_nothing() {
    let site = Site::shared().await;
    let (lobby, other) = (site.lobby(), site.lobby());
    let (ann, bob) = blocked(&lobby).await;
    let body = json!({ "terms": true, "memory": [ann.person.ticket] });
    let mut stranger = other.person_with("somebody with ann's ticket", site.enter_with(&body).await).await;
    let bobs = site.enter_as(Some(&bob.person.visitor)).await;
    let mut bob = other.person_with("bob", bobs).await;
    stranger.meet(&mut bob).await;
}

#[tokio::test]
async fn whoever_may_be_gone_and_says_nothing_is_gone_and_the_other_waits_as_before() {
    let lobby = Site::shared().await.lobby();
    let mut ann = lobby.person("ann").await;
    ann.wait().await;
    sleep(DOUBT).await;
    let mut bob = lobby.person("bob").await;
    let c = ann.is_found_by(&mut bob).await;
    bob.expect(ended(&c, "lost")).await;
    bob.expect(json!({ "type": "waiting", "widen_ms": 0 })).await;
    ann.expect(ended(&c, "lost")).await;
    let mut cem = lobby.person("cem").await;
    bob.is_found_by(&mut cem).await;
    ann.hears_nothing().await;
}

#[tokio::test]
async fn whoever_pinged_or_answers_in_time_is_there() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut cem) = (lobby.person("ann").await, lobby.person("cem").await);
    ann.wait().await;
    sleep(DOUBT).await;
    let mut bob = lobby.person("bob").await;
    let c = ann.is_found_by(&mut bob).await;
    ann.send(&json!({ "type": "got", "c": c, "n": 0 })).await;
    bob.expect(json!({ "type": "got", "c": c, "n": 0 })).await;
    cem.wait().await;
    let mut dee = lobby.person("dee").await;
    cem.is_found_by(&mut dee).await;
    sleep(Duration::from_secs(5)).await;
    for person in [&mut ann, &mut bob, &mut cem, &mut dee] {
        person.hears_nothing().await;
    }
}
