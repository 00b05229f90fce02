//! The streams of `events.json`, written by the service's own code, and what there is to read in each.

use edgewise::domain::id::{NetworkKey, StreamId};
use edgewise::domain::limits::{ANNOUNCEMENT_CHARS_MAX, BEAT_MS, PRESENCE_MS};
use edgewise::domain::operator::Command;
use edgewise::domain::presence::{Answer, Effect, Input, Presence, Stored, turned_away};
use edgewise::domain::protocol::{NewAnnouncement, Severity};
use edgewise::domain::sse;
use edgewise::domain::time::Time;
use serde_json::json;

use super::{Told, Vector};

const NOON: Time = Time::from_ms(1_764_158_400_000);

/// Whose stream is read.
const READER: StreamId = StreamId(1);

/// Every vector.
pub(super) fn vectors() -> Vec<Vector> {
    let quoted = quoted_texts().into_iter().map(|(name, text)| announced(name, &text));
    let raw = RAW.into_iter().map(|(name, data, read)| raw(name, data, read));
    greetings().into_iter().chain(lives()).chain(quoted).chain(raw).chain([turned()]).collect()
}

/// The presence object, and all that [`READER`] has been written.
struct Service {
    object: Presence,
    now: Time,
    stream: String,
}

impl Service {
    fn new() -> Self {
        Self { object: Presence::restore(NOON, Stored::default(), "main-1"), now: NOON, stream: String::new() }
    }

    fn step(&mut self, input: Input) -> Option<Answer> {
        let mut answer = None;
        for effect in self.object.handle(self.now, input) {
            match effect {
                Effect::Write { to, text } if to.contains(&READER) => self.stream.push_str(&text),
                Effect::Answer(given) => answer = Some(given),
                Effect::Write { .. } | Effect::Keep(_) | Effect::Ask { .. } | Effect::End { .. } => {}
            }
        }
        answer
    }

    fn subscribe(&mut self, stream: StreamId, seen: u64, chance: u32) {
        self.step(Input::Subscribed { stream, seen, chance, network: None });
    }

    fn call(&mut self, command: Command) -> Option<Answer> {
        self.step(Input::Called { network: NetworkKey([1; 8]), authorized: true, command: Some(command) })
    }

    fn announce(&mut self, severity: Severity, text: &str, until: Option<Time>) {
        let text = text.to_owned().try_into().expect("a text");
        let answer = self.call(Command::Announce(NewAnnouncement { severity, text, until }));
        assert!(matches!(answer, Some(Answer::Announced(_))), "{answer:?}");
    }

    fn withdraw(&mut self, id: &str) {
        assert_eq!(self.call(Command::Withdraw(id.to_owned())), Some(Answer::Withdrawn));
    }

    fn pass(&mut self, ms: u64) {
        self.now = self.now.plus(ms);
        self.step(Input::Tick);
    }

    fn read_as(self, name: &str, retry: u64, events: Vec<Told>) -> Vector {
        Vector { name: name.to_owned(), stream: self.stream, retry: vec![retry], events }
    }
}

fn told(event: &str, id: u64, data: &str) -> Told {
    Told { event: event.to_owned(), id: id.to_string(), data: data.to_owned(), text: None }
}

