//! The rule of matching, written down a second time: no index, no due dates, everybody compared with everybody.

use std::collections::BTreeSet;

/// Milliseconds, of moments and of spans.
pub type Ms = u64;

const WIDEN: Ms = 10_000;
const PATIENT: Ms = 30_000;
const OVERDUE: Ms = 60_000;

/// Somebody who waits, in plain terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Someone {
    pub session: u8,
    pub visitor: u8,
    pub interests: BTreeSet<&'static str>,
    pub lang: Option<&'static str>,
    /// Visitors met within ten minutes before the wait began.
    pub recent: BTreeSet<u8>,
    pub blocked: BTreeSet<u8>,
    pub since: Ms,
    /// Tells apart who came in the same millisecond.
    pub order: u64,
    pub changed: Ms,
}

impl Someone {
    fn has_waited(&self, now: Ms, span: Ms) -> bool {
        now >= self.since + span
    }

    fn widened(&self, now: Ms) -> bool {
        let nothing_to_widen = self.interests.is_empty() && self.lang.is_none();
        nothing_to_widen || now >= self.changed + WIDEN || self.has_waited(now, OVERDUE)
    }

    pub fn shared(&self, other: &Self) -> usize {
        self.interests.intersection(&other.interests).count()
    }

    pub fn may_meet(&self, other: &Self, now: Ms) -> bool {
        let both = |test: &dyn Fn(&Self) -> bool| test(self) && test(other);
        let either = |test: &dyn Fn(&Self, &Self) -> bool| test(self, other) || test(other, self);
        if self.session == other.session || self.visitor == other.visitor {
            return false;
        }
        if either(&|one, two| one.blocked.contains(&two.visitor)) {
            return false;
        }
        if either(&|one, two| one.recent.contains(&two.visitor)) && !both(&|one| one.has_waited(now, PATIENT)) {
            return false;
        }
        if self.has_waited(now, OVERDUE) || other.has_waited(now, OVERDUE) {
            return true;
        }
        let open = both(&|one| one.interests.is_empty() || one.widened(now));
        let one_language = self.lang.is_none() || other.lang.is_none() || self.lang == other.lang;
        (self.shared(other) > 0 || open) && (one_language || both(&|one| one.widened(now)))
    }

    /// Whether time has changed whom this one may meet, after `before` and up to `now`.
    fn turns(&self, before: Ms, now: Ms) -> bool {
        let widens = self.widened(now) && !self.widened(before);
        let passed = |span| self.has_waited(now, span) && !self.has_waited(before, span);
        widens || passed(PATIENT) || passed(OVERDUE)
    }
}

/// Those who wait, the longest wait first.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    pub waiting: Vec<Someone>,
    /// Those who have forgotten somebody, and may meet them now.
    forgetful: BTreeSet<u8>,
    now: Ms,
}

/// Two who meet: the one who looked, and the one who was found.
pub type Pair = (u8, u8);

impl Reference {
    /// Time passes: those for whom something changes look again, in the order of their waiting.
    pub fn pass(&mut self, now: Ms) -> Vec<Pair> {
        let before = std::mem::replace(&mut self.now, now);
        let forgetful = std::mem::take(&mut self.forgetful);
        let turns = |one: &&Someone| one.turns(before, now) || forgetful.contains(&one.session);
        let turning: Vec<u8> = self.waiting.iter().filter(turns).map(|one| one.session).collect();
        turning.into_iter().filter_map(|session| self.look(session)).collect()
    }

    /// Somebody comes, or changes what they look for.
    pub fn find(&mut self, someone: Someone) -> Option<Pair> {
        let session = someone.session;
        self.leave(session);
        self.waiting.push(someone);
        self.waiting.sort_by_key(|one| (one.since, one.order));
        self.look(session)
    }

    /// Somebody who waits remembers others than before.
    pub fn update(&mut self, someone: Someone) {
        let known = self.waiting.iter_mut().find(|one| one.session == someone.session).expect("somebody who waits");
        if !known.recent.is_subset(&someone.recent) || !known.blocked.is_subset(&someone.blocked) {
            self.forgetful.insert(someone.session);
        }
        *known = someone;
    }

    fn look(&mut self, session: u8) -> Option<Pair> {
        let seeker = self.waiting.iter().find(|one| one.session == session)?;
        let candidates = self.waiting.iter().filter(|one| seeker.may_meet(one, self.now));
        // The first of those with the highest rank: the list is in the order of waiting.
        let overdue = |one: &Someone| one.has_waited(self.now, OVERDUE);
        let rank = |one: &Someone| if overdue(one) { usize::MAX } else { seeker.shared(one) };
        let mut best: Option<&Someone> = None;
        for one in candidates {
            if best.is_none_or(|best| rank(one) > rank(best)) {
                best = Some(one);
            }
        }
        let partner = best?.session;
        self.leave(session);
        self.leave(partner);
        Some((session, partner))
    }

    pub fn leave(&mut self, session: u8) {
        self.waiting.retain(|one| one.session != session);
    }

    /// Two who may meet, and are both left waiting.
    pub fn left_waiting(&self) -> Option<(&Someone, &Someone)> {
        let pairs = self.waiting.iter().flat_map(|one| self.waiting.iter().map(move |other| (one, other)));
        pairs.into_iter().find(|(one, other)| one.may_meet(other, self.now))
    }
}
