//! The lobby's Durable Object: sockets in, frames out.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use worker::{
    AnalyticsEngineDataPointBuilder, DurableObject, Env, Error, Request, Response, Result, State, WebSocket,
    WebSocketIncomingMessage, WebSocketPair, durable_object,
};

use super::entry::{NETWORK_HEADER, PAYER_HEADER};
use super::host::{self, ObjectAlarm};
use super::sockets::Sockets;
use super::{kept, reply, reports};
use crate::config;
use crate::domain::census::Report;
use crate::domain::door::Arrival;
use crate::domain::id::{LineId, NetworkKey, Payer, SessionId, VisitorKey};
use crate::domain::limits::NUMBER_MAX;
use crate::domain::lobby::{Effect, Input, Lobby as Machine, Rules};
use crate::domain::metrics::{Meter, Point};
use crate::domain::orders::Orders;
use crate::domain::protocol::{Problem, ProblemCode, echo};
use crate::domain::report::Filing;
use crate::domain::tally::Tally;
use crate::domain::ticket::{Keyring, Ticket};
use crate::domain::time::Time;

/// A lobby. The shell lives as long as the object is in memory; a panic takes the machine along and nothing else.
#[durable_object]
pub struct Lobby {
    shell: AssertUnwindSafe<Rc<Shell>>,
}

struct Shell {
    state: State,
    env: Env,
    keys: Option<Keyring>,
    rules: Rules,
    /// `None` while it takes a step, and so after a step that panicked: the next one begins with what was kept.
    machine: Cell<Option<Machine>>,
    sockets: RefCell<Sockets>,
    alarm: ObjectAlarm,
    /// What was counted since the object started.
    tally: Cell<Tally>,
    meter: RefCell<Meter>,
}

/// What is done after a step.
enum Errand {
    Report(Box<(Report, Tally)>),
    File(SessionId, Box<Filing>),
    Doubt(VisitorKey),
}

impl DurableObject for Lobby {
    fn new(state: State, env: Env) -> Self {
        if let Err(error) = Sockets::answer_pings(&state) {
            host::log("pings will not be answered", &error);
        }
        let limited = host::setting(&env, config::RATE_LIMITS).as_deref() != Some("off");
        let name = state.id().name().unwrap_or_else(|| config::LOBBY.to_owned());
        let keys = host::keyring(&env).ok();
        let marks = keys.as_ref().map(Keyring::marks).unwrap_or_default();
        let shell = Shell {
            keys,
            rules: Rules { limited, marks, ..Rules::named(&name) },
            machine: Cell::new(None),
            sockets: RefCell::default(),
            alarm: ObjectAlarm::default(),
            tally: Cell::default(),
            meter: RefCell::default(),
            state,
            env,
        };
        Self { shell: AssertUnwindSafe(Rc::new(shell)) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        match host::path(&request).as_str() {
            "/socket" => self.shell.open(&request).await,
            "/census" => self.shell.census(&request.bytes().await?).await,
            _ => reply::problem(&ProblemCode::NotFound.into(), &[]),
        }
    }

    async fn websocket_message(&self, socket: WebSocket, message: WebSocketIncomingMessage) -> Result<()> {
        let shell = &self.shell;
        let (Some(line), Some(keys)) = (Sockets::line_of(&socket), &shell.keys) else { return Ok(()) };
        let arrival = match message {
            #[cfg(feature = "probe")]
            WebSocketIncomingMessage::String(text) if text == super::probe::PANIC => {
                shell.step(None, &mut |_, _| panic!("as the test asked for"));
                return Ok(());
            }
            WebSocketIncomingMessage::String(text) => Arrival::read(&text, keys, host::now()),
            WebSocketIncomingMessage::Binary(_) => Arrival::Binary,
        };
        shell.drive(Some(&socket), Input::Arrived { line, arrival }).await
    }

    async fn websocket_close(&self, socket: WebSocket, code: usize, _reason: String, _was_clean: bool) -> Result<()> {
        self.shell.closed(&socket, u16::try_from(code).unwrap_or(1006)).await
    }

    async fn websocket_error(&self, socket: WebSocket, _error: worker::Error) -> Result<()> {
        self.shell.closed(&socket, 1006).await
    }

    async fn alarm(&self) -> Result<Response> {
        self.shell.alarm.rang();
        self.shell.drive(None, Input::Tick).await?;
        Response::empty()
    }
}

impl Shell {
    async fn open(self: &Rc<Self>, request: &Request) -> Result<Response> {
        if self.keys.is_none() {
            return reply::problem(&ProblemCode::Unavailable.into(), &[]);
        }
        let networks = request.headers().get(NETWORK_HEADER)?.unwrap_or_default();
        let networks: Vec<NetworkKey> = networks.split(' ').filter_map(NetworkKey::parse).collect();
        let line = LineId(u64::from_be_bytes(host::draw()?) & NUMBER_MAX);
        let session = SessionId(host::draw()?);
        // The machine first: what it recovers must not have the new socket among it.
        let payer = request.headers().get(PAYER_HEADER)?.and_then(|key| Payer::parse(&key));
        let (mut knocked, mut network) = (Ok(()), NetworkKey::default());
        self.step(None, &mut |machine, now| {
            network = machine.known_as(now, &networks);
            knocked = machine.knock(now, payer.unwrap_or(network.into()));
            Vec::new()
        });
        if let Err(retry_ms) = knocked {
            return reply::problem(&Problem { retry_ms: Some(retry_ms), ..ProblemCode::SlowDown.into() }, &[]);
        }
        let pair = WebSocketPair::new()?;
        if let Err(error) = self.sockets.borrow_mut().accept(&self.state, line, pair.server) {
            host::log("a socket was refused by the runtime", &error);
            return reply::problem(&ProblemCode::Unavailable.into(), &[]);
        }
        self.drive(None, Input::Opened { line, session, network }).await?;
        Response::from_websocket(pair.client)
    }

