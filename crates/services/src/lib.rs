//! F7 平台服务: what the platform does for companies beside the exchange of messages.
//!
//! - [`case_file`]: somebody applies, the bureau decides; the one state machine of all approvals.
//! - [`registration`]: a company registers itself on a page that works without scripts.
//! - [`company_ledger`]: the companies with their contracts, what these unlock, and corrections.
//! - [`member`], [`key`]: a company's own people and the keys of its programs.
//! - [`agent`]: companies that act for others. [`docking`]: how far a company's connection is.
//! - [`payment_inquiry`]: the hosted answer to customs' inquiries of announcement 179.
//! - [`mod@todo`]: what waits for whom.
//!
//! [`Desk`] carries what every handler needs. A refusal found in the middle of a transaction undoes
//! all of it: [`Desk::write`].

pub mod agent;
pub mod case_file;
pub mod company_ledger;
mod desk;
pub mod docking;
pub mod key;
pub mod member;
pub mod payment_inquiry;
pub mod registration;
#[cfg(test)]
mod tests;
pub mod todo;

pub use desk::Desk;

use registry::audit::Act;
use web::Code;

/// The audited acts of every room of this floor.
pub const ACTS: &[&[Act]] = &[
    case_file::ACTS,
    company_ledger::ACTS,
    registration::ACTS,
    member::ACTS,
    key::ACTS,
    agent::ACTS,
    docking::ACTS,
    payment_inquiry::ACTS,
];

/// The codes of every room of this floor.
pub const CODES: &[&[Code]] = &[
    case_file::codes::ALL,
    company_ledger::codes::ALL,
    registration::codes::ALL,
    member::codes::ALL,
    key::codes::ALL,
    agent::codes::ALL,
    docking::codes::ALL,
    payment_inquiry::codes::ALL,
];

/// The kinds of cases that companies have today.
pub fn case_kinds() -> Vec<case_file::Kind> {
    vec![
        registration::KIND,
        company_ledger::ROLE,
        company_ledger::CHANGE,
        agent::KIND,
    ]
}
