//! The finder: messages, their documents and what is wrong with them, by the sight of who asks.
//!
//! What the caller does not see is not found, whether it exists or not. Only [`find_any`] and
//! [`latest`] ask nobody: they are for those who run the platform.

mod sql;

use crate::message::State;
use ceb::Outcome;
use registry::company::CompanyId;

pub use sql::{Filter, find, find_any, latest, list, why};
pub(crate) use sql::{
    body, by_guid, document, documents_by, documents_of, findings, total, unknown_statuses,
};

/// A document that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub document_id: i64,
    /// Whose it is.
    pub company_id: CompanyId,
    /// Kind: `CEB311`.
    pub kind: String,
    /// State of its message.
    pub state: State,
    /// Its numbers: order, waybill, list.
    pub order_no: Option<String>,
    /// Waybill number.
    pub logistics_no: Option<String>,
    /// List number given by customs.
    pub invt_no: Option<String>,
    /// Latest return status.
    pub status: Option<i64>,
    /// What became of it.
    pub outcome: Outcome,
    /// Whether its company must act.
    pub needs_action: bool,
    /// Its own guid, in capital letters.
    pub guid: Option<String>,
    /// By what it was found: name of the number and its Chinese name.
    pub matched: (&'static str, &'static str),
}
