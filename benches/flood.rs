//! What a flood costs those who talk: how long messages of a hundred honest pairs take while nobody floods, and while one
//! socket sends a thousand frames a second and fifty others join again as fast as they can, all from the same network and
//! in the same lobby. Both are measured in one run: it is quiet, then comes the flood, from its first moment to its last,
//! then it is quiet again.
//!
//! Everything here shares one thread: the lobby, the Worker before it, and what answers for the platform. The router that
//! tells a page's files from the rest is left out: it would be a third of what an attempt costs (1.25 ms with it, 0.8 ms
//! without, on two cores), and a deployed lobby never shares a thread with it. The Worker, which it does not share one
//! with either, is ours, and stays. What connections cost by themselves is told apart. Before it is measured, others come
//! and go for a while: a flood of an isolate that has just been started, which still compiles and finds out how much memory
//! it wants, is not what is measured.
//!
//! `cargo bench --bench flood` prints the table, and fails when the p99 of the flood, from its first moment to its last, is
//! more than twice the quiet one. How it begins is told, and held to nothing by itself: a hundredth of a minute is more
//! than half a second. Messages are left out that were sent while a processor was taken away from this machine; when that
//! was a tenth of them, nothing is shown, and it fails as well.

#![allow(dead_code, reason = "the modules of the runtime tests do more than is needed here")]
#![allow(clippy::print_stdout, reason = "this is what it is for")]

#[path = "../tests/runtime/client.rs"]
mod client;
#[path = "../tests/runtime/events.rs"]
mod events;
#[path = "../tests/runtime/harness.rs"]
mod harness;
#[path = "../tests/runtime/site.rs"]
mod site;
#[path = "flood/stolen.rs"]
mod stolen;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use client::{Came, Person, say};
use edgewise::domain::limits::REFUSAL_MS_MAX;
use site::{Entry, Lobby, Site};
use stolen::{Stolen, Watch};

const PAIRS: usize = 100;
const TEXT: &str = "a message of a usual length, or so";
/// How often one of two says something: each as fast as the budget allows.
const PACE: Duration = Duration::from_millis(125);
/// How long it is quiet, before the flood and after it.
const QUIET: Duration = Duration::from_secs(20);
const FLOOD: Duration = Duration::from_mins(1);
/// How long it takes until its fifty have had what each may have at once: eight sockets, which are 36 turns.
const ONSET: Duration = Duration::from_secs(27);
/// What happens in the first moments of quiet is what has happened before.
const SETTLE: Duration = Duration::from_secs(2);
/// After a flood that takes until the last refusal has been told.
const EBB: Duration = Duration::from_millis(REFUSAL_MS_MAX);
const REJOINERS: usize = 50;
/// Others who come and go before, each from a network of their own, and how often.
const PASSERS: usize = 50;
const VISITS: usize = 8;
const VISIT_PACE: Duration = Duration::from_millis(50);
const FRAMES_PER_SECOND: usize = 1_000;
/// Beyond this the flood is in the way.
const RATIO_MAX: f64 = 2.0;

#[derive(Default)]
struct Flood {
    on: AtomicBool,
    over: AtomicBool,
    frames: AtomicU64,
    joins: AtomicU64,
    refused: AtomicU64,
}

/// What a flood has done.
#[derive(Clone, Copy)]
struct Count {
    frames: u64,
    tries: u64,
    refused: u64,
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { frames, tries, refused } = self;
        write!(f, "{frames} frames, {tries} sockets, {refused} of them refused")
    }
}

