//! Quotas are kept for each company, and cost nobody else anything.

use super::{Limits, QuotaUse, Reached};
use crate::intake::{ArrivalOutcome, commit_limited_for_test};
use crate::testing::TestPlatform;
use ceb::Kind;
use rstest::rstest;
use std::sync::Arc;
use std::time::Duration;
use store::testing::TestEngine::{self, Postgres, Sqlite};

/// Hands in samples of company `n` in one commit; answers what became of them.
async fn hand_in(
    platform: &TestPlatform,
    n: usize,
    seeds: &[u64],
    limits: Limits,
) -> Vec<ArrivalOutcome> {
    let arrivals = seeds
        .iter()
        .map(|seed| {
            platform
                .arrival(n, platform.sample(n, Kind::Ceb311, *seed))
                .unwrap()
        })
        .collect::<Vec<_>>();
    let ids = Arc::clone(&platform.shared.ids);
    let write = platform
        .shared
        .db
        .write(move |tx| commit_limited_for_test(tx, &ids, &arrivals, limits));
    write.await.unwrap()
}

fn is_accepted(outcome: &ArrivalOutcome) -> bool {
    matches!(outcome, ArrivalOutcome::Accepted(_))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_company_hands_in_so_much_a_day_and_no_more(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let limits = Limits {
        messages: 3,
        ..Limits::default()
    };
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let first = hand_in(&platform, 0, &[1, 2, 3, 4], limits).await;
    assert_eq!(first.iter().filter(|o| is_accepted(o)).count(), 3);
    assert_eq!(first[3], ArrivalOutcome::Full(Reached::Day));
    // A repetition is answered as ever; another company is not concerned.
    let again = hand_in(&platform, 0, &[1, 5], limits).await;
    assert!(matches!(again[0], ArrivalOutcome::Duplicate(..)));
    assert_eq!(again[1], ArrivalOutcome::Full(Reached::Day));
    assert!(is_accepted(&hand_in(&platform, 1, &[1], limits).await[0]));
    // The next day begins anew.
    platform.clock.advance(Duration::from_secs(24 * 3600));
    assert!(is_accepted(&hand_in(&platform, 0, &[4], limits).await[0]));
}

#[test]
fn four_fifths_of_a_limit_are_near_it_and_no_limit_is_never_near() {
    let limits = Limits {
        messages: 100,
        bytes: 0,
        waiting: 0,
    };
    let is_near = |used| QuotaUse::of(used, limits).is_near;
    assert!(!is_near((79, 1 << 60)) && is_near((80, 0)) && is_near((100, 0)));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_count_as_well(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let one = i64::try_from(platform.sample(0, Kind::Ceb311, 1).len()).unwrap();
    let limits = Limits {
        bytes: one + one / 2,
        ..Limits::default()
    };
    let outcomes = hand_in(&platform, 0, &[1, 2], limits).await;
    assert!(is_accepted(&outcomes[0]));
    assert_eq!(outcomes[1], ArrivalOutcome::Full(Reached::Day));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_may_wait_and_there_is_room_again_when_they_are_sent(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let limits = Limits {
        waiting: 2,
        ..Limits::default()
    };
    let test = engine.database();
    let platform = TestPlatform::on(test).await;
    let outcomes = hand_in(&platform, 0, &[1, 2, 3], limits).await;
    assert_eq!(outcomes[2], ArrivalOutcome::Full(Reached::Waiting));
    assert_eq!(
        hand_in(&platform, 0, &[3], limits).await,
        [ArrivalOutcome::Full(Reached::Waiting)]
    );
    platform.settle().await;
    assert!(is_accepted(&hand_in(&platform, 0, &[3], limits).await[0]));
}
