//! The counts, held against who is there.
//!
//! Of eight people two are tabs of one browser, whose stream counts both of them once; three have a browser and a stream
//! of their own; three have no stream. A browser's stream goes the way of its first tab, and breaks with it. Watchers
//! hold a stream and nothing else.
//!
//! `online` is how many streams are open and how many sessions say that no stream counts them, and never less than
//! `waiting` and `chatting` together. While everything breaks nobody knows these to the moment, but what they can be at
//! most is known, see [`Bound::most`]. When all is quiet they are known exactly.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use edgewise::client::Place;
use futures::future::join_all;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::diary;
use crate::people::{Browser, Person};
use crate::proxy::Network;
use crate::runtime::{Counts, LOOK, Runtime};
use crate::streams::{Book, Connection, Shared, Shown, Stream, lock};

/// How long a lobby that fell silent may be counted.
const LEASE: Duration = Duration::from_secs(90);
/// How long the counts have to stay true.
const HOLD: Duration = Duration::from_secs(3);
/// How long a stream may be counted that its client has given up: the service's end of it goes 3 s later at most, the
/// second beat finds that out within 30 s; the rest is for a machine with other work, and for the way of the event.
const NOTICE: Duration = Duration::from_secs(45);
/// Within what one stream too many has to be seen.
const SEEN: Duration = Duration::from_secs(10);

/// What a person's place among the others says of their browser.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    /// It has a stream.
    First,
    /// It has the stream of the one before.
    Second,
    /// It has none.
    Bare,
}

const fn tab(number: usize) -> Tab {
    match number % 8 {
        0 | 2..5 => Tab::First,
        1 => Tab::Second,
        _ => Tab::Bare,
    }
}

/// The browsers of so many people.
pub async fn browsers(runtime: &Runtime, count: usize) -> Result<Vec<Browser>, String> {
    let mut browsers: Vec<Browser> = Vec::new();
    for number in 0..count {
        let visitor = if tab(number) == Tab::Second {
            let visitor = runtime.visitor().await.ok_or("nobody is let in")?;
            browsers[number - 1].visitor = Some(visitor.clone());
            Some(visitor)
        } else {
            None
        };
        browsers.push(Browser { counted: tab(number) != Tab::Bare, visitor });
    }
    Ok(browsers)
}

/// What came of the counts.
#[derive(Debug)]
pub struct Tally {
    /// Streams that were held throughout.
    pub streams: usize,
    /// Connections that they took.
    pub connections: usize,
    /// How often counts were shown.
    pub shown: usize,
    /// The largest `online` that was shown, and what it could be at most in that moment.
    pub most: (u64, u64),
    /// How long it took until the counts were true, once everything that was said had arrived.
    pub settled: Duration,
    /// How long it took until only the watchers were counted, once everybody else had left.
    pub alone: Duration,
}

/// The streams of a run.
pub struct Streams {
    runtime: Arc<Runtime>,
    people: Arc<Vec<Arc<Person>>>,
    book: Shared,
    /// Nobody holds a stream while this is true.
    pub hold: watch::Sender<bool>,
    browsers: Vec<Stream>,
    watchers: Vec<Stream>,
    /// For one more.
    spare: Network,
}

impl Streams {
    /// Opens them: those of the browsers, and as many of watchers that `online` is more than its floor.
    pub async fn open(runtime: &Arc<Runtime>, people: &Arc<Vec<Arc<Person>>>, run: u8) -> io::Result<Self> {
        let (book, hold) = (Shared::default(), watch::Sender::new(false));
        let first = people.iter().enumerate().filter(|(number, _)| tab(*number) == Tab::First);
        let browsers = first.map(|(_, person)| Stream::on(&person.network, &book, &hold)).collect();
        let seconds = (0..people.len()).filter(|number| tab(*number) == Tab::Second).count();
        let mut ways = Vec::new();
        for number in 0..seconds + 3 {
            ways.push(Network::open(run, people.len() + number, runtime.service()).await?);
        }
        let spare = ways.swap_remove(0);
        let watchers = ways.into_iter().map(|way| Stream::alone(way, &book, &hold)).collect();
        let (runtime, people) = (Arc::clone(runtime), Arc::clone(people));
        Ok(Self { runtime, people, book, hold, browsers, watchers, spare })
    }

    /// Waits until all streams are up and everybody is told the truth, and goes on to be. How long it took until they
    /// were; or what they were told instead.
    pub async fn settle(&self) -> Result<Duration, String> {
        let began = Instant::now();
        let mut right: Option<(Instant, Counts)> = None;
        loop {
            let (told, truth) = (self.runtime.counts().await, self.truth());
            let (is_right, story) = self.compare(told, truth);
            right = right.filter(|(_, same)| is_right && *same == truth).or(is_right.then(|| (Instant::now(), truth)));
            match right {
                Some((since, _)) if since.elapsed() >= HOLD => return Ok(since - began),
                None if began.elapsed() > LEASE => return Err(story),
                Some(_) | None => sleep(LOOK).await,
            }
        }
    }

