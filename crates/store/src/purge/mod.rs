//! Removal of old rows (清理): what a purge deletes, and how the room of it is given back.
//!
//! A purge names a table and the keys of rows that it has proven to be elsewhere. Here they are deleted by few statements
//! of one text, so that each is prepared once; what a whole range of ids needs on an engine is decided here, too.
//!
//! SQLite keeps the pages of deleted rows in its file for what is written next. They are given back to the disk piece by
//! piece ([`give_back`]) if the file was made for it; one of an earlier release was not, until it is written anew.

mod sql;
#[cfg(test)]
mod tests;

use crate::tx::{EngineTx, SqliteTx};
use crate::{Error, Result, Tx, Value};

pub use sql::{find, hold, remove};

/// Rows that one statement names.
const ROWS: usize = 64;

/// The key of a row: one number and 0, or two.
pub type RowKey = (i64, i64);

/// A table with its key of one or two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyedTable {
    /// Its name.
    pub table: &'static str,
    /// The columns of its key: one or two.
    pub key: &'static [&'static str],
}

impl KeyedTable {
    /// A condition that a row has one of [`ROWS`] keys, whose numbers begin with `$1`.
    fn one_of(&self) -> String {
        let n = self.key.len();
        let keys: Vec<String> = (0..ROWS)
            .map(|row| match n {
                1 => format!("${}", row + 1),
                _ => format!(
                    "(cast(${} as bigint), cast(${} as bigint))",
                    row * 2 + 1,
                    row * 2 + 2
                ),
            })
            .collect();
        let keys = keys.join(", ");
        match self.key {
            [one] => format!("{one} in ({keys})"),
            columns => format!("({}) in (values {keys})", columns.join(", ")),
        }
    }

    /// The arguments of [`Self::one_of`]: the last key is repeated where there are fewer.
    fn args(&self, keys: &[RowKey]) -> Vec<Value<'static>> {
        let last = keys.last().copied().unwrap_or_default();
        let filled = keys.iter().copied().chain(std::iter::repeat(last));
        let both = filled
            .take(ROWS)
            .flat_map(|(first, second)| [first.into(), second.into()]);
        match self.key.len() {
            1 => both.step_by(2).collect(),
            _ => both.collect(),
        }
    }
}

/// What the file of an embedded database has in free pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreePages {
    /// Bytes in pages that nothing uses.
    pub n_bytes: i64,
    /// Whether they can be given back to the disk without writing the file anew.
    pub is_returnable: bool,
}

/// Free pages of the file; none for a database on a server, which cares for itself.
///
/// # Errors
/// The engine's.
pub fn free_pages(tx: &mut Tx<'_>) -> Result<Option<FreePages>> {
    let EngineTx::Sqlite(SqliteTx { connection, .. }) = &tx.engine else {
        return Ok(None);
    };
    let number = |pragma: &str| -> Result<i64> {
        let sql = format!("pragma {pragma}");
        Ok(connection.query_row(&sql, [], |row| row.get(0))?)
    };
    Ok(Some(FreePages {
        n_bytes: number("freelist_count")?.saturating_mul(number("page_size")?),
        // 2 is incremental, 1 full.
        is_returnable: number("auto_vacuum")? != 0,
    }))
}

/// Gives up to so many free pages of the file back to the disk; answers whether there are more. On a server, and where
/// the file was not made for it, it does nothing.
///
/// # Errors
/// The engine's.
pub fn give_back(tx: &mut Tx<'_>, n_pages: u32) -> Result<bool> {
    let before = free_pages(tx)?.filter(|free| free.is_returnable && free.n_bytes > 0);
    let (Some(before), EngineTx::Sqlite(SqliteTx { connection, .. })) = (before, &tx.engine) else {
        return Ok(false);
    };
    let mut statement = connection.prepare(&format!("pragma incremental_vacuum({n_pages})"))?;
    let mut rows = statement.query([])?;
    while rows.next().map_err(Error::from)?.is_some() {}
    drop(rows);
    drop(statement);
    let after = free_pages(tx)?.map_or(0, |free| free.n_bytes);
    Ok(after > 0 && after < before.n_bytes)
}
