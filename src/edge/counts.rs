//! What a Worker was last told by the presence object: good for a second.

use std::cell::RefCell;

use worker::Env;

use super::entry::{Failure, PAUSED_HEADER, ask_presence};
use super::host;
use crate::domain::limits::{ASK_MS_MAX, PRESENCE_CACHE_MS};
use crate::domain::time::Time;

#[derive(Clone)]
struct Known {
    at: Time,
    document: String,
    paused: bool,
}

thread_local! {
    static KNOWN: RefCell<Option<Known>> = const { RefCell::new(None) };
}

/// How many people are here, and the announcements in force.
pub(super) async fn document(env: &Env) -> Result<String, Failure> {
    Ok(known(env).await?.document)
}

/// Whether matching is paused. Where nobody says so it is not: nobody stands before a closed door for that.
pub(super) async fn is_paused(env: &Env) -> bool {
    match host::within(ASK_MS_MAX, known(env)).await {
        Some(Ok(known)) => known.paused,
        Some(Err(failure)) => {
            failure.into_problem();
            false
        }
        None => false,
    }
}

/// Something has changed that the operator wants to see.
pub(super) fn forget() {
    KNOWN.take();
}

async fn known(env: &Env) -> Result<Known, Failure> {
    let fresh = |known: &Known| host::now().since(known.at) < PRESENCE_CACHE_MS;
    if let Some(known) = KNOWN.with_borrow(|known| known.clone().filter(fresh)) {
        return Ok(known);
    }
    let mut answer = ask_presence(env, "/presence", &[], None).await?;
    let paused = answer.headers().get(PAUSED_HEADER)?.as_deref() == Some("1");
    let document = String::from_utf8(answer.bytes().await?).unwrap_or_default();
    let known = Known { at: host::now(), document, paused };
    KNOWN.set(Some(known.clone()));
    Ok(known)
}
