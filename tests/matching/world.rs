//! People who look for partners, twice: as the service matches them, and as the reference does.

use std::collections::{BTreeMap, BTreeSet};

use edgewise::domain::id::{SessionId, VisitorId};
use edgewise::domain::matchmaker::{Matchmaker, Place, Seeker, Wait};
use edgewise::domain::memory::Memory;
use edgewise::domain::protocol::{Interests, Preferences};
use edgewise::domain::time::Time;

use crate::chance::Chance;
use crate::reference::{Ms, Pair, Reference, Someone};

const BEGINNING: Ms = 1_800_000_000_000;
const RECENT: Ms = 10 * 60_000;
const INTERESTS: [&str; 4] = ["chess", "go", "jazz", "tea"];

/// What a visitor remembers, in both tongues.
#[derive(Clone, Debug, Default)]
struct Mind {
    memory: Memory,
    met: BTreeMap<u8, Ms>,
    blocked: BTreeSet<u8>,
}

/// What somebody looks for, in both tongues.
#[derive(Clone, Debug, Default)]
struct Wish {
    preferences: Preferences,
    interests: BTreeSet<&'static str>,
    lang: Option<&'static str>,
}

/// Everybody.
pub struct World {
    now: Ms,
    crowd: u64,
    queue: Matchmaker,
    reference: Reference,
    minds: BTreeMap<u8, Mind>,
    wishes: BTreeMap<u8, Wish>,
    /// Everybody who talks, and with whom.
    partners: BTreeMap<u8, u8>,
    pub met: u64,
}

/// Fewer visitors than sessions: some have two tabs.
const fn visitor_of(session: u8) -> u8 {
    session % 8
}

const fn session_id(session: u8) -> SessionId {
    SessionId([session; 16])
}

impl World {
    pub fn new(crowd: u64) -> Self {
        let mut reference = Reference::default();
        assert_eq!(reference.pass(BEGINNING), []);
        Self {
            now: BEGINNING,
            crowd,
            queue: Matchmaker::default(),
            reference,
            minds: BTreeMap::new(),
            wishes: BTreeMap::new(),
            partners: BTreeMap::new(),
            met: 0,
        }
    }

    fn time(&self) -> Time {
        Time::from_ms(self.now)
    }

    /// One thing happens.
    pub fn act(&mut self, chance: &mut Chance) {
        let who = u8::try_from(chance.below(self.crowd)).expect("few");
        match chance.below(20) {
            0..9 if self.partners.contains_key(&who) => self.part(who, chance),
            0..9 => self.find(who, chance),
            9 => self.leave(who),
            10 => self.block(who, chance),
            11 => self.restore(),
            12..16 => {
                let due = self.queue.deadline().map(Time::as_ms);
                self.pass(due.unwrap_or(self.now + 1_000));
            }
            _ => {
                let ms = chance.pick(&[0, 1, 3_000, 10_000, 29_000, 61_000, 300_000]).expect("a time");
                self.pass(self.now + ms);
            }
        }
        self.check();
    }

    /// Time passes, perhaps past several moments at which something is due.
    fn pass(&mut self, now: Ms) {
        self.now = now.max(self.now);
        let expected = self.reference.pass(self.now);
        let mut pairs = Vec::new();
        for id in self.queue.due(self.time()) {
            let Some(seeker) = self.queue.get(id).cloned() else { continue };
            pairs.extend(self.look(seeker));
        }
        assert_eq!(pairs, expected, "time has brought together others");
        self.talk(&pairs);
    }

    fn look(&mut self, seeker: Seeker) -> Option<Pair> {
        let id = seeker.session;
        let partner = self.queue.find(self.time(), seeker)?;
        self.queue.leave(id);
        self.queue.leave(partner);
        Some((id.0[0], partner.0[0]))
    }

    fn talk(&mut self, pairs: &[Pair]) {
        for (one, other) in pairs {
            for (who, partner) in [(*one, *other), (*other, *one)] {
                assert_ne!(visitor_of(who), visitor_of(partner), "invariant 1: somebody has met themself");
                let before = self.partners.insert(who, partner);
                assert_eq!(before, None, "invariant 1: {who} has two partners");
                let blocked = &self.minds.entry(visitor_of(who)).or_default().blocked;
                assert!(!blocked.contains(&visitor_of(partner)), "invariant 6: {who} has blocked {partner}");
            }
            self.met += 1;
        }
    }

    fn find(&mut self, who: u8, chance: &mut Chance) {
        self.pass(self.now);
        if self.partners.contains_key(&who) {
            return;
        }
        let known = self.queue.get(session_id(who)).map(|seeker| seeker.wait);
        let (before, wish) = (self.wishes.remove(&who), Wish::draw(chance));
        let place = known.map_or(self.queue.new_place(self.time()), |wait| wait.place);
        let unchanged = before.is_some_and(|before| before.preferences == wish.preferences);
        let wait = match known {
            Some(wait) if unchanged => wait,
            _ => Wait::at(place, self.time(), &wish.preferences),
        };
        self.wishes.insert(who, wish);
        let waited = self.reference.waiting.iter().find(|one| one.session == who);
        let changed = waited.filter(|_| unchanged).map_or(self.now, |one| one.changed);
        let others = self.reference.waiting.clone();
        let someone = self.someone(who, place, changed);
        let expected = self.reference.find(someone.clone());
        let pair = self.look(self.seeker(who, wait));
        assert_eq!(pair, expected, "{who} meets somebody else");
        if let Some((_, partner)) = pair {
            self.check_fairness(&someone, partner, &others);
        }
        self.talk(pair.as_slice());
    }