    /// Hears what the presence object says, and answers it with a report.
    async fn census(self: &Rc<Self>, body: &[u8]) -> Result<Response> {
        self.instructed(body).await?;
        let mut report = None;
        let deadline = self.step(None, &mut |machine, now| {
            report = Some(machine.report(now));
            Vec::new()
        });
        self.alarm.arm(&self.state.storage(), deadline).await?;
        report.iter().for_each(|report| self.measure(report, &self.tally.get()));
        Response::from_bytes(
            postcard::to_allocvec(&report.map(|report| (report, self.tally.get()))).unwrap_or_default(),
        )
    }

    async fn instructed(self: &Rc<Self>, body: &[u8]) -> Result<()> {
        let instruction = postcard::from_bytes(body).map_err(|error| Error::RustError(error.to_string()))?;
        self.drive(None, Input::Instructed(instruction)).await
    }

    async fn closed(self: &Rc<Self>, socket: &WebSocket, code: u16) -> Result<()> {
        let Some(line) = Sockets::line_of(socket) else { return Ok(()) };
        let deadline = self.tell(Some(socket), Input::Closed { line, code });
        self.sockets.borrow_mut().closed(line, socket, echo(code));
        self.alarm.arm(&self.state.storage(), deadline).await
    }

    /// One event: its effects in its own turn, and then the alarm.
    async fn drive(self: &Rc<Self>, event: Option<&WebSocket>, input: Input) -> Result<()> {
        let deadline = self.tell(event, input);
        self.alarm.arm(&self.state.storage(), deadline).await
    }

    /// Tells the machine what happened; the value is its deadline.
    #[inline(never)]
    fn tell(self: &Rc<Self>, event: Option<&WebSocket>, input: Input) -> Option<Time> {
        let mut input = Some(input);
        self.step(event, &mut |machine, now| input.take().map(|input| machine.handle(now, input)).unwrap_or_default())
    }

    /// Lets the machine take a step and performs what comes of it; the value is its deadline. One function for all
    /// kinds of steps: each copy of it would weigh twenty kilobytes.
    #[inline(never)]
    fn step(
        self: &Rc<Self>,
        event: Option<&WebSocket>,
        take: &mut dyn FnMut(&mut Machine, Time) -> Vec<Effect>,
    ) -> Option<Time> {
        let now = host::now();
        let mut machine = match self.machine.take() {
            Some(machine) => machine,
            None => self.recover(event, now),
        };
        let mut answers = VecDeque::new();
        let effects = take(&mut machine, now);
        answers.extend(self.perform(effects));
        while let Some(answer) = answers.pop_front() {
            answers.extend(self.perform(machine.handle(now, answer)));
        }
        let deadline = machine.deadline();
        self.machine.set(Some(machine));
        deadline
    }

