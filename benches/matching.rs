//! How long one look for a partner takes. First every single one is measured, for what is rare counts here: a lobby
//! answers nobody else meanwhile. Then criterion measures the same queues, to compare one state of the code with
//! another. `make bench` runs both; `cargo bench --bench matching -- table` stops after the table.

#[path = "../tests/simulation/chance.rs"]
#[allow(dead_code, reason = "not every user of chance uses all of it")]
mod chance;
#[path = "matching/halls.rs"]
mod halls;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion};
use edgewise::domain::id::SessionId;
use edgewise::domain::limits::SEARCH_MS;
use edgewise::domain::matchmaker::{Matchmaker, Seeker};
use edgewise::domain::time::Time;
use halls::Hall;

/// How many looks are measured in each queue.
const LOOKS: usize = 12_000;

fn halls() -> Vec<Hall> {
    let mut halls = Vec::new();
    for size in [1_000, 10_000, 100_000] {
        halls.extend([false, true].map(|meets| halls::disjoint(size, meets)));
    }
    for kind in [halls::recents, halls::blocks, halls::languages, halls::tabs] {
        halls.extend([false, true].map(kind));
    }
    halls.push(halls::tabs_and_blocks());
    halls
}

#[allow(clippy::disallowed_methods, reason = "a bench measures time")]
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let value = black_box(work());
    (begun.elapsed(), value)
}

/// How long looks took, the shortest first.
struct Times(Vec<Duration>);

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// What `permille` of a thousand looks took at most, in microseconds.
    fn at(&self, permille: usize) -> f64 {
        let last = self.0.len() - 1;
        self.0[(self.0.len() * permille / 1_000).min(last)].as_secs_f64() * 1e6
    }
}

/// Those who come look, and leave again. A search that is not finished goes on, and every part of it counts as a look.
/// What else the machine does meanwhile is not what is measured: all come three times, one after the other, and the
/// quickest of each look counts.
fn visits(hall: &mut Hall) -> Times {
    let mut pass = || {
        let mut times = Vec::with_capacity(LOOKS);
        for newcomer in hall.newcomers.iter().cycle() {
            if times.len() >= LOOKS {
                return times;
            }
            let (visit, found) = visit(&mut hall.queue, hall.now, newcomer);
            assert_eq!(found.is_some(), hall.meets, "{}", hall.name);
            times.extend(visit);
        }
        times
    };
    let passes = [pass(), pass(), pass()];
    Times::of((0..passes[0].len()).map(|look| passes.iter().map(|pass| pass[look]).min().expect("three")).collect())
}

/// How long somebody's looks took, the first and those with which it went on, and who was found.
fn visit(queue: &mut Matchmaker, mut now: Time, newcomer: &Seeker) -> (Vec<Duration>, Option<SessionId>) {
    let (time, mut found) = look(queue, now, newcomer.clone());
    let mut times = vec![time];
    while let Some(at) = queue.deadline().filter(|at| found.is_none() && at.since(now) <= SEARCH_MS) {
        now = now.max(at);
        for session in queue.due(now) {
            if session == newcomer.session {
                let (time, then) = look(queue, now, newcomer.clone());
                times.push(time);
                found = then;
            } else if let Some(seeker) = queue.get(session).cloned() {
                // The one who comes may be found as well as find.
                found = queue.find(now, seeker).map(|_| session).or(found);
            }
        }
    }
    queue.leave(newcomer.session);
    (times, found)
}

fn look(queue: &mut Matchmaker, now: Time, seeker: Seeker) -> (Duration, Option<SessionId>) {
    timed(|| queue.find(now, seeker))
}

/// Everybody looks in the order of waiting, and again whenever they are due, until nobody is left to meet: how long the
/// first look of each took, and every later one. The same three times, and the quickest of each look counts.
fn all_at_once() -> [Times; 2] {
    let passes = [let_go(), let_go(), let_go()];
    [0, 1].map(|which| {
        let looks = 0..passes[0][which].len();
        Times::of(looks.map(|look| passes.iter().map(|pass| pass[which][look]).min().expect("three")).collect())
    })
}

fn let_go() -> [Vec<Duration>; 2] {
    let Hall { mut queue, mut now, .. } = halls::paused();
    let mut waiting: Vec<_> = queue.waiting().map(|seeker| (seeker.wait.place, seeker.session)).collect();
    waiting.sort_unstable();
    let mut turn: Vec<SessionId> = waiting.into_iter().map(|(_, session)| session).collect();
    let mut times = [Vec::new(), Vec::new()];
    let mut which = 0;
    loop {
        for session in turn {
            let Some(seeker) = queue.get(session).cloned() else { continue };
            let (time, partner) = look(&mut queue, now, seeker);
            times[which].push(time);
            if let Some(partner) = partner {
                queue.leave(session);
                queue.leave(partner);
            }
        }
        let Some(due) = queue.deadline() else { break };
        now = now.max(due);
        turn = queue.due(now);
        which = 1;
    }
    assert!(queue.len() < 2, "nobody here excludes anybody");
    times
}

fn table(halls: &mut [Hall]) {
    println!("| queue | median | p99 | max |\n| --- | ---: | ---: | ---: |");
    let row = |name: &str, times: &Times| {
        let [median, p99, max] = [500, 990, 1_000].map(|permille| times.at(permille));
        println!("| {name} | {median:.1} µs | {p99:.1} µs | {max:.0} µs |");
        [median, p99]
    };
    let mut sizes = Vec::new();
    for hall in halls.iter_mut() {
        let times = visits(hall);
        sizes.push(row(&hall.name, &times));
    }
    let [first, later] = all_at_once();
    row("4 000 let go at once, popular interests; the first look of each", &first);
    row("… and every later look, until nobody is left", &later);
    // The first six are three sizes, without and with somebody to meet.
    for (which, small, large) in [("nobody", sizes[0], sizes[4]), ("somebody", sizes[1], sizes[5])] {
        let [median, p99] = [large[0] / small[0], large[1] / small[1]];
        println!("100 000 against 1 000, {which} to meet: median x{median:.2}, p99 x{p99:.2}");
    }
}

fn main() {
    // `cargo test` runs benches to see that they work; this is for `cargo bench`.
    let args: Vec<String> = std::env::args().collect();
    if !args.iter().any(|arg| arg == "--bench") {
        return;
    }
    let mut halls = halls();
    table(&mut halls);
    if args.iter().any(|arg| arg == "table") {
        return;
    }
    let mut criterion = Criterion::default().without_plots().configure_from_args();
    let mut group = criterion.benchmark_group("find");
    for Hall { name, queue, now, newcomers, .. } in &mut halls {
        let mut next = newcomers.iter().cycle();
        group.bench_function(name.as_str(), |bencher| {
            let seeker = || next.next().expect("somebody").clone();
            bencher.iter_batched(
                seeker,
                |seeker| {
                    let session = seeker.session;
                    if queue.find(*now, seeker).is_none() {
                        queue.leave(session);
                    }
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
    criterion.final_summary();
}
