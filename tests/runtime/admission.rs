//! What entering takes of a flood, and when the operator says so: work, which counts once.

use edgewise::domain::proof::{Terms, solve};
use edgewise::domain::ticket::Keyring;
use edgewise::domain::time::Time;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::admin::Operator;
use crate::site::{Answer, Site};

/// Those of one network who come in without work, and how long it takes until one more does.
const FREE: u64 = 600;
const INTERVAL_MS: u128 = 2_000;

fn terms() -> Value {
    json!({ "terms": true })
}

fn with_proof(proof: &str) -> Value {
    json!({ "terms": true, "proof": proof })
}

/// The challenge of a refusal, solved.
fn solved(refused: &Answer, code: &str) -> String {
    refused.assert_problem(401, code);
    let problem = refused.json();
    assert_eq!(problem["proof"], "pow", "{problem}");
    assert_eq!(problem["challenge"]["algorithm"], "SHA-256", "{problem}");
    solve(&problem["challenge"]).expect("a challenge that can be solved")
}

/// A challenge of this service's own, or of another one's, solved.
fn made(keys: &Keyring, now: Time) -> String {
    let challenge = keys.challenge(Terms { epoch: 1, level: 0 }, &[7; 12], 9, now);
    solve(&serde_json::to_value(challenge).expect("JSON")).expect("a small number")
}

