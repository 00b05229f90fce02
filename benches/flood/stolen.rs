//! When the machine was somebody else's: a virtual machine's processors are taken away now and then, which delays messages
//! more than any flood, and has nothing to do with what is measured.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

/// How often the system is asked.
const STEP: Duration = Duration::from_millis(10);
/// What the system counts in. What is less than that it has kept back, so that a theft may be older than it seems.
const TICK: Duration = Duration::from_millis(10);
/// How long it takes until what has piled up is done.
const BACKLOG: Duration = Duration::from_millis(100);

/// Watches for it.
pub(crate) struct Watch {
    over: oneshot::Sender<()>,
    task: JoinHandle<Vec<(Instant, Instant)>>,
}

impl Watch {
    /// Watches from now on.
    pub(crate) fn begin() -> Self {
        let (over, end) = oneshot::channel();
        Self { over, task: tokio::spawn(watch(end)) }
    }

    /// Watches no longer, and says when it was.
    pub(crate) async fn end(self) -> Stolen {
        drop(self.over);
        Stolen(self.task.await.expect("it only reads a file"))
    }
}

/// The times at which a processor was taken away, in order.
pub(crate) struct Stolen(Vec<(Instant, Instant)>);

impl Stolen {
    /// Whether this moment is in one of them. Of a message it is asked about the moment of its sending alone: whatever took
    /// long would touch one of them more easily, and a flood would hide what it does.
    pub(crate) fn has(&self, at: Instant) -> bool {
        let next = self.0.partition_point(|(_, to)| *to < at);
        self.0.get(next).is_some_and(|(from, _)| *from <= at)
    }
}

/// Ends with its channel.
async fn watch(mut end: oneshot::Receiver<()>) -> Vec<(Instant, Instant)> {
    let mut spans: Vec<(Instant, Instant)> = Vec::new();
    let (mut before, mut known) = (Instant::now(), stolen_ticks());
    while timeout(STEP, &mut end).await.is_err() {
        let (now, all) = (Instant::now(), stolen_ticks());
        if all > known {
            let from = before.checked_sub(TICK).unwrap_or(before);
            match spans.last_mut() {
                Some((_, last)) if *last >= from => *last = now + BACKLOG,
                _ => spans.push((from, now + BACKLOG)),
            }
        }
        (before, known) = (now, all);
    }
    spans
}

/// What was taken from all processors together; 0 where the system does not tell (`/proc/stat`, proc(5)).
fn stolen_ticks() -> u64 {
    let read = || std::fs::read_to_string("/proc/stat").ok()?.lines().next()?.split_whitespace().nth(8)?.parse().ok();
    read().unwrap_or_default()
}
