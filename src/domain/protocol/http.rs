//! What is said over HTTP: the documents of the endpoints, and problems (RFC 9457).

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::is_object;
use crate::domain::limits::{ENTER_MEMORY_MAX, PAUSED_RETRY_MS, UNAVAILABLE_RETRY_MS};
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

/// A refusal over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Problem {
    /// Why.
    pub code: ProblemCode,
    /// What the operator needs to know. Never a file, a stack or an address.
    pub detail: Option<String>,
    /// When to try again, where that helps.
    pub retry_ms: Option<u64>,
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
        Self { code, detail: None, retry_ms }
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
        }
        to_json(&Body {
            title: self.code.title(),
            status: self.code.status(),
            code: self.code,
            detail: self.detail.as_deref(),
            retry_ms: self.retry_ms,
        })
    }
}

/// What entering takes: the answer to `GET /enter`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EnterInfo {
    /// The version of the terms.
    pub terms: &'static str,
    /// The kind of proof.
    pub proof: &'static str,
    /// The public key of the proof's provider.
    pub site_key: Option<&'static str>,
    /// Whether matching is paused.
    pub paused: bool,
}

/// The body of `POST /enter`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnterRequest {
    /// Whether the terms were accepted.
    #[serde(default)]
    pub terms: bool,
    /// The id that the service gave to this browser on an earlier visit.
    #[serde(default)]
    pub visitor: Option<String>,
    /// The newest ticket of each of the visitor's tabs.
    #[serde(default)]
    pub memory: Vec<String>,
    /// An earlier pass.
    #[serde(default)]
    pub pass: Option<String>,
    #[serde(default, rename = "proof")]
    _proof: Option<IgnoredAny>,
}

impl EnterRequest {
    /// Reads the body of `POST /enter`.
    ///
    /// # Errors
    /// `bad_request` when it is not well formed; `terms_required` when the terms are not accepted.
    pub fn decode(body: &str) -> Result<Self, ProblemCode> {
        if !is_object(body) {
            return Err(ProblemCode::BadRequest);
        }
        let request: Self = serde_json::from_str(body).map_err(|_| ProblemCode::BadRequest)?;
        if request.memory.len() > ENTER_MEMORY_MAX {
            return Err(ProblemCode::BadRequest);
        }
        if request.terms { Ok(request) } else { Err(ProblemCode::TermsRequired) }
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
}
