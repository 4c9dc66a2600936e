//! Removal of old rows (清理): what a purge deletes, and how the room of it is given back.
//!
//! A purge names a table and the keys of rows that it has proven to be elsewhere. Here they are deleted by few statements
//! of one text, so that each is prepared once; what a whole range of ids needs on an engine is decided here, too.
//!
//! SQLite keeps the pages of deleted rows in its file for what is written next. They are given back to the disk piece by
//! piece ([`give_back`]) if the file was made for it; one of an earlier release was not, until it is written anew.

use crate::tx::EngineTx;
use crate::{Error, Result, Tx, Value};

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

/// Rows of a table with these keys: the columns that are named, in no order.
///
/// # Errors
/// The engine's.
pub fn find(
    tx: &mut Tx<'_>,
    of: KeyedTable,
    columns: &str,
    keys: &[RowKey],
) -> Result<Vec<crate::Row>> {
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
pub fn hold(
    tx: &mut Tx<'_>,
    of: KeyedTable,
    columns: &str,
    keys: &[RowKey],
) -> Result<Vec<crate::Row>> {
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
    let EngineTx::Sqlite(connection) = &tx.engine else {
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
    let (Some(before), EngineTx::Sqlite(connection)) = (before, &tx.engine) else {
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

#[cfg(test)]
mod tests {
    use super::{KeyedTable, ROWS, find, free_pages, give_back, remove};
    use crate::testing::TestEngine::{self, Postgres, Sqlite};
    use rstest::rstest;

    const ONE: KeyedTable = KeyedTable {
        table: "queue_body",
        key: &["id"],
    };
    const TWO: KeyedTable = KeyedTable {
        table: "receipt_xml",
        key: &["company_id", "feed_no"],
    };

    #[rstest]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn rows_are_found_and_removed_by_their_keys_and_no_others(
        #[values(Sqlite, Postgres)] engine: TestEngine,
    ) {
        let test = engine.database();
        let n = i64::try_from(ROWS).unwrap() * 2 + 3;
        let write = test.db.write(move |tx| -> crate::Result<_> {
            for id in 0..n {
                let body: &[u8] = b"x";
                let sql = "insert into queue_body (id, body) values ($1, $2)";
                tx.execute(sql, &[id.into(), body.into()])?;
                let sql = "insert into receipt_xml (company_id, feed_no, xml) values ($1, $2, $3)";
                tx.execute(sql, &[(id % 2).into(), id.into(), body.into()])?;
            }
            let odd: Vec<_> = (0..n).filter(|id| id % 2 == 1).collect();
            let ones: Vec<_> = odd.iter().map(|id| (*id, 0)).collect();
            // Of another company: not there.
            let twos: Vec<_> = (0..n).map(|id| (1, id)).collect();
            let found = find(tx, TWO, "feed_no", &twos)?.len();
            Ok((found, odd.len(), remove(tx, ONE, &ones)?, remove(tx, TWO, &twos)?))
        });
        let (found, n_odd, one, two) = write.await.unwrap();
        assert_eq!(found, n_odd);
        assert_eq!((one, two), (found as u64, found as u64));
        let left = test.db.read(|tx| -> crate::Result<_> {
            let one = tx.query("select id from queue_body where id % 2 = 1", &[])?;
            let two = tx.query("select 1 from receipt_xml where company_id = 0", &[])?;
            Ok((one.len(), two.len()))
        });
        assert_eq!(left.await.unwrap(), (0, usize::try_from(n).unwrap() - n_odd));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn pages_that_were_freed_are_given_back_piece_by_piece() {
        let test = Sqlite.database();
        let fill = test.db.write(|tx| -> crate::Result<_> {
            for id in 0..200_i64 {
                let body = vec![7_u8; 8192];
                let sql = "insert into queue_body (id, body) values ($1, $2)";
                tx.execute(sql, &[id.into(), body.as_slice().into()])?;
            }
            let keys: Vec<_> = (0..200).map(|id| (id, 0)).collect();
            remove(tx, ONE, &keys)
        });
        assert_eq!(fill.await.unwrap(), 200);
        let free = test.db.read(free_pages).await.unwrap().unwrap();
        assert!(free.is_returnable && free.n_bytes > 1 << 20, "{free:?}");
        let mut n_turns = 0;
        while test.db.write(|tx| give_back(tx, 64)).await.unwrap() {
            n_turns += 1;
        }
        assert!(n_turns > 3, "{n_turns}");
        let free = test.db.read(free_pages).await.unwrap().unwrap();
        assert_eq!(free.n_bytes, 0);
    }
}
