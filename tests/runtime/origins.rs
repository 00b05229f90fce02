//! Whose pages may use the service. Foreign ones are turned away before anything of it is touched.

use reqwest::Method;
use serde_json::json;

use crate::client::Person;
use crate::events::Events;
use crate::site::{Answer, FRIEND, Site};

/// Origins that are not the service's own, however much they look like it.
fn foreign(own: &str) -> Vec<String> {
    let (_, port) = own.rsplit_once(':').expect("a port");
    vec![
        "null".to_owned(),
        String::new(),
        "https://evil.example".to_owned(),
        format!("{own}.evil.example"),
        format!("{own}0"),
        format!("{own}/"),
        format!("{own}, {own}"),
        "http://127.0.0.1".to_owned(),
        "http://127.0.0.1:1".to_owned(),
        format!("https://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
        own.to_uppercase(),
        FRIEND.to_owned(),
    ]
}

#[tokio::test]
async fn foreign_pages_are_turned_away_before_any_object_is_called() {
    let site = Site::own(json!({})).await;
    let path = site.lobby_named("main-1").path();
    let foreign = foreign(site.origin());
    for origin in foreign.iter().map(|origin| Some(origin.as_str())).chain([None]) {
        site.knock(&path, origin).await.assert_problem(403, "forbidden_origin");
        let post = site.request(Method::POST, "/enter").body(json!({ "terms": true }).to_string());
        let post = if let Some(origin) = origin { post.header("origin", origin) } else { post };
        Answer::to(post).await.assert_problem(403, "forbidden_origin");
        // An empty header is as none, and a client that is no browser may subscribe without.
        if let Some(origin) = origin.filter(|origin| !origin.is_empty()) {
            let events = site.request(Method::GET, "/events").header("origin", origin);
            Answer::to(events).await.assert_problem(403, "forbidden_origin");
        }
    }
    let woken = [site.objects("LOBBY").await, site.objects("PRESENCE").await];
    assert_eq!(woken, [Vec::<String>::new(), Vec::new()]);
    // The same from the service's own page, so that all of the above was for the origin.
    site.lobby_named("main-1").person("ann").await;
    site.events().await.next().await;
    let woken = [site.objects("LOBBY").await, site.objects("PRESENCE").await];
    assert_eq!(woken, [["main-1"], ["presence"]]);
}

#[tokio::test]
async fn a_refusal_for_the_origin_tells_the_foreign_page_nothing() {
    let site = Site::shared().await;
    for path in ["/enter", "/ws/whatever", "/nowhere"] {
        let answer = Answer::to(site.request(Method::POST, path).header("origin", "https://evil.example")).await;
        answer.assert_problem(403, "forbidden_origin");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    let asked = site.request(Method::OPTIONS, "/enter").header("origin", "https://evil.example");
    let answer = Answer::to(asked.header("access-control-request-method", "POST")).await;
    answer.assert_problem(403, "forbidden_origin");
    assert_eq!(answer.header("access-control-allow-methods"), "");
}

#[tokio::test]
async fn a_client_that_is_no_browser_may_subscribe_without_an_origin() {
    let site = Site::shared().await;
    assert_eq!(site.events().await.next().await.event, "in_force");
    let own = site.request(Method::GET, "/events").header("origin", site.origin());
    assert_eq!(Events::open(own).await.next().await.event, "in_force");
}

#[tokio::test]
async fn an_allowed_page_may_enter_connect_and_subscribe_and_its_browser_is_told_so() {
    let site = Site::unlimited().await;
    let from_friend = |method, path| site.request(method, path).header("origin", FRIEND);
    let asked = from_friend(Method::OPTIONS, "/enter")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let preflight = Answer::to(asked).await;
    let entered = Answer::to(from_friend(Method::POST, "/enter").body(json!({ "terms": true }).to_string())).await;
    let refused = Answer::to(from_friend(Method::POST, "/enter").body("{}")).await;
    refused.assert_problem(403, "terms_required");
    assert!(preflight.status.is_success() && entered.status.is_success(), "{preflight:?} {entered:?}");
    assert!(preflight.header("access-control-allow-methods").contains("POST"), "{preflight:?}");
    assert!(preflight.header("access-control-allow-headers").contains("content-type"), "{preflight:?}");
    for answer in [preflight, entered, refused] {
        assert_eq!(answer.header("access-control-allow-origin"), FRIEND, "{answer:?}");
        assert!(answer.header("vary").to_lowercase().contains("origin"), "{answer:?}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{answer:?}");
    }
    let response = from_friend(Method::GET, "/events").send().await.expect("an answer");
    assert_eq!(response.headers()["access-control-allow-origin"], FRIEND);
    let lobby = site.lobby();
    let socket = Person::open("ann", site.origin(), &lobby.path(), FRIEND, &[]).await;
    socket.welcomed(site.enter().await).await.hears_nothing().await;
}
