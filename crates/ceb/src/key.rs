//! Business key (业务主键): what joins a receipt to the document it answers.
//!
//! A receipt does not repeat the guid of the declared document, so both sides are reduced to the same
//! text: the values of the key's elements, joined with `|`. Which elements, says the table of the
//! kind; a receipt's table names the same elements as its declaration's (checked by a test).
//!
//! Import lists and their relatives are matched on copNo and agentCode, but the receipt may leave
//! agentCode out. Then there is no key, and [`SearchKeys`] carry what is left for a second look.
//! 816 and 818 know only the list number, 900 only the number of the envelope: no key either.

use crate::kind::Kind;
use crate::message::Document;

/// Longest value of a key or number, in bytes: twice what the standard allows. What is longer names nothing that was
/// declared, and would not fit into an index.
const VALUE_BYTES_MAX: usize = 360;

/// A value by which a document is found.
fn value<'a>(document: &'a Document, element: &str) -> Option<&'a str> {
    let value = document.head.get(element)?.trim();
    (1..=VALUE_BYTES_MAX)
        .contains(&value.len())
        .then_some(value)
}

/// Business key of a declared document (业务主键).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusinessKey {
    /// Kind of the declared document.
    pub kind: Kind,
    /// Values joined with `|`, blanks around each trimmed.
    pub text: String,
}

/// Whatever a document or receipt carries for search and for matching when the key is not enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchKeys {
    /// Order number (订单编号).
    pub order_no: Option<String>,
    /// Waybill number (运单编号).
    pub logistics_no: Option<String>,
    /// List number (清单编号); of a summary its number at customs (汇总申请编号).
    pub invt_no: Option<String>,
    /// Company's own number (企业内部编号); of 213 and 215 it is called coElNo.
    pub cop_no: Option<String>,
    /// Pre-entry number (预录入编号).
    pub pre_no: Option<String>,
}

/// The key of a declared document or of a receipt's entry; `None` when an element of it is absent,
/// empty or far too long, and for notices.
#[must_use]
pub fn of_document(kind: Kind, document: &Document) -> Option<BusinessKey> {
    let spec = kind.spec();
    if spec.key.is_empty() {
        return None;
    }
    let mut text = String::new();
    for (at, element) in spec.key.iter().enumerate() {
        let value = value(document, element)?;
        if at > 0 {
            text.push('|');
        }
        text.push_str(value);
    }
    Some(BusinessKey {
        kind: spec.declares.unwrap_or(kind),
        text,
    })
}

/// Numbers by which people and the fallback look for a document.
#[must_use]
pub fn search_keys(_kind: Kind, document: &Document) -> SearchKeys {
    let value = |element: &str| value(document, element).map(str::to_owned);
    SearchKeys {
        order_no: value("orderNo"),
        logistics_no: value("logisticsNo").or_else(|| value("logisticNo")),
        // What customs numbers of a summary (701, 702, 792) is the summary itself.
        invt_no: value("invtNo").or_else(|| value("sumNo")),
        cop_no: value("copNo").or_else(|| value("coElNo")),
        pre_no: value("preNo"),
    }
}
