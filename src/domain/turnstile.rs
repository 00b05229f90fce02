//! What Cloudflare Turnstile says about a token (developers.cloudflare.com/turnstile, "siteverify"), judged. That a token
//! counts once is Turnstile's own promise.

use super::admission::Shown;
use super::limits::TURNSTILE_AGE_MS_MAX;
use super::protocol::{Fields, Json, to_json};
use super::time::Time;

/// Where tokens are verified.
pub const SITEVERIFY: &str = "https://challenges.cloudflare.com/turnstile/v0/siteverify";
/// What the page names its widget.
const ACTION: &str = "enter";
/// With these Turnstile says that it, or the operator, is to blame, and nothing about the token.
const NOT_THE_TOKENS_FAULT: [&str; 4] =
    ["internal-error", "missing-input-secret", "invalid-input-secret", "bad-request"];

/// The question. Without the visitor's address: that is nobody's business.
#[must_use]
pub fn question(secret: &str, token: &str) -> String {
    format!(r#"{{"secret":{},"response":{}}}"#, to_json(&secret), to_json(&token))
}

/// What an answer is worth for a page of `host`.
#[must_use]
pub fn judge(answer: &str, host: &str, now: Time) -> Shown {
    let Ok(mut answer) = Fields::read(answer) else { return Shown::Unsure };
    let mut field = |name| answer.take(name).unwrap_or_default();
    let success = field("success");
    if success == Json::Bool(true) {
        let fresh = moment(field("challenge_ts").text()).is_some_and(|at| now.since(at) <= TURNSTILE_AGE_MS_MAX);
        let ours = field("action").text() == ACTION && field("hostname").text() == host;
        return if fresh && ours { Shown::Human } else { Shown::Wrong };
    }
    let codes = field("error-codes").into_list().unwrap_or_default();
    let token = !codes.iter().any(|code| NOT_THE_TOKENS_FAULT.contains(&code.text()));
    if success == Json::Bool(false) && token { Shown::Wrong } else { Shown::Unsure }
}

/// The name in an origin, without scheme and port.
#[must_use]
pub fn host_of(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// A moment as Turnstile writes it (RFC 3339, in UTC), to the second.
fn moment(text: &str) -> Option<Time> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let in_range = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !in_range || !text.ends_with('Z') {
        return None;
    }
    // Days since 1970, with years that begin in March (Howard Hinnant, "chrono-compatible low-level date algorithms").
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(Time::from_ms((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// 2026-11-26T12:00:00Z
    const NOON: Time = Time::from_ms(1_795_694_400_000);

    fn good() -> Value {
        json!({
            "success": true, "error-codes": [], "challenge_ts": "2026-11-26T11:58:00.096Z", "hostname": "chat.example",
            "action": "enter", "cdata": "", "metadata": { "interactive": false },
        })
    }

    fn judged(change: impl FnOnce(&mut Value)) -> Shown {
        let mut answer = good();
        change(&mut answer);
        judge(&answer.to_string(), "chat.example", NOON)
    }

    #[test]
    fn a_token_counts_for_our_page_our_action_and_five_minutes() {
        assert_eq!(judged(|_| {}), Shown::Human);
        assert_eq!(judged(|answer| answer["challenge_ts"] = json!("2026-11-26T11:55:00Z")), Shown::Human);
        let wrong = [
            ("challenge_ts", json!("2026-11-26T11:54:59Z")),
            ("challenge_ts", json!("yesterday")),
            ("challenge_ts", json!("")),
            ("hostname", json!("evil.example")),
            ("hostname", json!("")),
            ("action", json!("login")),
            ("action", json!("")),
        ];
        for (name, value) in wrong {
            assert_eq!(judged(|answer| answer[name] = value.clone()), Shown::Wrong, "{name}: {value}");
        }
    }

    #[test]
    fn who_is_to_blame_decides_whether_the_token_is_wrong() {
        let failed = |codes: Value| judged(|answer| *answer = json!({ "success": false, "error-codes": codes }));
        assert_eq!(failed(json!(["timeout-or-duplicate"])), Shown::Wrong);
        assert_eq!(failed(json!(["invalid-input-response"])), Shown::Wrong);
        for code in NOT_THE_TOKENS_FAULT {
            assert_eq!(failed(json!([code])), Shown::Unsure, "{code}");
        }
        for garbage in ["", "<html>", "[]", "{}", r#"{"success":"yes"}"#] {
            assert_eq!(judge(garbage, "chat.example", NOON), Shown::Unsure, "{garbage}");
        }
    }

    #[test]
    fn moments_and_names_are_read() {
        assert_eq!(moment("2026-11-26T12:00:00.000Z"), Some(NOON));
        assert_eq!(moment("1970-01-01T00:00:01Z"), Some(Time::from_ms(1_000)));
        assert_eq!(moment("2024-02-29T23:59:59Z"), Some(Time::from_ms(1_709_251_199_000)));
        for odd in ["2026-13-01T00:00:00Z", "2026-11-26T12:00:00", "0000-01-01T00:00:00Z", "é026-11-26T12:00:00Z"] {
            assert_eq!(moment(odd), None, "{odd}");
        }
        let names = ["https://chat.example", "http://127.0.0.1:8787", "http://[::1]:80", "http://[::1]"];
        assert_eq!(names.map(host_of), ["chat.example", "127.0.0.1", "[::1]", "[::1]"]);
    }
}
