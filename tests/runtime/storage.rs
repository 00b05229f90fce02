//! What talking leaves behind in an object's storage: nothing.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use crate::client::away;
use crate::conversation::chatter;
use crate::site::{Lobby, Site};

/// How many messages each of the two sends.
const MESSAGES: u64 = 5_000;
/// How far away the next alarm is to be, so that none rings meanwhile: many times as long as they take, mostly.
const CLEAR: Duration = Duration::from_secs(25);
/// How often they are sent on a machine that has so much else to do that they take longer.
const TRIES: usize = 3;
/// Until when it is: a lobby whose counts are told has nothing to do but renew its lease after 30 s.
const QUIET: Duration = Duration::from_secs(45);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(500);

#[tokio::test]
async fn ten_thousand_messages_write_nothing_to_storage() {
    let lobby = Site::unlimited().await.lobby();
    let (mut ann, mut bob, mut c) = lobby.pair("ann", "bob").await;
    let mut tries = 0..TRIES;
    let before = loop {
        tries.next().expect("a machine on which so many messages take less than half a minute");
        timeout(QUIET, grows_quiet(&lobby)).await.expect("nothing is left to be told");
        let (before, begun) = (stored(&lobby).await, Instant::now());
        (ann, bob) = tokio::join!(chatter(ann, &c, MESSAGES), chatter(bob, &c, MESSAGES));
        let after = stored(&lobby).await;
        // Once the alarm may have rung, what has been written says nothing about messages.
        if begun.elapsed() < CLEAR {
            assert_eq!(after, before, "no row differs, and no file was touched");
            break before;
        }
        (ann, bob, c) = lobby.pair("ann", "bob").await;
    };
    ann.hears_nothing().await;
    bob.hears_nothing().await;
    // That a write would have been seen: a page that reloads makes the lobby arm an earlier alarm.
    ann.close(Some(1001)).await;
    bob.expect(away(&c, 15_000)).await;
    let written = async {
        while stored(&lobby).await == before {
            sleep(LOOK).await;
        }
    };
    // Or, if the messages took so long that no earlier one is needed, waits for the one that is armed.
    timeout(QUIET, written).await.expect("an alarm is a row");
}

/// All that is stored for a lobby: its rows, table by table, and when its files were last written to.
async fn stored(lobby: &Lobby) -> Value {
    let mut all = json!({ "changed": lobby.site.last_write("LOBBY", &lobby.name).await });
    for table in lobby.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").await {
        let name = table["name"].as_str().expect("a name");
        all[name] = json!(lobby.rows(&format!("SELECT * FROM \"{name}\"")).await);
    }
    all
}

async fn grows_quiet(lobby: &Lobby) {
    while next_alarm(lobby).await.is_none_or(|seconds| seconds <= CLEAR.as_secs()) {
        sleep(LOOK).await;
    }
}

/// In how many seconds the alarm of a lobby rings.
async fn next_alarm(lobby: &Lobby) -> Option<u64> {
    let rows = lobby.rows("SELECT value / 1000000000 - unixepoch() AS seconds FROM _cf_METADATA WHERE key = 1").await;
    rows.first()?["seconds"].as_i64().and_then(|seconds| seconds.try_into().ok())
}
