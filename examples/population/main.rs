//! How long people wait and whom they meet, in crowds from two people to a hundred thousand: a model of people around
//! the service's own matchmaker.
//!
//! ```text
//! cargo run --profile sim --example population            # prints the table
//! cargo run --profile sim --example population -- docs    # … and writes it and the chart into the folder `docs`
//! ```
//!
//! The same program gives the same figures, always. Not in the model: lines that break, and people who are gone without
//! a word.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times and shares for people to read; nothing here is near the bounds of its type"
)]

#[path = "../../tests/simulation/chance.rs"]
#[allow(dead_code, reason = "not every user of chance uses all of it")]
mod chance;
mod chart;
mod crowd;
mod figures;
mod luck;
mod people;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::{env, fs, io};

use crowd::Crowd;
use figures::{Figures, table};

/// How many people are there on average, and how many come in all: a million together.
const CROWDS: [(u32, usize); 9] = [
    (2, 20_000),
    (5, 20_000),
    (10, 30_000),
    (50, 40_000),
    (100, 50_000),
    (500, 80_000),
    (1_000, 110_000),
    (10_000, 200_000),
    (100_000, 450_000),
];
/// Nothing counts before a crowd has mixed for so long.
const MIXING_MS: u64 = 900_000;
/// How long people stay, as a first guess.
const STAY_MS: f64 = 400_000.0;
const BEGIN: &str = "<!-- made by `make docs`: begin -->\n";
const END: &str = "<!-- made by `make docs`: end -->\n";

/// A crowd of about `size`, until so many have come; if they stay so long on average.
fn run(seed: u64, size: u32, came: usize, stay_ms: f64) -> Figures {
    let mut crowd = Crowd::new(seed, size, Some(stay_ms / f64::from(size)));
    while crowd.age_ms() < MIXING_MS {
        crowd.step();
    }
    crowd.begin();
    while crowd.came() < came {
        crowd.step();
    }
    crowd.tally.figures()
}

/// All crowds. How long people stay depends on how many there are to meet, so it is found by trying; the largest crowd
/// takes over what the one before it has shown, for in both next to nobody waits.
fn all() -> Vec<(u32, Figures)> {
    let mut stay_ms = STAY_MS;
    let mut rows = Vec::new();
    for (size, came) in CROWDS {
        for seed in 0..if size < 100_000 { 2 } else { 0 } {
            stay_ms *= run(seed, size, came / 4, stay_ms).present / f64::from(size);
        }
        let figures = run(size.into(), size, came, stay_ms);
        eprintln!("{size}: {:.1} present, each for {:.0} s", figures.present, stay_ms / 1_000.0);
        stay_ms *= figures.present / f64::from(size);
        rows.push((size, figures));
    }
    rows
}

/// Puts what was made between the marks of a document.
fn insert(document: &Path, made: &str) -> io::Result<()> {
    let text = fs::read_to_string(document)?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| io::Error::other("the marks are missing"))?;
    fs::write(document, [before, BEGIN, made, END, after].concat())
}

#[allow(clippy::disallowed_methods, reason = "says how long it took, to whoever waits for it")]
fn main() -> io::Result<()> {
    let begun = std::time::Instant::now();
    let rows = all();
    let sessions: usize = CROWDS.iter().map(|(_, came)| came).sum();
    eprintln!("{sessions} sessions, and those of trying: {:.1} s", begun.elapsed().as_secs_f64());
    print!("{}", table(&rows));
    if let Some(docs) = env::args().nth(1) {
        let docs = Path::new(&docs);
        insert(&docs.join("MATCHING.md"), &table(&rows))?;
        fs::write(docs.join("images/waiting.svg"), chart::draw(&rows))?;
    }
    Ok(())
}
