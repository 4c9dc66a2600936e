//! What a run is given (执行): its fence, a way to say how far it is, and a way to hear that it should stop.

use crate::fence::Fence;
use crate::sql;
use std::sync::{Arc, Mutex, PoisonError};
use store::Db;
use store::clock::SharedClock;
use tokio::sync::watch;

/// Shortest time between two writes of how far a run is, in milliseconds.
const PROGRESS_MS: i64 = 1_000;

/// What a run is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunOrder {
    /// Nothing.
    GoOn,
    /// Somebody asked that it stops.
    Cancel,
    /// The process ends.
    Stop,
    /// Another process has the job.
    Lost,
}

/// How far a run is.
#[derive(Debug, Default)]
pub(crate) struct RunProgress {
    said: Mutex<SaidProgress>,
}

/// What a run has said last, and when it was written down last.
#[derive(Debug, Clone, Copy, Default)]
struct SaidProgress {
    far: Option<(i64, i64)>,
    written_at: Option<i64>,
}

impl RunProgress {
    /// How many of how many; nothing when the run did not say.
    pub(crate) fn now(&self) -> Option<(i64, i64)> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.far
    }

    /// Notes how far the run is; answers whether it is time to write it down.
    fn note(&self, far: (i64, i64), now_ms: i64) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.far = Some(far);
        let is_time = said.written_at.is_none_or(|at| now_ms - at >= PROGRESS_MS);
        if is_time {
            said.written_at = Some(now_ms);
        }
        is_time
    }
}

/// What a run is given (执行).
#[derive(Clone)]
pub struct JobTurn {
    /// Through it the run commits what it does.
    pub fence: Fence,
    /// Who asked for it; empty when it was due.
    pub asked_by: String,
    /// 1, or more when it is a retry.
    pub attempt: i64,
    pub(crate) db: Db,
    pub(crate) clock: SharedClock,
    pub(crate) progress: Arc<RunProgress>,
    pub(crate) orders: watch::Receiver<RunOrder>,
}

impl JobTurn {
    /// Whether the run should stop at the next good place, and answer [`crate::JobFailure::Stopped`].
    pub fn is_told_to_stop(&self) -> bool {
        *self.orders.borrow() != RunOrder::GoOn
    }

    /// Resolves when the run should stop.
    pub async fn told_to_stop(&mut self) {
        // An error means that the runner is gone, which is a reason to stop as well.
        let _ = self.orders.wait_for(|order| *order != RunOrder::GoOn).await;
    }

    /// Says how far the run is: so many of so many. May be said as often as one likes; it is written at most once a second.
    pub async fn progress(&self, n_done: i64, n_total: i64) {
        if !self
            .progress
            .note((n_done, n_total), self.clock.monotonic_ms())
        {
            return;
        }
        let run = self.fence.run;
        let write = move |tx: &mut store::Tx<'_>| sql::progress(tx, run, (n_done, n_total));
        if let Err(error) = self.db.write(write).await {
            tracing::warn!(%error, job = self.fence.job, "how far a job is could not be noted");
        }
    }
}
