//! Keys 接口密钥管理: the keys of a company's programs, kept by its administrator.
//!
//! A key is shown once, when it is issued. Each act is in the audit with the number of the key and
//! never with its text. The table and the check of keys are the registry's.

pub mod codes;
pub mod http;
#[cfg(test)]
mod tests;

use crate::company_ledger::lock;
use registry::access::Actor;
use registry::api_key::{self, ApiKey, Secret};
use registry::audit;
use registry::company::CompanyId;
use registry::context::AppContext;
use registry::module::Module;
use registry::role::Role;
use registry::todo::{Asking, Todo};
use store::{Result, Tx};
use web::Problem;

/// Keys in force of one company.
pub const KEYS_MAX: usize = 20;

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

registry::acts! {
    /// A key was issued.
    pub ISSUED = "key.issue", "签发接口密钥";
    /// A key was revoked.
    pub REVOKED = "key.revoke", "吊销接口密钥";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("接口密钥")
    .acts(ACTS)
    .codes(codes::ALL)
    .todos(&[waits]);

/// What ends within this time is a to-do, in milliseconds: 30 days.
const SOON_MS: i64 = 30 * 86_400_000;

/// Keys of a company that end within 30 days.
fn waits(tx: &mut Tx<'_>, asking: &Asking<'_>) -> Result<Vec<Todo>> {
    let company = asking.actor.company_id();
    let Some(company) = company.filter(|_| asking.has(&[Role::CompanyAdmin])) else {
        return Ok(Vec::new());
    };
    let until = asking.now_ms + SOON_MS;
    let count = api_key::count_ending(tx, company, asking.now_ms, until)?;
    Ok(vec![Todo::plain(
        "keys",
        ["30 天内到期的接口密钥", "API keys expiring within 30 days"],
        count,
    )])
}

/// Issues a key; answers it with its text, which is not kept anywhere.
///
/// # Errors
/// The store's, or why not.
pub fn issue(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    company: CompanyId,
    (label, days, secret): (&str, i64, &Secret),
) -> Result<(ApiKey, String), Problem> {
    let now_ms = context.now_ms();
    lock(tx, company, now_ms)?;
    let is_in_force = |key: &&ApiKey| key.revoked_at.is_none() && key.expires_at > now_ms;
    let keys = api_key::of_company(tx, company)?;
    if keys.iter().filter(is_in_force).count() >= KEYS_MAX {
        return Err(Problem::new(codes::TOO_MANY));
    }
    let key = ApiKey {
        id: context.ids.next(),
        company_id: company,
        label: label.to_owned(),
        created_at: now_ms,
        expires_at: now_ms + days * DAY_MS,
        revoked_at: None,
    };
    let text = api_key::issue(tx, &key, secret)?;
    let object = format!("key:{}", key.id);
    audit::done(tx, now_ms, actor, ISSUED, &object, label)?;
    Ok((key, text))
}

/// Revokes a key of a company.
///
/// # Errors
/// The store's, or 404 for what is not this company's to revoke.
pub fn revoke(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    company: CompanyId,
    key: i64,
) -> Result<(), Problem> {
    let now_ms = context.now_ms();
    if !api_key::revoke(tx, company, key, now_ms)? {
        return Err(Problem::new(web::codes::NOT_FOUND));
    }
    audit::done(tx, now_ms, actor, REVOKED, &format!("key:{key}"), "")?;
    Ok(())
}
