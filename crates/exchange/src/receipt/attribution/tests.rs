//! Answers by the document that they are about, whatever the order in which they arrive.

use super::{KeyAnswer, SKEW_MS, Sent, attribute, names};
use ceb::Kind;
use proptest::prelude::*;

const GUIDS: [&str; 5] = [
    "AAAAAAAA-0000-4000-8000-000000000001",
    "AAAAAAAA-0000-4000-8000-000000000002",
    "AAAAAAAA-0000-4000-8000-000000000003",
    "AAAAAAAA-0000-4000-8000-000000000004",
    "AAAAAAAA-0000-4000-8000-000000000005",
];

fn sent(guid: &str) -> Sent {
    Sent::new(Some(guid.to_owned()), None)
}

fn answer(time: usize, status: i64, info: &str) -> KeyAnswer {
    KeyAnswer::new("E-PORT", status, &format!("2026030209{time:07}"), info)
}

/// Clocks of two processes differ a little: what one has received is no later than the answer that another
/// has had a moment "before"; what came well after the answer is.
#[test]
fn clocks_of_two_processes_decide_nothing() {
    for (late_ms, place) in [(SKEW_MS, 1), (SKEW_MS + 1, 0)] {
        let now_ms = 1_772_413_200_000;
        let first = Sent::new(Some(GUIDS[0].to_owned()), Some(now_ms - 60_000));
        let second = Sent::new(Some(GUIDS[1].to_owned()), Some(now_ms + late_ms));
        let answers = [
            answer(1, 100, &format!("[{}]", GUIDS[0])),
            KeyAnswer {
                received_ms: Some(now_ms),
                ..answer(2, 120, "")
            },
        ];
        let placed = attribute(Kind::Ceb311, &[first, second], &answers);
        assert_eq!(placed, [0, place], "{late_ms}");
    }
}

/// A rejection and the acceptance of what was corrected meanwhile, both dated to the same minute: each is about its
/// own document, however soon the correction followed.
#[test]
fn a_minute_does_not_turn_an_acceptance_round() {
    let now_ms = 1_772_413_200_000;
    for gap_ms in [700, 6000] {
        let first = Sent::new(Some(GUIDS[0].to_owned()), Some(now_ms - 60_000));
        let second = Sent::new(Some(GUIDS[1].to_owned()), Some(now_ms + gap_ms));
        let dated = |status, received_ms| KeyAnswer {
            received_ms,
            ..KeyAnswer::new("E-PORT", status, "20260302090000", "")
        };
        for last in [None, Some(now_ms + gap_ms + 2000)] {
            let answers = [dated(100, Some(now_ms)), dated(120, last)];
            let sent = [first.clone(), second.clone()];
            assert_eq!(attribute(Kind::Ceb311, &sent, &answers), [0, 1], "{gap_ms}");
        }
    }
}

#[test]
fn guids_are_found_in_brackets_and_in_the_element() {
    let info = format!(
        "新增申报成功[{}]；支付单信息不存在",
        GUIDS[0].to_lowercase()
    );
    assert_eq!(names("x", &info), [GUIDS[0]]);
    assert_eq!(names(&format!(" {} ", GUIDS[1]), "海关入库"), [GUIDS[1]]);
    assert!(names("x", "[Code:1332;Desc:订单]").is_empty());
}

#[test]
fn what_names_nobody_goes_on_from_the_document_under_way() {
    let guids = [sent(GUIDS[0]), sent(GUIDS[1])];
    let named = |n: usize| format!("新增申报成功[{}]", GUIDS[n]);
    // Sent twice: the second is refused as a duplicate without being named.
    let twice = [
        answer(1, 2, &named(0)),
        answer(2, 3, ""),
        answer(3, -301_010, "重复申报，业务主键[A|1]"),
        answer(4, 120, ""),
    ];
    assert_eq!(attribute(Kind::Ceb311, &guids, &twice), [0, 0, 1, 0]);
    // Nothing is ever named: by the order of declaration.
    let plain = [2, 3, 100, 2, 3, 120].into_iter().enumerate();
    let plain: Vec<KeyAnswer> = plain.map(|(at, status)| answer(at, status, "")).collect();
    assert_eq!(attribute(Kind::Ceb311, &guids, &plain), [0, 0, 0, 1, 1, 1]);
    // A change that customs turns down leaves the list where it was.
    let change = [
        answer(1, 2, &named(0)),
        answer(2, 120, ""),
        answer(3, 2, &named(1)),
        answer(4, 3, ""),
        answer(5, 100, "[Code:1300;Desc:人工退单]"),
        answer(6, 800, ""),
        answer(7, 899, ""),
    ];
    assert_eq!(
        attribute(Kind::Ceb621, &guids, &change),
        [0, 0, 1, 1, 1, 0, 0]
    );
}

