//! What one person has on paper of each conversation: written when it is shown, and cut back to what was kept when the
//! client starts again.

use std::collections::BTreeMap;

use edgewise::client::{Kept, Place, Show};

/// A line of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Mine(String),
    Theirs(String),
}

/// The transcripts of one person.
#[derive(Debug, Default)]
pub struct Transcripts {
    /// By conversation.
    all: BTreeMap<String, Vec<Entry>>,
}

impl Transcripts {
    /// Something is shown in conversation `c`.
    pub fn write(&mut self, c: &str, show: &Show) {
        let page = self.all.entry(c.to_owned()).or_default();
        match show {
            Show::Said { n, text } => {
                page.push(Entry::Mine(text.clone()));
                assert_eq!(mine(page).count() as u64, *n, "what was said has another number");
            }
            Show::Arrived { n, text } => {
                page.push(Entry::Theirs(text.clone()));
                assert_eq!(theirs(page).count() as u64, *n, "lost or doubled: {text}");
            }
            Show::LineUp
            | Show::LineDown
            | Show::GaveUp { .. }
            | Show::Banned { .. }
            | Show::Waiting { .. }
            | Show::Paused
            | Show::CannotFind { .. }
            | Show::Matched(_)
            | Show::PartnerAway { .. }
            | Show::PartnerHere
            | Show::PartnerTyping(_)
            | Show::CannotSay { .. }
            | Show::Delivered { .. }
            | Show::Seen { .. }
            | Show::NotDelivered { .. }
            | Show::Over { .. } => {}
        }
    }

    /// The client starts again with this: what was written after it is struck out.
    pub fn cut_back(&mut self, kept: &Kept) {
        if let Place::Talking(talk) = &kept.place {
            let page = self.all.entry(talk.c.clone()).or_default();
            let entries = usize::try_from(talk.entries).expect("small");
            assert!(page.len() >= entries, "kept before it was written");
            page.truncate(entries);
        }
    }

    /// What this person has said in `c`.
    pub fn said(&self, c: &str) -> Vec<&str> {
        self.all.get(c).into_iter().flat_map(|page| mine(page)).collect()
    }

    /// What this person has heard in `c`.
    pub fn heard(&self, c: &str) -> Vec<&str> {
        self.all.get(c).into_iter().flat_map(|page| theirs(page)).collect()
    }

    /// The conversations that there were.
    pub fn conversations(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }
}

fn mine(page: &[Entry]) -> impl Iterator<Item = &str> {
    page.iter().filter_map(|entry| if let Entry::Mine(text) = entry { Some(text.as_str()) } else { None })
}

fn theirs(page: &[Entry]) -> impl Iterator<Item = &str> {
    page.iter().filter_map(|entry| if let Entry::Theirs(text) = entry { Some(text.as_str()) } else { None })
}
