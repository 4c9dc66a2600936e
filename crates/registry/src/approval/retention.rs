//! What the archive knows of approvals (归档).

use archive::ArchiveClass::Evidence;
use archive::table::{ArchiveTable, ColumnKind as Kind, MonthBy, none_stays};

/// What two people decided.
pub(crate) const APPROVALS: ArchiveTable = ArchiveTable {
    class: Evidence,
    table: "approval",
    key: &["id"],
    columns: &[
        ("id", Kind::Int),
        ("kind", Kind::Text),
        ("title", Kind::Text),
        ("payload", Kind::Text),
        ("company_id", Kind::Int),
        ("state", Kind::Text),
        ("asked_by", Kind::Int),
        ("asked_name", Kind::Text),
        ("asked_at", Kind::Int),
        ("why", Kind::Text),
        ("decided_by", Kind::Int),
        ("decided_name", Kind::Text),
        ("decided_at", Kind::Int),
        ("reason", Kind::Text),
    ],
    month: MonthBy::Id,
    is_fixed: false,
    batch: 500,
    stays: none_stays,
};
