//! What a Worker was last told by the presence object: good for a second. The day's salts are good for the day.

use std::cell::{Cell, RefCell};
use std::thread::LocalKey;

use worker::Env;

use super::entry::{Failure, ask_presence};
use super::host;
use crate::domain::id::NetworkKey;
use crate::domain::limits::{ASK_MS_MAX, PRESENCE_CACHE_MS};
use crate::domain::presence::Door;
use crate::domain::protocol::ProblemCode;
use crate::domain::salts::{Salt, Salts};
use crate::domain::time::Time;
use crate::domain::turns::Turns;

/// What was told, and when it was asked for.
type Told = RefCell<Option<(Time, Vec<u8>)>>;

thread_local! {
    static DOCUMENT: Told = const { RefCell::new(None) };
    static DOOR: Told = const { RefCell::new(None) };
    /// Counts what the operator has changed: what was asked for before is not good after.
    static CHANGES: Cell<u64> = const { Cell::new(0) };
    /// Whose turn it is to open a socket.
    static TURNS: RefCell<Turns> = RefCell::default();
    static SALTS: RefCell<Salts> = RefCell::default();
    /// A salt of this isolate's own, for while the day's cannot be had.
    static SPARE: Cell<Option<Salt>> = const { Cell::new(None) };
}

/// How many people are here, and the announcements in force.
pub(super) async fn document(env: &Env) -> Result<String, Failure> {
    Ok(String::from_utf8(told(env, "/presence", &DOCUMENT).await?).unwrap_or_default())
}

/// What is to be known at the door.
pub(super) async fn door(env: &Env) -> Result<Door, Failure> {
    let told = told(env, "/door", &DOOR).await?;
    let door: Door = postcard::from_bytes(&told).map_err(|_| ProblemCode::Unavailable)?;
    SALTS.set(door.salts.clone());
    Ok(door)
}

/// The same, unless it takes too long or nobody can be asked.
pub(super) async fn door_soon(env: &Env) -> Option<Door> {
    match host::within(ASK_MS_MAX, door(env)).await? {
        Ok(door) => Some(door),
        Err(failure) => {
            failure.into_problem();
            None
        }
    }
}

/// The keys of an address: today's first. While the day's salt cannot be had they are made with one of this isolate's
/// own, which nobody else knows: so each network still has its own limits, nobody comes back in vain, and all that is
/// missed is the ban of a network, for people who were let in before.
pub(super) async fn networks(env: &Env, address: &str) -> Result<Vec<NetworkKey>, Failure> {
    let known = || SALTS.with_borrow(|salts| salts.is_of(host::now()).then(|| salts.keys(address)));
    if let Some(keys) = known() {
        return Ok(keys);
    }
    if let Some(door) = door_soon(env).await {
        return Ok(door.salts.keys(address));
    }
    let spare = match SPARE.get() {
        Some(spare) => spare,
        None => host::draw()?,
    };
    SPARE.set(Some(spare));
    Ok(Salts::of(spare).keys(address))
}

/// Does something with the turns of those who want to open a socket.
pub(super) fn turns<T>(act: impl FnOnce(&mut Turns, Time) -> T) -> T {
    TURNS.with_borrow_mut(|turns| act(turns, host::now()))
}

/// Something has changed that the operator wants to see.
pub(super) fn forget() {
    CHANGES.set(CHANGES.get() + 1);
    DOCUMENT.set(None);
    DOOR.set(None);
}

async fn told(env: &Env, path: &str, known: &'static LocalKey<Told>) -> Result<Vec<u8>, Failure> {
    let fresh = |(at, _): &(Time, Vec<u8>)| host::now().since(*at) < PRESENCE_CACHE_MS;
    if let Some((_, told)) = known.with_borrow(|known| known.clone().filter(fresh)) {
        return Ok(told);
    }
    let asked = (host::now(), CHANGES.get());
    let mut answer = ask_presence(env, path, &[], None).await?;
    let told = answer.bytes().await?;
    if answer.status_code() != 200 {
        return Err(ProblemCode::Unavailable.into());
    }
    if asked.1 == CHANGES.get() {
        known.set(Some((asked.0, told.clone())));
    }
    Ok(told)
}
