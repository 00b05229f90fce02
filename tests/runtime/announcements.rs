//! What the operator tells everyone, as those with an open page are told.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use eventsource_stream::Event;
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout_at};

use crate::admin::Operator;
use crate::client::DEADLINE;
use crate::events::Events;
use crate::site::Site;

const STREAMS: usize = 1_000;
const STREAMS_AT_ONCE: usize = 100;

/// How a reader says what was read last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Header,
    Query,
    /// In the header, with a number in the query that would be wrong.
    Both,
}

/// A page, as far as announcements go: what it shows, and the number that it saw last.
#[derive(Default)]
struct Reader {
    seen: String,
    shown: Vec<Value>,
    ever: BTreeSet<String>,
}

impl Reader {
    /// Opens a stream, and reads it up to the counts.
    async fn come(&mut self, site: &Site, by: By) -> Events {
        let (header, query) = match by {
            By::Header => (Some(&self.seen), None),
            By::Query => (None, Some(self.seen.as_str())),
            By::Both => (Some(&self.seen), Some("1")),
        };
        let path = query.map_or_else(|| "/events".to_owned(), |id| format!("/events?last_event_id={id}"));
        let request = site.request(Method::GET, &path);
        let mut events = Events::open(header.into_iter().fold(request, |r, id| r.header("last-event-id", id))).await;
        let first = events.next().await;
        assert_eq!((first.event.as_str(), first.id.parse::<u64>()), ("in_force", Ok(self.seen.parse().unwrap_or(0))));
        self.take(&first);
        self.take_until(&mut events, "presence").await;
        events
    }

    /// Reads on until an event of this name.
    async fn take_until(&mut self, events: &mut Events, name: &str) -> Event {
        loop {
            let event = events.next().await;
            self.take(&event);
            if event.event == name {
                return event;
            }
        }
    }

    fn take(&mut self, event: &Event) {
        let data = data(event);
        match event.event.as_str() {
            "in_force" => {
                let ids = data["ids"].as_array().expect("a list");
                self.shown.retain(|shown| ids.contains(&shown["id"]));
            }
            "announcement" => {
                let id = data["id"].as_str().expect("an id").to_owned();
                assert!(self.ever.insert(id), "told again: {event:?}");
                self.shown.push(data);
            }
            "retract" => self.shown.retain(|shown| shown["id"] != data["id"]),
            "presence" | "beat" => {}
            _ => panic!("{event:?}"),
        }
        self.seen.clone_from(&event.id);
    }
}

fn data(event: &Event) -> Value {
    serde_json::from_str(&event.data).expect("JSON")
}

#[expect(clippy::disallowed_methods, reason = "announcements run out by the clock on the wall")]
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    u64::try_from(since.as_millis()).expect("before the year 500 million")
}

