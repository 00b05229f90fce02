//! What one client showed, conversation by conversation, and what it kept: written down as it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use edgewise::client::{Kept, Place, Show, Why};
use tokio::time::Instant;

use crate::proxy::Sky;
use crate::shell::Told;

/// One conversation as one person saw it.
#[derive(Clone, Debug)]
pub struct Page {
    /// When it began.
    pub began: Instant,
    /// What this person said, by number.
    pub said: Vec<String>,
    /// What the partner said, as it was shown.
    pub heard: Vec<String>,
    /// How many of `said` the partner has, as far as this person was told.
    pub delivered: u64,
    /// How it ended.
    pub over: Option<Over>,
}

/// The end of a conversation, for one of the two.
#[derive(Clone, Debug)]
pub struct Over {
    /// When it was told.
    pub at: Instant,
    /// Why.
    pub why: Why,
    /// How many of the last messages the partner is not known to have.
    pub undelivered: u64,
}

/// How long a line was away, and whether anything stood in the way of coming back.
#[derive(Clone, Copy, Debug)]
pub struct Return {
    /// When it was back.
    pub at: Instant,
    /// For how long it was gone.
    pub took: Duration,
    /// Nothing stood in the way, from first to last.
    pub free: bool,
}

/// What one client showed and kept.
#[derive(Clone, Debug)]
pub struct Diary {
    /// Conversations by name.
    pub pages: BTreeMap<String, Page>,
    /// What was kept last.
    pub kept: Kept,
    /// The conversation on show.
    pub on_show: Option<String>,
    /// The line is up.
    pub up: bool,
    /// Lines that came back.
    pub returns: Vec<Return>,
    /// What must not have been shown.
    pub wrong: Vec<String>,
    /// What happened when, but for what was said: to find out how it came to something.
    pub trace: Vec<(Instant, String)>,
    /// Every pass, ticket and visitor id that this client ever held.
    pub secrets: BTreeSet<String>,
    /// How many sockets were opened without a ticket: this person has had no more sessions than these.
    pub begun: u64,
    sky: Arc<Sky>,
    /// Since when the line is gone, and whether anything stood in the way then.
    down: Option<(Instant, Option<u32>)>,
}

/// A diary that a client writes and others read.
pub type Shared = Arc<Mutex<Diary>>;

