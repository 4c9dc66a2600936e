//! Statements on the tables of the archive, put together from what their modules say of them.

use super::{ReadRows, RowCell, RowLine, key_of, line};
use crate::month::ArchiveMonth;
use crate::table::{ArchiveTable, ColumnKind, MonthBy, NumberedRows};
use store::id::{first_at_ms, made_at_ms};
use store::purge::{self, RowKey};
use store::{Result, Row, Tx, Value};

/// By how much the time of a row may step back against its number, in milliseconds: the clock of a machine that is set
/// by an hour, twice. What is further out of its order belongs to the month of the rows around it.
const STEP_BACK_MS: i64 = 2 * 3_600_000;

/// Rows of a table that belong to a month, or a part of them: from one key to another, both exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyRange {
    pub(crate) after: RowKey,
    pub(crate) before: RowKey,
    /// The moments from which and before which the row's time must be, where numbers say it roughly.
    pub(crate) time: Option<(i64, i64)>,
}

/// The ranges of a table's month, in the order of the keys. Every row is in the ranges of one month and no other, whatever its
/// time says: near the ends of the month the time decides, between them the number alone. The search for a moment answers
/// no smaller a number for a later one, also where rows are out of order.
pub(crate) fn ranges(
    tx: &mut Tx<'_>,
    of: &ArchiveTable,
    month: ArchiveMonth,
) -> Result<Vec<KeyRange>> {
    let mut found = Vec::new();
    each_range(tx, of, month, |_, range| {
        found.push(range);
        Ok(true)
    })?;
    Ok(found)
}

