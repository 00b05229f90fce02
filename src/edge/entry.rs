//! The Worker: every request, routed to an object or answered.

use futures::StreamExt as _;
use worker::{Context, Env, Request, Response, Result, ScheduleContext, ScheduledEvent, event};

use super::{admin, counts, enter, host, reply, reports};
use crate::config;
use crate::domain::id::NetworkKey;
use crate::domain::limits::{LIMIT_RETRY_MS, SECRET_BYTES_MIN};
use crate::domain::presence::turned_away;
use crate::domain::protocol::{Health, JSON_TYPE, Problem, ProblemCode, to_json};
use crate::domain::route::{AllowedOrigins, Denied, Head, Route, cross_origin, route, split_url};
use crate::domain::ticket::{Keyring, SecretError};
use crate::domain::turns::{Turn, Turns};

/// The header with the network key, from the Worker to a lobby and to the presence object.
pub(super) const NETWORK_HEADER: &str = "x-edgewise-network";
/// The header with whose budget a socket is opened from, from the Worker to a lobby.
pub(super) const PAYER_HEADER: &str = "x-edgewise-payer";
/// The header with the foreign origin to allow, from the Worker to the presence object.
pub(super) const ORIGIN_HEADER: &str = "x-edgewise-origin";
/// The header with the number of the last event that a client has seen, from the Worker to the presence object.
pub(super) const SEEN_HEADER: &str = "x-edgewise-seen";

#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// What expires is deleted, whether anybody looks or not.
#[event(scheduled)]
async fn purge(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    if let Err(error) = reports::purge(&env).await {
        host::log("expired reports could not be deleted", &error);
    }
}

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _context: Context) -> Result<Response> {
    #[cfg(feature = "probe")]
    if let Some(answer) = super::probe::answer(&request, &env).await {
        return answer;
    }
    let parts = Parts::of(&request)?;
    let allowed = AllowedOrigins::parse(&host::setting(&env, config::ALLOWED_ORIGINS).unwrap_or_default());
    let head = parts.head();
    let shared = cross_origin(&head, &allowed);
    let headers: Vec<(&str, &str)> =
        shared.iter().flat_map(|origin| [("access-control-allow-origin", *origin), ("vary", "origin")]).collect();
    let answer = match route(&head, &allowed) {
        Ok(Route::Admin { place }) => admin::answer(place, head.query, &parts.method, &mut request, &env).await,
        Ok(place) => perform(place, &mut request, &env, shared, &headers).await,
        Err(Denied { code, allow }) => {
            let mut headers = headers.clone();
            headers.extend(allow.map(|methods| ("allow", methods)));
            return reply::problem(&code.into(), &headers);
        }
    };
    answer.or_else(|failure| reply::problem(&failure.into_problem(), &headers))
}

/// Why a request could not be answered.
pub(super) enum Failure {
    /// It is refused.
    Refused(Problem),
    /// Something of ours went wrong.
    Ours(worker::Error),
}

impl Failure {
    /// What a stranger may know of it.
    pub(super) fn into_problem(self) -> Problem {
        match self {
            Self::Refused(problem) => problem,
            Self::Ours(error) => {
                host::log("a request could not be answered", &error);
                ProblemCode::Unavailable.into()
            }
        }
    }
}

impl From<worker::Error> for Failure {
    fn from(error: worker::Error) -> Self {
        Self::Ours(error)
    }
}

impl From<ProblemCode> for Failure {
    fn from(code: ProblemCode) -> Self {
        Self::Refused(code.into())
    }
}

