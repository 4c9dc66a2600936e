//! Roles (角色) and what they may do.
//!
//! Every operation of the API is an [`Operation`] beside its handler: its id (the `operationId`
//! of the description), its Chinese name and the built-in roles that may call it. Custom roles add
//! operations by id. A [`Grant`] gives a role to an account, for a company or for a part of all
//! data ([`crate::access::Sight`]). That a person holds one of the three offices (三员分立) only is
//! a constraint of the table; that an officer holds nothing else is decided in [`grant`].

mod groups;
mod named;
mod sql;

use crate::actor::DeclarationScope;
use crate::company::CompanyId;
use store::{Error, Result, Tx};

pub use crate::actor::AccountId;
pub use groups::{AUDIT, OFFICERS, PEOPLE, SECURITY, SYSTEM, SYSTEM_SECURITY};
pub use named::{Named, named};
pub use sql::{
    GrantOrder, by_id, companies_by_age, custom_roles, grants_of, of_account, of_company, of_role,
    put_custom_role, remove_custom_role, total_of_grants,
};

/// A built-in role (内置角色).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// Company administrator (企业管理员): members, keys and everything a clerk does.
    CompanyAdmin,
    /// Company clerk (企业经办人): declares and reads.
    CompanyClerk,
    /// Company reader (企业查询员).
    CompanyReader,
    /// A company's program (企业程序), known by an API key.
    Program,
    /// Applicant (入驻申请人): sees the own application, until the company is admitted.
    Applicant,
    /// System administrator (系统管理员), one of the three offices.
    SystemAdmin,
    /// Security administrator (安全管理员), one of the three offices.
    SecurityAdmin,
    /// Audit administrator (审计管理员), one of the three offices.
    AuditAdmin,
    /// Operator on duty (运行值守).
    Operator,
    /// Bureau clerk (商务局经办).
    BureauClerk,
    /// Bureau approver (商务局审批).
    BureauApprover,
    /// Customs officer (海关关员).
    CustomsOfficer,
}

impl Role {
    /// Every built-in role.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Roles of a company's own people.
    pub const COMPANY: &'static [Self] =
        &[Self::CompanyAdmin, Self::CompanyClerk, Self::CompanyReader];

    /// Roles that see business data of more than one company.
    pub const STAFF: &'static [Self] = &[
        Self::Operator,
        Self::BureauClerk,
        Self::BureauApprover,
        Self::CustomsOfficer,
    ];

    /// The name in the database and the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The role with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The name for people.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::CompanyAdmin => "企业管理员",
            Self::CompanyClerk => "企业经办人",
            Self::CompanyReader => "企业查询员",
            Self::Program => "企业程序",
            Self::Applicant => "入驻申请人",
            Self::SystemAdmin => "系统管理员",
            Self::SecurityAdmin => "安全管理员",
            Self::AuditAdmin => "审计管理员",
            Self::Operator => "运行值守",
            Self::BureauClerk => "商务局经办",
            Self::BureauApprover => "商务局审批",
            Self::CustomsOfficer => "海关关员",
        }
    }

    /// The English name.
    pub fn english(self) -> &'static str {
        match self {
            Self::CompanyAdmin => "Company administrator",
            Self::CompanyClerk => "Company clerk",
            Self::CompanyReader => "Company reader",
            Self::Program => "Program",
            Self::Applicant => "Applicant",
            Self::SystemAdmin => "System administrator",
            Self::SecurityAdmin => "Security administrator",
            Self::AuditAdmin => "Audit administrator",
            Self::Operator => "Operator",
            Self::BureauClerk => "Bureau clerk",
            Self::BureauApprover => "Bureau approver",
            Self::CustomsOfficer => "Customs officer",
        }
    }

    /// Whether this is one of the three offices (三员).
    pub fn is_officer(self) -> bool {
        matches!(
            self,
            Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin
        )
    }

    /// Whether the role belongs to a company's own people.
    pub fn is_company(self) -> bool {
        matches!(
            self,
            Self::CompanyAdmin | Self::CompanyClerk | Self::CompanyReader | Self::Program
        )
    }

    /// The workspace of the console in which the role works, if any.
    pub fn workspace(self) -> &'static str {
        match self {
            Self::CompanyAdmin
            | Self::CompanyClerk
            | Self::CompanyReader
            | Self::Program
            | Self::Applicant => "company",
            Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin => "admin",
            Self::Operator => "operator",
            Self::BureauClerk | Self::BureauApprover => "bureau",
            Self::CustomsOfficer => "customs",
        }
    }
}

