//! What the operator sees of reports, and what comes of them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::admin::Operator;
use crate::client::{Person, ended, say};
use crate::site::{Entry, Lobby, Site};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

impl Operator {
    async fn reports(&self, query: &str) -> Value {
        let answer = self.call(Method::GET, &format!("reports{query}"), &Value::Null).await;
        assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
        answer.json()
    }

    async fn bans(&self) -> Value {
        self.call(Method::GET, "bans", &Value::Null).await.json()["bans"].clone()
    }

    async fn decide(&self, id: &Value, status: &str, note: Option<&str>) -> Value {
        let place = format!("reports/{}", id.as_str().expect("an id"));
        let answer = self.call(Method::POST, &place, &json!({ "status": status, "note": note })).await;
        assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
        answer.json()
    }
}

/// Somebody who comes from this address.
async fn from(lobby: &Lobby, who: &str, address: &str, entry: &Entry) -> Person {
    let socket = lobby.socket_with(who, &[("cf-connecting-ip", address)]).await;
    socket.welcomed(entry.clone()).await
}

/// The two meet, the second says something, and the first reports it.
async fn complains(ann: &mut Person, bob: &mut Person) {
    let c = ann.meet(bob).await;
    bob.say(&c, 1, "you will be sorry").await;
    ann.expect(say(&c, 1, "you will be sorry")).await;
    let lines = json!([{ "n": 1, "text": "you will be sorry", "tag": ann.tag }]);
    ann.send(&json!({ "type": "report", "c": c, "reason": "violence", "lines": lines })).await;
    ann.expect(ended(&c, "left")).await;
    ann.expect(json!({ "type": "done", "re": "report", "c": c })).await;
}

