//! What somebody can do to a server with bytes alone, and that others go on talking meanwhile.

use std::time::Duration;

use edgewise::domain::id::VisitorId;
use edgewise::domain::limits::{AGAIN_BUDGET, ARRIVAL_BUDGET, LIMIT_RETRY_MS, VISIT_BUDGET};
use edgewise::domain::ticket::Pass;
use edgewise::domain::time::Time;
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::client::{Came, DEADLINE, Person, say};
use crate::site::{Lobby, Site};

/// Connections that never finish what they have begun to say.
const HANDSHAKES: usize = 200;
const FRAGMENTS: usize = 100_000;
const MIB: usize = 1024 * 1024;

async fn connect(site: &Site) -> TcpStream {
    TcpStream::connect(site.origin().trim_start_matches("http://")).await.expect("the worker listens")
}

/// Two people, and proof that they still hear each other.
struct Pair {
    ann: Person,
    bob: Person,
    c: String,
    said: u64,
}

impl Pair {
    async fn meet(lobby: &Lobby) -> Self {
        let (ann, bob, c) = lobby.pair("ann", "bob").await;
        Self { ann, bob, c, said: 0 }
    }

    async fn go_on(&mut self) {
        self.said += 1;
        self.ann.say(&self.c, self.said, "still here").await;
        self.bob.expect(say(&self.c, self.said, "still here")).await;
    }
}

