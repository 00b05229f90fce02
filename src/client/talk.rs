//! One conversation of this side: what is sent when, and what is told of what has arrived.
//!
//! Theory. A [`Talk`] is what a tab keeps of it; a [`Flow`] is what holds only as long as the line does. A message
//! goes out when the line is open, the partner is here and has said what they have (`sync`), and the service does not
//! hold us back (`held`). Everything up to `sent` is on the way; to send again is to set `sent` back. A message of the
//! partner is taken only when it is the next one.
//!
//! A [`Seat`] is both halves with what they need to know of the rest; all changes of a conversation are in this file.

use serde::{Deserialize, Serialize};

use super::outbox::{OlderMemory, Outbox};
use super::wire::{ClientFrame, Presence, Refusal};
use super::{Show, Turn};
use crate::domain::time::Time;

/// A `got` may be late by 100 ms; the way takes some of them.
const GOT_MS: u64 = 50;
/// How long the partner's first `got` after a break may take.
const SYNC_MS: u64 = 5_000;
/// How long a message waits for its `got` before it is sent again; doubled each time, up to [`PATIENCE_MS_MAX`].
const PATIENCE_MS: u64 = 5_000;
/// See [`PATIENCE_MS`].
const PATIENCE_MS_MAX: u64 = 60_000;
/// How long to hold back when the service asks to slow down without saying for how long.
const HOLD_MS: u64 = 1_000;
/// `typing` is said again this often while it is on.
const TYPING_MS: u64 = 4_000;
/// A partner's `typing` that is not said again lapses.
const LAPSE_MS: u64 = 6_000;

/// What a tab keeps of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Talk {
    /// Its name.
    pub c: String,
    /// What this side has said.
    pub outbox: Outbox,
    /// How many messages of the partner's have been taken.
    pub received: u64,
    /// How many of them this person has seen, as far as the partner was told.
    pub seen: u64,
    /// How many lines a transcript of this conversation has: what is written after these is to be struck out.
    pub entries: u64,
}

impl Talk {
    /// A conversation of which nothing is known yet.
    #[must_use]
    pub fn new(c: &str) -> Self {
        Self { c: c.to_owned(), outbox: Outbox::default(), received: 0, seen: 0, entries: 0 }
    }
}

/// A `got` that is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Owed {
    at: Time,
    /// `seen` as well, although it was told before.
    seen_too: bool,
}

/// What holds of a conversation only as long as the line does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flow {
    away: bool,
    /// The partner has yet to say what they have; waited for until then.
    sync: Option<Time>,
    /// Everything up to and including this is on the way.
    sent: u64,
    /// Nothing goes out until then.
    held: Option<Time>,
    /// The service has asked to slow down: up to this number, and then one at a time until all that was said has
    /// arrived. Whoever went on with a whole window would be refused all but one of it, again and again, and be closed
    /// for flooding.
    careful: Option<u64>,
    /// When to send again what is not acknowledged, and after how long a wait.
    patience: Option<(Time, u64)>,
    /// Messages between these two (the first excluded) may still be refused by a number that they no longer have.
    renumbered: Option<(u64, u64)>,
    owed: Option<Owed>,
    typing: Option<Time>,
    partner_typing: Option<Time>,
}

impl Flow {
    /// The flow of a conversation of which only `talk` is left: the line is not open.
    #[must_use]
    pub fn resting(talk: &Talk) -> Self {
        Self { sent: talk.outbox.acked(), ..Self::default() }
    }

    /// The same flow, now that the line is gone: nothing is on the way any more. What the service asked for stands.
    #[must_use]
    pub fn without_line(self, talk: &Talk) -> Self {
        let careful = self.careful.map(|_| talk.outbox.acked() + 1);
        Self { held: self.held, careful, ..Self::resting(talk) }
    }

    /// When time matters next.
    #[must_use]
    pub fn deadline(&self, open: bool) -> Option<Time> {
        let on_line = [self.sync, self.patience.map(|(at, _)| at), self.owed.map(|owed| owed.at), self.typing];
        let on_line = on_line.into_iter().flatten().min().filter(|_| open);
        [on_line, self.held, self.partner_typing].into_iter().flatten().min()
    }
}

