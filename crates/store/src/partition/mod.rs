//! Partitions (分区) of the large tables on PostgreSQL: one for each month or half-year in Beijing time, by the ids of the
//! rows, which are ordered by time. What is kept for years has one for each half-year, since a statement that cannot tell
//! the time asks each of them.
//!
//! What always holds:
//!
//! - Every statement of the modules is the same with and without partitions, and on both engines; only this module knows
//!   that there are any. On SQLite it does nothing: old rows are deleted there in small batches, and their pages given
//!   back ([`crate::purge`]).
//! - No row is ever refused for want of a partition: the default partition takes what no other takes, whatever the clock
//!   says. It is empty as long as somebody makes the coming ones ([`missing`], [`make`]); rows whose partition is made later move there.
//! - A span that is over and empty is dropped whole ([`empty`], [`drop_empty`]), so that a purge leaves no dead
//!   rows behind that have to be cleaned up.
//! - What needs a table for itself waits for it half a second at most and is tried again later: whoever comes
//!   after it waits with it.
//!
//! A database that was filled without partitions gets them when it is opened, without copying a row (`divide`). While that goes on, a
//! row is refused whose id is after the end of the partition of before, by a clock that is a month ahead or more; nothing else is.

mod divide;
mod span;
mod sql;
#[cfg(test)]
mod tests;

pub(crate) use divide::{Steps, divide};
use span::{PartitionLength, PartitionSpan};

use crate::{Error, Result, Tx, id};

/// A table that has partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionedTable {
    /// Its name.
    pub table: &'static str,
    /// The column by which it is divided: an id, or that of a part.
    key: &'static str,
    length: PartitionLength,
    /// What must be added to its primary key, which has to have that column.
    added_to_key: Option<&'static str>,
}

/// How tables are divided, so that databases for tests are made anew when it changes.
#[cfg(any(test, feature = "testing"))]
pub(crate) const HOW: [&str; 3] = [
    include_str!("mod.rs"),
    include_str!("divide.rs"),
    include_str!("sql.rs"),
];

const fn by(table: &'static str, key: &'static str, length: PartitionLength) -> PartitionedTable {
    PartitionedTable {
        table,
        key,
        length,
        added_to_key: None,
    }
}

/// Every table that has partitions. `message_guid` has random keys, and its rows go after `intake.duplicate_days`. The XML
/// of receipts has none that is ordered by time: a column for it would cost SQLite nine bytes for each receipt.
pub const TABLES: &[PartitionedTable] = &[
    by("message", "id", PartitionLength::HalfYear),
    by("message_body", "message_id", PartitionLength::Month),
    by("message_finding", "message_id", PartitionLength::HalfYear),
    by("document", "id", PartitionLength::HalfYear),
    by("match_fact", "document_id", PartitionLength::HalfYear),
    // Feed numbers are given once for each company under the lock on its row of `feed`, on both engines; that the
    // primary key alone would refuse a second one is so on SQLite only.
    PartitionedTable {
        added_to_key: Some("document_id"),
        ..by("receipt", "document_id", PartitionLength::HalfYear)
    },
    by("event", "id", PartitionLength::Month),
];

/// How far ahead there is a partition for every moment, in milliseconds: 93 days, three months or more.
const AHEAD_MS: i64 = 93 * 24 * 3_600_000;

/// What `max_locks_per_transaction` of the server should be at least. A statement that cannot tell the time locks every partition with
/// all its indexes: with thirteen half-years messages and documents are 500 locks, all tables 800. What all transactions together may
/// take is this number for each connection that the server allows.
pub const LOCKS_MIN: i64 = 256;

/// Rows of a default partition up to which they are counted.
pub const COUNT_MAX: i64 = 100_000;

/// A partition that is not there yet.
#[derive(Debug, Clone, Copy)]
pub struct ComingPartition {
    of: PartitionedTable,
    span: PartitionSpan,
}

/// A partition whose time is over and had no rows when it was looked for.
#[derive(Debug, Clone)]
pub struct EmptyPartition {
    of: PartitionedTable,
    name: String,
}

/// How a table is divided (分区情况).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionState {
    /// The table.
    pub table: &'static str,
    /// Whether it has partitions at all.
    pub is_divided: bool,
    /// How many of them are there, without the default one.
    pub n_parts: usize,
    /// How many of the present and the coming ones are not there.
    pub n_missing: usize,
    /// Rows that no other partition takes, up to [`COUNT_MAX`].
    pub n_stray: i64,
}

/// A partition as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Partition {
    name: String,
    /// Nothing for the default one.
    range: Option<(i64, i64)>,
}

impl Partition {
    /// Whether it has all of a span.
    fn has(&self, span: PartitionSpan) -> bool {
        self.range
            .is_some_and(|(from, until)| from <= span.from() && span.until() <= until)
    }
}

