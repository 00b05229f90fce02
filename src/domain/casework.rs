//! What the operator does with reports: looks at them, and decides.

use super::limits::NOTE_CHARS_MAX;
use super::protocol::{Fields, ProblemCode};
use super::route::Denied;

/// How a report stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nobody has looked at it.
    Open,
    /// The operator agrees.
    Upheld,
    /// The operator does not.
    Dismissed,
}

impl Status {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Upheld => "upheld",
            Self::Dismissed => "dismissed",
        }
    }

    fn read(name: &str) -> Option<Self> {
        [Self::Open, Self::Upheld, Self::Dismissed].into_iter().find(|status| status.name() == name)
    }
}

/// A request about reports.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Casework {
    /// Look at a page of them.
    List {
        /// Those that stand like this: open ones oldest first, others newest first.
        status: Status,
        /// Those after this one; 0 for the first page.
        after: u64,
    },
    /// Decide one.
    Decide {
        /// Which one.
        id: u64,
        /// Upheld or dismissed.
        status: Status,
        /// Why.
        note: Option<String>,
    },
}

impl Casework {
    /// Reads a request to `place` under `/admin/`; `None` when it is not about reports.
    ///
    /// # Errors
    /// `not_found`, `method_not_allowed` or `bad_request`, in this order.
    #[must_use]
    pub fn read(method: &str, place: &str, query: &str, body: &str) -> Option<Result<Self, Denied>> {
        let id = match place.strip_prefix("reports")? {
            "" => None,
            rest => Some(rest.strip_prefix('/')?),
        };
        Some(match (id, method) {
            (None, "GET") => Self::page(query).ok_or(ProblemCode::BadRequest.into()),
            (None, _) => Err(Denied { code: ProblemCode::MethodNotAllowed, allow: Some("GET") }),
            (Some(id), method) => match (report_id(id), method) {
                (None, _) => Err(ProblemCode::NotFound.into()),
                (Some(id), "POST") => Self::decision(id, body).ok_or(ProblemCode::BadRequest.into()),
                (Some(_), _) => Err(Denied { code: ProblemCode::MethodNotAllowed, allow: Some("POST") }),
            },
        })
    }

    fn page(query: &str) -> Option<Self> {
        let (mut status, mut after) = (Status::Open, 0);
        for field in query.split('&').filter(|field| !field.is_empty()) {
            match field.split_once('=')? {
                ("status", name) => status = Status::read(name)?,
                ("after", id) => after = report_id(id)?,
                _ => return None,
            }
        }
        Some(Self::List { status, after })
    }

    fn decision(id: u64, body: &str) -> Option<Self> {
        let mut fields = Fields::read(body).ok()?;
        let (status, note) = (fields.take("status")?, fields.text("note").ok()?);
        fields.end().ok()?;
        let status = Status::read(status.text()).filter(|status| *status != Status::Open)?;
        if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_CHARS_MAX) {
            return None;
        }
        Some(Self::Decide { id, status, note: note.filter(|note| !note.trim().is_empty()) })
    }
}

/// Reads the id of a report: a number above 0, written in one way only.
#[must_use]
pub fn report_id(text: &str) -> Option<u64> {
    let id: u32 = text.parse().ok()?;
    (id > 0 && id.to_string() == text).then_some(id.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        method: &str,
        place: &str,
        query: &str,
        body: &str,
    ) -> Result<Casework, (ProblemCode, Option<&'static str>)> {
        let read = Casework::read(method, place, query, body).expect("about reports");
        read.map_err(|denied| (denied.code, denied.allow))
    }

    #[test]
    fn pages_are_asked_for_by_status_and_the_last_one_seen() {
        let list = |status, after| Ok(Casework::List { status, after });
        assert_eq!(read("GET", "reports", "", ""), list(Status::Open, 0));
        assert_eq!(read("GET", "reports", "status=dismissed&after=17", ""), list(Status::Dismissed, 17));
        for query in ["status=", "status=gone", "after=", "after=-1", "after=0", "after=01", "page=2", "status"] {
            assert_eq!(read("GET", "reports", query, ""), Err((ProblemCode::BadRequest, None)), "{query}");
        }
        assert_eq!(read("PUT", "reports", "", ""), Err((ProblemCode::MethodNotAllowed, Some("GET"))));
    }

    #[test]
    fn a_decision_is_one_of_two_with_at_most_500_characters_of_why() {
        let decide = |status, note: Option<&str>| Ok(Casework::Decide { id: 7, status, note: note.map(str::to_owned) });
        let post = |body: &str| read("POST", "reports/7", "", body);
        assert_eq!(post(r#"{"status":"upheld"}"#), decide(Status::Upheld, None));
        assert_eq!(post(r#"{"status":"dismissed","note":"no"}"#), decide(Status::Dismissed, Some("no")));
        let note = |chars: usize| post(&format!(r#"{{"status":"upheld","note":"{}"}}"#, "é".repeat(chars)));
        assert!(note(NOTE_CHARS_MAX).is_ok());
        for bad in ["", "{}", r#"{"status":"open"}"#, r#"{"status":"upheld","by":"me"}"#, r#"{"status":7}"#] {
            assert_eq!(post(bad), Err((ProblemCode::BadRequest, None)), "{bad}");
        }
        assert_eq!(note(NOTE_CHARS_MAX + 1), Err((ProblemCode::BadRequest, None)));
        assert_eq!(read("DELETE", "reports/7", "", ""), Err((ProblemCode::MethodNotAllowed, Some("POST"))));
        for id in ["", "x", "0", "07", "-1", "7/8", "99999999999"] {
            let place = format!("reports/{id}");
            assert_eq!(read("POST", &place, "", ""), Err((ProblemCode::NotFound, None)), "{id}");
        }
        assert_eq!(Casework::read("GET", "reporters", "", ""), None);
        assert_eq!(Casework::read("GET", "stats", "", ""), None);
    }
}
