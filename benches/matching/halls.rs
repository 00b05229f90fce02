//! Queues as they can come about, of the kinds that make a look for a partner long.

use edgewise::domain::id::{SessionId, VisitorId};
use edgewise::domain::limits::{BLOCKS_MAX, RECENTS_MAX};
use edgewise::domain::matchmaker::{Matchmaker, Seeker, Wait};
use edgewise::domain::memory::Memory;
use edgewise::domain::protocol::{Interests, Lang, Preferences};
use edgewise::domain::time::Time;

use crate::chance::Chance;

const NOW: Time = Time::from_ms(1_800_000_000_000);
/// How many different people look at a queue that is large.
const NEWCOMERS: u32 = 2_000;

/// A queue, and those who come to it, one at a time: each leaves before the next one comes.
pub struct Hall {
    pub name: String,
    pub queue: Matchmaker,
    pub now: Time,
    pub newcomers: Vec<Seeker>,
    /// Whether each of them meets somebody.
    pub meets: bool,
}

/// The same id for the same number, in an order that is not that of the numbers.
fn id(n: u32) -> [u8; 16] {
    let mut chance = Chance::new(n.into());
    std::array::from_fn(|_| u8::try_from(chance.below(256)).expect("a byte"))
}

fn session(n: u32) -> [u8; 16] {
    let mut id = [7; 16];
    id[..4].copy_from_slice(&n.wrapping_mul(0x9e37_79b1).to_be_bytes());
    id
}

/// Somebody to be.
#[derive(Clone, Default)]
struct Someone {
    interests: Vec<String>,
    lang: Option<Lang>,
    memory: Memory,
}

impl Someone {
    fn likes(interests: impl IntoIterator<Item = String>) -> Self {
        Self { interests: interests.into_iter().collect(), ..Self::default() }
    }

    fn speaking(self, lang: Option<Lang>) -> Self {
        Self { lang, ..self }
    }

    fn blocking(mut self, visitors: impl IntoIterator<Item = u32>) -> Self {
        visitors.into_iter().for_each(|visitor| self.memory.block(VisitorId(id(visitor))));
        self
    }

    fn who_met(mut self, visitors: impl IntoIterator<Item = u32>) -> Self {
        visitors.into_iter().for_each(|visitor| self.memory.part(VisitorId(id(visitor)), NOW));
        self
    }

    fn seeker(self, queue: &Matchmaker, n: u32, visitor: u32, now: Time) -> Seeker {
        let interests = Interests::try_from(self.interests).expect("interests").0;
        let preferences = Preferences { interests, lang: self.lang };
        let wait = Wait::at(queue.new_place(now), now, &preferences);
        Seeker::new(SessionId(session(n)), VisitorId(id(visitor)), wait, &preferences, &self.memory)
    }
}

/// The `n`th of 18 252 languages.
fn lang(n: u32) -> Lang {
    let letter = |n: u32| char::from(b'a' + u8::try_from(n % 26).expect("a letter"));
    let text: String = match n.checked_sub(26 * 26) {
        None => [letter(n / 26), letter(n)].iter().collect(),
        Some(rest) => [letter(rest / 676), letter(rest / 26), letter(rest)].iter().collect(),
    };
    text.try_into().expect("a language")
}

fn grouped(n: u32) -> String {
    format!("{} {:03}", n / 1_000, n % 1_000)
}

fn usual_lang(n: u32) -> Option<Lang> {
    [None, Some(lang(108)), Some(lang(82)), Some(lang(148))][n as usize % 4]
}

impl Hall {
    fn new(name: impl Into<String>, meets: bool) -> Self {
        let (queue, newcomers) = (Matchmaker::default(), Vec::new());
        Self { name: name.into(), queue, now: NOW, newcomers, meets }
    }

    /// Somebody who waits already. Nobody here may meet them, so that they would wait if they had looked.
    fn seat(&mut self, n: u32, visitor: u32, someone: Someone) {
        let seeker = someone.seeker(&self.queue, n, visitor, self.now);
        self.queue.seat(self.now, seeker);
    }

    fn expect(&mut self, n: u32, visitor: u32, someone: Someone) {
        let now = self.now.plus(1);
        self.newcomers.push(someone.seeker(&self.queue, n, visitor, now));
    }

    fn now(mut self) -> Self {
        self.now = self.now.plus(1);
        self
    }
}

