//! The service as clients see it: its HTTP surface, and lobbies in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use edgewise::domain::id::VisitorId;
use edgewise::domain::presence::Stored;
use edgewise::domain::ticket::{Keyring, Pass};
use edgewise::domain::time::Time;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::client::{DEADLINE, Person};
use crate::events::Events;
use crate::harness::Harness;

/// An origin that [`Site::unlimited`] is told to serve.
pub(crate) const FRIEND: &str = "https://friend.example";

/// How long a connection is kept for another request: less long than the runtime keeps it.
const IDLE: Duration = Duration::from_secs(2);

static SHARED: OnceCell<Arc<Harness>> = OnceCell::const_new();
static UNLIMITED: OnceCell<Arc<Harness>> = OnceCell::const_new();
static UNWATCHED: OnceCell<Arc<Harness>> = OnceCell::const_new();
/// Counts those of whom nothing is known.
static VISITORS: AtomicU64 = AtomicU64::new(1 << 32);
static LOBBIES: AtomicU64 = AtomicU64::new(0);

/// A runtime, and a way to send requests to it.
#[derive(Clone)]
pub(crate) struct Site {
    harness: Arc<Harness>,
    http: reqwest::Client,
    origin: String,
}

/// What `POST /enter` gives.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) pass: String,
    pub(crate) lobby: String,
    pub(crate) visitor: String,
    pub(crate) expires: u64,
}

impl Site {
    /// The worker as it is deployed, shared with other tests.
    pub(crate) async fn shared() -> Self {
        Self::of(Arc::clone(SHARED.get_or_init(|| async { Arc::new(Harness::start(&json!({})).await) }).await))
    }

    /// One that holds no floods back, serves the pages of [`FRIEND`] too and has another secret; shared as well.
    pub(crate) async fn unlimited() -> Self {
        let options = json!({ "vars": { "RATE_LIMITS": "off", "ALLOWED_ORIGINS": FRIEND } });
        Self::of(Arc::clone(UNLIMITED.get_or_init(|| async { Arc::new(Harness::start(&options).await) }).await))
    }

    /// One whose counts nobody looks at: whoever does has every lobby asked, and so woken. Shared as well.
    pub(crate) async fn unwatched() -> Self {
        Self::of(Arc::clone(UNWATCHED.get_or_init(|| async { Arc::new(Harness::start(&json!({})).await) }).await))
    }

    /// One that nobody else uses.
    pub(crate) async fn own(options: Value) -> Self {
        Self::of(Arc::new(Harness::start(&options).await))
    }

    fn of(harness: Arc<Harness>) -> Self {
        let http =
            reqwest::Client::builder().no_proxy().pool_idle_timeout(IDLE).build().expect("a client without options");
        let origin = harness.url.clone();
        Self { harness, http, origin }
    }

