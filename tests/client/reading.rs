//! What a client reads in the frames of the service.

use edgewise::client::{Found, Heard, Limits, Meeting, Presence, Refusal, read};
use serde_json::{Value, json};

use crate::{text, vectors};

#[test]
fn a_frame_of_the_service_means_what_the_vectors_say() {
    for vector in vectors(include_str!("../vectors/server_frames.json")) {
        let read = read(text(&vector["frame"])).map_or(Value::Null, |(heard, ticket)| meaning(&heard, ticket));
        let mut expected = vector["means"].clone();
        if let Some(fields) = expected.as_object_mut() {
            // What this client has no use for.
            fields.remove("v");
            fields.remove("tag");
            if let Some(limits) = fields.get_mut("limits").and_then(Value::as_object_mut) {
                limits.retain(|name, _| !["frame_bytes", "interests", "interest_chars"].contains(&name.as_str()));
            }
        }
        assert_eq!(read, expected, "{}", vector["name"]);
    }
}

/// What was read as the object that the vectors give for it.
fn meaning(heard: &Heard, ticket: Option<String>) -> Value {
    let presence = |presence: &Presence| match presence {
        Presence::Here => ("here", None),
        Presence::Away(grace_ms) => ("away", *grace_ms),
    };
    let mut object = match heard {
        Heard::Pong => json!({ "type": "pong" }),
        Heard::Welcome(found, Limits { text_chars, in_flight, ping_ms, pong_ms, grace_ms, return_ms }) => {
            let state = match found {
                Found::Idle => "idle",
                Found::Waiting => "waiting",
                Found::Talking => "talking",
            };
            let limits = json!({
                "text_chars": text_chars, "in_flight": in_flight, "ping_ms": ping_ms, "pong_ms": pong_ms,
                "grace_ms": grace_ms, "return_ms": return_ms,
            });
            json!({ "type": "welcome", "state": state, "limits": limits })
        }
        Heard::Waiting(widen_ms) => json!({ "type": "waiting", "widen_ms": widen_ms }),
        Heard::Matched(Meeting { c, common, lang }) => {
            json!({ "type": "matched", "conversation": c, "common": common, "lang": lang })
        }
        Heard::Resumed(Meeting { c, common, .. }, partner) => {
            let (partner, grace_ms) = presence(partner);
            said(json!({ "type": "resumed", "conversation": c, "common": common, "partner": partner }))
                .and("grace_ms", grace_ms)
        }
        Heard::Say(c, n, Some(text)) => json!({ "type": "say", "c": c, "n": n, "text": text }),
        Heard::Say(c, n, None) => json!({ "type": "other", "c": c, "n": n }),
        Heard::Got(c, n) => json!({ "type": "got", "c": c, "n": n }),
        Heard::Seen(c, n) => json!({ "type": "seen", "c": c, "n": n }),
        Heard::Typing(c, on) => json!({ "type": "typing", "c": c, "on": on }),
        Heard::Partner(c, partner) => {
            let (state, grace_ms) = presence(partner);
            said(json!({ "type": "partner", "c": c, "state": state })).and("grace_ms", grace_ms)
        }
        Heard::Ended(c, reason) => json!({ "type": "ended", "c": c, "reason": reason }),
        Heard::Done(re, c) => said(json!({ "type": "done", "re": re })).and("c", c.clone()),
        Heard::Error(Refusal { code, re, c, n, retry_ms }) => {
            let error = said(json!({ "type": "error", "code": code })).and("re", re.clone());
            said(said(said(error).and("c", c.clone())).and("n", *n)).and("retry_ms", *retry_ms)
        }
    };
    if let Some(ticket) = ticket {
        object["ticket"] = json!(ticket);
    }
    object
}

struct Said(Value);

fn said(value: Value) -> Said {
    Said(value)
}

impl Said {
    /// With one more field, where there is one.
    fn and<T: serde::Serialize>(self, field: &str, value: Option<T>) -> Value {
        let Self(mut object) = self;
        if let Some(value) = value {
            object[field] = json!(value);
        }
        object
    }
}
