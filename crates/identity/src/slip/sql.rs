//! Every statement on the table `slip`.

use store::{Result, Tx};

/// Notes a slip as used; answers false when it was used before.
pub(super) fn insert(tx: &mut Tx<'_>, hash: &str, expires_at: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "insert into slip (hash, expires_at) values ($1, $2) on conflict (hash) do nothing",
        &[hash.into(), expires_at.into()],
    )?;
    Ok(n_changed > 0)
}

/// Removes slips that expired before `before_ms`, at most so many.
pub fn clean(tx: &mut Tx<'_>, before_ms: i64, limit: i64) -> Result<u64> {
    tx.execute(
        "delete from slip where hash in (select hash from slip \
         where expires_at < $1 order by expires_at limit $2)",
        &[before_ms.into(), limit.into()],
    )
}
