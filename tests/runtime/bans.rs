//! Whoever is banned stays outside: from this moment on, whatever breaks, and until it ends or is lifted.

use std::time::UNIX_EPOCH;

use reqwest::Method;
use serde_json::{Value, json};

use crate::admin::Operator;
use crate::client::ended;
use crate::site::{Entry, Site};

const HOUR_MS: u64 = 3_600_000;

#[expect(clippy::disallowed_methods, reason = "a ban ends by the clock on the wall")]
fn in_an_hour() -> u64 {
    u64::try_from(UNIX_EPOCH.elapsed().expect("after 1970").as_millis()).expect("a time") + HOUR_MS
}

/// What the operator calls a visitor.
fn key(site: &Site, entry: &Entry) -> String {
    let keys = site.keys();
    keys.marks().visitor(keys.read_visitor(&entry.visitor).expect("one of ours")).to_string()
}

#[tokio::test]
async fn a_banned_visitor_is_cut_off_at_once_and_stays_outside_through_a_crash_until_lifted() {
    let mut operator = Operator::with(json!({ "vars": { "CONTACT": "https://chat.example/appeal" } })).await;
    let lobby = operator.site.lobby_named("main-1");
    let entry = operator.site.enter().await;
    let (mut ann, mut bob) = (lobby.person_with("ann", entry.clone()).await, lobby.person("bob").await);
    let c = ann.meet(&mut bob).await;
    let until = in_an_hour();
    let body = json!({ "visitor": key(&operator.site, &entry), "until": until, "reason": "spam" });
    let ban = operator.ban(&body).await;
    assert_eq!((&ban["visitor"], &ban["until"], &ban["automatic"]), (&body["visitor"], &json!(until), &json!(false)));
    let (_, reason) = ann.until_closed(4403).await;
    assert_eq!(reason, until.to_string());
    bob.expect(ended(&c, "moderated")).await;
    let memory = json!({ "terms": true, "visitor": entry.visitor, "pass": entry.pass, "memory": [ann.ticket] });
    for crash in [false, true] {
        if crash {
            operator.site.kill().await;
        }
        let refused = operator.site.post_enter(memory.to_string()).await;
        refused.assert_problem(403, "banned");
        let problem = refused.json();
        assert_eq!((&problem["until"], &problem["contact"]), (&json!(until), &json!("https://chat.example/appeal")));
        let lobby = operator.site.lobby_named("main-1");
        let mut again = lobby.socket("ann").await;
        again.send(&json!({ "type": "hello", "v": 1, "pass": entry.pass, "ticket": ann.ticket, "line": 9 })).await;
        assert_eq!(again.until_closed(4403).await, (vec![], until.to_string()));
        operator.site.enter().await;
    }
    let list = operator.call(Method::GET, "bans", &Value::Null).await;
    assert_eq!(list.json(), json!({ "bans": [ban] }));
    operator.lift(&ban).await;
    assert_eq!(operator.call(Method::GET, "bans", &Value::Null).await.json(), json!({ "bans": [] }));
    let entry = operator.site.enter_as(Some(&entry.visitor)).await;
    operator.site.lobby_named("main-1").person_with("ann", entry).await.hears_nothing().await;
}

#[tokio::test]
async fn a_banned_network_stays_outside_whoever_comes_and_the_others_do_not() {
    let mut operator = Operator::own().await;
    let (here, terms) = ("203.0.113.7", json!({ "terms": true }));
    assert_eq!(operator.site.enter_from(here, &terms).await.status.as_u16(), 200);
    let network = operator.site.kept().await.entry.salts.keys(here)[0].to_string();
    let until = in_an_hour();
    let ban = operator.ban(&json!({ "network": network, "until": until, "reason": "a flood" })).await;
    for crash in [false, true] {
        if crash {
            operator.site.kill().await;
        }
        let refused = operator.site.enter_from(here, &terms).await;
        refused.assert_problem(403, "banned");
        assert_eq!((&refused.json()["until"], &refused.json()["contact"]), (&json!(until), &Value::Null));
        assert_eq!(operator.site.enter_from("203.0.113.8", &terms).await.status.as_u16(), 200);
    }
    operator.lift(&ban).await;
    assert_eq!(operator.site.enter_from(here, &terms).await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_ban_that_is_not_well_formed_is_refused_and_changes_nothing() {
    let operator = Operator::own().await;
    let (until, visitor) = (in_an_hour(), "A".repeat(16));
    let bad = [
        json!({ "until": until, "reason": "x" }),
        json!({ "visitor": visitor, "network": "A".repeat(11), "until": until, "reason": "x" }),
        json!({ "visitor": "no key", "until": until, "reason": "x" }),
        json!({ "visitor": visitor, "until": 1, "reason": "x" }),
        json!({ "visitor": visitor, "until": until + 400 * 24 * HOUR_MS, "reason": "x" }),
        json!({ "visitor": visitor, "until": until, "reason": "" }),
        json!({ "visitor": visitor, "until": until, "reason": "x".repeat(201) }),
        json!({ "visitor": visitor, "until": until, "reason": "x", "id": "1" }),
        json!([]),
    ];
    for body in bad {
        operator.call(Method::POST, "bans", &body).await.assert_problem(400, "bad_request");
    }
    for id in ["1", "x", "18446744073709551616"] {
        operator.call(Method::DELETE, &format!("bans/{id}"), &Value::Null).await.assert_problem(404, "not_found");
    }
    let wrong = operator.call(Method::PUT, "bans", &Value::Null).await;
    wrong.assert_problem(405, "method_not_allowed");
    assert_eq!(wrong.header("allow"), "GET, POST");
    assert_eq!(operator.call(Method::GET, "bans", &Value::Null).await.json(), json!({ "bans": [] }));
}
