//! A person's end of a socket: sends frames, and insists on what comes back.
//!
//! Whatever is waited for has a deadline, and what came instead is told with all that came before it. That nothing
//! comes is never proved by waiting: see [`Person::hears_nothing`].

use std::collections::VecDeque;
use std::panic::Location;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::site::Entry;

/// How long an answer may take on a machine that does other things too.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);
/// Where a frame that comes means: this close frame carried no code (RFC 6455 section 7.1.5).
pub(crate) const NO_CODE: u16 = 1005;
/// How many of the latest frames are shown when something else was expected.
const TRACE: usize = 24;

/// What a socket may bring.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Came {
    /// A frame of the service, without its ticket and its tag.
    Frame(Value),
    /// Text that is no JSON.
    Text(String),
    /// A close frame with its code and reason.
    Closed(u16, String),
    /// The line broke.
    Broken(String),
    /// Nothing, for as long as was waited.
    Nothing,
}

/// Somebody at the end of a socket.
pub(crate) struct Person {
    /// The visitor id, once entered.
    pub(crate) visitor: String,
    /// The newest ticket.
    pub(crate) ticket: String,
    /// The tag of the newest message.
    pub(crate) tag: String,
    who: String,
    line: WebSocketStream<TcpStream>,
    trace: VecDeque<String>,
    probes: u64,
}

