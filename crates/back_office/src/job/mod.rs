//! Jobs (定时任务): what the platform does by itself, once for all its processes.
//!
//! Every process looks which jobs are due and tries to claim them; the claim is one statement that
//! checks again what it changes, so that one process gets it on every engine (architecture design,
//! section 10). A claim is a lease: when a process dies, the run is noted as lost and another takes
//! over after the lease. A clock that was set back cannot put a job off for longer than its own
//! interval. Runs are on record when they did something, failed, or were asked for by hand; of the
//! others the last one, so that everybody sees that the job is done and when.

pub mod http;
mod own;
mod sql;
#[cfg(test)]
mod tests;

use registry::context::AppContext;
use registry::job::Job;
use registry::module::Module;
use std::time::Duration;
use store::task::Pulse;
use store::{Result as StoreResult, Tx};
use tokio::sync::watch;

pub use own::{ACTS, PARAMETERS, STALE_DAYS, own};
pub use sql::{JobRun, JobState, runs, states};

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("定时任务").acts(ACTS).parameters(PARAMETERS);

/// How often a process looks for due jobs.
const LOOK: Duration = Duration::from_secs(2);

/// How long a process may take for one run, in milliseconds.
pub const LEASE_MS: i64 = 120_000;

/// Longest silence of the loop: a job with its claim and its end.
pub const TURN_MAX: Duration = Duration::from_secs(180);

/// Runs of one job that are kept.
const KEPT: i64 = 200;

/// What a process got when it claimed a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobClaim {
    /// Id of the run.
    pub run: i64,
    /// Who asked for it; empty when it was due.
    pub asked_by: String,
}

/// Ends the claims of the process before this one under the same number, which is dead when the number was
/// claimed: its runs are noted as lost by whoever takes over.
pub fn follow(tx: &mut Tx<'_>, node: u8) -> StoreResult<()> {
    sql::free_of(tx, node)
}

/// Claims a job if it is due and nobody works on it.
pub fn claim(
    tx: &mut Tx<'_>,
    context: &AppContext,
    job: &Job,
    owner: &str,
) -> StoreResult<Option<JobClaim>> {
    let (run, now_ms) = (context.ids.next(), context.now_ms());
    sql::ensure(tx, job.name, now_ms)?;
    let Some(asked_by) = sql::claim(tx, job, run, owner, now_ms)? else {
        return Ok(None);
    };
    sql::lose(tx, job.name, now_ms)?;
    sql::begin(tx, job.name, run, &asked_by, now_ms)?;
    Ok(Some(JobClaim { run, asked_by }))
}

/// Ends a run; one that lost its lease meanwhile changes nothing.
pub fn finish(
    tx: &mut Tx<'_>,
    job: &Job,
    claim: &JobClaim,
    outcome: &Result<String, String>,
    now_ms: i64,
) -> StoreResult<()> {
    if !sql::free(tx, job.name, claim.run, now_ms + job.every_ms)? {
        return Ok(());
    }
    let (result, detail) = match outcome {
        Ok(detail) => ("done", detail),
        Err(why) => ("failed", why),
    };
    sql::end(tx, claim.run, result, detail, now_ms)?;
    if result == "done" && detail.is_empty() && claim.asked_by.is_empty() {
        sql::forget_idle(tx, job.name, claim.run)
    } else {
        sql::prune(tx, job.name, KEPT)
    }
}

/// Does every job that is due once, if this process gets it; answers how many it did.
pub async fn round(context: &AppContext, jobs: &[Job], owner: &str, beat: impl Fn()) -> usize {
    let mut n_done = 0;
    for job in jobs {
        beat();
        let (wanted, shared, who) = (job.clone(), context.clone(), owner.to_owned());
        let try_claim = move |tx: &mut Tx<'_>| claim(tx, &shared, &wanted, &who);
        let claimed = match context.db.write(try_claim).await {
            Ok(Some(claimed)) => claimed,
            Ok(None) => continue,
            Err(error) => {
                tracing::warn!(%error, job = job.name, "a job could not be claimed");
                continue;
            }
        };
        let outcome = run_one(context, job).await;
        if let Err(why) = &outcome {
            tracing::warn!(why, job = job.name, "a job failed");
        }
        let (ended, now_ms) = (job.clone(), context.now_ms());
        let end = move |tx: &mut Tx<'_>| finish(tx, &ended, &claimed, &outcome, now_ms);
        if let Err(error) = context.db.write(end).await {
            tracing::warn!(%error, job = job.name, "the end of a job could not be noted");
        }
        n_done += 1;
    }
    n_done
}

/// Runs a job; a panic or a run longer than the lease is a failure of this run and costs the other
/// jobs nothing.
async fn run_one(context: &AppContext, job: &Job) -> Result<String, String> {
    let mut running = tokio::spawn((job.run)());
    let lease = Duration::from_millis(u64::try_from(LEASE_MS).unwrap_or(0));
    tokio::select! {
        ended = &mut running => ended.unwrap_or_else(|_| Err("程序故障，见日志".to_owned())),
        () = context.clock.sleep(lease) => {
            running.abort();
            Err(format!("超过 {} 秒，已中止", lease.as_secs()))
        }
    }
}

/// Does jobs until it is told to stop.
pub async fn serve(
    context: AppContext,
    jobs: Vec<Job>,
    owner: String,
    mut stop: watch::Receiver<bool>,
    pulse: Pulse,
) {
    while !*stop.borrow() {
        round(&context, &jobs, &owner, || pulse.beat()).await;
        tokio::select! {
            () = context.clock.sleep(LOOK) => {}
            // An error means that the process is ending, which is a reason to stop as well.
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}
