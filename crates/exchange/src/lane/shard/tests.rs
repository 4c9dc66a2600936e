//! Processes share the shards evenly, take over what a dead one had, and keep nothing of a turn that was overtaken.

use super::{LaneFence, SHARDS, ShardSet, Shards, shard_of};
use crate::lane::follow;
use registry::company::CompanyId;
use rstest::rstest;
use std::sync::mpsc;
use std::time::Duration;
use store::clock::{SharedClock, TestClock};
use store::testing::TestEngine::{self, Postgres, Sqlite};
use store::{Db, Result};

fn shards_of(set: &ShardSet) -> Vec<u32> {
    let companies = (1..2000).map(CompanyId).filter(|company| set.has(*company));
    let mut found: Vec<u32> = companies.map(shard_of).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Everybody asks twice: who has too much gives back, then the others take.
async fn ask(all: &mut [&mut Shards], db: &Db, clock: &TestClock, shared: &SharedClock) {
    for _ in 0..2 {
        clock.advance(Duration::from_millis(1000));
        for one in all.iter_mut() {
            one.hold(db, shared).await.unwrap();
        }
    }
}

async fn proves(fence: &LaneFence, db: &Db) -> bool {
    let fence = fence.clone();
    let proof = db.write(move |tx| fence.prove(tx)).await;
    proof.is_ok()
}

#[test]
fn companies_made_one_after_the_other_are_spread_over_all_shards() {
    let mut counts = [0; SHARDS as usize];
    for n in 0..2400_i64 {
        // Ids of companies that were registered a minute apart.
        let company = CompanyId((1_000_000 + n * 60_000) << 22);
        counts[usize::try_from(shard_of(company)).unwrap()] += 1;
    }
    assert!(counts.iter().all(|n| (50..=160).contains(n)), "{counts:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_come_and_go_have_equal_shares_and_every_shard_one_owner(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(1_000_000);
    let shared: SharedClock = clock.clone();
    let [mut a, mut b, mut c] =
        ["1.a", "2.b", "3.c"].map(|owner| Shards::new("import.check", owner.to_owned()));
    assert!(a.hold(&test.db, &shared).await.unwrap());
    assert!(a.set().is_all());
    assert!(!b.hold(&test.db, &shared).await.unwrap());
    ask(&mut [&mut a, &mut b], &test.db, &clock, &shared).await;
    assert_eq!([&a, &b].map(|one| shards_of(&one.set()).len()), [12, 12]);
    ask(&mut [&mut a, &mut b, &mut c], &test.db, &clock, &shared).await;
    let sets = [&a, &b, &c].map(|one| shards_of(&one.set()));
    assert_eq!(sets.each_ref().map(Vec::len), [8, 8, 8]);
    let mut all = sets.concat();
    all.sort_unstable();
    assert_eq!(all, (0..SHARDS).collect::<Vec<_>>());
    b.give_back(&test.db).await.unwrap();
    ask(&mut [&mut a, &mut c], &test.db, &clock, &shared).await;
    assert_eq!([&a, &c].map(|one| shards_of(&one.set()).len()), [12, 12]);
    assert_eq!(shards_of(&b.set()), [0; 0]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_paused_process_commits_after_another_took_over_is_not_kept(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(1_000_000);
    let shared: SharedClock = clock.clone();
    let mut paused = Shards::new("import.check", "1.a".to_owned());
    let mut next = Shards::new("import.check", "2.b".to_owned());
    paused.hold(&test.db, &shared).await.unwrap();
    let turn = paused.fence();
    assert!(proves(&turn, &test.db).await);
    assert!(turn.is_ahead(1_003_000).is_ok() && turn.is_ahead(1_003_001).is_err());
    clock.advance(Duration::from_millis(3500));
    assert!(proves(&turn, &test.db).await, "nobody has taken over yet");
    next.hold(&test.db, &shared).await.unwrap();
    assert!(next.set().is_all());
    assert!(!proves(&turn, &test.db).await);
    assert!(proves(&next.fence(), &test.db).await);
    ask(&mut [&mut next, &mut paused], &test.db, &clock, &shared).await;
    assert!(proves(&paused.fence(), &test.db).await);
    assert!(!proves(&turn, &test.db).await, "that turn stays void");
}

/// Giving back is done between two turns, so it makes no turn void.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_gives_back_a_part_keeps_the_rest_and_may_commit(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(1_000_000);
    let shared: SharedClock = clock.clone();
    let mut a = Shards::new("import.check", "1.a".to_owned());
    let mut b = Shards::new("import.check", "2.b".to_owned());
    a.hold(&test.db, &shared).await.unwrap();
    b.hold(&test.db, &shared).await.unwrap();
    clock.advance(Duration::from_millis(1000));
    a.hold(&test.db, &shared).await.unwrap();
    let turn = a.fence();
    b.hold(&test.db, &shared).await.unwrap();
    assert_eq!(shards_of(&b.set()).len(), 12);
    assert!(proves(&turn, &test.db).await);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shards_from_the_future_or_of_a_number_that_was_claimed_are_free(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(10_000_000);
    let shared: SharedClock = clock.clone();
    let mut before = Shards::new("import.check", "1.a".to_owned());
    before.hold(&test.db, &shared).await.unwrap();
    clock.set_back(Duration::from_secs(3600));
    let mut after = Shards::new("import.check", "2.b".to_owned());
    assert!(after.hold(&test.db, &shared).await.unwrap());
    assert!(!proves(&before.fence(), &test.db).await);
    let void = after.fence();
    test.db.write(|tx| follow(tx, 2)).await.unwrap();
    let mut next = Shards::new("import.check", "2.c".to_owned());
    assert!(next.hold(&test.db, &shared).await.unwrap());
    assert!(next.set().is_all());
    assert!(!proves(&void, &test.db).await);
}

/// Else a takeover could slip between the proof and the commit.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_takeover_waits_for_the_commit_of_a_turn_that_has_proved(
    #[values(Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(1_000_000);
    let shared: SharedClock = clock.clone();
    let mut slow = Shards::new("import.check", "1.a".to_owned());
    let mut next = Shards::new("import.check", "2.b".to_owned());
    slow.hold(&test.db, &shared).await.unwrap();
    let (fence, db) = (slow.fence(), test.db.clone());
    let (proved, has_proved) = mpsc::channel();
    let (end, may_end) = mpsc::channel::<()>();
    let turn = tokio::spawn(async move {
        let write = db.write(move |tx| -> Result<()> {
            fence.prove(tx)?;
            let _ = proved.send(());
            let _ = may_end.recv();
            Ok(())
        });
        write.await
    });
    let seen = tokio::task::spawn_blocking(move || has_proved.recv()).await;
    seen.unwrap().unwrap();
    clock.advance(Duration::from_millis(3500));
    let db = test.db.clone();
    let takeover = tokio::spawn(async move { next.hold(&db, &shared).await });
    let waits = "select pid from pg_stat_activity where wait_event_type = 'Lock' \
                 and query like 'update lane_worker set fence%'";
    while test
        .db
        .read(move |tx| tx.query(waits, &[]))
        .await
        .unwrap()
        .is_empty()
    {
        assert!(!takeover.is_finished(), "it did not wait");
        tokio::task::yield_now().await;
    }
    end.send(()).unwrap();
    turn.await.unwrap().unwrap();
    assert!(takeover.await.unwrap().unwrap());
}

/// A turn may take longer than the shards are held, for the broker confirms slowly.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_turn_that_takes_long_is_not_taken_over_while_its_process_lives(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(1_000_000);
    let shared: SharedClock = clock.clone();
    let mut slow = Shards::new("import.dispatch", "1.a".to_owned());
    let mut other = Shards::new("import.dispatch", "2.b".to_owned());
    slow.hold(&test.db, &shared).await.unwrap();
    let turn = slow.fence();
    let until = "select until_ms from lane_worker where owner = '1.a'";
    let turn_of_ten_seconds = async {
        for second in 1..=10 {
            while clock.sleepers() == 0 {
                tokio::task::yield_now().await;
            }
            clock.advance(Duration::from_millis(1000));
            let wanted = 1_000_000 + second * 1000 + super::LEASE_MS;
            let mut kept = 0;
            while kept < wanted {
                let row = test.db.read(move |tx| tx.query_opt(until, &[])).await;
                kept = row.unwrap().unwrap().int(0).unwrap();
            }
            assert!(!other.hold(&test.db, &shared).await.unwrap());
        }
    };
    tokio::select! {
        () = turn_of_ten_seconds => {}
        () = slow.keep(&test.db, &shared) => unreachable!(),
    }
    assert!(turn.is_ahead(1_010_000).is_ok());
    assert!(proves(&turn, &test.db).await);
    // Its turn is over: now it gives the other its due.
    slow.hold(&test.db, &shared).await.unwrap();
    clock.advance(Duration::from_millis(1000));
    assert!(other.hold(&test.db, &shared).await.unwrap());
}
