//! What happens to a client, and what comes of it: plain values.

use super::Kept;
use super::wire::{ClientFrame, Heard, Meeting, Wanted};

/// What happens to a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// The person wants a partner. Does nothing in a conversation.
    Find(Wanted),
    /// The person wants another partner.
    Next,
    /// The person leaves the queue or the conversation.
    Stop,
    /// The person says something.
    Say(String),
    /// The person is typing, or no longer.
    Typing(bool),
    /// Whether the person can see what arrives.
    Visible(bool),
    /// The person never wants to meet the present or last partner again.
    Block,
    /// … and reports them.
    Report {
        /// Why.
        reason: String,
        /// In the person's own words.
        note: Option<String>,
    },
    /// The person is done with the service.
    Leave,
    /// The network or the person is back.
    Nudge,
    /// `POST /enter` was answered.
    Entered {
        /// The pass.
        pass: String,
        /// The lobby to go to.
        lobby: String,
        /// The visitor id to keep.
        visitor: Option<String>,
    },
    /// `POST /enter` was refused, or (`unreachable`) not answered.
    NotEntered {
        /// The code of the problem.
        code: String,
        /// When to try again.
        retry_ms: Option<u64>,
    },
    /// A socket is open.
    Opened {
        /// Which.
        socket: u64,
    },
    /// A socket brought a frame: see [`super::read`].
    Heard {
        /// Which.
        socket: u64,
        /// What it says.
        frame: Heard,
        /// The ticket that it carries.
        ticket: Option<String>,
    },
    /// A socket closed, or could not be opened.
    Closed {
        /// Which.
        socket: u64,
        /// The close code (1006: it broke).
        code: u16,
        /// The reason given.
        reason: String,
    },
    /// Time has passed.
    Tick,
}

impl Input {
    /// Whether the person says what they want to come next.
    pub(super) const fn is_wish(&self) -> bool {
        match self {
            Self::Find(_) | Self::Next | Self::Stop | Self::Block | Self::Report { .. } | Self::Leave => true,
            Self::Say(_)
            | Self::Typing(_)
            | Self::Visible(_)
            | Self::Nudge
            | Self::Entered { .. }
            | Self::NotEntered { .. }
            | Self::Opened { .. }
            | Self::Heard { .. }
            | Self::Closed { .. }
            | Self::Tick => false,
        }
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Tell the person.
    Show(Show),
    /// Keep this, in place of what was kept before.
    Save(Box<Kept>),
    /// `POST /enter`.
    Enter {
        /// The visitor id, if there is one.
        visitor: Option<String>,
        /// The pass, if there is one that may still be good.
        pass: Option<String>,
        /// The newest ticket, for what it remembers.
        memory: Option<String>,
    },
    /// Open a socket. From now on it is the one that counts.
    Connect {
        /// Its number.
        socket: u64,
        /// Where to.
        lobby: String,
    },
    /// Send a frame on the socket that counts.
    Send(ClientFrame),
    /// Send a bare `ping`.
    Ping,
    /// Close the socket that counts, with this code or without one. Nothing of it is to be heard any more.
    Close {
        /// The code.
        code: Option<u16>,
    },
}

/// What the person is to know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Show {
    /// The service is reached.
    LineUp,
    /// The line broke; it is come back to.
    LineDown,
    /// Nothing more is tried: a close code, or the code of a problem.
    GaveUp {
        /// Why.
        why: String,
    },
    /// The person is banned until then (Unix milliseconds).
    Banned {
        /// Until when, if the service said so.
        until: Option<u64>,
    },
    /// In the queue.
    Waiting {
        /// For how long interests still count.
        widen_ms: u64,
    },
    /// Matching is paused; the place is kept.
    Paused,
    /// The service will not look for what the person wants.
    CannotFind {
        /// Why.
        code: String,
    },
    /// A partner.
    Matched(Meeting),
    /// The partner's line broke.
    PartnerAway {
        /// How long the seat is kept.
        grace_ms: Option<u64>,
    },
    /// The partner is there.
    PartnerHere,
    /// The partner is typing, or no longer.
    PartnerTyping(bool),
    /// A line of the transcript: this person's own message, on its way.
    Said {
        /// Its number.
        n: u64,
        /// What was said.
        text: String,
    },
    /// This cannot be said; nothing was.
    CannotSay {
        /// Why.
        code: String,
    },
    /// A line of the transcript: the partner's message.
    Arrived {
        /// Its number.
        n: u64,
        /// What was said.
        text: String,
    },
    /// The partner has everything up to this number.
    Delivered {
        /// The number.
        n: u64,
    },
    /// The partner has seen everything up to this number.
    Seen {
        /// The number.
        n: u64,
    },
    /// The service would not take this message. Those said after it have moved up by one number.
    NotDelivered {
        /// Its number.
        n: u64,
        /// Why.
        code: String,
    },
    /// The conversation on show is over.
    Over {
        /// Why.
        why: Why,
        /// How many of this person's last messages the partner is not known to have.
        undelivered: u64,
    },
}

/// Why a conversation is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// This person left.
    Me,
    /// The service says so, with this reason.
    Service(String),
    /// The service knows nothing of it any more.
    Gone,
    /// A `got` that cannot be: one side's memory is older than the conversation.
    Memory,
    /// The line was closed with this code.
    Code(u16),
}
