//! What the operator tells everyone, as those with an open page are told.

use std::time::Duration;

use eventsource_stream::Event;
use serde_json::{Value, json};

use crate::admin::Operator;

fn data(event: &Event) -> Value {
    serde_json::from_str(&event.data).expect("JSON")
}

#[tokio::test]
async fn an_announcement_reaches_an_open_stream_and_survives_a_crash() {
    let mut operator = Operator::own().await;
    let mut events = operator.site.events().await;
    let first = operator.announce("Back at noon", None).await;
    while events.next().await.event != "announcement" {}
    operator.withdraw(&first).await;
    let second = operator.announce("Back at one", None).await;
    operator.site.kill().await;
    let mut events = operator.site.events().await;
    let (in_force, told) = (events.next_within(Duration::from_secs(5)).await, events.next().await);
    assert_eq!((data(&in_force), data(&told)), (json!({ "ids": [second["id"]] }), second));
}
