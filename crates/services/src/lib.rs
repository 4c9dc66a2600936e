//! F7 平台服务: what the platform does for companies beside the exchange of messages.
//!
//! - [`case_file`]: somebody applies, the bureau decides; the one state machine of all approvals.
//! - [`registration`]: a company registers itself on a page that works without scripts.
//! - [`company_ledger`]: the companies with their contracts, what these unlock, and corrections.
//! - [`member`], [`key`]: a company's own people and the keys of its programs.
//! - [`agent`]: companies that act for others. [`docking`]: how far a company's connection is.
//! - [`payment_inquiry`]: the hosted answer to customs' inquiries of announcement 179.
//!
//! [`company_card`] shows them together. The modules stand from high to low: one uses only those after it.
//!
//! [`ServicesApi`] carries what every handler needs. A refusal found in the middle of a transaction undoes
//! all of it: [`ServicesApi::write`].

// What shows or adds up what others keep.
pub mod company_card;
mod contents;

// The services.
pub mod payment_inquiry;
pub mod registration;
pub mod enrolment;
pub mod member;
pub mod key;
pub mod agent;
pub mod docking;

// What they stand on.
pub mod company_ledger;
pub mod case_file;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod todo_tests;

pub use case_file::ServicesApi;
pub use contents::case_kinds;

/// What the modules of this crate bring to the platform.
pub const MODULES: &[registry::module::Module] = &[
    case_file::MODULE,
    registration::MODULE,
    company_ledger::MODULE,
    member::MODULE,
    key::MODULE,
    agent::MODULE,
    docking::MODULE,
    payment_inquiry::MODULE,
];
