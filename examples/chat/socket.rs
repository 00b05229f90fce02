//! One socket of a client: it says what it is told to, and tells what comes and how it ends.

use std::time::Duration;

use edgewise::client::{Input, read};
use futures::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::shell::Way;

/// Where a close frame comes without one.
const NO_CODE: u16 = 1005;
/// Where no close frame came.
const BROKEN: u16 = 1006;
/// How long a farewell may take on a line that may be dead.
const FAREWELL: Duration = Duration::from_secs(2);

/// What goes out.
#[derive(Debug)]
pub enum Outgoing {
    /// A frame.
    Text(String),
    /// A close frame, with a code or without; the last that goes out.
    Close(Option<u16>),
}

/// A socket that is open, or on its way.
pub struct Socket {
    outgoing: mpsc::UnboundedSender<Outgoing>,
    task: JoinHandle<()>,
}

impl Socket {
    /// Says something. What cannot go out is kept where it was made, and its owner hears of the broken line.
    pub fn send(&self, what: Outgoing) {
        let _ = self.outgoing.send(what);
    }

    /// Gives the socket up. Nothing is heard of it any more; the task ends when the other side knows, or should.
    pub fn close(self, code: Option<u16>) -> JoinHandle<()> {
        self.send(Outgoing::Close(code));
        self.task
    }
}

/// Opens a socket to a lobby. Dropping it, or closing it, is the end of it.
pub fn open(socket: u64, way: &Way, lobby: &str, events: mpsc::UnboundedSender<Input>) -> Socket {
    let (outgoing, said) = mpsc::unbounded_channel();
    let task = tokio::spawn(live(socket, way.clone(), lobby.to_owned(), said, events));
    Socket { outgoing, task }
}

async fn live(
    socket: u64,
    way: Way,
    lobby: String,
    mut said: mpsc::UnboundedReceiver<Outgoing>,
    events: mpsc::UnboundedSender<Input>,
) {
    let connected = tokio::select! {
        connected = connect(&way, &lobby) => connected,
        // Nothing goes out on a socket that is not open yet, but its end.
        _ = said.recv() => return,
    };
    let end = match connected {
        None => (BROKEN, String::new()),
        Some(line) => {
            let _ = events.send(Input::Opened { socket });
            match carry(socket, line, &mut said, &events).await {
                Some(end) => end,
                None => return,
            }
        }
    };
    let (code, reason) = end;
    let _ = events.send(Input::Closed { socket, code, reason });
}

async fn connect(way: &Way, lobby: &str) -> Option<WebSocketStream<TcpStream>> {
    let authority = way.site.split_once("://")?.1;
    let mut request = format!("ws://{authority}/ws/{lobby}").into_client_request().ok()?;
    request.headers_mut().insert("origin", way.site.parse().ok()?);
    let stream = TcpStream::connect(way.through.as_deref().unwrap_or(authority)).await.ok()?;
    stream.set_nodelay(true).ok()?;
    Some(client_async(request, stream).await.ok()?.0)
}

/// Carries frames both ways until the line ends; `None` where this side has ended it.
async fn carry(
    socket: u64,
    mut line: WebSocketStream<TcpStream>,
    said: &mut mpsc::UnboundedReceiver<Outgoing>,
    events: &mpsc::UnboundedSender<Input>,
) -> Option<(u16, String)> {
    loop {
        tokio::select! {
            what = said.recv() => match what {
                Some(Outgoing::Text(text)) => {
                    if line.send(Message::text(text)).await.is_err() {
                        return Some((BROKEN, String::new()));
                    }
                }
                Some(Outgoing::Close(code)) => {
                    let frame = code.map(|code| CloseFrame { code: code.into(), reason: "".into() });
                    let farewell = async {
                        let _ = line.close(frame).await;
                        while line.next().await.is_some_and(|came| came.is_ok()) {}
                    };
                    let _ = timeout(FAREWELL, farewell).await;
                    return None;
                }
                None => return None,
            },
            came = line.next() => match came {
                Some(Ok(Message::Text(text))) => {
                    if let Some((frame, ticket)) = read(&text) {
                        let _ = events.send(Input::Heard { socket, frame, ticket });
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    // The answer to it goes out before the line is dropped.
                    let _ = timeout(FAREWELL, line.flush()).await;
                    return Some(frame.map_or((NO_CODE, String::new()), |frame| {
                        (frame.code.into(), frame.reason.to_string())
                    }));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Some((BROKEN, String::new())),
            },
        }
    }
}