impl Person {
    /// Opens a socket and says nothing yet.
    pub(crate) async fn open(
        who: &str,
        site: &str,
        path: &str,
        origin: &str,
        headers: &[(&'static str, &str)],
    ) -> Self {
        let opened = Self::try_open(who, site, path, origin, headers).await;
        opened.unwrap_or_else(|error| panic!("{who} could not connect: {error}"))
    }

    /// The same, or why the service refuses it.
    pub(crate) async fn try_open(
        who: &str,
        site: &str,
        path: &str,
        origin: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tokio_tungstenite::tungstenite::Error> {
        let authority = site.trim_start_matches("http://");
        let mut request = format!("ws://{authority}{path}").into_client_request().expect("an address");
        for (name, value) in headers.iter().chain(&[("origin", origin)]) {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        let stream = TcpStream::connect(authority).await.expect("the worker listens");
        stream.set_nodelay(true).expect("a socket option");
        let opened = timeout(DEADLINE, client_async(request, stream)).await.expect("an upgrade in time");
        let (line, _) = opened?;
        Ok(Self {
            visitor: String::new(),
            ticket: String::new(),
            tag: String::new(),
            who: who.to_owned(),
            line,
            trace: VecDeque::new(),
            probes: 0,
        })
    }

    /// The name by which a failure tells them apart.
    pub(crate) fn who(&self) -> &str {
        &self.who
    }

    /// Says `hello` and is welcomed.
    pub(crate) async fn welcomed(mut self, entry: Entry) -> Self {
        self.send(&json!({ "type": "hello", "v": 1, "pass": entry.pass })).await;
        let welcome = self.expect_a("welcome").await;
        assert_eq!((&welcome["v"], &welcome["state"]), (&json!(1), &json!("idle")), "{welcome}");
        self.visitor = entry.visitor;
        self
    }

    /// Says `hello` with a ticket, on a line of this number, and is told how things stand.
    pub(crate) async fn comes_back(mut self, entry: &Entry, ticket: &str, number: u64) -> (Self, Value) {
        let hello = json!({ "type": "hello", "v": 1, "pass": entry.pass, "ticket": ticket, "line": number });
        self.send(&hello).await;
        let welcome = self.expect_a("welcome").await;
        entry.visitor.clone_into(&mut self.visitor);
        (self, welcome["state"].clone())
    }

    /// Sends a frame.
    pub(crate) async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    /// Sends any text.
    pub(crate) async fn send_text(&mut self, text: &str) {
        self.send_at_once([text.to_owned()]).await;
    }

    /// Sends texts in one go.
    pub(crate) async fn send_at_once(&mut self, texts: impl IntoIterator<Item = String>) {
        for text in texts {
            self.note("→", &text);
            // An error says that the line is closed; what has closed it is for the reading side to tell.
            let _ = self.line.feed(Message::text(text)).await;
        }
        let _ = self.line.flush().await;
    }

    /// Sends something that is not text.
    pub(crate) async fn send_message(&mut self, message: Message) {
        self.note("→", &format!("a message of {} bytes", message.len()));
        let _ = self.line.send(message).await;
    }

    /// Sends a close frame, with a code or without.
    pub(crate) async fn close(&mut self, code: Option<u16>) {
        self.note("→", &format!("close {code:?}"));
        let frame = code.map(|code| CloseFrame { code: code.into(), reason: "".into() });
        self.line.close(frame).await.expect("an open line");
    }

    /// Says something in a conversation.
    pub(crate) async fn say(&mut self, conversation: &str, n: u64, text: &str) {
        self.send(&say(conversation, n, text)).await;
    }

    /// What comes next, by `deadline`.
    pub(crate) async fn next_within(&mut self, deadline: Duration) -> Came {
        let Ok(came) = timeout(deadline, self.line.next()).await else { return Came::Nothing };
        let came = match came {
            Some(Ok(Message::Text(text))) => match serde_json::from_str::<Value>(&text) {
                Ok(mut frame) => {
                    for (name, kept) in [("ticket", &mut self.ticket), ("tag", &mut self.tag)] {
                        let field = frame.as_object_mut().and_then(|fields| fields.remove(name));
                        field.as_ref().and_then(Value::as_str).into_iter().for_each(|text| text.clone_into(kept));
                    }
                    Came::Frame(frame)
                }
                Err(_) => Came::Text(text.to_string()),
            },
            Some(Ok(Message::Close(frame))) => frame.map_or(Came::Closed(NO_CODE, String::new()), |frame| {
                Came::Closed(frame.code.into(), frame.reason.to_string())
            }),
            Some(other) => Came::Broken(format!("{other:?}")),
            None => Came::Broken("the end".to_owned()),
        };
        self.note("←", &format!("{came:?}"));
        came
    }

    /// What comes next.
    pub(crate) async fn next(&mut self) -> Came {
        self.next_within(DEADLINE).await
    }

    /// Exactly this frame comes next.
    #[track_caller]
    pub(crate) fn expect(&mut self, frame: Value) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move {
            let came = self.next().await;
            assert!(
                came == Came::Frame(frame.clone()),
                "{at}: {} expected {frame}, but {}",
                self.who,
                self.told(&came)
            );
        }
    }

    /// A frame of this type comes next.
    #[track_caller]
    pub(crate) fn expect_a(&mut self, kind: &str) -> impl Future<Output = Value> {
        let at = Location::caller();
        async move {
            let came = self.next().await;
            if let Came::Frame(frame) = &came
                && frame["type"] == kind
            {
                return frame.clone();
            }
            panic!("{at}: {} expected `{kind}`, but {}", self.who, self.told(&came));
        }
    }

    /// Some frame comes next.
    #[track_caller]
    pub(crate) fn expect_any(&mut self) -> impl Future<Output = Value> {
        let at = Location::caller();
        async move {
            match self.next().await {
                Came::Frame(frame) => frame,
                came @ (Came::Text(_) | Came::Closed(..) | Came::Broken(_) | Came::Nothing) => {
                    panic!("{at}: {} expected a frame, but {}", self.who, self.told(&came))
                }
            }
        }
    }

    /// The runtime's own answer to `ping` comes next.
    #[track_caller]
    pub(crate) fn expect_pong(&mut self) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move {
            let came = self.next().await;
            assert!(came == Came::Text("pong".into()), "{at}: {} expected pong, but {}", self.who, self.told(&came));
        }
    }

    /// The line is closed next, with this code; the value is the reason.
    #[track_caller]
    pub(crate) fn expect_closed(&mut self, code: u16) -> impl Future<Output = String> {
        self.expect_closed_within(DEADLINE, code)
    }

    /// The same, by `deadline`.
    #[track_caller]
    pub(crate) fn expect_closed_within(&mut self, deadline: Duration, code: u16) -> impl Future<Output = String> {
        let at = Location::caller();
        async move {
            let came = self.next_within(deadline).await;
            if let Came::Closed(with, reason) = &came
                && *with == code
            {
                return reason.clone();
            }
            panic!("{at}: {} expected to be closed with {code}, but {}", self.who, self.told(&came));
        }
    }

    /// The frames that come until the line is closed, with this code; and the reason.
    #[track_caller]
    pub(crate) fn until_closed(&mut self, code: u16) -> impl Future<Output = (Vec<Value>, String)> {
        let at = Location::caller();
        async move {
            let mut frames = Vec::new();
            let mut came = self.next().await;
            while let Came::Frame(frame) = came {
                frames.push(frame);
                came = self.next().await;
            }
            if let Came::Closed(with, reason) = &came
                && *with == code
            {
                return (frames, reason.clone());
            }
            panic!("{at}: {} expected to be closed with {code}, but {}", self.who, self.told(&came));
        }
    }

    /// Nothing has come: a frame that is sure to be answered is, and its answer is the next thing to come.
    #[track_caller]
    pub(crate) fn hears_nothing(&mut self) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move {
            self.probes += 1;
            self.say("nobody", self.probes, "anything?").await;
            let answer =
                json!({ "type": "error", "code": "not_talking", "re": "say", "c": "nobody", "n": self.probes });
            let came = self.next().await;
            assert!(came == Came::Frame(answer), "{at}: {} expected nothing, but {}", self.who, self.told(&came));
        }
    }

    /// Waits in the queue.
    pub(crate) async fn wait(&mut self) {
        self.send(&json!({ "type": "find" })).await;
        self.expect_a("waiting").await;
    }

    /// Waits, and is found by `other`; the value is the conversation.
    pub(crate) async fn meet(&mut self, other: &mut Self) -> String {
        self.wait().await;
        self.is_found_by(other).await
    }

    /// Is found by `other`; the value is the conversation.
    pub(crate) async fn is_found_by(&mut self, other: &mut Self) -> String {
        other.send(&json!({ "type": "find" })).await;
        let (theirs, ours) = (other.expect_a("matched").await, self.expect_a("matched").await);
        assert_eq!(theirs, ours);
        ours["conversation"].as_str().expect("a name").to_owned()
    }

    fn note(&mut self, direction: &str, what: &str) {
        if self.trace.len() == TRACE {
            self.trace.pop_front();
        }
        self.trace.push_back(format!("{direction} {}", what.chars().take(200).collect::<String>()));
    }

    fn told(&self, came: &Came) -> String {
        let trace: Vec<&str> = self.trace.iter().map(String::as_str).collect();
        format!("this came: {came:?}\n{}", trace.join("\n"))
    }
}

/// A message.
pub(crate) fn say(conversation: &str, n: u64, text: &str) -> Value {
    json!({ "type": "say", "c": conversation, "n": n, "text": text })
}

/// The partner's line broke, and the seat is kept.
pub(crate) fn away(conversation: &str, grace_ms: u64) -> Value {
    json!({ "type": "partner", "c": conversation, "state": "away", "grace_ms": grace_ms })
}

/// The partner is back.
pub(crate) fn here(conversation: &str) -> Value {
    json!({ "type": "partner", "c": conversation, "state": "here" })
}

/// The same conversation as before, with the partner there.
pub(crate) fn resumed(conversation: &str) -> Value {
    json!({ "type": "resumed", "conversation": conversation, "common": [], "partner": "here" })
}

/// The end of a conversation.
pub(crate) fn ended(conversation: &str, reason: &str) -> Value {
    json!({ "type": "ended", "c": conversation, "reason": reason })
}