#[tokio::test]
async fn the_operator_looks_at_reports_and_decides_and_may_change_their_mind() {
    let operator = Operator::own().await;
    assert_eq!(operator.reports("").await, json!({ "reports": [], "next": null }), "before there is a table");
    let lobby = operator.site.lobby();
    let (ann, bob) = (operator.site.enter().await, operator.site.enter().await);
    let (mut one, mut other) =
        (from(&lobby, "ann", "203.0.113.1", &ann).await, from(&lobby, "bob", "203.0.113.2", &bob).await);
    complains(&mut one, &mut other).await;
    let list = operator.reports("?status=open").await;
    let report = &list["reports"][0];
    let fixed = json!({
        "reason": report["reason"], "note": report["note"], "lines": report["lines"], "status": report["status"],
        "decided": report["decided"], "decision": report["decision"], "times": report["times"],
        "weight": report["weight"], "of": report["accused"]["reports"], "banned": report["accused"]["banned"],
    });
    let line = json!({ "from": "partner", "n": 1, "text": "you will be sorry", "verified": true });
    let wanted = json!({
        "reason": "violence", "note": null, "lines": [line], "status": "open", "decided": null, "decision": null,
        "times": 1, "weight": 1.0, "of": 1, "banned": null,
    });
    assert_eq!(fixed, wanted);
    let keys = operator.site.keys();
    let key = |entry: &Entry| keys.marks().visitor(keys.read_visitor(&entry.visitor).expect("one of ours")).to_string();
    assert_eq!((&report["reporter"]["visitor"], &report["accused"]["visitor"]), (&json!(key(&ann)), &json!(key(&bob))));
    assert_ne!(report["reporter"]["network"], report["accused"]["network"]);
    let upheld = operator.decide(&report["id"], "upheld", Some("clear")).await;
    assert_eq!((&upheld["status"], &upheld["decision"]), (&json!("upheld"), &json!("clear")));
    assert!(upheld["decided"].is_u64());
    assert_eq!(operator.reports("").await["reports"], json!([]));
    assert_eq!(operator.reports("?status=upheld").await["reports"], json!([upheld]));
    let dismissed = operator.decide(&report["id"], "dismissed", None).await;
    assert_eq!((&dismissed["status"], &dismissed["decision"]), (&json!("dismissed"), &Value::Null));
    // Whose report was dismissed has a word that counts less.
    let mut cem = lobby.person("cem").await;
    complains(&mut one, &mut cem).await;
    assert_eq!(operator.reports("").await["reports"][0]["weight"], 0.5);
    operator.site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn what_is_no_request_about_reports_is_refused_and_strangers_are_told_nothing() {
    let operator = Operator::own().await;
    let bad = [
        (Method::GET, "reports?status=gone", 400, "bad_request"),
        (Method::GET, "reports?after=x", 400, "bad_request"),
        (Method::PUT, "reports", 405, "method_not_allowed"),
        (Method::GET, "reports/1", 405, "method_not_allowed"),
        (Method::POST, "reports/x", 404, "not_found"),
        (Method::POST, "reports/", 404, "not_found"),
    ];
    for (method, place, status, code) in bad {
        operator.call(method, place, &Value::Null).await.assert_problem(status, code);
    }
    let body = json!({ "status": "upheld" });
    operator.call(Method::POST, "reports/7", &body).await.assert_problem(404, "not_found");
    let ban = json!({ "report": "7", "until": 4_000_000_000_000_u64, "reason": "x" });
    operator.call(Method::POST, "bans", &ban).await.assert_problem(404, "not_found");
    let stranger = Operator { site: operator.site.clone(), token: "a token of somebody else's".to_owned() };
    for (method, place) in [(Method::GET, "reports"), (Method::POST, "reports/1"), (Method::GET, "bans")] {
        stranger.call(method, place, &body).await.assert_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn a_ban_from_a_report_is_one_of_whoever_was_reported() {
    let operator = Operator::own().await;
    let lobby = operator.site.lobby_named("main-1");
    let (mut ann, mut bob) = (lobby.person("ann").await, lobby.person("bob").await);
    complains(&mut ann, &mut bob).await;
    let report = operator.reports("").await["reports"][0].clone();
    let until = report["at"].as_u64().expect("a time") + DAY_MS;
    let ban = operator.ban(&json!({ "report": report["id"], "until": until, "reason": "threats" })).await;
    let accused = &report["accused"];
    assert_eq!((&ban["visitor"], &ban["report"]), (&accused["visitor"], &report["id"]));
    assert_eq!(bob.until_closed(4403).await.1, until.to_string());
    assert_eq!(operator.reports("").await["reports"][0]["accused"]["banned"], json!(until));
    operator.lift(&ban).await;
    assert_eq!(operator.reports("").await["reports"][0]["accused"]["banned"], Value::Null);
}

#[tokio::test]
async fn three_independent_reports_ban_for_a_day_and_three_of_one_network_do_not() {
    let operator = Operator::own().await;
    let lobby = operator.site.lobby_named("main-1");
    let mut bob = lobby.person("bob").await;
    for n in 0..3 {
        let entry = operator.site.enter().await;
        let mut ann = from(&lobby, &format!("ann {n}"), "203.0.113.1", &entry).await;
        complains(&mut ann, &mut bob).await;
        bob.expect_a("ended").await;
    }
    assert_eq!(operator.bans().await, json!([]), "they may be one");
    for n in 2..=3 {
        let entry = operator.site.enter().await;
        let mut cem = from(&lobby, &format!("cem {n}"), &format!("203.0.113.{n}"), &entry).await;
        complains(&mut cem, &mut bob).await;
        bob.expect_a("ended").await;
        if n == 2 {
            bob.hears_nothing().await;
        }
    }
    let (_, until) = bob.until_closed(4403).await;
    let bans = operator.bans().await;
    let ban = &bans[0];
    assert_eq!((&ban["automatic"], ban["until"].to_string()), (&json!(true), until));
    // From the report that was enough, which was made a moment before the ban.
    assert!(
        (DAY_MS - 5_000..=DAY_MS).contains(&(ban["until"].as_u64().unwrap() - ban["at"].as_u64().unwrap())),
        "{ban}"
    );
    let back = json!({ "terms": true, "visitor": bob.visitor });
    operator.site.post_enter(back.to_string()).await.assert_problem(403, "banned");
    operator.lift(ban).await;
    operator.site.enter_as(Some(&bob.visitor)).await;
    operator.site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn the_operator_may_want_no_ban_that_nobody_has_looked_at() {
    let operator = Operator::with(json!({ "vars": { "BAN_REPORTS": "0" } })).await;
    let lobby = operator.site.lobby_named("main-1");
    let mut bob = lobby.person("bob").await;
    for n in 1..=4 {
        let entry = operator.site.enter().await;
        let mut ann = from(&lobby, &format!("ann {n}"), &format!("203.0.113.{n}"), &entry).await;
        complains(&mut ann, &mut bob).await;
        bob.expect_a("ended").await;
    }
    bob.hears_nothing().await;
    assert_eq!(operator.bans().await, json!([]));
}

#[tokio::test]
async fn more_than_a_page_of_reports_is_told_page_by_page() {
    let operator = Operator::own().await;
    let site: &Site = &operator.site;
    let (mut ann, mut bob) = {
        let lobby = site.lobby();
        (lobby.person("ann").await, lobby.person("bob").await)
    };
    complains(&mut ann, &mut bob).await;
    let copies = "INSERT INTO reports (at, expires, conversation, reason, lines, verified, reporter_visitor, accused_visitor) \
        SELECT at, expires, 'c' || one.value, reason, lines, verified, reporter_visitor, accused_visitor \
        FROM reports, json_each('[1,2,3,4,5,6,7,8,9,10]') AS one WHERE reports.id = 1 RETURNING id";
    for n in 0..10 {
        let _ = site.database(&copies.replace("'c' ||", &format!("'c{n}-' ||"))).await;
    }
    let mut seen = Vec::new();
    let mut query = String::new();
    loop {
        let page = operator.reports(&query).await;
        let ids = page["reports"].as_array().expect("a list").iter().map(|report| report["id"].clone());
        seen.extend(ids);
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?after={next}");
    }
    let wanted: Vec<Value> = (1..=101).map(|id| json!(id.to_string())).collect();
    assert_eq!(seen, wanted, "the oldest first");
    assert_eq!(operator.reports("?after=101").await, json!({ "reports": [], "next": null }));
}
