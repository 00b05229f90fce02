//! What a lobby is told to be, what happens to it, and what comes of it.

use crate::domain::census::{Instruction, Report};
use crate::domain::door::Arrival;
use crate::domain::evidence::Marks;
use crate::domain::id::{ConversationId, LineId, NetworkKey, SessionId, VisitorKey};
use crate::domain::limits::{LOBBY_SESSIONS_MAX, VISITOR_SESSIONS_MAX};
use crate::domain::orders::Orders;
use crate::domain::protocol::{CloseCode, ServerFrame};
use crate::domain::report::Filing;
use crate::domain::session::Record;
use crate::domain::tally::Fact;
use crate::domain::ticket::Ticket;
use crate::domain::time::Time;

/// A frame with its ticket in the clear.
pub type Frame = ServerFrame<Box<Ticket>>;

/// What a lobby is, and what the operator decides about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// Its name.
    pub name: String,
    /// Whether floods are held back. Off for load tests only.
    pub limited: bool,
    /// How many sessions there may be.
    pub sessions_max: usize,
    /// How many of them, with a line, one visitor may have.
    pub visitor_sessions_max: usize,
    /// What it was told of pauses and bans.
    pub orders: Orders,
    /// What it tags lines with, and knows people by.
    pub marks: Marks,
}

impl Rules {
    /// The rules of a lobby of this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            limited: true,
            sessions_max: LOBBY_SESSIONS_MAX,
            visitor_sessions_max: VISITOR_SESSIONS_MAX,
            orders: Orders::default(),
            marks: Marks::default(),
        }
    }
}

/// What happens to a lobby.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// A socket was accepted.
    Opened {
        /// The socket.
        line: LineId,
        /// Who its session will be, if it is a new one: drawn at random.
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
    /// The presence object says this, in answer to a report or by itself.
    Instructed(Instruction),
    /// A report did not arrive.
    ReportLost,
    /// Answers [`Effect::File`].
    Filed {
        /// Whose report it is.
        session: SessionId,
        /// The conversation that it is about.
        conversation: ConversationId,
    },
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
        frame: Frame,
    },
    /// Close a socket; nothing of it is to be kept.
    Close {
        /// The line.
        line: LineId,
        /// Why.
        code: CloseCode,
        /// What the reason tells, where the code says that it tells something: when to come back, or until when not.
        reason: Option<u64>,
    },
    /// Find out when a line last sent a `ping`, and answer with [`Input::Heard`] before any other input.
    Probe {
        /// The line.
        line: LineId,
    },
    /// Keep this through a loss of memory: [`Rules::orders`].
    KeepOrders(Box<Orders>),
    /// File a report, and answer with [`Input::Filed`] when that is done or given up.
    File {
        /// Whose report it is.
        session: SessionId,
        /// What it says.
        filing: Box<Filing>,
    },
    /// Somebody says the same to everybody: entering is to take a proof from them.
    Doubt(VisitorKey),
    /// Count this.
    Count(Fact),
    /// Tell the presence object, along with all that was counted.
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
