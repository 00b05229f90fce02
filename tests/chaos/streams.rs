//! Event streams as browsers hold them: who loses one comes back by itself, after the pause that the service asked for,
//! and says what they saw last. A book has every connection and every count that was shown.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::StatusCode;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::proxy::Network;
use crate::runtime::Counts;

/// A stream that says nothing for this long is dead: a beat comes every 15 s.
const SILENCE: Duration = Duration::from_secs(20);
/// The pause before another connection, as long as the service has not said.
const RETRY: Duration = Duration::from_secs(3);

/// One connection.
#[derive(Clone, Copy, Debug)]
pub struct Connection {
    /// When it was begun.
    pub began: Instant,
    /// When its client gave it up, or was told that it is over.
    pub ended: Option<Instant>,
    /// What was shown on it last.
    pub last: Option<Counts>,
}

/// The data of one `presence` event.
#[derive(Clone, Debug)]
pub struct Shown {
    /// On which connection, by its place in the book.
    pub on: usize,
    /// When it came.
    pub at: Instant,
    /// As it came.
    pub data: String,
}

/// Everything that came.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// The connections, in the order in which they were begun.
    pub connections: Vec<Connection>,
    /// The counts, in the order in which they came.
    pub shown: Vec<Shown>,
    /// What must not have come.
    pub wrong: Vec<String>,
}

/// A book that streams write and others read.
pub type Shared = Arc<Mutex<Book>>;

/// Reads or writes a book.
pub fn lock(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Book {
    /// The connections that are open, as far as their clients know.
    pub fn open(&self) -> impl Iterator<Item = &Connection> {
        self.connections.iter().filter(|connection| connection.ended.is_none())
    }

    fn show(&mut self, on: usize, data: &str) {
        self.shown.push(Shown { on, at: Instant::now(), data: data.to_owned() });
        // Whether it can be read is judged with all the others.
        self.connections[on].last = serde_json::from_str(data).ok();
    }
}

/// Somebody who holds a stream, as long as this lives.
pub struct Stream {
    task: JoinHandle<()>,
    /// The way to the service, where nobody else takes it.
    way: Option<Network>,
}

impl Stream {
    /// Holds one on a way of somebody, unless `hold` says that nobody is to.
    pub fn on(way: &Network, book: &Shared, hold: &watch::Sender<bool>) -> Self {
        let reader = Reader {
            http: reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().expect("a client"),
            events: format!("{}/events", way.site),
            book: Arc::clone(book),
            seen: String::new(),
            retry: RETRY,
        };
        Self { task: tokio::spawn(reader.live(hold.subscribe())), way: None }
    }

    /// The same on a way of its own.
    pub fn alone(way: Network, book: &Shared, hold: &watch::Sender<bool>) -> Self {
        let mut stream = Self::on(&way, book, hold);
        stream.way = Some(way);
        stream
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Ends a connection in the book when it is dropped, however that comes.
struct Open<'a> {
    book: &'a Shared,
    on: usize,
}

impl<'a> Open<'a> {
    fn begin(book: &'a Shared) -> Self {
        let mut all = lock(book);
        all.connections.push(Connection { began: Instant::now(), ended: None, last: None });
        Self { book, on: all.connections.len() - 1 }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        lock(self.book).connections[self.on].ended = Some(Instant::now());
    }
}

struct Reader {
    http: reqwest::Client,
    events: String,
    book: Shared,
    /// The id of the last event.
    seen: String,
    retry: Duration,
}

impl Reader {
    async fn live(mut self, mut hold: watch::Receiver<bool>) {
        let mut again = hold.clone();
        while hold.wait_for(|hold| !*hold).await.is_ok() {
            tokio::select! {
                _ = self.read() => {}
                _ = again.wait_for(|hold| *hold) => {}
            }
            sleep(self.retry).await;
        }
    }

    /// One connection, until it ends. `None` where it broke.
    async fn read(&mut self) -> Option<()> {
        let book = Arc::clone(&self.book);
        let open = Open::begin(&book);
        let mut request = self.http.get(&self.events);
        if !self.seen.is_empty() {
            request = request.header("last-event-id", &self.seen);
        }
        let mut response = timeout(SILENCE, request.send()).await.ok()?.ok()?;
        if response.status() != StatusCode::OK {
            // A browser would never come back.
            lock(&book).wrong.push(format!("a stream was answered with {}", response.status()));
            return None;
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = timeout(SILENCE, response.chunk()).await.ok()?.ok()? {
            bytes.extend_from_slice(&chunk);
            while let Some(end) = bytes.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = bytes.drain(..end + 2).collect();
                self.take(open.on, &String::from_utf8_lossy(&event));
            }
        }
        Some(())
    }

    fn take(&mut self, on: usize, event: &str) {
        let fields = || event.lines().filter_map(|line| line.split_once(": "));
        for (name, value) in fields() {
            match name {
                "id" => value.clone_into(&mut self.seen),
                "retry" => self.retry = value.parse().map_or(RETRY, Duration::from_millis),
                "data" if fields().any(|field| field == ("event", "presence")) => lock(&self.book).show(on, value),
                _ => {}
            }
        }
    }
}
