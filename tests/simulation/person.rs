//! One person, as far as they can know: what they were told, and the tickets that they were given.

use edgewise::domain::id::{ConversationId, LineId, VisitorId};
use edgewise::domain::lobby::Frame;
use edgewise::domain::protocol::{Resumed, ServerFrame, SessionState};
use edgewise::domain::ticket::Ticket;
use edgewise::domain::time::Time;

/// A person. Their line may break at any moment, and then what was on the way is lost.
pub struct Person {
    pub visitor: VisitorId,
    pub line: Option<LineId>,
    pub welcomed: bool,
    /// Counts the sockets that they have opened for this session.
    pub number: u64,
    /// Every ticket that reached them, the newest last.
    pub tickets: Vec<Ticket>,
    /// The conversation on show.
    pub conversation: Option<ConversationId>,
    /// The one before it: for frames that come too late.
    pub past: Option<ConversationId>,
    pub said: u64,
    pub ping: Option<Time>,
    pub counted: bool,
    /// When each of their messages was passed on.
    pub passed_on: Vec<Time>,
    /// How often somebody was met.
    pub met: u64,
}

impl Person {
    pub fn new(visitor: VisitorId, counted: bool) -> Self {
        Self {
            visitor,
            line: None,
            welcomed: false,
            number: 0,
            tickets: Vec::new(),
            conversation: None,
            past: None,
            said: 0,
            ping: None,
            counted,
            passed_on: Vec::new(),
            met: 0,
        }
    }

    /// A line opens or is gone.
    pub fn on_line(&mut self, line: Option<LineId>) {
        (self.line, self.welcomed, self.ping) = (line, false, None);
    }

    /// A frame has reached this person. Panics where no frame like it may come (invariant 3).
    pub fn told(&mut self, frame: &Frame) {
        match frame {
            ServerFrame::Welcome { state, ticket, .. } => {
                self.take(ticket);
                self.welcomed = true;
                if *state != SessionState::Talking {
                    self.over();
                }
            }
            ServerFrame::Waiting { ticket, .. } => {
                assert_eq!(self.conversation, None, "invariant 3: waiting, and not told that it was over");
                self.take(ticket);
            }
            ServerFrame::Matched { conversation, ticket, .. } => {
                assert_eq!(self.conversation, None, "invariant 3: matched, and not told that it was over");
                self.take(ticket);
                self.begin(*conversation);
            }
            ServerFrame::Resumed(Resumed { conversation, ticket, .. }) => {
                self.take(ticket);
                if self.conversation != Some(*conversation) {
                    self.over();
                    self.begin(*conversation);
                }
            }
            ServerFrame::Ended { conversation, ticket, .. } => {
                assert_eq!(self.conversation, Some(*conversation), "invariant 3: the end of another conversation");
                self.take(ticket);
                self.over();
            }
            ServerFrame::Partner { conversation, .. } => {
                assert_eq!(self.conversation, Some(*conversation), "invariant 4: of another conversation");
            }
            ServerFrame::Done { ticket, .. } => self.take(ticket),
            ServerFrame::Say { .. }
            | ServerFrame::Got { .. }
            | ServerFrame::Seen { .. }
            | ServerFrame::Typing { .. }
            | ServerFrame::Error(_) => {}
        }
    }

    fn take(&mut self, ticket: &Ticket) {
        self.tickets.push(ticket.clone());
    }

    fn begin(&mut self, conversation: ConversationId) {
        assert_ne!(self.past, Some(conversation), "invariant 3: a conversation that began after its end");
        (self.conversation, self.said) = (Some(conversation), 0);
        self.met += 1;
    }

    fn over(&mut self) {
        self.past = self.conversation.take().or(self.past);
    }
}
