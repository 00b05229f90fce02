//! What became of the people of a crowd.

use edgewise::domain::protocol::Preferences;

/// Counts; nothing counts before [`Tally::begin`].
#[derive(Default)]
pub struct Tally {
    begun: Option<u64>,
    here: u64,
    passed_ms: u64,
    /// Milliseconds, added up over all who were here.
    stayed_ms: u64,
    /// How long those waited who met somebody.
    waits_ms: Vec<u64>,
    gave_up: u64,
    met: u64,
    again: u64,
    /// Of those who gave interests, how many met somebody, and how many somebody who shares one.
    liked: (u64, u64),
    /// Of those who met and both gave a language, how many pairs there were, and how many gave the same.
    spoke: (u64, u64),
}

impl Tally {
    /// From now on things count: waits that begin, and all else that happens.
    pub fn begin(&mut self, now: u64) {
        *self = Self { begun: Some(now), here: self.here, ..Self::default() };
    }

    pub fn comes(&mut self) {
        self.here += 1;
    }

    pub fn goes(&mut self) {
        self.here -= 1;
    }

    pub fn passes(&mut self, ms: u64) {
        self.passed_ms += ms;
        self.stayed_ms += ms * self.here;
    }

    pub fn waited(&mut self, now: u64, since: u64) {
        if self.begun.is_some_and(|begun| begun <= since) {
            self.waits_ms.push(now - since);
        }
    }

    pub fn gave_up(&mut self, since: u64) {
        self.gave_up += u64::from(self.begun.is_some_and(|begun| begun <= since));
    }

    pub fn met(&mut self, ones: &Preferences, others: &Preferences, again: bool) {
        self.met += 1;
        self.again += u64::from(again);
        let alike = !ones.common(others).is_empty();
        for _ in [ones, others].into_iter().filter(|likes| !likes.interests.is_empty()) {
            self.liked = (self.liked.0 + 1, self.liked.1 + u64::from(alike));
        }
        if ones.lang.is_some() && others.lang.is_some() {
            self.spoke = (self.spoke.0 + 1, self.spoke.1 + u64::from(ones.lang == others.lang));
        }
    }

    pub fn figures(mut self) -> Figures {
        self.waits_ms.sort_unstable();
        let waits = &self.waits_ms;
        let at = |percent: usize| waits.get((waits.len() * percent / 100).min(waits.len().saturating_sub(1)));
        let percent = |part: u64, all: u64| 100.0 * part as f64 / all.max(1) as f64;
        Figures {
            present: self.stayed_ms as f64 / self.passed_ms.max(1) as f64,
            waits_ms: [50, 90, 99].map(|percent| at(percent).copied().unwrap_or(0)),
            alike: percent(self.liked.1, self.liked.0),
            one_language: percent(self.spoke.1, self.spoke.0),
            again: percent(self.again, self.met),
            gave_up: percent(self.gave_up, self.gave_up + waits.len() as u64),
        }
    }
}

/// What is told about a crowd; shares in percent.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// How many people were there on average.
    pub present: f64,
    /// How long half, nine in ten and 99 in 100 of those waited who met somebody.
    pub waits_ms: [u64; 3],
    pub alike: f64,
    pub one_language: f64,
    pub again: f64,
    pub gave_up: f64,
}

/// A table of all sizes.
pub fn table(rows: &[(u32, Figures)]) -> String {
    let head = "| people | half waited at most | 9 in 10 | 99 in 100 | shared an interest | one language | met again | gave up |";
    let mut lines = vec![head.to_owned(), "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |".to_owned()];
    for (size, row) in rows {
        let [half, most, nearly_all] = row.waits_ms.map(duration);
        let shares = [row.alike, row.one_language, row.again, row.gave_up].map(share).join(" | ");
        lines.push(format!("| {} | {half} | {most} | {nearly_all} | {shares} |", grouped(*size)));
    }
    lines.join("\n") + "\n"
}

pub fn duration(ms: u64) -> String {
    match ms {
        0 => "0 s".to_owned(),
        1..50 => "< 0.1 s".to_owned(),
        50..10_000 => format!("{:.1} s", ms as f64 / 1_000.0),
        _ => format!("{} s", (ms + 500) / 1_000),
    }
}

fn share(percent: f64) -> String {
    match percent {
        0.0 => "0 %".to_owned(),
        ..0.1 => "< 0.1 %".to_owned(),
        ..10.0 => format!("{percent:.1} %"),
        99.5..100.0 => "> 99 %".to_owned(),
        _ => format!("{percent:.0} %"),
    }
}

/// A number with its thousands apart.
pub fn grouped(n: u32) -> String {
    if n < 1_000 { n.to_string() } else { format!("{}\u{a0}{:03}", n / 1_000, n % 1_000) }
}
