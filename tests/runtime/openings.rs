//! Whoever opens one conversation after the other with the same words.

use edgewise::domain::limits::{OPENING_SLOW_MS, OPENINGS_DOUBTED, OPENINGS_FREE};
use edgewise::domain::proof::solve;
use serde_json::json;

use crate::client::{Came, say};
use crate::site::{Entry, Site};

const OFFER: &str = "Come and see what I have for you at example dot com, today only, and all of it for free";

#[tokio::test]
async fn whoever_says_the_same_to_everybody_is_slowed_and_comes_back_with_a_proof_alone() {
    let site = Site::own(json!({})).await;
    let lobby = site.lobby_named("main-1");
    let entry = site.enter().await;
    let mut ann = lobby.person_with("ann", entry.clone()).await;
    for n in 1..=OPENINGS_DOUBTED {
        let mut bob = lobby.person(&format!("bob {n}")).await;
        let c = ann.meet(&mut bob).await;
        ann.say(&c, 1, &format!("{OFFER} {n}")).await;
        if n <= OPENINGS_FREE {
            bob.expect(say(&c, 1, &format!("{OFFER} {n}"))).await;
        } else {
            let refused = ann.expect_a("error").await;
            let wait_ms = u64::from(n - OPENINGS_FREE) * OPENING_SLOW_MS;
            let slow_down =
                json!({ "type": "error", "code": "slow_down", "re": "say", "c": c, "n": 1, "retry_ms": wait_ms });
            assert_eq!(refused, slow_down);
        }
        ann.send(&json!({ "type": "stop", "c": c })).await;
        ann.expect_a("ended").await;
        bob.expect_a("ended").await;
    }
    let mut bob = lobby.person("the last bob").await;
    let c = ann.meet(&mut bob).await;
    ann.say(&c, 1, OFFER).await;
    assert_eq!(ann.next().await, Came::Closed(4401, String::new()));
    // The pass that they have is good for nothing any more, and so is one that they would get without a proof.
    let again = json!({ "terms": true, "visitor": entry.visitor, "pass": entry.pass });
    let mut socket = lobby.socket("ann").await;
    socket.send(&json!({ "type": "hello", "v": 1, "pass": entry.pass })).await;
    socket.expect_closed(4401).await;
    let refused = site.post_enter(again.to_string()).await;
    refused.assert_problem(401, "proof_required");
    let mut with_proof = again.clone();
    with_proof["proof"] = json!(solve(&refused.json()["challenge"]).expect("a challenge that can be solved"));
    let Entry { pass, .. } = site.enter_with(&with_proof).await;
    let (_ann, state) = lobby.socket("ann").await.comes_back(&Entry { pass, ..entry }, &ann.ticket, 2).await;
    assert_eq!(state, "talking", "to the conversation that was kept");
    site.enter().await;
    site.assert_no_errors_logged().await;
}
