//! Every statement on `receipt_inbox`.

use super::InboxAnswer;
use bytes::Bytes;
use registry::company::CompanyId;
use std::collections::BTreeSet;
use store::pack::{ENVELOPE, PackDictionary};
use store::unreadable::damage;
use store::{Many, Result, Tx, Value};
use web::{Age, Begin, ListRows, OrderBy, Total};

/// What was read of answers: ids and bodies, and ids and reasons of those that are damaged.
pub(super) type ReadBodies = (Vec<(i64, Bytes)>, Vec<(i64, String)>);

pub(super) fn insert(tx: &mut Tx<'_>, direction: &str, kept: &[InboxAnswer]) -> Result<()> {
    const INSERT: Many = Many {
        before: "insert into receipt_inbox (id, direction, company_id, n_bytes, body) values ",
        row: "(?, ?, ?, ?, ?)",
        after: "",
    };
    let vault = tx.vault();
    let sealed = kept
        .iter()
        .map(|one| vault.close(&one.body, PackDictionary::of(ENVELOPE)))
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

/// The largest id in the table; 0 when it is empty.
pub(super) fn newest(tx: &mut Tx<'_>) -> Result<i64> {
    let row = tx.query_opt("select coalesce(max(id), 0) from receipt_inbox", &[])?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// The first company after one that has answers in the table. A company that is no number is damaged, and stops no other.
pub(super) fn next_lane(
    tx: &mut Tx<'_>,
    direction: &str,
    after: Option<CompanyId>,
) -> Result<Option<CompanyId>> {
    tx.query_opt(
        "select company_id from receipt_inbox where direction = $1 and company_id > $2 \
         and company_id = cast(company_id as bigint) order by company_id limit 1",
        &[
            direction.into(),
            after.map_or(-1, |company| company.0).into(),
        ],
    )?
    .map(|row| row.int(0).map(CompanyId))
    .transpose()
}

/// How many answers of a direction take turns, and their bytes; counted up to `limit` answers. What is set
/// aside takes no room from them.
pub(super) fn held(tx: &mut Tx<'_>, direction: &str, limit: i64) -> Result<(i64, i64)> {
    let row = tx.query_opt(
        "select count(*), cast(coalesce(sum(cast(n_bytes as bigint)), 0) as bigint) from \
         (select n_bytes from receipt_inbox where direction = $1 and company_id >= 0 limit $2) \
         as found",
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
    // A size that is damaged is none: the body itself is judged when it is read.
    .map(|row| Ok((row.int(0)?, damage(row.int(1))?.unwrap_or_default())))
    .collect()
}

/// The answers with these ids that are still there, in the order of their ids, and those of them that are
/// damaged, with the reasons.
pub(super) fn bodies(tx: &mut Tx<'_>, ids: &[i64]) -> Result<ReadBodies> {
    const BODIES: Many = Many {
        before: "select id, body from receipt_inbox where id in (",
        row: "?",
        after: ") order by id",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let (mut bodies, mut unreadable) = (Vec::new(), Vec::new());
    for row in tx.many(BODIES, &[], &rows)? {
        let id = row.int(0)?;
        match damage(tx.open(row.bytes(1)?))? {
            Ok(body) => bodies.push((id, Bytes::from(body))),
            Err(why) => unreadable.push((id, why)),
        }
    }
    Ok((bodies, unreadable))
}

/// Puts answers into the lane of a company; those that another has put elsewhere meanwhile stay there.
pub(super) fn move_to(
    tx: &mut Tx<'_>,
    ids: &[i64],
    from: Option<CompanyId>,
    to: CompanyId,
) -> Result<u64> {
    let mut n_moved = 0;
    for id in ids {
        n_moved += tx.execute(
            "update receipt_inbox set company_id = $1 where id = $2 \
             and company_id = coalesce($3, company_id)",
            &[to.0.into(), (*id).into(), from.map(|from| from.0).into()],
        )?;
    }
    Ok(n_moved)
}

/// A company's answers of a direction.
fn rows(direction: &str, company: CompanyId) -> ListRows<'_> {
    let mut rows = ListRows::seen("from receipt_inbox", |args| {
        args.push(direction.into());
        "direction = $1".to_owned()
    });
    rows.and("company_id = ?", Some(company.0));
    rows
}

/// Ids of a page of a company's answers of a direction.
pub(super) fn listed(
    tx: &mut Tx<'_>,
    direction: &str,
    company: CompanyId,
    begin: &Begin<Age>,
    limit: i64,
) -> Result<Vec<i64>> {
    let by = OrderBy::id("id", begin.order == Age::Newest);
    let found = rows(direction, company).page(tx, "id", by, begin.after.as_ref(), limit)?;
    found.iter().map(|row| row.int(0)).collect()
}

/// How many answers of a direction a company has, as far as lists are counted.
pub(super) fn total(tx: &mut Tx<'_>, direction: &str, company: CompanyId) -> Result<Total> {
    rows(direction, company).count(tx)
}

/// Which of these answers a company has in the table.
pub(super) fn among(tx: &mut Tx<'_>, company: CompanyId, ids: &BTreeSet<i64>) -> Result<Vec<i64>> {
    const AMONG: Many = Many {
        before: "select id from receipt_inbox where company_id = $1 and id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    let found = tx.many(AMONG, &[company.0.into()], &rows)?;
    found.iter().map(|row| row.int(0)).collect()
}

/// How many answers of a direction a company has in the table.
pub(super) fn count(tx: &mut Tx<'_>, direction: &str, company: CompanyId) -> Result<i64> {
    let row = tx.query_opt(
        "select count(*) from receipt_inbox where direction = $1 and company_id = $2",
        &[direction.into(), company.0.into()],
    )?;
    row.map_or(Ok(0), |row| row.int(0))
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
