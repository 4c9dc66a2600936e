//! Every statement on the tables `job` and `job_run`.

use super::{Job, LEASE_MS};
use store::clock::SKEW_MS;
use store::{Result, Row, Tx};

pub(super) fn ensure(tx: &mut Tx<'_>, name: &str, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into job (name, due_at, lease_until, owner, run_id, asked_by) \
         values ($1, $2, 0, '', 0, '') on conflict do nothing",
        &[name.into(), now_ms.into()],
    )
    .map(|_| ())
}

/// Takes the lease. The conditions stand in the statement that changes the row: of two processes
/// that come together, the second one's are checked again after the first one's commit.
pub(super) fn claim(
    tx: &mut Tx<'_>,
    job: &Job,
    run: i64,
    owner: &str,
    now_ms: i64,
) -> Result<Option<String>> {
    let row = tx.query_opt(
        "update job set lease_until = $2 + $3, owner = $4, run_id = $5 where name = $1 \
         and (due_at <= $2 or due_at > $2 + $6) \
         and (lease_until <= $2 or lease_until > $2 + $7) returning asked_by",
        &[
            job.name.into(),
            now_ms.into(),
            LEASE_MS.into(),
            owner.into(),
            run.into(),
            job.every_ms.into(),
            (LEASE_MS + SKEW_MS).into(),
        ],
    )?;
    row.map(|row| row.text(0)).transpose()
}

/// Gives the lease back and sets when the job is due next; answers whether it was still held.
pub(super) fn free(tx: &mut Tx<'_>, name: &str, run: i64, due_at: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update job set lease_until = 0, due_at = $3, asked_by = '' \
         where name = $1 and run_id = $2",
        &[name.into(), run.into(), due_at.into()],
    )?;
    Ok(n_changed > 0)
}

/// Ends the leases of owners with a number: `3.…`.
pub(super) fn free_of(tx: &mut Tx<'_>, node: u8) -> Result<()> {
    tx.execute(
        "update job set lease_until = 0 where owner like $1 and lease_until > 0",
        &[format!("{node}.%").as_str().into()],
    )
    .map(|_| ())
}

/// Makes a job due now; answers false while somebody works on it.
pub(super) fn ask(tx: &mut Tx<'_>, name: &str, who: &str, now_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update job set due_at = $2, asked_by = $3 where name = $1 \
         and (lease_until <= $2 or lease_until > $4)",
        &[
            name.into(),
            now_ms.into(),
            who.into(),
            (now_ms + LEASE_MS + SKEW_MS).into(),
        ],
    )?;
    Ok(n_changed > 0)
}

pub(super) fn begin(
    tx: &mut Tx<'_>,
    name: &str,
    run: i64,
    asked_by: &str,
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "insert into job_run (id, job, asked_by, started_at, detail) values ($1, $2, $3, $4, '')",
        &[run.into(), name.into(), asked_by.into(), now_ms.into()],
    )
    .map(|_| ())
}

/// Notes that earlier runs which never ended are lost.
pub(super) fn lose(tx: &mut Tx<'_>, name: &str, now_ms: i64) -> Result<()> {
    tx.execute(
        "update job_run set ended_at = $2, result = 'lost' where job = $1 and ended_at is null",
        &[name.into(), now_ms.into()],
    )
    .map(|_| ())
}

pub(super) fn end(
    tx: &mut Tx<'_>,
    run: i64,
    result: &str,
    detail: &str,
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "update job_run set ended_at = $2, result = $3, detail = $4 where id = $1",
        &[run.into(), now_ms.into(), result.into(), detail.into()],
    )
    .map(|_| ())
}

/// Forgets the runs before this one that were due and found nothing to do.
pub(super) fn forget_idle(tx: &mut Tx<'_>, name: &str, run: i64) -> Result<()> {
    tx.execute(
        "delete from job_run where job = $1 and id < $2 and result = 'done' and detail = '' \
         and asked_by = ''",
        &[name.into(), run.into()],
    )
    .map(|_| ())
}

pub(super) fn prune(tx: &mut Tx<'_>, name: &str, kept: i64) -> Result<()> {
    tx.execute(
        "delete from job_run where job = $1 and id not in \
         (select id from job_run where job = $1 order by id desc limit $2)",
        &[name.into(), kept.into()],
    )
    .map(|_| ())
}

/// When a job is due and who works on it (任务状态).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobState {
    /// Name of the job.
    pub name: String,
    /// When it is due, milliseconds since 1970-01-01 UTC.
    pub due_at: i64,
    /// Until when somebody works on it.
    pub lease_until: i64,
}

/// When each job is due.
pub fn states(tx: &mut Tx<'_>) -> Result<Vec<JobState>> {
    tx.query(
        "select name, due_at, lease_until from job order by name",
        &[],
    )?
    .iter()
    .map(|row| {
        Ok(JobState {
            name: row.text(0)?,
            due_at: row.int(1)?,
            lease_until: row.int(2)?,
        })
    })
    .collect()
}

/// A run of a job (任务执行记录).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRun {
    /// Its id.
    pub id: i64,
    /// Who asked for it; empty when it was due.
    pub asked_by: String,
    /// When it began, milliseconds since 1970-01-01 UTC.
    pub started_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// `done`, `failed` or `lost`; nothing while it goes on.
    pub result: Option<String>,
    /// What it did, or why it failed.
    pub detail: String,
}

/// The last runs of a job, newest first.
pub fn runs(tx: &mut Tx<'_>, job: &str, limit: i64) -> Result<Vec<JobRun>> {
    tx.query(
        "select id, asked_by, started_at, ended_at, result, detail from job_run \
         where job = $1 order by id desc limit $2",
        &[job.into(), limit.into()],
    )?
    .iter()
    .map(run)
    .collect()
}

fn run(row: &Row) -> Result<JobRun> {
    Ok(JobRun {
        id: row.int(0)?,
        asked_by: row.text(1)?,
        started_at: row.int(2)?,
        ended_at: row.int_opt(3)?,
        result: row.text_opt(4)?,
        detail: row.text(5)?,
    })
}
