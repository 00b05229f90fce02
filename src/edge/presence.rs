//! The presence object's Durable Object: reports in, event streams out, and the operator's calls.

use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use futures::channel::oneshot;
use worker::wasm_bindgen_futures::spawn_local;
use worker::{DurableObject, Env, Error, Request, Response, ResponseBuilder, Result, State, durable_object};

use super::entry::{ORIGIN_HEADER, PAUSED_HEADER, SEEN_HEADER};
use super::feeds::Feeds;
use super::host::{self, ObjectAlarm};
use super::{kept, reply};
use crate::config;
use crate::domain::census::{Instruction, Report};
use crate::domain::id::StreamId;
use crate::domain::limits::ASK_MS_MAX;
use crate::domain::operator::Call;
use crate::domain::presence::{Answer, Effect, Input, Presence as Machine};
use crate::domain::protocol::{JSON_TYPE, PROBLEM_TYPE, ProblemCode, to_json};
use crate::domain::tally::Tally;
use crate::domain::time::Time;

/// The presence object. The streams live in the shell: a panic takes the machine along, and no stream notices.
#[durable_object(alarm)]
pub struct Presence {
    shell: AssertUnwindSafe<Rc<Shell>>,
}

struct Shell {
    state: State,
    env: Env,
    /// `None` while it takes a step, and so after a step that panicked.
    machine: Cell<Option<Machine>>,
    feeds: RefCell<Feeds>,
    newest: Cell<u64>,
    /// Lobbies that were asked and have not answered, and those who wait for that.
    asking: Cell<usize>,
    patient: RefCell<Vec<oneshot::Sender<()>>>,
    /// The wait for the next deadline, which ends when this is dropped. Not the alarm of the object: with streams open it
    /// stays in memory anyway, and this one writes nothing. Without any, a wait would keep it there for nothing.
    wait: Cell<Option<oneshot::Sender<()>>>,
    /// The alarm of the object, for what has to happen whether anybody watches or not.
    alarm: ObjectAlarm,
}

/// What a step leaves to be done in turns of its own.
#[derive(Default)]
struct Rest {
    asks: Vec<(String, Instruction)>,
    answer: Option<Answer>,
}

