//! Statements on `parked_receipt`.

use super::{NewParked, Parked, ParkedBody};
use store::{Result, Row, Tx, Value, Vault};

/// Inserts an answer under an id and a fingerprint; false when it is there and waits. One that was dismissed
/// waits again when it comes once more.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    (id, fingerprint): (i64, i64),
    (parked, receivers): (&NewParked<'_>, &str),
    now_ms: i64,
) -> Result<bool> {
    let body = tx.vault().close(parked.body)?;
    let n_inserted = tx.execute(
        "insert into parked_receipt (id, kind, document_key, reason, fingerprint, at_ms, \
         released_at, receivers, body) values ($1, $2, $3, $4, $5, $6, null, $7, $8) \
         on conflict (fingerprint) do update set released_at = null, at_ms = excluded.at_ms \
         where parked_receipt.released_at is not null",
        &[
            id.into(),
            parked.kind.into(),
            (&parked.key).into(),
            (&parked.reason).into(),
            fingerprint.into(),
            now_ms.into(),
            receivers.into(),
            Value::Bytes(&body),
        ],
    )?;
    Ok(n_inserted > 0)
}

/// The answers that wait for a person, newest first.
pub(crate) fn list(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<Vec<Parked>> {
    let vault = tx.vault();
    tx.query(
        "select id, kind, document_key, reason, at_ms, body, receivers from parked_receipt \
         where released_at is null and id < $1 order by id desc limit $2",
        &[before.into(), limit.into()],
    )?
    .iter()
    .map(|row| {
        Ok(Parked {
            id: row.int(0)?,
            kind: row.text(1)?,
            document_key: row.text(2)?,
            reason: row.text(3)?,
            at_ms: row.int(4)?,
            body: opened(&vault, row, 5)?,
        })
    })
    .collect()
}

/// Whether an answer still waits.
pub(crate) fn waits(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let found = tx.query_opt(
        "select 1 from parked_receipt where id = $1 and released_at is null",
        &[id.into()],
    )?;
    Ok(found.is_some())
}

/// An answer that still waits, with its address; none where no key opens it.
pub(crate) fn body(tx: &mut Tx<'_>, id: i64) -> Result<Option<ParkedBody>> {
    let found = tx.query_opt(
        "select body, receivers from parked_receipt where id = $1 and released_at is null",
        &[id.into()],
    )?;
    let vault = tx.vault();
    found.map_or(Ok(None), |row| opened(&vault, &row, 0))
}

/// The body in a column, and the receivers in the one after it; none where no key opens the body.
fn opened(vault: &Vault, row: &Row, at: usize) -> Result<Option<ParkedBody>> {
    let receivers = row.text(at + 1)?;
    let body = vault.try_bytes(row.bytes(at)?, "parked_receipt");
    Ok(body.map(|body| ParkedBody {
        receivers: receivers.split_whitespace().map(str::to_owned).collect(),
        body,
    }))
}

/// Notes that an answer waits no more: it has found its home, or was dismissed. Answers whether it waited.
pub(crate) fn close(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<bool> {
    let n_closed = tx.execute(
        "update parked_receipt set released_at = $1 where id = $2 and released_at is null",
        &[now_ms.into(), id.into()],
    )?;
    Ok(n_closed > 0)
}

/// Holds a parked answer until the transaction ends: of two that come together one waits for the other.
pub(crate) fn hold(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.execute(
        "update parked_receipt set kind = kind where id = $1",
        &[id.into()],
    )
    .map(|_| ())
}
