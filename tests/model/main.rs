//! A model check of delivery and resume: the real clients and the real lobby, in every order in which things can happen
//! within small bounds.
//!
//! A [`world::World`] is a state: clients, lobby, the lines between them, what there is on paper. [`steps`] says what can
//! happen in it, [`bounds`] what of it does, [`promises`] what must hold. Lines are in order; what is on one that breaks
//! is lost, and either side learns of it in its own time. Each configuration is explored to its end, and they share the
//! faults between them:
//!
//! | configuration | what happens in it besides talking |
//! | --- | --- |
//! | `talk` | nothing breaks; the clock moves, and one of the two may leave |
//! | `slow` | the clock moves although something is on the way, and a line breaks |
//! | `cut` | lines break twice, so that newer lines meet older ones that the lobby still holds |
//! | `asleep` | the object hibernates, and lines break |
//! | `forgotten` | the object forgets everything, twice, from before the match on: tickets are stale, and disagree |
//! | `torn` | the object forgets everything, and a line breaks |
//! | `away` | a line breaks, and clients stay away for as long as they like |
//! | `restarted` | a client ends and starts again from what it kept, and a line breaks |
//! | `struck` | a client ends in the midst of a step, and a line breaks |
//! | `stale` | a client ends in the midst of a step, and the object forgets everything |
//! | `left` | somebody leaves for the next partner, whoever is left looks for one again, and a line breaks |
//! | `left_forgotten` | the same, and the object forgets everything |
//! | `three` | one of two who talk leaves for a third who waits, and a line breaks |
//! | `three_forgotten` | three look for a partner, and the object forgets everything |
//! | `anything` | any two of all these faults, and a move of the clock |
//!
//! What is taken together, because nothing can come between that a later step would not show as well: a socket is opened
//! and its `hello` sent at once, a delay that chance draws is none, and timers of up to 100 ms ring without moving the
//! clock. What is left out: floods, `seen`, `typing`, `block`, `report`, and an object that is back within the
//! millisecond. `MODEL=full` widens the bounds of most, for minutes instead of seconds.
//!
//! The [`mutants`] do one thing wrong on purpose. A check that does not find them is worth nothing.

mod bounds;
mod mutants;
mod people;
mod promises;
mod service;
mod steps;
mod world;

use bounds::{Bounds, Pace};
use stateright::{Checker as _, HasDiscoveries, Model as _, Path};
use steps::Step;
use world::{Left, World};

/// Two who talk, with a message each, and nothing that happens to them.
fn two_who_talk() -> Bounds {
    let left = Left::default();
    Bounds { says: vec![1, 1], lines: 3, pace: Pace::Quick, met: true, left, mutant: None, witness: all_heard }
}

/// The narrow bounds, or with `MODEL=full` the wide ones.
fn either(narrow: Bounds, wide: Bounds) -> Bounds {
    if std::env::var("MODEL").is_ok_and(|model| model == "full") { wide } else { narrow }
}

/// Explores all that there is, and says how much that was.
fn explore(name: &str, bounds: Bounds) {
    let checker = bounds.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let (steps, states, depth) = (checker.state_count(), checker.unique_state_count(), checker.max_depth());
    println!("{name}: {states} states by {steps} steps, to a depth of {depth}");
    let found = checker.discoveries();
    for property in checker.model().properties() {
        let path = found.get(property.name);
        if property.expectation.discovery_is_failure() {
            assert!(path.is_none(), "{name}: not \"{}\":{}", property.name, path.map(told).unwrap_or_default());
        } else {
            assert!(path.is_some(), "{name}: never \"{}\"", property.name);
        }
    }
    // Nothing was found and no other bound is set, so it ended because there was nothing more to explore.
    assert!(checker.is_done(), "{name}: not explored to its end");
    println!("{name}: explored to its end, and all promises kept");
}

/// A path, one step a line with where it leaves from, and what is on the lines at its end.
fn told(path: &Path<World, Step>) -> String {
    let states = path.clone().into_vec();
    let wires = states.last().map(|(world, _)| format!("{:#?}", world.wires)).unwrap_or_default();
    let line = |(world, step): &(World, Option<Step>)| {
        let places = world.people.iter().map(|person| format!("{:?}", person.client.kept().place));
        format!(
            "\n  {}\n    {}",
            places.collect::<Vec<_>>().join(" | "),
            step.map_or(wires.clone(), |step| format!("{step:?}"))
        )
    };
    states.iter().map(line).collect()
}

/// All that there is to say has been said and heard.
fn all_heard(bounds: &Bounds, world: &World) -> bool {
    let heard =
        world.people.iter().flat_map(|person| person.pages.values()).map(|page| page.heard.len()).sum::<usize>();
    heard == bounds.says.iter().map(|says| usize::from(*says)).sum::<usize>()
}

/// A conversation ended because somebody was gone for too long.
fn given_up(_: &Bounds, world: &World) -> bool {
    let lost = |person: &world::Person| person.pages.values().any(|page| page.over);
    world.left_by_wish.is_empty() && world.people.iter().any(|person| person.long_gone && lost(person))
}

