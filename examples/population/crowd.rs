//! A crowd that comes, waits, talks, skips, parts and goes, matched by the service's own matchmaker.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use edgewise::domain::matchmaker::{Matchmaker, Seeker, Wait};
use edgewise::domain::time::Time;

use crate::figures::Tally;
use crate::luck::Luck;
use crate::people::{Doing, Person, Public, ids, number};

const BEGINNING: u64 = 1_800_000_000_000;
/// Of a hundred conversations so many are skipped by one of the two …
const SKIPPED_PERCENT: u64 = 50;
/// … after a glance of so long, and on average this much more.
const GLANCE_MS: u64 = 2_000;
const SKIP_MS: f64 = 8_000.0;
/// The others last so long at least, and on average twice that.
const TALK_MS: f64 = 90_000.0;
const TALK_MS_MAX: f64 = 3.0 * 3_600_000.0;
/// Of a hundred conversations so many end with a block.
const BLOCKED_PERCENT: u64 = 1;
/// Of a hundred who have parted so many look for the next, on average after so long if it was not them who left.
const NEXT_PERCENT: u64 = 75;
const BREATH_MS: f64 = 3_000.0;
/// How long people wait on average before they give up, each time.
const PATIENCE_MS: f64 = 120_000.0;
/// Within about so long those look who are there to begin with; then others come.
const FIRST_MS: u64 = 60_000;
/// What is remembered as "again".
const AGAIN_MS: u64 = 600_000;

/// What happens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrives,
    Looks { who: u32 },
    GivesUp { who: u32, turn: u32 },
    Parts { one: u32, other: u32 },
}

pub struct Crowd {
    now: u64,
    luck: Luck,
    public: Public,
    queue: Matchmaker,
    /// Everybody who ever came, and those who went.
    people: Vec<Option<Box<Person>>>,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    happened: u64,
    /// On average, so long from one arrival to the next; none means that nobody comes by themself.
    every_ms: Option<f64>,
    pub tally: Tally,
}

impl Crowd {
    /// A crowd of `size` to begin with.
    pub fn new(seed: u64, size: u32, every_ms: Option<f64>) -> Self {
        let mut crowd = Self {
            now: BEGINNING,
            luck: Luck::new(seed),
            public: Public::new(),
            queue: Matchmaker::default(),
            people: Vec::new(),
            events: BinaryHeap::new(),
            happened: 0,
            every_ms,
            tally: Tally::default(),
        };
        for _ in 0..size {
            let (who, after) = (crowd.arrive(), crowd.luck.lasting(FIRST_MS as f64));
            crowd.then(after, Event::Looks { who });
        }
        if every_ms.is_some() {
            crowd.then(FIRST_MS, Event::Arrives);
        }
        crowd
    }

    /// From now on things count.
    pub fn begin(&mut self) {
        self.tally.begin(self.now);
    }

    /// How long it has been going on.
    pub fn age_ms(&self) -> u64 {
        self.now - BEGINNING
    }

    /// How many have ever come.
    pub fn came(&self) -> usize {
        self.people.len()
    }

    /// Whatever happens next.
    pub fn step(&mut self) {
        let due = self.queue.deadline().map(|at| at.round_up(1_000).as_ms());
        let next = self.events.peek().map(|Reverse((at, ..))| *at);
        if let Some(due) = due.filter(|due| next.is_none_or(|next| *due <= next)) {
            self.pass(due);
            self.settle();
        } else {
            let Some(Reverse((at, _, event))) = self.events.pop() else { return };
            self.pass(at);
            self.happen(event);
        }
    }

    fn pass(&mut self, now: u64) {
        self.tally.passes(now - self.now);
        self.now = now;
    }

