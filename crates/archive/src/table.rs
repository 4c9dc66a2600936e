//! Tables of the archive (归档表), as the modules that own them describe them.

use crate::class::ArchiveClass;
use std::collections::BTreeMap;
use store::purge::{KeyedTable, RowKey};
use store::{Result, Tx};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// A `bigint`.
    Int,
    /// A `boolean`.
    Bool,
    /// A `text`.
    Text,
    /// A `bytea`, as it is.
    Bytes,
    /// A `text` that may be sealed.
    SealedText,
    /// A `bytea` that may be packed and sealed.
    SealedBytes,
}

/// A column and what it holds.
pub type ArchiveColumn = (&'static str, ColumnKind);

/// How the rows of a month are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthBy {
    /// The first column of the key is an id, or that of a part, made at the time of the row.
    Id,
    /// Numbers that grow with the time of the row, counted for each of a group or for all.
    Number(NumberedRows),
}

/// A table whose numbers grow with a time that stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberedRows {
    /// The table where number and time stand: the table itself, or one with the same key.
    pub source: &'static str,
    /// The column of the group and the table that lists the groups; none when all rows are counted together.
    pub group: Option<(&'static str, &'static str)>,
    /// The column of the number.
    pub number: &'static str,
    /// The column of the time, milliseconds since 1970-01-01 UTC.
    pub time: &'static str,
}

/// Why rows of a batch must stay, by their keys.
pub type Stays = BTreeMap<RowKey, Stay>;

/// Why a row must stay (保留原因).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stay {
    /// Its message is not finished (报文未办结).
    OpenMessage,
    /// Its company has not fetched it (回执未领取).
    Undelivered,
    /// Its original text is still here (原文尚未清理).
    Payload,
    /// It differs from what was archived (归档后有变化).
    Changed,
}

impl Stay {
    /// Every reason.
    pub const ALL: [Self; 4] = [
        Self::OpenMessage,
        Self::Undelivered,
        Self::Payload,
        Self::Changed,
    ];

    /// Its name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenMessage => "open_message",
            Self::Undelivered => "undelivered",
            Self::Payload => "payload",
            Self::Changed => "changed",
        }
    }

    /// Its name for people, in Chinese and in English.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::OpenMessage => ("报文未办结", "message not finished"),
            Self::Undelivered => ("回执未领取", "receipt not fetched"),
            Self::Payload => ("原文尚未清理", "original still stored"),
            Self::Changed => ("归档后有变化", "changed since it was archived"),
        }
    }
}

/// A table of the archive (归档表): what the module that owns it says of it.
#[derive(Clone, Copy)]
pub struct ArchiveTable {
    /// Its class.
    pub class: ArchiveClass,
    /// The table.
    pub table: &'static str,
    /// Its key: one or two columns, which stand first among the columns.
    pub key: &'static [&'static str],
    /// Its columns.
    pub columns: &'static [ArchiveColumn],
    /// How the rows of a month are found.
    pub month: MonthBy,
    /// Whether a row never changes once it is written: one that differs in the archive is a fault then.
    pub is_fixed: bool,
    /// Rows that are read at once: fewer where they are large.
    pub batch: i64,
    /// Which of these rows must stay, whatever their age, at a moment in milliseconds since 1970-01-01 UTC.
    pub stays: fn(&mut Tx<'_>, &[RowKey], i64) -> Result<Stays>,
}

impl ArchiveTable {
    /// The table with its key.
    pub(crate) fn keyed(&self) -> KeyedTable {
        KeyedTable {
            table: self.table,
            key: self.key,
        }
    }

    /// Whether rows of it may be removed at all, even those of a scratch database: evidence is append-only.
    pub(crate) fn is_removable(&self) -> bool {
        self.class != ArchiveClass::Evidence
    }

    /// The names of its columns.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|(name, _)| *name).collect()
    }
}

/// For tables of which no row must stay.
///
/// # Errors
/// Never.
pub fn none_stays(_: &mut Tx<'_>, _: &[RowKey], _: i64) -> Result<Stays> {
    Ok(Stays::new())
}
