//! A lobby: sessions, queue and conversations behind one `handle`.
//!
//! Theory. A line (a socket) is first in the anteroom; its `hello` makes it the line of a session. A session is idle,
//! waits in the matchmaker's queue, or talks in one conversation with one partner; [`Session::kept`] says which, and the
//! matchmaker and the conversations hold the same from their side. A line that closes takes its session along: the
//! conversation ends, the place in the queue is given up.
//!
//! All that anybody learns in one step comes out of that step, in order: records to keep, then frames and closings.
//! Frames of lines that the lobby does not know, or has closed itself, are ignored.

mod frames;
mod lines;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::anteroom::Anteroom;
use super::census::{Census, Report, Reporter};
use super::conversation::Conversation;
use super::door::Arrival;
use super::id::{ConversationId, LineId, NetworkKey, SessionId};
use super::limits::{LOBBY_SESSIONS_MAX, SILENCE_MS_MAX};
use super::matchmaker::Matchmaker;
use super::protocol::{CloseCode, EndReason, ServerFrame, ends_as};
use super::rate_limit::Recent;
use super::session::{Doing, Record, Session};
use super::time::Time;

/// What the operator decides about a lobby.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// Whether floods are held back. Off for load tests only.
    pub limited: bool,
    /// How many sessions there may be.
    pub sessions_max: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { limited: true, sessions_max: LOBBY_SESSIONS_MAX }
    }
}

/// What happens to a lobby.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// A socket was accepted.
    Opened {
        /// The socket.
        line: LineId,
        /// Who its session will be: drawn at random.
        session: SessionId,
        /// Where it comes from.
        network: NetworkKey,
    },
    /// A line carried something.
    Arrived {
        /// The line.
        line: LineId,
        /// What it carried.
        arrival: Arrival,
    },
    /// A line closed.
    Closed {
        /// The line.
        line: LineId,
        /// The close code (1006: it broke).
        code: u16,
    },
    /// Answers [`Effect::Probe`].
    Heard {
        /// The line.
        line: LineId,
        /// Its last `ping`; `None` when there was none yet.
        ping: Option<Time>,
    },
    /// A report did not arrive.
    ReportLost,
    /// Time has passed.
    Tick,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Keep this with the socket, in place of what was kept before.
    Keep {
        /// The line.
        line: LineId,
        /// What survives.
        record: Record,
    },
    /// Send a frame.
    Send {
        /// The line.
        line: LineId,
        /// The frame.
        frame: ServerFrame,
    },
    /// Close a socket; nothing of it is to be kept.
    Close {
        /// The line.
        line: LineId,
        /// Why.
        code: CloseCode,
        /// When to come back, in milliseconds, where the code says that the reason tells it.
        retry_ms: Option<u64>,
    },
    /// Find out when a line last sent a `ping`, and answer with [`Input::Heard`] before any other input.
    Probe {
        /// The line.
        line: LineId,
    },
    /// Tell the presence object.
    Report(Report),
}

/// What is left of a line after memory was lost.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Remains {
    /// The line.
    pub line: LineId,
    /// What was kept.
    pub record: Record,
    /// Its last `ping`.
    pub ping: Option<Time>,
}

/// A lobby. See the module's text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lobby {
    rules: Rules,
    anteroom: Anteroom,
    lines: BTreeMap<LineId, SessionId>,
    sessions: BTreeMap<SessionId, Session>,
    /// How many of the sessions no presence stream counts.
    uncounted: u64,
    matchmaker: Matchmaker,
    conversations: BTreeMap<ConversationId, Conversation>,
    /// Frames that were not this protocol, by line; most lines have none.
    strikes: BTreeMap<LineId, Recent>,
    /// No session can have fallen silent before this moment.
    sweep_at: Option<Time>,
    reporter: Reporter,
}

/// One step: when it is, what is to be done, and whose records have changed.
struct Turn {
    now: Time,
    effects: Vec<Effect>,
    touched: BTreeSet<LineId>,
}

impl Turn {
    const fn at(now: Time) -> Self {
        Self { now, effects: Vec::new(), touched: BTreeSet::new() }
    }

    fn send(&mut self, line: LineId, frame: ServerFrame) {
        self.effects.push(Effect::Send { line, frame });
    }
}

