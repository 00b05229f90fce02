//! What a person reads in the terminal.

use edgewise::client::{Meeting, Show, Why};

/// One thing that is shown, in words; `None` where nothing needs to be said.
pub fn words(show: &Show) -> Option<String> {
    Some(match show {
        Show::LineUp => "· connected".to_owned(),
        Show::LineDown => "· the line broke; coming back".to_owned(),
        Show::GaveUp { why } => format!("· the service ended this ({why}); /find tries again"),
        Show::Banned { until: Some(until) } => format!("· banned until {until} (Unix milliseconds)"),
        Show::Banned { until: None } => "· banned for the time being".to_owned(),
        Show::Waiting { .. } => "· looking for somebody".to_owned(),
        Show::Paused => "· matching is paused; your place is kept".to_owned(),
        Show::CannotFind { code } => format!("· the service will not look for that ({code})"),
        Show::Matched(Meeting { common, .. }) if common.is_empty() => "· you are talking with a stranger".to_owned(),
        Show::Matched(Meeting { common, .. }) => {
            format!("· you are talking with a stranger who likes {}", common.join(", "))
        }
        Show::PartnerAway { grace_ms: Some(ms) } => {
            format!("· their line broke; the seat is kept for {} s", ms.div_ceil(1_000))
        }
        Show::PartnerAway { grace_ms: None } => "· their line broke".to_owned(),
        Show::PartnerHere => "· they are here".to_owned(),
        Show::PartnerTyping(true) => "· they are typing".to_owned(),
        Show::PartnerTyping(false) => return None,
        Show::Said { n, .. } => format!("· {n} is on its way"),
        Show::CannotSay { code } => match code.as_str() {
            "not_talking" => "· there is nobody to say that to; /find looks for somebody".to_owned(),
            code => format!("· that cannot be said ({code})"),
        },
        Show::Arrived { text, .. } => format!("> {text}"),
        Show::Delivered { n } => format!("· delivered up to {n}"),
        Show::Seen { n } => format!("· seen up to {n}"),
        Show::NotDelivered { n, code } => format!("· number {n} was not delivered ({code})"),
        Show::Over { why, undelivered } => over(why, *undelivered),
    })
}

fn over(why: &Why, undelivered: u64) -> String {
    let why = match why {
        Why::Me => "you left".to_owned(),
        Why::Gone => "it ended while you were away".to_owned(),
        Why::Memory => "the two sides no longer agree on what was said".to_owned(),
        Why::Code(code) => format!("the line was closed ({code})"),
        Why::Service(reason) => match reason.as_str() {
            "left" => "they left".to_owned(),
            "next" => "they went on to somebody else".to_owned(),
            "lost" => "their line is gone for good".to_owned(),
            "moderated" => "a moderator ended it".to_owned(),
            "closing" => "the lobby closes".to_owned(),
            other => other.to_owned(),
        },
    };
    match undelivered {
        0 => format!("· the conversation is over: {why}"),
        n => format!("· the conversation is over: {why}; your last {n} did not arrive"),
    }
}
