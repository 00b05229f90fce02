//! Turnstile, and what it says: a stub of it on this machine answers as it was seen to, and as it must not.

use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use edgewise::domain::proof::solve;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout};

use crate::client::DEADLINE;
use crate::site::{Answer, Site};

/// How long the service waits for Turnstile, at most, and a while for a busy machine.
const PATIENCE: Duration = Duration::from_secs(9);

/// What was asked of the stub.
type Asked = Arc<Mutex<Vec<Value>>>;

#[expect(clippy::disallowed_methods, reason = "a token is good for five minutes by the clock on the wall")]
fn ago(seconds: u64) -> String {
    let now = UNIX_EPOCH.elapsed().expect("after 1970").as_secs() - seconds;
    let (mut days, second) = (now / 86_400, now % 86_400);
    let mut year = 1970;
    // So it is until 2099.
    let leap = |year: u64| year.is_multiple_of(4);
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    format!("{year}-{:02}-{:02}T{hour:02}:{minute:02}:{:02}.123Z", month + 1, days + 1, second % 60)
}

/// The answer to a token: what the token says.
fn answer(token: &str) -> (u16, String) {
    let mut body = json!({
        "success": true, "error-codes": [], "hostname": "127.0.0.1", "action": "enter", "challenge_ts": ago(5),
    });
    match token {
        "hostname" => body["hostname"] = json!("evil.example"),
        "action" => body["action"] = json!("login"),
        "old" => body["challenge_ts"] = json!(ago(310)),
        "duplicate" => body = json!({ "success": false, "error-codes": ["timeout-or-duplicate"] }),
        "secret" => body = json!({ "success": false, "error-codes": ["invalid-input-secret"] }),
        "garbage" => return (200, "<html>".to_owned()),
        "broken" => return (500, body.to_string()),
        _ => {}
    }
    (200, body.to_string())
}

async fn serve(mut stream: TcpStream, asked: Asked) -> Option<()> {
    let (mut read, mut chunk) = (Vec::new(), [0; 4_096]);
    let question: Value = loop {
        let length = stream.read(&mut chunk).await.ok().filter(|length| *length > 0)?;
        read.extend(&chunk[..length]);
        let text = String::from_utf8_lossy(&read);
        if let Some(question) = text.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok()) {
            break question;
        }
    };
    let token = question["response"].as_str().unwrap_or_default().to_owned();
    asked.lock().expect("no test has failed").push(question);
    if token == "hang" {
        // Longer than anybody waits.
        sleep(2 * PATIENCE).await;
    }
    let (status, body) = answer(&token);
    let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n", body.len());
    stream.write_all(format!("{head}connection: close\r\n\r\n{body}").as_bytes()).await.ok()
}

async fn site() -> (Site, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/siteverify", listener.local_addr().expect("an address"));
    let asked = Asked::default();
    let heard = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&heard)));
        }
    });
    let vars = json!({ "PROOF": "turnstile", "TURNSTILE_SITE_KEY": "0x4AAA", "TURNSTILE_URL": url });
    let secrets = json!({ "SEAL_KEY": "a key that is long enough for 32 bytes", "TURNSTILE_SECRET": "0xSECRET" });
    (Site::own(json!({ "vars": vars, "secrets": secrets })).await, asked)
}

async fn show(site: &Site, token: &str) -> Answer {
    let started = Instant::now();
    let request = site.request(reqwest::Method::POST, "/enter").header("origin", site.origin());
    let body = json!({ "terms": true, "proof": token }).to_string();
    let answer = timeout(PATIENCE, Answer::to(request.header("cf-connecting-ip", "203.0.113.7").body(body))).await;
    answer.unwrap_or_else(|_| panic!("{token} took {:?}", started.elapsed()))
}

#[tokio::test]
async fn a_token_counts_as_turnstile_says_and_nobody_is_locked_out_while_it_does_not() {
    assert!(PATIENCE < DEADLINE);
    let (site, asked) = site().await;
    let info = site.enter_info().await;
    assert_eq!((&info["proof"], &info["site_key"]), (&json!("turnstile"), &json!("0x4AAA")));
    let refused = site.post_enter(json!({ "terms": true }).to_string()).await;
    refused.assert_problem(401, "proof_required");
    assert_eq!((&refused.json()["proof"], &refused.json()["site_key"]), (&json!("turnstile"), &json!("0x4AAA")));
    let entered = show(&site, "good").await;
    assert_eq!(entered.status.as_u16(), 200, "{entered:?}");
    // No address, and nothing else about anybody.
    let question = json!({ "secret": "0xSECRET", "response": "good" });
    assert_eq!(*asked.lock().expect("no test has failed"), [question]);
    for wrong in ["hostname", "action", "old", "duplicate"] {
        let refused = show(&site, wrong).await;
        refused.assert_problem(401, "proof_invalid");
        assert_eq!(refused.json()["proof"], "turnstile", "{wrong}");
        assert!(!refused.body.contains("0xSECRET"), "{refused:?}");
    }
    let asked_before = asked.lock().expect("no test has failed").len();
    show(&site, &"x".repeat(2_049)).await.assert_problem(401, "proof_invalid");
    assert_eq!(asked.lock().expect("no test has failed").len(), asked_before, "a long one is not even asked about");
    assert_eq!(show(&site, &"x".repeat(2_048)).await.status.as_u16(), 200);
    for unsure in ["secret", "garbage", "broken", "hang"] {
        let refused = show(&site, unsure).await;
        refused.assert_problem(401, "proof_required");
        assert_eq!(refused.json()["proof"], "pow", "{unsure}");
        let proof = solve(&refused.json()["challenge"]).expect("a challenge");
        assert_eq!(show(&site, &proof).await.status.as_u16(), 200, "{unsure}");
        assert_eq!(show(&site, &proof).await.json()["proof"], "turnstile", "{unsure}: it counts once");
    }
    site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn turnstile_without_a_key_or_a_secret_is_told_and_work_is_asked_for_instead() {
    for (site_key, secret) in [("", "0xSECRET"), ("0x4AAA", "")] {
        let secrets = json!({ "SEAL_KEY": "a key that is long enough for 32 bytes", "TURNSTILE_SECRET": secret });
        let vars = json!({ "PROOF": "turnstile", "TURNSTILE_SITE_KEY": site_key });
        let site = Site::own(json!({ "vars": vars, "secrets": secrets })).await;
        let health = site.get("/healthz").await;
        health.assert_problem(503, "unavailable");
        let missing = if site_key.is_empty() { "TURNSTILE_SITE_KEY" } else { "TURNSTILE_SECRET" };
        assert!(health.json()["detail"].as_str().is_some_and(|detail| detail.contains(missing)), "{health:?}");
        assert_eq!(site.enter_info().await["proof"], "pow");
        let refused = site.post_enter(json!({ "terms": true }).to_string()).await;
        refused.assert_problem(401, "proof_required");
        assert!(refused.json()["challenge"]["salt"].is_string(), "{refused:?}");
    }
}
