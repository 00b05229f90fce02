//! The real runtime with the built worker in it, and what can be done to it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::harness::Harness;

/// The lobby that everybody is given.
const LOBBY: &str = "main-1";
/// The object that counts.
const PRESENCE: &str = "presence";
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How long an object may take to be free of everybody who has left: a stream's end shows at the second of two beats,
/// and what it would have done next is waited for after that.
const FREE: Duration = Duration::from_secs(50);
/// How often what changes by itself is looked at.
pub const LOOK: Duration = Duration::from_millis(50);

/// How many people there are, as the service tells or as they know themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Counts {
    /// Who is here.
    pub online: u64,
    /// Who waits for a partner.
    pub waiting: u64,
    /// Who is in a conversation.
    pub chatting: u64,
}

/// A running worker.
pub struct Runtime {
    harness: Harness,
    service: watch::Sender<Option<SocketAddr>>,
    http: reqwest::Client,
}

impl Runtime {
    /// Starts the worker as it is deployed: its limits are on.
    pub async fn start() -> Self {
        let harness = Harness::start(&json!({})).await;
        let http = reqwest::Client::builder().no_proxy().build().expect("a client without options");
        let service = watch::Sender::new(address(&harness.url));
        Self { harness, service, http }
    }

    /// Where the service is, while it is up.
    pub fn service(&self) -> watch::Receiver<Option<SocketAddr>> {
        self.service.subscribe()
    }

    /// The lobby's object loses its memory. `keep`: its sockets stay, as in hibernation; else they break.
    pub async fn forget_lobby(&self, keep: bool) -> bool {
        self.evict("LOBBY", LOBBY, keep).await
    }

    /// The presence object loses its memory, as soon as it has noticed that nobody holds a stream of it any more.
    pub async fn forget_presence(&self) -> bool {
        let began = Instant::now();
        // Only an object that runs can forget, and it is asleep when nobody asks.
        while self.counts().await.is_none() || !self.evict("PRESENCE", PRESENCE, true).await {
            if began.elapsed() > FREE {
                return false;
            }
            sleep(LOOK).await;
        }
        true
    }

    async fn evict(&self, binding: &str, name: &str, keep: bool) -> bool {
        let how = if keep { "hibernate" } else { "close" };
        self.harness.command("evict", json!({ "binding": binding, "name": name, "webSockets": how })).await.is_ok()
    }

    /// The runtime is killed and started again on what it had stored; it is out of reach for a while longer.
    pub async fn kill(&self, longer: Duration) -> Result<(), String> {
        let told = self.harness.command("kill", json!({})).await;
        self.service.send_replace(None);
        let told = told?;
        sleep(longer).await;
        self.service.send_replace(told["url"].as_str().and_then(address));
        Ok(())
    }

    /// What `GET /presence` tells.
    pub async fn counts(&self) -> Option<Counts> {
        let address = (*self.service.borrow())?;
        let asked = self.http.get(format!("http://{address}/presence")).send();
        let answer = timeout(ANSWER, asked).await.ok()?.ok()?;
        serde_json::from_str(&answer.text().await.ok()?).ok()
    }

    /// Somebody new enters: their visitor id.
    pub async fn visitor(&self) -> Option<String> {
        let site = format!("http://{}", (*self.service.borrow())?);
        let asked = self.http.post(format!("{site}/enter")).header("origin", &site).body(r#"{"terms":true}"#).send();
        let answer = timeout(ANSWER, asked).await.ok()?.ok()?;
        let entry: Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
        entry["visitor"].as_str().map(str::to_owned)
    }

    /// Where the runtime keeps what it stores.
    pub async fn folder(&self) -> PathBuf {
        let told = self.harness.command("folder", json!({})).await;
        told.ok().and_then(|told| told.as_str().map(PathBuf::from)).expect("a folder")
    }

    /// Everything that the worker, the runtime and the tools have printed or logged.
    pub async fn logs(&self) -> Vec<(String, String)> {
        let logs = self.harness.logs().await;
        vec![
            ("what was printed".to_owned(), self.harness.story()),
            ("the worker's log".to_owned(), json!(logs).to_string()),
        ]
    }

    /// What the worker called an error.
    pub async fn errors(&self) -> Vec<String> {
        let logs = self.harness.logs().await;
        let errors = logs.iter().filter(|log| log["level"] == "error");
        errors.map(|log| log["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The secret that the service was given.
    pub fn secret(&self) -> Option<&str> {
        self.harness.seal_key.as_deref()
    }
}

fn address(url: &str) -> Option<SocketAddr> {
    url.strip_prefix("http://")?.parse().ok()
}
