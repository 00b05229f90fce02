//! Every name that is shared with `wrangler.toml` or chosen by the operator. A test compares them with the file.

/// The binding of the lobbies' namespace.
pub const LOBBY_BINDING: &str = "LOBBY";
/// The binding of the presence object's namespace.
pub const PRESENCE_BINDING: &str = "PRESENCE";
/// The binding of the operator's metrics, where there are any.
pub const METRICS_BINDING: &str = "METRICS";
/// The binding of the page's files.
pub const ASSETS_BINDING: &str = "ASSETS";
/// The binding of the database of reports.
pub const DATABASE_BINDING: &str = "DB";
/// The class of the lobbies.
pub const LOBBY_CLASS: &str = "Lobby";
/// The class of the presence object.
pub const PRESENCE_CLASS: &str = "Presence";

/// The secret that keys are derived from: at least [`crate::domain::limits::SECRET_BYTES_MIN`] bytes.
pub const SECRET: &str = "SEAL_KEY";
/// The secret before that one, while it is being replaced.
pub const SECRET_BEFORE: &str = "SEAL_KEY_OLD";
/// The secret that shows who the operator is: at least [`crate::domain::limits::ADMIN_TOKEN_CHARS_MIN`] characters.
pub const ADMIN_TOKEN: &str = "ADMIN_TOKEN";
/// Origins whose pages are served besides our own: a comma-separated list.
pub const ALLOWED_ORIGINS: &str = "ALLOWED_ORIGINS";
/// What entering takes: `none` (then a proof of work under load only), `pow` or `turnstile`.
pub const PROOF: &str = "PROOF";
/// Turnstile's public key, which the page needs.
pub const TURNSTILE_SITE_KEY: &str = "TURNSTILE_SITE_KEY";
/// Turnstile's secret.
pub const TURNSTILE_SECRET: &str = "TURNSTILE_SECRET";
/// Where Turnstile verifies tokens, for tests; [`crate::domain::turnstile::SITEVERIFY`] without it.
pub const TURNSTILE_URL: &str = "TURNSTILE_URL";
/// How to appeal against a ban: a mail address or a URL.
pub const CONTACT: &str = "CONTACT";
/// The binding of the rate limit before the door, where there is one.
pub const DOOR_LIMIT: &str = "DOOR_LIMIT";
/// `off` lets floods through, for load tests; anything else holds them back.
pub const RATE_LIMITS: &str = "RATE_LIMITS";
/// How many independent reporters' words ban somebody for a day: 3 unless told, 0 for never.
pub const BAN_REPORTS: &str = "BAN_REPORTS";

/// The one lobby. The service grows by adding lobbies; until there is a way to choose between several, there is one. It is
/// open whatever the presence object has stored.
pub const LOBBY: &str = "main-1";
/// The name of the presence object.
pub const PRESENCE: &str = "presence";
/// The version of the terms on the page. Counted up when their meaning changes.
pub const TERMS_VERSION: &str = "1";
/// The version of the service.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limits::FRAME_BYTES_MAX;
    use crate::domain::protocol::ProblemCode;
    use crate::domain::route::{AllowedOrigins, Head, route};

    const WRANGLER: &str = include_str!("../wrangler.toml");

    #[test]
    fn wrangler_binds_what_the_code_asks_for() {
        for (binding, class) in [(LOBBY_BINDING, LOBBY_CLASS), (PRESENCE_BINDING, PRESENCE_CLASS)] {
            assert!(WRANGLER.contains(&format!("name = \"{binding}\"\nclass_name = \"{class}\"")), "{binding}");
        }
        let classes = format!("new_sqlite_classes = [\"{LOBBY_CLASS}\", \"{PRESENCE_CLASS}\"]");
        assert!(WRANGLER.contains(&classes), "{classes}");
        for variable in [ALLOWED_ORIGINS, RATE_LIMITS, BAN_REPORTS, PROOF, TURNSTILE_SITE_KEY, CONTACT] {
            assert!(WRANGLER.contains(&format!("\n{variable} = \"")), "{variable}");
        }
        for binding in [METRICS_BINDING, ASSETS_BINDING, DATABASE_BINDING] {
            assert!(WRANGLER.contains(&format!("binding = \"{binding}\"")), "{binding}");
        }
        assert!(WRANGLER.contains(&format!("[[ratelimits]]\nname = \"{DOOR_LIMIT}\"\n")));
        for secret in [SECRET, SECRET_BEFORE, ADMIN_TOKEN, TURNSTILE_SECRET] {
            assert!(WRANGLER.contains(secret), "{secret} is told of");
            assert!(!WRANGLER.contains(&format!("\n{secret} =")), "{secret} is not in the file");
        }
    }

    #[test]
    fn what_the_worker_answers_is_not_looked_for_among_the_files() {
        let line = WRANGLER.lines().find_map(|line| line.strip_prefix("run_worker_first = [")).unwrap();
        let listed: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        let is_below = |path: &str, rule: &str| rule.strip_suffix('*').is_some_and(|start| path.starts_with(start));
        let is_first = |path: &str| listed.iter().any(|rule| path == *rule || is_below(path, rule));
        let is_own = |path: &str| {
            let head = Head { method: "GET", path, ..Head::default() };
            route(&head, &AllowedOrigins::default()).map_err(|denied| denied.code) != Err(ProblemCode::NotFound)
        };
        // All that routing knows, whoever adds to it.
        let (_, routes) = include_str!("domain/route.rs").split_once("\nfn place(").unwrap();
        let (routes, _) = routes.split_once("\n}\n").unwrap();
        let known: Vec<&str> = routes.split('"').skip(1).step_by(2).collect();
        assert!(known.contains(&"/enter") && known.contains(&"/ws/"));
        let paths = known.iter().map(|path| if path.ends_with('/') { format!("{path}x") } else { (*path).to_owned() });
        for path in paths.chain(listed.iter().map(|rule| rule.replace('*', "x"))).chain(["/admin/".to_owned()]) {
            assert!(is_own(&path) && is_first(&path), "{path}");
        }
        for path in ["/", "/index.html", "/js/main.js", "/wsx", "/nope"] {
            assert!(!is_own(path) && !is_first(path), "{path}");
        }
    }

    #[test]
    fn the_guard_and_the_objects_have_the_names_and_the_limit_of_the_code() {
        let guard = include_str!("edge/guard.js");
        assert!(guard.contains(&format!("const FRAME_BYTES_MAX = {FRAME_BYTES_MAX};")));
        assert!(guard.contains(&format!("class {LOBBY_CLASS} extends wasm.{LOBBY_CLASS}")));
        assert!(guard.contains(&format!("export const {PRESENCE_CLASS} = wasm.{PRESENCE_CLASS};")));
    }
}
