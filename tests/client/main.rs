//! The client: what it reads, what it does, and what two of them keep of their promise with the real lobby between
//! them.
//!
//! `reading` and `scripts` hold it to the vectors that it shares with the page. In `pairs`, people with this client
//! and a lobby are put into a `world` in which everything breaks as chance has it; a `transcript` per person says what
//! came of it. `SEED=7 cargo test --test client` runs one such world again, `SEEDS=100000` more of them.

#[path = "../simulation/chance.rs"]
mod chance;
mod pairs;
mod people;
mod reading;
mod scripts;
mod service;
mod transcript;
mod world;

use serde_json::Value;

pub(crate) fn vectors(text: &str) -> Vec<Value> {
    let vectors: Vec<Value> = serde_json::from_str(text).expect("a list of vectors");
    assert!(vectors.len() > 50, "a list that has lost its vectors checks nothing");
    vectors
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a string: {value}"))
}