/// `size` people of whom no two share an interest.
pub fn disjoint(size: u32, meets: bool) -> Hall {
    let who = if meets { "who shares one" } else { "who shares none" };
    let mut hall = Hall::new(format!("{} wait, none alike; one {who}", grouped(size)), meets);
    let own = |n: u32| (0..=n % 3).map(move |at| format!("interest {n} {at}"));
    for n in 0..size {
        hall.seat(n, n, Someone::likes(own(n)).speaking(usual_lang(n)));
    }
    let mut chance = Chance::new(1);
    for n in (0..NEWCOMERS).map(|n| size + n) {
        let other = u32::try_from(chance.below(size.into())).expect("one of them");
        let shared = meets.then(|| format!("interest {other} 0"));
        let someone = Someone::likes(own(3 * n + 1).chain(shared)).speaking(usual_lang(if meets { other } else { n }));
        hall.expect(n, n, someone);
    }
    hall.now()
}

/// `all` visitors each of whom may not meet the others, because one remembers it; but the last two of them may meet.
fn excluding(name: &str, all: u32, each: usize, meets: bool, remember: impl Fn(Someone, Vec<u32>) -> Someone) -> Hall {
    let who = if meets { "may meet the last" } else { "may meet nobody" };
    let mut hall = Hall::new(format!("{name}; one {who}"), meets);
    let each = u32::try_from(each).expect("a few");
    assert_eq!(all, 2 * each + 1, "the most who can exclude each other");
    for n in 0..all {
        let others =
            (1..=each).map(|step| (n + step) % all).filter(|other| !(meets && n + 2 == all && *other + 1 == all));
        let someone = remember(Someone::default(), others.collect());
        if n + 1 < all { hall.seat(n, n, someone) } else { hall.expect(n, n, someone) }
    }
    hall.now()
}

/// 17 visitors who have all met lately.
pub fn recents(meets: bool) -> Hall {
    excluding("17 who have all met lately", 17, RECENTS_MAX, meets, Someone::who_met)
}

/// 401 visitors who have all blocked one another.
pub fn blocks(meets: bool) -> Hall {
    excluding("401 who have all blocked each other", 401, BLOCKS_MAX, meets, Someone::blocking)
}

/// People who share an interest, and speak as many languages as they are.
pub fn languages(meets: bool) -> Hall {
    const SIZE: u32 = 16_000;
    let who = if meets { "who speaks the last one" } else { "who speaks another" };
    let mut hall = Hall::new(format!("{} who like chess, in as many languages; one {who}", grouped(SIZE)), meets);
    let chess = || Someone::likes(["chess".to_owned()]);
    for n in 0..SIZE {
        hall.seat(n, n, chess().speaking(Some(lang(n))));
    }
    for n in (0..NEWCOMERS).map(|n| SIZE + n) {
        hall.expect(n, n, chess().speaking(Some(lang(if meets { SIZE - 1 } else { n }))));
    }
    hall.now()
}

/// 4 000 tabs of a visitor who has blocked everybody else there is.
pub fn tabs(meets: bool) -> Hall {
    const SIZE: u32 = 4_000;
    let who = if meets { "may meet the last" } else { "may meet nobody" };
    let mut hall = Hall::new(format!("{} tabs of one who blocks; one {who}", grouped(SIZE)), meets);
    for n in 0..SIZE {
        hall.seat(n, 0, Someone::default().blocking([SIZE, SIZE + 1]));
    }
    if meets {
        hall.seat(SIZE, SIZE, Someone::default());
    }
    hall.expect(SIZE + 1, SIZE + 1, Someone::default());
    hall.now()
}

/// 401 visitors who have all blocked one another, with ten tabs each: the most who can exclude each other in one lobby.
pub fn tabs_and_blocks() -> Hall {
    let mut hall = Hall::new("401 who block, in 4 010 tabs; one may meet nobody", false);
    for n in 0..4_010 {
        let others = (1..=200).map(|step| (n + step) % 401);
        hall.seat(n, n % 401, Someone::default().blocking(others));
    }
    hall.expect(4_010, 0, Someone::default().blocking(1..=200));
    hall.now()
}

/// 4 000 people whose interests are popular as words are, let in while matching was paused.
pub fn paused() -> Hall {
    const SIZE: u32 = 4_000;
    let mut hall = Hall::new("4 000 at once, popular interests", true);
    let (mut chance, weights) = (Chance::new(2), zipf(2_000));
    for n in 0..SIZE {
        let interests = (0..chance.below(6)).map(|_| format!("interest {}", draw(&mut chance, &weights)));
        let someone = Someone::likes(interests.collect::<Vec<_>>()).speaking(usual_lang(n / 7));
        hall.seat(n, n, someone);
        hall.now = hall.now.plus(1);
    }
    hall
}

/// How often each of `n` things is named, if the `k`th is named `k` times less often than the first; added up.
fn zipf(n: u64) -> Vec<u64> {
    let mut sum = 0;
    (1..=n)
        .map(|k| {
            sum += 1_000_000 / k;
            sum
        })
        .collect()
}

fn draw(chance: &mut Chance, sums: &[u64]) -> usize {
    let at = chance.below(*sums.last().expect("things"));
    sums.partition_point(|sum| *sum <= at)
}
