//! When the machine was somebody else's: a virtual machine's processors are taken away now and then, which delays messages
//! more than any flood, and has nothing to do with what is measured.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

/// How often the system is asked. What it tells is rounded to hundredths of a second.
const STEP: Duration = Duration::from_millis(10);
/// How long it takes until what has piled up is done.
const BACKLOG: Duration = Duration::from_millis(100);

/// Watches for it.
pub(crate) struct Watch {
    over: oneshot::Sender<()>,
    task: JoinHandle<Vec<(Instant, Instant)>>,
}

impl Watch {
    /// From now on.
    pub(crate) fn begin() -> Self {
        let (over, end) = oneshot::channel();
        Self { over, task: tokio::spawn(watch(end)) }
    }

    /// Until now: when it was.
    pub(crate) async fn end(self) -> Stolen {
        drop(self.over);
        Stolen(self.task.await.expect("it only reads a file"))
    }
}

/// The times at which a processor was taken away, in order.
pub(crate) struct Stolen(Vec<(Instant, Instant)>);

impl Stolen {
    /// Whether what began then, and took so long, was delayed by one.
    pub(crate) fn touches(&self, from: Instant, took: Duration) -> bool {
        let next = self.0.partition_point(|(_, to)| *to < from);
        self.0.get(next).is_some_and(|(begin, _)| *begin <= from + took)
    }
}

/// Ends with its channel.
async fn watch(mut end: oneshot::Receiver<()>) -> Vec<(Instant, Instant)> {
    let mut spans: Vec<(Instant, Instant)> = Vec::new();
    let (mut before, mut known) = (Instant::now(), stolen());
    while timeout(STEP, &mut end).await.is_err() {
        let (now, all) = (Instant::now(), stolen());
        if all != known {
            match spans.last_mut() {
                Some((_, last)) if *last >= before => *last = now + BACKLOG,
                _ => spans.push((before, now + BACKLOG)),
            }
        }
        (before, known) = (now, all);
    }
    spans
}

/// In hundredths of a second, of all processors; nothing where the system does not tell (`/proc/stat`, proc(5)).
fn stolen() -> Option<u64> {
    std::fs::read_to_string("/proc/stat").ok()?.lines().next()?.split_whitespace().nth(8)?.parse().ok()
}
