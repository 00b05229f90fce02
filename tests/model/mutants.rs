//! Clients, and one lobby, that do one thing wrong on purpose: that has to be found.
//!
//! The wrong is done where the model hands things on, never in the code that is checked.

use stateright::{Checker as _, HasDiscoveries, Model as _};

use crate::bounds::Bounds;
use crate::promises::{BEFORE_TIMERS, EVERY_MESSAGE_ONCE, NO_CONVERSATION_LOST, SAME_PAIRS};
use crate::two_who_talk;
use crate::world::{Left, Mutant};

/// Looks for a way in which `promise` is broken, and says how short the first one is.
fn find(mutant: Mutant, promise: &'static str, bounds: Bounds) {
    let bounds = Bounds { mutant: Some(mutant), ..bounds };
    let checker = bounds.checker().finish_when(HasDiscoveries::AnyOf([promise].into())).spawn_bfs().join();
    let found = checker.discoveries();
    let path = found.get(promise).unwrap_or_else(|| panic!("{mutant:?} keeps \"{promise}\""));
    let steps = path.clone().into_actions();
    println!("{mutant:?}: not \"{promise}\" after {} steps: {steps:?}", steps.len());
}

fn cut_once() -> Bounds {
    Bounds { left: Left { faults: 1, cuts: 1, ..Left::default() }, ..two_who_talk() }
}

#[test]
fn a_client_that_takes_repeats_doubles_a_message() {
    find(Mutant::TakesRepeats, EVERY_MESSAGE_ONCE, cut_once());
}

#[test]
fn a_client_that_ignores_its_partners_return_has_to_wait_for_a_timer() {
    find(Mutant::IgnoresReturns, BEFORE_TIMERS, cut_once());
}

#[test]
fn a_client_that_tells_before_it_writes_loses_a_message() {
    let left = Left { faults: 1, deaths: 1, ..Left::default() };
    find(Mutant::TellsFirst, EVERY_MESSAGE_ONCE, Bounds { left, ..two_who_talk() });
}

#[test]
fn a_client_that_keeps_its_first_ticket_loses_the_conversation() {
    let left = Left { faults: 1, crashes: 1, ..Left::default() };
    find(Mutant::KeepsTickets, NO_CONVERSATION_LOST, Bounds { met: false, left, ..two_who_talk() });
}

#[test]
fn a_lobby_that_does_not_rewrite_records_restores_other_pairs() {
    find(Mutant::KeepsRecords, SAME_PAIRS, Bounds { met: false, ..two_who_talk() });
}
