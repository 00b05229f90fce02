//! The operator: the token that shows who it is, how often a wrong one may be tried, and what may be asked for.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::ban_list::NewBan;
use super::id::{NetworkKey, VisitorKey};
use super::ledger::Ledger;
use super::limits::{ADMIN_TOKEN_CHARS_MIN, ADMIN_TRIES};
use super::protocol::{BanRequest, NewAnnouncement, Paused, ProblemCode, Raised};
use super::route::Denied;
use super::time::Time;

/// Why nobody can be the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// There is no token: the service has no place for an operator.
    Missing,
    /// It is shorter than [`ADMIN_TOKEN_CHARS_MIN`] characters.
    TooShort,
}

/// Whether an `Authorization` header carries the operator's token. What is compared is a digest of each, all of it, so
/// that the time it takes says nothing about how much of a wrong token is right.
///
/// # Errors
/// When there is no token worth comparing with.
pub fn is_operator(token: Option<&str>, authorization: Option<&str>) -> Result<bool, TokenError> {
    let token = token.filter(|token| !token.is_empty()).ok_or(TokenError::Missing)?;
    if token.chars().count() < ADMIN_TOKEN_CHARS_MIN {
        return Err(TokenError::TooShort);
    }
    let given = authorization.and_then(bearer).unwrap_or_default();
    let pairs = Sha256::digest(token).into_iter().zip(Sha256::digest(given));
    Ok(pairs.fold(0, |differences, (ours, theirs)| differences | (ours ^ theirs)) == 0)
}

/// The token in an `Authorization` header (RFC 6750 section 2.1; the scheme in any case, RFC 9110 section 11.1).
fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    Some(token.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"))
}

/// What the operator asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Command {
    /// How it goes.
    Stats,
    /// The announcements in force.
    Announcements,
    /// Make an announcement.
    Announce(NewAnnouncement),
    /// Withdraw the announcement of this id.
    Withdraw(String),
    /// Stop or start matching.
    Pause(bool),
    /// Ask for a proof of work of everybody who enters, or of nobody but those of whom the service itself does.
    Raise(bool),
    /// The bans in force.
    Bans,
    /// Ban somebody.
    Ban(Box<NewBan>),
    /// Lift the ban of this id.
    Unban(u64),
}

/// What the operator wishes: mostly a command, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Wish {
    /// A command.
    Command(Command),
    /// A ban of whoever was reported: who that is, the report says. The ban names nobody yet.
    BanReported {
        /// The report's id.
        report: String,
        /// The ban, but for who is banned.
        ban: Box<NewBan>,
    },
}

impl From<Command> for Wish {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}

impl From<BanRequest> for Wish {
    fn from(BanRequest { report, visitor, network, until, reason }: BanRequest) -> Self {
        let (visitor, network) =
            (visitor.as_deref().and_then(VisitorKey::parse), network.as_deref().and_then(NetworkKey::parse));
        let ban = Box::new(NewBan { visitor, network, until, reason, report: report.clone(), automatic: false });
        match report {
            Some(report) => Self::BanReported { report, ban },
            // What is no key leaves nobody to ban, which is refused where bans are made.
            None => Command::Ban(ban).into(),
        }
    }
}

impl Wish {
    /// What `method` on the path `/admin/<place>` with this body asks for.
    ///
    /// # Errors
    /// `not_found`, `method_not_allowed` or `bad_request`, in this order.
    pub fn read(method: &str, place: &str, body: &str) -> Result<Self, Denied> {
        let other = |allow| Err(Denied { code: ProblemCode::MethodNotAllowed, allow: Some(allow) });
        match (place, method) {
            ("stats", "GET") => Ok(Command::Stats.into()),
            ("stats", _) => other("GET"),
            ("announcements", "GET") => Ok(Command::Announcements.into()),
            ("announcements", "POST") => Ok(Command::Announce(NewAnnouncement::decode(body)?).into()),
            ("paused", "PUT") => Ok(Command::Pause(Paused::decode(body)?.paused).into()),
            ("raised", "PUT") => Ok(Command::Raise(Raised::decode(body)?.raised).into()),
            ("paused" | "raised", _) => other("PUT"),
            ("bans", "GET") => Ok(Command::Bans.into()),
            ("bans", "POST") => Ok(BanRequest::decode(body)?.into()),
            ("announcements" | "bans", _) => other("GET, POST"),
            (place, method) => match place.split_once('/') {
                Some(("announcements" | "bans", id)) if !id.is_empty() && method != "DELETE" => other("DELETE"),
                Some(("announcements", id)) if !id.is_empty() => Ok(Command::Withdraw(id.to_owned()).into()),
                Some(("bans", id)) => Ok(Command::Unban(id.parse().map_err(|_| ProblemCode::NotFound)?).into()),
                Some(_) | None => Err(ProblemCode::NotFound.into()),
            },
        }
    }
}

/// A request under `/admin`, as the Worker hands it to the presence object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Call {
    /// Where it comes from.
    pub network: NetworkKey,
    /// Whether it carried the operator's token.
    pub authorized: bool,
    /// What it asks for; `None` where that is nothing, which the Worker answers itself if the token is right.
    pub command: Option<Command>,
}

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    /// The token is missing or wrong.
    Unauthorized,
    /// There were too many wrong ones from this network; the value is how many milliseconds until the next is looked at.
    SlowDown(u64),
}

/// The wrong tokens of each network. While a network has used up its tries a right token is refused as well: otherwise
/// guessing could go on. No other network is affected, so nobody can lock the operator out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tries {
    spent: Ledger,
}

