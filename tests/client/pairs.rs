//! Whatever breaks: every message once, in order, or the conversation is over.

use std::panic::{AssertUnwindSafe, catch_unwind};

use edgewise::client::{Input, Place};
use edgewise::domain::limits::LOBBY_SESSIONS_MAX;
use edgewise::domain::lobby::Rules;

use crate::world::World;

/// How much happens in one world.
const ACTS: u64 = 120;
/// By then all is well again: a dead line is found, a grace time is over, and everything was sent again.
const PEACE_MS: u64 = 240_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn run(seed: u64) -> World {
    let people = 2 + usize::try_from(seed % 3).expect("small");
    let limited = seed.is_multiple_of(2);
    let rules = Rules { limited, sessions_max: LOBBY_SESSIONS_MAX, ..Rules::named("here") };
    let mut world = World::new(seed, people, rules);
    world.tracing = std::env::var("TRACE").is_ok();
    world.failures = world.chance.pick(&[0, 10, 30]).expect("one");
    world.crashes = world.chance.pick(&[0, 0, 20, 100]).expect("one");
    for who in 0..people {
        world.seek(who);
    }
    let mut said = 0;
    for _ in 0..ACTS {
        let pause = world.chance.pick(&[1, 20, 60, 60, 200, 1_000, 6_000]).expect("one");
        let pause = world.chance.below(2 * pause);
        world.run(world.now.plus(pause));
        act(&mut world, people, &mut said);
    }
    (world.failures, world.crashes) = (0, 0);
    let end = world.now.plus(PEACE_MS);
    world.run(end);
    world
}

/// One thing happens.
fn act(world: &mut World, people: usize, said: &mut u64) {
    let who = usize::try_from(world.chance.below(people as u64)).expect("few");
    match world.chance.below(100) {
        0..60 => {
            let burst = world.chance.pick(&[1, 1, 2, 5, 24]).expect("one");
            for _ in 0..burst {
                if world.conversation(who).is_some() {
                    *said += 1;
                    world.tell_client(who, Input::Say(format!("{who}/{said}")));
                }
            }
        }
        60..62 => world.leave(who, true),
        62 => world.leave(who, false),
        63..66 => world.seek(who),
        66..69 => world.reload(who),
        69..72 => world.tell_client(who, Input::Nudge),
        72..74 => {
            let on = world.chance.percent(50);
            world.tell_client(who, Input::Visible(on));
        }
        74..80 => world.hibernate(),
        80..83 => world.forget(),
        _ => {
            let (service, client) = world
                .chance
                .pick(&[(true, true), (true, true), (true, false), (false, true), (false, false)])
                .expect("one");
            if let Some(wire) = world.wire_of(who) {
                world.cut(wire, service, client);
            }
        }
    }
}

/// Once all is well: both sides of a conversation have it on show, with the same words on paper.
fn check(world: &World) {
    let people = &world.people;
    for (who, person) in people.iter().enumerate() {
        assert!(person.client.kept().parting.is_none(), "{who} is still leaving");
        assert!(person.client.line().is_open() || person.client.kept().place == Place::Home, "{who} has no line");
        for c in person.transcripts.conversations() {
            let others = people.iter().enumerate().filter(|(other, _)| *other != who);
            for (other, partner) in others.filter(|(_, other)| other.transcripts.conversations().any(|name| name == c))
            {
                let (said, heard) = (person.transcripts.said(c), partner.transcripts.heard(c));
                assert!(said.starts_with(&heard), "{c}: {who} said {said:?}, {other} heard {heard:?}");
            }
        }
        let Place::Talking(talk) = &person.client.kept().place else { continue };
        let partner =
            (0..people.len()).find(|other| *other != who && world.conversation(*other).as_ref() == Some(&talk.c));
        let partner = partner.unwrap_or_else(|| panic!("{who} is alone in {}", talk.c));
        assert_eq!(talk.outbox.acked(), talk.outbox.last(), "{who} waits for a `got`");
        assert_eq!(person.transcripts.said(&talk.c), people[partner].transcripts.heard(&talk.c), "lost in {}", talk.c);
    }
    let seeking = people.iter().filter(|person| person.client.kept().place == Place::Seeking).count();
    assert!(seeking < 2, "{seeking} people look for a partner and do not meet");
}

#[test]
fn every_message_arrives_once_and_in_order_whatever_breaks() {
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SEEDS").unwrap_or(400),
    };
    let mut tally = std::collections::BTreeMap::<&str, u64>::new();
    for seed in seeds.clone() {
        let world = catch_unwind(AssertUnwindSafe(|| {
            let world = run(seed);
            check(&world);
            world
        }))
        .unwrap_or_else(|_| panic!("a world failed; run it again with SEED={seed}"));
        world.tally.iter().for_each(|(what, times)| *tally.entry(what).or_default() += times);
    }
    println!("{} worlds: {tally:?}", seeds.end - seeds.start);
    let happened = |what| tally.get(what).copied().unwrap_or_default();
    let worlds = seeds.end - seeds.start;
    assert!(worlds < 100 || (happened("arrived") > 20 * worlds && happened("cut") > 5 * worlds), "too little happens");
    assert!(happened("lost") * 20 <= happened("matched"), "too many conversations are lost");
}

#[test]
fn the_same_seed_gives_the_same_world() {
    let tally = |seed| run(seed).tally;
    assert_eq!(tally(3), tally(3));
}
