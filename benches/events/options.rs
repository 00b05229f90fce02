//! What the command line asks for.

use std::path::PathBuf;

/// How much of everything.
pub struct Options {
    /// People who read the same stream.
    pub subscribers: usize,
    /// Events in each round.
    pub ticks: usize,
    /// Rounds of each server, in turn.
    pub rounds: usize,
    /// People who come and go.
    pub cycles: usize,
    /// The document to put the tables into.
    pub document: Option<PathBuf>,
}

/// How to ask.
pub const USAGE: &str = "cargo bench --bench events -- [--subscribers 2000] [--ticks 20] [--rounds 2] [--cycles 10000] [--document docs/BENCHMARKS.md]";

impl Options {
    /// Reads the arguments.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { subscribers: 2_000, ticks: 20, rounds: 2, cycles: 10_000, document: None };
        while let Some(name) = arguments.next() {
            if name == "--document" {
                options.document = arguments.next().map(PathBuf::from);
                continue;
            }
            let option = match name.as_str() {
                // What cargo says to every bench.
                "--bench" => continue,
                "--subscribers" => &mut options.subscribers,
                "--ticks" => &mut options.ticks,
                "--rounds" => &mut options.rounds,
                "--cycles" => &mut options.cycles,
                _ => return Err(format!("{name} is not known")),
            };
            let value = arguments.next().ok_or_else(|| format!("{name} wants a value"))?;
            *option = value.parse().map_err(|_| format!("{name} {value}: not a number"))?;
        }
        Ok(options)
    }
}
