//! One run at a time, whoever looks and however long it takes.

use super::{Count, MINUTE_MS, NOW, job, process, results, round, runs, state, until};
use crate::fence::Fenced;
use crate::lease::{self, Claimer, LEASE_MS, RunEnd};
use rstest::rstest;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::clock::TestClock;
use store::testing::TestEngine::{self, Postgres, Sqlite};
use store::{Error, Tx};
use tokio::sync::Notify;

const LEASE: Duration = Duration::from_millis(LEASE_MS.unsigned_abs());

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_claimers_in_two_processes_one_gets_the_job(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let count = Arc::new(Count::default());
    for turn in 1..=5 {
        let claimers: Vec<_> = (0..8)
            .map(|who| process(test, &clock, who, &[count.job("test.count")]))
            .map(|mut runner| tokio::spawn(async move { round(&mut runner).await }))
            .collect();
        let mut n_begun = 0;
        for claimer in claimers {
            n_begun += claimer.await.unwrap();
        }
        assert_eq!((n_begun, count.n()), (1, turn));
        clock.advance(Duration::from_millis(MINUTE_MS.unsigned_abs()));
    }
    assert_eq!(count.n_most.load(Ordering::SeqCst), 1);
    assert_eq!(results(test, "test.count").await, ["done"; 5]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_job_of_hours_runs_once(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let (count, let_go) = (Arc::new(Count::default()), Arc::new(Notify::new()));
    let mut long = count.long_job("test.count", &let_go);
    long.limits.longest_ms = 24 * 3_600_000;
    let mut first = process(test, &clock, 1, &[long.clone()]);
    let mut other = process(test, &clock, 2, &[long]);
    assert_eq!(first.look().await, 1);
    until("the job to begin", async || count.n() == 1).await;
    // Two hours, a third of a lease at a time.
    for _ in 0..180 {
        let before = state(test, "test.count").await.lease_until;
        clock.advance(LEASE / 3);
        until("the lease to be renewed", async || {
            state(test, "test.count").await.lease_until > before
        })
        .await;
        assert_eq!(other.look().await, 0, "nobody else may begin");
    }
    let_go.notify_one();
    first.settle().await;
    assert_eq!(count.n(), 1);
    let run = runs(test, "test.count").await.remove(0);
    assert_eq!(run.result.as_deref(), Some("done"));
    assert_eq!(run.ended_at.unwrap() - run.started_at, 2 * 3_600_000);
    assert_eq!(state(test, "test.count").await.lease_until, 0);
}

/// A process is paused: its clock stands, nothing of it goes on. Another one takes over. When the first one wakes up it
/// works on, and nothing that it writes is kept.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_that_wakes_up_after_another_took_over_commits_nothing(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (paused, living) = (TestClock::at(NOW), TestClock::at(NOW));
    let (begun, wake) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (report, heard) = tokio::sync::mpsc::unbounded_channel();
    let mut heard = heard;
    let (db, begins, wakes) = (test.db.clone(), Arc::clone(&begun), Arc::clone(&wake));
    let work = job("test.count", move |turn| {
        let (db, begun, wake) = (db.clone(), Arc::clone(&begins), Arc::clone(&wakes));
        let report = report.clone();
        async move {
            if turn.fence.number == 1 {
                begun.notify_one();
                wake.notified().await;
            }
            let mark = move |tx: &mut Tx<'_>| -> Result<(), Error> {
                let sql = "insert into migration (number, name) values (9999, 'once')";
                tx.execute(sql, &[]).map(|_| ())
            };
            let written = turn.fence.write(&db, mark).await;
            let _ = report.send((turn.fence.number, written.clone()));
            written.map_err(|error| error.to_string())?;
            Ok("做了".to_owned())
        }
    });
    let mut first = process(test, &paused, 1, std::slice::from_ref(&work));
    let mut second = process(test, &living, 2, &[work]);
    assert_eq!(first.look().await, 1);
    begun.notified().await;
    living.advance(LEASE);
    assert_eq!(round(&mut second).await, 1);
    assert_eq!(heard.recv().await, Some((2, Ok(()))));
    wake.notify_one();
    assert_eq!(heard.recv().await, Some((1, Err(Fenced::Lost))));
    first.settle().await;
    assert_eq!(results(test, "test.count").await, ["done", "lost"]);
    let state = state(test, "test.count").await;
    assert_eq!(
        state.due_at,
        NOW + LEASE_MS + MINUTE_MS,
        "the end of the first run changed nothing"
    );
}

/// A run whose process wakes up before it has anything to write is cut off by its heartbeat.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_heartbeat_that_finds_another_number_ends_the_run(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (paused, living) = (TestClock::at(NOW), TestClock::at(NOW));
    let (count, never) = (Arc::new(Count::default()), Arc::new(Notify::new()));
    let hanging = count.long_job("test.count", &never);
    let quick = Arc::new(Count::default());
    let mut first = process(test, &paused, 1, &[hanging]);
    let mut second = process(test, &living, 2, &[quick.job("test.count")]);
    assert_eq!(first.look().await, 1);
    until("the job to begin", async || count.n() == 1).await;
    living.advance(LEASE);
    assert_eq!(round(&mut second).await, 1);
    paused.advance(LEASE / 3);
    first.settle().await;
    assert_eq!(
        count.n_now.load(Ordering::SeqCst),
        1,
        "it was dropped where it was"
    );
    assert_eq!(results(test, "test.count").await, ["done", "lost"]);
}

