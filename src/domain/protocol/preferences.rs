//! What a person looks for: interests and a language, each in a form in which it can be compared.

use serde::{Deserialize, Serialize};

use crate::domain::limits::{INTEREST_CHARS_MAX, INTERESTS_MAX};

/// What a person looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Preferences {
    /// What the person would like to talk about, in the order given.
    pub interests: Vec<Interest>,
    /// The language to talk in.
    pub lang: Option<Lang>,
}

impl Preferences {
    /// Which of these interests `other` shares: their positions, in order.
    #[must_use]
    pub fn common(&self, other: &Self) -> Vec<u8> {
        let shared = |mine: &Interest| other.interests.iter().any(|theirs| theirs.key == mine.key);
        (0..).zip(&self.interests).filter(|(_, interest)| shared(interest)).map(|(at, _)| at).collect()
    }

    /// The interests at these positions, as the person spelled them.
    #[must_use]
    pub fn spelled(&self, positions: &[u8]) -> Vec<String> {
        let interest = |at: &u8| self.interests.get(usize::from(*at));
        positions.iter().filter_map(interest).map(|interest| interest.spelling.clone()).collect()
    }

    /// The language that both gave.
    #[must_use]
    pub fn common_lang(&self, other: &Self) -> Option<Lang> {
        self.lang.filter(|_| self.lang == other.lang)
    }
}

/// One interest, as it was spelled and as it is compared. Only the spelling is kept anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Interest {
    spelling: String,
    key: String,
}

impl TryFrom<String> for Interest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("an interest is empty, too long or has control characters")
    }
}

impl From<Interest> for String {
    fn from(interest: Interest) -> Self {
        interest.spelling
    }
}

impl Interest {
    /// As the person wrote it, trimmed.
    #[must_use]
    pub fn spelling(&self) -> &str {
        &self.spelling
    }

    /// As it is compared: in lower case, with inner white space as one space.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    fn parse(text: &str) -> Option<Self> {
        let spelling = text.trim();
        let odd = |c: char| c.is_control() && !c.is_whitespace();
        if !(1..=INTEREST_CHARS_MAX).contains(&spelling.chars().count()) || spelling.contains(odd) {
            return None;
        }
        let key = spelling.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        Some(Self { spelling: spelling.to_owned(), key })
    }
}

/// Interests as they come in: duplicates are folded into the first, and then bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Interests(pub Vec<Interest>);

impl TryFrom<Vec<String>> for Interests {
    type Error = &'static str;

    fn try_from(texts: Vec<String>) -> Result<Self, Self::Error> {
        let mut interests: Vec<Interest> = Vec::new();
        for text in texts {
            let interest = Interest::try_from(text)?;
            if interests.iter().all(|known| known.key != interest.key) {
                interests.push(interest);
            }
            if interests.len() > INTERESTS_MAX {
                return Err("too many interests");
            }
        }
        Ok(Self(interests))
    }
}

/// A primary language subtag (BCP 47): two or three lower-case letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lang([u8; 3]);

impl TryFrom<String> for Lang {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let letters = text.as_bytes();
        if !(2..=3).contains(&letters.len()) || !letters.iter().all(u8::is_ascii_lowercase) {
            return Err("not a primary language subtag");
        }
        let mut lang = [b' '; 3];
        lang[..letters.len()].copy_from_slice(letters);
        Ok(Self(lang))
    }
}

impl From<Lang> for String {
    fn from(lang: Lang) -> Self {
        lang.0.iter().map(|letter| char::from(*letter)).filter(|letter| *letter != ' ').collect()
    }
}
