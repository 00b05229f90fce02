//! What is owed: frames that the service has yet to answer, and goodbyes that it has yet to confirm.
//!
//! A goodbye is shown as done at once. It is kept over broken lines and reloads until the service says that it is
//! done, and is said again where it may have been lost. An answer that does not come for 5 s means that the line is
//! dead.

use serde::{Deserialize, Serialize};

use super::line::ANSWER_MS;
use super::{Client, ClientFrame, Place, Turn, Why};
use crate::domain::time::Time;

/// A conversation that is left.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parting {
    /// Which.
    pub c: String,
    /// By a `find`, for the next partner; else by `stop`.
    pub next: bool,
}

/// What somebody has against their partner.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Grievance {
    /// They never want to meet them again.
    Block,
    /// … and think that the operator should know.
    Report {
        /// Why.
        reason: String,
        /// In their own words.
        note: Option<String>,
    },
}

impl Grievance {
    const fn name(&self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Report { .. } => "report",
        }
    }
}

/// A block or a report that is not done yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Filing {
    /// The conversation.
    pub c: String,
    /// What it is about.
    pub what: Grievance,
    /// The conversation is known to be over.
    pub ended: bool,
}

impl Filing {
    fn frame(&self) -> ClientFrame {
        let c = self.c.clone();
        match self.what.clone() {
            Grievance::Block => ClientFrame::Block { c },
            Grievance::Report { reason, note } => ClientFrame::Report { c, reason, note },
        }
    }
}

/// How a partner is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Asked {
    /// Not on this line.
    #[default]
    No,
    /// With a `find` that is to be answered by then.
    Until(Time),
    /// Yes, and there is a place in the queue.
    Queued,
    /// Too soon: again then.
    Later(Time),
}

/// What the service owes on this line: each until when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Owes {
    pub(super) asked: Asked,
    /// `done` for a `stop` outside a conversation.
    pub(super) stop: Option<Time>,
    /// `ended` for the parting.
    pub(super) parting: Option<Time>,
    /// `done` for the filings.
    filing: Option<Time>,
    /// When filings that came too soon are made again.
    file_again: Option<Time>,
}

impl Owes {
    fn answer_by(&self) -> Option<Time> {
        let find = if let Asked::Until(by) = self.asked { Some(by) } else { None };
        [find, self.stop, self.parting, self.filing].into_iter().flatten().min()
    }

    /// When time matters next.
    pub(super) fn deadline(&self) -> Option<Time> {
        let later = if let Asked::Later(at) = self.asked { Some(at) } else { None };
        [self.answer_by(), later, self.file_again].into_iter().flatten().min()
    }
}

impl Client {
    pub(super) fn tick_owes(&mut self, turn: &mut Turn) {
        if self.owes.answer_by().is_some_and(|by| by <= turn.now) {
            return self.abandon(turn);
        }
        if let Asked::Later(at) = self.owes.asked
            && at <= turn.now
        {
            self.owes.asked = Asked::No;
            self.ask(turn);
        }
        if self.owes.file_again.is_some_and(|at| at <= turn.now) {
            self.file_all(turn);
        }
    }

    /// Asks for a partner, if one is wanted and not asked for.
    pub(super) fn ask(&mut self, turn: &mut Turn) {
        if self.kept.place == Place::Seeking && self.owes.asked == Asked::No && self.line.is_open() {
            self.owes.asked = Asked::Until(turn.now.plus(ANSWER_MS));
            self.kept.changed = false;
            turn.send(ClientFrame::Find { wanted: self.kept.wanted.clone(), c: None });
        }
    }

    /// Gives up a place in the queue that nobody wants.
    pub(super) fn leave_queue(&mut self, turn: &mut Turn) {
        self.kept.stopping = true;
        if self.owes.stop.is_none() && self.line.is_open() {
            self.owes.stop = Some(turn.now.plus(ANSWER_MS));
            turn.send(ClientFrame::Stop { c: None });
        }
    }

    /// There is no place in the queue any more that is to be given up.
    pub(super) fn stopped(&mut self) {
        self.kept.stopping = false;
        self.owes.stop = None;
    }

