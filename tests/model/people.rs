//! The clients' side of a state: what reaches a client, what comes of it, and what there is on paper.

use std::sync::Arc;

use edgewise::client::{Chance, Client, ClientFrame, Effect, Heard, Input, Kept, Place, Show, Why};
use edgewise::domain::id::LineId;
use edgewise::domain::time::Time;

use crate::service::arrival;
use crate::world::{Breach, Down, Mutant, Page, Up, World};

/// What the runtime tells of a close without a code.
const NO_CODE: u16 = 1005;
/// A page that closes or reloads.
const PAGE_GONE: u16 = 1001;

impl World {
    /// A client hears what is first on a line. It may end after so many of the effects.
    pub fn hear(&mut self, line: LineId, dies_after: Option<usize>) -> bool {
        let Some(wire) = self.wire(line) else { return false };
        let (who, socket) = (wire.who(), wire.socket());
        let input = match wire.down.pop_front() {
            None => return false,
            Some(Down::Frame(frame, ticket)) => {
                let first = self.people[who].client.kept().ticket.is_none();
                let ticket = ticket.filter(|_| first || self.mutant != Some(Mutant::KeepsTickets));
                let Some(frame) = self.misheard(who, frame) else { return dies_after.is_none() };
                Input::Heard { socket, frame, ticket }
            }
            Some(Down::Close(code, reason)) => {
                wire.client = false;
                Input::Closed { socket, code, reason }
            }
        };
        self.take(who, self.now, input, dies_after)
    }

    /// What a client makes of a frame that does something wrong on purpose.
    fn misheard(&self, who: usize, frame: Heard) -> Option<Heard> {
        let received = match &self.people[who].client.kept().place {
            Place::Talking(talk) => talk.received,
            Place::Home | Place::Seeking => 0,
        };
        match (self.mutant, frame) {
            (Some(Mutant::TakesRepeats), Heard::Say(c, n, text)) => Some(Heard::Say(c, n.max(received + 1), text)),
            (Some(Mutant::IgnoresReturns), Heard::Partner(..)) => None,
            (_, frame) => Some(frame),
        }
    }

    pub fn tell_client(&mut self, who: usize, input: Input) {
        self.take(who, self.now, input, None);
    }

    /// A timer of a client rings.
    pub fn wake(&mut self, who: usize, dies_after: Option<usize>) -> bool {
        // A short timer is not worth moving the clock of everyone: this client's is a little ahead.
        let at = self.people[who].client.deadline().map_or(self.now, |at| at.max(self.now));
        self.take(who, at, Input::Tick, dies_after)
    }

    /// A client takes a step. It may end after so many of the effects: false when there are no more than that.
    pub fn take(&mut self, who: usize, now: Time, input: Input, dies_after: Option<usize>) -> bool {
        let before = self.on_show(who).map(str::to_owned);
        let kept = dies_after.map(|_| self.people[who].client.kept().clone());
        let mut effects = self.person(who).client.handle(now, Chance(0), input);
        if self.mutant == Some(Mutant::TellsFirst) {
            effects.sort_by_key(|effect| matches!(effect, Effect::Save(_)));
        }
        // A conversation that ends is the one that was on show; anything else is about the one that is now.
        let after = self.on_show(who).map(str::to_owned);
        if dies_after.is_some_and(|after| after >= effects.len()) {
            return false;
        }
        let mut saved = kept;
        for effect in effects.into_iter().take(dies_after.unwrap_or(usize::MAX)) {
            match effect {
                Effect::Show(show) => self.show(who, before.as_deref(), after.as_deref(), &show),
                Effect::Save(kept) => saved = saved.map(|_| *kept),
                Effect::Enter { .. } => {
                    let (pass, lobby) = (format!("p{who}"), "here".to_owned());
                    self.tell_client(who, Input::Entered { pass, lobby, visitor: None });
                }
                Effect::Connect { socket, .. } => {
                    self.let_go(who, None);
                    self.connect(who, socket);
                    self.tell_client(who, Input::Opened { socket });
                }
                Effect::Send(frame) => self.send(who, &frame),
                Effect::Ping => self.put_up(who, Up::Ping),
                Effect::Close { code } => self.let_go(who, Some(code.unwrap_or(NO_CODE))),
            }
        }
        if let Some(kept) = saved {
            self.restart(who, kept);
        }
        true
    }

    fn send(&mut self, who: usize, frame: &ClientFrame) {
        // A partner who comes when nobody is wanted any more is left unseen.
        if let (ClientFrame::Stop { c: Some(c) }, Place::Home) = (frame, &self.people[who].client.kept().place) {
            self.left_by_wish.insert(c.clone());
        }
        self.put_up(who, Up::Frame(arrival(who, &frame.encode())));
    }

    fn put_up(&mut self, who: usize, what: Up) {
        let Some(line) = self.held_by(who) else { return self.breach(Breach::Refused) };
        if let Some(wire) = self.wire(line).filter(|wire| !wire.cut && wire.service) {
            wire.up.push_back(what);
        }
    }