/// A process that has read the rows a moment ago does not get what another one holds now, and its late end is none.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_held_is_claimed_by_nobody_else(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let work = Arc::new(Count::default()).job("test.count");
    let claim_at = async |run: i64, now_ms: i64| {
        let work = work.clone();
        let claim = move |tx: &mut Tx<'_>| {
            lease::ensure(tx, std::slice::from_ref(&work), NOW)?;
            let owner = format!("{run}.1");
            let who = Claimer {
                owner,
                node: 1,
                run,
                now_ms,
            };
            lease::claim(tx, &work, &who)
        };
        test.db.write(claim).await.unwrap()
    };
    let first = claim_at(1, NOW).await.unwrap();
    assert_eq!(claim_at(2, NOW + LEASE_MS - 1).await, None);
    let second = claim_at(3, NOW + LEASE_MS).await.unwrap();
    assert_eq!(
        (first.fence.number, second.fence.number, second.attempt),
        (1, 2, 2)
    );
    for (claim, is_its_own) in [(first, false), (second, true)] {
        let work = work.clone();
        let end = RunEnd::Done("做了".to_owned());
        let finish =
            move |tx: &mut Tx<'_>| lease::finish(tx, &work, &claim, (&end, None), NOW + LEASE_MS);
        assert_eq!(test.db.write(finish).await.unwrap(), is_its_own);
    }
    assert_eq!(results(test, "test.count").await, ["done", "lost"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_behind_a_fence_is_undone_and_told(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let work = Arc::new(Count::default()).job("test.count");
    let claimed = test.db.write(move |tx| {
        lease::ensure(tx, std::slice::from_ref(&work), NOW)?;
        let who = Claimer {
            owner: "1.1".to_owned(),
            node: 1,
            run: 7,
            now_ms: NOW,
        };
        lease::claim(tx, &work, &who)
    });
    let fence = claimed.await.unwrap().unwrap().fence;
    let fail = |tx: &mut Tx<'_>| -> Result<(), Error> {
        let sql = "insert into migration (number, name) values (9999, 'once')";
        tx.execute(sql, &[])?;
        Err(Error::Fault("no".to_owned()))
    };
    let failed = fence.write(&test.db, fail).await;
    assert_eq!(failed, Err(Fenced::Work(Error::Fault("no".to_owned()))));
    let found = test
        .db
        .read(|tx| tx.query("select 1 from migration where number = 9999", &[]));
    assert!(found.await.unwrap().is_empty());
}

/// Who has claimed the number of a dead process does its job at once, and leaves alone what another does.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_claim_of_a_dead_process_ends_with_its_successor(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let count = Arc::new(Count::default());
    let jobs = [count.job("test.count"), count.job("test.other")];
    for (job, owner, run) in [(&jobs[0], "1.5", 5), (&jobs[1], "11.6", 6)] {
        let job = job.clone();
        let take = move |tx: &mut Tx<'_>| {
            lease::ensure(tx, std::slice::from_ref(&job), NOW)?;
            let who = Claimer {
                owner: owner.to_owned(),
                node: 1,
                run,
                now_ms: NOW,
            };
            lease::claim(tx, &job, &who)
        };
        assert!(test.db.write(take).await.unwrap().is_some());
    }
    let mut runner = process(test, &clock, 1, &jobs);
    assert_eq!(round(&mut runner).await, 0);
    test.db.write(|tx| lease::follow(tx, 1)).await.unwrap();
    assert_eq!(round(&mut runner).await, 1);
    assert_eq!(results(test, "test.count").await, ["done", "lost"]);
}

/// A process that claimed a job and was killed before the clock was set back does not keep the job for the length of
/// the step.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_from_the_future_is_not_believed(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let count = Arc::new(Count::default());
    let work = count.job("test.count");
    let dead = work.clone();
    let take = move |tx: &mut Tx<'_>| {
        lease::ensure(tx, std::slice::from_ref(&dead), NOW)?;
        let who = Claimer {
            owner: "5.1".to_owned(),
            node: 5,
            run: 5,
            now_ms: NOW,
        };
        lease::claim(tx, &dead, &who)
    };
    assert!(test.db.write(take).await.unwrap().is_some());
    let clock = TestClock::at(NOW - 3_600_000);
    let mut runner = process(test, &clock, 1, &[work]);
    assert_eq!(round(&mut runner).await, 1);
}

/// A job that kills its process is not begun again without end.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_process_dies_each_time_waits_for_its_next_time(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let clock = TestClock::at(NOW);
    let count = Arc::new(Count::default());
    let mut deadly = count.job("test.count");
    deadly.limits.retries = 1;
    deadly.schedule = crate::Schedule::Cron("0 2 * * *");
    let asked = deadly.clone();
    let ask = move |tx: &mut Tx<'_>| lease::ask(tx, &asked, "值班员", NOW);
    assert!(test.db.write(ask).await.unwrap());
    for (run, is_begun) in [(1, true), (2, true), (3, false), (4, false)] {
        let (dying, now_ms) = (deadly.clone(), NOW + run * LEASE_MS);
        let take = move |tx: &mut Tx<'_>| {
            let who = Claimer {
                owner: "5.1".to_owned(),
                node: 5,
                run,
                now_ms,
            };
            lease::claim(tx, &dying, &who)
        };
        let claim = test.db.write(take).await.unwrap();
        assert_eq!(claim.is_some(), is_begun, "run {run}");
    }
    let state = state(test, "test.count").await;
    assert_eq!(
        (state.n_failed, state.attempt, state.lease_until),
        (2, 0, 0)
    );
    assert_eq!(state.due_at, NOW + 16 * 3_600_000, "two o'clock tomorrow");
    let mut runner = process(test, &clock, 1, &[deadly]);
    assert_eq!(round(&mut runner).await, 0);
}
