//! Every statement on `lane_shard` and `lane_worker`.

use store::{Result, Tx};

/// When a lease counts: from now on, and not so late that it was taken before the clock was set back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) now_ms: i64,
    pub(super) never_ms: i64,
}

impl Span {
    fn has(self, until_ms: i64) -> bool {
        (self.now_ms..=self.never_ms).contains(&until_ms)
    }
}

/// Lists a process as working a step; answers its number.
pub(super) fn enlist(tx: &mut Tx<'_>, step: &str, owner: &str, until_ms: i64) -> Result<i64> {
    tx.query_opt(
        "insert into lane_worker (step, owner, fence, until_ms) values ($1, $2, 1, $3) \
         on conflict (step, owner) do update set until_ms = excluded.until_ms returning fence",
        &[step.into(), owner.into(), until_ms.into()],
    )?
    .map_or(Ok(0), |row| row.int(0))
}

/// How many processes work a step, this one included.
pub(super) fn n_workers(tx: &mut Tx<'_>, step: &str, span: Span) -> Result<usize> {
    let row = tx.query_opt(
        "select count(*) from lane_worker where step = $1 and until_ms >= $2 and until_ms <= $3",
        &[step.into(), span.now_ms.into(), span.never_ms.into()],
    )?;
    let n = row.map_or(Ok(1), |row| row.int(0))?;
    Ok(usize::try_from(n).unwrap_or(1).max(1))
}

/// Removes processes of a step that have been gone for long.
pub(super) fn forget_workers(tx: &mut Tx<'_>, step: &str, before_ms: i64) -> Result<()> {
    tx.execute(
        "delete from lane_worker where step = $1 and until_ms < $2",
        &[step.into(), before_ms.into()],
    )
    .map(|_| ())
}

/// A shard and who has it, if anybody.
#[derive(Debug, Clone)]
pub(super) struct ShardRow {
    pub(super) shard: i64,
    pub(super) owner: Option<String>,
}

/// The shards of a step that somebody has had.
pub(super) fn shards(tx: &mut Tx<'_>, step: &str, span: Span) -> Result<Vec<ShardRow>> {
    let rows = tx.query(
        "select shard, owner, until_ms from lane_shard where step = $1 order by shard",
        &[step.into()],
    )?;
    rows.iter()
        .map(|row| {
            let owner = row.text(1)?;
            Ok(ShardRow {
                shard: row.int(0)?,
                owner: span.has(row.int(2)?).then_some(owner),
            })
        })
        .collect()
}

/// How many shards each process has of each step, by step and process; 0 for one that has had some.
pub(super) fn held(tx: &mut Tx<'_>, span: Span) -> Result<Vec<(String, String, i64)>> {
    let rows = tx.query(
        "select step, owner, sum(case when until_ms >= $1 and until_ms <= $2 then 1 else 0 end) \
         from lane_shard group by step, owner order by step, owner",
        &[span.now_ms.into(), span.never_ms.into()],
    )?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?, row.int(2)?)))
        .collect()
}

/// Takes a shard that is free; answers who had it last, or none when another process was quicker.
pub(super) fn take(
    tx: &mut Tx<'_>,
    (step, shard): (&str, i64),
    owner: &str,
    until_ms: i64,
    span: Span,
) -> Result<Option<String>> {
    let args = [step.into(), shard.into()];
    let before = tx.query_opt(
        "select owner from lane_shard where step = $1 and shard = $2",
        &args,
    )?;
    let before = before.map_or(Ok(String::new()), |row| row.text(0))?;
    let taken = tx.query_opt(
        "insert into lane_shard (step, shard, owner, until_ms) values ($1, $2, $3, $4) \
         on conflict (step, shard) do update set owner = excluded.owner, until_ms = excluded.until_ms \
         where lane_shard.owner = $7 \
         and (lane_shard.until_ms < $5 or lane_shard.until_ms > $6) returning shard",
        &[
            step.into(),
            shard.into(),
            owner.into(),
            until_ms.into(),
            span.now_ms.into(),
            span.never_ms.into(),
            (&before).into(),
        ],
    )?;
    Ok(taken.map(|_| before))
}

/// What a process that was taken from commits from now on is not kept.
pub(super) fn outdate(tx: &mut Tx<'_>, step: &str, owner: &str) -> Result<()> {
    tx.execute(
        "update lane_worker set fence = fence + 1 where step = $1 and owner = $2",
        &[step.into(), owner.into()],
    )
    .map(|_| ())
}

/// Keeps what a process has of a step.
pub(super) fn renew(tx: &mut Tx<'_>, step: &str, owner: &str, until_ms: i64) -> Result<()> {
    tx.execute(
        "update lane_shard set until_ms = $1 where step = $2 and owner = $3 and until_ms > 0",
        &[until_ms.into(), step.into(), owner.into()],
    )
    .map(|_| ())
}

/// As [`renew`] while a turn runs; answers whether nothing was taken over.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    step: &str,
    (owner, fence): (&str, i64),
    until_ms: i64,
) -> Result<bool> {
    let n_kept = tx.execute(
        "update lane_worker set until_ms = $1 where step = $2 and owner = $3 and fence = $4",
        &[until_ms.into(), step.into(), owner.into(), fence.into()],
    )?;
    if n_kept > 0 {
        renew(tx, step, owner, until_ms)?;
    }
    Ok(n_kept > 0)
}

/// Gives one shard back.
pub(super) fn give_up(tx: &mut Tx<'_>, step: &str, shard: i64, owner: &str) -> Result<()> {
    tx.execute(
        "update lane_shard set until_ms = 0, owner = '' where step = $1 and shard = $2 and owner = $3",
        &[step.into(), shard.into(), owner.into()],
    )
    .map(|_| ())
}

/// Gives back all that a process has of a step, and its place among those who work it.
pub(super) fn leave(tx: &mut Tx<'_>, step: &str, owner: &str) -> Result<()> {
    tx.execute(
        "update lane_shard set until_ms = 0, owner = '' where step = $1 and owner = $2",
        &[step.into(), owner.into()],
    )?;
    tx.execute(
        "update lane_worker set until_ms = 0, fence = fence + 1 where step = $1 and owner = $2",
        &[step.into(), owner.into()],
    )
    .map(|_| ())
}

/// As [`leave`] for all processes with a number: `3.…`.
pub(in crate::lane) fn free(tx: &mut Tx<'_>, node: u8) -> Result<()> {
    let owners = format!("{node}.%");
    tx.execute(
        "update lane_shard set until_ms = 0, owner = '' where owner like $1",
        &[owners.as_str().into()],
    )?;
    tx.execute(
        "update lane_worker set until_ms = 0, fence = fence + 1 where owner like $1",
        &[owners.as_str().into()],
    )
    .map(|_| ())
}

/// The number of a process, which does not change until this transaction ends.
pub(super) fn fence(tx: &mut Tx<'_>, step: &str, owner: &str) -> Result<Option<i64>> {
    tx.query_kept(
        "select fence from lane_worker where step = $1 and owner = $2",
        &[step.into(), owner.into()],
    )?
    .map(|row| row.int(0))
    .transpose()
}
