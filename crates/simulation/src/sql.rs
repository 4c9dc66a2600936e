//! What the simulator writes and reads in the database by itself.

use registry::company::CompanyId;
use store::event::Event;
use store::{Result, Tx};

/// The kind of the fact that a run of the simulated job writes.
pub(crate) const RUN: &str = "simulation.run";

/// A run of the simulated job notes that it was there, and which run holds the job now.
pub(crate) fn note_run(
    tx: &mut Tx<'_>,
    id: i64,
    at_ms: i64,
    (job, run, number): (&str, i64, i64),
) -> Result<()> {
    let held = tx.query_opt("select fence from job where name = $1", &[job.into()])?;
    let held = held.map_or(Ok(0), |row| row.int(0))?;
    let event = Event {
        id,
        at_ms,
        kind: RUN.to_owned(),
        company_id: None,
        subject_id: run,
        detail: format!("{number} of {held}"),
    };
    store::event::append(tx, &[event])
}

/// Has the database note which process has the shard of a company when a step of it is committed.
pub(crate) fn watch_lanes(tx: &mut Tx<'_>, shards: &[(CompanyId, u32)]) -> Result<()> {
    tx.execute(
        "create table sim_shard (company_id bigint primary key, shard bigint not null)",
        &[],
    )?;
    tx.execute(
        "create table sim_commit (event_id bigint primary key, owner text not null, step text not null)",
        &[],
    )?;
    for (company, shard) in shards {
        tx.execute(
            "insert into sim_shard (company_id, shard) values ($1, $2)",
            &[company.0.into(), i64::from(*shard).into()],
        )?;
    }
    for (fact, step) in [
        ("message.checked", "check"),
        ("message.answered", "receipt"),
    ] {
        let sql = format!(
            "create trigger sim_watch_{step} after insert on event when new.kind = '{fact}' begin \
             insert into sim_commit (event_id, owner, step) \
             select new.id, coalesce(l.owner, ''), m.direction || '.{step}' \
             from sim_shard s join message m on m.id = new.subject_id \
             left join lane_shard l on l.shard = s.shard and l.step = m.direction || '.{step}' \
             where s.company_id = new.company_id; end"
        );
        tx.execute(&sql, &[])?;
    }
    Ok(())
}

/// Numbers of processes whose lanes were taken over do not change any more: their turns are kept.
pub(crate) fn break_lane_fence(tx: &mut Tx<'_>) -> Result<()> {
    tx.execute(
        "create trigger sim_no_fence before update of fence on lane_worker \
         when new.fence <> old.fence begin select raise(ignore); end",
        &[],
    )?;
    Ok(())
}

/// Steps that were committed: the fact, who had the lane, and which step it is.
pub(crate) fn lane_commits(tx: &mut Tx<'_>) -> Result<Vec<(i64, String, String)>> {
    let rows = tx.query("select event_id, owner, step from sim_commit", &[])?;
    let read = rows
        .iter()
        .map(|row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)));
    read.collect()
}

/// A message as it is stored at the end.
pub(crate) struct EndedMessage {
    pub(crate) id: i64,
    pub(crate) company: i64,
    pub(crate) guid: String,
    pub(crate) state: String,
    pub(crate) hash: Vec<u8>,
}

pub(crate) fn messages(tx: &mut Tx<'_>) -> Result<Vec<EndedMessage>> {
    let rows = tx.query(
        "select id, company_id, guid, state, hash from message order by id",
        &[],
    )?;
    let read = rows.iter().map(|row| {
        Ok(EndedMessage {
            id: row.int(0)?,
            company: row.int(1)?,
            guid: row.text(2)?,
            state: row.text(3)?,
            hash: row.bytes(4)?,
        })
    });
    read.collect()
}

/// The receipts in the feeds: company, number, message, guid.
pub(crate) fn receipts(tx: &mut Tx<'_>) -> Result<Vec<(i64, i64, i64, String)>> {
    let rows = tx.query(
        "select company_id, feed_no, message_id, guid from receipt order by company_id, feed_no",
        &[],
    )?;
    let read = rows
        .iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?, row.int(2)?, row.text(3)?)));
    read.collect()
}

/// The facts of one kind, or of a kind that begins so: subject, kind, detail, in their order.
pub(crate) fn facts(tx: &mut Tx<'_>, like: &str) -> Result<Vec<(i64, String, String)>> {
    let rows = tx.query(
        "select subject_id, kind, detail from event where kind like $1 order by place, id",
        &[like.into()],
    )?;
    let read = rows
        .iter()
        .map(|row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)));
    read.collect()
}

/// Counts of all days: sent, receipts.
pub(crate) fn counts(tx: &mut Tx<'_>) -> Result<(i64, i64)> {
    let sums = tx.query_opt(
        "select cast(coalesce(sum(n_sent), 0) as bigint), cast(coalesce(sum(n_receipts), 0) as bigint) \
         from message_day",
        &[],
    )?;
    sums.map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
}

/// Runs of the simulated job: the run and how it ended.
pub(crate) fn runs(tx: &mut Tx<'_>) -> Result<Vec<(i64, String)>> {
    let rows = tx.query(
        "select id, coalesce(result, '') from job_run where job = $1 order by id",
        &[RUN.into()],
    )?;
    rows.iter()
        .map(|row| Ok((row.int(0)?, row.text(1)?)))
        .collect()
}

/// Messages, answers and what lies in the queues that nobody is done with: how many.
pub(crate) fn unfinished(tx: &mut Tx<'_>) -> Result<i64> {
    let found = tx.query_opt(
        "select (select count(*) from message where state in ('received', 'checked', 'sent', 'waiting')) \
         + (select count(*) from receipt_inbox) + (select count(*) from queue_item)",
        &[],
    )?;
    found.map_or(Ok(0), |row| row.int(0))
}
