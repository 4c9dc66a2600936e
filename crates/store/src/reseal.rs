//! Resealing (补加密): what was stored before there was a key, or with an older one, is sealed with the
//! first key of the [`crate::Vault`].
//!
//! The rooms that own sealed columns name them. A walk through a column goes from the oldest row to the
//! newest, a few rows in each transaction, and keeps its place: it may stop at any row and go on later.
//! With another first key it begins anew.

use crate::vault::Vault;
use crate::{Result, Row, Tx, Value};

/// Rows in one transaction: of texts, and of bodies, each of which may have ten megabytes.
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

/// What one transaction did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Values that were sealed.
    pub n_sealed: u64,
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

/// Looks at the next rows of a column and seals those that are not sealed with the first key. Does
/// nothing while there is no key.
///
/// # Errors
/// The engine's; [`crate::Error::Fault`] for a value that cannot be opened: the walk stays before it.
pub fn step(tx: &mut Tx<'_>, column: &Column) -> Result<Done> {
    let vault = tx.vault();
    let Some(key) = vault.first_key() else {
        return Ok(Done::default());
    };
    let place = place(tx, column, key)?;
    let rows = rows(tx, column, place)?;
    let Some((last, _)) = rows.last() else {
        return Ok(Done::default());
    };
    let last = *last;
    let mut n_sealed = 0;
    for (place, value) in rows {
        n_sealed += u64::from(reseal(tx, column, &vault, (place, value))?);
    }
    set_place(tx, column, key, last)?;
    Ok(Done {
        n_sealed,
        goes_on: true,
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

/// Seals a value, unless it is; answers whether it was changed.
fn reseal(
    tx: &mut Tx<'_>,
    column: &Column,
    vault: &Vault,
    (place, value): (Place, Stored),
) -> Result<bool> {
    let n_changed = match value {
        Stored::Bytes(old) => {
            if vault.is_current(&old)? {
                return Ok(false);
            }
            let plain = vault.open(old.clone())?;
            let new = vault.close(&plain)?;
            change(tx, column, place, (Value::Bytes(&new), Value::Bytes(&old)))?
        }
        Stored::Text(old) => {
            if vault.is_current_text(&old)? {
                return Ok(false);
            }
            let plain = vault.open_text(old.clone())?;
            let new = vault.close_text(&plain)?;
            change(tx, column, place, (Value::Text(&new), Value::Text(&old)))?
        }
    };
    Ok(n_changed > 0)
}

/// Writes a value, unless somebody else has changed it since it was read: then it is sealed.
fn change(
    tx: &mut Tx<'_>,
    of: &Column,
    place: Place,
    (new, old): (Value<'_>, Value<'_>),
) -> Result<u64> {
    let Column {
        table, column, key, ..
    } = of;
    let first = key.0;
    let sql = format!("update {table} set {column} = $1 where {column} = $2 and {first} = $3");
    match key.1 {
        Some(second) => {
            let sql = format!("{sql} and {second} = $4");
            tx.execute(&sql, &[new, old, place.0.into(), place.1.into()])
        }
        None => tx.execute(&sql, &[new, old, place.0.into()]),
    }
}
