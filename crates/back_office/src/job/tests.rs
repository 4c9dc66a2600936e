//! What people see and ask of jobs, and the jobs of this crate, on both engines.

use super::view::JobView;
use super::{JobAct, cancel, own, run_now, view};
use jobs::lease::{Claimer, JobClaim, RunEnd, claim, finish, runs};
use jobs::runner::{JobContext, JobRunner};
use jobs::{Job, JobWords, Schedule, lease};
use registry::account;
use registry::context::AppContext;
use registry::job;
use registry::role::Role;
use registry::testing::{context, person};
use rstest::rstest;
use std::sync::Arc;
use std::time::Duration;
use store::Tx;
use store::testing::TestEngine::{self, Postgres, Sqlite};

const MINUTE: Duration = Duration::from_secs(60);

fn counting(context: &AppContext) -> Job {
    let words = JobWords {
        name: "test.count",
        chinese: "计数",
        english: "Count",
        about: ("计数。", "Counts."),
    };
    job::of(context, words, Schedule::Every(3_600_000), |_, _| {
        Box::pin(async { Ok(String::new()) })
    })
}

async fn seen(context: &AppContext, job: &Job) -> JobView {
    let (jobs, now_ms) = ([job.clone()], context.now_ms());
    let read = move |tx: &mut Tx<'_>| view::jobs(tx, &jobs, now_ms);
    context.db.read(read).await.unwrap().remove(0)
}

async fn claimed(context: &AppContext, job: &Job) -> JobClaim {
    let (job, run, now_ms) = (job.clone(), context.ids.next(), context.now_ms());
    let write = move |tx: &mut Tx<'_>| {
        lease::ensure(tx, std::slice::from_ref(&job), now_ms)?;
        let who = Claimer {
            owner: "3.1".to_owned(),
            node: 3,
            run,
            now_ms,
        };
        claim(tx, &job, &who)
    };
    context.db.write(write).await.unwrap().unwrap()
}

async fn ended(context: &AppContext, job: &Job, claim: &JobClaim, end: RunEnd) {
    let (job, claim, now_ms) = (job.clone(), claim.clone(), context.now_ms());
    let far = Some((30, 40));
    let write = move |tx: &mut Tx<'_>| finish(tx, &job, &claim, (&end, far), now_ms);
    assert!(context.db.write(write).await.unwrap());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_seen_waiting_running_retrying_and_failed(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, clock) = context(&test.db);
    let mut job = counting(&context);
    job.limits.retries = 1;
    let first = seen(&context, &job).await;
    assert_eq!(
        (first.state.as_str(), first.every_seconds),
        ("waiting", Some(3600))
    );
    assert!(first.due_at.is_some(), "before anybody made its row");
    for state in ["retrying", "failed"] {
        let claim = claimed(&context, &job).await;
        clock.advance(MINUTE);
        let running = seen(&context, &job).await;
        assert_eq!(running.state, "running");
        let run = running.running.unwrap();
        assert_eq!(
            (run.node, run.duration_ms, run.result.as_str()),
            (Some(3), 60_000, "running")
        );
        ended(&context, &job, &claim, RunEnd::Failed("坏了".to_owned())).await;
        let over = seen(&context, &job).await;
        assert_eq!(over.state, state);
        let last = over.last.unwrap();
        assert_eq!(
            (last.done, last.total, last.duration_ms),
            (Some(30), Some(40), 60_000)
        );
        assert_eq!(
            (last.result.as_str(), last.detail.as_str()),
            ("failed", "坏了")
        );
        clock.advance(MINUTE);
    }
    assert_eq!(seen(&context, &job).await.n_failed, 2);
    clock.advance(MINUTE * 60);
    let claim = claimed(&context, &job).await;
    ended(&context, &job, &claim, RunEnd::Done(String::new())).await;
    let good = seen(&context, &job).await;
    assert_eq!((good.state.as_str(), good.n_failed), ("waiting", 0));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_of_a_job_is_audited_and_refused_where_it_makes_no_sense(
    #[values(Sqlite, Postgres)] engine: TestEngine,
) {
    let test = &engine.database();
    let (context, _) = context(&test.db);
    let actor = person(&context, "officer", Some(Role::SystemAdmin)).await;
    let job = counting(&context);
    let act = async |act: JobAct| -> Option<String> {
        let (job, actor, now_ms) = (job.clone(), actor.clone(), context.now_ms());
        let write = move |tx: &mut Tx<'_>| act(tx, &job, (&actor, "月末核对"), now_ms);
        let done = context.act(write).await;
        done.err().map(|problem| problem.code.to_owned())
    };
    assert_eq!(act(cancel).await.as_deref(), Some("TG-R4508"));
    assert_eq!(act(run_now).await, None);
    claimed(&context, &job).await;
    assert_eq!(act(run_now).await.as_deref(), Some("TG-R4507"));
    assert_eq!(act(cancel).await, None);
    assert!(seen(&context, &job).await.is_cancelling);
    let audited = test.db.read(|tx| {
        tx.query(
            "select act, detail from audit where object = 'job:test.count' order by number",
            &[],
        )
    });
    let audited: Vec<_> = audited
        .await
        .unwrap()
        .iter()
        .map(|row| row.text(0).unwrap())
        .collect();
    assert_eq!(audited, ["job.run", "job.cancel"]);
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
    let runs_on = JobContext {
        db: test.db.clone(),
        clock: Arc::clone(&context.clock),
        ids: Arc::clone(&context.ids),
        owner: "1.1".to_owned(),
        node: 1,
        n_at_once: 4,
    };
    let jobs = own(&context);
    let mut runner = JobRunner::new(runs_on, jobs.clone().into());
    assert_eq!(runner.look().await, jobs.len());
    runner.settle().await;
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
