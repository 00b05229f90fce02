//! What one session may spend, by kind of frame. Kept in memory only: an object loses its memory after ten quiet seconds
//! at the earliest, and by then every bucket is full again.

use super::limits::{
    FIND_BUDGET, FLOOD_REFUSALS, FLOOD_SPAN_MS, FREE_BUDGET, RECEIPT_BUDGET, REPEAT_BUDGET, SAY_BUDGET, TYPING_BUDGET,
};
use super::protocol::ClientFrame;
use super::rate_limit::{Recent, Spent};
use super::time::Time;

/// What is left of a session's budgets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Budgets {
    say: Spent,
    repeat: Spent,
    receipt: Spent,
    find: Spent,
    typing: Spent,
    free: Spent,
    refusals: Recent,
}

/// What a frame is paid from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cost {
    /// Messages.
    Say,
    /// Messages that have been passed on before.
    Repeat,
    /// `got` and `seen`.
    Receipt,
    /// `find`.
    Find,
    /// `typing`.
    Typing,
    /// Nothing that is ever refused: nobody is kept from leaving. Who floods with it is closed all the same.
    Free,
}

impl Cost {
    /// What `frame` costs somebody whose highest number that was passed on is `said`.
    #[must_use]
    pub const fn of(frame: &ClientFrame, said: u64) -> Self {
        match frame {
            ClientFrame::Say { n, .. } if *n <= said => Self::Repeat,
            ClientFrame::Say { .. } => Self::Say,
            ClientFrame::Got { .. } | ClientFrame::Seen { .. } => Self::Receipt,
            ClientFrame::Find { .. } => Self::Find,
            ClientFrame::Typing { .. } => Self::Typing,
            ClientFrame::Hello(_)
            | ClientFrame::Stop { .. }
            | ClientFrame::Block { .. }
            | ClientFrame::Report { .. } => Self::Free,
        }
    }
}

/// A frame is one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMuch {
    /// When it will be taken, in milliseconds.
    pub retry_ms: u64,
    /// It was refused so often, or is so far beyond what is ever refused, that the line is to be closed.
    pub flooding: bool,
}

impl Budgets {
    /// Pays for a frame.
    ///
    /// # Errors
    /// When it is too much.
    pub fn spend(&mut self, cost: Cost, now: Time) -> Result<(), TooMuch> {
        let (spent, budget) = match cost {
            Cost::Say => (&mut self.say, SAY_BUDGET),
            Cost::Repeat => (&mut self.repeat, REPEAT_BUDGET),
            Cost::Receipt => (&mut self.receipt, RECEIPT_BUDGET),
            Cost::Find => (&mut self.find, FIND_BUDGET),
            Cost::Typing => (&mut self.typing, TYPING_BUDGET),
            Cost::Free => {
                return self.free.take(FREE_BUDGET, now).map_err(|retry_ms| TooMuch { retry_ms, flooding: true });
            }
        };
        spent.take(budget, now).map_err(|retry_ms| TooMuch {
            retry_ms,
            flooding: self.refusals.reaches(FLOOD_REFUSALS, FLOOD_SPAN_MS, now),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::protocol::decode;

    const NOW: Time = Time::from_ms(1_000_000);

    #[test]
    fn each_kind_of_frame_has_a_budget_of_its_own() {
        let bounds = [
            (Cost::Say, SAY_BUDGET.burst),
            (Cost::Repeat, REPEAT_BUDGET.burst),
            (Cost::Receipt, RECEIPT_BUDGET.burst),
            (Cost::Find, FIND_BUDGET.burst),
            (Cost::Typing, TYPING_BUDGET.burst),
        ];
        let mut budgets = Budgets::default();
        for (cost, burst) in bounds {
            for n in 0..burst {
                assert_eq!(budgets.spend(cost, NOW), Ok(()), "{cost:?} {n}");
            }
            assert!(!budgets.spend(cost, NOW).unwrap_err().flooding, "{cost:?}");
        }
    }

    #[test]
    fn a_message_sent_again_is_paid_from_another_budget() {
        let say = decode(r#"{"type":"say","c":"x","n":3,"text":"hi"}"#).unwrap();
        assert_eq!(Cost::of(&say, 2), Cost::Say);
        assert_eq!(Cost::of(&say, 3), Cost::Repeat);
    }

    #[test]
    fn nobody_is_kept_from_leaving() {
        let stop = decode(r#"{"type":"stop"}"#).unwrap();
        let mut budgets = Budgets::default();
        assert!((0..FREE_BUDGET.burst).all(|_| budgets.spend(Cost::of(&stop, 0), NOW).is_ok()));
        assert!(budgets.spend(Cost::of(&stop, 0), NOW).unwrap_err().flooding, "and nobody floods with it either");
    }

    #[test]
    fn the_hundredth_refusal_in_ten_seconds_is_flooding() {
        let mut budgets = Budgets::default();
        while budgets.spend(Cost::Find, NOW).is_ok() {}
        for n in 2..FLOOD_REFUSALS {
            assert!(!budgets.spend(Cost::Find, NOW).unwrap_err().flooding, "refusal {n}");
        }
        assert!(budgets.spend(Cost::Find, NOW).unwrap_err().flooding);
    }
}
