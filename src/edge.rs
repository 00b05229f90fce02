//! What performs, as opposed to decides. It exists in the wasm build only.
//!
//! Each shell turns what happens into an `Input`, hands it to its machine, and performs the effects that come back in
//! the same turn, before anything is awaited. No shell branches on what a machine knows.

mod admin;
mod counts;
mod enter;
mod entry;
mod feeds;
mod host;
mod kept;
mod lobby;
mod presence;
#[cfg(feature = "probe")]
mod probe;
mod reply;
mod reports;
mod sockets;
