//! Reports: what is filed, what of it is known to be true, and when it is gone.

use edgewise::domain::limits::{REPORT_BUDGET, REPORTS_OPEN_MAX, REPORTS_PAGE};
use reqwest::Method;
use serde_json::{Value, json};

use crate::admin::Operator;
use crate::client::{Person, ended, say};
use crate::site::{Lobby, Site};

const KEY: &str = "a key that is long enough for 32 bytes";
const NEXT_KEY: &str = "the key that takes its place one day, later";

fn report(c: &str, lines: &Value) -> Value {
    json!({ "type": "report", "c": c, "reason": "harassment", "note": "went on and on", "lines": lines })
}

fn line(n: u64, text: &str, tag: &str) -> Value {
    json!({ "n": n, "text": text, "tag": tag })
}

/// Reports the partner, and is told that it is done.
async fn reports(person: &mut Person, c: &str, lines: &Value) {
    person.send(&report(c, lines)).await;
    let mut frame = person.expect_any().await;
    if frame["type"] == "ended" {
        frame = person.expect_any().await;
    }
    assert_eq!(frame, json!({ "type": "done", "re": "report", "c": c }));
}

/// All reports, the oldest first.
async fn filed(site: &Site) -> Vec<Value> {
    site.database("SELECT * FROM reports ORDER BY id").await
}

fn verified(report: &Value) -> Vec<bool> {
    let lines: Value = serde_json::from_str(report["lines"].as_str().expect("lines")).expect("JSON");
    lines.as_array().expect("a list").iter().map(|line| line["verified"] == true).collect()
}

/// Something that was said, and its tag.
async fn hears(from: &mut Person, to: &mut Person, c: &str, n: u64, text: &str) -> String {
    from.say(c, n, text).await;
    to.expect(say(c, n, text)).await;
    to.tag.clone()
}

