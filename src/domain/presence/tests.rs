//! The rules of the presence object, one by one.

use super::*;
use crate::domain::census::{Census, Report};
use crate::domain::id::NetworkKey;
use crate::domain::limits::{ADMIN_TRIES, ANNOUNCEMENTS_MAX, LEASE_MS};
use crate::domain::operator::Command;
use crate::domain::protocol::{Announcement, EndReason, NewAnnouncement, Severity};
use crate::domain::tally::{Fact, Tally};

const NOW: Time = Time::from_ms(1_000_000);

fn object() -> Presence {
    Presence::restore(NOW, Stored::default(), "main-1")
}

fn report(number: u64, uncounted: u64, waiting: u64, chatting: u64) -> Report {
    let census = Census { sessions: uncounted, uncounted, waiting, chatting };
    Report { start: NOW, number, census, paused: false, bans: 0 }
}

fn reported(number: u64, uncounted: u64, waiting: u64, chatting: u64) -> Input {
    let report = report(number, uncounted, waiting, chatting);
    Input::Reported { lobby: "main-1".into(), report, tally: Box::default() }
}

fn subscribed(stream: u64) -> Input {
    Input::Subscribed { stream: StreamId(stream), seen: 0, chance: 0, network: None }
}

fn written(effects: &[Effect]) -> Vec<(Vec<u64>, &str)> {
    let write = effects.iter().filter_map(|effect| match effect {
        Effect::Write { to, text } => Some((to.iter().map(|id| id.0).collect(), text.as_str())),
        Effect::Keep(_) | Effect::Ask { .. } | Effect::End { .. } | Effect::Answer(_) => None,
    });
    write.collect()
}

