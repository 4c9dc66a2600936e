//! Jobs on both engines, on clocks that move only when a test moves them.

mod ends;
mod leases;
mod times;

use crate::job::{JobFailure, LIMITS};
use crate::lease::{self, JobRun, JobState};
use crate::runner::{JobContext, JobRunner};
use crate::turn::JobTurn;
use crate::{Job, JobWords, Schedule};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;
use store::clock::TestClock;
use store::id::IdMaker;
use store::testing::TestDb;
use store::{Db, Tx};
use tokio::sync::Notify;

/// 2026-11-23 10:00 in Beijing.
const NOW: i64 = 1_795_399_200_000;

/// The interval of the jobs of these tests.
const MINUTE_MS: i64 = 60_000;

const WORDS: JobWords = JobWords {
    name: "test.count",
    chinese: "计数",
    english: "Count",
    about: ("计数。", "Counts."),
};

/// A job that is due every minute and does what a function says.
fn job<F, W>(name: &'static str, work: F) -> Job
where
    F: Fn(JobTurn) -> W + Send + Sync + 'static,
    W: Future<Output = Result<String, JobFailure>> + Send + 'static,
{
    Job {
        words: JobWords { name, ..WORDS },
        schedule: Schedule::Every(MINUTE_MS),
        limits: LIMITS,
        run: Arc::new(move |turn| Box::pin(work(turn))),
    }
}

/// Counts its runs, and those at the same time.
#[derive(Default)]
struct Count {
    n_runs: AtomicUsize,
    n_now: AtomicI64,
    n_most: AtomicI64,
}

impl Count {
    fn begin(&self) {
        let n_now = self.n_now.fetch_add(1, Ordering::SeqCst) + 1;
        self.n_most.fetch_max(n_now, Ordering::SeqCst);
        self.n_runs.fetch_add(1, Ordering::SeqCst);
    }

    fn end(&self) {
        self.n_now.fetch_sub(1, Ordering::SeqCst);
    }

    fn n(&self) -> usize {
        self.n_runs.load(Ordering::SeqCst)
    }

    /// A job that counts and is done.
    fn job(self: &Arc<Self>, name: &'static str) -> Job {
        let count = Arc::clone(self);
        job(name, move |_| {
            let count = Arc::clone(&count);
            async move {
                count.begin();
                tokio::task::yield_now().await;
                count.end();
                Ok("做了".to_owned())
            }
        })
    }

    /// A job that counts and goes on until it is let go.
    fn long_job(self: &Arc<Self>, name: &'static str, let_go: &Arc<Notify>) -> Job {
        let (count, let_go) = (Arc::clone(self), Arc::clone(let_go));
        job(name, move |_| {
            let (count, let_go) = (Arc::clone(&count), Arc::clone(&let_go));
            async move {
                count.begin();
                let_go.notified().await;
                count.end();
                Ok("做了".to_owned())
            }
        })
    }
}

/// A job that fails each time.
fn failing(count: &Arc<Count>) -> Job {
    let count = Arc::clone(count);
    job("test.failing", move |_| {
        let count = Arc::clone(&count);
        async move {
            count.begin();
            Err("坏了".to_owned().into())
        }
    })
}

/// The runner of a process of its own, with a connection and a clock of its own.
fn process(test: &TestDb, clock: &Arc<TestClock>, node: u8, jobs: &[Job]) -> JobRunner {
    let config = test.config.clone();
    // Opening blocks, which the threads of a runtime must not.
    let opened = std::thread::spawn(move || Db::open(&config).unwrap());
    let db = opened.join().unwrap();
    let context = JobContext {
        db,
        clock: Arc::clone(clock) as _,
        ids: Arc::new(IdMaker::new(Arc::clone(clock) as _, node)),
        owner: format!("{node}.1"),
        node,
        n_at_once: 4,
    };
    JobRunner::new(context, jobs.to_vec().into())
}

/// Looks once and waits for what was begun; answers how many runs that were.
async fn round(runner: &mut JobRunner) -> usize {
    let n_begun = runner.look().await;
    runner.settle().await;
    n_begun
}

/// How long anything may take on a machine that is busy with other tests.
const LONGEST: Duration = Duration::from_secs(60);

/// Gives the others time until something is so.
async fn until<F: AsyncFn() -> bool>(what: &str, is_so: F) {
    let waiting = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    let came = tokio::time::timeout(LONGEST, waiting).await;
    assert!(came.is_ok(), "never: {what}");
}

async fn runs(test: &TestDb, name: &'static str) -> Vec<JobRun> {
    let read = move |tx: &mut Tx<'_>| lease::runs(tx, name, 100);
    test.db.read(read).await.unwrap()
}

/// How the runs of a job ended, newest first.
async fn results(test: &TestDb, name: &'static str) -> Vec<String> {
    let runs = runs(test, name).await.into_iter();
    runs.map(|run| run.result.unwrap_or_else(|| "running".to_owned()))
        .collect()
}

async fn state(test: &TestDb, name: &'static str) -> JobState {
    let states = test.db.read(lease::states).await.unwrap();
    states.into_iter().find(|state| state.name == name).unwrap()
}
