//! Two views of the audit for those who look into something: who logged in (登录日志), and what people
//! did (操作日志).
//!
//! The rows are those of the audit, told with the login name and narrowed by person, time, result,
//! address and act.

pub mod audit;
pub mod http;
pub mod syslog;
#[cfg(test)]
mod tests;

use registry::account;
use registry::module::Module;
use store::{Result as StoreResult, Tx};

registry::acts! {
    /// The chain was checked.
    pub VERIFY = "audit.verify", "校验审计链";
    /// The audit was exported.
    pub EXPORT = "audit.export", "导出审计记录";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("审计").acts(ACTS);

/// Accounts that a name may stand for.
const PEOPLE_MAX: i64 = 50;

/// The accounts that somebody means by a login name, its beginning, or a person's whole name.
pub fn people(tx: &mut Tx<'_>, text: &str) -> StoreResult<Vec<i64>> {
    let filter = account::AccountFilter {
        text: Some(text.trim().to_owned()),
        ..account::AccountFilter::default()
    };
    let found = account::list(tx, &filter, PEOPLE_MAX)?;
    Ok(found.into_iter().map(|account| account.id.0).collect())
}
