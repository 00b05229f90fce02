//! What the service says.

use super::leaving::Asked;
use super::line::Way;
use super::talk::Seat;
use super::wire::{ClientFrame, Found, Heard, Meeting, Presence, Refusal};
use super::{Client, Place, Show, Turn, Why};

/// How long to wait when the service asks to slow down without saying for how long.
const AGAIN_MS: u64 = 1_000;

impl Client {
    pub(super) fn heard(&mut self, turn: &mut Turn, socket: u64, frame: Heard, ticket: Option<String>) {
        let welcome = matches!(frame, Heard::Welcome(..));
        // Before its `welcome` nothing on a socket is about this session.
        if self.socket() != Some(socket) || (matches!(self.line.way, Way::Connecting(_)) && !welcome) {
            return;
        }
        self.kept.ticket = ticket.or(self.kept.ticket.take());
        match frame {
            Heard::Pong => self.pong(),
            Heard::Welcome(found, limits) => {
                self.line.limits = limits;
                // On an open line only the limits are news.
                if matches!(self.line.way, Way::Connecting(_)) {
                    self.welcomed(turn, found);
                }
            }
            Heard::Waiting(widen_ms) => self.waiting(turn, widen_ms),
            Heard::Matched(meeting) => self.matched(turn, meeting),
            Heard::Resumed(meeting, partner) => self.resumed(turn, meeting, partner),
            Heard::Ended(c, reason) => self.ended(turn, &c, reason),
            Heard::Done(re, c) => self.done(&re, c.as_deref()),
            Heard::Error(refusal) => self.refused(turn, &refusal),
            Heard::Got(c, n) => self.acknowledged(turn, &c, n),
            Heard::Say(c, n, text) => self.in_talk(&c, |seat| seat.take(turn, n, text)),
            Heard::Seen(c, n) => self.in_talk(&c, |seat| seat.partner_saw(turn, n)),
            Heard::Typing(c, on) => self.in_talk(&c, |seat| seat.partner_typing(turn, on)),
            Heard::Partner(c, Presence::Here) => self.in_talk(&c, |seat| seat.resume(turn, Presence::Here)),
            Heard::Partner(c, Presence::Away(grace_ms)) => self.in_talk(&c, |seat| seat.partner_left(turn, grace_ms)),
        }
    }

