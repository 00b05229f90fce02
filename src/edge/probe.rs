//! Faults on demand and a look inside, for the runtime tests. Not part of a deployed build.

use worker::{Env, Request, Response, Result};

use super::host;
use crate::config;

/// A frame that makes its lobby panic in the middle of a step.
pub(super) const PANIC: &str = "probe: panic";
/// A request that makes the presence object panic.
pub(super) const PANIC_PATH: &str = "/probe/panic";

/// Answers `/probe/memory` with the size of the wasm memory in bytes, and passes `/probe/panic` on.
pub(super) async fn answer(request: &Request, env: &Env) -> Option<Result<Response>> {
    match host::path(request).as_str() {
        "/probe/memory" => Some(Response::ok((core::arch::wasm32::memory_size(0) * 65_536).to_string())),
        PANIC_PATH => Some(panic_presence(env).await),
        _ => None,
    }
}

async fn panic_presence(env: &Env) -> Result<Response> {
    let presence = env.durable_object(config::PRESENCE_BINDING)?.get_by_name(config::PRESENCE)?;
    let answer = presence.fetch_with_request(host::internal(PANIC_PATH, &[], None)?).await;
    Response::ok(if answer.is_err() { "panicked" } else { "survived" })
}
