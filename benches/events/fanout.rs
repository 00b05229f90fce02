//! One event to many: how far apart it arrives, and what a subscriber costs.

use std::net::SocketAddr;
use std::time::Duration;

use edgewise::domain::limits::PRESENCE_MS;
use tokio::time::{Instant, sleep, sleep_until};

use crate::bare::Loop;
use crate::crowd::{Crowd, Tick};
use crate::nchan;
use crate::options::Options;
use crate::process::Server;
use crate::service::{self, Build, Person};
use crate::wire::ask;

/// How long a server may come to rest before its memory is looked at.
const REST: Duration = Duration::from_secs(3);

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The service.
    Service,
    /// nginx with nchan.
    Nginx,
    /// A loop that writes.
    Loop,
}

/// What was measured of one sender, from its start to its end.
pub struct Round {
    /// Every event.
    pub ticks: Vec<Tick>,
    /// Bytes of memory for each subscriber, when all are there and after all events.
    pub memory: [f64; 2],
    /// Processor time for each event, in milliseconds.
    pub processor_ms: f64,
}

/// What makes the events. The service sends no two within a second, so nobody does.
enum Cause {
    Person(Box<Person>),
    Publisher { waits: bool, next: Instant },
}

/// One sender, while it runs.
struct Stage {
    address: SocketAddr,
    cause: Cause,
    server: Option<Server>,
    bare: Option<Loop>,
}

impl Stage {
    async fn of(sender: Sender, subscribers: usize) -> Self {
        let publisher = Cause::Publisher { waits: true, next: Instant::now() };
        match sender {
            Sender::Service => {
                let server = service::start(Build::Release).await;
                // The object that counts exists before anybody subscribes.
                ask(server.address, "GET", "/presence", "", "").await;
                let cause = Cause::Person(Box::new(Person::come(server.address).await));
                Self { address: server.address, cause, server: Some(server), bare: None }
            }
            Sender::Nginx => {
                let server = nchan::start(subscribers).await;
                Self { address: server.address, cause: publisher, server: Some(server), bare: None }
            }
            Sender::Loop => {
                let bare = Loop::start(subscribers);
                Self { address: bare.address, cause: publisher, server: None, bare: Some(bare) }
            }
        }
    }

    /// Causes an event that tells of so many people, and returns its data.
    async fn change(&mut self, online: usize) -> String {
        match &mut self.cause {
            Cause::Person(person) => counts(online, person.change().await),
            Cause::Publisher { waits, next } => {
                *waits = !*waits;
                let data = counts(online, u8::from(*waits));
                sleep_until(*next).await;
                *next = Instant::now() + Duration::from_millis(PRESENCE_MS);
                match &self.bare {
                    Some(bare) => bare.send(&data),
                    None => nchan::publish(self.address, &data).await,
                }
                data
            }
        }
    }

    fn memory(&self) -> u64 {
        self.server.as_ref().map_or(0, Server::memory)
    }

    fn processor_ms(&self) -> f64 {
        self.server.as_ref().map_or(0.0, Server::processor_ms)
    }
}

fn counts(online: usize, waiting: u8) -> String {
    format!(r#"{{"online":{online},"waiting":{waiting},"chatting":0}}"#)
}

/// Starts a sender, lets everybody subscribe, and has events sent to all of them.
#[allow(clippy::cast_precision_loss, reason = "means for people to read")]
pub async fn round(sender: Sender, options: &Options) -> Round {
    let &Options { subscribers, ticks, .. } = options;
    let mut stage = Stage::of(sender, subscribers).await;
    sleep(REST).await;
    let alone = stage.memory();
    let crowd = Crowd::gather(subscribers, stage.address).await;
    // The person has no stream and is counted all the same.
    let online = subscribers + 1;
    if sender != Sender::Service {
        stage.change(online).await;
    }
    crowd.all_know(&counts(online, 0)).await;
    sleep(REST).await;
    let gathered = stage.memory();
    crowd.begin();
    let before = stage.processor_ms();
    for number in 0..ticks {
        let data = stage.change(online).await;
        crowd.tick(number, &data).await;
    }
    // Long enough for an event that nobody has caused.
    sleep(REST).await;
    let (after, told) = (stage.processor_ms(), stage.memory());
    let for_each = |memory: u64| memory.saturating_sub(alone) as f64 / subscribers as f64;
    Round {
        ticks: crowd.part(ticks),
        memory: [for_each(gathered), for_each(told)],
        processor_ms: (after - before) / ticks as f64,
    }
}
