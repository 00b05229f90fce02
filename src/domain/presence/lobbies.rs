//! The lobbies that are open: what each has reported, and until when that is believed.
//!
//! A report is leased: a lobby that falls silent is not counted any more when its lease runs out. Reports are numbered, and
//! one that arrives late changes nothing. What a lobby has counted it counts from its start on; when it starts anew, what
//! its life before had counted is added up here.

use crate::domain::census::{Census, Report};
use crate::domain::limits::{LEASE_MS, LOBBIES_MAX};
use crate::domain::protocol::LobbyStats;
use crate::domain::sorted::Sorted;
use crate::domain::tally::Tally;
use crate::domain::time::Time;

/// A lobby, as it was last heard of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Heard {
    at: Time,
    report: Report,
    /// What its present life has counted.
    tally: Tally,
    /// When the first life began that is known of, and what all of them have counted.
    since: Time,
    total: Tally,
    /// Whether it still counts.
    leased: bool,
}

impl Heard {
    /// Whether this was told after `report`. Of a lobby that counts no more, another start is a newer one whatever its
    /// clock says: clocks of different machines are told apart by that alone.
    fn outdates(&self, report: &Report) -> bool {
        let other = self.report.start != report.start;
        (self.leased || !other) && (self.report.start, self.report.number) >= (report.start, report.number)
    }
}

/// The lobbies that are open, by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lobbies {
    open: Sorted<String, Option<Heard>>,
    /// What all of them have counted.
    total: Tally,
    /// Of that, what is known to have happened since all this began.
    new: Tally,
    began: Time,
}

impl Lobbies {
    /// Lobbies that have not been heard of yet.
    pub(super) fn open(now: Time, names: impl Iterator<Item = String>) -> Self {
        let open = names.map(|name| (name, None)).collect();
        Self { open, total: Tally::default(), new: Tally::default(), began: now }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.open.iter().map(|(name, _)| name)
    }

    /// A lobby reports; true when it was not known to be open.
    pub(super) fn hear(&mut self, now: Time, lobby: String, report: Report, tally: Tally) -> bool {
        let is_new = self.open.get(&lobby).is_none();
        if is_new && self.open.len() >= LOBBIES_MAX {
            return false;
        }
        let known = self.open.get_or_insert(lobby, || None);
        let is_old = known.is_none() && report.start < self.began;
        let (since, total, new) = match known {
            None => (report.start, Tally::default(), tally),
            Some(known) if known.outdates(&report) => return is_new,
            Some(known) if known.report.start == report.start => (known.since, known.total, tally.since(&known.tally)),
            Some(known) => (known.since, known.total, tally),
        };
        self.total = self.total.plus(&new);
        if !is_old {
            self.new = self.new.plus(&new);
        }
        *known = Some(Heard { at: now, report, tally, since, total: total.plus(&new), leased: true });
        is_new
    }

    /// Lobbies that have been silent for too long do not count any more.
    pub(super) fn lapse(&mut self, now: Time) {
        let lobbies = self.open.iter_mut().filter_map(|(_, heard)| heard.as_mut());
        lobbies.for_each(|heard| heard.leased &= heard.at.plus(LEASE_MS) > now);
    }

    /// When the next lease runs out.
    pub(super) fn deadline(&self) -> Option<Time> {
        self.leased().map(|heard| heard.at.plus(LEASE_MS)).min()
    }

    /// How many people all of them have.
    pub(super) fn census(&self) -> Census {
        self.leased().map(|heard| heard.report.census).fold(Census::default(), |all, one| Census {
            sessions: all.sessions + one.sessions,
            uncounted: all.uncounted + one.uncounted,
            waiting: all.waiting + one.waiting,
            chatting: all.chatting + one.chatting,
        })
    }

    /// The number of the newest list of bans that a lobby has heard of, as far as it has said so.
    pub(super) fn knows_bans(&self, lobby: &str) -> u64 {
        let heard = self.open.iter().find(|(name, _)| *name == lobby).and_then(|(_, heard)| heard.as_ref());
        heard.map_or(0, |heard| heard.report.bans)
    }

    /// What all of them have counted.
    pub(super) const fn tally(&self) -> &Tally {
        &self.total
    }

    /// Of that, what is known to have happened since this object started.
    pub(super) const fn new_tally(&self) -> &Tally {
        &self.new
    }

    /// Since when.
    pub(super) fn since(&self) -> Option<Time> {
        self.heard().map(|heard| heard.since).min()
    }

    /// Each of them.
    pub(super) fn stats(&self) -> Vec<LobbyStats> {
        let stats = |(name, heard): (&String, &Option<Heard>)| {
            let census = heard.iter().filter(|heard| heard.leased).map(|heard| heard.report.census).next();
            let Census { sessions, waiting, chatting, .. } = census.unwrap_or_default();
            let tally = heard.as_ref().map(|heard| heard.total).unwrap_or_default();
            LobbyStats {
                lobby: name.clone(),
                since: heard.as_ref().map(|heard| heard.since),
                heard: heard.as_ref().map(|heard| heard.at),
                paused: heard.as_ref().is_some_and(|heard| heard.report.paused),
                sessions,
                waiting,
                chatting,
                tally: tally.into(),
            }
        };
        self.open.iter().map(stats).collect()
    }

    fn heard(&self) -> impl Iterator<Item = &Heard> {
        self.open.iter().filter_map(|(_, heard)| heard.as_ref())
    }

    fn leased(&self) -> impl Iterator<Item = &Heard> {
        self.heard().filter(|heard| heard.leased)
    }
}