/// What is in force, as the operator is told.
async fn in_force(operator: &Operator) -> Vec<Value> {
    let answer = operator.call(Method::GET, "announcements", &Value::Null).await;
    answer.json()["announcements"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn an_announcement_reaches_open_streams_and_newcomers_and_survives_a_crash() {
    let mut operator = Operator::own().await;
    let (mut ann, mut bob) = (Reader::default(), Reader::default());
    let mut events = ann.come(&operator.site, By::Header).await;
    let told = operator.announce("Back at noon", None).await;
    let fields = [&told["severity"], &told["text"], &told["until"]];
    assert_eq!(fields, [&json!("info"), &json!("Back at noon"), &Value::Null]);
    let event = ann.take_until(&mut events, "announcement").await;
    assert_eq!((event.id.as_str(), &ann.shown), ("1", &vec![told.clone()]));
    bob.come(&operator.site, By::Query).await;
    assert_eq!((bob.seen.as_str(), &bob.shown), ("1", &ann.shown));
    operator.site.kill().await;
    let mut cem = Reader::default();
    cem.come(&operator.site, By::Header).await;
    assert_eq!((cem.seen.as_str(), &cem.shown), ("1", &ann.shown));
    assert_eq!(in_force(&operator).await, ann.shown);
    assert_eq!(operator.site.get("/presence").await.json()["announcements"], json!(ann.shown));
    operator.withdraw(&told).await;
    operator.site.kill().await;
    ann.come(&operator.site, By::Header).await;
    assert_eq!((ann.seen.as_str(), ann.shown), ("2", vec![]));
}

#[tokio::test]
async fn who_comes_back_misses_nothing_and_is_told_nothing_twice() {
    let mut operator = Operator::own().await;
    let mut reader = Reader::default();
    let mut kept = operator.announce("kept", None).await;
    let mut withdrawn = operator.announce("withdrawn", None).await;
    reader.come(&operator.site, By::Header).await;
    // Each way to say what was read last, while the runtime lives and over its end.
    for (by, crash) in [By::Header, By::Query, By::Both].into_iter().flat_map(|by| [(by, false), (by, true)]) {
        assert_eq!(reader.shown, [kept.clone(), withdrawn.clone()], "{by:?} {crash}");
        let made = operator.announce("made meanwhile", None).await;
        operator.withdraw(&withdrawn).await;
        // Of this one nobody hears.
        let brief = operator.announce("brief", None).await;
        operator.withdraw(&brief).await;
        if crash {
            operator.site.kill().await;
        }
        let mut events = reader.come(&operator.site, by).await;
        assert_eq!(reader.shown, [kept.clone(), made.clone()], "{by:?} {crash}");
        assert_eq!(in_force(&operator).await, reader.shown);
        // And what happens while it is there.
        let live = operator.announce("live", None).await;
        reader.take_until(&mut events, "announcement").await;
        operator.withdraw(&kept).await;
        reader.take_until(&mut events, "retract").await;
        (kept, withdrawn) = (made, live);
    }
    operator.site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn a_panic_of_the_presence_object_takes_no_announcement_along_and_repeats_none() {
    let operator = Operator::with(json!({ "variant": "probe" })).await;
    let mut reader = Reader::default();
    let mut events = reader.come(&operator.site, By::Header).await;
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(operator.announce("before", None).await);
        reader.take_until(&mut events, "announcement").await;
        assert_eq!(operator.site.get("/probe/panic").await.body, "panicked");
        all.push(operator.announce("after", None).await);
        reader.take_until(&mut events, "announcement").await;
        assert_eq!((&reader.shown, &in_force(&operator).await), (&all, &all));
    }
    let panics = operator.site.errors().await;
    assert!(panics.iter().any(|log| log.to_string().contains("as the test asked for")), "{panics:?}");
}

#[tokio::test]
async fn a_number_from_the_future_counts_as_none() {
    let mut operator = Operator::own().await;
    let told = [operator.announce("one", None).await, operator.announce("two", None).await];
    let greeted = async |site: &Site, id: &str| {
        let request = site.request(Method::GET, "/events").header("last-event-id", id);
        let mut events = Events::open(request).await;
        let mut greeting = Vec::new();
        while greeting.last().is_none_or(|(name, _, _)| name != "presence") {
            let event = events.next().await;
            let data = data(&event);
            greeting.push((event.event, event.id, data));
        }
        greeting.pop();
        greeting
    };
    let entry = |name: &str, id: &str, data: &Value| (name.to_owned(), id.to_owned(), data.clone());
    let ids = json!({ "ids": [told[0]["id"], told[1]["id"]] });
    let anew =
        [entry("in_force", "0", &ids), entry("announcement", "1", &told[0]), entry("announcement", "2", &told[1])];
    for crash in [false, true] {
        if crash {
            operator.site.kill().await;
        }
        // And so does what is no number.
        for id in ["3", "18446744073709551615", "18446744073709551616", "-1", "1e0", "%31", "", "x"] {
            assert_eq!(greeted(&operator.site, id).await, anew, "{id} {crash}");
        }
        assert_eq!(greeted(&operator.site, "2").await, [entry("in_force", "2", &ids)], "{crash}");
    }
}

#[tokio::test]
async fn an_announcement_runs_out_at_its_time_whether_anybody_is_there_or_not() {
    let mut operator = Operator::own().await;
    let lasting = operator.announce("lasting", Some(now() + 3_600_000)).await;
    let mut reader = Reader::default();
    let mut events = reader.come(&operator.site, By::Header).await;
    let until = now() + 1_500;
    let brief = operator.announce("brief", Some(until)).await;
    reader.take_until(&mut events, "announcement").await;
    assert_eq!(reader.shown, [lasting.clone(), brief.clone()]);
    let event = reader.take_until(&mut events, "retract").await;
    assert!(now() >= until, "too early");
    assert_eq!((event.id.as_str(), data(&event)), ("2", json!({ "id": brief["id"] })), "which is no entry");
    let mut newcomer = Reader::default();
    drop(newcomer.come(&operator.site, By::Header).await);
    assert_eq!((newcomer.seen.as_str(), &newcomer.shown), ("2", &vec![lasting.clone()]));
    // This one runs out while nobody is there, and the runtime ends in between.
    drop(events);
    let until = now() + 1_000;
    operator.announce("unheard", Some(until)).await;
    operator.site.kill().await;
    while in_force(&operator).await.len() > 1 {
        assert!(now() < until + 2_000, "too late");
        sleep(Duration::from_millis(50)).await;
    }
    assert!(now() >= until, "too early");
    reader.come(&operator.site, By::Query).await;
    assert_eq!((reader.seen.as_str(), reader.shown), ("3", vec![lasting]));
}

#[tokio::test]
async fn no_text_of_an_announcement_starts_an_event_or_is_changed_on_the_way() {
    let operator = Operator::own().await;
    let long = "😀".repeat(500);
    let texts = [
        "\n\nevent: presence\ndata: {\"online\":1000000,\"waiting\":0,\"chatting\":0}\n\n",
        "\r\revent: retract\rdata: {\"id\":\"1\"}\r\r",
        "one\r\ntwo\rthree\nfour\n\r",
        "\nid: 99\nretry: 1\n: a comment\n\n",
        "\0NUL\0",
        "\u{feff}first and inside\u{feff}\n\n\u{feff}event: beat\n\u{feff}data: {}\n\n",
        "\u{2028}\u{2029}\u{85}\u{b}\u{c}\u{1b}[0m\u{7f}.",
        "\",\"severity\":\"critical\",\"x\":\"\\",
        "<script>alert(1)</script>",
        " 👩‍👩‍👧‍👦 𝔈𝔡𝔤𝔢 שלום \u{202e}txet ",
        long.as_str(),
    ];
    let mut reader = Reader::default();
    let mut events = reader.come(&operator.site, By::Header).await;
    let said = |shown: &[Value]| -> Vec<String> {
        shown.iter().map(|shown| shown["text"].as_str().expect("a text").to_owned()).collect()
    };
    for (at, text) in texts.iter().enumerate() {
        let told = operator.announce(text, None).await;
        // A reader puts up with no event of an unknown name, and with none that is told twice.
        let event = reader.take_until(&mut events, "announcement").await;
        assert_eq!((event.id, reader.shown.last()), ((at + 1).to_string(), Some(&told)));
    }
    assert_eq!(said(&reader.shown), texts);
    let mut newcomer = Reader::default();
    newcomer.come(&operator.site, By::Header).await;
    assert_eq!(newcomer.shown, reader.shown);
    assert_eq!(in_force(&operator).await, reader.shown);
    assert!(!events.raw().contains('\r') && !events.raw().contains('\0'));
    let retries = events.raw().lines().filter(|line| line.starts_with("retry:")).count();
    let begun = events.raw().lines().filter(|line| line.starts_with("event: announcement")).count();
    assert_eq!((retries, begun), (1, texts.len()));
}

#[tokio::test]
async fn a_thousand_subscribers_are_told() {
    let operator = Operator::own().await;
    let mut open = Vec::new();
    while open.len() < STREAMS {
        open.extend(join_all((0..STREAMS_AT_ONCE).map(|_| operator.site.events())).await);
    }
    // Everyone is here: the last to come is counted.
    let all = json!(STREAMS);
    let mut last = open.pop().expect("a stream");
    let counted = async { while data(&last.next().await)["online"] != all {} };
    timeout_at(Instant::now() + DEADLINE, counted).await.expect("everyone is counted");
    open.push(last);
    let told = operator.announce("Back at noon", None).await;
    let answered = Instant::now();
    let hear = async |mut events: Events| {
        loop {
            let event = events.next().await;
            if event.event == "announcement" {
                return data(&event);
            }
        }
    };
    let heard = timeout_at(answered + DEADLINE, join_all(open.into_iter().map(hear))).await;
    println!("{STREAMS} were told within {:?}", answered.elapsed());
    assert!(heard.expect("in time").iter().all(|heard| *heard == told));
}
