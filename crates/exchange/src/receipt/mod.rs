//! Receipts (回执): step 5. Each answer of customs goes home to the company that declared.
//!
//! A receipt does not repeat the number of the message it answers; it is matched by the business
//! key of the document (import: section 7.5 of the standard's reading, `ceb::key`), narrowed by the
//! company that the envelope is addressed to. One message of customs may answer documents of
//! several messages and companies: it is split, and nobody sees a neighbour's entry.
//!
//! Applied once per (document, status, time, text), whatever order they come in: the latest
//! `returnTime` decides a document's status, all receipts are kept. A time that is none, or is still to
//! come, is that of arrival, and progress takes no rejection back. Codes nobody knows are
//! carried (I7). What fits no declaration, fits two companies or is addressed to others is parked with an
//! alarm: never guessed, never dropped.
//!
//! This module keeps the rows and says what a batch has brought and changed; `answer`
//! hands that on.

mod action;
mod attribution;
mod contested;
mod dictionary;
mod document;
mod hearing;
mod matching;
pub(crate) mod parked;
mod record;
mod refusal;
pub(crate) mod retention;
mod row;
mod sort;
mod sql;
pub(crate) mod xml;
#[cfg(test)]
mod tests;
mod update;

use crate::downlink::Item;
use crate::message::MessageId;
use crate::message::sql::Loaded;
use ceb::{Document, Kind, Outcome, ReturnStatus};
use registry::company::CompanyId;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use store::clock::beijing_rfc3339;
use store::reseal::SealedColumn;
use store::{Result, Tx};

pub(crate) use dictionary::{EXPLAINED, explain, kind_of};
pub(crate) use document::{DocumentStatus, Explained, order_of};
pub(crate) use matching::Address;
pub(crate) use record::record;
pub(crate) use refusal::{RefusedMessage, refusal_receipt};
pub(crate) use sort::{Opened, Taken, open, park_as, take_in};
pub use sql::first_receipt;
pub(crate) use sql::{
    dismiss_message, forget_documents, has_resumable, insert_documents, needing_action, of_message,
    of_open, refuse_documents, resolve, resume_message, shown_of_message, status_of_message,
    with_unlisted_status, without_receipts,
};
pub(crate) use update::update_documents;

/// What is sealed of this module.
pub(crate) const SEALED: &[SealedColumn] = &[
    SealedColumn {
        table: "receipt",
        column: "xml",
        key: ("company_id", Some("feed_no")),
        is_text: true,
    },
    SealedColumn {
        table: "receipt_xml",
        column: "xml",
        key: ("company_id", Some("feed_no")),
        is_text: false,
    },
    SealedColumn {
        table: "receipt",
        column: "return_info",
        key: ("company_id", Some("feed_no")),
        is_text: true,
    },
    SealedColumn {
        table: "parked_receipt",
        column: "body",
        key: ("id", None),
        is_text: false,
    },
];

/// A document of a message, with the keys by which receipts and people find it.
#[derive(Debug, Clone)]
pub(crate) struct NewDocument {
    pub(crate) id: i64,
    pub(crate) company_id: CompanyId,
    pub(crate) kind: String,
    pub(crate) business_key: Option<String>,
    pub(crate) order_no: Option<String>,
    pub(crate) logistics_no: Option<String>,
    pub(crate) invt_no: Option<String>,
    pub(crate) cop_no: Option<String>,
    /// The declared document's own guid, in capital letters: receipts name it.
    pub(crate) guid: Option<String>,
    /// What is declared: `1` new, `2` changed, `3` deleted.
    pub(crate) app_type: Option<String>,
    /// Only stored at the E-Port (暂存), not declared.
    pub(crate) is_draft: bool,
    /// Refused by the platform: no receipt finds it.
    pub(crate) is_refused: bool,
}

impl NewDocument {
    pub(crate) fn declared(kind: Kind, document: &Document, id: i64, message: &Loaded) -> Self {
        let search = ceb::key::search_keys(kind, document);
        Self {
            id,
            company_id: message.company_id,
            kind: message.kind.clone(),
            business_key: ceb::key::of_document(kind, document).as_ref().map(key_text),
            order_no: search.order_no,
            logistics_no: search.logistics_no,
            invt_no: search.invt_no,
            cop_no: search.cop_no,
            guid: document.head.filled("guid").map(guid_text),
            app_type: document.head.filled("appType").map(str::to_owned),
            is_draft: document.head.get("appStatus") == Some("1"),
            is_refused: false,
        }
    }
}

/// A document that was declared, with its business key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declared<'a> {
    pub(crate) company_id: CompanyId,
    pub(crate) key: &'a str,
    pub(crate) document_id: i64,
}

impl<'a> Declared<'a> {
    /// Of a document that passed the check; none of a draft (暂存), which is not declared.
    pub(crate) fn of(document: &'a NewDocument) -> Option<Self> {
        let key = document.business_key.as_deref();
        Some(Self {
            company_id: document.company_id,
            key: key.filter(|_| !document.is_draft)?,
            document_id: document.id,
        })
    }
}

/// A guid as it is compared: capital letters, no blanks around it.
pub(crate) fn guid_text(guid: &str) -> String {
    guid.trim().to_ascii_uppercase()
}

/// A business key as it is stored: kind and values.
pub(crate) fn key_text(key: &ceb::BusinessKey) -> String {
    format!("{}|{}", key.kind.code(), key.text)
}

