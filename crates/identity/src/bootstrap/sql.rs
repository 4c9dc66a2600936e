//! Every statement on the table `bootstrap`.

use store::{Result, Tx};

pub(super) fn replace(tx: &mut Tx<'_>, hash: &str, now_ms: i64, expires_at: i64) -> Result<()> {
    tx.execute("delete from bootstrap where used_at is null", &[])?;
    tx.execute(
        "insert into bootstrap (hash, created_at, expires_at) values ($1, $2, $3)",
        &[hash.into(), now_ms.into(), expires_at.into()],
    )
    .map(|_| ())
}

pub(super) fn opens(tx: &mut Tx<'_>, hash: &str, now_ms: i64) -> Result<bool> {
    let found = tx.query_opt(
        "select 1 from bootstrap where hash = $1 and used_at is null and expires_at > $2",
        &[hash.into(), now_ms.into()],
    )?;
    Ok(found.is_some())
}

/// Uses the token up: of two forms that bring it at once, this answers true to one.
pub(super) fn use_up(tx: &mut Tx<'_>, hash: &str, now_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update bootstrap set used_at = $2 where hash = $1 and used_at is null and expires_at > $2",
        &[hash.into(), now_ms.into()],
    )?;
    Ok(n_changed > 0)
}
