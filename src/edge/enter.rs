//! `/enter`: what it takes, and who comes in.

use worker::{Env, Request};

use super::entry::{Failure, address, ask_presence, body};
use super::{counts, host};
use crate::config;
use crate::domain::admission::{Knock, Shown, Verdict};
use crate::domain::id::VisitorId;
use crate::domain::limits::{ENTER_BYTES_MAX, LIMIT_RETRY_MS, TURNSTILE_CHARS_MAX, TURNSTILE_MS_MAX};
use crate::domain::proof::{Proof, Terms};
use crate::domain::protocol::{Contact, EnterInfo, EnterRequest, Entered, Json, Problem, ProblemCode};
use crate::domain::ticket::{Keyring, Pass};
use crate::domain::turnstile::{self, SITEVERIFY, host_of};

/// What entering takes. While the presence object cannot be asked, what is set: nobody stands before a closed door for
/// that.
pub(super) async fn info(env: &Env) -> EnterInfo {
    let (proof, paused) = match counts::door_soon(env).await {
        Some(door) => (door.proof, door.paused),
        None => (host::proof(env).unwrap_or(Proof::Pow), false),
    };
    let site_key = if proof == Proof::Turnstile { named(env, config::TURNSTILE_SITE_KEY) } else { None };
    EnterInfo { terms: config::TERMS_VERSION, proof, site_key, paused, contact: named(env, config::CONTACT) }
}

/// Lets somebody in.
pub(super) async fn enter(request: &mut Request, keys: &Keyring, env: &Env) -> Result<Entered, Failure> {
    let wish = EnterRequest::decode(&body(request, ENTER_BYTES_MAX).await?)?;
    // Fresh, or the presence object cannot be asked whether they may come in either.
    let networks = counts::door(env).await?.salts.keys(&address(request)?);
    let network = networks.first().map(ToString::to_string).unwrap_or_default();
    if !host::is_within_limit(env, &network).await {
        return Err(slow_down(LIMIT_RETRY_MS));
    }
    let visitor = match wish.visitor.and_then(|visitor| keys.read_visitor(&visitor)) {
        Some(visitor) => visitor,
        None => VisitorId(host::draw()?),
    };
    let now = host::now();
    let mut pass = Pass::new(visitor, now);
    let earlier = wish.pass.and_then(|text| keys.open_pass(&text, now));
    earlier.iter().for_each(|earlier| pass.remember_pass(earlier));
    let tickets: Vec<_> = wish.memory.iter().filter_map(|text| keys.open_ticket(text, now)).collect();
    tickets.iter().for_each(|ticket| pass.remember_ticket(ticket, now));
    let returns = pass.may_come_back(&tickets);
    let has_pass = earlier.is_some_and(|earlier| earlier.visitor == visitor);
    let knock = Knock {
        networks,
        visitors: keys.marks().visitors(visitor),
        shown: shown(wish.proof, request, keys, env).await?,
        known: (has_pass || returns).then_some(pass.proven),
        returns,
    };
    if ask(&knock, keys, env).await? {
        pass.proven = Some(host::now());
    }
    Ok(Entered {
        lobby: keys.name_lobby(config::LOBBY, &pass),
        pass: keys.seal_pass(&pass, &host::draw()?),
        visitor: keys.tag_visitor(visitor),
        expires: pass.expires,
    })
}

/// Whether the proof that somebody showed is worth anything, as far as the Worker can tell.
async fn shown(proof: Json, request: &Request, keys: &Keyring, env: &Env) -> Result<Shown, Failure> {
    if proof == Json::Null {
        return Ok(Shown::Nothing);
    }
    let Some(text) = proof.into_text() else { return Ok(Shown::Wrong) };
    if let Some(solved) = keys.solved(&text, host::now()) {
        return Ok(Shown::Solved(solved));
    }
    if host::proof(env) != Ok(Proof::Turnstile) || text.chars().count() > TURNSTILE_CHARS_MAX {
        return Ok(Shown::Wrong);
    }
    // The page's own: what other pages send does not get here.
    let origin = request.headers().get("origin")?.unwrap_or_default();
    let question = turnstile::question(&host::setting(env, config::TURNSTILE_SECRET).unwrap_or_default(), &text);
    let url = named(env, config::TURNSTILE_URL);
    let asked = host::post(url.as_deref().unwrap_or(SITEVERIFY), &question);
    let shown = match host::within(TURNSTILE_MS_MAX, asked).await {
        Some(Ok((status, answer))) if status < 500 => turnstile::judge(&answer, host_of(&origin), host::now()),
        Some(_) | None => Shown::Unsure,
    };
    if shown == Shown::Unsure {
        host::warn("Turnstile does not say what a token is worth", &"a proof of work is asked for instead");
    }
    Ok(shown)
}

/// Asks the presence object; whether it took the proof that was shown.
async fn ask(knock: &Knock, keys: &Keyring, env: &Env) -> Result<bool, Failure> {
    let knock = postcard::to_allocvec(knock).unwrap_or_default();
    let mut answer = ask_presence(env, "/enter", &[], Some(&knock)).await?;
    let verdict = postcard::from_bytes(&answer.bytes().await?).map_err(|_| ProblemCode::Unavailable)?;
    let problem = match verdict {
        Verdict::Admitted { proven } => return Ok(proven),
        Verdict::Required { proof, terms, wrong } => required(proof, terms, wrong, keys, env)?,
        Verdict::Banned { until } => {
            let contact = Some(Contact(named(env, config::CONTACT)));
            Problem { until: Some(until), contact, ..ProblemCode::Banned.into() }
        }
        Verdict::Paused => ProblemCode::Paused.into(),
        Verdict::SlowDown { retry_ms } => return Err(slow_down(retry_ms)),
    };
    Err(Failure::Refused(problem))
}

fn required(proof: Proof, terms: Terms, wrong: bool, keys: &Keyring, env: &Env) -> Result<Problem, Failure> {
    let code = if wrong { ProblemCode::ProofInvalid } else { ProblemCode::ProofRequired };
    let problem = Problem { proof: Some(proof), ..code.into() };
    if proof == Proof::Turnstile {
        return Ok(Problem { site_key: named(env, config::TURNSTILE_SITE_KEY), ..problem });
    }
    let challenge = keys.challenge(terms, &host::draw()?, u64::from_be_bytes(host::draw()?), host::now());
    Ok(Problem { challenge: Some(Box::new(challenge)), ..problem })
}

pub(super) fn slow_down(retry_ms: u64) -> Failure {
    Failure::Refused(Problem { retry_ms: Some(retry_ms), ..ProblemCode::SlowDown.into() })
}

/// A setting that is there and not empty.
fn named(env: &Env, name: &str) -> Option<String> {
    host::setting(env, name).filter(|value| !value.is_empty())
}
