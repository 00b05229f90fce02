//! The one value of an object that survives the loss of its memory: a row in the object's own database.

use worker::{Result, SqlStorageValue, State};

use super::host;

const READ: &str = "SELECT value FROM kept WHERE only = 0";
const MAKE: &str = "CREATE TABLE IF NOT EXISTS kept (only INTEGER PRIMARY KEY, value BLOB NOT NULL)";
const WRITE: &str = "INSERT INTO kept VALUES (0, ?) ON CONFLICT DO UPDATE SET value = excluded.value";

/// What was kept, if anything was. Writes nothing, not even to an object that has no table yet.
pub(super) fn load<T>(state: &State, decode: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
    let rows = match state.storage().sql().exec(READ, None) {
        Ok(rows) => rows,
        Err(error) => {
            if !error.to_string().contains("no such table") {
                host::log("what was kept cannot be looked up", &error);
            }
            return None;
        }
    };
    let Some(SqlStorageValue::Blob(bytes)) = rows.raw().next()?.ok()?.into_iter().next() else { return None };
    let value = decode(&bytes);
    if value.is_none() {
        host::log("what was kept cannot be read", &"it is of another version");
    }
    value
}

/// Keeps a value in place of the one before: one row.
pub(super) fn save(state: &State, value: Vec<u8>) -> Result<()> {
    let sql = state.storage().sql();
    sql.exec(MAKE, None)?;
    sql.exec(WRITE, vec![SqlStorageValue::Blob(value)])?;
    Ok(())
}
