//! The operator's door, what is behind it, and that nobody else comes in.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::admin::Operator;
use crate::client::{Came, DEADLINE, say};
use crate::site::{Answer, Site};

const KEY: &str = "a key that is long enough for 32 bytes";
/// A lobby hears of a pause before the operator is answered.
const FIND: &str = r#"{"type":"find"}"#;

async fn with_token(token: Value) -> Site {
    let mut secrets = json!({ "SEAL_KEY": KEY });
    if !token.is_null() {
        secrets["ADMIN_TOKEN"] = token;
    }
    Site::own(json!({ "secrets": secrets })).await
}

/// What a request with this `Authorization` header is answered.
async fn knock(site: &Site, method: Method, path: &str, authorization: Option<&str>) -> Answer {
    let request = site.request(method, path);
    Answer::to(if let Some(header) = authorization { request.header("authorization", header) } else { request }).await
}

#[tokio::test]
async fn without_a_token_there_is_no_such_place() {
    for none in [Value::Null, json!("")] {
        let site = with_token(none).await;
        let places = ["stats", "announcements", "paused", "nowhere"].map(|place| format!("/admin/{place}"));
        for path in ["/admin", "/admin/", "/admin.html"].map(str::to_owned).into_iter().chain(places) {
            for method in [Method::GET, Method::PUT, Method::POST, Method::DELETE] {
                for authorization in [None, Some("Bearer "), Some("Bearer a token of the operator's own")] {
                    knock(&site, method.clone(), &path, authorization).await.assert_problem(404, "not_found");
                }
            }
        }
        assert_eq!(site.objects("PRESENCE").await, Vec::<String>::new(), "and nothing is woken");
    }
}

#[tokio::test]
async fn a_short_token_opens_nothing_and_is_named() {
    let site = with_token(json!("23 characters are short")).await;
    for authorization in [None, Some("Bearer 23 characters are short"), Some("Bearer x")] {
        let answer = knock(&site, Method::GET, "/admin/stats", authorization).await;
        answer.assert_problem(503, "unavailable");
        let detail = "the secret ADMIN_TOKEN is shorter than 24 characters";
        assert_eq!(answer.json()["detail"], detail);
        assert!(!answer.body.contains("23 characters"), "{answer:?}");
    }
    assert_eq!(site.get("/healthz").await.status.as_u16(), 200, "the service itself works");
}

#[tokio::test]
async fn who_has_no_token_is_told_the_same_everywhere_and_nothing_else() {
    let operator = Operator::own().await;
    let same_length = operator.token.replace('k', "x");
    let wrong = [None, Some(format!("Bearer {same_length}")), Some("Bearer x".into()), Some(operator.token.clone())];
    let mut told = Vec::new();
    for authorization in &wrong {
        let paths = ["stats", "paused", "nowhere", "announcements/1"];
        let path = format!("/admin/{}", paths[told.len() % paths.len()]);
        let answer = knock(&operator.site, Method::PUT, &path, authorization.as_deref()).await;
        answer.assert_problem(401, "unauthorized");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        told.push(answer.body);
    }
    assert!(told.iter().all(|body| *body == told[0]), "{told:?}");
    let answer = operator.call(Method::GET, "stats", &Value::Null).await;
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn guessing_closes_the_door_to_the_guesser_alone() {
    let operator = Operator::own().await;
    let from = |address: &'static str, token: &str| {
        let request = operator.site.request(Method::GET, "/admin/stats").bearer_auth(token);
        Answer::to(request.header("cf-connecting-ip", address))
    };
    for _ in 0..10 {
        from("203.0.113.7", "a guess").await.assert_problem(401, "unauthorized");
    }
    for token in ["a guess", &operator.token] {
        let refused = from("203.0.113.7", token).await;
        refused.assert_problem(429, "slow_down");
        assert!(refused.json()["retry_ms"].as_u64().is_some_and(|ms| (1..=6_000).contains(&ms)), "{refused:?}");
    }
    assert_eq!(from("203.0.113.8", &operator.token).await.status.as_u16(), 200);
}

#[tokio::test]
async fn what_is_not_well_formed_is_refused_and_changes_nothing() {
    let operator = Operator::own().await;
    let announced = |text: &str| json!({ "severity": "info", "text": text });
    let bad = [
        announced(""),
        announced(" \n\u{a0}"),
        announced(&"x".repeat(501)),
        json!({ "severity": "loud", "text": "x" }),
        json!({ "severity": "info", "text": "x", "sender": "me" }),
        json!({ "severity": "info", "text": "x", "until": 1 }),
        json!({ "text": "x" }),
        json!([]),
    ];
    for body in bad {
        operator.call(Method::POST, "announcements", &body).await.assert_problem(400, "bad_request");
    }
    for body in [json!({}), json!({ "paused": "yes" }), json!({ "paused": true, "why": "x" })] {
        operator.call(Method::PUT, "paused", &body).await.assert_problem(400, "bad_request");
    }
    operator.call(Method::POST, "announcements", &announced(&"x".repeat(9_000))).await.assert_problem(413, "too_large");
    operator.call(Method::DELETE, "announcements/1-1", &Value::Null).await.assert_problem(404, "not_found");
    operator.call(Method::GET, "nowhere", &Value::Null).await.assert_problem(404, "not_found");
    let wrong = operator.call(Method::PUT, "announcements", &Value::Null).await;
    wrong.assert_problem(405, "method_not_allowed");
    assert_eq!(wrong.header("allow"), "GET, POST");
    let list = operator.call(Method::GET, "announcements", &Value::Null).await;
    assert_eq!(list.json(), json!({ "announcements": [] }));
    assert_eq!(operator.call(Method::GET, "stats", &Value::Null).await.json()["paused"], false);
}

