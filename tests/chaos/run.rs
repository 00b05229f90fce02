//! One run: people talk, everything breaks, everything heals, and the ledger decides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edgewise::client::Place;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::counts::{self, Streams, Tally};
use crate::diary::{Diary, Return, lock};
use crate::dump::{self, Searched, Wanted};
use crate::ledger::{Verdict, bites, judge};
use crate::options::Options;
use crate::people::{Browser, MARK, Pace, Person};
use crate::proxy::clients_of;
use crate::runtime::{LOOK, Runtime};
use crate::storm::{Damage, KINDS, Kind, Storm};

/// The mean time from one act of a person to the next.
const ACT_MS: u64 = 650;
/// How many of a thousand acts leave.
const LEAVE: u64 = 12;
/// The same where everybody is restless.
const RESTLESS: Pace = Pace { act_ms: 350, leave: 120 };
/// Within what everything that was said has arrived, once all is well again: a dead line is noticed within 35 s, and
/// come back to within 15 s.
const DRAIN: Duration = Duration::from_secs(90);

/// What came of a run.
pub struct Outcome {
    /// How often what happened.
    pub faults: BTreeMap<Kind, u64>,
    /// What was shown, held against what was said.
    pub verdict: Verdict,
    /// Lines that came back.
    pub returns: Vec<Return>,
    /// How long it took until all had arrived.
    pub drained: Duration,
    /// What was shown of the counts.
    pub counts: Tally,
    /// What was searched for what must be nowhere.
    pub searched: Searched,
    /// How many passes, tickets and visitor ids there were.
    pub secrets: usize,
    /// What the worker called an error, and how often.
    pub errors: BTreeMap<String, u64>,
}

/// Lets a storm over as many people as `options` say. `run` keeps its addresses apart from those of other runs.
pub async fn run(options: &Options, run: u8, seed: u64) -> Result<Outcome, String> {
    let runtime = Arc::new(Runtime::start().await);
    let people = gather(&runtime, run, seed, counts::browsers(&runtime, options.pairs * 2).await?).await?;
    let streams = Streams::open(&runtime, &people, run).await.map_err(|error| format!("no network: {error}"))?;
    let (over, is_over) = watch::channel(false);
    let pace = if options.harsh { RESTLESS } else { Pace { act_ms: ACT_MS, leave: LEAVE } };
    let mut lives = JoinSet::new();
    for (number, person) in people.iter().enumerate() {
        lives.spawn(Arc::clone(person).live(person_seed(seed, number), pace, is_over.clone()));
    }
    let storm = Storm::new(&runtime, &people, streams.hold.clone());
    let Damage { faults, losses, blanks } = storm.rage(seed, options.seconds, options.harsh).await?;
    over.send_replace(true);
    while let Some(ended) = lives.join_next().await {
        ended.map_err(|error| error.to_string())?;
    }
    let drained = drain(&people).await;
    let settled = streams.settle().await;
    let mut verdict = {
        let diaries: Vec<_> = people.iter().map(|person| lock(&person.diary)).collect();
        let diaries: Vec<&Diary> = diaries.iter().map(|diary| &**diary).collect();
        let mut verdict = judge(&diaries, &losses);
        if bites(&diaries) != Some(true) {
            verdict.findings.push("a ledger with a fault in it looks good".to_owned());
        }
        verdict
    };
    if let Err(left) = &drained {
        verdict.findings.push(format!("not all has arrived after {DRAIN:?}: {left}"));
    }
    let secrets = secrets(&people);
    let searched = search(&runtime, run, &secrets).await?;
    verdict.findings.extend(searched.found.iter().take(20).map(|found| format!("must be nowhere: {found}")));
    let mut errors = BTreeMap::new();
    for error in runtime.errors().await {
        *errors.entry(error).or_default() += 1;
    }
    verdict.findings.extend(shortfall(options, &faults, &verdict));
    let returns = people.iter().flat_map(|person| lock(&person.diary).returns.clone()).collect();
    let (counts, wrong) = streams.finish(settled, &blanks).await;
    verdict.findings.extend(wrong);
    Ok(Outcome {
        faults,
        verdict,
        returns,
        drained: drained.unwrap_or(DRAIN),
        counts,
        searched,
        secrets: secrets.len(),
        errors,
    })
}

