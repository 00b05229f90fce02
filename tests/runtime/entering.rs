//! `/enter`, and the rest of the HTTP surface.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Body, Method};
use serde_json::json;

use crate::site::{Answer, Site};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a pass lasts by the clock on the wall")]
async fn entering_takes_the_terms_and_gives_a_pass_for_a_day_at_least() {
    let site = Site::shared().await;
    let info = site.get("/enter").await;
    assert_eq!(
        info.json(),
        json!({ "terms": "1", "proof": "none", "site_key": null, "paused": false, "contact": null })
    );
    let answer = site.post_enter(r#"{"terms":true}"#).await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let fields: Vec<String> = answer.json().as_object().expect("an object").keys().cloned().collect();
    assert_eq!(fields, ["expires", "lobby", "pass", "visitor"]);
    let entry = site.enter().await;
    let in_a_day = UNIX_EPOCH.elapsed().expect("after 1970") + DAY;
    assert!(u128::from(entry.expires) >= in_a_day.as_millis(), "{entry:?}");
    assert!(entry.lobby.starts_with("main-1."), "{entry:?}");
}

#[tokio::test]
async fn whoever_does_not_accept_the_terms_stays_outside() {
    let site = Site::shared().await;
    for body in ["{}", r#"{"terms":false}"#, r#"{"visitor":"x","memory":[],"pass":"y","proof":{"any":1}}"#] {
        site.post_enter(body).await.assert_problem(403, "terms_required");
    }
}

#[tokio::test]
async fn a_body_that_is_not_well_formed_is_a_bad_request() {
    let site = Site::shared().await;
    let nine = json!({ "terms": true, "memory": vec!["x"; 9] }).to_string();
    let bodies = [
        "",
        "not JSON",
        "null",
        "[true]",
        r#"{"terms":"yes"}"#,
        r#"{"terms":true,"name":"ann"}"#,
        r#"{"terms":true,"terms":true}"#,
        r#"{"terms":true,"visitor":7}"#,
        r#"{"terms":true,"memory":"x"}"#,
        r#"{"terms":true}{"terms":true}"#,
        &nine,
    ];
    for body in bodies {
        site.post_enter(body.to_owned()).await.assert_problem(400, "bad_request");
    }
    site.post_enter("[".repeat(60_000)).await.assert_problem(400, "bad_request");
    site.post_enter(vec![0xff; 100]).await.assert_problem(400, "bad_request");
}

#[tokio::test]
async fn a_body_of_64_kib_is_read_and_a_byte_more_is_too_large_told_or_not() {
    let site = Site::shared().await;
    let body = |bytes: usize| {
        let terms = json!({ "terms": true }).to_string();
        format!("{terms}{}", " ".repeat(bytes - terms.len()))
    };
    let streamed = |body: String| Body::wrap_stream(futures::stream::iter([Ok::<_, std::io::Error>(body)]));
    for good in [Body::from(body(65_536)), streamed(body(65_536))] {
        assert_eq!(site.post_enter(good).await.status.as_u16(), 200);
    }
    for bad in [Body::from(body(65_537)), streamed(body(65_537)), streamed(body(1_000_000))] {
        site.post_enter(bad).await.assert_problem(413, "too_large");
    }
}

#[tokio::test]
async fn a_visitor_keeps_their_own_id_and_a_strange_one_is_replaced() {
    let site = Site::shared().await;
    let ann = site.enter().await;
    assert_eq!(site.enter_as(Some(&ann.visitor)).await.visitor, ann.visitor);
    let id = |visitor: &str| URL_SAFE_NO_PAD.decode(visitor).expect("base64url")[..16].to_vec();
    let strange = Site::unlimited().await.enter().await.visitor;
    let made_up = URL_SAFE_NO_PAD.encode([id(&ann.visitor), vec![0; 16]].concat());
    let untagged = URL_SAFE_NO_PAD.encode(id(&ann.visitor));
    let cut = &ann.visitor[..ann.visitor.len() - 1];
    // Nobody becomes who they say they are, and nobody is given what somebody else has.
    let mut taken = vec![id(&ann.visitor), id(&strange)];
    for visitor in ["", "ann", &strange, &made_up, &untagged, cut, &ann.pass] {
        let new = id(&site.enter_as(Some(visitor)).await.visitor);
        assert!(!taken.contains(&new), "{visitor:?} was taken for {new:?}");
        taken.push(new);
    }
}

#[tokio::test]
async fn each_place_takes_its_own_methods_and_says_which() {
    let site = Site::shared().await;
    let lobby = site.lobby().path();
    let places = [
        ("/enter", "GET, HEAD, POST", "PUT"),
        ("/enter", "GET, HEAD, POST", "DELETE"),
        ("/events", "GET", "POST"),
        ("/presence", "GET, HEAD", "POST"),
        ("/healthz", "GET, HEAD", "PATCH"),
        (&lobby, "GET", "POST"),
    ];
    for (path, allow, method) in places {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let answer = Answer::to(site.request(method, path).header("origin", site.origin())).await;
        answer.assert_problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), allow, "{path}");
    }
    site.get(&lobby).await.assert_problem(426, "upgrade_required");
}

#[tokio::test]
async fn what_is_not_there_or_not_yet_is_not_found() {
    let site = Site::shared().await;
    let lobby = site.enter().await.lobby;
    let paths = [
        "/stream",
        "/send",
        "/admin",
        "/admin/stats",
        "/nowhere",
        "/Enter",
        "/enter/",
        "/ws",
        "/ws/",
        "/probe/memory",
        "/census",
        "/report",
        "/socket",
    ];
    for path in paths.map(str::to_owned).into_iter().chain([format!("/stream/{lobby}"), format!("/send/{lobby}")]) {
        site.get(&path).await.assert_problem(404, "not_found");
        let post = site.request(Method::POST, &path).header("origin", site.origin()).body("[]");
        Answer::to(post).await.assert_problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_service_in_good_health_says_its_version_and_whether_floods_are_held_back() {
    for (site, rate_limits) in [(Site::shared().await, "on"), (Site::unlimited().await, "off")] {
        let answer = site.get("/healthz").await;
        assert_eq!(answer.status.as_u16(), 200);
        let wanted = json!({ "ok": true, "version": env!("CARGO_PKG_VERSION"), "rate_limits": rate_limits });
        assert_eq!(answer.json(), wanted);
    }
}
