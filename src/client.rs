//! The client's half of the protocol, as a pure machine: what `docs/PROTOCOL.md` asks of whoever talks to the service.
//!
//! Theory. Three machines share the work. The way to the service (`line`, and `broken` for its end) comes back by
//! itself. The place says what the person wants: nothing, a partner, or the conversation on show (`talk`, `outbox`).
//! What the service has not confirmed yet is in `leaving`: a goodbye is shown as done at once, and kept until it is.
//! What the service says is in `service`, the person's wishes in `wishes`; `wire` alone knows JSON.
//!
//! A [`Client`] keeps the contract of [`crate::domain`]: time and chance are arguments, effects are values, an input
//! that is out of place changes nothing. Its durable half is [`Kept`]. In the effects of a step, what is shown comes
//! first, then what is to be saved, then what goes out: whoever performs them in this order, and writes down the lines
//! of the transcript as they are shown, writes before it tells. A client restored from what was saved last goes on
//! where it was.
//!
//! Sockets are numbered. Only the newest one counts; what an abandoned one still brings is ignored.

mod broken;
mod events;
mod leaving;
mod line;
mod outbox;
mod service;
mod talk;
mod wire;
mod wishes;

pub use events::{Effect, Input, Show, Why};
pub use leaving::{Filing, Grievance, Parting};
pub use line::{Line, Then, Up, Way};
pub use outbox::{OlderMemory, Outbox};
pub use talk::{Flow, Talk};
pub use wire::{ClientFrame, Found, Heard, Limits, Meeting, Presence, Refusal, Wanted, read};

use serde::{Deserialize, Serialize};

use crate::domain::time::Time;
use leaving::Owes;
use talk::Seat;

/// A draw of chance, as a fraction of 65 536.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Chance(pub u16);

impl Chance {
    /// The fraction of `bound`.
    #[must_use]
    pub const fn of(self, bound: u64) -> u64 {
        bound.saturating_mul(self.0 as u64) >> 16
    }
}

/// What the person wants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Place {
    /// Nothing.
    #[default]
    Home,
    /// A partner.
    Seeking,
    /// This conversation.
    Talking(Talk),
}

/// What a client keeps for as long as its tab lives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Kept {
    /// The visitor id. The one thing here that may be kept for longer.
    pub visitor: Option<String>,
    /// The pass.
    pub pass: Option<String>,
    /// The lobby that the ticket is for.
    pub lobby: Option<String>,
    /// The newest ticket.
    pub ticket: Option<String>,
    /// A ticket that is good for what it remembers, and for nothing else.
    pub memory: Option<String>,
    /// Counts the sockets.
    pub line: u64,
    /// What the person looks for, or looked for last.
    pub wanted: Wanted,
    /// It is not what the place in the queue was given for, and the service does not know.
    pub changed: bool,
    /// What the person wants.
    pub place: Place,
    /// The conversation that was on show last.
    pub last: Option<String>,
    /// Its partner was lost before they had said or taken anything, and nothing was wished since: a place in the queue
    /// that comes now is meant.
    pub goes_on: bool,
    /// A place in the queue is given up, which the service has not confirmed.
    pub stopping: bool,
    /// A conversation that is left, which the service has not confirmed.
    pub parting: Option<Parting>,
    /// Blocks and reports that the service has not confirmed.
    pub filings: Vec<Filing>,
}

/// A client. See the module's text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    kept: Kept,
    line: Line,
    flow: Flow,
    owes: Owes,
    visible: bool,
}

/// One step: when it is, how chance falls, what is shown, and what is done.
#[derive(Debug)]
struct Turn {
    now: Time,
    chance: Chance,
    shown: Vec<Effect>,
    acts: Vec<Effect>,
}

impl Turn {
    fn show(&mut self, show: Show) {
        self.shown.push(Effect::Show(show));
    }

    fn act(&mut self, effect: Effect) {
        self.acts.push(effect);
    }

    fn send(&mut self, frame: ClientFrame) {
        self.act(Effect::Send(frame));
    }
}

