//! Rows (归档行): as they are read from a database, and as they stand in the archive, one JSON array a line.
//!
//! Numbers, texts and truth values stand as themselves, in the order of the manifest's columns. Bytes that are UTF-8, as
//! messages are, stand as `{"u": "…"}`, so that they are read without any tool of ours and pack well; others as
//! `{"b": "base64"}`. What is sealed or packed in the database is opened: the archive is read without its keys and
//! dictionaries. Two rows are the same when their lines are.

pub(crate) mod sql;

use crate::error::{ArchiveError, ArchiveResult};
use crate::table::{ArchiveTable, ColumnKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use store::purge::RowKey;
use store::unreadable::damage;
use store::{Result, Row, Tx, Value};

/// A value of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RowCell {
    /// Nothing.
    #[default]
    Null,
    /// A number.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row as it stands in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowLine {
    pub(crate) key: RowKey,
    pub(crate) line: String,
}

/// Rows that were read: those that can be, the keys of those that are damaged, and where to read on.
#[derive(Debug, Default)]
pub(crate) struct ReadRows {
    pub(crate) rows: Vec<RowLine>,
    pub(crate) damaged: Vec<RowKey>,
    /// The key of the last row that was looked at; none at the end.
    pub(crate) last: Option<RowKey>,
}

/// The key of a row whose key columns stand first.
fn key_of(of: &ArchiveTable, row: &Row) -> Result<RowKey> {
    let second = match of.key.len() {
        1 => 0,
        _ => row.int(1)?,
    };
    Ok((row.int(0)?, second))
}

/// A row of the database as a line; nothing where a value of it is damaged.
///
/// # Errors
/// The engine's, and [`store::Error::KeyMissing`] when another process has the key of a value.
fn line(tx: &mut Tx<'_>, of: &ArchiveTable, row: &Row) -> Result<Option<String>> {
    let mut cells = Vec::with_capacity(of.columns.len());
    for (at, (_, kind)) in of.columns.iter().enumerate() {
        match damage(cell(tx, row, at, *kind))? {
            Ok(cell) => cells.push(json_of(cell)),
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(Json::Array(cells).to_string()))
}

fn cell(tx: &mut Tx<'_>, row: &Row, at: usize, kind: ColumnKind) -> Result<RowCell> {
    let cell = match kind {
        ColumnKind::Int => row.int_opt(at)?.map(RowCell::Int),
        ColumnKind::Bool => Some(RowCell::Bool(row.bool(at)?)),
        ColumnKind::Text => row.text_opt(at)?.map(RowCell::Text),
        ColumnKind::Bytes => row.bytes_opt(at)?.map(RowCell::Bytes),
        ColumnKind::SealedText => match row.text_opt(at)? {
            Some(text) => Some(RowCell::Text(tx.open_text(text)?)),
            None => None,
        },
        ColumnKind::SealedBytes => match row.bytes_opt(at)? {
            Some(bytes) => Some(RowCell::Bytes(tx.open(bytes)?)),
            None => None,
        },
    };
    Ok(cell.unwrap_or(RowCell::Null))
}

fn json_of(cell: RowCell) -> Json {
    match cell {
        RowCell::Null => Json::Null,
        RowCell::Int(value) => json!(value),
        RowCell::Bool(value) => json!(value),
        RowCell::Text(value) => json!(value),
        RowCell::Bytes(value) => match String::from_utf8(value) {
            Ok(text) => json!({ "u": text }),
            Err(error) => json!({ "b": STANDARD.encode(error.as_bytes()) }),
        },
    }
}

/// The values of a line, by the kinds of its columns.
///
/// # Errors
/// [`ArchiveError::Broken`] when it is no row of this table.
pub(crate) fn cells(of: &ArchiveTable, line: &str) -> ArchiveResult<Vec<RowCell>> {
    let broken = || ArchiveError::Broken(format!("{} 中有一行无法读取", of.table));
    let values: Vec<Json> = serde_json::from_str(line).map_err(|_| broken())?;
    if values.len() != of.columns.len() {
        return Err(broken());
    }
    let pairs = values.into_iter().zip(of.columns);
    pairs
        .map(|(value, (_, kind))| cell_of(value, *kind).ok_or_else(broken))
        .collect()
}

fn cell_of(value: Json, kind: ColumnKind) -> Option<RowCell> {
    if value.is_null() {
        return Some(RowCell::Null);
    }
    match kind {
        ColumnKind::Int => value.as_i64().map(RowCell::Int),
        ColumnKind::Bool => value.as_bool().map(RowCell::Bool),
        ColumnKind::Text | ColumnKind::SealedText => {
            value.as_str().map(str::to_owned).map(RowCell::Text)
        }
        ColumnKind::Bytes | ColumnKind::SealedBytes => {
            if let Some(text) = value.get("u") {
                return Some(RowCell::Bytes(text.as_str()?.as_bytes().to_vec()));
            }
            let text = value.get("b")?.as_str()?;
            STANDARD.decode(text).ok().map(RowCell::Bytes)
        }
    }
}

/// A line whose values stand in the order of other columns, as an older release wrote it, in the order of these: what was
/// not there yet is nothing.
pub(crate) fn arranged(of: &ArchiveTable, columns: &[String], line: &str) -> Option<String> {
    if columns.iter().eq(of.columns.iter().map(|(name, _)| name)) {
        return Some(line.to_owned());
    }
    let values: Vec<Json> = serde_json::from_str(line).ok()?;
    let value = |name: &str| {
        let at = columns.iter().position(|column| column == name);
        at.and_then(|at| values.get(at))
            .cloned()
            .unwrap_or(Json::Null)
    };
    let values = of.columns.iter().map(|(name, _)| value(name)).collect();
    Some(Json::Array(values).to_string())
}

/// The key of a row by its values.
pub(crate) fn key(of: &ArchiveTable, cells: &[RowCell]) -> Option<RowKey> {
    let number = |at: usize| match cells.get(at) {
        Some(RowCell::Int(value)) => Some(*value),
        _ => None,
    };
    let second = if of.key.len() == 1 { 0 } else { number(1)? };
    Some((number(0)?, second))
}

impl RowCell {
    /// As an argument of a statement.
    fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(value) => Value::Int(*value),
            Self::Bool(value) => Value::Bool(*value),
            Self::Text(value) => Value::Text(value),
            Self::Bytes(value) => Value::Bytes(value),
        }
    }
}
