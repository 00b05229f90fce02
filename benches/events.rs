//! What an event stream costs with many subscribers, in the real runtime and over loopback, beside nginx with nchan. `make
//! bench-events` runs it and prints the tables of `docs/BENCHMARKS.md`. Linux only: what a process costs is read
//! from `/proc`.

#[path = "events/bare.rs"]
mod bare;
#[path = "events/churn.rs"]
mod churn;
#[path = "events/crowd.rs"]
mod crowd;
#[path = "events/fanout.rs"]
mod fanout;
#[path = "events/nchan.rs"]
mod nchan;
#[path = "events/options.rs"]
mod options;
#[path = "events/process.rs"]
mod process;
#[path = "events/report.rs"]
mod report;
#[path = "events/service.rs"]
mod service;
#[path = "events/wire.rs"]
mod wire;

use std::env;
use std::process::ExitCode;

use churn::Wish;
use fanout::Sender;
use options::{Options, USAGE};
use service::Build;
use tokio::task::LocalSet;

/// Files that a server needs besides one for each subscriber.
const FILES_MORE: u64 = 256;

// One thread: whoever measures leaves the other processors alone.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // `cargo test` runs benches to see that they work; this is for `cargo bench`.
    if !env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let options = match Options::parse(env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\nusage: {USAGE}");
            return ExitCode::FAILURE;
        }
    };
    let wanted = options.subscribers as u64 + FILES_MORE;
    if process::files_max() < wanted {
        eprintln!("{} open files are allowed, and {wanted} are needed: `ulimit -n {wanted}`", process::files_max());
        return ExitCode::FAILURE;
    }
    let made = LocalSet::new().run_until(measure(&options)).await;
    print!("{made}");
    match options.document.map_or(Ok(()), |document| report::insert(&document, &made)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the tables are in no document: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures everything, and tells it in tables.
async fn measure(options: &Options) -> String {
    let nchan = nchan::is_here();
    if !nchan {
        eprintln!("WARNING: no nginx with nchan here, and so nothing to compare with.");
        eprintln!("WARNING: in Debian: apt-get install --no-install-recommends nginx libnginx-mod-nchan");
    }
    let (mut service, mut nginx, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    // In turn, so that whatever else the machine does meets all of them.
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        service.push(fanout::round(Sender::Service, options).await);
        if nchan {
            nginx.push(fanout::round(Sender::Nginx, options).await);
        }
        bare.push(fanout::round(Sender::Loop, options).await);
    }
    let mut made = Vec::new();
    if options.rounds > 0 {
        made.push(report::fanout(options, &service, &nginx, &bare));
    }
    if options.cycles >= churn::SAMPLES {
        eprintln!("{} come and go, three times", options.cycles);
        let collected = churn::run(options, Build::Collecting, Wish::Stream).await;
        let idle = churn::run(options, Build::Collecting, Wish::Document).await;
        let as_it_runs = churn::run(options, Build::Probe, Wish::Stream).await;
        made.push(report::churn(options, &collected, &idle, &as_it_runs));
    }
    made.join("\n")
}
