//! What entering takes: nothing, a proof of work, or Turnstile.
//!
//! By default nothing. It becomes a proof of work while the operator says so, while more people come than usual, for a
//! network that has used up what is free for it, and for a visitor whom a lobby has doubts about. So a flood is never
//! refused for its size alone: it has to work, and each network on its own, so that nobody else pays for it. Only past a
//! second budget, which proofs are paid from, is a network told to slow down.
//!
//! All of it is memory that may be lost: budgets are full again, and challenges from an earlier life of the object, whose
//! used ones are forgotten, are not good any more.

use serde::{Deserialize, Serialize};

use super::id::{NetworkKey, VisitorKey};
use super::ledger::Ledger;
use super::limits::{
    ENTER_AGAIN_BUDGET, ENTER_FREE_BUDGET, ENTER_PROVEN_BUDGET, JOINS_CALM, JOINS_MAX, JOINS_STEP_MS, JOINS_STEPS,
    PROOF_LEVEL_MAX, PROOFS_MAX, PROOFS_PER_LEVEL, SUSPECTS_MAX, SUSPICION_MS,
};
use super::proof::{Proof, ProofId, Solved, Terms};
use super::rate_limit::Budget;
use super::sorted::Sorted;
use super::time::Time;

/// What the operator has set, and which life of the object this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gate {
    /// What entering always takes.
    pub proof: Proof,
    /// Whether floods are held back.
    pub limited: bool,
    /// Drawn at random when the object starts.
    pub epoch: u64,
}

impl Default for Gate {
    fn default() -> Self {
        Self { proof: Proof::None, limited: true, epoch: 0 }
    }
}

/// Somebody wants to come in, as the Worker tells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Knock {
    /// Where they come from: today's key first, and yesterday's.
    pub networks: Vec<NetworkKey>,
    /// What they may be called: the present key first.
    pub visitors: Vec<VisitorKey>,
    /// What they showed.
    pub shown: Shown,
    /// Whether they were let in before, by a pass or a ticket that is still good, and when they last showed a proof.
    pub known: Option<Option<Time>>,
    /// Whether they have a conversation or a place in line to come back to.
    pub returns: bool,
}

/// What somebody showed for a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// Something that is not worth anything.
    Wrong,
    /// A challenge of ours, solved.
    Solved(Solved),
    /// A token that Turnstile vouches for.
    Human,
    /// A token, of which Turnstile does not say what it is worth.
    Unsure,
}

/// Whether they come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// They do.
    Admitted {
        /// Whether that took the proof that they showed.
        proven: bool,
    },
    /// It takes a proof.
    Required {
        /// Which kind.
        proof: Proof,
        /// What a challenge is to be made for.
        terms: Terms,
        /// Whether the one that was shown is not worth anything.
        wrong: bool,
    },
    /// They are kept out.
    Banned {
        /// Until when.
        until: Time,
    },
    /// Matching is paused, and they have no place here.
    Paused,
    /// Too many come from there.
    SlowDown {
        /// When to try again, in milliseconds.
        retry_ms: u64,
    },
}

/// How many new people came within the last minute, in steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Joins {
    steps: [u64; JOINS_STEPS],
    newest: u64,
}

impl Joins {
    fn advance(&mut self, now: Time) {
        let step = now.as_ms() / JOINS_STEP_MS;
        // A clock that steps back adds to the newest step.
        let passed = step.saturating_sub(self.newest).min(JOINS_STEPS as u64);
        self.newest = self.newest.max(step);
        for back in 0..passed {
            *self.step(self.newest - back) = 0;
        }
    }

    fn step(&mut self, step: u64) -> &mut u64 {
        #[expect(clippy::cast_possible_truncation, reason = "a remainder")]
        let at = (step % JOINS_STEPS as u64) as usize;
        &mut self.steps[at]
    }

    fn count(&mut self) {
        let newest = self.newest;
        *self.step(newest) += 1;
    }

    fn sum(&self) -> u64 {
        self.steps.iter().sum()
    }
}

/// Who may come in, and what for. See the module's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Admission {
    /// What networks have spent: on entering without a proof, with one, and again with a good pass.
    free: Ledger,
    proven: Ledger,
    again: Ledger,
    joins: Joins,
    /// More come than usual.
    crowded: bool,
    /// By the bytes of their keys: one kind of map less in the upload.
    suspects: Sorted<[u8; 12], Time>,
    used: Sorted<ProofId, Time>,
    swept: Time,
}

impl Admission {
    /// Looks at how many come; to be called before anything is asked.
    pub fn measure(&mut self, now: Time) {
        self.joins.advance(now);
        let joins = self.joins.sum();
        self.crowded = joins > if self.crowded { JOINS_CALM } else { JOINS_MAX };
    }

    /// What entering takes of somebody of whom nothing is known. `raised`: since when the operator wants a proof.
    #[must_use]
    pub const fn proof(&self, gate: Gate, raised: Option<Time>) -> Proof {
        let asked = raised.is_some() || (gate.limited && self.crowded);
        if asked && matches!(gate.proof, Proof::None) { Proof::Pow } else { gate.proof }
    }

    /// A lobby has doubts about a visitor: they are to show a proof when they next come in.
    pub fn doubt(&mut self, now: Time, visitor: VisitorKey) {
        if self.suspects.len() >= SUSPECTS_MAX && self.suspects.get(&visitor.0).is_none() {
            self.suspects.retain(|_, since| now.since(*since) < SUSPICION_MS);
            let oldest = self.suspects.iter().min_by_key(|(_, since)| **since).map(|(visitor, _)| *visitor);
            oldest.filter(|_| self.suspects.len() >= SUSPECTS_MAX).map(|oldest| self.suspects.remove(&oldest));
        }
        self.suspects.insert(visitor.0, now);
    }