    /// A client gives up the line that it holds.
    fn let_go(&mut self, who: usize, code: Option<u16>) {
        let Some(line) = self.held_by(who) else { return };
        if let Some(code) = code {
            self.put_up(who, Up::Close(code));
        }
        if let Some(wire) = self.wire(line) {
            wire.client = false;
        }
    }

    /// A client ends, and starts again with what it kept.
    pub fn reload(&mut self, who: usize) {
        let kept = self.people[who].client.kept().clone();
        self.restart(who, kept);
    }

    fn restart(&mut self, who: usize, kept: Kept) {
        self.let_go(who, Some(PAGE_GONE));
        let now = self.now;
        let person = self.person(who);
        let (c, said, heard) = match &kept.place {
            Place::Talking(talk) => (talk.c.clone(), talk.outbox.last(), talk.received),
            Place::Home | Place::Seeking => (String::new(), 0, 0),
        };
        // What was shown and not kept is struck out: the person has never been told.
        if let Some(page) = person.pages.get_mut(&c) {
            page.said.truncate(usize::try_from(said).expect("few"));
            page.heard.truncate(usize::try_from(heard).expect("few"));
            page.over = false;
        }
        if let Some(unkept) = person.pages.keys().find(|name| **name != c && !person.pages[*name].over).cloned() {
            person.pages.remove(&unkept);
        }
        person.client = Client::restore(now, kept);
        self.tell_client(who, Input::Visible(false));
    }

    fn show(&mut self, who: usize, before: Option<&str>, after: Option<&str>, show: &Show) {
        match show {
            Show::Matched(meeting) => self.matched(who, &meeting.c),
            Show::Over { why, .. } => self.over(who, before.unwrap_or_default(), why),
            Show::Said { n, text } => {
                let page = self.person(who).pages.entry(after.unwrap_or_default().to_owned()).or_default();
                page.said.push(text.clone());
                if page.said.len() as u64 != *n || page.over {
                    self.breach(Breach::Delivery);
                }
            }
            Show::Arrived { n, text } => self.arrived(who, after.unwrap_or_default(), *n, text),
            Show::Delivered { n } => {
                let c = after.unwrap_or_default();
                let heard = self.other_of(who, c).map_or(0, |other| self.people[other].pages[c].heard.len() as u64);
                if heard < *n {
                    self.breach(Breach::Delivery);
                }
            }
            Show::NotDelivered { .. } | Show::CannotSay { .. } | Show::CannotFind { .. } | Show::GaveUp { .. } => {
                self.breach(Breach::Refused);
            }
            Show::LineUp
            | Show::LineDown
            | Show::Banned { .. }
            | Show::Waiting { .. }
            | Show::Paused
            | Show::PartnerAway { .. }
            | Show::PartnerHere
            | Show::PartnerTyping(_)
            | Show::Seen { .. } => {}
        }
    }

    fn matched(&mut self, who: usize, c: &str) {
        let person = self.person(who);
        person.long_gone = false;
        let talks = person.pages.values().any(|page| !page.over);
        if talks || person.pages.insert(c.to_owned(), Page::default()).is_some() {
            self.breach(Breach::Told);
        }
    }

    fn arrived(&mut self, who: usize, c: &str, n: u64, text: &str) {
        let said = self.other_of(who, c).map(|other| &self.people[other].pages[c].said);
        let nth = usize::try_from(n - 1).ok().and_then(|place| said?.get(place));
        let truly = nth.is_some_and(|said| said == text);
        let page = self.person(who).pages.entry(c.to_owned()).or_default();
        page.heard.push(text.to_owned());
        if !truly || page.over || page.heard.len() as u64 != n {
            self.breach(Breach::Delivery);
        }
    }

    /// A conversation ends only because somebody wished so, or was gone for too long.
    fn over(&mut self, who: usize, c: &str, why: &Why) {
        if *why == Why::Me {
            self.left_by_wish.insert(c.to_owned());
        }
        let gone = |one: usize| self.people[one].long_gone;
        let other = self.other_of(who, c);
        // The one gap: see "Not promised" in `docs/RELIABILITY.md`.
        let unheard = self.forgot && other.is_none();
        let excused = self.left_by_wish.contains(c) || gone(who) || other.is_some_and(gone) || unheard;
        let told = self.person(who).pages.get_mut(c).map(|page| std::mem::replace(&mut page.over, true));
        if told != Some(false) {
            self.breach(Breach::Told);
        }
        if *why == Why::Memory {
            self.breach(Breach::Delivery);
        }
        if !excused {
            self.breach(Breach::Lost);
        }
    }

    /// Whose line broke is gone for good when it has been so for long.
    pub fn note_absences(&mut self) {
        let now = self.now;
        for person in &mut self.people {
            if !person.long_gone && person.gone.is_some_and(|(since, grace_ms)| now.since(since) >= grace_ms) {
                Arc::make_mut(person).long_gone = true;
            }
        }
    }
}
