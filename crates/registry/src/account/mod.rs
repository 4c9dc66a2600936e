//! Accounts (账号): one person, one account, never shared and none from the factory.
//!
//! An account begins `invited`: whoever made it hands over a one-time link ([`invite`]), by which
//! the person sets the password; nobody else ever knows one. A reset is a new link and takes no
//! second factor away. Failures are counted and locked by the module `login`;
//! accounts that nobody uses are disabled and reported.

pub mod hashing;
pub mod password;
pub mod personal;
mod sql;

use crate::company::CompanyId;
use crate::page::Bilingual;
use store::{Error, Result, Tx};

pub use crate::actor::AccountId;
pub use sql::{
    AccountFilter, AccountOrder, PersonProfile, by_id, by_login, companies_below, hold, is_any,
    list, passed, person_of, place, placed, placed_by_department, profile, put_agency,
    remove_agency, set_language, set_name, set_profile, set_state, stale, total,
};

/// How long a one-time link opens, in milliseconds: three days.
pub const LINK_MS: i64 = 3 * 24 * 3_600_000;

crate::acts! {
    /// An account was made.
    pub CREATE = "account.create", "创建账号";
    /// An account was enabled, disabled or unlocked.
    pub STATE = "account.state", "启用、停用或解锁账号";
    /// A one-time link for a new password was made.
    pub RESET = "account.reset", "重置密码";
    /// A person set the password.
    pub PASSWORD = "account.password", "设置密码";
    /// Accounts that nobody used were disabled.
    pub STALE = "account.stale", "停用长期未登录账号";
    /// Personal data were shown in full.
    pub UNMASK = "account.unmask", "查看完整个人信息";
    /// A person changed his own data, or an administrator did.
    pub CHANGE = "account.change", "修改账号资料";
}

/// An account (账号).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The person behind it.
    pub party: i64,
    /// Login name, as typed when it was made.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// `staff` or `company`.
    pub kind: String,
    /// `invited`, `active` or `disabled`.
    pub state: String,
    /// Hash of the password, when one was set.
    pub password_hash: Option<String>,
    /// When it was set, milliseconds since 1970-01-01 UTC.
    pub password_at: i64,
    /// Whether it must be changed at the next login.
    pub must_change: bool,
    /// When the person last logged in.
    pub last_login_at: Option<i64>,
    /// `zh` or `en`.
    pub language: String,
    /// When it was made.
    pub created_at: i64,
}

impl Account {
    /// Whether it belongs to those who run the platform; they need a second factor.
    pub fn is_staff(&self) -> bool {
        self.kind == "staff"
    }
}

/// A new account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Its id.
    pub id: AccountId,
    /// The id of the person's party.
    pub party: i64,
    /// Login name, 3 to 40 characters.
    pub login: String,
    /// Name of the person, 1 to 40 characters.
    pub name: String,
    /// Whether it belongs to those who run the platform.
    pub is_staff: bool,
    /// Hash of a password, when the person brought one (self-registration).
    pub password_hash: Option<String>,
    /// When, milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
}

/// Why an account cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// The login name is not well formed.
    #[error("登录名应为 3 至 40 个字符，只含字母、数字、点、横线、下划线或 @，且以字母或数字开头")]
    Login,
    /// The name is empty or too long.
    #[error("姓名应为 1 至 40 个字，不含控制字符")]
    Name,
    /// Somebody has the login name.
    #[error("登录名已被使用，请换一个")]
    Taken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

store::failure!(AccountRefusal);

impl AccountRefusal {
    /// The same in both languages.
    pub fn bilingual(&self) -> Bilingual {
        let english = match self {
            Self::Login => {
                "The login name must have 3 to 40 characters: letters, digits, dots, hyphens, underscores or @, starting \
                 with a letter or digit"
            }
            Self::Name => "The name must have 1 to 40 characters, without control characters",
            Self::Taken => "The login name is already taken: choose another",
            Self::Store(_) => "The platform is not available at the moment",
        };
        Bilingual::new(self.to_string(), english)
    }
}

/// A login name as it is compared: without regard to case.
pub fn folded(login: &str) -> String {
    login.trim().to_ascii_lowercase()
}

/// Makes an account with its person: `active` when a password was brought, else `invited`.
///
/// # Errors
/// The store's, or what is wrong.
pub fn add(tx: &mut Tx<'_>, new: &NewAccount) -> Result<(), AccountRefusal> {
    validate(&new.login, &new.name)?;
    if by_login(tx, &folded(&new.login))?.is_some() {
        return Err(AccountRefusal::Taken);
    }
    match sql::insert(tx, new) {
        Ok(()) => Ok(()),
        Err(Error::Constraint(_)) => Err(AccountRefusal::Taken),
        Err(error) => Err(error.into()),
    }
}

/// Whether a login name and a name are well formed.
pub fn validate(login: &str, name: &str) -> Result<(), AccountRefusal> {
    let login = login.trim();
    let is_login = (3..=40).contains(&login.len())
        && login.starts_with(|c: char| c.is_ascii_alphanumeric())
        && login
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-_@".contains(&b));
    if !is_login {
        return Err(AccountRefusal::Login);
    }
    let name = name.trim();
    let n_chars = name.chars().count();
    if n_chars == 0 || n_chars > 40 || name.chars().any(char::is_control) {
        return Err(AccountRefusal::Name);
    }
    Ok(())
}

/// Makes a one-time link for an account; earlier links open nothing any more.
pub fn invite(tx: &mut Tx<'_>, account: AccountId, token_hash: &str, now_ms: i64) -> Result<()> {
    sql::close_links(tx, account, now_ms)?;
    sql::insert_link(tx, account, token_hash, now_ms, now_ms + LINK_MS)
}

/// The account that a one-time link opens, if it still does.
pub fn of_link(tx: &mut Tx<'_>, token_hash: &str, now_ms: i64) -> Result<Option<Account>> {
    match sql::of_link(tx, token_hash, now_ms)? {
        Some(id) => by_id(tx, id),
        None => Ok(None),
    }
}

/// Uses up a one-time link; answers false when somebody was faster.
pub fn use_link(tx: &mut Tx<'_>, token_hash: &str, now_ms: i64) -> Result<bool> {
    sql::use_link(tx, token_hash, now_ms)
}

/// Sets a password; the old one goes into the history. The account becomes active.
pub fn set_password(tx: &mut Tx<'_>, account: AccountId, hash: &str, now_ms: i64) -> Result<()> {
    sql::keep_old(tx, account, now_ms)?;
    sql::set_password(tx, account, hash, now_ms)
}

/// Hashes of the last passwords with the present one, newest first, at most `limit`.
pub fn old_hashes(tx: &mut Tx<'_>, account: AccountId, limit: i64) -> Result<Vec<String>> {
    sql::old_hashes(tx, account, limit)
}

/// The party of a company, made when there is none yet.
pub fn party_of_company(
    tx: &mut Tx<'_>,
    company: CompanyId,
    id: i64,
    name: &str,
    now_ms: i64,
) -> Result<i64> {
    sql::ensure_enterprise(tx, company, id, name, now_ms)
}
