//! Turns and leases.

use super::{
    Lanes, Lease, ONCE, ShardSet, Spent, TURN_BYTES_MAX, TURN_MESSAGES_MAX, Watch, follow,
};
use crate::message::{MessageId, State};
use registry::company::CompanyId;
use rstest::rstest;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use store::clock::{SharedClock, TestClock};
use store::testing::TestEngine::{self, Postgres, Sqlite};

fn lanes(weights: fn(CompanyId) -> i64) -> Lanes {
    let mut lanes = Lanes::new(
        State::Received,
        "import",
        ShardSet::all(),
        Arc::new(weights),
    );
    lanes
        .ring
        .extend([CompanyId(1), CompanyId(2), CompanyId(3)]);
    lanes
}

fn queue(company: i64, n: i64, cost: i64) -> (CompanyId, Vec<(MessageId, i64)>) {
    (
        CompanyId(company),
        (0..n)
            .map(|m| (MessageId(company * 100_000 + m), cost))
            .collect(),
    )
}

fn of(chosen: &[MessageId], company: i64) -> usize {
    chosen.iter().filter(|id| id.0 / 100_000 == company).count()
}

#[test]
fn a_flood_does_not_push_out_a_light_company() {
    let chosen = lanes(|_| 1).choose(vec![
        queue(1, 5000, 4000),
        queue(2, 1, 4000),
        queue(3, 0, 0),
    ]);
    assert_eq!(chosen.len(), TURN_MESSAGES_MAX);
    assert_eq!(of(&chosen, 2), 1);
}

#[test]
fn where_more_companies_wait_than_a_turn_can_ask_each_waits_for_one_round() {
    let n_companies = 5 * TURN_MESSAGES_MAX / 2;
    let mut lanes = lanes(|_| 1);
    lanes.ring = (1..=n_companies as i64).map(CompanyId).collect();
    let mut served = BTreeSet::new();
    for _ in 0..3 {
        let asked = lanes.ring.iter().take(TURN_MESSAGES_MAX);
        let waiting = asked.map(|company| queue(company.0, 1, 400)).collect();
        served.extend(lanes.choose(waiting).iter().map(|id| id.0 / 100_000));
    }
    assert_eq!(served.len(), n_companies);
}

#[test]
fn large_messages_cost_their_sender_more_turns() {
    let mut lanes = lanes(|_| 1);
    let chosen = lanes.choose(vec![
        queue(1, 300, 400_000),
        queue(2, 300, 4000),
        queue(3, 0, 0),
    ]);
    let (large, small) = (of(&chosen, 1), of(&chosen, 2));
    assert!(large * 20 < small, "{large} large, {small} small");
    assert!(large > 0);
}

#[test]
fn weight_is_share_and_order_in_a_lane_is_kept() {
    let weights = |company: CompanyId| if company.0 == 1 { 3 } else { 1 };
    let chosen = lanes(weights).choose(vec![
        queue(1, 5000, 16_000),
        queue(2, 5000, 16_000),
        queue(3, 0, 0),
    ]);
    let (heavy, facts) = (of(&chosen, 1), of(&chosen, 2));
    assert!(heavy > facts * 2 && heavy < facts * 4, "{heavy} to {facts}");
    let first: Vec<i64> = chosen
        .iter()
        .map(|id| id.0)
        .filter(|id| id / 100_000 == 1)
        .collect();
    assert!(
        first
            .iter()
            .zip(100_000..)
            .all(|(id, expected)| *id == expected)
    );
}

fn spent(company: i64, n_bytes: i64, cpu_ns: i64) -> Spent {
    Spent {
        company: CompanyId(company),
        n_bytes,
        cpu_ns,
    }
}

#[test]
fn a_company_whose_bytes_take_long_gets_fewer_of_them_and_never_fills_a_turn() {
    let waiting = || vec![queue(1, 300, 40_000), queue(2, 60, 4000), queue(3, 0, 0)];
    let cheap = lanes(|_| 1).choose(waiting());
    let mut lanes = lanes(|_| 1);
    // Ten times what an ordinary byte may take.
    lanes.learn(&[spent(1, 40_000, 40_000 * 2000), spent(2, 4000, 4000 * 100)]);
    let costly = lanes.choose(waiting());
    assert!(of(&cheap, 1) > 150, "{}", of(&cheap, 1));
    assert_eq!((of(&cheap, 2), of(&costly, 2)), (60, 60));
    // What it gets is worth no more than a turn, and one message.
    let n_most = TURN_BYTES_MAX / (40_000 * 10) + 1;
    let n_costly = i64::try_from(of(&costly, 1)).unwrap();
    assert!(n_costly <= n_most, "{n_costly}");
    assert!(of(&costly, 1) > 0);
    // Measured cheap again, it is cheap again after some turns.
    for _ in 0..12 {
        lanes.learn(&[spent(1, 40_000, 40_000 * 50)]);
    }
    assert_eq!(lanes.times.len(), 0);
    assert!(of(&lanes.choose(waiting()), 1) > 150);
}

