//! The presence object's Durable Object: reports in, event streams out, and the operator's calls.

use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use futures::channel::oneshot;
use worker::wasm_bindgen_futures::spawn_local;
use worker::{DurableObject, Env, Error, Request, Response, ResponseBuilder, Result, State, durable_object};

use super::entry::{NETWORK_HEADER, ORIGIN_HEADER, SEEN_HEADER};
use super::feeds::Feeds;
use super::host::{self, ObjectAlarm};
use super::{kept, reply};
use crate::config;
use crate::domain::admission::Gate;
use crate::domain::census::{Instruction, Report};
use crate::domain::id::{NetworkKey, StreamId};
use crate::domain::limits::{ASK_MS_MAX, BEAT_MS};
use crate::domain::operator::Call;
use crate::domain::presence::{Answer, Effect, Input, Presence as Machine, Stored, Wanted};
use crate::domain::proof::Proof;
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

/// A lobby is being asked, until this is gone: whether it has answered, or something went wrong.
struct Asked(Rc<Shell>);

impl Drop for Asked {
    fn drop(&mut self) {
        let left = self.0.asking.get() - 1;
        self.0.asking.set(left);
        if left == 0 {
            self.0.patient.take();
        }
    }
}

/// The end of a step: if the machine went with it, somebody has to wake the object again for those who watch.
struct Lost(Rc<Shell>);