/// Goes through the ranges of a table's month, as far as that is wanted: each group is searched when it is its turn.
fn each_range(
    tx: &mut Tx<'_>,
    of: &ArchiveTable,
    month: ArchiveMonth,
    mut goes_on: impl FnMut(&mut Tx<'_>, KeyRange) -> Result<bool>,
) -> Result<()> {
    let numbered = match of.month {
        MonthBy::Id => {
            let whole = KeyRange {
                after: (first_at_ms(month.start_ms()) - 1, i64::MAX),
                before: (first_at_ms(month.end_ms()), i64::MIN),
                time: None,
            };
            return goes_on(tx, whole).map(|_| ());
        }
        MonthBy::Number(numbered) => numbered,
    };
    for group in groups_of(tx, &numbered, month)? {
        for range in ranges_of(tx, (&numbered, group), month)? {
            if !goes_on(tx, range)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The ranges of a month in a group of numbers.
fn ranges_of(
    tx: &mut Tx<'_>,
    (numbered, group): (&NumberedRows, Option<i64>),
    month: ArchiveMonth,
) -> Result<Vec<KeyRange>> {
    let (start, end) = (month.start_ms(), month.end_ms());
    let mut at = |at_ms| first_number(tx, numbered, group, at_ms);
    let (first, last) = (at(start - STEP_BACK_MS)?, at(end + STEP_BACK_MS)?);
    if first >= last {
        return Ok(Vec::new());
    }
    let (inner, outer) = (at(start + STEP_BACK_MS)?, at(end - STEP_BACK_MS)?);
    let mut found = Vec::new();
    for (from, to, time) in [
        (first, inner, Some((start, i64::MAX))),
        (inner, outer, None),
        (outer, last, Some((i64::MIN, end))),
    ] {
        let (after, before) = match group {
            Some(group) => ((group, from - 1), (group, to)),
            None => ((from - 1, i64::MAX), (to, i64::MIN)),
        };
        if from < to {
            found.push(KeyRange {
                after,
                before,
                time,
            });
        }
    }
    Ok(found)
}

/// Which of these months, in their order, a row of a group of numbers is in, whatever its time says; `at_ms` is that time.
pub(crate) fn month_among(
    tx: &mut Tx<'_>,
    of: &NumberedRows,
    (key, at_ms): (RowKey, i64),
    months: &[ArchiveMonth],
) -> Result<Option<ArchiveMonth>> {
    let group = of.group.map(|_| key.0);
    let number = if group.is_some() { key.1 } else { key.0 };
    let (mut low, mut high) = (0, months.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let Some(month) = months.get(middle) else {
            break;
        };
        let start_ms = month.start_ms() - STEP_BACK_MS;
        match first_number(tx, of, group, start_ms)? <= number {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    // Near its ends the time decides between a month and the one before it.
    for month in months.iter().take(low).rev().take(2) {
        let has = |range: &KeyRange| {
            let is_then = range
                .time
                .is_none_or(|(from, to)| from <= at_ms && at_ms < to);
            range.after < key && key < range.before && is_then
        };
        if ranges_of(tx, (of, group), *month)?.iter().any(has) {
            return Ok(Some(*month));
        }
    }
    Ok(None)
}

/// The groups that can have rows in a month, found by one statement that looks at both ends of each: of the others, the last rows are
/// all before the month, or the first are all behind it and the last are not all before its end, and [`first_number`] finds its
/// beginning and its end in the same place. First rows that are behind a month whose end is behind the last came under a wrong clock.
fn groups_of(tx: &mut Tx<'_>, of: &NumberedRows, month: ArchiveMonth) -> Result<Vec<Option<i64>>> {
    let NumberedRows {
        source,
        number,
        time,
        ..
    } = of;
    let Some((column, table)) = of.group else {
        return Ok(vec![None]);
    };
    let end = |order: &str| {
        format!(
            "(select s.{time} as made from {source} s where s.{column} = g.{column} \
             order by s.{number}{order} limit {NEIGHBOURS}) n"
        )
    };
    let (first, last) = (end(""), end(" desc"));
    let sql = format!(
        "select g.{column} from {table} g where (select max(n.made) from {last}) >= $1 \
         and ((select min(n.made) from {first}) < $2 or (select max(n.made) from {last}) < $2) \
         order by g.{column}"
    );
    let ends = [
        (month.start_ms() - STEP_BACK_MS).into(),
        (month.end_ms() + STEP_BACK_MS).into(),
    ];
    let rows = tx.query(&sql, &ends)?;
    rows.iter().map(|row| row.int(0).map(Some)).collect()
}

/// Rows that are looked at together: a few whose clock was wrong do not tell the time of those around them.
const NEIGHBOURS: i64 = 9;

/// The number from which rows are not before a moment, as most of those around it say; behind the last one when all are. Numbers may
/// be negative: those of facts from before they had a place.
fn first_number(tx: &mut Tx<'_>, of: &NumberedRows, group: Option<i64>, at_ms: i64) -> Result<i64> {
    let NumberedRows {
        source,
        number,
        time,
        ..
    } = of;
    let (own, mut args) = own_group(of, group);
    args.push(Value::Int(i64::MIN));
    let at = args.len();
    let next = format!(
        "select {number}, {time} from {source} where {own} {number} >= ${at} order by {number} limit {NEIGHBOURS}"
    );
    let last = format!(
        "select {number}, {time} from {source} where {own} {number} >= ${at} order by {number} desc limit {NEIGHBOURS}"
    );
    let is_before = |(_, time): &(i64, i64)| *time < at_ms;
    let ends = timed(&tx.query(&last, &args)?)?;
    let Some((last, _)) = ends.first() else {
        return Ok(0);
    };
    let behind = last.saturating_add(1);
    // Most months have nothing of most groups.
    if ends.iter().all(is_before) {
        return Ok(behind);
    }
    let rows = timed(&tx.query(&next, &args)?)?;
    let Some((first, _)) = rows.first() else {
        return Ok(0);
    };
    if !rows.iter().any(is_before) {
        return Ok(*first);
    }
    let (mut low, mut high) = (*first, behind);
    while low < high {
        let middle = i64::midpoint(low, high);
        args[at - 1] = middle.into();
        let rows = timed(&tx.query(&next, &args)?)?;
        let n_before = rows.iter().filter(|(_, time)| *time < at_ms).count();
        match rows.first() {
            Some((number, _)) if n_before * 2 > rows.len() => low = number.saturating_add(1),
            Some(_) | None => high = middle,
        }
    }
    // Where most are not before it, the first ones may be.
    args[at - 1] = low.into();
    let rows = timed(&tx.query(&next, &args)?)?;
    let last = rows.iter().rfind(|(_, time)| *time < at_ms);
    Ok(last.map_or(low, |(number, _)| number.saturating_add(1)))
}

/// Numbers and times of rows.
fn timed(rows: &[Row]) -> Result<Vec<(i64, i64)>> {
    rows.iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?)))
        .collect()
}

/// The condition of a group, and its argument.
fn own_group(of: &NumberedRows, group: Option<i64>) -> (String, Vec<Value<'static>>) {
    match (of.group, group) {
        (Some((column, _)), Some(group)) => (format!("{column} = $1 and"), vec![group.into()]),
        _ => (String::new(), Vec::new()),
    }
}

/// First rows of a group among which the oldest is looked for: the clock may have been wrong at the very first.
const OLDEST_ROWS: i64 = 100;

/// The moment of the oldest row of a table, milliseconds since 1970-01-01 UTC; none when it is empty.
pub(crate) fn oldest(tx: &mut Tx<'_>, of: &ArchiveTable) -> Result<Option<i64>> {
    let numbered = match of.month {
        MonthBy::Id => {
            let (table, key) = (of.table, of.key.first().copied().unwrap_or_default());
            let sql = format!("select {key} from {table} where {key} > 0 order by {key} limit 1");
            let found = tx.query_opt(&sql, &[])?;
            return found.map(|row| row.int(0).map(made_at_ms)).transpose();
        }
        MonthBy::Number(numbered) => numbered,
    };
    let NumberedRows {
        source,
        number,
        time,
        ..
    } = numbered;
    let first = |own: &str| {
        format!(
            "select min(n.made) as made from (select s.{time} as made from {source} s \
             where {own} s.{number} <> 0 order by s.{number} limit {OLDEST_ROWS}) n"
        )
    };
    let sql = match numbered.group {
        None => first(""),
        Some((column, table)) => format!(
            "select min(o.made) from (select ({}) as made from {table} g) o",
            first(&format!("s.{column} = g.{column} and"))
        ),
    };
    let found = tx.query_opt(&sql, &[])?.map(|row| row.int_opt(0));
    // Where the time decides, rows of the end of the month before may stand behind it.
    Ok(found
        .transpose()?
        .flatten()
        .map(|at_ms| at_ms - STEP_BACK_MS))
}

/// The time of a row. Where it stands in another table it is looked up row by row: however few rows are left of a month of
/// that one, no more of the other are read.
fn time_of(of: &ArchiveTable, numbered: &NumberedRows) -> String {
    let time = numbered.time;
    if numbered.source == of.table {
        return format!("t.{time}");
    }
    let same: Vec<String> = of
        .key
        .iter()
        .map(|key| format!("s.{key} = t.{key}"))
        .collect();
    let (source, same) = (numbered.source, same.join(" and "));
    format!("(select s.{time} from {source} s where {same})")
}

/// From where rows of a range are read: the text behind `from`, and its arguments.
fn within(of: &ArchiveTable, range: &KeyRange) -> (String, Vec<Value<'static>>) {
    let (after, before) = (range.after, range.before);
    let mut args: Vec<Value<'static>> = Vec::new();
    let mut text = format!("{} t", of.table);
    match of.key {
        [one] => {
            args.extend([after.0.into(), before.0.into()]);
            text.push_str(&format!(" where t.{one} > $1 and t.{one} < $2"));
        }
        [first, second, ..] if after.0 == before.0 => {
            args.extend([after.0.into(), after.1.into(), before.1.into()]);
            text.push_str(&format!(
                " where t.{first} = $1 and t.{second} > $2 and t.{second} < $3"
            ));
        }
        [first, second, ..] => {
            args.extend([after.0, after.1, before.0, before.1].map(Value::from));
            text.push_str(&format!(
                " where t.{first} >= $1 and t.{first} <= $3 \
                 and (t.{first}, t.{second}) > ($1, $2) and (t.{first}, t.{second}) < ($3, $4)"
            ));
        }
        [] => {}
    }
    if let (MonthBy::Number(numbered), Some((from, to))) = (of.month, range.time) {
        let time = time_of(of, &numbered);
        let n = args.len();
        text.push_str(&format!(
            " and {time} >= ${} and {time} < ${}",
            n + 1,
            n + 2
        ));
        args.extend([from.into(), to.into()]);
    }
    (text, args)
}

/// The next rows of a range, in the order of their keys.
pub(crate) fn read(tx: &mut Tx<'_>, of: &ArchiveTable, range: &KeyRange) -> Result<ReadRows> {
    let (from, mut args) = within(of, range);
    let columns: Vec<String> = of.names().iter().map(|name| format!("t.{name}")).collect();
    let order: Vec<String> = of.key.iter().map(|key| format!("t.{key}")).collect();
    let sql = format!(
        "select {} from {from} order by {} limit ${}",
        columns.join(", "),
        order.join(", "),
        args.len() + 1
    );
    args.push(of.batch.into());
    let rows = tx.query(&sql, &args)?;
    let is_end = i64::try_from(rows.len()).unwrap_or(i64::MAX) < of.batch;
    let mut read = lines(tx, of, &rows)?;
    read.last = match rows.last() {
        Some(row) if !is_end => Some(key_of(of, row)?),
        _ => None,
    };
    Ok(read)
}

fn lines(tx: &mut Tx<'_>, of: &ArchiveTable, rows: &[Row]) -> Result<ReadRows> {
    let mut read = ReadRows::default();
    for row in rows {
        let key = key_of(of, row)?;
        match line(tx, of, row)? {
            Some(line) => read.rows.push(RowLine { key, line }),
            None => read.damaged.push(key),
        }
    }
    Ok(read)
}

/// How many rows a month has in these tables, counted up to `n_max`: entries of the index of their keys, no rows.
pub(crate) fn count(
    tx: &mut Tx<'_>,
    tables: &[&ArchiveTable],
    month: ArchiveMonth,
    n_max: i64,
) -> Result<i64> {
    let mut n = 0;
    for table in tables {
        if n >= n_max {
            break;
        }
        each_range(tx, table, month, |tx, range| {
            let (from, args) = within(table, &range);
            let sql = match n_max {
                i64::MAX => format!("select count(*) from {from}"),
                _ => {
                    let left = n_max - n;
                    format!("select count(*) from (select 1 from {from} limit {left}) counted")
                }
            };
            n += tx.query_opt(&sql, &args)?.map_or(Ok(0), |row| row.int(0))?;
            Ok(n < n_max)
        })?;
    }
    Ok(n)
}

/// The rows with these keys, in no order.
pub(crate) fn with_keys(tx: &mut Tx<'_>, of: &ArchiveTable, keys: &[RowKey]) -> Result<ReadRows> {
    let rows = purge::find(tx, of.keyed(), &of.names().join(", "), keys)?;
    lines(tx, of, &rows)
}

/// Removes the rows with these keys; answers how many there were.
pub(crate) fn remove(tx: &mut Tx<'_>, of: &ArchiveTable, keys: &[RowKey]) -> Result<u64> {
    purge::remove(tx, of.keyed(), keys)
}

/// As [`with_keys`]; they cannot change until the transaction ends.
pub(crate) fn held(tx: &mut Tx<'_>, of: &ArchiveTable, keys: &[RowKey]) -> Result<ReadRows> {
    let rows = purge::hold(tx, of.keyed(), &of.names().join(", "), keys)?;
    lines(tx, of, &rows)
}

/// Puts a row of the archive into a database where it is restored.
pub(crate) fn insert(tx: &mut Tx<'_>, of: &ArchiveTable, cells: &[RowCell]) -> Result<()> {
    let places: Vec<String> = (1..=cells.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "insert into {} ({}) values ({})",
        of.table,
        of.names().join(", "),
        places.join(", ")
    );
    let vault = tx.vault();
    let mut sealed = Vec::with_capacity(cells.len());
    for (cell, (_, kind)) in cells.iter().zip(of.columns) {
        sealed.push(match (cell, kind) {
            (RowCell::Bytes(bytes), ColumnKind::SealedBytes) => {
                RowCell::Bytes(vault.close_whole(bytes)?.into_owned())
            }
            (RowCell::Text(text), ColumnKind::SealedText) => {
                RowCell::Text(vault.close_text(text)?.into_owned())
            }
            (cell, _) => cell.clone(),
        });
    }
    let args: Vec<Value<'_>> = sealed.iter().map(RowCell::value).collect();
    tx.execute(&sql, &args).map(|_| ())
}