    fn recover(self: &Rc<Self>, event: Option<&WebSocket>, now: Time) -> Machine {
        let remains = self.sockets.borrow_mut().recover(&self.state, event);
        // It counts from here: the presence object adds up what each life of the machine has counted.
        self.tally.take();
        self.meter.take();
        let orders = kept::load(&self.state, Orders::decode).unwrap_or_default();
        let rules = Rules { orders, ..self.rules.clone() };
        let (machine, effects) = Machine::restore(rules, now, remains);
        drop(self.perform(effects));
        machine
    }

    /// Performs effects in order; what they find out is returned.
    fn perform(self: &Rc<Self>, effects: Vec<Effect>) -> Vec<Input> {
        let mut sockets = self.sockets.borrow_mut();
        let mut answers = Vec::new();
        for effect in effects {
            match effect {
                Effect::Keep { line, record } => sockets.keep(line, &record),
                Effect::Send { line, frame } => sockets.send(line, &frame.seal(|ticket| self.seal(&ticket)).encode()),
                Effect::Close { line, code, reason } => {
                    sockets.close(line, code, &reason.map(|told| told.to_string()).unwrap_or_default());
                }
                Effect::Probe { line } => {
                    answers.push(Input::Heard { line, ping: sockets.last_ping(&self.state, line) });
                }
                Effect::KeepOrders(orders) => {
                    if let Err(error) = kept::save(&self.state, orders.encode()) {
                        host::log("a pause or a ban could not be kept", &error);
                    }
                }
                Effect::Count(fact) => {
                    let mut tally = self.tally.get();
                    tally.count(fact);
                    self.tally.set(tally);
                }
                Effect::Report(report) => {
                    let tally = self.tally.get();
                    self.measure(&report, &tally);
                    self.send(Errand::Report(Box::new((report, tally))));
                }
                Effect::File { session, filing } => self.send(Errand::File(session, filing)),
                Effect::Doubt(visitor) => self.send(Errand::Doubt(visitor)),
            }
        }
        answers
    }

    fn seal(&self, ticket: &Ticket) -> String {
        // Without keys no line gets past its hello, and without entropy nothing is sealed at all.
        match (&self.keys, host::draw()) {
            (Some(keys), Ok(nonce)) => keys.seal_ticket(ticket, &nonce),
            (None, _) | (_, Err(_)) => String::new(),
        }
    }

    /// Does something that takes a while, after this turn. One future for all kinds: each weighs five kilobytes.
    fn send(self: &Rc<Self>, errand: Errand) {
        let shell = Rc::clone(self);
        self.state.wait_until(async move {
            let told = match errand {
                Errand::Report(told) => match shell.report(told.0, told.1).await {
                    Ok(answer) => shell.instructed(&answer).await,
                    Err(error) => {
                        host::warn("a report to the presence object was lost", &error);
                        shell.drive(None, Input::ReportLost).await
                    }
                },
                Errand::File(session, filing) => {
                    reports::file(&shell.env, &filing).await;
                    shell.drive(None, Input::Filed { session, conversation: filing.conversation }).await
                }
                Errand::Doubt(visitor) => shell.tell_presence("/doubt", &visitor).await.map(drop),
            };
            if let Err(error) = told {
                host::log("what follows from a step could not be done", &error);
            }
        });
    }

    async fn report(&self, report: Report, tally: Tally) -> Result<Vec<u8>> {
        self.tell_presence("/report", &(&self.rules.name, report, tally)).await
    }

    async fn tell_presence(&self, path: &str, what: &impl serde::Serialize) -> Result<Vec<u8>> {
        let body = postcard::to_allocvec(what).unwrap_or_default();
        let presence = self.env.durable_object(config::PRESENCE_BINDING)?.get_by_name(config::PRESENCE)?;
        presence.fetch_with_request(host::internal(path, &[], Some(&body))?).await?.bytes().await
    }

    /// Writes to the operator's metrics, where there are any.
    fn measure(&self, report: &Report, tally: &Tally) {
        let Ok(metrics) = self.env.analytics_engine(config::METRICS_BINDING) else { return };
        for Point { kind, name, number } in self.meter.borrow_mut().points(host::now(), report.census, *tally) {
            #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
            let point = AnalyticsEngineDataPointBuilder::new()
                .indexes([self.rules.name.as_str()])
                .add_blob(kind)
                .add_blob(name)
                .add_double(number as f64);
            if let Err(error) = point.write_to(&metrics) {
                host::log("a point could not be written to the metrics", &error);
            }
        }
    }
}