/// How many come in from one network until one has to work, and what that one is told.
async fn until_refused(site: &Site, headers: &[(&'static str, &str)]) -> (u64, Answer) {
    let mut entered = 0;
    loop {
        let request = site.request(reqwest::Method::POST, "/enter").header("origin", site.origin());
        let request = request.header("cf-connecting-ip", "203.0.113.1").body(terms().to_string());
        let answer =
            Answer::to(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await;
        if answer.status.as_u16() != 200 {
            return (entered, answer);
        }
        entered += 1;
    }
}

#[tokio::test]
async fn a_flood_from_one_network_has_to_work_and_no_other_network_notices() {
    let site = Site::own(json!({})).await;
    let started = Instant::now();
    let (entered, refused) = until_refused(&site, &[]).await;
    let grown = u64::try_from(started.elapsed().as_millis() / INTERVAL_MS).expect("a short time");
    assert!((FREE..=FREE + grown).contains(&entered), "{entered} came in, with {grown} more since");
    assert_eq!(refused.json()["challenge"]["maxnumber"], 100_000);
    let proof = solved(&refused, "proof_required");
    // Neither others nor those whose address is not known, and nobody chooses where they come from.
    for address in ["203.0.113.2", "2001:db8::1"] {
        assert_eq!(site.enter_from(address, &terms()).await.status.as_u16(), 200, "{address}");
    }
    let spoofed = [("x-forwarded-for", "203.0.113.9"), ("x-real-ip", "203.0.113.9"), ("true-client-ip", "203.0.113.9")];
    let (more, _) = until_refused(&site, &spoofed).await;
    let grown = u64::try_from(started.elapsed().as_millis() / INTERVAL_MS).expect("a short time");
    assert!(entered + more <= FREE + grown + 1, "{more} more came in");
    assert_eq!(site.enter_info().await["proof"], "none", "for everybody else");
    let entry = site.enter_from("203.0.113.1", &with_proof(&proof)).await.json();
    let lobby = entry["lobby"].as_str().expect("a lobby").to_owned();
    let keys = site.keys();
    let name = keys.read_lobby(&lobby).expect("a name of this service");
    assert_eq!((name.lobby, name.proven), ("main-1", true), "they pay alone");
    // Who has paid comes in again for nothing, to the same place.
    let mut body = json!({ "terms": true, "visitor": entry["visitor"], "pass": entry["pass"] });
    assert_eq!(site.enter_from("203.0.113.1", &body).await.json()["lobby"], json!(lobby));
    // Which nobody else does with that pass.
    body["visitor"] = Value::Null;
    let other = site.enter_from("203.0.113.1", &body).await;
    assert!(!other.body.contains(&lobby), "{other:?}");
    site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn the_operators_switch_asks_everybody_for_work_until_it_is_off() {
    let mut operator = Operator::own().await;
    let before = operator.site.enter().await;
    let past = json!({ "terms": true, "visitor": before.visitor, "pass": before.pass });
    // Where no proof is needed none is looked at.
    for odd in [json!({ "any": 1 }), json!(7), json!("x"), json!(["x"]), Value::Null] {
        let body = json!({ "terms": true, "proof": odd }).to_string();
        assert_eq!(operator.site.post_enter(body).await.status.as_u16(), 200, "{odd}");
    }
    operator.raise(true).await;
    let stats = operator.call(reqwest::Method::GET, "stats", &Value::Null).await.json();
    assert_eq!((&stats["proof"], &stats["raised"], &stats["rate_limits"]), (&json!("pow"), &json!(true), &json!("on")));
    assert_eq!(operator.site.enter_info().await["proof"], "pow");
    let keys = operator.site.keys();
    let other = Keyring::new(Some("another key that is long enough, 32 bytes"), None).expect("a key");
    let year_2100 = Time::from_ms(4_102_444_800_000);
    let forged = [
        ("expired", made(&keys, Time::from_ms(1_000_000))),
        ("of another life", made(&keys, year_2100)),
        ("of another service", made(&other, year_2100)),
        ("nonsense", "nonsense".to_owned()),
        ("empty", String::new()),
        ("long", "A".repeat(5_000)),
    ];
    for (what, proof) in forged {
        let refused = operator.site.post_enter(with_proof(&proof).to_string()).await;
        assert_eq!((refused.json()["code"].as_str(), what), (Some("proof_invalid"), what));
        assert!(refused.json()["challenge"]["salt"].is_string(), "{what}: with a fresh challenge");
    }
    let mut body = past.clone();
    body["proof"] = json!(solved(&operator.site.post_enter(past.to_string()).await, "proof_required"));
    let entry = operator.site.enter_with(&body).await;
    let again = operator.site.post_enter(body.to_string()).await;
    again.assert_problem(401, "proof_invalid");
    // It was shown since, so nothing more is asked of this pass.
    let body = json!({ "terms": true, "visitor": entry.visitor, "pass": entry.pass });
    assert_eq!(operator.site.enter_with(&body).await.lobby, entry.lobby);
    let unused = solved(&operator.site.post_enter(terms().to_string()).await, "proof_required");
    operator.site.kill().await;
    assert_eq!(operator.site.enter_info().await["proof"], "pow", "the switch survives a crash");
    let refused = operator.site.post_enter(with_proof(&unused).to_string()).await;
    let fresh = solved(&refused, "proof_invalid");
    assert_eq!(operator.site.post_enter(with_proof(&fresh).to_string()).await.status.as_u16(), 200);
    operator.raise(false).await;
    assert_eq!(operator.site.enter_info().await["proof"], "none");
    operator.site.enter().await;
    operator.site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn a_proof_that_is_set_is_asked_for_without_limits_too_and_a_wrong_setting_is_told() {
    let pow =
        Site::own(json!({ "vars": { "PROOF": "pow", "RATE_LIMITS": "off", "CONTACT": "help@chat.example" } })).await;
    let info = pow.enter_info().await;
    assert_eq!((&info["proof"], &info["contact"]), (&json!("pow"), &json!("help@chat.example")));
    let proof = solved(&pow.post_enter(terms().to_string()).await, "proof_required");
    assert_eq!(pow.post_enter(with_proof(&proof).to_string()).await.status.as_u16(), 200);
    assert_eq!(pow.get("/healthz").await.json()["rate_limits"], "off");
    let said = pow.logs().await;
    let warnings = said.iter().filter(|log| log["message"].to_string().contains("RATE_LIMITS is off")).count();
    assert!((1..=2).contains(&warnings), "once in an isolate: {said:?}");
    let odd = Site::own(json!({ "vars": { "PROOF": "captcha" } })).await;
    let health = odd.get("/healthz").await;
    health.assert_problem(503, "unavailable");
    assert!(health.json()["detail"].as_str().is_some_and(|detail| detail.starts_with("PROOF is")), "{health:?}");
    solved(&odd.post_enter(terms().to_string()).await, "proof_required");
}
