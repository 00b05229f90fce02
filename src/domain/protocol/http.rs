//! What is said over HTTP: the documents of the endpoints, and problems (RFC 9457).

use serde::{Deserialize, Serialize};

use super::fields::{Fields, Json};
use crate::domain::limits::{ENTER_MEMORY_MAX, PAUSED_RETRY_MS, UNAVAILABLE_RETRY_MS};
use crate::domain::proof::{Challenge, Proof};
use crate::domain::time::Time;

/// The media type of the documents.
pub const JSON_TYPE: &str = "application/json";
/// The media type of a [`Problem`].
pub const PROBLEM_TYPE: &str = "application/problem+json";

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The terms were not accepted.
    TermsRequired,
    /// Entering takes a proof of work or of humanity.
    ProofRequired,
    /// The proof is wrong.
    ProofInvalid,
    /// The request comes from a page that this service does not serve.
    ForbiddenOrigin,
    /// The visitor or the network is banned.
    Banned,
    /// The operator's token is missing or wrong.
    Unauthorized,
    /// There are as many announcements in force as there may be.
    Full,
    /// Too much at once.
    SlowDown,
    /// The operator has paused matching.
    Paused,
    /// No such place.
    NotFound,
    /// The place does not take this method.
    MethodNotAllowed,
    /// The body is not what the place takes.
    BadRequest,
    /// The body is too large.
    TooLarge,
    /// The place takes a WebSocket upgrade only.
    UpgradeRequired,
    /// A secret, a binding or an object is missing.
    Unavailable,
}

impl ProblemCode {
    /// The status of the response.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::ProofRequired | Self::ProofInvalid | Self::Unauthorized => 401,
            Self::TermsRequired | Self::ForbiddenOrigin | Self::Banned => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Full => 409,
            Self::TooLarge => 413,
            Self::UpgradeRequired => 426,
            Self::SlowDown => 429,
            Self::Paused | Self::Unavailable => 503,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::TermsRequired => "The terms have to be accepted first",
            Self::ProofRequired => "Entering takes a proof",
            Self::ProofInvalid => "The proof is not valid",
            Self::ForbiddenOrigin => "Requests from this origin are not served",
            Self::Banned => "Banned for the time being",
            Self::Unauthorized => "The token is missing or wrong",
            Self::Full => "There is no room for another one",
            Self::SlowDown => "Too many requests",
            Self::Paused => "Matching is paused",
            Self::NotFound => "There is nothing here",
            Self::MethodNotAllowed => "This place does not take this method",
            Self::BadRequest => "The request is not well formed",
            Self::TooLarge => "The request is too large",
            Self::UpgradeRequired => "This place takes a WebSocket upgrade",
            Self::Unavailable => "The service is not available",
        }
    }
}

/// How to appeal: a mail address or a URL, if there is a way.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Contact(pub Option<String>);

/// A refusal over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Problem {
    /// Why.
    pub code: ProblemCode,
    /// What the operator needs to know. Never a file, a stack or an address.
    pub detail: Option<String>,
    /// When to try again, where that helps.
    pub retry_ms: Option<u64>,
    /// Until when somebody is banned.
    pub until: Option<Time>,
    /// How to appeal, where that is worth telling: perhaps there is no way.
    pub contact: Option<Contact>,
    /// The kind of proof that is missing.
    pub proof: Option<Proof>,
    /// The work that is to be done.
    pub challenge: Option<Box<Challenge>>,
    /// The public key of the proof's provider.
    pub site_key: Option<String>,
}

impl From<ProblemCode> for Problem {
    fn from(code: ProblemCode) -> Self {
        let retry_ms = match code {
            ProblemCode::Unavailable => Some(UNAVAILABLE_RETRY_MS),
            ProblemCode::Paused => Some(PAUSED_RETRY_MS),
            ProblemCode::TermsRequired
            | ProblemCode::ProofRequired
            | ProblemCode::ProofInvalid
            | ProblemCode::ForbiddenOrigin
            | ProblemCode::Banned
            | ProblemCode::Unauthorized
            | ProblemCode::Full
            | ProblemCode::SlowDown
            | ProblemCode::NotFound
            | ProblemCode::MethodNotAllowed
            | ProblemCode::BadRequest
            | ProblemCode::TooLarge
            | ProblemCode::UpgradeRequired => None,
        };
        let (detail, until, contact) = (None, None, None);
        Self { code, detail, retry_ms, until, contact, proof: None, challenge: None, site_key: None }
    }
}

impl Problem {
    /// The body of the response.
    #[must_use]
    pub fn encode(&self) -> String {
        #[derive(Serialize)]
        struct Body<'a> {
            title: &'static str,
            status: u16,
            code: ProblemCode,
            #[serde(skip_serializing_if = "Option::is_none")]
            detail: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            retry_ms: Option<u64>,
            #[serde(skip_serializing_if = "Option::is_none")]
            until: Option<Time>,
            #[serde(skip_serializing_if = "Option::is_none")]
            contact: Option<&'a Contact>,
            #[serde(skip_serializing_if = "Option::is_none")]
            proof: Option<Proof>,
            #[serde(skip_serializing_if = "Option::is_none")]
            challenge: Option<&'a Challenge>,
            #[serde(skip_serializing_if = "Option::is_none")]
            site_key: Option<&'a str>,
        }
        to_json(&Body {
            title: self.code.title(),
            status: self.code.status(),
            code: self.code,
            detail: self.detail.as_deref(),
            retry_ms: self.retry_ms,
            until: self.until,
            contact: self.contact.as_ref(),
            proof: self.proof,
            challenge: self.challenge.as_deref(),
            site_key: self.site_key.as_deref(),
        })
    }
}

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

    #[test]
    fn who_is_banned_reads_until_when_and_whether_there_is_a_way_to_appeal() {
        let banned = |contact: Option<&str>| {
            let contact = Some(Contact(contact.map(str::to_owned)));
            Problem { until: Some(Time::from_ms(9)), contact, ..ProblemCode::Banned.into() }.encode()
        };
        let told = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap();
        let nobody = told(banned(None));
        assert_eq!((&nobody["until"], nobody.get("contact")), (&9.into(), Some(&serde_json::Value::Null)));
        assert_eq!(told(banned(Some("help@chat.example")))["contact"], "help@chat.example");
        let other = told(Problem::from(ProblemCode::NotFound).encode());
        assert!(["until", "contact", "proof", "challenge", "site_key"].iter().all(|name| other.get(name).is_none()));
    }
}
