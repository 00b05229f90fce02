//! What a lobby was told by the presence object, and keeps through a loss of memory.

use serde::{Deserialize, Serialize};

use super::bans::Bans;
use super::pause::Pause;

/// The layout of what is kept: it is counted up when that changes.
const LAYOUT: u8 = 2;
/// A layout before that: nothing but the pause.
const LAYOUT_PAUSE: u8 = 1;

/// What a lobby was told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Orders {
    /// Whether matching is paused.
    pub pause: Pause,
    /// Who is kept out.
    pub bans: Bans,
}

impl Orders {
    /// As bytes, to be kept.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(&(LAYOUT, self)).unwrap_or_default()
    }

    /// Reads them; `None` when they are of a layout that is not known.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (layout, rest) = bytes.split_first()?;
        match *layout {
            LAYOUT => postcard::from_bytes(rest).ok(),
            LAYOUT_PAUSE => Some(Self { pause: postcard::from_bytes(rest).ok()?, ..Self::default() }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bans::Barred;
    use crate::domain::id::VisitorKey;
    use crate::domain::time::Time;

    #[test]
    fn what_was_kept_before_a_deploy_is_read_after_it() {
        let pause = Pause { number: 300, paused: true };
        let barred = Barred { visitor: Some(VisitorKey([7; 12])), network: None, until: Time::from_ms(9) };
        let orders = Orders { pause, bans: Bans { number: 5, barred: vec![barred] } };
        assert_eq!(Orders::decode(&orders.encode()), Some(orders));
        assert_eq!(Orders::decode(&[1, 172, 2, 1]), Some(Orders { pause, ..Orders::default() }));
        assert_eq!((Orders::decode(&[3, 172, 2, 1]), Orders::decode(&[])), (None, None));
    }
}