impl Flood {
    fn count(&self) -> Count {
        let [frames, tries, refused] =
            [&self.frames, &self.joins, &self.refused].map(|counter| counter.load(Ordering::Relaxed));
        Count { frames, tries, refused }
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    async fn rest(&self) {
        while !self.on.load(Ordering::Relaxed) && !self.is_over() {
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Whoever sends too much: as soon as the line is closed for it, there is another one.
async fn flooder(site: Site, lobby: String, entry: Entry, flood: Arc<Flood>) {
    let lobby = site.lobby_named(&lobby);
    let mut pace = interval(Duration::from_millis(10));
    pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while !flood.is_over() {
        flood.rest().await;
        let Some(mut person) = join(&lobby, &entry, &flood).await else { continue };
        'line: while flood.on.load(Ordering::Relaxed) && !flood.is_over() {
            pace.tick().await;
            let frame = json!({ "type": "find" }).to_string();
            person.send_at_once(std::iter::repeat_n(frame, FRAMES_PER_SECOND / 100)).await;
            flood.frames.fetch_add(FRAMES_PER_SECOND as u64 / 100, Ordering::Relaxed);
            loop {
                match person.next_within(Duration::ZERO).await {
                    Came::Frame(_) | Came::Text(_) => {}
                    Came::Nothing => break,
                    Came::Closed(..) | Came::Broken(_) => break 'line,
                }
            }
        }
    }
}

/// Whoever joins, leaves and joins again.
async fn rejoiner(site: Site, lobby: String, entry: Entry, flood: Arc<Flood>) {
    let lobby = site.lobby_named(&lobby);
    while !flood.is_over() {
        flood.rest().await;
        drop(join(&lobby, &entry, &flood).await);
    }
}

/// Whoever floods comes; `None` when they do not get in.
async fn join(lobby: &Lobby, entry: &Entry, flood: &Flood) -> Option<Person> {
    flood.joins.fetch_add(1, Ordering::Relaxed);
    let person = arrive(lobby, entry, &[]).await;
    if person.is_none() {
        flood.refused.fetch_add(1, Ordering::Relaxed);
    }
    person
}

/// A socket and its hello; `None` when either is refused.
async fn arrive(lobby: &Lobby, entry: &Entry, headers: &[(&'static str, &str)]) -> Option<Person> {
    let (origin, path) = (lobby.site.origin(), lobby.path_of(entry));
    let mut person = Person::try_open("somebody", origin, &path, origin, headers).await.ok()?;
    person.send(&json!({ "type": "hello", "v": 1, "pass": entry.pass })).await;
    matches!(person.next().await, Came::Frame(_)).then_some(person)
}

/// People of all kinds of networks come and go.
async fn pass_by(lobby: &Lobby) {
    let mut pace = interval(VISIT_PACE);
    for n in 0..PASSERS {
        let address = format!("198.51.100.{n}");
        let entry = lobby.site.enter_from(&address, &json!({ "terms": true })).await.entry();
        for _ in 0..VISITS {
            pace.tick().await;
            let mut person = arrive(lobby, &entry, &[("cf-connecting-ip", &address)]).await.expect("a welcome");
            person.close(Some(1000)).await;
        }
    }
}

/// A frame of this type, past what a lobby that grows tells everyone about coming back.
async fn hear(person: &mut Person, kind: &str) -> Value {
    loop {
        let frame = person.expect_any().await;
        if frame["type"] != "welcome" {
            assert_eq!(frame["type"], kind, "{} heard {frame}", person.who());
            return frame;
        }
    }
}

/// Two who meet.
async fn meet(lobby: &Lobby) -> (Person, Person, String) {
    let (mut ann, mut bob) = (lobby.person("ann").await, lobby.person("bob").await);
    ann.send(&json!({ "type": "find" })).await;
    hear(&mut ann, "waiting").await;
    bob.send(&json!({ "type": "find" })).await;
    hear(&mut bob, "matched").await;
    let c = hear(&mut ann, "matched").await["conversation"].as_str().expect("a name").to_owned();
    (ann, bob, c)
}

/// A pair that talks; the value is how long each message took, with the moment at which it was sent.
async fn talk(
    mut ann: Person,
    mut bob: Person,
    c: String,
    flood: Arc<Flood>,
    offset: Duration,
) -> Vec<(Instant, Duration)> {
    let mut took = Vec::new();
    sleep(offset).await;
    let mut pace = interval(PACE);
    let mut n = 0;
    while !flood.is_over() {
        n += 1;
        for _ in 0..2 {
            let free = Instant::now();
            let due = pace.tick().await;
            // What one could not say in time, because what one said before had not arrived, is late from then on.
            let sent = if free > due { due } else { Instant::now() };
            ann.say(&c, n, TEXT).await;
            assert_eq!(hear(&mut bob, "say").await, say(&c, n, TEXT));
            took.push((sent, sent.elapsed()));
            bob.send(&json!({ "type": "got", "c": c, "n": n })).await;
            hear(&mut ann, "got").await;
            std::mem::swap(&mut ann, &mut bob);
        }
    }
    took
}

/// Messages of a span.
struct Times {
    /// How long they took, shortest first.
    all: Vec<Duration>,
    /// Those of them that were sent while the machine was its own.
    own: Vec<Duration>,
}

impl Times {
    /// Of those that were sent in these spans.
    fn of(took: &[(Instant, Duration)], spans: &[(Instant, Duration)], stolen: &Stolen) -> Self {
        let is_within = |at: &Instant| spans.iter().any(|(from, span)| from <= at && *at < *from + *span);
        let within = || took.iter().filter(|(at, _)| is_within(at));
        let mut all: Vec<Duration> = within().map(|(_, took)| *took).collect();
        let mut own: Vec<Duration> = within().filter(|(at, _)| !stolen.has(*at)).map(|(_, took)| *took).collect();
        all.sort_unstable();
        own.sort_unstable();
        Self { all, own }
    }

    /// Whether they show something: less than a tenth of them is left out.
    fn is_own(&self) -> bool {
        10 * self.own.len() > 9 * self.all.len()
    }

    fn row(&self, name: &str) {
        let left_out = self.all.len() - self.own.len();
        let [p50, p99, p99_of_all] = [percentile(&self.own, 50), percentile(&self.own, 99), percentile(&self.all, 99)];
        println!("| {name} | {} | {left_out} | {p50:.2} | {p99:.2} | {p99_of_all:.2} |", self.all.len());
    }
}

/// In milliseconds; not a number when there are none.
fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    sorted.get(sorted.len().saturating_sub(1) * percent / 100).map_or(f64::NAN, |took| took.as_secs_f64() * 1e3)
}

#[tokio::main]
async fn main() -> ExitCode {
    let site = Site::own(json!({ "page": false })).await;
    let lobby = site.lobby();
    let watch = Watch::begin();
    let flood = Arc::new(Flood::default());
    let mut talks: Vec<JoinHandle<_>> = Vec::new();
    for n in 0..PAIRS {
        let (ann, bob, c) = meet(&lobby).await;
        let offset = PACE * u32::try_from(n).expect("few") / u32::try_from(PAIRS).expect("few");
        talks.push(tokio::spawn(talk(ann, bob, c, Arc::clone(&flood), offset)));
    }
    let mut floods = Vec::new();
    let entry = site.enter().await;
    floods.push(tokio::spawn(flooder(site.clone(), lobby.name.clone(), entry, Arc::clone(&flood))));
    for _ in 0..REJOINERS {
        let entry = site.enter().await;
        floods.push(tokio::spawn(rejoiner(site.clone(), lobby.name.clone(), entry, Arc::clone(&flood))));
    }
    pass_by(&lobby).await;
    sleep(SETTLE).await;
    let requests = Instant::now();
    join_all((0..=REJOINERS).map(|_| site.get("/healthz"))).await;
    sleep(SETTLE).await;
    let before = Instant::now();
    sleep(QUIET).await;
    let begun = Instant::now();
    flood.on.store(true, Ordering::Relaxed);
    sleep(FLOOD).await;
    let done = flood.count();
    flood.on.store(false, Ordering::Relaxed);
    sleep(EBB + SETTLE).await;
    let after = Instant::now();
    sleep(QUIET).await;
    flood.over.store(true, Ordering::Relaxed);
    let took: Vec<(Instant, Duration)> =
        join_all(talks).await.into_iter().flat_map(|talk| talk.expect("a talk")).collect();
    join_all(floods).await.into_iter().for_each(|task| task.expect("a flood that goes on"));
    let stolen = watch.end().await;
    let times = |spans: &[(Instant, Duration)]| Times::of(&took, spans, &stolen);
    println!("| | messages | left out | p50 ms | p99 ms | p99 of all |\n| --- | --- | --- | --- | --- | --- |");
    times(&[(requests, SETTLE)]).row("51 requests at once");
    times(&[(begun, Duration::from_secs(1))]).row("the first second of the flood");
    let [onset, flooded] = [ONSET, FLOOD].map(|span| times(&[(begun, span)]));
    let quiet = times(&[(before, QUIET), (after, QUIET)]);
    for (name, times) in [("its first 27 seconds", &onset), ("all of it", &flooded), ("quiet", &quiet)] {
        times.row(name);
    }
    site.assert_no_errors_logged().await;
    if ![&onset, &flooded, &quiet].into_iter().all(Times::is_own) {
        println!("{done}; a tenth or more of what was sent is left out: this shows nothing");
        return ExitCode::FAILURE;
    }
    let ratio = percentile(&flooded.own, 99) / percentile(&quiet.own, 99);
    println!("{done}; p99 {ratio:.2} times the quiet one, of at most {RATIO_MAX}");
    if ratio <= RATIO_MAX { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