    /// For the conversation on show. For another one it comes too late.
    fn in_talk(&mut self, c: &str, tell: impl FnOnce(&mut Seat<'_>)) {
        if let Some(mut seat) = self.seat().filter(|seat| seat.talk.c == c) {
            tell(&mut seat);
        }
    }

    /// The session is ready. Only what the state lacks is said.
    fn welcomed(&mut self, turn: &mut Turn, found: Found) {
        self.up(turn, found != Found::Idle);
        match found {
            Found::Talking => {}
            Found::Idle | Found::Waiting => {
                self.kept.stopping &= found == Found::Waiting;
                self.end_all(turn, &Why::Gone);
                self.file_all(turn);
                self.ask(turn);
            }
        }
    }

    /// There is a place in the queue. One that nobody wants is left at once.
    fn waiting(&mut self, turn: &mut Turn, widen_ms: u64) {
        self.placed();
        if std::mem::take(&mut self.kept.goes_on) {
            // The partner was gone before the match was made, and the service goes on looking.
            self.kept.place = Place::Seeking;
        }
        match self.kept.place {
            Place::Seeking => {
                self.owes.asked = Asked::Queued;
                turn.show(Show::Waiting { widen_ms });
                if self.kept.changed {
                    self.owes.asked = Asked::No;
                    self.ask(turn);
                }
            }
            Place::Home => self.leave_queue(turn),
            Place::Talking(_) => {}
        }
    }

    /// A partner. One whom nobody wants is left at once.
    fn matched(&mut self, turn: &mut Turn, meeting: Meeting) {
        self.placed();
        if self.on_show() == Some(&meeting.c) {
            return;
        }
        self.meet(turn, meeting, None);
    }

    /// The partner as before the line broke; or one of whom nothing is known here.
    fn resumed(&mut self, turn: &mut Turn, meeting: Meeting, partner: Presence) {
        self.placed();
        self.file_all(turn);
        if self.on_show() == Some(&meeting.c) {
            self.in_talk(&meeting.c, |seat| seat.resume(turn, partner));
        } else if self.files_against(&meeting.c) {
            // What was just filed ends it.
        } else if self.kept.parting.as_ref().is_some_and(|parting| parting.c == meeting.c) {
            self.part(turn);
        } else {
            self.meet(turn, meeting, Some(partner));
        }
        self.ask(turn);
    }

    /// A conversation that is not the one on show. Any other is over.
    fn meet(&mut self, turn: &mut Turn, meeting: Meeting, resumed: Option<Presence>) {
        self.end_all(turn, &Why::Gone);
        self.kept.goes_on = false;
        if self.kept.place != Place::Seeking {
            self.kept.stopping = false;
            return self.part_from(turn, &meeting.c, false);
        }
        let c = meeting.c.clone();
        self.begin(&c);
        turn.show(Show::Matched(meeting));
        match resumed {
            Some(partner) => self.in_talk(&c, |seat| seat.resume(turn, partner)),
            None => turn.send(ClientFrame::Got { c, n: 0 }),
        }
    }

    fn ended(&mut self, turn: &mut Turn, c: &str, reason: String) {
        if let Place::Talking(talk) = &self.kept.place
            && talk.c == c
        {
            let goes_on = reason == "lost" && talk.received == 0 && talk.outbox.acked() == 0;
            self.over(turn, Why::Service(reason));
            self.kept.goes_on = goes_on;
        }
        self.parted(Some(c));
    }

    fn done(&mut self, re: &str, c: Option<&str>) {
        if re == "stop" {
            self.stopped();
        } else {
            self.filed(re, c);
        }
    }

    /// The partner has everything up to `n`; where that cannot be, one side's memory is older than the conversation,
    /// and only an end is honest.
    fn acknowledged(&mut self, turn: &mut Turn, c: &str, n: u64) {
        let mut older = false;
        self.in_talk(c, |seat| older = seat.acknowledge(turn, n).is_err());
        if older && self.over(turn, Why::Memory).is_some() {
            self.part_from(turn, c, false);
        }
    }

    fn refused(&mut self, turn: &mut Turn, refusal: &Refusal) {
        let c = refusal.c.as_deref();
        match (refusal.code.as_str(), refusal.re.as_deref()) {
            ("paused", _) if self.kept.place == Place::Seeking => turn.show(Show::Paused),
            ("paused", _) => {}
            ("hello_first", _) => self.abandon(turn),
            (_, Some("find")) => self.find_refused(turn, refusal),
            (_, Some("stop")) if c.is_none() => self.stopped(),
            (_, Some("stop")) => self.parted(c),
            (code, Some(re @ ("block" | "report"))) => {
                let again_at = (code == "slow_down").then(|| turn.now.plus(refusal.retry_ms.unwrap_or(AGAIN_MS)));
                if code == "not_talking" {
                    self.parted(c);
                }
                self.filing_refused(turn, re, c, again_at);
            }
            ("not_talking", _) if c.is_some() && c == self.on_show() => {
                self.over(turn, Why::Gone);
            }
            _ => self.in_talk(c.unwrap_or_default(), |seat| seat.refused(turn, refusal)),
        }
    }

    fn find_refused(&mut self, turn: &mut Turn, refusal: &Refusal) {
        if self.kept.place != Place::Seeking || !matches!(self.owes.asked, Asked::Until(_)) {
            return;
        }
        match refusal.code.as_str() {
            // The service is in a conversation that it never named: only a fresh start sorts that out.
            "talking" => return self.abandon(turn),
            "bad_frame" | "unknown_type" => {
                self.owes.asked = Asked::No;
                self.kept.place = Place::Home;
                turn.show(Show::CannotFind { code: refusal.code.clone() });
            }
            _ => self.owes.asked = Asked::Later(turn.now.plus(refusal.retry_ms.unwrap_or(AGAIN_MS))),
        }
        // The partner must not wait until this side may look again.
        if self.kept.parting.as_ref().is_some_and(|parting| parting.next && Some(&parting.c) == refusal.c.as_ref()) {
            let c = refusal.c.clone().unwrap_or_default();
            self.part_from(turn, &c, false);
        }
    }
}