    /// Leaves a conversation. `next`: for another partner.
    pub(super) fn part_from(&mut self, turn: &mut Turn, c: &str, next: bool) {
        self.kept.parting = Some(Parting { c: c.to_owned(), next });
        if self.line.is_open() {
            self.part(turn);
        }
    }

    /// Says the goodbye that is kept.
    pub(super) fn part(&mut self, turn: &mut Turn) {
        let Some(Parting { c, next }) = self.kept.parting.clone() else { return };
        let by = turn.now.plus(ANSWER_MS);
        self.owes.parting = Some(by);
        if next {
            self.owes.asked = Asked::Until(by);
            self.kept.changed = false;
            turn.send(ClientFrame::Find { wanted: self.kept.wanted.clone(), c: Some(c) });
        } else {
            turn.send(ClientFrame::Stop { c: Some(c) });
        }
    }

    /// The conversation `c` is over, or where nothing is named, all that there were.
    pub(super) fn parted(&mut self, c: Option<&str>) {
        if self.kept.parting.as_ref().is_some_and(|parting| c.is_none_or(|c| c == parting.c)) {
            self.kept.parting = None;
            self.owes.parting = None;
        }
        for filing in &mut self.kept.filings {
            filing.ended |= c.is_none_or(|c| c == filing.c);
        }
    }

    /// Blocks or reports the partner on show, or the last one.
    pub(super) fn file(&mut self, turn: &mut Turn, what: Grievance) {
        let now = self.over(turn, Why::Me);
        let Some(c) = now.clone().or(self.kept.last.clone()) else { return };
        let ended = now.is_none() && self.kept.parting.as_ref().is_none_or(|parting| parting.c != c);
        let filing = Filing { c, what, ended };
        if self.line.is_open() {
            self.owes.filing = Some(turn.now.plus(ANSWER_MS));
            turn.send(filing.frame());
        }
        self.kept.filings.push(filing);
        self.want_line(turn);
    }

    /// Makes all filings that are not done.
    pub(super) fn file_all(&mut self, turn: &mut Turn) {
        self.owes.file_again = None;
        if !self.kept.filings.is_empty() {
            self.owes.filing = Some(turn.now.plus(ANSWER_MS));
            self.kept.filings.iter().for_each(|filing| turn.send(filing.frame()));
        }
    }

    /// Whether a filing is about to end `c`.
    pub(super) fn files_against(&self, c: &str) -> bool {
        self.kept.filings.iter().any(|filing| filing.c == c && !filing.ended)
    }

    /// A filing of this type, about this conversation, is settled: it is taken out.
    pub(super) fn filed(&mut self, re: &str, c: Option<&str>) -> Option<Filing> {
        let meant = |filing: &Filing| filing.what.name() == re && c.is_none_or(|c| c == filing.c);
        let filing = self.kept.filings.remove(self.kept.filings.iter().position(meant)?);
        if self.kept.filings.is_empty() {
            self.owes.filing = None;
        }
        Some(filing)
    }

    /// A filing was refused. The conversation is left in any case.
    pub(super) fn filing_refused(&mut self, turn: &mut Turn, re: &str, c: Option<&str>, again_at: Option<Time>) {
        let Some(filing) = self.filed(re, c) else { return };
        let (c, ended) = (filing.c.clone(), filing.ended);
        if again_at.is_some() {
            self.kept.filings.push(filing);
            self.owes.filing = None;
            self.owes.file_again = again_at;
        }
        if !ended {
            self.part_from(turn, &c, false);
        }
    }

    /// Every conversation is over: the one on show, and the one that was being left.
    pub(super) fn end_all(&mut self, turn: &mut Turn, why: &Why) {
        self.over(turn, why.clone());
        self.parted(None);
    }

    /// Whether there is a conversation to come back to.
    pub(super) fn has_conversation(&self) -> bool {
        self.on_show().is_some() || self.kept.parting.is_some() || !self.kept.filings.is_empty()
    }

    /// Nobody wants anything of the service any more.
    pub(super) fn stop_wanting(&mut self) {
        self.kept.place = Place::Home;
        self.kept.filings.clear();
        self.stopped();
    }
}
