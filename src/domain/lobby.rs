//! A lobby: sessions, queue and conversations behind one `handle`.
//!
//! Theory. A line (a socket) is first in the anteroom; its `hello` makes it the line of a session, a new one or the one
//! of its ticket. A session is idle, waits, or talks with one partner, and [`Person`] says which. Somebody whose line
//! breaks is away: their seat or place is kept for a while, and meanwhile they are not matched. Somebody who leaves for
//! good, or does not come back in time, is gone, and so is the conversation.
//!
//! The sessions are all there is; everything else here is an index of them. After a loss of memory they are rebuilt
//! from the records of the lines, which say for both seats of a conversation who sits there, and from tickets as people
//! come back. Wherever two statements about a person differ, the newer one wins (see [`super::conversation`]).
//!
//! All that anybody learns in one step comes out of that step, in order: records to keep, then frames and closings.
//! Frames of lines that the lobby does not know, or has given up, are ignored.

mod admission;
mod frames;
mod grievances;
mod io;
mod lines;
mod memories;
mod networks;
mod pairing;
#[cfg(test)]
mod pairing_tests;
#[cfg(test)]
mod pause_tests;
mod places;
#[cfg(test)]
mod resume_tests;
mod roster;
#[cfg(test)]
mod safety_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::anteroom::Anteroom;
use super::census::{Census, Instruction, Report, Reporter};
use super::conversation::parting;
use super::door::Arrival;
use super::id::{LineId, NetworkKey, Payer, SessionId, VisitorId};
use super::limits::{RETURN_MS, RETURNS_PER_SECOND, TICKET_MS};
use super::matchmaker::Matchmaker;
use super::openings::Openers;
use super::person::Person;
use super::protocol::CloseCode;
use super::rate_limit::Recent;
use super::session::{Line, Record, Session};
use super::sorted::Sorted;
use super::tally::Fact;
use super::ticket::Ticket;
use super::time::Time;
pub use grievances::Filed;
pub use io::{Effect, Frame, Input, Remains, Rules};
use networks::Networks;
use pairing::Look;
use roster::Sessions;

/// A lobby. See the module's text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lobby {
    rules: Rules,
    anteroom: Anteroom,
    sessions: Sessions,
    /// The sessions of each visitor.
    visitors: Sorted<(VisitorId, SessionId), ()>,
    /// The sessions that have a line, by line.
    lines: Sorted<LineId, SessionId>,
    /// The sessions that have none, by when their place is given up.
    absent: Sorted<(Time, SessionId), ()>,
    matchmaker: Matchmaker,
    /// Those whose match waits for a look at whether its two are still there.
    looks: Sorted<SessionId, Look>,
    /// Those who were matched and may be gone, by when they count as gone.
    trials: Sorted<(Time, SessionId), ()>,
    /// How many sessions with a line no presence stream counts.
    uncounted: u64,
    /// How many sessions talk.
    talking: u64,
    /// Frames that were not this protocol, by line; most lines have none.
    strikes: Sorted<LineId, Recent>,
    networks: Networks,
    openings: Openers,
    /// Whoever says the same to everybody, and since when.
    doubts: Sorted<VisitorId, Time>,
    /// No line can have fallen silent before this moment.
    sweep_at: Option<Time>,
    /// The shortest time within which anybody here was told to come back.
    return_ms_told: u64,
    /// Since when it has known all that was true here.
    started: Time,
    reporter: Reporter,
}

/// One step: when it is, what is to be done, and whose records have changed.
struct Turn {
    now: Time,
    effects: Vec<Effect>,
    touched: Vec<SessionId>,
}

impl Turn {
    const fn at(now: Time) -> Self {
        Self { now, effects: Vec::new(), touched: Vec::new() }
    }

    fn send(&mut self, line: LineId, frame: Frame) {
        self.effects.push(Effect::Send { line, frame });
    }

    fn close(&mut self, line: LineId, code: CloseCode, reason: Option<u64>) {
        self.effects.push(Effect::Close { line, code, reason });
    }

    fn touch(&mut self, id: SessionId) {
        self.touched.push(id);
    }

    fn count(&mut self, fact: Fact) {
        self.effects.push(Effect::Count(fact));
    }
}

impl Lobby {
    /// An empty lobby.
    #[must_use]
    pub fn new(rules: Rules, now: Time) -> Self {
        Self {
            rules,
            anteroom: Anteroom::default(),
            sessions: Sessions::default(),
            visitors: Sorted::default(),
            lines: Sorted::default(),
            absent: Sorted::default(),
            matchmaker: Matchmaker::default(),
            looks: Sorted::default(),
            trials: Sorted::default(),
            uncounted: 0,
            talking: 0,
            strikes: Sorted::default(),
            networks: Networks::default(),
            openings: Openers::default(),
            doubts: Sorted::default(),
            sweep_at: None,
            return_ms_told: RETURN_MS,
            started: now,
            reporter: Reporter::new(now),
        }
    }

