//! What a report says, on the wire and where it is kept.

use serde::Serialize;

use super::ErrorCode;
use super::client::is_control;
use crate::domain::limits::{LINE_TAG_CHARS_MAX, NOTE_CHARS_MAX, TEXT_CHARS_MAX};

/// Why somebody is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Somebody seems to be under 18.
    Minor,
    /// Sexual content that was not wanted.
    Sexual,
    /// Insults, stalking, pressure.
    Harassment,
    /// Hatred of a group of people.
    Hate,
    /// Threats, violence, self-harm.
    Violence,
    /// Advertising, fraud, a machine.
    Spam,
    /// Something else that is against the law.
    Illegal,
    /// Anything else; the note may tell.
    Other,
}

impl Reason {
    const ALL: [Self; 8] = [
        Self::Minor,
        Self::Sexual,
        Self::Harassment,
        Self::Hate,
        Self::Violence,
        Self::Spam,
        Self::Illegal,
        Self::Other,
    ];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Sexual => "sexual",
            Self::Harassment => "harassment",
            Self::Hate => "hate",
            Self::Violence => "violence",
            Self::Spam => "spam",
            Self::Illegal => "illegal",
            Self::Other => "other",
        }
    }

    /// Reads what [`Self::name`] writes.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Who said a line, from the reporter's seat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The one who is reported.
    #[default]
    Partner,
    /// The reporter, shown for the context.
    Me,
}

impl Side {
    /// Reads a side as it is written on the wire.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        match name {
            "partner" => Some(Self::Partner),
            "me" => Some(Self::Me),
            _ => None,
        }
    }
}

/// A line that the reporter chose to show.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shown {
    /// Who said it.
    pub from: Side,
    /// Its number.
    pub n: u64,
    /// What it says, as far as it is shown.
    pub text: String,
    /// The tag that the service passed it on with.
    pub tag: Option<String>,
}

/// The lines of a report: at most [`REPORT_LINES_MAX`](crate::domain::limits::REPORT_LINES_MAX).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lines(pub Vec<Shown>);

/// Whether the texts of a report keep the rules for texts.
///
/// # Errors
/// `too_long` or `bad_text`.
pub(super) fn check(note: Option<&str>, lines: &Lines) -> Result<(), ErrorCode> {
    let long = |text: &str, max: usize| text.len() > max && text.chars().count() > max;
    let shown = lines.0.iter();
    if note.is_some_and(|note| long(note, NOTE_CHARS_MAX))
        || shown.clone().any(|line| long(&line.text, TEXT_CHARS_MAX))
        || shown.clone().any(|line| line.tag.as_ref().is_some_and(|tag| tag.len() > LINE_TAG_CHARS_MAX))
    {
        return Err(ErrorCode::TooLong);
    }
    let mut texts = note.into_iter().chain(shown.map(|line| line.text.as_str()));
    if texts.any(|text| text.contains(is_control)) { Err(ErrorCode::BadText) } else { Ok(()) }
}

/// A line as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Line {
    /// Who said it.
    pub from: Side,
    /// Its number.
    pub n: u64,
    /// What it says.
    pub text: String,
    /// Whether it was really said: there, by that side, as that number, in these words.
    pub verified: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::protocol::{ClientFrame, decode};

    fn report(fields: &str) -> Result<ClientFrame, ErrorCode> {
        decode(&format!(r#"{{"type":"report","c":"x","reason":"spam"{fields}}}"#)).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_note_of_500_characters_and_lines_of_2_000_are_taken_and_one_more_is_not() {
        for (field, max) in [(r#","note":"#, NOTE_CHARS_MAX), (r#","lines":[{"n":1,"text":"#, TEXT_CHARS_MAX)] {
            let end = if field.contains('[') { "}]" } else { "" };
            let of = |chars: usize| report(&format!("{field}\"{}\"{end}", "é".repeat(chars)));
            assert!(of(max).is_ok(), "{field}");
            assert_eq!(of(max + 1), Err(ErrorCode::TooLong), "{field}");
        }
        let tag = |chars: usize| report(&format!(r#","lines":[{{"n":1,"tag":"{}"}}]"#, "A".repeat(chars)));
        assert!(tag(LINE_TAG_CHARS_MAX).is_ok());
        assert_eq!(tag(LINE_TAG_CHARS_MAX + 1), Err(ErrorCode::TooLong));
    }

    #[test]
    fn what_is_no_report_is_refused() {
        for bad in [
            r#","reason":"spam""#,
            r#","note":null"#,
            r#","note":7"#,
            r#","lines":{}"#,
            r#","lines":[1]"#,
            r#","lines":[{"text":"x"}]"#,
            r#","lines":[{"n":0}]"#,
            r#","lines":[{"n":1,"from":"service"}]"#,
            r#","lines":[{"n":1,"tag":null}]"#,
            r#","lines":[{"n":1,"verified":true}]"#,
        ] {
            assert_eq!(report(bad), Err(ErrorCode::BadFrame), "{bad}");
        }
        let code = decode(r#"{"type":"report","c":"x","reason":"dislike"}"#).unwrap_err().code;
        assert_eq!(code, ErrorCode::BadFrame, "the reasons are a fixed list");
        assert_eq!(report(r#","note":"a\u0007b""#), Err(ErrorCode::BadText));
        assert!(report(r#","note":"two\nlines","lines":[{"n":1},{"from":"me","n":2,"text":"a\tb"}]"#).is_ok());
    }
}
