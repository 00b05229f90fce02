//! What this side has said in one conversation and the partner does not have yet.
//!
//! Messages are numbered from 1 and kept until the partner's `got` covers them. `waiting` holds exactly the numbers
//! after `acked`, without a gap: so the number of a message is its place. `acked <= told <= acked + waiting.len()`.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// The messages, and how far they have come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Outbox {
    acked: u64,
    told: u64,
    seen: u64,
    waiting: VecDeque<String>,
}

/// A `got` that cannot be true: one side's memory is older than the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OlderMemory;

impl Outbox {
    /// The partner has everything up to this number.
    #[must_use]
    pub const fn acked(&self) -> u64 {
        self.acked
    }

    /// The last number that was given to a message.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.acked + self.waiting.len() as u64
    }

    /// Keeps a message, and gives it a number.
    pub fn keep(&mut self, text: String) -> u64 {
        self.waiting.push_back(text);
        self.last()
    }

    /// The message with this number, as it goes out.
    pub fn tell(&mut self, n: u64) -> Option<String> {
        let text = self.waiting.get(self.place(n)?)?.clone();
        self.told = self.told.max(n);
        Some(text)
    }

    /// The partner has everything up to `n`. True when that is news.
    ///
    /// # Errors
    /// When it cannot be: more than ever went out, or less than the partner had.
    pub fn acknowledge(&mut self, n: u64) -> Result<bool, OlderMemory> {
        if n < self.acked || n > self.told {
            return Err(OlderMemory);
        }
        let grown = n > self.acked;
        while self.acked < n && self.waiting.pop_front().is_some() {
            self.acked += 1;
        }
        Ok(grown)
    }

    /// The partner has seen everything up to `n`: the number, where that is news. What was not acknowledged was not
    /// seen.
    pub fn mark_seen(&mut self, n: u64) -> Option<u64> {
        let seen = n.min(self.acked);
        (seen > self.seen).then(|| {
            self.seen = seen;
            seen
        })
    }

    /// The service will never take `n`: it is dropped, and those after it close the gap. The partner has taken none of
    /// them, since it waits for `n`. False where there is no such message.
    pub fn drop_number(&mut self, n: u64) -> bool {
        let dropped = self.place(n).and_then(|place| self.waiting.remove(place)).is_some();
        if dropped {
            self.told = self.told.min(n - 1);
        }
        dropped
    }

    fn place(&self, n: u64) -> Option<usize> {
        usize::try_from(n.checked_sub(self.acked + 1)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(told: u64) -> Outbox {
        let mut outbox = Outbox::default();
        for text in ["a", "b", "c"] {
            outbox.keep(text.to_owned());
        }
        assert!((1..=told).all(|n| outbox.tell(n).is_some()));
        outbox
    }

    #[test]
    fn the_number_of_a_message_is_its_place() {
        let mut outbox = outbox(3);
        assert_eq!(outbox.acknowledge(2), Ok(true));
        assert_eq!((outbox.tell(2), outbox.tell(3), outbox.tell(4)), (None, Some("c".into()), None));
        assert_eq!(outbox.keep("d".into()), 4);
    }

    #[test]
    fn what_was_never_told_cannot_be_acknowledged_and_what_was_is_so_for_good() {
        let mut outbox = outbox(2);
        assert_eq!(outbox.acknowledge(3), Err(OlderMemory));
        assert_eq!((outbox.acknowledge(1), outbox.acknowledge(1)), (Ok(true), Ok(false)));
        assert_eq!(outbox.acknowledge(0), Err(OlderMemory));
    }

    #[test]
    fn a_dropped_number_goes_to_the_message_after_it() {
        let mut outbox = outbox(3);
        assert!(outbox.drop_number(2));
        assert_eq!((outbox.last(), outbox.acknowledge(2)), (2, Err(OlderMemory)), "the new 2 has not been told yet");
        assert_eq!((outbox.tell(2), outbox.acknowledge(2)), (Some("c".into()), Ok(true)));
        assert!(!outbox.drop_number(2) && !outbox.drop_number(9) && !outbox.drop_number(0));
    }

    #[test]
    fn nothing_is_seen_that_has_not_arrived() {
        let mut outbox = outbox(3);
        assert_eq!(outbox.mark_seen(3), None);
        assert_eq!(outbox.acknowledge(2), Ok(true));
        assert_eq!((outbox.mark_seen(3), outbox.mark_seen(3), outbox.mark_seen(1)), (Some(2), None, None));
    }
}
