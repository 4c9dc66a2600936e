//! Every statement on the table `code_table`.

use ceb::code_table::Table;
use std::collections::BTreeSet;
use store::{Result, Row, Tx};

/// A version that was loaded, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedVersion {
    /// Its id.
    pub id: i64,
    /// Name of the table.
    pub name: String,
    /// Version.
    pub version: i64,
    /// Who loaded it.
    pub loaded_by: String,
    /// When, milliseconds since 1970-01-01 UTC.
    pub loaded_at: i64,
}

/// The versions that were loaded, oldest first.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<LoadedVersion>> {
    tx.query(
        "select id, name, version, loaded_by, loaded_at from code_table order by name, version",
        &[],
    )?
    .iter()
    .map(stored)
    .collect()
}

fn stored(row: &Row) -> Result<LoadedVersion> {
    Ok(LoadedVersion {
        id: row.int(0)?,
        name: row.text(1)?,
        version: row.int(2)?,
        loaded_by: row.text(3)?,
        loaded_at: row.int(4)?,
    })
}

/// Ids and contents of the versions that are not known, oldest first. The ids are asked first: they
/// are few and small, the contents are not.
pub(super) fn newer(tx: &mut Tx<'_>, known: &[i64]) -> Result<Vec<(i64, String)>> {
    let known: BTreeSet<i64> = known.iter().copied().collect();
    let mut found = Vec::new();
    for row in tx.query("select id from code_table order by name, version", &[])? {
        let id = row.int(0)?;
        if known.contains(&id) {
            continue;
        }
        let sql = "select content from code_table where id = $1";
        if let Some(row) = tx.query_opt(sql, &[id.into()])? {
            found.push((id, row.text(0)?));
        }
    }
    Ok(found)
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    id: i64,
    now_ms: i64,
    table: &Table,
    content: &str,
    loaded_by: &str,
) -> Result<()> {
    tx.execute(
        "insert into code_table (id, name, version, effective, is_complete, source, n_codes, \
         content, loaded_by, loaded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            id.into(),
            table.which.name().into(),
            i64::from(table.version).into(),
            (&table.effective).into(),
            table.is_complete.into(),
            (&table.source).into(),
            i64::try_from(table.rows().len()).unwrap_or(i64::MAX).into(),
            content.into(),
            loaded_by.into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}