    /// Takes one step. See [`crate::domain`] for the contract.
    #[must_use]
    pub fn handle(&mut self, now: Time, input: Input) -> Vec<Effect> {
        let mut turn = Turn::at(now);
        match input {
            Input::Opened { line, session, network } => self.open(&mut turn, line, session, network),
            Input::Arrived { line, arrival } => self.arrive(&mut turn, line, arrival),
            Input::Closed { line, code } => self.lose(&mut turn, line, parting(code)),
            Input::Heard { line, ping } => self.heard(&mut turn, line, ping),
            Input::Instructed(Instruction { change_ms, pause, bans }) => {
                self.reporter.wanted(change_ms);
                self.pause(&mut turn, pause);
                bans.into_iter().for_each(|bans| self.ban(&mut turn, bans));
            }
            Input::ReportLost => self.reporter.lost(now),
            Input::Filed { session, conversation } => self.filed(&mut turn, session, conversation),
            Input::Tick => self.tick(&mut turn),
        }
        self.finish(turn)
    }

    /// Somebody wants to open a socket: from this network, or with the key of somebody who has proven something.
    ///
    /// # Errors
    /// When that is too much: the value is how many milliseconds until it is not.
    pub fn knock(&mut self, now: Time, payer: Payer) -> Result<(), u64> {
        if self.rules.limited { self.networks.knock(payer, now) } else { Ok(()) }
    }

    /// Which of its keys a network counts by here: one that is banned, or today's, which comes first.
    #[must_use]
    pub fn known_as(&self, now: Time, keys: &[NetworkKey]) -> NetworkKey {
        let banned = keys.iter().find(|key| self.barred(None, Some(**key), now).is_some());
        banned.or(keys.first()).copied().unwrap_or_default()
    }

    /// When the next [`Input::Tick`] would do anything.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        let report = self.reporter.due(self.census());
        let absent = self.absent.first().map(|(until, _)| *until);
        let trial = self.trials.first().map(|(until, _)| *until);
        let matching = self.matchmaker.deadline().filter(|_| !self.rules.orders.pause.paused);
        let people = [absent, self.sweep_at, trial, matching];
        people.into_iter().chain([self.anteroom.deadline(), report]).flatten().min()
    }

    /// How many people there are.
    #[must_use]
    pub fn census(&self) -> Census {
        Census {
            sessions: self.lines.len() as u64,
            uncounted: self.uncounted,
            waiting: self.matchmaker.len() as u64,
            chatting: self.talking,
        }
    }

    /// A report for somebody who asks.
    pub fn report(&mut self, now: Time) -> Report {
        let census = self.census();
        self.reporter.answer(now, census, &self.rules.orders)
    }

    /// All that survives in memory's stead: the record of each line.
    #[must_use]
    pub fn snapshot(&self) -> BTreeMap<LineId, Record> {
        let pending = self.anteroom.lines().map(|(line, pending)| (line, Record::Pending(pending)));
        let seated = self.lines.iter().filter_map(|(line, id)| Some((*line, self.record(*id)?)));
        pending.chain(seated).collect()
    }

    /// The lobby that kept these records, and what is to be done because some of it is gone.
    #[must_use]
    pub fn restore(rules: Rules, now: Time, remains: impl IntoIterator<Item = Remains>) -> (Self, Vec<Effect>) {
        let (mut lobby, mut turn) = (Self::new(rules, now), Turn::at(now));
        let mut seated = Vec::new();
        for Remains { line, record, ping } in remains {
            match record {
                Record::Pending(pending) => drop(lobby.anteroom.enter(line, pending, false)),
                Record::Seated(kept) => {
                    seated.push((kept.person.id, kept.partner_until));
                    lobby.readmit(&mut turn, line, *kept, ping);
                }
            }
        }
        seated.sort_unstable();
        for (id, partner_until) in seated {
            lobby.resettle(&mut turn, id, partner_until);
        }
        lobby.settle(&mut turn);
        lobby.return_ms_told = lobby.return_ms();
        let effects = lobby.finish(turn);
        (lobby, effects)
    }

    /// How long a crowd of all who are here should take to come back.
    fn return_ms(&self) -> u64 {
        RETURN_MS.max(self.lines.len() as u64 * 1_000 / RETURNS_PER_SECOND)
    }

    fn ticket(&self, turn: &Turn, person: &Person) -> Box<Ticket> {
        let (person, lobby) = (person.clone(), self.rules.name.clone());
        Box::new(Ticket { person, lobby, expires: turn.now.plus(TICKET_MS) })
    }

    fn record(&self, id: SessionId) -> Option<Record> {
        let session = self.sessions.get(&id)?;
        let partner = session.person.talking().and_then(|(_, partner)| self.sessions.get(&partner));
        Some(Record::Seated(Box::new(session.kept(partner.and_then(Session::away_until))?)))
    }

    /// Closes a step: a report if one is due, and the records that have changed, first of all.
    fn finish(&mut self, mut turn: Turn) -> Vec<Effect> {
        self.tell_return(&mut turn);
        let census = self.census();
        let counted = turn.effects.iter().any(|effect| matches!(effect, Effect::Count(_)));
        let report = if counted && self.reporter.is_tally_due(turn.now) {
            Some(self.reporter.answer(turn.now, census, &self.rules.orders))
        } else {
            self.reporter.report(turn.now, census, &self.rules.orders)
        };
        turn.effects.extend(report.map(Effect::Report));
        if turn.touched.is_empty() {
            return turn.effects;
        }
        turn.touched.sort_unstable();
        turn.touched.dedup();
        for id in &turn.touched {
            self.sessions.get_mut(id).and_then(Session::line_mut).into_iter().for_each(Line::keep);
        }
        let kept = turn.touched.iter().filter_map(|id| {
            let line = self.sessions.get(id)?.line()?.id;
            Some(Effect::Keep { line, record: self.record(*id)? })
        });
        kept.chain(turn.effects).collect()
    }
}
