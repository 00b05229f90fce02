//! What the operator says and is told: the bodies of `/admin`.

use serde::{Deserialize, Serialize, Serializer};

use super::http::{Announcement, PresenceCounts, Severity};
use super::{EndReason, ErrorCode, ProblemCode, is_object};
use crate::domain::limits::ANNOUNCEMENT_CHARS_MAX;
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
#[serde(deny_unknown_fields)]
pub struct NewAnnouncement {
    /// How much it matters.
    pub severity: Severity,
    /// What it says.
    pub text: Announced,
    /// When it runs out by itself.
    #[serde(default)]
    pub until: Option<Time>,
}

impl NewAnnouncement {
    /// Reads the body.
    ///
    /// # Errors
    /// `bad_request` when it is not well formed, or the text is empty or too long.
    pub fn decode(body: &str) -> Result<Self, ProblemCode> {
        decode(body)
    }
}

/// The body of `PUT /admin/paused`, and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
        decode(body)
    }
}

fn decode<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, ProblemCode> {
    let read = |body| serde_json::from_str(body).ok();
    Some(body).filter(|body| is_object(body)).and_then(read).ok_or(ProblemCode::BadRequest)
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
