//! Event-stream text (WHATWG HTML, section 9.2 "Server-sent events"): the one place that knows its escaping.

use std::fmt::Write as _;

/// One event. Line breaks of any kind in `data` become lines of their own, so that data can never start another field or
/// another event; `name` and `id` are the service's own and are cut at a line break.
#[must_use]
pub fn event(name: &str, id: u64, data: &str) -> String {
    let mut text = format!("event: {}\nid: {id}\n", one_line(name));
    for line in lines(data) {
        let _ = writeln!(text, "data: {line}");
    }
    text.push('\n');
    text
}

/// How long a client waits before it comes back after the stream ended, in milliseconds.
#[must_use]
pub fn retry(ms: u64) -> String {
    format!("retry: {ms}\n\n")
}

/// The lines of a text, ended by CRLF, CR or LF, as the standard splits them.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\r', '\n']) else {
            rest = None;
            return Some(text);
        };
        let break_bytes = if text[end..].starts_with("\r\n") { 2 } else { 1 };
        rest = Some(&text[end + break_bytes..]);
        Some(&text[..end])
    })
}

fn one_line(text: &str) -> &str {
    lines(text).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_its_fields_and_an_empty_line() {
        assert_eq!(event("beat", 3, "{}"), "event: beat\nid: 3\ndata: {}\n\n");
        assert_eq!(retry(2_000), "retry: 2000\n\n");
    }

    #[test]
    fn data_can_never_start_another_field_or_event() {
        let hostile = "a\n\nevent: presence\r\ndata: 1\rid: 9\n";
        assert_eq!(
            event("announcement", 1, hostile),
            "event: announcement\nid: 1\ndata: a\ndata: \ndata: event: presence\ndata: data: 1\ndata: id: 9\ndata: \n\n",
        );
        assert_eq!(event("a\nid: 7", 1, ""), "event: a\nid: 1\ndata: \n\n");
    }
}
