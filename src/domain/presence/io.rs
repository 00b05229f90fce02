//! What happens to the presence object, what comes of it, and what of it survives.

use serde::{Deserialize, Serialize};

use crate::domain::admission::{Knock, Verdict};
use crate::domain::announcements::Log;
use crate::domain::ban_list::{BanList, NewBan};
use crate::domain::census::{Instruction, Report};
use crate::domain::id::{NetworkKey, StreamId, VisitorKey};
use crate::domain::operator::Command;
use crate::domain::pause::Pause;
use crate::domain::proof::Proof;
use crate::domain::protocol::{
    Announcement, AnnouncementList, BanView, BanViews, Paused, Problem, ProblemCode, Raised, Stats, to_json,
};
use crate::domain::salts::{Salt, Salts};
use crate::domain::tally::Tally;
use crate::domain::time::Time;

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
        /// Where they come from, if one network may only have so many streams.
        network: Option<NetworkKey>,
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
    /// The Worker asks what it needs to know at the door. Answered with [`Answer::Door`].
    Door {
        /// Drawn at random: today's salt, if there is none yet.
        salt: Salt,
    },
    /// Somebody wants to come in. Answered with [`Answer::Verdict`].
    Knocked(Box<Knock>),
    /// A lobby has doubts about a visitor.
    Doubted {
        /// Whom.
        visitor: VisitorKey,
    },
    /// The service bans somebody by itself. Answered as the operator would be.
    Banned(Box<NewBan>),
    /// Time has passed.
    Tick,
}

/// What the Worker needs to know at the door: good for a second.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Door {
    /// Whether matching is paused.
    pub paused: bool,
    /// What entering takes.
    pub proof: Proof,
    /// What addresses are blinded with.
    pub salts: Salts,
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
    /// It is withdrawn, or lifted.
    Withdrawn,
    /// Whether matching is paused now.
    Paused(Paused),
    /// Whether the operator wants a proof of work now.
    Raised(Raised),
    /// The bans in force.
    Bans(BanViews),
    /// Somebody is banned.
    Banned(BanView),
    /// What the Worker needs to know at the door.
    Door(Box<Door>),
    /// Whether somebody comes in.
    Verdict(Verdict),
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
            Self::Raised(raised) => (200, to_json(raised)),
            Self::Bans(bans) => (200, to_json(bans)),
            Self::Banned(ban) => (201, to_json(ban)),
            // Those two are for the Worker alone: see `internal`.
            Self::Withdrawn | Self::Known | Self::Door(_) | Self::Verdict(_) => (204, String::new()),
            Self::Refused(problem) => (problem.code.status(), problem.encode()),
        }
    }

    /// What the Worker is told, as bytes; `None` where it is nothing for it.
    #[must_use]
    pub fn internal(&self) -> Option<Vec<u8>> {
        match self {
            Self::Door(door) => postcard::to_allocvec(door).ok(),
            Self::Verdict(verdict) => postcard::to_allocvec(verdict).ok(),
            Self::Stats(_)
            | Self::Announcements(_)
            | Self::Announced(_)
            | Self::Withdrawn
            | Self::Paused(_)
            | Self::Raised(_)
            | Self::Bans(_)
            | Self::Banned(_)
            | Self::Known
            | Self::Refused(_) => None,
        }
    }
}

impl From<ProblemCode> for Answer {
    fn from(code: ProblemCode) -> Self {
        Self::Refused(code.into())
    }
}

/// The layout of what is stored: it is counted up when that changes, so that nothing is taken for what it is not.
const LAYOUT: u8 = 2;
/// The layout before that: without [`Stored::entry`].
const LAYOUT_BEFORE: u8 = 1;

/// What survives the loss of memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stored {
    /// The lobbies that are open.
    pub lobbies: Vec<String>,
    /// The announcements.
    pub log: Log,
    /// Whether matching is paused.
    pub pause: Pause,
    /// Who may come in.
    pub entry: Entrance,
}

/// Who may come in, as far as that is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entrance {
    /// Since when the operator wants a proof of work, if they do.
    pub raised: Option<Time>,
    /// What addresses are blinded with.
    pub salts: Salts,
    /// The bans in force.
    pub bans: BanList,
}

impl Stored {
    /// As bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(&(LAYOUT, self)).unwrap_or_default()
    }

    /// Reads them; `None` when they are of a layout that is not known.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (layout, rest) = bytes.split_first()?;
        let ((lobbies, log, pause), rest) = postcard::take_from_bytes(rest).ok()?;
        let entry = match *layout {
            LAYOUT => postcard::from_bytes(rest).ok()?,
            LAYOUT_BEFORE => Entrance::default(),
            _ => return None,
        };
        Some(Self { lobbies, log, pause, entry })
    }
}
