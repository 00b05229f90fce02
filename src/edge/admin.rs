//! The operator's door: the token, the body, and the way to the presence object.

use worker::{Env, Request, Response};

use super::entry::{Failure, ask_presence, body, network_key, unavailable};
use super::{counts, host, reply};
use crate::config;
use crate::domain::limits::{ADMIN_BYTES_MAX, ADMIN_TOKEN_CHARS_MIN};
use crate::domain::operator::{Call, Command, TokenError, Wish, is_operator};
use crate::domain::protocol::ProblemCode;
use crate::domain::route::Denied;

/// The operator's page, where there is an operator.
pub(super) async fn page(request: &Request, env: &Env) -> Result<Response, Failure> {
    is_authorized(env, None)?;
    // Which methods it takes the assets say.
    Ok(env.assets(config::ASSETS_BINDING)?.fetch_request(request.clone()?).await?)
}

/// Answers a request under `/admin/`.
pub(super) async fn answer(place: &str, method: &str, request: &mut Request, env: &Env) -> Result<Response, Failure> {
    let authorized = is_authorized(env, request.headers().get("authorization")?.as_deref())?;
    let network = network_key(request, env).await?;
    // What a stranger asks for is not even read.
    let wish =
        if authorized { read(place, method, request, env).await? } else { Err(ProblemCode::Unauthorized.into()) };
    let command = wish.as_ref().ok().cloned();
    let changes = !matches!(command, None | Some(Command::Stats | Command::Announcements | Command::Bans));
    let call = postcard::to_allocvec(&Call { network, authorized, command }).unwrap_or_default();
    let answer = ask_presence(env, "/admin", &[], Some(&call)).await?;
    match (answer.status_code(), wish) {
        (401, _) => Ok(reply::problem(&ProblemCode::Unauthorized.into(), &[("www-authenticate", "Bearer")])?),
        (200..300, Err(Denied { code, allow })) => {
            let allow: Vec<_> = allow.map(|methods| ("allow", methods)).into_iter().collect();
            Ok(reply::problem(&code.into(), &allow)?)
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

async fn read(place: &str, method: &str, request: &mut Request, env: &Env) -> Result<Result<Command, Denied>, Failure> {
    match body(request, ADMIN_BYTES_MAX).await {
        Ok(body) => match Wish::read(method, place, &body) {
            Ok(wish) => Ok(resolve(wish, env)),
            Err(denied) => Ok(Err(denied)),
        },
        Err(Failure::Refused(problem)) => Ok(Err(problem.code.into())),
        Err(failure) => Err(failure),
    }
}

/// What the presence object is to do for the operator's wish.
fn resolve(wish: Wish, _env: &Env) -> Result<Command, Denied> {
    match wish {
        Wish::Command(command) => Ok(command),
        // Nothing is known of reports here yet: TO BE REPLACED by looking up who was reported.
        Wish::BanReported { .. } => Err(ProblemCode::NotFound.into()),
    }
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
