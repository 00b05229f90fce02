//! Reading a frame of a client: first all fields that any frame has, each of its type, then whether they are those that
//! its type takes. A frame that is none is read once more, for what of it can be repeated in the refusal.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

use super::client::{ClientFrame, Hello, Text, present};
use super::preferences::{Interests, Lang};
use super::report::{self, Lines, Reason};
use super::server::Refusal;
use super::{ErrorCode, WireVersion, is_object};
use crate::domain::id::ConversationName;
use crate::domain::limits::{CONVERSATION_NAME_BYTES_MAX, NUMBER_MAX};

/// The types of the frames that [`decode`] reads.
const TYPES: [&str; 9] = ["hello", "find", "stop", "say", "got", "seen", "typing", "block", "report"];

/// All fields that a frame may have, in the order of the bits of [`Fields::given`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "present")]
    v: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    pass: Option<String>,
    #[serde(default, deserialize_with = "present")]
    ticket: Option<String>,
    #[serde(default, deserialize_with = "present")]
    line: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    counted: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    interests: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    lang: Option<String>,
    #[serde(default, deserialize_with = "present")]
    c: Option<String>,
    #[serde(default, deserialize_with = "present")]
    n: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    text: Option<String>,
    #[serde(default, deserialize_with = "present")]
    on: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    reason: Option<String>,
    #[serde(default, deserialize_with = "present")]
    note: Option<String>,
    #[serde(default, deserialize_with = "present")]
    lines: Option<Lines>,
}

impl Fields {
    /// Which fields there are: a bit each.
    fn given(&self) -> u32 {
        let Self { kind: _, v, pass, ticket, line, counted, interests, lang, c, n, text, on, reason, note, lines } =
            self;
        let all = [
            v.is_some(),
            pass.is_some(),
            ticket.is_some(),
            line.is_some(),
            counted.is_some(),
            interests.is_some(),
            lang.is_some(),
            c.is_some(),
            n.is_some(),
            text.is_some(),
            on.is_some(),
            reason.is_some(),
            note.is_some(),
            lines.is_some(),
        ];
        all.iter().enumerate().fold(0, |bits, (at, given)| bits | (u32::from(*given) << at))
    }

    /// The frame that these are; `None` when they are none.
    fn frame(self) -> Option<ClientFrame> {
        const HELLO: u32 = 0b1_1111;
        const FIND: u32 = 0b111 << 5;
        const C: u32 = 1 << 7;
        const N: u32 = 1 << 8;
        const TEXT: u32 = 1 << 9;
        const ON: u32 = 1 << 10;
        const REPORT: u32 = 0b111 << 11;
        let takes = match self.kind.as_str() {
            "hello" => HELLO,
            "find" => FIND,
            "stop" | "block" => C,
            "say" => C | N | TEXT,
            "got" | "seen" => C | N,
            "typing" => C | ON,
            "report" => C | REPORT,
            _ => return None,
        };
        if self.given() & !takes != 0 {
            return None;
        }
        let conversation = match &self.c {
            None => None,
            Some(name) => Some(ConversationName::parse(name)?),
        };
        let number = |least: u64| self.n.filter(|n| (least..=NUMBER_MAX).contains(n));
        Some(match self.kind.as_str() {
            "hello" => {
                self.v.filter(|v| *v == WireVersion::NUMBER)?;
                self.line.is_none_or(|line| line <= NUMBER_MAX).then_some(())?;
                let (pass, ticket, line) = (self.pass, self.ticket, self.line);
                let counted = self.counted.unwrap_or_default();
                ClientFrame::Hello(Hello { version: WireVersion, pass, ticket, line, counted })
            }
            "find" => {
                let interests = Interests::try_from(self.interests.unwrap_or_default()).ok()?;
                let lang = match self.lang {
                    None => None,
                    Some(lang) => Some(Lang::try_from(lang).ok()?),
                };
                ClientFrame::Find { interests, lang, conversation }
            }
            "stop" => ClientFrame::Stop { conversation },
            "say" => ClientFrame::Say { conversation: conversation?, n: number(1)?, text: Text::unchecked(self.text?) },
            "got" => ClientFrame::Got { conversation: conversation?, n: number(0)? },
            "seen" => ClientFrame::Seen { conversation: conversation?, n: number(0)? },
            "typing" => ClientFrame::Typing { conversation: conversation?, on: self.on? },
            "block" => ClientFrame::Block { conversation: conversation? },
            _ => {
                let (reason, lines) = (Reason::read(&self.reason?)?, self.lines.unwrap_or_default());
                ClientFrame::Report { conversation: conversation?, reason, note: self.note, lines }
            }
        })
    }
}

/// Reads a frame.
///
/// # Errors
/// The refusal to answer with: what of type, conversation and number could be read is repeated in it.
pub fn decode(text: &str) -> Result<ClientFrame, Refusal> {
    let fields = is_object(text).then(|| serde_json::from_str::<Fields>(text).ok()).flatten();
    let frame = fields.and_then(Fields::frame).ok_or_else(|| explain(text))?;
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

/// Why `text` is not a frame, with what can be read of it.
fn explain(text: &str) -> Refusal {
    let Outline { re, c, n } = serde_json::from_str(text).unwrap_or_default();
    let short = |value| match value {
        Loose::Text(text) if text.len() <= CONVERSATION_NAME_BYTES_MAX => Some(text),
        Loose::Text(_) | Loose::Number(_) | Loose::Other => None,
    };
    let re = short(re);
    let known = re.as_deref().is_none_or(|re| TYPES.contains(&re));
    Refusal {
        code: if known { ErrorCode::BadFrame } else { ErrorCode::UnknownType },
        re,
        conversation: short(c),
        n: match n {
            Loose::Number(n) if n <= NUMBER_MAX => Some(n),
            Loose::Text(_) | Loose::Number(_) | Loose::Other => None,
        },
        retry_ms: None,
    }
}

/// What a refusal repeats. Of two fields of a name the last counts.
#[derive(Default)]
struct Outline {
    re: Loose,
    c: Loose,
    n: Loose,
}

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(OutlineVisitor)
    }
}

struct OutlineVisitor;

impl<'de> Visitor<'de> for OutlineVisitor {
    type Value = Outline;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Outline, A::Error> {
        let mut outline = Outline::default();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value()?;
            match name.as_str() {
                "type" => outline.re = value,
                "c" => outline.c = value,
                "n" => outline.n = value,
                _ => {}
            }
        }
        Ok(outline)
    }
}

/// A text, a whole number, or anything else.
#[derive(Default)]
enum Loose {
    Text(String),
    Number(u64),
    #[default]
    Other,
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Loose, E> {
        Ok(Loose::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Loose, E> {
        Ok(Loose::Other)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Loose, E> {
        Ok(Loose::Number(number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Loose, E> {
        Ok(Loose::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Loose, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Loose::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Loose::Other)
    }
}
