//! What the operator is told in numbers.

use serde::{Serialize, Serializer};

use super::{EndReason, ErrorCode, PresenceCounts};
use crate::domain::proof::Proof;
use crate::domain::tally::{Tally, WAITS_UP_TO_MS};
use crate::domain::time::Time;

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
