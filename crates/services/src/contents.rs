//! What the modules of this crate bring, gathered for the binary.

use crate::{
    agent, case_file, company_ledger, docking, key, member, payment_inquiry, registration,
};
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