impl DurableObject for Presence {
    fn new(state: State, env: Env) -> Self {
        let shell = Shell {
            state,
            env,
            machine: Cell::new(None),
            feeds: RefCell::default(),
            newest: Cell::new(0),
            asking: Cell::new(0),
            patient: RefCell::default(),
            wait: Cell::default(),
            alarm: ObjectAlarm::default(),
        };
        Self { shell: AssertUnwindSafe(Rc::new(shell)) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let shell = &self.shell;
        match host::path(&request).as_str() {
            "/events" => {
                shell.ask(Input::Wanted { watch: true }).await;
                shell.subscribe(&request)
            }
            "/presence" => {
                shell.ask(Input::Wanted { watch: false }).await;
                let (document, paused) = shell.look(|machine| (machine.document(), machine.is_paused()));
                let paused = if paused { "1" } else { "0" };
                reply::document(JSON_TYPE, to_json(&document), &[(PAUSED_HEADER, paused)])
            }
            "/report" => {
                let (lobby, report, tally) = read(&request.bytes().await?)?;
                drop(shell.step(Input::Reported { lobby, report, tally }));
                Response::from_bytes(postcard::to_allocvec(&shell.look(Machine::instruction)).unwrap_or_default())
            }
            "/admin" => shell.answer(read(&request.bytes().await?)?).await,
            #[cfg(feature = "probe")]
            super::probe::PANIC_PATH => {
                drop(shell.machine.take());
                panic!("as the test asked for");
            }
            _ => reply::problem(&ProblemCode::NotFound.into(), &[]),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        self.shell.alarm.rang();
        drop(self.shell.step(Input::Tick));
        self.shell.arm().await?;
        Response::empty()
    }
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T> {
    postcard::from_bytes(body).map_err(|error| Error::RustError(error.to_string()))
}

impl Shell {
    async fn answer(self: &Rc<Self>, Call { network, authorized, command }: Call) -> Result<Response> {
        if authorized {
            // For what is told about the lobbies.
            self.ask(Input::Wanted { watch: false }).await;
        }
        let answer = self.ask(Input::Called { network, authorized, command }).await;
        self.arm().await?;
        let answer = answer.unwrap_or(Answer::Known);
        let content_type = if matches!(answer, Answer::Refused(_)) { PROBLEM_TYPE } else { JSON_TYPE };
        let (status, body) = answer.encode();
        reply::reply(status, content_type, body, &[])
    }

    fn subscribe(self: &Rc<Self>, request: &Request) -> Result<Response> {
        let headers = request.headers();
        let seen = headers.get(SEEN_HEADER)?.and_then(|seen| seen.parse().ok()).unwrap_or_default();
        let stream = StreamId(self.newest.get());
        self.newest.set(stream.0 + 1);
        let chance = u32::from_be_bytes(host::draw()?);
        let shell = AssertUnwindSafe(Rc::downgrade(self));
        let when_gone = move || {
            // All of it, with what vouches for it.
            let whole = &shell;
            let shell = whole.0.clone();
            // In a turn of its own: what is called here goes with the stream.
            spawn_local(async move {
                let Some(shell) = shell.upgrade() else { return };
                shell.feeds.borrow_mut().forget(stream);
                drop(shell.step(Input::Gone { stream }));
            });
        };
        let body = self.feeds.borrow_mut().open(stream, when_gone)?;
        drop(self.step(Input::Subscribed { stream, seen, chance }));
        let mut builder = ResponseBuilder::new()
            .with_header("content-type", "text/event-stream")?
            .with_header("cache-control", "no-store")?
            .with_header("x-content-type-options", "nosniff")?;
        if let Some(origin) = headers.get(ORIGIN_HEADER)? {
            builder = builder.with_header("access-control-allow-origin", &origin)?.with_header("vary", "origin")?;
        }
        Ok(builder.stream(body))
    }

    /// Arms the alarm of the object, if something has to happen whether anybody watches or not.
    async fn arm(&self) -> Result<()> {
        self.alarm.arm(&self.state.storage(), self.look(Machine::expiry)).await
    }

    /// Takes a step, and waits until all lobbies that are asked at this time have answered or had the time to.
    async fn ask(self: &Rc<Self>, input: Input) -> Option<Answer> {
        let Rest { asks, answer } = self.step(input);
        for (lobby, instruction) in asks {
            self.asking.set(self.asking.get() + 1);
            let shell = Rc::clone(self);
            // Not in the turn of the request, which may be given up.
            spawn_local(async move {
                shell.ask_lobby(lobby, instruction).await;
                shell.asking.set(shell.asking.get() - 1);
                if shell.asking.get() == 0 {
                    shell.patient.take();
                }
            });
        }
        if self.asking.get() > 0 {
            let (sender, receiver) = oneshot::channel::<()>();
            self.patient.borrow_mut().push(sender);
            // It is dropped, and nothing sent, when all have answered.
            let _ = host::within(ASK_MS_MAX, receiver).await;
        }
        answer
    }

    async fn ask_lobby(self: &Rc<Self>, lobby: String, instruction: Instruction) {
        match self.ask_census(&lobby, instruction).await {
            Ok((report, tally)) => drop(self.step(Input::Reported { lobby, report, tally })),
            Err(error) => host::log("a lobby did not say how many people it has", &error),
        }
    }

    async fn ask_census(&self, lobby: &str, instruction: Instruction) -> Result<(Report, Box<Tally>)> {
        let lobby = self.env.durable_object(config::LOBBY_BINDING)?.get_by_name(lobby)?;
        let body = postcard::to_allocvec(&instruction).unwrap_or_default();
        let mut answer = lobby.fetch_with_request(host::internal("/census", &[], Some(&body))?).await?;
        read::<Option<_>>(&answer.bytes().await?)?.ok_or_else(|| Error::RustError("no report".to_owned()))
    }

    fn look<T>(&self, look: impl FnOnce(&Machine) -> T) -> T {
        let machine = self.machine.take().unwrap_or_else(|| self.restored(host::now()));
        let seen = look(&machine);
        self.machine.set(Some(machine));
        seen
    }

    /// Lets the machine take a step, performs what comes of it, and leaves the rest.
    fn step(self: &Rc<Self>, input: Input) -> Rest {
        let now = host::now();
        let mut machine = self.machine.take().unwrap_or_else(|| self.recover(now));
        let (mut rest, mut inputs) = (Rest::default(), vec![input]);
        while let Some(input) = inputs.pop() {
            let cut = self.perform(machine.handle(now, input), &mut rest);
            inputs.extend(cut.into_iter().map(|stream| Input::Gone { stream }));
        }
        let deadline = machine.deadline();
        self.machine.set(Some(machine));
        self.wake_at(deadline);
        rest
    }

    fn restored(&self, now: Time) -> Machine {
        Machine::restore(now, kept::load(&self.state).unwrap_or_default(), config::LOBBY)
    }

    /// A machine that knows the open streams; their counts come with the lobbies' next reports.
    fn recover(&self, now: Time) -> Machine {
        let mut machine = self.restored(now);
        let streams = self.feeds.borrow().streams();
        let seen = machine.last_entry();
        for stream in streams {
            // Drawn anew for each: otherwise all of them would end, and come back, in the same moment.
            let chance = host::draw().map_or(0, u32::from_be_bytes);
            let effects = machine.handle(now, Input::Subscribed { stream, seen, chance });
            self.perform(effects, &mut Rest::default());
        }
        machine
    }

    /// Performs effects; the value is the streams that were too slow and have been cut off.
    fn perform(&self, effects: Vec<Effect>, rest: &mut Rest) -> Vec<StreamId> {
        let mut feeds = self.feeds.borrow_mut();
        let mut cut = Vec::new();
        for effect in effects {
            match effect {
                Effect::Keep(stored) => kept::save(&self.state, &stored),
                Effect::Ask { lobby, instruction } => rest.asks.push((lobby, instruction)),
                Effect::Write { to, text } => cut.extend(feeds.write(&to, &text)),
                Effect::End { stream } => feeds.end(stream),
                Effect::Answer(answer) => rest.answer = Some(answer),
            }
        }
        cut
    }

    fn wake_at(self: &Rc<Self>, deadline: Option<Time>) {
        self.wait.take();
        let Some(at) = deadline else { return };
        let (wait, given_up) = oneshot::channel::<()>();
        self.wait.set(Some(wait));
        let shell = Rc::downgrade(self);
        spawn_local(async move {
            let waited = host::within(at.since(host::now()), given_up).await.is_none();
            if let Some(shell) = shell.upgrade().filter(|_| waited) {
                drop(shell.step(Input::Tick));
            }
        });
    }
}