fn presence(online: u64, waiting: u64, chatting: u64) -> String {
    let data = format!(r#"{{"online":{online},"waiting":{waiting},"chatting":{chatting}}}"#);
    sse::event("presence", 0, &data)
}

#[test]
fn a_subscriber_is_told_the_retry_then_what_is_in_force_then_the_counts() {
    let mut object = object();
    let effects = object.handle(NOW, subscribed(1));
    let greeting = format!("retry: 2000\n\nevent: in_force\nid: 0\ndata: {{\"ids\":[]}}\n\n{}", presence(1, 0, 0));
    assert_eq!(effects, [Effect::Write { to: vec![StreamId(1)], text: greeting }]);
}

#[test]
fn counts_go_out_on_change_and_at_most_once_a_second() {
    let mut object = object();
    let _ = object.handle(NOW, subscribed(1));
    assert_eq!(written(&object.handle(NOW, reported(1, 2, 1, 0))), [(vec![1], presence(3, 1, 0).as_str())]);
    assert_eq!(object.handle(NOW.plus(10), reported(2, 4, 0, 2)), []);
    assert_eq!(object.handle(NOW.plus(999), Input::Tick), []);
    assert_eq!(object.deadline(), Some(NOW.plus(1_000)));
    assert_eq!(written(&object.handle(NOW.plus(1_000), Input::Tick)), [(vec![1], presence(5, 0, 2).as_str())]);
    assert_eq!(object.handle(NOW.plus(2_000), reported(3, 4, 0, 2)), [], "no change");
}

#[test]
fn a_report_that_arrives_late_changes_nothing() {
    let mut object = object();
    let _ = object.handle(NOW, reported(7, 3, 0, 0));
    let _ = object.handle(NOW, reported(6, 9, 0, 0));
    assert_eq!(object.counts().online, 3);
}

#[test]
fn a_lobby_that_falls_silent_stops_counting_after_its_lease() {
    let mut object = object();
    let _ = object.handle(NOW, reported(1, 5, 1, 4));
    let _ = object.handle(NOW.plus(LEASE_MS - 1), Input::Tick);
    assert_eq!(object.counts().online, 5);
    let _ = object.handle(NOW.plus(LEASE_MS), Input::Tick);
    assert_eq!(object.counts(), PresenceCounts::default());
}

#[test]
fn online_is_never_less_than_those_who_wait_or_talk() {
    let mut object = object();
    let _ = object.handle(NOW, reported(1, 0, 1, 4));
    assert_eq!(object.counts(), PresenceCounts { online: 5, waiting: 1, chatting: 4 });
}

#[test]
fn a_quiet_stream_beats_every_15_seconds() {
    let mut object = object();
    let _ = object.handle(NOW, subscribed(1));
    for n in 1..=3 {
        let at = object.deadline().unwrap();
        assert_eq!(at, NOW.plus(n * BEAT_MS));
        assert_eq!(written(&object.handle(at, Input::Tick)), [(vec![1], "event: beat\nid: 0\ndata: {}\n\n")]);
        assert_eq!(object.handle(at, Input::Tick), [], "a repeated tick is harmless");
    }
}

#[test]
fn a_stream_ends_by_itself_after_10_to_15_minutes() {
    for chance in [0, u32::MAX / 2, u32::MAX] {
        let mut object = object();
        let _ = object.handle(NOW, Input::Subscribed { stream: StreamId(1), seen: 0, chance, network: None });
        let ended = std::iter::from_fn(|| object.deadline().map(|at| (at, object.handle(at, Input::Tick))))
            .find(|(_, effects)| effects.contains(&Effect::End { stream: StreamId(1) }));
        let lived = ended.unwrap().0.since(NOW);
        assert!((600_000..=900_000).contains(&lived), "{lived} ms");
        assert_eq!(object.deadline(), None, "nobody watches");
    }
}

#[test]
fn one_subscriber_too_many_is_turned_away_politely() {
    let mut object = object();
    for n in 0..STREAMS_MAX as u64 {
        let effects = object.handle(NOW, subscribed(n));
        assert!(!effects.contains(&Effect::End { stream: StreamId(n) }));
    }
    let text = sse::retry(15_000);
    let refused = StreamId(STREAMS_MAX as u64);
    let effects = object.handle(NOW, subscribed(refused.0));
    assert_eq!(effects, [Effect::Write { to: vec![refused], text }, Effect::End { stream: refused }]);
}

#[test]
fn a_chance_falls_within_its_range() {
    assert_eq!((pick(&RETRY_MS, 0), pick(&RETRY_MS, u32::MAX)), (2_000, 5_000));
}

/// What a call comes to.
struct Called {
    answer: Answer,
    kept: Option<Stored>,
    asked: Vec<(String, Instruction)>,
    written: Vec<(Vec<u64>, String)>,
}

fn call(object: &mut Presence, now: Time, command: Command) -> Called {
    let call = Input::Called { network: NetworkKey([1; 8]), authorized: true, command: Some(command) };
    let effects = object.handle(now, call);
    let written = written(&effects).into_iter().map(|(to, text)| (to, text.to_owned())).collect();
    let mut called = Called { answer: Answer::Known, kept: None, asked: Vec::new(), written };
    for effect in effects {
        match effect {
            Effect::Answer(answer) => called.answer = answer,
            Effect::Keep(stored) => called.kept = Some(*stored),
            Effect::Ask { lobby, instruction } => called.asked.push((lobby, instruction)),
            Effect::Write { .. } | Effect::End { .. } => {}
        }
    }
    called
}

fn new(text: &str, until: Option<Time>) -> Command {
    let text = text.to_owned().try_into().expect("a text");
    Command::Announce(NewAnnouncement { severity: Severity::Info, text, until })
}

fn announce(object: &mut Presence, now: Time, text: &str) -> Announcement {
    let answer = call(object, now, new(text, None)).answer;
    let Answer::Announced(announcement) = answer else { panic!("{answer:?}") };
    announcement
}

#[test]
fn an_announcement_is_kept_then_told_to_everyone_and_to_newcomers() {
    let mut object = object();
    let _ = object.handle(NOW, subscribed(1));
    let called = call(&mut object, NOW, new("Back\nat noon", None));
    let data = r#"{"id":"1000000-1","severity":"info","text":"Back\nat noon","until":null}"#;
    let event = format!("event: announcement\nid: 1\ndata: {data}\n\n");
    assert_eq!(called.written, [(vec![1], event.clone())]);
    assert_eq!(called.answer.encode(), (201, data.to_owned()));
    let greeted = object.handle(NOW, subscribed(2));
    let in_force = "event: in_force\nid: 0\ndata: {\"ids\":[\"1000000-1\"]}\n\n";
    let counts = "event: presence\nid: 1\ndata: {\"online\":2,\"waiting\":0,\"chatting\":0}\n\n";
    assert_eq!(written(&greeted)[0].1, format!("retry: 2000\n\n{in_force}{event}{counts}"));
    let restored = Presence::restore(NOW, called.kept.expect("kept"), "main-1");
    assert_eq!(restored.document().announcements, object.document().announcements, "and it survives");
    assert_eq!(restored.last_entry(), 1);
}

#[test]
fn who_comes_back_is_told_what_is_new_and_what_is_still_in_force() {
    let mut object = object();
    let ids: Vec<String> = ["a", "b", "c"].map(|text| announce(&mut object, NOW, text).id).to_vec();
    let _ = call(&mut object, NOW, Command::Withdraw(ids[0].clone()));
    let mut greeting = |seen| {
        let effects = object.handle(NOW, Input::Subscribed { stream: StreamId(seen), seen, chance: 0, network: None });
        let text = written(&effects)[0].1.to_owned();
        let ids = |name: &str| -> Vec<u64> {
            let events = text.split("\n\n").filter(|event| event.starts_with(&format!("event: {name}\n")));
            events.map(|event| event.lines().nth(1).expect("an id")[4..].parse().expect("a number")).collect()
        };
        (ids("in_force"), ids("announcement"), ids("presence"))
    };
    assert_eq!(greeting(2), (vec![2], vec![3], vec![4]));
    assert_eq!(greeting(4), (vec![4], vec![], vec![4]));
    assert_eq!(greeting(9), (vec![0], vec![2, 3], vec![4]), "a number from the future counts as none");
}

#[test]
fn a_withdrawal_is_told_and_what_is_unknown_is_not_found() {
    let mut object = object();
    let id = announce(&mut object, NOW, "a").id;
    let _ = object.handle(NOW, subscribed(1));
    let called = call(&mut object, NOW, Command::Withdraw(id.clone()));
    assert_eq!(called.written, [(vec![1], format!("event: retract\nid: 2\ndata: {{\"id\":\"{id}\"}}\n\n"))]);
    assert_eq!((called.answer.encode().0, called.kept.is_some()), (204, true));
    let again = call(&mut object, NOW, Command::Withdraw(id));
    assert_eq!((again.answer.encode().0, again.kept, again.written), (404, None, vec![]));
}

#[test]
fn an_announcement_runs_out_by_itself() {
    let mut object = object();
    let called = call(&mut object, NOW, new("a", Some(NOW.plus(5_000))));
    assert_eq!((object.expiry(), object.deadline()), (Some(NOW.plus(5_000)), None), "also where nobody watches");
    let _ = object.handle(NOW, subscribed(1));
    assert_eq!(object.deadline(), Some(NOW.plus(5_000)));
    let effects = object.handle(NOW.plus(5_000), Input::Tick);
    let retract = "event: retract\nid: 1\ndata: {\"id\":\"1000000-1\"}\n\n";
    assert!(written(&effects).contains(&(vec![1], retract)), "{effects:?}");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Keep(_))));
    let mut late = Presence::restore(NOW.plus(60_000), called.kept.expect("kept"), "main-1");
    let _ = late.handle(NOW.plus(60_000), Input::Tick);
    assert_eq!(late.document().announcements, []);
}