/// An operation (操作) of the API and the built-in roles that may call it.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// The `operationId` of the description, which is the name of the handler.
    pub id: &'static str,
    /// Its name for people.
    pub chinese: &'static str,
    /// Who may call it.
    pub roles: &'static [Role],
    /// Whether it changes anything; a session must then prove that the page is ours (CSRF).
    pub changes: bool,
}

impl Operation {
    /// One that only reads.
    pub const fn reads(id: &'static str, chinese: &'static str, roles: &'static [Role]) -> Self {
        Self {
            id,
            chinese,
            roles,
            changes: false,
        }
    }

    /// One that changes something.
    pub const fn changes(id: &'static str, chinese: &'static str, roles: &'static [Role]) -> Self {
        Self {
            id,
            chinese,
            roles,
            changes: true,
        }
    }
}

/// A role held by an account (授权).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: i64,
    /// Who holds it.
    pub account: AccountId,
    /// The person behind the account.
    pub party: i64,
    /// Built-in or custom role, by name.
    pub role: String,
    /// For which company, when the role belongs to one.
    pub company: Option<CompanyId>,
    /// Customs district, the first two to four digits of a registration number, for `district`.
    pub district: Option<String>,
    /// `company`, `subtree`, `district`, `all` or `nothing`.
    pub sight: String,
    /// Who asked for it; nobody for the first officers and a company's first administrator.
    pub granted_by: Option<AccountId>,
    /// Who approved it.
    pub approved_by: Option<AccountId>,
    /// Since when, milliseconds since 1970-01-01 UTC.
    pub granted_at: i64,
    /// Until when, if it ends.
    pub expires_at: Option<i64>,
    /// What may be declared with it, when it is not everything.
    pub scope: Option<DeclarationScope>,
}

impl Grant {
    /// Whether it shows the customs district of the holder's department (本部门关区): the subtree of
    /// an agency, for there is no company.
    pub fn is_of_department(&self) -> bool {
        self.sight == "subtree" && self.company.is_none()
    }
}

/// Why a role cannot be granted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoleRefusal {
    /// The three offices are separate, and an officer holds nothing else.
    #[error("三员分立：同一人只能担任系统、安全、审计管理员之一，且不能兼任其他角色")]
    Officer,
    /// Held already.
    #[error("该账号已有此角色")]
    Held,
    /// No such role.
    #[error("没有这个角色")]
    Unknown,
    /// The one who approves must not be the one who asked.
    #[error("申请人与批准人不能是同一人")]
    SamePerson,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

store::failure!(RoleRefusal);

/// Grants a role.
///
/// # Errors
/// The store's, or why the role cannot be granted.
pub fn grant(tx: &mut Tx<'_>, grant: &Grant) -> Result<(), RoleRefusal> {
    let role = Role::from_name(&grant.role);
    if role.is_none() && !custom_roles(tx)?.iter().any(|r| r.name == grant.role) {
        return Err(RoleRefusal::Unknown);
    }
    if grant.granted_by.is_some() && grant.granted_by == grant.approved_by {
        return Err(RoleRefusal::SamePerson);
    }
    // What one person holds is looked at and changed by one transaction at a time.
    crate::account::hold(tx, grant.account)?;
    let held = sql::of_party(tx, grant.party)?;
    let is_officer = |name: &str| Role::from_name(name).is_some_and(Role::is_officer);
    let clashes = held
        .iter()
        .any(|other| is_officer(&other.role) || is_officer(&grant.role));
    let is_same = |other: &Grant| {
        other.account == grant.account && other.role == grant.role && other.company == grant.company
    };
    if held.iter().any(is_same) {
        return Err(RoleRefusal::Held);
    }
    if clashes {
        return Err(RoleRefusal::Officer);
    }
    match sql::insert(tx, grant) {
        Ok(()) => Ok(()),
        // The constraint decides when two grants race.
        Err(Error::Constraint(_)) => Err(RoleRefusal::Officer),
        Err(error) => Err(error.into()),
    }
}

/// Takes a role back; answers whether it was held.
pub fn revoke(tx: &mut Tx<'_>, grant_id: i64, now_ms: i64) -> Result<bool> {
    sql::revoke(tx, grant_id, now_ms)
}

/// A role made by the administrators (自定义角色).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRole {
    /// Its name in the database and the API: lower case letters, digits and `_`.
    pub name: String,
    /// Its name for people.
    pub chinese: String,
    /// The ids of the operations that it may call.
    pub operations: Vec<String>,
}
