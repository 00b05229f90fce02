//! A server as a process of its own, and what the system tells of it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio, id};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

/// How long a server may take to listen.
const START: Duration = Duration::from_secs(30);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// The unit in which the system counts processor time, in milliseconds.
const TICK_MS: f64 = 10.0;

/// A shell that ends the server, and removes its folder, when its own input closes: with this process in any case. In a
/// process group of its own, so that whoever interrupts this process does not interrupt it.
const KEEPER: &str = r#"
"$@" </dev/null >"$0/log" 2>&1 &
server=$!
echo "$server"
cat >/dev/null
kill "$server" 2>/dev/null
{ sleep 1; kill -9 "$server"; } >/dev/null 2>&1 &
late=$!
wait "$server"
kill "$late"
rm -rf "$0"
"#;

static FOLDERS: AtomicU64 = AtomicU64::new(0);

/// A folder for the files of one server.
pub fn folder() -> PathBuf {
    let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("edgewise-bench-{}-{number}", id()));
    fs::create_dir_all(&folder).expect("a place for temporary files");
    folder
}

/// An address on loopback that nobody listens on.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("it is bound")
}

/// A running server. It ends when this is dropped.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    pid: u32,
    folder: PathBuf,
    keeper: Child,
}

impl Server {
    /// Starts a program, and waits until it listens. The folder is the server's from now on.
    pub async fn start(program: &Path, arguments: &[&str], folder: PathBuf, address: SocketAddr) -> Self {
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER])
            .arg(&folder)
            .arg(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("there is a shell");
        let mut told = String::new();
        let stdout = keeper.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut told).expect("the shell tells who the server is");
        let pid = told.trim().parse().expect("a number");
        let server = Self { address, pid, folder, keeper };
        let begun = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            assert!(begun.elapsed() < START, "{} does not listen", program.display());
            sleep(LOOK).await;
        }
        server
    }

    /// Its memory in bytes: what it and its children have of the machine's.
    pub fn memory(&self) -> u64 {
        let resident = |pid: u32| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
            line.trim().trim_end_matches(" kB").parse::<u64>().ok()
        };
        self.processes().into_iter().filter_map(resident).sum::<u64>() * 1_024
    }

    /// The processor time that it and its children have taken, in milliseconds.
    pub fn processor_ms(&self) -> f64 {
        let ticks = |pid: u32| {
            let fields = stat(pid)?;
            Some(fields.get(11)?.parse::<u32>().ok()? + fields.get(12)?.parse::<u32>().ok()?)
        };
        f64::from(self.processes().into_iter().filter_map(ticks).sum::<u32>()) * TICK_MS
    }

    fn processes(&self) -> Vec<u32> {
        let all = fs::read_dir("/proc").expect("Linux").flatten();
        let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let parent = |pid: u32| stat(pid)?.get(1)?.parse::<u32>().ok();
        pids.filter(|pid| *pid == self.pid || parent(*pid) == Some(self.pid)).collect()
    }
}

/// What the system tells of a process, from its state on (proc(5): the third field).
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            eprintln!("what the server on {} printed:\n{log}", self.address);
        }
        drop(self.keeper.stdin.take());
        drop(self.keeper.wait());
    }
}

/// The files that this process, and so each server that it starts, may have open.
pub fn files_max() -> u64 {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    soft.and_then(|soft| soft.parse().ok()).unwrap_or(u64::MAX)
}
