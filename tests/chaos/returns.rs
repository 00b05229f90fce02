//! How soon people are back: one after the other, and a crowd at once.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::diary::lock;
use crate::ledger::judge;
use crate::people::{Browser, Pace, Person};
use crate::proxy::Blow;
use crate::run::{drain, gather, person_seed};
use crate::runtime::{LOOK, Runtime};

/// So few that everybody is told to come back at once: `limits.return_ms` is 250.
const FEW: usize = 70;
/// How often each of them is cut, where it counts. A fourth young line in a row would be backed off from.
const CUTS_EACH: usize = 3;
/// How long anything here may take before it counts as never.
const PATIENCE: Duration = Duration::from_mins(1);
/// What is promised of a line that is cut while the network is there.
const MEDIAN_MAX: Duration = Duration::from_millis(500);
/// What is promised of a crowd.
const CROWD_MAX: Duration = Duration::from_secs(5);

/// What was measured.
pub struct Returns {
    /// One after the other: from the cut until the conversation is on again.
    pub single: Vec<Duration>,
    /// All at once, how many there were and within what each was back: by what broke their lines.
    pub crowds: Vec<(&'static str, Vec<Duration>)>,
    /// Within what the service had told a crowd of this size to come back.
    pub told_ms: u64,
    /// What went wrong.
    pub findings: Vec<String>,
}

/// Measures, with a crowd of so many people who talk in pairs.
pub async fn measure(run: u8, count: usize, strict: bool) -> Result<Returns, String> {
    let runtime = Arc::new(Runtime::start().await);
    let people = gather(&runtime, run, 0, vec![Browser::default(); count.max(FEW)]).await?;
    let (over, is_over) = watch::channel(false);
    let mut lives = JoinSet::new();
    let mut enliven = |range: std::ops::Range<usize>, act_ms: u64| {
        for number in range {
            let pace = Pace { act_ms, leave: 0 };
            lives.spawn(Arc::clone(&people[number]).live(person_seed(0, number), pace, is_over.clone()));
        }
    };
    enliven(0..FEW, 1_000);
    settle(&people[..FEW]).await?;
    let mut alone = Vec::new();
    for n in 0..FEW * if strict { CUTS_EACH } else { 1 } {
        let blow = if n.is_multiple_of(2) { Blow::Cut } else { Blow::Reset };
        alone.extend(drop_all(&people[n % FEW..=n % FEW], |person| person.network.strike(blow)).await?);
    }
    enliven(FEW..people.len(), 5_000);
    settle(&people).await?;
    let told_ms = told(&people[0].network.site).await.ok_or("the service did not tell when to come back")?;
    let cut = drop_all(&people, |person| person.network.strike(Blow::Reset)).await?;
    settle(&people).await?;
    let before = mark(&people);
    let began = Instant::now();
    if !runtime.forget_lobby(false).await {
        return Err("the lobby could not be evicted".to_owned());
    }
    let evicted = wait_back(&people, &before, began).await?;
    over.send_replace(true);
    while let Some(ended) = lives.join_next().await {
        ended.map_err(|error| error.to_string())?;
    }
    let mut findings: Vec<String> = drain(&people).await.err().into_iter().collect();
    {
        let diaries: Vec<_> = people.iter().map(|person| lock(&person.diary)).collect();
        findings.extend(judge(&diaries.iter().map(|diary| &**diary).collect::<Vec<_>>(), &[]).findings);
    }
    join_all(people.iter().map(|person| person.leave())).await;
    let crowds = vec![("reset by the network", cut), ("closed with the object, as a deploy does", evicted)];
    let mut returns = Returns { single: alone, crowds, told_ms, findings };
    if strict {
        returns.hold();
    }
    Ok(returns)
}

impl Returns {
    /// Holds the figures to what is promised.
    fn hold(&mut self) {
        let mut single = self.single.clone();
        single.sort_unstable();
        let median = single[single.len() / 2];
        if median >= MEDIAN_MAX {
            self.findings.push(format!("the median return took {median:?}"));
        }
        for (what, back) in &self.crowds {
            let last = back.iter().max().copied().unwrap_or_default();
            if last > CROWD_MAX {
                self.findings.push(format!("a crowd, {what}, took {last:?} to be back"));
            }
        }
    }
}

/// Within what the service tells somebody who comes now to come back, should the line break.
async fn told(site: &str) -> Option<u64> {
    let http = reqwest::Client::builder().no_proxy().build().ok()?;
    let entered = http.post(format!("{site}/enter")).header("origin", site).body(r#"{"terms":true}"#).send();
    let entry: Value = serde_json::from_str(&entered.await.ok()?.text().await.ok()?).ok()?;
    let authority = site.strip_prefix("http://")?;
    let lobby = entry["lobby"].as_str()?;
    let mut request = format!("ws://{authority}/ws/{lobby}").into_client_request().ok()?;
    request.headers_mut().insert("origin", site.parse().ok()?);
    let (mut line, _) = client_async(request, TcpStream::connect(authority).await.ok()?).await.ok()?;
    let hello = json!({ "type": "hello", "v": 1, "pass": entry["pass"] });
    line.send(Message::text(hello.to_string())).await.ok()?;
    let welcome = timeout(PATIENCE, line.next()).await.ok()??.ok()?;
    let farewell = CloseFrame { code: 1000.into(), reason: "".into() };
    line.close(Some(farewell)).await.ok()?;
    serde_json::from_str::<Value>(welcome.to_text().ok()?).ok()?["limits"]["return_ms"].as_u64()
}

/// Everybody is in a conversation.
async fn settle(people: &[Arc<Person>]) -> Result<(), String> {
    let began = Instant::now();
    while !people.iter().all(|person| lock(&person.diary).up && lock(&person.diary).on_show.is_some()) {
        if began.elapsed() > PATIENCE {
            return Err("not everybody found a partner".to_owned());
        }
        sleep(LOOK).await;
    }
    Ok(())
}

/// Breaks the lines of these people at once, and waits until each is back in the conversation.
async fn drop_all(people: &[Arc<Person>], strike: impl Fn(&Person)) -> Result<Vec<Duration>, String> {
    let before = mark(people);
    let began = Instant::now();
    people.iter().for_each(|person| strike(person));
    wait_back(people, &before, began).await
}

fn mark(people: &[Arc<Person>]) -> Vec<usize> {
    people.iter().map(|person| lock(&person.diary).returns.len()).collect()
}

async fn wait_back(people: &[Arc<Person>], before: &[usize], began: Instant) -> Result<Vec<Duration>, String> {
    loop {
        let back: Vec<_> = people
            .iter()
            .zip(before)
            .filter_map(|(person, before)| Some(lock(&person.diary).returns.get(*before)?.at.duration_since(began)))
            .collect();
        if back.len() == people.len() {
            return Ok(back);
        }
        if began.elapsed() > PATIENCE {
            return Err(format!("only {} of {} came back", back.len(), people.len()));
        }
        sleep(Duration::from_millis(5)).await;
    }
}
