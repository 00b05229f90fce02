//! What a Worker was last told by the presence object: good for a second.

use std::cell::{Cell, RefCell};
use std::thread::LocalKey;

use worker::Env;

use super::entry::{Failure, ask_presence};
use super::host;
use crate::domain::limits::{ASK_MS_MAX, PRESENCE_CACHE_MS};
use crate::domain::protocol::ProblemCode;
use crate::domain::time::Time;

/// What was told, and when it was asked for.
type Told = RefCell<Option<(Time, String)>>;

thread_local! {
    static DOCUMENT: Told = const { RefCell::new(None) };
    static PAUSED: Told = const { RefCell::new(None) };
    /// Counts what the operator has changed: what was asked for before is not good after.
    static CHANGES: Cell<u64> = const { Cell::new(0) };
}

/// How many people are here, and the announcements in force.
pub(super) async fn document(env: &Env) -> Result<String, Failure> {
    told(env, "/presence", &DOCUMENT).await
}

/// Whether matching is paused. Where nobody says so it is not: nobody stands before a closed door for that.
pub(super) async fn is_paused(env: &Env) -> bool {
    match host::within(ASK_MS_MAX, told(env, "/paused", &PAUSED)).await {
        Some(Ok(paused)) => paused == "true",
        Some(Err(failure)) => {
            failure.into_problem();
            false
        }
        None => false,
    }
}

/// Something has changed that the operator wants to see.
pub(super) fn forget() {
    CHANGES.set(CHANGES.get() + 1);
    DOCUMENT.set(None);
    PAUSED.set(None);
}

async fn told(env: &Env, path: &str, known: &'static LocalKey<Told>) -> Result<String, Failure> {
    let fresh = |(at, _): &(Time, String)| host::now().since(*at) < PRESENCE_CACHE_MS;
    if let Some((_, text)) = known.with_borrow(|known| known.clone().filter(fresh)) {
        return Ok(text);
    }
    let asked = (host::now(), CHANGES.get());
    let mut answer = ask_presence(env, path, &[], None).await?;
    let text = String::from_utf8(answer.bytes().await?).unwrap_or_default();
    if answer.status_code() != 200 {
        return Err(ProblemCode::Unavailable.into());
    }
    if asked.1 == CHANGES.get() {
        known.set(Some((asked.0, text.clone())));
    }
    Ok(text)
}
