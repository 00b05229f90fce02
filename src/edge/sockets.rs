//! The sockets of an object, by line: what is kept with them, sent to them, and known of them.

use worker::js_sys::{Date, Function, Reflect, Uint8Array};
use worker::wasm_bindgen::{JsCast as _, JsValue};
use worker::worker_sys::ext::WebSocketExt as _;
use worker::{Result, State, WebSocket, WebSocketRequestResponsePair};

use crate::domain::id::LineId;
use crate::domain::lobby::Remains;
use crate::domain::protocol::{CloseCode, PING, PONG};
use crate::domain::session::Record;
use crate::domain::sorted::Sorted;
use crate::domain::time::Time;

/// Where a socket's line is noted, so that a frame is not delayed by decoding what is kept.
const LINE: &str = "edgewiseLine";

/// The sockets of an object.
#[derive(Default)]
pub(super) struct Sockets {
    by_line: Sorted<LineId, WebSocket>,
}

impl Sockets {
    /// Lets the runtime answer pings without waking the object.
    pub(super) fn answer_pings(state: &State) -> Result<()> {
        state.set_websocket_auto_response(&WebSocketRequestResponsePair::new(PING, PONG)?);
        Ok(())
    }

    /// Accepts a socket in a way that lets the object hibernate.
    pub(super) fn accept(&mut self, state: &State, line: LineId, socket: WebSocket) -> Result<()> {
        // Not the wrapper, which panics where the runtime refuses.
        state.as_raw().accept_websocket(socket.as_ref())?;
        self.adopt(line, socket);
        Ok(())
    }

    /// Takes over what an earlier life of the object has left. `event` is the socket whose event has woken it: the
    /// runtime may no longer list one that closes.
    pub(super) fn recover(&mut self, state: &State, event: Option<&WebSocket>) -> Vec<Remains> {
        self.by_line = Sorted::default();
        let listed = state.get_websockets().into_iter().chain(event.cloned());
        let mut remains = Vec::new();
        for socket in listed {
            let Some((line, record)) = kept(&socket) else { continue };
            if self.by_line.get(&line).is_some() {
                continue;
            }
            remains.push(Remains { line, record, ping: last_ping(state, &socket) });
            self.adopt(line, socket);
        }
        remains
    }

    fn adopt(&mut self, line: LineId, socket: WebSocket) {
        #[expect(clippy::cast_precision_loss, reason = "lines are drawn from 53 bits")]
        let number = JsValue::from_f64(line.0 as f64);
        // Where it cannot be noted it is decoded instead.
        let _ = Reflect::set(socket.as_ref(), &JsValue::from_str(LINE), &number);
        self.by_line.insert(line, socket);
    }

    /// The line of a socket, also of one that was closed from this side as long as that is remembered.
    pub(super) fn line_of(socket: &WebSocket) -> Option<LineId> {
        let noted = Reflect::get(socket.as_ref(), &JsValue::from_str(LINE)).ok().and_then(|line| line.as_f64());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see adopt")]
        noted.map(|line| LineId(line as u64)).or_else(|| kept(socket).map(|(line, _)| line))
    }

    /// Keeps a record with its socket.
    pub(super) fn keep(&self, line: LineId, record: &Record) {
        if let Some(socket) = self.by_line.get(&line) {
            attach(socket, &Uint8Array::from(record.encode(line).as_slice()).into());
        }
    }

    /// Sends a frame. One that cannot be sent is lost: the closing of its socket is on the way.
    pub(super) fn send(&self, line: LineId, frame: &str) {
        if let Some(socket) = self.by_line.get(&line) {
            let _ = socket.send_with_str(frame);
        }
    }

    /// Closes a socket from this side: what happens to it afterwards is of no interest.
    pub(super) fn close(&mut self, line: LineId, code: CloseCode, reason: &str) {
        if let Some(socket) = self.by_line.remove(&line) {
            attach(&socket, &JsValue::NULL);
            close(&socket, code.number(), reason);
        }
    }

    /// Forgets a socket that was closed from the other side, and answers its closing: without an answer the client
    /// waits for ten seconds.
    pub(super) fn closed(&mut self, line: LineId, socket: &WebSocket, answer: u16) {
        self.by_line.remove(&line);
        // The runtime may list it for a while: nothing of it is to be recovered.
        attach(socket, &JsValue::NULL);
        close(socket, answer, "");
    }

    /// When a line last sent a ping.
    pub(super) fn last_ping(&self, state: &State, line: LineId) -> Option<Time> {
        last_ping(state, self.by_line.get(&line)?)
    }
}

/// Closes a socket; an error says that it is closed already.
fn close(socket: &WebSocket, code: u16, reason: &str) {
    let _ = socket.close(Some(code), Some(reason));
}

fn attach(socket: &WebSocket, value: &JsValue) {
    let _ = socket.as_ref().serialize_attachment(value.clone());
}

fn kept(socket: &WebSocket) -> Option<(LineId, Record)> {
    let bytes = socket.as_ref().deserialize_attachment().ok()?.dyn_into::<Uint8Array>().ok()?;
    Record::decode(&bytes.to_vec())
}

/// The crate does not have this method of the runtime.
fn last_ping(state: &State, socket: &WebSocket) -> Option<Time> {
    let method = Reflect::get(state.as_raw(), &JsValue::from_str("getWebSocketAutoResponseTimestamp")).ok()?;
    let date = method.dyn_ref::<Function>()?.call1(state.as_raw(), socket.as_ref()).ok()?;
    let ms = date.dyn_ref::<Date>()?.get_time();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time after 1970, in whole ms")]
    (ms >= 0.0).then(|| Time::from_ms(ms as u64))
}
