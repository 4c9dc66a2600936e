//! Facts (事件): what happened, to what, when. Appended in the transaction of the change itself
//! (I2) and read by higher layers; nobody is called back.

use crate::{Many, Result, Row, Tx, Value};
use std::collections::BTreeMap;

/// A fact to be written.
#[derive(Debug, Clone)]
pub struct Event {
    /// Time-ordered id.
    pub id: i64,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// What, as `module.fact`: `message.received`.
    pub kind: String,
    /// The company it concerns, if any.
    pub company_id: Option<i64>,
    /// The message or company that the fact is about.
    pub subject_id: i64,
    /// Particulars as a short text; never payloads or personal data (I8).
    pub detail: String,
}

/// Appends facts.
pub fn append(tx: &mut Tx<'_>, events: &[Event]) -> Result<()> {
    const INSERT: Many = Many {
        before: "insert into event (id, at_ms, kind, company_id, subject_id, detail) values ",
        row: "(?, ?, ?, ?, ?, ?)",
        after: "",
    };
    let rows: Vec<Vec<Value<'_>>> = events
        .iter()
        .map(|event| {
            vec![
                event.id.into(),
                event.at_ms.into(),
                (&event.kind).into(),
                event.company_id.into(),
                event.subject_id.into(),
                (&event.detail).into(),
            ]
        })
        .collect();
    tx.many(INSERT, &[], &rows).map(|_| ())
}

/// How far ahead of the clock an id may be that was made before the clock was corrected backwards, in milliseconds: a year.
pub const AHEAD_MS: i64 = 366 * 24 * 3_600_000;

/// The largest id of a fact that was made up to `until_ms`; 0 when there is none. One that is later is damaged: ids that
/// follow it would be nobody's.
pub fn newest(tx: &mut Tx<'_>, until_ms: i64) -> Result<i64> {
    let found = tx.query_opt(
        "select id from event where id < $1 order by id desc limit 1",
        &[crate::id::first_at_ms(until_ms).into()],
    )?;
    found.map_or(Ok(0), |row| row.int(0))
}

/// The facts about one subject, oldest first, at most `limit`.
pub fn of_subject(tx: &mut Tx<'_>, subject_id: i64, limit: i64) -> Result<Vec<Event>> {
    tx.query(
        "select id, at_ms, kind, company_id, subject_id, detail from event \
         where subject_id = $1 order by id limit $2",
        &[subject_id.into(), limit.into()],
    )?
    .iter()
    .map(event)
    .collect()
}

/// The subjects of these facts, by their ids.
pub fn subjects(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<(i64, i64)>> {
    const EVENTS: crate::purge::KeyedTable = crate::purge::KeyedTable {
        table: "event",
        key: &["id"],
    };
    let keys: Vec<_> = ids.iter().map(|id| (*id, 0)).collect();
    let rows = crate::purge::find(tx, EVENTS, "id, subject_id", &keys)?;
    rows.iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?)))
        .collect()
}

/// When a kind of fact first happened to each of these subjects.
pub fn moments(tx: &mut Tx<'_>, kind: &str, subjects: &[i64]) -> Result<BTreeMap<i64, i64>> {
    const FIRST: &str =
        "select subject_id, min(at_ms) from event where kind = $1 and subject_id in (";
    of_each(tx, FIRST, kind, subjects)
}

/// As [`moments`], when it last happened.
pub fn last_moments(tx: &mut Tx<'_>, kind: &str, subjects: &[i64]) -> Result<BTreeMap<i64, i64>> {
    const LAST: &str =
        "select subject_id, max(at_ms) from event where kind = $1 and subject_id in (";
    of_each(tx, LAST, kind, subjects)
}

fn of_each(
    tx: &mut Tx<'_>,
    before: &'static str,
    kind: &str,
    subjects: &[i64],
) -> Result<BTreeMap<i64, i64>> {
    let find = Many {
        before,
        row: "?",
        after: ") group by subject_id",
    };
    let rows: Vec<Vec<Value<'_>>> = subjects.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(find, &[kind.into()], &rows)?
        .iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?)))
        .collect()
}

/// The facts after an id, in the order of their ids, at most `limit`. Ids are made before their
/// transaction commits: who follows along asks for a little more than he needs.
pub fn after(tx: &mut Tx<'_>, id: i64, limit: i64) -> Result<Vec<Event>> {
    tx.query(
        "select id, at_ms, kind, company_id, subject_id, detail from event where id > $1 \
         order by id limit $2",
        &[id.into(), limit.into()],
    )?
    .iter()
    .map(event)
    .collect()
}

/// How many facts of each kind there are after an id.
pub fn counts_since(tx: &mut Tx<'_>, id: i64) -> Result<Vec<(String, i64)>> {
    tx.query(
        "select kind, count(*) from event where id >= $1 group by kind order by kind",
        &[id.into()],
    )?
    .iter()
    .map(|row| Ok((row.text(0)?, row.int(1)?)))
    .collect()
}

fn event(row: &Row) -> Result<Event> {
    Ok(Event {
        id: row.int(0)?,
        at_ms: row.int(1)?,
        kind: row.text(2)?,
        company_id: row.int_opt(3)?,
        subject_id: row.int(4)?,
        detail: row.text(5)?,
    })
}
