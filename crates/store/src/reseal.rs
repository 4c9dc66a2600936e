//! Resealing (补加密): what was stored before there was a key, or with an older one, is sealed with the
//! first key of the [`crate::Vault`].
//!
//! The modules that own sealed columns name them. A walk through a column ([`step`](crate::walk::step)) goes from the oldest row to the
//! newest, a few rows in each transaction, and keeps its place: it may stop at any row and go on later.
//! With another first key it begins anew. A value that no key opens is reported, and passed over; one that is
//! sealed with the key of another process stops the walk of this one, which lacks it.
//!
//! While there are older keys there is a second walk after the first: it finds what a process that had not been
//! started anew has sealed behind the first one. It begins ([`begin_again`]) when no living process seals with
//! an older key ([`crate::node::keys_in_use`]), and leaves a mark in each database. Whoever seals with another
//! key takes the mark away: when a database is opened, when a number is claimed or given back, and with every
//! beat. When the walk is at its end, [`retire`] forgets the older keys of a database whose mark still
//! stands, but those of values that cannot be opened. Then it begins anew, and counts those anew.

use crate::seal::{self, Vault};
use crate::{Error, Result, Row, Tx, Value, vault};
use std::collections::BTreeMap;

pub use crate::vault::{missing, older};

/// Rows that are looked at at once: of texts, and of bodies, each of which may have ten megabytes.
const TEXTS: i64 = 200;
const BODIES: i64 = 8;

/// A column whose values are sealed.
#[derive(Debug, Clone, Copy)]
pub struct SealedColumn {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The primary key of the table: one number or two, none of them negative.
    pub key: (&'static str, Option<&'static str>),
    /// Whether its values are texts; else bytes.
    pub is_text: bool,
}

/// Which walk through a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// The one that goes on as long as there is something new.
    First,
    /// The one that looks behind the first.
    Again,
}

/// What stands before the names of a column and a key, beside the number of values that need it still.
const LEFT: &str = "left ";

/// The mark of a second walk that nobody has disturbed.
const AGAIN: &str = "again";

/// What one step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResealStep {
    /// Values that were sealed.
    pub n_sealed: u64,
    /// Values that no key opens, which stay as they are.
    pub n_damaged: u64,
    /// Whether there may be more in this column.
    pub goes_on: bool,
}

/// Where a walk stands: the key of the last row that was looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WalkPlace(i64, i64);

/// Before the first row.
const START: WalkPlace = WalkPlace(-1, -1);

/// A value as it is stored.
pub(crate) enum StoredValue {
    Bytes(Vec<u8>),
    Text(String),
}

impl StoredValue {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::Text(text) => Value::Text(text),
        }
    }
}

/// A value that is to be sealed: as it is stored, and as it will be.
pub(crate) struct ResealChange {
    place: WalkPlace,
    old: StoredValue,
    new: StoredValue,
}

impl ResealChange {
    pub(crate) fn n_bytes(&self) -> usize {
        match &self.new {
            StoredValue::Bytes(bytes) => bytes.len(),
            StoredValue::Text(text) => text.len(),
        }
    }
}

/// What was found in the next rows of a column.
pub(crate) struct FoundRows {
    pub(crate) key: String,
    pub(crate) last: WalkPlace,
    pub(crate) changes: Vec<ResealChange>,
    pub(crate) n_damaged: u64,
    /// How many values no key opens, by the key that has sealed them.
    pub(crate) left: BTreeMap<String, i64>,
}

/// The next rows of a column, and what is to be changed in them.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    column: &SealedColumn,
    name: &str,
) -> Result<Option<FoundRows>> {
    let vault = tx.vault();
    let Some(key) = vault.first_key() else {
        return Ok(None);
    };
    let place = place(tx, name, key)?;
    let rows = rows(tx, column, place)?;
    let Some((last, _)) = rows.last() else {
        return Ok(None);
    };
    let mut found = FoundRows {
        key: key.to_owned(),
        last: *last,
        changes: Vec::new(),
        n_damaged: 0,
        left: BTreeMap::new(),
    };
    for (place, old) in rows {
        // What another process has the key for is no damage: the walk stays before it.
        let sealed = tx.known(sealed(&vault, &old));
        match sealed {
            Err(error @ Error::KeyMissing(_)) => return Err(error),
            Ok(Some(new)) => found.changes.push(ResealChange { place, old, new }),
            Ok(None) => {}
            Err(error) => {
                let (first, second) = (place.0, place.1);
                tracing::error!(%error, table = column.table, first, second, "not sealed anew");
                found.n_damaged += 1;
                // A value that does not even say its key is opened by none of them.
                if let Ok(Some(id)) = key_of(&old) {
                    *found.left.entry(id).or_default() += 1;
                }
            }
        }
    }
    Ok(Some(found))
}

/// A value as the first key seals it; none when it is.
fn sealed(vault: &Vault, old: &StoredValue) -> Result<Option<StoredValue>> {
    Ok(match old {
        StoredValue::Bytes(old) if vault.is_current(old)? => None,
        StoredValue::Bytes(old) => {
            let plain = vault.unseal(old.clone())?;
            Some(StoredValue::Bytes(vault.seal(&plain)?.into_owned()))
        }
        StoredValue::Text(old) if vault.is_current_text(old)? => None,
        StoredValue::Text(old) => {
            let plain = vault.open_text(old.clone())?;
            Some(StoredValue::Text(vault.close_text(&plain)?.into_owned()))
        }
    })
}

fn key_of(old: &StoredValue) -> Result<Option<String>> {
    match old {
        StoredValue::Bytes(old) => seal::key_of(old),
        StoredValue::Text(old) => seal::key_of_text(old),
    }
}

