//! A report as it is filed: who reports whom, why, and what of it can be relied on.

use super::evidence::{Marks, Said};
use super::id::{ConversationId, NetworkKey, VisitorId, VisitorKey};
use super::protocol::{Line, Reason, Shown, Side};

/// One of the two of a report, by the keys that reports and bans call people by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Party {
    /// In which browser.
    pub visitor: VisitorKey,
    /// From which network, where that is still known.
    pub network: Option<NetworkKey>,
}

/// A report to be filed. Two of the same reporter about the same conversation are one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Filing {
    /// The conversation that it is about.
    pub conversation: ConversationId,
    /// Who reports.
    pub reporter: Party,
    /// Who is reported.
    pub accused: Party,
    /// Why.
    pub reason: Reason,
    /// In the reporter's own words.
    pub note: Option<String>,
    /// The lines that the reporter chose to show.
    pub lines: Vec<Line>,
}

impl Filing {
    /// How many of its lines were really said by the one who is reported.
    #[must_use]
    pub fn verified(&self) -> usize {
        self.lines.iter().filter(|line| line.verified).count()
    }
}

/// What is shown, each line held against its tag. A line of the reporter's own has none, and is never verified.
#[must_use]
pub fn examine(marks: &Marks, conversation: ConversationId, accused: VisitorId, shown: Vec<Shown>) -> Vec<Line> {
    let line = |Shown { from, n, text, tag }| {
        let said = Said { conversation, by: accused, n, text: &text };
        let verified = from == Side::Partner && tag.is_some_and(|tag| marks.verify(&said, &tag));
        Line { from, n, text, verified }
    };
    shown.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::SessionId;

    const ACCUSED: VisitorId = VisitorId([2; 16]);

    #[test]
    fn a_line_counts_as_said_only_with_its_tag_and_from_its_side() {
        let marks = Marks::default();
        let conversation = ConversationId::of((SessionId([1; 16]), 1), (SessionId([2; 16]), 1));
        let tag = marks.tag(&Said { conversation, by: ACCUSED, n: 3, text: "buy" });
        let shown =
            |from, n, text: &str, tag: Option<&str>| Shown { from, n, text: text.into(), tag: tag.map(str::to_owned) };
        let lines = vec![
            shown(Side::Partner, 3, "buy", Some(&tag)),
            shown(Side::Me, 3, "buy", Some(&tag)),
            shown(Side::Partner, 3, "buy!", Some(&tag)),
            shown(Side::Partner, 4, "buy", Some(&tag)),
            shown(Side::Partner, 3, "buy", None),
        ];
        let verified: Vec<bool> =
            examine(&marks, conversation, ACCUSED, lines).iter().map(|line| line.verified).collect();
        assert_eq!(verified, [true, false, false, false, false]);
    }
}