/// Reads or writes a diary.
pub fn lock(diary: &Mutex<Diary>) -> MutexGuard<'_, Diary> {
    diary.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Diary {
    /// An empty one, of somebody under this sky, who may be known as a visitor.
    pub fn new(sky: Arc<Sky>, visitor: Option<String>) -> Self {
        Self {
            pages: BTreeMap::new(),
            secrets: visitor.iter().cloned().collect(),
            kept: Kept { visitor, ..Kept::default() },
            on_show: None,
            up: false,
            returns: Vec::new(),
            wrong: Vec::new(),
            trace: Vec::new(),
            begun: 0,
            sky,
            down: None,
        }
    }

    /// The page that is on show.
    pub fn page(&self) -> Option<&Page> {
        self.pages.get(self.on_show.as_ref()?)
    }

    /// The client tells something.
    pub fn write(&mut self, told: Told) {
        match told {
            Told::Save(kept) => self.keep(*kept),
            Told::Show(show) => self.show(show),
        }
    }

    /// The line is gone as of now.
    pub fn lose_line(&mut self) {
        self.up = false;
        self.down.get_or_insert((Instant::now(), self.sky.clear_since()));
    }

    /// The client has ended, and starts again with what it kept: nothing was shown that was not kept.
    pub fn restart(&mut self) -> Kept {
        let Kept { place, parting, line, .. } = &self.kept;
        self.trace.push((Instant::now(), format!("starts with {place:.60?}, parting {parting:?}, line {line}")));
        let on_show = match &self.kept.place {
            Place::Talking(talk) => Some((talk.c.clone(), talk.entries)),
            Place::Home | Place::Seeking => None,
        };
        let entries = self.page().map(|page| (page.said.len() + page.heard.len()) as u64);
        if on_show != self.on_show.clone().zip(entries) {
            self.wrong.push(format!("kept {on_show:?}, and shows {:?} with {entries:?} lines", self.on_show));
        }
        self.kept.clone()
    }

    fn keep(&mut self, kept: Kept) {
        let secrets = [&kept.visitor, &kept.pass, &kept.ticket, &kept.memory];
        let known = [&self.kept.visitor, &self.kept.pass, &self.kept.ticket, &self.kept.memory];
        let fresh = secrets.into_iter().zip(known).filter(|(secret, known)| secret != known);
        self.secrets.extend(fresh.filter_map(|(secret, _)| secret.clone()));
        self.begun += u64::from(kept.line > self.kept.line && kept.ticket.is_none());
        self.kept = kept;
    }

    fn show(&mut self, show: Show) {
        self.note(&show);
        match show {
            Show::LineDown => self.lose_line(),
            Show::LineUp => {
                self.up = true;
                if self.on_show.is_none() {
                    self.is_back();
                }
            }
            Show::PartnerHere | Show::PartnerAway { .. } if self.up => self.is_back(),
            Show::Matched(meeting) => self.begin(meeting.c),
            Show::Over { why, undelivered } => self.end(why, undelivered),
            Show::Said { n, text } => self.line(n, text, |page| &mut page.said),
            Show::Arrived { n, text } => self.line(n, text, |page| &mut page.heard),
            Show::Delivered { n } => self.deliver(n),
            // Somebody wished to speak in the moment in which the conversation ended.
            Show::CannotSay { code } if code == "not_talking" => {}
            Show::NotDelivered { .. }
            | Show::CannotSay { .. }
            | Show::CannotFind { .. }
            | Show::GaveUp { .. }
            | Show::Banned { .. }
            | Show::Paused => self.wrong.push(format!("shown {show:?}")),
            Show::Waiting { .. }
            | Show::PartnerAway { .. }
            | Show::PartnerHere
            | Show::PartnerTyping(_)
            | Show::Seen { .. } => {}
        }
    }

    fn note(&mut self, show: &Show) {
        if !matches!(
            show,
            Show::Said { .. }
                | Show::Arrived { .. }
                | Show::Delivered { .. }
                | Show::Seen { .. }
                | Show::PartnerTyping(_)
        ) {
            self.trace.push((Instant::now(), format!("{show:?}")));
        }
    }

    fn is_back(&mut self) {
        if let Some((since, clear)) = self.down.take() {
            let free = clear.is_some() && clear == self.sky.clear_since();
            self.returns.push(Return { at: Instant::now(), took: since.elapsed(), free });
        }
    }

    fn begin(&mut self, c: String) {
        if self.on_show.is_some() || self.pages.contains_key(&c) {
            self.wrong.push(format!("matched in {c} although {:?} is on show, or once more", self.on_show));
        }
        // Whoever was away and finds a partner on coming back is back as well.
        self.is_back();
        let page = Page { began: Instant::now(), said: Vec::new(), heard: Vec::new(), delivered: 0, over: None };
        self.pages.insert(c.clone(), page);
        self.on_show = Some(c);
    }

    fn end(&mut self, why: Why, undelivered: u64) {
        let c = self.on_show.take();
        match c.as_ref().and_then(|c| self.pages.get_mut(c)) {
            Some(page) => page.over = Some(Over { at: Instant::now(), why, undelivered }),
            None => self.wrong.push(format!("over ({why:?}) without a conversation")),
        }
        if self.up {
            self.is_back();
        }
    }

    fn line(&mut self, n: u64, text: String, which: impl FnOnce(&mut Page) -> &mut Vec<String>) {
        let Some(page) = self.on_show.as_ref().and_then(|c| self.pages.get_mut(c)) else {
            return self.wrong.push(format!("a line outside of a conversation: {n}"));
        };
        let lines = which(page);
        lines.push(text);
        if lines.len() as u64 != n {
            let place = lines.len();
            self.wrong.push(format!("line {place} of {:?} has the number {n}", self.on_show));
        }
    }

    fn deliver(&mut self, n: u64) {
        if let Some(page) = self.on_show.as_ref().and_then(|c| self.pages.get_mut(c)) {
            page.delivered = page.delivered.max(n);
        }
    }
}
