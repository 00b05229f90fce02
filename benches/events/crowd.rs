//! Subscribers, and what reaches them when.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{Instant, sleep, timeout};

use crate::wire::{Answer, field};

/// How many connect at the same time.
const AT_ONCE: usize = 50;
/// How long everybody may take to know the same.
const GATHER: Duration = Duration::from_mins(1);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// How long one event may take to everybody, the second included for which the service may hold it back.
const TICK: Duration = Duration::from_secs(20);

/// One event, as all have got it.
pub struct Tick {
    text: String,
    /// When it was complete, at each in turn.
    arrivals: Vec<Instant>,
    /// Bytes of all together, the marks of chunks included.
    wire: usize,
}

impl Tick {
    /// From the first who had it until the last.
    pub fn spread(&self) -> Duration {
        let (first, last) = (self.arrivals.iter().min(), self.arrivals.iter().max());
        first.zip(last).map(|(first, last)| last.duration_since(*first)).unwrap_or_default()
    }

    /// Bytes for each, as they were sent and as event text.
    #[allow(clippy::cast_precision_loss, reason = "a mean for people to read")]
    pub fn bytes(&self) -> [f64; 2] {
        [self.wire as f64 / self.arrivals.len() as f64, self.text.len() as f64]
    }
}

#[derive(Default)]
struct Log {
    /// What each was told last.
    latest: Vec<Option<String>>,
    /// How many of the ticks each has got, once it counts.
    got: Option<Vec<usize>>,
    ticks: Vec<Tick>,
    wrong: Option<String>,
}

impl Log {
    /// Takes an event that was complete at `now`. True if somebody waits for this.
    fn hear(&mut self, who: usize, event: &str, wire: usize, now: Instant) -> bool {
        if field(event, "event") != Some("presence") {
            return false;
        }
        let Some(got) = &mut self.got else {
            self.latest[who] = field(event, "data").map(str::to_owned);
            return false;
        };
        let number = got[who];
        got[who] += 1;
        if number == self.ticks.len() {
            self.ticks.push(Tick { text: event.to_owned(), arrivals: Vec::with_capacity(got.len()), wire: 0 });
        }
        let tick = &mut self.ticks[number];
        if tick.text != event {
            self.wrong = Some(format!("subscriber {who} got {event:?} where another got {:?}", tick.text));
            return true;
        }
        tick.arrivals.push(now);
        tick.wire += wire;
        tick.arrivals.len() == got.len()
    }
}

/// People who all read the same stream.
pub struct Crowd {
    size: usize,
    log: Rc<RefCell<Log>>,
    news: Rc<Notify>,
    tasks: Vec<AbortHandle>,
}

impl Crowd {
    /// Lets so many subscribe to a server's `/events`, and waits until all have an answer.
    pub async fn gather(size: usize, server: SocketAddr) -> Self {
        let log = Rc::new(RefCell::new(Log { latest: vec![None; size], ..Log::default() }));
        let (news, turns, open) =
            (Rc::new(Notify::new()), Rc::new(Semaphore::new(AT_ONCE)), Rc::new(Semaphore::new(0)));
        let subscribe = |who| {
            let (log, news, turns, open) = (Rc::clone(&log), Rc::clone(&news), Rc::clone(&turns), Rc::clone(&open));
            let task = spawn_local(async move {
                let turn = turns.acquire().await;
                let answer = Answer::to(server, "GET", "/events", "Accept: text/event-stream\r\n", "").await;
                drop(turn);
                open.add_permits(1);
                let Err(error) = listen(who, answer, &log, &news).await;
                log.borrow_mut().wrong = Some(format!("subscriber {who}: {error}"));
                news.notify_one();
            });
            task.abort_handle()
        };
        let tasks = (0..size).map(subscribe).collect();
        let all = u32::try_from(size).expect("not so many");
        timeout(GATHER, open.acquire_many(all))
            .await
            .expect("all are answered in time")
            .expect("never closed")
            .forget();
        Self { size, log, news, tasks }
    }

    /// Waits until the last that each was told is this.
    pub async fn all_know(&self, data: &str) {
        let begun = Instant::now();
        let knows = |latest: &Option<String>| latest.as_deref() == Some(data);
        loop {
            let knowing = self.log.borrow().latest.iter().filter(|latest| knows(latest)).count();
            self.assert_nothing_wrong();
            if knowing == self.size {
                return;
            }
            assert!(begun.elapsed() < GATHER, "only {knowing} know {data}");
            sleep(LOOK).await;
        }
    }

    /// From now on every event counts.
    pub fn begin(&self) {
        self.log.borrow_mut().got = Some(vec![0; self.size]);
    }

    /// Waits until everybody has got the event of this number, counted from 0, with this as its data.
    pub async fn tick(&self, number: usize, data: &str) {
        let complete = async {
            while self.log.borrow().ticks.get(number).is_none_or(|tick| tick.arrivals.len() < self.size) {
                self.news.notified().await;
                self.assert_nothing_wrong();
            }
        };
        let complete = timeout(TICK, complete).await;
        let log = self.log.borrow();
        let arrived = log.ticks.get(number).map_or(0, |tick| tick.arrivals.len());
        assert!(complete.is_ok(), "event {number} reached {arrived} of {}", self.size);
        assert_eq!(field(&log.ticks[number].text, "data"), Some(data), "event {number}");
    }

    /// Everybody leaves. The value is every event since [`Self::begin`]: so many, each of which all have got.
    pub fn part(self, count: usize) -> Vec<Tick> {
        self.assert_nothing_wrong();
        let ticks = std::mem::take(&mut self.log.borrow_mut().ticks);
        assert!(ticks.iter().all(|tick| tick.arrivals.len() == self.size), "an event that only some have got");
        assert_eq!(ticks.len(), count, "as many events as changes");
        ticks
    }

    fn assert_nothing_wrong(&self) {
        let wrong = &self.log.borrow().wrong;
        assert!(wrong.is_none(), "{wrong:?}");
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// Reads a stream for as long as it goes on.
async fn listen(
    who: usize,
    answer: io::Result<Answer>,
    log: &RefCell<Log>,
    news: &Notify,
) -> io::Result<std::convert::Infallible> {
    let mut answer = answer?;
    if answer.status() != "200" {
        return Err(io::Error::other(format!("answered {}", answer.status())));
    }
    let mut known = answer.bytes;
    loop {
        let now = Instant::now();
        while let Some(event) = answer.event() {
            let wire = answer.bytes - known;
            known = answer.bytes;
            if log.borrow_mut().hear(who, &event, wire, now) {
                news.notify_one();
            }
        }
        if !answer.more().await? {
            return Err(io::Error::other("the stream has ended"));
        }
    }
}
