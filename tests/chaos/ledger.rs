//! The verdict: what everybody was shown, held against what everybody said.
//!
//! For every conversation and side, what was shown is what the partner said, from the first on, in order, each once. It
//! is all of it where the conversation goes on. Where it is over, whoever said something was told how many of the last
//! ones the partner is not known to have: all before these were shown.

use std::collections::BTreeMap;
use std::time::Duration;

use edgewise::client::Why;
use tokio::time::Instant;

use crate::diary::{Diary, Page};

/// How long before an end what happened is told of it.
const BEFORE: Duration = Duration::from_secs(20);
/// … and how long after it.
const AFTER: Duration = Duration::from_secs(2);

/// What came of everything that was said.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Messages that were said.
    pub said: u64,
    /// … and shown to the partner.
    pub shown: u64,
    /// … and neither shown nor told to be undelivered.
    pub lost: u64,
    /// … and shown more than once.
    pub doubled: u64,
    /// … and shown out of their order.
    pub reordered: u64,
    /// Texts that were shown to somebody for whom they were not meant.
    pub crossed: u64,
    /// Conversations that there were.
    pub conversations: u64,
    /// … and that go on.
    pub alive: u64,
    /// … and that ended although nobody wished so.
    pub torn: u64,
    /// … and that only one of the two ever heard of, because memory was lost in the moment of the match.
    pub unheard: u64,
    /// Whatever is wrong, in words.
    pub findings: Vec<String>,
}

/// One side of a conversation: who, and what they saw of it.
type Side<'a> = (usize, &'a Page);

/// Judges what these people were shown. `losses`: when the lobby lost its memory and everybody's lines.
pub fn judge(diaries: &[&Diary], losses: &[Instant]) -> Verdict {
    let mut verdict = Verdict::default();
    let mut all: BTreeMap<&str, Vec<Side<'_>>> = BTreeMap::new();
    for (who, diary) in diaries.iter().enumerate() {
        verdict.findings.extend(diary.wrong.iter().map(|wrong| format!("{who}: {wrong}")));
        for (c, page) in &diary.pages {
            all.entry(c).or_default().push((who, page));
        }
    }
    verdict.conversations = all.len() as u64;
    for (c, sides) in all {
        match sides[..] {
            [one, other] => {
                let before = verdict.findings.len();
                verdict.conversation(c, one, other, losses);
                if verdict.findings.len() > before {
                    verdict.findings.push(story(diaries, losses, [one, other]));
                }
            }
            [alone] => verdict.half(c, alone),
            _ => {
                verdict.crossed += 1;
                verdict.findings.push(format!("{c} is shown to {} people", sides.len()));
            }
        }
    }
    verdict
}

/// Proves that the verdict bites: the same diaries, but for one message that is lost, doubled, out of order or shown to
/// somebody else, are not good. `None` where nobody was shown two messages.
pub fn bites(diaries: &[&Diary]) -> Option<bool> {
    let worst = |change: fn(&mut Vec<String>), count: fn(&Verdict) -> u64| {
        let mut changed: Vec<Diary> = diaries.iter().map(|diary| (*diary).clone()).collect();
        // In a conversation that goes on nothing may be missing.
        let pages = changed.iter_mut().flat_map(|diary| diary.pages.values_mut()).filter(|page| page.over.is_none());
        change(pages.map(|page| &mut page.heard).max_by_key(|heard| heard.len())?);
        let before = judge(diaries, &[]);
        Some(count(&judge(&changed.iter().collect::<Vec<_>>(), &[])) > count(&before))
    };
    Some(
        worst(|heard| drop(heard.pop()), |verdict| verdict.lost)?
            && worst(|heard| heard.extend(heard.first().cloned()), |verdict| verdict.doubled)?
            && worst(|heard| heard.rotate_left(1), |verdict| verdict.reordered)?
            && worst(|heard| heard.push("not meant for here".to_owned()), |verdict| verdict.crossed)?,
    )
}

impl Verdict {
    /// Nothing was lost, doubled, reordered or crossed, and nothing else is wrong.
    pub fn is_good(&self) -> bool {
        self.lost + self.doubled + self.reordered + self.crossed + self.torn == 0 && self.findings.is_empty()
    }

