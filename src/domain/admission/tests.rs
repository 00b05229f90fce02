//! What entering takes, bound by bound.

use super::*;
use crate::domain::limits::PROOF_MS;

const NOW: Time = Time::from_ms(1_800_000_000_000);
const GATE: Gate = Gate { proof: Proof::None, limited: true, epoch: 7 };
const FREE: Verdict = Verdict::Admitted { proven: false };
const PROVEN: Verdict = Verdict::Admitted { proven: true };

fn from(network: u64) -> Knock {
    let (networks, visitors) = (vec![NetworkKey(network.to_be_bytes())], vec![VisitorKey([7; 12])]);
    Knock { networks, visitors, shown: Shown::Nothing, known: None, returns: false }
}

fn solved(id: u64) -> Shown {
    let mut proof = [0; 12];
    proof[..8].copy_from_slice(&id.to_be_bytes());
    Shown::Solved(Solved { id: proof, terms: terms(PROOF_LEVEL_MAX), expires: NOW.plus(PROOF_MS) })
}

const fn terms(level: u8) -> Terms {
    Terms { epoch: 7, level }
}

fn showing(network: u64, shown: Shown) -> Knock {
    Knock { shown, ..from(network) }
}

fn level(verdict: Verdict) -> Option<u8> {
    match verdict {
        Verdict::Required { proof: Proof::Pow, terms, wrong: false } if terms.epoch == 7 => Some(terms.level),
        Verdict::Required { .. }
        | Verdict::Admitted { .. }
        | Verdict::Banned { .. }
        | Verdict::Paused
        | Verdict::SlowDown { .. } => None,
    }
}

fn enter(admission: &mut Admission, now: Time, knock: &Knock) -> Verdict {
    admission.knock(now, GATE, None, knock)
}

#[test]
fn past_what_is_free_a_network_has_to_work_and_no_other_network_notices() {
    let mut admission = Admission::default();
    for n in 0..ENTER_FREE_BUDGET.burst {
        assert_eq!(enter(&mut admission, NOW, &from(1)), FREE, "{n}");
    }
    assert_eq!(level(enter(&mut admission, NOW, &from(1))), Some(0));
    assert_eq!(enter(&mut admission, NOW, &from(2)), FREE);
    let later = NOW.plus(ENTER_FREE_BUDGET.interval_ms);
    assert_eq!(enter(&mut admission, later, &from(1)), FREE);
    assert_eq!(level(enter(&mut admission, later, &from(1))), Some(0));
}

#[test]
fn a_network_that_works_has_a_second_budget_and_its_work_grows_with_it() {
    let mut admission = Admission::default();
    while enter(&mut admission, NOW, &from(1)) == FREE {}
    for n in 0..ENTER_PROVEN_BUDGET.burst {
        assert_eq!(level(enter(&mut admission, NOW, &from(1))), u8::try_from(n / PROOFS_PER_LEVEL).ok(), "{n}");
        assert_eq!(enter(&mut admission, NOW, &showing(1, solved(n))), PROVEN, "{n}");
    }
    assert_eq!(level(enter(&mut admission, NOW, &from(1))), Some(PROOF_LEVEL_MAX));
    let one_more = showing(1, solved(9_999));
    assert_eq!(enter(&mut admission, NOW, &one_more), Verdict::SlowDown { retry_ms: 100 });
    assert_eq!(enter(&mut admission, NOW.plus(100), &one_more), PROVEN, "a proof that was turned away stays good");
    assert_eq!(enter(&mut admission, NOW, &from(2)), FREE, "and all of it is nothing to the others");
}

#[test]
fn a_proof_counts_once_and_in_the_life_that_asked_for_it() {
    let mut admission = Admission::default();
    let raised = Some(NOW);
    assert_eq!(admission.knock(NOW, GATE, raised, &showing(1, solved(1))), PROVEN);
    let elsewhere = Solved { id: [9; 12], terms: Terms { epoch: 8, level: 0 }, expires: NOW.plus(9) };
    for shown in [solved(1), Shown::Wrong, Shown::Solved(elsewhere)] {
        let refused = admission.knock(NOW, GATE, raised, &showing(2, shown));
        assert!(matches!(refused, Verdict::Required { wrong: true, proof: Proof::Pow, .. }), "{shown:?}: {refused:?}");
    }
    assert_eq!(enter(&mut admission, NOW, &showing(1, Shown::Wrong)), FREE, "what is not needed is not looked at");
}

