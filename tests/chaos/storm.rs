//! What breaks, and when: a plan that a seed decides, and its execution.
//!
//! Everything that a promise depends on is kept: whoever is struck can be back within the grace. So nobody is struck
//! whose line is not up, or in whose way something stands already; what befalls the service as a whole spares nobody.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use edgewise::client::Input;
use tokio::sync::{Mutex as Turn, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use crate::chance::Chance;
use crate::people::Person;
use crate::proxy::{Blow, Weather};
use crate::runtime::Runtime;

/// A way to break things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One network is slow for a while.
    Slow,
    /// One network carries single bytes for a while.
    Chop,
    /// One network carries nothing for a while, says nothing of it, and forgets the lines that were there.
    Hole,
    /// A line ends.
    Cut,
    /// A line ends, as far as the service can see.
    CutToService,
    /// A line ends, as far as the client can see.
    CutToClient,
    /// A line is reset.
    Reset,
    /// A line ends, and another one is refused for a while.
    Refuse,
    /// A client ends, and starts again.
    Restart,
    /// The lobby loses its memory and keeps its sockets.
    Hibernate,
    /// The lobby loses its memory and its sockets.
    Evict,
    /// The presence object loses its memory.
    ForgetPresence,
    /// The runtime is killed and started again.
    Kill,
}

/// All there are: first those that befall one person.
pub const KINDS: [Kind; 13] = [
    Kind::Slow,
    Kind::Chop,
    Kind::Hole,
    Kind::Cut,
    Kind::CutToService,
    Kind::CutToClient,
    Kind::Reset,
    Kind::Refuse,
    Kind::Restart,
    Kind::Hibernate,
    Kind::Evict,
    Kind::ForgetPresence,
    Kind::Kill,
];

/// What befalls one person.
const SINGLE: &[Kind] = KINDS.split_at(9).0;

/// One thing that is to break.
#[derive(Clone, Copy, Debug)]
struct Fault {
    at: Duration,
    kind: Kind,
    /// Decides whom it befalls and how badly.
    draw: u64,
}

/// What breaks in a storm of so many seconds: every kind, again and again, in an order of its own.
fn plan(chance: &mut Chance, seconds: u64, harsh: bool) -> Vec<Fault> {
    let length = seconds * 1_000;
    let mut faults = Vec::new();
    let mut deck: Vec<Kind> = Vec::new();
    let every = (length / 50).min(1_000);
    let mut at = 0;
    while at < length {
        if deck.is_empty() {
            deck.extend_from_slice(SINGLE);
        }
        let kind = deck.swap_remove(usize::try_from(chance.below(deck.len() as u64)).expect("an index"));
        faults.push(Fault { at: Duration::from_millis(at), kind, draw: chance.below(u64::MAX) });
        at += every / 2 + chance.below(every + 1);
    }
    let often = |every: u64, harshly: u64| if harsh { harshly } else { every };
    let rare = [
        (Kind::Hibernate, often(15_000, 3_000), 4),
        (Kind::Evict, often(30_000, 5_000), 2),
        (Kind::ForgetPresence, 120_000, 1),
        (Kind::Kill, often(100_000, 8_000), 1),
    ];
    for (kind, every, times) in rare {
        let times = (length / every).max(times);
        let span = length / times;
        faults.extend((0..times).map(|n| {
            // In the middle half of its share: two that befall everybody hardly meet, but may.
            let at = Duration::from_millis(n * span + span / 4 + chance.below(span / 2 + 1));
            Fault { at, kind, draw: chance.below(u64::MAX) }
        }));
    }
    faults.sort_by_key(|fault| fault.at);
    faults
}

/// What a storm has done.
#[derive(Debug, Default)]
pub struct Damage {
    /// How often what has happened.
    pub faults: BTreeMap<Kind, u64>,
    /// When the lobby lost its memory and everybody's lines.
    pub losses: Vec<Instant>,
    /// From when to when the presence object lost its memory and every stream.
    pub blanks: Vec<(Instant, Instant)>,
}

/// A storm over these people.
pub struct Storm {
    runtime: Arc<Runtime>,
    people: Arc<Vec<Arc<Person>>>,
    /// Nobody holds a stream while this is true.
    hold: watch::Sender<bool>,
    /// What befalls everybody waits for its turn.
    turn: Arc<Turn<()>>,
    /// True as soon as it is over.
    over: watch::Sender<bool>,
}

impl Storm {
    /// One that has not begun. `hold`: makes everybody give up their stream while it is true.
    pub fn new(runtime: &Arc<Runtime>, people: &Arc<Vec<Arc<Person>>>, hold: watch::Sender<bool>) -> Self {
        let (runtime, people) = (Arc::clone(runtime), Arc::clone(people));
        Self { runtime, people, hold, turn: Arc::default(), over: watch::Sender::new(false) }
    }

