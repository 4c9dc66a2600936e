//! Companies (企业) that declare through the platform.
//!
//! A company has one unified social credit code, one customs registration number and one DXP ID
//! (its transmission account); all three are unique. `profile` says how strictly its messages are
//! read, `weight` its share when lanes compete.

mod directory;
mod sql;

use store::clock::SKEW_MS;
use store::{Error, Result, Tx};

pub use directory::Directory;
pub(crate) use sql::in_district;
pub use sql::{addressed, all, by_code, by_id, formerly, shown};

/// Longest name, in characters (as `ebcName` in the standard).
const NAME_CHARS_MAX: usize = 100;

/// Longest DXP ID, in characters (`SenderId` in the envelope).
const DXP_ID_CHARS_MAX: usize = 16;

/// The id of a company (企业编号).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompanyId(pub i64);

/// A company (企业).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// Unified social credit code (统一社会信用代码), 18 characters.
    pub credit_code: String,
    /// Customs registration number (海关注册登记编号), 10 characters.
    pub customs_code: String,
    /// Registered name, 1 to 100 characters.
    pub name: String,
    /// DXP ID (报文传输编号), 1 to 16 characters.
    pub dxp_id: String,
    /// What it does: `ebc`, `ebp`, `pay`, `logistics`, `agent`, `operator`,
    /// `warehouse`, `trace`.
    pub roles: Vec<String>,
    /// `strict` or `lenient`: how its messages are read.
    pub profile: String,
    /// Share of the platform when lanes compete, 1 to 100.
    pub weight: u32,
    /// Whether it may not declare now.
    pub suspended: bool,
    /// When it was registered, milliseconds since 1970-01-01 UTC.
    pub created_at: i64,
}

impl Company {
    /// Whether `code` names this company, by either of its codes.
    pub fn has_code(&self, code: &str) -> bool {
        self.customs_code == code || self.credit_code == code
    }
}

/// Why a company cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompanyRefusal {
    /// A field is empty, too long or has characters it must not have.
    #[error("{0}")]
    Field(&'static str),
    /// Another company has the same code or DXP ID.
    #[error("统一社会信用代码、海关注册编号或 DXP 编号已被其他企业使用")]
    Taken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

store::failure!(CompanyRefusal);

/// A company that had a DXP ID before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Former {
    /// The company.
    pub company_id: CompanyId,
    /// Until when it had it; none where that was not noted.
    pub until_ms: Option<i64>,
}

impl Former {
    /// Whether it had the id at a moment, by clocks that may be two processes'.
    #[must_use]
    pub fn had_it(&self, at_ms: i64) -> bool {
        let had_it = |until: i64| at_ms <= until.saturating_add(SKEW_MS);
        self.until_ms.is_none_or(had_it)
    }
}

/// Registers a company.
///
/// # Errors
/// The store's, or what is wrong with the company.
pub fn add(tx: &mut Tx<'_>, company: &Company) -> Result<(), CompanyRefusal> {
    validate(company)?;
    if sql::taken(tx, company)? {
        return Err(CompanyRefusal::Taken);
    }
    match sql::insert(tx, company) {
        Ok(()) => Ok(()),
        // An id that was given twice is a fault of ours; codes are not to blame.
        Err(Error::Constraint(which)) if !sql::is_key(&which) => Err(CompanyRefusal::Taken),
        Err(error) => Err(error.into()),
    }
}

/// Corrects name, codes, DXP ID and roles of a company.
///
/// # Errors
/// The store's, or what is wrong with the company.
pub fn correct(tx: &mut Tx<'_>, company: &Company, now_ms: i64) -> Result<(), CompanyRefusal> {
    validate(company)?;
    if sql::taken(tx, company)? {
        return Err(CompanyRefusal::Taken);
    }
    match sql::correct(tx, company, now_ms) {
        Ok(()) => Ok(()),
        Err(Error::Constraint(_)) => Err(CompanyRefusal::Taken),
        Err(error) => Err(error.into()),
    }
}

/// How a company's messages may be read (校验方式).
pub const PROFILES: [&str; 2] = ["strict", "lenient"];

/// Changes how strictly a company's messages are read. Messages that were accepted before keep theirs.
///
/// # Errors
/// The store's, or that there is no such profile.
pub fn set_profile(tx: &mut Tx<'_>, id: CompanyId, profile: &str) -> Result<(), CompanyRefusal> {
    if !PROFILES.contains(&profile) {
        return Err(CompanyRefusal::Field(PROFILE_SAID));
    }
    Ok(sql::set_profile(tx, id, profile)?)
}

/// What is said of another profile.
const PROFILE_SAID: &str = "校验方式应为 strict 或 lenient";

/// Whether a company is well formed.
pub fn validate(company: &Company) -> Result<(), CompanyRefusal> {
    let is_code = |code: &str, n_chars| code.len() == n_chars && ceb::is_company_code(code);
    if !is_code(&company.credit_code, 18) {
        return Err(CompanyRefusal::Field(
            "统一社会信用代码应为 18 位，且校验码正确",
        ));
    }
    if !is_code(&company.customs_code, 10) {
        return Err(CompanyRefusal::Field(
            "海关注册登记编号应为 10 位数字或大写字母",
        ));
    }
    if company.name.trim().is_empty() || company.name.chars().count() > NAME_CHARS_MAX {
        return Err(CompanyRefusal::Field("企业名称应为 1 至 100 个字"));
    }
    if company.dxp_id.is_empty()
        || company.dxp_id.len() > DXP_ID_CHARS_MAX
        || !company.dxp_id.bytes().all(|b| b.is_ascii_alphanumeric())
    {
        return Err(CompanyRefusal::Field("DXP 编号应为 1 至 16 位字母或数字"));
    }
    if !PROFILES.contains(&company.profile.as_str()) {
        return Err(CompanyRefusal::Field(PROFILE_SAID));
    }
    if !(1..=100).contains(&company.weight) {
        return Err(CompanyRefusal::Field("权重应为 1 至 100"));
    }
    Ok(())
}
