//! Which of the things that can happen do, and how often: one configuration of the model.

use edgewise::client::{Place, Way};
use stateright::{Model, Property};

use crate::promises;
use crate::steps::{Step, Turn};
use crate::world::{Left, Mutant, World};

/// No step of a client has more effects.
const EFFECTS_MAX: usize = 8;

/// When the clock may move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Once nothing is on the way but the news that a line broke, which may take long. Whoever can come back does.
    Quick,
    /// The same, but clients stay away for as long as they like.
    Away,
    /// At any moment: whatever is on the way takes as long as it likes.
    Slow,
}

/// What may happen at most.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// How many messages each person has to say.
    pub says: Vec<u8>,
    /// How many sockets each client opens.
    pub lines: u64,
    pub pace: Pace,
    /// It begins with two who talk; else with a `hello` of everybody, each in search of a partner.
    pub met: bool,
    pub left: Left,
    pub mutant: Option<Mutant>,
    /// What shows that it came to what this is about.
    pub witness: fn(&Self, &World) -> bool,
}

impl Bounds {
    fn people(&self) -> std::ops::Range<usize> {
        0..self.says.len()
    }

    /// What goes on by itself: frames arrive, and short timers ring.
    pub fn flow(&self, world: &World) -> Vec<Step> {
        let mut steps = Vec::new();
        for wire in &world.wires {
            steps.extend((!wire.up.is_empty()).then_some(Step::Serve(wire.line)));
            steps.extend((!wire.down.is_empty()).then_some(Step::Take(Turn::Hear(wire.line))));
        }
        let may = |who: &usize| {
            let client = &world.people[*who].client;
            let opens = matches!(client.line().way, Way::Resting { .. });
            world.can_wake(*who) && !(opens && client.kept().line >= self.lines)
        };
        steps.extend(self.people().filter(may).map(|who| Step::Take(Turn::Wake(who))));
        steps
    }

    fn wishes(&self, world: &World, steps: &mut Vec<Step>) {
        let Left { nexts, stops, finds, .. } = world.left;
        for who in self.people() {
            let person = &world.people[who];
            let place = &person.client.kept().place;
            let talks = matches!(place, Place::Talking(_));
            steps.extend((talks && person.said < self.says[who]).then_some(Step::Take(Turn::Say(who))));
            steps.extend((talks && nexts > 0).then_some(Step::Next(who)));
            steps.extend((*place != Place::Home && stops > 0).then_some(Step::Stop(who)));
            steps.extend((*place == Place::Home && finds > 0).then_some(Step::Find(who)));
        }
    }

    fn faults(&self, world: &World, steps: &mut Vec<Step>) {
        let Left { faults, cuts, sleeps, crashes, reloads, deaths, .. } = world.left;
        if faults == 0 {
            return;
        }
        if deaths > 0 {
            let dies = |step: &Step| if let Step::Take(turn) = *step { Some(turn) } else { None };
            let turns: Vec<Turn> = steps.iter().filter_map(dies).collect();
            steps.extend(turns.iter().flat_map(|turn| (0..EFFECTS_MAX).map(|after| Step::Die(*turn, after))));
        }
        if cuts > 0 {
            steps.extend(world.wires.iter().filter(|wire| !wire.cut).map(|wire| Step::Cut(wire.line)));
        }
        if reloads > 0 {
            steps.extend(self.people().map(Step::Reload));
        }
        steps.extend((sleeps > 0).then_some(Step::Sleep));
        steps.extend((crashes > 0).then_some(Step::Crash));
    }

    fn clock_may_move(&self, world: &World, flow: &[Step]) -> bool {
        let can_come_back = || flow.iter().any(|step| matches!(step, Step::Take(Turn::Wake(_))));
        world.left.clock > 0
            && match self.pace {
                Pace::Quick => !world.is_busy() && !can_come_back(),
                Pace::Away => !world.is_busy(),
                Pace::Slow => true,
            }
    }
}

impl Model for Bounds {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let mut world = World::new(self.says.len(), self.mutant);
        if self.met {
            while let Some(step) = self.flow(&world).first() {
                world.perform(*step);
            }
        }
        world.left = self.left;
        vec![world]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        // The first thing that must not happen is enough.
        if world.breach.is_some() {
            return;
        }
        steps.extend(self.flow(world));
        let clock = self.clock_may_move(world, steps);
        self.wishes(world, steps);
        self.faults(world, steps);
        steps.extend(clock.then_some(Step::Clock));
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        let mut next = world.clone();
        next.perform(step).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::all()
    }
}
