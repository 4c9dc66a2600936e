//! A transaction as the modules see it: statements in, rows out, either engine below.

use crate::server::ServerLine;
use crate::value::SqlCell;
use crate::{Error, Result, Row, Value, Vault};
use std::collections::HashMap;

/// Rows that one statement carries, largest first: a list of 100 rows becomes 64 + 16 + 16 + 4,
/// so that few different texts are prepared and each is prepared once.
const CHUNKS: [usize; 4] = [64, 16, 4, 1];

/// An open transaction. It commits when the closure that received it returns `Ok`.
pub struct Tx<'a> {
    pub(crate) engine: EngineTx<'a>,
    pub(crate) vault: &'a Vault,
}

pub(crate) enum EngineTx<'a> {
    Sqlite(SqliteTx<'a>),
    Postgres(PgTx<'a>),
}

pub(crate) struct SqliteTx<'a> {
    pub(crate) connection: &'a rusqlite::Connection,
    /// Whether a statement that fails leaves what it had changed to the transaction; else it is undone by itself.
    pub(crate) leaves: bool,
    /// The first statement's failure: nothing of the transaction may be kept.
    pub(crate) spoilt: Option<Error>,
}

pub(crate) struct PgTx<'a> {
    pub(crate) tx: tokio_postgres::Transaction<'a>,
    pub(crate) line: &'a ServerLine,
    pub(crate) statements: &'a mut HashMap<String, tokio_postgres::Statement>,
    /// The first statement's failure: PostgreSQL keeps nothing of the transaction any more, and would say nothing of
    /// that when it is asked to commit.
    pub(crate) spoilt: Option<Error>,
}

/// A statement over a list of rows: `before` + the row template once for each row + `after`.
///
/// In `row`, each `?` is one value of the row; in `before` and `after`, `$1`… are the fixed
/// arguments, which come first.
///
/// ```
/// use store::Many;
/// const INSERT: Many = Many {
///     before: "insert into note (id, text) values ",
///     row: "(?, ?)",
///     after: " on conflict do nothing returning id",
/// };
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Many {
    /// Text before the list.
    pub before: &'static str,
    /// Template of one row; `?` is a value.
    pub row: &'static str,
    /// Text after the list.
    pub after: &'static str,
}