    /// Breaks things as the seed has it, then heals everything. `harsh`: all that befalls everybody
    /// comes every few seconds.
    pub async fn rage(&self, seed: u64, seconds: u64, harsh: bool) -> Result<Damage, String> {
        let began = Instant::now();
        let mut happening = JoinSet::new();
        for fault in plan(&mut Chance::new(seed), seconds, harsh) {
            sleep_until(began + fault.at).await;
            let mut chance = Chance::new(fault.draw);
            let (runtime, turn, people) = (Arc::clone(&self.runtime), Arc::clone(&self.turn), Arc::clone(&self.people));
            let hold = self.hold.clone();
            if !SINGLE.contains(&fault.kind) {
                happening.spawn(async move {
                    let _turn = turn.lock().await;
                    let at = Instant::now();
                    let done = befall_all(&runtime, &people, &hold, fault.kind, &mut chance).await?;
                    Ok((fault.kind, at, Instant::now(), done))
                });
            } else if let Some(person) = self.victim(&mut chance) {
                let over = self.over.subscribe();
                happening.spawn(async move {
                    befall(&person, fault.kind, &mut chance, over).await;
                    let at = Instant::now();
                    Ok((fault.kind, at, at, true))
                });
            }
        }
        sleep_until(began + Duration::from_secs(seconds)).await;
        self.over.send_replace(true);
        let mut damage = Damage::default();
        while let Some(happened) = happening.join_next().await {
            let (kind, at, until, done): (Kind, Instant, Instant, bool) =
                happened.map_err(|error| error.to_string()).flatten()?;
            *damage.faults.entry(kind).or_default() += u64::from(done);
            damage.losses.extend(matches!(kind, Kind::Evict | Kind::Kill).then_some(at));
            damage.blanks.extend((done && matches!(kind, Kind::ForgetPresence | Kind::Kill)).then_some((at, until)));
        }
        for person in self.people.iter() {
            person.wish(Input::Nudge).await;
        }
        Ok(damage)
    }

    /// Somebody whom nothing has befallen that lasts.
    fn victim(&self, chance: &mut Chance) -> Option<Arc<Person>> {
        let count = self.people.len();
        let first = usize::try_from(chance.below(count as u64)).expect("an index");
        let mut all = (0..count).map(|n| &self.people[(first + n) % count]);
        all.find(|person| person.is_steady()).cloned()
    }
}

async fn befall(person: &Person, kind: Kind, chance: &mut Chance, over: watch::Receiver<bool>) {
    let network = &person.network;
    let mut span = |from: u64, upto: u64| Duration::from_millis(from + chance.below(upto - from));
    match kind {
        Kind::Cut => network.strike(Blow::Cut),
        Kind::CutToService => network.strike(Blow::CutToService),
        Kind::CutToClient => network.strike(Blow::CutToClient),
        Kind::Reset => network.strike(Blow::Reset),
        Kind::Restart => person.restart(span(1, 3_000)).await,
        Kind::Refuse => {
            network.sky.darken();
            network.admit(false);
            network.strike(Blow::Cut);
            until(over, span(500, 4_000)).await;
            network.admit(true);
            network.sky.clear();
        }
        Kind::Slow => {
            let lasts = span(2_000, 8_000);
            pass_over(person, Weather::Slow(10 + chance.below(250), chance.below(250)), over, lasts).await;
        }
        Kind::Chop => pass_over(person, Weather::Chopped, over, span(2_000, 6_000)).await,
        Kind::Hole => {
            pass_over(person, Weather::Hole, over.clone(), span(500, 6_500)).await;
            // Now and then somebody looks at their screen before the client has noticed by itself.
            if chance.percent(50) {
                until(over, Duration::from_millis(chance.below(15_000))).await;
                person.wish(Input::Nudge).await;
            }
        }
        Kind::Hibernate | Kind::Evict | Kind::ForgetPresence | Kind::Kill => {}
    }
}

async fn befall_all(
    runtime: &Runtime,
    people: &[Arc<Person>],
    hold: &watch::Sender<bool>,
    kind: Kind,
    chance: &mut Chance,
) -> Result<bool, String> {
    Ok(match kind {
        Kind::Hibernate => runtime.forget_lobby(true).await,
        Kind::Evict => runtime.forget_lobby(false).await,
        Kind::ForgetPresence => {
            // An object with open streams cannot be made to forget.
            hold.send_replace(true);
            let done = runtime.forget_presence().await;
            hold.send_replace(false);
            done
        }
        Kind::Kill => {
            people.iter().for_each(|person| person.network.sky.darken());
            let killed = runtime.kill(Duration::from_millis(chance.below(1_500))).await;
            people.iter().for_each(|person| person.network.sky.clear());
            return killed.map(|()| true);
        }
        Kind::Slow
        | Kind::Chop
        | Kind::Hole
        | Kind::Cut
        | Kind::CutToService
        | Kind::CutToClient
        | Kind::Reset
        | Kind::Refuse
        | Kind::Restart => false,
    })
}

/// The weather changes over somebody, for a while.
async fn pass_over(person: &Person, weather: Weather, over: watch::Receiver<bool>, lasts: Duration) {
    person.network.sky.darken();
    person.network.weather(weather);
    until(over, lasts).await;
    person.network.weather(Weather::Fine);
    person.network.sky.clear();
}

/// Waits, but not for longer than the storm lasts.
async fn until(mut over: watch::Receiver<bool>, span: Duration) {
    let _ = timeout(span, over.wait_for(|over| *over)).await;
}
