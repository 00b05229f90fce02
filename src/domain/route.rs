//! What a request asks for: method, path and the few headers that we read, turned into a [`Route`] or a refusal.
//!
//! A foreign page is turned away here, before any object is called. Browsers tell the page's origin in a header that
//! scripts cannot set; a client that is not a browser sends the service's own.

use super::protocol::ProblemCode;

/// The part of a request that routing reads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head<'a> {
    /// The method, in capitals.
    pub method: &'a str,
    /// The path, without the query.
    pub path: &'a str,
    /// The query, without its question mark.
    pub query: &'a str,
    /// The origin that the request was sent to: scheme, host and port.
    pub host_origin: &'a str,
    /// The `Origin` header.
    pub origin: Option<&'a str>,
    /// The `Upgrade` header.
    pub upgrade: Option<&'a str>,
    /// The `Last-Event-ID` header.
    pub last_event_id: Option<&'a str>,
    /// The `Access-Control-Request-Method` header: the request is a browser's question before a foreign page's request.
    pub preflight_for: Option<&'a str>,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// What entering takes.
    EnterInfo,
    /// Enter.
    Enter,
    /// A socket to the lobby of this tagged name.
    Socket {
        /// As it stands in the path; not yet verified.
        lobby: &'a str,
    },
    /// The stream of counts and announcements.
    Events {
        /// The number of the last event that the client has seen; 0 for none.
        seen: u64,
    },
    /// The same as one document.
    Presence,
    /// Whether the service can work.
    Health,
    /// The operator's page. Whether there is one is known where the operator's token is.
    AdminPage,
    /// The operator's API. Its methods are read where its bodies are.
    Admin {
        /// The path below `/admin/`.
        place: &'a str,
    },
    /// A browser asks whether a page of an allowed origin may send a request.
    Preflight,
}

/// A request that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denied {
    /// Why.
    pub code: ProblemCode,
    /// The methods that the path takes, where another one was used.
    pub allow: Option<&'static str>,
}

impl From<ProblemCode> for Denied {
    fn from(code: ProblemCode) -> Self {
        Self { code, allow: None }
    }
}

/// The origins whose pages this service serves besides its own: a comma-separated list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedOrigins(Vec<String>);

impl AllowedOrigins {
    /// Reads the list. Entries are compared as browsers send origins: in lower case, without a slash at the end.
    #[must_use]
    pub fn parse(list: &str) -> Self {
        let clean = |entry: &str| entry.trim().trim_end_matches('/').to_ascii_lowercase();
        Self(list.split(',').map(clean).filter(|entry| !entry.is_empty()).collect())
    }

    /// Whether `origin` is on the list.
    #[must_use]
    pub fn allow(&self, origin: &str) -> bool {
        self.0.iter().any(|allowed| allowed == origin)
    }
}

/// Finds out what a request asks for.
///
/// # Errors
/// `forbidden_origin`, `not_found`, `method_not_allowed` or `upgrade_required`, in this order.
pub fn route<'a>(head: &Head<'a>, allowed: &AllowedOrigins) -> Result<Route<'a>, Denied> {
    let place = place(head.path);
    let upgrade = head.upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"));
    // The operator's token is sent by no browser on its own, so it does not matter there whose page sends it.
    let operators = matches!(place, Some(Place::Admin(_) | Place::AdminPage));
    let guarded = upgrade || !(operators || matches!(head.method, "GET" | "HEAD" | "OPTIONS"));
    if (guarded || place == Some(Place::Events)) && !same_people(head, allowed, guarded) {
        return Err(ProblemCode::ForbiddenOrigin.into());
    }
    let place = place.ok_or(ProblemCode::NotFound)?;
    if !operators && head.method == "OPTIONS" && head.preflight_for.is_some() {
        let known = head.origin.is_some_and(|origin| origin == head.host_origin || allowed.allow(origin));
        return if known { Ok(Route::Preflight) } else { Err(ProblemCode::ForbiddenOrigin.into()) };
    }
    let only = |methods: &'static str, route: Route<'a>| {
        let takes = methods.split(", ").any(|method| method == head.method);
        if takes { Ok(route) } else { Err(Denied { code: ProblemCode::MethodNotAllowed, allow: Some(methods) }) }
    };
    match place {
        Place::Enter if head.method == "POST" => Ok(Route::Enter),
        Place::Enter => only("GET, HEAD, POST", Route::EnterInfo),
        Place::Socket(lobby) => match only("GET", Route::Socket { lobby })? {
            socket if upgrade => Ok(socket),
            _ => Err(ProblemCode::UpgradeRequired.into()),
        },
        Place::Events => only("GET", Route::Events { seen: seen(head) }),
        Place::Presence => only("GET, HEAD", Route::Presence),
        Place::Health => only("GET, HEAD", Route::Health),
        Place::AdminPage => Ok(Route::AdminPage),
        Place::Admin(place) => Ok(Route::Admin { place }),
    }
}

