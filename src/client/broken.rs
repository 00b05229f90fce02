//! A line that is gone: what each close code means, and whether, when and how the client comes back.
//!
//! This is the table of `docs/PROTOCOL.md`, "Close codes".

use super::line::{Then, Way};
use super::{Client, Effect, Show, Turn, Why};

/// A line that breaks sooner than this after its `welcome` is young.
const YOUNG_MS: u64 = 10_000;
/// So many moves in a row are followed at once; more of them are a service that sends people in a circle.
const MOVES_MAX: u32 = 3;
/// After so many tries without a `welcome` the lobby itself may be gone: another one is asked for.
const TRIES_PER_LOBBY: u32 = 2;

impl Client {
    /// The socket closed. What comes of a code is the table of `docs/PROTOCOL.md`, "Close codes".
    pub(super) fn closed(&mut self, turn: &mut Turn, socket: u64, code: u16, reason: &str) {
        if self.socket() != Some(socket) {
            return;
        }
        self.lose_line(turn);
        let retry_ms = reason.parse().ok();
        match code {
            1000 | 1003 | 1009 | 4400 | 4409 => self.give_up(turn, &code.to_string(), Some(code)),
            4403 => {
                turn.show(Show::Banned { until: retry_ms });
                self.give_up(turn, "4403", Some(code));
            }
            4001 if !reason.is_empty() && self.line.moves < MOVES_MAX => {
                self.line.moves += 1;
                self.kept.lobby = Some(reason.to_owned());
                self.go(turn, Then::Connect);
            }
            4001 => {
                self.kept.lobby = None;
                self.rest(turn, Then::Enter, None);
            }
            4401 => {
                let first = self.kept.pass.take().is_some() && self.line.tries <= 1;
                if first { self.go(turn, Then::Enter) } else { self.rest(turn, Then::Enter, None) }
            }
            4429 => {
                self.end_all(turn, &Why::Code(code));
                self.rest(turn, Then::Connect, retry_ms);
            }
            4503 => {
                self.kept.lobby = None;
                self.rest(turn, Then::Enter, retry_ms);
            }
            _ => self.come_back(turn),
        }
    }

    /// What a line that is gone leaves behind.
    fn lose_line(&mut self, turn: &mut Turn) {
        match &self.line.way {
            Way::Up(up) => {
                self.line.young = if turn.now.since(up.since) < YOUNG_MS { self.line.young + 1 } else { 0 };
                self.line.down_since = turn.now;
                turn.show(Show::LineDown);
            }
            Way::Off | Way::Entering | Way::Resting { .. } | Way::Connecting(_) | Way::Refused => self.line.tries += 1,
        }
        self.forget_line();
    }

    /// The line broke: with the ticket, to the lobby that it is for, as long as that makes sense.
    fn come_back(&mut self, turn: &mut Turn) {
        let down_ms = turn.now.since(self.line.down_since);
        let stays = self.has_conversation() && down_ms < self.line.limits.grace_ms;
        if self.line.tries >= TRIES_PER_LOBBY && !stays {
            self.kept.lobby = None;
        }
        self.rest(turn, Then::Connect, None);
    }

    /// Tries again later; `retry_ms`: the service said when.
    pub(super) fn rest(&mut self, turn: &mut Turn, then: Then, retry_ms: Option<u64>) {
        let until = turn.now.plus(retry_ms.unwrap_or(0)).plus(self.line.delay(turn.chance));
        self.line.way = Way::Resting { until, then, firm: retry_ms.is_some() };
    }

    /// Trying again by itself would be wrong. A ticket is remembered for what it remembers, but for that of a session
    /// that goes on elsewhere.
    pub(super) fn give_up(&mut self, turn: &mut Turn, why: &str, code: Option<u16>) {
        if let Some(code) = code {
            self.end_all(turn, &Why::Code(code));
        }
        let ticket = self.kept.ticket.take();
        self.kept.memory = ticket.filter(|_| code != Some(4409)).or(self.kept.memory.take());
        (self.kept.pass, self.kept.lobby) = (None, None);
        self.stop_wanting();
        self.line.way = Way::Refused;
        turn.show(Show::GaveUp { why: why.to_owned() });
    }

    /// The person is done with the service.
    pub(super) fn leave(&mut self, turn: &mut Turn) {
        self.end_all(turn, &Why::Me);
        if self.socket().is_some() {
            turn.act(Effect::Close { code: Some(1000) });
        }
        self.forget_line();
        self.stop_wanting();
        (self.kept.pass, self.kept.lobby) = (None, None);
        self.kept.memory = self.kept.ticket.take().or(self.kept.memory.take());
        self.line.way = Way::Off;
    }
}