/// A receipt that has found its home.
#[derive(Debug, Clone)]
pub(crate) struct NewReceipt {
    pub(crate) company_id: CompanyId,
    pub(crate) message_id: MessageId,
    /// The document, or the message itself when the answer is to all of it.
    pub(crate) document_id: i64,
    pub(crate) kind: String,
    pub(crate) guid: String,
    pub(crate) document_key: String,
    pub(crate) return_status: i64,
    pub(crate) return_time: String,
    pub(crate) return_info: String,
    /// List number that customs gave the document, when the receipt tells it.
    pub(crate) invt_no: Option<String>,
    /// Pre-entry number that the E-Port gave the document, when the receipt tells it.
    pub(crate) pre_no: Option<String>,
    pub(crate) xml: String,
    /// What tells it from another of the same document, status and time.
    pub(crate) fingerprint: i64,
    /// Whether it is dated by customs; else by its arrival, which is another each time it comes.
    pub(crate) is_dated: bool,
    /// Its place in the company's feed, of one that is recorded already.
    pub(crate) feed_no: Option<i64>,
    /// When the platform recorded it, of one that is.
    pub(crate) received_ms: Option<i64>,
}

impl NewReceipt {
    /// Whether it turns its document down.
    pub(crate) fn says_bad(&self) -> bool {
        let status = ReturnStatus(i32::try_from(self.return_status).unwrap_or(0));
        let says = Kind::from_code(&self.kind).and_then(|kind| Outcome::of_receipt(kind, status));
        says.is_some_and(Outcome::is_bad)
    }
}

/// The first business key in an answer, as it is stored; none in what cannot be read.
pub(crate) fn first_key(body: &[u8]) -> Option<String> {
    let receipts = ceb::receipt::split(body).ok()?;
    let mut keys = receipts.entries.iter().flat_map(|entry| &entry.keys);
    keys.next().map(key_text)
}

/// The company that has declared each of these keys, the latest of several.
pub(crate) fn owners(
    tx: &mut Tx<'_>,
    keys: &BTreeSet<String>,
) -> Result<BTreeMap<String, CompanyId>> {
    let found = contested::sql::by_business_key(tx, keys)?;
    let latest = |(key, candidates): (String, Vec<matching::Candidate>)| {
        let one = candidates.iter().max_by_key(|one| one.document_id)?;
        Some((key, one.company_id))
    };
    Ok(found.into_iter().filter_map(latest).collect())
}

/// The guid of a receipt that the platform itself writes: 36 characters, from an id of ours.
pub(crate) fn receipt_guid(id: i64) -> String {
    format!("{OWN_GUID}{:012X}", id & 0xFFFF_FFFF_FFFF)
}

/// A receipt's status as it is shown; none when the receipt has none.
pub(crate) fn shown_status(status: i64) -> Option<i64> {
    (status != i64::from(ceb::receipt::STATUS_UNREADABLE.0)).then_some(status)
}

/// What a notice of customs tells, when the receipt is one.
pub(crate) fn notice(kind: &str, xml: &str) -> Option<ceb::notice::CustomsNotice> {
    ceb::notice::read(Kind::from_code(kind)?, xml)
}

/// The name of a receipt's status: the standard's; of a notice what it is and its own state; of a
/// refusal of the platform that it is one.
pub(crate) fn status_name(item: &Item) -> String {
    if let Some(notice) = notice(&item.kind, &item.xml) {
        return match &*item.kind {
            "CEB816" | "CEB818" => format!("电子税单{}", notice.state_name),
            _ => Kind::from_code(&item.kind)
                .map_or_else(String::new, |kind| kind.chinese().to_owned()),
        };
    }
    let Some(status) = shown_status(item.return_status) else {
        return "未写明状态".to_owned();
    };
    if item.guid.starts_with(OWN_GUID) {
        return Outcome::Refused.chinese().to_owned();
    }
    let code = ReturnStatus(i32::try_from(status).unwrap_or(0));
    code.chinese().unwrap_or_default().to_owned()
}

/// What a receipt is called in a timeline, and what it says there.
pub(crate) fn title_and_text(item: &Item) -> (String, String) {
    let name = status_name(item);
    let title = match shown_status(item.return_status) {
        Some(status) => format!("回执 {status} {name}"),
        None => name,
    };
    let summary = notice(&item.kind, &item.xml).map(|notice| notice.summary);
    (title, summary.unwrap_or_else(|| item.return_info.clone()))
}

/// How the guid of a receipt begins that the platform itself wrote.
const OWN_GUID: &str = "00000000-0000-4000-8000-";

/// What a receipt says of the document or message that it answers; nothing when it says nothing of it.
pub(crate) fn outcome_of(kind: &str, guid: &str, status: i64) -> Option<Outcome> {
    if guid.starts_with(OWN_GUID) {
        return Some(Outcome::Refused);
    }
    let status = ReturnStatus(i32::try_from(status).unwrap_or(0));
    match Kind::from_code(kind) {
        Some(kind) => Outcome::of_receipt(kind, status),
        // Its kind is damaged: what its status says of most documents.
        None if kind.is_empty() => Outcome::of(status),
        None => None,
    }
}

/// A moment as receipts write it: Beijing time, `yyyyMMddHHmmssSSS`.
pub(crate) fn return_time(at_ms: i64) -> String {
    beijing_rfc3339(at_ms)
        .chars()
        .filter(char::is_ascii_digit)
        .take(17)
        .collect()
}

/// Sixty-four bits of a text's SHA-256: enough to tell one answer from another.
pub(crate) fn fingerprint(parts: &[&[u8]]) -> i64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    let digest = hash.finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}