/// People who have not begun yet, one for each of `browsers`.
pub async fn gather(
    runtime: &Runtime,
    run: u8,
    seed: u64,
    browsers: Vec<Browser>,
) -> Result<Arc<Vec<Arc<Person>>>, String> {
    let mut people = Vec::new();
    for (number, browser) in browsers.into_iter().enumerate() {
        let person = Person::new(run, number, person_seed(seed, number), browser, runtime.service()).await;
        people.push(person.map_err(|error| format!("no network: {error}"))?);
    }
    Ok(Arc::new(people))
}

/// Decides what one person of a run does.
pub fn person_seed(seed: u64, number: usize) -> u64 {
    (seed << 16) + number as u64
}

/// Waits until everything that was said in conversations that go on has arrived, and everybody is back. What is left
/// if that does not come.
pub async fn drain(people: &[Arc<Person>]) -> Result<Duration, String> {
    let began = Instant::now();
    loop {
        let Some(left) = left(people) else { return Ok(began.elapsed()) };
        if began.elapsed() > DRAIN {
            return Err(left);
        }
        sleep(LOOK).await;
    }
}

/// What has still to happen.
fn left(people: &[Arc<Person>]) -> Option<String> {
    let mut shown: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for (who, person) in people.iter().enumerate() {
        let diary = lock(&person.diary);
        let Diary { up, kept, .. } = &*diary;
        let waits = matches!(&kept.place, Place::Talking(talk) if talk.outbox.acked() < talk.outbox.last());
        if !up || waits || kept.parting.is_some() || kept.stopping || !kept.filings.is_empty() {
            return Some(format!("{who} is up: {up}, waits to be heard: {waits}, {:?}", diary.on_show));
        }
        if let (Some(c), Some(page)) = (&diary.on_show, diary.page()) {
            shown.entry(c.clone()).or_default().push((page.said.len(), page.heard.len()));
        }
    }
    shown.into_iter().find_map(|(c, sides)| match sides[..] {
        [(said, heard), (answered, taken)] if said == taken && answered == heard => None,
        _ => Some(format!("{c}, said and heard: {sides:?}")),
    })
}

fn secrets(people: &[Arc<Person>]) -> BTreeSet<String> {
    people.iter().flat_map(|person| lock(&person.diary).secrets.clone()).collect()
}

/// Searches all that the runtime has written for what must be nowhere, having proved that such a search finds it.
async fn search(runtime: &Runtime, run: u8, secrets: &BTreeSet<String>) -> Result<Searched, String> {
    let address = format!("127.{}.", clients_of(run));
    let secret = runtime.secret().unwrap_or(MARK).to_owned();
    let (folder, logs, secrets) = (runtime.folder().await, runtime.logs().await, secrets.clone());
    let searched = tokio::task::spawn_blocking(move || -> std::io::Result<Result<Searched, String>> {
        let wanted = Wanted::new(&[MARK, &address, &secret], &secrets);
        let some = secrets.last().cloned().unwrap_or_default();
        let plants = [
            MARK.as_bytes().to_vec(),
            MARK.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            address.into_bytes(),
            URL_SAFE_NO_PAD.decode(&some).unwrap_or_default(),
            some.into_bytes(),
        ];
        if !wanted.finds(&folder, &plants)? {
            return Ok(Err("the search does not find what was planted".to_owned()));
        }
        // The name of the lobby, as its object's storage has it: these are the right files.
        if !dump::contains(&folder, "main-1")? {
            return Ok(Err(format!("{} is not where the lobby's storage is", folder.display())));
        }
        Ok(Ok(wanted.search(&folder, &logs)?))
    });
    searched.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?
}

/// What there was too little of.
fn shortfall(options: &Options, faults: &BTreeMap<Kind, u64>, verdict: &Verdict) -> Vec<String> {
    let (total, kills) = (faults.values().sum::<u64>(), faults.get(&Kind::Kill).copied().unwrap_or_default());
    let never = KINDS.iter().filter(|kind| faults.get(kind).is_none_or(|count| *count == 0));
    let mut findings: Vec<String> = never.map(|kind| format!("{kind:?} never happened")).collect();
    let bounds = [
        ("faults", total, options.faults_min()),
        ("kills", kills, options.kills_min()),
        ("messages", verdict.said, options.messages_min()),
    ];
    let few = bounds.iter().filter(|(_, count, least)| count < least);
    findings.extend(few.map(|(what, count, least)| format!("only {count} {what}, and {least} were to be")));
    findings
}
