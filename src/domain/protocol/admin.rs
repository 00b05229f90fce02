//! What the operator says and is told: the bodies of `/admin`.

use serde::{Deserialize, Serialize};

use super::ProblemCode;
use super::fields::Fields;
use super::http::{Announcement, Severity};
use crate::domain::ban_list::Ban;
use crate::domain::limits::{ANNOUNCEMENT_CHARS_MAX, BAN_REASON_CHARS_MAX};
use crate::domain::time::Time;

/// The text of an announcement: 1 to [`ANNOUNCEMENT_CHARS_MAX`] characters, not only white space.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Announced(String);

impl TryFrom<String> for Announced {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.chars().all(char::is_whitespace) || text.chars().count() > ANNOUNCEMENT_CHARS_MAX {
            return Err("1 to 500 characters, not only white space");
        }
        Ok(Self(text))
    }
}

impl From<Announced> for String {
    fn from(text: Announced) -> Self {
        text.0
    }
}

/// The body of `POST /admin/announcements`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NewAnnouncement {
    /// How much it matters.
    pub severity: Severity,
    /// What it says.
    pub text: Announced,
    /// When it runs out by itself.
    pub until: Option<Time>,
}

impl NewAnnouncement {
    /// Reads the body.
    ///
    /// # Errors
    /// `bad_request` when it is not well formed, or the text is empty or too long.
    pub fn decode(body: &str) -> Result<Self, ProblemCode> {
        let mut fields = Fields::read(body)?;
        let severity = match fields.text("severity")?.as_deref() {
            Some("info") => Severity::Info,
            Some("warning") => Severity::Warning,
            Some("critical") => Severity::Critical,
            Some(_) | None => return Err(ProblemCode::BadRequest),
        };
        let text = fields.text("text")?.and_then(|text| text.try_into().ok()).ok_or(ProblemCode::BadRequest)?;
        let until = fields.time("until")?;
        fields.end()?;
        Ok(Self { severity, text, until })
    }
}

/// The body of `PUT /admin/paused`, and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Paused {
    /// Whether matching is paused.
    pub paused: bool,
}

impl Paused {
    /// Reads the body.
    ///
    /// # Errors
    /// `bad_request` when it is not well formed.
    pub fn decode(body: &str) -> Result<Self, ProblemCode> {
        Ok(Self { paused: switch(body, "paused")? })
    }
}

/// The body of `PUT /admin/raised`, and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Raised {
    /// Whether entering takes a proof of work until the operator says otherwise.
    pub raised: bool,
}

impl Raised {
    /// Reads the body.
    ///
    /// # Errors
    /// `bad_request` when it is not well formed.
    pub fn decode(body: &str) -> Result<Self, ProblemCode> {
        Ok(Self { raised: switch(body, "raised")? })
    }
}

/// The body of `POST /admin/bans`: exactly one of the first three says who.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BanRequest {
    /// Whoever was reported in the report of this id.
    pub report: Option<String>,
    /// The key of a visitor.
    pub visitor: Option<String>,
    /// The key of a network.
    pub network: Option<String>,
    /// Until when.
    pub until: Time,
    /// Why: 1 to [`BAN_REASON_CHARS_MAX`] characters.
    pub reason: String,
}

impl BanRequest {
    /// Reads the body.
    ///
    /// # Errors
    /// `bad_request` when it is not well formed.
    pub fn decode(body: &str) -> Result<Self, ProblemCode> {
        let mut fields = Fields::read(body)?;
        let request = Self {
            report: fields.text("report")?,
            visitor: fields.text("visitor")?,
            network: fields.text("network")?,
            until: fields.time("until")?.ok_or(ProblemCode::BadRequest)?,
            reason: fields.text("reason")?.unwrap_or_default(),
        };
        fields.end()?;
        let named = [&request.report, &request.visitor, &request.network].into_iter().flatten().count();
        let good = named == 1 && (1..=BAN_REASON_CHARS_MAX).contains(&request.reason.chars().count());
        Some(request).filter(|_| good).ok_or(ProblemCode::BadRequest)
    }
}

/// A ban, as the operator is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct BanView {
    id: String,
    at: Time,
    until: Time,
    reason: String,
    visitor: Option<String>,
    network: Option<String>,
    report: Option<String>,
    automatic: bool,
}

