//! Every statement on `event`, `event_base` and `event_cursor`.

use super::{Event, EventPlace};
use crate::purge::{KeyedTable, RowKey, find};
use crate::{Many, Result, Row, Tx, Value};
use std::collections::BTreeMap;

const COLUMNS: &str = "place, id, at_ms, kind, company_id, subject_id, detail";

/// Appends facts.
pub fn append(tx: &mut Tx<'_>, events: &[Event]) -> Result<()> {
    const INSERT: Many = Many {
        before: "insert into event (place, id, at_ms, kind, company_id, subject_id, detail) values ",
        row: "($1, ?, ?, ?, ?, ?, ?)",
        after: "",
    };
    // Asked for in the statement, so that it costs no question of its own.
    const INSERT_NUMBERED: Many = Many {
        row: "(pg_current_xact_id()::text::bigint + (select base from event_base), ?, ?, ?, ?, ?, ?)",
        ..INSERT
    };
    if events.is_empty() {
        return Ok(());
    }
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
    if tx.is_sqlite() {
        let next =
            "select max(e.base, coalesce((select max(place) from event), 0)) + 1 from event_base e";
        let place = tx.query_opt(next, &[])?.map_or(Ok(1), |row| row.int(0))?;
        tx.many(INSERT, &[place.into()], &rows)?;
    } else {
        tx.many(INSERT_NUMBERED, &[], &rows)?;
    }
    Ok(())
}

/// After a database was restored into another server, whose transactions have smaller numbers: what comes stands behind what
/// there is.
pub(crate) fn mend_base(tx: &mut Tx<'_>) -> Result<()> {
    if tx.is_sqlite() {
        return Ok(());
    }
    tx.execute(
        "update event_base set base = n.newest + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint \
         from (select coalesce(max(place), 0) as newest from event) n \
         where n.newest >= event_base.base + pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
        &[],
    )
    .map(|_| ())
}

/// From this place on a transaction that is still open may yet add facts: nobody may pass it.
fn horizon(tx: &mut Tx<'_>) -> Result<i64> {
    if tx.is_sqlite() {
        return Ok(i64::MAX);
    }
    tx.query_opt(
        "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + base from event_base",
        &[],
    )?
    .map_or(Ok(i64::MAX), |row| row.int(0))
}

/// The place of the last fact that a transaction has made visible; behind it comes what happens from now on, and perhaps what
/// is being written just now.
pub fn newest_place(tx: &mut Tx<'_>) -> Result<EventPlace> {
    let below = horizon(tx)?;
    let row = tx.query_opt(
        "select place, id from event where place < $1 order by place desc, id desc limit 1",
        &[below.into()],
    )?;
    row.map_or(Ok(EventPlace::default()), |row| place(&row))
}

/// When the fact at the last place happened, in milliseconds since 1970-01-01 UTC.
pub fn newest_at(tx: &mut Tx<'_>) -> Result<Option<i64>> {
    tx.query_opt(
        "select at_ms from event order by place desc, id desc limit 1",
        &[],
    )?
    .map(|row| row.int(0))
    .transpose()
}

/// The facts behind a place, in the order of their places, at most `limit`. None is left out and none comes later in front of
/// one of them.
pub fn behind(tx: &mut Tx<'_>, after: EventPlace, limit: i64) -> Result<Vec<(EventPlace, Event)>> {
    let below = horizon(tx)?;
    // Not a comparison of pairs, of which SQLite uses only the first half of the key.
    let sql = format!(
        "select {COLUMNS} from event where place >= $1 and (place > $1 or id > $2) and place < $3 \
         order by place, id limit $4"
    );
    let args = [
        after.number.into(),
        after.id.into(),
        below.into(),
        limit.into(),
    ];
    let rows = tx.query(&sql, &args)?;
    rows.iter()
        .map(|row| Ok((place(row)?, event(row)?)))
        .collect()
}

/// Of how many facts, the last by place, the largest id is looked for: more than all processes write in the seconds by
/// which two transactions may differ.
const NEWEST_FACTS: i64 = 20_000;

/// The largest id of a fact that was made up to `until_ms`; 0 when there is none. One that is later is damaged: ids that
/// follow it would be nobody's.
pub fn newest(tx: &mut Tx<'_>, until_ms: i64) -> Result<i64> {
    let found = tx.query_opt(
        "select coalesce(max(id), 0) from \
         (select id from event order by place desc, id desc limit $1) as last where id < $2",
        &[NEWEST_FACTS.into(), crate::id::first_at_ms(until_ms).into()],
    )?;
    found.map_or(Ok(0), |row| row.int(0))
}

/// By how much the id of a fact may be smaller than that of what it is about, in milliseconds. Both are made when they happen, but
/// perhaps by two processes, and the clock of one may be as far ahead as ids may be; a month more for what is late.
const SUBJECT_AHEAD_MS: i64 = super::AHEAD_MS + 31 * 24 * 3_600_000;

/// The smallest id that a fact about this subject can have, so that no partitions are looked at before it; on SQLite there are none,
/// and so no bound.
fn first_about(tx: &Tx<'_>, subject_id: i64) -> i64 {
    match tx.is_sqlite() {
        true => i64::MIN,
        false => crate::id::first_at_ms(crate::id::made_at_ms(subject_id) - SUBJECT_AHEAD_MS),
    }
}

