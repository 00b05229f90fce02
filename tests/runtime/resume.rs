//! Broken lines, lost memory and lost runtimes: who comes back, and to what.

use serde_json::json;

use crate::client::{Person, away, ended, here, resumed, say};
use crate::site::{Entry, Lobby, Site};

/// Somebody who has entered and may come back.
pub(crate) struct Guest {
    pub(crate) entry: Entry,
    pub(crate) person: Person,
    number: u64,
}

impl Guest {
    pub(crate) async fn enter(lobby: &Lobby, who: &str) -> Self {
        let entry = lobby.site.enter().await;
        let person = lobby.person_with(who, entry.clone()).await;
        Self { entry, person, number: 0 }
    }

    /// Comes on another line with the newest ticket; the value is the state that the welcome tells.
    pub(crate) async fn return_to(&mut self, lobby: &Lobby) -> serde_json::Value {
        let ticket = self.person.ticket.clone();
        self.return_with(lobby, &ticket).await
    }

    pub(crate) async fn return_with(&mut self, lobby: &Lobby, ticket: &str) -> serde_json::Value {
        self.number += 1;
        let socket = lobby.socket(self.person.who()).await;
        let (person, state) = socket.comes_back(&self.entry, ticket, self.number).await;
        self.person = person;
        state
    }
}

/// Two who talk, and their conversation.
pub(crate) async fn pair(lobby: &Lobby) -> (Guest, Guest, String) {
    let (mut ann, mut bob) = (Guest::enter(lobby, "ann").await, Guest::enter(lobby, "bob").await);
    let conversation = ann.person.meet(&mut bob.person).await;
    (ann, bob, conversation)
}

/// Each hears what the other says.
pub(crate) async fn they_talk(ann: &mut Guest, bob: &mut Guest, c: &str, n: u64) {
    ann.person.say(c, n, "here").await;
    bob.person.expect(say(c, n, "here")).await;
    bob.person.say(c, n, "here too").await;
    ann.person.expect(say(c, n, "here too")).await;
}

#[tokio::test]
async fn a_line_that_breaks_is_made_good_by_another() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    for n in 1..=3 {
        ann.person.close(None).await;
        bob.person.expect(away(&c, 60_000)).await;
        assert_eq!(ann.return_to(&lobby).await, "talking");
        ann.person.expect(resumed(&c)).await;
        bob.person.expect(here(&c)).await;
        they_talk(&mut ann, &mut bob, &c, n).await;
    }
}

#[tokio::test]
async fn a_newer_line_takes_over_and_the_older_one_is_told() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    let (ticket, entry) = (ann.person.ticket.clone(), ann.entry.clone());
    let socket = lobby.socket("ann, later").await;
    let (mut later, state) = socket.comes_back(&entry, &ticket, 7).await;
    assert_eq!(state, "talking");
    later.expect(resumed(&c)).await;
    ann.person.expect_closed(4409).await;
    bob.person.expect(here(&c)).await;
    let mut late = lobby.socket("ann, too late").await;
    late.send(&json!({ "type": "hello", "v": 1, "pass": entry.pass, "ticket": ticket, "line": 7 })).await;
    late.expect_closed(4409).await;
    later.say(&c, 1, "still me").await;
    bob.person.expect(say(&c, 1, "still me")).await;
}

#[tokio::test]
async fn a_seat_is_kept_through_hibernation() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    ann.person.close(None).await;
    bob.person.expect(away(&c, 60_000)).await;
    lobby.hibernate().await;
    bob.person.hears_nothing().await;
    lobby.hibernate().await;
    assert_eq!(ann.return_to(&lobby).await, "talking");
    ann.person.expect(resumed(&c)).await;
    bob.person.expect(here(&c)).await;
    they_talk(&mut ann, &mut bob, &c, 1).await;
}

#[tokio::test]
async fn a_lobby_that_forgot_everything_is_rebuilt_from_tickets() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    for n in 1..=3 {
        lobby.site.evict("LOBBY", &lobby.name, false).await.expect("it ran");
        assert_eq!(ann.return_to(&lobby).await, "talking");
        let alone = ann.person.expect_a("resumed").await;
        assert_eq!((&alone["conversation"], &alone["partner"]), (&json!(c), &json!("away")), "{alone}");
        assert_eq!(bob.return_to(&lobby).await, "talking");
        bob.person.expect(resumed(&c)).await;
        ann.person.expect(here(&c)).await;
        they_talk(&mut ann, &mut bob, &c, n).await;
        std::mem::swap(&mut ann, &mut bob);
    }
}

