//! What is promised, as properties of every state.

use std::collections::BTreeMap;

use edgewise::client::Place;
use edgewise::domain::id::{ConversationId, SessionId};
use edgewise::domain::lobby::{Effect, Lobby};
use edgewise::domain::matchmaker::Seeker;
use edgewise::domain::session::Record;
use stateright::Property;

use crate::bounds::Bounds;
use crate::world::{Breach, World, rules};

pub const ONE_PARTNER: &str = "a session has one partner, and is that one's";
pub const TOLD_ONCE: &str = "a match and its end are told exactly once";
pub const PARTNER_OR_NOBODY: &str = "a frame reaches the partner or nobody";
pub const EVERY_MESSAGE_ONCE: &str = "every message arrives once and in order";
pub const NO_CONVERSATION_LOST: &str = "a conversation ends by a wish, or when somebody is gone for too long";
pub const NOBODY_REFUSED: &str = "nobody is refused what they may do";
pub const SAME_PAIRS: &str = "the records lead to the same pairs, and nobody notices";
pub const ALL_MADE_GOOD: &str = "when nothing more breaks, all is delivered, or over for both";
pub const BEFORE_TIMERS: &str = "and that takes no timer";

/// From a state in which nothing more breaks, all is well after so many steps, or never.
const STEPS_MAX: usize = 2_000;
/// … and after so many moves of the clock: twice the grace, with a ping of either side every 25 s.
const MOVES_MAX: usize = 40;

pub fn all() -> Vec<Property<Bounds>> {
    fn no<const BREACH: u8>(_: &Bounds, world: &World) -> bool {
        world.breach.is_none_or(|breach| breach as u8 != BREACH)
    }
    vec![
        Property::always(ONE_PARTNER, no::<{ Breach::Paired as u8 }>),
        Property::always(TOLD_ONCE, no::<{ Breach::Told as u8 }>),
        Property::always(PARTNER_OR_NOBODY, no::<{ Breach::Strayed as u8 }>),
        Property::always(EVERY_MESSAGE_ONCE, no::<{ Breach::Delivery as u8 }>),
        Property::always(NO_CONVERSATION_LOST, no::<{ Breach::Lost as u8 }>),
        Property::always(NOBODY_REFUSED, no::<{ Breach::Refused as u8 }>),
        Property::always(SAME_PAIRS, no::<{ Breach::Records as u8 }>),
        Property::always(ALL_MADE_GOOD, |bounds, world| is_made_good(bounds, world, MOVES_MAX)),
        Property::always(BEFORE_TIMERS, |bounds, world| is_made_good(bounds, world, 0)),
        Property::sometimes("it comes to what this is about", |bounds, world| (bounds.witness)(bounds, world)),
    ]
}

/// What holds of the lobby after each of its steps.
pub fn hold_lobby(world: &mut World) {
    let pairs = pairs(&world.lobby);
    if !pairs.as_ref().is_some_and(are_symmetric) {
        world.breach(Breach::Paired);
    }
    let (restored, effects) = Lobby::restore(rules(), world.now, world.remains());
    let noticed = effects.iter().any(|effect| matches!(effect, Effect::Send { .. } | Effect::Close { .. }));
    if noticed || self::pairs(&restored) != pairs {
        world.breach(Breach::Records);
    }
}

/// With whom everybody talks who has a line.
type Pairs = BTreeMap<SessionId, Option<(ConversationId, SessionId)>>;

/// `None` where a session has two lines.
fn pairs(lobby: &Lobby) -> Option<Pairs> {
    let mut pairs = Pairs::new();
    for record in lobby.snapshot().into_values() {
        if let Record::Seated(kept) = record
            && pairs.insert(kept.person.id, kept.person.talking()).is_some()
        {
            return None;
        }
    }
    Some(pairs)
}

fn are_symmetric(pairs: &Pairs) -> bool {
    let talks = |(one, talk): (&SessionId, &Option<(ConversationId, SessionId)>)| {
        let Some((c, other)) = *talk else { return true };
        other != *one && pairs.get(&other).is_none_or(|talk| *talk == Some((c, *one)))
    };
    pairs.iter().all(talks)
}

/// Whether all is well when nothing more breaks and nobody says any more, after so many moves of the clock at most.
///
/// It is enough to look where nothing goes on by itself: from any other state a frame or a short timer leads on to a
/// state that is looked at as well.
fn is_made_good(bounds: &Bounds, world: &World, moves: usize) -> bool {
    if world.breach.is_some() || !bounds.flow(world).is_empty() {
        return true;
    }
    let unbounded = Bounds { lines: u64::MAX, ..bounds.clone() };
    let mut world = world.clone();
    for moved in 0..=moves {
        if !flow(&unbounded, &mut world) || world.breach.is_some() {
            return false;
        }
        if is_well(&world) {
            return true;
        }
        if moved < moves && !world.pass_time() {
            return false;
        }
    }
    false
}

/// Lets all happen that happens by itself; false when it goes on for ever.
fn flow(bounds: &Bounds, world: &mut World) -> bool {
    for _ in 0..STEPS_MAX {
        let Some(step) = bounds.flow(world).first().copied() else { return true };
        world.perform(step);
    }
    false
}

/// Both sides of each conversation have it on show, and all that was said in it; nobody is about to leave, and no two
/// look for a partner who may meet: two who have just parted do not yet.
fn is_well(world: &World) -> bool {
    let people = || 0..world.people.len();
    let seeking = people().filter(|who| world.people[*who].client.kept().place == Place::Seeking).count();
    (seeking < 2 || nobody_to_meet(world, seeking)) && people().all(|who| is_well_for(world, who))
}

/// All who look for a partner wait in the lobby, and no two of them may meet now.
fn nobody_to_meet(world: &World, seeking: usize) -> bool {
    let waiting = |record| match record {
        Record::Seated(kept) => Some(kept.person.seeker(kept.person.wait()?)),
        Record::Pending(_) => None,
    };
    let waiting: Vec<Seeker> = world.lobby.snapshot().into_values().filter_map(waiting).collect();
    let alone = |one: &Seeker| waiting.iter().all(|other| !one.may_meet(other, world.now));
    waiting.len() == seeking && waiting.iter().all(alone)
}

fn is_well_for(world: &World, who: usize) -> bool {
    let client = &world.people[who].client;
    let (kept, open) = (client.kept(), client.line().is_open());
    let settled = kept.parting.is_none() && !kept.stopping && kept.filings.is_empty();
    settled
        && match &kept.place {
            Place::Home => true,
            Place::Seeking => open,
            Place::Talking(talk) => {
                let mut others = (0..world.people.len()).filter(|other| *other != who);
                let both = others.any(|other| world.on_show(other) == Some(&talk.c));
                open && both && talk.outbox.acked() == talk.outbox.last()
            }
        }
}