/// The facts about one subject, oldest first, at most `limit`.
pub fn of_subject(tx: &mut Tx<'_>, subject_id: i64, limit: i64) -> Result<Vec<Event>> {
    let sql = format!(
        "select {COLUMNS} from event where subject_id = $1 and id >= $2 order by id limit $3"
    );
    let from = first_about(tx, subject_id);
    tx.query(&sql, &[subject_id.into(), from.into(), limit.into()])?
        .iter()
        .map(event)
        .collect()
}

/// The subjects of these facts, by place and id.
pub fn subjects(tx: &mut Tx<'_>, keys: &[RowKey]) -> Result<Vec<(RowKey, i64)>> {
    const EVENTS: KeyedTable = KeyedTable {
        table: "event",
        key: &["place", "id"],
    };
    let rows = find(tx, EVENTS, "place, id, subject_id", keys)?;
    rows.iter()
        .map(|row| Ok(((row.int(0)?, row.int(1)?), row.int(2)?)))
        .collect()
}

/// When a kind of fact first happened to each of these subjects.
pub fn moments(tx: &mut Tx<'_>, kind: &str, subjects: &[i64]) -> Result<BTreeMap<i64, i64>> {
    const FIRST: &str =
        "select subject_id, min(at_ms) from event where kind = $1 and id >= $2 and subject_id in (";
    of_each(tx, FIRST, kind, subjects)
}

/// As [`moments`], when it last happened.
pub fn last_moments(tx: &mut Tx<'_>, kind: &str, subjects: &[i64]) -> Result<BTreeMap<i64, i64>> {
    const LAST: &str =
        "select subject_id, max(at_ms) from event where kind = $1 and id >= $2 and subject_id in (";
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
    let first = first_about(tx, subjects.iter().min().copied().unwrap_or_default());
    tx.many(find, &[kind.into(), first.into()], &rows)?
        .iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?)))
        .collect()
}

/// How many facts of each kind there are since a moment, to the moments' own precision.
pub fn counts_since(tx: &mut Tx<'_>, since_ms: i64) -> Result<Vec<(String, i64)>> {
    let from = first_since(tx, since_ms)?;
    tx.query(
        "select kind, count(*) from event where place >= $1 and at_ms >= $2 group by kind order by kind",
        &[from.into(), since_ms.into()],
    )?
    .iter()
    .map(|row| Ok((row.text(0)?, row.int(1)?)))
    .collect()
}

/// The smallest number of a place whose facts are of this moment or later: moments grow with the places, but for what
/// transactions differ by.
fn first_since(tx: &mut Tx<'_>, since_ms: i64) -> Result<i64> {
    let ends = tx.query_opt(
        "select coalesce(min(place), 0), coalesce(max(place), 0) from event",
        &[],
    )?;
    let Some(ends) = ends else { return Ok(0) };
    let (mut low, mut high) = (ends.int(0)?, ends.int(1)?);
    while low < high {
        let middle = i64::midpoint(low, high);
        let found = tx.query_opt(
            "select place, at_ms from event where place > $1 order by place, id limit 1",
            &[middle.into()],
        )?;
        match found {
            Some(row) if row.int(1)? < since_ms => low = row.int(0)?,
            _ => high = middle,
        }
    }
    Ok(low)
}

fn place(row: &Row) -> Result<EventPlace> {
    Ok(EventPlace {
        number: row.int(0)?,
        id: row.int(1)?,
    })
}

fn event(row: &Row) -> Result<Event> {
    Ok(Event {
        id: row.int(1)?,
        at_ms: row.int(2)?,
        kind: row.text(3)?,
        company_id: row.int_opt(4)?,
        subject_id: row.int(5)?,
        detail: row.text(6)?,
    })
}

/// How far a reader has come.
pub(super) fn place_of(tx: &mut Tx<'_>, reader: &str) -> Result<Option<EventPlace>> {
    let row = tx.query_opt(
        "select place, id from event_cursor where reader = $1",
        &[reader.into()],
    )?;
    row.as_ref().map(place).transpose()
}

/// Moves a reader on from where he stood; answers whether he still stood there.
pub(super) fn pass(
    tx: &mut Tx<'_>,
    reader: &str,
    (from, to): (EventPlace, EventPlace),
    now_ms: i64,
) -> Result<bool> {
    let n_moved = tx.execute(
        "update event_cursor set place = $1, id = $2, at_ms = $3 \
         where reader = $4 and place = $5 and id = $6",
        &[
            to.number.into(),
            to.id.into(),
            now_ms.into(),
            reader.into(),
            from.number.into(),
            from.id.into(),
        ],
    )?;
    Ok(n_moved == 1)
}

/// All readers, by name, and how far they have come.
pub(super) fn readers(tx: &mut Tx<'_>) -> Result<Vec<(String, EventPlace)>> {
    let rows = tx.query(
        "select place, id, reader from event_cursor order by reader",
        &[],
    )?;
    rows.iter()
        .map(|row| Ok((row.text(2)?, place(row)?)))
        .collect()
}

/// When the first fact behind a place happened, in milliseconds since 1970; also one that nobody may read yet, for a
/// transaction before it is still open.
pub(super) fn next_at(tx: &mut Tx<'_>, after: EventPlace) -> Result<Option<i64>> {
    tx.query_opt(
        "select at_ms from event where place >= $1 and (place > $1 or id > $2) \
         order by place, id limit 1",
        &[after.number.into(), after.id.into()],
    )?
    .map(|row| row.int(0))
    .transpose()
}
