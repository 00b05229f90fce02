//! Reading a frame of a client: its fields, each once and of its type, and none that its type does not take.

use super::client::{ClientFrame, Hello, Text};
use super::preferences::{Interests, Lang};
use super::report::{self, Lines, Reason, Shown, Side};
use super::server::Refusal;
use super::{ErrorCode, Fields, Json, WireVersion, is_object};
use crate::domain::id::ConversationName;
use crate::domain::limits::{CONVERSATION_NAME_BYTES_MAX, NUMBER_MAX, REPORT_LINES_MAX};

/// The types of the frames that [`decode`] reads.
const TYPES: [&str; 9] = ["hello", "find", "stop", "say", "got", "seen", "typing", "block", "report"];

/// Reads a frame.
///
/// # Errors
/// The refusal to answer with: what of type, conversation and number could be read is repeated in it.
pub fn decode(text: &str) -> Result<ClientFrame, Refusal> {
    let frame =
        fields(text).and_then(Fields::once).and_then(|fields| frame(fields).ok()).ok_or_else(|| explain(text))?;
    match &frame {
        ClientFrame::Say { text, .. } => text.check().map_err(|code| frame.refused(code))?,
        ClientFrame::Report { note, lines, .. } => {
            report::check(note.as_deref(), lines).map_err(|code| frame.refused(code))?;
        }
        ClientFrame::Hello(_)
        | ClientFrame::Find { .. }
        | ClientFrame::Stop { .. }
        | ClientFrame::Got { .. }
        | ClientFrame::Seen { .. }
        | ClientFrame::Typing { .. }
        | ClientFrame::Block { .. } => {}
    }
    Ok(frame)
}

fn fields(text: &str) -> Option<Vec<(String, Json)>> {
    Some(text)
        .filter(|text| is_object(text))
        .and_then(|text| serde_json::from_str(text).ok())
        .and_then(Json::into_fields)
}

/// It is no frame.
struct NoFrame;

/// The frame that these fields are.
fn frame(mut fields: Fields) -> Result<ClientFrame, NoFrame> {
    let frame = match text(&mut fields, "type")?.as_str() {
        "hello" => ClientFrame::Hello(hello(&mut fields)?),
        "find" => {
            let texts = optional(&mut fields, "interests", Json::into_list)?.unwrap_or_default();
            let texts: Option<Vec<String>> = texts.into_iter().map(Json::into_text).collect();
            let interests = Interests::try_from(texts.ok_or(NoFrame)?).map_err(|_| NoFrame)?;
            let lang = optional(&mut fields, "lang", |lang| Lang::try_from(lang.into_text()?).ok())?;
            ClientFrame::Find { interests, lang, conversation: optional(&mut fields, "c", name)? }
        }
        "stop" => ClientFrame::Stop { conversation: optional(&mut fields, "c", name)? },
        "say" => {
            let (conversation, n) = (conversation(&mut fields)?, number(&mut fields, 1)?);
            ClientFrame::Say { conversation, n, text: Text::unchecked(text(&mut fields, "text")?) }
        }
        "got" => ClientFrame::Got { conversation: conversation(&mut fields)?, n: number(&mut fields, 0)? },
        "seen" => ClientFrame::Seen { conversation: conversation(&mut fields)?, n: number(&mut fields, 0)? },
        "typing" => {
            let on = fields.flag("on").ok().flatten().ok_or(NoFrame)?;
            ClientFrame::Typing { conversation: conversation(&mut fields)?, on }
        }
        "block" => ClientFrame::Block { conversation: conversation(&mut fields)? },
        "report" => {
            let reason = Reason::read(&text(&mut fields, "reason")?).ok_or(NoFrame)?;
            let note = optional(&mut fields, "note", Json::into_text)?;
            let lines = optional(&mut fields, "lines", Json::into_list)?.unwrap_or_default();
            ClientFrame::Report { conversation: conversation(&mut fields)?, reason, note, lines: shown(lines)? }
        }
        _ => return Err(NoFrame),
    };
    fields.end().map(|()| frame).map_err(|_| NoFrame)
}

fn hello(fields: &mut Fields) -> Result<Hello, NoFrame> {
    let version = fields.take("v").and_then(|v| v.as_number()).filter(|v| *v == WireVersion::NUMBER);
    let counted = fields.flag("counted").map_err(|_| NoFrame)?.unwrap_or_default();
    Ok(Hello {
        version: version.map(|_| WireVersion).ok_or(NoFrame)?,
        pass: optional(fields, "pass", Json::into_text)?,
        ticket: optional(fields, "ticket", Json::into_text)?,
        line: optional(fields, "line", |line| line.as_number().filter(|line| *line <= NUMBER_MAX))?,
        counted,
    })
}

/// The lines of a report, at most [`REPORT_LINES_MAX`].
fn shown(lines: Vec<Json>) -> Result<Lines, NoFrame> {
    let line = |line: Json| {
        let mut fields = line.into_fields().and_then(Fields::once).ok_or(NoFrame)?;
        let from = optional(&mut fields, "from", |side| Side::read(side.text()))?.unwrap_or_default();
        let n = number(&mut fields, 1)?;
        let text = optional(&mut fields, "text", Json::into_text)?.unwrap_or_default();
        let tag = optional(&mut fields, "tag", Json::into_text)?;
        fields.end().map(|()| Shown { from, n, text, tag }).map_err(|_| NoFrame)
    };
    if lines.len() > REPORT_LINES_MAX {
        return Err(NoFrame);
    }
    lines.into_iter().map(line).collect::<Result<_, _>>().map(Lines)
}

/// A field that may be left out, but not be of another type; `null` is another type.
fn optional<T>(fields: &mut Fields, name: &str, read: fn(Json) -> Option<T>) -> Result<Option<T>, NoFrame> {
    fields.take(name).map(|value| read(value).ok_or(NoFrame)).transpose()
}

fn text(fields: &mut Fields, name: &str) -> Result<String, NoFrame> {
    optional(fields, name, Json::into_text)?.ok_or(NoFrame)
}

fn number(fields: &mut Fields, least: u64) -> Result<u64, NoFrame> {
    let number = fields.take("n").and_then(|n| n.as_number());
    number.filter(|n| (least..=NUMBER_MAX).contains(n)).ok_or(NoFrame)
}

fn conversation(fields: &mut Fields) -> Result<ConversationName, NoFrame> {
    optional(fields, "c", name)?.ok_or(NoFrame)
}

fn name(value: Json) -> Option<ConversationName> {
    value.into_text().and_then(|text| ConversationName::parse(&text))
}

/// Why `text` is not a frame, with what can be read of it.
fn explain(text: &str) -> Refusal {
    let mut fields = fields(text).unwrap_or_default();
    // Of a field that is there twice the last one is told.
    fields.reverse();
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let text = |name: &str| {
        let short = |text: &&str| text.len() <= CONVERSATION_NAME_BYTES_MAX;
        field(name).and_then(Json::as_text).filter(short).map(str::to_owned)
    };
    let re = text("type");
    let known = re.as_deref().is_none_or(|re| TYPES.contains(&re));
    Refusal {
        code: if known { ErrorCode::BadFrame } else { ErrorCode::UnknownType },
        re,
        conversation: text("c"),
        n: field("n").and_then(Json::as_number).filter(|n| *n <= NUMBER_MAX),
        retry_ms: None,
    }
}
