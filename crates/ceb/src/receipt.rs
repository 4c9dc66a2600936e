//! Receipt (回执): splits a message from customs into its entries.
//!
//! One receipt message may answer documents of several messages and of several companies, so each
//! entry gets its keys and a message of its own that holds only this entry, cut from the bytes as
//! received: the root's start tag, the entry, the end tag.
//!
//! Read with the profile [`Down`](crate::Profile::Down): by name, in any order, unknown elements
//! ignored, unknown codes kept. 816, 818, 792 and 900 are read the same way; what has no business
//! key carries search keys or the number of the envelope it answers.

use crate::code;
use crate::finding::Finding;
use crate::key::{self, BusinessKey, SearchKeys};
use crate::kind::Kind;
use crate::message::Document;
use crate::parse::{Profile, parse_with_cut};
use crate::sniff::{SniffError, sniff};
use crate::status::ReturnStatus;

/// Status given to an entry whose `returnStatus` is absent or no number. Zero is not a code of
/// customs; the entry is kept and shown, never dropped.
pub const STATUS_UNREADABLE: ReturnStatus = ReturnStatus(0);

/// A receipt message, split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipts {
    /// Kind of the receipt: `CEB312`.
    pub kind: Kind,
    /// Message number of the receipt message.
    pub guid: String,
    /// Its entries, in the order of the message.
    pub entries: Vec<Entry>,
    /// What was odd about it; never grave.
    pub findings: Vec<Finding>,
}

/// One entry of a receipt: the answer to one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Kind of the receipt.
    pub kind: Kind,
    /// Number of this answer, made by the E-Port; not the guid of the declared document.
    pub guid: String,
    /// Keys of the declared document, best first; empty for 816, 818, 792, 900 and when the receipt
    /// leaves part of the key out: then match with `search`.
    pub keys: Vec<BusinessKey>,
    /// Numbers for search and fallback matching.
    pub search: SearchKeys,
    /// Declaring company (申报企业代码).
    pub agent_code: Option<String>,
    /// E-commerce company (电商企业代码).
    pub ebc_code: Option<String>,
    /// E-commerce platform (电商平台代码).
    pub ebp_code: Option<String>,
    /// Customs district (申报海关代码).
    pub customs_code: Option<String>,
    /// Status (回执状态). Tax bills have none of their own: see [`STATUS_UNREADABLE`].
    pub return_status: ReturnStatus,
    /// Time of the receipt as sent, 17 or 14 digits.
    pub return_time: String,
    /// Text of the receipt (回执信息).
    pub return_info: String,
    /// Number of the rejected envelope (900).
    pub ori_cop_msg_id: Option<String>,
    /// Kind of the rejected message as customs names it (900).
    pub ori_message_type: Option<String>,
    /// A message with only this entry, bytes as received.
    pub xml: String,
}

/// Splits a receipt or notice, bare or in an envelope.
///
/// # Errors
/// When it cannot be recognised, is not well-formed, or is a declaration.
pub fn split(bytes: &[u8]) -> Result<Receipts, SniffError> {
    let sniffed = sniff(bytes)?;
    if sniffed.kind.is_declaration() {
        return Err(SniffError::new(
            &code::NOT_A_RECEIPT,
            1,
            sniffed.kind.code(),
        ));
    }
    let inner = &*sniffed.inner;
    let (parsed, cut) = parse_with_cut(inner, Profile::Down);
    let Some(message) = parsed.message else {
        let first = parsed.findings.first();
        let code = first
            .and_then(|finding| code::find(finding.code))
            .unwrap_or(&code::SYNTAX);
        let (line, value) = first.map_or((1, ""), |finding| (finding.line, &finding.value));
        return Err(SniffError::new(code, line, value));
    };
    let text = |range: std::ops::Range<usize>| {
        inner
            .get(range)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or("")
    };
    let (start, end) = (text(cut.root_start), text(cut.root_end));
    let entries = message.documents.iter().map(|document| {
        let xml = [start, text(document.span.clone()), end].concat();
        entry(message.kind, document, xml)
    });
    Ok(Receipts {
        kind: message.kind,
        guid: message.guid.clone(),
        entries: entries.collect(),
        findings: parsed.findings,
    })
}

fn entry(kind: Kind, document: &Document, xml: String) -> Entry {
    let head = &document.head;
    let value = |element: &str| head.filled(element).map(|value| value.trim().to_owned());
    let own = |element: &str| value(element).unwrap_or_default();
    Entry {
        kind,
        guid: own("guid"),
        keys: key::of_document(kind, document).into_iter().collect(),
        search: key::search_keys(kind, document),
        agent_code: value("agentCode"),
        ebc_code: value("ebcCode"),
        ebp_code: value("ebpCode"),
        customs_code: value("customsCode"),
        return_status: head
            .get("returnStatus")
            .and_then(ReturnStatus::read)
            .unwrap_or(STATUS_UNREADABLE),
        return_time: value("returnTime")
            .or_else(|| value("opDate"))
            .unwrap_or_default(),
        return_info: head.get("returnInfo").unwrap_or_default().to_owned(),
        ori_cop_msg_id: value("oriCopMsgId"),
        ori_message_type: value("oriMessageType"),
        xml,
    }
}