#[tokio::test]
async fn a_report_keeps_the_ticked_lines_and_nothing_else_of_the_conversation() {
    let site = Site::own(json!({})).await;
    let lobby = site.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let real = hears(&mut bob, &mut ann, &c, 1, "a threat").await;
    let other_number = hears(&mut bob, &mut ann, &c, 2, "nothing to see").await;
    let own = hears(&mut ann, &mut bob, &c, 1, "stop it").await;
    let (mut cem, mut dee, elsewhere) = lobby.pair("cem", "dee").await;
    let other_conversation = hears(&mut dee, &mut cem, &elsewhere, 1, "a threat").await;
    let lines = json!([
        line(1, "a threat", &real),
        line(1, "a worse threat", &real),
        line(1, "stop it", &own),
        line(1, "a threat", &other_conversation),
        line(1, "nothing to see", &other_number),
        line(1, "a threat", "AAAAAAAAAAAAAAAAAAAAAA"),
        json!({ "n": 1, "text": "a threat" }),
        json!({ "from": "me", "n": 1, "text": "stop it", "tag": own }),
    ]);
    ann.send(&report(&c, &lines)).await;
    ann.expect(ended(&c, "left")).await;
    bob.expect(ended(&c, "left")).await;
    ann.expect(json!({ "type": "done", "re": "report", "c": c })).await;
    let all = filed(&site).await;
    let [filed] = &all[..] else { panic!("one report: {all:?}") };
    assert_eq!(verified(filed), [true, false, false, false, false, false, false, false]);
    assert_eq!(
        (&filed["verified"], &filed["status"], &filed["reason"]),
        (&json!(1), &json!("open"), &json!("harassment"))
    );
    let kept_ms = filed["expires"].as_u64().unwrap() - filed["at"].as_u64().unwrap();
    assert_eq!(kept_ms, 30 * 24 * 60 * 60 * 1_000);
    let text = filed.to_string();
    assert!(!text.contains(&ann.visitor[..22]) && !text.contains(&bob.visitor[..22]), "keys, and no ids");
    assert!(!text.contains("127.0.0.1") && !text.contains("nothing to see\",\"verified\":true"), "{text}");
    site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn a_report_names_both_sides_by_pseudonymous_keys_alone() {
    let site = Site::own(json!({})).await;
    let lobby = site.lobby();
    let (mut ann, bob, c) = lobby.pair("ann", "bob").await;
    reports(&mut ann, &c, &json!([])).await;
    let keys = site.keys();
    let report = &filed(&site).await[0];
    for (side, person) in [("reporter", &ann), ("accused", &bob)] {
        let visitor = keys.read_visitor(&person.visitor).expect("one of ours");
        let named = report[format!("{side}_visitor")].as_str().expect("a key");
        assert_eq!(named, keys.marks().visitor(visitor).to_string());
        let whole = report.to_string();
        assert!(!whole.contains(&person.visitor) && !whole.contains(&person.visitor[..16]), "{side}: no id");
        assert_eq!(report[format!("{side}_network")].as_str().map(str::len), Some(11), "a key of the network's");
    }
}

#[tokio::test]
async fn the_same_report_said_again_is_one() {
    let site = Site::own(json!({})).await;
    let lobby = site.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    reports(&mut ann, &c, &json!([])).await;
    reports(&mut ann, &c, &json!([])).await;
    assert_eq!(filed(&site).await.len(), 1);
    // Where the lobby has forgotten that it was filed, the database has not.
    lobby.hibernate().await;
    reports(&mut ann, &c, &json!([])).await;
    let all = filed(&site).await;
    assert_eq!((all.len(), &all[0]["times"]), (1, &json!(2)));
    // The other side's is another one.
    bob.expect(ended(&c, "left")).await;
    reports(&mut bob, &c, &json!([])).await;
    assert_eq!(filed(&site).await.len(), 2);
    site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn one_report_over_the_limit_ends_and_blocks_and_is_not_filed() {
    let site = Site::own(json!({})).await;
    let lobby = site.lobby();
    let mut ann = lobby.person("ann").await;
    for n in 0..=REPORT_BUDGET.burst {
        let mut bob = lobby.person(&format!("bob {n}")).await;
        let c = ann.meet(&mut bob).await;
        reports(&mut ann, &c, &json!([])).await;
        bob.expect(ended(&c, "left")).await;
    }
    assert_eq!(filed(&site).await.len() as u64, REPORT_BUDGET.burst);
    site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn so_many_open_reports_are_kept_and_the_next_ends_and_blocks_and_is_not() {
    let operator = Operator::own().await;
    let site = &operator.site;
    let lobby = site.lobby();
    let open = async || site.database("SELECT count(*) AS n FROM reports WHERE status = 'open'").await[0]["n"].as_u64();
    let (mut ann, _bob, c) = lobby.pair("ann", "bob").await;
    reports(&mut ann, &c, &json!([])).await;
    let fill = "INSERT INTO reports (at, expires, conversation, reason, lines, verified, reporter_visitor, accused_visitor) \
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9998) \
        SELECT at, expires, 'c' || i, reason, '[]', 0, 'reporter' || i, 'accused' || i FROM n, reports";
    site.database(fill).await;
    assert_eq!(open().await, Some(REPORTS_OPEN_MAX - 1));
    for kept in [REPORTS_OPEN_MAX, REPORTS_OPEN_MAX] {
        let (mut cem, mut dee, c) = lobby.pair("cem", "dee").await;
        reports(&mut cem, &c, &json!([])).await;
        dee.expect(ended(&c, "left")).await;
        assert_eq!(open().await, Some(kept));
    }
    // However many there are, the operator sees a page of them.
    let page = operator.call(Method::GET, "reports?status=open", &Value::Null).await.json();
    assert_eq!(page["reports"].as_array().map(|reports| reports.len() as u64), Some(REPORTS_PAGE));
    assert!(page["next"].is_string());
    site.assert_no_errors_logged().await;
}

#[tokio::test]
async fn what_was_said_is_verified_after_a_crash_and_under_the_next_key() {
    let old = Site::own(json!({ "secrets": { "SEAL_KEY": KEY } })).await;
    let (mut ann, mut bob, c) = old.lobby_named("main-1").pair("ann", "bob").await;
    let tag = hears(&mut bob, &mut ann, &c, 1, "a threat").await;
    let secrets = json!({ "SEAL_KEY": NEXT_KEY, "SEAL_KEY_OLD": KEY });
    // Another runtime that has forgotten everything, and has the next key.
    let new = Site::own(json!({ "secrets": secrets })).await;
    let lobby = new.lobby_named("main-1");
    let entry = new.enter_as(Some(&ann.visitor)).await;
    let (mut ann, state) = lobby.socket("ann").await.comes_back(&entry, &ann.ticket, 2).await;
    assert_eq!(state, "talking");
    ann.expect_a("resumed").await;
    reports(&mut ann, &c, &json!([line(1, "a threat", &tag), line(1, "a treat", &tag)])).await;
    assert_eq!(verified(&filed(&new).await[0]), [true, false]);
    new.assert_no_errors_logged().await;
}

#[tokio::test]
async fn a_crash_between_a_line_and_its_report_changes_nothing() {
    let mut site = Site::own(json!({})).await;
    let lobby = site.lobby_named("main-1");
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let tag = hears(&mut bob, &mut ann, &c, 1, "a threat").await;
    let (visitor, ticket) = (ann.visitor.clone(), ann.ticket.clone());
    drop(lobby);
    site.kill().await;
    let entry = site.enter_as(Some(&visitor)).await;
    let lobby = site.lobby_named("main-1");
    let (mut ann, _) = lobby.socket("ann").await.comes_back(&entry, &ticket, 2).await;
    ann.expect_a("resumed").await;
    reports(&mut ann, &c, &json!([line(1, "a threat", &tag)])).await;
    assert_eq!(verified(&filed(&site).await[0]), [true]);
}

#[tokio::test]
async fn a_report_is_purged_within_the_hour_after_thirty_days() {
    let site = Site::own(json!({})).await;
    let lobby = site.lobby();
    for who in ["ann", "cem"] {
        let (mut ann, _bob, c) = lobby.pair(who, "bob").await;
        reports(&mut ann, &c, &json!([])).await;
    }
    let _ = site.database("UPDATE reports SET expires = at WHERE id = 1 RETURNING id").await;
    site.scheduled().await;
    let left = filed(&site).await;
    assert_eq!((left.len(), &left[0]["id"]), (1, &json!(2)));
    assert!(left[0]["reporter_network"].is_string(), "as long as there is a salt for it");
    let _ = site.database("UPDATE reports SET at = at - 172801000 RETURNING id").await;
    site.scheduled().await;
    let left = filed(&site).await;
    assert_eq!((&left[0]["reporter_network"], &left[0]["accused_network"]), (&Value::Null, &Value::Null));
    site.assert_no_errors_logged().await;
}

/// Malformed reports are refused, and change nothing.
#[tokio::test]
async fn a_report_that_is_none_ends_nothing() {
    let lobby: Lobby = Site::shared().await.lobby();
    let (mut ann, mut bob, c) = lobby.pair("ann", "bob").await;
    let mut bad = report(&c, &json!([]));
    bad["reason"] = json!("dislike");
    ann.send(&bad).await;
    assert_eq!(ann.expect_a("error").await["code"], "bad_frame");
    let mut long = report(&c, &json!([]));
    long["note"] = json!("x".repeat(501));
    ann.send(&long).await;
    assert_eq!(ann.expect_a("error").await["code"], "too_long");
    bob.hears_nothing().await;
    ann.say(&c, 1, "still here").await;
    bob.expect(say(&c, 1, "still here")).await;
}