impl Tries {
    /// Lets a call through or not.
    ///
    /// # Errors
    /// When it is refused.
    pub fn admit(&mut self, now: Time, network: NetworkKey, authorized: bool) -> Result<(), Turned> {
        let payer = network.into();
        self.spent.of(payer).peek(ADMIN_TRIES, now).map_err(Turned::SlowDown)?;
        if authorized {
            return Ok(());
        }
        self.spent.take(ADMIN_TRIES, payer, now).map_err(Turned::SlowDown)?;
        Err(Turned::Unauthorized)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "correct horse battery staple";
    const NOW: Time = Time::from_ms(1_000_000);

    fn is_let_in(authorization: &str) -> bool {
        is_operator(Some(TOKEN), Some(authorization)).unwrap()
    }

    #[test]
    fn the_token_and_nothing_else_is_the_operators() {
        assert!(is_let_in(&format!("Bearer {TOKEN}")) && is_let_in(&format!("bearer  {TOKEN} ")));
        assert!(!is_operator(Some(TOKEN), None).unwrap());
        let same_length = TOKEN.replace('c', "d");
        for wrong in ["", "Bearer", "Bearer ", TOKEN, &format!("Basic {TOKEN}"), &format!("Bearer {same_length}")] {
            assert!(!is_let_in(wrong), "{wrong}");
        }
        for longer in ["x", " x"] {
            assert!(!is_let_in(&format!("Bearer {TOKEN}{longer}")));
        }
    }

    #[test]
    fn without_a_token_of_24_characters_there_is_no_operator() {
        let with = |token: Option<&str>| is_operator(token, Some(&format!("Bearer {}", token.unwrap_or_default())));
        assert_eq!((with(None), with(Some(""))), (Err(TokenError::Missing), Err(TokenError::Missing)));
        assert_eq!(with(Some(&"é".repeat(23))), Err(TokenError::TooShort));
        assert_eq!(with(Some(&"é".repeat(24))), Ok(true));
    }

    #[test]
    fn each_place_takes_its_own_methods() {
        let read = |method, place, body| Wish::read(method, place, body).map_err(|denied| (denied.code, denied.allow));
        assert_eq!(read("GET", "stats", ""), Ok(Command::Stats.into()));
        assert_eq!(read("PUT", "paused", r#"{"paused":true}"#), Ok(Command::Pause(true).into()));
        assert_eq!(read("PUT", "raised", r#"{"raised":true}"#), Ok(Command::Raise(true).into()));
        assert_eq!(read("DELETE", "announcements/7-1", ""), Ok(Command::Withdraw("7-1".into()).into()));
        assert_eq!(read("GET", "bans", ""), Ok(Command::Bans.into()));
        assert_eq!(read("DELETE", "bans/71", ""), Ok(Command::Unban(71).into()));
        let wrong = [("POST", "stats", "GET"), ("PUT", "announcements", "GET, POST"), ("GET", "paused", "PUT")];
        for (method, place, allow) in wrong.into_iter().chain([("GET", "announcements/7-1", "DELETE")]) {
            assert_eq!(read(method, place, ""), Err((ProblemCode::MethodNotAllowed, Some(allow))), "{method} {place}");
        }
        assert_eq!(read("PUT", "bans/71", ""), Err((ProblemCode::MethodNotAllowed, Some("DELETE"))));
        for place in ["", "nope", "announcements/", "stats/", "drain", "bans/"] {
            assert_eq!(read("GET", place, ""), Err((ProblemCode::NotFound, None)), "{place}");
        }
        assert_eq!(read("DELETE", "bans/x", ""), Err((ProblemCode::NotFound, None)));
        assert_eq!(read("POST", "announcements", "{}"), Err((ProblemCode::BadRequest, None)));
    }

    #[test]
    fn a_ban_is_of_a_visitor_a_network_or_whoever_was_reported() {
        let read = |who: &str| {
            let wish = Wish::read("POST", "bans", &format!(r#"{{{who},"until":5,"reason":"spam"}}"#));
            wish.map_err(|denied| denied.code)
        };
        let of = |visitor, network, report| {
            let (until, reason) = (Time::from_ms(5), "spam".to_owned());
            Box::new(NewBan { visitor, network, until, reason, report, automatic: false })
        };
        let (visitor, network) = (VisitorKey([1; 12]), NetworkKey([2; 8]));
        assert_eq!(read(&format!(r#""visitor":"{visitor}""#)), Ok(Command::Ban(of(Some(visitor), None, None)).into()));
        assert_eq!(read(&format!(r#""network":"{network}""#)), Ok(Command::Ban(of(None, Some(network), None)).into()));
        let report = "7".to_owned();
        let wish = Wish::BanReported { report: report.clone(), ban: of(None, None, Some(report)) };
        assert_eq!(read(r#""report":"7""#), Ok(wish));
        assert_eq!(read(r#""visitor":"no key""#), Ok(Command::Ban(of(None, None, None)).into()), "which is refused");
        assert_eq!(read(r#""visitor":"x","report":"7""#), Err(ProblemCode::BadRequest));
    }

    #[test]
    fn ten_wrong_tokens_close_the_door_to_their_network_alone() {
        let (mut tries, here, elsewhere) = (Tries::default(), NetworkKey([1; 8]), NetworkKey([2; 8]));
        for _ in 0..ADMIN_TRIES.burst {
            assert_eq!(tries.admit(NOW, here, true), Ok(()));
            assert_eq!(tries.admit(NOW, here, false), Err(Turned::Unauthorized));
        }
        for authorized in [true, false] {
            assert_eq!(tries.admit(NOW, here, authorized), Err(Turned::SlowDown(ADMIN_TRIES.interval_ms)));
        }
        assert_eq!(tries.admit(NOW, elsewhere, true), Ok(()));
        assert_eq!(tries.admit(NOW.plus(ADMIN_TRIES.interval_ms), here, true), Ok(()));
    }
}
