//! What a client does, step by step: the scripts that the page plays as well. `tests/vectors/README.md` says how.

use std::collections::BTreeMap;

use edgewise::client::{Chance, Client, Effect, Heard, Input, Kept, Show, Wanted, Why, read};
use edgewise::domain::time::Time;
use serde_json::{Map, Value, json};

use crate::{text, vectors};

/// A script with everything that is played before it.
struct Script {
    steps: Vec<Value>,
    limits: Map<String, Value>,
    chance: Chance,
    pings: bool,
}

fn scripts() -> BTreeMap<String, Script> {
    let mut scripts = BTreeMap::<String, Script>::new();
    for vector in vectors(include_str!("../vectors/client_scripts.json")) {
        let before = vector["after"].as_str().map(|name| scripts[name].steps.clone());
        let steps = before.into_iter().flatten().chain(vector["steps"].as_array().expect("steps").iter().cloned());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of 65 536")]
        let chance = (vector["chance"].as_f64().unwrap_or_default() * 65_536.0) as u16;
        let script = Script {
            steps: steps.collect(),
            limits: vector["limits"].as_object().cloned().unwrap_or_default(),
            chance: Chance(chance),
            pings: vector["needs"].as_array().is_some_and(|needs| needs.contains(&json!("ping"))),
        };
        let name = text(&vector["name"]).to_owned();
        assert!(scripts.insert(name.clone(), script).is_none(), "two scripts are named `{name}`");
    }
    scripts
}

#[test]
fn a_client_does_what_the_scripts_say() {
    let mut failures = Vec::new();
    for (name, script) in scripts() {
        if let Err(failure) = Stage::new(&script).play() {
            failures.push(format!("{name}\n    {failure}"));
        }
    }
    assert!(failures.is_empty(), "{} scripts failed:\n{}", failures.len(), failures.join("\n"));
}

/// One client, with everything around it played.
struct Stage<'a> {
    script: &'a Script,
    client: Client,
    now: Time,
    kept: Kept,
    /// The numbers of the sockets, in the order in which they were opened.
    sockets: Vec<u64>,
    /// What the line does, and what is shown.
    acts: Vec<Value>,
    shown: Vec<Value>,
}

impl<'a> Stage<'a> {
    fn new(script: &'a Script) -> Self {
        let (now, kept) = (Time::from_ms(1_800_000_000_000), Kept::default());
        let client = Client::restore(now, kept.clone());
        Self { script, client, now, kept, sockets: Vec::new(), acts: Vec::new(), shown: Vec::new() }
    }

    fn play(mut self) -> Result<(), String> {
        let began = self.now;
        for step in &self.script.steps {
            self.pass_to(began.plus(step["at"].as_u64().ok_or("a time")?));
            self.put_in(&step["in"], step["line"].as_u64());
            self.pass_to(self.now);
            let (acts, shown) = (std::mem::take(&mut self.acts), std::mem::take(&mut self.shown));
            let expected = step["out"].as_array().ok_or("a list of outs")?;
            let (expected_shown, expected_acts): (Vec<_>, Vec<_>) =
                expected.iter().cloned().partition(|out| out.get("show").is_some());
            if acts != expected_acts || shown != expected_shown {
                return Err(format!("{step}\n    came out: {} {}", json!(acts), json!(shown)));
            }
            let kept = serde_json::to_string(&self.kept).map_err(|error| error.to_string())?;
            assert_eq!(serde_json::from_str::<Kept>(&kept).ok().as_ref(), Some(self.client.kept()), "not saved");
        }
        Ok(())
    }

    fn pass_to(&mut self, until: Time) {
        for _ in 0..1_000 {
            let Some(deadline) = self.client.deadline().filter(|deadline| *deadline <= until) else {
                self.now = until;
                return;
            };
            self.now = self.now.max(deadline);
            self.handle(Input::Tick);
        }
        panic!("time does not pass");
    }

    fn put_in(&mut self, given: &Value, line: Option<u64>) {
        let (kind, value) =
            given.as_object().and_then(|given| given.iter().find(|(kind, _)| *kind != "reason")).unwrap();
        let number = line.map_or(self.sockets.len(), |line| usize::try_from(line).unwrap());
        let socket = number.checked_sub(1).map_or(0, |place| self.sockets[place]);
        let named = |field: &str| value[field].as_str().map(str::to_owned).unwrap_or_default();
        self.handle(match kind.as_str() {
            "find" if value.is_object() => Input::Find(serde_json::from_value(value.clone()).expect("preferences")),
            "find" => Input::Find(self.client.kept().wanted.clone()),
            "next" => Input::Next,
            "stop" => Input::Stop,
            "block" => Input::Block,
            "report" => Input::Report { reason: text(value).to_owned(), note: None },
            "say" => Input::Say(text(value).to_owned()),
            "visible" => Input::Visible(value == &json!(true)),
            "nudge" => Input::Nudge,
            "leave" => Input::Leave,
            "entered" => Input::Entered { pass: named("pass"), lobby: named("lobby"), visitor: None },
            "refused" => Input::NotEntered { code: named("code"), retry_ms: value["retry_ms"].as_u64() },
            "open" => Input::Opened { socket },
            "close" => {
                let code = u16::try_from(value.as_u64().expect("a code")).unwrap();
                Input::Closed { socket, code, reason: given["reason"].as_str().unwrap_or_default().to_owned() }
            }
            "pong" => Input::Heard { socket, frame: Heard::Pong, ticket: None },
            "frame" => {
                let Some((frame, ticket)) = read(&self.filled_in(value).to_string()) else { return };
                Input::Heard { socket, frame, ticket }
            }
            "reload" => {
                self.client = Client::restore(self.now, self.kept.clone());
                return;
            }
            "tick" => return,
            other => panic!("unknown: {other}"),
        });
    }

