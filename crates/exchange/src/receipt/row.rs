//! Rows of `document` as they are read, and what is shown of one that is damaged.

use super::DocumentStatus;
use crate::message::row::outcome;
use ceb::Outcome;
use registry::company::CompanyId;
use store::unreadable::DAMAGED;
use store::unreadable::read_or;
use store::{Result, Row};

/// A document of its row, in the order of the columns of `STATUS` in `sql.rs`.
pub(super) fn status(row: &Row) -> Result<DocumentStatus> {
    Ok(DocumentStatus {
        id: row.int(0)?,
        kind: row.text(1)?,
        business_key: row.text_opt(2)?,
        order_no: row.text_opt(3)?,
        logistics_no: row.text_opt(4)?,
        invt_no: row.text_opt(5)?,
        cop_no: row.text_opt(6)?,
        pre_no: row.text_opt(7)?,
        status: row.int_opt(8)?,
        status_time: row.text_opt(9)?,
        is_final: row.bool(10)?,
        outcome: outcome(&row.text(11)?)?,
        needs_action: row.bool(12)?,
        company_id: CompanyId(row.int(13)?),
        guid: row.text_opt(14)?,
        is_duplicate: row.bool(15)?,
        is_dismissed: row.bool(16)?,
        is_changed: false,
        is_damaged: false,
        decided_at: None,
    })
}

/// A document as it is shown: of one that is damaged, which is reported, what can be read.
pub(super) fn shown(row: &Row) -> Result<DocumentStatus> {
    read_or(row, "document", status, readable_of)
}

fn readable_of(row: &Row, id: i64) -> DocumentStatus {
    let text = |column| row.text_opt(column).unwrap_or_default();
    let outcome = text(11).and_then(|name| Outcome::from_name(&name));
    let flag = |column| row.bool(column).unwrap_or_default();
    DocumentStatus {
        id,
        kind: text(1).unwrap_or_else(|| DAMAGED.to_owned()),
        business_key: text(2),
        order_no: text(3),
        logistics_no: text(4),
        invt_no: text(5),
        cop_no: text(6),
        pre_no: text(7),
        status: row.int_opt(8).unwrap_or_default(),
        status_time: text(9),
        is_final: flag(10),
        outcome: outcome.unwrap_or(Outcome::Waiting),
        needs_action: row.bool(12).unwrap_or(true),
        company_id: CompanyId(row.int(13).unwrap_or_default()),
        guid: text(14),
        is_duplicate: flag(15),
        is_dismissed: flag(16),
        is_changed: false,
        is_damaged: true,
        decided_at: None,
    }
}