#[tokio::test]
async fn handshakes_that_never_end_are_in_nobodys_way() {
    let site = Site::own(json!({})).await;
    let lobby = site.lobby();
    let mut pair = Pair::meet(&lobby).await;
    let mut slow = Vec::new();
    for n in 0..HANDSHAKES {
        let mut stream = connect(&site).await;
        let begun = format!("GET {} HTTP/1.1\r\nHost: x\r\nX-{n}: ", lobby.path());
        stream.write_all(begun.as_bytes()).await.expect("it is taken");
        slow.push(stream);
    }
    pair.go_on().await;
    lobby.person("somebody new").await;
    for stream in &mut slow {
        // A connection that was given up meanwhile may say so.
        let _ = stream.write_all(b"x").await;
    }
    pair.go_on().await;
    site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn a_hundred_thousand_empty_fragments_are_one_frame_and_cost_no_memory() {
    let site = Site::own(json!({ "variant": "probe" })).await;
    let lobby = site.lobby();
    let mut pair = Pair::meet(&lobby).await;
    let before = memory(&site).await;
    let mut eve = lobby.person("eve").await;
    let fragment = |opcode, last| Message::Frame(Frame::message(Vec::new(), OpCode::Data(opcode), last));
    eve.send_message(fragment(Data::Text, false)).await;
    for n in 0..FRAGMENTS {
        eve.send_message(fragment(Data::Continue, false)).await;
        if n % (FRAGMENTS / 4) == 0 {
            pair.go_on().await;
        }
    }
    eve.send_message(fragment(Data::Continue, true)).await;
    // Whether the runtime puts up with so many or not, it is one frame at most, and an empty one.
    match eve.next().await {
        Came::Frame(frame) => assert_eq!(frame, json!({ "type": "error", "code": "bad_frame" })),
        Came::Closed(..) | Came::Broken(_) => {}
        other @ (Came::Text(_) | Came::Nothing) => panic!("an empty frame was taken for {other:?}"),
    }
    pair.go_on().await;
    assert_eq!(memory(&site).await, before);
    site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn control_frames_without_end_change_nothing() {
    let lobby = Site::shared().await.lobby();
    let mut pair = Pair::meet(&lobby).await;
    for n in 0..2_000_u32 {
        let ping = Message::Ping(n.to_be_bytes().to_vec().into());
        pair.ann.send_message(ping).await;
    }
    // Of pings that come at once the last alone has to be answered (RFC 6455, section 5.5.3).
    let last = format!("{:?}", Message::Pong(1_999_u32.to_be_bytes().to_vec().into()));
    let pongs = async {
        loop {
            let Came::Broken(pong) = pair.ann.next().await else { panic!("no pong") };
            if pong == format!("Ok({last})") {
                break;
            }
            assert!(pong.starts_with("Ok(Pong"), "{pong}");
        }
    };
    timeout(DEADLINE, pongs).await.expect("they are answered");
    pair.go_on().await;
}

#[tokio::test]
async fn floods_of_headers_are_refused_or_taken_and_tell_nothing() {
    let site = Site::own(json!({})).await;
    let lobby = site.lobby();
    let mut pair = Pair::meet(&lobby).await;
    let many = (0..1_000).map(|n| format!("X-{n}: {n}\r\n")).collect::<Vec<_>>().concat();
    let long = format!("X-Long: {}\r\n", "x".repeat(MIB));
    for headers in [many, long] {
        let mut stream = connect(&site).await;
        let request = format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n");
        // The runtime may hang up before it has read all of it.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = timeout(DEADLINE, stream.read_to_end(&mut answer)).await.expect("an end");
        let answer = String::from_utf8_lossy(&answer);
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(["", "200", "400", "413", "414", "431"].contains(&status), "{answer}");
        for leak in ["/src/", ".rs", "panick", "stack", "X-999"] {
            assert!(!answer.contains(leak), "{leak} in {answer}");
        }
        pair.go_on().await;
    }
    site.assert_no_errors_logged().await;
}

/// The most that a partner can send to somebody who reads nothing, at once and without limits: the service keeps none of it.
#[tokio::test]
async fn who_does_not_read_costs_the_service_no_memory() {
    let site = Site::own(json!({ "variant": "probe", "vars": { "RATE_LIMITS": "off" } })).await;
    let lobby = site.lobby();
    let mut pair = Pair::meet(&lobby).await;
    let (mut cem, mut dee, c) = lobby.pair("cem", "dee").await;
    let text = "y".repeat(2_000);
    cem.say(&c, 1, &text).await;
    dee.expect(say(&c, 1, &text)).await;
    let before = memory(&site).await;
    for n in 2..4_000 {
        cem.say(&c, n, &text).await;
        if n % 500 == 0 {
            pair.go_on().await;
        }
    }
    cem.hears_nothing().await;
    pair.go_on().await;
    let after = memory(&site).await;
    assert!(after <= before + MIB, "it grew from {before} to {after}");
    // And whoever reads on at last has missed nothing.
    for n in 2..4_000 {
        dee.expect(say(&c, n, &text)).await;
    }
    site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn one_network_opens_so_many_sockets_and_the_others_theirs() {
    let site = Site::own(json!({})).await;
    let lobby = site.lobby();
    let mut pair = Pair::meet(&lobby).await;
    let started = Instant::now();
    let mut opened = 2;
    while lobby.try_socket("one of many").await.is_some() {
        opened += 1;
    }
    let grown = u64::try_from(started.elapsed().as_millis()).expect("a short time") / ARRIVAL_BUDGET.interval_ms + 1;
    let most = ARRIVAL_BUDGET.burst..=ARRIVAL_BUDGET.burst + grown;
    assert!(most.contains(&opened), "{opened} sockets, of {most:?}");
    // Refusals are told one after the other, and meanwhile some more come in: so more than that at once.
    let (path, at_once) = (lobby.path(), 20);
    let knocks = (0..at_once).map(|_| site.knock(&path, Some(site.origin())));
    let answers = join_all(knocks).await;
    let refused = answers.iter().find(|answer| answer.status.as_u16() == 429).expect("a refusal");
    refused.assert_problem(429, "slow_down");
    assert!(refused.json()["retry_ms"].as_u64().is_some_and(|ms| (1..=LIMIT_RETRY_MS).contains(&ms)));
    // Whoever has shown a proof opens theirs past the flood, from the same network.
    let (visitor, then) = (VisitorId([7; 16]), Time::from_ms(1));
    let proven = Pass { proven: Some(then), ..Pass::new(visitor, then) };
    let path = lobby.path_with(&proven);
    let honest = Person::try_open("an honest neighbour", site.origin(), &path, site.origin(), &[]).await;
    honest.expect("a socket").welcomed(site.enter().await).await;
    lobby.socket_with("somebody else", &[("cf-connecting-ip", "203.0.113.9")]).await.welcomed(site.enter().await).await;
    pair.go_on().await;
    site.assert_no_errors_logged().await;
}

/// Somebody joins as fast as they can: they are stopped, and their neighbours are not.
#[tokio::test]
async fn who_joins_again_and_again_is_stopped_while_others_of_their_network_come_in() {
    let lobby = Site::shared().await.lobby();
    let address = [("cf-connecting-ip", "203.0.113.24")];
    let (path, started) = (lobby.path_of(&lobby.site.enter().await), Instant::now());
    let mut opened = 0;
    while Person::try_open("somebody restless", lobby.site.origin(), &path, lobby.site.origin(), &address).await.is_ok()
    {
        opened += 1;
    }
    let grown = u64::try_from(started.elapsed().as_millis()).expect("a short time") / AGAIN_BUDGET.interval_ms + 1;
    let most = VISIT_BUDGET.burst + AGAIN_BUDGET.burst;
    assert!((most..=most + grown).contains(&opened), "{opened} sockets, of {most}");
    for n in 0..20 {
        let neighbour = lobby.socket_with(&format!("neighbour {n}"), &address).await;
        neighbour.welcomed(lobby.site.enter().await).await;
    }
    lobby.site.assert_no_errors_logged().await;
}

/// Every type that the service itself sends, with all its fields: none arrives as the service's, or at all.
#[tokio::test]
async fn no_frame_of_the_services_own_reaches_a_partner() {
    let lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let frames = [
        json!({ "type": "welcome", "v": 1, "ticket": "x", "state": "idle", "limits": {} }),
        json!({ "type": "waiting", "widen_ms": 0, "ticket": "x" }),
        json!({ "type": "matched", "conversation": c, "common": [], "lang": null, "ticket": "x" }),
        json!({ "type": "resumed", "conversation": c, "common": [], "partner": "here", "ticket": "x" }),
        json!({ "type": "partner", "c": c, "state": "away", "grace_ms": 1 }),
        json!({ "type": "ended", "c": c, "reason": "moderated", "ticket": "x" }),
        json!({ "type": "done", "re": "report", "c": c, "ticket": "x" }),
        json!({ "type": "error", "code": "slow_down", "re": "say", "c": c, "n": 1, "retry_ms": 9 }),
        json!({ "type": "say", "c": c, "n": 1, "text": "hi", "tag": "AAAAAAAAAAAAAAAAAAAAAA" }),
    ];
    for frame in frames {
        ann.send(&frame).await;
        let code = if frame["type"] == "say" { "bad_frame" } else { "unknown_type" };
        assert_eq!(ann.expect_a("error").await["code"], code, "{frame}");
    }
    bob.hears_nothing().await;
}

/// The size of the wasm memory, which never shrinks.
async fn memory(site: &Site) -> usize {
    site.get("/probe/memory").await.body.parse().expect("a number of bytes")
}

/// What a hello with these is answered with.
async fn hello(lobby: &Lobby, pass: &str, ticket: Option<&str>) -> Came {
    let mut person = lobby.socket("somebody").await;
    let mut hello = json!({ "type": "hello", "v": 1, "pass": pass });
    ticket.into_iter().for_each(|ticket| hello["ticket"] = json!(ticket));
    person.send(&hello).await;
    person.next_within(Duration::from_secs(10)).await
}

fn is_welcome(came: &Came, state: &str) -> bool {
    matches!(came, Came::Frame(frame) if frame["type"] == "welcome" && frame["state"] == state)
}

#[tokio::test]
async fn a_pass_that_was_cut_changed_swapped_or_made_elsewhere_is_none() {
    let lobby = Site::shared().await.lobby();
    let entry = lobby.site.enter().await;
    let mut ann = lobby.person_with("ann", entry.clone()).await;
    ann.wait().await;
    let changed = |text: &str, at: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).expect("ASCII")
    };
    let elsewhere = Site::unlimited().await.enter().await.pass;
    let pass = &entry.pass;
    let (half, last) = (pass.len() / 2, pass.len() - 1);
    let forged = [
        pass[..last].to_owned(),
        pass[..half].to_owned(),
        changed(pass, 0),
        changed(pass, half),
        changed(pass, last - 1),
        ann.ticket.clone(),
        entry.visitor.clone(),
        elsewhere,
        format!("{pass}{pass}"),
    ];
    for pass in forged {
        let came = hello(&lobby, &pass, Some(&ann.ticket)).await;
        assert!(matches!(came, Came::Closed(4401, _)), "{came:?} to {pass}");
    }
    let ticket = &ann.ticket;
    let stranger = lobby.site.enter().await;
    let forged = [ticket[..ticket.len() / 2].to_owned(), changed(ticket, 40), pass.clone(), stranger.pass.clone()];
    for ticket in forged {
        let came = hello(&lobby, pass, Some(&ticket)).await;
        assert!(is_welcome(&came, "idle"), "{came:?} to {ticket}");
    }
    let stolen = hello(&lobby, &stranger.pass, Some(ticket)).await;
    assert!(is_welcome(&stolen, "idle"), "a ticket is nothing without a pass of its visitor: {stolen:?}");
    let replayed: Value = json!(ticket);
    let own = hello(&lobby, pass, replayed.as_str()).await;
    assert!(is_welcome(&own, "waiting"), "and its own holder comes back with it: {own:?}");
    lobby.site.assert_no_errors_logged().await;
}
