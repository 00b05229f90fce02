//! The service: its built bundle in the runtime itself, with nothing of the tools for developing around it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use edgewise::config;
use edgewise::domain::limits::SECRET_BYTES_MIN;
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::process::{Server, folder, free_address};
use crate::wire::ask;

/// Fast enough for an answer.
const ANSWER: Duration = Duration::from_secs(10);

/// What the collecting build asks of the engine: a way to collect, and 1 MB for what is young instead of up to 16.
const COLLECTING: [&str; 3] = ["--expose-gc", "--min-semi-space-size=1", "--max-semi-space-size=1"];
/// The entry of the collecting build.
const COLLECTOR: &str = "collector.js";

/// A bundle of the service, as `scripts/bundle.sh` makes it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// As it is deployed.
    Release,
    /// The one that tells how much memory it has.
    Probe,
    /// The same, which collects its garbage when it is told to, and has little room for it meanwhile.
    Collecting,
}

/// Starts the service; its limits on floods are off.
pub async fn start(build: Build) -> Server {
    let flags: &[&str] = if build == Build::Collecting { &COLLECTING } else { &[] };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bundle = root.join(match build {
        Build::Release => "build/bundle",
        Build::Probe | Build::Collecting => "build-probe/bundle",
    });
    let (folder, address) = (folder(), free_address());
    let mut modules = modules(&bundle, &folder);
    if build == Build::Collecting {
        fs::write(folder.join(COLLECTOR), include_str!("collector.js")).expect("a folder of our own");
        modules.insert(0, COLLECTOR.to_owned());
    }
    fs::create_dir(folder.join("objects")).expect("a folder of our own");
    fs::write(folder.join("config.capnp"), configuration(&folder, address, &modules, flags))
        .expect("a folder of our own");
    let config = folder.join("config.capnp");
    let arguments = ["serve", config.to_str().expect("a plain name")];
    let server = Server::start(&root.join("node_modules/.bin/workerd"), &arguments, folder, address).await;
    let health = ask(address, "GET", "/healthz", "", "").await;
    assert!(health.contains(r#""rate_limits":"off""#), "{health}");
    server
}

/// Copies the bundle's modules, and names them, the entry first.
fn modules(bundle: &Path, folder: &Path) -> Vec<String> {
    let files = fs::read_dir(bundle).unwrap_or_else(|_| panic!("no {}: scripts/bundle.sh makes it", bundle.display()));
    let paths = files.flatten().map(|file| file.path());
    let is_module = |path: &PathBuf| path.extension().is_some_and(|end| end == "js" || end == "wasm");
    let mut names = Vec::new();
    for path in paths.filter(is_module) {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name").to_owned();
        fs::copy(&path, folder.join(&name)).expect("a folder of our own");
        names.push(name);
    }
    names.sort_by_key(|name| name != "guard.js");
    names
}

/// What `wrangler.toml` says, for the runtime alone.
fn configuration(folder: &Path, address: SocketAddr, modules: &[String], flags: &[&str]) -> String {
    let wrangler = include_str!("../../wrangler.toml");
    let date = wrangler.lines().find_map(|line| line.strip_prefix("compatibility_date = ")).expect("a date");
    let list = |items: Vec<String>| items.join(",\n    ");
    let module = |name: &String| {
        let kind = if Path::new(name).extension().is_some_and(|end| end == "wasm") { "wasm" } else { "esModule" };
        format!("(name = \"{name}\", {kind} = embed \"{name}\")")
    };
    let objects = [(config::LOBBY_BINDING, config::LOBBY_CLASS), (config::PRESENCE_BINDING, config::PRESENCE_CLASS)];
    let namespace = |(_, class): &(_, &str)| {
        format!("(className = \"{class}\", uniqueKey = \"edgewise-{class}\", enableSql = true)")
    };
    let binding = |(name, class): &(&str, &str)| format!("(name = \"{name}\", durableObjectNamespace = \"{class}\")");
    let text = |(name, value): (&str, String)| format!("(name = \"{name}\", text = \"{value}\")");
    // No secret: the service ends with the bench.
    let texts = [(config::SECRET, "k".repeat(SECRET_BYTES_MIN)), (config::RATE_LIMITS, "off".to_owned())];
    let bindings = objects.iter().map(binding).chain(texts.map(text)).collect();
    let place = folder.join("objects").display().to_string();
    format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = {flags:?},
  services = [
    (name = "service", worker = .service),
    (name = "objects", disk = (path = "{place}", writable = true)),
  ],
  sockets = [(name = "http", address = "{address}", http = (), service = "service")],
);
const service :Workerd.Worker = (
  compatibilityDate = {date},
  modules = [
    {}
  ],
  durableObjectNamespaces = [
    {}
  ],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [
    {}
  ],
);
"#,
        list(modules.iter().map(module).collect()),
        list(objects.iter().map(namespace).collect()),
        list(bindings),
    )
}

/// Somebody in the lobby, who changes the counts by looking for a partner and leaving again.
pub struct Person {
    line: WebSocketStream<TcpStream>,
    waits: bool,
}

impl Person {
    /// Enters and connects.
    pub async fn come(service: SocketAddr) -> Self {
        let origin = format!("Origin: http://{service}\r\n");
        let entered = ask(service, "POST", "/enter", &origin, r#"{"terms":true}"#).await;
        let entered: Value = serde_json::from_str(&entered).expect("JSON");
        let lobby = entered["lobby"].as_str().expect("a lobby");
        let mut request = format!("ws://{service}/ws/{lobby}").into_client_request().expect("an address");
        request.headers_mut().insert("origin", format!("http://{service}").parse().expect("a header"));
        let stream = TcpStream::connect(service).await.expect("the service listens");
        let (line, _) = client_async(request, stream).await.expect("an upgrade");
        let mut person = Self { line, waits: false };
        person.say(&json!({ "type": "hello", "v": 1, "pass": entered["pass"] }), "welcome").await;
        person
    }

    /// Waits for a partner, or does not wait any more. Tells how many wait now.
    pub async fn change(&mut self) -> u8 {
        self.waits = !self.waits;
        let (wish, answer) = if self.waits { ("find", "waiting") } else { ("stop", "done") };
        self.say(&json!({ "type": wish }), answer).await;
        self.waits.into()
    }

    async fn say(&mut self, frame: &Value, answer: &str) {
        let said = async {
            self.line.send(Message::text(frame.to_string())).await.expect("an open line");
            loop {
                let came = self.line.next().await.expect("an open line").expect("an open line");
                let came: Value = serde_json::from_str(came.to_text().expect("text")).expect("JSON");
                assert_ne!(came["type"], "error", "{came}");
                // `waiting` comes once more when a wait has lasted.
                if came["type"] == answer {
                    return;
                }
            }
        };
        timeout(ANSWER, said).await.expect("an answer in time");
    }
}
