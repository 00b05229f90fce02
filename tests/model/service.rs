//! The lobby's side of a state: what reaches the lobby, and what comes of it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edgewise::client::{Heard, read};
use edgewise::domain::door::Arrival;
use edgewise::domain::id::{LineId, NetworkKey, SessionId, VisitorId};
use edgewise::domain::limits::{GRACE_MS, RELOAD_GRACE_MS};
use edgewise::domain::lobby::{Effect, Frame, Input, Lobby, Remains};
use edgewise::domain::protocol::{ClientFrame, PONG, decode};
use edgewise::domain::session::Record;
use edgewise::domain::ticket::{Pass, Ticket};

use crate::world::{BEGINNING, BROKEN, Breach, Down, Mutant, Up, Wire, World, line_of, rules};

/// An object that ended is not there again within the millisecond: generations follow time, and count up within one.
const RESTART_MS: u64 = 10;

impl World {
    /// Opens a socket. What comes first on it is on its way at once; before that there is nothing to go wrong.
    pub fn connect(&mut self, who: usize, socket: u64) {
        let line = line_of(who, socket);
        let place = self.wires.iter().position(|wire| wire.line > line).unwrap_or(self.wires.len());
        self.wires.insert(place, Arc::new(Wire::new(line)));
        let mut session = [0; 16];
        session[..8].copy_from_slice(&line.0.to_be_bytes());
        let network = NetworkKey([visitor(who); 8]);
        self.tell_lobby(Input::Opened { line, session: SessionId(session), network });
    }

    /// The service hears what is first on a line.
    pub fn serve(&mut self, line: LineId) {
        let now = self.now;
        let Some(wire) = self.wire(line) else { return };
        match wire.up.pop_front() {
            None => {}
            // Answered by the runtime, without the object.
            Some(Up::Ping) => {
                wire.ping = Some(now);
                let pong = read(PONG).expect("a pong");
                self.put_down(line, Down::Frame(pong.0, None));
            }
            Some(Up::Frame(arrival)) => {
                let relayed = relayed(&arrival);
                let who = wire.who();
                let effects = self.handle(Input::Arrived { line, arrival });
                self.check_relay(who, relayed.as_ref(), &effects);
                self.perform_all(effects);
            }
            Some(Up::Close(code)) => {
                self.lost_by_service(line, code);
                self.tell_lobby(Input::Closed { line, code });
            }
        }
    }

    pub fn tell_lobby(&mut self, input: Input) {
        let effects = self.handle(input);
        self.check_relay(usize::MAX, None, &effects);
        self.perform_all(effects);
    }

    fn handle(&mut self, input: Input) -> Vec<Effect> {
        Arc::make_mut(&mut self.lobby).handle(self.now, input)
    }

    /// What `from` said reaches at most one other person, as what it was; and nobody hears what nobody said.
    fn check_relay(&mut self, from: usize, said: Option<&Heard>, effects: &[Effect]) {
        let heard = effects.iter().filter_map(|effect| match effect {
            Effect::Send { line, frame } => Some((*line, read_as(frame)?)),
            Effect::Keep { .. }
            | Effect::Close { .. }
            | Effect::Probe { .. }
            | Effect::KeepOrders(_)
            | Effect::File { .. }
            | Effect::Doubt(_)
            | Effect::Count(_)
            | Effect::Report(_) => None,
        });
        let heard: Vec<(LineId, Heard)> = heard.collect();
        let whole = heard.len() <= 1 && heard.iter().all(|(_, frame)| Some(frame) == said);
        let strayed = heard.iter().any(|(line, _)| {
            self.wires.iter().find(|wire| wire.line == *line).is_none_or(|wire| wire.who() == from || !wire.service)
        });
        if !whole || strayed {
            self.breach(Breach::Strayed);
        }
    }