    /// Lets everybody leave but the watchers, who are to be counted alone then, and judges all that was shown. `settled`:
    /// what came of [`Self::settle`]; `blanks`: see [`crate::storm::Damage`].
    pub async fn finish(
        mut self,
        settled: Result<Duration, String>,
        blanks: &[(Instant, Instant)],
    ) -> (Tally, Vec<String>) {
        let everybody = std::mem::take(&mut self.people);
        let held = self.browsers.len() + self.watchers.len();
        self.browsers.clear();
        join_all(everybody.iter().map(|person| person.leave())).await;
        let alone = self.settle().await;
        let bites = alone.is_err() || self.bites().await;
        let book = lock(&self.book).clone();
        let sessions = |person: &Arc<Person>| diary::lock(&person.diary).begun;
        let bound = Bound {
            book: &book,
            blanks,
            sessions: everybody.iter().map(sessions).sum(),
            uncounted: everybody.iter().filter(|person| !person.counted).map(sessions).sum(),
        };
        let mut wrong = bound.findings();
        wrong.extend(book.wrong.iter().cloned());
        if !bites || !bound.bites() {
            wrong.push("counts with a fault in them look good".to_owned());
        }
        wrong.extend(settled.as_ref().err().map(|story| format!("the counts stay wrong: {story}")));
        wrong.extend(alone.as_ref().err().map(|story| format!("when all have left: {story}")));
        let tally = Tally {
            streams: held,
            connections: book.connections.len(),
            shown: book.shown.len(),
            most: bound.peak(),
            settled: settled.unwrap_or(LEASE),
            alone: alone.unwrap_or(LEASE),
        };
        (tally, wrong)
    }

    /// Proves that the comparison bites: one more stream, which the truth does not know of, is one too many.
    async fn bites(&self) -> bool {
        let _more = Stream::on(&self.spare, &Shared::default(), &self.hold);
        let truth = self.truth();
        let inflated = Counts { online: truth.online + 1, ..truth };
        let seen = async {
            while self.compare(Some(truth), truth).0 || self.runtime.counts().await != Some(inflated) {
                sleep(LOOK).await;
            }
        };
        timeout(SEEN, seen).await.is_ok()
    }

    /// Whether everybody is told the truth, and what is told.
    fn compare(&self, told: Option<Counts>, truth: Counts) -> (bool, String) {
        let book = lock(&self.book);
        let shown: Vec<Option<Counts>> = book.open().map(|connection| connection.last).collect();
        let up = shown.len() == self.browsers.len() + self.watchers.len();
        let right = up && told == Some(truth) && shown.iter().all(|shown| *shown == Some(truth));
        (right, format!("{truth:?} is true, /presence says {told:?}, and the streams {shown:?}"))
    }

    /// How many people there are, by what they know themselves.
    fn truth(&self) -> Counts {
        let mut counts = Counts { online: (self.browsers.len() + self.watchers.len()) as u64, waiting: 0, chatting: 0 };
        for person in self.people.iter() {
            let diary = diary::lock(&person.diary);
            counts.online += u64::from(diary.up && !person.counted);
            counts.waiting += u64::from(diary.kept.place == Place::Seeking);
            counts.chatting += u64::from(diary.on_show.is_some());
        }
        counts.online = counts.online.max(counts.waiting + counts.chatting);
        counts
    }
}

/// What can be counted at most, from what is known of everybody.
struct Bound<'a> {
    book: &'a Book,
    /// From when to when the presence object lost its memory and every stream.
    blanks: &'a [(Instant, Instant)],
    /// How many sessions there can have been.
    sessions: u64,
    /// How many of these no stream counts.
    uncounted: u64,
}

impl Bound<'_> {
    /// The most that `online` can have been in what was shown.
    ///
    /// A stream is counted from after its client asks for it, and until at most [`NOTICE`] after the client has given it
    /// up. It is not counted by an object that has lost it: whatever came on a connection that was begun after that is
    /// of such an object. A session begins with a `hello` without a ticket, and who comes back with a ticket is the same
    /// one, so there are no more sessions than sockets that were opened without one.
    fn most(&self, shown: &Shown) -> u64 {
        let since = self.book.connections[shown.on].began;
        let counts = |one: &&Connection| {
            let noticed = one.ended.is_some_and(|ended| ended + NOTICE < shown.at);
            let lost = self.blanks.iter().any(|(from, to)| one.began < *from && *to < since);
            one.began <= shown.at && !noticed && !lost
        };
        let streams = self.book.connections.iter().filter(counts).count() as u64;
        (streams + self.uncounted).max(self.sessions)
    }

    /// What is wrong with what was shown.
    fn findings(&self) -> Vec<String> {
        let fault = |shown: &Shown| {
            let Ok(Counts { online, waiting, chatting }) = serde_json::from_str(&shown.data) else {
                return Some("not three counts");
            };
            if online < waiting + chatting {
                return Some("fewer than those who wait or talk");
            }
            (online > self.most(shown)).then_some("more than there can be")
        };
        let say = |shown: &Shown| Some(format!("shown {}: {}", shown.data, fault(shown)?));
        self.book.shown.iter().filter_map(say).collect()
    }

    /// The largest `online` that was shown, and what it could be at most in that moment.
    fn peak(&self) -> (u64, u64) {
        let online = |shown: &Shown| serde_json::from_str(&shown.data).map_or(0, |counts: Counts| counts.online);
        let peak = self.book.shown.iter().max_by_key(|shown| online(shown));
        peak.map_or((0, 0), |shown| (online(shown), self.most(shown)))
    }

    /// Proves that the judgement bites: the same counts, but for one that is below zero, or not what it is made of, or
    /// one more than there can be, are not good.
    fn bites(&self) -> bool {
        let Some(last) = self.book.shown.last() else { return false };
        let inflated = self.most(last) + 1;
        let faults = [
            r#"{"online":-1,"waiting":0,"chatting":0}"#.to_owned(),
            r#"{"online":1,"waiting":0,"chatting":2}"#.to_owned(),
            format!(r#"{{"online":{inflated},"waiting":0,"chatting":0}}"#),
        ];
        faults.into_iter().all(|data| {
            let mut book = self.book.clone();
            book.shown.push(Shown { data, ..last.clone() });
            Bound { book: &book, ..*self }.findings().len() == self.findings().len() + 1
        })
    }
}