#[tokio::test]
async fn both_at_once_come_back_to_each_other() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    lobby.site.evict("LOBBY", &lobby.name, false).await.expect("it ran");
    let (ones, others) = tokio::join!(ann.return_to(&lobby), bob.return_to(&lobby));
    assert_eq!((ones, others), (json!("talking"), json!("talking")));
    for guest in [&mut ann, &mut bob] {
        let back = guest.person.expect_a("resumed").await;
        if back["partner"] == "away" {
            guest.person.expect(here(&c)).await;
        }
    }
    they_talk(&mut ann, &mut bob, &c, 1).await;
}

#[tokio::test]
async fn who_waits_comes_back_to_the_place_in_the_queue() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob) = (Guest::enter(&lobby, "ann").await, Guest::enter(&lobby, "bob").await);
    ann.person.wait().await;
    ann.person.close(None).await;
    ann.person.expect_closed(1000).await;
    bob.person.wait().await;
    assert_eq!(ann.return_to(&lobby).await, "waiting");
    ann.person.expect_a("waiting").await;
    let (ones, others) = (ann.person.expect_a("matched").await, bob.person.expect_a("matched").await);
    assert_eq!(ones, others);
}

#[tokio::test]
async fn what_was_left_stays_left() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    let stale = ann.person.ticket.clone();
    ann.person.close(None).await;
    bob.person.expect(away(&c, 60_000)).await;
    bob.person.send(&json!({ "type": "find", "c": c })).await;
    bob.person.expect(ended(&c, "next")).await;
    bob.person.expect_a("waiting").await;
    assert_eq!(ann.return_with(&lobby, &stale).await, "idle");
    ann.person.hears_nothing().await;
    lobby.site.evict("LOBBY", &lobby.name, false).await.expect("it ran");
    assert_eq!(bob.return_to(&lobby).await, "waiting");
    bob.person.expect_a("waiting").await;
    assert_eq!(ann.return_with(&lobby, &stale).await, "idle", "the partner's newer ticket is known");
}

#[tokio::test]
async fn a_ticket_that_is_not_theirs_or_not_ours_is_as_no_ticket() {
    let lobby = Site::shared().await.lobby();
    let (ann, mut bob, c) = pair(&lobby).await;
    let good = ann.person.ticket.clone();
    let mut flipped = good.clone().into_bytes();
    flipped[40] = if flipped[40] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).expect("text");
    for ticket in [&good, &flipped, &good[1..], "", &ann.entry.pass] {
        let mut eve = Guest::enter(&lobby, "eve").await;
        let ticket = ticket.to_owned();
        assert_eq!(eve.return_with(&lobby, &ticket).await, "idle");
        eve.person.say(&c, 1, "let me in").await;
        eve.person.expect_a("error").await;
    }
    bob.person.hears_nothing().await;
}

#[tokio::test]
async fn a_ticket_from_before_is_as_good_as_a_new_one() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = pair(&lobby).await;
    let (first, second) = (ann.person.ticket.clone(), bob.person.ticket.clone());
    // Twice in one second, with a ticket from before the conversation was resumed.
    for _ in 0..2 {
        lobby.site.evict("LOBBY", &lobby.name, false).await.expect("it ran");
        assert_eq!(bob.return_with(&lobby, &second).await, "talking");
        bob.person.expect_a("resumed").await;
    }
    assert_eq!(ann.return_with(&lobby, &first).await, "talking");
    ann.person.expect(resumed(&c)).await;
    bob.person.expect(here(&c)).await;
    they_talk(&mut ann, &mut bob, &c, 1).await;
}

#[tokio::test]
async fn in_another_lobby_a_ticket_counts_for_memory_and_for_the_place_in_line() {
    let site = Site::shared().await;
    let (lobby, other) = (site.lobby(), site.lobby());
    let (mut ann, mut bob, c) = pair(&lobby).await;
    assert_eq!(ann.return_to(&other).await, "idle");
    bob.person.expect(away(&c, 60_000)).await;
    bob.person.send(&json!({ "type": "find", "c": c })).await;
    bob.person.expect(ended(&c, "next")).await;
    bob.person.expect_a("waiting").await;
    assert_eq!(bob.return_to(&other).await, "waiting");
    bob.person.expect_a("waiting").await;
    ann.person.wait().await;
    bob.person.hears_nothing().await;
    let mut cem = other.person("cem").await;
    bob.person.is_found_by(&mut cem).await;
}
