//! The operator's door: the token, the body, and the way to the presence object and to the reports.

use worker::{Env, Request, Response};

use super::entry::{Failure, ask_presence, body, network_key, unavailable};
use super::{counts, enter, host, reply, reports};
use crate::config;
use crate::domain::casework::{Casework, report_id};
use crate::domain::limits::{ADMIN_BYTES_MAX, ADMIN_TOKEN_CHARS_MIN, LIMIT_RETRY_MS};
use crate::domain::operator::{Call, Command, TokenError, Wish, is_operator};
use crate::domain::protocol::{JSON_TYPE, ProblemCode};
use crate::domain::route::Denied;

/// The operator's page, where there is an operator.
pub(super) async fn page(request: &Request, env: &Env) -> Result<Response, Failure> {
    is_authorized(env, None)?;
    // Which methods it takes the assets say.
    Ok(env.assets(config::ASSETS_BINDING)?.fetch_request(request.clone()?).await?)
}

/// Answers a request under `/admin/`.
pub(super) async fn answer(
    place: &str,
    query: &str,
    method: &str,
    request: &mut Request,
    env: &Env,
) -> Result<Response, Failure> {
    let authorized = is_authorized(env, request.headers().get("authorization")?.as_deref())?;
    let network = network_key(request, env).await?;
    // The operator is never kept out for what others do.
    if !authorized && !host::is_within_limit(env, &format!("admin {network}")).await {
        return Err(enter::slow_down(LIMIT_RETRY_MS));
    }
    // What a stranger asks for is not even read.
    let wish = if authorized {
        read(place, query, method, request, env).await?
    } else {
        Err(ProblemCode::Unauthorized.into())
    };
    let command = match &wish {
        Ok(Asked::Command(command)) => Some(command.clone()),
        // Who may look at reports is for the presence object to say, and who is banned.
        Ok(Asked::Reports(_)) => Some(Command::Bans),
        Err(_) => None,
    };
    let changes = !matches!(command, None | Some(Command::Stats | Command::Announcements | Command::Bans));
    let call = postcard::to_allocvec(&Call { network, authorized, command }).unwrap_or_default();
    let mut answer = ask_presence(env, "/admin", &[], Some(&call)).await?;
    match (answer.status_code(), wish) {
        (401, _) => Ok(reply::problem(&ProblemCode::Unauthorized.into(), &[("www-authenticate", "Bearer")])?),
        (200..300, Err(Denied { code, allow })) => {
            let allow: Vec<_> = allow.map(|methods| ("allow", methods)).into_iter().collect();
            Ok(reply::problem(&code.into(), &allow)?)
        }
        (200..300, Ok(Asked::Reports(wish))) => {
            let bans = String::from_utf8(answer.bytes().await?).unwrap_or_default();
            let document = reports::work(env, &wish, &bans).await?.ok_or(ProblemCode::NotFound)?;
            Ok(reply::document(JSON_TYPE, document, &[])?)
        }
        (status, _) => {
            if changes && status < 300 {
                counts::forget();
                host::note("the operator changed announcements, bans or what entering takes");
            }
            Ok(answer)
        }
    }
}

/// What the operator asks for, and of whom.
enum Asked {
    /// Of the presence object.
    Command(Command),
    /// Of the database.
    Reports(Casework),
}

async fn read(
    place: &str,
    query: &str,
    method: &str,
    request: &mut Request,
    env: &Env,
) -> Result<Result<Asked, Denied>, Failure> {
    let body = match body(request, ADMIN_BYTES_MAX).await {
        Ok(body) => body,
        Err(Failure::Refused(problem)) => return Ok(Err(problem.code.into())),
        Err(failure) => return Err(failure),
    };
    if let Some(wish) = Casework::read(method, place, query, &body) {
        return Ok(wish.map(Asked::Reports));
    }
    match Wish::read(method, place, &body) {
        Ok(wish) => resolve(wish, env).await,
        Err(denied) => Ok(Err(denied)),
    }
}

/// What the presence object is to do for the operator's wish: a ban from a report is one of whoever was reported.
async fn resolve(wish: Wish, env: &Env) -> Result<Result<Asked, Denied>, Failure> {
    let command = match wish {
        Wish::Command(command) => command,
        Wish::BanReported { report, mut ban } => {
            let Some(id) = report_id(&report) else { return Ok(Err(ProblemCode::NotFound.into())) };
            let Some((visitor, network)) = reports::accused(env, id).await? else {
                return Ok(Err(ProblemCode::NotFound.into()));
            };
            (ban.visitor, ban.network) = (Some(visitor), network);
            Command::Ban(ban)
        }
    };
    Ok(Ok(Asked::Command(command)))
}

fn is_authorized(env: &Env, authorization: Option<&str>) -> Result<bool, Failure> {
    is_operator(host::setting(env, config::ADMIN_TOKEN).as_deref(), authorization).map_err(|error| match error {
        TokenError::Missing => ProblemCode::NotFound.into(),
        TokenError::TooShort => {
            let name = config::ADMIN_TOKEN;
            unavailable(format!("the secret {name} is shorter than {ADMIN_TOKEN_CHARS_MIN} characters"))
        }
    })
}
