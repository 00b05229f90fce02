//! The operator's end of `/admin`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::site::{Answer, Site};

/// A service with an operator, and the token that shows who it is.
pub(crate) struct Operator {
    pub(crate) site: Site,
    pub(crate) token: String,
}

impl Operator {
    /// The operator of a service that nobody else uses.
    pub(crate) async fn own() -> Self {
        Self::with(json!({})).await
    }

    /// The same, of a service with these options.
    pub(crate) async fn with(mut options: Value) -> Self {
        let token = "a token of the operator's own".to_owned();
        options["secrets"] = json!({ "SEAL_KEY": "a key that is long enough for 32 bytes", "ADMIN_TOKEN": token });
        Self { site: Site::own(options).await, token }
    }

    /// The answer to a call of `/admin/<place>`; a body of `null` is none.
    pub(crate) async fn call(&self, method: Method, place: &str, body: &Value) -> Answer {
        let request = self.site.request(method, &format!("/admin/{place}")).bearer_auth(&self.token);
        Answer::to(if body.is_null() { request } else { request.body(body.to_string()) }).await
    }

    /// Announces, and returns what is announced.
    pub(crate) async fn announce(&self, text: &str, until: Option<u64>) -> Value {
        let body = json!({ "severity": "info", "text": text, "until": until });
        let answer = self.call(Method::POST, "announcements", &body).await;
        assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
        answer.json()
    }

    /// Stops matching, or lets it go on.
    pub(crate) async fn pause(&self, paused: bool) {
        let answer = self.call(Method::PUT, "paused", &json!({ "paused": paused })).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "paused": paused })), "{answer:?}");
    }

    /// Asks for a proof of work of everybody who enters, or not any more.
    pub(crate) async fn raise(&self, raised: bool) {
        let answer = self.call(Method::PUT, "raised", &json!({ "raised": raised })).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "raised": raised })), "{answer:?}");
    }

    /// Bans somebody, and returns the ban.
    pub(crate) async fn ban(&self, body: &Value) -> Value {
        let answer = self.call(Method::POST, "bans", body).await;
        assert_eq!(answer.status.as_u16(), 201, "{answer:?}");
        answer.json()
    }

    /// Lifts a ban.
    pub(crate) async fn lift(&self, ban: &Value) {
        let id = ban["id"].as_str().expect("an id");
        let answer = self.call(Method::DELETE, &format!("bans/{id}"), &Value::Null).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (204, ""), "{answer:?}");
    }

    /// Withdraws what was announced.
    pub(crate) async fn withdraw(&self, announcement: &Value) {
        let id = announcement["id"].as_str().expect("an id");
        let answer = self.call(Method::DELETE, &format!("announcements/{id}"), &Value::Null).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (204, ""), "{answer:?}");
    }
}
