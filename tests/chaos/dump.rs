//! The search for what must be nowhere: texts, passes, tickets, visitor ids and addresses, in all that the runtime has
//! written, byte by byte.
//!
//! Files are read raw, whatever is in them: a page that a database has given up still counts. Long secrets are looked
//! for by pieces, in the form in which clients hold them and in bytes, so that one which is torn apart is found too.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How much of a secret gives it away.
const PIECE: usize = 16;

/// What is looked for.
pub struct Wanted {
    /// Short texts: each is found wherever it stands, also in two-byte letters.
    words: Vec<Vec<u8>>,
    /// Pieces of secrets, in order.
    pieces: Vec<[u8; PIECE]>,
}

/// What was searched.
#[derive(Debug, Default)]
pub struct Searched {
    /// Files and logs.
    pub places: u64,
    /// Their size.
    pub bytes: u64,
    /// Where something was found.
    pub found: Vec<String>,
}

impl Wanted {
    /// These words, and pieces of these secrets.
    pub fn new(words: &[&str], secrets: &BTreeSet<String>) -> Self {
        let wide = |word: &&str| word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let words = words.iter().map(|word| word.as_bytes().to_vec()).chain(words.iter().map(wide)).collect();
        let bytes = secrets.iter().filter_map(|secret| URL_SAFE_NO_PAD.decode(secret).ok());
        let forms = secrets.iter().map(|secret| secret.as_bytes().to_vec()).chain(bytes);
        let mut pieces: Vec<[u8; PIECE]> = forms.flat_map(|form| pieces(&form)).collect();
        pieces.sort_unstable();
        pieces.dedup();
        Self { words, pieces }
    }

    /// Searches a folder and texts that are not in it.
    pub fn search(&self, folder: &Path, texts: &[(String, String)]) -> io::Result<Searched> {
        let mut searched = Searched::default();
        for file in files(folder)? {
            // Files come and go while the runtime runs.
            if let Ok(bytes) = fs::read(&file) {
                self.search_bytes(&file.display().to_string(), &bytes, &mut searched);
            }
        }
        for (name, text) in texts {
            self.search_bytes(name, text.as_bytes(), &mut searched);
        }
        Ok(searched)
    }

    fn search_bytes(&self, name: &str, bytes: &[u8], searched: &mut Searched) {
        searched.places += 1;
        searched.bytes += bytes.len() as u64;
        for word in &self.words {
            if let Some(at) = bytes.windows(word.len()).position(|here| here == word) {
                searched.found.push(format!("{:?} in {name} at {at}", String::from_utf8_lossy(word)));
            }
        }
        for (at, here) in bytes.windows(PIECE).enumerate() {
            if self.pieces.binary_search_by(|piece| piece[..].cmp(here)).is_ok() {
                searched.found.push(format!("a secret ({:?}) in {name} at {at}", String::from_utf8_lossy(here)));
            }
        }
    }

    /// Proves that the search bites: each of these, written into a copy of a file there is, is found there.
    pub fn finds(&self, folder: &Path, planted: &[Vec<u8>]) -> io::Result<bool> {
        let before = self.search(folder, &[])?.found.len();
        let file = folder.join("canary");
        // Inside of a file as the runtime writes them, not at its edges.
        let around = files(folder)?.into_iter().find_map(|file| fs::read(file).ok()).unwrap_or_default();
        for plant in planted {
            fs::write(&file, [&around, &plant[..], &around].concat())?;
            let found = self.search(folder, &[])?.found;
            fs::remove_file(&file)?;
            if found.len() <= before || !found.iter().any(|found| found.contains("canary")) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The beginning, the middle and the end.
fn pieces(bytes: &[u8]) -> Vec<[u8; PIECE]> {
    let Some(last) = bytes.len().checked_sub(PIECE) else { return Vec::new() };
    [0, last / 2, last].into_iter().filter_map(|at| bytes[at..at + PIECE].try_into().ok()).collect()
}

/// Whether any file in a folder contains a text.
pub fn contains(folder: &Path, text: &str) -> io::Result<bool> {
    let holds =
        |file: PathBuf| fs::read(file).is_ok_and(|bytes| bytes.windows(text.len()).any(|here| here == text.as_bytes()));
    Ok(files(folder)?.into_iter().any(holds))
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_dir() => files.extend(self::files(&entry.path())?),
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    Ok(files)
}