    pub fn perform_all(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Keep { line, record } => {
                    let once = self.mutant == Some(Mutant::KeepsRecords);
                    let stale = |wire: &Wire| once && matches!(wire.record, Some(Record::Seated(_)));
                    if let Some(wire) = self.wire(line).filter(|wire| !stale(wire)) {
                        wire.record = Some(record);
                    }
                }
                Effect::Send { line, frame } => {
                    let text = frame.seal(|ticket| write_ticket(&ticket)).encode();
                    let (frame, ticket) = read(&text).expect("a frame of the service");
                    if let (Heard::Welcome(..), Some(wire)) = (&frame, self.wire(line)) {
                        let who = wire.who();
                        self.person(who).gone = None;
                    }
                    self.put_down(line, Down::Frame(frame, ticket));
                }
                Effect::Close { line, code, reason } => {
                    self.lost_by_service(line, code.number());
                    let reason = reason.map(|ms| ms.to_string()).unwrap_or_default();
                    self.put_down(line, Down::Close(code.number(), reason));
                }
                Effect::Probe { line } => {
                    let ping = self.wire(line).and_then(|wire| wire.ping);
                    self.tell_lobby(Input::Heard { line, ping });
                }
                Effect::KeepOrders(_)
                | Effect::File { .. }
                | Effect::Doubt(_)
                | Effect::Count(_)
                | Effect::Report(_) => {}
            }
        }
    }

    fn put_down(&mut self, line: LineId, what: Down) {
        if let Some(wire) = self.wire(line).filter(|wire| !wire.cut && wire.client) {
            wire.down.push_back(what);
        }
    }

    fn lost_by_service(&mut self, line: LineId, code: u16) {
        let Some(wire) = self.wire(line) else { return };
        let who = wire.who();
        let seated = matches!(wire.record, Some(Record::Seated(_)));
        (wire.service, wire.record, wire.ping) = (false, None, None);
        wire.up.clear();
        if seated && self.seated_line(who).is_none() {
            let grace_ms = if code == 1001 { RELOAD_GRACE_MS } else { GRACE_MS };
            self.person(who).gone = Some((self.now, grace_ms));
        }
    }

    /// The line on which the lobby has seated somebody.
    pub fn seated_line(&self, who: usize) -> Option<&Wire> {
        let seated = |wire: &&Arc<Wire>| wire.who() == who && matches!(wire.record, Some(Record::Seated(_)));
        self.wires.iter().find(seated).map(|wire| &**wire)
    }

    /// What is left of a lobby that hibernates.
    pub fn remains(&self) -> Vec<Remains> {
        let left = |wire: &Arc<Wire>| Some(Remains { line: wire.line, record: wire.record.clone()?, ping: wire.ping });
        self.wires.iter().filter(|wire| wire.service).filter_map(left).collect()
    }

    /// The object loses its memory, and keeps its sockets.
    pub fn hibernate(&mut self) {
        let (lobby, effects) = Lobby::restore(rules(), self.now, self.remains());
        self.lobby = Arc::new(lobby);
        self.perform_all(effects);
    }

    /// The object loses its memory and its sockets.
    pub fn forget(&mut self) {
        self.forgot = true;
        self.now = self.now.plus(RESTART_MS);
        self.lobby = Arc::new(Lobby::new(rules(), self.now));
        for line in self.wires.iter().filter(|wire| wire.service).map(|wire| wire.line).collect::<Vec<_>>() {
            self.lost_by_service(line, BROKEN);
            self.cut(line);
        }
    }

    /// A line breaks. What is on it is lost, and each side learns of it in its own time.
    pub fn cut(&mut self, line: LineId) {
        let Some(wire) = self.wire(line) else { return };
        wire.cut = true;
        wire.up.clear();
        wire.down.clear();
        if wire.service {
            wire.up.push_back(Up::Close(BROKEN));
        }
        if wire.client {
            wire.down.push_back(Down::Close(BROKEN, String::new()));
        }
    }
}

/// What a client puts on its line, as it arrives.
pub fn arrival(who: usize, text: &str) -> Arrival {
    match decode(text) {
        Ok(ClientFrame::Hello(hello)) => {
            let ticket = hello.ticket.as_deref().map(|text| Box::new(read_ticket(text)));
            Arrival::Hello(hello, Some(Pass::new(VisitorId([visitor(who); 16]), BEGINNING)), ticket)
        }
        Ok(frame) => Arrival::Frame(frame),
        Err(refusal) => panic!("a client that is not this protocol: {text} {refusal:?}"),
    }
}

fn visitor(who: usize) -> u8 {
    u8::try_from(who + 1).expect("few")
}

fn write_ticket(ticket: &Ticket) -> String {
    URL_SAFE_NO_PAD.encode(postcard::to_allocvec(ticket).expect("a ticket"))
}

fn read_ticket(text: &str) -> Ticket {
    let bytes = URL_SAFE_NO_PAD.decode(text).expect("a ticket");
    postcard::from_bytes(&bytes).expect("a ticket")
}

/// What is for the partner alone, as the partner hears it.
fn relayed(arrival: &Arrival) -> Option<Heard> {
    let Arrival::Frame(frame) = arrival else { return None };
    let c = frame.conversation().map(ToString::to_string).unwrap_or_default();
    match frame {
        ClientFrame::Say { n, text, .. } => Some(Heard::Say(c, *n, Some(text.clone().into_string()))),
        ClientFrame::Got { n, .. } => Some(Heard::Got(c, *n)),
        ClientFrame::Seen { n, .. } => Some(Heard::Seen(c, *n)),
        ClientFrame::Typing { on, .. } => Some(Heard::Typing(c, *on)),
        ClientFrame::Hello(_)
        | ClientFrame::Find { .. }
        | ClientFrame::Stop { .. }
        | ClientFrame::Block { .. }
        | ClientFrame::Report { .. } => None,
    }
}

/// The same, of a frame of the lobby.
fn read_as(frame: &Frame) -> Option<Heard> {
    match frame {
        Frame::Say { conversation, n, text, .. } => Some(Heard::Say(conversation.to_string(), *n, Some(text.clone()))),
        Frame::Got { conversation, n } => Some(Heard::Got(conversation.to_string(), *n)),
        Frame::Seen { conversation, n } => Some(Heard::Seen(conversation.to_string(), *n)),
        Frame::Typing { conversation, on } => Some(Heard::Typing(conversation.to_string(), *on)),
        Frame::Welcome { .. }
        | Frame::Waiting { .. }
        | Frame::Matched { .. }
        | Frame::Resumed(_)
        | Frame::Partner { .. }
        | Frame::Ended { .. }
        | Frame::Done { .. }
        | Frame::Error(_) => None,
    }
}
