//! What people are like. Every number of the model is here or in [`super::crowd`]; none of them was measured.

use edgewise::domain::id::{SessionId, VisitorId};
use edgewise::domain::memory::Memory;
use edgewise::domain::protocol::{Interest, Lang, Preferences};

use crate::luck::{Luck, Popular};

/// Of a hundred people, so many give no language, English, and so on.
const LANGS: [(&str, u64); 12] = [
    ("", 35),
    ("en", 30),
    ("es", 8),
    ("de", 5),
    ("fr", 5),
    ("pt", 5),
    ("ru", 4),
    ("ar", 2),
    ("id", 2),
    ("tr", 2),
    ("it", 1),
    ("pl", 1),
];
/// Of a hundred people, so many give no interest, one, and so on.
const INTERESTS_GIVEN: [(usize, u64); 6] = [(0, 35), (1, 20), (2, 20), (3, 15), (4, 6), (5, 4)];
/// How many interests there are; the n-th is named n times less often than the first.
const INTERESTS: u64 = 3_000;

/// One person, who stays until they give up waiting or have talked enough.
pub struct Person {
    pub preferences: Preferences,
    pub memory: Memory,
    pub doing: Doing,
    /// Whom they have left lately, and when.
    pub left: Vec<(u32, u64)>,
    /// Counts what they do, so that a patience that has run out is known to be of an earlier wait.
    pub turn: u32,
    /// Never gives up.
    pub stays: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    Nothing,
    Waiting { since: u64 },
    Talking { with: u32 },
}

impl Person {
    pub fn who_likes(interests: &[&str], lang: &str) -> Self {
        let interest = |text: &&str| Interest::try_from((*text).to_owned()).expect("an interest");
        let interests = interests.iter().map(interest).collect();
        let preferences = Preferences { interests, lang: lang.to_owned().try_into().ok() };
        let (memory, left) = (Memory::default(), Vec::new());
        Self { preferences, memory, doing: Doing::Nothing, left, turn: 0, stays: false }
    }
}

/// Both ids of the `n`th person: in this model nobody has two tabs, and nobody comes twice.
pub fn ids(n: u32) -> (SessionId, VisitorId) {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    (SessionId(id), VisitorId(id))
}

pub fn number(SessionId([a, b, c, d, ..]): SessionId) -> u32 {
    u32::from_be_bytes([a, b, c, d])
}

/// Where people come from.
pub struct Public {
    interests: Popular<Interest>,
    given: Popular<usize>,
    langs: Popular<Option<Lang>>,
}

impl Public {
    pub fn new() -> Self {
        let interest = |n: u64| Interest::try_from(format!("interest {n}")).expect("an interest");
        Self {
            interests: Popular::new((1..=INTERESTS).map(|n| (interest(n), 1_000_000_000 / n))),
            given: Popular::new(INTERESTS_GIVEN),
            langs: Popular::new(LANGS.map(|(lang, weight)| (lang.to_owned().try_into().ok(), weight))),
        }
    }

    pub fn draw(&self, luck: &mut Luck) -> Person {
        let mut person = Person::who_likes(&[], "");
        person.preferences.lang = self.langs.draw(luck);
        let interests = &mut person.preferences.interests;
        for _ in 0..self.given.draw(luck) {
            let interest = self.interests.draw(luck);
            if !interests.contains(&interest) {
                interests.push(interest);
            }
        }
        person
    }
}
