//! Downlink (下行): step 6. A company's receipts are one append-only feed.
//!
//! Whoever reads it (HTTP today; queue, webhook and screen later) is a cursor on it, so any of them
//! can be rewound and nothing is ever "delivered" away. Numbers are handed out by
//! `reserve` under a lock on the company's row, in the transaction that writes the receipts:
//! a reader who has seen number n has seen everything before it, on every engine. Numbers grow but
//! are not dense.
//!
//! [`Feed`](crate::shared::Feed) wakes those who wait for something new; a waiter also looks by itself
//! now and then, because the writer may be another process.

mod sql;
#[cfg(test)]
mod tests;

use archive::table::NumberedRows;
use archive::{ArchiveClass, ArchiveMonth};
use registry::api_key;
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use store::unreadable::At;
use store::{Error, Result, Row, Tx};

pub(crate) use sql::{COLUMNS, after, before, last, newest, note_fetched, one, reserve};

/// The numbers of the feed grow with the time of arrival: by them the archive finds the receipts of a month.
pub(crate) const NUMBERED: NumberedRows = NumberedRows {
    source: "receipt",
    group: Some(("company_id", "feed")),
    number: "feed_no",
    time: "received_at",
};

/// What stands for the text of a receipt that is damaged: the feed goes on.
const UNREADABLE: &str =
    "（平台存储的这份回执已损坏，内容无法读取；请登录单一窗口查询该单，并联系平台运维）";

/// What stands for a status that is damaged: it says nothing.
const STATUS_UNREADABLE: i64 = ceb::receipt::STATUS_UNREADABLE.0 as i64;

/// One receipt as the feed tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) feed_no: i64,
    pub(crate) message_id: i64,
    pub(crate) document_id: i64,
    pub(crate) kind: String,
    pub(crate) document_key: String,
    pub(crate) return_status: i64,
    pub(crate) return_time: String,
    pub(crate) return_info: String,
    pub(crate) received_at: i64,
    pub(crate) xml: String,
    pub(crate) guid: String,
    /// Whether its text or its XML is damaged.
    pub(crate) is_unreadable: bool,
    /// The month in whose archive its XML stands, when it is not here any more.
    pub(crate) archived: Option<ArchiveMonth>,
}

/// The items of a company's feed after a number, in order: number, message and guid of each.
///
/// # Errors
/// The engine's.
pub fn lines(
    tx: &mut Tx<'_>,
    company: CompanyId,
    feed_no: i64,
    limit: i64,
) -> Result<Vec<(i64, i64, String)>> {
    let items = after(tx, company, feed_no, limit)?.into_iter();
    Ok(items
        .map(|item| (item.feed_no, item.message_id, item.guid))
        .collect())
}

/// Up to which number of its feed each company has its receipts: as far as the slowest of its programs has read that read
/// the feed at all and whose key is in force. A company without a key in force sees them in the console as soon as they are
/// there; one of whose keys none has read has nothing yet.
pub(crate) fn fetched(
    tx: &mut Tx<'_>,
    companies: &BTreeSet<CompanyId>,
    now_ms: i64,
) -> Result<BTreeMap<CompanyId, i64>> {
    let readers = sql::readers(tx, companies)?;
    let mut found = BTreeMap::new();
    for company in companies {
        let mut keys = api_key::of_company(tx, *company)?;
        keys.retain(|key| key.revoked_at.is_none() && key.expires_at > now_ms);
        let read = keys.iter().filter_map(|key| readers.get(&key.id).copied());
        let until = match keys.is_empty() {
            true => i64::MAX,
            false => read.min().unwrap_or(0),
        };
        found.insert(*company, until);
    }
    Ok(found)
}