impl Client {
    /// A client with what was kept of it; with nothing kept, a new one. Its first deadline is now if there is anything
    /// to come back to.
    #[must_use]
    pub fn restore(now: Time, kept: Kept) -> Self {
        let owed = kept.stopping || kept.parting.is_some() || !kept.filings.is_empty();
        let wanted = kept.place != Place::Home || owed;
        let rest = Way::Resting { until: now, then: Then::Connect, firm: false };
        let line = Line::new(now, if wanted { rest } else { Way::Off });
        let mut client = Self { kept, line, flow: Flow::default(), owes: Owes::default(), visible: true };
        client.forget_line();
        client
    }

    /// The same client, of somebody who holds an event stream or does not: a stream counts whoever holds it.
    #[must_use]
    pub const fn counted(mut self, counted: bool) -> Self {
        self.line.counted = counted;
        self
    }

    /// Takes one step. See [`crate::domain`] for the contract.
    #[must_use]
    pub fn handle(&mut self, now: Time, chance: Chance, input: Input) -> Vec<Effect> {
        let before = self.kept.clone();
        let mut turn = Turn { now, chance, shown: Vec::new(), acts: Vec::new() };
        self.take(&mut turn, input);
        let save = (self.kept != before).then(|| Effect::Save(Box::new(self.kept.clone())));
        turn.shown.into_iter().chain(save).chain(turn.acts).collect()
    }

    fn take(&mut self, turn: &mut Turn, input: Input) {
        self.kept.goes_on &= !input.is_wish();
        match input {
            Input::Find(wanted) => self.find(turn, wanted),
            Input::Next => self.next(turn),
            Input::Stop => self.stop(turn),
            Input::Say(text) => self.say(turn, text),
            Input::Typing(on) => self.type_on(turn, on),
            Input::Visible(on) => self.look(turn, on),
            Input::Block => self.file(turn, Grievance::Block),
            Input::Report { reason, note } => self.file(turn, Grievance::Report { reason, note }),
            Input::Leave => self.leave(turn),
            Input::Nudge => self.nudge(turn),
            Input::Entered { pass, lobby, visitor } => self.entered(turn, pass, lobby, visitor),
            Input::NotEntered { code, retry_ms } => self.not_entered(turn, &code, retry_ms),
            Input::Opened { socket } => self.opened(turn, socket),
            Input::Heard { socket, frame, ticket } => self.heard(turn, socket, frame, ticket),
            Input::Closed { socket, code, reason } => self.closed(turn, socket, code, &reason),
            Input::Tick => self.tick(turn),
        }
    }

    /// When the next [`Input::Tick`] would do anything.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        let flow = self.flow.deadline(self.line.is_open());
        [self.line.deadline(), self.owes.deadline(), flow].into_iter().flatten().min()
    }

    /// What is kept: the same as in the newest [`Effect::Save`].
    #[must_use]
    pub const fn kept(&self) -> &Kept {
        &self.kept
    }

    /// The way to the service.
    #[must_use]
    pub const fn line(&self) -> &Line {
        &self.line
    }

    fn tick(&mut self, turn: &mut Turn) {
        self.tick_owes(turn);
        if let Some(mut seat) = self.seat() {
            seat.tick(turn);
        }
        self.tick_line(turn);
    }

    /// The conversation on show.
    fn seat(&mut self) -> Option<Seat<'_>> {
        let Place::Talking(talk) = &mut self.kept.place else { return None };
        let (open, window) = (self.line.is_open(), self.line.limits.in_flight);
        Some(Seat { talk, flow: &mut self.flow, open, window, visible: self.visible })
    }

    /// The name of the conversation on show.
    fn on_show(&self) -> Option<&str> {
        match &self.kept.place {
            Place::Talking(talk) => Some(&talk.c),
            Place::Home | Place::Seeking => None,
        }
    }

    /// The conversation on show is over; its name.
    fn over(&mut self, turn: &mut Turn, why: Why) -> Option<String> {
        let Place::Talking(talk) = &mut self.kept.place else { return None };
        let (c, undelivered) = (talk.c.clone(), talk.outbox.last() - talk.outbox.acked());
        turn.show(Show::Over { why, undelivered });
        self.kept.place = Place::Home;
        self.kept.last = Some(c.clone());
        self.flow = Flow::default();
        Some(c)
    }

    /// The line is gone, and with it what held only for it.
    fn forget_line(&mut self) {
        self.owes = Owes::default();
        if let Place::Talking(talk) = &self.kept.place {
            self.flow = self.flow.clone().without_line(talk);
        }
    }
}
