//! The platform's own limit, which answers before any object is asked.

use edgewise::domain::limits::LIMIT_RETRY_MS;
use reqwest::Method;
use serde_json::json;

use crate::site::{Answer, Site};

const KEY: &str = "a key that is long enough for 32 bytes";
const TOKEN: &str = "a token of the operator's own";
const LIMIT: usize = 5;
/// The platform counts in spans of ten seconds: however these fall, one span has more than its limit.
const ENOUGH: usize = 2 * LIMIT + 1;

async fn limited(limits: &str) -> Site {
    let secrets = json!({ "SEAL_KEY": KEY, "ADMIN_TOKEN": TOKEN });
    Site::own(json!({ "secrets": secrets, "doorLimit": LIMIT, "vars": { "RATE_LIMITS": limits } })).await
}

/// What a request from this address is answered.
async fn ask(site: &Site, address: &str, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = site.request(method, path).header("origin", site.origin()).header("cf-connecting-ip", address);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    Answer::to(request.body(r#"{"terms":true}"#)).await
}

/// It lets the limit through, and at least one of enough is told to come back later.
fn assert_limited(answers: &[Answer], let_in: u16) {
    let refused: Vec<_> = answers.iter().filter(|answer| answer.json()["retry_ms"] == LIMIT_RETRY_MS).collect();
    assert!(answers[..LIMIT].iter().all(|answer| answer.status.as_u16() == let_in), "{answers:?}");
    refused.first().expect("one too many").assert_problem(429, "slow_down");
}

#[tokio::test]
async fn one_network_asks_so_often_and_no_more_and_the_others_and_the_operator_do() {
    let site = limited("on").await;
    let (here, elsewhere) = ("192.0.2.1", "192.0.2.2");
    let mut answers = Vec::new();
    for _ in 0..ENOUGH {
        answers.push(ask(&site, here, Method::POST, "/enter", &[]).await);
    }
    assert_limited(&answers, 200);
    assert_eq!(ask(&site, elsewhere, Method::POST, "/enter", &[]).await.status, 200);
    let mut answers = Vec::new();
    for _ in 0..ENOUGH {
        answers.push(ask(&site, here, Method::GET, "/admin/stats", &[]).await);
    }
    assert_limited(&answers, 401);
    let token = format!("Bearer {TOKEN}");
    let operator = [("authorization", token.as_str())];
    assert_eq!(ask(&site, elsewhere, Method::GET, "/admin/stats", &operator).await.status, 200);
    // Of streams only the refusal ends: it tells when to come back.
    let streams = ENOUGH - LIMIT;
    let mut kept = Vec::new();
    for _ in 0..ENOUGH {
        kept.push(
            site.request(Method::GET, "/events").header("cf-connecting-ip", here).send().await.expect("an answer"),
        );
    }
    let mut ended = 0;
    for stream in kept.into_iter().rev().take(streams) {
        let text = tokio::time::timeout(crate::client::DEADLINE / 10, stream.text()).await;
        ended += usize::from(text.is_ok_and(|text| text.is_ok_and(|text| text.trim_start().starts_with("retry:"))));
    }
    assert!(ended > 0, "no stream was turned away");
    site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn where_floods_are_let_through_nobody_is_counted() {
    let site = limited("off").await;
    for _ in 0..ENOUGH {
        assert_eq!(ask(&site, "192.0.2.1", Method::POST, "/enter", &[]).await.status, 200);
    }
}
