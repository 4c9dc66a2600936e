//! Claims, renewals and ends (租约) of runs, and what people ask for, each within a transaction of the caller.

use crate::fence::Fence;
use crate::job::Job;
use crate::schedule::Schedule;
use crate::sql::{self, After, ClaimWanted};
use store::clock::SKEW_MS;
use store::{Result, Tx};

pub use crate::sql::{JobRun, JobState, runs, states};

/// How long a claim holds without renewal, in milliseconds.
pub const LEASE_MS: i64 = 120_000;

/// Runs of one job that are kept.
pub const KEPT: i64 = 200;

/// What a process got when it claimed a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobClaim {
    /// What its run proves when it commits.
    pub fence: Fence,
    /// Who asked for it; empty when it was due.
    pub asked_by: String,
    /// 1, or more when it is a retry.
    pub attempt: i64,
    /// When it was claimed, milliseconds since 1970-01-01 UTC.
    pub started_at: i64,
}

/// Who claims a job, and when.
#[derive(Debug, Clone)]
pub struct Claimer {
    /// This start of this process and no other: `3.…`.
    pub owner: String,
    /// The number of the process.
    pub node: u8,
    /// The id of the run.
    pub run: i64,
    /// Milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEnd {
    /// It came to its end; what it did.
    Done(String),
    /// It failed; why.
    Failed(String),
    /// Somebody asked that it stops; what was done until then.
    Cancelled(String),
    /// The process ends: the next one takes over at once.
    Stopped(String),
}

/// Makes the row of every job, so that all of them are seen from the start on.
pub fn ensure(tx: &mut Tx<'_>, jobs: &[Job], now_ms: i64) -> Result<()> {
    for job in jobs {
        let schedule = (&*job.schedule.text(), job.schedule.first(now_ms));
        sql::ensure(tx, job.name(), schedule, now_ms)?;
    }
    Ok(())
}

/// Ends the claims of the process before this one under the same number, which is dead when the number was claimed: its
/// runs are noted as lost by whoever takes over.
pub fn follow(tx: &mut Tx<'_>, node: u8) -> Result<()> {
    sql::free_of(tx, node)
}

/// Whether a lease is held by the present time; one that ends later than it can was made before the clock was set back.
pub fn is_held(state: &JobState, now_ms: i64) -> bool {
    state.lease_until > now_ms && state.lease_until <= now_ms + LEASE_MS + SKEW_MS
}

/// Claims a job if it is due and nobody works on it. A job whose runs were lost more often than it may be tried waits for
/// its next time: what kills its process would do so again at once.
pub fn claim(tx: &mut Tx<'_>, job: &Job, who: &Claimer) -> Result<Option<JobClaim>> {
    let (name, now_ms) = (job.name(), who.now_ms);
    let far_ms = match job.schedule {
        Schedule::Every(_) => job.schedule.far(now_ms),
        // Due at a moment of the calendar, and at no other.
        Schedule::Cron(_) | Schedule::WorkingDay { .. } | Schedule::OnRequest => i64::MAX,
    };
    let wanted = ClaimWanted {
        name,
        run: who.run,
        owner: &who.owner,
        now_ms,
        far_ms,
        lease_ms: LEASE_MS,
        skew_ms: SKEW_MS,
    };
    let Some((asked_by, number, attempt)) = sql::claim(tx, &wanted)? else {
        return Ok(None);
    };
    let fence = Fence {
        job: name,
        number,
        run: who.run,
    };
    let n_lost = sql::lose(tx, name, now_ms)?;
    if n_lost > 0 {
        sql::count_lost(tx, name, n_lost)?;
        if attempt > job.limits.retries + 1 {
            let after = After {
                due_at: job.schedule.next(now_ms),
                attempt: 0,
                n_failed: Some(0),
                asked_by: "",
            };
            sql::free(tx, &fence, &after)?;
            return Ok(None);
        }
    }
    sql::begin(tx, &fence, &asked_by, (attempt, who.node, now_ms))?;
    Ok(Some(JobClaim {
        fence,
        asked_by,
        attempt,
        started_at: now_ms,
    }))
}

/// Renews the lease of a run; answers false when another one has the job.
pub fn renew(tx: &mut Tx<'_>, fence: &Fence, now_ms: i64) -> Result<bool> {
    sql::renew(tx, fence, now_ms + LEASE_MS)
}

/// Ends a run; answers false, and changes nothing, when another one has the job.
pub fn finish(
    tx: &mut Tx<'_>,
    job: &Job,
    claim: &JobClaim,
    (end, progress): (&RunEnd, Option<(i64, i64)>),
    now_ms: i64,
) -> Result<bool> {
    // A clock that was set back during the run does not bring its moment back.
    let next = job.schedule.next(now_ms.max(claim.started_at));
    let mut after = After {
        due_at: next,
        attempt: 0,
        n_failed: Some(0),
        asked_by: "",
    };
    let (result, detail) = match end {
        RunEnd::Done(detail) => {
            after.n_failed = None;
            ("done", detail)
        }
        RunEnd::Failed(why) => {
            let (due_at, attempt) = job.after_failure(claim.attempt, now_ms);
            (after.due_at, after.attempt) = (due_at, attempt);
            after.n_failed = Some(1);
            ("failed", why)
        }
        RunEnd::Cancelled(detail) => ("cancelled", detail),
        RunEnd::Stopped(detail) => {
            (after.due_at, after.attempt) = (now_ms, claim.attempt - 1);
            after.asked_by = &claim.asked_by;
            ("lost", detail)
        }
    };
    if !sql::free(tx, &claim.fence, &after)? {
        return Ok(false);
    }
    sql::end(tx, claim.fence.run, (result, detail), progress, now_ms)?;
    if result == "done" && detail.is_empty() && claim.asked_by.is_empty() {
        sql::forget_idle(tx, job.name(), claim.fence.run)?;
    } else {
        sql::prune(tx, job.name(), KEPT)?;
    }
    Ok(true)
}

/// Sets when a job is due anew if a clock far ahead of the present one has set it.
pub fn bring_forward(tx: &mut Tx<'_>, job: &Job, now_ms: i64) -> Result<()> {
    let due = (job.schedule.next(now_ms), now_ms);
    sql::bring_forward(tx, job.name(), job.schedule.far(now_ms), due)
}

/// Makes a job due now (立即执行); answers false while somebody works on it.
pub fn ask(tx: &mut Tx<'_>, job: &Job, who: &str, now_ms: i64) -> Result<bool> {
    ensure(tx, std::slice::from_ref(job), now_ms)?;
    let times = (now_ms, now_ms + LEASE_MS + SKEW_MS);
    sql::ask(tx, job.name(), who, times)
}

/// Asks that the present run of a job stops (取消); answers false when nobody works on it.
pub fn cancel(tx: &mut Tx<'_>, job: &Job, who: &str, now_ms: i64) -> Result<bool> {
    sql::cancel(tx, job.name(), who, now_ms)
}