/// The number of the last event that a client has seen. The header, which a browser sends when it comes back by itself,
/// wins over the query, which a page adds when it begins a stream anew. What is no number counts as none.
fn seen(head: &Head<'_>) -> u64 {
    let asked = || head.query.split('&').find_map(|field| field.strip_prefix("last_event_id="));
    head.last_event_id.or_else(asked).and_then(|id| id.parse().ok()).unwrap_or_default()
}

/// Splits an absolute URL, in the normal form in which the runtime gives it, into its origin, its path and its query. The
/// fragment belongs to none of them.
#[must_use]
pub fn split_url(url: &str) -> Option<(&str, &str, &str)> {
    let authority = url.find("://")? + 3;
    let path = url[authority..].find('/').map_or(url.len(), |at| authority + at);
    let whole = url[path..].split('#').next().unwrap_or_default();
    let (path_alone, query) = whole.split_once('?').unwrap_or((whole, ""));
    Some((&url[..path], path_alone, query))
}

/// The origin to name in `Access-Control-Allow-Origin`, if the request comes from a page that is served elsewhere.
#[must_use]
pub fn cross_origin<'a>(head: &Head<'a>, allowed: &AllowedOrigins) -> Option<&'a str> {
    head.origin.filter(|origin| *origin != head.host_origin && allowed.allow(origin))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place<'a> {
    Enter,
    Socket(&'a str),
    Events,
    Presence,
    Health,
    AdminPage,
    Admin(&'a str),
}

fn place(path: &str) -> Option<Place<'_>> {
    match path {
        "/enter" => Some(Place::Enter),
        "/events" => Some(Place::Events),
        "/presence" => Some(Place::Presence),
        "/healthz" => Some(Place::Health),
        "/admin" | "/admin/" | "/admin.html" => Some(Place::AdminPage),
        path if path.starts_with("/admin/") => path.strip_prefix("/admin/").map(Place::Admin),
        path => path.strip_prefix("/ws/").filter(|lobby| !lobby.is_empty() && !lobby.contains('/')).map(Place::Socket),
    }
}

