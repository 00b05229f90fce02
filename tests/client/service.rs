//! The world's side of the service: the lobby, what reaches it, and how it loses its memory.

use edgewise::domain::door::Arrival;
use edgewise::domain::id::{LineId, VisitorId};
use edgewise::domain::lobby::{Effect, Input, Lobby, Remains};
use edgewise::domain::protocol::{ClientFrame, CloseCode, PING, PONG, ServerFrame, decode};
use edgewise::domain::session::Record;
use edgewise::domain::ticket::Pass;

use crate::world::{Carried, Wire, World};

impl World {
    pub fn at_service(&mut self, wire: usize, carried: Carried) {
        if !self.wires[wire].service {
            return;
        }
        let line = self.wires[wire].line;
        match carried {
            Carried::Opened => {}
            // Answered by the runtime, without the object.
            Carried::Text(text) if text == PING => {
                self.wires[wire].ping = Some(self.now);
                self.carry(wire, false, Carried::Text(PONG.to_owned()));
            }
            Carried::Text(text) => {
                let arrival = match decode(&text) {
                    Ok(ClientFrame::Hello(hello)) => {
                        let who: u8 = hello.pass.as_deref().expect("a pass")[1..].parse().expect("a number");
                        let pass = Pass::new(VisitorId([who; 16]), self.now);
                        let number = |ticket: &str| ticket[1..].parse::<usize>().expect("a number");
                        let ticket = hello.ticket.as_deref().map(|text| self.tickets[number(text)].clone());
                        Arrival::Hello(hello, Some(pass), ticket.map(Box::new))
                    }
                    Ok(frame) => Arrival::Frame(frame),
                    Err(refusal) => panic!("a client that is not this protocol: {text} {refusal:?}"),
                };
                self.tell_lobby(Input::Arrived { line, arrival });
            }
            Carried::Close(code, _) => {
                self.lost_by_service(wire);
                self.tell_lobby(Input::Closed { line, code });
            }
        }
    }

    pub fn tell_lobby(&mut self, input: Input) {
        self.trace(|| format!("lobby <- {input:?}").chars().take(300).collect());
        let effects = self.lobby.handle(self.now, input);
        self.serve(effects);
    }

    fn serve(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let of = |line: LineId| usize::try_from(line.0).expect("an index");
            match effect {
                Effect::Keep { line, record } => self.wires[of(line)].record = Some(record),
                Effect::Send { line, frame } => {
                    let wire = of(line);
                    if matches!(frame, ServerFrame::Welcome { .. }) {
                        let person = &mut self.people[self.wires[wire].who];
                        person.gone_ms =
                            person.gone_ms.max(person.gone_since.take().map_or(0, |at| self.now.since(at)));
                    }
                    let tickets = &mut self.tickets;
                    let frame = frame.seal(|ticket| {
                        tickets.push(*ticket);
                        format!("t{}", tickets.len() - 1)
                    });
                    let text = frame.encode();
                    self.trace(|| format!("lobby -> {}: {text}", self.wires[wire].who));
                    self.carry(wire, false, Carried::Text(text));
                }
                Effect::Close { line, code, reason } => {
                    let wire = of(line);
                    self.lost_by_service(wire);
                    let reason = reason.map(|ms| ms.to_string()).unwrap_or_default();
                    self.trace(|| format!("lobby -> {}: close {code:?}", self.wires[wire].who));
                    self.note(code_name(code));
                    self.carry(wire, false, Carried::Close(code.number(), reason));
                }
                Effect::Probe { line } => {
                    let ping = self.wires[of(line)].ping;
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

    fn lost_by_service(&mut self, wire: usize) {
        self.wires[wire].service = false;
        self.wires[wire].record = None;
        let who = self.wires[wire].who;
        let seated = |wire: &Wire| wire.service && matches!(wire.record, Some(Record::Seated(_)));
        if !self.wires.iter().any(|other| other.who == who && seated(other)) {
            self.people[who].gone_since.get_or_insert(self.now);
        }
    }

    /// The object loses its memory, and keeps its sockets.
    pub fn hibernate(&mut self) {
        self.note("hibernated");
        self.trace(|| "hibernated".to_owned());
        let held = self.wires.iter().filter(|wire| wire.service);
        let remains = held.map(|wire| {
            let record = wire.record.clone().expect("every socket has a record");
            Remains { line: wire.line, record, ping: wire.ping }
        });
        let (lobby, effects) = Lobby::restore(self.rules.clone(), self.now, remains.collect::<Vec<_>>());
        self.lobby = lobby;
        self.serve(effects);
    }

    /// The object loses its memory and its sockets.
    pub fn forget(&mut self) {
        self.note("forgot");
        self.forgot = true;
        self.trace(|| "forgot".to_owned());
        self.lobby = Lobby::new(self.rules.clone(), self.now);
        for wire in 0..self.wires.len() {
            if self.wires[wire].service {
                self.lost_by_service(wire);
                self.cut(wire, false, true);
            }
        }
    }
}

fn code_name(code: CloseCode) -> &'static str {
    match code {
        CloseCode::Superseded => "superseded",
        CloseCode::Silent => "silent",
        CloseCode::NoHello => "no hello",
        CloseCode::Flooding => panic!("a client that floods"),
        CloseCode::Normal
        | CloseCode::Binary
        | CloseCode::TooLarge
        | CloseCode::Restart
        | CloseCode::Moved
        | CloseCode::Protocol
        | CloseCode::Pass
        | CloseCode::Banned
        | CloseCode::Full => panic!("a line closed with {code:?}"),
    }
}