#[test]
fn challenges_that_were_hoarded_are_no_good_once_the_work_has_grown() {
    let mut admission = Admission::default();
    while enter(&mut admission, NOW, &from(1)) == FREE {}
    let easy = |id, level| Shown::Solved(Solved { id: [id; 12], terms: terms(level), expires: NOW.plus(PROOF_MS) });
    for n in 0..2 * PROOFS_PER_LEVEL {
        assert_eq!(enter(&mut admission, NOW, &showing(1, solved(n))), PROVEN, "{n}");
    }
    let wrong = Verdict::Required { proof: Proof::Pow, terms: terms(2), wrong: true };
    assert_eq!(enter(&mut admission, NOW, &showing(1, easy(100, 0))), wrong);
    assert_eq!(enter(&mut admission, NOW, &showing(1, easy(101, 1))), PROVEN, "half of it still does");
    assert_eq!(
        admission.knock(NOW, GATE, Some(NOW), &showing(2, easy(102, 0))),
        PROVEN,
        "for another network all does"
    );
    let calm = NOW.plus(2 * PROOFS_PER_LEVEL * ENTER_PROVEN_BUDGET.interval_ms);
    assert_eq!(admission.knock(calm, GATE, Some(NOW), &showing(1, easy(100, 0))), PROVEN);
}

#[test]
fn so_many_proofs_are_remembered_and_for_one_more_there_is_no_room_until_one_expires() {
    let mut admission = Admission::default();
    let gate = Gate { limited: false, ..GATE };
    for n in 0..PROOFS_MAX as u64 {
        assert_eq!(admission.knock(NOW, gate, Some(NOW), &showing(1, solved(n))), PROVEN);
    }
    let one_more = showing(1, Shown::Solved(Solved { id: [9; 12], terms: terms(0), expires: NOW.plus(9 * PROOF_MS) }));
    assert_eq!(admission.knock(NOW, gate, Some(NOW), &one_more), Verdict::SlowDown { retry_ms: 1_000 });
    assert_eq!(admission.knock(NOW.plus(PROOF_MS), gate, Some(NOW), &one_more), PROVEN);
    assert_eq!(admission.used.len(), 1);
}

#[test]
fn a_crowd_has_to_work_harder_the_larger_it_is_and_when_it_is_gone_nobody_has_to() {
    let mut admission = Admission::default();
    for n in 0..=JOINS_MAX {
        assert_eq!(enter(&mut admission, NOW, &from(n)), FREE, "{n}");
    }
    assert_eq!((level(enter(&mut admission, NOW, &from(9_000))), admission.proof(GATE, None)), (Some(0), Proof::Pow));
    assert_eq!(admission.proof(Gate { limited: false, ..GATE }, None), Proof::None);
    for doubled in 1..9 {
        while admission.joins.sum() + 1 < JOINS_MAX << doubled {
            admission.joins.count();
        }
        assert_eq!(level(enter(&mut admission, NOW, &from(9_000))), Some((doubled - 1).min(PROOF_LEVEL_MAX)));
        assert_eq!(enter(&mut admission, NOW, &showing(9_000 + u64::from(doubled), Shown::Human)), PROVEN);
        assert_eq!(level(enter(&mut admission, NOW, &from(9_000))), Some(doubled.min(PROOF_LEVEL_MAX)), "{doubled}");
    }
    let later = NOW.plus(JOINS_STEP_MS * JOINS_STEPS as u64);
    assert!(level(enter(&mut admission, later.before(1), &from(9_000))).is_some());
    assert_eq!(enter(&mut admission, later, &from(9_000)), FREE);
}

#[test]
fn once_it_is_crowded_it_is_so_until_half_as_many_come() {
    let mut admission = Admission::default();
    let step = |n: u64| NOW.plus(n * JOINS_STEP_MS);
    for (at, people) in [(0, JOINS_MAX - JOINS_CALM), (1, JOINS_CALM + 1)] {
        for n in 0..people {
            let _ = enter(&mut admission, step(at), &showing(n, Shown::Human));
        }
    }
    admission.measure(step(2));
    assert!(admission.crowded, "601 in a minute");
    let first = step(0).as_ms() / JOINS_STEP_MS;
    admission.measure(step(6));
    assert_eq!((admission.crowded, admission.joins.sum()), (true, JOINS_CALM + 1), "from step {first} on");
    *admission.joins.step(first + 1) -= 1;
    admission.measure(step(6));
    assert!(!admission.crowded, "300 are few enough");
}

