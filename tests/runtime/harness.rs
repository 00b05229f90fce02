//! One runtime with the built worker in it: `harness.mjs`, told what to do in lines of JSON.
//!
//! Threads read its output, so that a runtime can be shared by tests that each have an executor of their own.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

/// How long a runtime may take to start, with others starting beside it.
const START: Duration = Duration::from_mins(1);
/// How long it may take to do as it is told: the runtime itself waits for 30 s until an object can be evicted.
const COMMAND: Duration = Duration::from_secs(45);
/// How long it may take to end.
const END: Duration = Duration::from_secs(6);
/// Starting costs more than a second of processor time: more at once would only all be late.
static STARTING: Semaphore = Semaphore::const_new(2);

type Answer = Result<Value, String>;
type Waiting = Arc<Mutex<BTreeMap<u64, oneshot::Sender<Answer>>>>;

/// A running worker. It ends when this is dropped, and with this process in any case.
pub(crate) struct Harness {
    /// Its address, without a slash at the end: the origin of its own page.
    pub(crate) url: String,
    /// The secret that it was given, if any.
    pub(crate) seal_key: Option<String>,
    child: Mutex<Child>,
    stdin: Mutex<Option<ChildStdin>>,
    waiting: Waiting,
    newest: AtomicU64,
    ended: Mutex<mpsc::Receiver<()>>,
    stderr: Arc<Mutex<String>>,
    logs: Mutex<Vec<Value>>,
}

impl Harness {
    /// Starts one. `options` are the harness's own: `variant`, `vars`, `secrets`, `doorLimit` and `page`.
    pub(crate) async fn start(options: &Value) -> Self {
        let _turn = STARTING.acquire().await.expect("never closed");
        let mut child = Command::new("node_modules/.bin/node")
            .args(["tests/runtime/harness.mjs", &options.to_string()])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("node_modules/.bin/node runs: `make setup` brings it");
        let (stdin, stdout, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let stderr = Arc::new(Mutex::new(String::new()));
        collect(errors.expect("piped"), Arc::clone(&stderr));
        let waiting = Waiting::default();
        let (ready_sender, ready) = oneshot::channel();
        let (end_sender, ended) = mpsc::channel();
        let answers = Arc::clone(&waiting);
        thread::spawn(move || {
            let mut lines = BufReader::new(stdout.expect("piped")).lines().map_while(Result::ok);
            drop(ready_sender.send(lines.next()));
            lines.for_each(|line| hand_out(&answers, &line));
            lock(&answers).clear();
            drop(end_sender);
        });
        let ready = timeout(START, ready).await.ok().and_then(Result::ok).flatten();
        let ready: Value = ready.as_deref().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
        let harness = Self {
            url: ready["url"].as_str().unwrap_or_default().to_owned(),
            seal_key: ready["secrets"]["SEAL_KEY"].as_str().map(str::to_owned),
            child: Mutex::new(child),
            stdin: Mutex::new(stdin),
            waiting,
            newest: AtomicU64::new(0),
            ended: Mutex::new(ended),
            stderr,
            logs: Mutex::default(),
        };
        assert!(ready["ready"] == true, "no runtime: {ready}\n{}", harness.story());
        harness
    }

    /// Has something done and returns what comes of it, or why it could not be done.
    pub(crate) async fn command(&self, command: &str, arguments: Value) -> Answer {
        let id = self.newest.fetch_add(1, Ordering::Relaxed);
        let mut request = arguments;
        request["id"] = json!(id);
        request["command"] = json!(command);
        let (sender, answer) = oneshot::channel();
        lock(&self.waiting).insert(id, sender);
        let line = format!("{request}\n");
        lock(&self.stdin).as_mut().expect("not ended").write_all(line.as_bytes()).expect("the harness listens");
        let answer = timeout(COMMAND, answer).await.unwrap_or_else(|_| panic!("no answer to {request}"));
        answer.unwrap_or_else(|_| panic!("the harness ended instead of answering {request}\n{}", self.story()))
    }

    /// Everything that the worker has logged so far.
    pub(crate) async fn logs(&self) -> Vec<Value> {
        let fresh = self.command("logs", json!({})).await.expect("there are logs");
        let mut logs = lock(&self.logs);
        logs.extend(fresh.as_array().into_iter().flatten().cloned());
        logs.clone()
    }

    /// What the tools and the runtime printed, for whoever has to find out what went wrong.
    pub(crate) fn story(&self) -> String {
        lock(&self.stderr).clone()
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        drop(lock(&self.stdin).take());
        // Nothing is ever sent: the channel closes with the harness's output.
        if lock(&self.ended).recv_timeout(END) == Err(mpsc::RecvTimeoutError::Timeout) {
            drop(lock(&self.child).kill());
        }
        drop(lock(&self.child).wait());
    }
}

/// A test that failed while it held the lock has already said so; the others go on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn collect(from: impl Read + Send + 'static, to: Arc<Mutex<String>>) {
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let mut story = lock(&to);
            story.push_str(&line);
            story.push('\n');
        }
    });
}

fn hand_out(waiting: &Waiting, line: &str) {
    let answer: Value = serde_json::from_str(line).unwrap_or_default();
    let asked = answer["id"].as_u64().and_then(|id| lock(waiting).remove(&id));
    let Some(asked) = asked else { return };
    let outcome = match answer["error"].as_str() {
        Some(error) => Err(error.to_owned()),
        None => Ok(answer["ok"].clone()),
    };
    drop(asked.send(outcome));
}
