//! Jobs on both engines.

use super::{Job, JobClaim, LEASE_MS, claim, finish, follow, own, round, runs, sql};
use registry::account;
use registry::role::Role;
use registry::testing::{context, person};
use rstest::rstest;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::testing::TestEngine::{self, Postgres, Sqlite};

fn job(n_runs: &Arc<AtomicUsize>) -> Job {
    let n_runs = Arc::clone(n_runs);
    Job {
        name: "test.count",
        chinese: "计数",
        every_ms: 60_000,
        run: Arc::new(move || {
            let n_runs = Arc::clone(&n_runs);
            Box::pin(async move {
                n_runs.fetch_add(1, Ordering::SeqCst);
                Ok("做了".to_owned())
            })
        }),
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_claimers_one_gets_the_job(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, clock) = context(&test.db);
    let n_runs = Arc::new(AtomicUsize::new(0));
    for turn in 1..=5 {
        let claimers: Vec<_> = (0..8)
            .map(|who| {
                let (context, job) = (context.clone(), job(&n_runs));
                tokio::spawn(async move { round(&context, &[job], &who.to_string(), || ()).await })
            })
            .collect();
        for claimer in claimers {
            claimer.await.unwrap();
        }
        assert_eq!(n_runs.load(Ordering::SeqCst), turn);
        clock.advance(Duration::from_millis(60_000));
    }
    let noted = test
        .db
        .read(|tx| runs(tx, "test.count", 100))
        .await
        .unwrap();
    assert_eq!(noted.len(), 5);
    assert!(
        noted
            .iter()
            .all(|run| run.result.as_deref() == Some("done"))
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_run_is_seen_though_it_found_nothing_to_do(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, clock) = context(&test.db);
    let n_runs = Arc::new(AtomicUsize::new(0));
    let idle = Job {
        run: Arc::new(|| Box::pin(async { Ok(String::new()) })),
        ..job(&n_runs)
    };
    round(&context, &[job(&n_runs)], "a", || {}).await;
    for _ in 0..3 {
        clock.advance(Duration::from_millis(60_000));
        round(&context, std::slice::from_ref(&idle), "a", || {}).await;
    }
    let read = |tx: &mut store::Tx<'_>| runs(tx, "test.count", 100);
    let noted = test.db.read(read).await.unwrap();
    let details: Vec<_> = noted.iter().map(|run| run.detail.as_str()).collect();
    assert_eq!(
        details,
        ["", "做了"],
        "one run without work, and what was done before"
    );
    assert_eq!(noted[0].ended_at, Some(context.now_ms()));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_run_is_noted_and_cannot_come_back(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, clock) = context(&test.db);
    let take = async |owner: &'static str| -> Option<JobClaim> {
        let shared = context.clone();
        let one = job(&Arc::default());
        let write = move |tx: &mut store::Tx<'_>| claim(tx, &shared, &one, owner);
        test.db.write(write).await.unwrap()
    };
    let lost = take("a").await.unwrap();
    assert_eq!(take("b").await, None, "the lease is held");
    let busy = test
        .db
        .write(|tx| sql::ask(tx, "test.count", "x", registry::testing::NOW));
    assert!(!busy.await.unwrap());
    clock.advance(Duration::from_millis(LEASE_MS.unsigned_abs()));
    let taken = take("b").await.unwrap();
    let now_ms = context.now_ms();
    for one in [lost, taken] {
        let ended = job(&Arc::default());
        let write =
            move |tx: &mut store::Tx<'_>| finish(tx, &ended, &one, &Err("坏了".to_owned()), now_ms);
        test.db.write(write).await.unwrap();
    }
    let noted = test
        .db
        .read(|tx| runs(tx, "test.count", 100))
        .await
        .unwrap();
    let results: Vec<_> = noted.iter().map(|run| run.result.as_deref()).collect();
    assert_eq!(results, [Some("failed"), Some("lost")]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_set_back_does_not_put_a_job_off(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let n_runs = Arc::new(AtomicUsize::new(0));
    let far = context.now_ms() + 1_000_000_000;
    test.db
        .write(move |tx| sql::ensure(tx, "test.count", far))
        .await
        .unwrap();
    assert_eq!(round(&context, &[job(&n_runs)], "a", || ()).await, 1);
}

/// A process that claimed a job and was killed before the clock was set back does not keep the job for
/// the length of the step.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_from_the_future_is_not_believed(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, clock) = context(&test.db);
    let (shared, one) = (context.clone(), job(&Arc::default()));
    let dead = move |tx: &mut store::Tx<'_>| claim(tx, &shared, &one, "dead");
    assert!(test.db.write(dead).await.unwrap().is_some());
    clock.set_back(Duration::from_secs(3600));
    let now_ms = context.now_ms();
    let asked = test
        .db
        .write(move |tx| sql::ask(tx, "test.count", "x", now_ms));
    assert!(asked.await.unwrap());
    let n_runs = Arc::new(AtomicUsize::new(0));
    assert_eq!(round(&context, &[job(&n_runs)], "a", || ()).await, 1);
}

/// Who has claimed the number of a dead process does its job at once, and leaves alone what another does.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_claim_of_a_dead_process_ends_with_its_successor(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let n_runs = Arc::new(AtomicUsize::new(0));
    let other = Job {
        name: "test.other",
        ..job(&n_runs)
    };
    let jobs = [job(&n_runs), other];
    for (one, owner) in jobs.iter().cloned().zip(["1.5", "11.6"]) {
        let shared = context.clone();
        let take = move |tx: &mut store::Tx<'_>| claim(tx, &shared, &one, owner);
        assert!(test.db.write(take).await.unwrap().is_some());
    }
    assert_eq!(round(&context, &jobs, "1.7", || ()).await, 0);
    test.db.write(|tx| follow(tx, 1)).await.unwrap();
    assert_eq!(round(&context, &jobs, "1.7", || ()).await, 1);
    let noted = test.db.read(|tx| runs(tx, "test.count", 100)).await;
    let noted = noted.unwrap();
    let results: Vec<_> = noted.iter().map(|run| run.result.as_deref()).collect();
    assert_eq!(results, [Some("done"), Some("lost")]);
}

/// A job that panics fails by itself: the others are done, and the loop goes on.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_panics_is_a_failed_run(#[values(Sqlite, Postgres)] engine: TestEngine) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let n_runs = Arc::new(AtomicUsize::new(0));
    let broken = Job {
        name: "test.broken",
        run: Arc::new(|| Box::pin(async { panic!("a bug") })),
        ..job(&n_runs)
    };
    let jobs = [broken, job(&n_runs)];
    assert_eq!(round(&context, &jobs, "a", || ()).await, 2);
    assert_eq!(n_runs.load(Ordering::SeqCst), 1);
    let noted = test.db.read(|tx| runs(tx, "test.broken", 9)).await.unwrap();
    assert_eq!(noted[0].result.as_deref(), Some("failed"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_come_for_long_is_disabled_but_not_the_last_officer(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, clock) = context(&test.db);
    person(&context, "officer", Some(Role::AuditAdmin)).await;
    person(&context, "operator", Some(Role::Operator)).await;
    clock.advance(Duration::from_secs(91 * 24 * 3600));
    person(&context, "newcomer", None).await;
    let jobs = own(&context);
    assert_eq!(round(&context, &jobs, "a", || ()).await, jobs.len());
    let state = async |login: &'static str| {
        let found = test.db.read(move |tx| account::by_login(tx, login)).await;
        found.unwrap().unwrap().state
    };
    assert_eq!(state("officer").await, "active");
    assert_eq!(state("operator").await, "disabled");
    assert_eq!(state("newcomer").await, "active");
    let noted = test
        .db
        .read(|tx| runs(tx, "account.stale", 9))
        .await
        .unwrap();
    assert!(noted[0].detail.contains("operator") && noted[0].detail.contains("officer"));
}