/// A conversation with all that it needs to know of the rest.
#[derive(Debug)]
pub struct Seat<'a> {
    /// What is kept.
    pub talk: &'a mut Talk,
    /// What is not.
    pub flow: &'a mut Flow,
    /// Frames may be sent.
    pub open: bool,
    /// How many messages may be on the way.
    pub window: u64,
    /// The person can see what arrives.
    pub visible: bool,
}

impl Seat<'_> {
    /// The person says something, which is fit to be said.
    pub fn say(&mut self, turn: &mut Turn, text: String) {
        self.typing(turn, false);
        let n = self.talk.outbox.keep(text.clone());
        self.talk.entries += 1;
        turn.show(Show::Said { n, text });
        self.flush(turn);
    }

    /// The partner's message `n`; without a text it is of a type that cannot be shown here.
    pub fn take(&mut self, turn: &mut Turn, n: u64, text: Option<String>) {
        if n > self.talk.received + 1 {
            return;
        }
        if n == self.talk.received + 1 {
            self.talk.received = n;
            if let Some(text) = text {
                self.partner_typing(turn, false);
                self.talk.entries += 1;
                turn.show(Show::Arrived { n, text });
            }
        }
        self.owe(Owed { at: turn.now.plus(GOT_MS), seen_too: false });
    }

    /// The partner has everything up to `n`.
    ///
    /// # Errors
    /// When that cannot be.
    pub fn acknowledge(&mut self, turn: &mut Turn, n: u64) -> Result<(), OlderMemory> {
        if self.talk.outbox.acknowledge(n)? {
            self.flow.patience = None;
            turn.show(Show::Delivered { n });
        }
        self.flow.careful = self.flow.careful.filter(|_| n < self.talk.outbox.last());
        self.flow.sent = self.flow.sent.max(n);
        self.flow.sync = None;
        self.flush(turn);
        Ok(())
    }

    /// The partner has seen everything up to `n`.
    pub fn partner_saw(&mut self, turn: &mut Turn, n: u64) {
        if let Some(n) = self.talk.outbox.mark_seen(n) {
            turn.show(Show::Seen { n });
        }
    }

    /// The line is back, or the partner is: neither side knows what the other has.
    pub fn resume(&mut self, turn: &mut Turn, partner: Presence) {
        *self.flow = self.flow.clone().without_line(self.talk);
        match partner {
            Presence::Here => {
                self.flow.sync = Some(turn.now.plus(SYNC_MS));
                turn.show(Show::PartnerHere);
            }
            Presence::Away(grace_ms) => {
                self.flow.away = true;
                turn.show(Show::PartnerAway { grace_ms });
            }
        }
        self.tell_received(turn, true);
    }

    /// The partner's line broke.
    pub fn partner_left(&mut self, turn: &mut Turn, grace_ms: Option<u64>) {
        *self.flow = Flow { away: true, ..self.flow.clone().without_line(self.talk) };
        turn.show(Show::PartnerAway { grace_ms });
    }

    /// The person is typing, or no longer.
    pub fn typing(&mut self, turn: &mut Turn, on: bool) {
        if on == self.flow.typing.is_some() || !self.open || self.flow.away {
            return;
        }
        self.flow.typing = on.then(|| turn.now.plus(TYPING_MS));
        turn.send(ClientFrame::Typing { c: self.talk.c.clone(), on });
    }

    /// The partner is typing, or no longer.
    pub fn partner_typing(&mut self, turn: &mut Turn, on: bool) {
        if on != self.flow.partner_typing.is_some() {
            turn.show(Show::PartnerTyping(on));
        }
        self.flow.partner_typing = on.then(|| turn.now.plus(LAPSE_MS));
    }

    /// The person can see what has arrived.
    pub fn look(&mut self, turn: &mut Turn) {
        if self.open && self.talk.seen < self.talk.received {
            self.tell_received(turn, false);
        }
    }

    /// The service refused a frame of this conversation.
    pub fn refused(&mut self, turn: &mut Turn, refusal: &Refusal) {
        let slow_down = refusal.code == "slow_down";
        let at = turn.now.plus(refusal.retry_ms.unwrap_or(HOLD_MS));
        match (refusal.re.as_deref(), refusal.n) {
            (Some("say"), Some(n)) if slow_down => self.hold(n, at),
            (Some("say"), Some(n)) => self.drop_number(turn, n, &refusal.code),
            (Some("got" | "seen"), _) if slow_down => self.owe(Owed { at, seen_too: true }),
            _ => {}
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, turn: &mut Turn) {
        let now = turn.now;
        if self.flow.partner_typing.is_some_and(|at| at <= now) {
            self.partner_typing(turn, false);
        }
        if self.flow.held.is_some_and(|at| at <= now) {
            self.flow.held = None;
            self.flush(turn);
        }
        if !self.open {
            return;
        }
        if self.flow.owed.is_some_and(|owed| owed.at <= now) {
            let again = self.flow.owed.is_some_and(|owed| owed.seen_too);
            self.tell_received(turn, again);
        }
        if self.flow.typing.is_some_and(|at| at <= now) {
            self.flow.typing = None;
            self.typing(turn, true);
        }
        if self.flow.sync.is_some_and(|at| at <= now) {
            self.flow.sync = None;
            self.flush(turn);
        }
        if let Some((_, waited)) = self.flow.patience.filter(|(at, _)| *at <= now) {
            let wait = waited.saturating_mul(2).min(PATIENCE_MS_MAX);
            self.flow.patience = Some((now.plus(wait), wait));
            self.send_again(turn);
        }
    }

    /// Sends what may be sent now.
    fn flush(&mut self, turn: &mut Turn) {
        let Flow { away, sync, held, .. } = *self.flow;
        if !self.open || away || sync.is_some() || held.is_some() {
            return;
        }
        let acked = self.talk.outbox.acked();
        let upto = self.flow.careful.map_or(u64::MAX, |upto| upto.max(acked + 1)).min(acked + self.window);
        while self.flow.sent < upto {
            let n = self.flow.sent + 1;
            let Some(text) = self.talk.outbox.tell(n) else { break };
            turn.send(ClientFrame::Say { c: self.talk.c.clone(), n, text });
            self.flow.sent = n;
        }
        if self.flow.sent > acked && self.flow.patience.is_none() {
            self.flow.patience = Some((turn.now.plus(PATIENCE_MS), PATIENCE_MS));
        }
    }

    /// Sends again everything that is not acknowledged.
    fn send_again(&mut self, turn: &mut Turn) {
        let acked = self.talk.outbox.acked();
        self.flow.sent = acked;
        self.flow.careful = self.flow.careful.map(|_| acked + 1);
        self.flow.renumbered = None;
        self.flush(turn);
    }

    /// Nothing goes out until `at`, and then from `n` on. The first refusal says from where: those after it were
    /// refused for the same haste.
    fn hold(&mut self, n: u64, at: Time) {
        let acked = self.talk.outbox.acked();
        self.flow.sent = self.flow.sent.min(n.saturating_sub(1)).max(acked);
        self.flow.held = self.flow.held.max(Some(at));
        self.flow.careful = Some(self.flow.sent + 1);
        self.flow.patience = None;
    }

    /// The service will never take message `n`. Those that were on the way behind it may be refused as well, by numbers
    /// that are others' by then: these refusals are passed over. What they meant will be refused again.
    fn drop_number(&mut self, turn: &mut Turn, n: u64, code: &str) {
        if self.flow.renumbered.is_some_and(|(above, upto)| above < n && n <= upto) {
            return;
        }
        if !self.talk.outbox.drop_number(n) {
            return;
        }
        self.flow.renumbered = Some((n, self.flow.sent));
        self.flow.sent = self.flow.sent.min(n - 1);
        if self.flow.sent == self.talk.outbox.acked() {
            self.flow.patience = None;
        }
        turn.show(Show::NotDelivered { n, code: code.to_owned() });
        self.flush(turn);
    }

    /// An earlier debt stands: what came since goes with it.
    fn owe(&mut self, owed: Owed) {
        self.flow.owed = self.flow.owed.or(Some(owed));
    }

    /// Tells the partner what has arrived, and what of it was seen: where that is news, or `again`.
    fn tell_received(&mut self, turn: &mut Turn, again: bool) {
        let Talk { c, received, seen, .. } = &mut *self.talk;
        let news = self.visible && *seen < *received;
        if news {
            *seen = *received;
        }
        if self.flow.owed.take().is_some() || again {
            turn.send(ClientFrame::Got { c: c.clone(), n: *received });
        }
        if news || (again && *seen > 0) {
            turn.send(ClientFrame::Seen { c: c.clone(), n: *seen });
        }
    }
}
