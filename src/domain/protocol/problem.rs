//! Refusals over HTTP: problems (RFC 9457).

use serde::Serialize;

use super::to_json;
use crate::domain::limits::{PAUSED_RETRY_MS, UNAVAILABLE_RETRY_MS};
use crate::domain::proof::{Challenge, Proof};
use crate::domain::time::Time;

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

#[cfg(test)]
mod tests {
    use super::*;

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
