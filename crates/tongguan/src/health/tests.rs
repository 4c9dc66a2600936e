//! Whose clock is wrong.

use super::{agree, clock_check};
use store::node::LivingNode;

const HOUR_MS: i64 = 3_600_000;

fn node(number: i64, host: &str, clock_ahead_ms: Option<i64>) -> LivingNode {
    LivingNode {
        number,
        process: format!("主机 {host}，进程 {number}"),
        clock_ahead_ms,
    }
}

fn agrees(others: &[LivingNode]) -> bool {
    let mut living = vec![node(1, "a", Some(HOUR_MS))];
    living.extend_from_slice(others);
    agree(&living, "主机 a，进程 1", HOUR_MS)
}

#[test]
fn the_database_is_wrong_where_all_processes_agree_and_one_is_of_another_machine() {
    assert!(!agrees(&[]), "one against one");
    assert!(
        !agrees(&[node(2, "a", Some(HOUR_MS))]),
        "one machine has one clock"
    );
    assert!(agrees(&[node(2, "b", Some(HOUR_MS + 1_500))]));
    assert!(agrees(&[
        node(2, "a", Some(HOUR_MS)),
        node(3, "b", Some(HOUR_MS))
    ]));
    for odd in [Some(0), Some(HOUR_MS + 3_000), None] {
        assert!(
            !agrees(&[node(2, "b", Some(HOUR_MS)), node(3, "c", odd)]),
            "{odd:?}"
        );
    }
}

#[test]
fn who_is_not_ready_for_its_clock_is_told_and_a_wrong_clock_of_the_database_stops_nobody() {
    let far = clock_check(HOUR_MS, false, false);
    assert!(
        !far.is_good && far.detail.contains("3600.0 s ahead"),
        "{far:?}"
    );
    let alone = clock_check(-HOUR_MS, false, true);
    assert!(
        alone.is_good && alone.detail.contains("correct the database server's"),
        "{alone:?}"
    );
    assert!(
        clock_check(-HOUR_MS, true, false).is_good,
        "it may be right now"
    );
    let near = clock_check(59_000, false, false);
    assert!(near.is_good && near.detail.contains("59.0 s"), "{near:?}");
}
