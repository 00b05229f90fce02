//! Any texts as the fields of an event stream: read back by a parser that knows nothing of the service, every field is
//! whole, and there is no event but those that were written.

#![no_main]

use std::convert::Infallible;

use arbitrary::Arbitrary;
use edgewise::domain::announcements::Log;
use edgewise::domain::limits::ANNOUNCEMENT_CHARS_MAX;
use edgewise::domain::protocol::{NewAnnouncement, to_json};
use edgewise::domain::sse;
use edgewise::domain::time::Time;
use eventsource_stream::EventStream;
use futures::executor::block_on;
use futures::stream::{self, TryStreamExt as _};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const NOW: Time = Time::from_ms(1_800_000_000_000);

/// One thing to write.
#[derive(Arbitrary, Debug)]
enum Part<'a> {
    Event { name: &'a str, id: u64, data: &'a str },
    Announcement { text: &'a str },
    Retry(u64),
}

/// What is to be read: name, id and data.
type Told = (String, String, String);

fuzz_target!(|input: (u16, Vec<Part<'_>>)| {
    let (cut, parts) = input;
    let (mut text, mut told, mut log) = (String::new(), Vec::new(), Log::default());
    for part in &parts {
        match part {
            Part::Event { name, id, data } => {
                text += &sse::event(name, *id, data);
                told.push((name_of(name), id.to_string(), unified(data)));
            }
            Part::Announcement { text: said } => announce(said, &mut log, &mut text, &mut told),
            Part::Retry(ms) => text += &sse::retry(*ms),
        }
    }
    let bytes = text.as_bytes();
    let (head, tail) = bytes.split_at(usize::from(cut) % (bytes.len() + 1));
    assert_eq!(read(&[head, tail]), told);
});

/// What an operator's announcement comes to: one line, in which the text is what it was.
fn announce(said: &str, log: &mut Log, text: &mut String, told: &mut Vec<Told>) {
    let Ok(new) = NewAnnouncement::decode(&json!({ "severity": "info", "text": said }).to_string()) else { return };
    assert!((1..=ANNOUNCEMENT_CHARS_MAX).contains(&said.chars().count()), "the bound on an announcement");
    let Ok(entry) = log.announce(NOW, new) else { return };
    let data = to_json(&entry.announcement);
    let value: Value = serde_json::from_str(&data).expect("JSON");
    assert_eq!(value["text"], said);
    assert!(!data.contains(['\n', '\r', '\0']), "a line break in JSON");
    *text += &sse::event("announcement", entry.number, &data);
    told.push(("announcement".to_owned(), entry.number.to_string(), data));
}

/// The name up to a line break; an event without one is a "message".
fn name_of(name: &str) -> String {
    let line = name.split(['\r', '\n']).next().unwrap_or_default();
    if line.is_empty() { "message".to_owned() } else { line.to_owned() }
}

/// As a reader gets it: whatever ended a line, a line feed does.
fn unified(data: &str) -> String {
    data.replace("\r\n", "\n").replace('\r', "\n")
}

fn read(pieces: &[&[u8]]) -> Vec<Told> {
    let events = EventStream::new(stream::iter(pieces.iter().map(Ok::<_, Infallible>)));
    let events: Vec<_> = block_on(events.try_collect()).expect("an event stream");
    events.into_iter().map(|event| (event.event, event.id, event.data)).collect()
}