    /// Lets somebody in or not, who is neither banned nor kept out by a pause.
    #[must_use]
    pub fn knock(&mut self, now: Time, gate: Gate, raised: Option<Time>, knock: &Knock) -> Verdict {
        self.measure(now);
        let network = knock.networks.first().copied().unwrap_or_default();
        // Since when a proof is wanted of them that a pass from before does not stand for.
        let wanted = self.doubted(now, &knock.visitors).into_iter().chain(raised).max();
        let holds = |proven: Option<Time>| wanted.is_none_or(|since| proven.is_some_and(|proven| proven >= since));
        if knock.known.is_some_and(holds) {
            return match pay(gate, &mut self.again, ENTER_AGAIN_BUDGET, network, now) {
                Ok(()) => Verdict::Admitted { proven: false },
                Err(retry_ms) => Verdict::SlowDown { retry_ms },
            };
        }
        if self.is_good(now, gate, network, knock.shown) {
            return match self.admit_proven(now, gate, network, knock) {
                Ok(()) => Verdict::Admitted { proven: true },
                Err(retry_ms) => Verdict::SlowDown { retry_ms },
            };
        }
        let free = wanted.is_none() && self.proof(gate, raised) == Proof::None;
        if free && pay(gate, &mut self.free, ENTER_FREE_BUDGET, network, now).is_ok() {
            self.joins.count();
            return Verdict::Admitted { proven: false };
        }
        let (proof, wrong) = match (gate.proof, knock.shown) {
            // Nobody is locked out, and nobody let in, because Turnstile is out of order.
            (_, Shown::Unsure) => (Proof::Pow, false),
            (Proof::Turnstile, shown) => (Proof::Turnstile, shown != Shown::Nothing),
            (Proof::None | Proof::Pow, shown) => (Proof::Pow, shown != Shown::Nothing),
        };
        Verdict::Required { proof, terms: Terms { epoch: gate.epoch, level: self.level(now, gate, network) }, wrong }
    }

    /// Whether it stands for work that was done for nothing else. A proof of work also does where Turnstile is wanted:
    /// challenges are only given out where it is out of order.
    fn is_good(&self, now: Time, gate: Gate, network: NetworkKey, shown: Shown) -> bool {
        match shown {
            // The Worker has looked at its own clock. By this one it is forgotten.
            Shown::Solved(solved) => {
                // What has become too little since it was asked for is no good: challenges would be hoarded. Half of what is
                // asked for now still does, since that grows while somebody works.
                let enough = solved.terms.level.saturating_add(1) >= self.level(now, gate, network);
                solved.terms.epoch == gate.epoch
                    && solved.expires > now
                    && enough
                    && self.used.get(&solved.id).is_none()
            }
            Shown::Human => true,
            Shown::Nothing | Shown::Wrong | Shown::Unsure => false,
        }
    }

    /// Lets in who has shown a good proof. One that is refused for the time being stays good.
    fn admit_proven(&mut self, now: Time, gate: Gate, network: NetworkKey, knock: &Knock) -> Result<(), u64> {
        if let Shown::Solved(_) = knock.shown {
            self.make_room(now)?;
        }
        pay(gate, &mut self.proven, ENTER_PROVEN_BUDGET, network, now)?;
        if let Shown::Solved(solved) = knock.shown {
            self.used.insert(solved.id, solved.expires);
        }
        for visitor in &knock.visitors {
            self.suspects.remove(&visitor.0);
        }
        // What goes beyond that is answered with harder work for its network, and makes no crowd for the others.
        if pay(gate, &mut self.free, ENTER_FREE_BUDGET, network, now).is_ok() {
            self.joins.count();
        }
        Ok(())
    }

    /// Sees to it that one more proof can be remembered, or says in how many milliseconds it can.
    fn make_room(&mut self, now: Time) -> Result<(), u64> {
        if self.used.len() < PROOFS_MAX {
            return Ok(());
        }
        // All of them are looked at once a second, and not with each that comes.
        if now.since(self.swept) >= 1_000 {
            self.swept = now;
            self.used.retain(|_, expires| *expires > now);
        }
        if self.used.len() < PROOFS_MAX { Ok(()) } else { Err(1_000) }
    }

    fn doubted(&self, now: Time, visitors: &[VisitorKey]) -> Option<Time> {
        let since = visitors.iter().filter_map(|visitor| self.suspects.get(&visitor.0)).max().copied();
        since.filter(|since| now.since(*since) < SUSPICION_MS)
    }

    /// How hard a challenge is: it doubles with the crowd, and for a network that has shown many proofs lately.
    fn level(&self, now: Time, gate: Gate, network: NetworkKey) -> u8 {
        if !gate.limited {
            return 0;
        }
        let crowd = u64::from((self.joins.sum() / JOINS_MAX).max(1).ilog2());
        let shown = self.proven.of(network.into()).full_at().since(now).div_ceil(ENTER_PROVEN_BUDGET.interval_ms);
        u8::try_from(crowd.max(shown / PROOFS_PER_LEVEL)).unwrap_or(u8::MAX).min(PROOF_LEVEL_MAX)
    }
}

fn pay(gate: Gate, ledger: &mut Ledger, budget: Budget, network: NetworkKey, now: Time) -> Result<(), u64> {
    if gate.limited { ledger.take(budget, network.into(), now) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
