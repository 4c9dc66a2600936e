//! Packing of what was stored before it was packed (存量压缩): a walk through a table that may stop at any row and go on from
//! there. It ends at the row that was the newest when it began: what comes later is packed when it comes.

use crate::pack::{BYTES_MIN, PackDictionary, is_packed, pack};
use crate::unreadable::damage;
use crate::{Result, Tx, Value};

/// Rows that one transaction looks at: each may have ten megabytes, and the writer waits meanwhile.
const ROWS: i64 = 8;

/// A column of bytes whose older values are not packed.
pub struct OlderColumn {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The primary key: one number, not negative, which grows.
    pub key: &'static str,
    /// With which dictionary a value is packed.
    pub dictionary: fn(&[u8]) -> PackDictionary,
}

/// What one transaction did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PackStep {
    /// Values that were packed.
    pub n_packed: u64,
    /// Whether there may be more.
    pub goes_on: bool,
}

/// Packs the next older values of a column. What is damaged stays as it is.
///
/// # Errors
/// The engine's, and [`crate::Error::KeyMissing`] when another process has the key of a value.
pub fn pack_older(tx: &mut Tx<'_>, of: &OlderColumn) -> Result<PackStep> {
    let OlderColumn {
        table, column, key, ..
    } = of;
    let newest = format!("select coalesce(max({key}), 0) from {table}");
    let Some((after, until)) = span(tx, table, &newest)? else {
        return Ok(PackStep::default());
    };
    let rows = tx.query(
        &format!(
            "select {key}, {column} from {table} where {key} > $1 and {key} <= $2 \
             order by {key} limit $3"
        ),
        &[after.into(), until.into(), ROWS.into()],
    )?;
    let vault = tx.vault();
    let (mut n_packed, mut last) = (0, until);
    for row in &rows {
        last = row.int(0)?;
        let Ok(old) = damage(row.bytes(1))? else {
            continue;
        };
        let opened = tx.known(vault.unseal(old.clone()));
        let Ok(plain) = damage(opened)? else { continue };
        if is_packed(&plain) || plain.len() < BYTES_MIN {
            continue;
        }
        let packed = pack(&plain, (of.dictionary)(&plain))?;
        let new = vault.seal(&packed)?;
        let sql = format!("update {table} set {column} = $1 where {key} = $2 and {column} = $3");
        let old = Value::Bytes(&old);
        n_packed += tx.execute(&sql, &[Value::Bytes(&new), last.into(), old])?;
    }
    let is_end = i64::try_from(rows.len()).unwrap_or(ROWS) < ROWS;
    note_place(tx, table, if is_end { until } else { last })?;
    Ok(PackStep {
        n_packed,
        goes_on: !is_end,
    })
}

/// How far the older rows of a table are packed, and which is the last of them: the newest when this was asked for the
/// first time, by the statement `newest`. None when all are.
pub fn span(tx: &mut Tx<'_>, table: &str, newest: &str) -> Result<Option<(i64, i64)>> {
    let known = tx.query_opt(
        "select last_id, until_id from pack_place where table_name = $1",
        &[table.into()],
    )?;
    let (after, until) = match known {
        Some(row) => (row.int(0)?, row.int(1)?),
        None => {
            let until = tx.query_opt(newest, &[])?.map_or(Ok(0), |row| row.int(0))?;
            tx.execute(
                "insert into pack_place (table_name, last_id, until_id) values ($1, 0, $2) \
                 on conflict do nothing",
                &[table.into(), until.into()],
            )?;
            (0, until)
        }
    };
    Ok((after < until).then_some((after, until)))
}

/// Notes how far the older rows of a table are packed.
pub fn note_place(tx: &mut Tx<'_>, table: &str, last: i64) -> Result<()> {
    tx.execute(
        "update pack_place set last_id = $1 where table_name = $2 and last_id < $1",
        &[last.into(), table.into()],
    )
    .map(|_| ())
}

/// How far a walk that never ends has come: the id of the last row that it looked at; 0 before the first.
pub fn walked(tx: &mut Tx<'_>, name: &str) -> Result<i64> {
    let found = tx.query_opt(
        "select last_id from pack_place where table_name = $1",
        &[name.into()],
    )?;
    found.map_or(Ok(0), |row| row.int(0))
}

/// Notes how far a walk that never ends has come.
pub fn note_walk(tx: &mut Tx<'_>, name: &str, last: i64) -> Result<()> {
    tx.execute(
        "insert into pack_place (table_name, last_id, until_id) values ($1, $2, 0) \
         on conflict (table_name) do update set last_id = excluded.last_id",
        &[name.into(), last.into()],
    )
    .map(|_| ())
}
