//! A chat in a terminal, for people who would like to see that the protocol is enough.
//!
//! ```text
//! cargo run --example chat -- http://127.0.0.1:8787 [file]
//! ```
//!
//! With a file, a conversation outlives this program: it goes on when the program is started again with the same one,
//! soon enough. What is typed is said; `/next`, `/stop`, `/find`, `/block`, `/report why` and `/quit` are wishes.

mod shell;
mod socket;
mod words;

use std::io::{BufRead as _, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io, process, thread, time};

use edgewise::client::{Input, Kept, Place, Wanted};
use tokio::sync::mpsc;

use shell::{Running, Told, Way};

#[tokio::main]
async fn main() -> ExitCode {
    let Some(site) = env::args().nth(1).filter(|site| site.starts_with("http://")) else {
        eprintln!("usage: chat http://host:port [file]");
        return ExitCode::FAILURE;
    };
    let file = env::args().nth(2).map(PathBuf::from);
    let kept = file.as_deref().map(restored).unwrap_or_default();
    println!("· by talking you accept the terms on {site}");
    let goes_on = kept.place != Place::Home;
    let way = Way { site: site.trim_end_matches('/').to_owned(), through: None, seed: seed(), counted: false };
    let store = file.clone();
    let running = Running::start(way, kept, move |told| match told {
        Told::Show(show) => words::words(&show).into_iter().for_each(|words| println!("{words}")),
        Told::Save(kept) => {
            if let Some(Err(error)) = store.as_deref().map(|file| save(file, &kept)) {
                eprintln!("· cannot be kept: {error}");
            }
        }
    });
    if !goes_on {
        running.wish(Input::Find(Wanted::default()));
    }
    let mut lines = typed();
    while let Some(line) = lines.recv().await {
        match wish(&line) {
            Some(Input::Leave) => {
                running.leave().await;
                return ExitCode::SUCCESS;
            }
            Some(wish) => running.wish(wish),
            None => println!("· /next, /stop, /find, /block, /report why, /quit; anything else is said"),
        }
    }
    // The terminal is gone. With a file the conversation may go on from there; else it is over.
    if file.is_none() {
        running.leave().await;
    }
    ExitCode::SUCCESS
}

/// What a line that was typed wishes.
fn wish(line: &str) -> Option<Input> {
    let Some(command) = line.strip_prefix('/') else { return Some(Input::Say(line.to_owned())) };
    let (command, rest) = command.split_once(' ').unwrap_or((command, ""));
    Some(match command {
        "find" => Input::Find(Wanted::default()),
        "next" => Input::Next,
        "stop" => Input::Stop,
        "block" => Input::Block,
        "report" if !rest.is_empty() => Input::Report { reason: rest.to_owned(), note: None },
        "quit" => Input::Leave,
        _ => return None,
    })
}

/// The lines that are typed. A thread waits for them, because a terminal cannot be waited for otherwise.
fn typed() -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    thread::spawn(move || {
        let lines = stdin().lock().lines().map_while(Result::ok).filter(|line| !line.trim().is_empty());
        lines.map_while(|line| sender.send(line).ok()).for_each(drop);
    });
    lines
}

fn restored(file: &Path) -> Kept {
    fs::read_to_string(file).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// All of it or nothing: a file that was half written would be a conversation lost.
fn save(file: &Path, kept: &Kept) -> io::Result<()> {
    let fresh = file.with_extension("new");
    fs::write(&fresh, serde_json::to_string(kept)?)?;
    fs::rename(fresh, file)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a shell reads the clock; two clients are to come back at different moments"
)]
fn seed() -> u64 {
    let since = time::SystemTime::now().duration_since(time::UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_nanos()) << 32 | u64::from(process::id())
}