    fn conversation(&mut self, c: &str, one: Side<'_>, other: Side<'_>, losses: &[Instant]) {
        self.direction(c, one, other);
        self.direction(c, other, one);
        let (Some(end), Some(others)) = (&one.1.over, &other.1.over) else {
            if one.1.over.is_none() && other.1.over.is_none() {
                self.alive += 1;
            } else {
                self.findings.push(format!("{c}: over for one of {} and {} alone", one.0, other.0));
            }
            return;
        };
        let (first, last) = (end.at.min(others.at), end.at.max(others.at));
        let forgotten = losses.iter().any(|loss| first < *loss + BEFORE && *loss < last);
        let both = format!("{c}: {:?} for {}, {:?} for {}", end.why, one.0, others.why, other.0);
        if let Some(fault) = disagreement(&end.why, &others.why, forgotten) {
            self.findings.push(format!("{both}: {fault}"));
        }
        if end.why != Why::Me && others.why != Why::Me {
            self.torn += 1;
            self.findings.push(format!("{both}, and nobody wished so"));
        }
    }

    /// Whoever it was never heard of it, so nothing of it was shown, and it is over.
    fn half(&mut self, c: &str, (who, page): Side<'_>) {
        self.unheard += 1;
        self.said += page.said.len() as u64;
        self.crossed += page.heard.len() as u64;
        if page.delivered > 0 || page.over.is_none() || !page.heard.is_empty() {
            self.findings.push(format!("{c}: {who} is alone in it: {page:?}"));
        }
    }

    fn direction(&mut self, c: &str, (speaker, from): Side<'_>, (listener, to): Side<'_>) {
        let (said, heard) = (&from.said, &to.heard);
        self.said += said.len() as u64;
        self.shown += heard.len() as u64;
        for (place, text) in heard.iter().enumerate() {
            if said.get(place) == Some(text) {
                continue;
            }
            let what = if heard[..place].contains(text) {
                self.doubled += 1;
                "doubled"
            } else if said.contains(text) {
                self.reordered += 1;
                "out of order"
            } else {
                self.crossed += 1;
                "not said here"
            };
            self.findings.push(format!("{c}: {listener} was shown {text:?} as number {}: {what}", place + 1));
        }
        let undelivered = from.over.as_ref().map_or(0, |over| over.undelivered);
        let known = (said.len() as u64).saturating_sub(undelivered).max(from.delivered);
        let lost = known.saturating_sub(heard.len() as u64);
        if lost > 0 {
            self.lost += lost;
            self.findings.push(format!("{c}: {lost} messages of {speaker} were never shown to {listener}"));
        }
    }
}

/// Why two reasons for one end cannot both be true. `forgotten`: the lobby lost its memory between the two, or shortly
/// before; then it knows that somebody has gone on, and no more why.
fn disagreement(one: &Why, other: &Why, forgotten: bool) -> Option<&'static str> {
    match (one, other) {
        (Why::Service(one), Why::Service(other)) if one != other => Some("two reasons"),
        (Why::Me, Why::Service(reason)) | (Why::Service(reason), Why::Me)
            if reason != "next" && reason != "left" && !(forgotten && reason == "lost") =>
        {
            Some("the goodbye was not what ended it")
        }
        (Why::Memory | Why::Code(_), _) | (_, Why::Memory | Why::Code(_)) => Some("it must not come to that"),
        (Why::Me | Why::Service(_) | Why::Gone, Why::Me | Why::Service(_) | Why::Gone) => None,
    }
}

/// What happened to these two around the end, in seconds from it.
fn story(diaries: &[&Diary], losses: &[Instant], sides: [Side<'_>; 2]) -> String {
    let Some(end) = sides.iter().filter_map(|(_, page)| Some(page.over.as_ref()?.at)).min() else {
        return "it goes on".to_owned();
    };
    let traces = sides
        .iter()
        .flat_map(|(who, _)| diaries[*who].trace.iter().map(move |(at, what)| (*at, format!("{who}: {what}"))));
    let lost = losses.iter().map(|at| (*at, "the lobby forgets".to_owned()));
    let mut lines: Vec<_> = traces.chain(lost).filter(|(at, _)| *at + BEFORE > end && *at < end + AFTER).collect();
    lines.sort();
    let line = |(at, what): (Instant, String)| {
        let (sign, span) = if at < end { ('-', end - at) } else { ('+', at - end) };
        format!("\n           {sign}{:.3} {what}", span.as_secs_f64())
    };
    lines.into_iter().map(line).collect()
}