async fn perform(
    place: Route<'_>,
    request: &mut Request,
    env: &Env,
    shared: Option<&str>,
    headers: &[(&str, &str)],
) -> std::result::Result<Response, Failure> {
    let document = |body| reply::document(JSON_TYPE, body, headers).map_err(Failure::from);
    match place {
        Route::EnterInfo => document(to_json(&enter::info(env).await)),
        Route::Enter => document(to_json(&enter::enter(request, &keys(env)?, env).await?)),
        Route::Socket { lobby } => socket(request, env, lobby).await,
        Route::Events { seen } => {
            let seen = seen.to_string();
            let network = network(request, env).await?;
            if !host::is_within_limit(env, &format!("events {network}")).await {
                return later(ProblemCode::SlowDown.into(), headers);
            }
            let origin = shared.iter().map(|origin| (ORIGIN_HEADER, *origin));
            let told: Vec<(&str, &str)> =
                origin.chain([(SEEN_HEADER, seen.as_str()), (NETWORK_HEADER, &network)]).collect();
            ask_presence(env, "/events", &told, None).await.or_else(|failure| later(failure, headers))
        }
        Route::Presence => {
            let headers = [("access-control-allow-origin", "*"), ("cache-control", "public, max-age=1")];
            Ok(reply::document(JSON_TYPE, counts::document(env).await?, &headers)?)
        }
        Route::Health => health(env, headers),
        Route::AdminPage => admin::page(request, env).await,
        Route::Admin { .. } => Err(ProblemCode::NotFound.into()),
        Route::Preflight => {
            let asked = [
                ("access-control-allow-methods", "GET, POST"),
                ("access-control-allow-headers", "content-type"),
                ("access-control-max-age", "86400"),
            ];
            Ok(reply::document(JSON_TYPE, String::new(), &[headers, &asked[..]].concat())?)
        }
    }
}

/// The body of a request, up to its limit. Read piece by piece: wasm memory never shrinks, so a body is not taken in
/// before it is known to be small.
pub(super) async fn body(request: &mut Request, bytes_max: usize) -> std::result::Result<String, Failure> {
    // An error says that there is none.
    let Ok(mut pieces) = request.stream() else { return Ok(String::new()) };
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        bytes.extend(piece?);
        if bytes.len() > bytes_max {
            return Err(ProblemCode::TooLarge.into());
        }
    }
    String::from_utf8(bytes).map_err(|_| ProblemCode::BadRequest.into())
}

/// Passes an upgrade on, as a request of our own: none of the client's headers reach the object.
async fn socket(request: &Request, env: &Env, lobby: &str) -> std::result::Result<Response, Failure> {
    let keys = keys(env)?;
    let name = keys.read_lobby(lobby).ok_or(ProblemCode::NotFound)?;
    let networks = counts::networks(env, &address(request)?).await?;
    let network = networks.first().copied().unwrap_or_default();
    let payer = name.payer(network);
    let turn =
        if host::is_limited(env) { counts::turns(|turns, now| turns.take(name, network, now)) } else { Turn::Now };
    match turn {
        Turn::Now if host::is_within_limit(env, &payer.to_string()).await => {}
        Turn::In(wait_ms) => host::rest(wait_ms).await,
        Turn::Now | Turn::Refused => {
            host::rest(counts::turns(|turns, now| turns.hold(payer, now))).await;
            return Err(enter::slow_down(LIMIT_RETRY_MS));
        }
    }
    // Today's key first, and yesterday's, by which somebody may be banned.
    let networks = networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let payer_text = payer.to_string();
    let told = [("upgrade", "websocket"), (NETWORK_HEADER, networks.as_str()), (PAYER_HEADER, &payer_text)];
    let upgrade = host::internal("/socket", &told, None)?;
    let answer =
        env.durable_object(config::LOBBY_BINDING)?.get_by_name(name.lobby)?.fetch_with_request(upgrade).await?;
    if answer.status_code() == ProblemCode::SlowDown.status() {
        let hold = |turns: &mut Turns, now| {
            turns.refuse(payer, now);
            turns.hold(payer, now)
        };
        host::rest(counts::turns(hold)).await;
    }
    Ok(answer)
}

/// The address that a request comes from. Only what the platform says of that is believed; it is looked at through the
/// day's salt alone, and goes nowhere.
pub(super) fn address(request: &Request) -> Result<String> {
    Ok(request.headers().get("cf-connecting-ip")?.unwrap_or_default())
}

