//! Addresses: looked at through a salt of the day, and kept nowhere.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::site::Site;

const ADDRESS: &str = "203.0.113.77";

/// Whether any file below a folder has these bytes in it.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).expect("a folder").flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds(&path, bytes);
        }
        fs::read(path).is_ok_and(|content| content.windows(bytes.len()).any(|window| window == bytes))
    })
}

#[tokio::test]
async fn a_salt_a_day_is_kept_through_a_crash_and_the_address_nowhere() {
    let mut site = Site::own(json!({})).await;
    let terms = json!({ "terms": true });
    assert_eq!(site.enter_from(ADDRESS, &terms).await.status.as_u16(), 200);
    let request = site.request(reqwest::Method::GET, "/presence").header("cf-connecting-ip", ADDRESS);
    assert_eq!(crate::site::Answer::to(request).await.status.as_u16(), 200);
    let first = site.kept().await.entry.salts;
    let keys = first.keys(ADDRESS);
    assert!((1..=2).contains(&keys.len()), "two where midnight has just passed");
    site.kill().await;
    assert_eq!(site.enter_from(ADDRESS, &terms).await.status.as_u16(), 200);
    let after = site.kept().await.entry.salts.keys(ADDRESS);
    assert!(after.contains(&keys[0]), "{after:?} has {:?}", keys[0]);
    let folder = site.folder().await;
    let folder = Path::new(&folder);
    assert!(holds(folder, b"main-1"), "that what is stored would have been found");
    assert!(!holds(folder, ADDRESS.as_bytes()) && !holds(folder, &[203, 0, 113, 77]));
    let logs = site.logs().await;
    assert!(logs.iter().all(|log| !log.to_string().contains(ADDRESS)), "{logs:?}");
}
