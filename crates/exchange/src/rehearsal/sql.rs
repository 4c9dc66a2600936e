//! Every statement on `coming_standard` and `rehearsal_finding`.

use super::run::{CountKey, Figures, KeyCount};
use super::{Broken, Coming};
use registry::access::{Sight, visible};
use registry::company::CompanyId;
use std::collections::BTreeMap;
use store::{Many, Result, Row, Tx, Value};

fn row_of_coming(row: &Row) -> Result<Coming> {
    Ok(Coming {
        id: row.text(0)?,
        name: row.text(1)?,
        effective: row.text(2)?,
        overlay: row.text(3)?,
        loaded_by: row.text(4)?,
        loaded_at: row.int(5)?,
        cursor: row.int(6)?,
        n_rehearsed: row.int(7)?,
        n_broken: row.int(8)?,
        n_unreadable: row.int(9)?,
    })
}

/// The version that is loaded; there is at most one.
pub(super) fn coming(tx: &mut Tx<'_>) -> Result<Option<Coming>> {
    let found = tx.query_opt(
        "select id, name, effective, overlay, loaded_by, loaded_at, cursor, n_rehearsed, n_broken, \
         n_unreadable from coming_standard order by loaded_at limit 1",
        &[],
    )?;
    found.map(|row| row_of_coming(&row)).transpose()
}

pub(super) fn insert(tx: &mut Tx<'_>, coming: &Coming) -> Result<()> {
    tx.execute(
        "insert into coming_standard (id, name, effective, overlay, loaded_by, loaded_at, cursor, \
         n_rehearsed, n_broken, n_unreadable) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            (&coming.id).into(),
            (&coming.name).into(),
            (&coming.effective).into(),
            (&coming.overlay).into(),
            (&coming.loaded_by).into(),
            coming.loaded_at.into(),
            coming.cursor.into(),
            coming.n_rehearsed.into(),
            coming.n_broken.into(),
            coming.n_unreadable.into(),
        ],
    )
    .map(|_| ())
}

/// Removes a version; its findings go with it. Answers whether there was one.
pub(super) fn delete(tx: &mut Tx<'_>, id: &str) -> Result<bool> {
    tx.execute(
        "delete from rehearsal_finding where standard = $1",
        &[id.into()],
    )?;
    let n_deleted = tx.execute("delete from coming_standard where id = $1", &[id.into()])?;
    Ok(n_deleted > 0)
}

/// Moves the place up to which was rehearsed; answers whether it still stood where it was read.
pub(super) fn advance(
    tx: &mut Tx<'_>,
    id: &str,
    from: i64,
    to: i64,
    figures: Figures,
) -> Result<bool> {
    let n_changed = tx.execute(
        "update coming_standard set cursor = $1, n_rehearsed = n_rehearsed + $2, \
         n_broken = n_broken + $3, n_unreadable = n_unreadable + $6 \
         where id = $4 and cursor = $5",
        &[
            to.into(),
            figures.n_rehearsed.into(),
            figures.n_broken.into(),
            id.into(),
            from.into(),
            figures.n_unreadable.into(),
        ],
    )?;
    Ok(n_changed > 0)
}

/// Adds up what a turn found.
pub(super) fn count(
    tx: &mut Tx<'_>,
    id: &str,
    counts: &BTreeMap<CountKey, KeyCount>,
    now_ms: i64,
) -> Result<()> {
    const COUNT: Many = Many {
        before: "insert into rehearsal_finding (standard, company_id, kind, code, element, severity, \
                 text, n_messages, example, first_at, last_at) values ",
        row: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        after: " on conflict (standard, company_id, kind, code, element) do update set \
                n_messages = rehearsal_finding.n_messages + excluded.n_messages, \
                example = excluded.example, last_at = excluded.last_at",
    };
    if counts.is_empty() {
        return Ok(());
    }
    let rows: Vec<Vec<Value<'_>>> = counts
        .iter()
        .map(|((company, kind, code, element), count)| {
            vec![
                id.into(),
                company.0.into(),
                kind.into(),
                code.into(),
                element.into(),
                count.severity.into(),
                (&count.text).into(),
                count.n_messages.into(),
                count.example.into(),
                now_ms.into(),
                now_ms.into(),
            ]
        })
        .collect();
    tx.many(COUNT, &[], &rows).map(|_| ())
}

/// What will break for those whom somebody sees, the most frequent first.
pub(super) fn broken(tx: &mut Tx<'_>, sight: &Sight, id: &str, limit: i64) -> Result<Vec<Broken>> {
    let mut args: Vec<Value<'_>> = vec![id.into(), limit.into()];
    let seen = visible(sight, "f.company_id", &mut args);
    let sql = format!(
        "select f.company_id, f.kind, f.code, f.element, f.severity, f.text, f.n_messages, \
         f.example, f.first_at, f.last_at from rehearsal_finding f where f.standard = $1 and {seen} \
         order by f.n_messages desc, f.company_id, f.kind, f.code, f.element limit $2"
    );
    tx.query(&sql, &args)?
        .iter()
        .map(|row| {
            Ok(Broken {
                company_id: CompanyId(row.int(0)?),
                kind: row.text(1)?,
                code: row.text(2)?,
                element: row.text(3)?,
                severity: row.text(4)?,
                text: row.text(5)?,
                n_messages: row.int(6)?,
                example: row.int(7)?,
                first_at: row.int(8)?,
                last_at: row.int(9)?,
            })
        })
        .collect()
}