/// The present span and those that are made ahead. Before 2024 there are no ids, and so no spans.
fn spans(length: PartitionLength, now_ms: i64) -> impl Iterator<Item = PartitionSpan> {
    let first = PartitionSpan::of(now_ms, length);
    let next = move |span: &PartitionSpan| Some(PartitionSpan::of(span.moments().1, length));
    std::iter::successors(Some(first), next)
        .take_while(move |span| span.moments().0 <= now_ms.saturating_add(AHEAD_MS))
        .filter(|span| span.from() < span.until())
}

/// The name of a partition.
fn name(of: PartitionedTable, suffix: &str) -> String {
    format!("{}_{suffix}", of.table)
}

/// The present and the coming partitions that are not there; none on SQLite.
///
/// # Errors
/// The engine's.
pub fn missing(tx: &mut Tx<'_>, now_ms: i64) -> Result<Vec<ComingPartition>> {
    let mut all = Vec::new();
    for of in TABLES.iter().copied() {
        let Some(parts) = sql::partitions(tx, of)? else {
            continue;
        };
        all.extend(not_in(&parts, of, now_ms).map(|span| ComingPartition { of, span }));
    }
    Ok(all)
}

fn not_in(
    parts: &[Partition],
    of: PartitionedTable,
    now_ms: i64,
) -> impl Iterator<Item = PartitionSpan> {
    spans(of.length, now_ms).filter(|span| !parts.iter().any(|part| part.has(*span)))
}

/// Makes a partition, unless another process has; answers how many of its rows have moved there from the default
/// partition.
///
/// # Errors
/// The engine's; [`crate::Error::Unavailable`] when somebody uses the default partition for long.
pub fn make(tx: &mut Tx<'_>, coming: &ComingPartition) -> Result<u64> {
    sql::take_turn(tx)?;
    let parts = sql::partitions(tx, coming.of)?.unwrap_or_default();
    match parts.iter().any(|part| part.has(coming.span)) {
        true => Ok(0),
        false => sql::make(tx, coming.of, coming.span),
    }
}

/// Partitions whose time is over at `now_ms` and that have no rows; none on SQLite.
///
/// # Errors
/// The engine's.
pub fn empty(tx: &mut Tx<'_>, now_ms: i64) -> Result<Vec<EmptyPartition>> {
    let now = id::first_at_ms(now_ms);
    let mut all = Vec::new();
    for of in TABLES.iter().copied() {
        for part in sql::partitions(tx, of)?.unwrap_or_default() {
            let is_over = part.range.is_some_and(|(_, until)| until <= now);
            if is_over && sql::is_empty(tx, &part.name)? {
                let name = part.name;
                all.push(EmptyPartition { of, name });
            }
        }
    }
    Ok(all)
}

/// Drops a partition whole, unless it has rows by now or is gone; answers whether it did.
///
/// # Errors
/// The engine's; [`crate::Error::Unavailable`] when somebody uses the table for long.
pub fn drop_empty(tx: &mut Tx<'_>, empty: &EmptyPartition) -> Result<bool> {
    sql::take_turn(tx)?;
    let parts = sql::partitions(tx, empty.of)?.unwrap_or_default();
    match parts.iter().any(|part| part.name == empty.name) {
        true => sql::drop_empty(tx, empty.of, &empty.name),
        false => Ok(false),
    }
}

/// Whether a failure says that a partition was dropped by another process since it was looked for.
pub fn is_gone(error: &Error) -> bool {
    matches!(error, Error::Fault(text) if text.ends_with("(42P01)"))
}

/// `max_locks_per_transaction` of the server; nothing on SQLite.
///
/// # Errors
/// The engine's.
pub fn locks(tx: &mut Tx<'_>) -> Result<Option<i64>> {
    match tx.is_sqlite() {
        true => Ok(None),
        false => sql::locks(tx).map(Some),
    }
}

/// How the tables are divided; nothing on SQLite. Who has a table for itself is waited for half a second.
///
/// # Errors
/// The engine's; [`crate::Error::Unavailable`] while somebody has a table for itself.
pub fn states(tx: &mut Tx<'_>, now_ms: i64) -> Result<Vec<PartitionState>> {
    if tx.is_sqlite() {
        return Ok(Vec::new());
    }
    sql::wait_shortly(tx)?;
    let state = |of: &PartitionedTable| {
        let parts = sql::partitions(tx, *of)?;
        let is_divided = parts.is_some();
        let parts = parts.unwrap_or_default();
        let default = parts.iter().find(|part| part.range.is_none());
        Ok(PartitionState {
            table: of.table,
            is_divided,
            n_parts: parts.iter().filter(|part| part.range.is_some()).count(),
            n_missing: not_in(&parts, *of, now_ms).count(),
            n_stray: default.map_or(Ok(0), |part| sql::n_rows(tx, &part.name))?,
        })
    };
    TABLES.iter().map(state).collect()
}
