//! What happens to the presence object, what comes of it, and what of it survives.

use serde::{Deserialize, Serialize};

use crate::domain::announcements::Log;
use crate::domain::census::{Instruction, Report};
use crate::domain::id::{NetworkKey, StreamId};
use crate::domain::operator::Command;
use crate::domain::pause::Pause;
use crate::domain::protocol::{Announcement, AnnouncementList, Paused, Problem, ProblemCode, Stats, to_json};
use crate::domain::tally::Tally;

/// What happens to the presence object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// Somebody is about to look, once or from now on.
    Wanted(Wanted),
    /// Somebody subscribes.
    Subscribed {
        /// The stream.
        stream: StreamId,
        /// The number of the last log entry that they have seen; 0 for none.
        seen: u64,
        /// Drawn at random: spreads what a crowd would do at once.
        chance: u32,
    },
    /// A stream is gone.
    Gone {
        /// The stream.
        stream: StreamId,
    },
    /// A lobby reports.
    Reported {
        /// Which one.
        lobby: String,
        /// What it reports.
        report: Report,
        /// What it has counted since it started.
        tally: Box<Tally>,
    },
    /// Somebody calls who may be the operator. Answered with [`Effect::Answer`].
    Called {
        /// From where.
        network: NetworkKey,
        /// With the operator's token.
        authorized: bool,
        /// What is asked for; `None` for nothing.
        command: Option<Command>,
    },
    /// Time has passed.
    Tick,
}

/// What somebody looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// The counts, which lobbies tell of themselves while anybody looks.
    Counts,
    /// What they have counted as well, which they tell of themselves now and then only.
    Everything,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Store this, in place of what was stored before.
    Keep(Box<Stored>),
    /// Tell a lobby this, and let it report.
    Ask {
        /// Which one.
        lobby: String,
        /// What it is told.
        instruction: Instruction,
    },
    /// Write event-stream text to these streams.
    Write {
        /// The streams.
        to: Vec<StreamId>,
        /// The text.
        text: String,
    },
    /// End a stream.
    End {
        /// The stream.
        stream: StreamId,
    },
    /// The answer to a call, to be given when all lobbies that were asked have heard.
    Answer(Answer),
}

/// What a caller is told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// How it goes.
    Stats(Box<Stats>),
    /// What is in force.
    Announcements(AnnouncementList),
    /// It is announced.
    Announced(Announcement),
    /// It is withdrawn.
    Withdrawn,
    /// Whether matching is paused now.
    Paused(Paused),
    /// The call was nothing but a look at the token, which is right.
    Known,
    /// It is refused.
    Refused(Problem),
}

impl Answer {
    /// Status and body of the response.
    #[must_use]
    pub fn encode(&self) -> (u16, String) {
        match self {
            Self::Stats(stats) => (200, to_json(stats)),
            Self::Announcements(list) => (200, to_json(list)),
            Self::Announced(announcement) => (201, to_json(announcement)),
            Self::Paused(paused) => (200, to_json(paused)),
            Self::Withdrawn | Self::Known => (204, String::new()),
            Self::Refused(problem) => (problem.code.status(), problem.encode()),
        }
    }
}

impl From<ProblemCode> for Answer {
    fn from(code: ProblemCode) -> Self {
        Self::Refused(code.into())
    }
}

/// The layout of what is stored: it is counted up when that changes, so that nothing is taken for what it is not.
const LAYOUT: u8 = 1;

/// What survives the loss of memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stored {
    /// The lobbies that are open.
    pub lobbies: Vec<String>,
    /// The announcements.
    pub log: Log,
    /// Whether matching is paused.
    pub pause: Pause,
}

impl Stored {
    /// As bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(&(LAYOUT, self)).unwrap_or_default()
    }

    /// Reads them; `None` when they are of another layout.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (layout, stored): (u8, _) = postcard::from_bytes(bytes).ok()?;
        Some(stored).filter(|_| layout == LAYOUT)
    }
}