/// The name of a walk in the table.
pub(crate) fn name(column: &SealedColumn, walk: Walk) -> String {
    let SealedColumn { table, column, .. } = column;
    match walk {
        Walk::First => format!("{table}.{column}"),
        Walk::Again => format!("{AGAIN} {table}.{column}"),
    }
}

fn place(tx: &mut Tx<'_>, name: &str, key: &str) -> Result<WalkPlace> {
    let row = tx.query_opt(
        "select first_no, second_no from reseal where column_name = $1 and key_id = $2",
        &[name.into(), key.into()],
    )?;
    row.map_or(Ok(START), |row| Ok(WalkPlace(row.int(0)?, row.int(1)?)))
}

pub(crate) fn set_place(tx: &mut Tx<'_>, name: &str, key: &str, place: WalkPlace) -> Result<()> {
    tx.execute(
        "insert into reseal (column_name, key_id, first_no, second_no) values ($1, $2, $3, $4) \
         on conflict (column_name) do update set key_id = excluded.key_id, \
         first_no = excluded.first_no, second_no = excluded.second_no",
        &[name.into(), key.into(), place.0.into(), place.1.into()],
    )
    .map(|_| ())
}

/// The name of the number of values of a column that need a key still.
fn left_name(column: &SealedColumn, id: &str) -> String {
    format!("{LEFT}{}.{} {id}", column.table, column.column)
}

/// Notes how many more values of a column need a key still.
pub(crate) fn add_left(
    tx: &mut Tx<'_>,
    of: &SealedColumn,
    id: &str,
    key: &str,
    n: i64,
) -> Result<()> {
    let name = left_name(of, id);
    let before = place(tx, &name, key)?;
    set_place(tx, &name, key, WalkPlace(before.0.max(0) + n, 0))
}

/// Begins the second walk through a database, unless it goes on already.
pub fn begin_again(tx: &mut Tx<'_>) -> Result<()> {
    let vault = tx.vault();
    let Some(key) = vault.first_key() else {
        return Ok(());
    };
    let mark = tx.query_opt(
        "select 1 from reseal where column_name = $1 and key_id = $2",
        &[AGAIN.into(), key.into()],
    )?;
    if mark.is_some() {
        return Ok(());
    }
    end_again(tx)?;
    set_place(tx, AGAIN, key, WalkPlace(0, 0))
}

/// Ends the second walk through a database: the next one begins at the first row, and counts anew.
pub fn end_again(tx: &mut Tx<'_>) -> Result<()> {
    tx.execute(
        "delete from reseal where column_name like 'again%' or column_name like 'left %'",
        &[],
    )
    .map(|_| ())
}

/// Notes that the key that seals may have done so, and that a walk of those who seal with another does not
/// see all of it. Told when a process begins, again and again while it lives, and when it ends: what it seals
/// is then never taken for sealed with a newer key.
pub(crate) fn note(tx: &mut Tx<'_>) -> Result<()> {
    let vault = tx.vault();
    let Some(id) = vault.first_key() else {
        return Ok(());
    };
    // First of all: it waits for whoever is about to forget this key, and then sees that it is gone.
    disturb(tx, id)?;
    vault::put_on_record(tx)
}

/// Says that something is sealed with this key, which a walk for another may not see.
fn disturb(tx: &mut Tx<'_>, key: &str) -> Result<()> {
    tx.execute(
        "delete from reseal where column_name = $1 and key_id <> $2",
        &[AGAIN.into(), key.into()],
    )
    .map(|_| ())
}

/// The older keys that are needed still, each by so many values of these columns that cannot be opened with
/// it: known when both walks have gone through them to their ends.
pub fn needed(tx: &mut Tx<'_>, columns: &[&'static SealedColumn]) -> Result<BTreeMap<String, i64>> {
    let vault = tx.vault();
    let first = vault.first_key().unwrap_or_default();
    let mut needed = BTreeMap::new();
    for id in older(tx)? {
        let mut n_values = 0;
        for column in columns {
            n_values += place(tx, &left_name(column, &id), first)?.0.max(0);
        }
        if n_values > 0 {
            needed.insert(id, n_values);
        }
    }
    Ok(needed)
}

/// Ends the second walk and forgets the older keys of a database but these: nobody asks for them any more
/// when it is opened. Forgets none when somebody has disturbed the walk.
pub fn retire(tx: &mut Tx<'_>, needed: &BTreeMap<String, i64>) -> Result<()> {
    let vault = tx.vault();
    let first = vault.first_key().unwrap_or_default();
    // First of all: of this and of a process that says with which key it seals, one waits for the other.
    let n_marks = tx.execute(
        "delete from reseal where column_name = $1 and key_id = $2",
        &[AGAIN.into(), first.into()],
    )?;
    end_again(tx)?;
    if n_marks == 0 {
        return Ok(());
    }
    for id in older(tx)? {
        if !needed.contains_key(&id) {
            vault::forget(tx, &id)?;
        }
    }
    Ok(())
}

fn rows(
    tx: &mut Tx<'_>,
    of: &SealedColumn,
    after: WalkPlace,
) -> Result<Vec<(WalkPlace, StoredValue)>> {
    let SealedColumn { table, column, .. } = of;
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
            true => StoredValue::Text(row.text(0)?),
            false => StoredValue::Bytes(row.bytes(0)?),
        };
        Ok((WalkPlace(row.int(1)?, second), value))
    };
    found.iter().map(read).collect()
}

/// Writes a value, unless somebody else has changed it since it was read: then it is sealed.
pub(crate) fn change(tx: &mut Tx<'_>, of: &SealedColumn, change: &ResealChange) -> Result<u64> {
    let SealedColumn {
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
