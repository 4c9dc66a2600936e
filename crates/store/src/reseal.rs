//! Resealing (补加密): what was stored before there was a key, or with an older one, is sealed with the
//! first key of the [`crate::Vault`].
//!
//! The rooms that own sealed columns name them. A walk through a column goes from the oldest row to the
//! newest, a few rows in each transaction, and keeps its place: it may stop at any row and go on later.
//! With another first key it begins anew. A value that no key opens is told, and passed over.

use crate::vault::Vault;
use crate::{Db, Result, Row, Tx, Value};
use std::sync::Arc;

/// Bytes that are written in one transaction, one value at least: 1 MiB.
const WRITTEN_MAX: usize = 1 << 20;

/// Rows that are looked at at once: of texts, and of bodies, each of which may have ten megabytes.
const TEXTS: i64 = 200;
const BODIES: i64 = 8;

/// A column whose values are sealed.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The primary key of the table: one number or two, none of them negative.
    pub key: (&'static str, Option<&'static str>),
    /// Whether its values are texts; else bytes.
    pub is_text: bool,
}

/// What one step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Values that were sealed.
    pub n_sealed: u64,
    /// Values that no key opens, which stay as they are.
    pub n_damaged: u64,
    /// Whether there may be more in this column.
    pub goes_on: bool,
}

/// Where a walk stands: the key of the last row that was looked at.
#[derive(Debug, Clone, Copy)]
struct Place(i64, i64);

/// Before the first row.
const START: Place = Place(-1, -1);

/// A value as it is stored.
enum Stored {
    Bytes(Vec<u8>),
    Text(String),
}

impl Stored {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::Text(text) => Value::Text(text),
        }
    }
}

/// A value that is to be sealed: as it is stored, and as it will be.
struct Change {
    place: Place,
    old: Stored,
    new: Stored,
}

impl Change {
    fn n_bytes(&self) -> usize {
        match &self.new {
            Stored::Bytes(bytes) => bytes.len(),
            Stored::Text(text) => text.len(),
        }
    }
}

/// What was found in the next rows of a column.
struct Found {
    key: String,
    last: Place,
    changes: Vec<Change>,
    n_damaged: u64,
}

/// Looks at the next rows of a column and seals those that are not sealed with the first key. Does
/// nothing while there is no key. Values are sealed while reading, and written a megabyte at
/// a time, so that the writer is never held up for long.
///
/// # Errors
/// The engine's; what was sealed before stays sealed.
pub async fn step(db: &Db, column: &'static Column) -> Result<Done> {
    let Some(found) = db.read(move |tx| find(tx, column)).await? else {
        return Ok(Done::default());
    };
    let changes = Arc::new(found.changes);
    let mut n_sealed = 0;
    let mut from = 0;
    while from < changes.len() {
        let to = piece(&changes, from);
        let of = Arc::clone(&changes);
        let write = db.write(move |tx| {
            let mut n_changed = 0;
            for one in of.get(from..to).unwrap_or_default() {
                n_changed += change(tx, column, one)?;
            }
            Ok(n_changed)
        });
        n_sealed += write.await?;
        from = to;
    }
    let (key, last) = (found.key, found.last);
    db.write(move |tx| set_place(tx, column, &key, last))
        .await?;
    Ok(Done {
        n_sealed,
        n_damaged: found.n_damaged,
        goes_on: true,
    })
}

/// Where the piece ends that begins at `from`: one change at least.
fn piece(changes: &[Change], from: usize) -> usize {
    let mut n_bytes = 0;
    let rest = changes.iter().skip(from);
    let n_changes = rest
        .take_while(|one| {
            let is_first = n_bytes == 0;
            n_bytes += one.n_bytes();
            is_first || n_bytes <= WRITTEN_MAX
        })
        .count();
    from + n_changes
}

