//! What is said over HTTP: the documents of the endpoints.

use serde::{Deserialize, Serialize};

use super::ProblemCode;
use super::fields::{Fields, Json};
use crate::domain::limits::ENTER_MEMORY_MAX;
use crate::domain::proof::Proof;
use crate::domain::time::Time;

/// The media type of the documents.
pub const JSON_TYPE: &str = "application/json";

/// What entering takes: the answer to `GET /enter`.
#[derive(Clone, Debug, Serialize)]
pub struct EnterInfo {
    /// The version of the terms.
    pub terms: &'static str,
    /// The kind of proof.
    pub proof: Proof,
    /// The public key of the proof's provider.
    pub site_key: Option<String>,
    /// Whether matching is paused.
    pub paused: bool,
    /// How to appeal against a ban.
    pub contact: Option<String>,
}

/// The body of `POST /enter`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct EnterRequest {
    /// The id that the service gave to this browser on an earlier visit.
    pub visitor: Option<String>,
    /// The newest ticket of each of the visitor's tabs.
    pub memory: Vec<String>,
    /// An earlier pass.
    pub pass: Option<String>,
    /// The proof: a text. It may be anything, because it does not matter where none is needed.
    pub proof: Json,
}

impl EnterRequest {
    /// Reads the body of `POST /enter`.
    ///
    /// # Errors
    /// `bad_request` when it is not well formed; `terms_required` when the terms are not accepted.
    pub fn decode(body: &str) -> Result<Self, ProblemCode> {
        let mut fields = Fields::read(body)?;
        let terms = fields.flag("terms")?.unwrap_or_default();
        let memory = match fields.take("memory") {
            None => Some(Vec::new()),
            Some(memory) => memory
                .into_list()
                .filter(|tickets| tickets.len() <= ENTER_MEMORY_MAX)
                .and_then(|tickets| tickets.into_iter().map(Json::into_text).collect()),
        };
        let request = Self {
            visitor: fields.text("visitor")?,
            memory: memory.ok_or(ProblemCode::BadRequest)?,
            pass: fields.text("pass")?,
            proof: fields.take("proof").unwrap_or_default(),
        };
        fields.end()?;
        if terms { Ok(request) } else { Err(ProblemCode::TermsRequired) }
    }
}

/// The answer to `POST /enter`.
#[derive(Clone, Debug, Serialize)]
pub struct Entered {
    /// What a `hello` must carry.
    pub pass: String,
    /// The lobby to connect to, with the service's tag.
    pub lobby: String,
    /// The visitor's id, with the service's tag.
    pub visitor: String,
    /// When the pass expires.
    pub expires: Time,
}

/// The answer to `GET /healthz` when all is well.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Health {
    /// Always true.
    pub ok: bool,
    /// The version of the service.
    pub version: &'static str,
    /// `on` or `off`.
    pub rate_limits: &'static str,
}

/// Which announcements are in force: the `in_force` event.
#[derive(Clone, Debug, Serialize)]
pub struct InForce<'a> {
    /// Their ids, the oldest first.
    pub ids: Vec<&'a str>,
}

/// An announcement was withdrawn or ran out: the `retract` event.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Retract<'a> {
    /// Which one.
    pub id: &'a str,
}

/// How many people are here: the `presence` event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct PresenceCounts {
    /// Browsers and clients that are here now.
    pub online: u64,
    /// Those who wait for a partner.
    pub waiting: u64,
    /// Those who talk.
    pub chatting: u64,
}

/// The answer to `GET /presence`.
#[derive(Clone, Debug, Serialize)]
pub struct PresenceDocument {
    /// How many people are here.
    #[serde(flatten)]
    pub counts: PresenceCounts,
    /// The announcements in force.
    pub announcements: Vec<Announcement>,
}

/// How much an announcement matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Better to know.
    Warning,
    /// Has to be known.
    Critical,
}

/// What the operator tells everyone: the `announcement` event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Announcement {
    /// What it is retracted by.
    pub id: String,
    /// How much it matters.
    pub severity: Severity,
    /// What it says.
    pub text: String,
    /// When it runs out by itself.
    pub until: Option<Time>,
}

/// A document as the text to send.
#[must_use]
pub fn to_json(document: &impl Serialize) -> String {
    // Only the types of this file come here: none of them has a value that JSON cannot hold.
    serde_json::to_string(document).unwrap_or_default()
}

/// The name on the wire of a value that is nothing but a name there.
#[must_use]
pub fn name_of(value: &impl Serialize) -> String {
    to_json(value).trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entering_takes_an_object_and_not_a_list_of_its_fields() {
        let entered = |body| EnterRequest::decode(body).map(|request| request.visitor);
        assert_eq!(entered(" {\"terms\":true,\"visitor\":\"x\"}\n"), Ok(Some("x".to_owned())));
        for body in ["[true]", "[true,\"x\"]", " [true]", "true", "null", ""] {
            assert_eq!(entered(body), Err(ProblemCode::BadRequest), "{body}");
        }
        assert_eq!(entered("{}"), Err(ProblemCode::TermsRequired));
    }

    #[test]
    fn a_proof_may_be_anything_and_nothing_else_may() {
        let shown = |proof: &str| EnterRequest::decode(&format!(r#"{{"terms":true,"proof":{proof}}}"#)).unwrap().proof;
        assert_eq!(EnterRequest::decode(r#"{"terms":true}"#).unwrap().proof, Json::Null);
        assert_eq!((shown("null"), shown(r#""x""#)), (Json::Null, Json::Text("x".into())));
        for odd in ["true", "1", "-1", "1.5", "[]", r#"[{"a":[1]}]"#, "{}", r#"{"any":{"a":null}}"#] {
            assert_eq!(shown(odd).text(), "", "{odd}");
        }
        for bad in [
            r#""terms":null"#,
            r#""terms":true,"visitor":7"#,
            r#""terms":true,"pass":[]"#,
            r#""terms":true,"memory":null"#,
            r#""terms":true,"memory":"x""#,
            r#""terms":true,"memory":[7]"#,
            r#""terms":true,"memory":["","","","","","","","",""]"#,
            r#""terms":true,"other":1"#,
        ] {
            assert_eq!(EnterRequest::decode(&format!("{{{bad}}}")), Err(ProblemCode::BadRequest), "{bad}");
        }
        let eight = EnterRequest::decode(r#"{"terms":true,"memory":["","","","","","","",""],"pass":null}"#);
        assert_eq!(eight.unwrap().memory.len(), ENTER_MEMORY_MAX);
    }
}