    /// The origin of the service's own page.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// A request that is not sent yet.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.origin))
    }

    /// The answer to `GET`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    /// What entering takes.
    pub(crate) async fn enter_info(&self) -> Value {
        self.get("/enter").await.json()
    }

    /// The answer to `POST /enter` from the service's own page.
    pub(crate) async fn post_enter(&self, body: impl Into<reqwest::Body>) -> Answer {
        Answer::to(self.request(Method::POST, "/enter").header("origin", self.origin()).body(body)).await
    }

    /// The answer to `POST /enter` with `body`, sent from `address`.
    pub(crate) async fn enter_from(&self, address: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, "/enter").header("origin", self.origin());
        Answer::to(request.header("cf-connecting-ip", address).body(body.to_string())).await
    }

    /// What the presence object keeps.
    pub(crate) async fn kept(&self) -> Stored {
        let sql = "SELECT hex(value) AS bytes FROM kept";
        let arguments = json!({ "binding": "PRESENCE", "name": "presence", "sql": sql });
        let rows = self.harness.command("storage", arguments).await.expect("an object that has storage");
        let text = rows[0]["bytes"].as_str().expect("something is kept");
        let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("two digits");
        let bytes: Vec<u8> = (0..text.len()).step_by(2).map(byte).collect();
        Stored::decode(&bytes).expect("of the present layout")
    }

    /// The folder in which the runtime stores everything.
    pub(crate) async fn folder(&self) -> String {
        self.harness.command("folder", json!({})).await.expect("a folder").as_str().expect("a path").to_owned()
    }

    /// What the worker has logged.
    pub(crate) async fn logs(&self) -> Vec<Value> {
        self.harness.logs().await
    }

    /// The answer to an upgrade that is going to be refused.
    pub(crate) async fn knock(&self, path: &str, origin: Option<&str>) -> Answer {
        let upgrade = [("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13")];
        let key = [("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")];
        let headers = upgrade.into_iter().chain(key).chain(origin.map(|origin| ("origin", origin)));
        Answer::to(headers.fold(self.request(Method::GET, path), |request, (name, value)| request.header(name, value)))
            .await
    }

    /// Enters as `visitor`, or as somebody new.
    pub(crate) async fn enter_as(&self, visitor: Option<&str>) -> Entry {
        let mut body = json!({ "terms": true });
        if let Some(visitor) = visitor {
            body["visitor"] = json!(visitor);
        }
        self.enter_with(&body).await
    }

    /// Enters with this body.
    pub(crate) async fn enter_with(&self, body: &Value) -> Entry {
        self.post_enter(body.to_string()).await.entry()
    }

    /// Enters as somebody new.
    pub(crate) async fn enter(&self) -> Entry {
        self.enter_as(None).await
    }

    /// Subscribes to the counts.
    pub(crate) async fn events(&self) -> Events {
        Events::open(self.request(Method::GET, "/events")).await
    }

    /// The keys of this service, with which a test can make what only the service makes.
    pub(crate) fn keys(&self) -> Keyring {
        Keyring::new(self.harness.seal_key.as_deref(), None).expect("a service with a secret")
    }

    /// A lobby that nobody else knows.
    pub(crate) fn lobby(&self) -> Lobby {
        self.lobby_named(&format!("test-{}", LOBBIES.fetch_add(1, Ordering::Relaxed)))
    }

    /// A lobby by its name; `main-1` is the one that `/enter` gives, and whose people are counted.
    pub(crate) fn lobby_named(&self, name: &str) -> Lobby {
        Lobby { site: self.clone(), name: name.to_owned() }
    }

    /// When the files of an object's storage were last written to, in milliseconds since 1970.
    pub(crate) async fn last_write(&self, binding: &str, name: &str) -> Value {
        let objects = self.harness.command("objects", json!({ "binding": binding })).await.expect("a list");
        let object = objects.as_array().into_iter().flatten().find(|object| object["name"] == name);
        object.expect("an object that has run")["changed"].clone()
    }

    /// The names of the objects of a class that have ever run here.
    pub(crate) async fn objects(&self, binding: &str) -> Vec<String> {
        let objects = self.harness.command("objects", json!({ "binding": binding })).await.expect("a list");
        objects
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|object| Some(object["name"].as_str()?.to_owned()))
            .collect()
    }

    /// Drops an object's memory. `keep`: its sockets stay, as in hibernation. Otherwise they break, as in a deploy.
    pub(crate) async fn evict(&self, binding: &str, name: &str, keep: bool) -> Result<(), String> {
        let how = if keep { "hibernate" } else { "close" };
        let arguments = json!({ "binding": binding, "name": name, "webSockets": how });
        self.harness.command("evict", arguments).await.map(drop)
    }

    /// What `sql` yields in the database of reports.
    pub(crate) async fn database(&self, sql: &str) -> Vec<Value> {
        let rows = self.harness.command("database", json!({ "sql": sql })).await.expect("a database with tables");
        rows.as_array().cloned().unwrap_or_default()
    }

    /// Every row of every database.
    pub(crate) async fn dump(&self) -> String {
        self.harness.command("dump", json!({})).await.expect("databases").to_string()
    }

    /// Which of these texts are in any file that the runtime wrote.
    pub(crate) async fn search(&self, texts: &[&str]) -> Vec<String> {
        let found = self.harness.command("search", json!({ "params": texts })).await.expect("files");
        found.as_array().into_iter().flatten().filter_map(|text| Some(text.as_str()?.to_owned())).collect()
    }

    /// An hour has passed.
    pub(crate) async fn scheduled(&self) {
        self.harness.command("scheduled", json!({})).await.expect("it is done");
    }

    /// Kills the runtime outright; it runs again, on what it had stored, perhaps at another address.
    pub(crate) async fn kill(&mut self) {
        let running = self.harness.command("kill", json!({})).await.expect("it runs again");
        running["url"].as_str().expect("an address").clone_into(&mut self.origin);
    }

    /// What has gone wrong inside the worker since it started, as it says itself.
    pub(crate) async fn errors(&self) -> Vec<Value> {
        self.harness.logs().await.into_iter().filter(|log| log["level"] == "error").collect()
    }

    /// Nothing has gone wrong inside the worker since it started.
    pub(crate) async fn assert_no_errors_logged(&self) {
        let errors = self.errors().await;
        assert!(errors.is_empty(), "{errors:#?}\n{}", self.harness.story());
    }
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// Sends a request and reads all of the answer.
    pub(crate) async fn to(request: reqwest::RequestBuilder) -> Self {
        let response = request.timeout(DEADLINE).send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: response.text().await.expect("a body") }
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// What somebody has who was let in.
    #[track_caller]
    pub(crate) fn entry(&self) -> Entry {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        let document = self.json();
        let text = |field: &str| document[field].as_str().unwrap_or_else(|| panic!("{field} in {document}")).to_owned();
        let expires = document["expires"].as_u64().unwrap_or_else(|| panic!("when {document} expires"));
        Entry { pass: text("pass"), lobby: text("lobby"), visitor: text("visitor"), expires }
    }

    /// It is a refusal with this code (RFC 9457), which tells nobody how the service is built.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)), "{self:?}");
        for leak in ["/src/", ".rs", ".js", "panick", "wasm", "stack", "   at ", "127.0.0.1", "edgewise.internal"] {
            assert!(!self.body.contains(leak), "{leak:?} in {self:?}");
        }
    }
}

