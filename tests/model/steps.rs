//! What can happen in a state, and what comes of it.

use std::sync::Arc;

use edgewise::client::{Input, Wanted};
use edgewise::domain::id::LineId;
use edgewise::domain::lobby;
use edgewise::domain::time::Time;

use crate::promises;
use crate::world::World;

/// A timer this short rings without moving the clock: the `got` that waits for company, and the way back.
const SHORT_MS: u64 = 100;

/// A step of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It hears what is first on a line.
    Hear(LineId),
    /// A short timer rings.
    Wake(usize),
    /// Its person says something.
    Say(usize),
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The service hears what is first on a line.
    Serve(LineId),
    /// A client takes a step.
    Take(Turn),
    /// … and ends in the midst of it, after so many of the effects; it starts again from what it kept.
    Die(Turn, usize),
    /// Somebody leaves for the next partner.
    Next(usize),
    /// Somebody leaves.
    Stop(usize),
    /// Somebody looks for a partner.
    Find(usize),
    /// The clock moves to the next deadline.
    Clock,
    /// A line breaks.
    Cut(LineId),
    /// The object loses its memory.
    Sleep,
    /// … and its sockets.
    Crash,
    /// A client ends, and starts again.
    Reload(usize),
}

impl World {
    /// Takes a step; false where it is none, since a client has no such effect to die before.
    pub fn perform(&mut self, step: Step) -> bool {
        let lobby = Arc::clone(&self.lobby);
        self.spend(step);
        let mut done = true;
        match step {
            Step::Serve(line) => self.serve(line),
            Step::Take(turn) => done = self.turn(turn, None),
            Step::Die(turn, after) => done = self.turn(turn, Some(after)),
            Step::Next(who) => self.tell_client(who, Input::Next),
            Step::Stop(who) => self.tell_client(who, Input::Stop),
            Step::Find(who) => self.tell_client(who, Input::Find(Wanted::default())),
            Step::Clock => drop(self.pass_time()),
            Step::Cut(line) => self.cut(line),
            Step::Sleep => self.hibernate(),
            Step::Crash => self.forget(),
            Step::Reload(who) => self.reload(who),
        }
        self.tidy();
        if !Arc::ptr_eq(&lobby, &self.lobby) {
            promises::hold_lobby(self);
        }
        done
    }

    /// What happens is one less to happen.
    fn spend(&mut self, step: Step) {
        let left = &mut self.left;
        let (count, fault) = match step {
            Step::Serve(_) | Step::Take(_) => return,
            Step::Next(_) => (&mut left.nexts, false),
            Step::Stop(_) => (&mut left.stops, false),
            Step::Find(_) => (&mut left.finds, false),
            Step::Clock => (&mut left.clock, false),
            Step::Die(..) => (&mut left.deaths, true),
            Step::Cut(_) => (&mut left.cuts, true),
            Step::Sleep => (&mut left.sleeps, true),
            Step::Crash => (&mut left.crashes, true),
            Step::Reload(_) => (&mut left.reloads, true),
        };
        *count -= 1;
        left.faults -= u8::from(fault);
    }

    fn turn(&mut self, turn: Turn, dies_after: Option<usize>) -> bool {
        match turn {
            Turn::Hear(line) => self.hear(line, dies_after),
            Turn::Wake(who) => self.wake(who, dies_after),
            Turn::Say(who) => {
                self.person(who).said += 1;
                let text = format!("{who}/{}", self.people[who].said);
                self.take(who, self.now, Input::Say(text), dies_after)
            }
        }
    }

    /// Whether a short timer of somebody's may ring.
    pub fn can_wake(&self, who: usize) -> bool {
        self.people[who].client.deadline().is_some_and(|at| at <= self.now.plus(SHORT_MS))
    }

    /// Something is on the way that comes soon; that a line broke may stay unnoticed for long.
    pub fn is_busy(&self) -> bool {
        self.wires.iter().filter(|wire| !wire.cut).any(|wire| !wire.up.is_empty() || !wire.down.is_empty())
    }

    /// When the clock may move to: the next deadline that is not a short one.
    fn next_deadline(&self) -> Option<Time> {
        let soon = self.now.plus(SHORT_MS);
        let clients = self.people.iter().filter_map(|person| person.client.deadline());
        clients.chain(self.lobby.deadline()).filter(|at| *at > soon).min()
    }

    /// Moves the clock to the next deadline that matters; false when there is none.
    pub fn pass_time(&mut self) -> bool {
        // Whoever has been late already is so for as long as they like.
        let awake: Vec<usize> = (0..self.people.len()).filter(|who| !self.can_wake(*who)).collect();
        while let Some(at) = self.next_deadline() {
            self.now = at;
            self.note_absences();
            let due = |deadline: Option<Time>| deadline.is_some_and(|deadline| deadline <= at);
            let mut matters = false;
            for who in &awake {
                if due(self.people[*who].client.deadline()) {
                    self.tell_client(*who, Input::Tick);
                    matters = true;
                }
            }
            if due(self.lobby.deadline()) {
                let before = self.lobby.snapshot();
                self.tell_lobby(lobby::Input::Tick);
                // Where the lobby only tells how many people there are, nobody here can notice.
                matters |= before != self.lobby.snapshot();
            }
            if matters {
                return true;
            }
        }
        false
    }
}