/// Where a request comes from, blinded: today's key.
pub(super) async fn network_key(request: &Request, env: &Env) -> std::result::Result<NetworkKey, Failure> {
    Ok(counts::networks(env, &address(request)?).await?.first().copied().unwrap_or_default())
}

/// The same, as it stands in a header.
async fn network(request: &Request, env: &Env) -> std::result::Result<String, Failure> {
    let NetworkKey(key) = network_key(request, env).await?;
    Ok(format!("{:016x}", u64::from_be_bytes(key)))
}

pub(super) async fn ask_presence(
    env: &Env,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> std::result::Result<Response, Failure> {
    let presence = env.durable_object(config::PRESENCE_BINDING)?.get_by_name(config::PRESENCE)?;
    Ok(presence.fetch_with_request(host::internal(path, headers, body)?).await?)
}

/// The presence object cannot be reached. An event source that is told so gives up for good, so it is told to come back.
fn later(failure: Failure, headers: &[(&str, &str)]) -> std::result::Result<Response, Failure> {
    failure.into_problem();
    let chance = u32::from_be_bytes(host::draw()?);
    Ok(reply::document("text/event-stream", turned_away(chance), headers)?)
}

fn health(env: &Env, headers: &[(&str, &str)]) -> std::result::Result<Response, Failure> {
    keys(env)?;
    for binding in [config::LOBBY_BINDING, config::PRESENCE_BINDING] {
        if env.durable_object(binding).is_err() {
            return Err(unavailable(format!("the binding {binding} is missing")));
        }
    }
    if env.d1(config::DATABASE_BINDING).is_err() {
        return Err(unavailable(format!("the binding {} is missing", config::DATABASE_BINDING)));
    }
    host::proof(env).map_err(|reason| unavailable(reason.to_owned()))?;
    let rate_limits = if host::is_limited(env) { "on" } else { "off" };
    Ok(reply::document(JSON_TYPE, to_json(&Health { ok: true, version: config::VERSION, rate_limits }), headers)?)
}

/// The service's keys, or the reason why there are none: for the operator, who has to know which name to look for.
pub(super) fn keys(env: &Env) -> std::result::Result<Keyring, Failure> {
    host::keyring(env).map_err(|error| {
        unavailable(match error {
            SecretError::Missing => format!("the secret {} is missing", config::SECRET),
            SecretError::TooShort => {
                format!(
                    "the secret {} or {} is shorter than {SECRET_BYTES_MIN} bytes",
                    config::SECRET,
                    config::SECRET_BEFORE
                )
            }
        })
    })
}

pub(super) fn unavailable(detail: String) -> Failure {
    Failure::Refused(Problem { detail: Some(detail), ..ProblemCode::Unavailable.into() })
}

/// What routing reads of a request, owned.
struct Parts {
    method: String,
    url: String,
    origin: Option<String>,
    upgrade: Option<String>,
    last_event_id: Option<String>,
    preflight_for: Option<String>,
}

impl Parts {
    fn of(request: &Request) -> Result<Self> {
        let headers = request.headers();
        Ok(Self {
            // Not the crate's enum, which takes any method that it does not know for GET.
            method: request.inner().method(),
            url: request.inner().url(),
            origin: headers.get("origin")?,
            upgrade: headers.get("upgrade")?,
            last_event_id: headers.get("last-event-id")?,
            preflight_for: headers.get("access-control-request-method")?,
        })
    }

    fn head(&self) -> Head<'_> {
        let (host_origin, path, query) = split_url(&self.url).unwrap_or_default();
        Head {
            method: &self.method,
            path,
            query,
            host_origin,
            origin: self.origin.as_deref(),
            upgrade: self.upgrade.as_deref(),
            last_event_id: self.last_event_id.as_deref(),
            preflight_for: self.preflight_for.as_deref(),
        }
    }
}