#[test]
fn no_document_gets_an_answer_from_before_it_was_there() {
    let at = |time: &str| {
        let time = format!("{time}+08:00");
        let at = store::clock::parse_time(&time).unwrap();
        Some(at)
    };
    let documents = [
        Sent::new(None, at("2026-03-02T09:00:00")),
        Sent::new(None, at("2026-03-02T10:00:00")),
    ];
    let answer = |time: &str, status| KeyAnswer::new("E-PORT", status, time, "");
    let answers = [
        answer("20260302090100000", 120),
        answer("20260302090200000", 120),
        answer("20260302100100000", 120),
    ];
    assert_eq!(attribute(Kind::Ceb311, &documents, &answers), [0, 0, 1]);
    // One that waits here to be sent gets what names it, and nothing else.
    let mut waits = [Sent::new(None, None), sent(GUIDS[1])];
    waits[1].is_sent = false;
    let late = [
        answer("20260302090100000", 120),
        answer("20260302090200000", 300),
    ];
    assert_eq!(attribute(Kind::Ceb311, &waits, &late), [0, 0]);
    let named = KeyAnswer::new(GUIDS[1], 2, "20260302090300000", "");
    assert_eq!(attribute(Kind::Ceb311, &waits, &[named]), [1]);
    // One whose whole message was turned down is not under way any more.
    let mut closed = [Sent::new(None, None), Sent::new(None, None)];
    closed[0].is_closed = true;
    assert_eq!(attribute(Kind::Ceb311, &closed, &late), [1, 1]);
    // Clocks that differ by years: the order of declaration, as if nothing were known.
    let answers = [
        answer("20200302090100000", 120),
        answer("20200302090200000", 120),
    ];
    assert_eq!(attribute(Kind::Ceb311, &documents, &answers), [0, 1]);
}

/// What a document is declared for, and how customs takes it.
#[derive(Debug, Clone, Copy)]
enum Turn {
    /// Declared new and accepted.
    Accepted,
    /// Declared new and rejected.
    Rejected,
    /// Declared new and refused by the E-Port before it was declared.
    Fault,
    /// Declared once more while the first is under way or accepted.
    Duplicate,
    /// The same, but customs names its business key only.
    UnnamedDuplicate,
    /// A change that is accepted.
    Change,
    /// A change that is rejected.
    BadChange,
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = proptest::sample::select(vec![
        Turn::Accepted,
        Turn::Rejected,
        Turn::Fault,
        Turn::Duplicate,
        Turn::UnnamedDuplicate,
        Turn::Change,
        Turn::BadChange,
    ]);
    proptest::collection::vec(turn, 1..=5)
}

/// The answers of customs to documents that are declared one after the other, each with the place
/// of its document. Customs names the document when it is declared and when the E-Port turns it
/// down, but not every duplicate; those are turned down in the midst of the answers to another.
fn customs(turns: &[Turn]) -> Vec<(usize, KeyAnswer)> {
    let mut answers: Vec<(usize, i64, String)> = Vec::new();
    for (at, turn) in turns.iter().enumerate() {
        // What is refused first of all names itself: from nothing else it could be told apart.
        let name = match matches!(turn, Turn::UnnamedDuplicate) && at > 0 {
            true => "重复申报，业务主键[A|1]".to_owned(),
            false => format!("[{}]", GUIDS[at]),
        };
        let course: &[i64] = match turn {
            Turn::Accepted | Turn::Change => &[2, 3, 120],
            Turn::Rejected | Turn::BadChange => &[2, 3, 100],
            Turn::Fault => &[-301_008],
            Turn::Duplicate | Turn::UnnamedDuplicate => &[-301_010],
        };
        let own: Vec<(usize, i64, String)> = course
            .iter()
            .map(|status| {
                let is_named = *status == 2 || *status < 0;
                (
                    at,
                    *status,
                    if is_named {
                        name.clone()
                    } else {
                        String::new()
                    },
                )
            })
            .collect();
        // A duplicate comes while the last two answers to the one before are still to be given.
        let before = answers.len().saturating_sub(2);
        let place = match turn {
            Turn::Duplicate => before,
            // It says of nobody that it is a duplicate until every other has been heard of.
            Turn::UnnamedDuplicate => {
                let first = |of: usize| answers.iter().position(|(one, ..)| *one == of);
                let heard = (0..at).filter_map(first).max();
                before.max(heard.map_or(0, |last| last + 1))
            }
            Turn::Accepted | Turn::Rejected | Turn::Fault | Turn::Change | Turn::BadChange => {
                answers.len()
            }
        };
        answers.splice(place..place, own);
    }
    answers
        .into_iter()
        .enumerate()
        .map(|(time, (at, status, info))| (at, answer(time, status, &info)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_document_gets_its_own_answers_in_any_order(
        turns in turns(),
        keys in proptest::collection::vec(any::<u32>(), 40),
    ) {
        let mut placed = customs(&turns);
        let guids: Vec<Sent> = GUIDS.iter().take(turns.len()).map(|one| sent(one)).collect();
        let mut order: Vec<usize> = (0..placed.len()).collect();
        order.sort_by_key(|at| keys.get(*at));
        placed = order.into_iter().map(|at| placed[at].clone()).collect();
        let answers: Vec<KeyAnswer> = placed.iter().map(|(_, answer)| answer.clone()).collect();
        for kind in [Kind::Ceb311, Kind::Ceb621] {
            let places = attribute(kind, &guids, &answers);
            let expected: Vec<usize> = placed.iter().map(|(at, _)| *at).collect();
            prop_assert_eq!(&places, &expected, "{:?} {:?}", turns, kind);
        }
    }
}
