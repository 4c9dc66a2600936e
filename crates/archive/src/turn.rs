//! A turn of work on the archive: the fence of its job, and a way to hear that it should stop.

use crate::error::{ArchiveError, ArchiveResult};
use jobs::fence::Fence;
use jobs::turn::JobTurn;
use store::{Db, Result, Tx};

/// A turn of work on the archive.
#[derive(Clone)]
pub struct ArchiveTurn {
    fence: Fence,
    job: Option<JobTurn>,
}

impl From<JobTurn> for ArchiveTurn {
    fn from(turn: JobTurn) -> Self {
        Self {
            fence: turn.fence.clone(),
            job: Some(turn),
        }
    }
}

impl From<Fence> for ArchiveTurn {
    fn from(fence: Fence) -> Self {
        Self { fence, job: None }
    }
}

impl ArchiveTurn {
    /// Runs `f` in a transaction that is kept only while this turn still holds its job.
    pub(crate) async fn write<T, F>(&self, db: &Db, f: F) -> ArchiveResult<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        Ok(self.fence.write(db, f).await?)
    }

    /// The number of its claim to the job: no other turn of that job has it, and a later one has a larger one.
    pub(crate) fn claim(&self) -> i64 {
        self.fence.number
    }

    /// Whether to go on.
    ///
    /// # Errors
    /// [`ArchiveError::Stopped`] when the turn was told to stop.
    pub(crate) fn go_on(&self) -> ArchiveResult<()> {
        match self.job.as_ref().is_some_and(JobTurn::is_told_to_stop) {
            true => Err(ArchiveError::Stopped),
            false => Ok(()),
        }
    }

    /// Says how far it is.
    pub(crate) async fn progress(&self, n_done: i64, n_total: i64) {
        if let Some(job) = &self.job {
            job.progress(n_done, n_total).await;
        }
    }
}
