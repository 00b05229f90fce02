//! The presence object's Durable Object: reports in, event streams out.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use futures::channel::mpsc;
use futures::future::{Either, select};
use futures::{Stream, StreamExt as _};
use worker::wasm_bindgen_futures::spawn_local;
use worker::{DurableObject, Env, Error, Headers, Request, Response, ResponseBuilder, Result, State, durable_object};

use super::entry::ORIGIN_HEADER;
use super::host;
use super::reply;
use crate::config;
use crate::domain::census::Report;
use crate::domain::id::StreamId;
use crate::domain::limits::{ASK_MS_MAX, STREAM_BACKLOG_MAX};
use crate::domain::presence::{Effect, Input, Presence as Machine};
use crate::domain::protocol::{JSON_TYPE, ProblemCode, to_json};
use crate::domain::time::{Alarm, Time};

/// The presence object. The streams live in the shell: a panic takes the machine along, and no stream notices.
#[durable_object(fetch)]
pub struct Presence {
    shell: AssertUnwindSafe<Rc<Shell>>,
}

struct Shell {
    env: Env,
    /// `None` while it takes a step, and so after a step that panicked.
    machine: Cell<Option<Machine>>,
    streams: RefCell<BTreeMap<StreamId, mpsc::Sender<String>>>,
    newest: Cell<u64>,
    asked: Cell<bool>,
    /// Not the alarm of the object: with streams open it stays in memory anyway, and this one writes nothing.
    timer: Cell<Alarm>,
}

impl DurableObject for Presence {
    fn new(_state: State, env: Env) -> Self {
        let shell = Shell {
            env,
            machine: Cell::new(Some(Machine::default())),
            streams: RefCell::default(),
            newest: Cell::new(0),
            asked: Cell::new(false),
            timer: Cell::new(Alarm::default()),
        };
        Self { shell: AssertUnwindSafe(Rc::new(shell)) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        match host::path(&request).as_str() {
            "/events" => {
                self.shell.ask_once().await;
                self.shell.subscribe(request.headers())
            }
            "/presence" => {
                self.shell.ask_once().await;
                let document = self.shell.step(Input::Tick, Machine::document);
                reply::document(JSON_TYPE, to_json(&document), &[("access-control-allow-origin", "*")])
            }
            "/report" => {
                self.shell.hear(&request.bytes().await?);
                Response::empty()
            }
            #[cfg(feature = "probe")]
            super::probe::PANIC_PATH => {
                drop(self.shell.machine.take());
                panic!("as the test asked for");
            }
            _ => reply::problem(&ProblemCode::NotFound.into(), &[]),
        }
    }
}

impl Shell {
    /// Asks the lobby how many people it has: an object that has just started does not know.
    async fn ask_once(self: &Rc<Self>) {
        if self.asked.replace(true) {
            return;
        }
        let give_up = Box::pin(host::sleep_until(host::now().plus(ASK_MS_MAX)));
        match select(Box::pin(self.ask()), give_up).await {
            Either::Left((Ok(()), _)) => {}
            Either::Left((Err(error), _)) => host::log("the lobby did not say how many people it has", &error),
            Either::Right(_) => host::log("the lobby did not say how many people it has", &"no answer in time"),
        }
    }

    async fn ask(self: &Rc<Self>) -> Result<()> {
        let lobby = self.env.durable_object(config::LOBBY_BINDING)?.get_by_name(config::LOBBY)?;
        let request = host::internal("/census", &[], None)?;
        let answer = lobby.fetch_with_request(request).await?.bytes().await?;
        let report: Option<Report> =
            postcard::from_bytes(&answer).map_err(|error| Error::RustError(error.to_string()))?;
        if let Some(report) = report {
            self.step(Input::Reported { lobby: config::LOBBY.to_owned(), report }, |_| ());
        }
        Ok(())
    }

    fn hear(self: &Rc<Self>, body: &[u8]) {
        if let Ok((lobby, report)) = postcard::from_bytes(body) {
            self.step(Input::Reported { lobby, report }, |_| ());
        }
    }