    fn then(&mut self, after: u64, event: Event) {
        self.happened += 1;
        self.events.push(Reverse((self.now + after, self.happened, event)));
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Arrives => {
                let who = self.arrive();
                self.look(who);
                if let Some(every_ms) = self.every_ms {
                    let after = self.luck.lasting(every_ms);
                    self.then(after, Event::Arrives);
                }
            }
            Event::Looks { who } => self.look(who),
            Event::GivesUp { who, turn } => self.give_up(who, turn),
            Event::Parts { one, other } => {
                for (who, after) in self.part(one, other) {
                    if self.luck.percent(NEXT_PERCENT) {
                        self.then(after, Event::Looks { who });
                    } else {
                        self.go(who);
                    }
                }
            }
        }
    }

    fn arrive(&mut self) -> u32 {
        let person = self.public.draw(&mut self.luck);
        self.enter(person)
    }

    /// Somebody comes, and does nothing yet.
    pub fn enter(&mut self, person: Person) -> u32 {
        self.people.push(Some(Box::new(person)));
        self.tally.comes();
        u32::try_from(self.people.len() - 1).expect("not that many")
    }

    fn go(&mut self, who: u32) {
        self.people[who as usize] = None;
        self.tally.goes();
    }

    pub fn person(&mut self, who: u32) -> &mut Person {
        self.people[who as usize].as_mut().expect("somebody who is here")
    }

    /// Somebody begins to look for a partner.
    pub fn look(&mut self, who: u32) {
        self.settle();
        let (now, (session, visitor)) = (Time::from_ms(self.now), ids(who));
        let place = self.queue.new_place(now);
        let person = self.people[who as usize].as_mut().expect("somebody who is here");
        person.turn += 1;
        person.doing = Doing::Waiting { since: self.now };
        let (turn, stays) = (person.turn, person.stays);
        let wait = Wait::at(place, now, &person.preferences);
        let seeker = Seeker::new(session, visitor, wait, &person.preferences, &person.memory);
        if !self.find(seeker) && !stays {
            let patience = self.luck.lasting(PATIENCE_MS);
            self.then(patience, Event::GivesUp { who, turn });
        }
    }

    /// Those for whom time has changed something look again.
    fn settle(&mut self) {
        for session in self.queue.due(Time::from_ms(self.now)) {
            if let Some(seeker) = self.queue.get(session).cloned() {
                self.find(seeker);
            }
        }
    }

    fn find(&mut self, seeker: Seeker) -> bool {
        let session = seeker.session;
        let Some(partner) = self.queue.find(Time::from_ms(self.now), seeker) else { return false };
        self.queue.leave(session);
        self.queue.leave(partner);
        self.meet(number(session), number(partner));
        true
    }

    fn meet(&mut self, one: u32, other: u32) {
        let now = self.now;
        for (who, with) in [(one, other), (other, one)] {
            let person = self.person(who);
            let Doing::Waiting { since } = person.doing else { panic!("met without waiting") };
            person.doing = Doing::Talking { with };
            self.tally.waited(self.now, since);
        }
        let likes = |person: &Person| person.preferences.clone();
        let (ones, others) = (likes(self.person(one)), likes(self.person(other)));
        let again = self.person(one).left.iter().any(|(who, at)| *who == other && now - at < AGAIN_MS);
        self.tally.met(&ones, &others, again);
        let lasts = if self.luck.percent(SKIPPED_PERCENT) {
            GLANCE_MS + self.luck.lasting(SKIP_MS)
        } else {
            self.luck.heavy(TALK_MS, TALK_MS_MAX)
        };
        self.then(lasts, Event::Parts { one, other });
    }

    /// A conversation ends; who is free after how long, the one who has left first.
    pub fn part(&mut self, one: u32, other: u32) -> [(u32, u64); 2] {
        let (first, second) = if self.luck.percent(50) { (one, other) } else { (other, one) };
        let (now, blocks) = (self.now, self.luck.percent(BLOCKED_PERCENT));
        for (who, partner) in [(first, second), (second, first)] {
            let person = self.person(who);
            person.doing = Doing::Nothing;
            person.memory.part(ids(partner).1, Time::from_ms(now));
            person.left.retain(|(_, at)| now - at < AGAIN_MS);
            person.left.push((partner, now));
            if blocks && who == first {
                person.memory.block(ids(partner).1);
            }
        }
        [(first, 0), (second, self.luck.lasting(BREATH_MS))]
    }

    fn give_up(&mut self, who: u32, turn: u32) {
        let Some(person) = self.people[who as usize].as_ref().filter(|person| person.turn == turn) else { return };
        if let Doing::Waiting { since } = person.doing {
            self.queue.leave(ids(who).0);
            self.tally.gave_up(since);
            self.go(who);
        }
    }

    /// Lets time pass, for `ms` at most, until somebody talks; whether they do.
    #[cfg(test)]
    pub fn wait_until_talking(&mut self, who: u32, ms: u64) -> Option<u64> {
        let begun = self.now;
        loop {
            if matches!(self.person(who).doing, Doing::Talking { .. }) {
                return Some(self.now - begun);
            }
            let due = self.queue.deadline().map(|at| at.round_up(1_000).as_ms());
            let at = due.filter(|at| *at <= begun + ms);
            self.pass(at.unwrap_or(begun + ms));
            self.settle();
            at?;
        }
    }

    /// Nothing but time passes.
    #[cfg(test)]
    pub fn pass_by(&mut self, ms: u64) {
        self.pass(self.now + ms);
    }
}
