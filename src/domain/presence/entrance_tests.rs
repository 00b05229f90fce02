//! Who comes in: bans, salts, the operator's switch, and what is kept of them.

use super::*;
use crate::domain::admission::{Knock, Shown, Verdict};
use crate::domain::ban_list::NewBan;
use crate::domain::bans::Bans;
use crate::domain::census::{Census, Report};
use crate::domain::id::VisitorKey;
use crate::domain::limits::DAY_MS;
use crate::domain::operator::Command;
use crate::domain::proof::Proof;

const NOW: Time = Time::from_ms(20_000 * DAY_MS);
const VISITOR: VisitorKey = VisitorKey([1; 12]);
const NETWORK: NetworkKey = NetworkKey([2; 8]);

fn object() -> Presence {
    Presence::restore(NOW, Stored::default(), "main-1")
}

fn knock(object: &mut Presence, now: Time, returns: bool) -> Verdict {
    let (networks, visitors) = (vec![NetworkKey([9; 8]), NETWORK], vec![VisitorKey([9; 12]), VISITOR]);
    let knock = Knock { networks, visitors, shown: Shown::Nothing, known: None, returns };
    match object.handle(now, Input::Knocked(Box::new(knock))).pop() {
        Some(Effect::Answer(Answer::Verdict(verdict))) => verdict,
        other => panic!("{other:?}"),
    }
}

fn ban(ms: u64) -> NewBan {
    let (visitor, until) = (Some(VISITOR), NOW.plus(ms));
    NewBan { visitor, network: None, until, reason: "spam".into(), report: None, automatic: false }
}

/// What comes of an input: the status of the answer, its body, what is kept, and which bans lobbies are told.
fn take(object: &mut Presence, now: Time, input: Input) -> (u16, serde_json::Value, Option<Stored>, Vec<Option<Bans>>) {
    let (mut status, mut body, mut kept, mut told) = (0, serde_json::Value::Null, None, Vec::new());
    for effect in object.handle(now, input) {
        match effect {
            Effect::Answer(answer) => {
                let (number, text) = answer.encode();
                (status, body) = (number, serde_json::from_str(&text).unwrap_or_default());
            }
            Effect::Keep(stored) => kept = Some(*stored),
            Effect::Ask { instruction, .. } => told.push(instruction.bans),
            Effect::Write { .. } | Effect::End { .. } => {}
        }
    }
    (status, body, kept, told)
}

fn call(object: &mut Presence, command: Command) -> (u16, serde_json::Value, Option<Stored>, Vec<Option<Bans>>) {
    take(object, NOW, Input::Called { network: NETWORK, authorized: true, command: Some(command) })
}

#[test]
fn a_ban_keeps_out_by_either_key_is_kept_and_told_at_once_and_ends_when_lifted() {
    let mut object = object();
    let (status, made, kept, told) = call(&mut object, Command::Ban(Box::new(ban(5_000))));
    let number = object.instruction(NOW, "main-1").bans.expect("a list").number;
    let view = serde_json::json!({
        "id": number.to_string(), "at": NOW.as_ms(), "until": NOW.as_ms() + 5_000, "reason": "spam",
        "visitor": VISITOR.to_string(), "network": null, "report": null, "automatic": false,
    });
    assert_eq!((status, &made), (201, &view));
    assert!(told.len() == 1 && told[0].as_ref().is_some_and(|bans| bans.number == number), "{told:?}");
    assert_eq!(knock(&mut object, NOW, true), Verdict::Banned { until: NOW.plus(5_000) }, "a place here or not");
    let mut restored = Presence::restore(NOW, kept.expect("kept"), "main-1");
    assert_eq!(knock(&mut restored, NOW, false), Verdict::Banned { until: NOW.plus(5_000) });
    let of_network = NewBan { visitor: None, network: Some(NETWORK), ..ban(9_000) };
    assert_eq!(call(&mut object, Command::Ban(Box::new(of_network))).0, 201);
    assert_eq!(knock(&mut object, NOW, false), Verdict::Banned { until: NOW.plus(9_000) }, "yesterday's key counts");
    let (_, list, ..) = call(&mut object, Command::Bans);
    assert_eq!((list["bans"].as_array().map(Vec::len), &list["bans"][1]), (Some(2), &view), "the newest first");
    for id in [&list["bans"][0]["id"], &made["id"]] {
        let id = id.as_str().and_then(|id| id.parse().ok()).expect("a number");
        let (status, _, kept, told) = call(&mut object, Command::Unban(id));
        assert_eq!((status, kept.is_some(), told.len()), (204, true, 1));
        assert_eq!(call(&mut object, Command::Unban(id)).0, 404);
    }
    assert_eq!(knock(&mut object, NOW, false), Verdict::Admitted { proven: false });
}

#[test]
fn a_ban_ends_by_itself_and_nothing_is_left_of_it() {
    let mut object = object();
    let _ = call(&mut object, Command::Ban(Box::new(ban(5_000))));
    assert_eq!(object.expiry(), Some(NOW.plus(5_000)));
    assert!(matches!(knock(&mut object, NOW.plus(4_999), false), Verdict::Banned { .. }));
    let (_, _, kept, _) = take(&mut object, NOW.plus(5_000), Input::Tick);
    assert_eq!(kept.expect("kept").entry.bans.newest_first().count(), 0);
    assert_eq!(knock(&mut object, NOW.plus(5_000), false), Verdict::Admitted { proven: false });
}

