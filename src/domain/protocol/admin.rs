//! What the operator says and is told: the bodies of `/admin`.

use serde::{Deserialize, Serialize, Serializer};

use super::fields::Fields;
use super::http::{Announcement, PresenceCounts, Severity};
use super::{EndReason, ErrorCode, ProblemCode};
use crate::domain::ban_list::Ban;
use crate::domain::limits::{ANNOUNCEMENT_CHARS_MAX, BAN_REASON_CHARS_MAX};
use crate::domain::proof::Proof;
use crate::domain::tally::{Tally, WAITS_UP_TO_MS};
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

/// The answer to `GET /admin/stats`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Stats {
    /// Now.
    pub at: Time,
    /// Since when things are counted, as far as they are still known.
    pub since: Time,
    /// Whether matching is paused.
    pub paused: bool,
    /// What entering takes.
    pub proof: Proof,
    /// Whether the operator wants a proof of work.
    pub raised: bool,
    /// `on` or `off`.
    pub rate_limits: &'static str,
    /// Open streams of events.
    pub streams: u64,
    /// How many people are here.
    #[serde(flatten)]
    pub counts: PresenceCounts,
    /// What has happened in all lobbies.
    #[serde(flatten)]
    pub tally: TallyStats,
    /// Each lobby.
    pub lobbies: Vec<LobbyStats>,
    /// The last hour, a point a minute, the oldest first.
    pub hour: Vec<HourPoint>,
}

/// One lobby, for the operator.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct LobbyStats {
    /// Its name.
    pub lobby: String,
    /// Since when things are counted, as far as they are still known; `None` when it has never been heard of.
    pub since: Option<Time>,
    /// When it was last heard of.
    pub heard: Option<Time>,
    /// Whether it was last told that matching is paused.
    pub paused: bool,
    /// Sessions with a line.
    pub sessions: u64,
    /// Sessions that wait for a partner.
    pub waiting: u64,
    /// Sessions in a conversation.
    pub chatting: u64,
    /// What has happened in it.
    #[serde(flatten)]
    pub tally: TallyStats,
}

/// A minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct HourPoint {
    /// When it began.
    pub at: Time,
    /// How many people were here.
    #[serde(flatten)]
    pub counts: PresenceCounts,
    /// Pairs that met since the point before.
    pub matches: u64,
    /// Messages since the point before.
    pub messages: u64,
}

/// A tally with its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct TallyStats {
    matches: u64,
    messages: u64,
    reconnects: u64,
    resumes: u64,
    #[serde(serialize_with = "ends")]
    ends: [u64; EndReason::ALL.len()],
    #[serde(serialize_with = "refusals")]
    refusals: [u64; ErrorCode::ALL.len()],
    waits: [WaitStep; WAITS_UP_TO_MS.len() + 1],
}

/// People who had waited so long when they were matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct WaitStep {
    /// Up to this, in milliseconds, and longer than the step before; the last step has no end.
    up_to_ms: Option<u64>,
    count: u64,
}

impl From<Tally> for TallyStats {
    fn from(tally: Tally) -> Self {
        let Tally { matches, messages, reconnects, resumes, ends, refusals, waits } = tally;
        let step = |at: usize| WaitStep { up_to_ms: WAITS_UP_TO_MS.get(at).copied(), count: waits[at] };
        Self { matches, messages, reconnects, resumes, ends, refusals, waits: std::array::from_fn(step) }
    }
}

fn ends<S: Serializer>(ends: &[u64; EndReason::ALL.len()], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(EndReason::ALL.iter().zip(ends))
}

fn refusals<S: Serializer>(refusals: &[u64; ErrorCode::ALL.len()], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(ErrorCode::ALL.iter().zip(refusals))
}

#[cfg(test)]
mod tests {
    use super::super::to_json;
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

    #[test]
    fn a_tally_is_told_with_the_names_of_the_wire() {
        let mut tally = Tally { matches: 1, messages: 2, reconnects: 3, resumes: 4, ..Tally::default() };
        (tally.ends[1], tally.refusals[3], tally.waits[0], tally.waits[7]) = (5, 6, 7, 8);
        let text = to_json(&TallyStats::from(tally));
        let expected = concat!(
            r#"{"matches":1,"messages":2,"reconnects":3,"resumes":4,"#,
            r#""ends":{"left":0,"next":5,"lost":0,"moderated":0,"closing":0},"#,
            r#""refusals":{"bad_frame":0,"bad_text":0,"too_long":0,"slow_down":6,"talking":0,"not_talking":0,"#,
            r#""hello_first":0,"unknown_type":0,"paused":0},"#,
            r#""waits":[{"up_to_ms":1000,"count":7},{"up_to_ms":3000,"count":0},{"up_to_ms":10000,"count":0},"#,
            r#"{"up_to_ms":30000,"count":0},{"up_to_ms":60000,"count":0},{"up_to_ms":120000,"count":0},"#,
            r#"{"up_to_ms":300000,"count":0},{"up_to_ms":null,"count":8}]}"#,
        );
        assert_eq!(text, expected);
    }
}