/// Somebody has heard something in two conversations.
fn heard_twice(_: &Bounds, world: &World) -> bool {
    let heard = |person: &world::Person| person.pages.values().filter(|page| !page.heard.is_empty()).count();
    world.people.iter().any(|person| heard(person) > 1)
}

/// Somebody talks with the third.
fn met_the_third(_: &Bounds, world: &World) -> bool {
    world.people[2].pages.values().any(|page| !page.heard.is_empty())
}

#[test]
fn talk() {
    let left = Left { clock: 2, stops: 1, ..Left::default() };
    let narrow = Bounds { says: vec![2, 2], left, ..two_who_talk() };
    let wide = Bounds { left: Left { clock: 4, ..left }, ..narrow.clone() };
    explore("talk", either(narrow, wide));
}

#[test]
fn slow() {
    let left = Left { clock: 1, faults: 1, cuts: 1, ..Left::default() };
    let narrow = Bounds { pace: Pace::Slow, left, ..two_who_talk() };
    let wide = Bounds { says: vec![1, 0], left: Left { clock: 2, ..left }, ..narrow.clone() };
    explore("slow", either(narrow, wide));
}

#[test]
fn cut() {
    let left = Left { faults: 2, cuts: 2, ..Left::default() };
    let narrow = Bounds { says: vec![2, 1], left, ..two_who_talk() };
    let wide = Bounds { says: vec![2, 2], ..narrow.clone() };
    explore("cut", either(narrow, wide));
}

#[test]
fn asleep() {
    let left = Left { faults: 2, sleeps: 1, cuts: 2, ..Left::default() };
    let narrow = Bounds { left, ..two_who_talk() };
    let wide = Bounds { says: vec![2, 2], left: Left { cuts: 1, ..left }, ..narrow.clone() };
    explore("asleep", either(narrow, wide));
}

#[test]
fn forgotten() {
    let left = Left { faults: 2, crashes: 2, ..Left::default() };
    let narrow = Bounds { met: false, left, ..two_who_talk() };
    let wide = Bounds { says: vec![2, 1], ..narrow.clone() };
    explore("forgotten", either(narrow, wide));
}

#[test]
fn torn() {
    let left = Left { faults: 2, crashes: 1, cuts: 1, ..Left::default() };
    explore("torn", Bounds { met: false, left, ..two_who_talk() });
}

#[test]
fn away() {
    let left = Left { clock: 4, faults: 1, cuts: 1, ..Left::default() };
    let narrow = Bounds { says: vec![1, 0], pace: Pace::Away, left, witness: given_up, ..two_who_talk() };
    let wide = Bounds { says: vec![1, 1], ..narrow.clone() };
    explore("away", either(narrow, wide));
}

#[test]
fn restarted() {
    let left = Left { faults: 2, reloads: 1, cuts: 1, ..Left::default() };
    let narrow = Bounds { left, ..two_who_talk() };
    let wide = Bounds { met: false, ..narrow.clone() };
    explore("restarted", either(narrow, wide));
}

#[test]
fn struck() {
    let left = Left { faults: 2, deaths: 1, cuts: 1, ..Left::default() };
    let narrow = Bounds { left, ..two_who_talk() };
    let wide = Bounds { met: false, ..narrow.clone() };
    explore("struck", either(narrow, wide));
}

#[test]
fn stale() {
    let left = Left { faults: 2, deaths: 1, crashes: 1, ..Left::default() };
    let narrow = Bounds { says: vec![1, 0], met: false, left, ..two_who_talk() };
    let wide = Bounds { says: vec![1, 1], ..narrow.clone() };
    explore("stale", either(narrow, wide));
}

#[test]
fn left() {
    let left = Left { nexts: 1, finds: 1, faults: 1, cuts: 1, ..Left::default() };
    let narrow = Bounds { met: false, left, ..two_who_talk() };
    let wide = Bounds { says: vec![2, 1], ..narrow.clone() };
    explore("left", either(narrow, wide));
}

#[test]
fn left_forgotten() {
    let left = Left { nexts: 1, finds: 1, faults: 1, crashes: 1, clock: 3, ..Left::default() };
    // Two who have just parted meet again after half a minute.
    explore("left_forgotten", Bounds { says: vec![2, 0], left, witness: heard_twice, ..two_who_talk() });
}

#[test]
fn three() {
    let left = Left { nexts: 1, faults: 1, cuts: 1, ..Left::default() };
    let narrow = Bounds { says: vec![1, 1, 0], left, witness: met_the_third, ..two_who_talk() };
    let wide = Bounds { says: vec![1, 1, 1], ..narrow.clone() };
    explore("three", either(narrow, wide));
}

#[test]
fn three_forgotten() {
    let left = Left { faults: 1, crashes: 1, ..Left::default() };
    explore("three_forgotten", Bounds { says: vec![1, 0, 0], met: false, left, ..two_who_talk() });
}

#[test]
fn anything() {
    let left = Left { clock: 1, faults: 2, cuts: 2, sleeps: 2, crashes: 2, reloads: 2, deaths: 1, ..Left::default() };
    let narrow = Bounds { says: vec![1, 0], left, ..two_who_talk() };
    let wide = Bounds { says: vec![1, 0], left: Left { faults: 3, clock: 0, ..left }, lines: 4, ..two_who_talk() };
    explore("anything", either(narrow, wide));
}