/// The next rows of a column, and what is to be changed in them.
fn find(tx: &mut Tx<'_>, column: &Column) -> Result<Option<Found>> {
    let vault = tx.vault();
    let Some(key) = vault.first_key() else {
        return Ok(None);
    };
    let place = place(tx, column, key)?;
    let rows = rows(tx, column, place)?;
    let Some((last, _)) = rows.last() else {
        return Ok(None);
    };
    let mut found = Found {
        key: key.to_owned(),
        last: *last,
        changes: Vec::new(),
        n_damaged: 0,
    };
    for (place, old) in rows {
        match sealed(&vault, &old) {
            Ok(Some(new)) => found.changes.push(Change { place, old, new }),
            Ok(None) => {}
            Err(error) => {
                let (first, second) = (place.0, place.1);
                tracing::error!(%error, table = column.table, first, second, "not sealed anew");
                found.n_damaged += 1;
            }
        }
    }
    Ok(Some(found))
}

/// A value as the first key seals it; none when it is.
fn sealed(vault: &Vault, old: &Stored) -> Result<Option<Stored>> {
    Ok(match old {
        Stored::Bytes(old) if vault.is_current(old)? => None,
        Stored::Bytes(old) => {
            let plain = vault.open(old.clone())?;
            Some(Stored::Bytes(vault.close(&plain)?.into_owned()))
        }
        Stored::Text(old) if vault.is_current_text(old)? => None,
        Stored::Text(old) => {
            let plain = vault.open_text(old.clone())?;
            Some(Stored::Text(vault.close_text(&plain)?.into_owned()))
        }
    })
}

fn name(column: &Column) -> String {
    format!("{}.{}", column.table, column.column)
}

fn place(tx: &mut Tx<'_>, column: &Column, key: &str) -> Result<Place> {
    let name = name(column);
    let row = tx.query_opt(
        "select first_no, second_no from reseal where column_name = $1 and key_id = $2",
        &[name.as_str().into(), key.into()],
    )?;
    row.map_or(Ok(START), |row| Ok(Place(row.int(0)?, row.int(1)?)))
}

fn set_place(tx: &mut Tx<'_>, column: &Column, key: &str, place: Place) -> Result<()> {
    let name = name(column);
    tx.execute(
        "insert into reseal (column_name, key_id, first_no, second_no) values ($1, $2, $3, $4) \
         on conflict (column_name) do update set key_id = excluded.key_id, \
         first_no = excluded.first_no, second_no = excluded.second_no",
        &[
            name.as_str().into(),
            key.into(),
            place.0.into(),
            place.1.into(),
        ],
    )
    .map(|_| ())
}

fn rows(tx: &mut Tx<'_>, of: &Column, after: Place) -> Result<Vec<(Place, Stored)>> {
    let Column { table, column, .. } = of;
    let limit = if of.is_text { TEXTS } else { BODIES };
    let found = match of.key {
        (first, Some(second)) => tx.query(
            &format!(
                "select {column}, {first}, {second} from {table} \
                 where ({first}, {second}) > ($1, $2) order by {first}, {second} limit $3"
            ),
            &[after.0.into(), after.1.into(), limit.into()],
        )?,
        (first, None) => tx.query(
            &format!(
                "select {column}, {first} from {table} where {first} > $1 order by {first} limit $2"
            ),
            &[after.0.into(), limit.into()],
        )?,
    };
    let read = |row: &Row| {
        // Of a key with one number the second is always 0.
        let second = of.key.1.map_or(Ok(0), |_| row.int(2))?;
        let value = match of.is_text {
            true => Stored::Text(row.text(0)?),
            false => Stored::Bytes(row.bytes(0)?),
        };
        Ok((Place(row.int(1)?, second), value))
    };
    found.iter().map(read).collect()
}

/// Writes a value, unless somebody else has changed it since it was read: then it is sealed.
fn change(tx: &mut Tx<'_>, of: &Column, change: &Change) -> Result<u64> {
    let Column {
        table, column, key, ..
    } = of;
    let first = key.0;
    let sql = format!("update {table} set {column} = $1 where {column} = $2 and {first} = $3");
    let (new, old, place) = (change.new.value(), change.old.value(), change.place);
    match key.1 {
        Some(second) => {
            let sql = format!("{sql} and {second} = $4");
            tx.execute(&sql, &[new, old, place.0.into(), place.1.into()])
        }
        None => tx.execute(&sql, &[new, old, place.0.into()]),
    }
}