#[tokio::test]
async fn twenty_announcements_of_500_characters_fit_and_not_one_more() {
    let operator = Operator::own().await;
    let long = "é".repeat(500);
    let mut made = Vec::new();
    for _ in 0..20 {
        made.push(operator.announce(&long, None).await);
    }
    let body = json!({ "severity": "critical", "text": "one more" });
    operator.call(Method::POST, "announcements", &body).await.assert_problem(409, "full");
    let list = operator.call(Method::GET, "announcements", &Value::Null).await;
    assert_eq!(list.json()["announcements"], json!(made));
    assert_eq!(operator.site.get("/presence").await.json()["announcements"], json!(made));
    operator.withdraw(&made[7]).await;
    operator.announce("one more", None).await;
}

#[tokio::test]
async fn a_pause_stops_matching_at_once_and_leaves_those_who_talk_alone() {
    let mut operator = Operator::own().await;
    let lobby = operator.site.lobby_named("main-1");
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let mut cem = lobby.person("cem").await;
    cem.wait().await;
    operator.pause(true).await;
    cem.expect(json!({ "type": "error", "code": "paused" })).await;
    let entry = operator.site.enter_info().await;
    assert_eq!(entry["paused"], true);
    let refused = operator.site.post_enter(r#"{"terms":true}"#).await;
    refused.assert_problem(503, "paused");
    assert!(refused.json()["retry_ms"].is_u64(), "{refused:?}");
    ann.say(&c, 1, "still here").await;
    bob.expect(say(&c, 1, "still here")).await;
    ann.send(&json!({ "type": "find", "c": c })).await;
    for person in [&mut ann, &mut bob] {
        person.expect_a("ended").await;
    }
    ann.expect_a("waiting").await;
    ann.expect(json!({ "type": "error", "code": "paused" })).await;
    ann.hears_nothing().await;
    // The pause is the lobby's own by now: also where nobody can tell it again.
    lobby.hibernate().await;
    operator.site.kill().await;
    assert_eq!(operator.site.enter_info().await["paused"], true, "it survives a crash");
    operator.pause(false).await;
    assert_eq!(operator.site.enter_info().await["paused"], false);
}

#[tokio::test]
async fn newcomers_stay_outside_and_who_waits_is_matched_after_a_pause_and_a_crash() {
    let mut operator = Operator::own().await;
    let lobby = operator.site.lobby_named("main-1");
    let (entry, other) = (operator.site.enter().await, operator.site.enter().await);
    let mut ann = lobby.person_with("ann", entry.clone()).await;
    ann.wait().await;
    operator.pause(true).await;
    ann.expect(json!({ "type": "error", "code": "paused" })).await;
    // A pass from before the pause is good, and its holder has no place here.
    let mut late = lobby.socket("late").await;
    late.send(&json!({ "type": "hello", "v": 1, "pass": other.pass })).await;
    assert!(matches!(late.next().await, Came::Closed(4503, reason) if reason.parse::<u64>().is_ok()));
    let ticket = ann.ticket.clone();
    operator.site.kill().await;
    drop(ann);
    let lobby = operator.site.lobby_named("main-1");
    // Who has a place is let in, also at the door.
    let memory = json!({ "terms": true, "visitor": entry.visitor, "memory": [ticket] });
    let entry = operator.site.enter_with(&memory).await;
    let (mut ann, state) = lobby.socket("ann").await.comes_back(&entry, &ticket, 1).await;
    assert_eq!(state, "waiting");
    ann.expect_a("waiting").await;
    ann.expect(json!({ "type": "error", "code": "paused" })).await;
    operator.pause(false).await;
    ann.expect_a("waiting").await;
    let mut bob = lobby.person("bob").await;
    bob.send_text(FIND).await;
    for person in [&mut ann, &mut bob] {
        person.expect_a("matched").await;
    }
}

#[tokio::test]
async fn stats_tell_what_has_happened_and_nothing_that_was_said() {
    let operator = Operator::own().await;
    let lobby = operator.site.lobby_named("main-1");
    let mut watcher = operator.site.events().await;
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    for n in 1..=3 {
        ann.say(&c, n, "something secret").await;
        bob.expect(say(&c, n, "something secret")).await;
    }
    ann.send_text(FIND).await;
    ann.expect(json!({ "type": "error", "code": "talking", "re": "find" })).await;
    ann.send(&json!({ "type": "stop", "c": c })).await;
    bob.expect_a("ended").await;
    watcher.until(3, 0, 0).await;
    let started = Instant::now();
    loop {
        let answer = operator.call(Method::GET, "stats", &Value::Null).await;
        assert!(!answer.body.contains("secret"), "{answer:?}");
        let stats = answer.json();
        if stats["ends"]["left"] == 1 {
            let counted = [&stats["matches"], &stats["messages"], &stats["refusals"]["talking"], &stats["streams"]];
            assert_eq!(counted, [1, 3, 1, 1], "{stats}");
            let seen = (&stats["lobbies"][0]["lobby"], &stats["lobbies"][0]["sessions"], &stats["online"]);
            assert_eq!(seen, (&json!("main-1"), &json!(2), &json!(3)));
            assert_eq!(stats["waits"][0], json!({ "up_to_ms": 1_000, "count": 2 }));
            assert!(stats["hour"].as_array().is_some_and(|points| (1..=2).contains(&points.len())), "{stats}");
            return;
        }
        assert!(started.elapsed() < DEADLINE, "{stats}");
        sleep(Duration::from_millis(100)).await;
    }
}
