//! The event stream: what the service writes is what `events.json` says, and read back by a parser that knows nothing of
//! the service, however it is cut into pieces, it is the events that stand there.
//!
//!     VECTORS=write cargo test --test vectors     # writes the file anew, after a change that is meant

mod streams;

use std::convert::Infallible;
use std::sync::LazyLock;

use eventsource_stream::EventStream;
use futures::executor::block_on;
use futures::stream::{self, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/events.json");

/// How often each stream is cut at random, besides once at every place.
const CHOPPINGS: u32 = 100;

/// A stream, and what there is to read in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Vector {
    name: String,
    stream: String,
    retry: Vec<u64>,
    events: Vec<Told>,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Told {
    event: String,
    id: String,
    data: String,
    /// The text of the announcement that the data is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// The file, written anew first if that is wanted.
static FILE: LazyLock<Vec<Vector>> = LazyLock::new(|| {
    if std::env::var("VECTORS").is_ok_and(|what| what == "write") {
        std::fs::write(PATH, written(&streams::vectors())).expect("a file that can be written");
    }
    let text = std::fs::read_to_string(PATH).expect("a file of vectors");
    serde_json::from_str(&text).expect("a list of vectors")
});

/// The file as it has to be: a vector a line, and nothing in it that cannot be seen.
fn written(vectors: &[Vector]) -> String {
    let lines: Vec<String> =
        vectors.iter().map(|vector| format!("  {}", serde_json::to_string(vector).expect("a vector"))).collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    let hidden = |c: char| c != '\n' && (c.is_control() || c.is_whitespace() && !c.is_ascii() || c == '\u{feff}');
    text.chars().map(|c| if hidden(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

#[test]
fn the_service_writes_its_streams_as_the_vectors_say() {
    let vectors = streams::vectors();
    for (ours, told) in vectors.iter().zip(&*FILE) {
        assert_eq!(ours, told, "{}", ours.name);
    }
    assert_eq!(vectors.len(), FILE.len());
    assert!(written(&vectors) == std::fs::read_to_string(PATH).unwrap(), "the same in another form");
}

/// Cuts bytes at random, which README.md says how, so that the same happens in every language.
fn chop(bytes: &[u8], seed: u32) -> Vec<&[u8]> {
    let mut state = seed.wrapping_mul(2_654_435_761);
    let mut draw = |bound: u32| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        1 + (state % bound) as usize
    };
    let longest = u32::try_from(draw(64)).expect("at most 64");
    let (mut pieces, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let (piece, more) = rest.split_at(draw(longest).min(rest.len()));
        pieces.push(piece);
        rest = more;
    }
    pieces
}

fn read(pieces: &[&[u8]]) -> Vec<(String, String, String)> {
    let events = EventStream::new(stream::iter(pieces.iter().map(Ok::<_, Infallible>)));
    let events: Vec<_> = block_on(events.try_collect()).expect("an event stream");
    events.into_iter().map(|event| (event.event, event.id, event.data)).collect()
}

#[test]
fn a_stream_cut_anywhere_gives_the_same_events() {
    let mut cuts = 0;
    for vector in &*FILE {
        let told = |told: &Told| (told.event.clone(), told.id.clone(), told.data.clone());
        let expected: Vec<_> = vector.events.iter().map(told).collect();
        // Gateways have been seen to end lines in their own way.
        for text in [vector.stream.clone(), vector.stream.replace('\n', "\r\n")] {
            let bytes = text.as_bytes();
            for at in 0..bytes.len() {
                assert_eq!(read(&[&bytes[..at], &bytes[at..]]), expected, "{} cut at {at}", vector.name);
            }
            for seed in 1..=CHOPPINGS {
                assert_eq!(read(&chop(bytes, seed)), expected, "{} chopped by {seed}", vector.name);
            }
            cuts += bytes.len() + CHOPPINGS as usize;
        }
    }
    assert!(cuts > 10_000, "only {cuts} ways to cut");
}

#[test]
fn an_announcement_says_what_was_announced_and_breaks_no_line() {
    let mut texts = 0;
    for vector in &*FILE {
        assert!(!vector.stream.contains('\r'), "{}", vector.name);
        for told in &vector.events {
            let Some(text) = &told.text else { continue };
            let data: Value = serde_json::from_str(&told.data).expect("JSON");
            assert_eq!(
                (told.event.as_str(), &data["text"]),
                ("announcement", &text.as_str().into()),
                "{}",
                vector.name
            );
            assert!(!told.data.contains(['\n', '\0']), "{}", vector.name);
            texts += 1;
        }
    }
    assert!(texts > 30, "only {texts} announcements");
}

#[test]
fn chance_cuts_alike_in_every_language() {
    let lengths = |seed| chop(&[0; 100], seed).iter().map(|piece| piece.len()).collect::<Vec<_>>();
    assert_eq!(lengths(1), [5, 6, 6, 4, 4, 11, 11, 4, 16, 5, 6, 2, 17, 3]);
    assert_eq!(lengths(7), [22, 28, 24, 8, 16, 2]);
}
