//! How long it takes to find an operator's token wrong says nothing about how much of it is right.
//!
//! The same wrong token is shown to services with different tokens: ones of which it has nothing right, half, all but
//! the last letter, and ones that are longer or shorter. Samples are taken in turn and compared within each round, so
//! that whatever else the machine does befalls all of them alike, and the median of many rounds is what counts. The same
//! is done with a comparison that stops early, because a measurement that would not notice that one shows nothing.

use std::hint::black_box;
use std::time::Instant;

use edgewise::domain::operator::is_operator;

#[path = "simulation/chance.rs"]
#[allow(dead_code, reason = "not every user of chance uses all of it")]
mod chance;

use chance::Chance;

/// Long, so that a comparison which stops early has much to leave out.
const TOKEN_BYTES: usize = 8_000;
const ROUNDS: usize = 5_000;
/// The largest part of its time by which a comparison may seem to depend on what it compares.
const APART_MAX: f64 = 0.005;

/// The tokens of the services: how they differ from `shown`, and the token.
fn tokens(shown: &str) -> [(&'static str, String); 6] {
    let right_up_to = |at: usize| {
        let other: String = shown[at..].chars().map(|letter| if letter == 'a' { 'b' } else { 'a' }).collect();
        format!("{}{other}", &shown[..at])
    };
    [
        ("nothing is right", right_up_to(0)),
        ("half is right", right_up_to(TOKEN_BYTES / 2)),
        ("all but the last letter is right", right_up_to(TOKEN_BYTES - 1)),
        ("all is right, and one letter is missing", format!("{shown}a")),
        ("all is right, and there is one letter too many", shown[..TOKEN_BYTES - 1].to_owned()),
        ("nothing is right, and one letter is missing", format!("{}a", right_up_to(0))),
    ]
}

#[expect(clippy::disallowed_methods, reason = "time is what is measured here")]
fn nanoseconds(compare: impl FnOnce() -> bool) -> f64 {
    let start = Instant::now();
    let right = black_box(compare());
    let taken = start.elapsed();
    assert!(!right, "a wrong token is let in");
    taken.as_secs_f64() * 1e9
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// By which part of its time a comparison takes longer or shorter for some token than for the first, at the most; and
/// for which one.
fn furthest_apart(compare: fn(&str, &str) -> bool, chance: &mut Chance) -> (f64, &'static str) {
    let shown: String = (0..TOKEN_BYTES).map(|_| chance.pick(&['a', 'c', 'd', 'e']).expect("a letter")).collect();
    let authorization = format!("Bearer {shown}");
    let tokens = tokens(&shown);
    // All of them are compared at one place: where something is in memory takes its part of the time too.
    let mut place = String::with_capacity(TOKEN_BYTES + 1);
    let mut samples = vec![Vec::with_capacity(ROUNDS); tokens.len()];
    for _ in 0..ROUNDS {
        let mut order: Vec<usize> = (0..tokens.len()).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, usize::try_from(chance.below(at as u64 + 1)).expect("an index"));
        }
        for which in order {
            place.clear();
            place.push_str(&tokens[which].1);
            samples[which].push(nanoseconds(|| compare(black_box(&place), black_box(&authorization))));
        }
    }
    let usual = median(samples[0].clone());
    let apart = |which: usize| {
        let differences = samples[which].iter().zip(&samples[0]).map(|(one, first)| one - first).collect();
        (median(differences).abs() / usual, tokens[which].0)
    };
    (1..tokens.len()).map(apart).max_by(|one, other| one.0.total_cmp(&other.0)).expect("tokens to compare")
}

/// What is found again and again is no coincidence: a leak shows each time, a disturbance does not.
fn leaks(compare: fn(&str, &str) -> bool) -> Option<&'static str> {
    let mut chance = Chance::new(1);
    let mut found = None;
    for _ in 0..3 {
        let (part, token) = furthest_apart(compare, &mut chance);
        println!("{:.2} % apart: {token}", part * 100.0);
        if part <= APART_MAX {
            return None;
        }
        found = Some(token);
    }
    found
}

fn ours(token: &str, authorization: &str) -> bool {
    is_operator(Some(token), Some(authorization)).expect("a token that is long enough")
}

/// Letter by letter, up to the first that is wrong.
fn stops_early(token: &str, authorization: &str) -> bool {
    let given = authorization.strip_prefix("Bearer ").unwrap_or_default();
    token.len() == given.len() && token.bytes().zip(given.bytes()).all(|(ours, theirs)| ours == theirs)
}

/// Ours, after a look at the letters: the least of the mistakes that could be made.
fn looks_first(token: &str, authorization: &str) -> bool {
    let equal = black_box(stops_early(token, authorization));
    ours(token, authorization) && equal
}

#[test]
fn a_wrong_token_takes_as_long_however_much_of_it_is_right() {
    assert_eq!(leaks(ours), None);
}

#[test]
fn a_comparison_that_stops_early_is_noticed() {
    assert!(leaks(stops_early).is_some());
    assert!(leaks(looks_first).is_some());
}
