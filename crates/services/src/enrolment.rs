//! Enrolment 入驻: a company comes into the ledger, and its connections begin.

use crate::{company_ledger, docking};
use registry::company::{Company, CompanyRefusal};
use store::Tx;
use store::id::IdMaker;

/// Takes a company in: company, party, contracts for its roles, docking over HTTP.
///
/// # Errors
/// The store's, or what is wrong with the company.
pub fn enrol(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    company: &Company,
    case: Option<i64>,
) -> Result<(), CompanyRefusal> {
    company_ledger::add(tx, ids, company, case)?;
    Ok(docking::begin(tx, company.id, "http", company.created_at)?)
}
