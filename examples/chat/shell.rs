//! What performs for a client: its clock, its sockets, its requests. It decides nothing.
//!
//! One task owns the client. Everything that happens to it comes through one queue, in order; its effects are carried
//! out in their order, before the next thing happens. So what is to be kept is kept before anything goes out.

use std::time::Duration;

use edgewise::client::{Chance, Client, Effect, Input, Kept, Show};
use edgewise::domain::protocol::PING;
use edgewise::domain::time::Time;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::socket::{self, Outgoing, Socket};

/// How long a request may take.
const REQUEST: Duration = Duration::from_secs(10);

/// Where the service is, and how to reach it.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its origin: `http://host:port`.
    pub site: String,
    /// Where to open sockets instead, if something stands between: `host:port`.
    pub through: Option<String>,
    /// Decides what chance is; each client is to have its own.
    pub seed: u64,
    /// An event stream counts this person already.
    pub counted: bool,
}

/// What is told about a client while it runs.
#[derive(Clone, Debug)]
pub enum Told {
    /// What the person is to know.
    Show(Show),
    /// What is to be kept, before anything else goes out.
    Save(Box<Kept>),
}

/// A client that runs. It ends without a word when this is dropped: the line just breaks.
pub struct Running {
    wishes: mpsc::UnboundedSender<Input>,
    task: JoinHandle<()>,
}

impl Running {
    /// Starts a client with what was kept of it. `tell` is called for everything that is shown or to be kept.
    pub fn start(way: Way, kept: Kept, tell: impl FnMut(Told) + Send + 'static) -> Self {
        let (wishes, events) = mpsc::unbounded_channel();
        let shell = Shell {
            client: Client::restore(Time::default(), kept).counted(way.counted),
            began: Instant::now(),
            chance: way.seed,
            http: reqwest::Client::builder().no_proxy().build().expect("a client without options"),
            way,
            events: wishes.clone(),
            socket: None,
            farewell: None,
            tell,
        };
        Self { wishes, task: tokio::spawn(shell.run(events)) }
    }

    /// The person is done with the service, and says so.
    pub async fn leave(mut self) {
        self.wish(Input::Leave);
        let _ = (&mut self.task).await;
    }

    /// The person wishes something.
    pub fn wish(&self, wish: Input) {
        // A client that has ended wishes nothing any more.
        let _ = self.wishes.send(wish);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Shell<T> {
    client: Client,
    began: Instant,
    chance: u64,
    http: reqwest::Client,
    way: Way,
    events: mpsc::UnboundedSender<Input>,
    socket: Option<Socket>,
    /// A socket that is being closed.
    farewell: Option<JoinHandle<()>>,
    tell: T,
}

impl<T: FnMut(Told)> Shell<T> {
    async fn run(mut self, mut events: mpsc::UnboundedReceiver<Input>) {
        loop {
            let deadline = self.client.deadline().map(|at| self.began + Duration::from_millis(at.as_ms()));
            let input = tokio::select! {
                biased;
                input = events.recv() => match input {
                    Some(input) => input,
                    None => return,
                },
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => Input::Tick,
            };
            let last = input == Input::Leave;
            self.step(input);
            if last {
                if let Some(farewell) = self.farewell {
                    let _ = farewell.await;
                }
                return;
            }
        }
    }

    fn step(&mut self, input: Input) {
        let now = Time::from_ms(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX));
        let chance = self.draw();
        for effect in self.client.handle(now, chance, input) {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Show(show) => (self.tell)(Told::Show(show)),
            Effect::Save(kept) => (self.tell)(Told::Save(kept)),
            Effect::Enter { visitor, pass, memory } => {
                let body =
                    json!({ "terms": true, "visitor": visitor, "pass": pass, "memory": memory.map(|one| [one]) });
                drop(tokio::spawn(enter(self.http.clone(), self.way.site.clone(), body, self.events.clone())));
            }
            Effect::Connect { socket, lobby } => {
                self.socket = Some(socket::open(socket, &self.way, &lobby, self.events.clone()));
            }
            Effect::Send(frame) => self.say(frame.encode()),
            Effect::Ping => self.say(PING.to_owned()),
            Effect::Close { code } => {
                self.farewell = self.socket.take().map(|socket| socket.close(code));
            }
        }
    }

    fn say(&self, text: String) {
        if let Some(socket) = &self.socket {
            socket.send(Outgoing::Text(text));
        }
    }

    /// `SplitMix64` (Steele, Lea, Flood 2014): spreads returns; nothing is secret about it.
    fn draw(&mut self) -> Chance {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.chance;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Chance((z >> 48) as u16)
    }
}

/// `POST /enter`, and what came of it.
async fn enter(http: reqwest::Client, site: String, mut body: Value, events: mpsc::UnboundedSender<Input>) {
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    let request = http.post(format!("{site}/enter")).header("origin", &site).body(body.to_string());
    let answer = timeout(REQUEST, async {
        let answer = request.send().await.ok()?;
        let good = answer.status().is_success();
        Some((good, serde_json::from_str::<Value>(&answer.text().await.ok()?).ok()?))
    });
    let named = |document: &Value, field: &str| document[field].as_str().map(str::to_owned);
    let input = match answer.await.ok().flatten() {
        Some((true, document)) => match (named(&document, "pass"), named(&document, "lobby")) {
            (Some(pass), Some(lobby)) => Input::Entered { pass, lobby, visitor: named(&document, "visitor") },
            _ => Input::NotEntered { code: "unreachable".to_owned(), retry_ms: None },
        },
        Some((false, document)) => Input::NotEntered {
            code: named(&document, "code").unwrap_or_else(|| "unreachable".to_owned()),
            retry_ms: document["retry_ms"].as_u64(),
        },
        None => Input::NotEntered { code: "unreachable".to_owned(), retry_ms: None },
    };
    let _ = events.send(input);
}
