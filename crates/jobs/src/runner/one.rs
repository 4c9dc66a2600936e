//! One run (执行): its heartbeat, its longest time, what it is told, and its end.

use crate::job::{Job, JobFailure};
use crate::lease::{self, JobClaim, LEASE_MS, RunEnd};
use crate::runner::LOOK;
use crate::turn::{JobTurn, RunOrder, RunProgress};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use store::clock::{SharedClock, Sleep};
use store::{Db, Tx};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};

/// How often the lease is renewed: three times before it runs out.
const BEAT: Duration = Duration::from_millis(LEASE_MS.unsigned_abs() / 3);

/// How long a run that was told to stop may go on.
const GRACE: Duration = Duration::from_secs(10);

/// How often the end of a run is tried to be noted, while the database is away; and while the process ends.
const NOTES: u32 = 60;
const NOTES_AT_STOP: u32 = 3;

type WorkHandle = JoinHandle<Result<String, JobFailure>>;

/// A run of this process.
pub(super) struct OneRun {
    pub(super) db: Db,
    pub(super) clock: SharedClock,
    pub(super) job: Job,
    pub(super) claim: JobClaim,
    pub(super) orders: watch::Receiver<RunOrder>,
    pub(super) progress: Arc<RunProgress>,
}

impl OneRun {
    /// Runs the job, and notes its end unless another process has it.
    pub(super) async fn go(mut self) {
        let turn = JobTurn {
            fence: self.claim.fence.clone(),
            asked_by: self.claim.asked_by.clone(),
            attempt: self.claim.attempt,
            db: self.db.clone(),
            clock: Arc::clone(&self.clock),
            progress: Arc::clone(&self.progress),
            orders: self.orders.clone(),
        };
        let run = Arc::clone(&self.job.run);
        let longest_ms = u64::try_from(self.job.limits.longest_ms).unwrap_or(0);
        // Counted from before the work begins.
        let longest = self.clock.sleep(Duration::from_millis(longest_ms));
        let beat = self.clock.sleep(BEAT);
        // A task of its own: a panic is the end of this run and of nothing else.
        let mut work = tokio::spawn(async move { run(turn).await });
        let end = self.watch(&mut work, longest, beat).await;
        if !work.is_finished() {
            work.abort();
            // Dropped when this has resolved, and not before: the lease is given back after it.
            let _ = (&mut work).await;
        }
        let Some(end) = end else {
            let job = self.job.name();
            tracing::warn!(job, "another process has the job: this run was cut off");
            return;
        };
        if let RunEnd::Failed(why) = &end {
            tracing::warn!(why, job = self.job.name(), "a job failed");
        }
        self.note(end).await;
    }

    /// Watches the work until it ends or must; nothing when another process has the job.
    async fn watch(
        &mut self,
        work: &mut WorkHandle,
        mut longest: Sleep,
        mut beat: Sleep,
    ) -> Option<RunEnd> {
        let mut grace: Option<Sleep> = None;
        let mut is_told = false;
        loop {
            tokio::select! {
                biased;
                ended = &mut *work => return Some(self.ended(ended)),
                () = &mut beat => {
                    // The next one is counted from here: however long the database takes, none is late.
                    beat = self.clock.sleep(BEAT);
                    if !self.renew().await {
                        return None;
                    }
                }
                () = &mut longest => {
                    let minutes = self.job.limits.longest_ms / 60_000;
                    return Some(RunEnd::Failed(format!("超过 {minutes} 分钟，已中止")));
                }
                changed = self.orders.changed(), if !is_told => {
                    // Without a runner nobody looks after this run.
                    let order = if changed.is_ok() { *self.orders.borrow() } else { RunOrder::Stop };
                    is_told = order != RunOrder::GoOn;
                    match order {
                        RunOrder::GoOn => {}
                        RunOrder::Lost => return None,
                        RunOrder::Cancel | RunOrder::Stop if self.job.limits.is_cuttable => {
                            return Some(cut_off(order));
                        }
                        RunOrder::Cancel | RunOrder::Stop => grace = Some(self.clock.sleep(GRACE)),
                    }
                }
                () = within(&mut grace) => return Some(cut_off(*self.orders.borrow())),
            }
        }
    }

    fn ended(&self, ended: Result<Result<String, JobFailure>, JoinError>) -> RunEnd {
        let order = *self.orders.borrow();
        match ended {
            Ok(Ok(detail)) => RunEnd::Done(detail),
            Ok(Err(JobFailure::Failed(why))) => RunEnd::Failed(why),
            Ok(Err(JobFailure::Stopped(detail))) => match order {
                RunOrder::Cancel => RunEnd::Cancelled(detail),
                RunOrder::Stop | RunOrder::Lost => RunEnd::Stopped(detail),
                RunOrder::GoOn => RunEnd::Failed(detail),
            },
            Err(_) => RunEnd::Failed("程序故障，见日志".to_owned()),
        }
    }

    /// Renews the lease; answers false when another process has the job. A database that cannot be asked says nothing
    /// about that: the run goes on, and its fence decides what is kept.
    async fn renew(&self) -> bool {
        let (fence, now_ms) = (self.claim.fence.clone(), self.clock.now_ms());
        let write = move |tx: &mut Tx<'_>| lease::renew(tx, &fence, now_ms);
        self.db.write(write).await.unwrap_or_else(|error| {
            tracing::warn!(%error, job = self.job.name(), "a lease could not be renewed");
            true
        })
    }

    async fn note(&self, end: RunEnd) {
        let is_stopping = *self.orders.borrow() == RunOrder::Stop;
        let n_tries = if is_stopping { NOTES_AT_STOP } else { NOTES };
        for _ in 0..n_tries {
            let (job, claim, end) = (self.job.clone(), self.claim.clone(), end.clone());
            let (progress, now_ms) = (self.progress.now(), self.clock.now_ms());
            let write =
                move |tx: &mut Tx<'_>| lease::finish(tx, &job, &claim, (&end, progress), now_ms);
            match self.db.write(write).await {
                Ok(_) => return,
                Err(error) => {
                    tracing::warn!(%error, job = self.job.name(), "the end of a job could not be noted");
                }
            }
            self.clock.sleep(LOOK).await;
        }
    }
}

fn cut_off(order: RunOrder) -> RunEnd {
    match order {
        RunOrder::Cancel => RunEnd::Cancelled("已取消".to_owned()),
        RunOrder::GoOn | RunOrder::Stop | RunOrder::Lost => {
            RunEnd::Stopped("进程停止，由下一个进程接着执行".to_owned())
        }
    }
}

async fn within(grace: &mut Option<Sleep>) {
    match grace {
        Some(grace) => grace.await,
        None => pending().await,
    }
}
