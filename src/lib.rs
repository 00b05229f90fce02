//! Edgewise: anonymous one-to-one chat at the edge.
//!
//! A person opens the page, presses one button and talks to a stranger. The back end is one Cloudflare Worker and its
//! Durable Objects, in three layers that depend one way:
//!
//! * [`domain`] decides. It is pure: time, identities and chance are arguments, effects are values. All of it is tested
//!   natively, and the native build has nothing else in it.
//! * `edge` performs. It exists in the wasm build only: one shell for the Worker, one for each Durable Object, and one
//!   `host` that alone reads the clock, draws entropy and touches sockets.
//! * `client` is the other end, for tests and for a chat in a terminal: the client's half of the protocol, as pure as the
//!   domain. It exists in the native build only.
//! * [`config`] holds the names that code and `wrangler.toml` share; a test compares them.
//!
//! The wire is described in `docs/PROTOCOL.md`.

#[cfg(not(target_arch = "wasm32"))]
pub mod client;
pub mod config;
pub mod domain;
#[cfg(target_arch = "wasm32")]
pub mod edge;
