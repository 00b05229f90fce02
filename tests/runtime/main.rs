//! The built worker in the real runtime, driven over the wire.
//!
//! `harness` runs the worker, `site` speaks HTTP to it and makes lobbies, `client` is a person's end of a socket,
//! `events` a subscriber's end of a stream and `admin` the operator's end of the service; each of the other files is
//! about one behaviour. Tests run side by side on few runtimes: every one has a lobby of its own, which nothing else in
//! the suite knows, and those that are about the whole service have a runtime of their own.

mod admin;
mod client;
mod events;
mod harness;
mod site;

mod abuse;
mod admission;
mod announcements;
mod bans;
mod casework;
mod closing;
mod conversation;
mod door;
mod entering;
mod flood;
mod frames;
mod greeting;
mod hibernation;
mod hostile;
mod lost;
mod matching;
mod openings;
mod operator;
mod origins;
mod pairing;
mod panics;
mod presence;
mod privacy;
mod reports;
mod resume;
mod salts;
mod secrets;
mod storage;
mod turnstile;
