//! The service, in the real runtime, broken on purpose.
//!
//! `people` talk with the real client, each through a `proxy` that is a network of their own; a `storm` breaks
//! networks, clients, objects and the runtime itself as a seed has it. Each writes a `diary`; when all is healed and
//! everything that was on the way has arrived, the `ledger` judges. A `dump` of all that the runtime has written is
//! searched for what must be nowhere. Meanwhile browsers hold `streams`, and the `counts` that these show are held against
//! who is there. `returns` measures how soon people are back, alone and as a crowd.
//!
//! `make test-chaos` lets three short storms, `make chaos` one of ten minutes.

#[path = "../simulation/chance.rs"]
mod chance;
mod counts;
mod diary;
mod dump;
#[path = "../runtime/harness.rs"]
mod harness;
mod ledger;
mod options;
mod people;
mod proxy;
mod report;
mod returns;
mod run;
mod runtime;
#[path = "../../examples/chat/shell.rs"]
mod shell;
#[path = "../../examples/chat/socket.rs"]
mod socket;
mod storm;
mod streams;

use std::env;
use std::process::ExitCode;

use futures::future::join_all;

use options::{Options, USAGE};

/// The second numbers of the addresses of the runs, and of the one that measures.
const RUNS: std::ops::Range<u8> = 64..127;
/// See [`RUNS`].
const MEASURED: u8 = 127;

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::parse(env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\nusage: {USAGE}");
            return ExitCode::FAILURE;
        }
    };
    let runs = options.seeds.iter().zip(RUNS).map(|(seed, run)| {
        let (options, seed) = (options.clone(), *seed);
        // Now, so that a run that does not come to its end can be repeated too.
        println!("seed {seed}: {} (the same choices, not the same moments)", options.repeat(seed));
        let task = tokio::spawn(async move { run::run(&options, run, seed).await });
        async move { (seed, task.await.map_err(|error| error.to_string()).flatten()) }
    });
    let mut failed = Vec::new();
    for (seed, outcome) in join_all(runs).await {
        let good = match outcome {
            Ok(outcome) => report::storm(&options, seed, &outcome),
            Err(error) => {
                println!("seed {seed}: {error}");
                false
            }
        };
        failed.extend((!good).then(|| format!("seed {seed}")));
    }
    if let Some(count) = options.returns {
        let good = match returns::measure(MEASURED, count, options.strict).await {
            Ok(measured) => report::returns(&measured),
            Err(error) => {
                println!("returns: {error}");
                false
            }
        };
        failed.extend((!good).then(|| "returns".to_owned()));
    }
    if failed.is_empty() {
        println!("chaos: ok: nothing lost, doubled, reordered, crossed, kept or miscounted");
        return ExitCode::SUCCESS;
    }
    println!("chaos: FAILED: {}", failed.join(", "));
    ExitCode::FAILURE
}
