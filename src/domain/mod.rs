//! What Edgewise decides, as opposed to performs: pure state machines and pure functions.
//!
//! Every machine keeps one contract:
//!
//! * `handle(&mut self, now, input) -> Vec<Effect>` is the only way its state changes. It is total: it never panics, and an
//!   input that is out of place is refused or ignored and changes nothing. What the outside has to do about it comes
//!   back as plain values, in the order in which to do it.
//! * `deadline(&self) -> Option<Time>` is the earliest moment at which `Input::Tick` would do anything. A late, early or
//!   repeated `Tick` is harmless.
//! * What must survive the loss of memory is a value that the machine hands out (`Effect::Keep`) and is rebuilt from
//!   (`restore`). A machine and its restored copy take the same decisions.
//!
//! Nothing here reads a clock, draws entropy, awaits, or iterates in an order that is not defined: time and identities
//! arrive as arguments, so the same inputs give the same trace. JSON is known to [`protocol`] alone.

pub mod admission;
pub mod announcements;
pub mod anteroom;
pub mod ban_list;
pub mod bans;
pub mod budgets;
pub mod casework;
pub mod census;
pub mod conversation;
pub mod door;
pub mod evidence;
pub mod id;
pub mod ledger;
pub mod limits;
pub mod lobby;
pub mod lobby_name;
pub mod matchmaker;
pub mod memory;
pub mod metrics;
pub mod mutants;
pub mod openings;
pub mod operator;
pub mod orders;
pub mod pause;
pub mod person;
pub mod presence;
pub mod proof;
pub mod protocol;
pub mod rate_limit;
pub mod report;
pub mod route;
pub mod salts;
pub mod session;
pub mod sorted;
pub mod sse;
pub mod tally;
pub mod ticket;
pub mod time;
pub mod turns;
pub mod turnstile;