    /// Of those whom somebody may meet, nobody who has waited longer than the one they met shares as much.
    fn check_fairness(&self, someone: &Someone, partner: u8, others: &[Someone]) {
        let may_meet = others.iter().filter(|other| someone.may_meet(other, self.now));
        let partner = others.iter().find(|other| other.session == partner).expect("somebody who waited");
        for other in may_meet.filter(|other| (other.since, other.order) < (partner.since, partner.order)) {
            assert!(someone.shared(other) < someone.shared(partner), "{partner:?} was met before {other:?}");
        }
    }

    fn seeker(&self, who: u8, wait: Wait) -> Seeker {
        let memory = self.minds.get(&visitor_of(who)).map(|mind| mind.memory.clone()).unwrap_or_default();
        let visitor = VisitorId([visitor_of(who); 16]);
        Seeker::new(session_id(who), visitor, wait, &self.wishes[&who].preferences, &memory)
    }

    fn someone(&self, who: u8, place: Place, changed: Ms) -> Someone {
        let (wish, since) = (&self.wishes[&who], place.since.as_ms());
        let mind = self.minds.get(&visitor_of(who)).cloned().unwrap_or_default();
        let recent = mind.met.iter().filter(|(_, at)| **at + RECENT > since).map(|(visitor, _)| *visitor);
        Someone {
            session: who,
            visitor: visitor_of(who),
            interests: wish.interests.clone(),
            lang: wish.lang,
            recent: recent.collect(),
            blocked: mind.blocked,
            since,
            order: place.order,
            changed,
        }
    }

    fn leave(&mut self, who: u8) {
        self.reference.leave(who);
        self.queue.leave(session_id(who));
    }

    /// Two stop talking. Sometimes only one of them remembers it.
    fn part(&mut self, who: u8, chance: &mut Chance) {
        let Some(partner) = self.partners.remove(&who) else { return };
        self.partners.remove(&partner);
        let (ones, others) = chance.pick(&[(true, true), (true, false), (false, true)]).expect("who remembers");
        for (who, partner, remembers) in [(who, partner, ones), (partner, who, others)] {
            if remembers {
                let (now, at) = (self.time(), self.now);
                let met = visitor_of(partner);
                self.learn(who, |mind| {
                    mind.memory.part(VisitorId([met; 16]), now);
                    mind.met.retain(|_, known| at - *known < RECENT);
                    mind.met.insert(met, at);
                });
            }
        }
    }

    fn block(&mut self, who: u8, chance: &mut Chance) {
        let blocked = visitor_of(u8::try_from(chance.below(self.crowd)).expect("few"));
        // A world in which everybody blocks everybody shows little, and who talks with somebody has not blocked them.
        let talks = self
            .partners
            .iter()
            .any(|(one, other)| (visitor_of(*one), visitor_of(*other)) == (visitor_of(who), blocked));
        if !talks && chance.percent(30) {
            self.learn(who, |mind| {
                mind.memory.block(VisitorId([blocked; 16]));
                mind.blocked.insert(blocked);
            });
        }
    }

    /// A visitor learns something, and whoever of them waits is told.
    fn learn(&mut self, who: u8, learn: impl FnOnce(&mut Mind)) {
        learn(self.minds.entry(visitor_of(who)).or_default());
        for session in 0..u8::try_from(self.crowd).expect("few") {
            let Some(wait) = self.queue.get(session_id(session)).map(|seeker| seeker.wait) else { continue };
            if visitor_of(session) != visitor_of(who) {
                continue;
            }
            self.queue.update(self.seeker(session, wait));
            let changed = self.reference.waiting.iter().find(|one| one.session == session).expect("waits too").changed;
            self.reference.update(self.someone(session, wait.place, changed));
        }
    }

    /// Memory is lost: the queue is put together again from what is kept of each who waits.
    fn restore(&mut self) {
        self.pass(self.now);
        let waiting: Vec<Seeker> = self.queue.waiting().cloned().collect();
        self.queue = Matchmaker::default();
        for seeker in waiting {
            self.queue.seat(Time::default(), seeker);
        }
        let due = self.queue.due(self.time());
        assert_eq!(due.len(), self.queue.len(), "whoever is restored looks again");
        for id in due {
            let seeker = self.queue.get(id).cloned().expect("nobody is met");
            assert_eq!(self.look(seeker), None, "invariant 9: restored, and matched");
        }
    }

    fn check(&mut self) {
        self.pass(self.now);
        let waiting: BTreeSet<u8> = self.queue.waiting().map(|seeker| seeker.session.0[0]).collect();
        let expected: BTreeSet<u8> = self.reference.waiting.iter().map(|one| one.session).collect();
        assert_eq!(waiting, expected, "others wait");
        assert_eq!(self.reference.left_waiting(), None, "invariant 2: two who may meet are left waiting");
        let talking = waiting.iter().find(|who| self.partners.contains_key(who));
        assert_eq!(talking, None, "invariant 1: waits and talks");
    }
}

impl Wish {
    fn draw(chance: &mut Chance) -> Self {
        let mut interests = BTreeSet::new();
        for _ in 0..chance.below(4) {
            interests.extend(chance.pick(&INTERESTS));
        }
        let lang = chance.pick(&[None, None, Some("en"), Some("de"), Some("fr")]).expect("a language");
        let texts: Vec<String> = interests.iter().map(|text| (*text).to_owned()).collect();
        let preferences = Preferences {
            interests: Interests::try_from(texts).expect("interests").0,
            lang: lang.map(|lang| lang.to_owned().try_into().expect("a language")),
        };
        Self { preferences, interests, lang }
    }
}
