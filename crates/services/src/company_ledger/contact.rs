//! Whom to call at a company (联系人): sealed, because it is a person.

use super::sql;
use registry::company::CompanyId;
use registry::context::AppContext;
use store::{Result, Tx};
use web::{Problem, codes};

/// Whom to call at a company (企业联系人).
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// Mail address; may be empty.
    pub email: String,
}

fn purpose(company: CompanyId) -> String {
    format!("contact:{}", company.0)
}

fn fault(what: &str) -> Problem {
    tracing::error!(what, "the contact of a company");
    Problem::new(codes::FAULT)
}

/// Keeps the contact of a company, sealed.
///
/// # Errors
/// The store's, or a fault of the seal.
pub fn set_contact(
    tx: &mut Tx<'_>,
    context: &AppContext,
    company: CompanyId,
    contact: &Contact,
) -> Result<(), Problem> {
    let sealed = || -> Result<Vec<u8>, Problem> {
        let text = serde_json::to_vec(contact).map_err(|_| fault("is no JSON"))?;
        let secret = context.secret()?;
        context
            .seal
            .close(&text, &purpose(company), &secret)
            .map_err(|_| fault("cannot be sealed"))
    };
    Ok(sql::set_contact(tx, company, &sealed()?)?)
}

/// The contact of a company, if there is one.
///
/// # Errors
/// The store's, or a fault of the seal.
pub fn contact_of(
    tx: &mut Tx<'_>,
    context: &AppContext,
    company: CompanyId,
) -> Result<Option<Contact>, Problem> {
    let Some(sealed) = sql::contact(tx, company)? else {
        return Ok(None);
    };
    let opened = context
        .seal
        .open(&sealed, &purpose(company))
        .map_err(|_| fault("cannot be opened"))
        .and_then(|text| serde_json::from_slice(&text).map_err(|_| fault("is no JSON")));
    opened.map(Some)
}