impl Drop for Lost {
    fn drop(&mut self) {
        let machine = self.0.machine.take();
        if machine.is_none() {
            self.0.wake_at(Some(host::now().plus(BEAT_MS)));
        }
        self.0.machine.set(machine);
    }
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
                shell.ask(Input::Wanted(Wanted::Counts)).await;
                shell.subscribe(&request)
            }
            "/presence" => {
                shell.ask(Input::Wanted(Wanted::Counts)).await;
                reply::document(JSON_TYPE, to_json(&shell.look(Machine::document)), &[])
            }
            "/door" => shell.inform(shell.step(Input::Door { salt: host::draw()? })).await,
            "/enter" => {
                let knock = Box::new(read(&request.bytes().await?)?);
                shell.inform(shell.step(Input::Knocked(knock))).await
            }
            "/doubt" => {
                let visitor = read(&request.bytes().await?)?;
                shell.inform(shell.step(Input::Doubted { visitor })).await
            }
            "/ban" => {
                let ban = Box::new(read(&request.bytes().await?)?);
                shell.inform(shell.ask(Input::Banned(ban)).await).await
            }
            "/report" => {
                let (lobby, report, tally): (String, _, _) = read(&request.bytes().await?)?;
                drop(shell.step(Input::Reported { lobby: lobby.clone(), report, tally }));
                let instruction = shell.look(|machine| machine.instruction(host::now(), &lobby));
                Response::from_bytes(postcard::to_allocvec(&instruction).unwrap_or_default())
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
            self.ask(Input::Wanted(Wanted::Everything)).await;
        }
        self.inform(self.ask(Input::Called { network, authorized, command }).await).await
    }

    /// Answers what came of a step.
    async fn inform(self: &Rc<Self>, answer: Option<Answer>) -> Result<Response> {
        if let Err(error) = self.arm().await {
            // Whoever comes next finds out what has run out.
            host::log("the alarm could not be armed", &error);
        }
        let answer = answer.unwrap_or(Answer::Known);
        if let Some(bytes) = answer.internal() {
            return Response::from_bytes(bytes);
        }
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
        let network = headers.get(NETWORK_HEADER)?.and_then(|key| u64::from_str_radix(&key, 16).ok());
        let network = network.map(|key| NetworkKey(key.to_be_bytes()));
        drop(self.step(Input::Subscribed { stream, seen, chance, network }));
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
    async fn arm(self: &Rc<Self>) -> Result<()> {
        self.alarm.arm(&self.state.storage(), self.look(Machine::expiry)).await
    }

    /// Takes a step, and waits until all lobbies that are asked at this time have answered or had the time to.
    async fn ask(self: &Rc<Self>, input: Input) -> Option<Answer> {
        let answer = self.step(input);
        if self.asking.get() > 0 {
            let (sender, receiver) = oneshot::channel::<()>();
            self.patient.borrow_mut().push(sender);
            // It is dropped, and nothing sent, when all have answered.
            let _ = host::within(ASK_MS_MAX, receiver).await;
        }
        answer
    }

    /// Asks a lobby, in a turn of its own: what has led to it may be given up.
    fn begin_to_ask(self: &Rc<Self>, lobby: String, instruction: Instruction) {
        self.asking.set(self.asking.get() + 1);
        let asked = Asked(Rc::clone(self));
        spawn_local(async move { asked.0.ask_lobby(lobby, instruction).await });
    }

    async fn ask_lobby(self: &Rc<Self>, lobby: String, instruction: Instruction) {
        match self.ask_census(&lobby, instruction).await {
            Ok((report, tally)) => drop(self.step(Input::Reported { lobby, report, tally })),
            Err(error) => host::warn("a lobby did not say how many people it has", &error),
        }
    }

    async fn ask_census(&self, lobby: &str, instruction: Instruction) -> Result<(Report, Box<Tally>)> {
        let lobby = self.env.durable_object(config::LOBBY_BINDING)?.get_by_name(lobby)?;
        let body = postcard::to_allocvec(&instruction).unwrap_or_default();
        let mut answer = lobby.fetch_with_request(host::internal("/census", &[], Some(&body))?).await?;
        read::<Option<_>>(&answer.bytes().await?)?.ok_or_else(|| Error::RustError("no report".to_owned()))
    }

    fn look<T>(self: &Rc<Self>, look: impl FnOnce(&Machine) -> T) -> T {
        let machine = self.machine.take().unwrap_or_else(|| self.recover(host::now()));
        let seen = look(&machine);
        self.machine.set(Some(machine));
        seen
    }

    /// Lets the machine take a step and performs what comes of it; the value is the answer to a call.
    fn step(self: &Rc<Self>, input: Input) -> Option<Answer> {
        let now = host::now();
        let _unless = Lost(Rc::clone(self));
        let mut machine = self.machine.take().unwrap_or_else(|| self.recover(now));
        let mut answer = None;
        if let Err(error) = self.perform_all(&mut machine, now, input, &mut answer) {
            // The machine is not put back: the next step begins with what is stored.
            host::log("something could not be kept", &error);
            return Some(ProblemCode::Unavailable.into());
        }
        let deadline = machine.deadline();
        self.machine.set(Some(machine));
        self.wake_at(deadline);
        answer
    }

    /// A machine that knows the open streams, and asks for the counts if there are any.
    fn recover(self: &Rc<Self>, now: Time) -> Machine {
        let stored = kept::load(&self.state, Stored::decode).unwrap_or_default();
        // What cannot be drawn is as hard to guess as before: challenges are signed.
        let epoch = host::draw().map_or(now.as_ms(), u64::from_be_bytes);
        let (proof, limited) = (host::proof(&self.env).unwrap_or(Proof::Pow), host::is_limited(&self.env));
        let mut machine = Machine::restore(now, stored, config::LOBBY).guarded(Gate { proof, limited, epoch });
        let (streams, seen) = (self.feeds.borrow().streams(), machine.last_entry());
        let wanted = (!streams.is_empty()).then_some(Input::Wanted(Wanted::Counts));
        let subscribed = streams.into_iter().map(|stream| {
            // Drawn anew for each: otherwise all of them would end, and come back, in the same moment.
            let chance = host::draw().map_or(0, u32::from_be_bytes);
            Input::Subscribed { stream, seen, chance, network: None }
        });
        for input in wanted.into_iter().chain(subscribed) {
            if let Err(error) = self.perform_all(&mut machine, now, input, &mut None) {
                host::log("something could not be kept", &error);
            }
        }
        machine
    }

    /// One input, and what comes of it: streams that are too slow are cut off, and gone.
    fn perform_all(
        self: &Rc<Self>,
        machine: &mut Machine,
        now: Time,
        input: Input,
        answer: &mut Option<Answer>,
    ) -> Result<()> {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for effect in machine.handle(now, input) {
                let cut = self.perform(effect, answer)?;
                inputs.extend(cut.into_iter().map(|stream| Input::Gone { stream }));
            }
        }
        Ok(())
    }

    /// Performs an effect; the value is the streams that were too slow and have been cut off.
    fn perform(self: &Rc<Self>, effect: Effect, answer: &mut Option<Answer>) -> Result<Vec<StreamId>> {
        match effect {
            Effect::Keep(stored) => kept::save(&self.state, stored.encode())?,
            Effect::Ask { lobby, instruction } => self.begin_to_ask(lobby, instruction),
            Effect::Write { to, text } => return Ok(self.feeds.borrow_mut().write(&to, &text)),
            Effect::End { stream } => self.feeds.borrow_mut().end(stream),
            Effect::Answer(given) => *answer = Some(given),
        }
        Ok(Vec::new())
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
