//! Company ledger 企业台账: the companies of the platform, what each of them does here, and what
//! that unlocks.
//!
//! A company comes in by [`enrol`](crate::enrolment::enrol) only, whether it registered itself, was typed in on the machine,
//! or belongs to the demo: company, party, contracts and docking come into being together. Each of
//! its business roles is a contract (业务角色登记) with its case as evidence; the contracts decide which
//! modules of the menu are open ([`menu`]). More roles ([`ROLE`]) and corrections of codes
//! ([`CHANGE`]) are case files: nobody changes master data alone.
//!
//! Everything about one company's people, keys and agents happens one after the other: [`lock`].

mod cases;
pub mod codes;
mod contact;
mod menu;
mod sql;
#[cfg(test)]
mod tests;

use registry::access::Actor;
use registry::account;
use registry::audit;
use registry::company::{self, Company, CompanyId, CompanyRefusal};
use store::id::IdMaker;
use store::{Result, Tx};

pub use cases::{CHANGE, ROLE};
pub use contact::{Contact, contact_of, set_contact};
pub use menu::{Business, MODULES, MenuModule, business, menu, roles};
pub use sql::{CompanyFilter, CompanyOrder, contracts, list, lock, total};

registry::acts! {
    /// A company came into the ledger.
    pub ENROLLED = "ledger.enrol", "企业入驻";
    /// A company got a role.
    pub CONTRACTED = "ledger.contract", "开通企业角色";
    /// Master data of a company were corrected.
    pub CORRECTED = "ledger.correct", "变更企业信息";
    /// How strictly a company's messages are read was changed.
    pub PROFILE_CHANGED = "ledger.profile", "更改企业校验方式";
}

/// What this module brings to the platform.
pub const MODULE: registry::module::Module = registry::module::Module::new("企业台账")
    .acts(ACTS)
    .codes(codes::ALL);

/// Begin of a DXP ID that only stands in until the company has its own.
const PROVISIONAL: &str = "NODXP";

/// A contract (业务角色登记): one business role of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub company: CompanyId,
    /// The business role: `ebc`, `ebp`, `pay`, `logistics`, `agent`, `operator`, `warehouse`, `trace`.
    pub role: String,
    /// `active`, `suspended` or `ended`.
    pub state: String,
    /// Since when, milliseconds since 1970-01-01 UTC.
    pub since_ms: i64,
    /// Until when, if it ends.
    pub until_ms: Option<i64>,
    /// The case that granted it.
    pub case: Option<i64>,
}

/// The DXP ID of a company that has none yet: made from its customs registration number, so that it
/// is as unique as that, and never one that customs gave out.
pub fn provisional_dxp_id(customs_code: &str) -> String {
    format!("{PROVISIONAL}{customs_code}")
}

/// Whether a DXP ID only stands in.
pub fn is_provisional(dxp_id: &str) -> bool {
    dxp_id.starts_with(PROVISIONAL)
}

/// Takes a company into the ledger: company, party, contracts for its roles. Its connections are begun by
/// [`enrolment`](crate::enrolment).
///
/// # Errors
/// The store's, or what is wrong with the company.
pub(crate) fn add(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    company: &Company,
    case: Option<i64>,
) -> Result<(), CompanyRefusal> {
    if company.roles.iter().any(|role| business(role).is_none()) {
        return Err(CompanyRefusal::Field(
            "业务角色应为 ebc、ebp、pay、logistics、agent、operator、warehouse、trace",
        ));
    }
    company::add(tx, company)?;
    let now_ms = company.created_at;
    account::party_of_company(tx, company.id, ids.next(), &company.name, now_ms)?;
    lock(tx, company.id, now_ms)?;
    sql::set_case(tx, company.id, case)?;
    for role in &company.roles {
        sql::insert_contract(tx, &contract(ids, company.id, role, (case, now_ms)))?;
    }
    Ok(())
}

/// Changes how strictly a company's messages are read, with its row in the audit.
///
/// # Errors
/// The store's, or that there is no such profile.
pub fn set_profile(
    tx: &mut Tx<'_>,
    actor: &Actor,
    company: &Company,
    (profile, reason): (&str, &str),
    now_ms: i64,
) -> Result<(), CompanyRefusal> {
    company::set_profile(tx, company.id, profile)?;
    let object = format!("company:{}", company.id.0);
    let detail = format!("{} → {profile}：{reason}", company.profile);
    audit::done(tx, now_ms, actor, PROFILE_CHANGED, &object, &detail)?;
    Ok(())
}

fn contract(
    ids: &IdMaker,
    company: CompanyId,
    role: &str,
    (case, now_ms): (Option<i64>, i64),
) -> Contract {
    Contract {
        id: ids.next(),
        company,
        role: role.to_owned(),
        state: "active".to_owned(),
        since_ms: now_ms,
        until_ms: None,
        case,
    }
}