impl Lobby {
    /// An empty lobby.
    #[must_use]
    pub fn new(rules: Rules, now: Time) -> Self {
        Self {
            rules,
            anteroom: Anteroom::default(),
            lines: BTreeMap::new(),
            sessions: BTreeMap::new(),
            uncounted: 0,
            matchmaker: Matchmaker::default(),
            conversations: BTreeMap::new(),
            strikes: BTreeMap::new(),
            sweep_at: None,
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
            Input::Closed { line, code } => self.closed(&mut turn, line, ends_as(code)),
            Input::Heard { line, ping } => self.heard(&mut turn, line, ping),
            Input::ReportLost => self.reporter.lost(now),
            Input::Tick => self.sweep(&mut turn),
        }
        self.finish(turn)
    }

    /// When the next [`Input::Tick`] would do anything.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        let report = self.reporter.due(self.census());
        [self.anteroom.deadline(), self.sweep_at, report].into_iter().flatten().min()
    }

    /// How many people there are.
    #[must_use]
    pub fn census(&self) -> Census {
        Census {
            sessions: self.sessions.len() as u64,
            uncounted: self.uncounted,
            waiting: self.matchmaker.len() as u64,
            chatting: 2 * self.conversations.len() as u64,
        }
    }

    /// A report for somebody who asks.
    pub fn report(&mut self, now: Time) -> Report {
        let census = self.census();
        self.reporter.answer(now, census)
    }

    /// All that survives: the record of each line.
    #[must_use]
    pub fn snapshot(&self) -> BTreeMap<LineId, Record> {
        let pending = self.anteroom.lines().map(|(line, pending)| (line, Record::Pending(pending)));
        let seated = self.sessions.values().map(|session| (session.line, Record::Seated(session.kept.clone())));
        pending.chain(seated).collect()
    }

    /// The lobby that kept these records, and what is to be done because some of it is gone: whoever talked with
    /// somebody of whom nothing is left is told.
    #[must_use]
    pub fn restore(rules: Rules, now: Time, remains: impl IntoIterator<Item = Remains>) -> (Self, Vec<Effect>) {
        let (mut lobby, mut turn) = (Self::new(rules, now), Turn::at(now));
        for Remains { line, record, ping } in remains {
            match record {
                Record::Pending(pending) => drop(lobby.anteroom.enter(line, pending, false)),
                Record::Seated(kept) => lobby.seat(Session::restored(kept, line, ping, now)),
            }
        }
        let all: Vec<SessionId> = lobby.sessions.keys().copied().collect();
        for id in all {
            lobby.resettle(&mut turn, id);
        }
        let effects = lobby.finish(turn);
        (lobby, effects)
    }

    /// Puts a restored session back into the queue, or into its conversation if the partner says the same.
    fn resettle(&mut self, turn: &mut Turn, id: SessionId) {
        let Some(session) = self.sessions.get(&id) else { return };
        match session.kept.doing {
            Doing::Idle => {}
            Doing::Waiting(place) => self.matchmaker.seat(place, session.seeker()),
            Doing::Talking { conversation, partner } => {
                let other = self.sessions.get(&partner).and_then(Session::talking);
                if other == Some((conversation, id)) {
                    self.conversations.entry(conversation).or_insert(Conversation::seating(id, partner));
                } else {
                    self.tell_end(turn, id, conversation, None, EndReason::Lost);
                }
            }
        }
    }

    /// Adds a session to those that have a line.
    fn seat(&mut self, session: Session) {
        let silent_at = session.heard().plus(SILENCE_MS_MAX);
        self.sweep_at = Some(self.sweep_at.map_or(silent_at, |at| at.min(silent_at)));
        self.uncounted += u64::from(!session.kept.counted);
        self.lines.insert(session.line, session.kept.id);
        self.sessions.insert(session.kept.id, session);
    }

    /// Closes a step: a report if one is due, and the records that have changed, first of all.
    fn finish(&mut self, mut turn: Turn) -> Vec<Effect> {
        let census = self.census();
        turn.effects.extend(self.reporter.report(turn.now, census).map(Effect::Report));
        if turn.touched.is_empty() {
            return turn.effects;
        }
        let kept = turn.touched.iter().filter_map(|line| {
            let session = self.sessions.get(self.lines.get(line)?)?;
            Some(Effect::Keep { line: *line, record: Record::Seated(session.kept.clone()) })
        });
        kept.chain(turn.effects).collect()
    }
}
