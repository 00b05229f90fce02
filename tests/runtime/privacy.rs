//! After all that the service does for people: what is left of them, everywhere that anything is written.

use reqwest::Method;
use serde_json::{Value, json};

use crate::admin::Operator;
use crate::client::{Person, ended, say};
use crate::site::Site;

const ADDRESSES: [&str; 2] = ["203.0.113.77", "2001:db8:77::7"];
const UNTICKED: &str = "a zebra crosses at noon";
const TICKED: &str = "a quagga waits in the rain";
const NOTE: &str = "an okapi heard it twice";

/// Somebody who comes as the page does, and the name of the lobby that they were given.
async fn comes(site: &Site, who: &str, address: &str) -> (Person, String) {
    let entered = site.enter_from(address, &json!({ "terms": true })).await.json();
    let text = |field: &str| entered[field].as_str().expect("a text").to_owned();
    let (lobby, address) = (text("lobby"), [("cf-connecting-ip", address)]);
    let mut person = Person::open(who, site.origin(), &format!("/ws/{lobby}"), site.origin(), &address).await;
    person.send(&json!({ "type": "hello", "v": 1, "pass": text("pass") })).await;
    person.expect_a("welcome").await;
    person.visitor = text("visitor");
    (person, lobby)
}

/// Two talk, one reports the other, the operator bans them, and everything restarts in between. The value is what both are
/// known by.
async fn a_full_run(operator: &mut Operator) -> [String; 4] {
    let (mut ann, anns) = comes(&operator.site, "ann", ADDRESSES[0]).await;
    let (mut bob, bobs) = comes(&operator.site, "bob", ADDRESSES[1]).await;
    let watching = operator.site.request(Method::GET, "/events").header("cf-connecting-ip", ADDRESSES[0]);
    let stream = crate::events::Events::open(watching).await;
    let c = ann.meet(&mut bob).await;
    for (n, text) in [(1, UNTICKED), (2, TICKED)] {
        bob.say(&c, n, text).await;
        ann.expect(say(&c, n, text)).await;
    }
    let tag = ann.tag.clone();
    operator.site.lobby_named("main-1").hibernate().await;
    ann.say(&c, 1, UNTICKED).await;
    bob.expect(say(&c, 1, UNTICKED)).await;
    let lines = json!([{ "n": 2, "text": TICKED, "tag": tag }]);
    ann.send(&json!({ "type": "report", "c": c, "reason": "hate", "note": NOTE, "lines": lines })).await;
    ann.expect(ended(&c, "left")).await;
    ann.expect_a("done").await;
    drop(stream);
    operator.site.kill().await;
    let list = operator.call(Method::GET, "reports", &Value::Null).await.json();
    let report = &list["reports"][0];
    assert_eq!(report["lines"][0]["verified"], true, "{report}");
    let until = report["at"].as_u64().expect("a time") + 3_600_000;
    operator.ban(&json!({ "report": report["id"], "until": until, "reason": "hate" })).await;
    operator.announce("there was some trouble", None).await;
    let refused = operator.site.post_enter(json!({ "terms": true, "visitor": bob.visitor }).to_string()).await;
    refused.assert_problem(403, "banned");
    operator.site.kill().await;
    [ann.visitor, bob.visitor, anns, bobs]
}

#[tokio::test]
async fn no_log_tells_what_was_said_or_from_where() {
    let mut operator = Operator::own().await;
    let known_by = a_full_run(&mut operator).await;
    // What nobody ticked, where people come from and who they are.
    let never = [UNTICKED, ADDRESSES[0], ADDRESSES[1]].into_iter().chain(known_by.iter().map(String::as_str));
    let site = &operator.site;
    let logs = json!(site.logs().await).to_string();
    assert!(logs.contains("the operator changed"), "that something is logged at all: {logs}");
    for secret in never.clone().chain([TICKED, NOTE]) {
        assert!(!logs.contains(secret), "{secret} in {logs}");
    }
    // It is in no file, deleted or not.
    let never: Vec<&str> = never.chain([operator.token.as_str()]).collect();
    assert_eq!(site.search(&never).await, Vec::<String>::new());
    assert_eq!(site.search(&[TICKED, NOTE, "there was some trouble"]).await.len(), 3, "that it would have been found");
    // A report's chosen lines are in the database of reports until they expire, and then nowhere.
    let before = site.dump().await;
    assert!(before.contains(TICKED) && before.contains(NOTE));
    let _ = site.database("UPDATE reports SET expires = 1 RETURNING id").await;
    site.scheduled().await;
    let after = site.dump().await;
    assert!(!after.contains(TICKED) && !after.contains(NOTE), "nothing of it is left");
    let list = operator.call(Method::GET, "reports?status=open", &Value::Null).await.json();
    assert_eq!(list, json!({ "reports": [], "next": null }));
}
