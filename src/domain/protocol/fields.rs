//! The bodies of requests, read field by field. One reader for all of them: each type that serde reads from JSON by itself
//! weighs four kilobytes in the upload.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{ProblemCode, is_object};
use crate::domain::limits::FIELDS_MAX;
use crate::domain::time::Time;

/// A JSON value, as far as it is told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number from 0 on.
    Number(u64),
    /// Any other number.
    OddNumber,
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The text; nothing where it is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.as_text().unwrap_or_default()
    }

    /// The number, if it is a whole one from 0 on.
    #[must_use]
    pub const fn as_number(&self) -> Option<u64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The text, if it is one, to keep.
    #[must_use]
    pub fn into_text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The list, if it is one.
    #[must_use]
    pub fn into_list(self) -> Option<Vec<Self>> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The fields, if it is an object, as they were written.
    #[must_use]
    pub fn into_fields(self) -> Option<Vec<(String, Self)>> {
        if let Self::Object(fields) = self { Some(fields) } else { None }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::OddNumber)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::OddNumber)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(one) = all.next_element()? {
            list.push(one);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some((Json::Text(name), value)) = all.next_entry::<Json, Json>()? {
            fields.push((name, value));
        }
        Ok(Json::Object(fields))
    }
}

/// The fields of an object, each of them once. What is taken is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields(Vec<(String, Json)>);

impl Fields {
    /// Reads an object.
    ///
    /// # Errors
    /// `bad_request` when it is none, or a name is in it twice.
    pub fn read(text: &str) -> Result<Self, ProblemCode> {
        let read = Some(text).filter(|text| is_object(text)).and_then(|text| serde_json::from_str(text).ok());
        let Some(Json::Object(fields)) = read else { return Err(ProblemCode::BadRequest) };
        Self::once(fields).ok_or(ProblemCode::BadRequest)
    }

    /// These fields; `None` when a name is among them twice, or more of them than any object of ours has: to compare each
    /// with each is for few.
    #[must_use]
    pub fn once(fields: Vec<(String, Json)>) -> Option<Self> {
        let few = fields.len() <= FIELDS_MAX;
        let twice = || (1..fields.len()).any(|at| fields[..at].iter().any(|(name, _)| *name == fields[at].0));
        (few && !twice()).then_some(Self(fields))
    }

    /// A field, if it is there.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// A field that is a text; nothing where it is `null` or not there.
    ///
    /// # Errors
    /// `bad_request` when it is anything else.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, ProblemCode> {
        match self.take(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text)),
            Some(Json::Bool(_) | Json::Number(_) | Json::OddNumber | Json::List(_) | Json::Object(_)) => {
                Err(ProblemCode::BadRequest)
            }
        }
    }

    /// A field that is a moment; nothing where it is `null` or not there.
    ///
    /// # Errors
    /// `bad_request` when it is anything else.
    pub fn time(&mut self, name: &str) -> Result<Option<Time>, ProblemCode> {
        match self.take(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Number(ms)) => Ok(Some(Time::from_ms(ms))),
            Some(Json::Bool(_) | Json::OddNumber | Json::Text(_) | Json::List(_) | Json::Object(_)) => {
                Err(ProblemCode::BadRequest)
            }
        }
    }

    /// A field that is `true` or `false`; nothing where it is not there.
    ///
    /// # Errors
    /// `bad_request` when it is anything else.
    pub fn flag(&mut self, name: &str) -> Result<Option<bool>, ProblemCode> {
        match self.take(name) {
            None => Ok(None),
            Some(Json::Bool(flag)) => Ok(Some(flag)),
            Some(Json::Null | Json::Number(_) | Json::OddNumber | Json::Text(_) | Json::List(_) | Json::Object(_)) => {
                Err(ProblemCode::BadRequest)
            }
        }
    }

    /// That is all.
    ///
    /// # Errors
    /// `bad_request` when fields are left.
    pub fn end(self) -> Result<(), ProblemCode> {
        if self.0.is_empty() { Ok(()) } else { Err(ProblemCode::BadRequest) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_once_each_and_by_their_type() {
        let mut fields = Fields::read(r#" {"a":"x\n","b":7,"c":true,"d":null,"e":[1,"y",{}],"f":-1,"g":1.5}"#).unwrap();
        assert_eq!((fields.text("a"), fields.text("a")), (Ok(Some("x\n".into())), Ok(None)));
        assert_eq!((fields.time("b"), fields.flag("c")), (Ok(Some(Time::from_ms(7))), Ok(Some(true))));
        assert_eq!((fields.clone().text("d"), fields.flag("d")), (Ok(None), Err(ProblemCode::BadRequest)));
        let list = Json::List(vec![Json::Number(1), Json::Text("y".into()), Json::Object(Vec::new())]);
        assert_eq!(fields.take("e"), Some(list));
        assert_eq!(
            (fields.time("f"), fields.clone().end()),
            (Err(ProblemCode::BadRequest), Err(ProblemCode::BadRequest))
        );
        assert_eq!((fields.take("g"), fields.end()), (Some(Json::OddNumber), Ok(())));
        let many =
            |count: usize| format!("{{{}}}", (0..count).map(|n| format!("\"{n}\":1")).collect::<Vec<_>>().join(","));
        assert!(Fields::read(&many(FIELDS_MAX)).is_ok());
        assert_eq!(Fields::read(&many(FIELDS_MAX + 1)), Err(ProblemCode::BadRequest));
        let deep = format!(r#"{{"a":{}"#, "[".repeat(60_000));
        for bad in ["", "null", "[1]", r#"{"a":1,"a":2}"#, r#"{"a":1} x"#, r#"{"a"}"#, &deep] {
            assert_eq!(Fields::read(bad), Err(ProblemCode::BadRequest), "{bad:.20}");
        }
    }
}
