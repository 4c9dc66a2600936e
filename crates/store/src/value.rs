//! Values that go into a statement and rows that come out, the same for both engines.

use crate::{Error, Result};

/// One parameter of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// SQL null.
    Null,
    /// A `boolean` column.
    Bool(bool),
    /// A `bigint` column.
    Int(i64),
    /// A `text` column.
    Text(&'a str),
    /// A `bytea` column.
    Bytes(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}
impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}
impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Bool(value) => ValueRef::Integer(i64::from(*value)),
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

mod pg {
    use super::Value;
    use tokio_postgres::types::private::BytesMut;
    use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

    type Failure = Box<dyn std::error::Error + Sync + Send>;

    impl ToSql for Value<'_> {
        fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
            match self {
                Self::Null => Ok(IsNull::Yes),
                Self::Bool(value) => value.to_sql_checked(ty, out),
                Self::Int(value) if *ty == Type::INT4 => {
                    i32::try_from(*value)?.to_sql_checked(ty, out)
                }
                Self::Int(value) => value.to_sql_checked(ty, out),
                Self::Text(value) => value.to_sql_checked(ty, out),
                Self::Bytes(value) => value.to_sql_checked(ty, out),
            }
        }

        fn accepts(_: &Type) -> bool {
            true
        }

        to_sql_checked!();
    }
}

/// One row of an answer; columns are read by position, in the order of the statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub(crate) Vec<SqlCell>);

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SqlCell {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    /// A text that is not UTF-8: it was changed on the disk.
    Damaged,
}

impl Row {
    /// A `bigint` that is not null.
    ///
    /// # Errors
    /// [`Error::Fault`] when the column is missing or null, [`Error::Damaged`] when it is of another type; so for every getter.
    pub fn int(&self, column: usize) -> Result<i64> {
        self.int_opt(column)?
            .ok_or_else(|| mismatch(self.0.get(column), column, "an integer"))
    }

    /// A `bigint`, or nothing for null.
    ///
    /// # Errors
    /// [`Error::Damaged`] on another type.
    pub fn int_opt(&self, column: usize) -> Result<Option<i64>> {
        match self.0.get(column) {
            Some(SqlCell::Int(value)) => Ok(Some(*value)),
            Some(SqlCell::Null) => Ok(None),
            _ => Err(mismatch(self.0.get(column), column, "an integer")),
        }
    }

    /// A `boolean` that is not null (SQLite keeps it as 0 or 1).
    ///
    /// # Errors
    /// [`Error::Fault`] on null, [`Error::Damaged`] on another type.
    pub fn bool(&self, column: usize) -> Result<bool> {
        match self.0.get(column) {
            Some(SqlCell::Bool(value)) => Ok(*value),
            Some(SqlCell::Int(value)) => Ok(*value != 0),
            _ => Err(mismatch(self.0.get(column), column, "a boolean")),
        }
    }

    /// A `text` that is not null.
    ///
    /// # Errors
    /// [`Error::Damaged`] when it is not UTF-8 or of another type, [`Error::Fault`] on null.
    pub fn text(&self, column: usize) -> Result<String> {
        self.text_opt(column)?
            .ok_or_else(|| mismatch(self.0.get(column), column, "a text"))
    }

    /// A `text`, or nothing for null.
    ///
    /// # Errors
    /// [`Error::Damaged`] when it is not UTF-8 or of another type.
    pub fn text_opt(&self, column: usize) -> Result<Option<String>> {
        match self.0.get(column) {
            Some(SqlCell::Damaged) => Err(Error::Damaged(format!(
                "column {column} of the answer is not UTF-8"
            ))),
            Some(SqlCell::Text(value)) => Ok(Some(value.clone())),
            Some(SqlCell::Null) => Ok(None),
            _ => Err(mismatch(self.0.get(column), column, "a text")),
        }
    }

    /// A `bytea`, or nothing for null.
    ///
    /// # Errors
    /// [`Error::Damaged`] on another type.
    pub fn bytes_opt(&self, column: usize) -> Result<Option<Vec<u8>>> {
        match self.0.get(column) {
            Some(SqlCell::Bytes(value)) => Ok(Some(value.clone())),
            Some(SqlCell::Null) => Ok(None),
            _ => Err(mismatch(self.0.get(column), column, "bytes")),
        }
    }

    /// A `bytea` that is not null.
    ///
    /// # Errors
    /// [`Error::Fault`] on null, [`Error::Damaged`] on another type.
    pub fn bytes(&self, column: usize) -> Result<Vec<u8>> {
        match self.0.get(column) {
            Some(SqlCell::Bytes(value)) => Ok(value.clone()),
            _ => Err(mismatch(self.0.get(column), column, "bytes")),
        }
    }
}

/// A column that is not there, or null where that is not expected, is a fault of the statement. Of another type it is
/// damaged: SQLite keeps the type with the value, and one bit of the disk tells a text from bytes.
fn mismatch(cell: Option<&SqlCell>, column: usize, expected: &str) -> Error {
    let why = format!("column {column} of the answer is not {expected}");
    match cell {
        None | Some(SqlCell::Null) => Error::Fault(why),
        Some(_) => Error::Damaged(why),
    }
}
