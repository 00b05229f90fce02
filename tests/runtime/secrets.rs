//! A service without the secrets that it needs says so to its operator, and nothing more to anybody.

use reqwest::Method;
use serde_json::{Value, json};

use crate::site::{Answer, Site};

/// What a service with these secrets tells of its health.
async fn unavailable(secrets: Value) -> String {
    let site = Site::own(json!({ "secrets": secrets })).await;
    let health = site.get("/healthz").await;
    health.assert_problem(503, "unavailable");
    let detail = health.json()["detail"].as_str().expect("a reason").to_owned();
    for answer in [site.post_enter(r#"{"terms":true}"#).await, site.knock("/ws/main-1.x", Some(site.origin())).await] {
        answer.assert_problem(503, "unavailable");
        assert!(answer.json()["retry_ms"].is_u64(), "{answer:?}");
        if let Some(key) = secrets["SEAL_KEY"].as_str() {
            assert!(!answer.body.contains(key), "{answer:?}");
        }
    }
    // What needs no secret works.
    assert_eq!(site.get("/enter").await.status.as_u16(), 200);
    assert_eq!(Answer::to(site.request(Method::GET, "/nowhere")).await.status.as_u16(), 404);
    assert_eq!(site.objects("LOBBY").await, Vec::<String>::new());
    site.assert_no_errors_logged().await;
    detail
}

#[tokio::test]
async fn a_service_without_a_secret_names_the_secret() {
    assert_eq!(unavailable(Value::Null).await, "the secret SEAL_KEY is missing");
}

#[tokio::test]
async fn a_service_with_a_short_secret_names_it_and_does_not_tell_it() {
    let detail = unavailable(json!({ "SEAL_KEY": "only-31-characters-are-too-few." })).await;
    assert!(detail.contains("SEAL_KEY") && detail.contains("32 bytes"), "{detail}");
    assert!(!detail.contains("only-31"), "{detail}");
}