    fn subscribe(self: &Rc<Self>, headers: &Headers) -> Result<Response> {
        let stream = StreamId(self.newest.get());
        self.newest.set(stream.0 + 1);
        let chance = u32::from_be_bytes(host::draw()?);
        let (sender, receiver) = mpsc::channel(STREAM_BACKLOG_MAX);
        self.streams.borrow_mut().insert(stream, sender);
        let subscription = Subscription { receiver, stream, shell: Rc::downgrade(self) };
        self.step(Input::Subscribed { stream, chance }, |_| ());
        let mut builder = ResponseBuilder::new()
            .with_header("content-type", "text/event-stream")?
            .with_header("cache-control", "no-store")?
            .with_header("x-content-type-options", "nosniff")?;
        if let Some(origin) = headers.get(ORIGIN_HEADER)? {
            builder = builder.with_header("access-control-allow-origin", &origin)?.with_header("vary", "origin")?;
        }
        builder.from_stream(subscription)
    }

    /// Lets the machine take a step, performs what comes of it, and looks at the machine once more.
    fn step<T>(self: &Rc<Self>, input: Input, look: impl FnOnce(&Machine) -> T) -> T {
        let now = host::now();
        let mut machine = self.machine.take().unwrap_or_else(|| self.recover(now));
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let cut = self.perform(machine.handle(now, input));
            inputs.extend(cut.into_iter().map(|stream| Input::Gone { stream }));
        }
        let (deadline, seen) = (machine.deadline(), look(&machine));
        self.machine.set(Some(machine));
        self.wake_at(deadline);
        seen
    }

    /// A machine that knows the open streams; their counts come with the lobbies' next reports.
    fn recover(self: &Rc<Self>, now: Time) -> Machine {
        self.asked.set(false);
        let mut machine = Machine::default();
        let streams: Vec<StreamId> = self.streams.borrow().keys().copied().collect();
        for stream in streams {
            // Drawn anew for each: otherwise all of them would end, and come back, in the same moment.
            let chance = host::draw().map_or(0, u32::from_be_bytes);
            let effects = machine.handle(now, Input::Subscribed { stream, chance });
            self.perform(effects);
        }
        machine
    }

    /// Performs effects; returns the streams that were too slow and have been cut off. Their clients come back and are
    /// told everything anew.
    fn perform(self: &Rc<Self>, effects: Vec<Effect>) -> Vec<StreamId> {
        let mut streams = self.streams.borrow_mut();
        let mut cut = Vec::new();
        for effect in effects {
            match effect {
                Effect::Write { to, text } => {
                    for stream in to {
                        let full =
                            streams.get_mut(&stream).is_some_and(|sender| sender.try_send(text.clone()).is_err());
                        if full {
                            streams.remove(&stream);
                            cut.push(stream);
                        }
                    }
                }
                Effect::End { stream } => drop(streams.remove(&stream)),
            }
        }
        cut
    }

    fn wake_at(self: &Rc<Self>, deadline: Option<Time>) {
        let mut timer = self.timer.get();
        let at = timer.arm(deadline);
        self.timer.set(timer);
        let Some(at) = at else { return };
        let shell = Rc::downgrade(self);
        spawn_local(async move {
            host::sleep_until(at).await;
            let Some(shell) = shell.upgrade() else { return };
            let mut timer = shell.timer.get();
            let armed = timer.rang(at);
            shell.timer.set(timer);
            if armed {
                shell.step(Input::Tick, |_| ());
            }
        });
    }
}

/// The body of one stream. The runtime drops it when the client is gone or the stream has ended.
struct Subscription {
    receiver: mpsc::Receiver<String>,
    stream: StreamId,
    shell: Weak<Shell>,
}

impl Stream for Subscription {
    type Item = Result<Vec<u8>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.receiver.poll_next_unpin(cx).map(|text| text.map(|text| Ok(text.into_bytes())))
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let (shell, stream) = (self.shell.clone(), self.stream);
        // In a turn of its own: the machine may be in the middle of a step.
        spawn_local(async move {
            let Some(shell) = shell.upgrade() else { return };
            shell.streams.borrow_mut().remove(&stream);
            shell.step(Input::Gone { stream }, |_| ());
        });
    }
}
