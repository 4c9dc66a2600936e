//! The kinds of cases, gathered for the binary.

use crate::{agent, case_file, company_ledger, registration};

/// The kinds of cases that companies have today.
pub fn case_kinds() -> Vec<case_file::CaseKind> {
    vec![
        registration::KIND,
        company_ledger::ROLE,
        company_ledger::CHANGE,
        agent::KIND,
    ]
}
