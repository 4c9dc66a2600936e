//! Every statement on `receipt_inbox`.

use super::group::{InboxGroup, WaitingRow, open};
use bytes::Bytes;
use registry::company::CompanyId;
use std::collections::BTreeSet;
use store::unreadable::damage;
use store::{Many, Result, Tx, Value};
use web::{Age, Begin, ListRows, OrderBy, Total};

/// What was read of rows: ids and what they hold, and ids and reasons of those that are damaged.
pub(super) type ReadBodies = (Vec<(i64, Vec<Bytes>)>, Vec<(i64, String)>);

pub(super) fn insert(tx: &mut Tx<'_>, direction: &str, kept: &[InboxGroup]) -> Result<()> {
    const INSERT: Many = Many {
        before: "insert into receipt_inbox (id, direction, company_id, n_bytes, n_answers, body) \
                 values ",
        row: "(?, ?, ?, ?, ?, ?)",
        after: "",
    };
    let vault = tx.vault();
    let sealed = kept
        .iter()
        .map(|group| vault.close_packed(&group.packed))
        .collect::<Result<Vec<_>>>()?;
    let rows: Vec<Vec<Value<'_>>> = kept
        .iter()
        .zip(&sealed)
        .map(|(group, body)| {
            vec![
                group.id.into(),
                direction.into(),
                group.company_id.0.into(),
                group.n_bytes.into(),
                group.n_answers.into(),
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

/// How many rows of a direction take turns, and the bytes of their answers; counted up to `limit` rows. What is set
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

/// A company's oldest rows.
pub(super) fn oldest(
    tx: &mut Tx<'_>,
    direction: &str,
    company: CompanyId,
    limit: i64,
) -> Result<Vec<(WaitingRow, i64)>> {
    tx.query(
        "select id, n_bytes, n_answers from receipt_inbox where direction = $1 and company_id = $2 \
         order by id limit $3",
        &[direction.into(), company.0.into(), limit.into()],
    )?
    .iter()
    .map(|row| {
        let waiting = WaitingRow {
            id: row.int(0)?,
            // What it really holds its body says when it is read.
            n_answers: damage(row.int_opt(2))?.ok().flatten().unwrap_or(1),
        };
        // A size that is damaged is none: the body itself is judged when it is read.
        Ok((waiting, damage(row.int(1))?.unwrap_or_default()))
    })
    .collect()
}

/// The rows with these ids that are still there, in the order of their ids, and those of them that are
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
        let answers = row.bytes(1).and_then(|sealed| tx.open(sealed));
        match damage(answers.and_then(open))? {
            Ok(answers) => bodies.push((id, answers)),
            Err(why) => unreadable.push((id, why)),
        }
    }
    Ok((bodies, unreadable))
}

/// Puts rows into the lane of a company; those that another has put elsewhere meanwhile stay there.
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

/// A company's rows of a direction.
fn rows(direction: &str, company: CompanyId) -> ListRows<'_> {
    let mut rows = ListRows::seen("from receipt_inbox", |args| {
        args.push(direction.into());
        "direction = $1".to_owned()
    });
    rows.and("company_id = ?", Some(company.0));
    rows
}

/// A page of a company's rows of a direction: their ids, and how many answers they hold.
pub(super) fn listed(
    tx: &mut Tx<'_>,
    direction: &str,
    company: CompanyId,
    begin: &Begin<Age>,
    limit: i64,
) -> Result<Vec<(i64, i64)>> {
    let by = OrderBy::id("id", begin.order == Age::Newest);
    let columns = "id, n_answers";
    let found = rows(direction, company).page(tx, columns, by, begin.after.as_ref(), limit)?;
    let row = |row: &store::Row| {
        let n_answers = damage(row.int_opt(1))?.ok().flatten();
        Ok((row.int(0)?, n_answers.unwrap_or(1)))
    };
    found.iter().map(row).collect()
}

/// How many rows of a direction a company has, as far as lists are counted.
pub(super) fn total(tx: &mut Tx<'_>, direction: &str, company: CompanyId) -> Result<Total> {
    rows(direction, company).count(tx)
}

/// Which of these rows a company has in the table.
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

/// How many answers a company's rows of a direction hold.
pub(super) fn count(tx: &mut Tx<'_>, direction: &str, company: CompanyId) -> Result<i64> {
    let row = tx.query_opt(
        "select cast(coalesce(sum(cast(coalesce(n_answers, 1) as bigint)), 0) as bigint) \
         from receipt_inbox where direction = $1 and company_id = $2",
        &[direction.into(), company.0.into()],
    )?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Takes rows out: in the transaction that applies the last of their answers.
pub(crate) fn delete(tx: &mut Tx<'_>, ids: &[i64]) -> Result<()> {
    const DELETE: Many = Many {
        before: "delete from receipt_inbox where id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(DELETE, &[], &rows).map(|_| ())
}
