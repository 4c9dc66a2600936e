//! What the archive knows of the evidence (归档证据): the audit, what two people decided, and what was set at run time.
//! It is archived and never removed.

use archive::ArchiveClass::Evidence;
use archive::table::{ArchiveTable, ColumnKind as Kind, MonthBy, NumberedRows, none_stays};

/// Rows that are read at once.
const BATCH: i64 = 500;

/// The audit: its numbers grow with its time.
pub(crate) const AUDIT: ArchiveTable = ArchiveTable {
    class: Evidence,
    table: "audit",
    key: &["number"],
    columns: &[
        ("number", Kind::Int),
        ("at_ms", Kind::Int),
        ("actor_kind", Kind::Text),
        ("actor_id", Kind::Int),
        ("actor_name", Kind::Text),
        ("company_id", Kind::Int),
        ("act", Kind::Text),
        ("object", Kind::Text),
        ("result", Kind::Text),
        ("address", Kind::Text),
        ("request_id", Kind::Text),
        ("detail", Kind::Text),
        ("previous", Kind::Text),
        ("hash", Kind::Text),
    ],
    month: MonthBy::Number(NumberedRows {
        source: "audit",
        group: None,
        number: "number",
        time: "at_ms",
    }),
    is_fixed: true,
    batch: BATCH,
    stays: none_stays,
};
