//! Every name that is shared with `wrangler.toml` or chosen by the operator. A test compares them with the file.

/// The binding of the lobbies' namespace.
pub const LOBBY_BINDING: &str = "LOBBY";
/// The binding of the presence object's namespace.
pub const PRESENCE_BINDING: &str = "PRESENCE";
/// The class of the lobbies.
pub const LOBBY_CLASS: &str = "Lobby";
/// The class of the presence object.
pub const PRESENCE_CLASS: &str = "Presence";

/// The secret that keys are derived from: at least [`crate::domain::limits::SECRET_BYTES_MIN`] bytes.
pub const SECRET: &str = "SEAL_KEY";
/// The secret before that one, while it is being replaced.
pub const SECRET_BEFORE: &str = "SEAL_KEY_OLD";
/// Origins whose pages are served besides our own: a comma-separated list.
pub const ALLOWED_ORIGINS: &str = "ALLOWED_ORIGINS";
/// `off` lets floods through, for load tests; anything else holds them back.
pub const RATE_LIMITS: &str = "RATE_LIMITS";

/// The one lobby. The service grows by adding lobbies; until there is a way to choose between several, there is one.
pub const LOBBY: &str = "main-1";
/// The name of the presence object.
pub const PRESENCE: &str = "presence";
/// The version of the terms on the page. Counted up when their meaning changes.
pub const TERMS_VERSION: &str = "1";
/// The version of the service.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
