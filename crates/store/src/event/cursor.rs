//! Named places in the order of facts (事件游标): how far a reader has come, kept in the transaction of what he derives from
//! the facts, so that each fact counts once, whatever fails in between. A reader begins with the migration that brings him.

use super::{Event, EventPlace, behind, sql};
use crate::{Error, Result, Tx};

/// The next facts of a reader.
#[derive(Debug, Clone)]
pub struct EventBatch {
    reader: &'static str,
    from: EventPlace,
    to: EventPlace,
    /// The facts, in the order of their places.
    pub events: Vec<Event>,
    /// Whether there may be more.
    pub goes_on: bool,
}

/// The next facts of a reader, at most `limit`; may run in a transaction that only reads.
///
/// # Errors
/// The engine's; [`Error::Fault`] when the reader has not begun.
pub fn next(tx: &mut Tx<'_>, reader: &'static str, limit: i64) -> Result<EventBatch> {
    let Some(from) = sql::place_of(tx, reader)? else {
        return Err(Error::Fault(format!("nobody follows facts as {reader}")));
    };
    let found = behind(tx, from, limit)?;
    Ok(EventBatch {
        reader,
        from,
        to: found.last().map_or(from, |(place, _)| *place),
        goes_on: i64::try_from(found.len()).unwrap_or(i64::MAX) >= limit,
        events: found.into_iter().map(|(_, event)| event).collect(),
    })
}

impl EventBatch {
    /// Notes that what was derived from these facts is written in this transaction.
    ///
    /// # Errors
    /// [`Error::Fault`] when somebody else has done so meanwhile: all of this transaction must be undone.
    pub fn passed(&self, tx: &mut Tx<'_>, now_ms: i64) -> Result<()> {
        if self.from == self.to {
            return Ok(());
        }
        match sql::pass(tx, self.reader, (self.from, self.to), now_ms)? {
            true => Ok(()),
            false => Err(Error::Fault(format!(
                "another process has read the facts of {} meanwhile",
                self.reader
            ))),
        }
    }
}

/// Whether a reader has read all that is committed.
///
/// # Errors
/// The engine's.
pub fn has_read_all(tx: &mut Tx<'_>, reader: &str) -> Result<bool> {
    match sql::place_of(tx, reader)? {
        Some(place) => Ok(sql::next_at(tx, place)?.is_none()),
        None => Ok(true),
    }
}

/// How a reader keeps up (读取进度).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderLag {
    /// His name.
    pub reader: String,
    /// When the oldest fact that he has not read happened, in milliseconds since 1970; none when he has read all.
    pub unread_since_ms: Option<i64>,
}

/// How all readers keep up, by name.
///
/// # Errors
/// The engine's.
pub fn lags(tx: &mut Tx<'_>) -> Result<Vec<ReaderLag>> {
    sql::readers(tx)?
        .into_iter()
        .map(|(reader, place)| {
            Ok(ReaderLag {
                reader,
                unread_since_ms: sql::next_at(tx, place)?,
            })
        })
        .collect()
}