impl Tx<'_> {
    /// Runs a statement that returns no rows; answers how many rows it changed.
    ///
    /// # Errors
    /// The engine's, sorted as [`Error`] says.
    pub fn execute(&mut self, sql: &str, args: &[Value<'_>]) -> Result<u64> {
        match &mut self.engine {
            EngineTx::Sqlite(lite) => {
                let changed = lite
                    .connection
                    .prepare_cached(&sqlite_text(sql, lite.leaves));
                let changed = changed
                    .and_then(|mut text| text.execute(rusqlite::params_from_iter(args)))
                    .map_err(Error::from);
                Ok(u64::try_from(lite.done(changed)?).unwrap_or(u64::MAX))
            }
            EngineTx::Postgres(pg) => {
                let statement = pg.prepare(sql)?;
                pg.done(pg.line.wait(pg.tx.execute(&statement, &pg_args(args))))
            }
        }
    }

    /// Runs a statement and answers all its rows.
    ///
    /// # Errors
    /// The engine's, sorted as [`Error`] says.
    pub fn query(&mut self, sql: &str, args: &[Value<'_>]) -> Result<Vec<Row>> {
        match &mut self.engine {
            EngineTx::Sqlite(lite) => {
                let rows = sqlite_query(lite, sql, args);
                lite.done(rows)
            }
            EngineTx::Postgres(pg) => {
                let statement = pg.prepare(sql)?;
                let rows = pg.line.wait(pg.tx.query(&statement, &pg_args(args)));
                pg.done(rows)?.iter().map(pg_row).collect()
            }
        }
    }

    /// Runs a statement and answers its first row, if any.
    ///
    /// # Errors
    /// The engine's, sorted as [`Error`] says.
    pub fn query_opt(&mut self, sql: &str, args: &[Value<'_>]) -> Result<Option<Row>> {
        Ok(self.query(sql, args)?.into_iter().next())
    }

    /// As [`Tx::query_opt`]; nobody changes the row until this transaction ends.
    ///
    /// # Errors
    /// The engine's, sorted as [`Error`] says.
    pub fn query_kept(&mut self, sql: &str, args: &[Value<'_>]) -> Result<Option<Row>> {
        // On SQLite nobody writes beside this transaction.
        match self.is_sqlite() {
            true => self.query_opt(sql, args),
            false => self.query_opt(&format!("{sql} for share"), args),
        }
    }

    /// Runs a statement over a list of rows, in chunks; answers all rows that came back.
    ///
    /// # Errors
    /// The engine's, sorted as [`Error`] says; the whole transaction is lost then.
    pub fn many(
        &mut self,
        sql: Many,
        fixed: &[Value<'_>],
        rows: &[Vec<Value<'_>>],
    ) -> Result<Vec<Row>> {
        let mut answer = Vec::new();
        let mut rest = rows;
        while !rest.is_empty() {
            let n_rows = CHUNKS
                .iter()
                .copied()
                .find(|n| *n <= rest.len())
                .unwrap_or(1);
            let (chunk, later) = rest.split_at(n_rows);
            let text = sql.text(fixed.len(), n_rows);
            let mut args = fixed.to_vec();
            args.extend(chunk.iter().flatten().cloned());
            answer.append(&mut self.query(&text, &args)?);
            rest = later;
        }
        Ok(answer)
    }

    /// What seals and opens the columns that hold what companies send and customs answers.
    pub fn vault(&self) -> Vault {
        self.vault.clone()
    }

    /// Runs several statements without arguments: migrations only.
    pub(crate) fn script(&mut self, sql: &str) -> Result<()> {
        match &mut self.engine {
            EngineTx::Sqlite(lite) => Ok(lite.connection.execute_batch(sql)?),
            EngineTx::Postgres(pg) => pg.done(pg.line.wait(pg.tx.batch_execute(sql))),
        }
    }

    /// Whether SQLite is below: for this crate only, one text serves all others.
    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.engine, EngineTx::Sqlite(_))
    }
}

impl Many {
    fn text(&self, n_fixed: usize, n_rows: usize) -> String {
        let mut text = String::with_capacity(
            self.before.len() + self.after.len() + n_rows * (self.row.len() * 3 + 2),
        );
        text.push_str(self.before);
        let mut next = n_fixed + 1;
        for row in 0..n_rows {
            if row > 0 {
                text.push(',');
            }
            for part in self.row.split_inclusive('?') {
                match part.strip_suffix('?') {
                    Some(head) => {
                        text.push_str(head);
                        text.push('$');
                        text.push_str(&next.to_string());
                        next += 1;
                    }
                    None => text.push_str(part),
                }
            }
        }
        text.push_str(self.after);
        text
    }
}

impl<'a> SqliteTx<'a> {
    pub(crate) fn on(connection: &'a rusqlite::Connection) -> EngineTx<'a> {
        EngineTx::Sqlite(Self {
            connection,
            leaves: false,
            spoilt: None,
        })
    }

    /// One that is rolled back as a whole when a statement fails.
    pub(crate) fn plainly_on(connection: &'a rusqlite::Connection) -> EngineTx<'a> {
        EngineTx::Sqlite(Self {
            connection,
            leaves: true,
            spoilt: None,
        })
    }

    /// Notes how a statement ended.
    fn done<T>(&mut self, outcome: Result<T>) -> Result<T> {
        if let (Err(error), None) = (&outcome, &self.spoilt) {
            self.spoilt = Some(error.clone());
        }
        outcome
    }
}

impl PgTx<'_> {
    fn prepare(&mut self, sql: &str) -> Result<tokio_postgres::Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.line.wait(self.tx.prepare(sql));
        let statement = self.done(statement)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Notes how a statement ended.
    fn done<T>(&mut self, outcome: Result<T>) -> Result<T> {
        if let (Err(error), None) = (&outcome, &self.spoilt) {
            self.spoilt = Some(error.clone());
        }
        outcome
    }
}

fn pg_args<'a>(args: &'a [Value<'_>]) -> Vec<&'a (dyn tokio_postgres::types::ToSql + Sync)> {
    args.iter()
        .map(|value| value as &(dyn tokio_postgres::types::ToSql + Sync))
        .collect()
}

/// `$2` is a name to SQLite, bound by its first appearance; `?2` is the number that we mean. No
/// statement of ours has a dollar sign anywhere else.
///
/// Where nothing of the transaction is kept when a statement fails, it `leaves` what it had changed: to be able to undo a list
/// of rows by itself, SQLite would copy every page that it touches.
fn sqlite_text(sql: &str, leaves: bool) -> String {
    let text = sql.replace('$', "?");
    let verbs = [
        ("insert ", "insert or fail "),
        ("update ", "update or fail "),
    ];
    for (verb, leaving) in verbs.into_iter().filter(|_| leaves) {
        if let Some(rest) = text.strip_prefix(verb) {
            return format!("{leaving}{rest}");
        }
    }
    text
}

fn sqlite_query(lite: &SqliteTx<'_>, sql: &str, args: &[Value<'_>]) -> Result<Vec<Row>> {
    let mut statement = lite
        .connection
        .prepare_cached(&sqlite_text(sql, lite.leaves))?;
    let n_columns = statement.column_count();
    let mut found = statement.query(rusqlite::params_from_iter(args))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let mut cells = Vec::with_capacity(n_columns);
        for column in 0..n_columns {
            cells.push(sqlite_cell(row.get_ref(column)?)?);
        }
        rows.push(Row(cells));
    }
    Ok(rows)
}

fn sqlite_cell(value: rusqlite::types::ValueRef<'_>) -> Result<SqlCell> {
    use rusqlite::types::ValueRef;
    Ok(match value {
        ValueRef::Null => SqlCell::Null,
        ValueRef::Integer(value) => SqlCell::Int(value),
        ValueRef::Text(value) => {
            String::from_utf8(value.to_vec()).map_or(SqlCell::Damaged, SqlCell::Text)
        }
        ValueRef::Blob(value) => SqlCell::Bytes(value.to_vec()),
        // No column has floats: it was changed on the disk, and costs only what reads this cell.
        ValueRef::Real(_) => SqlCell::Damaged,
    })
}

fn pg_row(row: &tokio_postgres::Row) -> Result<Row> {
    use tokio_postgres::types::Type;
    let mut cells = Vec::with_capacity(row.len());
    for (column, about) in row.columns().iter().enumerate() {
        let cell = match *about.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(column)?.map(SqlCell::Int),
            Type::INT4 => row
                .try_get::<_, Option<i32>>(column)?
                .map(|n| SqlCell::Int(n.into())),
            Type::BOOL => row.try_get::<_, Option<bool>>(column)?.map(SqlCell::Bool),
            Type::TEXT | Type::VARCHAR => {
                row.try_get::<_, Option<String>>(column)?.map(SqlCell::Text)
            }
            Type::BYTEA => row
                .try_get::<_, Option<Vec<u8>>>(column)?
                .map(SqlCell::Bytes),
            ref other => return Err(Error::Fault(format!("no cell for the type {other}"))),
        };
        cells.push(cell.unwrap_or(SqlCell::Null));
    }
    Ok(Row(cells))
}
