//! Any text as a pass, a ticket, a visitor or a lobby, and changed ones of the service's own: nothing is ever read but
//! what was sealed or tagged, and only as what it was.

#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edgewise::domain::id::{SessionId, VisitorId};
use edgewise::domain::person::Person;
use edgewise::domain::ticket::{Keyring, Pass, Ticket};
use edgewise::domain::time::Time;
use libfuzzer_sys::fuzz_target;

const NOW: Time = Time::from_ms(1_800_000_000_000);
const VISITOR: VisitorId = VisitorId([7; 16]);
const LOBBY: &str = "weur-1";

/// The service's, and what it gave out.
struct Ours {
    keys: Keyring,
    pass: Pass,
    ticket: Ticket,
    texts: [String; 4],
}

static OURS: LazyLock<Ours> = LazyLock::new(|| {
    let secret = "a secret of more than thirty-two bytes";
    let keys = Keyring::new(Some("another secret of more than thirty-two"), Some(secret)).expect("secrets");
    let pass = Pass::new(VISITOR, NOW);
    let person = Person::new(SessionId([9; 16]), VISITOR);
    let ticket = Ticket { person, lobby: LOBBY.to_owned(), expires: NOW.plus(60_000) };
    let texts = [
        keys.seal_pass(&pass, &[1; 24]),
        keys.seal_ticket(&ticket, &[2; 24]),
        keys.tag_visitor(VISITOR),
        keys.name_lobby(LOBBY, &pass),
    ];
    Ours { keys, pass, ticket, texts }
});

/// A text to be read.
#[derive(Arbitrary, Debug)]
enum Shown<'a> {
    /// Any.
    Text(&'a str),
    /// Any bytes, in the encoding that all of them have.
    Encoded(&'a [u8]),
    /// One of ours, with changes in the encoding.
    Respelled { which: u8, changes: Vec<(u16, u8)> },
    /// One of ours, with changes in what is encoded.
    Changed { which: u8, changes: Vec<(u16, u8)> },
    /// One of ours, cut off and continued.
    Cut { which: u8, at: u16, more: &'a str },
}

fn ours(which: u8) -> String {
    OURS.texts[usize::from(which) % OURS.texts.len()].clone()
}

fn change(bytes: &mut [u8], changes: &[(u16, u8)]) {
    for (at, other) in changes {
        let length = bytes.len().max(1);
        if let Some(byte) = bytes.get_mut(usize::from(*at) % length) {
            *byte ^= other;
        }
    }
}

impl Shown<'_> {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => (*text).to_owned(),
            Self::Encoded(bytes) => URL_SAFE_NO_PAD.encode(bytes),
            Self::Respelled { which, changes } => {
                let mut bytes = ours(*which).into_bytes();
                change(&mut bytes, changes);
                String::from_utf8_lossy(&bytes).into_owned()
            }
            Self::Changed { which, changes } => {
                let text = ours(*which);
                let (name, encoded) =
                    text.rsplit_once('.').map_or((None, text.as_str()), |(name, tag)| (Some(name), tag));
                let mut bytes = URL_SAFE_NO_PAD.decode(encoded).expect("our own encoding");
                change(&mut bytes, changes);
                let encoded = URL_SAFE_NO_PAD.encode(bytes);
                name.map_or(encoded.clone(), |name| format!("{name}.{encoded}"))
            }
            Self::Cut { which, at, more } => {
                let text = ours(*which);
                format!("{}{more}", &text[..usize::from(*at) % (text.len() + 1)])
            }
        }
    }
}

fuzz_target!(|shown: Shown<'_>| {
    let Ours { keys, pass, ticket, texts } = &*OURS;
    let text = shown.text();
    let is = |at: usize| text == texts[at];
    assert_eq!(keys.open_pass(&text, NOW), is(0).then(|| pass.clone()), "a pass: {text}");
    assert_eq!(keys.open_ticket(&text, NOW), is(1).then(|| ticket.clone()), "a ticket: {text}");
    assert_eq!(keys.read_visitor(&text), is(2).then_some(VISITOR), "a visitor: {text}");
    let named = keys.read_lobby(&text).map(|name| (name.lobby, name.proven));
    assert_eq!(named, is(3).then_some((LOBBY, false)), "a lobby: {text}");
    assert_eq!(keys.open_pass(&text, pass.expires), None, "a pass that is over");
    assert_eq!(keys.open_ticket(&text, ticket.expires), None, "a ticket that is over");
});
