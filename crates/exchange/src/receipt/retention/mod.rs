//! What the archive knows of the tables of receipts (归档), and which rows must stay: those that their company has not
//! fetched, and those of messages that are not finished.

mod sql;

use crate::downlink::NUMBERED;
use crate::message::MessageId;
use crate::message::retention::{LARGE, SMALL, of_messages, stays};
use archive::ArchiveClass::{self, Payload, Trade};
use archive::table::{ArchiveTable, ColumnKind as Kind, MonthBy, Stay, Stays};
use registry::company::CompanyId;
use std::collections::BTreeSet;
use store::purge::RowKey;
use store::{Result, Tx};

/// The XML of receipts.
pub(crate) const XML: ArchiveTable = ArchiveTable {
    class: Payload,
    table: "receipt_xml",
    key: &["company_id", "feed_no"],
    columns: &[
        ("company_id", Kind::Int),
        ("feed_no", Kind::Int),
        ("xml", Kind::SealedBytes),
    ],
    month: MonthBy::Number(NUMBERED),
    is_fixed: true,
    batch: LARGE * 4,
    stays: of_xml,
};

/// What each receipt says.
pub(crate) const RECEIPTS: ArchiveTable = ArchiveTable {
    class: Trade,
    table: "receipt",
    key: &["company_id", "feed_no"],
    columns: &[
        ("company_id", Kind::Int),
        ("feed_no", Kind::Int),
        ("message_id", Kind::Int),
        ("document_id", Kind::Int),
        ("kind", Kind::Text),
        ("guid", Kind::Text),
        ("document_key", Kind::Text),
        ("return_status", Kind::Int),
        ("return_time", Kind::Text),
        ("return_info", Kind::SealedText),
        ("fingerprint", Kind::Int),
        ("received_at", Kind::Int),
        ("xml", Kind::SealedText),
    ],
    month: MonthBy::Number(NUMBERED),
    is_fixed: false,
    batch: SMALL,
    stays: of_receipts,
};

/// The documents of messages.
pub(crate) const DOCUMENTS: ArchiveTable = ArchiveTable {
    class: Trade,
    table: "document",
    key: &["id"],
    columns: &[
        ("id", Kind::Int),
        ("company_id", Kind::Int),
        ("kind", Kind::Text),
        ("business_key", Kind::Text),
        ("order_no", Kind::Text),
        ("logistics_no", Kind::Text),
        ("invt_no", Kind::Text),
        ("cop_no", Kind::Text),
        ("pre_no", Kind::Text),
        ("status", Kind::Int),
        ("status_time", Kind::Text),
        ("is_final", Kind::Bool),
        ("guid", Kind::Text),
        ("app_type", Kind::Text),
        ("refused_key", Kind::Text),
        ("outcome", Kind::Text),
        ("needs_action", Kind::Bool),
        ("is_draft", Kind::Bool),
        ("is_duplicate", Kind::Bool),
        ("is_dismissed", Kind::Bool),
    ],
    month: MonthBy::Id,
    is_fixed: false,
    batch: SMALL,
    stays: of_messages,
};

fn of_xml(tx: &mut Tx<'_>, keys: &[RowKey], now_ms: i64) -> Result<Stays> {
    why(tx, keys, (Payload, now_ms))
}

/// What a receipt says stays while its XML is here.
fn of_receipts(tx: &mut Tx<'_>, keys: &[RowKey], now_ms: i64) -> Result<Stays> {
    let mut found = why(tx, keys, (Trade, now_ms))?;
    for key in sql::with_xml(tx, keys)? {
        found.entry(key).or_insert(Stay::Payload);
    }
    Ok(found)
}

fn why(tx: &mut Tx<'_>, keys: &[RowKey], (class, now_ms): (ArchiveClass, i64)) -> Result<Stays> {
    let owners = sql::messages(tx, keys)?;
    let messages: BTreeSet<MessageId> = owners.iter().map(|(_, message)| *message).collect();
    let of_messages = stays(tx, &messages, class)?;
    let companies: BTreeSet<CompanyId> = keys.iter().map(|(id, _)| CompanyId(*id)).collect();
    let fetched = crate::downlink::fetched(tx, &companies, now_ms)?;
    let mut found = Stays::new();
    for (key, message) in owners {
        let until = fetched.get(&CompanyId(key.0)).copied().unwrap_or_default();
        let stay = match key.1 > until {
            true => Some(Stay::Undelivered),
            false => of_messages.get(&message).copied(),
        };
        if let Some(stay) = stay {
            found.insert(key, stay);
        }
    }
    Ok(found)
}
