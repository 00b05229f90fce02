//! The way to the service: entering, a socket, `hello` and `welcome`, and the heartbeat.
//!
//!   off -> entering -> connecting -> up          the way there
//!   any -> resting -> entering | connecting      it broke, or the service asks to wait
//!   any -> refused                               trying again by itself would be wrong; only the person may
//!
//! After a `welcome` in state `waiting` or `talking` the line is up but not open: nothing is said until the frame that
//! says where we are.

use super::wire::Limits;
use super::{Chance, Client, ClientFrame, Effect, Show, Turn};
use crate::domain::time::Time;

/// How long from the first try of a socket to its `welcome`.
const WELCOME_MS: u64 = 10_000;
/// How long the service may take to answer before the line is taken for dead.
pub(super) const ANSWER_MS: u64 = 5_000;
/// What the exponential back-off begins with.
const RETRY_MS: u64 = 1_000;
/// What it ends with.
const RETRY_MS_MAX: u64 = 15_000;
/// So many young lines in a row come back at once; more of them are a service that greets and hangs up.
const YOUNG_MAX: u32 = 3;
/// What stands for a close code where this side gave the line up.
const NO_CODE: u16 = 1006;
/// Refusals of `POST /enter` that pass by themselves; `unreachable` is ours: there was no answer.
const PASSING: [&str; 5] = ["unreachable", "slow_down", "paused", "unavailable", "full"];

/// What comes after a rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Then {
    /// `POST /enter`.
    Enter,
    /// A socket.
    Connect,
}

/// A line that was welcomed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Up {
    pub(super) since: Time,
    ping_at: Time,
    pong_by: Option<Time>,
    /// The frame that says where we are has yet to come.
    pub(super) follows_by: Option<Time>,
}

/// Where the way to the service stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// Nobody wants a line.
    Off,
    /// `POST /enter` is on its way.
    Entering,
    /// It is tried again after a rest; `firm`: the service asked for it, and nothing cuts it short.
    Resting {
        /// Until when.
        until: Time,
        /// What then.
        then: Then,
        /// Whether it stands whatever happens.
        firm: bool,
    },
    /// A socket was opened; waits for `welcome` until then.
    Connecting(Time),
    /// The line is up.
    Up(Up),
    /// Trying again would be wrong.
    Refused,
}

/// What is known of the way to the service for as long as the client runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// Where it stands.
    pub way: Way,
    /// Tries in a row without a `welcome`.
    pub(super) tries: u32,
    /// Young lines in a row.
    pub(super) young: u32,
    /// Moves in a row.
    pub(super) moves: u32,
    /// Since when there has been no line.
    pub(super) down_since: Time,
    /// An event stream counts this person already.
    pub(super) counted: bool,
    /// What the service told of its bounds.
    pub limits: Limits,
}

impl Line {
    /// No line yet.
    #[must_use]
    pub fn new(now: Time, way: Way) -> Self {
        Self { way, tries: 0, young: 0, moves: 0, down_since: now, counted: false, limits: Limits::default() }
    }

    /// Whether frames may be sent.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(&self.way, Way::Up(Up { follows_by: None, .. }))
    }

    /// When time matters next.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        match &self.way {
            Way::Off | Way::Entering | Way::Refused => None,
            Way::Resting { until, .. } | Way::Connecting(until) => Some(*until),
            Way::Up(up) => [Some(up.ping_at), up.pong_by, up.follows_by].into_iter().flatten().min(),
        }
    }

    pub(super) fn delay(&self, chance: Chance) -> u64 {
        match self.tries + self.young.saturating_sub(YOUNG_MAX) {
            0 => chance.of(self.limits.return_ms),
            tries => chance.of(RETRY_MS.saturating_mul(1 << (tries - 1).min(8)).min(RETRY_MS_MAX)),
        }
    }
}

impl Client {
    /// Somebody wants a line.
    pub(super) fn want_line(&mut self, turn: &mut Turn) {
        match self.line.way {
            Way::Off | Way::Refused => self.go(turn, Then::Connect),
            Way::Resting { .. } => self.nudge(turn),
            Way::Entering | Way::Connecting(_) | Way::Up(_) => {}
        }
    }

    /// The network or the person is back.
    pub(super) fn nudge(&mut self, turn: &mut Turn) {
        match &mut self.line.way {
            Way::Resting { then, firm: false, .. } => {
                let then = *then;
                self.go(turn, then);
            }
            Way::Up(up) => ping(turn, up, self.line.limits),
            Way::Off | Way::Entering | Way::Resting { firm: true, .. } | Way::Connecting(_) | Way::Refused => {}
        }
    }

