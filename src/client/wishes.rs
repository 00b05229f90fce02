//! What the person wishes. A wish is shown as granted at once; what the service has to know of it is kept until it
//! does.

use super::leaving::Asked;
use super::{Client, Place, Show, Talk, Turn, Wanted, Why};
use crate::domain::protocol::{ErrorCode, Text};

impl Client {
    /// Looks for a partner. Who looks already may look for something else.
    pub(super) fn find(&mut self, turn: &mut Turn, wanted: Wanted) {
        match self.kept.place {
            Place::Talking(_) => return,
            Place::Seeking if self.kept.wanted == wanted => {}
            Place::Seeking => {
                // A `find` that came too fast is made again when it may be, with what is wanted by then.
                if !matches!(self.owes.asked, Asked::Later(_)) {
                    self.owes.asked = Asked::No;
                }
                self.kept.changed = true;
            }
            Place::Home => {
                self.owes.asked = Asked::No;
                self.kept.changed = false;
            }
        }
        self.kept.wanted = wanted;
        self.kept.place = Place::Seeking;
        self.kept.stopping = false;
        self.ask(turn);
        self.want_line(turn);
    }

    /// Leaves for the next partner.
    pub(super) fn next(&mut self, turn: &mut Turn) {
        match self.over(turn, Why::Me) {
            Some(c) => {
                self.kept.place = Place::Seeking;
                self.owes.asked = Asked::No;
                self.part_from(turn, &c, true);
            }
            None => self.find(turn, self.kept.wanted.clone()),
        }
    }

    /// Leaves the conversation or the queue.
    pub(super) fn stop(&mut self, turn: &mut Turn) {
        if let Some(c) = self.over(turn, Why::Me) {
            return self.part_from(turn, &c, false);
        }
        if self.kept.place != Place::Seeking {
            return;
        }
        self.kept.place = Place::Home;
        let asked = matches!(self.owes.asked, Asked::Until(_) | Asked::Queued);
        // What was asked on an earlier line may still stand.
        let may_have_asked = !self.line.is_open() && self.kept.ticket.is_some();
        self.owes.asked = Asked::No;
        if let Some(parting) = &mut self.kept.parting {
            parting.next = false;
        }
        if asked || may_have_asked {
            self.leave_queue(turn);
        }
    }

    pub(super) fn say(&mut self, turn: &mut Turn, text: String) {
        let chars = self.line.limits.text_chars;
        let fault = Text::new(text.clone()).err();
        let too_long = text.chars().nth(usize::try_from(chars).unwrap_or(usize::MAX)).is_some();
        let fault = fault.or(too_long.then_some(ErrorCode::TooLong));
        let code = match (self.seat(), fault) {
            (Some(mut seat), None) => return seat.say(turn, text),
            (None, _) => "not_talking",
            (Some(_), Some(ErrorCode::TooLong)) => "too_long",
            (Some(_), Some(_)) => "bad_text",
        };
        turn.show(Show::CannotSay { code: code.to_owned() });
    }

    pub(super) fn type_on(&mut self, turn: &mut Turn, on: bool) {
        if let Some(mut seat) = self.seat() {
            seat.typing(turn, on);
        }
    }

    pub(super) fn look(&mut self, turn: &mut Turn, visible: bool) {
        self.visible = visible;
        if let Some(mut seat) = self.seat() {
            seat.look(turn);
        }
    }

    /// A conversation begins.
    pub(super) fn begin(&mut self, c: &str) {
        self.kept.place = Place::Talking(Talk::new(c));
        self.owes.asked = Asked::No;
        self.kept.changed = false;
        self.flow = super::Flow::default();
    }
}
