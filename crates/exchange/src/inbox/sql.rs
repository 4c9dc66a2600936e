//! Every statement on `receipt_inbox`.

use super::Kept;
use bytes::Bytes;
use registry::company::CompanyId;
use store::{Many, Result, Tx, Value};

pub(super) fn insert(tx: &mut Tx<'_>, direction: &str, kept: &[Kept]) -> Result<()> {
    const INSERT: Many = Many {
        before: "insert into receipt_inbox (id, direction, company_id, n_bytes, body) values ",
        row: "(?, ?, ?, ?, ?)",
        after: "",
    };
    let vault = tx.vault();
    let sealed = kept
        .iter()
        .map(|one| vault.close(&one.body))
        .collect::<Result<Vec<_>>>()?;
    let rows: Vec<Vec<Value<'_>>> = kept
        .iter()
        .zip(&sealed)
        .map(|(one, body)| {
            vec![
                one.id.into(),
                direction.into(),
                one.company_id.0.into(),
                one.n_bytes.into(),
                Value::Bytes(body),
            ]
        })
        .collect();
    tx.many(INSERT, &[], &rows).map(|_| ())
}

/// The first company after one that has answers in the table.
pub(super) fn next_lane(
    tx: &mut Tx<'_>,
    direction: &str,
    after: Option<CompanyId>,
) -> Result<Option<CompanyId>> {
    tx.query_opt(
        "select company_id from receipt_inbox where direction = $1 and company_id > $2 \
         order by company_id limit 1",
        &[
            direction.into(),
            after.map_or(-1, |company| company.0).into(),
        ],
    )?
    .map(|row| row.int(0).map(CompanyId))
    .transpose()
}

/// How many answers of a direction there are, and their bytes; counted up to `limit` answers.
pub(super) fn held(tx: &mut Tx<'_>, direction: &str, limit: i64) -> Result<(i64, i64)> {
    let row = tx.query_opt(
        "select count(*), cast(coalesce(sum(n_bytes), 0) as bigint) from \
         (select n_bytes from receipt_inbox where direction = $1 limit $2) as found",
        &[direction.into(), limit.into()],
    )?;
    row.map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
}

/// Ids and sizes of a company's oldest answers.
pub(super) fn oldest(
    tx: &mut Tx<'_>,
    direction: &str,
    company: CompanyId,
    limit: i64,
) -> Result<Vec<(i64, i64)>> {
    tx.query(
        "select id, n_bytes from receipt_inbox where direction = $1 and company_id = $2 \
         order by id limit $3",
        &[direction.into(), company.0.into(), limit.into()],
    )?
    .iter()
    .map(|row| Ok((row.int(0)?, row.int(1)?)))
    .collect()
}

/// The answers with these ids that are still there, in the order of their ids.
pub(super) fn bodies(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<(i64, Bytes)>> {
    const BODIES: Many = Many {
        before: "select id, body from receipt_inbox where id in (",
        row: "?",
        after: ") order by id",
    };
    let vault = tx.vault();
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(BODIES, &[], &rows)?
        .iter()
        .map(|row| Ok((row.int(0)?, Bytes::from(vault.open(row.bytes(1)?)?))))
        .collect()
}

/// Takes answers out: in the transaction that applies them.
pub(crate) fn delete(tx: &mut Tx<'_>, ids: &[i64]) -> Result<()> {
    const DELETE: Many = Many {
        before: "delete from receipt_inbox where id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(DELETE, &[], &rows).map(|_| ())
}
