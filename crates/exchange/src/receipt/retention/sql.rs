//! Statements by which a purge asks which receipts must stay.

use crate::message::MessageId;
use store::purge::{self, KeyedTable, RowKey};
use store::{Result, Tx};

const RECEIPT: KeyedTable = KeyedTable {
    table: "receipt",
    key: &["company_id", "feed_no"],
};
const XML: KeyedTable = KeyedTable {
    table: "receipt_xml",
    ..RECEIPT
};

/// The messages that these receipts answer.
pub(super) fn messages(tx: &mut Tx<'_>, keys: &[RowKey]) -> Result<Vec<(RowKey, MessageId)>> {
    let rows = purge::find(tx, RECEIPT, "company_id, feed_no, message_id", keys)?;
    let pairs = rows.iter().map(|row| {
        let key = (row.int(0)?, row.int(1)?);
        Ok((key, MessageId(row.int(2)?)))
    });
    pairs.collect()
}

/// Those of the receipts whose XML is here.
pub(super) fn with_xml(tx: &mut Tx<'_>, keys: &[RowKey]) -> Result<Vec<RowKey>> {
    let rows = purge::find(tx, XML, "company_id, feed_no", keys)?;
    rows.iter()
        .map(|row| Ok((row.int(0)?, row.int(1)?)))
        .collect()
}
