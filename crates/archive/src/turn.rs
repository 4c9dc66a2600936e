//! A turn of work on the archive: the fence of its job, and a way to hear that it should stop.

use crate::error::{ArchiveError, ArchiveResult};
use jobs::fence::Fence;
use jobs::turn::JobTurn;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Db, Result, Tx};

/// A turn of work on the archive.
#[derive(Clone)]
pub struct ArchiveTurn {
    fence: Fence,
    job: Option<JobTurn>,
    proofs: Option<Arc<ProofMeter>>,
}

/// How far the proofs of a turn are: every row is restored once and compared once.
#[derive(Debug)]
struct ProofMeter {
    n_looks: AtomicI64,
    n_rows: i64,
}

impl From<JobTurn> for ArchiveTurn {
    fn from(turn: JobTurn) -> Self {
        Self {
            fence: turn.fence.clone(),
            job: Some(turn),
            proofs: None,
        }
    }
}

impl From<Fence> for ArchiveTurn {
    fn from(fence: Fence) -> Self {
        Self {
            fence,
            job: None,
            proofs: None,
        }
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

    /// The same turn, whose proofs say how far they are: of so many rows in all. A turn that does other things as well says
    /// how far it is by itself.
    #[must_use]
    pub fn proving(&self, n_rows: i64) -> Self {
        let n_looks = AtomicI64::new(0);
        Self {
            proofs: Some(Arc::new(ProofMeter { n_looks, n_rows })),
            ..self.clone()
        }
    }

    /// Says that so many rows more were restored, or compared, for a proof.
    pub(crate) async fn looked_at(&self, n_more: usize) {
        let Some(proofs) = &self.proofs else { return };
        let n_more = i64::try_from(n_more).unwrap_or(i64::MAX);
        let n_looks = proofs.n_looks.fetch_add(n_more, Ordering::Relaxed) + n_more;
        // Rows of a part that is broken may be more than were noted.
        let n_done = (n_looks / 2).min(proofs.n_rows);
        self.progress(n_done, proofs.n_rows).await;
    }
}
