//! Defects on demand, to see that the tests notice them. Only with the feature `mutants`, which is never part of a
//! deployed build; without it every question here is answered with a constant, and nothing of it is left.

/// A defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// A session and a visitor may meet themselves.
    MeetsItself,
    /// A recent partner counts only where the one who looks remembers them.
    RemembersOnOneSide,
    /// Whoever changes what they look for is still found by what they looked for before.
    IndexedAsBefore,
    /// Whoever looks need not have widened to meet somebody who has.
    WidensOnOneSide,
    /// Whoever is taken out of the queue is put back into it.
    ReleasedTwice,
}

#[cfg(feature = "mutants")]
mod switch {
    use super::Mutant;
    use std::cell::Cell;

    thread_local!(static PRESENT: Cell<Option<Mutant>> = const { Cell::new(None) });

    /// Has this defect, and no other, in this thread from now on.
    pub fn switch_on(mutant: Option<Mutant>) {
        PRESENT.set(mutant);
    }

    pub(crate) fn has(mutant: Mutant) -> bool {
        PRESENT.get() == Some(mutant)
    }
}

#[cfg(feature = "mutants")]
pub(crate) use switch::has;
#[cfg(feature = "mutants")]
pub use switch::switch_on;

#[cfg(not(feature = "mutants"))]
pub(crate) const fn has(_: Mutant) -> bool {
    false
}
