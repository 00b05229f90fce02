//! Whether somebody opens one conversation after the other with the same words.
//!
//! Openings are compared by a similarity hash (Charikar, 2002) over runs of three letters: near enough is the same, so
//! that a changed name, number or emoji makes no new opening. Short ones do not count: "hi, how are you" is nobody's
//! advertisement. Nothing of the text is kept but 64 bits, in memory alone.

use super::id::{ConversationId, VisitorId};
use super::limits::{
    OPENERS_MAX, OPENING_BITS_APART, OPENING_CHARS_MAX, OPENING_CHARS_MIN, OPENING_SLOW_MS, OPENINGS_DOUBTED,
    OPENINGS_FREE,
};
use super::sorted::Sorted;
use super::time::Time;

/// What somebody opened their last conversations with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Openings {
    last: Option<u64>,
    in_a_row: u32,
    judged: Option<(ConversationId, Time)>,
}

/// What each visitor has opened their last conversations with, in however many tabs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Openers(Sorted<VisitorId, Openings>);

impl Openers {
    /// The first message of a conversation of this visitor's, said or said again.
    pub fn hear(&mut self, visitor: VisitorId, conversation: ConversationId, text: &str, now: Time) -> Opening {
        let opening = self.0.get_or_insert(visitor, Openings::default).hear(conversation, text, now);
        if self.0.len() > OPENERS_MAX {
            // Whoever does not repeat themself is forgotten first.
            self.0.retain(|known, openings| *known == visitor || openings.in_a_row > OPENINGS_FREE);
        }
        if self.0.len() > OPENERS_MAX {
            self.0.retain(|known, _| *known == visitor);
        }
        opening
    }
}

/// What becomes of an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It is passed on.
    Passes,
    /// It is refused for so many milliseconds, and passed on after them.
    Waits(u64),
    /// It has been said so often in a row that whoever says it is to prove something first.
    IsDoubted,
}

impl Openings {
    /// The first message of a conversation, said or said again.
    pub fn hear(&mut self, conversation: ConversationId, text: &str, now: Time) -> Opening {
        if let Some((_, until)) = self.judged.filter(|(judged, _)| *judged == conversation) {
            return if until > now { Opening::Waits(until.since(now)) } else { Opening::Passes };
        }
        let Some(print) = fingerprint(text) else {
            self.judged = Some((conversation, now));
            return Opening::Passes;
        };
        let same = self.last.is_some_and(|last| (last ^ print).count_ones() <= OPENING_BITS_APART);
        self.in_a_row = if same { self.in_a_row.saturating_add(1) } else { 1 };
        self.last = Some(print);
        let over = u64::from(self.in_a_row.saturating_sub(OPENINGS_FREE));
        self.judged = Some((conversation, now.plus(over * OPENING_SLOW_MS)));
        if self.in_a_row > OPENINGS_DOUBTED {
            self.in_a_row = 0;
            return Opening::IsDoubted;
        }
        if over > 0 { Opening::Waits(over * OPENING_SLOW_MS) } else { Opening::Passes }
    }
}

/// The similarity hash of a text; `None` when it is too short to tell people apart by.
fn fingerprint(text: &str) -> Option<u64> {
    let letters: Vec<char> =
        text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).take(OPENING_CHARS_MAX).collect();
    if letters.len() < OPENING_CHARS_MIN {
        return None;
    }
    let mut votes = [0_i32; 64];
    for run in letters.windows(3) {
        let hash = run.iter().fold(0xcbf2_9ce4_8422_2325, |hash, c| scatter(hash ^ u64::from(*c)));
        votes.iter_mut().enumerate().for_each(|(bit, vote)| *vote += if hash >> bit & 1 == 1 { 1 } else { -1 });
    }
    Some(votes.iter().enumerate().fold(0, |print, (bit, vote)| print | (u64::from(*vote > 0) << bit)))
}

/// Spreads a difference in any bit over all of them (the finalizer of `SplitMix64`, Steele et al., 2014).
const fn scatter(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::SessionId;

    const NOW: Time = Time::from_ms(1_000_000);
    const OFFER: &str = "Hey, come and see my pictures at example dot com, it is free today only";

    fn conversation(n: u32) -> ConversationId {
        ConversationId::of((SessionId([1; 16]), n.into()), (SessionId([2; 16]), 1))
    }

    fn after(times: u32, text: impl Fn(u32) -> String) -> Opening {
        let mut openings = Openings::default();
        let all = (1..=times).map(|n| openings.hear(conversation(n), &text(n), NOW));
        all.last().unwrap()
    }

    #[test]
    fn the_same_opening_is_free_three_times_then_slowed_and_doubted_after_ten() {
        let same = |times| after(times, |_| OFFER.to_owned());
        assert_eq!(same(OPENINGS_FREE), Opening::Passes);
        assert_eq!(same(OPENINGS_FREE + 1), Opening::Waits(OPENING_SLOW_MS));
        assert_eq!(same(OPENINGS_FREE + 2), Opening::Waits(2 * OPENING_SLOW_MS));
        assert!(matches!(same(OPENINGS_DOUBTED), Opening::Waits(_)));
        assert_eq!(same(OPENINGS_DOUBTED + 1), Opening::IsDoubted);
        assert_eq!(same(OPENINGS_DOUBTED + 2), Opening::Passes, "and counted anew after that");
    }

    #[test]
    fn a_changed_number_name_or_emoji_is_the_same_opening() {
        let varied = |n: u32| format!("{OFFER} {} {n} {}", ["Ann", "Bob", "Cy", "Di", "Ed"][n as usize % 5], "🎉");
        assert_eq!(after(OPENINGS_FREE + 1, varied), Opening::Waits(OPENING_SLOW_MS));
    }

    #[test]
    fn short_greetings_and_different_openings_are_never_slowed() {
        assert_eq!(after(100, |_| "hi, how are you?".to_owned()), Opening::Passes);
        let words = ["mountain", "kitchen", "guitar", "winter", "football", "novels", "bicycle", "garden"];
        let talk = |n: u32| {
            let word = |at: u32| words[((n * 7 + at * (n + 3)) % 8) as usize];
            format!("Do you like {} or rather {}, and what about the {} of {}?", word(1), word(2), word(3), word(4))
        };
        let mut openings = Openings::default();
        for n in 0..100 {
            let heard = openings.hear(conversation(n), &talk(n), NOW);
            assert!(!matches!(heard, Opening::IsDoubted), "{n}: {}", talk(n));
        }
    }

    #[test]
    fn a_slowed_opening_passes_when_its_time_has_come_and_not_before() {
        let mut openings = Openings::default();
        (1..=OPENINGS_FREE).for_each(|n| assert_eq!(openings.hear(conversation(n), OFFER, NOW), Opening::Passes));
        let c = conversation(9);
        assert_eq!(openings.hear(c, OFFER, NOW), Opening::Waits(OPENING_SLOW_MS));
        assert_eq!(openings.hear(c, OFFER, NOW.plus(OPENING_SLOW_MS - 1)), Opening::Waits(1));
        assert_eq!(openings.hear(c, OFFER, NOW.plus(OPENING_SLOW_MS)), Opening::Passes);
    }

    #[test]
    fn another_opening_in_between_breaks_the_row() {
        let other = "I have been learning the violin for three years and still cannot play a scale";
        let text = |n: u32| if n.is_multiple_of(3) { other } else { OFFER }.to_owned();
        assert_eq!(after(50, text), Opening::Passes);
    }
}
