//! What everyone was told, against what may be told: invariants 3 and 4.

use std::collections::{BTreeMap, BTreeSet};

use edgewise::domain::id::{ConversationId, LineId};
use edgewise::domain::protocol::{ClientFrame, ServerFrame};

/// One conversation, as its two people have heard of it.
#[derive(Default)]
struct Heard {
    matched: Vec<LineId>,
    ended: Vec<LineId>,
}

/// Everything that was told.
#[derive(Default)]
pub struct Ledger {
    conversations: BTreeMap<ConversationId, Heard>,
    gone: BTreeSet<LineId>,
    /// How often frames were passed on, for the test that something happened at all.
    pub relayed: u64,
    pub matches: u64,
}

impl Ledger {
    /// A line is gone: nobody is told anything there any more.
    pub fn gone(&mut self, line: LineId) {
        self.gone.insert(line);
    }

    /// One frame to one line, in a step that `cause` (from its line) has brought about.
    pub fn told(&mut self, to: LineId, frame: &ServerFrame, cause: Option<&(LineId, ClientFrame)>) {
        assert!(!self.gone.contains(&to), "a frame for {to:?}, which is gone: {frame:?}");
        match frame {
            ServerFrame::Matched { conversation, .. } => {
                let heard = self.conversations.entry(*conversation).or_default();
                assert!(!heard.matched.contains(&to), "invariant 3: told twice of the same match");
                assert!(heard.matched.len() < 2, "invariant 1: a third in a conversation");
                assert!(heard.ended.is_empty(), "invariant 3: a conversation that began after its end");
                heard.matched.push(to);
                self.matches += 1;
            }
            ServerFrame::Ended { conversation, .. } => {
                let heard = self.conversations.entry(*conversation).or_default();
                assert!(heard.matched.contains(&to), "invariant 3: the end of somebody else's conversation");
                assert!(!heard.ended.contains(&to), "invariant 3: told twice of the same end");
                heard.ended.push(to);
            }
            ServerFrame::Say { .. }
            | ServerFrame::Got { .. }
            | ServerFrame::Seen { .. }
            | ServerFrame::Typing { .. } => {
                self.relayed(to, frame, cause);
            }
            ServerFrame::Welcome { .. }
            | ServerFrame::Waiting { .. }
            | ServerFrame::Resumed(_)
            | ServerFrame::Partner { .. }
            | ServerFrame::Done { .. }
            | ServerFrame::Error(_) => {}
        }
    }

    fn relayed(&mut self, to: LineId, frame: &ServerFrame, cause: Option<&(LineId, ClientFrame)>) {
        let (from, sent) = cause.expect("invariant 4: passed on without having been sent");
        let same = match (sent, frame) {
            (
                ClientFrame::Say { conversation: named, n, text },
                ServerFrame::Say { conversation, n: number, text: said },
            ) => named.names(*conversation) && n == number && text.clone().into_string() == *said,
            (ClientFrame::Got { conversation: named, n }, ServerFrame::Got { conversation, n: number })
            | (ClientFrame::Seen { conversation: named, n }, ServerFrame::Seen { conversation, n: number }) => {
                named.names(*conversation) && n == number
            }
            (ClientFrame::Typing { conversation: named, on }, ServerFrame::Typing { conversation, on: is_on }) => {
                named.names(*conversation) && on == is_on
            }
            _ => false,
        };
        assert!(same, "invariant 4: {frame:?} is not what was sent: {sent:?}");
        let partner = sent.conversation().and_then(|name| {
            let known = self.conversations.iter().find(|(id, _)| name.names(**id))?;
            known.1.matched.iter().copied().find(|line| line != from)
        });
        assert_eq!(partner, Some(to), "invariant 4: passed on to a third person");
        self.relayed += 1;
    }

    /// After a step: whoever was told of a match and not of its end must be in that conversation still.
    pub fn settle(&self, talking: &BTreeMap<LineId, ConversationId>) {
        for (conversation, heard) in &self.conversations {
            assert_eq!(heard.matched.len(), 2, "invariant 3: only one was told of the match");
            for line in &heard.matched {
                let over = heard.ended.contains(line) || self.gone.contains(line);
                let talks = talking.get(line) == Some(conversation);
                assert_ne!(over, talks, "invariant 3: {line:?} does not know how it stands");
            }
        }
    }

    /// Forgets conversations that are over for both: they cannot be told of again without being noticed as new.
    pub fn forget_old(&mut self) {
        let gone = &self.gone;
        let over = |heard: &Heard| heard.matched.iter().all(|line| heard.ended.contains(line) || gone.contains(line));
        if self.conversations.len() > 64 {
            self.conversations.retain(|_, heard| !over(heard));
        }
    }
}
