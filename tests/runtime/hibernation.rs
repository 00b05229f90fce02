//! An object that forgets everything between two events, by force or by falling asleep, and nobody notices.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Came, Person, away, say};
use crate::site::{Lobby, Site};

/// The runtime drops an object from memory when nothing has reached it for 10 s; the last thing to reach it is the alarm
/// for its report, up to 2 s after the last frame.
const ASLEEP: Duration = Duration::from_secs(14);

/// Who sends what.
type Step = (&'static str, Value);

/// Everything that people do with each other; `@` stands for their present conversation.
fn story() -> Vec<Step> {
    vec![
        ("ann", json!({ "type": "find", "interests": ["Go", "tea"], "lang": "en" })),
        ("ann", json!({ "type": "find", "interests": ["tea", "Go"] })),
        ("bob", json!({ "type": "find", "interests": ["go"] })),
        ("ann", json!({ "type": "got", "c": "@", "n": 0 })),
        ("bob", json!({ "type": "typing", "c": "@", "on": true })),
        ("bob", say("@", 1, "hello")),
        ("ann", json!({ "type": "got", "c": "@", "n": 1 })),
        ("ann", json!({ "type": "seen", "c": "@", "n": 1 })),
        ("ann", say("@", 1, "hello yourself")),
        ("bob", json!({ "type": "got", "c": "@", "n": 1 })),
        ("bob", json!({ "type": "find" })),
        ("bob", json!({ "type": "stop", "c": "another" })),
        ("ann", say("another", 5, "too late")),
        ("bob", json!({ "type": "stop", "c": "@" })),
        ("bob", json!({ "type": "find" })),
        ("cem", json!({ "type": "find" })),
        ("cem", say("@", 1, "and you are?")),
        ("bob", json!({ "type": "find", "c": "@" })),
        ("bob", json!({ "type": "stop" })),
    ]
}

#[tokio::test]
async fn losing_memory_between_any_two_messages_changes_nothing_that_anybody_sees() {
    // More frames than a person would send so fast.
    let site = Site::unlimited().await;
    let undisturbed = play(&site.lobby(), |_| false).await;
    assert_eq!(play(&site.lobby(), |_| true).await, undisturbed, "lost before every frame");
    for lost in 0..story().len() {
        assert_eq!(play(&site.lobby(), |at| at == lost).await, undisturbed, "lost before frame {lost}");
    }
}

/// Plays the story and returns what each of the three heard after each frame.
async fn play(lobby: &Lobby, lost_before: impl Fn(usize) -> bool) -> Vec<String> {
    let mut people = BTreeMap::new();
    for who in ["ann", "bob", "cem"] {
        people.insert(who, lobby.person(who).await);
    }
    let (mut conversation, mut heard) = (String::new(), Vec::new());
    for (at, (who, frame)) in story().into_iter().enumerate() {
        if lost_before(at) {
            lobby.hibernate().await;
        }
        let text = frame.to_string().replace("\"@\"", &json!(conversation).to_string());
        people.get_mut(who).expect("one of the three").send_text(&text).await;
        // The sender first: once its probe is answered, so is its frame, for everybody.
        let others = ["ann", "bob", "cem"].into_iter().filter(|other| *other != who);
        for listener in std::iter::once(who).chain(others) {
            for frame in all_heard(people.get_mut(listener).expect("one of the three"), at).await {
                if frame["type"] == "matched" {
                    frame["conversation"].as_str().expect("a name").clone_into(&mut conversation);
                }
                heard.push(format!("{at} {listener} {frame}").replace(&conversation, "@"));
            }
        }
    }
    heard
}

/// Everything that has come by the time a frame is answered that is sure to be.
async fn all_heard(person: &mut Person, at: usize) -> Vec<Value> {
    person.say("probe", 1 + at as u64, "?").await;
    let mut heard = Vec::new();
    loop {
        let Came::Frame(frame) = person.next().await else { panic!("{} was cut off", person.who()) };
        if frame["c"] == "probe" {
            return heard;
        }
        heard.push(frame);
    }
}

#[tokio::test]
async fn a_place_in_the_queue_survives_the_loss_of_memory() {
    let lobby = Site::shared().await.lobby();
    let entry = lobby.site.enter().await;
    let mut first = lobby.person_with("first tab", entry.clone()).await;
    let mut second = lobby.person_with("second tab", entry).await;
    first.wait().await;
    lobby.hibernate().await;
    second.wait().await;
    lobby.hibernate().await;
    second.wait().await;
    lobby.hibernate().await;
    let (mut ann, mut bob) = (lobby.person("ann").await, lobby.person("bob").await);
    first.is_found_by(&mut ann).await;
    second.is_found_by(&mut bob).await;
}

#[tokio::test]
async fn a_socket_without_hello_survives_the_loss_of_memory() {
    let lobby = Site::shared().await.lobby();
    let socket = lobby.socket("ann").await;
    lobby.hibernate().await;
    let mut ann = socket.welcomed(lobby.site.enter().await).await;
    ann.wait().await;
}

#[tokio::test]
async fn somebody_who_left_while_nobody_remembered_is_missed() {
    let lobby = Site::shared().await.lobby();
    let (ann, mut bob, c) = lobby.pair("ann", "bob").await;
    lobby.hibernate().await;
    drop(ann);
    bob.expect(away(&c, 60_000)).await;
    bob.hears_nothing().await;
}

#[tokio::test]
async fn a_conversation_sleeps_through_silence_and_pings_and_goes_on() {
    let lobby = Site::unwatched().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    ann.say(&c, 1, "before").await;
    bob.expect(say(&c, 1, "before")).await;
    falls_asleep(&lobby).await;
    for person in [&mut ann, &mut bob] {
        person.send_text("ping").await;
        person.expect_pong().await;
    }
    assert!(lobby.site.evict("LOBBY", &lobby.name, true).await.is_err(), "a ping wakes nobody");
    ann.say(&c, 2, "after").await;
    bob.expect(say(&c, 2, "after")).await;
    bob.say(&c, 1, "so I see").await;
    ann.expect(say(&c, 1, "so I see")).await;
    ann.hears_nothing().await;
    bob.hears_nothing().await;
}

#[tokio::test]
async fn a_place_in_the_queue_survives_silence() {
    let lobby = Site::unwatched().await.lobby();
    let entry = lobby.site.enter().await;
    let mut first = lobby.person_with("first tab", entry.clone()).await;
    let mut second = lobby.person_with("second tab", entry).await;
    first.wait().await;
    second.wait().await;
    falls_asleep(&lobby).await;
    let mut ann = lobby.person("ann").await;
    first.is_found_by(&mut ann).await;
    second.hears_nothing().await;
}

#[tokio::test]
async fn a_quiet_lobby_sleeps_while_people_watch_the_counts() {
    let site = Site::own(json!({})).await;
    let lobby = site.lobby_named("main-1");
    let mut events = site.events().await;
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    events.until(3, 0, 2).await;
    falls_asleep(&lobby).await;
    assert_eq!(site.get("/presence").await.json()["chatting"], 2, "and nobody has to be asked");
    assert!(site.evict("LOBBY", "main-1", true).await.is_err(), "it sleeps on");
    ann.say(&c, 1, "after").await;
    bob.expect(say(&c, 1, "after")).await;
}

/// Silence is the subject here, and the only thing that can be waited for. That the object was asleep at the end of it
/// shows in that it could not be evicted.
async fn falls_asleep(lobby: &Lobby) {
    tokio::time::sleep(ASLEEP).await;
    let evicted = lobby.site.evict("LOBBY", &lobby.name, true).await;
    assert_eq!(evicted, Err("Cannot evict Durable Object: it is not currently running.".to_owned()));
}
