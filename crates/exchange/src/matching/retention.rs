//! What the archive knows of what is compared of documents (归档).

use crate::message::retention::{SMALL, of_messages};
use archive::ArchiveClass;
use archive::table::{ArchiveTable, ColumnKind as Kind, MonthBy};

/// What is compared of documents.
pub(crate) const FACTS: ArchiveTable = ArchiveTable {
    class: ArchiveClass::Trade,
    table: "match_fact",
    key: &["document_id"],
    columns: &[
        ("document_id", Kind::Int),
        ("company_id", Kind::Int),
        ("kind", Kind::Text),
        ("own_key", Kind::Text),
        ("order_key", Kind::Text),
        ("waybill_key", Kind::Text),
        ("bill_key", Kind::Text),
        ("list_no", Kind::Text),
        ("status", Kind::Int),
        ("status_time", Kind::Text),
        ("is_withdrawn", Kind::Bool),
        ("person_key", Kind::Text),
        ("amount", Kind::Int),
        ("given_back", Kind::Int),
        ("counted", Kind::Int),
        ("facts", Kind::Text),
        ("packed", Kind::SealedBytes),
    ],
    month: MonthBy::Id,
    is_fixed: false,
    batch: SMALL,
    stays: of_messages,
};
