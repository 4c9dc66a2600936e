//! Every statement on `archive_part` and `archive_purge`.

use super::{ArchivePart, PartState, PurgePlace, mark_superseded};
use crate::class::ArchiveClass;
use crate::month::ArchiveMonth;
use std::collections::BTreeMap;
use store::{Error, Result, Row, Tx};

const COLUMNS: &str = "id, class, month, number, state, began_at, n_rows, n_bytes, n_unreadable, \
     manifest_hash, key_id, written_at, verified_at, n_same, n_changed, n_gone, purged_at, next_at, \
     n_purged, n_kept, kept_why, wants_more, fault, claim, n_counted, is_covered, proof_asked";

/// Whole months of parts.
fn whole(rows: &[Row]) -> Result<Vec<ArchivePart>> {
    let mut parts = rows.iter().map(part).collect::<Result<Vec<_>>>()?;
    mark_superseded(&mut parts);
    Ok(parts)
}

fn part(row: &Row) -> Result<ArchivePart> {
    let unknown = |what: &str| Error::Damaged(format!("unknown {what} of a part"));
    Ok(ArchivePart {
        id: row.int(0)?,
        class: ArchiveClass::from_name(&row.text(1)?).ok_or_else(|| unknown("class"))?,
        month: ArchiveMonth::parse(&row.text(2)?).ok_or_else(|| unknown("month"))?,
        number: row.int(3)?,
        state: PartState::from_name(&row.text(4)?).ok_or_else(|| unknown("state"))?,
        began_at: row.int(5)?,
        n_rows: row.int(6)?,
        n_bytes: row.int(7)?,
        n_unreadable: row.int(8)?,
        manifest_hash: row.text(9)?,
        key_id: row.text(10)?,
        written_at: row.int_opt(11)?,
        verified_at: row.int_opt(12)?,
        n_same: row.int(13)?,
        n_changed: row.int(14)?,
        n_gone: row.int(15)?,
        purged_at: row.int_opt(16)?,
        next_at: row.int(17)?,
        n_purged: row.int(18)?,
        n_kept: row.int(19)?,
        kept_why: row.text(20)?,
        wants_more: row.bool(21)?,
        fault: row.text(22)?,
        claim: row.int(23)?,
        n_counted: row.int(24)?,
        is_covered: row.bool(25)?,
        is_proof_asked: row.bool(26)?,
    })
}

/// All parts: one for each month and class, and few more; the newest month first.
///
/// # Errors
/// The engine's.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<ArchivePart>> {
    let sql = format!("select {COLUMNS} from archive_part order by month desc, class, number");
    whole(&tx.query(&sql, &[])?)
}

/// A part.
///
/// # Errors
/// The engine's.
pub fn find(tx: &mut Tx<'_>, id: i64) -> Result<Option<ArchivePart>> {
    let sql = format!("select {COLUMNS} from archive_part where id = $1");
    tx.query_opt(&sql, &[id.into()])?
        .as_ref()
        .map(part)
        .transpose()
}

/// The parts of a month of a class, in their order.
///
/// # Errors
/// The engine's.
pub fn of_month(
    tx: &mut Tx<'_>,
    class: ArchiveClass,
    month: ArchiveMonth,
) -> Result<Vec<ArchivePart>> {
    let sql = format!(
        "select {COLUMNS} from archive_part where class = $1 and month = $2 order by number"
    );
    let month = month.to_string();
    whole(&tx.query(&sql, &[class.name().into(), (&month).into()])?)
}

/// Whether rows of a month of a class were removed here, or may have been.
///
/// # Errors
/// The engine's.
pub fn is_purged(tx: &mut Tx<'_>, class: ArchiveClass, month: ArchiveMonth) -> Result<bool> {
    let month = month.to_string();
    let found = tx.query_opt(
        "select 1 from archive_part where class = $1 and month = $2 and n_purged > 0 limit 1",
        &[class.name().into(), (&month).into()],
    )?;
    Ok(found.is_some())
}

/// The months of a class of which rows were removed here, in their order: one for each month and class, and no more.
pub(crate) fn purged_months(tx: &mut Tx<'_>, class: ArchiveClass) -> Result<Vec<ArchiveMonth>> {
    let rows = tx.query(
        "select distinct month from archive_part where class = $1 and n_purged > 0 order by month",
        &[class.name().into()],
    )?;
    let month = |row: &Row| {
        let text = row.text(0)?;
        ArchiveMonth::parse(&text).ok_or_else(|| Error::Damaged("unknown month of a part".into()))
    };
    rows.iter().map(month).collect()
}