    /// A frame with the fields that say nothing.
    fn filled_in(&self, frame: &Value) -> Value {
        let mut limits = json!({
            "frame_bytes": 8192, "text_chars": 2000, "interests": 10, "interest_chars": 32, "in_flight": 16,
            "ping_ms": 25_000, "pong_ms": 10_000, "grace_ms": 60_000, "return_ms": 250,
        });
        limits.as_object_mut().unwrap().extend(self.script.limits.clone());
        let missing = match text(&frame["type"]) {
            "welcome" => json!({ "v": 1, "limits": limits }),
            "matched" => json!({ "common": [], "lang": null }),
            "resumed" => json!({ "common": [] }),
            _ => json!({}),
        };
        let Value::Object(mut filled) = missing else { unreachable!("an object") };
        filled.extend(frame.as_object().expect("a frame").clone());
        Value::Object(filled)
    }

    fn handle(&mut self, input: Input) {
        for effect in self.client.handle(self.now, self.script.chance, input) {
            match effect {
                Effect::Show(show) => self.shown.extend(shown(show).map(|show| json!({ "show": show }))),
                Effect::Save(kept) => self.kept = *kept,
                Effect::Enter { .. } => self.acts.push(json!({ "enter": true })),
                Effect::Connect { socket, lobby } => {
                    self.sockets.push(socket);
                    self.acts.push(json!({ "connect": { "lobby": lobby } }));
                }
                Effect::Send(frame) => self.acts.push(json!({ "send": frame })),
                Effect::Ping if self.script.pings => self.acts.push(json!({ "ping": true })),
                Effect::Ping => self.put_in(&json!({ "pong": true }), None),
                Effect::Close { code } => {
                    self.acts.push(json!({ "close": code.map_or(json!(true), |code| json!(code)) }));
                }
            }
        }
    }
}

/// What the scripts know of what is shown.
fn shown(show: Show) -> Option<Value> {
    Some(match show {
        Show::Arrived { n, text } => json!({ "arrived": { "n": n, "text": text } }),
        Show::Delivered { n } => json!({ "delivered": n }),
        Show::Seen { n } => json!({ "seen": n }),
        Show::NotDelivered { n, code } => json!({ "not_delivered": { "n": n, "code": code } }),
        Show::GaveUp { why } => json!({ "gave_up": why }),
        Show::Over { why, .. } => {
            let why = match why {
                Why::Me => "me".to_owned(),
                Why::Service(reason) => reason,
                Why::Gone => "gone".to_owned(),
                Why::Memory => "memory".to_owned(),
                Why::Code(code) => code.to_string(),
            };
            json!({ "over": why })
        }
        Show::LineUp
        | Show::LineDown
        | Show::Banned { .. }
        | Show::Waiting { .. }
        | Show::Paused
        | Show::CannotFind { .. }
        | Show::Matched(_)
        | Show::PartnerAway { .. }
        | Show::PartnerHere
        | Show::PartnerTyping(_)
        | Show::Said { .. }
        | Show::CannotSay { .. } => return None,
    })
}

/// What a client tells at the door, once something has happened to its line.
fn door(code: u16) -> Effect {
    let (now, chance) = (Time::from_ms(1_000), Chance::default());
    let mut kept = Kept { visitor: Some("v".to_owned()), pass: Some("p".to_owned()), ..Kept::default() };
    (kept.lobby, kept.ticket) = (Some("l".to_owned()), Some("t".to_owned()));
    let mut client = Client::restore(now, kept);
    let _ = client.handle(now, chance, Input::Find(Wanted::default()));
    let mut effects = client.handle(now, chance, Input::Closed { socket: 1, code, reason: String::new() });
    effects.extend(client.handle(now, chance, Input::Find(Wanted::default())));
    effects.into_iter().find(|effect| matches!(effect, Effect::Enter { .. })).expect("it enters")
}

#[test]
fn what_an_earlier_visitor_left_is_dropped_with_their_id() {
    let (now, chance) = (Time::from_ms(1_000), Chance::default());
    let (old, ticket, memory) = (Some("v".to_owned()), Some("t".to_owned()), Some("m".to_owned()));
    let kept = Kept { visitor: old.clone(), ticket: ticket.clone(), memory: memory.clone(), ..Kept::default() };
    for (visitor, left) in [(None, true), (old, true), (Some("w".to_owned()), false)] {
        let mut client = Client::restore(now, kept.clone());
        let _ = client.handle(now, chance, Input::Find(Wanted::default()));
        let (pass, lobby) = ("p".to_owned(), "l".to_owned());
        let _ = client.handle(now, chance, Input::Entered { pass, lobby, visitor });
        assert_eq!(client.kept().ticket, ticket.clone().filter(|_| left));
        assert_eq!(client.kept().memory, memory.clone().filter(|_| left));
    }
}

#[test]
fn at_the_door_it_tells_the_visitor_and_what_its_ticket_remembers() {
    let (visitor, memory) = (Some("v".to_owned()), Some("t".to_owned()));
    assert_eq!(door(4401), Effect::Enter { visitor: visitor.clone(), pass: None, memory: memory.clone() });
    assert_eq!(door(4403), Effect::Enter { visitor: visitor.clone(), pass: None, memory });
    assert_eq!(door(4409), Effect::Enter { visitor, pass: None, memory: None }, "that session goes on elsewhere");
}
