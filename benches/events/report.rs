//! The tables, for people.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use crate::churn::{Memory, SAMPLES};
use crate::crowd::Tick;
use crate::fanout::Round;
use crate::options::Options;

const BEGIN: &str = "<!-- made by `make bench-events`: begin -->\n";
const END: &str = "<!-- made by `make bench-events`: end -->\n";

/// Memory is flat if less than this stays of each who came and went: about a hundredth of what a stream takes. The process
/// by itself moves by a few hundred in either direction, as its allocator takes and returns whole blocks.
const KEPT_BYTES_MAX: i64 = 1_000;

/// The figures of one sender.
struct Figures {
    spread_ms: f64,
    spread_ms_p99: f64,
    wire: f64,
    text: f64,
    memory: f64,
    memory_after: f64,
    processor_ms: f64,
}

impl Figures {
    fn of(rounds: &[Round]) -> Self {
        let ticks = || rounds.iter().flat_map(|round| &round.ticks);
        let spreads = || ticks().map(|tick| tick.spread().as_secs_f64() * 1e3).collect();
        let each = |figure: fn(&Round) -> f64| at(rounds.iter().map(figure).collect(), 50);
        Self {
            spread_ms: at(spreads(), 50),
            spread_ms_p99: at(spreads(), 99),
            wire: at(ticks().map(|tick| Tick::bytes(tick)[0]).collect(), 50),
            text: at(ticks().map(|tick| Tick::bytes(tick)[1]).collect(), 50),
            memory: each(|round| round.memory[0]),
            memory_after: each(|round| round.memory[1]),
            processor_ms: each(|round| round.processor_ms),
        }
    }
}

/// The value that `percent` of them do not exceed; of two in the middle, what lies between.
fn at(mut values: Vec<f64>, percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let count = values.len();
    if percent == 50 && count > 1 && count.is_multiple_of(2) {
        return f64::midpoint(values[count / 2 - 1], values[count / 2]);
    }
    values.get((count * percent / 100).min(count.saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// The table of [`crate::fanout`].
pub fn fanout(options: &Options, service: &[Round], nginx: &[Round], bare: &[Round]) -> String {
    let &Options { subscribers, ticks, rounds, .. } = options;
    let (ours, bare) = (Figures::of(service), Figures::of(bare));
    let theirs = (!nginx.is_empty()).then(|| Figures::of(nginx));
    let events = ticks * rounds;
    let mut text = format!(
        "{subscribers} subscribers, {events} events to all of them, in {rounds} rounds of each:\n\n\
         | | the service | nginx with nchan | ratio | a loop of writes |\n| --- | ---: | ---: | ---: | ---: |\n"
    );
    let mut row = |name: &str, unit: &str, digits: usize, figure: fn(&Figures) -> f64, bare: Option<f64>| {
        let show = |value: f64| format!("{value:.digits$} {unit}");
        let (ours, theirs) = (figure(&ours), theirs.as_ref().map(figure));
        let ratio = theirs.filter(|theirs| *theirs > 0.0).map(|theirs| format!("{:.1}", ours / theirs));
        let [theirs, bare] = [theirs, bare].map(|value| value.map_or("–".to_owned(), show));
        let _ = writeln!(text, "| {name} | {} | {theirs} | {} | {bare} |", show(ours), ratio.as_deref().unwrap_or("–"));
    };
    row("from the first arrival of an event to the last, median", "ms", 1, |of| of.spread_ms, Some(bare.spread_ms));
    let slowest = |of: &Figures| of.spread_ms_p99;
    row("… p99", "ms", 1, slowest, Some(bare.spread_ms_p99));
    row("processor time for one event to all", "ms", 0, |of| of.processor_ms, None);
    row("bytes for each event and subscriber, as sent", "B", 0, |of| of.wire, Some(bare.wire));
    row("… of them event text", "B", 0, |of| of.text, Some(bare.text));
    row("memory for each subscriber, all there", "kB", 1, |of| of.memory / 1e3, None);
    row("… after the events", "kB", 1, |of| of.memory_after / 1e3, None);
    text
}

/// The table of [`crate::churn`], and what follows from it.
pub fn churn(options: &Options, collected: &[Memory], idle: &[Memory], as_it_runs: &[Memory]) -> String {
    let step = options.cycles / SAMPLES;
    let mut text = "| come and gone | streams | … the service's own (wasm) | no streams | streams, as it runs |\n\
                    | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for (number, ((streams, idle), runs)) in collected.iter().zip(idle).zip(as_it_runs).enumerate() {
        let [streams_mb, idle, runs] = [streams, idle, runs].map(|memory| mb(memory.process));
        let (count, wasm) = ((number + 1) * step, streams.wasm / 1_024);
        let _ = writeln!(text, "| {count} | {streams_mb} | {wasm} KiB | {idle} | {runs} |");
    }
    let _ = writeln!(text, "\n{}", verdict(step, collected, idle));
    text
}

/// Whether memory is flat from the first look on. What it moves by without streams is told beside it.
fn verdict(step: usize, streams: &[Memory], idle: &[Memory]) -> String {
    let idle = || idle.iter().map(|memory| memory.process);
    let noise = idle().max().unwrap_or_default() - idle().min().unwrap_or_default();
    let (first, last) = (streams[0], streams[streams.len() - 1]);
    let visits = (streams.len() - 1) * step;
    let grown = last.process.cast_signed() - first.process.cast_signed();
    let each = grown / i64::try_from(visits).unwrap_or(i64::MAX).max(1);
    let flat = each < KEPT_BYTES_MAX && last.wasm == first.wasm;
    format!(
        "From the {step}th to the {}th, with garbage collected: {:+.1} MB, that is {each:+} bytes for each, and {:+} KiB of the \
         service's own: {} (less than {KEPT_BYTES_MAX} bytes for each, and nothing of the service's own). Without streams \
         memory moves by {}.",
        streams.len() * step,
        millions(grown),
        (last.wasm.cast_signed() - first.wasm.cast_signed()) / 1_024,
        if flat { "**flat**" } else { "**not flat**" },
        mb(noise),
    )
}

fn mb(bytes: u64) -> String {
    format!("{:.1} MB", millions(bytes.cast_signed()))
}

#[allow(clippy::cast_precision_loss, reason = "for people to read")]
fn millions(bytes: i64) -> f64 {
    bytes as f64 / 1e6
}

/// Puts what was made between the marks of a document.
pub fn insert(document: &Path, made: &str) -> io::Result<()> {
    let text = fs::read_to_string(document)?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| io::Error::other("the marks are missing"))?;
    fs::write(document, [before, BEGIN, made, END, after].concat())
}
