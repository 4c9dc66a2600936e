//! What the dictionary of `ceb` says of a receipt.

use ceb::explain::Explanation;
use ceb::{Kind, ReturnStatus};

/// The declared kind that a receipt is about; a refusal of a whole message names it in its text.
pub(crate) fn declared(kind: &str, xml: &str) -> Option<Kind> {
    let declares = Kind::from_code(kind).and_then(Kind::declares);
    declares.or_else(|| {
        let rest = xml.split_once("oriMessageType>")?.1;
        Kind::from_root(rest.split_once('<')?.0.trim())
    })
}

/// Explains one receipt by the dictionary alone.
pub(crate) fn explain(kind: &str, status: i64, info: &str, xml: &str) -> Explanation {
    let status = ReturnStatus(i32::try_from(status).unwrap_or(i32::MIN));
    if status == ceb::receipt::STATUS_UNREADABLE {
        return ceb::notice::explanation(Kind::from_code(kind), xml, info);
    }
    ceb::explain::explain(declared(kind, xml), Some(status), info)
}

/// What a status is called that the standard does not have and operators have explained.
pub(crate) const EXPLAINED: &str = "平台已解释";

/// The kind under which an unknown code of a receipt is collected.
pub(crate) fn kind_of(kind: &str, xml: &str) -> String {
    declared(kind, xml).map_or_else(|| kind.to_owned(), |kind| kind.code().to_owned())
}
