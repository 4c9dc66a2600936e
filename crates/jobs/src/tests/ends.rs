//! How runs end: well, badly, because somebody asked, because the process ends.

use super::{Count, MINUTE_MS, NOW, failing, job, process, results, round, runs, state, until};
use crate::job::JobFailure;
use crate::lease::{self, LEASE_MS};
use crate::schedule::Schedule;
use rstest::rstest;
use std::sync::Arc;
use std::time::Duration;
use store::Tx;
use store::clock::TestClock;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use tokio::sync::Notify;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_run_is_tried_again_after_pauses_that_double_and_then_waits_for_its_time(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let count = Arc::new(Count::default());
    let mut daily = failing(&count);
    daily.schedule = Schedule::Cron("0 2 * * *");
    (
        daily.limits.retries,
        daily.limits.pause_ms,
        daily.limits.pause_ms_max,
    ) = (4, 60_000, 200_000);
    let mut runner = process(test, &clock, 1, std::slice::from_ref(&daily));
    assert_eq!(round(&mut runner).await, 0, "not due yet");
    let asked = daily.clone();
    let ask = move |tx: &mut Tx<'_>| lease::ask(tx, &asked, "值班员", NOW);
    assert!(test.db.write(ask).await.unwrap());
    assert_eq!(round(&mut runner).await, 1);
    for (n_failed, pause_ms) in [(1, 60_000), (2, 120_000), (3, 200_000), (4, 200_000)] {
        let now = state(test, "test.failing").await;
        let now_ms = store::clock::Clock::now_ms(&*clock);
        assert_eq!((now.n_failed, now.attempt), (n_failed, n_failed));
        assert_eq!(now.due_at, now_ms + pause_ms);
        clock.advance(Duration::from_millis(pause_ms.unsigned_abs() - 1));
        assert_eq!(round(&mut runner).await, 0, "a moment too early");
        clock.advance(Duration::from_millis(1));
        assert_eq!(round(&mut runner).await, 1);
    }
    let now = state(test, "test.failing").await;
    assert_eq!((now.n_failed, now.attempt), (5, 0));
    assert_eq!(now.due_at, NOW + 16 * 3_600_000, "two o'clock tomorrow");
    let found = runs(test, "test.failing").await;
    assert_eq!(
        found
            .iter()
            .map(|run| run.attempt.unwrap())
            .collect::<Vec<_>>(),
        [5, 4, 3, 2, 1]
    );
    assert!(found.iter().all(|run| run.detail == "坏了"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_succeeds_ends_the_failures_in_a_row(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let count = Arc::new(Count::default());
    let mut bad = process(test, &clock, 1, &[failing(&count)]);
    assert_eq!(round(&mut bad).await, 1);
    assert_eq!(state(test, "test.failing").await.n_failed, 1);
    clock.advance(Duration::from_millis(MINUTE_MS.unsigned_abs()));
    let mut good = process(test, &clock, 1, &[count.job("test.failing")]);
    assert_eq!(round(&mut good).await, 1);
    let now = state(test, "test.failing").await;
    assert_eq!((now.n_failed, now.attempt), (0, 0));
    assert_eq!(results(test, "test.failing").await, ["done", "failed"]);
}

/// A job that panics fails by itself: the others are done, and the runner goes on.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_panics_is_a_failed_run(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let count = Arc::new(Count::default());
    let broken = job("test.broken", |_| async { panic!("a bug") });
    let mut at_once = job("test.at_once", |_| async { Ok(String::new()) });
    at_once.run = Arc::new(|_| panic!("a bug before anything is awaited"));
    let mut runner = process(test, &clock, 1, &[broken, at_once, count.job("test.count")]);
    assert_eq!(round(&mut runner).await, 3);
    assert_eq!(count.n(), 1);
    for name in ["test.broken", "test.at_once"] {
        let run = runs(test, name).await.remove(0);
        assert_eq!(
            (run.result.as_deref(), &*run.detail),
            (Some("failed"), "程序故障，见日志")
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_run_longer_than_its_limit_is_cut_off_and_has_failed(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let (count, never) = (Arc::new(Count::default()), Arc::new(Notify::new()));
    let mut hanging = count.long_job("test.count", &never);
    hanging.limits.longest_ms = 5 * MINUTE_MS;
    let mut runner = process(test, &clock, 1, &[hanging]);
    assert_eq!(runner.look().await, 1);
    until("the job to begin", async || count.n() == 1).await;
    clock.advance(Duration::from_millis(5 * MINUTE_MS.unsigned_abs()));
    runner.settle().await;
    let run = runs(test, "test.count").await.remove(0);
    assert_eq!(
        (run.result.as_deref(), &*run.detail),
        (Some("failed"), "超过 5 分钟，已中止")
    );
}

async fn cancel(test: &store::testing::TestDb, job: &crate::Job) -> bool {
    let job = job.clone();
    let write = move |tx: &mut Tx<'_>| lease::cancel(tx, &job, "值班员", NOW);
    test.db.write(write).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_run_that_may_be_cut_off_ends_at_once_when_somebody_asks(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let (count, never) = (Arc::new(Count::default()), Arc::new(Notify::new()));
    let hanging = count.long_job("test.count", &never);
    let mut runner = process(test, &clock, 1, std::slice::from_ref(&hanging));
    runner.ensure().await;
    assert!(!cancel(test, &hanging).await, "nobody works on it");
    assert_eq!(runner.look().await, 1);
    until("the job to begin", async || count.n() == 1).await;
    assert!(cancel(test, &hanging).await);
    runner.look().await;
    runner.settle().await;
    assert_eq!(results(test, "test.count").await, ["cancelled"]);
    let now = state(test, "test.count").await;
    assert_eq!(
        (now.due_at, now.n_failed),
        (NOW + MINUTE_MS, 0),
        "its next time, and no failure"
    );
    assert_eq!(now.cancel_asked, "");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_run_that_may_not_be_cut_off_is_told_and_ends_at_a_good_place(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let begun = Arc::new(Notify::new());
    let begins = Arc::clone(&begun);
    let mut careful = job("test.count", move |mut turn| {
        let begun = Arc::clone(&begins);
        async move {
            begun.notify_one();
            turn.told_to_stop().await;
            assert!(turn.is_told_to_stop());
            Err(JobFailure::Stopped("已处理 3 项".to_owned()))
        }
    });
    careful.limits.is_cuttable = false;
    let mut runner = process(test, &clock, 1, std::slice::from_ref(&careful));
    assert_eq!(runner.look().await, 1);
    begun.notified().await;
    assert!(cancel(test, &careful).await);
    runner.look().await;
    runner.settle().await;
    let run = runs(test, "test.count").await.remove(0);
    assert_eq!(
        (run.result.as_deref(), &*run.detail),
        (Some("cancelled"), "已处理 3 项")
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_that_ends_gives_its_runs_to_the_next_one_at_once(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let (count, never) = (Arc::new(Count::default()), Arc::new(Notify::new()));
    let long = count.long_job("test.count", &never);
    let mut first = process(test, &clock, 1, std::slice::from_ref(&long));
    let asked = long.clone();
    let ask = move |tx: &mut Tx<'_>| lease::ask(tx, &asked, "值班员", NOW);
    assert!(test.db.write(ask).await.unwrap());
    assert_eq!(first.look().await, 1);
    until("the job to begin", async || count.n() == 1).await;
    let mut next = process(test, &clock, 2, &[count.job("test.count")]);
    assert_eq!(round(&mut next).await, 0);
    first.stop().await;
    assert_eq!(round(&mut next).await, 1, "without waiting for the lease");
    let found = runs(test, "test.count").await;
    assert_eq!(results(test, "test.count").await, ["done", "lost"]);
    assert_eq!(
        (found[0].asked_by.as_str(), found[0].node),
        ("值班员", Some(2))
    );
    assert_eq!(
        found[0].attempt,
        Some(1),
        "an end of the process is no failure"
    );
    assert_eq!(state(test, "test.count").await.n_failed, 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn how_far_a_run_is_is_written_once_a_second_and_at_its_end(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let (step, said) = (Arc::new(Notify::new()), Arc::new(Count::default()));
    let (steps, says) = (Arc::clone(&step), Arc::clone(&said));
    let walking = job("test.count", move |turn| {
        let (step, said) = (Arc::clone(&steps), Arc::clone(&says));
        async move {
            for n_done in 1..=4 {
                turn.progress(n_done, 4).await;
                said.begin();
                step.notified().await;
            }
            Ok(String::new())
        }
    });
    let mut runner = process(test, &clock, 1, &[walking]);
    assert_eq!(runner.look().await, 1);
    for (n_said, pause_ms, seen) in [(1, 0, 1), (2, 999, 1), (3, 1, 3), (4, 0, 3)] {
        if n_said > 1 {
            clock.advance(Duration::from_millis(pause_ms));
            step.notify_one();
        }
        until("the run to say how far it is", async || said.n() == n_said).await;
        let run = runs(test, "test.count").await.remove(0);
        assert_eq!(
            (run.result, run.progress),
            (None, Some((seen, 4))),
            "{n_said}"
        );
    }
    step.notify_one();
    runner.settle().await;
    assert_eq!(
        runs(test, "test.count").await.remove(0).progress,
        Some((4, 4))
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_run_is_seen_though_it_found_nothing_to_do(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let idle = job("test.count", |_| async { Ok(String::new()) });
    let mut busy = process(
        test,
        &clock,
        1,
        &[Arc::new(Count::default()).job("test.count")],
    );
    let mut runner = process(test, &clock, 1, &[idle]);
    round(&mut busy).await;
    for _ in 0..3 {
        clock.advance(Duration::from_millis(MINUTE_MS.unsigned_abs()));
        assert_eq!(round(&mut runner).await, 1);
    }
    let noted = runs(test, "test.count").await;
    let details: Vec<_> = noted.iter().map(|run| run.detail.as_str()).collect();
    assert_eq!(
        details,
        ["", "做了"],
        "one run without work, and what was done before"
    );
    assert!(noted[0].started_at > NOW + LEASE_MS);
}