/// Notes that somebody asked for a proof of a part.
///
/// # Errors
/// The engine's.
pub fn ask_proof(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.execute(
        "update archive_part set proof_asked = true where id = $1",
        &[id.into()],
    )
    .map(|_| ())
}

/// The parts whose proof was asked for, each with its rows.
pub(crate) fn asked(tx: &mut Tx<'_>) -> Result<Vec<(i64, i64)>> {
    let rows = tx.query(
        "select id, n_rows from archive_part where proof_asked order by id",
        &[],
    )?;
    rows.iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?)))
        .collect()
}

/// Notes that the proof that was asked for was tried.
pub(crate) fn proof_done(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.execute(
        "update archive_part set proof_asked = false where id = $1",
        &[id.into()],
    )
    .map(|_| ())
}

/// How many parts are sealed with each key.
///
/// # Errors
/// The engine's.
pub fn keys(tx: &mut Tx<'_>) -> Result<BTreeMap<String, i64>> {
    let rows = tx.query(
        "select key_id, count(*) from archive_part where key_id <> '' group by key_id",
        &[],
    )?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?)))
        .collect()
}

/// Begins a part.
pub(crate) fn begin(tx: &mut Tx<'_>, part: &ArchivePart) -> Result<()> {
    let month = part.month.to_string();
    tx.execute(
        "insert into archive_part (id, class, month, number, state, began_at, claim) \
         values ($1, $2, $3, $4, 'writing', $5, $6)",
        &[
            part.id.into(),
            part.class.name().into(),
            (&month).into(),
            part.number.into(),
            part.began_at.into(),
            part.claim.into(),
        ],
    )
    .map(|_| ())
}

/// Notes under which claim and number the files of a part that was begun are written from now on.
pub(crate) fn claim(tx: &mut Tx<'_>, part: &ArchivePart) -> Result<()> {
    tx.execute(
        "update archive_part set claim = $1, number = $2 where id = $3 and state = 'writing'",
        &[part.claim.into(), part.number.into(), part.id.into()],
    )
    .map(|_| ())
}

/// Forgets a part that was never whole.
pub(crate) fn forget(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.execute(
        "delete from archive_part where id = $1 and state = 'writing'",
        &[id.into()],
    )
    .map(|_| ())
}

/// Notes that all rows of a month are in its parts, and how many there were, those that were removed with them.
pub(crate) fn nothing_more(
    tx: &mut Tx<'_>,
    (class, month): (ArchiveClass, ArchiveMonth),
    n_counted: i64,
) -> Result<()> {
    let month = month.to_string();
    tx.execute(
        "update archive_part set wants_more = false, n_counted = $1 where class = $2 and month = $3",
        &[n_counted.into(), class.name().into(), (&month).into()],
    )
    .map(|_| ())
}

/// Notes that a part is written: its manifest stands in the store.
pub(crate) fn written(tx: &mut Tx<'_>, part: &ArchivePart) -> Result<()> {
    tx.execute(
        "update archive_part set state = 'written', n_rows = $1, n_bytes = $2, n_unreadable = $3, \
         manifest_hash = $4, key_id = $5, written_at = $6 where id = $7 and state = 'writing'",
        &[
            part.n_rows.into(),
            part.n_bytes.into(),
            part.n_unreadable.into(),
            (&part.manifest_hash).into(),
            (&part.key_id).into(),
            part.written_at.into(),
            part.id.into(),
        ],
    )?;
    // What the parts before it lacked is in this one.
    nothing_more(tx, (part.class, part.month), part.n_counted)
}

/// Notes that a part was proven, what the proof found, and whether a further part is due.
pub(crate) fn verified(
    tx: &mut Tx<'_>,
    id: i64,
    ([n_same, n_changed, n_gone], wants_more): ([i64; 3], bool),
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "update archive_part set verified_at = $1, n_same = $2, n_changed = $3, n_gone = $4, fault = '', \
         wants_more = (wants_more or $6), state = case when state in ('written', 'broken') then 'verified' else state end where id = $5",
        &[
            now_ms.into(),
            n_same.into(),
            n_changed.into(),
            n_gone.into(),
            id.into(),
            wants_more.into(),
        ],
    )
    .map(|_| ())
}

/// Notes that a part is broken: nothing more is removed for it, what of it is still here goes into a further part, and it covers
/// none before it any more.
pub(crate) fn broken(tx: &mut Tx<'_>, id: i64, why: &str) -> Result<()> {
    tx.execute(
        "update archive_part set is_covered = false where exists (select 1 from archive_part b where b.id = $1 \
         and b.class = archive_part.class and b.month = archive_part.month)",
        &[id.into()],
    )?;
    tx.execute(
        "update archive_part set state = 'broken', fault = $1, wants_more = true where id = $2 and state <> 'writing'",
        &[why.into(), id.into()],
    )
    .map(|_| ())
}

