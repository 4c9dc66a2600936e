//! The fence (围栏) of a run: what it commits is kept only while the run still holds its job.
//!
//! The proof is a statement in the same transaction that locks the job's row: a claim by another process waits for the
//! commit, or has come first, and then the proof fails and everything is undone.

use crate::sql;
use std::fmt;
use store::{Db, Error, Tx, TxFailure};

pub use crate::sql::Fence;

/// Why nothing was written through a fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fenced<E> {
    /// Another run has the job: this one was paused for longer than its lease.
    Lost,
    /// What the work itself failed with.
    Work(E),
}

impl<E: From<Error>> From<Error> for Fenced<E> {
    fn from(error: Error) -> Self {
        Self::Work(E::from(error))
    }
}

impl<E: TxFailure> TxFailure for Fenced<E> {
    fn store(&self) -> Option<&Error> {
        match self {
            Self::Lost => None,
            Self::Work(failure) => failure.store(),
        }
    }
}

impl<E: fmt::Display> fmt::Display for Fenced<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost => f.write_str("任务已由另一进程接手，本次结果未写入"),
            Self::Work(failure) => failure.fmt(f),
        }
    }
}

impl Fence {
    /// Runs `f` in a transaction that is kept only if the run still holds its job. `f` may run more than once.
    ///
    /// # Errors
    /// [`Fenced::Lost`] when another run has the job, and whatever `f` and the store answer; nothing is kept then.
    pub async fn write<T, E, F>(&self, db: &Db, mut f: F) -> Result<T, Fenced<E>>
    where
        T: Send + 'static,
        E: TxFailure,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let fence = self.clone();
        db.write(move |tx| {
            if !sql::holds(tx, &fence)? {
                return Err(Fenced::Lost);
            }
            f(tx).map_err(Fenced::Work)
        })
        .await
    }
}
