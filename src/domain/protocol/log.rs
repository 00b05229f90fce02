//! What the operator reads in the logs: one JSON object a line.

use serde::Serialize;

use super::http::to_json;

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The operator did something.
    Info,
    /// Something went wrong, and the service is built for it.
    Warning,
    /// Something went wrong that should not.
    Error,
}

/// A line of the log. Never anything about a person: no text, address, name, pass or ticket.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LogLine<'a> {
    /// How much it matters.
    pub level: Level,
    /// What happened, always in the same words.
    pub event: &'a str,
    /// What else is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'a str>,
}

impl LogLine<'_> {
    /// The line.
    #[must_use]
    pub fn encode(&self) -> String {
        to_json(self)
    }
}
