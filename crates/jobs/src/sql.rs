//! Every statement on the tables `job` and `job_run`.

use store::{Result, Row, Tx};

/// The claim of a run to its job (围栏).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The name of the job.
    pub job: &'static str,
    /// The number of the claim, which grows with each.
    pub number: i64,
    /// The run.
    pub run: i64,
}

/// A claim as the statement needs it.
pub(crate) struct ClaimWanted<'a> {
    pub(crate) name: &'a str,
    pub(crate) run: i64,
    pub(crate) owner: &'a str,
    pub(crate) now_ms: i64,
    /// A job that is due later than this is due now: the clock was set back.
    pub(crate) far_ms: i64,
    pub(crate) lease_ms: i64,
    pub(crate) skew_ms: i64,
}

/// How a job stands after a run.
pub(crate) struct After<'a> {
    pub(crate) due_at: i64,
    pub(crate) attempt: i64,
    /// Added to the failures in a row; nothing sets them to zero.
    pub(crate) n_failed: Option<i64>,
    pub(crate) asked_by: &'a str,
}

/// Makes the row of a job, or sets when it is due anew if that was set by another schedule.
pub(crate) fn ensure(
    tx: &mut Tx<'_>,
    name: &str,
    (schedule, due_at): (&str, i64),
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "insert into job (name, due_at, lease_until, owner, run_id, asked_by, schedule) \
         values ($1, $2, 0, '', 0, '', $3) on conflict (name) do update set \
         due_at = excluded.due_at, schedule = excluded.schedule \
         where job.schedule <> excluded.schedule and job.lease_until <= $4 and job.asked_by = ''",
        &[name.into(), due_at.into(), schedule.into(), now_ms.into()],
    )
    .map(|_| ())
}

/// Takes the lease. The conditions stand in the statement that changes the row: of two processes that come together, the
/// second one's are checked again after the first one's commit.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    wanted: &ClaimWanted<'_>,
) -> Result<Option<(String, i64, i64)>> {
    let row = tx.query_opt(
        "update job set lease_until = $2 + $3, owner = $4, run_id = $5, fence = fence + 1, \
         attempt = attempt + 1, cancel_asked = '' where name = $1 \
         and (due_at <= $2 or due_at > $6) and (lease_until <= $2 or lease_until > $2 + $7) \
         returning asked_by, fence, attempt",
        &[
            wanted.name.into(),
            wanted.now_ms.into(),
            wanted.lease_ms.into(),
            wanted.owner.into(),
            wanted.run.into(),
            wanted.far_ms.into(),
            (wanted.lease_ms + wanted.skew_ms).into(),
        ],
    )?;
    row.map(|row| Ok((row.text(0)?, row.int(1)?, row.int(2)?)))
        .transpose()
}

/// Whether a run still holds its job. Locks the row: nobody claims it before the end of the transaction.
pub(crate) fn holds(tx: &mut Tx<'_>, fence: &Fence) -> Result<bool> {
    let n_changed = tx.execute(
        "update job set fence = fence where name = $1 and fence = $2 and run_id = $3",
        &[fence.job.into(), fence.number.into(), fence.run.into()],
    )?;
    Ok(n_changed > 0)
}

/// Renews the lease of a run that still holds its job.
pub(crate) fn renew(tx: &mut Tx<'_>, fence: &Fence, until_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update job set lease_until = $4 where name = $1 and fence = $2 and run_id = $3",
        &[
            fence.job.into(),
            fence.number.into(),
            fence.run.into(),
            until_ms.into(),
        ],
    )?;
    Ok(n_changed > 0)
}

/// Gives the lease back; answers whether it was still held.
pub(crate) fn free(tx: &mut Tx<'_>, fence: &Fence, after: &After<'_>) -> Result<bool> {
    let n_changed = tx.execute(
        "update job set lease_until = 0, run_id = 0, due_at = $4, attempt = $5, asked_by = $6, \
         cancel_asked = '', failed_n = case when $7 < 0 then 0 else failed_n + $7 end \
         where name = $1 and fence = $2 and run_id = $3",
        &[
            fence.job.into(),
            fence.number.into(),
            fence.run.into(),
            after.due_at.into(),
            after.attempt.into(),
            after.asked_by.into(),
            after.n_failed.unwrap_or(-1).into(),
        ],
    )?;
    Ok(n_changed > 0)
}

/// Counts runs that were lost among the failures in a row.
pub(crate) fn count_lost(tx: &mut Tx<'_>, name: &str, n_lost: i64) -> Result<()> {
    tx.execute(
        "update job set failed_n = failed_n + $2 where name = $1",
        &[name.into(), n_lost.into()],
    )
    .map(|_| ())
}

/// Sets when a job is due that is due too late by the present clock.
pub(crate) fn bring_forward(
    tx: &mut Tx<'_>,
    name: &str,
    far_ms: i64,
    (due_at, now_ms): (i64, i64),
) -> Result<()> {
    tx.execute(
        "update job set due_at = $3 where name = $1 and due_at > $2 and lease_until <= $4",
        &[name.into(), far_ms.into(), due_at.into(), now_ms.into()],
    )
    .map(|_| ())
}

