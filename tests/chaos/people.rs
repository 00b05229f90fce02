//! People with the real client: what they do is drawn from a seed, and goes on whatever breaks.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use edgewise::client::{Input, Place, Wanted};
use tokio::sync::{Mutex as Turn, oneshot, watch};
use tokio::time::{Instant, sleep, timeout};

use crate::chance::Chance;
use crate::diary::{Diary, Shared, lock};
use crate::proxy::Network;
use crate::shell::{Running, Way};

/// Begins every message. Nothing else in the world contains it.
pub const MARK: &str = "edgewise-chaos-";
/// The longest message, in characters.
const LONGEST: usize = 2_000;
/// What messages are made of besides: letters of one to four bytes.
const WORDS: [&str; 6] = ["and then", "\"so\" \\ they", "déjà vu", "привет", "また明日", "🦊🦊\tfoxes\n"];
/// How long the executor may take to give up a task that was told to end.
const END: Duration = Duration::from_secs(5);

/// How fast somebody lives.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The mean time from one act to the next, in milliseconds.
    pub act_ms: u64,
    /// How many of a thousand acts leave the conversation.
    pub leave: u64,
}

/// Where a client lives.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// It holds an event stream, which counts it.
    pub counted: bool,
    /// Whose it is, if that is known already: several tabs are of one visitor.
    pub visitor: Option<String>,
}

/// Somebody with a client.
pub struct Person {
    /// Their own way to the service.
    pub network: Network,
    /// What they were shown.
    pub diary: Shared,
    /// An event stream counts them.
    pub counted: bool,
    name: String,
    client: Turn<Client>,
}

/// A client that runs, and how to hear that it does not any more.
struct Client {
    running: Option<Running>,
    ended: oneshot::Receiver<()>,
    seed: u64,
}

impl Person {
    /// Somebody new. `seed` decides what they do.
    pub async fn new(
        run: u8,
        number: usize,
        seed: u64,
        Browser { counted, visitor }: Browser,
        service: watch::Receiver<Option<SocketAddr>>,
    ) -> io::Result<Arc<Self>> {
        let network = Network::open(run, number, service).await?;
        let diary = Arc::new(Mutex::new(Diary::new(Arc::clone(&network.sky), visitor)));
        let client = Turn::new(start(&network, &diary, seed, counted));
        Ok(Arc::new(Self { network, diary, counted, name: format!("{seed:x}"), client }))
    }

    /// They wish something.
    pub async fn wish(&self, wish: Input) {
        if let Some(running) = &self.client.lock().await.running {
            running.wish(wish);
        }
    }

    /// Their client ends without a word, and starts again after a while with what it kept last.
    pub async fn restart(&self, after: Duration) {
        let mut client = self.client.lock().await;
        let seed = client.seed + 1;
        drop(client.running.take());
        // Only now nothing is shown or kept any more.
        let _ = timeout(END, &mut client.ended).await;
        lock(&self.diary).lose_line();
        sleep(after).await;
        *client = start(&self.network, &self.diary, seed, self.counted);
    }

    /// They leave for good, and say so.
    pub async fn leave(&self) {
        if let Some(running) = self.client.lock().await.running.take() {
            running.leave().await;
        }
    }

    /// The line is up, and nothing stands in its way.
    pub fn is_steady(&self) -> bool {
        self.network.sky.clear_since().is_some() && lock(&self.diary).up
    }

    /// Acts until `over`.
    pub async fn live(self: Arc<Self>, seed: u64, pace: Pace, mut over: watch::Receiver<bool>) {
        let mut chance = Chance::new(seed);
        let mut count = 0;
        loop {
            let pause = Duration::from_millis(pace.act_ms / 2 + chance.below(pace.act_ms));
            if timeout(pause, over.wait_for(|over| *over)).await.is_ok() {
                return;
            }
            let here = lock(&self.diary).kept.place.clone();
            match here {
                Place::Home => self.wish(Input::Find(Wanted::default())).await,
                Place::Seeking => {}
                Place::Talking(talk) => {
                    let began = lock(&self.diary).page().map(|page| page.began);
                    if !began.is_some_and(|began| is_quiet(&talk.c, began)) {
                        let wish = self.draw(&mut chance, pace, &mut count);
                        self.wish(wish).await;
                    }
                }
            }
        }
    }

    /// What somebody does in a conversation.
    fn draw(&self, chance: &mut Chance, pace: Pace, count: &mut u64) -> Input {
        if chance.below(1_000) < pace.leave {
            return match chance.below(10) {
                0 => Input::Block,
                1..4 => Input::Stop,
                _ => Input::Next,
            };
        }
        match chance.below(100) {
            0..2 => Input::Typing(chance.percent(50)),
            2..4 => Input::Visible(chance.percent(70)),
            kind => {
                *count += 1;
                Input::Say(message(&self.name, *count, kind, chance))
            }
        }
    }
}

/// Some conversations fall quiet for some seconds, on both sides at once.
fn is_quiet(c: &str, began: Instant) -> bool {
    let sum: u32 = c.bytes().map(u32::from).sum();
    sum.is_multiple_of(4) && began.elapsed().as_secs() % 20 >= 16
}

/// A message that nobody else says: who, and which of theirs.
fn message(who: &str, count: u64, kind: u64, chance: &mut Chance) -> String {
    let mut text = format!("{MARK}{who}-{count} ");
    match kind {
        // As long as it may be, in the longest letters there are.
        4 => text.extend(std::iter::repeat_n('🦊', LONGEST - text.chars().count())),
        5..25 => {
            for _ in 0..chance.below(30) {
                text.extend(chance.pick(&WORDS));
                text.push(' ');
            }
        }
        _ => {}
    }
    text.push('.');
    // Takes the place of the last letter where there is no more room.
    if text.chars().count() > LONGEST { text.chars().take(LONGEST).collect() } else { text }
}

fn start(network: &Network, diary: &Shared, seed: u64, counted: bool) -> Client {
    let kept = lock(diary).restart();
    let (alive, ended) = oneshot::channel::<()>();
    let writes = Arc::clone(diary);
    let way = Way { site: network.site.clone(), through: None, seed, counted };
    let running = Running::start(way, kept, move |told| {
        // Dropped with the client's task, and not before.
        let _ = &alive;
        lock(&writes).write(told);
    });
    Client { running: Some(running), ended, seed }
}