#[test]
fn the_twenty_first_announcement_is_refused_and_changes_nothing() {
    let mut object = object();
    for _ in 0..ANNOUNCEMENTS_MAX {
        let _ = announce(&mut object, NOW, "a");
    }
    let _ = object.handle(NOW, subscribed(1));
    let called = call(&mut object, NOW, new("b", None));
    assert_eq!((called.answer.encode().0, called.kept, called.written), (409, None, vec![]));
}

#[test]
fn a_pause_is_kept_and_told_to_every_lobby_and_repeated_in_each_answer() {
    let mut object = object();
    let other = Input::Reported { lobby: "weur-2".into(), report: report(1, 0, 0, 0), tally: Box::default() };
    let effects = object.handle(NOW, other);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Keep(_))), "a lobby that opens is kept");
    let paused = call(&mut object, NOW, Command::Pause(true));
    let told: Vec<_> = paused.asked.iter().map(|(lobby, told)| (lobby.as_str(), told.pause.paused)).collect();
    assert_eq!(told, [("main-1", true), ("weur-2", true)]);
    assert_eq!((object.instruction(NOW, "main-1").pause.paused, object.is_paused()), (true, true));
    let mut restored = Presence::restore(NOW, paused.kept.expect("kept"), "main-1");
    assert_eq!(restored.instruction(NOW, "main-1").pause, object.instruction(NOW, "main-1").pause);
    let again = call(&mut restored, NOW, Command::Pause(true));
    assert!(again.asked[0].1.pause.is_after(paused.asked[0].1.pause) && again.asked.len() == 2);
    let over = call(&mut restored, NOW, Command::Pause(false));
    assert!(over.asked[0].1.pause.is_after(again.asked[0].1.pause) && !restored.is_paused());
}