#[test]
fn the_operator_and_a_doubt_ask_for_a_proof_also_of_who_has_a_pass_from_before() {
    let mut admission = Admission::default();
    let known = |proven| Knock { known: Some(proven), ..from(1) };
    assert_eq!(enter(&mut admission, NOW, &known(None)), FREE);
    let raised = |admission: &mut Admission, proven| admission.knock(NOW, GATE, Some(NOW), &known(proven));
    assert_eq!(raised(&mut admission, Some(NOW)), FREE, "one that was proven since");
    for before in [None, Some(NOW.before(1))] {
        assert_eq!(level(raised(&mut admission, before)), Some(0));
    }
    admission.doubt(NOW, VisitorKey([7; 12]));
    assert_eq!(level(enter(&mut admission, NOW, &known(Some(NOW.before(1))))), Some(0));
    assert_eq!(level(enter(&mut admission, NOW, &from(1))), Some(0));
    let somebody_else = Knock { visitors: vec![VisitorKey([8; 12])], ..from(1) };
    assert_eq!(enter(&mut admission, NOW, &somebody_else), FREE);
    assert_eq!(enter(&mut admission.clone(), NOW.plus(SUSPICION_MS), &from(1)), FREE, "an hour later it is forgotten");
    assert_eq!(enter(&mut admission, NOW, &showing(1, solved(1))), PROVEN);
    assert_eq!(enter(&mut admission, NOW, &from(1)), FREE, "and a good proof clears it");
}

#[test]
fn only_so_many_doubts_are_remembered_the_newest_of_them() {
    let visitor = |n: usize| {
        let mut key = [0; 12];
        key[..8].copy_from_slice(&n.to_be_bytes());
        VisitorKey(key)
    };
    let mut admission = Admission::default();
    (0..=SUSPECTS_MAX).for_each(|n| admission.doubt(NOW.plus(n as u64), visitor(n)));
    assert_eq!(admission.suspects.len(), SUSPECTS_MAX);
    let known = [0, 1, SUSPECTS_MAX].map(|n| admission.doubted(NOW.plus(9_999), &[visitor(n)]).is_some());
    assert_eq!(known, [false, true, true]);
}

#[test]
fn turnstile_is_asked_for_where_it_is_set_and_a_proof_of_work_where_it_is_out_of_order() {
    let (mut admission, gate) = (Admission::default(), Gate { proof: Proof::Turnstile, ..GATE });
    let mut knock = |shown| admission.knock(NOW, gate, None, &showing(1, shown));
    let asked = |verdict| match verdict {
        Verdict::Required { proof, wrong, .. } => Some((proof, wrong)),
        Verdict::Admitted { .. } | Verdict::Banned { .. } | Verdict::Paused | Verdict::SlowDown { .. } => None,
    };
    assert_eq!(asked(knock(Shown::Nothing)), Some((Proof::Turnstile, false)));
    assert_eq!(asked(knock(Shown::Wrong)), Some((Proof::Turnstile, true)));
    assert_eq!(asked(knock(Shown::Unsure)), Some((Proof::Pow, false)));
    assert_eq!((knock(solved(1)), knock(Shown::Human)), (PROVEN, PROVEN));
}

#[test]
fn without_limits_nobody_is_counted_and_the_operators_word_holds() {
    let (mut admission, gate) = (Admission::default(), Gate { limited: false, ..GATE });
    for _ in 0..2 * JOINS_MAX {
        assert_eq!(admission.knock(NOW, gate, None, &from(1)), FREE);
    }
    assert_eq!(level(admission.knock(NOW, gate, Some(NOW), &from(1))), Some(0));
    assert_eq!(level(admission.knock(NOW, Gate { proof: Proof::Pow, ..gate }, None, &from(1))), Some(0));
}

#[test]
fn who_comes_again_has_a_generous_budget_of_their_network() {
    let (mut admission, again) = (Admission::default(), Knock { known: Some(None), ..from(1) });
    for _ in 0..ENTER_AGAIN_BUDGET.burst {
        assert_eq!(enter(&mut admission, NOW, &again), FREE);
    }
    assert_eq!(enter(&mut admission, NOW, &again), Verdict::SlowDown { retry_ms: 50 });
    assert_eq!(
        enter(&mut admission, NOW, &from(1)),
        FREE,
        "it takes nothing from newcomers, who are not counted either"
    );
}

#[test]
fn a_proof_that_has_run_out_by_this_clock_is_none() {
    let mut admission = Admission::default();
    let proof = showing(1, solved(1));
    let late = NOW.plus(PROOF_MS);
    assert!(
        !matches!(enter(&mut admission, late, &proof), Verdict::Admitted { proven: true }),
        "it would be forgotten"
    );
    assert_eq!(enter(&mut admission, late.before(1), &proof), Verdict::Admitted { proven: true });
}
