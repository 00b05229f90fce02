//! The list of bans as the operator sees it. What lobbies are told of it is [`Bans`].

use serde::{Deserialize, Serialize};

use super::bans::{Bans, Barred};
use super::id::{NetworkKey, VisitorKey};
use super::limits::{AUTOMATIC_BAN_MS, BAN_MS_MAX, BANS_MAX};
use super::protocol::ProblemCode;
use super::time::Time;

/// A ban that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NewBan {
    /// The browser that is to be kept out.
    pub visitor: Option<VisitorKey>,
    /// The network that is to be kept out.
    pub network: Option<NetworkKey>,
    /// Until when.
    pub until: Time,
    /// Why, in the operator's words.
    pub reason: String,
    /// The report that it is about.
    pub report: Option<String>,
    /// Whether the service asks for it by itself.
    pub automatic: bool,
}

impl NewBan {
    /// The ban of somebody whom several people have reported, for a while from now on: the browser alone, because others may be
    /// in the same network, and nobody has looked.
    #[must_use]
    pub fn automatic(visitor: VisitorKey, report: &str, now: Time) -> Self {
        Self {
            visitor: Some(visitor),
            network: None,
            until: now.plus(AUTOMATIC_BAN_MS),
            reason: "several people have reported this person".to_owned(),
            report: Some(report.to_owned()),
            automatic: true,
        }
    }
}

/// A ban in force.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ban {
    /// What it is lifted by.
    pub id: u64,
    /// Since when.
    pub at: Time,
    /// What was asked for.
    pub of: NewBan,
}

/// All bans in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BanList {
    /// The oldest first.
    bans: Vec<Ban>,
    told: Bans,
}

impl BanList {
    /// What lobbies are told.
    #[must_use]
    pub const fn told(&self) -> &Bans {
        &self.told
    }

    /// Those in force, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Ban> {
        self.bans.iter().rev()
    }

    /// Bans somebody. `None` when the service asks for what is in force already: a repeat extends nothing.
    ///
    /// # Errors
    /// `bad_request` when it would be over already, or end after [`BAN_MS_MAX`], or nobody is named; `full` when
    /// [`BANS_MAX`] are in force.
    pub fn ban(&mut self, now: Time, new: NewBan) -> Result<Option<Ban>, ProblemCode> {
        let too_late = new.until.since(now) > BAN_MS_MAX;
        if new.until <= now || too_late || (new.visitor.is_none() && new.network.is_none()) {
            return Err(ProblemCode::BadRequest);
        }
        let same = |ban: &Ban| ban.of.automatic && ban.of.visitor == new.visitor;
        if new.automatic && self.bans.iter().any(same) {
            return Ok(None);
        }
        if self.bans.len() >= BANS_MAX {
            return Err(ProblemCode::Full);
        }
        let id = self.told.then(Vec::new(), now).number;
        let ban = Ban { id, at: now, of: new };
        self.bans.push(ban.clone());
        self.tell(now);
        Ok(Some(ban))
    }

    /// Lifts a ban; false when there is none of this id.
    pub fn lift(&mut self, now: Time, id: u64) -> bool {
        let before = self.bans.len();
        self.bans.retain(|ban| ban.id != id);
        let lifted = self.bans.len() < before;
        if lifted {
            self.tell(now);
        }
        lifted
    }

    /// When the next ban ends.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        self.bans.iter().map(|ban| ban.of.until).min()
    }

    /// Takes out those that have ended; true if there were any. That is no change to be told: each lobby sees it itself.
    pub fn lapse(&mut self, now: Time) -> bool {
        let before = self.bans.len();
        self.bans.retain(|ban| ban.of.until > now);
        self.told.barred.retain(|barred| barred.until > now);
        self.bans.len() < before
    }

    fn tell(&mut self, now: Time) {
        let barred = |Ban { of, .. }: &Ban| Barred { visitor: of.visitor, network: of.network, until: of.until };
        self.told = self.told.then(self.bans.iter().map(barred).collect(), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_ms(1_000_000);

    fn new(visitor: u8, ms: u64) -> NewBan {
        let (visitor, until) = (Some(VisitorKey([visitor; 12])), NOW.plus(ms));
        NewBan { visitor, network: None, until, reason: "spam".into(), report: None, automatic: false }
    }

    fn ids(list: &BanList) -> Vec<u64> {
        list.newest_first().map(|ban| ban.id).collect()
    }

    #[test]
    fn a_ban_is_told_until_it_is_lifted_or_ends() {
        let mut list = BanList::default();
        let first = list.ban(NOW, new(1, 10)).unwrap().unwrap();
        let second = list.ban(NOW, new(2, 20)).unwrap().unwrap();
        assert_eq!((ids(&list), list.told().number), (vec![second.id, first.id], second.id));
        assert_eq!(list.told().until(&[VisitorKey([1; 12])], &[], NOW), Some(NOW.plus(10)));
        assert!(list.lift(NOW, second.id) && !list.lift(NOW, second.id));
        assert!(list.told().number > second.id, "lobbies are told");
        assert_eq!(list.told().until(&[VisitorKey([2; 12])], &[], NOW), None);
        assert_eq!((list.deadline(), list.lapse(NOW.plus(9))), (Some(NOW.plus(10)), false));
        assert_eq!((list.lapse(NOW.plus(10)), list.deadline(), ids(&list)), (true, None, vec![]));
    }

    #[test]
    fn there_is_room_for_a_thousand_and_not_for_one_more() {
        let mut list = BanList::default();
        for n in 0..BANS_MAX {
            assert!(list.ban(NOW.plus(n as u64), new(1, 5_000)).is_ok());
        }
        let before = list.clone();
        assert_eq!((list.ban(NOW, new(1, 5_000)), list == before), (Err(ProblemCode::Full), true));
        assert!(list.lapse(NOW.plus(5_000)) && list.ban(NOW, new(1, 5_000)).is_ok());
    }

    #[test]
    fn a_ban_ends_in_the_future_within_a_year_and_names_somebody() {
        let mut list = BanList::default();
        let nobody = NewBan { visitor: None, ..new(1, 5) };
        for bad in [new(1, 0), new(1, BAN_MS_MAX + 1), nobody] {
            assert_eq!(list.ban(NOW, bad), Err(ProblemCode::BadRequest));
        }
        assert!(list.ban(NOW, new(1, BAN_MS_MAX)).is_ok() && list.ban(NOW, new(1, 1)).is_ok());
    }

    #[test]
    fn what_reports_alone_lead_to_is_a_day_and_nobody_elses() {
        let ban = NewBan::automatic(VisitorKey([1; 12]), "7", Time::from_ms(5));
        assert_eq!((ban.visitor, ban.network), (Some(VisitorKey([1; 12])), None));
        assert_eq!((ban.until, ban.automatic), (Time::from_ms(24 * 60 * 60 * 1_000 + 5), true));
    }

    #[test]
    fn the_service_bans_a_visitor_once_and_a_repeat_extends_nothing() {
        let mut list = BanList::default();
        let automatic = |visitor, ms| NewBan { automatic: true, ..new(visitor, ms) };
        assert!(list.ban(NOW, new(1, 5)).unwrap().is_some(), "the operator's own does not count");
        assert!(list.ban(NOW, automatic(1, 5)).unwrap().is_some());
        let told = list.told().clone();
        assert_eq!((list.ban(NOW, automatic(1, 500)), list.told()), (Ok(None), &told));
        assert!(list.ban(NOW, automatic(2, 5)).unwrap().is_some() && list.ban(NOW, new(1, 5)).unwrap().is_some());
    }
}