/// The month in whose archive the XML of a receipt stands that is not here any more.
fn archived(tx: &mut Tx<'_>, row: &Row) -> Result<Option<ArchiveMonth>> {
    let is_here = !row.bytes_opt(11).is_ok_and(|packed| packed.is_none())
        || !row.text(9).is_ok_and(|text| text.is_empty());
    let Some(at_ms) = row.int(8).ok().filter(|_| !is_here) else {
        return Ok(None);
    };
    let (Ok(feed_no), Ok(company)) = (row.int(0), row.int(12)) else {
        return Ok(None);
    };
    let row = ((company, feed_no), at_ms);
    archive::read::purged_month(tx, (ArchiveClass::Payload, &NUMBERED), row)
}

/// The XML of a receipt: it stands apart, packed, or as text in the row of one that was recorded before that was so.
/// None when it is damaged.
pub(crate) fn xml(
    tx: &mut Tx<'_>,
    (packed, in_row): (Result<Option<Vec<u8>>>, Result<String>),
    at: At,
) -> Result<Option<String>> {
    match tx.try_raw(packed, at)? {
        None => Ok(None),
        Some(None) => Ok(tx.try_text(in_row, at)?.filter(|xml| !xml.is_empty())),
        Some(Some(packed)) => {
            let xml = tx.try_bytes(Ok(packed), at)?;
            let Some(xml) = xml.filter(|xml| !xml.is_empty()) else {
                return Ok(None);
            };
            let text = String::from_utf8(xml);
            tx.try_raw(text.map_err(|error| Error::Damaged(error.to_string())), at)
        }
    }
}

/// Whether XML can be what a receipt with this guid came as: it says the guid somewhere. Some receipts have none, or one that XML spells
/// otherwise: of those nothing is known.
pub(crate) fn is_original(xml: &str, guid: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_known = !guid.is_empty() && guid.bytes().all(is_plain);
    !is_known || xml.contains(guid)
}

/// Reads an item. Of one that is damaged a text says so; one whose key another process has cannot be read
/// here at all, so that its reader's cursor stays where it is.
pub(crate) fn item(tx: &mut Tx<'_>, row: &Row) -> Result<Item> {
    let feed_no = row.int(0)?;
    let at = ("receipt", (row.int(2).unwrap_or_default(), feed_no));
    let return_info = tx.try_text(row.text(7), at)?;
    let archived = archived(tx, row)?;
    let xml = match archived {
        Some(_) => Some(String::new()),
        None => xml(tx, (row.bytes_opt(11), row.text(9)), at)?,
    };
    let short = |column| tx.try_raw(row.text(column), at);
    let (kind, document_key) = (short(3)?, short(4)?);
    let (return_time, guid) = (short(6)?, short(10)?);
    let xml = match (xml, &guid) {
        (Some(xml), Some(guid)) if archived.is_none() && !is_original(&xml, guid) => {
            let other = Error::Damaged("the XML is that of another receipt".to_owned());
            tx.try_raw(Err(other), at)?
        }
        (xml, _) => xml,
    };
    let number = |column| tx.try_raw(row.int(column), at);
    let (message_id, document_id) = (number(1)?, number(2)?);
    let (return_status, received_at) = (number(5)?, number(8)?);
    let numbers = [message_id, document_id, return_status, received_at];
    let texts = [
        &return_info,
        &xml,
        &kind,
        &document_key,
        &return_time,
        &guid,
    ];
    Ok(Item {
        is_unreadable: texts.contains(&&None) || numbers.contains(&None),
        feed_no,
        message_id: message_id.unwrap_or_default(),
        document_id: document_id.unwrap_or_default(),
        kind: kind.unwrap_or_default(),
        document_key: document_key.unwrap_or_default(),
        return_status: return_status.unwrap_or(STATUS_UNREADABLE),
        return_time: return_time.unwrap_or_default(),
        return_info: return_info.unwrap_or_else(|| UNREADABLE.to_owned()),
        received_at: received_at.unwrap_or_default(),
        xml: xml.unwrap_or_default(),
        guid: guid.unwrap_or_default(),
        archived,
    })
}