/// How soon changes are wanted of the lobbies that are asked; empty if none is.
fn asked(object: &mut Presence, at: Time, wanted: Wanted) -> Vec<u64> {
    let effects = object.handle(at, Input::Wanted(wanted));
    let change = effects.iter().filter_map(|effect| match effect {
        Effect::Ask { instruction, .. } => Some(instruction.change_ms),
        Effect::Keep(_) | Effect::Write { .. } | Effect::End { .. } | Effect::Answer(_) => None,
    });
    change.collect()
}

#[test]
fn lobbies_are_asked_when_somebody_comes_to_look_and_then_tell_of_themselves() {
    let mut object = object();
    assert_eq!(object.instruction(NOW, "main-1").change_ms, REPORT_UNWATCHED_MS);
    assert_eq!(asked(&mut object, NOW, Wanted::Counts), [REPORT_MS]);
    assert_eq!(object.instruction(NOW, "main-1").change_ms, REPORT_MS, "also before there is a stream");
    let mut now = NOW;
    for _ in 0..20 {
        now = now.plus(WANTED_MS - 1);
        assert!(asked(&mut object, now, Wanted::Counts).is_empty(), "whoever looks again and again wakes no lobby");
    }
    now = now.plus(WANTED_MS);
    assert_eq!(object.instruction(now, "main-1").change_ms, REPORT_UNWATCHED_MS);
    assert_eq!(asked(&mut object, now, Wanted::Counts), [REPORT_MS]);
    let _ = object.handle(now, subscribed(1));
    now = now.plus(10 * WANTED_MS);
    assert!(asked(&mut object, now, Wanted::Counts).is_empty(), "nor do those who watch");
    let _ = object.handle(now, Input::Gone { stream: StreamId(1) });
    assert_eq!(object.instruction(now.plus(WANTED_MS), "main-1").change_ms, REPORT_UNWATCHED_MS);
}

#[test]
fn lobbies_are_asked_what_they_have_counted_now_and_then() {
    let mut object = object();
    let _ = object.handle(NOW, subscribed(1));
    assert_eq!(asked(&mut object, NOW, Wanted::Everything), [REPORT_MS]);
    assert!(asked(&mut object, NOW.plus(ASK_FOR_OPERATOR_MS - 1), Wanted::Everything).is_empty());
    assert_eq!(asked(&mut object, NOW.plus(ASK_FOR_OPERATOR_MS), Wanted::Everything), [REPORT_MS]);
}

#[test]
fn strangers_are_told_nothing_and_after_ten_tries_not_even_that() {
    let mut object = object();
    let mut called = |authorized, command| {
        let effects = object.handle(NOW, Input::Called { network: NetworkKey([1; 8]), authorized, command });
        effects.into_iter().find_map(|effect| match effect {
            Effect::Answer(answer) => Some(answer.encode().0),
            Effect::Keep(_) | Effect::Ask { .. } | Effect::Write { .. } | Effect::End { .. } => None,
        })
    };
    assert_eq!(called(true, None), Some(204));
    for _ in 0..ADMIN_TRIES.burst {
        assert_eq!(called(false, Some(Command::Pause(true))), Some(401));
    }
    assert_eq!((called(false, None), called(true, Some(Command::Stats))), (Some(429), Some(429)));
    assert!(!object.is_paused());
}