    pub(super) fn go(&mut self, turn: &mut Turn, then: Then) {
        let known = self.kept.pass.is_some().then_some(()).and(self.kept.lobby.clone());
        match (then, known) {
            (Then::Connect, Some(lobby)) => {
                self.kept.line += 1;
                self.line.way = Way::Connecting(turn.now.plus(WELCOME_MS));
                turn.act(Effect::Connect { socket: self.kept.line, lobby });
            }
            (Then::Connect | Then::Enter, _) => {
                self.line.way = Way::Entering;
                let (visitor, pass) = (self.kept.visitor.clone(), self.kept.pass.clone());
                let memory = self.kept.ticket.iter().chain(&self.kept.memory).next().cloned();
                turn.act(Effect::Enter { visitor, pass, memory });
            }
        }
    }

    /// The service let the person in. A ticket leads back to its own lobby, unless that was given up.
    pub(super) fn entered(&mut self, turn: &mut Turn, pass: String, lobby: String, visitor: Option<String>) {
        if self.line.way != Way::Entering {
            return;
        }
        self.kept.pass = Some(pass);
        if visitor.is_some() && self.kept.visitor.is_some() && visitor != self.kept.visitor {
            // Tickets count only with a pass of the same visitor.
            (self.kept.ticket, self.kept.memory) = (None, None);
        }
        self.kept.visitor = visitor.or(self.kept.visitor.take());
        let back = self.kept.lobby.take().filter(|_| self.kept.ticket.is_some());
        self.kept.lobby = back.or(Some(lobby));
        self.go(turn, Then::Connect);
    }

    /// The service did not let the person in.
    pub(super) fn not_entered(&mut self, turn: &mut Turn, code: &str, retry_ms: Option<u64>) {
        if self.line.way != Way::Entering {
            return;
        }
        if PASSING.contains(&code) {
            self.line.tries += 1;
            self.rest(turn, Then::Enter, retry_ms);
        } else {
            self.give_up(turn, code, None);
        }
    }

    /// The socket is open.
    pub(super) fn opened(&mut self, turn: &mut Turn, socket: u64) {
        if self.socket() != Some(socket) || !matches!(self.line.way, Way::Connecting(_)) {
            return;
        }
        let (pass, ticket) = (self.kept.pass.clone().unwrap_or_default(), self.kept.ticket.clone());
        turn.send(ClientFrame::Hello { v: 1, pass, ticket, line: self.kept.line, counted: self.line.counted });
    }

    /// The first `welcome` of a socket. `follows`: a frame that says where we are comes next.
    pub(super) fn up(&mut self, turn: &mut Turn, follows: bool) {
        let follows_by = follows.then(|| turn.now.plus(ANSWER_MS));
        let ping_at = turn.now.plus(self.line.limits.ping_ms);
        self.line.way = Way::Up(Up { since: turn.now, ping_at, pong_by: None, follows_by });
        (self.line.tries, self.line.moves) = (0, 0);
        turn.show(Show::LineUp);
    }

    pub(super) fn pong(&mut self) {
        if let Way::Up(up) = &mut self.line.way {
            up.pong_by = None;
        }
    }

    /// The frame that says where we are has come.
    pub(super) fn placed(&mut self) {
        if let Way::Up(up) = &mut self.line.way {
            up.follows_by = None;
        }
    }

    /// The socket that counts, if there is one.
    pub(super) const fn socket(&self) -> Option<u64> {
        match self.line.way {
            Way::Connecting(_) | Way::Up(_) => Some(self.kept.line),
            Way::Off | Way::Entering | Way::Resting { .. } | Way::Refused => None,
        }
    }

    /// The line is dead without knowing it: it is given up, and come back to.
    pub(super) fn abandon(&mut self, turn: &mut Turn) {
        let Some(socket) = self.socket() else { return };
        turn.act(Effect::Close { code: None });
        self.closed(turn, socket, NO_CODE, "");
    }

    pub(super) fn tick_line(&mut self, turn: &mut Turn) {
        let now = turn.now;
        match &mut self.line.way {
            Way::Off | Way::Entering | Way::Refused => {}
            Way::Resting { until, then, .. } => {
                if *until <= now {
                    let then = *then;
                    self.go(turn, then);
                }
            }
            Way::Connecting(until) => {
                if *until <= now {
                    self.abandon(turn);
                }
            }
            Way::Up(up) => {
                if up.pong_by.is_some_and(|by| by <= now) || up.follows_by.is_some_and(|by| by <= now) {
                    self.abandon(turn);
                } else if up.ping_at <= now {
                    ping(turn, up, self.line.limits);
                }
            }
        }
    }
}

fn ping(turn: &mut Turn, up: &mut Up, limits: Limits) {
    up.ping_at = turn.now.plus(limits.ping_ms);
    if up.pong_by.is_none() {
        up.pong_by = Some(turn.now.plus(limits.pong_ms));
    }
    turn.act(Effect::Ping);
}
