//! Statements on `replica_beat`, and on what a server is.

use crate::{Result, Tx};

/// For how long rows of processes stay that write none any more, in milliseconds: a day.
const KEPT_MS: i64 = 24 * 3_600_000;

/// Removes what processes have left that are gone.
pub(crate) fn forget(tx: &mut Tx<'_>, now_ms: i64) -> Result<()> {
    tx.execute(
        "delete from replica_beat where at_ms < $1",
        &[(now_ms - KEPT_MS).into()],
    )
    .map(|_| ())
}

/// Writes the number of this moment.
pub(crate) fn beat(tx: &mut Tx<'_>, owner: &str, number: i64, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into replica_beat (owner, number, at_ms) values ($1, $2, $3) \
         on conflict (owner) do update set number = excluded.number, at_ms = excluded.at_ms",
        &[owner.into(), number.into(), now_ms.into()],
    )
    .map(|_| ())
}

/// The newest number that a standby has; nothing when the server is no standby, and 0 before it has any.
pub(crate) fn number(tx: &mut Tx<'_>, owner: &str) -> Result<Option<i64>> {
    let found = tx.query_opt(
        "select coalesce(max(number), 0), pg_is_in_recovery() from replica_beat where owner = $1",
        &[owner.into()],
    )?;
    let Some(row) = found else { return Ok(None) };
    let number = row.int(0)?;
    Ok(row.bool(1)?.then_some(number))
}
