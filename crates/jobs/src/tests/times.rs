//! When jobs are due, how many run at once, and clocks that jump.

use super::{Count, MINUTE_MS, NOW, process, results, round, state, until};
use crate::lease;
use crate::schedule::{NEVER_MS, Schedule};
use rstest::rstest;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::Tx;
use store::clock::TestClock;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use tokio::sync::Notify;

const HOUR: Duration = Duration::from_secs(3_600);
const HOUR_MS: i64 = 3_600_000;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_job_has_its_row_from_the_start_on(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let count = Arc::new(Count::default());
    let mut asked = count.job("test.asked");
    asked.schedule = Schedule::OnRequest;
    let mut daily = count.job("test.daily");
    daily.schedule = Schedule::Cron("0 2 * * *");
    process(
        test,
        &clock,
        1,
        &[count.job("test.count"), asked, daily.clone()],
    )
    .ensure()
    .await;
    assert_eq!(state(test, "test.count").await.due_at, NOW);
    assert_eq!(state(test, "test.asked").await.due_at, NEVER_MS);
    assert_eq!(state(test, "test.daily").await.due_at, NOW + 16 * HOUR_MS);
    // A new release with another schedule.
    daily.schedule = Schedule::Cron("0 3 * * *");
    process(test, &clock, 1, &[daily.clone()]).ensure().await;
    assert_eq!(state(test, "test.daily").await.due_at, NOW + 17 * HOUR_MS);
    // Started again, it waits as before.
    clock.advance(HOUR * 20);
    process(test, &clock, 1, &[daily]).ensure().await;
    assert_eq!(state(test, "test.daily").await.due_at, NOW + 17 * HOUR_MS);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_missed_is_done_once(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let count = Arc::new(Count::default());
    let mut daily = count.job("test.count");
    daily.schedule = Schedule::Cron("0 2 * * *");
    let mut runner = process(test, &clock, 1, &[daily]);
    assert_eq!(round(&mut runner).await, 0);
    clock.advance(HOUR * 24 * 5);
    assert_eq!(round(&mut runner).await, 1);
    assert_eq!(round(&mut runner).await, 0);
    assert_eq!(
        state(test, "test.count").await.due_at,
        NOW + (5 * 24 + 16) * HOUR_MS
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_an_hour_both_ways_repeats_and_leaves_out_nothing(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let count = Arc::new(Count::default());
    let mut daily = count.job("test.count");
    daily.schedule = Schedule::Cron("30 10 * * *");
    let mut runner = process(test, &clock, 1, &[daily]);
    assert_eq!(round(&mut runner).await, 0);
    // Over the moment: it is done.
    clock.advance(HOUR);
    assert_eq!(round(&mut runner).await, 1);
    // Back before it, and over it again: it was done today.
    clock.set_back(HOUR);
    assert_eq!(round(&mut runner).await, 0);
    clock.advance(HOUR);
    assert_eq!(round(&mut runner).await, 0);
    clock.advance(HOUR * 24);
    assert_eq!(round(&mut runner).await, 1);
    assert_eq!(results(test, "test.count").await, ["done", "done"]);
    // It was a month ahead: the job does not wait for a month.
    clock.set_back(HOUR * 24 * 30);
    assert_eq!(round(&mut runner).await, 0);
    let now_ms = store::clock::Clock::now_ms(&*clock);
    let due_at = state(test, "test.count").await.due_at;
    assert!(due_at > now_ms && due_at <= now_ms + 24 * HOUR_MS);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_set_back_does_not_put_a_job_off(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let count = Arc::new(Count::default());
    let work = count.job("test.count");
    let far = TestClock::at(NOW + 1_000_000_000);
    process(test, &far, 1, std::slice::from_ref(&work))
        .ensure()
        .await;
    let clock = TestClock::at(NOW);
    assert_eq!(round(&mut process(test, &clock, 1, &[work])).await, 1);
    assert_eq!(state(test, "test.count").await.due_at, NOW + MINUTE_MS);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_runs_several_jobs_at_once_and_no_more_than_it_may(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let (count, let_go) = (Arc::new(Count::default()), Arc::new(Notify::new()));
    let names = ["a.a", "a.b", "a.c", "a.d", "a.e", "a.f"];
    let jobs: Vec<_> = names
        .iter()
        .map(|name| {
            let mut job = count.long_job(name, &let_go);
            // Short ones: none leaves its place to another.
            job.limits.longest_ms = MINUTE_MS;
            job
        })
        .collect();
    let mut runner = process(test, &clock, 1, &jobs);
    assert_eq!(runner.look().await, 4);
    until("four at once", async || {
        count.n_now.load(Ordering::SeqCst) == 4
    })
    .await;
    assert_eq!(runner.look().await, 0);
    let_go.notify_one();
    until("a place for the next one", async || {
        count.n_now.load(Ordering::SeqCst) == 3
    })
    .await;
    until("a run to end", async || {
        let ended = test
            .db
            .read(|tx| tx.query("select 1 from job_run where result = 'done'", &[]));
        ended.await.unwrap().len() == 1
    })
    .await;
    let mut n_begun = 0;
    while n_begun == 0 {
        n_begun = runner.look().await;
    }
    assert_eq!(n_begun, 1);
    let_go.notify_waiters();
    runner.stop().await;
    assert_eq!(count.n_most.load(Ordering::SeqCst), 4);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_job_can_be_asked_for_when_nobody_works_on_it(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let (count, let_go) = (Arc::new(Count::default()), Arc::new(Notify::new()));
    let mut work = count.long_job("test.count", &let_go);
    work.schedule = Schedule::OnRequest;
    let ask = async || {
        let asked = work.clone();
        let write = move |tx: &mut Tx<'_>| lease::ask(tx, &asked, "值班员", NOW);
        test.db.write(write).await.unwrap()
    };
    let mut runner = process(test, &clock, 1, std::slice::from_ref(&work));
    assert_eq!(runner.look().await, 0, "nobody has asked");
    assert!(ask().await);
    assert_eq!(runner.look().await, 1);
    assert!(!ask().await, "it runs");
    let_go.notify_one();
    runner.settle().await;
    assert_eq!(round(&mut runner).await, 0, "once");
    assert_eq!(state(test, "test.count").await.due_at, NEVER_MS);
}
