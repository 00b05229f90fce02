//! Subscribers who come, read the greeting and break their connection, again and again: what of them stays?

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use edgewise::domain::limits::STREAMS_MAX;
use futures::future::join_all;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use crate::options::Options;
use crate::service::{self, Build};
use crate::wire::{Answer, ask, field};

/// How many come at the same time.
const AT_ONCE: usize = 50;
/// How long a greeting may take.
const GREETING: Duration = Duration::from_secs(10);
/// How long it may take until all who left are forgotten: two beats, and a bit.
const GONE: Duration = Duration::from_secs(40);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// How often the memory is looked at.
pub const SAMPLES: usize = 10;
/// How much memory there is, in bytes.
#[derive(Clone, Copy)]
pub struct Memory {
    /// What the process has of the machine's.
    pub process: u64,
    /// The service's own, which never shrinks.
    pub wasm: u64,
}

/// What a visitor wants.
#[derive(Clone, Copy)]
pub enum Wish {
    /// To read the counts once, for which no stream is opened.
    Document,
    /// To read them for as long as the page is open.
    Stream,
}

/// Starts the service, lets them come and go, and looks at its memory ten times on the way.
pub async fn run(options: &Options, build: Build, wish: Wish) -> Vec<Memory> {
    let server = service::start(build).await;
    let mut samples = Vec::new();
    for _ in 0..SAMPLES {
        let mut left = options.cycles / SAMPLES;
        while left > 0 {
            let count = left.min(AT_ONCE);
            left -= count;
            let online = join_all((0..count).map(|_| come_and_go(server.address, wish))).await;
            // Who is gone shows only when something is sent to them, and there is an end to how many there can be.
            if online.into_iter().max() > Some(STREAMS_MAX / 2) {
                wait_for(server.address, STREAMS_MAX / 4).await;
            }
        }
        wait_for(server.address, 0).await;
        if build == Build::Collecting {
            // What the first lets go of is garbage for the second.
            for _ in 0..2 {
                ask(server.address, "GET", "/collect", "", "").await;
            }
        }
        let wasm = ask(server.address, "GET", "/probe/memory", "", "").await;
        samples.push(Memory { process: server.memory(), wasm: wasm.parse().expect("a number") });
    }
    samples
}

/// Asks, reads what there is to read, and resets the connection. The value is how many are here.
async fn come_and_go(service: SocketAddr, wish: Wish) -> usize {
    let visit = async {
        let path = match wish {
            Wish::Document => "/presence",
            Wish::Stream => "/events",
        };
        let mut answer = Answer::to(service, "GET", path, "", "").await?;
        loop {
            if let Some(counts) = counts(&mut answer, wish) {
                answer.stream.set_zero_linger()?;
                return Ok::<_, io::Error>(online(&counts));
            }
            if !answer.more().await? {
                return Err(io::Error::other("turned away"));
            }
        }
    };
    timeout(GREETING, visit).await.expect("an answer in time").expect("an answer")
}

fn counts(answer: &mut Answer, wish: Wish) -> Option<String> {
    match wish {
        Wish::Document => answer.body.ends_with(b"}").then(|| String::from_utf8_lossy(&answer.body).into_owned()),
        Wish::Stream => std::iter::from_fn(|| answer.event())
            .find(|event| field(event, "event") == Some("presence"))
            .map(|event| field(&event, "data").unwrap_or_default().to_owned()),
    }
}

/// Waits until no more than so many are counted.
async fn wait_for(service: SocketAddr, most: usize) {
    let begun = Instant::now();
    loop {
        let online = online(&ask(service, "GET", "/presence", "", "").await);
        if online <= most {
            return;
        }
        assert!(begun.elapsed() < GONE, "{online} are still counted");
        sleep(LOOK).await;
    }
}

fn online(counts: &str) -> usize {
    let counts: Value = serde_json::from_str(counts).expect("JSON");
    counts["online"].as_u64().and_then(|online| usize::try_from(online).ok()).expect("a number")
}
