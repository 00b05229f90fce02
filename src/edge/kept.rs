//! The one value of an object that survives the loss of its memory: a row in the object's own database.

use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::{SqlStorageValue, State};

use super::host;

const READ: &str = "SELECT value FROM kept WHERE only = 0";
const MAKE: &str = "CREATE TABLE IF NOT EXISTS kept (only INTEGER PRIMARY KEY, value BLOB NOT NULL)";
const WRITE: &str = "INSERT INTO kept VALUES (0, ?) ON CONFLICT DO UPDATE SET value = excluded.value";

/// What was kept, if anything was. Writes nothing, not even to an object that has no table yet.
pub(super) fn load<T: DeserializeOwned>(state: &State) -> Option<T> {
    let row = state.storage().sql().exec(READ, None).ok()?.raw().next()?.ok()?;
    let Some(SqlStorageValue::Blob(bytes)) = row.into_iter().next() else { return None };
    postcard::from_bytes(&bytes).inspect_err(|error| host::log("what was kept cannot be read", error)).ok()
}

/// Keeps a value in place of the one before: one row.
pub(super) fn save(state: &State, value: &impl Serialize) {
    let sql = state.storage().sql();
    let bytes = postcard::to_allocvec(value).unwrap_or_default();
    let saved = sql.exec(MAKE, None).and_then(|_| sql.exec(WRITE, vec![SqlStorageValue::Blob(bytes)]));
    if let Err(error) = saved {
        host::log("something could not be kept", &error);
    }
}
