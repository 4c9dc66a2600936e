//! The last logins of a person (最近登录), from the audit.

use super::{FAILED, IN, LOCKED};
use registry::account::AccountId;
use registry::audit::{AuditFilter, AuditRow, list};
use registry::session::Stage;
use store::{Result as StoreResult, Tx};

/// Rows that are looked through for a person's own logins.
const OWN_LOOKS: i64 = 60;

/// Whether a row is the end of a login: a password whose second factor is still missing is none.
fn is_end(row: &AuditRow) -> bool {
    row.act != IN.name
        || row.detail.ends_with(Stage::Full.chinese())
        // As it was written before.
        || row.detail.ends_with("full")
}

/// The last logins of an account and the attempts that failed, newest first.
pub fn own_logins(tx: &mut Tx<'_>, account: AccountId, limit: usize) -> StoreResult<Vec<AuditRow>> {
    let acts = [IN, FAILED, LOCKED];
    let filter = AuditFilter {
        acts: acts.iter().map(|act| act.name.to_owned()).collect(),
        accounts: vec![account.0],
        ..AuditFilter::default()
    };
    let mut found = list(tx, &filter, OWN_LOOKS)?;
    found.retain(is_end);
    found.truncate(limit);
    Ok(found)
}
