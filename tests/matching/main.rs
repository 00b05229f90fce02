//! The matchmaker against a second statement of its rule, in seeded worlds: after every step both have made the same
//! pairs and the same people wait. A failure names its seed; `SEED=7 cargo test --test matching` runs it again, and
//! `SEEDS=1000000` runs more of them. With the feature `mutants` each of five defects has to be noticed.

#[path = "../simulation/chance.rs"]
mod chance;
mod reference;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use chance::Chance;
use world::World;

const STEPS: u64 = 40;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// Runs a world; how many pairs met in it.
fn run(seed: u64) -> u64 {
    let mut chance = Chance::new(seed);
    let crowd = 2 + chance.below(9);
    let mut world = World::new(crowd);
    for _ in 0..STEPS {
        world.act(&mut chance);
    }
    world.met
}

#[test]
#[cfg(not(feature = "mutants"))]
fn the_matchmaker_keeps_the_rule_in_every_world() {
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEEDS").unwrap_or(100_000),
    };
    let (worlds, mut met) = (seeds.end - seeds.start, 0);
    for seed in seeds {
        met += catch_unwind(AssertUnwindSafe(|| run(seed)))
            .unwrap_or_else(|_| panic!("a world failed; run it again with SEED={seed}"));
    }
    println!("{worlds} worlds of {STEPS} steps, {met} matches");
    assert!(worlds < 100 || met > 2 * worlds, "worlds in which nobody meets show nothing");
}

#[cfg(feature = "mutants")]
mod mutants {
    use super::*;
    use edgewise::domain::mutants::{Mutant, switch_on};

    /// More worlds than any defect needs to show.
    const WORLDS: u64 = 2_000;

    fn is_noticed(mutant: Mutant) {
        let seeds = number("SEEDS").unwrap_or(WORLDS);
        switch_on(Some(mutant));
        // Each failure would tell its story; that there is one is all that is asked here.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let noticed = (0..seeds).find(|seed| catch_unwind(AssertUnwindSafe(|| run(*seed))).is_err());
        std::panic::set_hook(hook);
        switch_on(None);
        let seed = noticed.unwrap_or_else(|| panic!("{mutant:?} was not noticed in {seeds} worlds"));
        println!("{mutant:?} is noticed in world {seed}");
        assert!(catch_unwind(|| run(seed)).is_ok(), "a world that fails without a defect shows nothing");
    }

    #[test]
    fn each_defect_is_noticed() {
        for mutant in [
            Mutant::MeetsItself,
            Mutant::RemembersOnOneSide,
            Mutant::IndexedAsBefore,
            Mutant::WidensOnOneSide,
            Mutant::ReleasedTwice,
        ] {
            is_noticed(mutant);
        }
    }
}