#[test]
fn stats_add_up_what_all_lobbies_have_counted_in_all_their_lives() {
    let mut object = object();
    let mut tally = Tally::default();
    tally.count(Fact::Ended(EndReason::Next));
    for (lobby, start, number) in [("main-1", 0, 1), ("main-1", 0, 2), ("weur-2", 5, 1), ("main-1", 9, 1)] {
        let report = Report { start: NOW.plus(start), number, ..report(number, 3, 1, 2) };
        let _ = object.handle(NOW.plus(start), Input::Reported { lobby: lobby.into(), report, tally: Box::new(tally) });
    }
    let (_, text) = call(&mut object, NOW.plus(9), Command::Stats).answer.encode();
    let stats: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&stats["ends"]["next"], &stats["since"]), (&3.into(), &1_000_000.into()));
    let lobbies: Vec<_> =
        (0..2).map(|at| (&stats["lobbies"][at]["lobby"], &stats["lobbies"][at]["ends"]["next"])).collect();
    assert_eq!(lobbies, [(&"main-1".into(), &2.into()), (&"weur-2".into(), &1.into())]);
    assert_eq!((&stats["waiting"], &stats["chatting"], &stats["online"]), (&2.into(), &4.into(), &6.into()));
    assert_eq!(stats["hour"].as_array().map(Vec::len), Some(1));
    let _ = object.handle(NOW.plus(9 + LEASE_MS), Input::Tick);
    let (_, text) = call(&mut object, NOW.plus(9 + LEASE_MS), Command::Stats).answer.encode();
    let stats: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&stats["chatting"], &stats["ends"]["next"]), (&0.into(), &3.into()), "counts lapse, tallies do not");
}

#[test]
fn what_a_lobby_counted_before_anybody_listened_is_in_the_total_and_not_in_the_last_minute() {
    let mut object = object();
    let _ = object.handle(NOW, Input::Wanted(Wanted::Everything));
    for (number, messages) in [(1, 500), (2, 503)] {
        let report = Report { start: Time::from_ms(7), ..report(number, 2, 0, 2) };
        let tally = Box::new(Tally { messages, ..Tally::default() });
        let _ = object.handle(NOW, Input::Reported { lobby: "main-1".into(), report, tally });
    }
    let (_, text) = call(&mut object, NOW, Command::Stats).answer.encode();
    let stats: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&stats["messages"], &stats["hour"][0]["messages"]), (&503.into(), &3.into()));
}

#[test]
fn what_was_stored_before_a_deploy_is_read_after_it() {
    let mut object = object();
    let called = call(&mut object, NOW, new("a", Some(NOW.plus(5))));
    let stored = called.kept.expect("kept");
    let bytes =
        [&[1, 1, 6][..], b"main-1", &[1, 1, 1, 9], b"1000000-1", &[0, 1], b"a", &[1, 197, 132, 61, 0, 0]].concat();
    assert_eq!(Stored::decode(&bytes).as_ref(), Some(&stored), "what version 1 has stored");
    assert_eq!(stored.encode(), [&[2], &bytes[1..], &[0, 0, 0, 0, 0]].concat(), "and what this one does");
    assert_eq!(Stored::decode(&stored.encode()), Some(stored));
    assert_eq!((Stored::decode(&[&[3], &bytes[1..]].concat()), Stored::decode(&[])), (None, None));
}

#[test]
fn a_pause_is_lifted_also_where_this_object_does_not_know_of_it() {
    let told = Pause::default().then(true, NOW.plus(60_000));
    let mut forgetful = object();
    let over = call(&mut forgetful, NOW.plus(60_001), Command::Pause(false));
    assert!(over.asked.iter().all(|(_, instruction)| instruction.pause.is_after(told)));
}

#[test]
fn a_lobby_on_a_machine_whose_clock_is_behind_counts_again_when_its_earlier_life_does_not() {
    let mut object = object();
    let _ = object.handle(NOW, reported(7, 3, 0, 0));
    let earlier = Report { start: Time::from_ms(7), ..report(1, 5, 0, 0) };
    let hear = |object: &mut Presence, at| {
        let input = Input::Reported { lobby: "main-1".into(), report: earlier, tally: Box::default() };
        let _ = object.handle(at, input);
        object.counts().online
    };
    assert_eq!(hear(&mut object, NOW.plus(1)), 3);
    assert_eq!(hear(&mut object, NOW.plus(LEASE_MS)), 5);
}
