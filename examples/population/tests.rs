//! Small crowds, and what nobody may have to wait longer than.

use edgewise::domain::limits::{OVERDUE_MS, PATIENT_MS, WIDEN_MS};

use super::*;
use people::{Doing, Person};

/// A crowd to which nobody comes by themself, and these people, who do not give up.
fn crowd_of<const N: usize>(people: [(&[&str], &str); N]) -> (Crowd, [u32; N]) {
    let mut crowd = Crowd::new(1, 0, None);
    let ids = people.map(|(interests, lang)| stays(&mut crowd, interests, lang));
    (crowd, ids)
}

fn stays(crowd: &mut Crowd, interests: &[&str], lang: &str) -> u32 {
    let mut person = Person::who_likes(interests, lang);
    person.stays = true;
    crowd.enter(person)
}

#[test]
fn two_alone_at_night_meet_whatever_they_like() {
    let (mut crowd, [one, other]) = crowd_of([(&["chess"], "en"), (&["jazz", "tea"], "en")]);
    crowd.look(one);
    assert_eq!(crowd.wait_until_talking(one, 3 * 3_600_000), None, "alone");
    crowd.look(other);
    assert_eq!(crowd.wait_until_talking(other, OVERDUE_MS), Some(0), "who has waited for hours meets whoever comes");
    let (mut crowd, [one, other]) = crowd_of([(&["chess"], "en"), (&["jazz", "tea"], "en")]);
    crowd.look(one);
    crowd.pass_by(4_000);
    crowd.look(other);
    assert_eq!(crowd.wait_until_talking(other, OVERDUE_MS), Some(WIDEN_MS), "and who has just come when both widened");
}

#[test]
fn the_last_two_meet_although_they_speak_different_languages() {
    let (mut crowd, [one, other]) = crowd_of([(&[], "en"), (&[], "de")]);
    crowd.look(one);
    crowd.look(other);
    assert_eq!(crowd.wait_until_talking(one, OVERDUE_MS), Some(WIDEN_MS));
}

#[test]
fn two_alone_who_part_meet_again_after_half_a_minute_and_not_before() {
    let (mut crowd, [one, other]) = crowd_of([(&["chess"], "en"), (&["chess"], "en")]);
    crowd.look(one);
    crowd.look(other);
    for _ in 0..20 {
        assert_eq!(crowd.wait_until_talking(one, 0), Some(0));
        crowd.part(one, other);
        crowd.look(one);
        crowd.look(other);
        assert_eq!(crowd.wait_until_talking(other, PATIENT_MS - 1), None);
        assert_eq!(crowd.wait_until_talking(other, 1), Some(1));
    }
}

/// Every second two come who share an interest and a language, and both mean nothing to the odd one. The first of them
/// after a minute is the odd one's all the same: nobody who may meet whoever comes waits longer than for
/// [`OVERDUE_MS`] and the next arrival.
#[test]
fn who_may_meet_whoever_comes_waits_a_minute_and_for_one_arrival_at_most() {
    let (mut crowd, [odd]) = crowd_of([(&["origami"], "is")]);
    crowd.look(odd);
    for second in 0..=OVERDUE_MS / 1_000 {
        assert_eq!(crowd.wait_until_talking(odd, 0), None, "{second} s");
        let [one, other] = [(); 2].map(|()| stays(&mut crowd, &["football"], "en"));
        crowd.look(one);
        if second == OVERDUE_MS / 1_000 {
            assert_eq!(crowd.person(odd).doing, Doing::Talking { with: one });
            return;
        }
        crowd.look(other);
        assert_eq!(crowd.person(one).doing, Doing::Talking { with: other });
        crowd.pass_by(1_000);
    }
    panic!("the odd one still waits");
}

/// As many as are overdue, so many arrivals: the longest wait goes first.
#[test]
fn of_several_who_have_waited_for_a_minute_each_arrival_takes_the_first() {
    let (mut crowd, odd) = crowd_of([(&["origami"], "is"), (&["origami"], "is"), (&["origami"], "is")]);
    for one in odd {
        // Tabs of one person could not meet each other either; a block says the same in fewer words.
        for other in odd {
            crowd.person(one).memory.block(people::ids(other).1);
        }
        crowd.look(one);
        crowd.pass_by(10);
    }
    assert_eq!(crowd.wait_until_talking(odd[0], OVERDUE_MS + 1_000), None);
    for one in odd {
        let comes = stays(&mut crowd, &["football"], "en");
        crowd.look(comes);
        assert_eq!(crowd.person(one).doing, Doing::Talking { with: comes });
    }
}

#[test]
fn a_crowd_is_the_same_every_time_and_as_large_as_was_asked_for() {
    let run = || run(7, 50, 20_000, 337_000.0);
    let figures = run();
    assert_eq!(run(), figures);
    assert!((45.0..55.0).contains(&figures.present), "{figures:?}");
    assert!(figures.waits_ms[2] < OVERDUE_MS, "{figures:?}");
    assert!(figures.again < 1.0 && figures.gave_up < 10.0, "{figures:?}");
    assert!(figures.alike > 20.0 && figures.one_language > 40.0, "{figures:?}");
}

#[test]
fn a_document_without_the_marks_is_left_alone() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let before = fs::read(&document).expect("a document");
    assert!(insert(&document, "made").is_err());
    assert_eq!(fs::read(&document).expect("the same"), before);
}
