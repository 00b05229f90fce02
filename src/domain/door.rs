//! What arrives on a line, read once: its size, its JSON, and the pass of a `hello`. Past this door everything is typed.

use super::limits::FRAME_BYTES_MAX;
use super::protocol::{ClientFrame, Hello, Refusal, decode};
use super::ticket::{Keyring, Pass, Ticket};
use super::time::Time;

/// What a line carried.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Arrival {
    /// A `hello`, and the pass and the ticket in it if they are good ones.
    Hello(Hello, Option<Pass>, Option<Box<Ticket>>),
    /// Any other well-formed frame.
    Frame(ClientFrame),
    /// A frame that is not well formed, and how to answer it.
    Malformed(Refusal),
    /// More bytes than a frame may have.
    TooLarge,
    /// A binary frame.
    Binary,
}

impl Arrival {
    /// Reads a text frame.
    #[must_use]
    pub fn read(text: &str, keys: &Keyring, now: Time) -> Self {
        if text.len() > FRAME_BYTES_MAX {
            return Self::TooLarge;
        }
        match decode(text) {
            Ok(ClientFrame::Hello(hello)) => {
                let pass = hello.pass.as_deref().and_then(|pass| keys.open_pass(pass, now));
                let ticket = hello.ticket.as_deref().and_then(|ticket| keys.open_ticket(ticket, now));
                Self::Hello(hello, pass, ticket.map(Box::new))
            }
            Ok(frame) => Self::Frame(frame),
            Err(refusal) => Self::Malformed(refusal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_the_largest_size_is_read_and_a_byte_more_is_not() {
        let keys = Keyring::new(Some(&"x".repeat(32)), None).unwrap();
        let frame = |bytes: usize| format!("{}{}", r#"{"type":"find"}"#, " ".repeat(bytes - 15));
        let read = |bytes| Arrival::read(&frame(bytes), &keys, Time::from_ms(0));
        assert!(matches!(read(FRAME_BYTES_MAX), Arrival::Frame(ClientFrame::Find { .. })));
        assert_eq!(read(FRAME_BYTES_MAX + 1), Arrival::TooLarge);
    }
}