#[test]
fn what_is_measured_has_bounds() {
    let mut lanes = lanes(|_| 1);
    lanes.learn(&[
        spent(1, 0, i64::MAX),
        spent(2, i64::MAX, 0),
        spent(3, -1, -1),
    ]);
    assert_eq!(lanes.times_of(CompanyId(1)) * 100 / ONCE, 6400);
    assert_eq!(lanes.times_of(CompanyId(2)) * 100 / ONCE, 100);
    assert_eq!(lanes.times_of(CompanyId(3)) * 100 / ONCE, 100);
    let mut watch = Watch::start();
    assert!(watch.lap() >= 0 && watch.lap() >= 0);
}

#[test]
fn a_message_larger_than_any_turn_still_gets_its_turn() {
    let mut lanes = lanes(|_| 1);
    let chosen = lanes.choose(vec![queue(1, 1, 50 << 20), queue(2, 0, 0), queue(3, 0, 0)]);
    assert_eq!(chosen.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_holds_the_lease_until_it_dies(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let clock = TestClock::at(1_000_000);
    let shared: SharedClock = clock.clone();
    let mut first = Lease::new("import", "a".to_owned());
    let mut second = Lease::new("import", "b".to_owned());
    assert!(first.hold(&test.db, &shared).await.unwrap());
    assert!(!second.hold(&test.db, &shared).await.unwrap());
    clock.advance(Duration::from_millis(2000));
    assert!(first.hold(&test.db, &shared).await.unwrap());
    clock.advance(Duration::from_millis(2500));
    assert!(!second.hold(&test.db, &shared).await.unwrap());
    clock.advance(Duration::from_millis(1000));
    assert!(second.hold(&test.db, &shared).await.unwrap());
    assert!(!first.hold(&test.db, &shared).await.unwrap());
    second.give_back(&test.db).await.unwrap();
    assert!(first.hold(&test.db, &shared).await.unwrap());
}

/// A lease that was taken before the clock was set back by an hour holds nobody up: its owner takes it
/// anew, and after the owner's end another process has it at once.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_from_the_future_is_not_believed(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let clock = TestClock::at(10_000_000);
    let shared: SharedClock = clock.clone();
    let mut dead = Lease::new("import", "a".to_owned());
    assert!(dead.hold(&test.db, &shared).await.unwrap());
    clock.set_back(Duration::from_secs(3600));
    let mut next = Lease::new("import", "b".to_owned());
    assert!(next.hold(&test.db, &shared).await.unwrap());
    assert!(
        !dead.hold(&test.db, &shared).await.unwrap(),
        "it asks again"
    );
    clock.advance(Duration::from_millis(2000));
    assert!(next.hold(&test.db, &shared).await.unwrap());
    assert!(!dead.hold(&test.db, &shared).await.unwrap());
}

/// Who has claimed the number of a dead process takes its lanes at once, and nobody else's.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lease_of_a_dead_process_is_free_for_its_number(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock: SharedClock = TestClock::at(10_000_000);
    let mut dead = Lease::new("import", "1.5".to_owned());
    assert!(dead.hold(&test.db, &clock).await.unwrap());
    let mut alive = Lease::new("export", "11.6".to_owned());
    assert!(alive.hold(&test.db, &clock).await.unwrap());
    test.db.write(|tx| follow(tx, 1)).await.unwrap();
    let mut next = Lease::new("import", "1.7".to_owned());
    assert!(next.hold(&test.db, &clock).await.unwrap());
    let mut next = Lease::new("export", "1.7".to_owned());
    assert!(!next.hold(&test.db, &clock).await.unwrap());
}

/// Clocks of two machines differ by a little: that alone takes no lease away.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_a_little_slow_takes_nobodys_lease(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let fast: SharedClock = TestClock::at(10_002_000);
    let slow: SharedClock = TestClock::at(10_000_000);
    let mut first = Lease::new("import", "a".to_owned());
    assert!(first.hold(&test.db, &fast).await.unwrap());
    let mut second = Lease::new("import", "b".to_owned());
    assert!(!second.hold(&test.db, &slow).await.unwrap());
}