fn in_force(id: u64, ids: &[&str]) -> Told {
    told("in_force", id, &format!(r#"{{"ids":{}}}"#, json!(ids)))
}

fn counts(id: u64, online: u64) -> Told {
    told("presence", id, &format!(r#"{{"online":{online},"waiting":0,"chatting":0}}"#))
}

fn announcement(id: u64, name: &str, severity: &str, text: &str, until: Option<u64>) -> Told {
    let (quoted, until) = (json!(text), json!(until));
    let data = format!(r#"{{"id":"{name}","severity":"{severity}","text":{quoted},"until":{until}}}"#);
    Told { text: Some(text.to_owned()), ..told("announcement", id, &data) }
}

const FIRST: &str = "1764158400000-1";
const SECOND: &str = "1764158400000-2";
const THIRD: &str = "1764158400000-3";
const HOUR_MS: u64 = 3_600_000;

/// Three announcements, of which the second is withdrawn.
fn with_three() -> Service {
    let mut service = Service::new();
    service.announce(Severity::Info, "Welcome", None);
    service.announce(Severity::Warning, "A storm is coming", None);
    service.announce(Severity::Critical, "Closing at one", Some(NOON.plus(HOUR_MS)));
    service.withdraw(SECOND);
    service
}

/// What newcomers are told, and those who come back.
fn greetings() -> Vec<Vector> {
    let first = || announcement(1, FIRST, "info", "Welcome", None);
    let third = || announcement(3, THIRD, "critical", "Closing at one", Some(1_764_162_000_000));
    let ids = |seen| in_force(seen, &[FIRST, THIRD]);
    let greeted = |name: &str, seen, chance, retry, events| {
        let mut service = with_three();
        service.subscribe(READER, seen, chance);
        service.read_as(name, retry, events)
    };
    let mut quiet = Service::new();
    quiet.subscribe(READER, 0, 0);
    vec![
        quiet.read_as("a newcomer, with nothing in force", 2_000, vec![in_force(0, &[]), counts(0, 1)]),
        greeted("a newcomer", 0, u32::MAX, 5_000, vec![ids(0), first(), third(), counts(4, 1)]),
        greeted("who has seen the first", 1, 0, 2_000, vec![ids(1), third(), counts(4, 1)]),
        greeted("who has seen the one that is withdrawn", 2, 0, 2_000, vec![ids(2), third(), counts(4, 1)]),
        greeted("who has seen everything but the withdrawal", 3, 0, 2_000, vec![ids(3), counts(4, 1)]),
        greeted("who has seen everything", 4, 0, 2_000, vec![ids(4), counts(4, 1)]),
        greeted("a number from the future", 5, 0, 2_000, vec![ids(0), first(), third(), counts(4, 1)]),
    ]
}

/// A stream from its beginning on, while things happen.
fn lives() -> Vec<Vector> {
    let mut busy = Service::new();
    busy.subscribe(READER, 0, 0);
    busy.pass(PRESENCE_MS);
    busy.subscribe(StreamId(2), 0, 0);
    busy.announce(Severity::Info, "Welcome", None);
    busy.announce(Severity::Warning, "Back soon", Some(NOON.plus(2 * PRESENCE_MS)));
    let [first, second] = ["1764158401000-1", "1764158401000-2"];
    busy.withdraw(first);
    busy.pass(PRESENCE_MS);
    busy.pass(BEAT_MS);
    let told_all = vec![
        in_force(0, &[]),
        counts(0, 1),
        counts(0, 2),
        announcement(1, first, "info", "Welcome", None),
        announcement(2, second, "warning", "Back soon", Some(1_764_158_402_000)),
        told("retract", 3, &format!(r#"{{"id":"{first}"}}"#)),
        told("retract", 3, &format!(r#"{{"id":"{second}"}}"#)),
        told("beat", 3, "{}"),
    ];
    let mut quiet = Service::new();
    quiet.subscribe(READER, 0, 0);
    (0..3).for_each(|_| quiet.pass(BEAT_MS));
    let beats = [in_force(0, &[]), counts(0, 1)].into_iter().chain((0..3).map(|_| told("beat", 0, "{}"))).collect();
    vec![
        busy.read_as("announced, withdrawn, run out, and a beat", 2_000, told_all),
        quiet.read_as("nothing but beats", 2_000, beats),
    ]
}

/// Texts that would do harm if they were not quoted.
fn quoted_texts() -> Vec<(&'static str, String)> {
    let texts = [
        ("a line feed", "one\ntwo"),
        ("a carriage return", "one\rtwo"),
        ("both", "one\r\ntwo"),
        ("in the other order", "one\n\rtwo"),
        ("a line break first and last", "\ntext\n"),
        ("empty lines", "one\n\n\r\r\r\n\r\ntwo"),
        ("an event", "\n\nevent: presence\ndata: {\"online\":1000000,\"waiting\":0,\"chatting\":0}\n\n"),
        ("an event after carriage returns", "\r\revent: retract\rdata: {\"id\":\"1764158400000-1\"}\r\r"),
        ("fields", "x\nid: 99\nretry: 1\nevent: beat\ndata\n: a comment\n"),
        ("the fields of its own JSON", r#"","severity":"critical","until":1,"x":""#),
        ("NUL", "one\0two"),
        ("NUL first", "\0"),
        ("control characters", "\u{1}\u{8}\u{b}\u{c}\u{1b}[31m\u{7f}\u{80}\u{85}\u{9f}"),
        ("a byte order mark first", "\u{feff}text"),
        ("a byte order mark inside", "one\u{feff}two\u{feff}"),
        ("a byte order mark, a line break and an event", "\u{feff}\n\n\u{feff}event: beat\n\u{feff}data: {}\n\n"),
        ("characters outside the basic plane", "😀 👩‍👩‍👧‍👦 𝔈𝔡𝔤𝔢 🇪🇺"),
        ("characters of two and three bytes", "Grüße, Ελλάδα, 日本語, ที่"),
        ("combining marks and right-to-left", "e\u{301}\u{323} \u{202e}txet\u{202c} שלום"),
        ("line breaks of other standards", "one\u{2028}two\u{2029}three\u{85}four\u{b}five\u{c}six"),
        ("what is no character", "\u{fffd}\u{ffff}\u{10ffff}\u{e000}\u{fdd0}"),
        ("quotes and backslashes", r#""\"\\\n\u000a\/'`"#),
        ("white space around", " \t text \t "),
        ("colons", ":: a : b:"),
        ("markup", "<script>alert(1)</script><!-- &amp; ]]>"),
    ];
    let long = ("as many characters of four bytes as there may be", "😀".repeat(ANNOUNCEMENT_CHARS_MAX));
    texts.into_iter().map(|(name, text)| (name, text.to_owned())).chain([long]).collect()
}

/// An announcement of this text, as one who was there is told, and as a newcomer is.
fn announced(name: &str, text: &str) -> Vector {
    let mut service = Service::new();
    service.subscribe(READER, 0, 0);
    service.announce(Severity::Info, text, None);
    // The same stream comes back: what it was written before ends where this begins, at an empty line.
    service.subscribe(READER, 0, 0);
    let told = || announcement(1, FIRST, "info", text, None);
    let events = vec![in_force(0, &[]), counts(0, 1), told(), in_force(0, &[FIRST]), told(), counts(1, 1)];
    let mut vector = service.read_as(&format!("announced: {name}"), 2_000, events);
    vector.retry.push(2_000);
    vector
}

/// Data that is not quoted, and as it is read: the service writes none, but its escaping would hold.
const RAW: [(&str, &str, &str); 14] = [
    ("no line", "", ""),
    ("a line feed", "one\ntwo", "one\ntwo"),
    ("a carriage return", "one\rtwo", "one\ntwo"),
    ("both", "one\r\ntwo", "one\ntwo"),
    ("in the other order", "one\n\rtwo", "one\n\ntwo"),
    ("nothing but line breaks", "\n\r\n\r", "\n\n\n"),
    ("an event", "\n\nevent: presence\ndata: {}\n\n", "\n\nevent: presence\ndata: {}\n\n"),
    ("an event after carriage returns", "\r\revent: beat\rdata: 1\r\r", "\n\nevent: beat\ndata: 1\n\n"),
    ("fields", "x\nid: 99\nretry: 1\nevent\n: a comment", "x\nid: 99\nretry: 1\nevent\n: a comment"),
    ("spaces first", "  one\n two\n\tthree", "  one\n two\n\tthree"),
    ("NUL", "one\0two\n\0", "one\0two\n\0"),
    ("byte order marks", "\u{feff}one\n\u{feff}\n\u{feff}data: two", "\u{feff}one\n\u{feff}\n\u{feff}data: two"),
    ("line breaks of other standards", "\u{2028}\u{2029}\u{85}\u{b}\u{c}", "\u{2028}\u{2029}\u{85}\u{b}\u{c}"),
    ("characters of one to four bytes", "aé日😀\r😀日éa", "aé日😀\n😀日éa"),
];

fn raw(name: &str, data: &str, read: &str) -> Vector {
    let before = sse::event("presence", 7, "1");
    let after = sse::event("beat", 9, "2");
    let stream = format!("{before}{}{after}", sse::event("announcement", 8, data));
    let events = vec![told("presence", 7, "1"), told("announcement", 8, read), told("beat", 9, "2")];
    Vector { name: format!("not quoted: {name}"), stream, retry: Vec::new(), events }
}

fn turned() -> Vector {
    let name = "turned away because there are too many".to_owned();
    Vector { name, stream: turned_away(0), retry: vec![15_000], events: Vec::new() }
}
