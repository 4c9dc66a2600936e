//! Companies as the API shows them.

use crate::agent::http::{AgentView, view as agent_view};
use crate::case_file::{self, Sees, mask};
use crate::company_ledger::{Contact, Contract, business, contact_of, contracts, is_provisional};
use crate::docking::http::{DockingCard, card};
use crate::{agent, docking, member};
use registry::api_key::{self, ApiKey};
use registry::audit::{self, AuditFilter};
use registry::company::Company;
use registry::context::AppContext;
use serde::Serialize;
use store::clock::beijing_rfc3339;
use store::{Result, Tx};
use utoipa::ToSchema;
use web::Problem;

/// Cases, appointments and rows of the history on a card, at most.
const CARD_ROWS: i64 = 20;

/// A company in a list (企业摘要).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompanySummary {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Unified social credit code.
    pub credit_code: String,
    /// Customs registration number.
    pub customs_code: String,
    /// DXP ID; empty when it has none of its own yet.
    pub dxp_id: String,
    /// Names of its business roles.
    pub roles: Vec<String>,
    /// `active` or `suspended`.
    pub state: &'static str,
    /// Since when, Beijing time.
    pub created_at: String,
}

/// A contract (业务角色登记).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContractView {
    /// The business role.
    pub role: String,
    /// Its name for people.
    pub role_name: String,
    /// `active` or `suspended`.
    pub state: String,
    /// Since when, Beijing time.
    pub since: String,
    /// Until when, if it ends, Beijing time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The case that granted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<String>,
}

/// Whom to call, masked (联系人).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ContactView {
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// Mail address.
    pub email: String,
}

/// A case on the card.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CardCase {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// Its state for people.
    pub state_name: String,
    /// When it was applied for, Beijing time.
    pub applied_at: String,
}

/// What somebody did (操作记录).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct CardRow {
    /// When, Beijing time.
    pub at: String,
    /// What.
    pub act: String,
    /// Who.
    pub name: String,
    /// On what.
    pub object: String,
    /// Particulars.
    pub detail: String,
}

/// A company with everything (企业信息卡).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompanyCard {
    /// The company.
    #[serde(flatten)]
    pub summary: CompanySummary,
    /// Whether the DXP ID only stands in.
    pub dxp_provisional: bool,
    /// `strict` or `lenient`: how its messages are read.
    pub profile: String,
    /// Whom to call, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactView>,
    /// Its contracts.
    pub contracts: Vec<ContractView>,
    /// Its agents and principals.
    pub agents: Vec<AgentView>,
    /// How many people it has.
    pub members: usize,
    /// How many keys of it are in force.
    pub keys: usize,
    /// How far its connections are.
    pub docking: Vec<DockingCard>,
    /// Its latest cases that the reader sees.
    pub cases: Vec<CardCase>,
    /// What its people did last; for its administrator and the staff.
    pub history: Vec<CardRow>,
}

/// A company for a list.
pub(super) fn summary(company: &Company, contracts: &[Contract]) -> CompanySummary {
    CompanySummary {
        id: company.id.0.to_string(),
        name: company.name.clone(),
        credit_code: company.credit_code.clone(),
        customs_code: company.customs_code.clone(),
        dxp_id: if is_provisional(&company.dxp_id) {
            String::new()
        } else {
            company.dxp_id.clone()
        },
        roles: contracts
            .iter()
            .filter(|contract| contract.state == "active")
            .map(|contract| role_name(&contract.role))
            .collect(),
        state: if company.suspended {
            "suspended"
        } else {
            "active"
        },
        created_at: beijing_rfc3339(company.created_at),
    }
}

fn role_name(role: &str) -> String {
    business(role).map_or(role, |b| b.chinese).to_owned()
}

fn contract_view(contract: &Contract) -> ContractView {
    ContractView {
        role: contract.role.clone(),
        role_name: role_name(&contract.role),
        state: contract.state.clone(),
        since: beijing_rfc3339(contract.since_ms),
        until: contract.until_ms.map(beijing_rfc3339),
        case_id: contract.case.map(|id| id.to_string()),
    }
}

fn contact_view(contact: &Contact) -> ContactView {
    ContactView {
        name: mask(&contact.name),
        phone: mask(&contact.phone),
        email: mask(&contact.email),
    }
}

/// The card of a company that the reader sees; `sees` are the cases that he sees.
pub(super) fn card_of(
    tx: &mut Tx<'_>,
    context: &AppContext,
    company: &Company,
    sees: &Sees,
) -> Result<CompanyCard, Problem> {
    let now_ms = context.now_ms();
    let contact = contact_of(tx, context, company.id)?;
    let contracts = contracts(tx, company.id)?;
    let mut agents = Vec::new();
    for appointment in agent::of_company(tx, company.id, &web::Begin::default(), CARD_ROWS)? {
        agents.push(agent_view(tx, &appointment, company.id, now_ms)?);
    }
    let mut docking = Vec::new();
    for one in docking::of_company(tx, company.id)? {
        docking.push(card(tx, &one, now_ms)?);
    }
    let is_in_force = |key: &&ApiKey| key.revoked_at.is_none() && key.expires_at > now_ms;
    let filter = case_file::CaseFilter {
        company: Some(company.id.0),
        ..case_file::CaseFilter::default()
    };
    let cases = case_file::list(tx, sees, &filter, CARD_ROWS)?;
    let history = if sees.sight.sees(company) {
        history(tx, company)?
    } else {
        Vec::new()
    };
    Ok(CompanyCard {
        summary: summary(company, &contracts),
        dxp_provisional: is_provisional(&company.dxp_id),
        profile: company.profile.clone(),
        contact: contact.as_ref().map(contact_view),
        contracts: contracts.iter().map(contract_view).collect(),
        agents,
        members: member::of_company(tx, company.id)?.len(),
        keys: api_key::of_company(tx, company.id)?
            .iter()
            .filter(is_in_force)
            .count(),
        docking,
        cases: cases
            .iter()
            .map(|case| CardCase {
                id: case.id.0.to_string(),
                title: case.title.clone(),
                state_name: case.state.chinese().to_owned(),
                applied_at: beijing_rfc3339(case.applied_at),
            })
            .collect(),
        history,
    })
}

/// What was done in the name of a company, newest first.
fn history(tx: &mut Tx<'_>, company: &Company) -> Result<Vec<CardRow>> {
    let filter = AuditFilter {
        company: Some(company.id.0),
        ..AuditFilter::default()
    };
    let acts = crate::MODULES.iter().flat_map(|module| module.acts);
    let names: Vec<audit::AuditedAct> = acts.copied().collect();
    let rows = audit::list(tx, &filter, CARD_ROWS)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let known = names.iter().find(|act| act.name == row.act);
            CardRow {
                at: beijing_rfc3339(row.at_ms),
                act: known.map_or(row.act.as_str(), |act| act.chinese).to_owned(),
                name: row.actor_name,
                object: row.object,
                detail: row.detail,
            }
        })
        .collect())
}