/// A lobby.
pub(crate) struct Lobby {
    pub(crate) site: Site,
    pub(crate) name: String,
}

impl Lobby {
    /// Where somebody opens a socket of whom nothing is known yet.
    pub(crate) fn path(&self) -> String {
        let mut visitor = [0; 16];
        visitor[..8].copy_from_slice(&VISITORS.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        self.path_with(&Pass::new(VisitorId(visitor), Time::default()))
    }

    /// Where somebody opens a socket who has this pass.
    pub(crate) fn path_with(&self, pass: &Pass) -> String {
        format!("/ws/{}", self.site.keys().name_lobby(&self.name, pass))
    }

    /// Where somebody opens a socket who has entered.
    pub(crate) fn path_of(&self, entry: &Entry) -> String {
        self.path_with(&self.site.keys().open_pass(&entry.pass, Time::default()).expect("a pass of this service"))
    }

    /// A socket that has not said anything yet.
    pub(crate) async fn socket(&self, who: &str) -> Person {
        self.socket_with(who, &[]).await
    }

    /// The same, opened with further headers.
    pub(crate) async fn socket_with(&self, who: &str, headers: &[(&'static str, &str)]) -> Person {
        Person::open(who, self.site.origin(), &self.path(), self.site.origin(), headers).await
    }

    /// A socket that has not said anything yet, unless the service refuses it.
    pub(crate) async fn try_socket(&self, who: &str) -> Option<Person> {
        Person::try_open(who, self.site.origin(), &self.path(), self.site.origin(), &[]).await.ok()
    }

    /// Somebody new who has entered, connected and been welcomed.
    pub(crate) async fn person(&self, who: &str) -> Person {
        let entry = self.site.enter().await;
        self.person_with(who, entry).await
    }

    /// Somebody who has entered already.
    pub(crate) async fn person_with(&self, who: &str, entry: Entry) -> Person {
        let socket = self.socket(who).await;
        socket.welcomed(entry).await
    }

    /// Two people who talk, and their conversation.
    pub(crate) async fn pair(&self, one: &str, other: &str) -> (Person, Person, String) {
        let (mut one, mut other) = (self.person(one).await, self.person(other).await);
        let conversation = one.meet(&mut other).await;
        (one, other, conversation)
    }

    /// What `sql` yields in the lobby's own database, its runtime's tables included.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Value> {
        let arguments = json!({ "binding": "LOBBY", "name": self.name, "sql": sql });
        let rows = self.site.harness.command("storage", arguments).await.expect("a lobby that has storage");
        rows.as_array().cloned().unwrap_or_default()
    }

    /// The object forgets everything; the sockets stay.
    pub(crate) async fn hibernate(&self) {
        self.site.evict("LOBBY", &self.name, true).await.expect("it ran");
    }
}

impl Drop for Lobby {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("What the runtime printed, of other tests too:\n{}", self.site.harness.story());
        }
    }
}
