//! The receipt that the platform itself writes, for a message that is refused.

use super::{NewReceipt, fingerprint, receipt_guid, return_time};
use crate::message::MessageId;
use ceb::Kind;
use ceb::write::DocumentValues;
use registry::company::CompanyId;
use store::id::IdMaker;

/// Return status of the platform's own refusal, as the standard's CEB900: below zero.
const REFUSED_STATUS: i64 = -999_999;

/// A message that is refused as a whole.
pub(crate) struct RefusedMessage<'a> {
    pub(crate) company_id: CompanyId,
    pub(crate) id: MessageId,
    /// Kind: `CEB311`.
    pub(crate) kind: &'a str,
}

/// A receipt of the platform to a message that is refused, with a text.
pub(crate) fn refusal_receipt(
    ids: &IdMaker,
    refused: RefusedMessage<'_>,
    info: String,
    now_ms: i64,
) -> NewReceipt {
    let RefusedMessage {
        company_id,
        id,
        kind,
    } = refused;
    let guid = receipt_guid(ids.next());
    let return_time = return_time(now_ms);
    let acceptance_no = id.acceptance_no();
    let root = format!("{kind}Message");
    let status = REFUSED_STATUS.to_string();
    let xml = format_fault(&guid, &status, &info, &return_time, &acceptance_no, &root);
    NewReceipt {
        company_id,
        message_id: id,
        document_id: id.0,
        kind: "CEB900".to_owned(),
        guid,
        document_key: acceptance_no,
        return_status: REFUSED_STATUS,
        return_time,
        fingerprint: fingerprint(&[info.as_bytes()]),
        is_dated: true,
        return_info: info,
        invt_no: None,
        pre_no: None,
        xml,
        feed_no: None,
        received_ms: None,
    }
}

/// A CEB900 of the platform, for a message that it refuses.
fn format_fault(
    guid: &str,
    status: &str,
    info: &str,
    time: &str,
    cop_msg_id: &str,
    message_type: &str,
) -> String {
    let values = [
        ("guid", guid),
        ("returnStatus", status),
        ("returnInfo", info),
        ("returnTime", time),
        ("oriCopMsgId", cop_msg_id),
        ("oriMessageType", message_type),
        ("oriBizMessage", ""),
    ];
    let head = values
        .map(|(element, value)| (element.to_owned(), value.to_owned()))
        .to_vec();
    ceb::write::message(
        Kind::Ceb900,
        guid,
        &[DocumentValues {
            head,
            lines: Vec::new(),
        }],
        None,
    )
}
