//! A subscriber's end of `/events`, read by a parser that knows nothing of the service.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventsource_stream::{Event, EventStream};
use futures::{Stream, StreamExt as _};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::client::DEADLINE;

type Bytes = Pin<Box<dyn Stream<Item = Result<Vec<u8>, String>> + Send>>;

/// An open stream.
pub(crate) struct Events {
    stream: EventStream<Bytes>,
    raw: Arc<Mutex<String>>,
}

impl Events {
    /// Opens it.
    pub(crate) async fn open(request: reqwest::RequestBuilder) -> Self {
        let response = timeout(DEADLINE, request.send()).await.expect("in time").expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let raw = Arc::new(Mutex::new(String::new()));
        let copy = Arc::clone(&raw);
        let bytes = response.bytes_stream().map(move |chunk| {
            let chunk = chunk.map_err(|error| error.to_string())?;
            copy.lock().expect("one reader").push_str(&String::from_utf8_lossy(&chunk));
            Ok(chunk.to_vec())
        });
        Self { stream: EventStream::new(Box::pin(bytes)), raw }
    }

    /// What has come so far, as it came.
    pub(crate) fn raw(&self) -> String {
        self.raw.lock().expect("one reader").clone()
    }

    /// The next event, by `deadline`.
    pub(crate) async fn next_within(&mut self, deadline: Duration) -> Event {
        let next = timeout(deadline, self.stream.next()).await;
        let next = next.unwrap_or_else(|_| panic!("no event within {deadline:?} after:\n{}", self.raw()));
        next.expect("the stream goes on").expect("an event stream")
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Event {
        self.next_within(DEADLINE).await
    }

    /// Waits until the counts are these.
    pub(crate) async fn until(&mut self, online: u64, waiting: u64, chatting: u64) {
        let wanted = json!({ "online": online, "waiting": waiting, "chatting": chatting });
        let found = async {
            loop {
                let event = self.stream.next().await.expect("the stream goes on").expect("an event stream");
                if event.event == "presence"
                    && serde_json::from_str::<Value>(&event.data).ok().as_ref() == Some(&wanted)
                {
                    return;
                }
            }
        };
        let found = timeout(DEADLINE, found).await;
        assert!(found.is_ok(), "{wanted} did not come:\n{}", self.raw());
    }
}
