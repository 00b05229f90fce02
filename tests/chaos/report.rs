//! What is told of a run, for people.

use std::time::Duration;

use crate::options::Options;
use crate::returns::Returns;
use crate::run::Outcome;
use crate::storm::KINDS;

/// The width of a class in the histogram of a crowd's return.
const CLASS_MS: u128 = 250;

/// Tells what came of a storm. True if all is well.
pub fn storm(options: &Options, seed: u64, outcome: &Outcome) -> bool {
    let Outcome { faults, verdict, returns, drained, counts, searched, secrets, errors } = outcome;
    let total: u64 = faults.values().sum();
    let of = |kind| faults.get(kind).copied().unwrap_or_default();
    let kinds: Vec<String> = KINDS.iter().map(|kind| format!("{} {kind:?}", of(kind))).collect();
    println!("seed {seed}: {} pairs, {} s, limits on", options.pairs, options.seconds);
    println!("  broken   {total} times: {}", kinds.join(", "));
    println!(
        "  said     {} messages in {} conversations, {} shown; {} conversations go on, {} nobody but one ever heard of",
        verdict.said, verdict.conversations, verdict.shown, verdict.alive, verdict.unheard
    );
    let free: Vec<Duration> = returns.iter().filter(|back| back.free).map(|back| back.took).collect();
    let all: Vec<Duration> = returns.iter().map(|back| back.took).collect();
    println!("  back     {}, with nothing in the way {}", spread(all), spread(free));
    println!("  healed   all had arrived after {drained:.1?}, the counts were true {:.1?} later", counts.settled);
    println!(
        "  counts   shown {} times on {} streams of {} connections, {} online at most where {} could be; {:.1?} until all \
         others had left",
        counts.shown, counts.streams, counts.connections, counts.most.0, counts.most.1, counts.alone
    );
    println!(
        "  verdict  {} lost, {} doubled, {} out of order, {} crossed, {} torn",
        verdict.lost, verdict.doubled, verdict.reordered, verdict.crossed, verdict.torn
    );
    println!(
        "  dump     {} files and logs, {} kB: {} places with a text, an address, or one of {secrets} secrets",
        searched.places,
        searched.bytes / 1_000,
        searched.found.len()
    );
    for (error, count) in errors {
        println!("  logged   {count} times: {error}");
    }
    for finding in verdict.findings.iter().take(50) {
        println!("  WRONG    {finding}");
    }
    verdict.is_good()
}

/// Tells how soon people were back. True if all is well.
pub fn returns(returns: &Returns) -> bool {
    println!("one after the other: {}", spread(returns.single.clone()));
    for (what, back) in &returns.crowds {
        println!(
            "{} at once, {what}, told to come back within {} ms: {}",
            back.len(),
            returns.told_ms,
            spread(back.clone())
        );
        let last = back.iter().map(Duration::as_millis).max().unwrap_or_default();
        for class in 0..=last / CLASS_MS {
            let count = back.iter().filter(|took| took.as_millis() / CLASS_MS == class).count();
            println!("  {:>5} ms {count:>4} {}", class * CLASS_MS, "#".repeat(count.div_ceil(4)));
        }
    }
    for finding in &returns.findings {
        println!("  WRONG    {finding}");
    }
    returns.findings.is_empty()
}

/// How many, and the least, the middle, the ninth tenth and the most.
fn spread(mut all: Vec<Duration>) -> String {
    all.sort_unstable();
    let at = |part: usize| all.get((all.len() * part / 100).min(all.len() - 1)).copied().unwrap_or_default();
    if all.is_empty() {
        return "0 times".to_owned();
    }
    let [least, median, most_of, most] =
        [at(0), at(50), at(90), at(100)].map(|took| format!("{} ms", took.as_millis()));
    format!("{} times: min {least}, median {median}, p90 {most_of}, max {most}", all.len())
}
