//! The life of one pair: how it begins, what a broken line means for it, and whether it still stands.
//!
//! A conversation is nothing besides what its two people state of each other (see [`super::person`]): it begins with
//! both statements and is over when either person goes on to something newer. It relays, and keeps nothing of what it
//! relays.

use super::id::{ConversationId, SessionId};
use super::limits::{GRACE_MS, RELOAD_GRACE_MS};
use super::person::{Doing, Partner, Person, Talk};
use super::protocol::EndReason;
use super::time::Time;

/// Two people meet. `None`, and nothing has changed, for one and the same session.
pub fn begin(one: &mut Person, other: &mut Person, now: Time) -> Option<ConversationId> {
    if one.id == other.id {
        return None;
    }
    let named = |person: &Person| (person.id, person.next_generation(now));
    let conversation = ConversationId::of(named(one), named(other));
    let lang = one.preferences.common_lang(&other.preferences);
    let seat = |me: &Person, them: &Person| Partner {
        session: me.id,
        visitor: me.visitor,
        generation: me.next_generation(now),
        common: me.preferences.spelled(&me.preferences.common(&them.preferences)),
    };
    let talk = |me: &Person, them: &Person| {
        let common = me.preferences.common(&them.preferences);
        Doing::Talking(Talk { conversation, partner: seat(them, me), common, lang })
    };
    let (ones, others) = (talk(one, other), talk(other, one));
    one.turn_to(ones, now);
    other.turn_to(others, now);
    Some(conversation)
}

/// Whether a statement of a conversation holds against what is known of the partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The partner states the same.
    Stands,
    /// What is known of the partner is older than this statement: the partner is in this conversation and does not know.
    PartnerIsBehind,
    /// The partner has gone on.
    IsOver,
}

/// Holds the statement that `session` is in `talk` against what is known of the partner.
#[must_use]
pub fn judge(session: SessionId, talk: &Talk, partner: &Person) -> Claim {
    if partner.talking() == Some((talk.conversation, session)) {
        Claim::Stands
    } else if partner.generation < talk.partner.generation {
        Claim::PartnerIsBehind
    } else {
        Claim::IsOver
    }
}

/// What the closing of a line means for the one whose line it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    /// They are gone.
    Gone(EndReason),
    /// They may come back for so many milliseconds.
    Away(u64),
}

/// Reads the code with which a client closed (`docs/PROTOCOL.md`, "Close codes"). Nobody is banned by their own word: a
/// client that uses the service's code for it has just left.
#[must_use]
pub const fn parting(code: u16) -> Parting {
    match code {
        1000 | 1003 | 1009 | 4400 | 4403 | 4429 => Parting::Gone(EndReason::Left),
        1001 => Parting::Away(RELOAD_GRACE_MS),
        _ => Parting::Away(GRACE_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::VisitorId;
    use crate::domain::protocol::Preferences;

    /// Before any generation, so that each counts up by one.
    const NOW: Time = Time::from_ms(0);

    fn person(id: u8, generation: u64) -> Person {
        Person { generation, ..Person::new(SessionId([id; 16]), VisitorId([id; 16])) }
    }

    fn pair() -> (Person, Person) {
        let (mut one, mut other) = (person(1, 4), person(2, 7));
        begin(&mut one, &mut other, NOW).unwrap();
        (one, other)
    }

    #[test]
    fn both_state_the_same_of_each_other() {
        let (one, other) = pair();
        assert_eq!(one.partner(), Some(Person { preferences: Preferences::default(), ..other.clone() }));
        assert_eq!(judge(one.id, one.talk().unwrap(), &other), Claim::Stands);
        assert_eq!(judge(other.id, other.talk().unwrap(), &one), Claim::Stands);
        assert_eq!((one.generation, other.generation), (5, 8));
    }

    #[test]
    fn nobody_meets_themself() {
        let (mut one, mut same) = (person(1, 4), person(1, 4));
        assert_eq!(begin(&mut one, &mut same, NOW), None);
        assert_eq!(one, person(1, 4));
    }

    #[test]
    fn the_newest_statement_about_a_person_wins() {
        let (one, mut other) = pair();
        let talk = one.talk().unwrap();
        assert_eq!(judge(one.id, talk, &person(2, 7)), Claim::PartnerIsBehind, "the match was lost on the way");
        other.turn_to(Doing::Idle, NOW);
        assert_eq!(judge(one.id, talk, &other), Claim::IsOver);
        let (mut again, mut third) = (person(2, 7), person(3, 0));
        begin(&mut again, &mut third, NOW).unwrap();
        assert_eq!(judge(one.id, talk, &again), Claim::IsOver, "as new, and somewhere else");
    }

    #[test]
    fn what_was_begun_later_is_newer_although_the_match_before_it_was_forgotten() {
        let (at, later) = (Time::from_ms(1_000), Time::from_ms(2_000));
        let (mut one, mut other) = (person(1, 4), person(2, 7));
        begin(&mut one, &mut other, at).unwrap();
        // The match never reached the other, who comes back as of before it, and meets a third.
        let (mut again, mut third) = (person(2, 7), person(3, 0));
        begin(&mut again, &mut third, later).unwrap();
        assert_eq!(judge(one.id, one.talk().unwrap(), &again), Claim::IsOver);
    }
}
