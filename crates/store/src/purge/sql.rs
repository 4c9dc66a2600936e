//! Statements on the rows of any table, by their keys.

use super::{KeyedTable, ROWS, RowKey};
use crate::{Result, Row, Tx};

/// Rows of a table with these keys: the columns that are named, in no order.
///
/// # Errors
/// The engine's.
pub fn find(tx: &mut Tx<'_>, of: KeyedTable, columns: &str, keys: &[RowKey]) -> Result<Vec<Row>> {
    let sql = format!("select {columns} from {} where {}", of.table, of.one_of());
    let mut rows = Vec::new();
    for chunk in keys.chunks(ROWS) {
        rows.append(&mut tx.query(&sql, &of.args(chunk))?);
    }
    Ok(rows)
}

/// As [`find`]; nobody changes these rows until the transaction ends. SQLite has one writer, and needs nothing for it.
///
/// # Errors
/// The engine's.
pub fn hold(tx: &mut Tx<'_>, of: KeyedTable, columns: &str, keys: &[RowKey]) -> Result<Vec<Row>> {
    let lock = if tx.is_sqlite() { "" } else { " for update" };
    let sql = format!(
        "select {columns} from {} where {}{lock}",
        of.table,
        of.one_of()
    );
    let mut rows = Vec::new();
    for chunk in keys.chunks(ROWS) {
        rows.append(&mut tx.query(&sql, &of.args(chunk))?);
    }
    Ok(rows)
}

/// Deletes the rows of a table with these keys; answers how many there were.
///
/// # Errors
/// The engine's.
pub fn remove(tx: &mut Tx<'_>, of: KeyedTable, keys: &[RowKey]) -> Result<u64> {
    let sql = format!("delete from {} where {}", of.table, of.one_of());
    let mut n_removed = 0;
    for chunk in keys.chunks(ROWS) {
        n_removed += tx.execute(&sql, &of.args(chunk))?;
    }
    Ok(n_removed)
}