/// Notes that the proven parts behind a broken one have every row of it.
pub(crate) fn covered(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.execute(
        "update archive_part set is_covered = true where id = $1 and state = 'broken'",
        &[id.into()],
    )
    .map(|_| ())
}

/// Begins a pass of the purge of a part, unless one is under way.
pub(crate) fn begin_purge(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.execute(
        "update archive_part set state = 'purging' where id = $1 and state = 'verified'",
        &[id.into()],
    )
    .map(|_| ())
}

/// Where the purge of a table of a part is; at its beginning when it has not begun.
pub(crate) fn place(tx: &mut Tx<'_>, id: i64, table: &str) -> Result<PurgePlace> {
    let found = tx.query_opt(
        "select first_no, second_no, n_removed, n_absent, kept, is_done from archive_purge \
         where part_id = $1 and table_name = $2",
        &[id.into(), table.into()],
    )?;
    let Some(row) = found else {
        return Ok(PurgePlace::default());
    };
    let mut kept = [0; 4];
    for (count, text) in kept.iter_mut().zip(row.text(4)?.split(' ')) {
        *count = text.parse().unwrap_or_default();
    }
    Ok(PurgePlace {
        last: (row.int(0)?, row.int(1)?),
        n_removed: row.int(2)?,
        n_absent: row.int(3)?,
        kept,
        is_done: row.bool(5)?,
    })
}

/// Notes where the purge of a table of a part is.
pub(crate) fn set_place(tx: &mut Tx<'_>, id: i64, table: &str, place: &PurgePlace) -> Result<()> {
    let kept = place.kept.map(|n| n.to_string()).join(" ");
    tx.execute(
        "insert into archive_purge (part_id, table_name, first_no, second_no, n_removed, n_absent, kept, is_done) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (part_id, table_name) do update set \
         first_no = excluded.first_no, second_no = excluded.second_no, n_removed = excluded.n_removed, \
         n_absent = excluded.n_absent, kept = excluded.kept, is_done = excluded.is_done",
        &[
            id.into(),
            table.into(),
            place.last.0.into(),
            place.last.1.into(),
            place.n_removed.into(),
            place.n_absent.into(),
            (&kept).into(),
            place.is_done.into(),
        ],
    )
    .map(|_| ())
}

/// Adds to the rows that were removed for a part, in the transaction that removes them.
pub(crate) fn add_purged(tx: &mut Tx<'_>, id: i64, n: i64) -> Result<()> {
    tx.execute(
        "update archive_part set n_purged = n_purged + $1 where id = $2",
        &[n.into(), id.into()],
    )
    .map(|_| ())
}

/// What a pass of the purge came to.
#[derive(Debug, Clone)]
pub(crate) struct PurgeEnd {
    pub(crate) n_kept: i64,
    pub(crate) kept_why: String,
    pub(crate) wants_more: bool,
    pub(crate) now_ms: i64,
    pub(crate) next_at: i64,
}

/// Ends a pass of the purge of a part; the next one begins anew.
pub(crate) fn end_purge(tx: &mut Tx<'_>, id: i64, end: &PurgeEnd) -> Result<()> {
    let state = if end.n_kept == 0 { "purged" } else { "purging" };
    tx.execute(
        "update archive_part set state = $1, n_kept = $2, kept_why = $3, \
         wants_more = (wants_more or $4), purged_at = $5, next_at = $6 where id = $7 and state = 'purging'",
        &[
            state.into(),
            end.n_kept.into(),
            (&end.kept_why).into(),
            end.wants_more.into(),
            end.now_ms.into(),
            end.next_at.into(),
            id.into(),
        ],
    )?;
    tx.execute("delete from archive_purge where part_id = $1", &[id.into()])
        .map(|_| ())
}

/// Up to when periods had passed at the last purge; none before the first.
pub(crate) fn purged_until(tx: &mut Tx<'_>) -> Result<Option<i64>> {
    tx.query_opt("select at_ms from archive_clock where one = 1", &[])?
        .map(|row| row.int(0))
        .transpose()
}

/// Notes up to when periods have passed; never back.
pub(crate) fn note_purged_until(tx: &mut Tx<'_>, at_ms: i64) -> Result<()> {
    tx.execute(
        "insert into archive_clock (one, at_ms) values (1, $1) on conflict (one) do update \
         set at_ms = excluded.at_ms where archive_clock.at_ms < excluded.at_ms",
        &[at_ms.into()],
    )
    .map(|_| ())
}
