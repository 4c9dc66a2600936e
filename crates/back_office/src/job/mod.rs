//! Jobs (定时任务) as people see them: which there are, when they are due, how their runs ended; run one now, cancel one.
//!
//! The crate [`jobs`] does them. What a person asks for stands in the job's row and in the audit, in one transaction; the
//! process that has the job sees it within seconds.

pub mod http;
mod own;
#[cfg(test)]
mod tests;
pub mod view;

use ::archive::ArchiveClass;
use ::archive::table::{ArchiveTable, ColumnKind as Kind, MonthBy, none_stays};
use jobs::{Job, lease};
use registry::access::Actor;
use registry::audit::{self, AuditedAct};
use registry::module::Module;
use registry::request::codes;
use store::Tx;
use web::Problem;

pub use own::{ACTS, PARAMETERS, STALE_DAYS, own};

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("定时任务")
    .acts(ACTS)
    .parameters(PARAMETERS)
    .archives(&[&[RUNS]]);

/// Runs of jobs, as the archive knows them: logs.
const RUNS: ArchiveTable = ArchiveTable {
    class: ArchiveClass::Log,
    table: "job_run",
    key: &["id"],
    columns: &[
        ("id", Kind::Int),
        ("job", Kind::Text),
        ("asked_by", Kind::Text),
        ("started_at", Kind::Int),
        ("ended_at", Kind::Int),
        ("result", Kind::Text),
        ("detail", Kind::Text),
        ("done_n", Kind::Int),
        ("total_n", Kind::Int),
        ("attempt", Kind::Int),
        ("node", Kind::Int),
    ],
    month: MonthBy::Id,
    is_fixed: false,
    batch: 500,
    stays: none_stays,
};

/// What somebody asks of a job, and why: [`run_now`] or [`cancel`].
pub type JobAct = fn(&mut Tx<'_>, &Job, (&Actor, &str), i64) -> Result<(), Problem>;

/// Makes a job due now (立即执行), for a reason.
///
/// # Errors
/// That it runs already, and the store's.
pub fn run_now(
    tx: &mut Tx<'_>,
    job: &Job,
    (actor, why): (&Actor, &str),
    now_ms: i64,
) -> Result<(), Problem> {
    if !lease::ask(tx, job, &actor.name, now_ms)? {
        return Err(Problem::new(codes::BUSY));
    }
    record(tx, job, (actor, own::RUN, why), now_ms)
}

/// Asks that the present run of a job stops (取消), for a reason.
///
/// # Errors
/// That it does not run, and the store's.
pub fn cancel(
    tx: &mut Tx<'_>,
    job: &Job,
    (actor, why): (&Actor, &str),
    now_ms: i64,
) -> Result<(), Problem> {
    if !lease::cancel(tx, job, &actor.name, now_ms)? {
        return Err(Problem::new(codes::NOT_RUNNING));
    }
    record(tx, job, (actor, own::CANCEL, why), now_ms)
}

fn record(
    tx: &mut Tx<'_>,
    job: &Job,
    (actor, act, why): (&Actor, AuditedAct, &str),
    now_ms: i64,
) -> Result<(), Problem> {
    let (object, detail) = (format!("job:{}", job.name()), format!("理由：{why}"));
    audit::done(tx, now_ms, actor, act, &object, &detail)?;
    Ok(())
}