/// Whether the request comes from a page that may use this service. `guarded`: it must say where it comes from.
fn same_people(head: &Head<'_>, allowed: &AllowedOrigins, guarded: bool) -> bool {
    match head.origin {
        Some(origin) => origin == head.host_origin || allowed.allow(origin),
        None => !guarded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "https://chat.example";

    fn head<'a>(method: &'a str, path: &'a str, origin: Option<&'a str>) -> Head<'a> {
        Head { method, path, host_origin: HOST, origin, ..Head::default() }
    }

    fn upgrade<'a>(path: &'a str, origin: Option<&'a str>) -> Head<'a> {
        Head { upgrade: Some("WebSocket"), ..head("GET", path, origin) }
    }

    fn go<'a>(head: &Head<'a>) -> Result<Route<'a>, ProblemCode> {
        route(head, &AllowedOrigins::parse(" https://Friend.example/ ,")).map_err(|denied| denied.code)
    }

    #[test]
    fn a_url_is_its_origin_its_path_and_its_query() {
        assert_eq!(
            split_url("http://127.0.0.1:8787/ws/a.b?x=/y#z"),
            Some(("http://127.0.0.1:8787", "/ws/a.b", "x=/y"))
        );
        assert_eq!(split_url("https://[::1]/#?"), Some(("https://[::1]", "/", "")));
        assert_eq!(split_url("https://chat.example"), Some(("https://chat.example", "", "")));
        assert_eq!(split_url("nonsense"), None);
    }

    #[test]
    fn each_place_takes_its_own_methods() {
        assert_eq!(go(&head("GET", "/enter", None)), Ok(Route::EnterInfo));
        assert_eq!(go(&head("POST", "/enter", Some(HOST))), Ok(Route::Enter));
        assert_eq!(go(&head("GET", "/events", None)), Ok(Route::Events { seen: 0 }));
        assert_eq!(go(&head("HEAD", "/presence", None)), Ok(Route::Presence));
        assert_eq!(go(&head("GET", "/healthz", None)), Ok(Route::Health));
        assert_eq!(go(&upgrade("/ws/main-1.x", Some(HOST))), Ok(Route::Socket { lobby: "main-1.x" }));
        for (method, path) in [("PUT", "/enter"), ("POST", "/events"), ("DELETE", "/presence"), ("POST", "/ws/a.b")] {
            assert_eq!(go(&head(method, path, Some(HOST))), Err(ProblemCode::MethodNotAllowed), "{method} {path}");
        }
        let denied = route(&head("PUT", "/enter", Some(HOST)), &AllowedOrigins::default()).unwrap_err();
        assert_eq!(denied.allow, Some("GET, HEAD, POST"));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for path in ["/nope", "/ws", "/ws/", "/ws/a/b", "/stream/a", "/send/a", "/administrator", "/Enter", ""] {
            assert_eq!(go(&head("GET", path, None)), Err(ProblemCode::NotFound), "{path}");
        }
        assert_eq!(go(&head("GET", "/ws/main-1.x", None)), Err(ProblemCode::UpgradeRequired));
    }

    #[test]
    fn who_comes_back_says_what_was_seen_last() {
        let seen = |header, query| go(&Head { last_event_id: header, query, ..head("GET", "/events", None) });
        assert_eq!(seen(Some("7"), "last_event_id=9"), Ok(Route::Events { seen: 7 }), "the header wins");
        assert_eq!(seen(None, "x=1&last_event_id=9"), Ok(Route::Events { seen: 9 }));
        for (header, query) in [(Some("x"), "last_event_id=9"), (None, "last_event_id=-9"), (None, ""), (Some(""), "")]
        {
            assert_eq!(seen(header, query), Ok(Route::Events { seen: 0 }), "{header:?} {query}");
        }
        assert_eq!(seen(Some("18446744073709551616"), ""), Ok(Route::Events { seen: 0 }), "larger than any number");
    }

    #[test]
    fn the_operator_may_call_from_anywhere_and_upgrade_nothing() {
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS"] {
            for origin in [None, Some("https://evil.example")] {
                assert_eq!(go(&head(method, "/admin/paused", origin)), Ok(Route::Admin { place: "paused" }));
            }
        }
        for path in ["/admin", "/admin/", "/admin.html"] {
            assert_eq!(go(&head("GET", path, None)), Ok(Route::AdminPage));
        }
        assert_eq!(go(&upgrade("/admin/stats", None)), Err(ProblemCode::ForbiddenOrigin));
    }

    #[test]
    fn upgrades_and_posts_must_come_from_our_own_page() {
        let foreign = [
            None,
            Some("null"),
            Some(""),
            Some("https://evil.example"),
            Some("https://chat.example.evil.example"),
            Some("https://evilchat.example"),
            Some("https://chat.example:8443"),
            Some("http://chat.example"),
            Some("https://chat.example/"),
        ];
        for origin in foreign {
            assert_eq!(go(&upgrade("/ws/main-1.x", origin)), Err(ProblemCode::ForbiddenOrigin), "{origin:?}");
            assert_eq!(go(&head("POST", "/enter", origin)), Err(ProblemCode::ForbiddenOrigin), "{origin:?}");
        }
        for origin in foreign.into_iter().flatten() {
            assert_eq!(go(&head("GET", "/events", Some(origin))), Err(ProblemCode::ForbiddenOrigin), "{origin}");
        }
    }

    #[test]
    fn pages_of_allowed_origins_are_served_and_told_so() {
        let friend = Some("https://friend.example");
        assert_eq!(go(&head("POST", "/enter", friend)), Ok(Route::Enter));
        assert_eq!(go(&head("GET", "/events", friend)), Ok(Route::Events { seen: 0 }));
        let ask = Head { preflight_for: Some("POST"), ..head("OPTIONS", "/enter", friend) };
        assert_eq!(go(&ask), Ok(Route::Preflight));
        let ask = Head { origin: Some("https://evil.example"), ..ask };
        assert_eq!(go(&ask), Err(ProblemCode::ForbiddenOrigin));
        let allowed = AllowedOrigins::parse("https://friend.example");
        assert_eq!(cross_origin(&head("GET", "/enter", friend), &allowed), friend);
        assert_eq!(cross_origin(&head("GET", "/enter", Some(HOST)), &allowed), None);
    }
}