#[test]
fn a_lobby_is_told_the_bans_until_it_says_that_it_knows_them() {
    let mut object = object();
    assert_eq!(object.instruction(NOW, "main-1").bans, None, "there are none");
    let _ = call(&mut object, Command::Ban(Box::new(ban(5_000))));
    let number = object.instruction(NOW, "main-1").bans.expect("told").number;
    let reported = |object: &mut Presence, bans| {
        let report = Report { start: NOW, number: bans + 1, census: Census::default(), paused: false, bans };
        let _ = object.handle(NOW, Input::Reported { lobby: "main-1".into(), report, tally: Box::default() });
        object.instruction(NOW, "main-1").bans.is_some()
    };
    assert_eq!([reported(&mut object, 0), reported(&mut object, number)], [true, false]);
    assert!(object.instruction(NOW, "weur-2").bans.is_some());
}

#[test]
fn the_service_bans_a_visitor_once() {
    let mut object = object();
    let mut automatic = |ms| {
        let new = Box::new(NewBan { automatic: true, ..ban(ms) });
        let (status, _, kept, told) = take(&mut object, NOW, Input::Banned(new));
        (status, kept.is_some(), told.len())
    };
    assert_eq!(automatic(5_000), (201, true, 1));
    assert_eq!(automatic(9_000), (204, false, 0), "a repeat changes nothing");
    assert_eq!(knock(&mut object, NOW, false), Verdict::Banned { until: NOW.plus(5_000) });
}

#[test]
fn the_operators_switch_is_kept_and_shown_and_asks_once_of_who_has_shown_a_proof() {
    let mut object = object();
    let (status, body, kept, _) = call(&mut object, Command::Raise(true));
    assert_eq!((status, &body), (200, &serde_json::json!({ "raised": true })));
    assert!(matches!(knock(&mut object, NOW, true), Verdict::Required { proof: Proof::Pow, .. }));
    let told = call(&mut object, Command::Stats).1;
    assert_eq!((&told["proof"], &told["raised"], &told["rate_limits"]), (&"pow".into(), &true.into(), &"on".into()));
    let later = NOW.plus(60_000);
    let again = Input::Called { network: NETWORK, authorized: true, command: Some(Command::Raise(true)) };
    let stored = take(&mut object, later, again).2.expect("kept");
    assert_eq!((stored.entry.raised, kept.expect("kept").entry.raised), (Some(NOW), Some(NOW)));
    let mut restored = Presence::restore(later, stored, "main-1");
    assert!(matches!(knock(&mut restored, later, false), Verdict::Required { .. }));
    let _ = call(&mut restored, Command::Raise(false));
    assert_eq!(knock(&mut restored, later, false), Verdict::Admitted { proven: false });
}

#[test]
fn a_pause_keeps_newcomers_out_and_lets_in_who_has_a_place() {
    let mut object = object();
    let _ = call(&mut object, Command::Pause(true));
    assert_eq!(knock(&mut object, NOW, false), Verdict::Paused);
    assert_eq!(knock(&mut object, NOW, true), Verdict::Admitted { proven: false });
}

#[test]
fn the_door_draws_a_salt_a_day_and_deletes_it_from_what_is_kept() {
    let mut object = object();
    let door = |object: &mut Presence, now, byte| {
        let mut effects = object.handle(now, Input::Door { salt: [byte; 32] });
        let Some(Effect::Answer(Answer::Door(door))) = effects.pop() else { panic!("no answer") };
        let kept = effects.into_iter().find_map(|effect| match effect {
            Effect::Keep(stored) => Some(stored.encode()),
            Effect::Ask { .. } | Effect::Write { .. } | Effect::End { .. } | Effect::Answer(_) => None,
        });
        (door.salts.keys("192.0.2.1"), kept)
    };
    let holds =
        |kept: &Option<Vec<u8>>, byte: u8| kept.as_ref().expect("kept").windows(32).any(|window| window == [byte; 32]);
    let (first, kept) = door(&mut object, NOW, 101);
    assert!(first.len() == 1 && holds(&kept, 101));
    assert_eq!(door(&mut object, NOW.plus(DAY_MS - 1), 102), (first.clone(), None), "one a day");
    let (second, kept) = door(&mut object, NOW.plus(DAY_MS), 103);
    assert!(second[1..] == first && holds(&kept, 101) && holds(&kept, 103));
    assert_eq!(object.expiry(), Some(NOW.plus(2 * DAY_MS)), "also where nobody comes");
    let tick = take(&mut object, NOW.plus(2 * DAY_MS), Input::Tick).2.map(|stored| stored.encode());
    assert!(!holds(&tick, 101) && holds(&tick, 103), "it is gone");
}

#[test]
fn one_network_has_so_many_streams_and_the_others_theirs() {
    let mut object = object();
    let comes = |object: &mut Presence, stream: usize, network| {
        let subscribed = Input::Subscribed { stream: StreamId(stream as u64), seen: 0, chance: 0, network };
        let effects = object.handle(NOW, subscribed);
        !effects.contains(&Effect::End { stream: StreamId(stream as u64) })
    };
    assert!((0..STREAMS_PER_NETWORK_MAX).all(|stream| comes(&mut object, stream, Some(NETWORK))));
    assert!(!comes(&mut object, 9_000, Some(NETWORK)), "one too many is turned away as by a full object");
    assert!(comes(&mut object, 9_001, Some(NetworkKey([3; 8]))) && comes(&mut object, 9_002, None));
    let _ = object.handle(NOW, Input::Gone { stream: StreamId(7) });
    assert!(comes(&mut object, 9_003, Some(NETWORK)));
    let mut unlimited = object.guarded(Gate { limited: false, ..Gate::default() });
    assert!(comes(&mut unlimited, 9_004, Some(NETWORK)));
}