impl From<&Ban> for BanView {
    fn from(Ban { id, at, of }: &Ban) -> Self {
        Self {
            id: id.to_string(),
            at: *at,
            until: of.until,
            reason: of.reason.clone(),
            visitor: of.visitor.map(|key| key.to_string()),
            network: of.network.map(|key| key.to_string()),
            report: of.report.clone(),
            automatic: of.automatic,
        }
    }
}

/// The answer to `GET /admin/bans`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct BanViews {
    /// Those in force, the newest first.
    pub bans: Vec<BanView>,
}

/// A body that is nothing but a switch.
fn switch(body: &str, name: &str) -> Result<bool, ProblemCode> {
    let mut fields = Fields::read(body)?;
    let on = fields.flag(name)?.ok_or(ProblemCode::BadRequest)?;
    fields.end().map(|()| on)
}

/// The answer to `GET /admin/announcements`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct AnnouncementList {
    /// Those in force, the oldest first.
    pub announcements: Vec<Announcement>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(text: &str) -> Result<NewAnnouncement, ProblemCode> {
        NewAnnouncement::decode(&format!(r#"{{"severity":"info","text":"{text}"}}"#))
    }

    #[test]
    fn an_announcement_has_1_to_500_characters() {
        assert!(announced("x").is_ok() && announced(&"é".repeat(500)).is_ok() && announced(&"😀".repeat(500)).is_ok());
        for text in ["", "  ", r"\n\t\u00a0\u2003", &"x".repeat(501), &"😀".repeat(501)] {
            assert_eq!(announced(text), Err(ProblemCode::BadRequest), "{text}");
        }
        assert!(announced(r"\ufeff\u0000 a\r\n\n event: presence").is_ok(), "odd ones are the page's to show");
    }

    #[test]
    fn bodies_are_what_they_should_be_and_nothing_else() {
        let bodies = [
            "",
            "null",
            "[\"info\",\"x\",null]",
            r#"{"severity":"info"}"#,
            r#"{"severity":"loud","text":"x"}"#,
            r#"{"severity":"info","text":"x","until":"soon"}"#,
            r#"{"severity":"info","text":"x","until":-1}"#,
            r#"{"severity":"info","text":"x","id":"1"}"#,
            r#"{"severity":"info","text":"x","text":"y"}"#,
            r#"{"severity":"info","text":"x"} x"#,
        ];
        for body in bodies {
            assert_eq!(NewAnnouncement::decode(body), Err(ProblemCode::BadRequest), "{body}");
        }
        let full = NewAnnouncement::decode(r#"{"until":5,"text":"x","severity":"critical"}"#).unwrap();
        assert_eq!((full.severity, full.until), (Severity::Critical, Some(Time::from_ms(5))));
        assert_eq!(Paused::decode(r#"{"paused":true}"#), Ok(Paused { paused: true }));
        for body in ["[true]", "{}", r#"{"paused":1}"#, r#"{"paused":true,"until":5}"#] {
            assert_eq!(Paused::decode(body), Err(ProblemCode::BadRequest), "{body}");
        }
    }

    #[test]
    fn a_ban_names_exactly_one_and_has_a_reason_of_1_to_200_characters() {
        let read = |fields: &str| BanRequest::decode(&format!(r#"{{"until":5,{fields}}}"#));
        let reason = |reason: &str| read(&format!(r#""visitor":"x","reason":"{reason}""#));
        assert!(reason("x").is_ok() && reason(&"é".repeat(200)).is_ok());
        assert_eq!((reason("").is_err(), reason(&"é".repeat(201)).is_err()), (true, true));
        for one in [r#""report":"7""#, r#""network":"x""#, r#""visitor":"x","network":null"#] {
            assert!(read(&format!(r#"{one},"reason":"x""#)).is_ok(), "{one}");
        }
        for bad in [
            r#""reason":"x""#,
            r#""visitor":"x","network":"y","reason":"x""#,
            r#""visitor":7,"reason":"x""#,
            r#""visitor":"x""#,
            r#""visitor":"x","reason":"x","id":"1""#,
        ] {
            assert_eq!(read(bad), Err(ProblemCode::BadRequest), "{bad}");
        }
        assert_eq!(Raised::decode(r#"{"raised":true}"#), Ok(Raised { raised: true }));
        assert_eq!(Raised::decode(r#"{"raised":1}"#), Err(ProblemCode::BadRequest));
    }
}
