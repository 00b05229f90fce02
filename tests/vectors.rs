//! The vectors that service and page share: both read them, so neither can drift from the other's reading of the wire.

#[path = "vectors/events.rs"]
mod events;

use edgewise::domain::id::{ConversationId, ConversationName};
use edgewise::domain::protocol::{
    ClientFrame, EndReason, ErrorCode, Interest, Lang, PartnerState, Presence, Refusal, Resumed, ServerFrame,
    SessionState, Shown, Side, Text, WireLimits, WireVersion, decode,
};
use serde_json::{Value, json};

fn vectors(text: &str) -> Vec<Value> {
    let vectors: Vec<Value> = serde_json::from_str(text).expect("a list of vectors");
    assert!(vectors.len() > 50, "a list that has lost its vectors checks nothing");
    vectors
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

#[test]
fn a_frame_of_a_client_means_what_the_vectors_say() {
    for vector in vectors(include_str!("vectors/client_frames.json")) {
        let (name, frame) = (text(&vector["name"]), text(&vector["frame"]));
        let read = decode(frame);
        if vector["valid"] == json!(true) {
            let frame = read.unwrap_or_else(|refusal| panic!("{name}: refused as {refusal:?}"));
            assert_eq!(meaning(&frame), vector["means"], "{name}");
        } else {
            let refusal = read.expect_err(name);
            let mut expected = vector.clone();
            expected.as_object_mut().unwrap().retain(|field, _| !["name", "frame", "valid"].contains(&field.as_str()));
            assert_eq!(serde_json::to_value(&refusal).unwrap(), expected, "{name}");
        }
    }
}

#[test]
fn a_text_is_good_or_bad_as_the_vectors_say() {
    for vector in vectors(include_str!("vectors/text.json")) {
        let said = vector["repeat"].as_object().map_or_else(
            || text(&vector["text"]).to_owned(),
            |repeat| text(&repeat["text"]).repeat(usize::try_from(repeat["times"].as_u64().unwrap()).unwrap()),
        );
        let code = Text::new(said).err().map(|code| serde_json::to_value(code).unwrap());
        assert_eq!(code.unwrap_or(Value::Null), vector["code"], "{}", vector["name"]);
        assert_eq!(vector["ok"], json!(vector["code"].is_null()), "{}", vector["name"]);
    }
}

/// What a client reads although the service would write it otherwise, or not at all.
const TOLERATED: [&str; 7] = [
    "an unknown field is left out",
    "an unknown limit is left out",
    "an unknown reason still ends",
    "an unknown error code is still an error",
    "fields in another order",
    "white space between the tokens",
    "escaped letters",
];

#[test]
fn the_service_writes_its_frames_as_the_vectors_say() {
    let mut written = 0;
    for vector in vectors(include_str!("vectors/server_frames.json")) {
        let name = text(&vector["name"]);
        // A service without resume gave out no tickets; clients read it still.
        let without_ticket = name.contains("without a ticket");
        if vector["means"].is_null()
            || vector["means"]["type"] == "other"
            || TOLERATED.contains(&name)
            || without_ticket
        {
            continue;
        }
        let frame = build(&vector["means"]).unwrap_or_else(|| panic!("{name}: cannot be built"));
        assert_eq!(frame.encode(), text(&vector["frame"]), "{name}");
        written += 1;
    }
    assert!(written > 45, "only {written} frames were compared");
}

/// A frame as its meaning: the wire object, with what says nothing left out.
fn meaning(frame: &ClientFrame) -> Value {
    let fields = match frame {
        ClientFrame::Hello(hello) => json!({
            "v": 1, "pass": hello.pass, "ticket": hello.ticket, "line": hello.line,
            "counted": hello.counted.then_some(true),
        }),
        ClientFrame::Find { interests, lang, conversation } => {
            let spellings: Vec<&str> = interests.0.iter().map(Interest::spelling).collect();
            let interests = (!spellings.is_empty()).then_some(spellings);
            json!({ "interests": interests, "lang": lang, "c": conversation.as_ref().map(ToString::to_string) })
        }
        ClientFrame::Stop { conversation } => json!({ "c": conversation.as_ref().map(ToString::to_string) }),
        ClientFrame::Say { conversation, n, text } => {
            json!({ "c": conversation.to_string(), "n": n, "text": text.clone().into_string() })
        }
        ClientFrame::Got { conversation, n } | ClientFrame::Seen { conversation, n } => {
            json!({ "c": conversation.to_string(), "n": n })
        }
        ClientFrame::Typing { conversation, on } => json!({ "c": conversation.to_string(), "on": on }),
        ClientFrame::Block { conversation } => json!({ "c": conversation.to_string() }),
        ClientFrame::Report { conversation, reason, note, lines } => {
            let lines = (!lines.0.is_empty()).then(|| lines.0.iter().map(shown).collect::<Vec<_>>());
            json!({ "c": conversation.to_string(), "reason": reason.name(), "note": note, "lines": lines })
        }
    };
    let mut object = json!({ "type": frame.name() });
    let given = fields.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
    given.for_each(|(name, value)| object[name] = value.clone());
    object
}

/// A line of a report, as it is written where nothing is said of who said it and what.
fn shown(Shown { from, n, text, tag }: &Shown) -> Value {
    let mut line = json!({ "n": n });
    if *from == Side::Me {
        line["from"] = json!("me");
    }
    if !text.is_empty() {
        line["text"] = json!(text);
    }
    tag.iter().for_each(|tag| line["tag"] = json!(tag));
    line
}

/// The frame of the service with this meaning.
fn build(means: &Value) -> Option<ServerFrame<String>> {
    let ticket = || means["ticket"].as_str().map(str::to_owned);
    let n = means["n"].as_u64();
    let grace_ms = means["grace_ms"].as_u64();
    let common = || means["common"].as_array().map(|all| all.iter().map(|one| text(one).to_owned()).collect());
    Some(match text(&means["type"]) {
        "welcome" => {
            let (version, limits) = (WireVersion, WireLimits::returning_within(250));
            ServerFrame::Welcome { version, ticket: ticket()?, state: state(&means["state"])?, limits }
        }
        "waiting" => ServerFrame::Waiting { widen_ms: means["widen_ms"].as_u64()?, ticket: ticket()? },
        "matched" => {
            let lang = means["lang"].as_str().map(|lang| Lang::try_from(lang.to_owned()).unwrap());
            ServerFrame::Matched {
                conversation: id(&means["conversation"])?,
                common: common()?,
                lang,
                ticket: ticket()?,
            }
        }
        "resumed" => {
            let partner = if means["partner"] == "here" { Presence::Here } else { Presence::Away };
            let conversation = id(&means["conversation"])?;
            ServerFrame::Resumed(Resumed { conversation, common: common()?, partner, grace_ms, ticket: ticket()? })
        }
        "say" => {
            let (text, tag) = (text(&means["text"]).to_owned(), text(&means["tag"]).to_owned());
            ServerFrame::Say { conversation: id(&means["c"])?, n: n?, text, tag }
        }
        "got" => ServerFrame::Got { conversation: id(&means["c"])?, n: n? },
        "seen" => ServerFrame::Seen { conversation: id(&means["c"])?, n: n? },
        "typing" => ServerFrame::Typing { conversation: id(&means["c"])?, on: means["on"].as_bool()? },
        "partner" => {
            let state = grace_ms.map_or(PartnerState::Here, |grace_ms| PartnerState::Away { grace_ms });
            ServerFrame::Partner { conversation: id(&means["c"])?, state }
        }
        "ended" => {
            ServerFrame::Ended { conversation: id(&means["c"])?, reason: reason(&means["reason"])?, ticket: ticket()? }
        }
        "done" => {
            let re = ["stop", "block", "report"].into_iter().find(|re| means["re"] == *re)?;
            ServerFrame::Done { re, conversation: means["c"].as_str().map(str::to_owned), ticket: ticket()? }
        }
        "error" => ServerFrame::Error(Refusal {
            code: code(&means["code"])?,
            re: means["re"].as_str().map(str::to_owned),
            conversation: means["c"].as_str().map(str::to_owned),
            n,
            retry_ms: means["retry_ms"].as_u64(),
        }),
        _ => return None,
    })
}

fn id(name: &Value) -> Option<ConversationId> {
    match ConversationName::parse(text(name))? {
        ConversationName::Id(id) => Some(id),
        ConversationName::Other(_) => None,
    }
}

/// The one of `all` that is written like this.
fn written_as<T: serde::Serialize>(wire: &Value, all: impl IntoIterator<Item = T>) -> Option<T> {
    all.into_iter().find(|one| serde_json::to_value(one).unwrap() == *wire)
}

fn state(wire: &Value) -> Option<SessionState> {
    written_as(wire, [SessionState::Idle, SessionState::Waiting, SessionState::Talking])
}

fn reason(wire: &Value) -> Option<EndReason> {
    use EndReason::{Closing, Left, Lost, Moderated, Next};
    written_as(wire, [Left, Next, Lost, Moderated, Closing])
}

fn code(wire: &Value) -> Option<ErrorCode> {
    use ErrorCode::{BadFrame, BadText, HelloFirst, NotTalking, Paused, SlowDown, Talking, TooLong, UnknownType};
    written_as(wire, [BadFrame, BadText, TooLong, SlowDown, Talking, NotTalking, HelloFirst, UnknownType, Paused])
}