/// Ends the leases of owners with a number: `3.…`.
pub(crate) fn free_of(tx: &mut Tx<'_>, node: u8) -> Result<()> {
    tx.execute(
        "update job set lease_until = 0 where owner like $1 and lease_until > 0",
        &[format!("{node}.%").as_str().into()],
    )
    .map(|_| ())
}

/// Makes a job due now; answers false while somebody works on it.
pub(crate) fn ask(
    tx: &mut Tx<'_>,
    name: &str,
    who: &str,
    (now_ms, believed_ms): (i64, i64),
) -> Result<bool> {
    let n_changed = tx.execute(
        "update job set due_at = $2, asked_by = $3, attempt = 0 where name = $1 \
         and (lease_until <= $2 or lease_until > $4)",
        &[name.into(), now_ms.into(), who.into(), believed_ms.into()],
    )?;
    Ok(n_changed > 0)
}

/// Asks that the present run stops; answers false when nobody works on the job.
pub(crate) fn cancel(tx: &mut Tx<'_>, name: &str, who: &str, now_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update job set cancel_asked = $2 where name = $1 and lease_until > $3",
        &[name.into(), who.into(), now_ms.into()],
    )?;
    Ok(n_changed > 0)
}

pub(crate) fn begin(
    tx: &mut Tx<'_>,
    fence: &Fence,
    asked_by: &str,
    (attempt, node, now_ms): (i64, u8, i64),
) -> Result<()> {
    tx.execute(
        "insert into job_run (id, job, asked_by, started_at, detail, attempt, node) \
         values ($1, $2, $3, $4, '', $5, $6)",
        &[
            fence.run.into(),
            fence.job.into(),
            asked_by.into(),
            now_ms.into(),
            attempt.into(),
            i64::from(node).into(),
        ],
    )
    .map(|_| ())
}

/// Notes that earlier runs which never ended are lost; answers how many.
pub(crate) fn lose(tx: &mut Tx<'_>, name: &str, now_ms: i64) -> Result<i64> {
    let n_changed = tx.execute(
        "update job_run set ended_at = $2, result = 'lost' where job = $1 and ended_at is null",
        &[name.into(), now_ms.into()],
    )?;
    Ok(i64::try_from(n_changed).unwrap_or(i64::MAX))
}

/// Notes how far a run is.
pub(crate) fn progress(tx: &mut Tx<'_>, run: i64, far: (i64, i64)) -> Result<()> {
    tx.execute(
        "update job_run set done_n = $2, total_n = $3 where id = $1 and ended_at is null",
        &[run.into(), far.0.into(), far.1.into()],
    )
    .map(|_| ())
}

pub(crate) fn end(
    tx: &mut Tx<'_>,
    run: i64,
    (result, detail): (&str, &str),
    far: Option<(i64, i64)>,
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "update job_run set ended_at = $2, result = $3, detail = $4, done_n = $5, total_n = $6 \
         where id = $1",
        &[
            run.into(),
            now_ms.into(),
            result.into(),
            detail.into(),
            far.map(|far| far.0).into(),
            far.map(|far| far.1).into(),
        ],
    )
    .map(|_| ())
}

/// Forgets the runs before this one that were due and found nothing to do.
pub(crate) fn forget_idle(tx: &mut Tx<'_>, name: &str, run: i64) -> Result<()> {
    tx.execute(
        "delete from job_run where job = $1 and id < $2 and result = 'done' and detail = '' \
         and asked_by = ''",
        &[name.into(), run.into()],
    )
    .map(|_| ())
}

pub(crate) fn prune(tx: &mut Tx<'_>, name: &str, kept: i64) -> Result<()> {
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
    /// The number of the last claim.
    pub fence: i64,
    /// Who asked that the present run stops; empty when nobody did.
    pub cancel_asked: String,
    /// Attempts since the job was due by its schedule.
    pub attempt: i64,
    /// Runs that failed since one did not.
    pub n_failed: i64,
}

/// When each job is due.
pub fn states(tx: &mut Tx<'_>) -> Result<Vec<JobState>> {
    tx.query(
        "select name, due_at, lease_until, fence, cancel_asked, attempt, failed_n from job \
         order by name",
        &[],
    )?
    .iter()
    .map(|row| {
        Ok(JobState {
            name: row.text(0)?,
            due_at: row.int(1)?,
            lease_until: row.int(2)?,
            fence: row.int(3)?,
            cancel_asked: row.text(4)?,
            attempt: row.int(5)?,
            n_failed: row.int(6)?,
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
    /// `done`, `failed`, `lost` or `cancelled`; nothing while it goes on.
    pub result: Option<String>,
    /// What it did, or why it failed.
    pub detail: String,
    /// How many of how many; nothing when it did not say.
    pub progress: Option<(i64, i64)>,
    /// 1, or more when it was a retry; nothing from the release before.
    pub attempt: Option<i64>,
    /// The number of the process that did it; nothing from the release before.
    pub node: Option<i64>,
}

/// The last runs of a job, newest first.
pub fn runs(tx: &mut Tx<'_>, job: &str, limit: i64) -> Result<Vec<JobRun>> {
    tx.query(
        "select id, asked_by, started_at, ended_at, result, detail, done_n, total_n, attempt, node \
         from job_run where job = $1 order by id desc limit $2",
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
        progress: row.int_opt(6)?.zip(row.int_opt(7)?),
        attempt: row.int_opt(8)?,
        node: row.int_opt(9)?,
    })
}
